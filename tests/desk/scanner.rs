//! A hand scanner that ends its lines with a return and a line feed.

use std::thread;
use std::time::Duration;

use breakglass::language::Language;

use crate::person::Person;
use crate::practice::Practice;

/// Long enough for a question to be answered by what nobody typed.
const A_WHILE: Duration = Duration::from_millis(400);

#[test]
fn a_line_feed_behind_a_scanned_card_answers_nothing_that_is_asked_next() {
    let practice = Practice::with(Language::English, &[("m365", "Microsoft 365", "hunter2")]);
    let mut person = Person::at(practice.command(Language::English, &["unseal", "--reason", "test"]));
    person.reads("Type it group by group");
    person.types(&format!("{}\r\n", practice.cards[0]));
    person.reads("Give the card back");
    thread::sleep(A_WHILE);
    person.reads("Give the card back");
    person.types("\r");
    person.reads("Still needed: 2");
    // A slow scanner: the line feed comes when the next question stands already.
    person.types(&format!("{}\r", practice.cards[1]));
    person.reads("Give the card back");
    person.types("\n");
    thread::sleep(A_WHILE);
    person.reads("Give the card back");
    person.types("\r");
    person.reads("Still needed: 1");
}

#[test]
fn a_line_feed_behind_a_scanned_line_does_not_answer_the_next_question() {
    let practice = Practice::with(Language::English, &[("m365", "Microsoft 365", "hunter2")]);
    let mut person = Person::at(practice.command(Language::English, &["unseal"]));
    person.reads("Why are you opening the vault?");
    person.types("sign-in is down\r\n");
    person.reads("Incident number");
    thread::sleep(A_WHILE);
    person.reads("Incident number");
    person.types("INC-7\r\n");
    person.reads("Still needed: 3");
}
