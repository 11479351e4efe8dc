//! What anybody put in can be dismissed for good, by a quorum.

use breakglass::ceremony::*;
use breakglass::quorum::{Digest, EpochHash};
use breakglass::store::Place;

use crate::crash_disk::CrashDisk;
use crate::hand::*;
use crate::machine::{Machine, attend, now};

fn damage(machine: Machine<'_>) -> Vec<FileFinding> {
    let findings = verify_files(&machine.read(), VerifyDepth::Hashed).unwrap();
    findings.into_iter().filter(FileFinding::is_damage).collect()
}

/// Stages with these deposits dismissed, and commits.
fn rotate_dismissing(machine: Machine<'_>, cards: &[String], dismissed: &[Digest]) -> (EpochHash, Vec<String>) {
    let (epoch, new) = stage_choosing(machine, cards, &[], dismissed).unwrap();
    machine.commit(epoch, &new).unwrap();
    machine.clean_up().unwrap();
    (epoch, new)
}

/// What a rotation would propose to fold in.
fn proposed(machine: Machine<'_>, cards: &[String]) -> Vec<Digest> {
    let writing = machine.write();
    let attendance = attend(writing.ledger(), cards).unwrap();
    let rotation = Rotation::open(&writing, attendance).unwrap();
    rotation.deposits().iter().map(|open| open.pending.deposit).collect()
}

#[test]
fn a_dismissed_deposit_is_gone_for_good() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let hostile = machine.deposit("registrar", "of mine").unwrap();
    let (epoch, new) = rotate_dismissing(machine, &cards, &[hostile]);
    assert_eq!(active(machine), epoch);
    assert!(machine.read().state().deposits.is_empty());
    assert_eq!(proposed(machine, &new), []);
    assert_eq!(damage(machine), []);
    assert!(!machine.folder().holds(&Place::Deposit(1, hostile)).unwrap(), "its file goes with what was folded in");
    // Nor does the same line bring it back behind the rotation.
    append_claim(
        machine,
        now(),
        deposited(machine.read().state().epochs[&epoch].parent.unwrap(), hostile, "registrar"),
    );
    assert!(machine.with_pins("a-new-machine").read().state().deposits.is_empty());
}

#[test]
fn a_claim_of_a_file_that_never_was_can_be_dismissed_and_damages_nothing_from_then_on() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let never: Vec<Digest> = (1..=3).map(|byte| Digest([byte; 32])).collect();
    for digest in &never {
        append_claim(machine, now(), deposited(active(machine), *digest, "registrar"));
    }
    assert_eq!(damage(machine).len(), 3, "until somebody decides");
    let (_, new) = rotate_dismissing(machine, &cards, &never);
    assert_eq!(damage(machine), []);
    assert_eq!(proposed(machine, &new), []);
    assert!(machine.read().state().deposits.is_empty());
}

#[test]
fn what_was_not_dismissed_waits_on() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let kept = machine.deposit("m365-admin", "correct horse").unwrap();
    let hostile = machine.deposit("registrar", "of mine").unwrap();
    let (_, new) = rotate_dismissing(machine, &cards, &[hostile]);
    assert_eq!(proposed(machine, &new), [kept]);
    assert_eq!(machine.unseal(&new, "m365-admin").unwrap(), ["correct horse"]);
}
