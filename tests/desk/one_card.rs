//! One card at the terminal: checked, unlocked, locked. A wrong card or a wrong phrase ends nothing.

use breakglass::language::Language;

use crate::person::Person;
use crate::practice::{PHRASE, Practice};

#[test]
fn a_wrong_phrase_of_a_card_that_is_checked_gives_another_try() {
    let practice = Practice::with(Language::English, &[]);
    let mut person = Person::at(practice.command(Language::English, &["card", "check"]));
    person.reads("Card to check");
    person.types(&format!("{}\r", practice.cards[2]));
    person.reads("Phrase of Chie");
    person.types("no idea\r");
    person.reads("The phrase does not open the card of Chie");
    person.reads("It does not show while you type");
    person.types(&format!("{PHRASE}\r"));
    person.reads("The card of Chie is good");
    assert!(person.sees_it_end().success());
}

#[test]
fn a_wrong_card_or_phrase_does_not_end_the_unlocking_of_a_card() {
    let practice = Practice::with(Language::English, &[]);
    let new = practice.scratch.path().join("new");
    let arguments = ["card", "unlock", "Chie", "--text", "--cards-to", new.to_str().unwrap()];
    let mut person = Person::at(practice.command(Language::English, &arguments));
    for (card, told) in [
        (&practice.old_cards[2], "do not belong together"),
        (&practice.cards[1], "This is the card of Ben, not that of Chie."),
    ] {
        person.reads("Card to print anew");
        person.types(&format!("{card}\r"));
        person.reads(told);
    }
    person.reads("Card to print anew");
    person.types(&format!("{}\r", practice.cards[2]));
    person.reads("It does not show while you type");
    person.types("no idea\r");
    person.reads("The phrase does not open the card of Chie");
    person.reads("It does not show while you type");
    person.types(&format!("{PHRASE}\r"));
    person.reads("The card of Chie was made anew");
}
