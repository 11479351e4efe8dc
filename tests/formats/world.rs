//! A vault made of a few words: its keys, cards, headers, contents, and a log with every kind of event.
//!
//! It went through three epochs, two of four cards each: the first was opened, the second was staged and given up, the third
//! is the active one. Two age files hold randomness and are read from docs/vectors.

use std::fs;
use std::path::{Path, PathBuf};

use breakglass::ceremony::Pin;
use breakglass::journal::{Event, LeftOut, Line, NewEpoch, SignedReceipt, Signer, What};
use breakglass::language::Language;
use breakglass::quorum::{
    CardIndex, CardText, CustodianKey, Digest, EpochHash, EventId, LockProfile, OpenCard, Phrase, Policy, Quorum,
    Secret, Share, VaultId, VerifiedShare,
};
use breakglass::vault::{
    Change, Claim, Contents, Custodian, Deposit, DepositIdentity, EarlierIdentity, Entry, EntryId, EpochHeader,
    FORMAT_VERSION, FieldName, FieldValue, Fields, Header, Moment, Origin, PublicEntry, Revision,
};

pub const THRESHOLD: u8 = 2;
pub const COUNT: u8 = 4;
/// The phrase of card 2, in every epoch.
pub const PHRASE: &str = "abandon zoo legal winner thank year";
/// What a crash left of a line.
pub const TORN: &[u8] = b"{\"event\":{\"by\":\"Ben";

/// 32 bytes made of a word.
pub fn word(name: &str) -> [u8; 32] {
    Digest::of(format!("breakglass vector: {name}").as_bytes()).0
}

/// The folder of the frozen vault.
pub fn frozen_vault() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/vectors/acme.vault")
}

/// The only file of this name below a folder of the frozen vault, whatever the folder between is called.
fn frozen(folder: &str, ending: &str) -> Vec<u8> {
    let mut waiting = vec![frozen_vault().join(folder)];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                return fs::read(path).unwrap();
            }
        }
    }
    panic!("{folder} holds no {ending}");
}

/// Multiplies in GF(256), polynomial 0x11d; written out, so that the crate is not compared with itself.
fn times(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    while b != 0 {
        product ^= if b & 1 == 1 { a } else { 0 };
        a = a << 1 ^ if a & 0x80 == 0 { 0 } else { 0x1d };
        b >>= 1;
    }
    product
}

/// The value at `x` of the curve with these coefficients, the root first: of each byte by itself.
pub fn at(coefficients: &[[u8; 32]], x: u8) -> [u8; 32] {
    std::array::from_fn(|byte| coefficients.iter().rev().fold(0, |value, c| times(value, x) ^ c[byte]))
}

pub fn card(number: u8) -> CardIndex {
    CardIndex::try_from(number).unwrap()
}

pub fn share(coefficients: &[[u8; 32]], number: u8) -> Share {
    Share::new(card(number), Secret::new(at(coefficients, number)))
}

pub fn quorum(coefficients: &[[u8; 32]], numbers: &[u8]) -> Quorum {
    let verified = |number: &u8| -> VerifiedShare {
        let share = share(coefficients, *number);
        let key = share.custodian_key().public();
        share.verify(&key).unwrap()
    };
    let threshold = u8::try_from(coefficients.len()).unwrap();
    Quorum::assemble(threshold, numbers.iter().map(verified).collect()).unwrap()
}

/// One of the three epochs.
pub struct Epoch {
    pub coefficients: [[u8; 32]; 2],
    pub quorum: Quorum,
    pub keys: Vec<CustodianKey>,
    pub contents: Contents,
    pub header: EpochHeader,
}

pub struct World {
    pub vault: VaultId,
    pub epochs: [Epoch; 3],
    /// `sealed.age` of the third epoch.
    pub sealed: Vec<u8>,
    /// A deposit of the third epoch, and its file.
    pub deposit: Deposit,
    pub deposit_file: Vec<u8>,
    pub lines: Vec<Line>,
    pub receipt: SignedReceipt,
    pub pin: Pin,
}

fn time(minutes: i64) -> Moment {
    let start: Moment = "2026-01-10T09:00:00Z".parse().unwrap();
    Moment::of(start.timestamp() + jiff::SignedDuration::from_mins(minutes))
}

fn fields(pairs: &[(&str, &str)]) -> Fields {
    let field = |(name, value): &(&str, &str)| (name.parse::<FieldName>().unwrap(), FieldValue::copy_of(value));
    pairs.iter().map(field).collect()
}

fn entry_id() -> EntryId {
    "m365-admin".parse().unwrap()
}

/// The file of the deposit that the third epoch folded in, long gone.
fn folded() -> Digest {
    Digest(word("deposit 1"))
}

fn custodians(keys: &[CustodianKey]) -> Vec<Custodian> {
    let people = [
        ("髙橋 美﨑", Language::Japanese, "内線 104", "佐藤 千恵", "本社金庫"),
        ("Ben Okafor", Language::English, "+44 20 7946 0991", "", "at home"),
        ("Chie Sato", Language::Japanese, "", "", ""),
        ("Dan Weber", Language::English, "", "", ""),
    ];
    let custodian = |((name, language, contact, deputy, place), (key, number)): ((&str, _, &str, &str, &str), _)| {
        let (key, number): (&CustodianKey, u8) = (key, number);
        Custodian {
            index: card(number),
            name: name.parse().unwrap(),
            language,
            contact: Claim::optional(contact).unwrap(),
            deputy: Claim::optional(deputy).unwrap(),
            place: Claim::optional(place).unwrap(),
            key: key.public(),
        }
    };
    people.into_iter().zip(keys.iter().zip(1..)).map(custodian).collect()
}

/// Contents of the third epoch: one entry of one revision, and the deposit identity of the first epoch.
fn contents(vault: VaultId, number: u32, first: Option<(EpochHash, &Quorum)>) -> Contents {
    let mut contents = Contents { epoch: number, ..Contents::empty(vault) };
    if let Some((epoch, quorum)) = first {
        let identity = DepositIdentity::of_key(&quorum.root().deposit_key());
        let identity = FieldValue::copy_of(identity.text().expose());
        contents.deposit_identities.push(EarlierIdentity { epoch, identity });
        let fields =
            fields(&[("title", "Microsoft 365 管理者"), ("user_name", "admin"), ("password", "correct horse")]);
        let revision = Revision {
            made: time(50),
            by: Some("Ben Okafor".parse().unwrap()),
            origin: Origin::Deposit(folded()),
            fields,
            attachments: Default::default(),
        };
        contents.entries.push(Entry { id: entry_id(), revisions: vec![revision] });
    }
    contents
}

impl Epoch {
    fn make(vault: VaultId, number: u32, heads: Vec<EventId>, first: Option<&Epoch>, sealed: Digest) -> Epoch {
        let coefficients = [word(&format!("root {number}")), word(&format!("slope {number}"))];
        let quorum = quorum(&coefficients, &[1, 2]);
        let keys: Vec<CustodianKey> = (1..=COUNT).map(|number| share(&coefficients, number).custodian_key()).collect();
        let contents = contents(vault, number, first.map(|first| (first.header.hash(), &first.quorum)));
        let header = Header {
            version: FORMAT_VERSION,
            vault,
            name: "Acme".parse().unwrap(),
            epoch: number,
            dealt: time(if number == 1 { 0 } else { 60 * i64::from(number) }),
            previous: first.map(|first| first.header.hash()),
            heads,
            threshold: THRESHOLD,
            custodians: custodians(&keys),
            deposit_recipient: DepositIdentity::of_key(&quorum.root().deposit_key()).recipient().to_string(),
            sealed,
            titles_hidden: false,
            entries: EpochHeader::public_entries(&contents, false),
        };
        let header = EpochHeader::write(&header).unwrap();
        Epoch { coefficients, quorum, keys, contents, header }
    }

    /// The text of a card. The second is locked.
    pub fn card(&self, number: u8) -> CardText {
        let policy = Policy::new(THRESHOLD, COUNT, false).unwrap();
        let card = OpenCard::new(share(&self.coefficients, number), policy, self.header.id(), false);
        if number == 2 {
            card.lock(LockProfile::Small, &Phrase::new(PHRASE).unwrap()).unwrap().to_text()
        } else {
            card.to_text()
        }
    }

    fn hash(&self) -> EpochHash {
        self.header.hash()
    }

    fn new_epoch(&self) -> NewEpoch {
        NewEpoch {
            number: self.header.epoch,
            hash: self.hash(),
            card_files: CardIndex::first(COUNT).collect(),
            locked: vec![card(2)],
        }
    }
}

/// Writes a log, event by event.
struct Log {
    vault: VaultId,
    lines: Vec<Line>,
}

impl Log {
    fn heads(&self) -> Vec<EventId> {
        self.lines.last().map(|line| line.id).into_iter().collect()
    }

    fn add(&mut self, by: Option<&str>, signers: Option<(&Epoch, &[u8])>, what: What) -> EventId {
        self.add_after(self.heads(), by, signers, what)
    }

    fn add_after(
        &mut self,
        previous: Vec<EventId>,
        by: Option<&str>,
        signers: Option<(&Epoch, &[u8])>,
        what: What,
    ) -> EventId {
        let signing = |(epoch, numbers): (&Epoch, &[u8])| -> Vec<Signer> {
            numbers.iter().map(|&number| Signer(epoch.hash(), card(number))).collect()
        };
        let event = Event {
            version: FORMAT_VERSION,
            vault: self.vault,
            previous,
            time: time(10 * i64::try_from(self.lines.len()).unwrap()),
            by: by.map(|by| by.parse().unwrap()),
            signers: signers.map(signing).unwrap_or_default(),
            what,
        };
        let keys: Vec<&CustodianKey> = signers
            .map(|(epoch, numbers)| numbers.iter().map(|&number| &epoch.keys[usize::from(number) - 1]).collect())
            .unwrap_or_default();
        let line = Line::sign(event, &keys);
        self.lines.push(line);
        self.lines[self.lines.len() - 1].id
    }
}

const BEN: Option<&str> = Some("Ben Okafor");

impl World {
    pub fn make() -> World {
        let vault = VaultId(std::array::from_fn(|place| word("vault")[place]));
        let mut log = Log { vault, lines: Vec::new() };
        let first = Epoch::make(vault, 1, Vec::new(), None, Digest(word("sealed 1")));
        let receipt = first_epoch(&mut log, &first);
        let second = Epoch::make(vault, 2, log.heads(), Some(&first), Digest(word("sealed 2")));
        given_up(&mut log, &first, &second);
        let sealed = frozen("epochs", "sealed.age");
        let third = Epoch::make(vault, 3, log.heads(), Some(&first), Digest::of(&sealed));
        rotated(&mut log, &first, &second, &third);
        let deposit_file = frozen("deposits", ".age");
        let deposit = third_epoch(&mut log, &third, Digest::of(&deposit_file));
        let bytes: Vec<u8> = log.lines.iter().flat_map(|line| [line.bytes(), b"\n".to_vec()].concat()).collect();
        let pin = Pin {
            vault,
            epoch: Some(third.hash()),
            head: log.heads().first().copied(),
            lines: log.lines.len(),
            prefix: Digest::of(&bytes),
            anchor: None,
        };
        let epochs = [first, second, third];
        World { vault, epochs, sealed, deposit, deposit_file, lines: log.lines, receipt, pin }
    }
}

fn first_epoch(log: &mut Log, first: &Epoch) -> SignedReceipt {
    let epoch = first.hash();
    let name = first.header.name.clone();
    log.add(None, Some((first, &[1, 2, 3, 4])), What::Created { name, epoch: first.new_epoch() });
    for number in 1..=COUNT {
        let what = What::ReadBack { epoch, card: card(number), file_destroyed: number == 1 };
        log.add(None, Some((first, &[number])), what);
    }
    let names = ["password", "title", "user_name"].map(FieldName::fixed).to_vec();
    let entry = public_entry(Some("Microsoft 365 管理者"));
    let deposited = What::Deposited {
        epoch,
        deposit: folded(),
        entry,
        fields: names,
        cleared: Vec::new(),
        attached: Vec::new(),
        detached: Vec::new(),
        recovery_codes: None,
    };
    log.add(BEN, None, deposited);
    let opened =
        What::Opened { epoch, reason: "sign-in is down".parse().unwrap(), incident: Some("INC-2041".parse().unwrap()) };
    let session = log.add(None, Some((first, &[1, 2])), opened);
    let revealed = What::Revealed {
        session,
        entry: entry_id(),
        fields: vec![FieldName::fixed("password")],
        attachments: Vec::new(),
        codes: Vec::new(),
    };
    log.add(None, Some((first, &[1, 2])), revealed);
    log.add(None, Some((first, &[1, 2])), What::Closed { session });
    log.add(BEN, None, What::Reviewed { openings: vec![session] });
    log.add(None, Some((first, &[3])), What::Checked { epoch, card: card(3) });
    let receipt = SignedReceipt::sign(log.vault, epoch, card(1), time(95), &first.keys[0]);
    log.add(None, None, What::Receipt { receipt: receipt.clone() });
    let relocked = What::Relocked { epoch, card: card(1), lock: Some(LockProfile::Standard), card_file: true };
    log.add(None, Some((first, &[1])), relocked);
    log.add(BEN, None, What::PaperDestroyed { epoch, cards: vec![card(1)] });
    log.add(BEN, None, What::CardFilesDestroyed { epoch, cards: CardIndex::first(COUNT).collect() });
    log.add(BEN, None, What::Lost { epoch, card: card(4), reason: Claim::optional("left on a train").unwrap() });
    log.add(BEN, None, What::Departed { epoch, card: card(3), reason: Claim::optional("retired").unwrap() });
    receipt
}

fn given_up(log: &mut Log, first: &Epoch, second: &Epoch) {
    let staged =
        What::Staged { epoch: second.new_epoch(), deposits: Vec::new(), replaced: Vec::new(), renewed: Vec::new() };
    log.add(None, Some((first, &[1, 2])), staged);
    let aborted = What::Aborted { epoch: second.hash(), reason: "the printer jammed".parse().unwrap() };
    log.add(None, Some((first, &[1, 2])), aborted);
}

fn rotated(log: &mut Log, first: &Epoch, second: &Epoch, third: &Epoch) {
    let staged = What::Staged {
        epoch: third.new_epoch(),
        deposits: vec![folded()],
        replaced: vec![entry_id()],
        renewed: Vec::new(),
    };
    log.add(None, Some((first, &[1, 2])), staged);
    for number in 1..COUNT {
        let what = What::ReadBack { epoch: third.hash(), card: card(number), file_destroyed: true };
        log.add(None, Some((third, &[number])), what);
    }
    let left_out = vec![LeftOut { card: card(4), reason: "on leave until March".parse().unwrap() }];
    log.add(BEN, None, What::Committed { epoch: third.hash(), left_out });
    log.add(
        None,
        None,
        What::Deleted { sealed: Some(first.hash()), deposits: vec![folded()], attachments: Vec::new() },
    );
    log.add(None, None, What::Deleted { sealed: Some(second.hash()), deposits: Vec::new(), attachments: Vec::new() });
    let torn = What::TailSetAside { number: 1, size: TORN.len() as u64, hash: Digest::of(TORN) };
    log.add(None, None, torn);
}

/// Two copies lived apart for a while: in one a deposit was made, in the other the fourth card was told lost.
fn third_epoch(log: &mut Log, third: &Epoch, file: Digest) -> Deposit {
    let epoch = third.hash();
    let before = log.heads();
    let change = Change {
        set: fields(&[("password", "battery staple"), ("recovery code", "77-1042")]),
        clear: [FieldName::fixed("user_name")].into(),
        ..Change::default()
    };
    let deposited = What::Deposited {
        epoch,
        deposit: file,
        entry: public_entry(None),
        fields: change.set.keys().cloned().collect(),
        cleared: change.clear.iter().cloned().collect(),
        attached: Vec::new(),
        detached: Vec::new(),
        recovery_codes: None,
    };
    let one = log.add_after(before.clone(), BEN, None, deposited);
    let made = log.lines[log.lines.len() - 1].event.time;
    let lost = What::Lost { epoch, card: card(4), reason: Claim::optional("never arrived").unwrap() };
    let other = log.add_after(before, Some("Chie Sato"), None, lost);
    let mut heads = vec![one, other];
    heads.sort();
    log.add_after(heads, None, None, What::Merged {});
    let opened = What::Opened { epoch, reason: "moving to another vault".parse().unwrap(), incident: None };
    let session = log.add(None, Some((third, &[1, 3])), opened);
    log.add(None, Some((third, &[1, 3])), What::Exported { session });
    log.add(None, Some((third, &[1, 3])), What::Closed { session });
    Deposit {
        version: FORMAT_VERSION,
        vault: log.vault,
        epoch,
        entry: entry_id(),
        made,
        by: Some("Ben Okafor".parse().unwrap()),
        change,
    }
}

fn public_entry(title: Option<&str>) -> PublicEntry {
    PublicEntry {
        id: entry_id(),
        title: title.map(|title| title.parse().unwrap()),
        kind: None,
        owner: None,
        last_rotated: None,
    }
}
