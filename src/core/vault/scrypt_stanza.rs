//! The scrypt stanza of an age file, as C2SP age describes it. The crate `age` has one of its own, and measures the machine with its clock
//! before each use, to choose how much work to do: with a clock that stands still it doubles the work until memory is full. Here the work
//! is always the same, so nothing is measured.

use std::collections::HashSet;

use age::secrecy::ExposeSecret;
use age::{DecryptError, EncryptError, Identity, Recipient};
use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};
use age_core::primitives::{aead_decrypt, aead_encrypt};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroize as _;

use crate::secret::{Secret, SecretText};

const TAG: &str = "scrypt";
const LABEL: &[u8] = b"age-encryption.org/v1/scrypt";
const SALT: usize = 16;

/// Whoever has this passphrase, with log2 of scrypt's N: just so much is done to seal, and at most so much to open.
pub(super) struct Passphrase {
    pub(super) text: SecretText,
    pub(super) work_factor: u8,
}

impl Passphrase {
    fn key(&self, salt: &[u8; SALT], work_factor: u8) -> Option<Secret<32>> {
        let params = scrypt::Params::new(work_factor, 8, 1, 32).ok()?;
        let salt = [LABEL, salt].concat();
        Some(Secret::made(|place| {
            scrypt::scrypt(self.text.expose().as_bytes(), &salt, &params, place).expect("32 bytes are a length");
        }))
    }
}

impl Recipient for Passphrase {
    fn wrap_file_key(&self, file_key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let mut salt = [0; SALT];
        getrandom::fill(&mut salt).map_err(|_| EncryptError::Io(std::io::Error::other("no randomness")))?;
        let key = self.key(&salt, self.work_factor).expect("a work factor of ours");
        let stanza = Stanza {
            tag: TAG.to_owned(),
            args: vec![STANDARD_NO_PAD.encode(salt), self.work_factor.to_string()],
            body: aead_encrypt(key.expose(), file_key.expose_secret()),
        };
        // It stands alone in its file, so it needs no label that keeps others out.
        Ok((vec![stanza], HashSet::new()))
    }
}

impl Identity for Passphrase {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        (stanza.tag == TAG).then(|| self.unwrap(stanza))
    }
}

impl Passphrase {
    fn unwrap(&self, stanza: &Stanza) -> Result<FileKey, DecryptError> {
        let [salt, work] = &stanza.args[..] else { return Err(DecryptError::InvalidHeader) };
        let salt = STANDARD_NO_PAD.decode(salt).ok().and_then(|salt| <[u8; SALT]>::try_from(salt).ok());
        let salt = salt.ok_or(DecryptError::InvalidHeader)?;
        let written: u8 = work.parse().map_err(|_| DecryptError::InvalidHeader)?;
        if written == 0 || written.to_string() != *work {
            return Err(DecryptError::InvalidHeader);
        }
        let excessive = DecryptError::ExcessiveWork { required: written, target: self.work_factor };
        if written > self.work_factor {
            return Err(excessive);
        }
        let Some(key) = self.key(&salt, written) else { return Err(excessive) };
        let mut opened = aead_decrypt(key.expose(), FILE_KEY_BYTES, &stanza.body).map_err(DecryptError::from)?;
        let file_key = FileKey::init_with_mut(|place| place.copy_from_slice(&opened));
        opened.zeroize();
        Ok(file_key)
    }
}
