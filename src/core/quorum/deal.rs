//! Dealing: a fresh root, and the shares that give it back.

use super::policy::Policy;
use super::root::Root;
use super::shamir;
use super::share::Share;
use crate::language::{Language, Say, messages};
use crate::secret::NoRandomness;
use crate::speaks;

/// A fresh root and one share for every card, in the order of their indices.
#[derive(Debug)]
pub struct Dealt {
    /// What opens the epoch.
    pub root: Root,
    /// What goes on the cards.
    pub shares: Vec<Share>,
}

/// Makes a root and deals it, and proves that every quorum will give it back.
pub fn deal(policy: Policy) -> Result<Dealt, DealError> {
    let root = Root::random().map_err(|NoRandomness| DealError::NoRandomness)?;
    let shares = shamir::split(root.secret(), policy).map_err(|NoRandomness| DealError::NoRandomness)?;
    if shamir::proven(root.secret(), &shares, policy.threshold()) {
        Ok(Dealt { root, shares })
    } else {
        Err(DealError::NotProven)
    }
}

/// Why nothing was dealt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DealError {
    /// The operating system gives no randomness.
    NoRandomness,
    /// The shares do not all give back the root: this machine computes wrongly.
    NotProven,
}

impl Say for DealError {
    fn say(&self, language: Language) -> String {
        match self {
            DealError::NoRandomness => NoRandomness.say(language),
            DealError::NotProven => messages::quorum::deal_not_proven(language),
        }
    }
}

speaks!(DealError, DealError::NoRandomness => &NoRandomness);

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    #[test]
    fn what_kept_cards_from_being_dealt_is_the_source() {
        assert!(DealError::NoRandomness.source().is_some_and(|cause| cause.is::<NoRandomness>()));
        assert!(DealError::NotProven.source().is_none());
    }
}
