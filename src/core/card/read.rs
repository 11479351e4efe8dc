//! Reading a card's text: whole, with a correction that a person has to accept, or not at all.

use std::fmt;

use bech32::Fe32;

use super::bytes::Card;
use super::card_text::{CHARACTERS, GROUPS, PREFIX, SYMBOLS, bytes_of};
use super::characters::{Characters, group_and_place, length_of, separates};
use super::correct::correct;
use crate::language::{Language, Say, messages};
use crate::secret::Secret;
use crate::speaks;

/// The most missing characters that can be found again.
const MOST_MISSING: usize = 8;

/// Text longer than this many bytes is refused unread.
const MOST_INPUT: usize = 4096;

/// Reads the text of a card, typed or scanned. Case, spaces, hyphens and full-width characters are forgiven; so are letters that
/// cannot stand where they were typed and look like others.
pub fn read_card(text: &str) -> Result<Reading, Unreadable> {
    if text.len() > MOST_INPUT {
        return Err(Unreadable::TooLong);
    }
    let mut characters = Characters::new();
    let mut lengths = Vec::new();
    for chunk in text.split(separates).filter(|chunk| !chunk.is_empty()) {
        let before = characters.count();
        chunk.chars().for_each(|character| characters.push(character));
        lengths.push(characters.count() - before);
    }
    if characters.count() != CHARACTERS {
        return Err(wrong_length(&characters, &lengths));
    }
    characters.read()
}

/// Which groups have too few or too many characters can be known only when all groups are there.
fn wrong_length(characters: &Characters, lengths: &[usize]) -> Unreadable {
    if !characters.prefix_fits() {
        return Unreadable::NotACard;
    }
    let mut groups = Vec::new();
    if lengths.len() == GROUPS {
        groups.extend(
            (1..=GROUPS).zip(lengths).filter(|(group, length)| **length != length_of(*group)).map(|(group, _)| group),
        );
    }
    Unreadable::WrongLength { have: characters.count(), groups }
}

impl Characters {
    /// Reads all 93 characters.
    pub(crate) fn read(&self) -> Result<Reading, Unreadable> {
        if !self.prefix_fits() {
            return Err(Unreadable::NotACard);
        }
        let missing: Vec<usize> = self.missing().map(|place| place - PREFIX.len()).collect();
        if missing.len() > MOST_MISSING {
            return Err(Unreadable::TooManyMissing { groups: self.groups_with_missing() });
        }
        let mut symbols = self.symbols();
        let damaged = || Unreadable::Damaged { groups: self.groups_with_missing() };
        let places = correct(&mut symbols, &missing).ok_or_else(damaged)?;
        let card = match (bytes_of(&symbols), places.is_empty()) {
            (Some(bytes), true) => Card::of_bytes(&bytes)?,
            (None, true) => return Err(Unreadable::Malformed),
            // No card of ours is near: what was put right was put wrong.
            (bytes, false) => bytes.and_then(|bytes| Card::of_bytes(&bytes).ok()).ok_or_else(damaged)?,
        };
        if places.is_empty() {
            return Ok(Reading::Whole(card));
        }
        let changes = places.into_iter().map(|place| self.change(place, &symbols)).collect();
        Ok(Reading::Corrected(Correction { changes, card }))
    }

    fn groups_with_missing(&self) -> Vec<usize> {
        let mut groups: Vec<usize> = self.missing().map(|place| group_and_place(place).0).collect();
        groups.dedup();
        groups
    }

    fn change(&self, symbol: usize, corrected: &Secret<SYMBOLS>) -> Change {
        let (group, place) = group_and_place(PREFIX.len() + symbol);
        let to = Fe32::try_from(corrected.expose()[symbol]).expect("symbols are kept below 32").to_char();
        Change { group, place, from: self.shown(PREFIX.len() + symbol), to: to.to_ascii_uppercase() }
    }
}

/// A card's text that was read.
#[derive(Debug)]
pub enum Reading {
    /// Every character was right.
    Whole(Card),
    /// Some characters had to be put right: show which, and ask.
    Corrected(Correction),
}

/// A card that was read after putting some characters right. It is very likely the card, and still a guess: a person compares the
/// changes with the paper, and the header's key decides.
#[derive(Debug)]
pub struct Correction {
    changes: Vec<Change>,
    card: Card,
}

impl Correction {
    /// What was put right, from the first group to the last.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The card, now that a person saw the changes and agreed.
    #[must_use]
    pub fn accept(self) -> Card {
        self.card
    }
}

/// One character that was put right.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The group of five, from 1.
    pub group: usize,
    /// The place in the group, from 1.
    pub place: usize,
    /// What was read, upper case; nothing when it was no character of a card.
    pub from: Option<char>,
    /// What should stand there, upper case.
    pub to: char,
}

impl fmt::Debug for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Change(group {}, place {})", self.group, self.place)
    }
}

/// Why a text is no card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It does not begin with BG1.
    NotACard,
    /// Far more text than a card has.
    TooLong,
    /// It has not 93 characters.
    WrongLength {
        /// How many it has.
        have: usize,
        /// The groups, from 1, that have too few or too many; empty where that cannot be known.
        groups: Vec<usize>,
    },
    /// More characters cannot be read than can be found again.
    TooManyMissing {
        /// The groups, from 1, in which they stand.
        groups: Vec<usize>,
    },
    /// Too many characters are wrong, and where cannot be known but for some.
    Damaged {
        /// The groups, from 1, with characters that cannot be on a card; there are wrong ones besides.
        groups: Vec<usize>,
    },
    /// The card is of a version that this program does not know.
    UnknownVersion {
        /// The version.
        version: u8,
    },
    /// The text is whole, and what it says is no card.
    Malformed,
}

impl Say for Unreadable {
    fn say(&self, language: Language) -> String {
        match self {
            Unreadable::NotACard => messages::quorum::not_a_card(language),
            Unreadable::TooLong => messages::quorum::card_text_too_long(language, CHARACTERS),
            Unreadable::WrongLength { have, groups } if groups.is_empty() => {
                messages::quorum::CardTextWrongLength { have, want: CHARACTERS }.say(language)
            }
            Unreadable::WrongLength { groups, .. } => {
                messages::quorum::CardGroupsWrongLength { count: groups.len(), groups: list(language, groups) }
                    .say(language)
            }
            Unreadable::TooManyMissing { groups } => {
                messages::quorum::CardGroupsUnreadable { count: groups.len(), groups: list(language, groups) }
                    .say(language)
            }
            Unreadable::Damaged { groups } if groups.is_empty() => messages::quorum::card_text_damaged(language),
            Unreadable::Damaged { groups } => {
                messages::quorum::CardTextDamagedBeside { count: groups.len(), groups: list(language, groups) }
                    .say(language)
            }
            Unreadable::UnknownVersion { version } => messages::quorum::card_version_unknown(language, version),
            Unreadable::Malformed => messages::quorum::card_malformed(language),
        }
    }
}

speaks!(Unreadable);

fn list(language: Language, groups: &[usize]) -> String {
    let numbers: Vec<String> = groups.iter().map(usize::to_string).collect();
    numbers.join(match language {
        Language::English => ", ",
        Language::Japanese => "、",
    })
}
