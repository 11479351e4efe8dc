//! Second factors at the terminal: the code on its screen, the clock that people correct, the enrolment for a new telephone.

use std::fs;
use std::process::{Command, Stdio};

use breakglass::language::Language;
use breakglass::second_factor::Enrolment;

use crate::opening::open;
use crate::person::Person;
use crate::practice::Practice;
use crate::scratch::CONFIGURATION_VARIABLE;

const URI: &str = "otpauth://totp/Contoso%20Emergency%20Services:break-glass-administrator%40contoso-emergency.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Contoso%20Emergency%20Services";
const CODE: &str = "3\r";
const ENROLMENT: &str = "4\r";

fn practice() -> Practice {
    let practice = Practice::with(Language::English, &[("m365", "Microsoft 365", "hunter2")]);
    put(&practice, "--totp", URI);
    practice
}

fn put(practice: &Practice, option: &str, content: &str) {
    let value = practice.scratch.path().join("value");
    fs::write(&value, content).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_breakglass"));
    command.args(["put", "m365", option, "--by", "Ben", "--value-from"]).arg(value);
    command.arg("--vault").arg(practice.vault());
    command.env(CONFIGURATION_VARIABLE, practice.scratch.path().join("config")).stdin(Stdio::null());
    assert!(command.output().unwrap().status.success());
}

fn at_the_entry(practice: &Practice) -> Person {
    let mut person = open(practice, &[]);
    person.reads("Which entry?");
    person.types("1\r");
    person.reads("Back to the entries");
    person
}

#[test]
fn whoever_enrols_can_show_the_first_code_to_the_service_at_once() {
    let practice = Practice::with(Language::English, &[("m365", "Microsoft 365", "hunter2")]);
    let mut person = Person::at(practice.command(Language::English, &["put", "m365", "--totp"]));
    person.reads("What you type is not shown");
    person.types(&format!("{URI}\r"));
    person.reads("Show the current code?");
    assert_eq!(practice.ledger().state().deposits.len(), 1, "it is in the vault before anything is shown");
    person.types("y\r");
    person.reads("Computed for");
    assert!(person.is_on_alternate_screen());
    person.types("\r");
    assert!(person.sees_it_end().success());
    assert!(!person.screen_and_scrollback().contains("GEZD"));
}

#[test]
fn a_terminal_that_can_hide_nothing_is_told_before_anybody_brings_a_card() {
    let practice = Practice::with(Language::English, &[("m365", "Microsoft 365", "hunter2")]);
    for arguments in [&["unseal"][..], &["unseal", "--entry", "m365", "--field", "password"]] {
        let mut command = practice.command(Language::English, arguments);
        command.env("TERM", "dumb");
        let mut person = Person::at(command);
        assert_eq!(person.sees_it_end().exit_code(), 1);
        person.reads("no terminal that could hide the secret again");
    }
    assert_eq!(practice.ledger().state().openings.len(), 0);
}

#[test]
fn a_code_is_told_as_not_confirmed_where_it_is_read() {
    let practice = practice();
    let mut person = at_the_entry(&practice);
    for (choice, own) in [(CODE, "Computed for"), (ENROLMENT, "scan this with the new phone")] {
        person.types(choice);
        person.reads(own);
        assert!(person.is_on_alternate_screen());
        // The line is broken where the screen ends.
        let words = person.screen().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("ot yet sealed by a rotation (added by Ben"), "{words}");
        person.types("\r");
    }
    person.reads("type this into the authenticator");
    person.reads("ot yet sealed by a rotation (added by");
}

#[test]
fn a_time_that_is_none_is_asked_again_and_a_correction_stays_for_the_next_code() {
    let practice = practice();
    let mut person = at_the_entry(&practice);
    person.types(CODE);
    person.reads("Press T if this machine");
    person.types("t");
    person.reads("What is the right time");
    person.types("25:00\r");
    person.reads("That is not a time.");
    person.reads("What is the right time");
    person.types("2031-02-03 04:05:06\r");
    person.reads("2031-02-03 04:05:");
    person.types("\r");
    person.reads("Back to the entries");
    person.types(CODE);
    person.reads("2031-02-03 04:0");
}

#[test]
fn a_watch_of_another_time_zone_does_not_make_wrong_codes() {
    let practice = practice();
    let mut person = at_the_entry(&practice);
    person.types(CODE);
    person.reads("Press T if this machine");
    person.types("t");
    person.reads("What is the right time");
    let there = jiff::Zoned::now().checked_add(jiff::SignedDuration::from_hours(3)).unwrap();
    person.types(&format!("{}\r", there.strftime("%H:%M:%S")));
    person.reads("differs by 3:00 hours");
    person.types("y\r");
    let totp = Enrolment::read(URI).unwrap().totp;
    let now = || u64::try_from(jiff::Timestamp::now().as_second()).unwrap();
    person.sees("the code of now", |screen| {
        let near = [now() - 3, now(), now() + 3].map(|second| totp.code_at(second).digits.to_string());
        near.iter().any(|code| screen.contains(&format!("{} {}", &code[..3], &code[3..])))
    });
}

#[test]
fn an_enrolment_with_long_names_shows_its_whole_code_on_a_small_screen() {
    let practice = practice();
    let mut person = at_the_entry(&practice);
    person.types(ENROLMENT);
    person.reads("Hidden in");
    let screen = person.screen();
    let lines: Vec<&str> = screen.lines().collect();
    assert!(lines[0].starts_with("m365: scan this"), "{screen}");
    let code: Vec<&&str> = lines.iter().filter(|line| line.contains('█')).collect();
    assert!((15..=21).contains(&code.len()), "{screen}");
}

#[test]
fn a_recovery_code_that_was_hidden_too_soon_is_shown_again_by_its_number() {
    let practice = Practice::with(Language::English, &[("m365", "Microsoft 365", "hunter2")]);
    put(&practice, "--recovery-codes", "alpha-1\nbravo-2");
    let mut person = at_the_entry(&practice);
    assert!(!person.screen().contains("shown before"), "none was");
    person.types("3\r");
    person.reads("alpha-1");
    person.types("\r");
    person.reads("one that was shown before");
    person.types("4\r");
    person.reads("   1  Recovery code 1");
    person.types("1\r");
    person.reads("alpha-1");
    person.reads("was shown before. Each code works once");
    person.types("\r");
    person.reads("1 of 2 is left");
}

#[test]
fn people_choose_among_all_second_factors_that_are_held_and_read_who_removed_them() {
    let practice = Practice::with(Language::English, &[("m365", "Microsoft 365", "hunter2")]);
    put(&practice, "--recovery-codes", "alpha-1\nbravo-2");
    put(&practice, "--recovery-codes", "wrong-1");
    let mut person = at_the_entry(&practice);
    person.types("3\r");
    person.reads("there are 2 values, deposits oldest first");
    person.reads("   2  Not yet sealed by a rotation (added by Ben");
    person.types("1\r");
    person.reads("alpha-1");
    person.reads("ot yet sealed by a rotation (added by Ben");
    person.types("\r");
    person.reads("one that was shown before");
    person.types("5\r");
    person.reads("Which entry?");
    person.types("2\r");
    person.reads("written the head down");
    person.types("\r");
    assert!(person.sees_it_end().success());
    put_clear(&practice);
    let mut person = at_the_entry(&practice);
    person.types("3\r");
    person.sees("who removed it", |screen| screen.matches("since by Eve on").count() == 2);
}

fn put_clear(practice: &Practice) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_breakglass"));
    command.args(["put", "m365", "--clear", "recovery_codes", "--by", "Eve", "--vault"]).arg(practice.vault());
    command.env(CONFIGURATION_VARIABLE, practice.scratch.path().join("config")).stdin(Stdio::null());
    assert!(command.output().unwrap().status.success());
}
