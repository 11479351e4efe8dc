//! A card typed group by group, each group answered at once.

use super::bytes::CardHead;
use super::card_text::{CHARACTERS, GROUP, GROUPS, bytes_of};
use super::characters::{Characters, group_and_place, length_of, separates};
use super::read::{Reading, Unreadable};
use crate::language::{Language, Say, messages};
use crate::speaks;

/// The groups in which the head of a card stands.
const HEAD_GROUPS: usize = 6;

/// A card's text while it is typed.
#[derive(Debug)]
pub struct TypedCard {
    characters: Characters,
}

impl TypedCard {
    /// Nothing typed yet.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "a secret is begun on purpose")]
    pub fn new() -> TypedCard {
        TypedCard { characters: Characters::new() }
    }

    /// The number of the group to be typed next, 1 to 19, or nothing when all are there.
    #[must_use]
    pub fn next_group(&self) -> Option<usize> {
        let typed = self.characters.count().div_ceil(GROUP);
        (typed < GROUPS).then_some(typed + 1)
    }

    /// Takes what was typed: the next group, or several, or all that is left; with or without spaces. What does not make whole
    /// groups is refused, and nothing of it is taken.
    pub fn take(&mut self, typed: &str) -> Result<Taken, TypingError> {
        let before = self.characters.count();
        let first = self.next_group().ok_or(TypingError::AllTyped)?;
        let result = self.take_groups(typed, first);
        if result.is_err() {
            self.characters.truncate(before);
        }
        result
    }

    fn take_groups(&mut self, typed: &str, first: usize) -> Result<Taken, TypingError> {
        let before = self.characters.count();
        let mut last = first;
        for chunk in typed.split(separates).filter(|chunk| !chunk.is_empty()) {
            chunk.chars().for_each(|character| self.characters.push(character));
            if self.characters.count() > CHARACTERS {
                return Err(TypingError::TooMuch);
            }
            last = self.characters.count().div_ceil(GROUP);
            let end = if last == GROUPS { CHARACTERS } else { GROUP * last };
            if self.characters.count() != end {
                let have = length_of(last) - (end - self.characters.count());
                return Err(TypingError::WrongLength { group: last, have, want: length_of(last) });
            }
        }
        if self.characters.count() == before {
            return Err(TypingError::WrongLength { group: first, have: 0, want: length_of(first) });
        }
        if !self.characters.prefix_fits() {
            return Err(TypingError::NotACard);
        }
        let unreadable = self.characters.missing().filter(|place| *place >= before).map(group_and_place).collect();
        Ok(Taken { first, last, unreadable })
    }

    /// Forgets group `group` (from 1) and all that follow, so that it can be typed again.
    pub fn back_to(&mut self, group: usize) {
        self.characters.truncate(GROUP * group.saturating_sub(1));
    }

    /// What the card says about itself, from its sixth group on: so that one sees early that this is another epoch's card.
    /// Nothing while a character there is missing or makes no sense. Nothing of it is checked before all groups are there.
    #[must_use]
    pub fn head(&self) -> Option<CardHead> {
        let end = GROUP * HEAD_GROUPS;
        if self.characters.count() < end || self.characters.missing().any(|place| place < end) {
            return None;
        }
        let mut symbols = self.characters.symbols();
        // Whatever follows the head does not matter; zeros have zero padding.
        symbols.expose_mut()[end - 3..].fill(0);
        let bytes = bytes_of(&symbols)?;
        CardHead::read(bytes.expose().first_chunk()?).ok()
    }

    /// Reads the card when all groups are there.
    pub fn read(&self) -> Result<Reading, Unreadable> {
        if self.next_group().is_some() {
            return Err(Unreadable::WrongLength { have: self.characters.count(), groups: Vec::new() });
        }
        self.characters.read()
    }
}

/// Groups that were taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The first group taken, from 1.
    pub first: usize,
    /// The last group taken.
    pub last: usize,
    /// Characters that cannot be in a card's text, as group and place in the group, both from 1. Up to eight of them can be found
    /// again; better is to go back and look once more.
    pub unreadable: Vec<(usize, usize)>,
}

/// Why nothing of what was typed was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypingError {
    /// The first group does not begin with BG1.
    NotACard,
    /// A group has too few or too many characters.
    WrongLength {
        /// The group, from 1.
        group: usize,
        /// How many characters it has.
        have: usize,
        /// How many it should have.
        want: usize,
    },
    /// More characters than the card has left.
    TooMuch,
    /// All groups are there already.
    AllTyped,
}

impl Say for TypingError {
    fn say(&self, language: Language) -> String {
        match *self {
            TypingError::NotACard => messages::quorum::not_a_card(language),
            TypingError::WrongLength { group, have, want } => {
                messages::quorum::GroupWrongLength { group, have, want }.say(language)
            }
            TypingError::TooMuch => messages::quorum::typed_too_much(language),
            TypingError::AllTyped => messages::quorum::all_groups_typed(language),
        }
    }
}

speaks!(TypingError);
