//! The checksum of codex32 (BIP-93) over symbols of five bits: 13 symbols that find any eight wrong ones among 93 and put four
//! right.

use std::ops::RangeInclusive;

use bech32::primitives::checksum::Engine;
use bech32::{Checksum, Fe32, Fe1024, Hrp};

/// The human-readable part of a card's text.
pub(super) const CARD: Hrp = Hrp::parse_unchecked("bg");

/// How many symbols of checksum end a text.
pub(super) const CHECKSUM_SYMBOLS: usize = 13;

/// The short code of BIP-93, for texts of up to 93 characters.
#[derive(Debug)]
pub(super) enum Codex32 {}

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
pub(super) fn residue<Ck: Checksum>(hrp: Hrp, symbols: impl Iterator<Item = Fe32>) -> Ck::MidstateRepr {
    let mut engine = Engine::<Ck>::new();
    engine.input_hrp(hrp);
    symbols.for_each(|symbol| engine.input_fe(symbol));
    *engine.residue()
}

/// The checksum to append to `symbols` after the prefix `hrp`.
pub(super) fn checksum(hrp: Hrp, symbols: impl Iterator<Item = Fe32>) -> [Fe32; CHECKSUM_SYMBOLS] {
    let mut engine = Engine::<Codex32>::new();
    engine.input_hrp(hrp);
    symbols.for_each(|symbol| engine.input_fe(symbol));
    engine.input_target_residue();
    std::array::from_fn(|place| coefficient(*engine.residue(), CHECKSUM_SYMBOLS - 1 - place))
}

/// The coefficient of x^`power` in a residue.
pub(super) fn coefficient(residue: u128, power: usize) -> Fe32 {
    let bits = (residue >> (5 * power)) as u8 & 31;
    Fe32::try_from(bits).expect("five bits are a symbol")
}
