//! How many cards there are, how many of them open the vault, and which of them one card is.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::language::{Language, Say, messages};
use crate::speaks;

/// The most cards that a vault can have.
const MOST_CARDS: u8 = 32;

/// Which card of an epoch: 1 to 32, and the point at which Shamir's polynomials are evaluated. 0 would be the root itself, so it
/// cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct CardIndex(u8);

impl CardIndex {
    /// The number, 1 to 32.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }

    /// The indices of `count` cards: 1, 2, … `count`.
    pub fn first(count: u8) -> impl Iterator<Item = CardIndex> {
        (1..=count.min(MOST_CARDS)).map(CardIndex)
    }
}

/// A number that no card has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSuchCard(pub u8);

impl Say for NoSuchCard {
    fn say(&self, language: Language) -> String {
        messages::quorum::NoSuchCard { number: self.0, most: MOST_CARDS }.say(language)
    }
}

speaks!(NoSuchCard);

impl TryFrom<u8> for CardIndex {
    type Error = NoSuchCard;

    fn try_from(number: u8) -> Result<CardIndex, NoSuchCard> {
        if (1..=MOST_CARDS).contains(&number) { Ok(CardIndex(number)) } else { Err(NoSuchCard(number)) }
    }
}

impl From<CardIndex> for u8 {
    fn from(index: CardIndex) -> u8 {
        index.0
    }
}

impl fmt::Display for CardIndex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Any `threshold` of `count` cards open the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    threshold: u8,
    count: u8,
}

impl Policy {
    /// Holds to 2 <= `threshold` < `count` <= 32. All cards may be needed only where that was insisted on: then the loss of a
    /// single card loses the vault.
    pub fn new(threshold: u8, count: u8, insisted_on_all: bool) -> Result<Policy, PolicyError> {
        if count > MOST_CARDS {
            Err(PolicyError::TooManyCards { count })
        } else if threshold < 2 {
            Err(PolicyError::ThresholdTooLow { threshold })
        } else if threshold > count {
            Err(PolicyError::ThresholdAboveCount { threshold, count })
        } else if threshold == count && !insisted_on_all {
            Err(PolicyError::AllCardsNeeded { count })
        } else {
            Ok(Policy { threshold, count })
        }
    }

    /// How many cards are needed.
    #[must_use]
    pub fn threshold(self) -> u8 {
        self.threshold
    }

    /// How many cards there are.
    #[must_use]
    pub fn count(self) -> u8 {
        self.count
    }

    /// The indices of all cards.
    pub fn indices(self) -> impl Iterator<Item = CardIndex> {
        CardIndex::first(self.count)
    }
}

/// Why numbers make no policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyError {
    /// More cards than can be dealt.
    TooManyCards {
        /// The number asked for.
        count: u8,
    },
    /// One card, or none, would open the vault.
    ThresholdTooLow {
        /// The threshold asked for.
        threshold: u8,
    },
    /// There would never be enough cards.
    ThresholdAboveCount {
        /// The threshold asked for.
        threshold: u8,
        /// The number of cards asked for.
        count: u8,
    },
    /// Every card would be needed, and nobody insisted on that.
    AllCardsNeeded {
        /// The number of cards asked for.
        count: u8,
    },
}

impl Say for PolicyError {
    fn say(&self, language: Language) -> String {
        match *self {
            PolicyError::TooManyCards { count } => {
                messages::quorum::TooManyCards { count, most: MOST_CARDS }.say(language)
            }
            PolicyError::ThresholdTooLow { threshold } => messages::quorum::threshold_too_low(language, threshold),
            PolicyError::ThresholdAboveCount { threshold, count } => {
                messages::quorum::ThresholdAboveCount { threshold, count }.say(language)
            }
            PolicyError::AllCardsNeeded { count } => messages::quorum::all_cards_needed(language, count),
        }
    }
}

speaks!(PolicyError);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_keeps_two_or_more_and_a_spare_card() {
        for threshold in 0..=u8::MAX {
            for count in 0..=u8::MAX {
                let sound = 2 <= threshold && threshold < count && count <= 32;
                assert_eq!(Policy::new(threshold, count, false).is_ok(), sound, "{threshold} of {count}");
                let insisted = 2 <= threshold && threshold <= count && count <= 32;
                assert_eq!(Policy::new(threshold, count, true).is_ok(), insisted, "{threshold} of {count}");
            }
        }
    }

    #[test]
    fn card_zero_and_card_33_cannot_be_made() {
        assert_eq!(CardIndex::try_from(0), Err(NoSuchCard(0)));
        assert_eq!(CardIndex::try_from(33), Err(NoSuchCard(33)));
        assert!(serde_json::from_str::<CardIndex>("0").is_err());
        assert_eq!(serde_json::to_string(&CardIndex::try_from(32).unwrap()).unwrap(), "32");
    }
}
