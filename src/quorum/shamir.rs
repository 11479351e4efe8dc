//! Shamir's secret sharing over GF(256), field polynomial 0x11d: the only place that touches the crate `sharks`.
//!
//! The crate checks little: it takes x = 0, takes a point twice, takes false values, and answers garbage. Here the indices are
//! 1 to 32 by their type, a curve is drawn only through exactly as many different points as the threshold says, and what was
//! dealt is proven before it is given out.

use zeroize::Zeroize;

use super::assemble::QuorumError;
use super::policy::{CardIndex, Policy};
use super::random::{NoRandomness, SystemGenerator};
use super::secret::Secret;
use super::share::Share;

/// Splits `root` over the cards of `policy`.
///
/// The coefficients come from the operating system and may be zero: a dealer that leaves zeros out gives a share that says what
/// the root is *not* (RUSTSEC-2024-0398).
pub(super) fn split(root: &Secret<32>, policy: Policy) -> Result<Vec<Share>, NoRandomness> {
    let mut generator = SystemGenerator::new();
    let dealt: Vec<sharks::Share> = sharks::Sharks(policy.threshold())
        .dealer_rng(root.expose(), &mut generator)
        .take(policy.count().into())
        .collect();
    generator.finish()?;
    let shares = policy.indices().zip(&dealt).map(|(index, share)| {
        let mut bytes = Vec::from(share);
        let value = Secret::made(|place| place.copy_from_slice(&bytes[1..]));
        bytes.zeroize();
        Share::new(index, value)
    });
    Ok(shares.collect())
}

/// Whether every `threshold` of `shares` give back `root`.
///
/// It is enough to look at one subset. Its points fix one curve of degree below the threshold; when the curve runs through
/// all other shares and through the root at 0, any other subset lies on the same curve and fixes it again.
pub(super) fn proven(root: &Secret<32>, shares: &[Share], threshold: u8) -> bool {
    let (given, others) = shares.split_at(shares.len().min(threshold.into()));
    Curve::through(threshold, given.iter()).is_ok_and(|curve| {
        curve.at(0) == *root && others.iter().all(|share| curve.at(share.index().get()) == *share.value())
    })
}

/// The one curve of degree below the threshold through as many points as the threshold says.
pub(super) struct Curve<'a> {
    points: Vec<&'a Share>,
}

impl<'a> Curve<'a> {
    /// Exactly `threshold` shares of different cards.
    pub(super) fn through(threshold: u8, shares: impl Iterator<Item = &'a Share>) -> Result<Curve<'a>, QuorumError> {
        let mut points: Vec<&Share> = shares.collect();
        points.sort_by_key(|share| share.index());
        if threshold < 2 {
            return Err(QuorumError::ThresholdTooLow { threshold });
        }
        if let Some(pair) = points.windows(2).find(|pair| pair[0].index() == pair[1].index()) {
            return Err(QuorumError::SameCardTwice { index: pair[0].index() });
        }
        if points.len() != usize::from(threshold) {
            return Err(QuorumError::WrongNumber { have: points.len(), threshold });
        }
        Ok(Curve { points })
    }

    /// The curve's value at `x`; at 0 that is the root.
    pub(super) fn at(&self, x: u8) -> Secret<32> {
        if let Some(point) = self.points.iter().find(|point| point.index().get() == x) {
            return Secret::made(|place| place.copy_from_slice(point.value().expose()));
        }
        // `sharks` interpolates at 0 only. In this field subtraction is XOR, so the curve moved by x has at 0 the value that
        // the curve has at x; none of the moved points lies at 0, because none lay at x.
        let moved: Vec<sharks::Share> =
            self.points.iter().map(|point| moved(point.index(), point.value(), x)).collect();
        let mut value = sharks::Sharks(self.points.len().try_into().expect("at most 32 points"))
            .recover(&moved)
            .expect("the points are different, of one length, and enough");
        let secret = Secret::made(|place| place.copy_from_slice(&value));
        value.zeroize();
        secret
    }
}

fn moved(index: CardIndex, value: &Secret<32>, by: u8) -> sharks::Share {
    let bytes = Secret::<33>::made(|place| {
        place[0] = index.get() ^ by;
        place[1..].copy_from_slice(value.expose());
    });
    sharks::Share::try_from(&bytes.expose()[..]).expect("33 bytes are a share")
}
