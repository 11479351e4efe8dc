//! How much a chosen phrase is worth at most. A rough count that can only be too kind: it knows nothing of names, birthdays,
//! songs or what its owner used elsewhere.

use super::phrase::{Phrase, word_list};
use crate::language::{Language, Say, messages};
use crate::speaks;

/// Below this many bits a lock is a matter of money: at the standard profile a guess costs about a second of a processor.
const ENOUGH_BITS: u32 = 64;

/// A word of a generated phrase, in thousandths of a bit: log2(2048), less the hair that is lost because none comes twice.
const LISTED_WORD: u32 = 10_990;

/// Any other run of letters is taken for a word, among 16,000 that people think of.
const MOST_PER_WORD: u32 = 14_000;

/// A letter of a word too short to be worth a whole one.
const LETTER: u32 = 4_700;

/// A digit that does not continue a row such as 1234 or 7777.
const DIGIT: u32 = 3_300;

/// A sign that is neither letter nor digit.
const SIGN: u32 = 4_000;

/// A kana, in a text that makes sense.
const KANA: u32 = 2_500;

/// A Han character, in a text that makes sense.
const HAN: u32 = 5_000;

/// What only repeats or continues what stands before it.
const EXPECTED: u32 = 500;

/// A phrase that is worth less than a generated one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weakness {
    /// The most it is worth, in bits.
    pub bits: u32,
}

impl Weakness {
    pub(crate) fn of(phrase: &Phrase) -> Option<Weakness> {
        let mut seen: Vec<&str> = Vec::new();
        let mut worth = 0;
        for word in phrase.words() {
            worth += if seen.contains(&word) { EXPECTED } else { worth_of_word(word) };
            seen.push(word);
        }
        let bits = worth / 1000;
        (bits < ENOUGH_BITS).then_some(Weakness { bits })
    }
}

impl Say for Weakness {
    fn say(&self, language: Language) -> String {
        messages::quorum::WeakPhrase { bits: self.bits, enough: ENOUGH_BITS }.say(language)
    }
}

speaks!(Weakness);

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Letter,
    Digit,
    Kana,
    Han,
    Sign,
}

fn kind(character: char) -> Kind {
    match character {
        _ if character.is_numeric() => Kind::Digit,
        '\u{3040}'..='\u{30ff}' => Kind::Kana,
        '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => Kind::Han,
        _ if character.is_alphabetic() => Kind::Letter,
        _ => Kind::Sign,
    }
}

/// In thousandths of a bit.
fn worth_of_word(word: &str) -> u32 {
    if word_list().any(|listed| listed == word) {
        return LISTED_WORD;
    }
    let characters: Vec<char> = word.chars().collect();
    characters.chunk_by(|before, after| kind(*before) == kind(*after)).map(worth_of_run).sum()
}

/// A run of characters of one kind.
fn worth_of_run(run: &[char]) -> u32 {
    let each = match kind(run[0]) {
        Kind::Letter => LETTER,
        Kind::Digit => DIGIT,
        Kind::Kana => KANA,
        Kind::Han => HAN,
        Kind::Sign => SIGN,
    };
    let rest: u32 = run.windows(2).map(|pair| if continues(pair[0], pair[1]) { EXPECTED } else { each }).sum();
    let sum = each + rest;
    if kind(run[0]) == Kind::Letter { sum.min(MOST_PER_WORD) } else { sum }
}

/// Whether `after` is what anybody would guess after `before`: the same again, or the next one up or down.
fn continues(before: char, after: char) -> bool {
    u32::from(before).abs_diff(u32::from(after)) <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(phrase: &str) -> Option<u32> {
        Phrase::new(phrase).unwrap().weakness().map(|weakness| weakness.bits)
    }

    #[test]
    fn phrases_that_people_choose_are_called_weak() {
        for phrase in [
            "password",
            "correct horse battery staple",
            "Summer2026!",
            "12345678901234567890123456789012",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "zoo zoo zoo zoo zoo zoo zoo zoo",
            "ひらけごま",
            "東京都千代田区",
        ] {
            assert!(bits(phrase).is_some_and(|bits| bits < 64), "{phrase}: {:?}", bits(phrase));
        }
    }

    #[test]
    fn six_words_or_long_nonsense_are_strong_enough() {
        for phrase in [
            "abandon zoo legal winner thank year",
            "vN7# qL2! wX9? pR4$ tK6% bM3&",
            "5093 7261 8840 1739 2604 8516 3792",
        ] {
            assert_eq!(bits(phrase), None, "{phrase}");
        }
        assert_eq!(bits("abandon zoo legal winner thank"), Some(54));
    }
}
