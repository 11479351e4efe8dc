//! Histories made of small numbers: a vault that lives in up to three copies, with every kind of event, true ones and twisted ones.

use std::cell::RefCell;
use std::collections::BTreeSet;

use breakglass::journal::{Event, Headers, LeftOut, Line, NewEpoch, SignedReceipt, Signer, Staging, What};
use breakglass::language::Language;
use breakglass::quorum::{
    CardIndex, CustodianKey, CustodianPublicKey, Digest, EpochHash, EventId, Secret, Share, VaultId,
};
use breakglass::vault::{Custodian, EpochHeader, FORMAT_VERSION, Header, Moment, Person};

/// Cards that open an epoch.
pub const THRESHOLD: u8 = 2;
/// Epochs of one history at most.
const MOST_EPOCHS: usize = 7;
const RECIPIENT: &str = "age1vuxmrsllhch28f0k9fpqzdu36hkelgr5glc3wfjswp05wwgur5gssrejp5";

/// 32 bytes made of a word.
pub fn word(name: &str) -> [u8; 32] {
    Digest::of(format!("breakglass model: {name}").as_bytes()).0
}

pub fn card(number: u8) -> CardIndex {
    CardIndex::try_from(number).unwrap()
}

pub fn at(seconds: i64) -> Moment {
    Moment::of(jiff::Timestamp::from_second(seconds.min(FAR)).unwrap())
}

/// 2026-01-10T09:00:00Z.
pub const START: i64 = 1_768_035_600;
/// 9999-12-01, in seconds.
pub const FAR: i64 = 253_399_536_000;

/// Does something with the key of a card of the epoch with this serial number; keys are made once.
fn with_key<T>(serial: usize, number: u8, what: impl FnOnce(&CustodianKey, CustodianPublicKey) -> T) -> T {
    type Keys = std::collections::HashMap<(usize, u8), (CustodianKey, CustodianPublicKey)>;
    thread_local!(static KEYS: RefCell<Keys> = RefCell::new(Keys::new()));
    KEYS.with(|keys| {
        let mut keys = keys.borrow_mut();
        let (key, public) = keys.entry((serial, number)).or_insert_with(|| {
            let share = Share::new(card(number), Secret::new(word(&format!("share {serial} {number}"))));
            let key = share.custodian_key();
            let public = key.public();
            (key, public)
        });
        what(key, *public)
    })
}

/// One step of a history, as proptest draws it.
pub type Act = (u8, u8, u8, u16, u16);

/// An epoch of this world.
#[derive(Clone, Debug)]
pub struct Epoch {
    pub hash: EpochHash,
    pub serial: usize,
    pub number: u32,
    pub cards: u8,
}

/// A line of this world.
#[derive(Clone, Debug)]
pub struct Made {
    pub id: Option<EventId>,
    pub bytes: Vec<u8>,
    /// Whether its signatures are what it says.
    pub genuine: bool,
}

/// What one copy of the vault knows.
#[derive(Clone, Debug)]
pub struct Copy {
    pub heads: Vec<EventId>,
    pub active: usize,
    pub staged: Option<usize>,
    session: Option<(EventId, Vec<Signer>)>,
    highest: u32,
}

/// How an event is written other than honest people would.
#[derive(Clone, Debug, Default)]
pub struct Twist {
    pub unsigned: bool,
    pub signers_of: Option<usize>,
    pub one_signer: bool,
    pub bad_signature: bool,
    pub other_vault: bool,
    pub other_epoch: Option<usize>,
    pub previous: Option<Vec<EventId>>,
    pub time: Option<i64>,
}

pub struct World {
    pub vault: VaultId,
    pub headers: Headers,
    pub epochs: Vec<Epoch>,
    pub lines: Vec<Made>,
    pub copies: Vec<Copy>,
    pub clock: i64,
    pub openings: Vec<EventId>,
    pub deposits: Vec<Digest>,
    pub receipts: Vec<SignedReceipt>,
    /// Whether true signatures are left out, since the reader is told that it verified those lines before.
    pub fast: bool,
    /// While somebody attacks: how many epochs there were before, and those whose cards they hold.
    pub attacked: Option<(usize, Vec<usize>)>,
}

impl World {
    /// A vault that was just created, in `copies` copies.
    pub fn new(copies: usize, cards: u8, fast: bool) -> World {
        let vault = VaultId(std::array::from_fn(|place| word("vault")[place]));
        let mut world = World {
            vault,
            headers: Headers::new(),
            epochs: Vec::new(),
            lines: Vec::new(),
            copies: Vec::new(),
            clock: START,
            openings: Vec::new(),
            deposits: Vec::new(),
            receipts: Vec::new(),
            fast,
            attacked: None,
        };
        let first = world.deal(None, 1, Vec::new(), cards);
        let what = What::Created { name: "Acme".parse().unwrap(), epoch: world.new_epoch(first, 0b101, 0b10) };
        let created = world.write(Vec::new(), world.signers(first, cards), what, &Twist::default());
        let copy = Copy { heads: vec![created], active: first, staged: None, session: None, highest: 1 };
        world.copies = vec![copy; copies];
        world
    }

    /// Makes the header of a new epoch, with keys of its own.
    pub fn deal(&mut self, parent: Option<usize>, number: u32, heads: Vec<EventId>, cards: u8) -> usize {
        let serial = self.epochs.len();
        let custodian = |number: u8| Custodian {
            index: card(number),
            person: Person::named("Ben Okafor".parse().unwrap(), Language::English),
            key: with_key(serial, number, |_, public| public),
        };
        let header = EpochHeader::write(&Header {
            version: FORMAT_VERSION,
            vault: self.vault,
            name: "Acme".parse().unwrap(),
            epoch: number,
            dealt: at(self.clock),
            previous: parent.map(|parent| self.epochs[parent].hash),
            heads,
            threshold: THRESHOLD,
            custodians: (1..=cards).map(custodian).collect(),
            deposit_recipient: RECIPIENT.to_owned(),
            sealed: Digest(word("sealed")),
            titles_hidden: false,
            entries: if serial % 2 == 1 { vec![super::acts::public_entry(0, 2)] } else { Vec::new() },
        })
        .unwrap();
        self.epochs.push(Epoch { hash: header.hash(), serial, number, cards });
        self.headers.insert(header.hash(), header);
        serial
    }

    pub fn may_deal(&self) -> bool {
        self.epochs.len() < MOST_EPOCHS
    }

    pub fn new_epoch(&self, epoch: usize, files: u16, locked: u16) -> NewEpoch {
        let Epoch { hash, number, cards, .. } = self.epochs[epoch];
        let of = |bits: u16| (1..=cards).filter(|card| bits >> (card - 1) & 1 == 1).map(card_of).collect();
        NewEpoch { number, hash, card_files: of(files), locked: of(locked) }
    }

    /// The first so many cards of an epoch.
    pub fn signers(&self, epoch: usize, count: u8) -> Vec<Signer> {
        let Epoch { hash, cards, .. } = self.epochs[epoch];
        (1..=count.min(cards)).map(|number| Signer(hash, card(number))).collect()
    }

    pub fn receipt(&mut self, epoch: usize, number: u8, locked: bool) -> SignedReceipt {
        let Epoch { hash, serial, .. } = self.epochs[epoch];
        let (vault, time) = (self.vault, at(self.clock));
        // Whoever does not hold the card signs with something else.
        let key = if self.holds(serial) { serial } else { MOST_EPOCHS + 1 };
        let receipt = with_key(key, number, |key, _| SignedReceipt::sign(vault, hash, card(number), locked, time, key));
        self.receipts.push(receipt.clone());
        receipt
    }

    /// Writes a line.
    pub fn write(&mut self, previous: Vec<EventId>, mut signers: Vec<Signer>, what: What, twist: &Twist) -> EventId {
        if let Some(other) = twist.signers_of {
            let Epoch { hash, cards, .. } = self.epochs[other];
            signers = signers.iter().map(|signer| Signer(hash, card((signer.1.get() - 1) % cards + 1))).collect();
        }
        if twist.one_signer {
            signers.truncate(1);
        }
        if twist.unsigned {
            signers.clear();
        }
        let mut vault = self.vault;
        vault.0[0] ^= u8::from(twist.other_vault);
        let event = Event {
            version: FORMAT_VERSION,
            vault,
            previous: twist.previous.clone().unwrap_or(previous),
            time: at(twist.time.unwrap_or(self.clock)),
            by: None,
            signers,
            what,
        };
        self.push(event, twist.bad_signature)
    }

    /// Whether whoever writes now holds the cards of this epoch: all may be made up, and honest people hold all.
    fn holds(&self, epoch: usize) -> bool {
        self.attacked.as_ref().is_none_or(|(honest, held)| epoch >= *honest || held.contains(&epoch))
    }

    pub fn push(&mut self, mut event: Event, mut bad: bool) -> EventId {
        if event.signers.iter().any(|signer| self.key_of(signer).is_some_and(|(serial, _)| !self.holds(serial))) {
            bad = true;
            // A claim, or false signatures.
            if event.time.timestamp().as_second() % 4 < 2 {
                event.signers.clear();
            }
        }
        let unique: BTreeSet<&Signer> = event.signers.iter().collect();
        let serials: Option<Vec<(usize, u8)>> = event.signers.iter().map(|signer| self.key_of(signer)).collect();
        let genuine = (!bad || event.signers.is_empty()) && unique.len() == event.signers.len() && serials.is_some();
        let mut line = Line::sign(event, &[]);
        if !(self.fast && genuine) {
            let digest = if bad { word("another event") } else { line.id.0 };
            let sign = |(serial, number): (usize, u8)| {
                with_key(serial, number, |key, _| key.sign(breakglass::journal::EVENT_DOMAIN, &digest))
            };
            line.signatures = serials.unwrap_or_default().into_iter().map(sign).collect();
        }
        self.lines.push(Made { id: Some(line.id), bytes: line.bytes(), genuine });
        line.id
    }

    fn key_of(&self, signer: &Signer) -> Option<(usize, u8)> {
        let epoch = self.epochs.iter().find(|epoch| epoch.hash == signer.0)?;
        (signer.1.get() <= epoch.cards).then_some((epoch.serial, signer.1.get()))
    }

    /// Writes a line in a copy, which then follows it.
    pub fn follow(&mut self, copy: usize, signers: Vec<Signer>, what: What, twist: &Twist) -> EventId {
        let id = self.write(self.copies[copy].heads.clone(), signers, what, twist);
        // Who links elsewhere leaves the copy's newest event as another head.
        let mut heads = vec![id];
        if let Some(previous) = &twist.previous {
            heads.extend(self.copies[copy].heads.iter().filter(|head| !previous.contains(head)));
            heads.sort();
            heads.truncate(3);
        }
        self.copies[copy].heads = heads;
        id
    }

    pub fn open(&mut self, copy: usize, what: What, twist: &Twist) {
        let signers = self.signers(self.copies[copy].active, THRESHOLD);
        let id = self.follow(copy, signers.clone(), what, twist);
        self.openings.push(id);
        self.copies[copy].session = Some((id, signers));
    }

    /// The session that stands open in a copy, or some other.
    pub fn session(&self, copy: usize, any: u16) -> (EventId, Vec<Signer>) {
        let known = self.copies[copy].session.clone();
        known.unwrap_or_else(|| {
            let other = self.openings.get(usize::from(any) % self.openings.len().max(1)).copied();
            (other.unwrap_or(EventId(word("no session"))), self.signers(self.copies[copy].active, THRESHOLD))
        })
    }

    pub fn close(&mut self, copy: usize) {
        self.copies[copy].session = None;
    }

    /// Stages an epoch in a copy.
    pub fn stage(&mut self, copy: usize, cards: u8, bits: (u16, u16), staging: Staging, more: u32, twist: &Twist) {
        if !self.may_deal() {
            return;
        }
        let here = self.copies[copy].clone();
        let parent = twist.other_epoch.unwrap_or(here.active);
        let number = here.highest + 1;
        let heads = twist.previous.clone().unwrap_or(here.heads);
        let epoch = self.deal(Some(parent), number, heads, cards);
        let what = What::Staged { epoch: self.new_epoch(epoch, bits.0, bits.1), staging, more };
        self.follow(copy, self.signers(parent, THRESHOLD), what, twist);
        self.copies[copy].staged = Some(epoch);
        self.copies[copy].highest = number;
    }

    pub fn commit(&mut self, copy: usize, left_out: Vec<LeftOut>, twist: &Twist) {
        let Some(staged) = self.copies[copy].staged else { return };
        let what = What::Committed { epoch: self.epochs[staged].hash, left_out };
        self.follow(copy, self.signers(staged, THRESHOLD), what, twist);
        let here = &mut self.copies[copy];
        (here.active, here.staged, here.session) = (staged, None, None);
    }

    /// One copy takes in the other.
    pub fn meet(&mut self, copy: usize, other: usize, twist: &Twist) {
        let there = self.copies[other].clone();
        if there.heads == self.copies[copy].heads {
            return;
        }
        let here = &mut self.copies[copy];
        let heads: BTreeSet<EventId> = here.heads.iter().chain(&there.heads).copied().collect();
        here.heads = heads.into_iter().collect();
        here.heads.truncate(4);
        here.highest = here.highest.max(there.highest);
        if there.active > here.active {
            (here.active, here.staged) = (there.active, there.staged);
        }
        here.staged = here.staged.or(there.staged);
        self.follow(copy, Vec::new(), What::Merged {}, twist);
    }

    /// Something that a newer breakglass wrote.
    pub fn dream(&mut self, copy: usize) {
        let heads: Vec<String> = self.copies[copy].heads.iter().map(|head| format!("\"{head}\"")).collect();
        let event = format!(
            "{{\"previous\":[{}],\"signers\":[],\"time\":\"{}\",\"vault\":\"{}\",\"version\":2,\"what\":{{\"dreamt\":{{}}}}}}",
            heads.join(","),
            at(self.clock),
            self.vault
        );
        let id = EventId::of(event.as_bytes());
        let bytes = format!("{{\"event\":{event},\"signatures\":[]}}").into_bytes();
        self.lines.push(Made { id: Some(id), bytes, genuine: true });
        self.copies[copy].heads = vec![id];
    }
}

pub fn card_of(number: u8) -> CardIndex {
    card(number)
}
