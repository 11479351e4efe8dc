//! The phrase that locks a card: what a person types, brought to one form whatever the keyboard.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::weakness::Weakness;
use crate::language::{Language, Say, messages};
use crate::secret::{NoRandomness, Secret, SecretText};
use crate::speaks;

/// The most bytes of UTF-8 in a phrase: Debian's program `argon2` reads no more.
const MOST_BYTES: usize = 127;

/// Input longer than this is refused before it is normalised.
const MOST_INPUT: usize = 4096;

/// Words of a generated phrase: 66 bits, less a hair because no word comes twice.
const WORDS: usize = 6;

/// The English word list of BIP-39: 2048 words, told apart by their first four letters.
const WORD_LIST: &str = include_str!("words/english.txt");

/// A phrase in Unicode's form NFKC, its words separated by single spaces.
#[derive(PartialEq, Eq)]
pub struct Phrase(SecretText);

impl Phrase {
    /// Reads a phrase that somebody chose or typed. Letter case counts; the kind and number of spaces does not, nor the width
    /// of characters.
    pub fn new(typed: &str) -> Result<Phrase, PhraseError> {
        if typed.len() > MOST_INPUT {
            return Err(PhraseError::TooLong { most: MOST_BYTES });
        }
        let mut buffer = Secret::<MOST_BYTES>::made(|_| {});
        let mut len = 0;
        let mut space_pending = false;
        for character in typed.nfkc() {
            if character.is_whitespace() {
                space_pending = len > 0;
                continue;
            }
            if character.is_control() {
                return Err(PhraseError::ControlCharacter);
            }
            if space_pending {
                append(&mut buffer, &mut len, ' ')?;
                space_pending = false;
            }
            append(&mut buffer, &mut len, character)?;
        }
        if len == 0 {
            return Err(PhraseError::Empty);
        }
        let text = std::str::from_utf8(&buffer.expose()[..len]).expect("whole characters were put in");
        Ok(Phrase(SecretText::copied(text)))
    }

    /// A random phrase of six different words, 65.9 bits.
    pub fn generate() -> Result<Phrase, NoRandomness> {
        let list: Vec<&str> = word_list().collect();
        let mut words: Vec<&str> = Vec::with_capacity(WORDS);
        while words.len() < WORDS {
            // 2048 words divide the 65536 values evenly.
            let drawn = u16::from_le_bytes(*Secret::random()?.expose());
            let word = list[usize::from(drawn) % list.len()];
            if !words.contains(&word) {
                words.push(word);
            }
        }
        Ok(Phrase(SecretText::from(words.join(" "))))
    }

    /// The phrase.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// The phrase's words, to be shown and written down one by one.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.expose().split(' ')
    }

    /// Why the phrase should not be used to lock a card, if so. It must stand alone, against somebody who has the card and the
    /// vault folder and all the time in the world.
    #[must_use]
    pub fn weakness(&self) -> Option<Weakness> {
        Weakness::of(self)
    }
}

impl fmt::Debug for Phrase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Phrase(hidden)")
    }
}

/// The words of which phrases are generated.
pub(crate) fn word_list() -> impl Iterator<Item = &'static str> {
    WORD_LIST.lines()
}

fn append(buffer: &mut Secret<MOST_BYTES>, len: &mut usize, character: char) -> Result<(), PhraseError> {
    let place = buffer.expose_mut()[*len..].get_mut(..character.len_utf8());
    *len += character.encode_utf8(place.ok_or(PhraseError::TooLong { most: MOST_BYTES })?).len();
    Ok(())
}

/// Why a text is no phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhraseError {
    /// Nothing but spaces.
    Empty,
    /// More bytes of UTF-8 than a phrase may have.
    TooLong {
        /// The most it may have.
        most: usize,
    },
    /// A character that cannot be typed everywhere.
    ControlCharacter,
}

impl Say for PhraseError {
    fn say(&self, language: Language) -> String {
        match *self {
            PhraseError::Empty => messages::quorum::phrase_empty(language),
            PhraseError::TooLong { most } => messages::quorum::phrase_too_long(language, most),
            PhraseError::ControlCharacter => messages::quorum::phrase_control_character(language),
        }
    }
}

speaks!(PhraseError);

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_keyboard_gives_the_same_phrase() {
        for typed in [
            "caf\u{e9} zoo",
            "  cafe\u{301}\u{3000}\u{3000}zoo\t",
            "\u{ff43}\u{ff41}\u{ff46}\u{ff45}\u{301}\u{a0} zoo\n",
        ] {
            assert_eq!(Phrase::new(typed).unwrap().expose(), "caf\u{e9} zoo");
        }
        assert_eq!(Phrase::new("ﾊﾟｽﾜｰﾄﾞ").unwrap().expose(), "パスワード");
        assert_ne!(Phrase::new("Zoo").unwrap(), Phrase::new("zoo").unwrap());
    }

    #[test]
    fn a_phrase_has_one_to_127_bytes_of_utf_8() {
        assert_eq!(Phrase::new(" \u{3000} ").unwrap_err(), PhraseError::Empty);
        assert!(Phrase::new(&"a".repeat(127)).is_ok());
        assert_eq!(Phrase::new(&"a".repeat(128)).unwrap_err(), PhraseError::TooLong { most: 127 });
        assert!(Phrase::new(&"鍵".repeat(42)).is_ok());
        assert_eq!(Phrase::new(&"鍵".repeat(43)).unwrap_err(), PhraseError::TooLong { most: 127 });
        assert_eq!(Phrase::new(&" ".repeat(1 << 20)).unwrap_err(), PhraseError::TooLong { most: 127 });
        assert_eq!(Phrase::new("a\0b").unwrap_err(), PhraseError::ControlCharacter);
    }

    #[test]
    fn the_word_list_holds_2048_words_told_apart_by_four_letters() {
        let beginnings: HashSet<&str> = word_list().map(|word| &word[..word.len().min(4)]).collect();
        assert_eq!((word_list().count(), beginnings.len()), (2048, 2048));
        assert!(
            word_list().all(|word| (3..=8).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase()))
        );
    }

    #[test]
    fn a_generated_phrase_is_six_different_words_and_not_weak() {
        for _ in 0..200 {
            let phrase = Phrase::generate().unwrap();
            assert_eq!(phrase.words().collect::<HashSet<_>>().len(), 6);
            assert_eq!(Phrase::new(phrase.expose()).unwrap(), phrase);
            assert_eq!(phrase.weakness(), None);
        }
        assert_ne!(Phrase::generate().unwrap(), Phrase::generate().unwrap());
    }

    #[test]
    fn debug_hides_a_phrase() {
        assert_eq!(format!("{:?}", Phrase::new("hunter2").unwrap()), "Phrase(hidden)");
    }
}
