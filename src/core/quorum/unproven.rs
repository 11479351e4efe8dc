//! Shares that nothing vouches for, since the header with the custodians' keys is lost. They sign nothing and open no deposit before
//! contents that they opened have proven the root. Which of them is false, when they open nothing, cannot be told.

use super::assemble::QuorumError;
use super::custodian::CustodianPublicKey;
use super::policy::CardIndex;
use super::root::{ContentsKey, Root};
use super::shamir::Curve;
use super::share::Share;
use crate::secret::Secret;

/// Exactly as many shares as their cards say that it takes.
pub struct Unproven<'s> {
    curve: Curve<'s>,
}

/// What the shares are, after contents proved their root.
pub struct Recovered<'s> {
    curve: Curve<'s>,
    root: Root,
}

impl<'s> Unproven<'s> {
    /// Takes shares together.
    ///
    /// # Errors
    /// When they are too few, too many, or of one card.
    pub fn of(threshold: u8, shares: impl Iterator<Item = &'s Share>) -> Result<Unproven<'s>, QuorumError> {
        Ok(Unproven { curve: Curve::through(threshold, shares)? })
    }

    /// Tries the key that the shares give; nothing when it opens nothing.
    pub fn opening<T>(self, open: impl FnOnce(&ContentsKey) -> Option<T>) -> Option<(Recovered<'s>, T)> {
        let root = Root::of(self.curve.at(0));
        let opened = open(&root.contents_key())?;
        Some((Recovered { curve: self.curve, root }, opened))
    }
}

impl Recovered<'_> {
    /// The public key of any card, brought or not, as it stood in the header.
    #[must_use]
    pub fn public_key(&self, card: CardIndex) -> CustodianPublicKey {
        Share::new(card, self.curve.at(card.get())).custodian_key().public()
    }

    /// The key of which the deposit identity is made.
    #[must_use]
    pub fn deposit_key(&self) -> Secret<32> {
        self.root.deposit_key()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quorum::{Policy, deal};

    #[test]
    fn what_contents_prove_gives_the_keys_of_every_card_and_what_they_do_not_gives_none() {
        let dealt = deal(Policy::new(3, 5, false).unwrap()).unwrap();
        let shares = &dealt.shares;
        let right = dealt.root.contents_key().passphrase();
        let opens = |key: &ContentsKey| (key.passphrase().expose() == right.expose()).then_some(());
        let (recovered, ()) = Unproven::of(3, shares[1..4].iter()).unwrap().opening(opens).unwrap();
        for share in shares {
            assert_eq!(recovered.public_key(share.index()), share.custodian_key().public());
        }
        assert_eq!(recovered.deposit_key(), dealt.root.deposit_key());
        let false_one = Share::new(shares[0].index(), Secret::new([7; 32]));
        let with_a_false_one = [&false_one, &shares[1], &shares[2]];
        assert!(Unproven::of(3, with_a_false_one.into_iter()).unwrap().opening(opens).is_none());
        assert!(Unproven::of(3, shares[..2].iter()).is_err());
    }
}
