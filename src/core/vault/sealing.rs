//! age files, sealed and opened in memory: the one place where this program encrypts.
//!
//! age's convenience functions leave plaintext in growing buffers. Here what is opened goes into one buffer of the exact size,
//! which is locked and wiped; what age's own reader still holds is wiped as it is freed, by the program's allocator.

use std::io::{Read, Write};
use std::str::FromStr;

use age::{Decryptor, Encryptor, Identity, Recipient};
use bech32::{Bech32, Hrp};

use super::FormatError;
use super::scrypt_stanza::Passphrase;
use crate::quorum::ContentsKey;
use crate::secret::{Secret, SecretBytes, SecretText};

/// log2 of scrypt's N. The passphrase has 256 bits, so the work factor adds nothing; it is low for the 3 a.m. laptop.
const WORK_FACTOR: u8 = 10;
/// Bytes of plaintext in one chunk of an age file, and of the tag behind it (C2SP age, "Payload").
const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;
/// An age header with one stanza of ours is under 400 bytes; a longer one is not ours.
pub(super) const HEADER_BYTES: usize = 1024;

/// The public half of an epoch's deposit key, `age1…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepositRecipient(age::x25519::Recipient);

impl DepositRecipient {
    /// Encrypts a deposit, so that only the quorum of the epoch opens it.
    #[must_use]
    pub fn seal(&self, plaintext: &[u8]) -> Vec<u8> {
        seal(&self.0, plaintext)
    }
}

impl FromStr for DepositRecipient {
    type Err = FormatError;

    /// Takes exactly what `Display` writes: Bech32 in upper case would be a second spelling.
    fn from_str(text: &str) -> Result<DepositRecipient, FormatError> {
        let malformed = |error: &str| FormatError::Malformed(error.to_owned());
        let recipient = text.parse().map(DepositRecipient).map_err(malformed)?;
        if recipient.to_string() == text { Ok(recipient) } else { Err(malformed("a recipient in upper case")) }
    }
}

impl std::fmt::Display for DepositRecipient {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

/// The secret half of an epoch's deposit key: an age X25519 identity made of the 32 bytes that the root gives.
pub struct DepositIdentity {
    identity: age::x25519::Identity,
    text: SecretText,
}

impl DepositIdentity {
    /// The identity whose scalar is the deposit key.
    ///
    /// # Panics
    /// Never: 32 bytes under this prefix are always an identity.
    #[must_use]
    pub fn of_key(key: &Secret<32>) -> DepositIdentity {
        let prefix = Hrp::parse("age-secret-key-").expect("a valid prefix");
        let lower = SecretText::from(bech32::encode::<Bech32>(prefix, key.expose()).expect("52 symbols fit"));
        let text = SecretText::from(lower.expose().to_ascii_uppercase());
        DepositIdentity::parse(text).expect("32 bytes are an identity")
    }

    /// Reads `AGE-SECRET-KEY-1…`.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: SecretText) -> Result<DepositIdentity, FormatError> {
        let identity = text.expose().parse().map_err(|error: &str| FormatError::Malformed(error.to_owned()))?;
        Ok(DepositIdentity { identity, text })
    }

    /// The identity as stock age takes it.
    #[must_use]
    pub fn text(&self) -> &SecretText {
        &self.text
    }

    /// The identity as the crate takes it.
    pub(super) fn age_identity(&self) -> &age::x25519::Identity {
        &self.identity
    }

    /// The public half.
    #[must_use]
    pub fn recipient(&self) -> DepositRecipient {
        DepositRecipient(self.identity.to_public())
    }

    /// Opens a deposit of at most `bound` bytes of plaintext.
    ///
    /// # Errors
    /// When it is no age file, too large, or sealed to somebody else.
    pub fn open(&self, file: &[u8], bound: usize) -> Result<SecretBytes, FormatError> {
        open(&self.identity, file, bound)
    }
}

impl std::fmt::Debug for DepositIdentity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("DepositIdentity(…)")
    }
}

/// Encrypts under the contents key: one scrypt stanza, as stock `age -d` asks for with a passphrase.
#[must_use]
pub fn seal_contents(key: &ContentsKey, plaintext: &[u8]) -> Vec<u8> {
    seal(&passphrase(key, WORK_FACTOR), plaintext)
}

/// Opens a file that was encrypted under the contents key, of at most `bound` bytes of plaintext.
///
/// # Errors
/// When it is no age file, asks for more work than ours, is too large, or has another key.
pub fn open_contents(key: &ContentsKey, file: &[u8], bound: usize) -> Result<SecretBytes, FormatError> {
    open(&passphrase(key, WORK_FACTOR), file, bound)
}

fn passphrase(key: &ContentsKey, work_factor: u8) -> Passphrase {
    Passphrase { text: key.passphrase(), work_factor }
}

fn seal(recipient: &dyn Recipient, plaintext: &[u8]) -> Vec<u8> {
    let encryptor = Encryptor::with_recipients(std::iter::once(recipient)).expect("one recipient is enough");
    let mut file = Vec::with_capacity(HEADER_BYTES + plaintext.len() + (plaintext.len() / CHUNK + 1) * TAG);
    let mut writer = encryptor.wrap_output(&mut file).expect("memory takes every byte");
    writer.write_all(plaintext).expect("memory takes every byte");
    writer.finish().expect("memory takes every byte");
    file
}

fn open(identity: &dyn Identity, file: &[u8], bound: usize) -> Result<SecretBytes, FormatError> {
    let length = plaintext_length(file).ok_or_else(|| FormatError::Malformed("not an age file".to_owned()))?;
    if length > bound {
        return Err(FormatError::TooLarge(bound as u64));
    }
    let decryptor = Decryptor::new_buffered(file).map_err(refusal)?;
    let mut reader = decryptor.decrypt(std::iter::once(identity)).map_err(refusal)?;
    let mut plaintext = SecretBytes::zeroed(length);
    reader.read_exact(plaintext.expose_mut()).map_err(|_| FormatError::DoesNotOpen)?;
    match reader.read(&mut [0]) {
        Ok(0) => Ok(plaintext),
        _ => Err(FormatError::DoesNotOpen),
    }
}

/// The bytes of plaintext, told from the file's length: header up to the line of `---`, a nonce of 16, chunks with their tags.
fn plaintext_length(file: &[u8]) -> Option<usize> {
    let end = header_length(&file[..file.len().min(HEADER_BYTES)])?;
    let payload = file.len().checked_sub(end + 16)?;
    let chunks = payload.div_ceil(CHUNK + TAG).max(1);
    payload.checked_sub(chunks * TAG)
}

/// Whether a header ends within these bytes.
pub(super) fn is_header(start: &[u8]) -> bool {
    header_length(start).is_some()
}

/// The bytes up to the end of the line of `---`.
fn header_length(start: &[u8]) -> Option<usize> {
    let last_line = start.windows(5).position(|window| window == b"\n--- ")? + 1;
    Some(last_line + start[last_line..].iter().position(|&byte| byte == b'\n')? + 1)
}

pub(super) fn refusal(error: age::DecryptError) -> FormatError {
    match error {
        age::DecryptError::ExcessiveWork { .. } => FormatError::TooCostly,
        age::DecryptError::InvalidHeader | age::DecryptError::UnknownFormat | age::DecryptError::Io(_) => {
            FormatError::Malformed("not an age file".to_owned())
        }
        _ => FormatError::DoesNotOpen,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quorum::{Policy, deal};

    #[test]
    fn every_length_around_a_chunk_comes_back_in_a_buffer_of_its_size() {
        let identity = DepositIdentity::of_key(&Secret::new([7; 32]));
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5] {
            let plaintext = vec![0xa5; length];
            let file = identity.recipient().seal(&plaintext);
            assert_eq!(plaintext_length(&file), Some(length));
            assert_eq!(identity.open(&file, length).unwrap().expose(), plaintext);
            if length > 0 {
                assert_eq!(identity.open(&file, length - 1).unwrap_err(), FormatError::TooLarge(length as u64 - 1));
            }
        }
    }

    #[test]
    fn every_changed_byte_and_every_cut_is_refused() {
        let identity = DepositIdentity::of_key(&Secret::new([7; 32]));
        let file = identity.recipient().seal(b"a password");
        for place in 0..file.len() {
            let mut changed = file.clone();
            changed[place] ^= 1;
            assert!(identity.open(&changed, 1000).is_err(), "byte {place}");
            assert!(identity.open(&file[..place], 1000).is_err(), "cut at {place}");
        }
        let mut longer = file.clone();
        longer.push(0);
        assert!(identity.open(&longer, 1000).is_err());
    }

    #[test]
    fn contents_that_ask_for_more_work_than_ours_are_refused_before_the_work() {
        let dealt = deal(Policy::new(2, 3, false).unwrap()).unwrap();
        let key = dealt.root.contents_key();
        let file = seal(&passphrase(&key, WORK_FACTOR + 1), b"{}");
        assert_eq!(open_contents(&key, &file, 1000).unwrap_err(), FormatError::TooCostly);
        assert_eq!(open_contents(&key, &seal_contents(&key, b"{}"), 1000).unwrap().expose(), b"{}");
    }

    #[test]
    fn contents_are_sealed_and_opened_as_the_crate_does_it() {
        let key = deal(Policy::new(2, 3, false).unwrap()).unwrap().root.contents_key();
        let text = age::secrecy::SecretString::from(key.passphrase().expose().to_owned());
        let theirs = age::scrypt::Identity::new(text.clone());
        assert_eq!(open(&theirs, &seal_contents(&key, b"{}"), 1000).unwrap().expose(), b"{}");
        let mut recipient = age::scrypt::Recipient::new(text);
        recipient.set_work_factor(WORK_FACTOR);
        assert_eq!(open_contents(&key, &seal(&recipient, b"{}"), 1000).unwrap().expose(), b"{}");
    }

    #[test]
    fn no_clock_is_asked_to_seal_or_to_open() {
        // The crate's own scrypt measures the machine with the clock as soon as it is made.
        let (source, _) = include_str!("sealing.rs").split_once("#[cfg(test)]").unwrap();
        for source in [source, include_str!("scrypt_stanza.rs")] {
            for measured in ["scrypt::Recipient", "scrypt::Identity", "with_user_passphrase", "Instant", "SystemTime"] {
                assert!(!source.contains(measured), "{measured}");
            }
        }
    }
}
