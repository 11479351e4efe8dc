//! One value out of a vault with 50 entries, with three cards without phrases: the figure to reach is 30 ms, whole process, files in
//! memory.

#[path = "support/mod.rs"]
#[allow(dead_code, reason = "other benches do more with it")]
mod support;

use std::process::ExitCode;
use std::time::Duration;

use breakglass::ceremony::{
    Choices, Gathering, Offered, Rotation, Writing, commit, put, read_back, stage, trusted_epoch,
};
use breakglass::vault::{Change, FieldName, FieldValue};
use support::{Room, card, moment, plan};

const ENTRIES: usize = 50;
const FIGURE: Duration = Duration::from_millis(30);
const RUNS: usize = 31;

fn main() -> ExitCode {
    let room = Room::new("opening");
    let (ledger, _) = room.begin();
    let mut writing = ledger.begin(moment()).expect("nobody else writes");
    for number in 0..ENTRIES {
        fill(&mut writing, number);
    }
    seal(&room, &mut writing);
    writing.end().pin(None).expect("the configuration can be written");
    let file = room.cards_file().display().to_string();
    let arguments = ["unseal", "--reason", "bench", "--cards", &file, "--entry", "entry-33", "--field", "password"];
    let printed = room.timed(&arguments, Some(0)).0;
    assert_eq!(String::from_utf8_lossy(&printed), "correct horse battery staple 33\n");
    let median = room.median(RUNS, &arguments, Some(0));
    println!("one of {ENTRIES} entries opened with three cards: median {median:.1?} of {RUNS}; to reach: {FIGURE:?}");
    if median <= FIGURE { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn fill(writing: &mut Writing<'_>, number: usize) {
    let values = [
        ("title", format!("System {number}")),
        ("user_name", "emergency@practice.example".to_owned()),
        ("password", format!("correct horse battery staple {number}")),
        ("notes", "Recovery codes: 1111 2222 3333 4444 5555 6666 7777 8888".repeat(4)),
    ];
    let set = values.iter().map(|(name, value)| (FieldName::fixed(name), FieldValue::copy_of(value))).collect();
    let trusted = trusted_epoch(writing.ledger(), None).expect("the epoch is pinned");
    let entry = format!("entry-{number}").parse().expect("an id");
    put(writing, trusted, &entry, Change { set, ..Change::default() }, "Ben", moment()).expect("a deposit");
}

/// Folds all deposits into the contents of a second epoch.
fn seal(room: &Room, writing: &mut Writing<'_>) {
    let mut gathering = Gathering::begin(writing.ledger().active().expect("one epoch"), writing.ledger().state());
    for text in room.cards.borrow().iter().take(3) {
        assert!(matches!(gathering.offer(card(text)), Offered::Accepted(_)));
    }
    let rotation = Rotation::open(writing, gathering.quorum().expect("a quorum")).expect("it opens");
    let fold: Vec<_> = rotation.deposits().iter().map(|open| open.pending.deposit).collect();
    assert_eq!(fold.len(), ENTRIES);
    let mut keep = room.keep_cards();
    let staged = stage(writing, rotation, plan(), Choices::folding(fold), moment(), &mut keep).expect("a staged epoch");
    let header = writing.ledger().header(staged.epoch).expect("its header").clone();
    let mut gathering = Gathering::begin(&header, writing.ledger().state());
    let texts = room.cards.borrow().clone();
    for text in &texts {
        gathering.keep(read_back(writing, staged.epoch, &card(text), false, None, moment()).expect("a good card"));
    }
    let quorum = gathering.quorum().expect("a quorum");
    commit(writing, &quorum, Vec::new(), "Ben", moment()).expect("a committed epoch");
}
