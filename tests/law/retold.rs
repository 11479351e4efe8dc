//! Whoever tells something else about a deposit takes nothing away from it.

use breakglass::ceremony::*;
use breakglass::journal::{Event, Finding, Line, What};
use breakglass::quorum::Digest;

use crate::crash_disk::CrashDisk;
use crate::hand::*;
use crate::machine::{Machine, attend, entry, now};

/// The line that named the deposit, told again by somebody without a card.
fn retold(machine: Machine<'_>, change: impl Fn(&mut Event)) {
    let at = place_of(machine, |what| matches!(what, What::Deposited { .. }));
    let mut event = Line::read(&machine.lines()[at]).unwrap().event;
    change(&mut event);
    machine.append_line(Line::sign(event, &[]).bytes());
}

type Lie = fn(&mut Event);

/// Each an earlier word than the true one.
const LIES: [(&str, Lie); 5] = [
    ("time", |_| {}),
    ("name", |event| event.by = Some("Mallory".parse().unwrap())),
    ("entry", |event| with(event, |entry, _, _| *entry = crate::machine::entry("zzz"))),
    ("fields", |event| with(event, |_, fields, _| *fields = vec!["user_name".parse().unwrap()])),
    ("removed", |event| with(event, |_, _, cleared| *cleared = vec!["totp".parse().unwrap()])),
];

fn with(
    event: &mut Event,
    change: impl Fn(
        &mut breakglass::vault::EntryId,
        &mut Vec<breakglass::vault::FieldName>,
        &mut Vec<breakglass::vault::FieldName>,
    ),
) {
    if let What::Deposited { entry, fields, cleared, .. } = &mut event.what {
        change(&mut entry.id, fields, cleared);
    }
}

fn lied_about<'d>(disk: &'d CrashDisk, lie: Lie) -> (Machine<'d>, Vec<String>, Digest) {
    let machine = Machine::new(disk);
    let cards = machine.begin();
    let deposit = machine.deposit("wifi", "correct horse").unwrap();
    retold(machine, |event| {
        event.time = "2026-11-21T00:00:00Z".parse().unwrap();
        lie(event);
    });
    (machine, cards, deposit)
}

#[test]
fn another_word_about_a_deposit_hides_nothing_of_it() {
    for (what, lie) in LIES {
        let disk = CrashDisk::new();
        let (machine, cards, _) = lied_about(&disk, lie);
        assert_eq!(machine.unseal(&cards, "wifi").unwrap(), ["correct horse"], "{what}");
    }
}

#[test]
fn another_word_about_a_deposit_is_told_and_ends_the_calm() {
    for (what, lie) in LIES {
        let disk = CrashDisk::new();
        let (machine, _, _) = lied_about(&disk, lie);
        let findings = machine.read().history().findings.clone();
        assert!(findings.iter().any(|finding| matches!(finding, Finding::Retold { .. })), "{what}: {findings:?}");
        assert!(!is_calm(machine, now()), "{what}");
    }
}

#[test]
fn a_rotation_is_asked_about_a_file_once_and_by_its_own_words() {
    for (what, lie) in LIES {
        let disk = CrashDisk::new();
        let (machine, cards, deposit) = lied_about(&disk, lie);
        let writing = machine.write();
        let attendance = attend(writing.ledger(), &cards).unwrap();
        let rotation = Rotation::open(&writing, attendance).unwrap();
        let [open] = rotation.deposits() else { panic!("{what}: {:?}", rotation.deposits()) };
        assert_eq!((open.pending.deposit, &open.pending.entry.id), (deposit, &entry("wifi")), "{what}");
        assert!(open.deposit.is_ok(), "{what}: a file that opens is not one to dismiss");
        drop(writing);
        let new = machine.rotate(&cards);
        assert_eq!(machine.unseal(&new, "wifi").unwrap(), ["correct horse"], "{what}");
        assert!(machine.read().history().findings.is_empty(), "{what}: what was decided is past");
    }
}

#[test]
fn what_is_folded_in_is_not_dismissed() {
    let disk = CrashDisk::new();
    let (machine, cards, deposit) = lied_about(&disk, LIES[2].1);
    let (epoch, new) = stage_choosing(machine, &cards, &[deposit], &[deposit]).unwrap();
    machine.commit(epoch, &new).unwrap();
    assert_eq!(machine.unseal(&new, "wifi").unwrap(), ["correct horse"]);
    assert!(machine.read().state().dismissed.is_empty());
}
