//! A vault in memory, and the released program run against it, with the figures that every bench prints.

pub mod years;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use breakglass::ceremony::{CustodianPlan, Ledger, NewCards, PinBook, Plan, init, read_back};
use breakglass::language::Language;
use breakglass::quorum::{Card, CustodianKey, Reading, read_card};
use breakglass::store::RealDisk;
use breakglass::vault::Moment;

static DISK: RealDisk = RealDisk;

/// A folder in memory with a vault, its cards, and a configuration of its own.
pub struct Room {
    folder: PathBuf,
    /// The texts of the cards, newest epoch.
    pub cards: RefCell<Vec<String>>,
}

impl Room {
    /// An empty room, in memory where the system has such a place.
    pub fn new(name: &str) -> Room {
        let memory = Path::new("/dev/shm");
        let elsewhere = std::env::temp_dir();
        Room::below(if memory.is_dir() { memory } else { &elsewhere }, name)
    }

    /// An empty room in a folder.
    pub fn below(base: &Path, name: &str) -> Room {
        let folder = base.join(format!("breakglass-bench-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for the bench");
        Room { folder, cards: RefCell::default() }
    }

    /// A file in the room.
    #[allow(dead_code, reason = "not every bench has files beside the vault")]
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Where the vault stands.
    pub fn vault(&self) -> PathBuf {
        self.folder.join("bench.vault")
    }

    /// A file with three of the cards, to be brought with `--cards`.
    pub fn cards_file(&self) -> PathBuf {
        self.folder.join("cards.txt")
    }

    /// What keeps the texts of new cards, instead of a printer.
    pub fn keep_cards(
        &self,
    ) -> impl FnMut(&NewCards) -> Result<Vec<breakglass::quorum::CardIndex>, breakglass::ceremony::CeremonyError> {
        |new| {
            let texts: Vec<String> = new.cards().iter().map(|card| card.to_text().expose().to_owned()).collect();
            std::fs::write(self.cards_file(), texts[..3].join("\n")).expect("cards in a file");
            *self.cards.borrow_mut() = texts;
            Ok(Vec::new())
        }
    }

    /// Begins a vault of five with a threshold of three, all read back; gives the keys of its cards too.
    pub fn begin(&self) -> (Ledger<'static>, Vec<CustodianKey>) {
        let pins = PinBook::new(&DISK, &self.folder.join("config/breakglass/pins"));
        let mut writing = init(&DISK, &self.vault(), &pins, plan(), moment(), &mut self.keep_cards()).expect("a vault");
        let epoch = writing.ledger().active().expect("one epoch is active").hash();
        let texts = self.cards.borrow().clone();
        for text in &texts {
            read_back(&mut writing, epoch, &card(text), false, None, moment()).expect("a good card");
        }
        (writing.end(), texts.iter().map(|text| key(text)).collect())
    }

    /// Runs the released program once; gives what it printed, and how long the whole process took.
    pub fn timed(&self, arguments: &[&str], status: Option<i32>) -> (Vec<u8>, Duration) {
        let (output, took) = self.run(arguments);
        assert_eq!(output.status.code(), status, "{}", String::from_utf8_lossy(&output.stderr));
        (output.stdout, took)
    }

    /// Runs the released program once, whatever comes of it.
    pub fn run(&self, arguments: &[&str]) -> (Output, Duration) {
        let mut command = self.command(env!("CARGO_BIN_EXE_breakglass"));
        command.args(arguments);
        let start = Instant::now();
        let output = command.output().expect("the program runs");
        (output, start.elapsed())
    }

    /// The most bytes that were in memory for the program at once, as GNU `time` tells; nothing where that is not installed.
    pub fn peak(&self, arguments: &[&str]) -> Option<u64> {
        let mut command = self.command("/usr/bin/time");
        command.args(["-f", "%M", env!("CARGO_BIN_EXE_breakglass")]).args(arguments);
        let told = String::from_utf8(command.output().ok()?.stderr).ok()?;
        told.lines().next_back()?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("BREAKGLASS_VAULT", self.vault())
            .env("XDG_CONFIG_HOME", self.folder.join("config"))
            .env("HOME", &self.folder)
            .stdin(Stdio::null());
        command
    }

    /// The median of several runs.
    pub fn median(&self, runs: usize, arguments: &[&str], status: Option<i32>) -> Duration {
        let mut times: Vec<Duration> = (0..runs).map(|_| self.timed(arguments, status).1).collect();
        times.sort();
        times[runs / 2]
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Five custodians, of whom three are needed.
pub fn plan() -> Plan {
    let custodian = |name: &str| {
        let mut custodian = CustodianPlan::new(name.parse().expect("a name"), Language::English);
        custodian.person.contact = Some("+1 555 0102".parse().expect("a claim"));
        custodian.person.place = Some("safe".parse().expect("a claim"));
        custodian
    };
    Plan {
        name: "Bench".parse().expect("a name"),
        custodians: ["Aiko", "Ben", "Chie", "Dan", "Emi"].map(custodian).into(),
        threshold: 3,
        all_needed: false,
        titles_hidden: false,
    }
}

/// A moment that is past.
pub fn moment() -> Moment {
    "2026-11-22T21:20:55Z".parse().expect("a moment")
}

/// The card of a text.
pub fn card(text: &str) -> Card {
    match read_card(text).expect("a card's text") {
        Reading::Whole(card) => card,
        Reading::Corrected(_) => panic!("the text is whole"),
    }
}

fn key(text: &str) -> CustodianKey {
    match card(text) {
        Card::Open(card) => card.into_share().custodian_key(),
        Card::Locked(_) => panic!("no card is locked"),
    }
}
