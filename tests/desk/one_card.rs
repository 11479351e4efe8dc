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
    person.reads("Chie's phrase");
    person.types("no idea\r");
    person.reads("The phrase for Chie's card is wrong");
    person.reads("What you type is not shown");
    person.types(&format!("{PHRASE}\r"));
    person.reads("Chie's card is good");
    assert!(person.sees_it_end().success());
}

#[test]
fn a_wrong_card_or_phrase_does_not_end_the_unlocking_of_a_card() {
    let practice = Practice::with(Language::English, &[]);
    let new = practice.scratch.path().join("new");
    let arguments = ["card", "unlock", "Chie", "--text", "--cards-to", new.to_str().unwrap()];
    let mut person = Person::at(practice.command(Language::English, &arguments));
    for (card, told) in
        [(&practice.old_cards[2], "does not match the folder"), (&practice.cards[1], "This is Ben's card, not Chie's.")]
    {
        person.reads("Card to reissue");
        person.types(&format!("{card}\r"));
        person.reads(told);
    }
    person.reads("Card to reissue");
    person.types(&format!("{}\r", practice.cards[2]));
    person.reads("What you type is not shown");
    person.types("no idea\r");
    person.reads("The phrase for Chie's card is wrong");
    person.reads("What you type is not shown");
    person.types(&format!("{PHRASE}\r"));
    person.reads("Chie's card was reissued");
}
