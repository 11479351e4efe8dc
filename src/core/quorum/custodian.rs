//! A custodian's Ed25519 key, made of the share on their card: it proves the share, and signs what its holder took part in.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::policy::CardIndex;
use super::root::derive;
use crate::ids::{NotHex, hexadecimal};
use crate::secret::Secret;

/// What a custodian's key is derived for; the card's index follows as one byte.
const CUSTODIAN: &[u8] = b"breakglass/1 custodian ";

/// A custodian's private key.
#[derive(Debug)]
pub struct CustodianKey(Secret<32>);

impl CustodianKey {
    /// The key of the share with this index and value.
    pub(crate) fn of_share(index: CardIndex, value: &Secret<32>) -> CustodianKey {
        CustodianKey(derive(value, &[CUSTODIAN, &[index.get()]]))
    }

    /// The key that stands in the header.
    #[must_use]
    pub fn public(&self) -> CustodianPublicKey {
        CustodianPublicKey(self.signing_key().verifying_key().to_bytes())
    }

    /// Signs `domain`, a zero byte, `digest`. A signature made in one domain (such as `breakglass/1 event`) is worth nothing in
    /// another.
    #[must_use]
    pub fn sign(&self, domain: &str, digest: &[u8; 32]) -> Signature {
        Signature(self.signing_key().sign(&message(domain, digest)).to_bytes())
    }

    fn signing_key(&self) -> SigningKey {
        SigningKey::from_bytes(self.0.expose())
    }
}

/// A custodian's public key, as it stands in the header.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustodianPublicKey(pub [u8; 32]);

impl CustodianPublicKey {
    /// Whether `signature` was made by this key's holder over `digest` in `domain`. Strict: keys of small order and signatures
    /// that other verifiers might judge differently are refused.
    #[must_use]
    pub fn verify(&self, domain: &str, digest: &[u8; 32], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        VerifyingKey::from_bytes(&self.0)
            .is_ok_and(|key| key.verify_strict(&message(domain, digest), &signature).is_ok())
    }
}

hexadecimal!(CustodianPublicKey);

/// An Ed25519 signature.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signature(pub [u8; 64]);

hexadecimal!(Signature);

fn message(domain: &str, digest: &[u8; 32]) -> Vec<u8> {
    [domain.as_bytes(), &[0], digest].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Digest;
    use crate::ids::read_hex;

    fn key(seed: &str) -> CustodianKey {
        CustodianKey(Secret::new(read_hex(seed).unwrap()))
    }

    #[test]
    fn ed25519_gives_the_vectors_of_rfc_8032() {
        // Section 7.1, tests 1, 2, 3: seed, public key, message, signature.
        let vectors: [(&str, &str, &[u8], &str); 3] = [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                &[],
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                &[0x72],
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            ),
            (
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                &[0xaf, 0x82],
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
            ),
        ];
        for (seed, public, message, signature) in vectors {
            let key = key(seed);
            assert_eq!(key.public().to_string(), public);
            assert_eq!(Signature(key.signing_key().sign(message).to_bytes()).to_string(), signature);
        }
    }

    #[test]
    fn the_key_of_a_share_is_fixed_for_ever() {
        // Card 3 with the share 202122…3f; the seed computed with the standard library of Python.
        let value = Secret::made(|place| *place = std::array::from_fn(|byte| byte as u8 + 0x20));
        let seed = read_hex("db3d3ea6746ad6fd5b05635808c41140fca136200ef84e5e575f04a5a2e2224e").unwrap();
        assert_eq!(CustodianKey::of_share(CardIndex::try_from(3).unwrap(), &value).0, Secret::new(seed));
    }

    #[test]
    fn a_signature_holds_only_for_its_key_its_domain_and_its_digest() {
        let signer = key("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        let other = key("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let (digest, another) = (Digest::of(b"one").0, Digest::of(b"two").0);
        let mut signature = signer.sign("breakglass/1 event", &digest);
        assert!(signer.public().verify("breakglass/1 event", &digest, &signature));
        assert!(!other.public().verify("breakglass/1 event", &digest, &signature));
        assert!(!signer.public().verify("breakglass/1 receipt", &digest, &signature));
        assert!(!signer.public().verify("breakglass/1 event", &another, &signature));
        signature.0[0] ^= 1;
        assert!(!signer.public().verify("breakglass/1 event", &digest, &signature));
    }

    #[test]
    fn a_key_of_small_order_verifies_nothing() {
        // The neutral element: without strictness it accepts R = neutral, s = 0 over every message.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut forged = [0; 64];
        forged[0] = 1;
        assert!(!CustodianPublicKey(neutral).verify("breakglass/1 event", &[7; 32], &Signature(forged)));
    }

    #[test]
    fn the_same_share_under_another_index_is_another_key() {
        let value = Secret::new([5; 32]);
        let [first, second] = [1, 2].map(|index| CustodianKey::of_share(CardIndex::try_from(index).unwrap(), &value));
        assert_ne!(first.public(), second.public());
    }
}
