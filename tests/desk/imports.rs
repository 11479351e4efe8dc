//! An export taken in at a real pseudo-terminal, in both languages: shown without a value, chosen by number, and destroyed at the end.

use std::fs;

use breakglass::language::{Language, messages::exchange};
use breakglass::vault::EntryId;

use crate::person::Person;
use crate::practice::Practice;

const TABLE: &str = "Title,Username,Password,OTPAuth\nFirst,aiko,secret-1,\n登録業者,ben,secret-2,\nThird,chie,secret-3,steam://ABC\nm365,x,secret-4,\n";

/// Enough of a sentence to know it by, before the terminal wraps it.
fn first_words(sentence: &str) -> String {
    sentence.trim().chars().take(8).collect()
}

fn take_in(language: Language) {
    let practice = Practice::with(language, &[("m365", "Microsoft 365", "hunter2")]);
    let file = practice.scratch.path().join("export.csv");
    fs::write(&file, TABLE).unwrap();
    let mut person = Person::at(practice.command(language, &["put", "--import", file.to_str().unwrap()]));
    person.reads("登録業者");
    // One of them stands already: it is to be left as it is.
    person.reads(&first_words(&exchange::standing_skip(language)));
    person.types("1\r");
    person.reads(&first_words(&exchange::ask_all(language, 3)));
    person.types("n\r");
    person.reads(&first_words(&exchange::ask_which(language)));
    person.types("9\r");
    person.reads(&first_words(&exchange::bad_numbers(language, 3)));
    person.types("1-2\r");
    person.reads(&first_words(&exchange::ask_destroy(language)));
    assert!(file.exists());
    person.types("y\r");
    assert!(person.sees_it_end().success());
    assert!(!file.exists());
    let ledger = practice.ledger();
    let put_in: Vec<&EntryId> = ledger.state().deposits.iter().map(|pending| &pending.entry.id).collect();
    assert_eq!(put_in.iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["first", "entry"]);
    let written = person.everything_written();
    assert!((1..=4).all(|number| !written.contains(&format!("secret-{number}"))), "no value is shown");
    assert!(written.contains("one-time password"), "what is kept in a field of its own is told");
}

#[test]
fn an_import_is_shown_chosen_by_number_and_destroyed_in_english() {
    take_in(Language::English);
}

#[test]
fn an_import_is_shown_chosen_by_number_and_destroyed_in_japanese() {
    take_in(Language::Japanese);
}

#[test]
fn an_export_that_is_refused_at_the_terminal_opens_nothing_and_writes_nothing() {
    let language = Language::English;
    let practice = Practice::with(language, &[("m365", "Microsoft 365", "hunter2")]);
    let log = || fs::read(practice.vault().join("log.jsonl")).unwrap();
    let before = log();
    let folder = practice.scratch.path().join("out");
    let mut person = Person::at(practice.command(language, &["unseal", "--export", folder.to_str().unwrap()]));
    person.reads(&first_words(&exchange::export_means(language, "")[30..]));
    person.reads(&first_words(&exchange::ask_export(language)));
    person.types("\r");
    assert!(!person.sees_it_end().success());
    assert!(!folder.exists());
    assert_eq!(log(), before);
}

#[test]
fn an_export_that_was_written_anew_while_it_was_asked_about_is_not_deleted() {
    let language = Language::English;
    let practice = Practice::with(language, &[("m365", "Microsoft 365", "hunter2")]);
    let file = practice.scratch.path().join("export.csv");
    fs::write(&file, "Title,Password\nFirst,secret-1\n").unwrap();
    let mut person = Person::at(practice.command(language, &["put", "--import", file.to_str().unwrap()]));
    person.reads(&first_words(&exchange::ask_all(language, 1)));
    person.types("y\r");
    person.reads(&first_words(&exchange::ask_destroy(language)));
    fs::write(&file, "Title,Password\nFirst,secret-1\nSecond,secret-2\n").unwrap();
    person.types("y\r");
    person.reads("was not deleted");
    assert!(person.sees_it_end().success());
    assert!(fs::read_to_string(&file).unwrap().contains("secret-2"));
}

#[test]
fn whoever_stops_at_the_question_whether_to_delete_an_export_is_told_that_it_is_still_there() {
    let language = Language::Japanese;
    let practice = Practice::with(language, &[("m365", "Microsoft 365", "hunter2")]);
    let file = practice.scratch.path().join("e.csv");
    fs::write(&file, "Title,Password\nFirst,secret-1\n").unwrap();
    let mut person = Person::at(practice.command(language, &["put", "--import", file.to_str().unwrap()]));
    person.reads(&first_words(&exchange::ask_all(language, 1)));
    person.types("y\r");
    person.reads(&first_words(&exchange::ask_destroy(language)));
    person.types("\u{3}");
    person.reads("はまだあります");
    assert!(!person.sees_it_end().success());
    assert!(file.exists());
}
