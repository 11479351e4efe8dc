//! Damage never keeps a quorum out: who has the cards of a header in the folder opens what is intact, and is told what is not.

use std::fs;
use std::path::PathBuf;

use breakglass::journal::{Line, What};

use crate::crash_disk::CrashDisk;
use crate::hand::*;
use crate::machine::Machine;
use crate::shell::{Ran, Shell};

/// A rotated vault with a sealed password, on the disk of a machine that never saw it.
fn shell() -> Shell {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let old = machine.begin();
    machine.deposit("registrar", "correct horse").unwrap();
    let cards = machine.rotate(&old);
    machine.deposit("m365-admin", "battery staple").unwrap();
    Shell::of(machine, "no-pins", &cards)
}

fn log(shell: &Shell) -> PathBuf {
    PathBuf::from(shell.text("acme.vault")).join("log.jsonl")
}

/// Opens the vault; where its own log takes no line any more, a log beside it does.
fn open(shell: &Shell, entry: &str) -> Ran {
    let first = shell.unseal(entry, &[]);
    if first.status == 0 { first } else { shell.unseal(entry, &["--log-to", &shell.text("side")]) }
}

fn opens(shell: &Shell, what: &str) {
    let ran = open(shell, "registrar");
    assert_eq!((ran.status, ran.out.trim_end()), (0, "correct horse"), "{what}: {}", ran.words());
}

fn name(what: &What) -> String {
    let value = serde_json::to_value(what).unwrap();
    value.as_object().unwrap().keys().next().unwrap().clone()
}

#[test]
fn one_changed_byte_in_any_line_of_the_log_keeps_no_quorum_out() {
    let shell = shell();
    let whole = fs::read(log(&shell)).unwrap();
    let lines: Vec<&[u8]> = whole.split_inclusive(|&byte| byte == b'\n').collect();
    let mut shut = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let what = name(&Line::read(&line[..line.len() - 1]).unwrap().event.what);
        let mut changed: Vec<Vec<u8>> = lines.iter().map(|line| line.to_vec()).collect();
        let middle = line.len() / 2;
        changed[at][middle] ^= 1;
        fs::write(log(&shell), changed.concat()).unwrap();
        let ran = open(&shell, "registrar");
        if (ran.status, ran.out.trim_end()) != (0, "correct horse") {
            shut.push(format!("line {} ({what}): {}", at + 1, ran.told.lines().last().unwrap_or_default()));
        }
        let verified = shell.run(&["log", "verify"]);
        assert_ne!(verified.status, 0, "line {} ({what}): {}", at + 1, verified.words());
        let _ = fs::remove_dir_all(shell.text("side"));
    }
    assert!(shut.is_empty(), "{}", shut.join("\n"));
}

#[test]
fn a_missing_log_keeps_no_quorum_out() {
    let shell = shell();
    fs::remove_file(log(&shell)).unwrap();
    opens(&shell, "missing");
    assert_ne!(shell.run(&["status"]).status, 0);
    assert_ne!(shell.run(&["log", "verify"]).status, 0);
}

#[test]
fn an_opening_where_no_log_was_left_is_on_record_where_the_log_is_whole() {
    let shell = shell();
    let whole = fs::read(log(&shell)).unwrap();
    let due = |shell: &Shell| shell.run(&["status", "--json"]).out.contains("\"reseal\"");
    assert!(!due(&shell));
    fs::remove_file(log(&shell)).unwrap();
    opens(&shell, "missing");
    // Later a copy is found in which the log stands.
    fs::write(log(&shell), &whole).unwrap();
    let merged = shell.run(&["merge", &shell.text("side")]);
    assert_eq!(merged.status, 0, "{}", merged.words());
    assert!(due(&shell), "{}", shell.run(&["status"]).words());
    let verified = shell.run(&["log", "verify"]);
    assert_eq!(verified.status, 0, "{}", verified.words());
}

#[test]
fn an_opening_on_a_log_that_was_cut_short_is_on_record_where_the_log_is_whole() {
    let shell = shell();
    let whole = fs::read(log(&shell)).unwrap();
    let lines: Vec<&[u8]> = whole.split_inclusive(|&byte| byte == b'\n').collect();
    for left in 1..lines.len() {
        fs::write(log(&shell), lines[..left].concat()).unwrap();
        opens(&shell, &format!("with its first {left} lines"));
        let short = fs::read(log(&shell)).unwrap();
        // Where a side log took the event, it is merged; otherwise the short log itself, as another copy of the vault.
        let side = PathBuf::from(shell.text("side"));
        if !side.exists() {
            fs::create_dir(&side).unwrap();
            fs::write(side.join("log.jsonl"), &short).unwrap();
        }
        fs::write(log(&shell), &whole).unwrap();
        let merged = shell.run(&["merge", &shell.text("side")]);
        assert_eq!(merged.status, 0, "{left}: {}", merged.words());
        let status = shell.run(&["status", "--json"]).out;
        assert!(status.contains("\"reseal\""), "{left} of {} lines: {}", lines.len(), shell.run(&["status"]).words());
        let verified = shell.run(&["log", "verify"]);
        assert_eq!(verified.status, 0, "{left}: {}", verified.words());
        fs::remove_dir_all(side).unwrap();
        // The next round is another night, on a machine that saw nothing of this one.
        let _ = fs::remove_dir_all(shell.text("config"));
    }
}

#[test]
fn an_empty_log_keeps_no_quorum_out() {
    let shell = shell();
    fs::write(log(&shell), "").unwrap();
    opens(&shell, "empty");
    assert_ne!(shell.run(&["status"]).status, 0);
}

#[test]
fn a_log_whose_beginning_is_gone_keeps_no_quorum_out_and_says_what_is_not_here() {
    let shell = shell();
    let whole = fs::read(log(&shell)).unwrap();
    let lines: Vec<&[u8]> = whole.split_inclusive(|&byte| byte == b'\n').collect();
    for gone in 1..lines.len() {
        fs::write(log(&shell), lines[gone..].concat()).unwrap();
        opens(&shell, &format!("without its first {gone} lines"));
        let _ = fs::remove_dir_all(shell.text("side"));
    }
}

#[test]
fn an_entry_opens_although_the_line_of_its_deposit_is_damaged() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let old = machine.begin();
    machine.deposit("registrar", "correct horse").unwrap();
    let cards = machine.rotate(&old);
    let at = place_of(machine, |what| matches!(what, What::Deposited { .. }));
    let mut lines = machine.lines();
    let middle = lines[at].len() / 2;
    lines[at][middle] ^= 1;
    machine.replace_lines(&lines);
    let shell = Shell::of(machine, "no-pins", &cards);
    opens(&shell, "the names of fields stand in the sealed contents too");
}

#[test]
fn a_lenient_reading_of_a_folder_without_a_log_opens_nothing_without_its_cards() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let old = machine.begin();
    machine.deposit("registrar", "correct horse").unwrap();
    machine.rotate(&old);
    let shell = Shell::of(machine, "no-pins", &old);
    fs::remove_file(log(&shell)).unwrap();
    let ran = open(&shell, "registrar");
    assert_ne!(ran.status, 0);
    assert!(!ran.words().contains("correct horse"));
}

/// The files of this name in the vault, sorted.
fn named(shell: &Shell, name: &str) -> Vec<PathBuf> {
    let epochs = fs::read_dir(PathBuf::from(shell.text("acme.vault")).join("epochs")).unwrap();
    let mut files: Vec<PathBuf> =
        epochs.map(|epoch| epoch.unwrap().path().join(name)).filter(|path| path.exists()).collect();
    files.sort();
    files
}

#[test]
fn a_lost_header_keeps_no_quorum_out_and_is_told() {
    let shell = shell();
    let header = named(&shell, "header.json").pop().unwrap();
    fs::remove_file(&header).unwrap();
    opens(&shell, "without the header of the epoch in force");
    let verified = shell.run(&["log", "verify"]);
    assert_ne!(verified.status, 0);
    assert!(verified.words().contains("header.json"), "{}", verified.words());
    assert_ne!(shell.run(&["status"]).status, 0);
}

#[test]
fn a_vault_without_any_header_opens_and_says_what_is_missing() {
    let shell = shell();
    let headers = named(&shell, "header.json");
    for header in &headers {
        fs::remove_file(header).unwrap();
    }
    opens(&shell, "without any header");
    for command in [&["status"][..], &["log", "verify"]] {
        let told = shell.run(command);
        assert_ne!(told.status, 0);
        assert!(told.words().contains("header.json"), "{}", told.words());
    }
}

#[test]
fn a_changed_byte_of_a_header_changes_nothing_but_is_told() {
    let shell = shell();
    let header = named(&shell, "header.json").pop().unwrap();
    let mut bytes = fs::read(&header).unwrap();
    bytes[40] ^= 4;
    fs::write(&header, bytes).unwrap();
    opens(&shell, "a changed byte");
    let verified = shell.run(&["log", "verify"]);
    assert_ne!(verified.status, 0);
    assert!(verified.words().contains("One byte of"), "{}", verified.words());
}

#[test]
fn damaged_contents_hide_nothing_that_was_put_in_since() {
    let shell = shell();
    let sealed = named(&shell, "sealed.age").pop().unwrap();
    fs::write(&sealed, "nothing").unwrap();
    let ran = open(&shell, "m365-admin");
    assert_eq!((ran.status, ran.out.trim_end()), (0, "battery staple"), "{}", ran.words());
    assert!(ran.words().contains("sealed.age"), "{}", ran.words());
    assert_ne!(shell.run(&["status"]).status, 0);
}
