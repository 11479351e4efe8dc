//! Cards, phrases and heads as people type them.

use std::fs;

use breakglass::desk::{Answer, Answers, CardRequest, Desk, Input, Purpose, ScriptedDesk, card_in_file};
use breakglass::quorum::{
    Card, EventId, HeadCode, Phrase, Reading, Resolution, TypedCard, TypedHead, read_card, separates,
};
use breakglass::scan::is_picture;

use super::frozen::frozen;
use super::{is_said, text};

/// A card that is read is written, and read again as the same; what was put right stands where it is said.
pub fn card(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    match read_card(text) {
        Ok(Reading::Whole(card)) => is_read_again(&card),
        Ok(Reading::Corrected(correction)) => {
            let changes = correction.changes().to_vec();
            let card = correction.accept();
            is_read_again(&card);
            let written = card.to_text();
            let groups: Vec<&str> = written.groups().collect();
            assert!(!changes.is_empty());
            for change in changes {
                assert_eq!(groups[change.group - 1].chars().nth(change.place - 1), Some(change.to));
                assert_ne!(change.from, Some(change.to));
            }
        }
        Err(refusal) => is_said(&refusal),
    }
}

fn is_read_again(card: &Card) {
    let written = card.to_text();
    match read_card(written.expose()) {
        Ok(Reading::Whole(again)) => {
            assert_eq!(again.head(), card.head());
            assert!(again.to_text() == written);
        }
        other => panic!("{other:?}"),
    }
}

/// A card typed line by line, with `<` and a number to go back to that group: what is refused changes nothing, and all groups together
/// are read as if they had stood in one text.
pub fn card_typed(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let mut typed = TypedCard::new();
    let mut kept: Vec<char> = Vec::new();
    for line in text.lines() {
        if let Some(group) = line.strip_prefix('<').and_then(|number| number.parse::<u8>().ok()).map(usize::from) {
            typed.back_to(group);
            kept.truncate(5 * group.saturating_sub(1));
            continue;
        }
        let next = typed.next_group();
        match typed.take(line) {
            Ok(taken) => {
                assert!(Some(taken.first) == next && taken.first <= taken.last && taken.last <= 19);
                let taken_groups = taken.first..=taken.last;
                assert!(taken.unreadable.iter().all(|(group, place)| taken_groups.contains(group) && *place <= 5));
                kept.extend(line.chars().filter(|character| !separates(*character)));
            }
            Err(refusal) => {
                assert_eq!(typed.next_group(), next);
                is_said(&refusal);
            }
        }
    }
    if typed.next_group().is_some() {
        assert!(typed.read().is_err());
        return;
    }
    match (typed.read(), read_card(&kept.iter().collect::<String>())) {
        (Ok(Reading::Whole(one)), Ok(Reading::Whole(other))) => {
            assert!(one.to_text() == other.to_text() && typed.head().as_ref() == Some(one.head()));
        }
        (Ok(Reading::Corrected(one)), Ok(Reading::Corrected(other))) => {
            assert_eq!(one.changes(), other.changes());
            assert!(one.accept().to_text() == other.accept().to_text());
        }
        (Err(one), Err(other)) => assert_eq!(one, other),
        different => panic!("{different:?}"),
    }
}

/// Cards in a text file, among other words: they come one after another, and come to an end.
pub fn card_file(bytes: &[u8]) {
    if is_picture(bytes) {
        return;
    }
    let name = format!("breakglass-fuzz-{}-{:?}", std::process::id(), std::thread::current().id());
    let path = std::env::temp_dir().join(name);
    fs::write(&path, bytes).expect("a place for temporary files");
    let first = card_in_file(&path, Purpose::Open).map(|(card, _)| card);
    if let Err(error) = &first {
        is_said(error);
    }
    let answers = Answers { cards: vec![Input::File(path.clone())], ..Answers::default() };
    let mut desk = ScriptedDesk::new(answers, None).expect("files are no streams");
    let request = CardRequest { prompt: "?", earlier: None, remark: &|_| None, purpose: Purpose::Open };
    let mut cards = 0;
    while let Ok(Answer::Given(card)) = desk.ask_card(&request) {
        if cards == 0 {
            assert!(first.as_ref().is_ok_and(|first| *first == card), "the first card of the file");
        }
        cards += 1;
        assert!(!card.expose().is_empty() && cards <= bytes.len());
    }
    fs::remove_file(path).expect("its own file");
}

/// A phrase has one form: typed as it is shown, it is the same phrase.
pub fn phrase(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    match Phrase::new(text) {
        Ok(phrase) => {
            assert!(Phrase::new(phrase.expose()).is_ok_and(|again| again == phrase));
            assert!(phrase.words().all(|word| !word.is_empty()));
            let _ = phrase.weakness();
        }
        Err(refusal) => is_said(&refusal),
    }
}

/// A head is the same when it is typed as it is shown, an event is found by either of its forms, and of a mistake what was meant is one.
pub fn head(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let typed = match text.parse::<TypedHead>() {
        Ok(typed) => typed,
        Err(refusal) => return is_said(&refusal),
    };
    assert_eq!(typed.grouped().parse(), Ok(typed.clone()));
    frozen(|frozen| match typed.resolve(frozen.ids.iter().copied()) {
        Resolution::Event(id) => {
            assert_eq!(resolved(&HeadCode::of(id).to_string(), &frozen.ids), Resolution::Event(id));
            assert_eq!(resolved(&id.to_string(), &frozen.ids), Resolution::Event(id));
        }
        Resolution::NotHere(id) => assert!(!frozen.ids.contains(&id)),
        Resolution::Mistyped(mistyped) => {
            assert!(mistyped.groups.iter().all(|group| (1..=16).contains(group)));
            if let Some(meant) = mistyped.meant {
                match resolved(&meant, &frozen.ids) {
                    Resolution::Event(_) => assert!(mistyped.here),
                    Resolution::NotHere(_) => assert!(!mistyped.here),
                    other => panic!("{other:?}"),
                }
            }
        }
        Resolution::Several => panic!("no two events of the frozen log begin alike"),
    });
}

fn resolved(typed: &str, ids: &[EventId]) -> Resolution {
    typed.parse::<TypedHead>().expect("a head as it is shown").resolve(ids.iter().copied())
}
