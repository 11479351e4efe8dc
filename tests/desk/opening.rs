//! A vault that is open, before a person at a terminal.

use breakglass::language::{Language, messages};

use crate::person::Person;
use crate::practice::Practice;

/// Three custodians bring their cards.
pub fn open(practice: &Practice, more: &[&str]) -> Person {
    let arguments = [&["unseal", "--reason", "test"], more].concat();
    let mut person = Person::at(practice.command(Language::English, &arguments));
    for (card, missing) in [(0, 3), (1, 2), (4, 1)] {
        person.reads(&format!("Still needed: {missing}"));
        person.reads("Type it group by group");
        person.types(&format!("{}\r", practice.cards[card]));
        person.reads("Give the card back");
        person.types("\r");
    }
    person
}

#[test]
fn hidden_titles_stand_in_no_menu_and_are_shown_after_the_event_that_says_so() {
    let practice = Practice::with_hidden_titles(Language::English, &[("m365", "Microsoft 365", "hunter2")]);
    let mut person = open(&practice, &[]);
    person.reads("m365");
    person.reads(&messages::cli::close_the_vault(Language::English));
    assert!(!person.screen().contains("Microsoft 365"), "{}", person.screen());
    person.types("1\r");
    person.reads("Back to the entries");
    assert!(!person.screen().contains("Microsoft 365"), "{}", person.screen());
    person.types("1\r");
    person.reads("Microsoft 365");
    let log = std::fs::read_to_string(practice.vault().join("log.jsonl")).unwrap();
    assert!(log.lines().last().unwrap().contains(r#""fields":["title"]"#), "{log}");
}
