//! However many lines somebody writes into the folder, people can go on, and what cards signed is followed.

use breakglass::ceremony::*;
use breakglass::journal::{Line, Refusal, What};
use breakglass::quorum::EventId;
use breakglass::vault::{Change, FieldName, FieldValue};

use crate::crash_disk::CrashDisk;
use crate::hand::*;
use crate::machine::{Machine, entry, index, now};

/// Claims that all follow the newest event, and of which none follows another.
fn flood(machine: Machine<'_>, count: usize) {
    let previous = machine.read().heads().to_vec();
    let mut lines = machine.lines();
    for number in 0..count {
        let what = lost(active(machine), index(2), &format!("said {number} times"));
        lines.push(claim(machine, previous.clone(), now(), what).bytes());
    }
    machine.replace_lines(&lines);
}

fn last(machine: Machine<'_>) -> Line {
    Line::read(machine.lines().last().unwrap()).unwrap()
}

#[test]
fn a_flood_of_newest_lines_keeps_no_quorum_out() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    machine.deposit("m365-admin", "correct horse").unwrap();
    flood(machine, 1_000);
    assert_eq!(machine.unseal(&cards, "m365-admin").unwrap(), ["correct horse"]);
    machine.deposit("registrar", "battery staple").unwrap();
    let new = machine.rotate(&cards);
    assert_eq!(machine.unseal(&new, "registrar").unwrap(), ["battery staple"]);
    assert!(machine.read().history().findings.is_empty());
}

#[test]
fn what_cards_signed_apart_is_followed_before_what_nobody_signed() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    machine.deposit("m365-admin", "correct horse").unwrap();
    let other = machine.copy_to("other.vault");
    other.unseal(&cards, "m365-admin").unwrap();
    unseal_at(machine, &cards, "m365-admin", "2026-12-24T08:00:00Z".parse().unwrap());
    let (here, there) = (machine.head(), other.head());
    flood(machine, 100);
    let mut lines = machine.lines();
    lines.extend(other.lines().into_iter().filter(|line| !machine.lines().contains(line)));
    machine.replace_lines(&lines);
    assert!(machine.read().heads().len() > 100);
    // Of the newest events that have seen the opening here, any will do; the opening there has no other to stand for it.
    machine.deposit("registrar", "battery staple").unwrap();
    let previous = last(machine).event.previous;
    assert!(previous.contains(&there), "{previous:?}");
    let saw_here = |id: &_| {
        let history = machine.read();
        history.history().event(*id).is_some_and(|placed| placed.event.previous.contains(&here))
    };
    assert!(previous.iter().any(saw_here));
}

#[test]
fn a_line_that_is_too_long_is_refused_for_its_own_fault() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    machine.begin();
    machine.deposit("m365-admin", "correct horse").unwrap();
    // A line with a false signature stands at the end of the log.
    let mut lines = machine.lines();
    let mut damaged = lines.iter().find(|line| Line::read(line).unwrap().event.signers.len() > 1).unwrap().clone();
    let at = damaged.len() - 10;
    damaged[at] = if damaged[at] == b'0' { b'1' } else { b'0' };
    lines.push(damaged);
    machine.replace_lines(&lines);
    let mut change = Change::default();
    for number in 10..74 {
        let name: FieldName = format!("{}{number}", "a".repeat(60)).parse().unwrap();
        change.set.insert(name, FieldValue::copy_of("x"));
    }
    let ledger = machine.read();
    let trusted = trusted_epoch(&ledger, None).unwrap();
    let mut writing = ledger.begin(now()).unwrap();
    let refused = put(&mut writing, trusted, &entry("registrar"), change, "Ben", now()).unwrap_err();
    assert!(matches!(refused, CeremonyError::Refused(Refusal::ClaimTooLong(..))), "{refused:?}");
}

/// A line that nobody signed, and that follows what is nowhere.
fn orphan(machine: Machine<'_>) -> Vec<u8> {
    claim(machine, vec![EventId([7; 32])], now(), What::Merged {}).bytes()
}

#[test]
fn a_line_that_follows_nothing_here_keeps_nobody_from_working_who_has_the_head_on_paper() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let head = machine.head();
    machine.append_line(orphan(machine));
    let held = machine.with_anchor(head);
    held.deposit("m365-admin", "correct horse").unwrap();
    let new = held.rotate(&cards);
    assert_eq!(machine.unseal(&new, "m365-admin").unwrap(), ["correct horse"]);
    assert!(!machine.read().history().findings.is_empty(), "it is told");
}

#[test]
fn an_opening_is_merged_whatever_stands_beside_it() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    machine.deposit("m365-admin", "correct horse").unwrap();
    let stick = machine.copy_to("stick.vault");
    stick.unseal(&cards, "m365-admin").unwrap();
    stick.append_line(orphan(stick));
    machine.merge(stick).unwrap();
    assert!(due(machine, now()).contains(&"reseal"), "{:?}", due(machine, now()));
}

#[test]
fn a_log_with_a_damaged_line_and_no_other_copy_goes_on_from_the_head_on_paper() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    machine.deposit("m365-admin", "correct horse").unwrap();
    let head = machine.head();
    machine.append_line(b"{\"event\":{\"damaged\"".to_vec());
    assert!(matches!(machine.stage(&cards, &NAMES), Err(CeremonyError::LinesMissing(_))));
    let new = machine.with_anchor(head).rotate(&cards);
    assert_eq!(machine.unseal(&new, "m365-admin").unwrap(), ["correct horse"]);
}
