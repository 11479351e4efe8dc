//! What a person types or a scanner reads, character by character: what is forgiven, and what counts as missing.

use bech32::Fe32;

use super::card_text::{CHARACTERS, GROUP, GROUPS, PREFIX, SYMBOLS};
use crate::secret::Secret;

/// Stands for a character that cannot be in a card's text.
const MISSING: u8 = b'?';

/// The characters of one card so far, in lower case, without what separates them.
#[derive(Debug)]
pub(crate) struct Characters {
    places: Secret<CHARACTERS>,
    count: usize,
}

impl Characters {
    pub(crate) fn new() -> Characters {
        Characters { places: Secret::made(|_| {}), count: 0 }
    }

    /// Adds a character; beyond the 93rd it is only counted.
    pub(crate) fn push(&mut self, character: char) {
        if let Some(place) = self.places.expose_mut().get_mut(self.count) {
            *place = if self.count < PREFIX.len() { in_prefix(character) } else { in_rest(character) };
        }
        self.count += 1;
    }

    /// How many there are, also beyond the 93rd.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Forgets all but the first `count`.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.count = self.count.min(count);
        self.places.expose_mut()[self.count.min(CHARACTERS)..].fill(0);
    }

    /// Whether those that are there begin as a card does.
    pub(crate) fn prefix_fits(&self) -> bool {
        let len = self.count.min(PREFIX.len());
        self.places.expose()[..len].eq_ignore_ascii_case(&PREFIX[..len])
    }

    /// The places, from 0, of those that cannot be in a card's text.
    pub(crate) fn missing(&self) -> impl Iterator<Item = usize> {
        (0..self.count.min(CHARACTERS)).filter(|place| self.places.expose()[*place] == MISSING)
    }

    /// What stands at `place`, upper case as on paper, if it can be in a card's text.
    pub(crate) fn shown(&self, place: usize) -> Option<char> {
        let character = self.places.expose()[place];
        (character != MISSING).then(|| character.to_ascii_uppercase().into())
    }

    /// The symbols after the prefix; 0 for one that is missing or was not given.
    pub(crate) fn symbols(&self) -> Secret<SYMBOLS> {
        Secret::made(|symbols| {
            for (symbol, character) in symbols.iter_mut().zip(&self.places.expose()[PREFIX.len()..]) {
                *symbol = Fe32::from_char((*character).into()).map_or(0, Fe32::to_u8);
            }
        })
    }
}

/// The number, from 1, of the group in which a place from 0 stands, and the place in that group from 1.
pub(crate) fn group_and_place(place: usize) -> (usize, usize) {
    (place / GROUP + 1, place % GROUP + 1)
}

/// How many characters a group from 1 has.
pub(crate) fn length_of(group: usize) -> usize {
    if group < GROUPS { GROUP } else { CHARACTERS - GROUP * (GROUPS - 1) }
}

/// Whether a character only separates others: any space, and what people take for a hyphen.
#[must_use]
pub fn separates(character: char) -> bool {
    let hyphen = matches!(half_width(character), '-' | '\u{ad}' | '‐'..='―' | '−' | 'ー' | 'ｰ' | '﹣');
    let invisible = matches!(character, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    hyphen || invisible || character.is_whitespace()
}

/// Full-width forms of ASCII as ASCII (Unicode block FF00); all others as they are.
fn half_width(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        _ => character,
    }
}

/// In the prefix `BG1` only a 1 can be meant by l and I.
fn in_prefix(character: char) -> u8 {
    match half_width(character).to_ascii_lowercase() {
        'l' | 'i' => b'1',
        other => u8::try_from(other).ok().filter(u8::is_ascii_alphanumeric).unwrap_or(MISSING),
    }
}

/// After the prefix there is no 1, no I, no O and no B: 1 and I are an L badly read, O is a 0.
pub(crate) fn in_rest(character: char) -> u8 {
    match half_width(character).to_ascii_lowercase() {
        'o' => b'0',
        '1' | 'i' => b'l',
        other => Fe32::from_char(other).map_or(MISSING, |symbol| symbol.to_char() as u8),
    }
}

/// Hexadecimal digits as people type them from paper, in lower case; `?` for what is none.
#[must_use]
pub fn typed_digits(typed: &str) -> String {
    typed.chars().filter(|character| !separates(*character)).map(|character| char::from(in_digits(character))).collect()
}

/// Among lower-case hexadecimal digits there is no l, no I and no O: they are a 1 and a 0 badly read.
pub(crate) fn in_digits(character: char) -> u8 {
    match half_width(character).to_ascii_lowercase() {
        'l' | 'i' => b'1',
        'o' => b'0',
        other => u8::try_from(other).ok().filter(u8::is_ascii_hexdigit).unwrap_or(MISSING),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let mut characters = Characters::new();
        text.chars().filter(|character| !separates(*character)).for_each(|character| characters.push(character));
        (0..characters.count()).map(|place| characters.shown(place).unwrap_or('?')).collect()
    }

    #[test]
    fn case_width_spaces_and_hyphens_are_forgiven() {
        assert_eq!(read("bg1qp-ZR9 ｙ８ーｇ−F‐2\u{3000}t\u{200b}Ｖ\n"), "BG1QPZR9Y8GF2TV");
    }

    #[test]
    fn look_alikes_are_read_as_what_can_stand_there() {
        assert_eq!(read("bglo1iIl"), "BG10LLLL");
        assert_eq!(read("BGIOＯｏ"), "BG1000");
    }

    #[test]
    fn every_other_character_is_a_missing_one() {
        assert_eq!(read("BG1b?é鍵.q"), "BG1?????Q");
    }

    #[test]
    fn only_a_card_begins_like_a_card() {
        for (text, fits) in
            [("", true), ("b", true), ("bg", true), ("bgI", true), ("bq1", false), ("ms1q", false), ("0g1", false)]
        {
            let mut characters = Characters::new();
            text.chars().for_each(|character| characters.push(character));
            assert_eq!(characters.prefix_fits(), fits, "{text}");
        }
    }

    #[test]
    fn a_full_text_has_eighteen_groups_of_five_and_one_of_three() {
        assert_eq!((1..=GROUPS).map(length_of).sum::<usize>(), CHARACTERS);
        assert_eq!(group_and_place(0), (1, 1));
        assert_eq!(group_and_place(92), (19, 3));
    }
}
