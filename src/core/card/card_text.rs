//! The text of a card as it is printed, put into a QR code, and typed: 93 characters.

use bech32::Fe32;
use bech32::primitives::iter::{ByteIterExt, Fe32IterExt};

use super::codex32::{self, CARD, CHECKSUM_SYMBOLS};
use crate::secret::Secret;

/// What every text begins with: the prefix of codex32 and its separator.
pub(crate) const PREFIX: &[u8; 3] = b"BG1";

/// Characters of a card's text.
pub(crate) const CHARACTERS: usize = PREFIX.len() + SYMBOLS;

/// Symbols after the prefix: 384 bits and one of padding, then the checksum.
pub(crate) const SYMBOLS: usize = 77 + CHECKSUM_SYMBOLS;

/// Characters of a printed group; the last group has three.
pub(crate) const GROUP: usize = 5;

/// Groups of a card's text.
pub(crate) const GROUPS: usize = CHARACTERS.div_ceil(GROUP);

/// The 93 characters of a card: upper case, for the alphanumeric mode of QR codes. Wiped when dropped.
#[derive(Debug, PartialEq, Eq)]
pub struct CardText(Secret<CHARACTERS>);

impl CardText {
    pub(crate) fn of(card: &Secret<48>) -> CardText {
        let data = || card.expose().iter().copied().bytes_to_fes();
        let symbols = data().chain(codex32::checksum(CARD, data()));
        CardText(Secret::made(|place| {
            place[..PREFIX.len()].copy_from_slice(PREFIX);
            for (character, symbol) in place[PREFIX.len()..].iter_mut().zip(symbols) {
                *character = symbol.to_char().to_ascii_uppercase() as u8;
            }
        }))
    }

    /// The characters without any space.
    #[must_use]
    pub fn expose(&self) -> &str {
        std::str::from_utf8(self.0.expose()).expect("all characters are ASCII")
    }

    /// The text in 18 groups of five characters and one of three, as it is printed.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        (0..GROUPS).map(|group| &self.expose()[GROUP * group..CHARACTERS.min(GROUP * (group + 1))])
    }
}

/// The 48 bytes in the first 77 of `symbols`; `None` when the bit of padding is not 0.
pub(crate) fn bytes_of(symbols: &Secret<SYMBOLS>) -> Option<Secret<48>> {
    let data = || symbols_of(symbols).take(SYMBOLS - CHECKSUM_SYMBOLS);
    let padding = data().last().is_some_and(|symbol| symbol.to_u8() & 1 == 1);
    let bytes = Secret::made(|place: &mut [u8; 48]| {
        for (byte, read) in place.iter_mut().zip(data().fes_to_bytes()) {
            *byte = read;
        }
    });
    (!padding).then_some(bytes)
}

/// Symbols kept as numbers below 32.
pub(crate) fn symbols_of(symbols: &Secret<SYMBOLS>) -> impl Iterator<Item = Fe32> + Clone {
    symbols.expose().iter().map(|symbol| Fe32::try_from(*symbol).expect("symbols are kept below 32"))
}
