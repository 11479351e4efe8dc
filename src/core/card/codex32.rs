//! The checksum of codex32 (BIP-93) over symbols of five bits: 13 symbols that find any eight wrong ones among 93 and put four
//! right.

use std::ops::RangeInclusive;

use bech32::primitives::checksum::Engine;
use bech32::{Checksum, Fe32, Fe1024, Hrp};

/// The human-readable part of a card's text.
pub(crate) const CARD: Hrp = Hrp::parse_unchecked("bg");

/// How many symbols of checksum end a text.
pub(crate) const CHECKSUM_SYMBOLS: usize = 13;

/// The short code of BIP-93, for texts of up to 93 characters.
#[derive(Debug)]
pub(crate) enum Codex32 {}

impl Checksum for Codex32 {
    type MidstateRepr = u128;
    type CorrectionField = Fe1024;
    const ROOT_GENERATOR: Fe1024 = Fe1024::new([Fe32::_9, Fe32::_9]);
    const ROOT_EXPONENTS: RangeInclusive<usize> = 9..=16;
    const CHECKSUM_LENGTH: usize = CHECKSUM_SYMBOLS;
    const CODE_LENGTH: usize = 93;
    // BIP-93, "Checksum": GEN and MS32_CONST.
    const GENERATOR_SH: [u128; 5] =
        [0x19dc500ce73fde210, 0x1bfae00def77fe529, 0x1fbd920fffe7bee52, 0x1739640bdeee3fdad, 0x07729a039cfc75f5a];
    const TARGET_RESIDUE: u128 = 0x10ce0795c2fd1e62a;
}

/// What is left of `symbols`, checksum included, after the prefix `hrp`; `Ck::TARGET_RESIDUE` when they are right.
pub(crate) fn residue<Ck: Checksum>(hrp: Hrp, symbols: impl Iterator<Item = Fe32>) -> Ck::MidstateRepr {
    let mut engine = Engine::<Ck>::new();
    engine.input_hrp(hrp);
    symbols.for_each(|symbol| engine.input_fe(symbol));
    *engine.residue()
}

/// The checksum to append to `symbols` after the prefix `hrp`.
pub(crate) fn checksum(hrp: Hrp, symbols: impl Iterator<Item = Fe32>) -> [Fe32; CHECKSUM_SYMBOLS] {
    let mut engine = Engine::<Codex32>::new();
    engine.input_hrp(hrp);
    symbols.for_each(|symbol| engine.input_fe(symbol));
    engine.input_target_residue();
    std::array::from_fn(|place| coefficient(*engine.residue(), CHECKSUM_SYMBOLS - 1 - place))
}

/// The coefficient of x^`power` in a residue.
pub(crate) fn coefficient(residue: u128, power: usize) -> Fe32 {
    let bits = (residue >> (5 * power)) as u8 & 31;
    Fe32::try_from(bits).expect("five bits are a symbol")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The long code of BIP-93, only to judge its vectors; no card is that long.
    #[derive(Debug)]
    enum LongCodex32 {}

    impl Checksum for LongCodex32 {
        type MidstateRepr = u128;
        type CorrectionField = bech32::primitives::gf32_ext::Fe32768;
        const ROOT_GENERATOR: Self::CorrectionField = Self::CorrectionField::new([Fe32::F, Fe32::_2, Fe32::_2]);
        const ROOT_EXPONENTS: RangeInclusive<usize> = 1..=1;
        const CHECKSUM_LENGTH: usize = 15;
        const CODE_LENGTH: usize = 1023;
        const GENERATOR_SH: [u128; 5] = [
            0x3d59d273535ea62d897,
            0x7a9becb6361c6c51507,
            0x543f9b7e6c38d8a2a0e,
            0x0c577eaeccf1990d13c,
            0x1887f74f8dc71b10651,
        ];
        const TARGET_RESIDUE: u128 = 0x43381e570bf4798ab26;
    }

    /// The form of a codex32 string that BIP-93 asks for besides its checksum.
    fn of_bip_93(text: &str) -> bool {
        if text.chars().any(|c| c.is_ascii_lowercase()) && text.chars().any(|c| c.is_ascii_uppercase()) {
            return false;
        }
        let text = text.to_ascii_lowercase();
        let Some((hrp, data)) = text.rsplit_once('1') else { return false };
        let symbols: Option<Vec<Fe32>> = data.chars().map(|character| Fe32::from_char(character).ok()).collect();
        let (Some(symbols), "ms") = (symbols, hrp) else { return false };
        let (checksum, right) = match text.len() {
            48..=93 => (13, residue::<Codex32>(hrp_of(hrp), symbols.iter().copied()) == Codex32::TARGET_RESIDUE),
            125..=127 => {
                (15, residue::<LongCodex32>(hrp_of(hrp), symbols.iter().copied()) == LongCodex32::TARGET_RESIDUE)
            }
            _ => return false,
        };
        let threshold = &data[..1];
        let share = &data[5..6];
        let payload_bits = 5 * (symbols.len() - 6 - checksum);
        right && (threshold == "0" && share == "s" || "23456789".contains(threshold)) && payload_bits % 8 <= 4
    }

    fn hrp_of(text: &str) -> Hrp {
        Hrp::parse(text).unwrap()
    }

    #[test]
    fn bip_93_vectors_are_verified_and_refused() {
        let file = include_str!("../../../tests/vectors/bip-0093.txt");
        let (valid, invalid) = file.split_once("# invalid: every string below must be refused").unwrap();
        let strings =
            |part: &'static str| part.lines().filter(|line| !line.is_empty() && line.starts_with(['m', 'M', 's', '1']));
        assert_eq!((strings(valid).count(), strings(invalid).count()), (33, 62));
        for text in strings(valid) {
            assert!(of_bip_93(text), "{text}");
        }
        for text in strings(invalid) {
            assert!(!of_bip_93(text), "{text}");
            assert!(crate::card::read_card(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_checksum_made_here_is_the_one_of_bip_93() {
        let (data, checksum_of_data) = ("10testsxxxxxxxxxxxxxxxxxxxxxxxxxx", "4nzvca9cmczlw");
        let symbols = data[1..].chars().map(|character| Fe32::from_char(character).unwrap());
        let made: String = checksum(hrp_of("ms"), symbols).into_iter().map(Fe32::to_char).collect();
        assert_eq!(made, checksum_of_data);
    }

    #[test]
    fn the_constants_of_the_code_fit_each_other() {
        Codex32::sanity_check();
        LongCodex32::sanity_check();
    }

    #[test]
    fn bip_173_vectors_are_verified_and_refused_by_the_same_code() {
        let right = |text: &str| {
            let text = text.to_ascii_lowercase();
            let (hrp, data) = text.rsplit_once('1').unwrap();
            let symbols = data.chars().map(|character| Fe32::from_char(character).unwrap());
            residue::<bech32::Bech32>(hrp_of(hrp), symbols) == bech32::Bech32::TARGET_RESIDUE
        };
        for text in [
            "A12UEL5L",
            "a12uel5l",
            "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
            "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
            "11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc8247j",
            "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
            "?1ezyfcl",
        ] {
            assert!(right(text), "{text}");
            let last = if text.ends_with(['l', 'L']) { "q" } else { "l" };
            assert!(!right(&format!("{}{last}", &text[..text.len() - 1])), "{text}");
        }
        // Checksum calculated with the upper-case form of the prefix.
        assert!(!right("A1G7SGD8"));
    }
}
