//! A vault with cards in people's hands, made through the library in a folder of its own.

use std::cell::RefCell;
use std::path::PathBuf;

use breakglass::ceremony::*;
use breakglass::language::Language;
use breakglass::quorum::{Card, CardIndex, LockProfile, Phrase, Reading, read_card};
use breakglass::store::{RealDisk, VaultFolder};
use breakglass::vault::{Change, FieldName, FieldValue, Moment, Person};
use portable_pty::CommandBuilder;

use super::scratch::{CONFIGURATION_VARIABLE, Scratch};

static DISK: RealDisk = RealDisk;

/// The phrase of the third custodian's card.
pub const PHRASE: &str = "zoo winner abandon lemon";

/// A vault in its second epoch, three cards of five needed, the third card locked.
pub struct Practice {
    pub scratch: Scratch,
    /// Card texts of the first epoch, worth nothing any more.
    pub old_cards: Vec<String>,
    /// Card texts of the second epoch.
    pub cards: Vec<String>,
}

impl Practice {
    /// Makes the vault with these entries sealed: id, title, password.
    pub fn with(language: Language, entries: &[(&str, &str, &str)]) -> Practice {
        Practice::planned(&|| plan(language), entries)
    }

    /// The same, with titles that nobody sees without cards.
    pub fn with_hidden_titles(language: Language, entries: &[(&str, &str, &str)]) -> Practice {
        Practice::planned(&|| Plan { titles_hidden: true, ..plan(language) }, entries)
    }

    fn planned(plan: &dyn Fn() -> Plan, entries: &[(&str, &str, &str)]) -> Practice {
        let scratch = Scratch::new();
        let cards = RefCell::new(Vec::new());
        let practice = Practice { scratch, old_cards: Vec::new(), cards: Vec::new() };
        let now = Moment::of(jiff::Timestamp::now());
        let pins = practice.pins();
        let mut writing = init(&DISK, &practice.vault(), &pins, plan(), now, &mut keep(&cards)).unwrap();
        let old_cards: Vec<String> = cards.borrow().clone();
        let epoch = writing.ledger().active().unwrap().hash();
        for (id, title, password) in entries {
            let fields = [("title", *title), ("password", *password)];
            let set = fields.map(|(name, value)| (FieldName::fixed(name), FieldValue::copy_of(value))).into();
            put(&mut writing, epoch, &id.parse().unwrap(), Change { set, ..Change::default() }, "Ben", now).unwrap();
        }
        let attendance = quorum(writing.ledger(), &old_cards);
        let rotation = Rotation::open(&writing, attendance).unwrap();
        let fold: Vec<_> = rotation.deposits().iter().map(|open| open.pending.deposit).collect();
        let staged = stage(&mut writing, rotation, plan(), Choices::folding(fold), now, &mut keep(&cards)).unwrap();
        let mut new = Gathering::begin(writing.ledger().header(staged.epoch).unwrap(), writing.ledger().state());
        for text in cards.borrow().iter() {
            let phrase = Phrase::new(PHRASE).unwrap();
            new.keep(read_back(&mut writing, staged.epoch, &card(text), true, Some(&phrase), now).unwrap());
        }
        commit(&mut writing, &new.quorum().unwrap(), Vec::new(), "Ben", now).unwrap();
        clean_up(&mut writing, now).unwrap();
        drop(writing);
        Practice { old_cards, cards: cards.into_inner(), ..practice }
    }

    pub fn vault(&self) -> PathBuf {
        self.scratch.path().join("acme.vault")
    }

    fn pins(&self) -> PinBook<'static> {
        PinBook::new(&DISK, &self.scratch.path().join("config/breakglass/pins"))
    }

    pub fn ledger(&self) -> Ledger<'static> {
        Ledger::read(VaultFolder::open(&DISK, &self.vault()).unwrap(), &self.pins(), None).unwrap()
    }

    /// The program with this vault, its configuration inside the practice folder.
    pub fn command(&self, language: Language, arguments: &[&str]) -> CommandBuilder {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_breakglass"));
        command.args(arguments);
        command.args(["--vault", &self.vault().display().to_string(), "--language", language.code()]);
        command.env(CONFIGURATION_VARIABLE, self.scratch.path().join("config"));
        command.env("TERM", "xterm-256color");
        command
    }
}

fn plan(language: Language) -> Plan {
    let custodian = |name: &str| CustodianPlan {
        person: Person::named(name.parse().unwrap(), language),
        lock: (name == "Chie").then(|| LockPlan { profile: LockProfile::Small, phrase: Phrase::new(PHRASE).unwrap() }),
    };
    Plan {
        name: "Acme".parse().unwrap(),
        custodians: ["Aiko", "Ben", "Chie", "Dan", "Emi"].map(custodian).into(),
        threshold: 3,
        all_needed: false,
        titles_hidden: false,
    }
}

pub fn card(text: &str) -> Card {
    match read_card(text).unwrap() {
        Reading::Whole(card) => card,
        Reading::Corrected(_) => panic!("the text is whole"),
    }
}

fn quorum(ledger: &Ledger<'_>, cards: &[String]) -> Attendance {
    let mut gathering = Gathering::begin(ledger.active().unwrap(), ledger.state());
    // Not the third, which is locked.
    for text in [&cards[0], &cards[1], &cards[3]] {
        assert!(matches!(gathering.offer(card(text)), Offered::Accepted(_)));
    }
    gathering.quorum().unwrap()
}

type Keep<'c> = Box<dyn FnMut(&NewCards) -> Result<Vec<CardIndex>, CeremonyError> + 'c>;

fn keep(cards: &RefCell<Vec<String>>) -> Keep<'_> {
    Box::new(|new| {
        *cards.borrow_mut() = new.cards().iter().map(|card| card.to_text().expose().to_owned()).collect();
        Ok(Vec::new())
    })
}
