//! A quorum: exactly as many verified shares as the threshold says. Only it has a root.

use super::custodian::CustodianKey;
use super::policy::CardIndex;
use super::root::Root;
use super::shamir::Curve;
use super::share::VerifiedShare;
use crate::language::{Language, Say, messages};
use crate::speaks;

/// A quorum of cards in the room.
#[derive(Debug)]
pub struct Quorum {
    shares: Vec<VerifiedShare>,
    root: Root,
}

impl Quorum {
    /// Combines exactly `threshold` verified shares of different cards. The threshold is the header's.
    pub fn assemble(threshold: u8, shares: Vec<VerifiedShare>) -> Result<Quorum, QuorumError> {
        let root = Root::of(Curve::through(threshold, shares.iter().map(VerifiedShare::share))?.at(0));
        Ok(Quorum { shares, root })
    }

    /// The root of the epoch.
    #[must_use]
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// The attending custodians' keys, in the order in which the shares came.
    pub fn keys(&self) -> impl Iterator<Item = (CardIndex, &CustodianKey)> {
        self.shares.iter().map(|share| (share.index(), share.custodian_key()))
    }
}

/// Why shares make no quorum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuorumError {
    /// A threshold that no vault has.
    ThresholdTooLow {
        /// The threshold asked for.
        threshold: u8,
    },
    /// The same card came more than once.
    SameCardTwice {
        /// The card.
        index: CardIndex,
    },
    /// Too few shares, or more than are needed.
    WrongNumber {
        /// How many there are.
        have: usize,
        /// How many it takes.
        threshold: u8,
    },
}

impl Say for QuorumError {
    fn say(&self, language: Language) -> String {
        match *self {
            QuorumError::ThresholdTooLow { threshold } => messages::quorum::threshold_too_low(language, threshold),
            QuorumError::SameCardTwice { index } => messages::quorum::same_card_twice(language, index),
            QuorumError::WrongNumber { have, threshold } => {
                messages::quorum::WrongNumberOfShares { have, threshold }.say(language)
            }
        }
    }
}

speaks!(QuorumError);
