//! An opening whose log takes no more in its middle and goes on in another folder, and one that closes itself: cut at every operation. No
//! value was shown without its event on a medium, and after the crash both logs read and merge.

use std::cell::{Cell, RefCell};
use std::path::Path;

use breakglass::ceremony::*;
use breakglass::journal::{Finding, What};
use breakglass::store::{Trouble, VaultFolder};

use crate::ceremony::{cut_everywhere, has_event, holds_everything, is_sound, vault};
use crate::crash_disk::{CrashDisk, Survival};
use crate::machine::{Machine, attend, now, reveal};

const SIDE: &str = "side";

/// What was acknowledged before the power went.
#[derive(Default)]
struct Seen {
    opened: Cell<bool>,
    shown: RefCell<Vec<&'static str>>,
}

impl Seen {
    fn forget(&self) {
        self.opened.set(false);
        self.shown.borrow_mut().clear();
    }
}

/// Opens, shows one value, runs out of room in the middle of the next event, goes on in another folder, shows it, and closes.
fn run_out_of_room(disk: &CrashDisk, cards: &[String], room: usize, seen: &Seen) -> Result<(), CeremonyError> {
    seen.forget();
    let mut writing = Machine::new(disk).try_write()?;
    let attendance = attend(writing.ledger(), cards)?;
    let session = Session::open(&mut writing, attendance, "lockout", None, now())?;
    seen.opened.set(true);
    assert_eq!(reveal(&session, &mut writing, "m365-admin")?, ["sealed"]);
    seen.shown.borrow_mut().push("m365-admin");
    disk.leave_space(room);
    let error = reveal(&session, &mut writing, "registrar").map(drop).unwrap_err();
    disk.leave_space(1 << 20);
    if !writing.is_cut_off() {
        return Err(error);
    }
    writing.continue_in(Path::new(SIDE))?;
    assert_eq!(reveal(&session, &mut writing, "registrar")?, ["waiting"]);
    seen.shown.borrow_mut().push("registrar");
    session.close(&mut writing, now())
}

/// The vault with its side log, if there is one, read as one and merged.
fn both_logs_read_and_merge(after: &CrashDisk) {
    let machine = Machine::new(after);
    let side = VaultFolder::is_vault(after, Path::new(SIDE)).unwrap();
    if side {
        let folder = machine.folder().with_side_log(Path::new(SIDE));
        let ledger = Ledger::read(folder, &machine.pins(), None).unwrap();
        assert_eq!(ledger.history().findings, Vec::<Finding>::new(), "the same line in both logs is no fault");
        merge_vaults(&mut machine.write(), &VaultFolder::open(after, Path::new(SIDE)).unwrap(), now()).unwrap();
    }
    is_sound(machine);
    assert_eq!(machine.read().heads().len(), 1);
}

fn revealed(machine: Machine<'_>, name: &str) -> bool {
    has_event(machine, |what| matches!(what, What::Revealed { entry, .. } if entry.as_str() == name))
}

#[test]
fn an_opening_that_runs_out_of_room_goes_on_in_a_side_log_wherever_it_was_cut() {
    let (before, cards) = vault();
    let seen = Seen::default();
    // No byte of the line fits, half of it does, or all of it but its end.
    for room in [0, 100, 700] {
        let unseal = |disk: &CrashDisk| run_out_of_room(disk, &cards, room, &seen);
        let cuts = cut_everywhere(&before, unseal, |after, crash| {
            both_logs_read_and_merge(after);
            let machine = Machine::new(after);
            assert!(!seen.opened.get() || has_event(machine, |what| matches!(what, What::Opened { .. })));
            for name in seen.shown.borrow().iter() {
                assert!(revealed(machine, name), "{name} was shown without a line");
            }
            assert!(!crash.reported_done || has_event(machine, |what| matches!(what, What::Closed { .. })));
            holds_everything(machine, &cards);
        });
        assert!(cuts > 15, "{cuts}");
    }
}

#[test]
fn what_stands_in_a_side_log_counts_when_the_first_medium_is_never_seen_again() {
    let (before, cards) = vault();
    let disk = before.after_crash(Survival::Whole);
    let machine = Machine::new(&disk);
    let other = machine.copy_to("other.vault");
    run_out_of_room(&disk, &cards, 100, &Seen::default()).unwrap();
    merge_vaults(&mut other.write(), &VaultFolder::open(&disk, Path::new(SIDE)).unwrap(), now()).unwrap();
    is_sound(other);
    let ledger = other.read();
    let opening = ledger.state().openings.last().unwrap();
    assert!(opening.closed && revealed(other, "m365-admin") && revealed(other, "registrar"));
}

#[test]
fn a_line_that_stands_whole_in_the_first_log_is_the_same_line_in_the_side_log() {
    let (before, cards) = vault();
    let disk = before.after_crash(Survival::Whole);
    let machine = Machine::new(&disk);
    let mut writing = machine.write();
    let attendance = attend(writing.ledger(), &cards).unwrap();
    let session = Session::open(&mut writing, attendance, "lockout", None, now()).unwrap();
    disk.leave_space(0);
    reveal(&session, &mut writing, "registrar").unwrap_err();
    assert!(writing.is_cut_off());
    disk.leave_space(1 << 20);
    writing.continue_in(Path::new(SIDE)).unwrap();
    reveal(&session, &mut writing, "registrar").unwrap();
    session.close(&mut writing, now()).unwrap();
    drop(writing);
    // The middle one reached the first log after all, as when only its sync had failed.
    let side = machine.at(SIDE).lines();
    assert_eq!(side.len(), 3, "opened, revealed, closed");
    machine.append_line(side[1].clone());
    both_logs_read_and_merge(&disk);
    let all = machine.lines();
    assert!(side.iter().all(|line| all.iter().filter(|known| *known == line).count() == 1), "each stands once");
}

#[test]
fn a_side_log_is_no_folder_of_the_vault_nor_of_another_one_and_the_vault_stays_open() {
    let (before, cards) = vault();
    let disk = before.after_crash(Survival::Whole);
    let machine = Machine::new(&disk);
    machine.at("foreign.vault").init(&["Aiko", "Ben", "Chie"]).unwrap();
    let foreign = machine.at("foreign.vault").lines();
    let mut writing = machine.write();
    let attendance = attend(writing.ledger(), &cards).unwrap();
    let session = Session::open(&mut writing, attendance, "lockout", None, now()).unwrap();
    disk.leave_space(10);
    reveal(&session, &mut writing, "registrar").unwrap_err();
    disk.leave_space(1 << 20);
    let inside = writing.continue_in(Path::new("acme.vault/log")).unwrap_err();
    assert!(matches!(inside, CeremonyError::SameLog(_)), "{inside}");
    let other = writing.continue_in(Path::new("foreign.vault")).unwrap_err();
    assert!(matches!(other, CeremonyError::OtherLog(_)), "{other}");
    assert_eq!(machine.at("foreign.vault").lines(), foreign);
    disk.leave_space(10);
    let full = writing.continue_in(Path::new(SIDE)).unwrap_err();
    assert!(matches!(&full, CeremonyError::Store(error) if *error.trouble() == Trouble::Full), "{full}");
    disk.leave_space(1 << 20);
    writing.continue_in(Path::new("third")).unwrap();
    assert_eq!(reveal(&session, &mut writing, "registrar").unwrap(), ["waiting"]);
    assert_eq!(writing.side_logs(), [Path::new("third")]);
}

#[test]
fn that_there_is_no_room_is_known_before_anybody_brings_a_card() {
    let (before, _) = vault();
    let disk = before.after_crash(Survival::Whole);
    let writing = Machine::new(&disk).write();
    // Lines of claims would still fit.
    disk.leave_space(20_000);
    let error = writing.test_room().unwrap_err();
    assert!(matches!(&error, CeremonyError::Store(error) if *error.trouble() == Trouble::Full), "{error}");
    disk.leave_space(1 << 20);
    writing.test_room().unwrap();
    drop(writing);
    is_sound(Machine::new(&disk));
}

/// As the program does it when no key comes: the event, and nothing is shown any more.
#[test]
fn an_opening_that_closes_itself_is_closed_or_told_as_never_closed_wherever_it_was_cut() {
    let (before, cards) = vault();
    let seen = Seen::default();
    let unseal = |disk: &CrashDisk| -> Result<(), CeremonyError> {
        seen.forget();
        let mut writing = Machine::new(disk).try_write()?;
        writing.test_room()?;
        let attendance = attend(writing.ledger(), &cards)?;
        let recorded = Session::record(&mut writing, &attendance, "lockout", None, now())?;
        let session = Session::begin(recorded, &writing, attendance)?;
        seen.opened.set(true);
        reveal(&session, &mut writing, "registrar")?;
        seen.shown.borrow_mut().push("registrar");
        session.record_closing(&mut writing, now())
    };
    let cuts = cut_everywhere(&before, unseal, |after, crash| {
        let machine = Machine::new(after);
        is_sound(machine);
        let ledger = machine.read();
        let opening = ledger.state().openings.last();
        assert!(!seen.opened.get() || opening.is_some());
        assert!(seen.shown.borrow().is_empty() || revealed(machine, "registrar"));
        assert!(!crash.reported_done || opening.is_some_and(|opening| opening.closed));
        holds_everything(machine, &cards);
    });
    assert!(cuts > 8, "{cuts}");
}
