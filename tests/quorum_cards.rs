//! Cards as people type them: forgiven, corrected and confirmed, or refused, and never anything else.

use breakglass::quorum::{
    Card, CardIndex, CardText, Change, Correction, EpochHash, OpenCard, Phrase, Policy, Reading, Secret, Share, Taken,
    TypedCard, TypingError, Unreadable, read_card,
};
use proptest::prelude::*;

/// The symbols of a card's text.
const ALPHABET: &[u8; 32] = b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";

fn text_of(seed: &[u8]) -> CardText {
    let share = Share::new(CardIndex::try_from(2).unwrap(), Secret::new(EpochHash::of(seed).0));
    OpenCard::new(share, Policy::new(3, 5, false).unwrap(), EpochHash::of(b"header").id(), false).to_text()
}

fn whole(text: &str) -> CardText {
    match read_card(text) {
        Ok(Reading::Whole(card)) => card.to_text(),
        other => panic!("{other:?}"),
    }
}

fn corrected(text: &str) -> Correction {
    match read_card(text) {
        Ok(Reading::Corrected(correction)) => correction,
        other => panic!("{other:?}"),
    }
}

/// The text with the character at each place (from 0) replaced.
fn with(text: &CardText, changes: &[(usize, char)]) -> String {
    let mut characters: Vec<char> = text.expose().chars().collect();
    for (place, character) in changes {
        characters[*place] = *character;
    }
    characters.into_iter().collect()
}

/// Another character than the one that stands at `place`.
fn other(text: &CardText, place: usize) -> char {
    if text.expose().as_bytes()[place] == b'Q' { 'P' } else { 'Q' }
}

#[test]
fn a_card_is_read_however_it_is_spaced_cased_or_widened() {
    let text = text_of(b"spaced");
    let full_width: String =
        text.expose().chars().map(|character| char::from_u32(u32::from(character) + 0xfee0).unwrap()).collect();
    let grouped = |separator: &str| text.groups().collect::<Vec<_>>().join(separator);
    for typed in [
        text.expose().to_owned(),
        text.expose().to_lowercase(),
        full_width,
        grouped(" "),
        grouped("-"),
        grouped("ー"),
        grouped("−"),
        grouped("\u{3000}"),
        grouped("\r\n"),
        format!("\u{feff} {}\n", grouped(" - ")),
    ] {
        assert!(whole(&typed) == text, "{typed}");
    }
}

#[test]
fn look_alikes_are_not_even_a_correction() {
    let text = text_of(b"look-alikes");
    let typed: String = text.expose()[3..]
        .chars()
        .map(|character| match character {
            '0' => 'O',
            'L' => 'I',
            character => character,
        })
        .collect();
    assert!(typed.contains(['O', 'I']));
    assert!(whole(&format!("BGl{typed}")) == text);
    assert!(whole(&format!("bgI{}", typed.replace('I', "1"))) == text);
}

#[test]
fn one_to_four_wrong_characters_are_shown_and_confirmed() {
    let text = text_of(b"wrong");
    for places in [&[3][..], &[92], &[10, 11], &[3, 47, 92], &[20, 40, 60, 80]] {
        let changes: Vec<(usize, char)> = places.iter().map(|place| (*place, other(&text, *place))).collect();
        let correction = corrected(&with(&text, &changes));
        let shown: Vec<Change> = changes
            .iter()
            .map(|(place, typed)| Change {
                group: place / 5 + 1,
                place: place % 5 + 1,
                from: Some(*typed),
                to: text.expose().as_bytes()[*place].into(),
            })
            .collect();
        assert_eq!(correction.changes(), shown);
        assert!(correction.accept().to_text() == text);
    }
}

#[test]
fn up_to_eight_unreadable_characters_are_found_again() {
    let text = text_of(b"unreadable");
    for count in 1..=8 {
        let changes: Vec<(usize, char)> = (0..count).map(|number| (5 + 11 * number, '?')).collect();
        let correction = corrected(&with(&text, &changes));
        assert!(correction.changes().iter().all(|change| change.from.is_none()));
        assert_eq!(correction.changes().len(), count);
        assert!(correction.accept().to_text() == text);
    }
    // B is not in the alphabet; a full-width question mark and a kana are not either.
    assert_eq!(corrected(&with(&text, &[(50, 'b'), (51, '？'), (52, 'ア')])).changes().len(), 3);
}

#[test]
fn nine_unreadable_characters_are_told_by_their_groups() {
    let text = text_of(b"nine");
    let changes: Vec<(usize, char)> = [5, 6, 7, 8, 40, 41, 42, 90, 92].map(|place| (place, '?')).to_vec();
    let error = read_card(&with(&text, &changes)).unwrap_err();
    assert_eq!(error, Unreadable::TooManyMissing { groups: vec![2, 9, 19] });
    assert!(error.to_string().contains("groups 2, 9, 19"), "{error}");
}

#[test]
fn a_group_with_a_character_too_few_or_too_many_is_named() {
    let text = text_of(b"groups");
    let mut groups: Vec<String> = text.groups().map(str::to_owned).collect();
    groups[3].pop();
    let typed = groups.join(" ");
    assert_eq!(read_card(&typed).unwrap_err(), Unreadable::WrongLength { have: 92, groups: vec![4] });
    groups[18].push('Q');
    groups[18].push('Q');
    let typed = groups.join("-");
    assert_eq!(read_card(&typed).unwrap_err(), Unreadable::WrongLength { have: 94, groups: vec![4, 19] });
    // Without spaces nobody can tell where.
    let typed = groups.concat();
    assert_eq!(read_card(&typed).unwrap_err(), Unreadable::WrongLength { have: 94, groups: vec![] });
}

#[test]
fn what_is_no_card_is_told_as_such() {
    let text = text_of(b"other");
    for other in ["MS1", "BC1", "8G1", "?G1"] {
        assert_eq!(read_card(&text.expose().replacen("BG1", other, 1)).unwrap_err(), Unreadable::NotACard);
    }
    assert_eq!(read_card("https://example.com/").unwrap_err(), Unreadable::NotACard);
    assert_eq!(read_card("").unwrap_err(), Unreadable::WrongLength { have: 0, groups: vec![] });
    assert_eq!(read_card(&"BG1 ".repeat(2000)).unwrap_err(), Unreadable::TooLong);
}

#[test]
fn five_wrong_characters_in_a_row_are_damage() {
    let text = text_of(b"row");
    let changes: Vec<(usize, char)> = (10..15).map(|place| (place, other(&text, place))).collect();
    assert_eq!(read_card(&with(&text, &changes)).unwrap_err(), Unreadable::Damaged { groups: vec![] });
    // Where characters cannot even be on a card, that is told.
    let error = read_card(&with(&text, &[&changes[..], &[(30, '?'), (60, '.')]].concat())).unwrap_err();
    assert_eq!(error, Unreadable::Damaged { groups: vec![7, 13] });
}

#[test]
fn a_locked_card_is_read_back_as_locked() {
    let share = Share::new(CardIndex::try_from(1).unwrap(), Secret::random().unwrap());
    let public = share.custodian_key().public();
    let open = OpenCard::new(share, Policy::new(2, 3, false).unwrap(), EpochHash::of(b"header").id(), false);
    let phrase = Phrase::generate().unwrap();
    let text = open.lock(breakglass::quorum::LockProfile::Small, &phrase).unwrap().to_text();
    let Ok(Reading::Whole(Card::Locked(card))) = read_card(text.expose()) else { panic!("not locked") };
    assert!(card.unlock(&phrase).unwrap().verify(&public).is_ok());
}

#[test]
fn a_typed_card_answers_each_group_and_tells_early_which_card_it_is() {
    let text = text_of(b"typed");
    let mut typed = TypedCard::new();
    for (number, group) in (1..).zip(text.groups()) {
        assert_eq!(typed.next_group(), Some(number));
        assert_eq!(typed.head().is_some(), number > 6);
        assert_eq!(typed.take(group), Ok(Taken { first: number, last: number, unreadable: vec![] }));
    }
    assert_eq!(typed.next_group(), None);
    let head = typed.head().unwrap();
    assert_eq!((head.index.get(), head.threshold, head.epoch), (2, 3, EpochHash::of(b"header").id()));
    assert!(matches!(typed.read(), Ok(Reading::Whole(card)) if card.to_text() == text));
    assert_eq!(typed.take("Q"), Err(TypingError::AllTyped));
}

#[test]
fn a_typed_group_of_the_wrong_length_is_refused_and_typed_again() {
    let text = text_of(b"again");
    let groups: Vec<&str> = text.groups().collect();
    let mut typed = TypedCard::new();
    assert_eq!(typed.take("MS1QQ"), Err(TypingError::NotACard));
    assert_eq!(typed.take(&groups[..2].join(" ")), Ok(Taken { first: 1, last: 2, unreadable: vec![] }));
    assert_eq!(typed.take("QQQQ"), Err(TypingError::WrongLength { group: 3, have: 4, want: 5 }));
    assert_eq!(typed.take("QQQQQ QQQ"), Err(TypingError::WrongLength { group: 4, have: 3, want: 5 }));
    assert_eq!(typed.take(" - "), Err(TypingError::WrongLength { group: 3, have: 0, want: 5 }));
    assert_eq!(typed.take(&"Q".repeat(84)), Err(TypingError::TooMuch));
    assert_eq!(typed.next_group(), Some(3));
    assert_eq!(typed.take("QB?QQ"), Ok(Taken { first: 3, last: 3, unreadable: vec![(3, 2), (3, 3)] }));
    typed.back_to(3);
    assert_eq!(typed.next_group(), Some(3));
    // All that is left, in one go and without spaces.
    assert_eq!(typed.take(&groups[2..].concat()), Ok(Taken { first: 3, last: 19, unreadable: vec![] }));
    assert!(matches!(typed.read(), Ok(Reading::Whole(card)) if card.to_text() == text));
}

#[test]
fn a_typed_card_with_a_wrong_character_is_a_correction_too() {
    let text = text_of(b"typed wrong");
    let mut typed = TypedCard::new();
    typed.take(&with(&text, &[(33, other(&text, 33))])).unwrap();
    let Ok(Reading::Corrected(correction)) = typed.read() else { panic!("taken in silence") };
    assert_eq!((correction.changes()[0].group, correction.changes()[0].place), (7, 4));
    let mut unfinished = TypedCard::new();
    unfinished.take("BG1QQ").unwrap();
    assert_eq!(unfinished.read().unwrap_err(), Unreadable::WrongLength { have: 5, groups: vec![] });
}

#[test]
fn nothing_of_a_card_shows_in_debug() {
    let text = text_of(b"debug");
    let mut typed = TypedCard::new();
    typed.take(text.expose()).unwrap();
    let reading = read_card(&with(&text, &[(33, other(&text, 33))]));
    let shown = format!("{text:?} {typed:?} {reading:?}");
    assert!(text.groups().take(18).all(|group| !shown.contains(group)), "{shown}");
    assert!(!shown.contains("from"), "{shown}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,120}") {
        let _ = read_card(&text);
        let _ = TypedCard::new().take(&text);
    }

    #[test]
    fn no_text_of_a_cards_length_is_taken_for_a_card_in_silence(rest in "[qpzry9x8gf2tvdw0s3jn54khce6mua7lOI1b?]{90}") {
        let taken = matches!(read_card(&["bg1", &rest].concat()), Ok(Reading::Whole(_)));
        prop_assert!(!taken);
    }

    #[test]
    fn a_changed_card_is_the_card_again_or_refused_or_asked_about(
        seed: [u8; 4],
        changes in prop::collection::vec((3..93_usize, 0..33_usize), 1..16),
    ) {
        let text = text_of(&seed);
        let changes: Vec<(usize, char)> = changes
            .into_iter()
            .map(|(place, symbol)| (place, ALPHABET.get(symbol).copied().unwrap_or(b'?').into()))
            .collect();
        let typed = with(&text, &changes);
        let differing: Vec<(char, char)> =
            typed.chars().zip(text.expose().chars()).filter(|(typed, printed)| typed != printed).collect();
        let missing = differing.iter().filter(|(typed, _)| *typed == '?').count();
        let within_reach = 2 * (differing.len() - missing) + missing <= 8;
        match read_card(&typed) {
            Ok(Reading::Whole(card)) => prop_assert!(differing.is_empty() && card.to_text() == text),
            Ok(Reading::Corrected(correction)) => {
                prop_assert!(!differing.is_empty());
                prop_assert!(!within_reach || correction.changes().len() == differing.len());
                prop_assert_eq!(correction.accept().to_text() == text, within_reach);
            }
            Err(_) => prop_assert!(!within_reach),
        }
    }

    #[test]
    fn characters_lost_or_doubled_never_make_a_card(seed: [u8; 4], place in 3..93_usize, doubled: bool) {
        let text = text_of(&seed);
        let mut typed = text.expose().to_owned();
        if doubled { typed.insert(place, 'Q') } else { let _ = typed.remove(place); }
        let wrong_length = matches!(read_card(&typed), Err(Unreadable::WrongLength { .. }));
        prop_assert!(wrong_length);
    }
}
