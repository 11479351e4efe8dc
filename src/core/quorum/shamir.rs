//! Shamir's secret sharing over GF(256), field polynomial 0x11d: the only place that touches the crate `sharks`.
//!
//! The crate checks little: it takes x = 0, takes a point twice, takes false values, and answers garbage. Here the indices are
//! 1 to 32 by their type, a curve is drawn only through exactly as many different points as the threshold says, and what was
//! dealt is proven before it is given out.

use zeroize::Zeroize;

use super::assemble::QuorumError;
use super::policy::{CardIndex, Policy};
use super::share::Share;
use crate::secret::Secret;
use crate::secret::random::{NoRandomness, SystemGenerator};

/// Splits `root` over the cards of `policy`.
///
/// The coefficients come from the operating system and may be zero: a dealer that leaves zeros out gives a share that says what
/// the root is *not* (RUSTSEC-2024-0398).
pub(crate) fn split(root: &Secret<32>, policy: Policy) -> Result<Vec<Share>, NoRandomness> {
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
pub(crate) fn proven(root: &Secret<32>, shares: &[Share], threshold: u8) -> bool {
    let (given, others) = shares.split_at(shares.len().min(threshold.into()));
    Curve::through(threshold, given.iter()).is_ok_and(|curve| {
        curve.at(0) == *root && others.iter().all(|share| curve.at(share.index().get()) == *share.value())
    })
}

/// The one curve of degree below the threshold through as many points as the threshold says.
pub(crate) struct Curve<'a> {
    points: Vec<&'a Share>,
}

impl<'a> Curve<'a> {
    /// Exactly `threshold` shares of different cards.
    pub(crate) fn through(threshold: u8, shares: impl Iterator<Item = &'a Share>) -> Result<Curve<'a>, QuorumError> {
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
    pub(crate) fn at(&self, x: u8) -> Secret<32> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Digest;

    fn card(number: u8) -> CardIndex {
        CardIndex::try_from(number).unwrap()
    }

    fn dealt(threshold: u8, count: u8) -> (Secret<32>, Vec<Share>) {
        let root = Secret::random().unwrap();
        let shares = split(&root, Policy::new(threshold, count, true).unwrap()).unwrap();
        (root, shares)
    }

    fn changed(share: &Share, byte: usize) -> Share {
        Share::new(
            share.index(),
            Secret::made(|place| {
                place.copy_from_slice(share.value().expose());
                place[byte] ^= 1;
            }),
        )
    }

    /// Fails when 256 counts are so uneven that chance would do it less than once in 10^9 times.
    fn assert_even(counts: &[u64; 256], of_what: &str) {
        // The quantile of the chi-square distribution with 255 degrees of freedom.
        const BOUND: f64 = 415.0;
        let expected = counts.iter().sum::<u64>() as f64 / 256.0;
        let chi_square: f64 = counts.iter().map(|count| (*count as f64 - expected).powi(2) / expected).sum();
        assert!(chi_square < BOUND, "{of_what}: {chi_square}");
    }

    #[test]
    fn shares_have_every_byte_value_equally_often() {
        // A root that never changes shows best what a dealer leaves out: without zero coefficients, two of three would never
        // give a share that has a byte in common with the root.
        let root = Secret::new(Digest::of(b"root").0);
        for (threshold, count, deals) in [(2, 3, 11_000), (3, 5, 11_000)] {
            let policy = Policy::new(threshold, count, false).unwrap();
            let mut by_card = vec![[0; 256]; count.into()];
            let mut by_place = [[0; 256]; 32];
            for _ in 0..deals {
                for (share, counts) in split(&root, policy).unwrap().iter().zip(&mut by_card) {
                    for ((byte, root), places) in share.value().expose().iter().zip(root.expose()).zip(&mut by_place) {
                        let difference = usize::from(byte ^ root);
                        counts[difference] += 1;
                        places[difference] += 1;
                    }
                }
            }
            for (number, counts) in by_card.iter().enumerate() {
                assert_even(counts, &format!("card {} of {threshold} of {count}", number + 1));
            }
            for (place, counts) in by_place.iter().enumerate() {
                assert_even(counts, &format!("byte {place} of {threshold} of {count}"));
            }
            let whole = std::array::from_fn(|value| by_place.iter().map(|counts| counts[value]).sum());
            assert_even(&whole, &format!("{threshold} of {count}"));
        }
    }

    #[test]
    #[should_panic(expected = "without zero")]
    fn a_dealer_that_leaves_zeros_out_would_be_found() {
        let mut counts = [10_000; 256];
        counts[0] = 0;
        assert_even(&counts, "without zero");
    }

    #[test]
    fn a_deal_with_one_wrong_bit_in_any_share_is_not_proven() {
        for (threshold, count) in [(2, 3), (3, 5), (5, 5), (4, 9)] {
            let (root, mut shares) = dealt(threshold, count);
            assert!(proven(&root, &shares, threshold));
            for place in 0..shares.len() {
                let wrong = changed(&shares[place], place);
                let right = std::mem::replace(&mut shares[place], wrong);
                assert!(!proven(&root, &shares, threshold), "share {place} of {threshold} of {count}");
                shares[place] = right;
            }
            assert!(!proven(&Secret::random().unwrap(), &shares, threshold));
            assert!(!proven(&root, &shares[1..usize::from(threshold)], threshold));
        }
    }

    #[test]
    fn a_curve_is_drawn_through_exactly_as_many_different_points_as_the_threshold_says() {
        let (_, shares) = dealt(3, 5);
        let through =
            |threshold, places: &[usize]| Curve::through(threshold, places.iter().map(|place| &shares[*place])).err();
        assert_eq!(through(3, &[0, 1, 2]), None);
        assert_eq!(through(3, &[0, 1]), Some(QuorumError::WrongNumber { have: 2, threshold: 3 }));
        assert_eq!(through(3, &[0, 1, 2, 3]), Some(QuorumError::WrongNumber { have: 4, threshold: 3 }));
        assert_eq!(through(3, &[2, 1, 2]), Some(QuorumError::SameCardTwice { index: card(3) }));
        assert_eq!(through(3, &[0, 1, 2, 0]), Some(QuorumError::SameCardTwice { index: card(1) }));
        assert_eq!(through(1, &[0]), Some(QuorumError::ThresholdTooLow { threshold: 1 }));
        assert_eq!(through(0, &[]), Some(QuorumError::ThresholdTooLow { threshold: 0 }));
    }

    #[test]
    fn a_curve_gives_its_own_points_back() {
        let (_, shares) = dealt(3, 5);
        let curve = Curve::through(3, shares[1..4].iter()).unwrap();
        assert!(shares.iter().all(|share| curve.at(share.index().get()) == *share.value()));
    }

    #[test]
    fn the_field_is_the_one_with_polynomial_0x11d() {
        // The line through (1, 1) and (2, 0x80): its slope is 0x81 / 3, its value at 0 is 1 + 0x81 / 3.
        let [one, two] = [(1, 1), (2, 0x80)].map(|(index, value)| Share::new(card(index), Secret::new([value; 32])));
        let slope = multiply(0x81, (1..=255).find(|candidate| multiply(*candidate, 3) == 1).unwrap());
        assert_eq!(Curve::through(2, [&one, &two].into_iter()).unwrap().at(0), Secret::new([1 ^ slope; 32]));
    }

    #[test]
    fn whoever_forges_the_last_card_could_choose_the_root_but_not_the_custodian_key() {
        let (_, mut shares) = dealt(2, 3);
        let true_key = shares[1].custodian_key().public();
        let wanted = Digest::of(b"the root that the forger wants").0;
        // The line through (0, wanted) and card 1, taken at 2.
        let forged = Share::new(
            card(2),
            Secret::made(|place| {
                for ((byte, first), wanted) in place.iter_mut().zip(shares[0].value().expose()).zip(wanted) {
                    *byte = wanted ^ multiply(2, wanted ^ first);
                }
            }),
        );
        shares.truncate(1);
        assert_eq!(*Curve::through(2, [&shares[0], &forged].into_iter()).unwrap().at(0).expose(), wanted);
        assert_eq!(forged.verify(&true_key).unwrap_err().index, card(2));
    }

    /// In GF(256) with x^8 = x^4 + x^3 + x^2 + 1.
    fn multiply(left: u8, right: u8) -> u8 {
        (0..8).rev().fold(0, |product: u8, bit| {
            let doubled = product << 1 ^ if product & 0x80 != 0 { 0x1d } else { 0 };
            if left >> bit & 1 == 1 { doubled ^ right } else { doubled }
        })
    }
}
