//! Putting right what was misread: a decoder for the BCH code under codex32 (BIP-93), over GF(1024).
//!
//! The crate `bech32` has one, but it may not be fed what people type. With five or more errors it takes locations for granted
//! that it has not found and values that do not exist: it panics when a value lies outside GF(32), or divides by the derivative
//! of a polynomial with a double root. This one follows Blahut's form of the Berlekamp-Massey algorithm, asks at every step
//! whether a word within reach can still exist, and believes its answer only when the checksum does.

use bech32::primitives::Field;
use bech32::{Checksum, Fe32, Fe1024};

use super::card_text::{SYMBOLS, symbols_of};
use super::codex32::{CARD, CHECKSUM_SYMBOLS, Codex32, coefficient, residue};
use crate::secret::Secret;

/// Consecutive roots of the generator: as many missing symbols, or half as many wrong ones, can be put right.
const ROOTS: usize = 8;

/// The first power of the root generator that is a root.
const FIRST_ROOT: usize = *Codex32::ROOT_EXPONENTS.start();

/// The order of the root generator.
const ORDER: usize = Codex32::CODE_LENGTH;

/// Puts `symbols` right in place, given which of them (from 0) are `missing`, and tells the places that changed or were missing, in
/// order. `None` when no word of the code is near enough; the symbols are then as they were.
pub(crate) fn correct(symbols: &mut Secret<SYMBOLS>, missing: &[usize]) -> Option<Vec<usize>> {
    let difference = residue::<Codex32>(CARD, symbols_of(symbols)) ^ Codex32::TARGET_RESIDUE;
    if difference == 0 && missing.is_empty() {
        return Some(Vec::new());
    }
    let syndromes = syndromes(difference);
    let missing: Vec<Fe1024> = missing.iter().map(|place| locator(*place)).collect();
    let locators = errata_locator(&syndromes, &missing)?;
    let places: Vec<usize> =
        (0..SYMBOLS).filter(|place| evaluate(&locators, inverse(locator(*place))) == Fe1024::ZERO).collect();
    if places.len() != locators.len() - 1 {
        // Some error lies outside of the word, or nowhere.
        return None;
    }
    let values = values(&syndromes, &locators, &places)?;
    let add = |symbols: &mut Secret<SYMBOLS>| {
        for (place, value) in places.iter().zip(&values) {
            symbols.expose_mut()[*place] ^= value.to_u8();
        }
    };
    add(symbols);
    if residue::<Codex32>(CARD, symbols_of(symbols)) != Codex32::TARGET_RESIDUE {
        add(symbols);
        return None;
    }
    Some(places)
}

/// The field element that stands for a place: the root generator to the power of its distance from the end.
fn locator(place: usize) -> Fe1024 {
    power(SYMBOLS - 1 - place)
}

fn power(exponent: usize) -> Fe1024 {
    Codex32::ROOT_GENERATOR.powi((exponent % ORDER) as i64)
}

/// Of an element that is not zero.
fn inverse(element: Fe1024) -> Fe1024 {
    element.multiplicative_inverse()
}

/// The errors' polynomial at each consecutive root; all zero for a word of the code.
fn syndromes(difference: u128) -> [Fe1024; ROOTS] {
    let coefficients: [Fe1024; CHECKSUM_SYMBOLS] = std::array::from_fn(|power| coefficient(difference, power).into());
    std::array::from_fn(|root| evaluate(&coefficients, power(FIRST_ROOT + root)))
}

/// The value at `x` of a polynomial, the constant coefficient first.
fn evaluate(polynomial: &[Fe1024], x: Fe1024) -> Fe1024 {
    polynomial.iter().rev().fold(Fe1024::ZERO, |sum, coefficient| sum * x + *coefficient)
}

/// The polynomial whose roots are the inverse locators of all wrong and missing symbols (Blahut, "Theory and Practice of Error
/// Control Codes", chapter 9, Berlekamp-Massey begun with the locators of the missing ones). Its last coefficient is not zero.
fn errata_locator(syndromes: &[Fe1024; ROOTS], missing: &[Fe1024]) -> Option<Vec<Fe1024>> {
    let mut current = vec![Fe1024::ONE];
    for locator in missing {
        current = add(&current, &times_x(&current), *locator);
    }
    let mut previous = current.clone();
    let mut length = missing.len();
    for step in missing.len()..ROOTS {
        let discrepancy =
            current.iter().zip(syndromes[..=step].iter().rev()).fold(Fe1024::ZERO, |sum, (a, b)| sum + *a * b);
        previous = times_x(&previous);
        if discrepancy == Fe1024::ZERO {
            continue;
        }
        let adjusted = add(&current, &previous, discrepancy);
        if 2 * length <= step + missing.len() {
            previous = current.iter().map(|coefficient| *coefficient * inverse(discrepancy)).collect();
            length = step + 1 + missing.len() - length;
        }
        current = adjusted;
    }
    while current.last() == Some(&Fe1024::ZERO) {
        current.pop();
    }
    let within_reach = 2 * length <= ROOTS + missing.len();
    (within_reach && current.len() == length + 1).then_some(current)
}

fn times_x(polynomial: &[Fe1024]) -> Vec<Fe1024> {
    std::iter::once(Fe1024::ZERO).chain(polynomial.iter().copied()).collect()
}

/// `left` + `factor` * `right`.
fn add(left: &[Fe1024], right: &[Fe1024], factor: Fe1024) -> Vec<Fe1024> {
    let at = |polynomial: &[Fe1024], power: usize| polynomial.get(power).copied().unwrap_or(Fe1024::ZERO);
    (0..left.len().max(right.len())).map(|power| at(left, power) + factor * at(right, power)).collect()
}

/// What to add at each of `places`, by Forney's equation; `None` when that is no symbol.
fn values(syndromes: &[Fe1024; ROOTS], locators: &[Fe1024], places: &[usize]) -> Option<Vec<Fe32>> {
    let evaluator: Vec<Fe1024> = (0..ROOTS)
        .map(|power| {
            (0..=power).fold(Fe1024::ZERO, |sum, i| match locators.get(i) {
                Some(coefficient) => sum + *coefficient * syndromes[power - i],
                None => sum,
            })
        })
        .collect();
    // In characteristic 2 the derivative keeps the odd powers.
    let derivative: Vec<Fe1024> =
        locators.iter().enumerate().skip(1).map(|(power, c)| if power % 2 == 1 { *c } else { Fe1024::ZERO }).collect();
    let value = |place: &usize| {
        let inverse_locator = inverse(locator(*place));
        let slope = evaluate(&derivative, inverse_locator);
        if slope == Fe1024::ZERO {
            return None;
        }
        let value =
            inverse_locator.powi(FIRST_ROOT as i64 - 1) * evaluate(&evaluator, inverse_locator) * inverse(slope);
        Fe32::try_from(value).ok()
    };
    places.iter().map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::codex32::checksum;

    /// Reproducible chance (SplitMix64): which errors are made.
    struct Chance(u64);

    impl Chance {
        fn below(&mut self, bound: usize) -> usize {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((mixed ^ mixed >> 31) % bound as u64) as usize
        }

        fn places(&mut self, count: usize) -> Vec<usize> {
            let mut places: Vec<usize> = (0..SYMBOLS).collect();
            (0..count).map(|_| places.swap_remove(self.below(places.len()))).collect()
        }

        fn word(&mut self) -> Secret<SYMBOLS> {
            let data: [Fe32; SYMBOLS - CHECKSUM_SYMBOLS] =
                std::array::from_fn(|_| Fe32::try_from(self.below(32) as u8).unwrap());
            let symbols = data.into_iter().chain(checksum(CARD, data.into_iter()));
            Secret::made(|place| place.iter_mut().zip(symbols).for_each(|(place, symbol)| *place = symbol.to_u8()))
        }
    }

    fn copy(word: &Secret<SYMBOLS>) -> Secret<SYMBOLS> {
        Secret::made(|place| place.copy_from_slice(word.expose()))
    }

    #[test]
    fn up_to_four_wrong_and_up_to_eight_missing_symbols_are_put_right() {
        let mut chance = Chance(1);
        for wrong in 0..=4 {
            for missing in 0..=8 - 2 * wrong {
                for _ in 0..25 {
                    let word = chance.word();
                    let mut damaged = copy(&word);
                    let mut places = chance.places(wrong + missing);
                    for place in &places[..wrong] {
                        damaged.expose_mut()[*place] ^= 1 + chance.below(31) as u8;
                    }
                    for place in &places[wrong..] {
                        damaged.expose_mut()[*place] = chance.below(32) as u8;
                    }
                    let told = correct(&mut damaged, &places[wrong..]);
                    places.sort_unstable();
                    assert_eq!(told, Some(places));
                    assert!(damaged == word);
                }
            }
        }
    }

    #[test]
    fn every_single_wrong_symbol_is_put_right() {
        let word = Chance(2).word();
        for place in 0..SYMBOLS {
            for change in 1..32 {
                let mut damaged = copy(&word);
                damaged.expose_mut()[place] ^= change;
                assert_eq!(correct(&mut damaged, &[]), Some(vec![place]));
                assert!(damaged == word);
            }
        }
    }

    #[test]
    fn five_or_more_wrong_symbols_never_pass_in_silence_and_never_panic() {
        let mut chance = Chance(3);
        let mut misled = 0;
        for round in 0..3000 {
            let wrong = if round % 3 == 0 { 5 + round % 86 } else { 5 + round % 4 };
            let lost = chance.below(9) * (round % 2);
            let missing = chance.places(lost);
            let word = chance.word();
            let mut damaged = copy(&word);
            for place in chance.places(wrong) {
                damaged.expose_mut()[place] ^= 1 + chance.below(31) as u8;
            }
            let before = copy(&damaged);
            match correct(&mut damaged, &missing) {
                None => assert!(damaged == before),
                Some(places) => {
                    assert!(!places.is_empty() && damaged != before || !missing.is_empty());
                    assert!(missing.iter().all(|place| places.contains(place)));
                    assert_eq!(residue::<Codex32>(CARD, symbols_of(&damaged)), Codex32::TARGET_RESIDUE);
                    misled += usize::from(damaged != word);
                }
            }
        }
        // About one text in fourteen million lies within reach of a word that nobody meant.
        assert_eq!(misled, 0);
    }

    #[test]
    fn nine_missing_symbols_are_too_many() {
        let mut word = Chance(4).word();
        assert_eq!(correct(&mut word, &[0, 1, 2, 3, 4, 5, 6, 7, 8]), None);
    }

    #[test]
    fn errors_beyond_the_beginning_of_the_word_are_refused() {
        // The code goes on for three symbols before the word, where the prefix stands in other clothes: an error located there
        // is an answer of the algebra, but not about this text.
        for beyond in 0..ORDER - SYMBOLS {
            let mut symbols = Chance(5).word();
            let mut difference = 1_u128;
            for _ in 0..SYMBOLS + beyond {
                let overflow = (difference >> 60) as u8;
                difference = (difference & ((1 << 60) - 1)) << 5;
                for bit in (0..5).filter(|bit| overflow >> bit & 1 == 1) {
                    difference ^= Codex32::GENERATOR_SH[bit];
                }
            }
            for power in 0..CHECKSUM_SYMBOLS {
                symbols.expose_mut()[SYMBOLS - 1 - power] ^= coefficient(difference, power).to_u8();
            }
            assert_eq!(correct(&mut symbols, &[]), None);
        }
    }
}
