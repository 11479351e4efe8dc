//! Attachments at the terminal: chosen from the list, damaged, and stopped in the middle.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use breakglass::language::{Language, messages};

use crate::opening::open;
use crate::person::Person;
use crate::practice::Practice;
use crate::scratch::CONFIGURATION_VARIABLE;

fn practice() -> Practice {
    Practice::with(Language::English, &[("m365", "Microsoft 365", "hunter2")])
}

fn path(practice: &Practice, name: &str) -> PathBuf {
    practice.scratch.path().join(name)
}

fn attach(practice: &Practice, file: &Path, name: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_breakglass"));
    command.args(["put", "m365", "--as", name, "--attach"]).arg(file).arg("--vault").arg(practice.vault());
    command.env(CONFIGURATION_VARIABLE, path(practice, "config")).stdin(Stdio::null());
    assert!(command.output().unwrap().status.success());
}

fn partial_files(practice: &Practice) -> usize {
    let names = fs::read_dir(practice.scratch.path()).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_string_lossy().starts_with(".partial-")).count()
}

#[test]
fn of_two_attachments_of_one_name_the_one_that_was_chosen_is_written() {
    let practice = practice();
    for content in ["older", "newer"] {
        let file = path(&practice, content);
        fs::write(&file, content).unwrap();
        attach(&practice, &file, "keys.csv");
    }
    let mut person = open(&practice, &[]);
    person.reads(&messages::cli::choose_entry(Language::English));
    person.types("1\r");
    for (choice, content) in [("3", "older"), ("4", "newer")] {
        person.reads("Back to the entries");
        person.types(&format!("{choice}\r"));
        person.reads("Where should it be written?");
        let to = path(&practice, &format!("{content}.out"));
        person.types(&format!("{}\r", to.display()));
        person.sees("it is written", |_| to.exists());
        assert_eq!(fs::read_to_string(&to).unwrap(), content);
    }
}

#[test]
fn a_damaged_or_missing_attachment_is_told_and_the_vault_stays_open() {
    let practice = practice();
    let file = path(&practice, "keys");
    fs::write(&file, vec![7; 200_000]).unwrap();
    attach(&practice, &file, "keys.csv");
    let blob = fs::read_dir(practice.vault().join("attachments")).unwrap().next().unwrap().unwrap().path();
    let mut damaged = fs::read(&blob).unwrap();
    damaged[100_000] ^= 1;
    fs::write(&blob, damaged).unwrap();
    let mut person = open(&practice, &[]);
    person.reads(&messages::cli::choose_entry(Language::English));
    person.types("1\r");
    let to = path(&practice, "out");
    // Where the lines break depends on the blob's name.
    let wrote = |person: &Person, told: &str| {
        let written = person.everything_written();
        written.split_whitespace().collect::<String>().contains(told)
    };
    for told in ["attachments/", "ismissing."] {
        person.reads("Back to the entries");
        person.types("3\r");
        person.reads("Where should it be written?");
        person.types(&format!("{}\r", to.display()));
        person.sees(told, |_| wrote(&person, told));
        person.reads("Back to the entries");
        let _ = fs::remove_file(&blob);
    }
    assert!(!to.exists());
    assert_eq!(partial_files(&practice), 0);
    person.types("2\r");
    person.reads("hunter2");
}

#[test]
fn ctrl_c_while_an_attachment_is_written_leaves_nothing_in_the_clear_and_closes_the_vault() {
    let practice = practice();
    let file = path(&practice, "image");
    // Holes take no room, and reading them takes long enough to be stopped.
    fs::File::create(&file).unwrap().set_len(400 << 20).unwrap();
    attach(&practice, &file, "image");
    let to = path(&practice, "out");
    let named = ["--entry", "m365", "--attachment", "image", "--to", to.to_str().unwrap()];
    let mut person = open(&practice, &named);
    person.sees("it is being written", |_| partial_files(&practice) == 1);
    person.types("\u{3}");
    assert_eq!(person.sees_it_end().exit_code(), 130);
    assert_eq!(partial_files(&practice), 0);
    assert!(!to.exists());
    assert!(practice.ledger().state().openings.last().unwrap().closed);
    person.reads("Stopped.");
}
