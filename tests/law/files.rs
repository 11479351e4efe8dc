//! What somebody plants beside the files of a vault keeps no writer out, and is told.

use breakglass::journal::{Line, UnreadableLine};
use breakglass::store::Disk;

use crate::crash_disk::CrashDisk;
use crate::hand::*;
use crate::machine::{Machine, now};
use crate::shell::Shell;

#[test]
fn a_folder_that_is_called_like_an_unfinished_file_keeps_no_writer_out() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    disk.create_folder(&inside(machine, ".partial-x")).unwrap();
    disk.create_folder(&inside(machine, "epochs/.partial-y")).unwrap();
    machine.deposit("registrar", "correct horse").unwrap();
    assert_eq!(machine.unseal(&cards, "registrar").unwrap(), ["correct horse"]);
}

#[test]
fn a_torn_tail_finds_the_next_number_behind_whatever_has_the_first() {
    for link in [true, false] {
        let disk = CrashDisk::new();
        let machine = Machine::new(&disk);
        machine.begin();
        match link {
            true => disk.plant_link(&inside(machine, "log.torn-1")),
            false => disk.create_folder(&inside(machine, "log.torn-1")).unwrap(),
        }
        let log = machine.file("log.jsonl");
        machine.replace("log.jsonl", &[&log[..], b"{\"event\":"].concat());
        machine.deposit("registrar", "correct horse").unwrap();
        assert_eq!(machine.file("log.torn-2"), b"{\"event\":");
    }
}

#[test]
fn verify_says_that_nobody_could_write_where_the_lock_is_a_folder() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    disk.remove_file(&inside(machine, ".lock")).unwrap();
    let shell = Shell::of(machine, "pins", &cards);
    assert_eq!(shell.run(&["log", "verify"]).status, 0, "{}", shell.run(&["log", "verify"]).words());
    let lock = std::path::PathBuf::from(shell.text("acme.vault")).join(".lock");
    let _ = std::fs::remove_file(&lock);
    std::fs::create_dir(&lock).unwrap();
    let ran = shell.run(&["log", "verify"]);
    assert_eq!(ran.status, 1, "{}", ran.words());
    assert!(ran.words().contains(".lock"), "{}", ran.words());
}

#[test]
fn an_opening_of_a_vault_that_can_be_written_leaves_its_lines_there() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    machine.deposit("registrar", "correct horse").unwrap();
    let shell = Shell::of(machine, "pins", &cards);
    let log = std::path::PathBuf::from(shell.text("acme.vault")).join("log.jsonl");
    let before = std::fs::read(&log).unwrap();
    let cards = shell.text("cards.txt");
    let side = shell.text("side");
    let ran = shell.run(&[
        "unseal",
        "--reason",
        "test",
        "--cards",
        &cards,
        "--entry",
        "registrar",
        "--field",
        "password",
        "--deposited",
        "--log-to",
        &side,
    ]);
    let recorded = std::fs::read(&log).unwrap() != before;
    assert!(recorded || (ran.status != 0 && ran.out.is_empty()), "{}", ran.words());
}

#[test]
fn an_event_has_one_spelling() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    machine.begin();
    let heads = machine.read().heads().to_vec();
    let line = claim(machine, heads.clone(), now(), lost(active(machine), crate::machine::index(2), "gone"));
    let text = String::from_utf8(line.bytes()).unwrap();
    assert!(Line::read(text.as_bytes()).is_ok());
    let by_nobody = text.replace("{\"event\":{", "{\"event\":{\"by\":null,");
    let head = format!("\"{}\"", heads[0]);
    let twice = text.replace(&format!("[{head}]"), &format!("[{head},{head}]"));
    for spelled in [by_nobody, twice] {
        assert_ne!(spelled, text);
        let read = Line::read(spelled.as_bytes());
        assert!(matches!(read, Err(UnreadableLine::Malformed(_))), "{spelled}");
    }
}
