//! The short form of a head, for paper: 125 bits of the event id in 25 symbols, and three symbols of checksum.
//!
//! The 28 symbols, the first one highest, are the coefficients of a polynomial over GF(32). Its values at α, α² and α³ are fixed:
//! a Reed-Solomon code. Two words of it differ in four symbols or more, so three wrong ones are always noticed, and one wrong or
//! three missing ones are found again. 1 is no such root: there two symbols that changed places would not be seen.

use std::fmt;

use bech32::Fe32;
use bech32::primitives::Field;
use bech32::primitives::iter::ByteIterExt;
use serde::{Serialize, Serializer};

use crate::ids::EventId;

/// Symbols of a short form.
pub(crate) const SYMBOLS: usize = DATA + ROOTS;

/// Characters of a printed group.
pub(crate) const GROUP: usize = 4;

/// Symbols that hold the first bits of the event id.
const DATA: usize = 25;

/// Roots of the code: the first powers of α.
const ROOTS: usize = 3;

/// α, whose powers are all elements of GF(32) but 0.
const ALPHA: Fe32 = Fe32::Z;

/// The values at α, α² and α³. Their like is in no other text of this program: what has the checksum was printed as a head.
const VALUES: [Fe32; ROOTS] = [Fe32::H, Fe32::E, Fe32::D];

/// The short form of a head: seven groups of four characters.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct HeadCode([Fe32; SYMBOLS]);

impl HeadCode {
    /// The short form of an event's id.
    #[must_use]
    pub fn of(event: EventId) -> HeadCode {
        let mut symbols = [Fe32::Q; SYMBOLS];
        symbols.iter_mut().zip(event.0.iter().copied().bytes_to_fes().take(DATA)).for_each(|(to, from)| *to = from);
        let checksum = std::array::from_fn(|at| DATA + at);
        let filled = differences(&symbols, checksum);
        checksum.into_iter().zip(filled).for_each(|(place, symbol)| symbols[place] += symbol);
        HeadCode(symbols)
    }

    /// The short form that was meant by these symbols: up to three are missing, or one is wrong. None when no short form is as near.
    /// One missing and one wrong are not put right: nearly every text would become a head that way.
    pub(crate) fn nearest(symbols: &[Option<Fe32>; SYMBOLS]) -> Option<HeadCode> {
        let missing: Vec<usize> = (0..SYMBOLS).filter(|place| symbols[*place].is_none()).collect();
        let read = symbols.map(|symbol| symbol.unwrap_or(Fe32::Q));
        let wrong = (0..SYMBOLS).filter(|_| missing.is_empty()).map(|place| vec![place]);
        std::iter::once(missing.clone()).chain(wrong).find_map(|places| put_right(read, &places))
    }

    /// The symbols as they are printed, in groups of four.
    pub fn groups(&self) -> impl Iterator<Item = String> {
        self.0.chunks(GROUP).map(|group| group.iter().map(|symbol| symbol.to_char().to_ascii_uppercase()).collect())
    }

    /// The smallest event id with this short form: it stands for a head of which no more is known.
    pub(crate) fn least(&self) -> EventId {
        let mut id = EventId([0; 32]);
        for (place, symbol) in self.0[..DATA].iter().enumerate() {
            for bit in 0..5 {
                let at = 5 * place + bit;
                id.0[at / 8] |= (symbol.to_u8() >> (4 - bit) & 1) << (7 - at % 8);
            }
        }
        id
    }
}

impl fmt::Display for HeadCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.groups().collect::<Vec<_>>().join(" "))
    }
}

impl fmt::Debug for HeadCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "HeadCode({self})")
    }
}

impl Serialize for HeadCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The symbols with another value at each of `places`, when that makes a short form of them.
fn put_right(mut symbols: [Fe32; SYMBOLS], places: &[usize]) -> Option<HeadCode> {
    // Three equations take three unknowns: what was not asked for must come out as no change.
    let others = (0..SYMBOLS).filter(|place| !places.contains(place));
    let unknown: Vec<usize> = places.iter().copied().chain(others).take(ROOTS).collect();
    let changes = differences(&symbols, unknown.clone().try_into().ok()?);
    if places.len() > ROOTS || changes[places.len()..].iter().any(|change| *change != Fe32::Q) {
        return None;
    }
    unknown.into_iter().zip(changes).for_each(|(place, change)| symbols[place] += change);
    Some(HeadCode(symbols))
}

/// What to add at three places so that the values at all roots are right.
fn differences(symbols: &[Fe32; SYMBOLS], places: [usize; ROOTS]) -> [Fe32; ROOTS] {
    let value_at = |root: Fe32| symbols.iter().fold(Fe32::Q, |sum, symbol| sum * root + *symbol);
    let [first, second, third]: [Fe32; ROOTS] =
        std::array::from_fn(|root| value_at(ALPHA.powi(root as i64 + 1)) + VALUES[root]);
    let locators = places.map(|place| ALPHA.powi((SYMBOLS - 1 - place) as i64));
    // Lagrange's polynomial of each locator, which is 1 there and 0 at the two others.
    std::array::from_fn(|at| {
        let (here, one, other) = (locators[at], locators[(at + 1) % ROOTS], locators[(at + 2) % ROOTS]);
        let sum = third + (one + other) * second + one * other * first;
        sum / ((here + one) * (here + other) * here)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> HeadCode {
        HeadCode::of(EventId::of(b"an event"))
    }

    fn values() -> impl Iterator<Item = Fe32> + Clone {
        (1..32).map(|value| Fe32::try_from(value as u8).unwrap())
    }

    #[test]
    fn no_three_wrong_symbols_make_another_head() {
        // Errors at three places leave all values as they are only where this matrix has no inverse, whatever the errors are; one
        // and two errors are three of which some are 0.
        let powers = |place: usize| [1, 2, 3].map(|root| ALPHA.powi((root * (SYMBOLS - 1 - place)) as i64));
        for one in 0..SYMBOLS {
            for two in one + 1..SYMBOLS {
                for three in two + 1..SYMBOLS {
                    let ([a, b, c], [d, e, f], [g, h, i]) = (powers(one), powers(two), powers(three));
                    let determinant = a * (e * i + f * h) + b * (d * i + f * g) + c * (d * h + e * g);
                    assert_ne!(determinant, Fe32::Q, "{one} {two} {three}");
                }
            }
        }
    }

    #[test]
    fn a_short_form_holds_the_first_125_bits_of_the_id() {
        let id = EventId::of(b"an event");
        let least = code().least();
        assert_eq!(least.0[..15], id.0[..15]);
        assert_eq!((least.0[15] ^ id.0[15]) & 0xf8, 0);
        assert_eq!((least.0[15] & 7, &least.0[16..]), (0, &[0; 16][..]));
        assert_eq!(HeadCode::of(least), code());
        assert_eq!(code().groups().map(|group| group.len()).collect::<Vec<_>>(), [4; 7]);
    }

    #[test]
    fn one_wrong_symbol_is_found_again_wherever_it_stands() {
        for place in 0..SYMBOLS {
            for change in values() {
                let mut symbols = code().0.map(Some);
                symbols[place] = symbols[place].map(|symbol| symbol + change);
                assert_eq!(HeadCode::nearest(&symbols), Some(code()));
            }
        }
    }

    #[test]
    fn three_missing_symbols_are_found_again_wherever_they_stand() {
        for (one, two) in (0..SYMBOLS).flat_map(|one| (one + 1..SYMBOLS).map(move |two| (one, two))) {
            for three in two + 1..SYMBOLS {
                let mut symbols = code().0.map(Some);
                [one, two, three].into_iter().for_each(|place| symbols[place] = None);
                assert_eq!(HeadCode::nearest(&symbols), Some(code()));
            }
        }
        let mut symbols = code().0.map(Some);
        symbols[..4].fill(None);
        assert_eq!(HeadCode::nearest(&symbols), None, "four are too many");
    }

    #[test]
    fn a_missing_and_a_wrong_symbol_are_noticed_and_not_guessed_at() {
        let mut symbols = code().0.map(Some);
        symbols[7] = None;
        symbols[20] = symbols[20].map(|symbol| symbol + Fe32::P);
        assert_eq!(HeadCode::nearest(&symbols), None);
    }

    #[test]
    fn neighbours_and_groups_that_changed_places_are_noticed() {
        for place in 1..SYMBOLS {
            let mut symbols = code().0;
            symbols.swap(place - 1, place);
            assert!(symbols == code().0 || put_right(symbols, &[]).is_none());
        }
        for group in 1..SYMBOLS / GROUP {
            let mut symbols = code().0;
            (0..GROUP).for_each(|at| symbols.swap(GROUP * (group - 1) + at, GROUP * group + at));
            assert_eq!(put_right(symbols, &[]), None);
        }
    }
}
