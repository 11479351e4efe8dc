//! A split is named wherever somebody looks, and nobody decides it but a head from paper.

use breakglass::ceremony::*;
use breakglass::quorum::{EpochHash, EventId};

use crate::crash_disk::CrashDisk;
use crate::hand::*;
use crate::machine::{Machine, now};
use crate::shell::Shell;

/// Two rotations that follow one epoch, in one folder.
struct Rivals<'d> {
    machine: Machine<'d>,
    cards: Vec<String>,
    ours: EpochHash,
    theirs: EpochHash,
    our_head: EventId,
    their_head: EventId,
}

impl<'d> Rivals<'d> {
    fn new(disk: &'d CrashDisk) -> Rivals<'d> {
        let machine = Machine::new(disk);
        let old = machine.begin();
        machine.deposit("registrar", "of both").unwrap();
        let stick = machine.copy_to("stick.vault").with_pins("their-pins");
        trust(stick);
        let cards = machine.rotate(&old);
        stick.rotate(&old);
        let (our_head, their_head) = (machine.head(), stick.head());
        let (ours, theirs) = (active(machine), active(stick));
        machine.merge(stick).unwrap();
        Rivals { machine, cards, ours, theirs, our_head, their_head }
    }
}

#[test]
fn verify_ends_with_1_on_an_undecided_split_and_names_both_sides() {
    let disk = CrashDisk::new();
    let rivals = Rivals::new(&disk);
    let shell = Shell::of(rivals.machine, "no-pins", &rivals.cards);
    let ran = shell.run(&["log", "verify"]);
    assert_eq!(ran.status, 1, "{}", ran.words());
    for epoch in [rivals.ours, rivals.theirs] {
        assert!(ran.words().contains(&epoch.id().to_string()), "{}", ran.words());
    }
    let document: serde_json::Value = serde_json::from_str(&shell.run(&["log", "verify", "--json"]).out).unwrap();
    let text = document.to_string();
    assert!(text.contains(&rivals.ours.id().to_string()) && text.contains(&rivals.theirs.id().to_string()), "{text}");
}

#[test]
fn a_head_on_paper_decides_a_split_for_an_auditor_too() {
    let disk = CrashDisk::new();
    let rivals = Rivals::new(&disk);
    let shell = Shell::of(rivals.machine, "no-pins", &rivals.cards);
    let decided = shell.run(&["log", "verify", "--anchor", &rivals.our_head.to_string()]);
    assert_eq!(decided.status, 0, "{}", decided.words());
    assert!(decided.words().contains("whole"), "{}", decided.words());
}

#[test]
fn a_rotation_behind_both_sides_settles_a_split_for_nobody_without_the_paper() {
    let disk = CrashDisk::new();
    let rivals = Rivals::new(&disk);
    let holding = rivals.machine.with_pins("one-who-holds-paper").with_anchor(rivals.our_head);
    holding.rotate(&rivals.cards);
    let newest = active(holding);
    let stranger = rivals.machine.with_pins("a-new-machine");
    assert!(is_split(stranger), "a commit of one side cannot say that the other side is nothing");
    assert!(!is_calm(stranger, now()));
    assert_eq!(active(stranger.with_anchor(rivals.our_head)), newest);
    assert_eq!(active(stranger.with_anchor(rivals.their_head)), rivals.theirs);
}

#[test]
fn the_papers_and_contents_of_the_side_that_a_head_decided_against_are_to_be_destroyed() {
    let disk = CrashDisk::new();
    let rivals = Rivals::new(&disk);
    let decided = rivals.machine.with_pins("a-new-machine").with_anchor(rivals.our_head);
    assert!(is_to_be_destroyed(decided, rivals.theirs), "their cards open their contents for ever");
    assert!(!is_to_be_destroyed(decided, rivals.ours));
    // As long as it is undecided nobody may be told to destroy either.
    let undecided = rivals.machine.with_pins("another-machine");
    assert!(!is_to_be_destroyed(undecided, rivals.theirs) && !is_to_be_destroyed(undecided, rivals.ours));
}

#[test]
fn a_deposit_that_waits_again_is_no_damage_where_the_losing_side_deleted_its_file() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let old = machine.begin();
    let stick = machine.copy_to("stick.vault").with_pins("their-pins");
    trust(stick);
    stick.deposit("registrar", "theirs").unwrap();
    machine.rotate(&old);
    let head = machine.head();
    let their_cards = stick.rotate(&old);
    assert_eq!(stick.unseal(&their_cards, "registrar").unwrap(), ["theirs"]);
    machine.merge(stick).unwrap();
    let decided = machine.with_pins("a-new-machine").with_anchor(head);
    let findings = verify_files(&decided.read(), VerifyDepth::Hashed).unwrap();
    assert_eq!(findings.into_iter().filter(FileFinding::is_damage).collect::<Vec<_>>(), []);
}
