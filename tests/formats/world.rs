//! A vault made of a few words: its keys, cards, headers, contents, and a log with every kind of event in every shape.
//!
//! It went through three epochs, two of four cards each: the first was opened, the second was staged and given up, the third
//! is the active one. Three age files hold randomness and are read from docs/vectors.

use std::fs;
use std::path::{Path, PathBuf};

use breakglass::ceremony::Pin;
use breakglass::journal::{
    Attached, Event, LeftOut, Line, NewEpoch, OneTimeCode, Renewed, Replaced, SecretPart, SignedReceipt, Signer,
    Staging, What,
};
use breakglass::language::Language;
use breakglass::quorum::{
    CardIndex, CardText, CustodianKey, Digest, EpochHash, EventId, LockProfile, OpenCard, Phrase, Policy, Quorum,
    Secret, Share, VaultId, VerifiedShare,
};
use breakglass::vault::{
    Attachment, AttachmentName, Attachments, Change, Claim, Contents, Custodian, Deposit, DepositIdentity,
    EarlierIdentity, Entry, EntryId, EpochHeader, FORMAT_VERSION, FieldName, FieldValue, Fields, Header, Moment,
    Origin, Person, PublicEntry, Revision,
};

pub const THRESHOLD: u8 = 2;
pub const COUNT: u8 = 4;
/// The phrase of card 2, in every epoch.
pub const PHRASE: &str = "abandon zoo legal winner thank year";
/// What a crash left of a line.
pub const TORN: &[u8] = b"{\"event\":{\"by\":\"Ben";
/// The file that is attached.
pub const ATTACHED: &[u8] = b"laptop-17,411532-084920-110033\n";

/// 32 bytes made of a word.
pub fn word(name: &str) -> [u8; 32] {
    Digest::of(format!("breakglass vector: {name}").as_bytes()).0
}

/// The folder of the frozen vault.
pub fn frozen_vault() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/vectors/acme.vault")
}

/// Where the age files of the vault come from: a folder and the ending of a name, and what seals such a file anew.
type AgeFiles<'a> = &'a dyn Fn(&str, &str, &dyn Fn() -> Vec<u8>) -> Vec<u8>;

/// The only file of this name below a folder of the frozen vault, whatever the folder between is called.
fn frozen(folder: &str, ending: &str, _: &dyn Fn() -> Vec<u8>) -> Vec<u8> {
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
    /// The blob of the attachment.
    pub blob: Vec<u8>,
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

/// The file of the deposit that it dismissed, gone too.
fn dismissed() -> Digest {
    Digest(word("deposit 2"))
}

fn keys_csv() -> AttachmentName {
    "keys.csv".parse().unwrap()
}

/// What opens the blob of the attachment.
fn blob_identity() -> DepositIdentity {
    DepositIdentity::of_key(&Secret::new(word("attachment")))
}

fn attachments(name: AttachmentName, blob: &[u8]) -> Attachments {
    let identity = FieldValue::copy_of(blob_identity().text().expose());
    let attachment =
        Attachment { blob: Digest::of(blob), identity, size: ATTACHED.len() as u64, sha256: Digest::of(ATTACHED) };
    [(name, attachment)].into()
}

/// What the folded deposit gave.
fn given() -> Fields {
    fields(&[
        ("title", "Microsoft 365 管理者"),
        ("kind", "cloud"),
        ("owner", "IT"),
        ("last_rotated", "2026-01-09"),
        ("user_name", "admin"),
        ("password", "correct horse"),
        ("totp", "otpauth://totp/Acme:admin?secret=JBSWY3DPEHPK3PXP&issuer=Acme"),
        ("recovery_codes", "55-2093\n77-1042\n81-3390\n90-6614"),
    ])
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
            person: Person {
                name: name.parse().unwrap(),
                language,
                contact: Claim::optional(contact).unwrap(),
                deputy: Claim::optional(deputy).unwrap(),
                place: Claim::optional(place).unwrap(),
            },
            key: key.public(),
        }
    };
    people.into_iter().zip(keys.iter().zip(1..)).map(custodian).collect()
}

/// What comes down from the first epoch into the third: one entry of one revision, and the identity of its deposits.
struct Inherited<'a> {
    first: &'a Epoch,
    blob: &'a [u8],
}

fn contents(vault: VaultId, number: u32, inherited: Option<&Inherited<'_>>) -> Contents {
    let mut contents = Contents { epoch: number, ..Contents::empty(vault) };
    if let Some(Inherited { first, blob }) = inherited {
        let identity = DepositIdentity::of_key(&first.quorum.root().deposit_key());
        let identity = FieldValue::copy_of(identity.text().expose());
        contents.deposit_identities.push(EarlierIdentity { epoch: first.hash(), identity });
        let revision = Revision {
            made: time(50),
            by: Some("Ben Okafor".parse().unwrap()),
            origin: Origin::Deposit(folded()),
            fields: given(),
            attachments: attachments(keys_csv(), blob),
        };
        contents.entries.push(Entry { id: entry_id(), revisions: vec![revision] });
    }
    contents
}

impl Epoch {
    /// An epoch that is dealt behind this log. Its contents are sealed by `seal`, which gives the hash of the file.
    fn make(
        log: &Log,
        number: u32,
        inherited: Option<&Inherited<'_>>,
        seal: &mut dyn FnMut(&Contents, &Quorum) -> Digest,
    ) -> Epoch {
        let vault = log.vault;
        let coefficients = [word(&format!("root {number}")), word(&format!("slope {number}"))];
        let quorum = quorum(&coefficients, &[1, 2]);
        let keys: Vec<CustodianKey> = (1..=COUNT).map(|number| share(&coefficients, number).custodian_key()).collect();
        let contents = contents(vault, number, inherited);
        let sealed = seal(&contents, &quorum);
        let header = Header {
            version: FORMAT_VERSION,
            vault,
            name: "Acme".parse().unwrap(),
            epoch: number,
            dealt: log.now(),
            previous: inherited.map(|inherited| inherited.first.hash()),
            heads: log.heads(),
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
    fn now(&self) -> Moment {
        time(10 * i64::try_from(self.lines.len()).unwrap())
    }

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
            time: self.now(),
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
    /// The frozen vault.
    pub fn make() -> World {
        World::of(&frozen)
    }

    /// The same, with its age files sealed anew.
    pub fn anew() -> World {
        World::of(&|_, _, seal| seal())
    }

    fn of(age: AgeFiles<'_>) -> World {
        let vault = VaultId(std::array::from_fn(|place| word("vault")[place]));
        let mut log = Log { vault, lines: Vec::new() };
        let blob = age("attachments", ".age", &|| blob_identity().recipient().seal(ATTACHED));
        let first = Epoch::make(&log, 1, None, &mut |_, _| Digest(word("sealed 1")));
        let receipt = first_epoch(&mut log, &first);
        let inherited = Inherited { first: &first, blob: &blob };
        let second = Epoch::make(&log, 2, Some(&inherited), &mut |_, _| Digest(word("sealed 2")));
        given_up(&mut log, &first, &second);
        let mut sealed = Vec::new();
        let mut seal = |contents: &Contents, quorum: &Quorum| {
            sealed = age("epochs", "sealed.age", &|| contents.seal(&quorum.root().contents_key()).unwrap().file);
            Digest::of(&sealed)
        };
        let third = Epoch::make(&log, 3, Some(&inherited), &mut seal);
        rotated(&mut log, &first, &third, &blob);
        let deposit = deposit(&log, &third, &blob);
        let recipient = third.header.deposit_recipient();
        let deposit_file = age("deposits", ".age", &|| deposit.seal(recipient).unwrap().file);
        let opened = third_epoch(&mut log, &third, &deposit, &deposit_file, &blob);
        let bytes: Vec<u8> = log.lines.iter().flat_map(|line| [line.bytes(), b"\n".to_vec()].concat()).collect();
        let pin = Pin {
            vault,
            epoch: Some(third.hash()),
            heads: log.heads(),
            lines: log.lines.len(),
            prefix: Digest::of(&bytes),
            anchors: vec![opened],
        };
        let epochs = [first, second, third];
        World { vault, epochs, sealed, blob, deposit, deposit_file, lines: log.lines, receipt, pin }
    }

    /// Every file of the vault, by its path.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let folder = |epoch: &Epoch| format!("epochs/{:04}-{}", epoch.header.epoch, epoch.header.id());
        let log = self.lines.iter().flat_map(|line| [line.bytes(), b"\n".to_vec()].concat()).collect();
        let mut files = vec![
            (format!("attachments/{}.age", Digest::of(&self.blob)), self.blob.clone()),
            (format!("deposits/0003/{}.age", Digest::of(&self.deposit_file)), self.deposit_file.clone()),
            (format!("{}/sealed.age", folder(&self.epochs[2])), self.sealed.clone()),
            ("log.jsonl".to_owned(), log),
            ("log.torn-1".to_owned(), TORN.to_vec()),
        ];
        let header = |epoch: &Epoch| (format!("{}/header.json", folder(epoch)), epoch.header.bytes().to_vec());
        files.extend(self.epochs.iter().map(header));
        files.sort();
        files
    }

    /// Two of the four cards, and the phrase of the second, as docs/vectors/cards.txt gives them to people who practise.
    pub fn cards(&self) -> String {
        let [one, two] = [1, 2].map(|number| self.epochs[2].card(number));
        format!("{}\n{}\n{PHRASE}\n", one.expose(), two.expose())
    }
}

fn deposited(epoch: EpochHash, deposit: Digest, entry: PublicEntry) -> What {
    What::Deposited {
        epoch,
        deposit,
        entry,
        fields: Vec::new(),
        cleared: Vec::new(),
        attached: Vec::new(),
        detached: Vec::new(),
        recovery_codes: None,
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
    first_deposits(log, epoch);
    let opened = What::Opened {
        epoch,
        reason: "sign-in is down".parse().unwrap(),
        incident: Some("INC-2041".parse().unwrap()),
        reported: Vec::new(),
    };
    let session = log.add(None, Some((first, &[1, 2])), opened);
    let revealed = What::Revealed {
        session,
        entry: entry_id(),
        fields: vec![FieldName::fixed("password")],
        attachments: vec![keys_csv()],
        codes: vec![OneTimeCode::TimeBased, OneTimeCode::Recovery { set: folded(), number: 2 }],
    };
    log.add(None, Some((first, &[1, 2])), revealed);
    log.add(None, Some((first, &[1, 2])), What::Closed { session });
    log.add(BEN, None, What::Reviewed { openings: vec![session] });
    log.add(None, Some((first, &[3])), What::Checked { epoch, card: card(3) });
    let receipt = SignedReceipt::sign(log.vault, epoch, card(1), false, log.now(), &first.keys[0]);
    log.add(None, None, What::Receipt { receipt: receipt.clone() });
    for (number, lock) in [(1, Some(LockProfile::Standard)), (2, None)] {
        let relocked = What::Relocked { epoch, card: card(number), lock, card_file: number == 1 };
        log.add(None, Some((first, &[number])), relocked);
    }
    log.add(BEN, None, What::PaperDestroyed { epoch, cards: vec![card(1), card(2)] });
    log.add(BEN, None, What::CardFilesDestroyed { epoch, cards: CardIndex::first(COUNT).collect() });
    log.add(BEN, None, What::Lost { epoch, card: card(4), reason: Claim::optional("left on a train").unwrap() });
    log.add(BEN, None, What::Departed { epoch, card: card(3), reason: Claim::optional("retired").unwrap() });
    receipt
}

/// One that the third epoch folds in, and one that it dismisses.
fn first_deposits(log: &mut Log, epoch: EpochHash) {
    let shown = |name: &str| Some(given()[&name.parse::<FieldName>().unwrap()].expose().parse().unwrap());
    let entry = PublicEntry {
        title: shown("title"),
        kind: shown("kind"),
        owner: shown("owner"),
        last_rotated: shown("last_rotated"),
        ..unnamed_entry()
    };
    let mut first = deposited(epoch, folded(), entry);
    if let What::Deposited { fields, attached, recovery_codes, .. } = &mut first {
        *fields = given().into_keys().collect();
        *attached = vec![Attached { name: keys_csv(), blob: old_blob(), size: 230 }];
        *recovery_codes = Some(4);
    }
    log.add(BEN, None, first);
    let mut second = deposited(epoch, dismissed(), unnamed_entry());
    if let What::Deposited { cleared, detached, .. } = &mut second {
        *cleared = vec![FieldName::fixed("totp")];
        *detached = vec![keys_csv()];
    }
    log.add(None, None, second);
}

/// The blob that was encrypted anew.
fn old_blob() -> Digest {
    Digest(word("blob 1"))
}

fn given_up(log: &mut Log, first: &Epoch, second: &Epoch) {
    let staged = What::Staged { epoch: second.new_epoch(), staging: Staging::default(), more: 0 };
    log.add(None, Some((first, &[1, 2])), staged);
    let aborted = What::Aborted { epoch: second.hash(), reason: "the printer jammed".parse().unwrap() };
    log.add(None, Some((first, &[1, 2])), aborted);
}

fn rotated(log: &mut Log, first: &Epoch, third: &Epoch, blob: &[u8]) {
    let replaced = |secret| vec![Replaced { entry: entry_id(), secret }];
    let staging = Staging {
        deposits: vec![folded()],
        dismissed: vec![dismissed()],
        replaced: replaced(SecretPart::Field(FieldName::fixed("password"))),
        renewed: vec![Renewed { from: old_blob(), to: Digest::of(blob), size: blob.len() as u64 }],
    };
    log.add(None, Some((first, &[1, 2])), What::Staged { epoch: third.new_epoch(), staging, more: 1 });
    let staging = Staging { replaced: replaced(SecretPart::Attachment(keys_csv())), ..Staging::default() };
    log.add(None, Some((first, &[1, 2])), What::StagedMore { epoch: third.hash(), piece: 1, staging });
    for number in 1..COUNT {
        let what = What::ReadBack { epoch: third.hash(), card: card(number), file_destroyed: true };
        log.add(None, Some((third, &[number])), what);
    }
    let left_out = vec![LeftOut { card: card(4), reason: "on leave until March".parse().unwrap() }];
    log.add(None, Some((third, &[1, 2])), What::Committed { epoch: third.hash(), left_out });
    log.add(None, None, What::Deleted { epoch: third.hash(), files: 5 });
    let torn = What::TailSetAside { number: 1, size: TORN.len() as u64, hash: Digest::of(TORN) };
    log.add(None, None, torn);
}

/// A deposit that gives the attachment another name.
fn deposit(log: &Log, third: &Epoch, blob: &[u8]) -> Deposit {
    let change = Change {
        set: fields(&[("password", "battery staple"), ("recovery code", "77-1042")]),
        clear: [FieldName::fixed("user_name")].into(),
        attach: attachments("recovery keys.csv".parse().unwrap(), blob),
        detach: [keys_csv()].into(),
    };
    let by = Some("Ben Okafor".parse().unwrap());
    Deposit {
        version: FORMAT_VERSION,
        vault: log.vault,
        epoch: third.hash(),
        entry: entry_id(),
        made: log.now(),
        by,
        change,
    }
}

/// Two copies lived apart for a while: in one a deposit was made, in the other the fourth card was told lost. Then that card was there
/// when the vault was opened, which is the event that is given.
fn third_epoch(log: &mut Log, third: &Epoch, deposit: &Deposit, file: &[u8], blob: &[u8]) -> EventId {
    let epoch = third.hash();
    let before = log.heads();
    let mut one = deposited(epoch, Digest::of(file), unnamed_entry());
    if let What::Deposited { fields, cleared, attached, detached, .. } = &mut one {
        let given =
            |name: &AttachmentName| Attached { name: name.clone(), blob: Digest::of(blob), size: blob.len() as u64 };
        *fields = deposit.change.set.keys().cloned().collect();
        *cleared = deposit.change.clear.iter().cloned().collect();
        *attached = deposit.change.attach.keys().map(given).collect();
        *detached = deposit.change.detach.iter().cloned().collect();
    }
    let one = log.add_after(before.clone(), BEN, None, one);
    let lost = What::Lost { epoch, card: card(4), reason: None };
    let other = log.add_after(before, Some("Chie Sato"), None, lost);
    let mut heads = vec![one, other];
    heads.sort();
    log.add_after(heads, None, None, What::Merged {});
    let reason = "moving to another vault".parse().unwrap();
    let opened = What::Opened { epoch, reason, incident: None, reported: vec![card(4)] };
    let session = log.add(None, Some((third, &[1, 4])), opened);
    log.add(None, Some((third, &[1, 4])), What::Exported { session });
    log.add(None, Some((third, &[1, 4])), What::Closed { session });
    session
}

fn unnamed_entry() -> PublicEntry {
    PublicEntry { id: entry_id(), title: None, kind: None, owner: None, last_rotated: None }
}
