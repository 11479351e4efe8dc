//! The night itself, on a real pseudo-terminal, in both languages: a mistyped card, a card of an older epoch, a locked card whose
//! phrase is forgotten; and a spare card that saves the night.

use breakglass::ceremony::{Seal, status};
use breakglass::journal::{Calendar, What};
use breakglass::language::{Language, Say, messages};
use breakglass::quorum::HeadCode;
use breakglass::vault::Moment;

use crate::person::Person;
use crate::practice::Practice;

const PASSWORD: &str = "Kx9-emergency-4411";

/// The card with its 41st character typed wrong.
fn mistyped(card: &str) -> String {
    let wrong = if &card[40..41] == "Q" { "P" } else { "Q" };
    format!("{}{wrong}{}", &card[..40], &card[41..])
}

struct Words {
    card: String,
    goes_back: String,
    go_on: String,
}

impl Words {
    fn new(language: Language) -> Words {
        Words {
            card: first_words(&messages::cli::ask_card(language)),
            goes_back: messages::cli::card_goes_back(language),
            go_on: messages::terminal::press_enter(language),
        }
    }
}

/// Enough of a sentence to know it by, before the terminal wraps it.
fn first_words(sentence: &str) -> String {
    sentence.trim().chars().take(8).collect()
}

fn lockout(language: Language) {
    let practice = Practice::with(language, &[("m365-admin", "M365", PASSWORD)]);
    let words = Words::new(language);
    let mut person = Person::at(practice.command(language, &["unseal", "--reason", "lockout", "--incident", "INC-7"]));
    let missing = |screen: &str, count: usize| {
        let sentence = match language {
            Language::English => format!("Still needed: {count}"),
            Language::Japanese => format!("あと {count} 枚"),
        };
        screen.contains(&sentence)
    };

    // A card of the epoch before: which epoch it is of is said, and that the log knows it.
    person.reads(&words.card);
    person.types(&format!("{}\r", practice.old_cards[0]));
    let number = match language {
        Language::English => "number 1,",
        Language::Japanese => "第 1 世代",
    };
    let unbroken = |text: &str| text.split_whitespace().collect::<String>();
    person.sees(number, |screen| unbroken(screen).contains(&unbroken(number)));
    person.reads(&words.go_on);
    person.types("\r");

    // A mistyped card: the correction is shown, asked, taken.
    person.sees("three still needed", |screen| missing(screen, 3) && screen.contains(&words.card));
    person.types(&format!("{}\r", mistyped(&practice.cards[0])));
    person.reads(&first_words(&messages::cli::accept_correction(language)));
    person.types("y\r");
    person.reads(&first_words(&messages::cli::card_counts(language, "Aiko")));
    person.reads(&words.go_on);
    person.types("\r");

    // A locked card whose phrase is forgotten: tried twice, the second time while the lock is still being opened, then laid aside.
    person.sees("two still needed", |screen| missing(screen, 2) && screen.contains(&words.card));
    person.types(&format!("{}\r", practice.cards[2]));
    person.reads(&first_words(&messages::cli::ask_phrase(language, "Chie")));
    person.types("no idea\r");
    person.reads(&first_words(&messages::cli::opening_lock(language)));
    person.types("zoo winner abandon lemons\r");
    let wrong = breakglass::ceremony::WrongPhrase { name: "Chie".into() }.say(language);
    let wrong = first_words(&wrong);
    person.sees("two wrong phrases", |_| person.everything_written().matches(&wrong).count() == 2);
    person.types("\u{1b}");
    person.sees("two still needed", |screen| missing(screen, 2) && screen.contains(&words.card));
    assert!(!person.everything_written().contains("lemons"), "a phrase was shown");

    // Two others bring theirs, one of them the spare.
    for (card, name) in [(1, "Ben"), (4, "Emi")] {
        person.reads(&words.card);
        person.types(&format!("{}\r", practice.cards[card]));
        person.reads(&messages::cli::card_counts(language, name));
        person.reads(&words.goes_back);
        person.types("\r");
    }

    person.reads(&messages::cli::choose_entry(language));
    assert!(!person.everything_written().contains(PASSWORD), "shown before anybody chose it");
    person.types("1\r");
    person.reads(&first_words(&messages::cli::choose_field(language, "m365-admin")));
    person.types("2\r");
    person.reads(PASSWORD);
    assert!(person.is_on_alternate_screen());
    // The event that records it is on disk before the value shows.
    let revealed = practice.ledger().history().events.iter().any(|placed| {
        placed.accepted
            && matches!(&placed.event.what, What::Revealed { fields, .. } if fields[0].as_str() == "password")
    });
    assert!(revealed);
    person.types("\r");
    person.reads_no_more(PASSWORD);
    assert!(!person.screen_and_scrollback().contains(PASSWORD));
    person.reads(&first_words(&messages::cli::choose_field(language, "m365-admin")));
    person.types("3\r");
    person.reads(&messages::cli::choose_entry(language));
    person.types("2\r");
    person.reads(&messages::cli::copied(language));
    let head = HeadCode::of(practice.ledger().heads()[0]).to_string();
    assert!(person.screen().contains(&head), "the head to copy by hand:\n{}", person.screen());
    person.types("\r");
    assert!(person.sees_it_end().success());
    for text in practice.cards.iter().chain(&practice.old_cards) {
        assert!(!person.screen_and_scrollback().contains(&text[20..25]), "a card is left on the screen");
    }

    let ledger = practice.ledger();
    let opening = ledger.state().openings.last().unwrap();
    assert_eq!(
        (opening.reason.as_str(), opening.incident.as_ref().map(|incident| incident.as_str())),
        ("lockout", Some("INC-7"))
    );
    assert!(opening.closed);
    let attended: Vec<u8> = opening.attending.iter().map(|signer| signer.1.get()).collect();
    assert_eq!(attended, [1, 2, 5]);
    let report = status(&ledger, Vec::new(), Calendar::default(), Moment::of(jiff::Timestamp::now())).unwrap();
    assert!(matches!(report.seal, Seal::Opened { .. }));
}

#[test]
fn a_spare_card_saves_the_night() {
    lockout(Language::English);
}

#[test]
fn a_spare_card_saves_the_night_in_japanese() {
    lockout(Language::Japanese);
}
