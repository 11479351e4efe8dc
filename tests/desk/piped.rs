//! A person who sits at a terminal while a program writes to standard input, or reads standard output.

use std::process::{Command, Stdio};

use breakglass::language::{Language, messages};
use portable_pty::CommandBuilder;

use crate::person::Person;
use crate::practice::Practice;
use crate::scratch::CONFIGURATION_VARIABLE;

const PASSWORD: &str = "青い 馬 Kx9";

/// A line for the shell of the system, run in a new terminal. Nothing in it needs quotes.
fn at_a_shell(practice: &Practice, line: &str) -> Person {
    let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut command = CommandBuilder::new(shell);
    command.args([option, line]);
    command.env(CONFIGURATION_VARIABLE, practice.scratch.path().join("config"));
    command.env("TERM", "xterm-256color");
    Person::at(command)
}

/// Gives each card back to whoever brought it.
fn cards_go_back(person: &mut Person) {
    for name in ["Aiko", "Ben", "Dan"] {
        person.reads(&messages::cli::card_counts(Language::English, name));
        person.reads(&messages::terminal::press_enter(Language::English));
        person.types("\r");
    }
}

fn practice_with_cards_in_a_file() -> (Practice, String) {
    let practice = Practice::with(Language::English, &[("m365-admin", "M365", PASSWORD)]);
    let cards = practice.scratch.path().join("cards.txt");
    std::fs::write(&cards, [0, 1, 3].map(|card| practice.cards[card].as_str()).join("\n")).unwrap();
    let file = cards.display().to_string();
    (practice, file)
}

#[test]
fn questions_are_asked_and_answered_at_the_terminal_while_cards_come_through_a_pipe() {
    let (practice, cards) = practice_with_cards_in_a_file();
    let (program, vault) = (env!("CARGO_BIN_EXE_breakglass"), practice.vault());
    let writes = if cfg!(windows) { "type" } else { "cat" };
    let line = format!("{writes} {cards} | {program} unseal --cards - --language en --vault {}", vault.display());
    let mut person = at_a_shell(&practice, &line);
    person.reads(&messages::cli::ask_reason(Language::English));
    person.types("a test\r");
    person.reads("Incident number");
    person.types("\r");
    cards_go_back(&mut person);
    person.reads(&messages::cli::choose_entry(Language::English));
    assert_eq!(practice.ledger().state().openings.last().unwrap().reason.as_str(), "a test");
}

#[test]
fn a_generated_value_of_any_script_is_printed_to_the_terminal_as_it_is() {
    let (practice, _) = practice_with_cards_in_a_file();
    let generate = ["put", "m365-admin", "--generate", "characters", "--alphabet", "あい", "--length", "70", "--print"];
    let mut person = Person::at(practice.command(Language::English, &generate));
    let end = person.sees_it_end();
    person.sees("70 characters", |screen| screen.chars().filter(|character| "あい".contains(*character)).count() == 70);
    assert!(end.success());
}

#[test]
fn an_attachment_is_not_shown_on_a_terminal_also_where_it_is_asked_for_by_name() {
    let (practice, cards) = practice_with_cards_in_a_file();
    let attached = Command::new(env!("CARGO_BIN_EXE_breakglass"))
        .args(["put", "m365-admin", "--attach", &cards, "--as", "a", "--vault"])
        .arg(practice.vault())
        .env(CONFIGURATION_VARIABLE, practice.scratch.path().join("config"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(attached.status.success(), "{}", String::from_utf8_lossy(&attached.stderr));
    for to in [&["--to", "-"][..], &[]] {
        let arguments = ["unseal", "--cards", &cards, "--reason", "test", "--entry", "m365-admin", "--attachment", "a"];
        let mut person = Person::at(practice.command(Language::English, &[&arguments[..], to].concat()));
        person.reads("An attachment is not shown on a terminal.");
        assert_eq!(person.sees_it_end().exit_code(), 2);
    }
}
