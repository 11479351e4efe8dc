//! What screens say: nothing that a claim, a damaged file or a lack of knowledge alone would make true.

use std::fs;
use std::path::PathBuf;

use breakglass::journal::What;
use breakglass::quorum::{Digest, EventId};
use breakglass::vault::Claim;

use crate::crash_disk::CrashDisk;
use crate::hand::*;
use crate::machine::{Machine, index, now};
use crate::shell::{Ran, Shell};

/// A vault whose sealed password was put in before its last rotation, handed on by `with`.
fn sealed(with: impl FnOnce(Machine<'_>)) -> Shell {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let old = machine.begin();
    machine.deposit("m365", "correct horse").unwrap();
    let cards = machine.rotate(&old);
    with(machine);
    Shell::of(machine, "no-pins", &cards)
}

fn in_vault(shell: &Shell, name: &str) -> PathBuf {
    PathBuf::from(shell.text("acme.vault")).join(name)
}

/// Opens and prints the sealed password.
fn open(shell: &Shell, more: &[&str]) -> Ran {
    let cards = shell.text("cards.txt");
    let arguments = ["unseal", "--reason", "test", "--cards", &cards, "--entry", "m365", "--field", "password"];
    shell.run(&[&arguments, more].concat())
}

/// The claim that an entry has another title, or so many recovery codes.
fn claimed(machine: Machine<'_>, title: Option<&str>, codes: Option<u16>, digest: u8) -> What {
    let mut what = deposited(active(machine), Digest([digest; 32]), "m365");
    if let What::Deposited { entry, fields, recovery_codes, .. } = &mut what {
        entry.title = title.and_then(Claim::of_any);
        let field = if codes.is_some() { "recovery_codes" } else { "title" };
        (*fields, *recovery_codes) = (vec![field.parse().unwrap()], codes);
    }
    what
}

#[test]
fn cards_that_are_only_reported_lost_never_make_a_vault_that_cannot_be_opened() {
    let shell = sealed(|machine| {
        for card in 1..=3 {
            append_claim(machine, now(), lost(active(machine), index(card), "on a train"));
        }
    });
    let status = shell.run(&["status"]);
    assert!(status.out.contains("Reported lost or gone: 3."), "{}", status.words());
    assert!(status.out.contains("A reported card still opens the vault."), "{}", status.words());
    assert!(!status.out.contains("CANNOT BE OPENED"), "{}", status.words());
    assert!(open(&shell, &[]).out.contains("correct horse"));
}

#[test]
fn recovery_codes_that_a_claim_brings_are_not_counted_over_those_that_are_left_for_sure() {
    let shell = sealed(|machine| {
        for (codes, digest) in [(4, 1), (100, 2)] {
            append_claim(machine, now(), claimed(machine, None, Some(codes), digest));
        }
    });
    let status = shell.run(&["status"]);
    assert!(status.out.contains("m365: 4 of 4 recovery codes left"), "{}", status.words());
}

#[test]
fn the_title_that_a_claim_gives_a_sealed_entry_is_told_beside_the_sealed_one_as_not_confirmed() {
    let shell = sealed(|machine| append_claim(machine, now(), claimed(machine, Some("DO NOT USE"), None, 1)));
    let list = shell.run(&["list"]);
    let lines: Vec<&str> = list.out.lines().collect();
    assert_eq!(lines[0], "m365", "{}", list.words());
    assert!(lines[2].contains("not confirmed: Title “DO NOT USE”"), "{}", list.words());
    let json: serde_json::Value = serde_json::from_str(&shell.run(&["list", "--json"]).out).unwrap();
    assert!(json[0]["title"].is_null() && json[0]["deposits"][0]["title"] == "DO NOT USE", "{json}");
}

#[test]
fn in_a_split_status_says_of_no_entry_and_of_no_file_what_only_a_decision_tells() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let old = machine.begin();
    machine.deposit("m365", "correct horse").unwrap();
    let other = machine.copy_to("other.vault");
    let cards = machine.rotate(&old);
    other.rotate(&old);
    machine.merge(other).unwrap();
    let status = Shell::of(machine, "no-pins", &cards).run(&["status"]);
    assert!(status.out.contains("SPLIT") && status.out.contains("is not known here"), "{}", status.words());
    for only_not_known in ["No quorum has sealed", "Entries sealed", "missing or changed"] {
        assert!(!status.out.contains(only_not_known), "{}", status.words());
    }
}

#[test]
fn where_the_log_is_shorter_than_the_folder_nothing_is_said_of_what_is_sealed() {
    let shell = sealed(|machine| {
        let staging = place_of(machine, |what| matches!(what, What::Staged { .. }));
        machine.replace_lines(&machine.lines()[..staging]);
    });
    let status = shell.run(&["status"]);
    assert!(status.out.contains("is not known here"), "{}", status.words());
    assert!(!status.out.contains("No quorum has sealed"), "{}", status.words());
}

#[test]
fn of_sealed_contents_that_do_not_open_nobody_says_that_an_entry_is_not_there() {
    let shell = sealed(|machine| {
        machine.deposit("other", "battery staple").unwrap();
    });
    let epochs = fs::read_dir(in_vault(&shell, "epochs")).unwrap();
    let contents = epochs.map(|epoch| epoch.unwrap().path()).max().unwrap().join("sealed.age");
    let mut bytes = fs::read(&contents).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&contents, bytes).unwrap();
    let ran = open(&shell, &[]);
    assert_eq!(ran.status, 1, "{}", ran.words());
    assert!(ran.told.contains("it is not known whether “m365” is there"), "{}", ran.words());
    assert!(!ran.told.contains("There is no entry"), "{}", ran.words());
}

#[test]
fn without_a_log_the_advice_after_an_opening_is_the_command_that_takes_its_log_in() {
    let shell = sealed(|_| ());
    let (log, side) = (in_vault(&shell, "log.jsonl"), shell.text("side"));
    let whole = fs::read(&log).unwrap();
    fs::remove_file(&log).unwrap();
    let ran = open(&shell, &["--log-to", &side]);
    assert_eq!(ran.out.trim(), "correct horse", "{}", ran.words());
    assert!(ran.told.contains("breakglass --vault COPY merge "), "{}", ran.words());
    assert!(!ran.told.contains("as soon as the vault can be written"), "{}", ran.words());
    // A copy whose log is whole takes it in.
    fs::write(&log, whole).unwrap();
    let merged = shell.run(&["merge", &side]);
    assert!(merged.status == 0 && merged.words().contains("Merged: 3 events"), "{}", merged.words());
}

#[test]
fn that_nothing_proves_the_epoch_is_never_followed_by_a_command_that_leaves_it_so() {
    let shell = sealed(|_| ());
    fs::write(in_vault(&shell, "log.jsonl"), "").unwrap();
    let status = shell.run(&["status"]);
    assert!(status.out.contains("look for another copy of the vault"), "{}", status.words());
    assert!(!status.out.contains("card check"), "{}", status.words());
}

#[test]
fn a_line_without_effect_is_shown_with_its_reason_and_a_damaged_log_is_told_beside_every_list() {
    let shell = sealed(|machine| {
        machine.append_line(claim(machine, vec![EventId([9; 32])], now(), What::Merged {}).bytes());
    });
    let log = shell.run(&["log", "show"]);
    let effects: Vec<&str> = log.out.lines().filter_map(|line| line.trim().strip_prefix("NO EFFECT:")).collect();
    assert!(effects.len() == 1 && !effects[0].trim().is_empty(), "{}", log.words());
    for ran in [log, shell.run(&["list"])] {
        assert!(ran.told.contains("not as breakglass wrote"), "{}", ran.words());
    }
}

#[test]
fn of_hundreds_of_heads_few_are_shown_and_nobody_is_told_to_copy_what_is_not() {
    let shell = sealed(|machine| {
        let heads = machine.read().heads().to_vec();
        for number in 0..20 {
            let what = lost(active(machine), index(1), &format!("{number}"));
            machine.append_line(claim(machine, heads.clone(), now(), what).bytes());
        }
    });
    let status = shell.run(&["status"]);
    assert_eq!(status.out.matches("Head ").count(), 3, "{}", status.words());
    assert!(status.out.contains("17 more heads are not shown here"), "{}", status.words());
    assert!(!status.out.contains("Copy every head"), "{}", status.words());
}

#[test]
fn of_many_deposits_that_cannot_be_read_an_opening_names_few_and_counts_the_others() {
    let shell = sealed(|machine| {
        for number in 1..=30 {
            append_claim(machine, now(), claimed(machine, Some("X"), None, number));
        }
    });
    let ran = open(&shell, &[]);
    assert_eq!(ran.out.trim(), "correct horse", "{}", ran.words());
    assert_eq!(ran.told.matches("A deposit of “m365” cannot be read").count(), 5, "{}", ran.words());
    assert!(ran.told.contains("25 more deposits of “m365” cannot be read."), "{}", ran.words());
}

#[test]
fn of_many_deposits_that_cannot_be_read_a_rotation_names_few_and_counts_the_others() {
    let shell = sealed(|machine| {
        for number in 1..=10 {
            append_claim(machine, now(), claimed(machine, Some("X"), None, number));
        }
    });
    let (cards, new) = (shell.text("cards.txt"), shell.text("new"));
    let ran = shell.run(&["rotate", "--stage", "--cards", &cards, "--text", "--cards-to", &new, "--yes"]);
    assert_eq!(ran.status, 0, "{}", ran.words());
    assert!(ran.told.contains("7 more deposits cannot be read (10 in all)"), "{}", ran.words());
    assert_eq!(ran.told.matches("deposits/").count(), 3, "{}", ran.words());
}

#[test]
fn what_a_machine_knew_and_lost_is_told_until_a_card_proves_the_epoch_anew() {
    let shell = sealed(|_| ());
    let card = shell.text("cards.txt");
    let check = || shell.run(&["card", "check", "--from-paper", "--cards", &card]);
    assert_eq!(check().status, 0, "{}", check().words());
    let pins = fs::read_dir(shell.text("config/breakglass/pins")).unwrap();
    let mut pins = pins.map(|file| file.unwrap().path());
    let pins = pins.find(|file| file.extension().is_some_and(|end| end == "pins")).unwrap();
    let whole = fs::read(&pins).unwrap();
    let (mut turned, cut) = (whole.clone(), whole[..50].to_vec());
    *turned.iter_mut().rev().nth(3).unwrap() = b'#';
    for damaged in [Vec::new(), cut, turned] {
        fs::write(&pins, &damaged).unwrap();
        for _ in 0..2 {
            let status = shell.run(&["status"]);
            assert_eq!(status.status, 3, "{}", status.words());
            assert!(status.out.contains("What this machine knew of the vault is damaged"), "{}", status.words());
            let verified = shell.run(&["log", "verify"]);
            assert_eq!(verified.status, 3, "{}", verified.words());
            assert!(verified.out.contains(".pins, which is damaged"), "{}", verified.words());
        }
        assert_eq!(check().status, 0);
        let status = shell.run(&["status"]);
        assert!(!status.out.contains("is damaged"), "{}", status.words());
    }
}
