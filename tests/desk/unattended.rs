//! The same commands without a person, and what somebody who is not in the room can do to the one who is.

use std::fs;
use std::process::{Command, Output, Stdio};

use breakglass::ceremony::put;
use breakglass::journal::What;
use breakglass::language::Language;
use breakglass::vault::{Change, FieldName, FieldValue, Moment};

use crate::person::Person;
use crate::practice::Practice;
use crate::scratch::CONFIGURATION_VARIABLE;

const PASSWORD: &str = "Kx9-emergency-4411";

fn practice() -> Practice {
    Practice::with(Language::English, &[("m365-admin", "M365", PASSWORD)])
}

/// Runs the program with no terminal, with three good cards in a file.
fn run(practice: &Practice, configuration: &str, arguments: &[&str]) -> Output {
    let cards = practice.scratch.path().join("cards.txt");
    fs::write(&cards, [0, 1, 3].map(|card: usize| practice.cards[card].as_str()).join("\n")).unwrap();
    let arguments: Vec<&str> =
        arguments.iter().map(|word| if *word == "CARDS" { cards.to_str().unwrap() } else { word }).collect();
    Command::new(env!("CARGO_BIN_EXE_breakglass"))
        .args(arguments)
        .args(["--language", "en", "--vault"])
        .arg(practice.vault())
        .env(CONFIGURATION_VARIABLE, practice.scratch.path().join(configuration))
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn openings(practice: &Practice) -> usize {
    practice.ledger().history().events.iter().filter(|placed| matches!(placed.event.what, What::Opened { .. })).count()
}

#[test]
fn what_cannot_be_kept_in_the_configuration_fails_nothing_that_was_done() {
    let practice = practice();
    fs::write(practice.scratch.path().join("no-folder"), "").unwrap();
    let epoch = practice.ledger().active().unwrap().id().to_string();
    let made = run(
        &practice,
        "no-folder",
        &["put", "registrar", "--generate", "words", "--print", "--epoch", &epoch, "--json"],
    );
    assert!(made.status.success(), "{}", said(&made));
    assert!(said(&made).contains("could not save"), "{}", said(&made));
    let document: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    let generated = document["generated"].as_str().unwrap();
    let shown = run(
        &practice,
        "no-folder",
        &["unseal", "--reason", "a test", "--entry", "registrar", "--field", "password", "--cards", "CARDS"],
    );
    assert!(shown.status.success(), "{}", said(&shown));
    assert_eq!(String::from_utf8(shown.stdout).unwrap(), format!("{generated}\n"));
}

#[test]
fn a_mistyped_entry_is_told_before_the_vault_is_opened() {
    let practice = practice();
    let arguments =
        ["unseal", "--reason", "a test", "--entry", "m356-admin", "--field", "password", "--cards", "CARDS"];
    let output = run(&practice, "config", &arguments);
    assert_eq!((output.status.code(), openings(&practice)), (Some(1), 0));
    assert!(said(&output).contains("m356-admin") && said(&output).contains("breakglass list"), "{}", said(&output));
}

#[test]
fn a_deposit_cannot_steer_the_terminal_of_those_who_look_at_it() {
    const STEERING: &str = "\u{1b}]52;c;ZXZpbA==\u{7}";
    let practice = practice();
    let ledger = practice.ledger();
    let epoch = ledger.active().unwrap().hash();
    let now = Moment::of(jiff::Timestamp::now());
    let fields = ["title", "password", "owner"];
    let set = fields.map(|name| (FieldName::fixed(name), FieldValue::copy_of(&format!("{name}{STEERING}")))).into();
    let mut writing = ledger.begin(now).unwrap();
    let change = Change { set, ..Change::default() };
    put(&mut writing, epoch, &"m365-admin".parse().unwrap(), change, "Mallory", now).unwrap();
    drop(writing);

    let mut person =
        Person::at(practice.command(Language::English, &["unseal", "--reason", "a test", "--incident", "none"]));
    for card in [0, 1, 3] {
        person.reads("The next card");
        person.types(&format!("{}\r", practice.cards[card]));
        person.reads("Give the card back");
        person.types("\r");
    }
    person.reads("Which entry?");
    person.types("1\r");
    person.reads("which value?");
    let password = person.screen().lines().find(|line| line.contains("Password")).unwrap().trim()[..1].to_owned();
    person.types(&format!("{password}\r"));
    person.reads(PASSWORD);
    person.types("\r");
    person.reads("not yet sealed by a rotation");
    person.reads("  password");
    person.types("\r");
    person.reads("which value?");
    assert!(!person.everything_written().contains(STEERING));

    for words in [&["list"][..], &["log"], &["status"]] {
        let output = run(&practice, "config", words);
        let all = [output.stdout.as_slice(), &output.stderr].concat();
        assert!(!String::from_utf8_lossy(&all).contains('\u{1b}'), "{words:?}");
    }
}

#[test]
fn the_epoch_id_that_must_be_read_from_a_card_is_not_handed_out_by_the_folder() {
    let practice = practice();
    let id = practice.ledger().active().unwrap().id().to_string();
    for epoch in [None, Some(["--epoch", "00112233445566778899aabb"])] {
        let words: Vec<&str> =
            ["put", "registrar", "--title", "Registrar"].into_iter().chain(epoch.into_iter().flatten()).collect();
        let output = run(&practice, "new-machine", &words);
        assert!(!output.status.success() && !said(&output).contains(&id), "{}", said(&output));
    }
}

#[test]
fn that_somebody_else_is_writing_is_told_before_anybody_brings_a_card() {
    let practice = practice();
    let _other = practice.ledger().begin(Moment::of(jiff::Timestamp::now())).unwrap();
    let words = ["unseal", "--reason", "a test", "--entry", "m365-admin", "--field", "password"];
    let output = run(&practice, "config", &words);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("Another breakglass is writing"), "{}", said(&output));
    assert!(!said(&output).contains("The next card"), "{}", said(&output));
}
