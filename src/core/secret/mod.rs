//! Secrets: bytes and text in locked memory, never shown by `Debug`, compared in constant time, wiped on drop.

pub(crate) mod random;

use std::fmt;
use std::str;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

pub use random::NoRandomness;

use breakglass_system::memory::LockedBytes;

/// A secret of exactly `N` bytes: a root, a share, a key.
pub struct Secret<const N: usize>(LockedBytes);

impl<const N: usize> Secret<N> {
    /// Takes over `bytes`, whose copy in this function is wiped. The caller's own copy, if it made one, is not.
    #[must_use]
    pub fn new(mut bytes: [u8; N]) -> Secret<N> {
        let secret = Secret::made(|place| place.copy_from_slice(&bytes));
        bytes.zeroize();
        secret
    }

    /// A secret written in place by `write`, which is handed `N` zero bytes: no copy is left on the stack.
    #[must_use]
    pub fn made(write: impl FnOnce(&mut [u8; N])) -> Secret<N> {
        let mut secret = Secret(LockedBytes::zeroed(N));
        write(secret.expose_mut());
        secret
    }

    /// A random secret from the operating system.
    pub fn random() -> Result<Secret<N>, NoRandomness> {
        let mut secret = Secret(LockedBytes::zeroed(N));
        random::fill(&mut secret.0)?;
        Ok(secret)
    }

    /// The bytes.
    #[must_use]
    pub fn expose(&self) -> &[u8; N] {
        (&*self.0).try_into().expect("the buffer was made with N bytes")
    }

    /// The bytes, to write.
    #[must_use]
    pub fn expose_mut(&mut self) -> &mut [u8; N] {
        (&mut *self.0).try_into().expect("the buffer was made with N bytes")
    }
}

impl<const N: usize> PartialEq for Secret<N> {
    fn eq(&self, other: &Secret<N>) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl<const N: usize> Eq for Secret<N> {}

impl<const N: usize> fmt::Debug for Secret<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Secret({N} bytes)")
    }
}

/// A secret of a length known only when it is made: a decrypted document, a file of recovery data.
pub struct SecretBytes(LockedBytes);

impl SecretBytes {
    /// `len` zero bytes, to be written through [`SecretBytes::expose_mut`]. The buffer never grows, so it never leaves a copy.
    #[must_use]
    pub fn zeroed(len: usize) -> SecretBytes {
        SecretBytes(LockedBytes::zeroed(len))
    }

    /// The bytes.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, to write.
    #[must_use]
    pub fn expose_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }

    /// The same buffer as text, or given back when it is not UTF-8.
    pub fn into_text(self) -> Result<SecretText, SecretBytes> {
        if str::from_utf8(&self.0).is_ok() { Ok(SecretText(self.0)) } else { Err(self) }
    }
}

impl From<Vec<u8>> for SecretBytes {
    /// Copies `source` into locked memory and wipes it.
    fn from(mut source: Vec<u8>) -> SecretBytes {
        let mut bytes = SecretBytes::zeroed(source.len());
        bytes.expose_mut().copy_from_slice(&source);
        source.zeroize();
        bytes
    }
}

impl PartialEq for SecretBytes {
    fn eq(&self, other: &SecretBytes) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretBytes {}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SecretBytes({} bytes)", self.0.len())
    }
}

/// A secret text: a password, a phrase, the text of a card. Always UTF-8.
pub struct SecretText(LockedBytes);

impl SecretText {
    /// The text.
    #[must_use]
    pub fn expose(&self) -> &str {
        str::from_utf8(&self.0).expect("only UTF-8 is ever put in")
    }

    /// A copy of `source`, which the caller wipes.
    pub(crate) fn copied(source: &str) -> SecretText {
        let mut bytes = LockedBytes::zeroed(source.len());
        bytes.copy_from_slice(source.as_bytes());
        SecretText(bytes)
    }
}

impl From<String> for SecretText {
    /// Copies `source` into locked memory and wipes it.
    fn from(mut source: String) -> SecretText {
        let text = SecretText::copied(&source);
        source.zeroize();
        text
    }
}

impl PartialEq for SecretText {
    fn eq(&self, other: &SecretText) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretText {}

impl fmt::Debug for SecretText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretText(hidden)")
    }
}

impl Serialize for SecretText {
    /// For the sealed documents only, which are written to buffers that are wiped.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SecretText, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = SecretText;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a text")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<SecretText, E> {
                Ok(SecretText::copied(text))
            }

            fn visit_string<E: de::Error>(self, text: String) -> Result<SecretText, E> {
                Ok(SecretText::from(text))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_a_secret() {
        let shown = format!(
            "{:?} {:?} {:?}",
            Secret::new(*b"hunter2 hunter2"),
            SecretText::from("hunter2".to_owned()),
            SecretBytes::from(b"hunter2".to_vec())
        );
        assert!(!shown.contains("hunter2") && !shown.contains("104"), "{shown}");
    }

    #[test]
    fn secrets_compare_by_what_they_hold() {
        assert_eq!(Secret::new([7; 4]), Secret::made(|place| place.fill(7)));
        assert_ne!(Secret::new([7; 4]), Secret::new([7, 7, 7, 8]));
        assert_ne!(SecretText::from("a".to_owned()), SecretText::from("ab".to_owned()));
        assert_ne!(SecretBytes::from(vec![1]), SecretBytes::from(vec![2]));
    }

    #[test]
    fn random_secrets_differ() {
        assert_ne!(Secret::<32>::random().unwrap(), Secret::<32>::random().unwrap());
    }

    #[test]
    fn bytes_become_text_only_when_they_are_utf_8() {
        assert_eq!(SecretBytes::from("合言葉".as_bytes().to_vec()).into_text().unwrap().expose(), "合言葉");
        assert_eq!(SecretBytes::from(vec![0xff]).into_text().unwrap_err().expose(), [0xff]);
    }

    #[test]
    fn a_secret_text_survives_json_with_and_without_escapes() {
        for text in ["plain", "q\"uote \u{0} 漢字"] {
            let json = serde_json::to_string(&SecretText::from(text.to_owned())).unwrap();
            assert_eq!(serde_json::from_str::<SecretText>(&json).unwrap().expose(), text);
        }
    }
}
