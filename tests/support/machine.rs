//! A small vault in memory, two of three cards, and the people and machines round it.
//!
//! Whoever uses it declares `crash_disk` at the root of the test.

use std::cell::RefCell;
use std::path::Path;

use breakglass::ceremony::*;
use breakglass::journal::{EVENT_VERSION, Event, Line, Signer, What};
use breakglass::language::Language;
use breakglass::quorum::{Card, CardIndex, CustodianKey, Digest, EpochHash, EventId, Reading, Share, read_card};
use breakglass::store::{Disk, VaultFolder};
use breakglass::vault::{Change, EntryId, FieldName, FieldValue, Moment};

use crate::crash_disk::CrashDisk;

/// One machine that sees one folder.
#[derive(Clone, Copy)]
pub struct Machine<'d> {
    pub disk: &'d CrashDisk,
    pub vault: &'d Path,
    pins: &'d Path,
    anchor: Option<EventId>,
}

impl<'d> Machine<'d> {
    /// The machine at which the vault is begun.
    pub fn new(disk: &'d CrashDisk) -> Machine<'d> {
        Machine { disk, vault: Path::new("acme.vault"), pins: Path::new("pins"), anchor: None }
    }

    /// The same machine with another copy of the vault.
    pub fn at(self, vault: &'d str) -> Machine<'d> {
        Machine { vault: Path::new(vault), ..self }
    }

    /// Another machine, which knows only what it was told in its own configuration.
    pub fn with_pins(self, pins: &'d str) -> Machine<'d> {
        Machine { pins: Path::new(pins), ..self }
    }

    /// Somebody holds this head on paper.
    pub fn with_anchor(self, head: EventId) -> Machine<'d> {
        Machine { anchor: Some(head), ..self }
    }

    pub fn folder(self) -> VaultFolder<'d> {
        VaultFolder::open(self.disk, self.vault).unwrap()
    }

    pub fn pins(self) -> PinBook<'d> {
        PinBook::new(self.disk, self.pins)
    }

    pub fn try_read(self) -> Result<Ledger<'d>, CeremonyError> {
        Ledger::read(VaultFolder::open(self.disk, self.vault)?, &self.pins(), self.anchor)
    }

    pub fn read(self) -> Ledger<'d> {
        self.try_read().unwrap()
    }

    pub fn try_write(self) -> Result<Writing<'d>, CeremonyError> {
        self.try_read()?.begin(now())
    }

    pub fn write(self) -> Writing<'d> {
        self.try_write().unwrap()
    }

    /// Makes the vault and gives the texts of its cards. Nothing is read back yet.
    pub fn init(self, names: &[&str]) -> Result<Vec<String>, CeremonyError> {
        let cards = RefCell::new(Vec::new());
        init(self.disk, self.vault, &self.pins(), plan(names), now(), &mut keep(&cards))?;
        Ok(cards.into_inner())
    }

    /// Makes the vault and reads every card back.
    pub fn begin(self) -> Vec<String> {
        let cards = self.init(&["Aiko", "Ben", "Chie"]).unwrap();
        let mut writing = self.write();
        let epoch = writing.ledger().active().unwrap().hash();
        read_all_back(&mut writing, epoch, &cards).map(drop).unwrap();
        cards
    }

    /// Deposits a password.
    pub fn deposit(self, name: &str, value: &str) -> Result<Digest, CeremonyError> {
        let ledger = self.try_read()?;
        let trusted = trusted_epoch(&ledger, None)?;
        put(&mut ledger.begin(now())?, trusted, &entry(name), password(value), "Ben", now())
    }

    /// Opens, shows the password of an entry, and closes. Gives every value that was shown, sealed or deposited.
    pub fn unseal(self, cards: &[String], name: &str) -> Result<Vec<String>, CeremonyError> {
        let mut writing = self.try_write()?;
        let attendance = attend(writing.ledger(), cards)?;
        let session = Session::open(&mut writing, attendance, "lockout", None, now())?;
        let shown = reveal(&session, &mut writing, name)?;
        session.close(&mut writing, now())?;
        Ok(shown)
    }

    /// Stages the next epoch with every deposit that waits, and gives its cards.
    pub fn stage(self, cards: &[String], names: &[&str]) -> Result<(EpochHash, Vec<String>), CeremonyError> {
        let mut writing = self.try_write()?;
        let attendance = attend(writing.ledger(), cards)?;
        let rotation = Rotation::open(&writing, attendance)?;
        let fold: Vec<Digest> = rotation.deposits().iter().map(|open| open.pending.deposit).collect();
        let new = RefCell::new(Vec::new());
        let choices = Choices::folding(fold);
        let staged = stage(&mut writing, rotation, plan(names), choices, now(), &mut keep(&new))?;
        Ok((staged.epoch, new.into_inner()))
    }

    /// Reads new cards back and commits.
    pub fn commit(self, epoch: EpochHash, cards: &[String]) -> Result<(), CeremonyError> {
        let mut writing = self.try_write()?;
        let quorum = read_all_back(&mut writing, epoch, cards)?;
        commit(&mut writing, &quorum, Vec::new(), "Ben", now())?;
        Ok(())
    }

    /// The whole rotation.
    pub fn rotate(self, cards: &[String]) -> Vec<String> {
        let (epoch, new) = self.stage(cards, &["Aiko", "Ben", "Chie"]).unwrap();
        self.commit(epoch, &new).unwrap();
        self.clean_up().unwrap();
        new
    }

    pub fn clean_up(self) -> Result<usize, CeremonyError> {
        clean_up(&mut self.try_write()?, now())
    }

    pub fn abort(self, cards: &[String]) -> Result<(), CeremonyError> {
        let mut writing = self.try_write()?;
        let attendance = attend(writing.ledger(), cards)?;
        abort(&mut writing, &attendance, "the printer broke", now())?;
        Ok(())
    }

    /// A copy of the whole vault, which then lives on its own.
    pub fn copy_to(self, to: &'d str) -> Machine<'d> {
        copy_vault(&self.read(), self.disk, Path::new(to)).unwrap();
        self.at(to)
    }

    /// Takes in what another copy has more.
    pub fn merge(self, other: Machine<'_>) -> Result<Merged, CeremonyError> {
        merge_vaults(&mut self.try_write()?, &other.folder(), now())
    }

    pub fn head(self) -> EventId {
        let ledger = self.read();
        let [head] = ledger.heads() else { panic!("one head") };
        *head
    }
}

/// The disk as somebody with the folder in their hands changes it.
impl Machine<'_> {
    pub fn file(self, inside: impl AsRef<Path>) -> Vec<u8> {
        self.disk.files().remove(&self.vault.join(inside)).unwrap()
    }

    pub fn replace(self, inside: impl AsRef<Path>, bytes: &[u8]) {
        let path = self.vault.join(inside);
        self.disk.remove_file(&path).unwrap();
        self.disk.create_file(&path, bytes).unwrap();
    }

    pub fn lines(self) -> Vec<Vec<u8>> {
        let mut lines: Vec<Vec<u8>> = self.file("log.jsonl").split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
        assert_eq!(lines.pop().unwrap(), b"");
        lines
    }

    pub fn replace_lines(self, lines: &[Vec<u8>]) {
        self.replace("log.jsonl", &lines.iter().flat_map(|line| [line, &b"\n"[..]].concat()).collect::<Vec<u8>>());
    }

    pub fn append_line(self, line: Vec<u8>) {
        let mut lines = self.lines();
        lines.push(line);
        self.replace_lines(&lines);
    }

    /// A line that says `what` behind the heads, signed by these cards of this epoch as well as such cards can.
    pub fn forge(self, what: What, epoch: EpochHash, cards: &[String]) -> Line {
        let ledger = self.read();
        self.forge_behind(ledger.heads().to_vec(), what, epoch, cards)
    }

    pub fn forge_behind(self, previous: Vec<EventId>, what: What, epoch: EpochHash, cards: &[String]) -> Line {
        let shares: Vec<Share> = cards.iter().map(|text| share(text)).collect();
        let event = Event {
            version: EVENT_VERSION,
            vault: self.read().state().vault,
            previous,
            time: now(),
            by: None,
            signers: shares.iter().map(|share| Signer(epoch, share.index())).collect(),
            what,
        };
        let keys: Vec<CustodianKey> = shares.iter().map(Share::custodian_key).collect();
        Line::sign(event, &keys.iter().collect::<Vec<_>>())
    }
}

pub fn now() -> Moment {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

pub fn index(number: u8) -> CardIndex {
    CardIndex::try_from(number).unwrap()
}

pub fn entry(name: &str) -> EntryId {
    name.parse().unwrap()
}

pub fn password(value: &str) -> Change {
    let set = [(FieldName::fixed("password"), FieldValue::copy_of(value))];
    Change { set: set.into(), ..Change::default() }
}

pub fn plan(names: &[&str]) -> Plan {
    let custodian = |name: &&str| CustodianPlan::new(name.parse().unwrap(), Language::English);
    Plan {
        name: "Acme".parse().unwrap(),
        custodians: names.iter().map(custodian).collect(),
        threshold: 2,
        all_needed: false,
        titles_hidden: false,
    }
}

/// Hands the cards to their holders, as texts.
pub fn keep(cards: &RefCell<Vec<String>>) -> impl FnMut(&NewCards) -> Result<Vec<CardIndex>, CeremonyError> {
    |new| {
        *cards.borrow_mut() = new.cards().iter().map(|card| card.to_text().expose().to_owned()).collect();
        Ok(Vec::new())
    }
}

pub fn card(text: &str) -> Card {
    match read_card(text).unwrap() {
        Reading::Whole(card) => card,
        Reading::Corrected(_) => panic!("the text is whole"),
    }
}

pub fn share(text: &str) -> Share {
    let Card::Open(card) = card(text) else { panic!("an open card") };
    card.into_share()
}

/// The first two of these cards, brought to the active epoch's gathering.
pub fn attend(ledger: &Ledger<'_>, cards: &[String]) -> Result<Attendance, CeremonyError> {
    gather(Gathering::begin(ledger.active()?, ledger.state()), cards)
}

fn gather(mut gathering: Gathering, cards: &[String]) -> Result<Attendance, CeremonyError> {
    for text in &cards[..2] {
        match gathering.offer(card(text)) {
            Offered::Accepted(_) => {}
            Offered::Refused(refusal) => return Err(refusal.into()),
            Offered::NeedsPhrase(_) => panic!("an open card"),
        }
    }
    gathering.quorum()
}

/// Reads these cards back, and gives the quorum that they make: the first two.
pub fn read_all_back(
    writing: &mut Writing<'_>,
    epoch: EpochHash,
    cards: &[String],
) -> Result<Attendance, CeremonyError> {
    let mut gathering = Gathering::begin(writing.ledger().header(epoch)?, writing.ledger().state());
    for text in cards {
        gathering.keep(read_back(writing, epoch, &card(text), false, None, now())?);
    }
    gathering.quorum()
}

/// The first two of these cards, of an epoch that is staged.
pub fn attend_staged(ledger: &Ledger<'_>, epoch: EpochHash, cards: &[String]) -> Result<Attendance, CeremonyError> {
    gather(Gathering::begin(ledger.header(epoch)?, ledger.state()), cards)
}

/// Every value of an entry's password, sealed or deposited.
pub fn reveal(session: &Session, writing: &mut Writing<'_>, name: &str) -> Result<Vec<String>, CeremonyError> {
    let shown = session.reveal(writing, &entry(name), &[FieldName::fixed("password")], now())?;
    let values = shown.iter().flat_map(|field| {
        let deposited = field.deposited.iter().filter_map(|(_, value)| *value);
        field.sealed.into_iter().chain(deposited).map(|value| value.expose().to_owned())
    });
    Ok(values.collect())
}
