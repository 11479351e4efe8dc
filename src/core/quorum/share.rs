//! One card's share of the root, before and after it was proven to be the one that was dealt.

use subtle::ConstantTimeEq;

use super::custodian::{CustodianKey, CustodianPublicKey};
use super::policy::CardIndex;
use crate::language::{Language, Say, messages};
use crate::secret::Secret;
use crate::speaks;

/// A share as a card gives it. It may be false: only [`Share::verify`] tells.
#[derive(Debug)]
pub struct Share {
    index: CardIndex,
    value: Secret<32>,
}

impl Share {
    /// The share of card `index`: each byte is the value there of one polynomial over GF(256).
    #[must_use]
    pub fn new(index: CardIndex, value: Secret<32>) -> Share {
        Share { index, value }
    }

    /// Which card's share this is.
    #[must_use]
    pub fn index(&self) -> CardIndex {
        self.index
    }

    /// The key that this share makes: of its custodian, when the share is true.
    #[must_use]
    pub fn custodian_key(&self) -> CustodianKey {
        CustodianKey::of_share(self.index, &self.value)
    }

    /// Proves the share by the custodian's public key in the header.
    pub fn verify(self, expected: &CustodianPublicKey) -> Result<VerifiedShare, NotThisCustodian> {
        let key = self.custodian_key();
        if bool::from(key.public().0.ct_eq(&expected.0)) {
            Ok(VerifiedShare { share: self, key })
        } else {
            Err(NotThisCustodian { index: self.index })
        }
    }

    pub(crate) fn value(&self) -> &Secret<32> {
        &self.value
    }
}

/// A share that the header vouches for.
#[derive(Debug)]
pub struct VerifiedShare {
    share: Share,
    key: CustodianKey,
}

impl VerifiedShare {
    /// Which card's share this is.
    #[must_use]
    pub fn index(&self) -> CardIndex {
        self.share.index
    }

    /// The custodian's key.
    #[must_use]
    pub fn custodian_key(&self) -> &CustodianKey {
        &self.key
    }

    pub(crate) fn share(&self) -> &Share {
        &self.share
    }
}

/// The share is not the one that this card was dealt: a false card, or a phrase that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotThisCustodian {
    /// The card that the share claims to be of.
    pub index: CardIndex,
}

impl Say for NotThisCustodian {
    fn say(&self, language: Language) -> String {
        messages::quorum::not_this_custodian(language, self.index)
    }
}

speaks!(NotThisCustodian);

#[cfg(test)]
mod tests {
    use super::*;

    fn share(value: u8) -> Share {
        Share::new(CardIndex::try_from(3).unwrap(), Secret::new([value; 32]))
    }

    #[test]
    fn a_share_is_verified_only_by_its_own_public_key() {
        let public = share(1).custodian_key().public();
        assert_eq!(share(1).verify(&public).unwrap().custodian_key().public(), public);
        assert_eq!(share(2).verify(&public).unwrap_err(), NotThisCustodian { index: CardIndex::try_from(3).unwrap() });
    }
}
