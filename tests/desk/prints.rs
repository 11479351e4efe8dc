//! New cards read back at a real pseudo-terminal: from their print, and never from the files that they are printed from.

use std::fs;
use std::path::PathBuf;

use breakglass::language::{Language, messages::terminal};
use portable_pty::CommandBuilder;

use crate::person::Person;
use crate::scratch::Scratch;

fn files_in(folder: &std::path::Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn the_only_file_of_a_card_is_not_taken_for_its_print_and_stays_and_a_scan_of_the_print_is_told_to_be_a_copy() {
    let scratch = Scratch::new();
    let (cards, prints) = (scratch.path().join("cards"), scratch.path().join("prints"));
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_breakglass"));
    command.args(["init", scratch.path().join("a.vault").to_str().unwrap(), "--name", "Acme", "--threshold", "2"]);
    command.args(["--custodian", "Aiko", "--custodian", "Ben", "--custodian", "Chie", "--language", "en"]);
    command.args(["--cards-to", cards.to_str().unwrap()]);
    command.env("XDG_CONFIG_HOME", scratch.path().join("config"));
    command.env("TERM", "xterm-256color");
    let mut person = Person::at(command);
    person.reads("Print each card once now");
    person.types("\r");
    person.reads("Aiko, please sit down");
    let files = files_in(&cards);
    person.types(&format!("{}\r", files[0].display()));
    let refused = terminal::own_card_file(Language::English, "");
    person.sees("that it is no print", |screen| {
        let words = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        words.contains(refused.trim())
    });
    assert_eq!(files_in(&cards), files, "nothing is deleted");
    fs::create_dir(&prints).unwrap();
    let print = prints.join("scan.pdf");
    fs::copy(&files[0], &print).unwrap();
    person.types(&format!("{}\r", print.display()));
    person.reads("Thank you, Aiko.");
    person.reads("is a copy of the card");
    assert_eq!(files_in(&cards), files[1..]);
}
