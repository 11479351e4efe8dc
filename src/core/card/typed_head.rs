//! A head as people type it from paper: its short form, or hexadecimal digits of its id.

use std::str::FromStr;

use bech32::Fe32;

use super::characters::{in_rest, separates, typed_digits};
use super::head_code::{GROUP, HeadCode, SYMBOLS};
use crate::ids::EventId;
use crate::language::{Language, Say, messages::quorum as text};
use crate::speaks;

/// Digits of a whole id.
const DIGITS: usize = 64;

/// The fewest digits that stand for an id: as many bits as a short form has, and a few more.
const FEWEST_DIGITS: usize = 32;

/// Digits of an epoch id.
const EPOCH_DIGITS: usize = 24;

/// In so many places two heads can differ and still be taken for one with a typing mistake.
const NEAR: usize = 3;

/// A head that somebody typed. It may have mistakes; only a log can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedHead {
    /// Upper case for a short form, lower case for digits; `?` for what cannot stand there.
    characters: String,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Short,
    Digits,
}

/// What a typed head is in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// This event.
    Event(EventId),
    /// A head that is not in the log. Of a short form, or a part of an id, nothing more is known: zeros stand for the rest.
    NotHere(EventId),
    /// A typing mistake. Nothing is decided by it.
    Mistyped(Mistyped),
    /// More than one event begins like this.
    Several,
}

/// A head with a typing mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistyped {
    /// What was typed, in groups of four.
    pub typed: String,
    /// The groups to look at, from 1; empty when nobody can say which.
    pub groups: Vec<usize>,
    /// What was meant, as it should be typed.
    pub meant: Option<String>,
    /// Whether what was meant is in the log.
    pub here: bool,
}

impl TypedHead {
    /// Finds out what was meant among the events of a log.
    pub fn resolve(&self, ids: impl IntoIterator<Item = EventId>) -> Resolution {
        let (mut equal, mut near) = (Vec::new(), Vec::new());
        for id in ids {
            let written = self.form.written(id, self.characters.len());
            if written == self.characters {
                equal.push(id);
            } else if self.is_near(&written) {
                near.push(written);
            }
        }
        match (equal.as_slice(), near.as_slice()) {
            ([only], _) => Resolution::Event(*only),
            ([], [meant]) => self.mistyped(Some(meant), true),
            ([], _) => self.without_log(),
            _ => Resolution::Several,
        }
    }

    /// What was typed, in groups of four.
    #[must_use]
    pub fn grouped(&self) -> String {
        grouped(&self.characters)
    }

    fn without_log(&self) -> Resolution {
        let Form::Short = self.form else {
            let digits = format!("{:0<DIGITS$}", self.characters);
            return Resolution::NotHere(digits.parse().expect("64 digits are an id"));
        };
        let symbols = self.characters.chars().map(|character| Fe32::from_char(character).ok()).collect::<Vec<_>>();
        let nearest = HeadCode::nearest(&symbols.try_into().expect("a short form has 28 symbols"));
        match nearest.map(|code| (code, ungrouped(&code))) {
            Some((code, written)) if written == self.characters => Resolution::NotHere(code.least()),
            Some((_, written)) => self.mistyped(Some(&written), false),
            None => self.mistyped(None, false),
        }
    }

    fn mistyped(&self, meant: Option<&String>, here: bool) -> Resolution {
        let places = self.characters.bytes().enumerate().filter(|(place, character)| match meant {
            Some(meant) => meant.as_bytes()[*place] != *character,
            None => *character == b'?',
        });
        let mut groups: Vec<usize> = places.map(|(place, _)| place / GROUP + 1).collect();
        groups.dedup();
        Resolution::Mistyped(Mistyped { typed: self.grouped(), groups, meant: meant.map(|text| grouped(text)), here })
    }

    /// Whether it is the other with a few wrong characters, or with its groups in another order.
    fn is_near(&self, other: &str) -> bool {
        let differ = self.characters.bytes().zip(other.bytes()).filter(|(one, other)| one != other).count();
        let in_order = |text: &str| {
            let mut groups: Vec<Vec<u8>> = text.as_bytes().chunks(GROUP).map(<[u8]>::to_vec).collect();
            groups.sort();
            groups
        };
        differ <= NEAR || in_order(&self.characters) == in_order(other)
    }
}

impl Form {
    /// The first `length` characters of an event's id as this form writes them.
    fn written(self, event: EventId, length: usize) -> String {
        match self {
            Form::Short => ungrouped(&HeadCode::of(event)),
            Form::Digits => event.to_string()[..length].to_owned(),
        }
    }
}

fn ungrouped(code: &HeadCode) -> String {
    code.groups().collect()
}

fn grouped(characters: &str) -> String {
    let groups: Vec<String> =
        characters.as_bytes().chunks(GROUP).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    groups.join(" ")
}

/// Why a text is no head at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAHead {
    /// Too many or too few characters.
    WrongLength {
        /// How many there are.
        have: usize,
    },
    /// A group has too many or too few characters.
    GroupLength {
        /// The group, from 1.
        group: usize,
        /// How many characters it has.
        have: usize,
    },
    /// A character among digits that is none.
    NotADigit {
        /// The group, from 1.
        group: usize,
        /// The place in the group, from 1.
        place: usize,
    },
    /// An epoch id: it stands on cards, and says nothing about the log.
    EpochId,
}

impl FromStr for TypedHead {
    type Err = NotAHead;

    fn from_str(typed: &str) -> Result<TypedHead, NotAHead> {
        let characters = || typed.chars().filter(|character| !separates(*character));
        let digits = typed_digits(typed);
        match (digits.len(), digits.find('?')) {
            (SYMBOLS, _) => {
                let symbols = characters().map(in_rest).map(|symbol| char::from(symbol).to_ascii_uppercase());
                Ok(TypedHead { characters: symbols.collect(), form: Form::Short })
            }
            (FEWEST_DIGITS..=DIGITS, None) => Ok(TypedHead { characters: digits, form: Form::Digits }),
            (FEWEST_DIGITS..=DIGITS, Some(place)) => {
                Err(NotAHead::NotADigit { group: place / GROUP + 1, place: place % GROUP + 1 })
            }
            (EPOCH_DIGITS, None) => Err(NotAHead::EpochId),
            (have, _) => Err(wrong_group(typed).unwrap_or(NotAHead::WrongLength { have })),
        }
    }
}

/// The first group that has not four characters, of a text that was typed in seven groups.
fn wrong_group(typed: &str) -> Option<NotAHead> {
    let groups = || typed.split(separates).filter(|group| !group.is_empty()).map(|group| group.chars().count());
    let (at, have) = groups().enumerate().find(|(_, have)| *have != GROUP)?;
    (groups().count() == SYMBOLS / GROUP).then_some(NotAHead::GroupLength { group: at + 1, have })
}

impl Say for NotAHead {
    fn say(&self, language: Language) -> String {
        match *self {
            NotAHead::WrongLength { have } => text::head_wrong_length(language, have),
            NotAHead::GroupLength { group, have } => text::HeadGroupLength { group, have }.say(language),
            NotAHead::NotADigit { group, place } => text::HeadNotADigit { group, place }.say(language),
            NotAHead::EpochId => text::head_is_an_epoch_id(language),
        }
    }
}

speaks!(NotAHead);

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> Vec<EventId> {
        (0..50_u8).map(|number| EventId::of(&[number])).collect()
    }

    fn code(event: EventId) -> String {
        HeadCode::of(event).to_string()
    }

    fn resolved(typed: &str) -> Resolution {
        typed.parse::<TypedHead>().unwrap().resolve(log())
    }

    fn mistyped(typed: &str) -> Mistyped {
        match resolved(typed) {
            Resolution::Mistyped(mistyped) => mistyped,
            other => panic!("{other:?}"),
        }
    }

    /// The text with another character at each of these places, groups and spaces counted.
    fn changed(text: &str, places: &[usize]) -> String {
        let other = |character| if character == 'Q' { 'P' } else { 'Q' };
        text.chars().enumerate().map(|(at, c)| if places.contains(&at) { other(c) } else { c }).collect()
    }

    #[test]
    fn a_head_is_found_however_it_is_typed() {
        let id = log()[12];
        let full = |text: &str| -> String {
            text.chars()
                .map(|c| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xfee0).unwrap() } else { '\u{3000}' })
                .collect()
        };
        let short = code(id);
        let digits = id.to_string();
        for typed in [
            short.clone(),
            short.to_lowercase().replace(' ', "-"),
            short.replace(' ', "ー"),
            short.replace('L', "1").replace('0', "O"),
            short.replace('L', "i").replace('0', "o"),
            full(&short),
            digits.clone(),
            digits.to_uppercase().replace('1', "l").replace('0', "O"),
            full(&digits),
            grouped(&digits[..32]),
            digits[..40].to_owned(),
        ] {
            assert_eq!(resolved(&typed), Resolution::Event(id), "{typed}");
        }
    }

    #[test]
    fn a_wrong_character_is_named_by_its_group_and_what_was_meant_is_asked_for_and_never_taken() {
        let id = log()[3];
        let short = code(id);
        for (places, groups) in [(&[0][..], vec![1]), (&[7, 8], vec![2]), (&[2, 31], vec![1, 7])] {
            let found = mistyped(&changed(&short, places));
            assert_eq!((found.groups, found.meant.as_deref(), found.here), (groups, Some(short.as_str()), true));
        }
        let digits = id.to_string();
        let other = if digits.starts_with('a') { 'b' } else { 'a' };
        let found = mistyped(&format!("{other}{}", &digits[1..]));
        assert_eq!((found.groups, found.meant, found.here), (vec![1], Some(grouped(&digits)), true));
    }

    #[test]
    fn groups_in_another_order_are_a_typing_mistake() {
        let short = code(log()[3]);
        let mut groups: Vec<&str> = short.split(' ').collect();
        groups.swap(2, 5);
        let found = mistyped(&groups.join(" "));
        assert_eq!((found.groups, found.meant), (vec![3, 6], Some(short.clone())));
    }

    #[test]
    fn without_its_event_a_mistake_is_still_told_from_a_head_that_is_not_here() {
        let elsewhere = EventId::of(b"elsewhere");
        let short = code(elsewhere);
        let Resolution::NotHere(stands) = resolved(&short) else { panic!("it is not in the log") };
        assert_eq!(code(stands), short);
        assert_eq!(resolved(&elsewhere.to_string()), Resolution::NotHere(elsewhere));
        let found = mistyped(&changed(&short, &[10]));
        assert_eq!((found.groups, found.meant, found.here), (vec![3], Some(short.clone()), false));
        let found = mistyped(&changed(&short.replace(' ', ""), &[0, 9, 18, 27]).replacen(['Q', 'P'], "b", 1));
        assert_eq!((found.meant, found.here), (None, false));
    }

    #[test]
    fn what_is_no_head_says_why() {
        let short = code(log()[0]);
        for (typed, why) in [
            ("", NotAHead::WrongLength { have: 0 }),
            (&short[..33], NotAHead::GroupLength { group: 7, have: 3 }),
            (&short[5..], NotAHead::WrongLength { have: 24 }),
            ("58ab 591b af45 7b07 f42e 1d49", NotAHead::EpochId),
            (&"abcx".repeat(8), NotAHead::NotADigit { group: 1, place: 4 }),
            (&"a".repeat(65), NotAHead::WrongLength { have: 65 }),
        ] {
            assert_eq!(typed.parse::<TypedHead>(), Err(why), "{typed}");
        }
    }

    #[test]
    fn two_events_that_begin_alike_are_never_chosen_between() {
        let mut ids = log();
        ids[1].0[..16].copy_from_slice(&log()[0].0[..16]);
        let typed: TypedHead = log()[0].to_string()[..32].parse().unwrap();
        assert_eq!(typed.resolve(ids), Resolution::Several);
    }
}
