//! Heads: on paper, and as a machine remembers them.

use breakglass::journal::{Line, What};
use breakglass::quorum::{EpochHash, EventId};

use crate::crash_disk::CrashDisk;
use crate::hand::*;
use crate::machine::{Machine, now};
use crate::shell::Shell;

/// An honest rotation with two deposits behind it, whose head stands on paper; and the rival rotation of the retired quorum.
struct Forged<'d> {
    /// The folder that the forger hands on, and a machine that trusts the epoch before both.
    folder: Machine<'d>,
    cards: Vec<String>,
    first: EpochHash,
    rival: EpochHash,
    head: EventId,
    common: usize,
    honest: Vec<Vec<u8>>,
    forged: Vec<Vec<u8>>,
}

impl<'d> Forged<'d> {
    fn new(disk: &'d CrashDisk) -> Forged<'d> {
        let ours = Machine::new(disk);
        let old = ours.begin();
        let first = active(ours);
        let common = ours.lines().len();
        trust(ours.with_pins("victims-pins"));
        let folder = ours.copy_to("forged.vault");
        let cards = ours.rotate(&old);
        ours.deposit("registrar", "one").unwrap();
        ours.deposit("registrar", "two").unwrap();
        let head = ours.head();
        trust(folder.with_pins("attackers-pins"));
        folder.with_pins("attackers-pins").rotate(&old);
        let rival = active(folder.with_pins("attackers-pins"));
        let (honest, forged) = (ours.lines()[common..].to_vec(), folder.lines()[common..].to_vec());
        // The files of the honest side stand there as well: the forger has them from the true folder.
        folder.with_pins("attackers-pins").merge(ours).unwrap();
        let folder = folder.with_pins("victims-pins");
        Forged { folder, cards, first, rival, head, common, honest, forged }
    }

    /// What both sides share, then these lines.
    fn hand_on(&self, lines: &[&[Vec<u8>]]) {
        let common = self.folder.lines()[..self.common].to_vec();
        self.folder.replace_lines(&[&[&common[..]], lines].concat().concat());
    }

    fn last(&self) -> &[Vec<u8>] {
        &self.honest[self.honest.len() - 1..]
    }
}

#[test]
fn an_honest_head_behind_a_cut_decides_nothing_and_put_refuses() {
    let disk = CrashDisk::new();
    let vault = Forged::new(&disk);
    // The rival history, and of the honest one nothing but the line that stands on paper.
    vault.hand_on(&[&vault.forged, vault.last()]);
    let victim = vault.folder.with_anchor(vault.head);
    let before = disk.files();
    assert!(victim.deposit("registrar", "TOP-SECRET").is_err());
    assert!(disk.files() == before, "nothing was sealed to anybody");
    assert_eq!(pinned(victim), Some(vault.first));
    // Without the paper neither: lines are cut.
    assert!(vault.folder.deposit("registrar", "TOP-SECRET").is_err());
    assert!(disk.files() == before, "nothing was sealed to anybody");
}

#[test]
fn a_head_that_was_moved_behind_a_cut_vouches_for_neither_side_of_a_split() {
    let disk = CrashDisk::new();
    let vault = Forged::new(&disk);
    let without_the_one_before = &vault.honest[..vault.honest.len() - 2];
    vault.hand_on(&[without_the_one_before, &vault.forged, vault.last()]);
    let victim = vault.folder.with_pins("a-new-machine").with_anchor(vault.head);
    assert!(is_split(victim), "{:?} is active, and {} is the rival", victim.read().state().active, vault.rival);
}

#[test]
fn an_honest_head_decides_as_long_as_nothing_is_cut_before_it() {
    let disk = CrashDisk::new();
    let vault = Forged::new(&disk);
    let victim = vault.folder.with_pins("a-new-machine").with_anchor(vault.head);
    for lines in [[&vault.honest[..], &vault.forged], [&vault.forged, &vault.honest[..]]] {
        vault.hand_on(&lines);
        assert!(is_split(vault.folder.with_pins("another-machine")));
        assert_ne!(active(victim), vault.rival);
        assert_eq!(victim.unseal(&vault.cards, "registrar").unwrap(), ["one", "two"]);
    }
}

#[test]
fn no_epoch_is_pinned_while_lines_are_cut() {
    let disk = CrashDisk::new();
    let vault = Forged::new(&disk);
    vault.hand_on(&[&vault.forged, vault.last()]);
    let _ = vault.folder.read().pin(Some(vault.rival));
    assert_eq!(pinned(vault.folder), Some(vault.first));
}

#[test]
fn the_program_seals_nothing_to_a_folder_whose_lines_were_cut() {
    let disk = CrashDisk::new();
    let vault = Forged::new(&disk);
    vault.hand_on(&[&vault.forged, vault.last()]);
    let shell = Shell::of(vault.folder, "victims-pins", &vault.cards);
    for more in [&["--anchor", &vault.head.to_string()][..], &[]] {
        let ran = shell.put("registrar", more);
        assert_eq!(ran.status, 1, "{more:?}: {}", ran.words());
    }
}

/// A vault that was opened, as this machine saw it; and the lines of the opening, which stand last.
fn opened(disk: &CrashDisk) -> (Machine<'_>, usize) {
    let machine = Machine::new(disk);
    let cards = machine.begin();
    machine.deposit("m365-admin", "correct horse").unwrap();
    let before = machine.lines().len();
    machine.unseal(&cards, "m365-admin").unwrap();
    machine.read().pin(None).unwrap();
    (machine, before)
}

/// A claim behind the first line, ground until its id sorts before the head.
fn graft(machine: Machine<'_>) -> Line {
    let (first, head) = (id(&machine.lines()[0]), machine.head());
    let tries = (0..).map(|days| claim(machine, vec![first], now().plus_days(-days), What::Merged {}));
    tries.into_iter().find(|line| line.id < head).unwrap()
}

#[test]
fn a_graft_never_replaces_a_pinned_head() {
    let disk = CrashDisk::new();
    let (machine, before) = opened(&disk);
    let graft = graft(machine);
    machine.append_line(graft.bytes());
    // The scheduled `status` sees the graft, and remembers what it may.
    machine.read().pin(None).unwrap();
    let mut lines = machine.lines()[..before].to_vec();
    lines.push(graft.bytes());
    machine.replace_lines(&lines);
    assert!(misses_heads(machine), "the opening was cut off");
    assert!(!is_calm(machine, now()));
    // However often it looks.
    machine.read().pin(None).unwrap();
    assert!(misses_heads(machine) && !is_calm(machine, now()));
}

#[test]
fn every_head_that_a_machine_saw_is_missed_when_it_is_gone() {
    let disk = CrashDisk::new();
    let (machine, before) = opened(&disk);
    machine.append_line(graft(machine).bytes());
    machine.read().pin(None).unwrap();
    let lines = machine.lines();
    for gone in [&lines[..before], &lines[..lines.len() - 1]] {
        machine.replace_lines(gone);
        assert!(misses_heads(machine), "{} lines are left", gone.len());
        machine.replace_lines(&lines);
        assert!(!misses_heads(machine));
    }
}

#[test]
fn a_head_that_follows_all_that_a_machine_saw_replaces_them() {
    let disk = CrashDisk::new();
    let (machine, _) = opened(&disk);
    let stick = machine.copy_to("stick.vault").with_pins("their-pins");
    trust(stick);
    stick.deposit("registrar", "theirs").unwrap();
    machine.deposit("registrar", "ours").unwrap();
    machine.read().pin(None).unwrap();
    machine.merge(stick).unwrap();
    assert!(!misses_heads(machine));
    machine.read().pin(None).unwrap();
    assert!(!misses_heads(machine) && !tells_of_something_wrong(machine));
    // The stick that lived on without them is behind, and is told as such.
    assert!(misses_heads(machine.at("stick.vault")));
}

#[test]
fn a_rewritten_beginning_is_told_although_every_head_is_there() {
    let disk = CrashDisk::new();
    let (machine, before) = opened(&disk);
    assert!(!tells_of_something_wrong(machine));
    let first = id(&machine.lines()[0]);
    insert_line(machine, before, &claim(machine, vec![first], now(), What::Merged {}));
    assert!(!misses_heads(machine), "a log only ever grows at its end, and yet nothing is gone");
    assert!(tells_of_something_wrong(machine), "this machine read these lines before, and they were others");
}

#[test]
fn a_head_on_paper_that_is_not_in_the_log_stops_whoever_would_write() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    machine.deposit("registrar", "ours").unwrap();
    let stick = machine.copy_to("stick.vault").with_pins("their-pins");
    trust(stick);
    stick.deposit("registrar", "theirs").unwrap();
    let lines = machine.lines();
    let holding = machine.with_anchor(EventId([7; 32]));
    assert!(holding.deposit("registrar", "TOP-SECRET").is_err(), "put");
    assert!(holding.stage(&cards, &NAMES).is_err(), "rotate");
    assert!(holding.merge(stick).is_err(), "merge");
    assert_eq!(machine.lines(), lines);
    // The night goes on: an opening is told of it, and not kept out.
    assert!(holding.unseal(&cards, "registrar").is_ok());
}

#[test]
fn the_program_names_the_head_that_is_not_in_the_log() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    machine.deposit("registrar", "correct horse").unwrap();
    let shell = Shell::of(machine, "pins", &cards);
    let absent = EventId([0xab; 32]).to_string();
    for ran in [shell.put("registrar", &["--anchor", &absent]), shell.unseal("registrar", &["--anchor", &absent])] {
        let code = breakglass::quorum::HeadCode::of(EventId([0xab; 32])).to_string();
        assert!(ran.words().replace(['\n', ' '], "").contains(&code.replace(' ', "")), "{}", ran.words());
    }
    assert_eq!(shell.put("registrar", &["--anchor", &absent]).status, 1);
}
