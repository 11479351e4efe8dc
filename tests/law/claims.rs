//! A claim is one line of text, in the log as on a screen.

use breakglass::journal::{Finding, Line, What};

use crate::crash_disk::CrashDisk;
use crate::hand::*;
use crate::machine::{Machine, index, now, share};

/// What adds a line to a screen, turns its direction, or hides in it.
const HOSTILE: [&str; 12] = [
    "gone\n2026-11-28 07:58  ROTATED: epoch 3 is in force.",
    "gone\r\nmore",
    "a\ttab",
    "\u{9b}2J",
    "\u{1b}[2J",
    "one\u{2028}two",
    "one\u{2029}two",
    "\u{202e}txt.exe",
    "\u{2066}isolated",
    "\u{61c}letter mark",
    "in\u{200b}visible",
    "tag\u{e0041}",
];

/// Holds that the line as it is written is taken, and none that says this instead.
fn takes_only_one_line_of_text(machine: Machine<'_>, line: &Line) {
    let (lines, before) = (machine.lines(), told(machine.read().state()));
    machine.append_line(line.bytes());
    assert_eq!(machine.read().history().findings, [], "{:?}", line.event.what);
    machine.replace_lines(&lines);
    let long = "a".repeat(201);
    for text in HOSTILE.iter().copied().chain([long.as_str()]) {
        machine.append_line(retyped(line, text));
        let findings = machine.read().history().findings.clone();
        assert!(
            matches!(findings[..], [Finding::Unreadable { .. } | Finding::Refused { .. }]),
            "{text:?}: {findings:?}"
        );
        assert_eq!(told(machine.read().state()), before, "{text:?}");
        machine.replace_lines(&lines);
    }
}

#[test]
fn a_reason_with_a_line_feed_in_it_is_no_claim() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    machine.begin();
    let heads = machine.read().heads().to_vec();
    for what in [lost, departed] {
        let what = what(active(machine), index(2), "PLACEHOLDER");
        takes_only_one_line_of_text(machine, &claim(machine, heads.clone(), now(), what));
    }
}

#[test]
fn a_name_with_a_line_feed_in_it_is_no_claim() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    machine.begin();
    let mut event = claim(machine, machine.read().heads().to_vec(), now(), What::Merged {}).event;
    event.by = Some("PLACEHOLDER".parse().unwrap());
    takes_only_one_line_of_text(machine, &Line::sign(event, &[]));
}

#[test]
fn a_title_with_a_line_feed_in_it_is_no_claim() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    machine.begin();
    let heads = machine.read().heads().to_vec();
    for field in 0..4 {
        let mut what = deposited(active(machine), breakglass::quorum::Digest([9; 32]), "registrar");
        let What::Deposited { entry, .. } = &mut what else { unreachable!() };
        let placeholder = Some("PLACEHOLDER".parse().unwrap());
        match field {
            0 => entry.title = placeholder,
            1 => entry.kind = placeholder,
            2 => entry.owner = placeholder,
            _ => entry.last_rotated = placeholder,
        }
        takes_only_one_line_of_text(machine, &claim(machine, heads.clone(), now(), what));
    }
}

#[test]
fn not_even_a_quorum_signs_a_reason_of_two_lines() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let epoch = active(machine);
    let keys: Vec<_> = cards[..2].iter().map(|text| share(text).custodian_key()).collect();
    let opened = What::Opened {
        epoch,
        reason: "PLACEHOLDER".parse().unwrap(),
        incident: Some("INC-1".parse().unwrap()),
        reported: Vec::new(),
    };
    let honest = machine.forge(opened, epoch, &cards[..2]);
    for text in HOSTILE {
        // Signed over the bytes as they stand, by a program that lets everything through.
        let bytes = String::from_utf8(retyped(&honest, text)).unwrap();
        let event = bytes.strip_prefix("{\"event\":").unwrap().split(",\"signatures\":").next().unwrap();
        let id = breakglass::quorum::EventId::of(event.as_bytes());
        let signatures: Vec<_> = keys.iter().map(|key| key.sign(breakglass::journal::EVENT_DOMAIN, &id.0)).collect();
        let signatures = serde_json::to_string(&signatures).unwrap();
        let lines = machine.lines();
        machine.append_line(format!("{{\"event\":{event},\"signatures\":{signatures}}}").into_bytes());
        assert!(machine.read().state().openings.is_empty(), "{text:?}");
        assert_eq!(machine.read().history().findings.len(), 1, "{text:?}");
        machine.replace_lines(&lines);
    }
}
