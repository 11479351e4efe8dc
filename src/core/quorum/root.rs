//! An epoch's root and the keys made of it.

use std::fmt;

use hkdf::Hkdf;
use sha2::Sha256;

use crate::secret::{NoRandomness, Secret, SecretText};

/// What opens the sealed contents.
const CONTENTS: &[&[u8]] = &[b"breakglass/1 contents"];

/// What opens deposits.
const DEPOSIT: &[&[u8]] = &[b"breakglass/1 deposit"];

/// The random secret under an epoch, split over the cards. It is never written anywhere.
pub struct Root(Secret<32>);

impl Root {
    pub(crate) fn random() -> Result<Root, NoRandomness> {
        Secret::random().map(Root)
    }

    pub(crate) fn of(secret: Secret<32>) -> Root {
        Root(secret)
    }

    pub(crate) fn secret(&self) -> &Secret<32> {
        &self.0
    }

    /// The key of `sealed.age`.
    #[must_use]
    pub fn contents_key(&self) -> ContentsKey {
        ContentsKey(derive(&self.0, CONTENTS))
    }

    /// The key of which the deposit identity (age, X25519) is made.
    #[must_use]
    pub fn deposit_key(&self) -> Secret<32> {
        derive(&self.0, DEPOSIT)
    }
}

impl fmt::Debug for Root {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Root(hidden)")
    }
}

/// The key of `sealed.age`.
#[derive(Debug)]
pub struct ContentsKey(Secret<32>);

impl ContentsKey {
    /// The key as the passphrase that `age` is given: 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn passphrase(&self) -> SecretText {
        let mut digits = String::with_capacity(64);
        for byte in self.0.expose() {
            for half in [byte >> 4, byte & 15] {
                digits.push(char::from_digit(half.into(), 16).expect("half a byte is one digit"));
            }
        }
        SecretText::from(digits)
    }
}

/// HKDF-SHA256 (RFC 5869) with empty salt, 32 bytes long. `info` is the concatenation of its parts.
pub(crate) fn derive(from: &Secret<32>, info: &[&[u8]]) -> Secret<32> {
    Secret::made(|place| expand(from.expose(), None, info, place))
}

fn expand(from: &[u8], salt: Option<&[u8]>, info: &[&[u8]], into: &mut [u8]) {
    Hkdf::<Sha256>::new(salt, from).expand_multi_info(info, into).expect("HKDF gives up to 8160 bytes");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Digest;
    use crate::ids::read_hex;

    #[test]
    fn hkdf_gives_the_vectors_of_rfc_5869() {
        let mut output = [0; 42];
        // Appendix A.1: salt and info.
        let info: [u8; 10] = read_hex("f0f1f2f3f4f5f6f7f8f9").unwrap();
        let salt: [u8; 13] = read_hex("000102030405060708090a0b0c").unwrap();
        expand(&[0x0b; 22], Some(&salt), &[&info], &mut output);
        let expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865";
        assert_eq!(output, read_hex::<42>(expected).unwrap());
        // Appendix A.3: neither, as here.
        expand(&[0x0b; 22], None, &[], &mut output);
        let expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8";
        assert_eq!(output, read_hex::<42>(expected).unwrap());
    }

    #[test]
    fn the_keys_of_a_root_are_fixed_for_ever() {
        let root = Root::of(Secret::new(Digest::of(b"root").0));
        let contents = root.contents_key().passphrase();
        // Computed with the standard library of Python from the same words.
        assert_eq!(contents.expose(), "d7bed551ef4d47a81dc02bacded34e675ce50332e450af4d07cd94220d55aedd");
        let deposit = read_hex("61213e1c8d40645d1b57c4f3e1b119ed77acc1b4f1c5ae16f0d25d48a9432a13").unwrap();
        assert_eq!(root.deposit_key(), Secret::new(deposit));
    }
}
