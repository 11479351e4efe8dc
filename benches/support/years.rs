//! Years of a busy vault, written without waiting for any: checks of cards, deposits with their files, openings that were reviewed.

use std::fs::OpenOptions;
use std::io::Write;

use breakglass::ceremony::Ledger;
use breakglass::journal::{Event, Line, Signer, What};
use breakglass::quorum::{CustodianKey, EventId};
use breakglass::vault::{
    Change, Claim, Deposit, EntryId, EpochHeader, FORMAT_VERSION, FieldName, FieldValue, PublicEntry,
};

use super::{Room, moment};

/// Entries that the years speak of.
const ENTRIES: usize = 50;

/// Who can write anything into the vault of a room.
pub struct Writer<'a> {
    room: &'a Room,
    ledger: &'a Ledger<'a>,
    keys: &'a [CustodianKey],
    signers: Vec<Signer>,
}

impl<'a> Writer<'a> {
    /// Of a vault that was just begun, with the keys of its cards.
    pub fn new(room: &'a Room, ledger: &'a Ledger<'a>, keys: &'a [CustodianKey]) -> Writer<'a> {
        let header = ledger.active().expect("one epoch is active");
        let signers = header.custodians.iter().map(|custodian| Signer(header.hash(), custodian.index)).collect();
        Writer { room, ledger, keys, signers }
    }

    /// The header of the vault's only epoch.
    pub fn header(&self) -> &EpochHeader {
        self.ledger.active().expect("one epoch is active")
    }

    /// The keys of its cards.
    pub fn keys(&self) -> &[CustodianKey] {
        self.keys
    }

    /// Appends lines to the log, and tells its length.
    pub fn append<'l>(&self, lines: impl IntoIterator<Item = &'l Line>) -> u64 {
        let path = self.room.vault().join("log.jsonl");
        let mut log = OpenOptions::new().append(true).open(path).expect("the log stands there");
        let mut bytes = Vec::new();
        for line in lines {
            bytes.extend(line.bytes());
            bytes.push(b'\n');
        }
        log.write_all(&bytes).expect("the log can be written");
        log.metadata().expect("the log's length").len()
    }

    /// An event that follows others, signed by these cards.
    pub fn line(&self, previous: Vec<EventId>, what: What, cards: std::ops::Range<usize>) -> Line {
        let signers = self.signers[cards.clone()].to_vec();
        let event = Event {
            version: FORMAT_VERSION,
            vault: self.ledger.state().vault,
            previous,
            time: moment(),
            by: signers.is_empty().then(|| claim("Ben Carter")),
            signers,
            what,
        };
        Line::sign(event, &self.keys[cards].iter().collect::<Vec<_>>())
    }

    /// The years, up to so many events: each follows the one before it.
    pub fn years(&self, events: usize) -> Vec<Line> {
        let mut head = self.ledger.heads()[0];
        let mut session = head;
        let mut lines = Vec::new();
        for number in self.ledger.lines().count()..events {
            let (what, cards) = self.event(number, session);
            let opens = matches!(what, What::Opened { .. });
            let line = self.line(vec![head], what, cards);
            head = line.id;
            if opens {
                session = head;
            }
            lines.push(line);
        }
        lines
    }

    fn event(&self, number: usize, session: EventId) -> (What, std::ops::Range<usize>) {
        let header = self.header();
        let one = number % self.signers.len();
        let opened = || What::Opened {
            epoch: header.hash(),
            reason: claim(&format!("incident {number}: the identity provider is down")),
            incident: Some(claim(&format!("INC-{number}"))),
            reported: Vec::new(),
        };
        match number % 10 {
            0 => (opened(), 0..3),
            1 if number % 100 == 1 => (What::Exported { session }, 0..3),
            1 => (revealed(session, number), 0..3),
            2 => (What::Closed { session }, 0..3),
            3 => (What::Reviewed { openings: vec![session] }, 0..0),
            4 => (self.deposited(number), 0..0),
            _ => (What::Checked { epoch: header.hash(), card: header.custodians[one].index }, one..one + 1),
        }
    }

    /// A deposit, with its file.
    fn deposited(&self, number: usize) -> What {
        let header = self.header();
        let values = [
            ("title", "Microsoft 365 emergency account".to_owned()),
            ("password", format!("correct horse battery staple {number}")),
            ("last_rotated", "2026-11-22".to_owned()),
        ];
        let set = values.iter().map(|(name, value)| (FieldName::fixed(name), FieldValue::copy_of(value))).collect();
        let deposit = Deposit {
            version: FORMAT_VERSION,
            vault: header.vault,
            epoch: header.hash(),
            entry: entry(number),
            made: moment(),
            by: Some(claim("Ben Carter")),
            change: Change { set, ..Change::default() },
        };
        let sealed = deposit.seal(header.deposit_recipient()).expect("a deposit");
        let folder = self.room.vault().join("deposits/0001");
        std::fs::create_dir_all(&folder).expect("a folder for deposits");
        std::fs::write(folder.join(format!("{}.age", sealed.digest())), &sealed.file).expect("a deposit's file");
        What::Deposited {
            epoch: header.hash(),
            deposit: sealed.digest(),
            entry: PublicEntry {
                id: entry(number),
                title: Some(claim("Microsoft 365 emergency account")),
                kind: Some(claim("cloud administrator")),
                owner: Some(claim("Ben Carter")),
                last_rotated: Some(claim("2026-11-22")),
            },
            fields: ["title", "password", "last_rotated"].map(FieldName::fixed).to_vec(),
            cleared: Vec::new(),
            attached: Vec::new(),
            detached: Vec::new(),
            recovery_codes: None,
        }
    }
}

fn revealed(session: EventId, number: usize) -> What {
    What::Revealed {
        session,
        entry: entry(number),
        fields: vec![FieldName::fixed("password")],
        attachments: Vec::new(),
        codes: Vec::new(),
    }
}

fn entry(number: usize) -> EntryId {
    format!("entry-{}", number / 10 % ENTRIES).parse().expect("an id")
}

/// What somebody says.
pub fn claim(text: &str) -> Claim {
    text.parse().expect("a claim")
}
