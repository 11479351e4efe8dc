//! A vault that is open, before a person at a terminal.

use breakglass::language::Language;

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
