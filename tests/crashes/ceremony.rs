//! What people do, cut at every write, rename and fsync: the vault is the one before or the one after, nothing that was
//! acknowledged is lost, no secret was shown without its event, and the same command again ends what was begun.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use breakglass::ceremony::*;
use breakglass::journal::What;
use breakglass::quorum::EpochHash;
use breakglass::store::{Place, VaultFolder};

use crate::crash_disk::{Crash, CrashDisk, Survival, kill_everywhere};
use crate::machine::{Machine, attend, now, read_all_back, reveal};

const NAMES: [&str; 3] = ["Aiko", "Ben", "Chie"];

/// A vault with a sealed entry and a deposit that waits, and the cards that open it.
pub fn vault() -> (CrashDisk, Vec<String>) {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    machine.deposit("m365-admin", "sealed").unwrap();
    let cards = machine.rotate(&cards);
    machine.deposit("registrar", "waiting").unwrap();
    (at_rest(&disk), cards)
}

/// The disk as a power cut would leave it: everything so far was acknowledged, so everything is there.
pub fn at_rest(disk: &CrashDisk) -> CrashDisk {
    disk.after_crash(Survival::None)
}

type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Cuts `action` everywhere and looks at each different disk that is left, once.
pub fn cut_everywhere<T>(
    before: &CrashDisk,
    action: impl Fn(&CrashDisk) -> Result<T, CeremonyError>,
    check: impl Fn(&CrashDisk, &Crash),
) -> usize {
    let seen: RefCell<(usize, Vec<Files>)> = RefCell::default();
    kill_everywhere(before, action, |after, crash| {
        let mut seen = seen.borrow_mut();
        if seen.0 != crash.operation {
            *seen = (crash.operation, Vec::new());
        }
        let files = after.files();
        if !seen.1.contains(&files) {
            seen.1.push(files);
            check(after, crash);
        }
    })
}

/// Nothing is wrong with log and files; what an attempt that was cut left behind may stand there as strays.
pub fn is_sound(machine: Machine<'_>) {
    let ledger = machine.read();
    assert_eq!(ledger.history().findings, []);
    let damage: Vec<FileFinding> =
        verify_files(&ledger, VerifyDepth::Hashed).unwrap().into_iter().filter(FileFinding::is_damage).collect();
    assert_eq!(damage, []);
    assert!(ledger.broken_headers().is_empty());
}

/// The first of these sets of cards that belongs to the active epoch.
pub fn that_open<'c>(machine: Machine<'_>, hands: &[&'c [String]]) -> &'c [String] {
    let ledger = machine.read();
    let opens = |cards: &&&[String]| !cards.is_empty() && attend(&ledger, cards).is_ok();
    hands.iter().find(opens).expect("people hold the cards that the log says are active")
}

/// These cards show both values of [`vault`].
pub fn holds_everything(machine: Machine<'_>, cards: &[String]) {
    assert_eq!(machine.unseal(cards, "m365-admin").unwrap(), ["sealed"]);
    assert_eq!(machine.unseal(cards, "registrar").unwrap(), ["waiting"]);
}

pub fn has_event(machine: Machine<'_>, wanted: impl Fn(&What) -> bool) -> bool {
    machine.read().history().events.iter().any(|placed| placed.accepted && wanted(&placed.event.what))
}

#[test]
fn a_vault_is_begun_whole_or_not_at_all_and_beginning_again_succeeds() {
    let hands = RefCell::new(Vec::new());
    let begin = |disk: &CrashDisk| -> Result<(), CeremonyError> {
        let machine = Machine::new(disk);
        hands.replace(Vec::new());
        hands.replace(machine.init(&NAMES)?);
        let mut writing = machine.try_write()?;
        let epoch = writing.ledger().active()?.hash();
        read_all_back(&mut writing, epoch, &hands.borrow()).map(drop)
    };
    let cuts = cut_everywhere(&CrashDisk::new(), begin, |after, crash| {
        let machine = Machine::new(after);
        let begun = VaultFolder::is_vault(after, machine.vault).unwrap();
        assert!(begun || hands.borrow().is_empty(), "whoever was told of a vault has one");
        if !begun || hands.borrow().is_empty() {
            assert!(!crash.reported_done);
        }
        let cards = if begun { hands.borrow().clone() } else { machine.init(&NAMES).unwrap() };
        is_sound(machine);
        if cards.is_empty() {
            // The line was on the medium, and the program died before it could say so; the cards are printed by then.
            return;
        }
        let mut writing = machine.write();
        let epoch = writing.ledger().active().unwrap().hash();
        read_all_back(&mut writing, epoch, &cards).unwrap();
        drop(writing);
        assert!(status(&machine.read(), Vec::new(), Default::default(), now()).unwrap().is_calm());
        // A machine that could not keep the pin any more is told by a card.
        machine.read().pin(Some(epoch)).unwrap();
        machine.deposit("m365-admin", "correct horse").unwrap();
        assert_eq!(machine.unseal(&cards, "m365-admin").unwrap(), ["correct horse"]);
    });
    assert!(cuts > 30, "{cuts}");
}

#[test]
fn cards_that_were_printed_before_the_beginning_was_cut_open_what_stands() {
    let printed = RefCell::new(Vec::new());
    let begin = |disk: &CrashDisk| {
        let machine = Machine::new(disk);
        printed.replace(Vec::new());
        let mut keep = crate::machine::keep(&printed);
        init(disk, machine.vault, &machine.pins(), crate::machine::plan(&NAMES), now(), &mut keep).map(drop)
    };
    cut_everywhere(&CrashDisk::new(), begin, |after, _| {
        let machine = Machine::new(after);
        if VaultFolder::is_vault(after, machine.vault).unwrap() {
            is_sound(machine);
            assert!(attend(&machine.read(), &printed.borrow()).is_ok());
        }
    });
}

#[test]
fn a_deposit_is_in_the_vault_or_not_and_putting_it_again_succeeds() {
    let (before, cards) = vault();
    let put = |disk: &CrashDisk| Machine::new(disk).deposit("hypervisor", "new");
    let cuts = cut_everywhere(&before, put, |after, crash| {
        let machine = Machine::new(after);
        is_sound(machine);
        let put_in = machine.read().state().deposits.len() == 2;
        assert!(put_in || !crash.reported_done);
        if !put_in {
            put(after).unwrap();
        }
        assert_eq!(machine.unseal(&cards, "hypervisor").unwrap(), ["new"]);
        holds_everything(machine, &cards);
        is_sound(machine);
    });
    assert!(cuts > 10, "{cuts}");
}

#[test]
fn nothing_is_shown_before_its_event_is_on_the_medium_whatever_happens_then() {
    let (before, cards) = vault();
    let (opened, shown) = (Cell::new(false), Cell::new(false));
    let unseal = |disk: &CrashDisk| -> Result<(), CeremonyError> {
        opened.set(false);
        shown.set(false);
        let mut writing = Machine::new(disk).try_write()?;
        let attendance = attend(writing.ledger(), &cards)?;
        let session = Session::open(&mut writing, attendance, "lockout", None, now())?;
        opened.set(true);
        assert_eq!(reveal(&session, &mut writing, "registrar")?, ["waiting"]);
        shown.set(true);
        session.close(&mut writing, now())
    };
    let cuts = cut_everywhere(&before, unseal, |after, crash| {
        let machine = Machine::new(after);
        is_sound(machine);
        if opened.get() {
            assert!(has_event(machine, |what| matches!(what, What::Opened { .. })), "opened without a line");
            assert_eq!(machine.read().state().unanswered_openings().count(), 1);
        }
        if shown.get() {
            assert!(has_event(machine, |what| matches!(what, What::Revealed { .. })), "shown without a line");
        }
        assert!(!crash.reported_done || has_event(machine, |what| matches!(what, What::Closed { .. })));
        holds_everything(machine, &cards);
    });
    assert!(cuts >= 6, "{cuts}");
}

#[test]
fn a_session_whose_event_could_not_be_written_shows_nothing_more() {
    let (before, cards) = vault();
    let machine = Machine::new(&before);
    let mut writing = machine.write();
    let attendance = attend(writing.ledger(), &cards).unwrap();
    let session = Session::open(&mut writing, attendance, "lockout", None, now()).unwrap();
    before.leave_space(10);
    for _ in 0..2 {
        assert!(reveal(&session, &mut writing, "registrar").is_err(), "no event, no secret");
    }
    before.leave_space(1 << 20);
    drop(writing);
    let mut writing = machine.write();
    assert_eq!(reveal(&session, &mut writing, "registrar").unwrap(), ["waiting"], "once it can be written again");
    session.close(&mut writing, now()).unwrap();
    drop(writing);
    is_sound(machine);
}

#[test]
fn a_rotation_leaves_the_old_epoch_or_the_new_one_and_can_be_resumed_wherever_it_was_cut() {
    let (before, old) = vault();
    let printed = RefCell::new(Vec::new());
    let rotate = |disk: &CrashDisk| -> Result<EpochHash, CeremonyError> {
        let machine = Machine::new(disk);
        printed.replace(Vec::new());
        let mut writing = machine.try_write()?;
        let attendance = attend(writing.ledger(), &old)?;
        let rotation = Rotation::open(&writing, attendance)?;
        let fold: Vec<_> = rotation.deposits().iter().map(|open| open.pending.deposit).collect();
        let plan = crate::machine::plan(&NAMES);
        let mut keep = crate::machine::keep(&printed);
        let staged = stage(&mut writing, rotation, plan, Choices::folding(fold), now(), &mut keep)?;
        let new = read_all_back(&mut writing, staged.epoch, &printed.borrow())?;
        commit(&mut writing, &new, Vec::new(), "Ben", now())?;
        clean_up(&mut writing, now())?;
        Ok(staged.epoch)
    };
    let cuts = cut_everywhere(&before, rotate, |after, crash| {
        let machine = Machine::new(after);
        is_sound(machine);
        let ledger = machine.read();
        let number = ledger.active().unwrap().epoch;
        assert!(number == 3 || !crash.reported_done);
        let staged = ledger.state().staged_epoch().map(|epoch| epoch.hash);
        let printed = printed.borrow();
        let cards = that_open(machine, &[&old, &printed]);
        assert_eq!(std::ptr::eq(cards, &raw const *old), number == 2);
        let resumed = after.after_crash(Survival::Whole);
        holds_everything(machine, cards);

        // Next day, on the same disk.
        let machine = Machine::new(&resumed);
        let new = match (number, staged) {
            (3, _) => printed.clone(),
            (_, Some(epoch)) => {
                machine.commit(epoch, &printed).unwrap();
                printed.clone()
            }
            (_, None) => {
                let (epoch, new) = machine.stage(&old, &NAMES).unwrap();
                machine.commit(epoch, &new).unwrap();
                new
            }
        };
        machine.clean_up().unwrap();
        is_sound(machine);
        assert!(attend(&machine.read(), &old).is_err());
        let folder = machine.folder();
        let waste = |place: &Place| match place {
            Place::Sealed(number, _) | Place::Deposit(number, _) => *number < 3,
            _ => false,
        };
        assert!(!folder.places().unwrap().iter().any(waste), "what the commit made superfluous is gone");
        holds_everything(machine, &new);
        machine.deposit("registrar", "this machine still trusts the vault").unwrap();
    });
    assert!(cuts > 30, "{cuts}");
}

#[test]
fn an_abort_leaves_the_staged_epoch_or_none_and_the_old_cards_open_all_the_same() {
    let (disk, cards) = vault();
    Machine::new(&disk).stage(&cards, &NAMES).unwrap();
    let before = at_rest(&disk);
    let abort = |disk: &CrashDisk| {
        let machine = Machine::new(disk);
        machine.abort(&cards)?;
        machine.clean_up()
    };
    let cuts = cut_everywhere(&before, abort, |after, crash| {
        let machine = Machine::new(after);
        is_sound(machine);
        let staged = machine.read().state().staged_epoch().is_some();
        assert!(!staged || !crash.reported_done);
        if staged {
            machine.abort(&cards).unwrap();
        }
        machine.clean_up().unwrap();
        is_sound(machine);
        assert_eq!(verify_files(&machine.read(), VerifyDepth::Hashed).unwrap(), [], "nothing lies about");
        holds_everything(machine, &cards);
        let new = machine.rotate(&cards);
        holds_everything(machine, &new);
    });
    assert!(cuts > 5, "{cuts}");
}

#[test]
fn a_merge_that_was_cut_is_completed_by_the_same_merge_again() {
    let (disk, cards) = vault();
    let machine = Machine::new(&disk);
    let stick = machine.copy_to("stick.vault");
    machine.deposit("hypervisor", "ours").unwrap();
    stick.deposit("backup", "theirs").unwrap();
    stick.unseal(&cards, "registrar").unwrap();
    let new = stick.rotate(&cards);
    let theirs = stick.lines();
    let before = at_rest(&disk);
    let merge = |disk: &CrashDisk| Machine::new(disk).merge(Machine::new(disk).at("stick.vault")).map(drop);
    let lines = Machine::new(&before).read().lines().count();
    let cuts = cut_everywhere(&before, merge, |after, crash| {
        let machine = Machine::new(after);
        let arrived = machine.read().lines().count() - lines;
        if arrived == 0 || crash.reported_done {
            is_sound(machine);
        } else {
            // Of lines that are appended together the first may be there alone; a deposit that a later one folds in is then told as
            // missing, which it is.
            assert_eq!(machine.read().history().findings, []);
            let damage: Vec<FileFinding> = verify_files(&machine.read(), VerifyDepth::Hashed)
                .unwrap()
                .into_iter()
                .filter(FileFinding::is_damage)
                .collect();
            assert!(damage.iter().all(|finding| matches!(finding, FileFinding::Missing(Place::Deposit(2, _)))));
        }
        let resumed = after.after_crash(Survival::Whole);
        holds_everything(machine, that_open(machine, &[&cards, &new]));

        let machine = Machine::new(&resumed);
        merge(&resumed).unwrap();
        is_sound(machine);
        assert_eq!(machine.at("stick.vault").lines(), theirs, "the other copy stays as it is");
        assert_eq!(machine.read().heads().len(), 1);
        holds_everything(machine, &new);
        assert_eq!(machine.unseal(&new, "hypervisor").unwrap(), ["ours"]);
        assert_eq!(machine.unseal(&new, "backup").unwrap(), ["theirs"]);
    });
    assert!(cuts > 15, "{cuts}");
}

#[test]
fn a_copy_is_whole_or_no_vault_yet_and_the_original_is_untouched() {
    let (before, cards) = vault();
    let copy = |disk: &CrashDisk| copy_vault(&Machine::new(disk).read(), disk, Path::new("stick.vault"));
    let original = before.files();
    let cuts = cut_everywhere(&before, copy, |after, crash| {
        let stick = Machine::new(after).at("stick.vault");
        let files = after.files();
        assert!(original.iter().all(|(path, bytes)| files.get(path) == Some(bytes)));
        if !VaultFolder::is_vault(after, stick.vault).unwrap() {
            assert!(!crash.reported_done);
            copy(after).unwrap();
        }
        is_sound(stick);
        assert_eq!(verify_files(&stick.read(), VerifyDepth::Hashed).unwrap(), []);
        assert_eq!(stick.lines(), Machine::new(after).lines());
        holds_everything(stick, &cards);
    });
    assert!(cuts > 20, "{cuts}");
}

#[test]
fn an_opening_on_a_protected_medium_is_recorded_beside_it_and_merged_back_wherever_it_was_cut() {
    let (before, cards) = vault();
    let side = Path::new("side");
    let shown = Cell::new(false);
    let unseal = |disk: &CrashDisk| -> Result<(), CeremonyError> {
        shown.set(false);
        let machine = Machine::new(disk);
        disk.write_protect(machine.vault);
        let folder = machine.folder().with_side_log(side);
        let mut writing = Ledger::read(folder, &machine.pins(), None)?.begin(now())?;
        let attendance = attend(writing.ledger(), &cards)?;
        let session = Session::open(&mut writing, attendance, "lockout", None, now())?;
        reveal(&session, &mut writing, "registrar")?;
        shown.set(true);
        session.close(&mut writing, now())
    };
    cut_everywhere(&before, unseal, |after, _| {
        let machine = Machine::new(after);
        if VaultFolder::is_vault(after, side).unwrap() {
            merge_vaults(&mut machine.write(), &VaultFolder::open(after, side).unwrap(), now()).unwrap();
        }
        is_sound(machine);
        assert!(!shown.get() || has_event(machine, |what| matches!(what, What::Revealed { .. })));
        holds_everything(machine, &cards);
    });
}

#[test]
fn a_disk_that_fills_up_at_any_byte_stops_a_rotation_and_loses_nothing() {
    let (before, cards) = vault();
    let (mut space, mut stopped) = (0, 0);
    loop {
        let disk = before.after_crash(Survival::Whole);
        let machine = Machine::new(&disk);
        disk.leave_space(space);
        let rotated = machine.stage(&cards, &NAMES).and_then(|(epoch, new)| machine.commit(epoch, &new).map(|()| new));
        disk.leave_space(1 << 20);
        is_sound(machine);
        if let Ok(new) = rotated {
            holds_everything(machine, &new);
            break;
        }
        if machine.read().active().unwrap().epoch == 2 {
            holds_everything(machine, &cards);
        }
        (space, stopped) = (space + 397, stopped + 1);
    }
    assert!(stopped > 10, "{stopped}");
}
