//! Public identifiers: random ones and SHA-256 hashes, written as lower-case hexadecimal digits.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::language::{Language, Say, messages};
use crate::secret::random::{self, NoRandomness};
use crate::speaks;

/// A text that should be a fixed number of lower-case hexadecimal digits, and is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotHex {
    /// How many digits it should have.
    pub digits: usize,
}

impl Say for NotHex {
    fn say(&self, language: Language) -> String {
        messages::quorum::not_hex(language, self.digits)
    }
}

speaks!(NotHex);

/// Writes `bytes` as lower-case hexadecimal digits.
pub(crate) fn write_hex(bytes: &[u8], formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    const LETTERS: &[u8; 16] = b"0123456789abcdef";
    bytes.chunks(32).try_for_each(|bytes| {
        let mut text = [0; 64];
        for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
            pair.copy_from_slice(&[LETTERS[usize::from(byte >> 4)], LETTERS[usize::from(byte & 0x0f)]]);
        }
        formatter.write_str(std::str::from_utf8(&text[..2 * bytes.len()]).map_err(|_| fmt::Error)?)
    })
}

/// Reads exactly `2 * N` lower-case hexadecimal digits.
pub(crate) fn read_hex<const N: usize>(text: &str) -> Result<[u8; N], NotHex> {
    let wrong = NotHex { digits: 2 * N };
    if text.len() != 2 * N {
        return Err(wrong);
    }
    let mut bytes = [0; N];
    // A long log has a million digits: all are looked up first, and asked once whether one was none.
    let mut seen = 0;
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let (high, low) = (DIGITS[usize::from(pair[0])], DIGITS[usize::from(pair[1])]);
        seen |= high | low;
        *byte = high << 4 | low & 0x0f;
    }
    if seen & NO_DIGIT == 0 { Ok(bytes) } else { Err(wrong) }
}

/// What [`DIGITS`] has for a byte that is no lower-case hexadecimal digit.
const NO_DIGIT: u8 = 0x80;

/// The value of each byte as a digit.
const DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        digits[b"0123456789abcdef"[value] as usize] = value as u8;
        value += 1;
    }
    digits
};

/// Reads hexadecimal digits where they stand in a document, without a copy of them.
pub(crate) struct HexVisitor<T>(pub(crate) std::marker::PhantomData<T>);

impl<T: FromStr<Err = NotHex>> serde::de::Visitor<'_> for HexVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("lower-case hexadecimal digits")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

/// Gives a tuple struct of bytes its hexadecimal form: `Display`, `Debug`, `FromStr` and serde.
macro_rules! hexadecimal {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                $crate::ids::write_hex(&self.0, formatter)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = NotHex;

            fn from_str(text: &str) -> Result<$name, NotHex> {
                $crate::ids::read_hex(text).map($name)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                deserializer.deserialize_str($crate::ids::HexVisitor(std::marker::PhantomData))
            }
        }
    };
}

pub(crate) use hexadecimal;

macro_rules! hash {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 32]);

        impl $name {
            /// The SHA-256 of `bytes`.
            #[must_use]
            pub fn of(bytes: &[u8]) -> $name {
                $name(Sha256::digest(bytes).into())
            }
        }

        hexadecimal!($name);
    };
}

hash! {
    /// SHA-256 of a file or of any bytes.
    Digest
}

hash! {
    /// SHA-256 of an epoch's header as it stands in its file: it names the whole epoch.
    EpochHash
}

hash! {
    /// SHA-256 of an event's canonical JSON.
    EventId
}

impl Digest {
    /// The SHA-256 of these pieces, one after the other.
    #[must_use]
    pub fn of_pieces<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Digest {
        let hasher = pieces.into_iter().fold(Sha256::new(), |hasher, piece| hasher.chain_update(piece));
        Digest(hasher.finalize().into())
    }
}

impl EpochHash {
    /// The part that stands on cards.
    #[must_use]
    pub fn id(&self) -> EpochId {
        EpochId(std::array::from_fn(|place| self.0[place]))
    }
}

/// The first 12 bytes of an [`EpochHash`]: what every card of the epoch bears.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EpochId(pub [u8; 12]);

hexadecimal!(EpochId);

impl EpochId {
    /// The groups of four digits, from 1, in which this id differs from one that was meant; none unless it is so like it that it is a
    /// typing mistake.
    #[must_use]
    pub fn mistyped(&self, meant: EpochId) -> Option<Vec<usize>> {
        let (typed, meant) = (self.to_string(), meant.to_string());
        let differing = typed.bytes().zip(meant.bytes()).enumerate().filter(|(_, (one, other))| one != other);
        let places: Vec<usize> = differing.map(|(place, _)| place).collect();
        let mut groups: Vec<usize> = places.iter().map(|place| place / 4 + 1).collect();
        groups.dedup();
        // Two are neighbours that changed places.
        (1..=2).contains(&places.len()).then_some(groups)
    }
}

/// A vault's random name, the same in all its copies and epochs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VaultId(pub [u8; 16]);

hexadecimal!(VaultId);

impl VaultId {
    /// A new one.
    pub fn random() -> Result<VaultId, NoRandomness> {
        let mut bytes = [0; 16];
        random::fill(&mut bytes)?;
        Ok(VaultId(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_reads_back_what_it_writes() {
        let id = VaultId::random().unwrap();
        assert_eq!(id.to_string().parse(), Ok(id));
        let hash = EpochHash::of(b"header");
        assert_eq!(serde_json::from_str::<EpochHash>(&serde_json::to_string(&hash).unwrap()).unwrap(), hash);
    }

    #[test]
    fn an_epoch_id_is_the_beginning_of_the_epoch_hash() {
        let hash = EpochHash::of(b"header");
        assert!(hash.to_string().starts_with(&hash.id().to_string()));
        assert_eq!(hash.id().to_string().len(), 24);
    }

    #[test]
    fn an_epoch_id_with_one_wrong_digit_or_two_exchanged_is_a_typing_mistake() {
        let meant: EpochId = "58ab591baf457b07f42e1d49".parse().unwrap();
        let typed = |text: &str| text.parse::<EpochId>().unwrap().mistyped(meant);
        assert_eq!(typed("58ab591baf457b07f42e1d40"), Some(vec![6]));
        assert_eq!(typed("58ab519baf457b07f42e1d49"), Some(vec![2]));
        assert_eq!(typed("58ab591baf457b07f42e1d49"), None, "it is the one meant");
        assert_eq!(typed("00ab591baf457b07f42e1d40"), None, "three are another epoch");
    }

    #[test]
    fn a_hash_is_sha_256() {
        // FIPS 180-2, appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of(b"abc").to_string(), expected);
    }

    #[test]
    fn only_the_right_number_of_lower_case_digits_is_an_identifier() {
        for text in [
            "",
            "00112233445566778899aab",
            "00112233445566778899AABB",
            "00112233445566778899aag0",
            "é0112233445566778899aab",
        ] {
            assert_eq!(text.parse::<EpochId>(), Err(NotHex { digits: 24 }), "{text}");
        }
        assert!("00112233445566778899aabb".parse::<EpochId>().is_ok());
    }
}
