//! A log that goes on elsewhere: when the stick is pulled out while the vault is open, and when a script asks for it.

use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use breakglass::ceremony::{VerifyDepth, verify_files};
use breakglass::guide::GuideError;
use breakglass::journal::What;
use breakglass::language::Language;

use crate::people::{Deed, People, said};
use crate::practice::Practice;
use crate::scratch::CONFIGURATION_VARIABLE;

const PASSWORD: &str = "Kx9-emergency-4411";

fn practice() -> Practice {
    Practice::with(Language::English, &[("m365-admin", "M365", PASSWORD)])
}

/// Pulls the stick out.
fn pulled_out(practice: &Practice) -> Deed {
    let (here, gone) = (practice.vault(), practice.scratch.path().join("pocket"));
    Deed::Meanwhile(Box::new(move || fs::rename(&here, &gone).unwrap()))
}

fn put_back(practice: &Practice) {
    fs::rename(practice.scratch.path().join("pocket"), practice.vault()).unwrap();
}

fn run(practice: &Practice, arguments: &[&str]) -> Output {
    let cards = practice.scratch.path().join("cards.txt");
    fs::write(&cards, [0, 1, 3].map(|card: usize| practice.cards[card].as_str()).join("\n")).unwrap();
    Command::new(env!("CARGO_BIN_EXE_breakglass"))
        .args(arguments)
        .args(["--language", "en", "--vault"])
        .arg(practice.vault())
        .env(CONFIGURATION_VARIABLE, practice.scratch.path().join("config"))
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn openings(practice: &Practice) -> usize {
    practice.ledger().history().events.iter().filter(|placed| matches!(placed.event.what, What::Opened { .. })).count()
}

#[test]
fn a_stick_that_is_pulled_out_while_the_vault_is_open_costs_no_new_gathering() {
    let practice = practice();
    let side = practice.scratch.path().join("other stick");
    // An entry, its password with the stick gone, back, back, close.
    let deeds = vec![Deed::Choose(0), pulled_out(&practice), Deed::Choose(1), Deed::Choose(2), Deed::Choose(1)];
    let (people, happened) = People::with(&practice, deeds, &[side.to_str().unwrap()]);
    let outcome = people.unseal(&practice, &[]);
    assert_eq!(outcome.as_ref().ok(), Some(&0), "{}", said(&outcome));
    put_back(&practice);
    let happened = happened.borrow();
    assert_eq!(happened.shown, [PASSWORD]);
    let quote = if cfg!(windows) { '"' } else { '\'' };
    let command = format!("breakglass --vault {} merge {quote}{}{quote}", practice.vault().display(), side.display());
    let told = happened.told.iter().find(|told| told.contains(&command)).expect("the command to paste");
    assert!(told.contains("Merge it back"));

    assert!(!practice.ledger().state().openings.last().unwrap().closed, "the vault does not know it yet");
    let merged = shell(&command.replacen("breakglass", env!("CARGO_BIN_EXE_breakglass"), 1))
        .env(CONFIGURATION_VARIABLE, practice.scratch.path().join("config"))
        .output()
        .unwrap();
    assert!(merged.status.success(), "{}", words(&merged));
    let ledger = practice.ledger();
    assert_eq!(ledger.history().findings, []);
    assert_eq!(verify_files(&ledger, VerifyDepth::Hashed).unwrap(), []);
    let opening = ledger.state().openings.last().unwrap();
    assert!(opening.closed);
}

#[test]
fn people_who_have_no_other_stick_see_nothing_and_the_vault_stays_open() {
    let practice = practice();
    let side = practice.scratch.path().join("found at last");
    let deeds = vec![
        Deed::Choose(0),
        pulled_out(&practice),
        Deed::Choose(1),
        // The same value again, now with a folder.
        Deed::Choose(1),
        Deed::Choose(2),
        Deed::Choose(1),
    ];
    let (people, happened) = People::with(&practice, deeds, &["", side.to_str().unwrap()]);
    let outcome = people.unseal(&practice, &[]);
    assert_eq!(outcome.as_ref().ok(), Some(&0), "{}", said(&outcome));
    assert_eq!(happened.borrow().shown, [PASSWORD], "shown once, after it was logged");
    assert!(happened.borrow().told.iter().any(|told| told.contains("so it was not shown")));
    put_back(&practice);
}

#[test]
fn a_script_whose_log_takes_no_more_is_shown_nothing_and_told_which_option_helps() {
    let practice = practice();
    let log = practice.vault().join("log.jsonl");
    // Somebody else writes while the last card is read.
    let grown = Deed::Meanwhile(Box::new(move || {
        fs::File::options().append(true).open(&log).unwrap().write_all(b"{").unwrap();
    }));
    let (mut people, _) = People::with(&practice, vec![grown], &[]);
    people.attended = false;
    let outcome = people.unseal(&practice, &["--entry", "m365-admin", "--field", "password"]);
    assert!(matches!(outcome, Err(GuideError::NotRecorded(_))), "{}", said(&outcome));
    assert!(said(&outcome).contains("`--log-to`"), "{}", said(&outcome));
    assert_eq!(openings(&practice), 0);
}

#[test]
fn a_script_leaves_no_opening_beside_a_vault_that_can_be_written_unless_it_says_so() {
    let practice = practice();
    let side = practice.scratch.path().join("side");
    let side = side.to_str().unwrap();
    let cards = practice.scratch.path().join("cards.txt");
    let cards = cards.to_str().unwrap();
    let unseal = ["unseal", "--reason", "a test", "--entry", "m365-admin", "--field", "password", "--yes"];
    let unseal = [&unseal[..], &["--cards", cards, "--log-to", side]].concat();
    let refused = run(&practice, &unseal);
    assert_eq!(refused.status.code(), Some(2), "{}", words(&refused));
    assert!(words(&refused).contains("--side-log-only") && refused.stdout.is_empty(), "{}", words(&refused));
    assert!(!fs::exists(side).unwrap());

    let wanted = run(&practice, &[&unseal[..], &["--side-log-only"]].concat());
    assert!(wanted.status.success(), "{}", words(&wanted));
    assert_eq!(String::from_utf8_lossy(&wanted.stdout).trim_end(), PASSWORD);
    assert_eq!(openings(&practice), 0);
    assert!(words(&wanted).contains(&format!("merge {side}")), "{}", words(&wanted));
    let merged = run(&practice, &["merge", side]);
    assert!(merged.status.success(), "{}", words(&merged));
    assert_eq!(openings(&practice), 1);
}

/// The shell of the system, with a command as people paste it.
#[cfg(unix)]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]);
    shell
}

#[cfg(windows)]
fn shell(command: &str) -> Command {
    use std::os::windows::process::CommandExt;
    let mut shell = Command::new("cmd");
    shell.raw_arg("/C").raw_arg(command);
    shell
}

/// A limit on the size of files stands in for a full medium: the lines of an opening would fit, and the room for one does not.
#[cfg(unix)]
#[test]
fn a_script_is_told_that_there_is_no_room_before_any_card_is_read() {
    let practice = practice();
    let unseal = "trap '' XFSZ; ulimit -f 60; exec \"$0\" \"$@\"";
    let output = Command::new("sh")
        .args(["-c", unseal, env!("CARGO_BIN_EXE_breakglass"), "unseal", "--reason", "a test", "--language", "en"])
        .args(["--entry", "m365-admin", "--field", "password", "--cards", "/there/is/none", "--vault"])
        .arg(practice.vault())
        .env(CONFIGURATION_VARIABLE, practice.scratch.path().join("config"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", words(&output));
    assert!(words(&output).contains("--log-to") && !words(&output).contains("/there/is/none"), "{}", words(&output));
    assert_eq!(openings(&practice), 0);
}
