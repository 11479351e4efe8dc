//! Blobs of attachments: encrypted and opened in one pass, in pieces, whatever their size.

use std::io::{self, Read, Write};

use age::{Decryptor, Encryptor};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::sealing::{HEADER_BYTES, is_header, refusal};
use super::{Attachment, DepositIdentity, FieldValue, FormatError};
use crate::ids::Digest;
use crate::secret::{NoRandomness, Secret, SecretText};

/// Bytes that are taken from a source at a time.
const PIECE: usize = 256 * 1024;

/// A file that was encrypted for an identity of its own. What the blob is called is known to who wrote it.
#[derive(Debug)]
pub struct SealedFile {
    /// What opens the blob.
    pub identity: FieldValue,
    /// Bytes of the file.
    pub size: u64,
    /// SHA-256 of the file.
    pub sha256: Digest,
}

/// Why an attachment could not be taken through.
#[derive(Debug)]
pub enum BlobError {
    /// What is read failed.
    Source(io::Error),
    /// What is written failed.
    Target(io::Error),
    /// The blob is not what the entry says.
    Format(FormatError),
    /// The operating system gave no randomness.
    Randomness(NoRandomness),
}

impl From<NoRandomness> for BlobError {
    fn from(error: NoRandomness) -> BlobError {
        BlobError::Randomness(error)
    }
}

/// Encrypts everything that `source` gives into `blob`, for a fresh identity. `tell` hears how many bytes were taken so far.
///
/// # Errors
/// Which side failed.
pub fn seal_file(
    source: &mut dyn Read,
    blob: &mut dyn Write,
    tell: &mut dyn FnMut(u64),
) -> Result<SealedFile, BlobError> {
    let identity = DepositIdentity::of_key(&Secret::random()?);
    let encryptor =
        Encryptor::with_recipients(std::iter::once(&identity.age_identity().to_public() as &dyn age::Recipient))
            .expect("one recipient is enough");
    let mut writer = encryptor.wrap_output(blob).map_err(BlobError::Target)?;
    let (mut hash, mut size) = (Sha256::new(), 0);
    let mut piece = Zeroizing::new(vec![0; PIECE]);
    loop {
        let length = match source.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(BlobError::Source(error)),
        };
        hash.update(&piece[..length]);
        writer.write_all(&piece[..length]).map_err(BlobError::Target)?;
        size += length as u64;
        tell(size);
    }
    writer.finish().map_err(BlobError::Target)?;
    let identity = FieldValue::copy_of(identity.text().expose());
    Ok(SealedFile { identity, size, sha256: Digest(hash.finalize().into()) })
}

/// Decrypts a blob. Every piece that `target` gets was authenticated; that it was all of them, and the file that was attached, is known
/// when this returns.
///
/// # Errors
/// Which side failed, or that the blob is not what the entry says.
pub fn open_blob(
    attachment: &Attachment,
    blob: &mut dyn Read,
    target: &mut dyn Write,
    tell: &mut dyn FnMut(u64),
) -> Result<(), BlobError> {
    let mut reader = opened(attachment, blob)?;
    let (mut hash, mut size) = (Sha256::new(), 0);
    let mut piece = Zeroizing::new(vec![0; PIECE]);
    loop {
        let length = match reader.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) => return Err(read_error(error)),
        };
        size += length as u64;
        if size > attachment.size {
            return Err(BlobError::Format(FormatError::DoesNotOpen));
        }
        hash.update(&piece[..length]);
        target.write_all(&piece[..length]).map_err(BlobError::Target)?;
        tell(size);
    }
    let whole = size == attachment.size && Digest(hash.finalize().into()) == attachment.sha256;
    if whole { Ok(()) } else { Err(BlobError::Format(FormatError::DoesNotOpen)) }
}

/// Encrypts a blob anew, for a fresh identity: who knew the old one's key has nothing of the new one.
///
/// # Errors
/// As [`open_blob`] and [`seal_file`].
pub fn renew_blob(
    attachment: &Attachment,
    blob: &mut dyn Read,
    target: &mut dyn Write,
) -> Result<SealedFile, BlobError> {
    let mut reader = opened(attachment, blob)?;
    let sealed = seal_file(&mut reader, target, &mut |_| ()).map_err(|error| match error {
        BlobError::Source(error) => read_error(error),
        other => other,
    })?;
    let whole = sealed.size == attachment.size && sealed.sha256 == attachment.sha256;
    if whole { Ok(sealed) } else { Err(BlobError::Format(FormatError::DoesNotOpen)) }
}

/// age reports a chunk that is not authentic as invalid data, and a cut as an unexpected end.
fn read_error(error: io::Error) -> BlobError {
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => BlobError::Format(FormatError::DoesNotOpen),
        _ => BlobError::Source(error),
    }
}

/// The file inside a blob, to be read in pieces.
fn opened<'b>(attachment: &Attachment, blob: &'b mut dyn Read) -> Result<impl Read + use<'b>, BlobError> {
    let identity = DepositIdentity::parse(SecretText::from(attachment.identity.expose().to_owned()));
    let identity = identity.map_err(BlobError::Format)?;
    let start = io::Cursor::new(header_of(blob)?);
    let format = |error| BlobError::Format(refusal(error));
    let decryptor = Decryptor::new(start.chain(blob)).map_err(format)?;
    decryptor.decrypt(std::iter::once(identity.age_identity() as &dyn age::Identity)).map_err(format)
}

/// The first bytes of a blob, if a header of ours ends within them: a longer one would be read into memory, however long it is.
fn header_of(blob: &mut dyn Read) -> Result<Vec<u8>, BlobError> {
    let mut start = Vec::with_capacity(HEADER_BYTES);
    blob.take(HEADER_BYTES as u64).read_to_end(&mut start).map_err(BlobError::Source)?;
    if is_header(&start) {
        return Ok(start);
    }
    Err(BlobError::Format(FormatError::Malformed("not an age file".to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(file: &[u8]) -> (Attachment, Vec<u8>) {
        let mut blob = Vec::new();
        let sealed = seal_file(&mut &*file, &mut blob, &mut |_| ()).unwrap();
        let SealedFile { identity, size, sha256 } = sealed;
        (Attachment { blob: Digest::of(&blob), identity, size, sha256 }, blob)
    }

    fn file_in(attachment: &Attachment, mut blob: &[u8]) -> Result<Vec<u8>, BlobError> {
        let mut file = Vec::new();
        open_blob(attachment, &mut blob, &mut file, &mut |_| ()).map(|()| file)
    }

    #[test]
    fn files_of_every_length_around_a_chunk_come_back() {
        for length in [0, 1, 65_535, 65_536, 65_537, 4 * 65_536, 1_000_003] {
            let file: Vec<u8> = (0..length).map(|place| (place % 253) as u8).collect();
            let (attachment, blob) = sealed(&file);
            assert_eq!((attachment.size, attachment.sha256), (length as u64, Digest::of(&file)));
            assert!(file_in(&attachment, &blob).unwrap() == file);
        }
    }

    #[test]
    fn a_blob_that_was_changed_cut_or_swapped_never_passes_for_the_file() {
        let file = vec![9; 200_000];
        let (attachment, blob) = sealed(&file);
        for place in (0..blob.len()).step_by(997).chain([blob.len() - 1]) {
            let mut changed = blob.clone();
            changed[place] ^= 1;
            assert!(file_in(&attachment, &changed).is_err(), "byte {place}");
            assert!(file_in(&attachment, &blob[..place]).is_err(), "cut at {place}");
        }
        let (_, other) = sealed(&file);
        assert!(file_in(&attachment, &other).is_err());
        let wrong = Attachment { sha256: Digest::of(b"another file"), ..attachment.clone() };
        assert!(file_in(&wrong, &blob).is_err());
        let shorter = Attachment { size: attachment.size - 1, ..attachment };
        assert!(file_in(&shorter, &blob).is_err());
    }

    #[test]
    fn an_endless_header_is_refused_at_its_beginning() {
        let (attachment, _) = sealed(b"a file");
        let mut endless = b"age-encryption.org/v1\n-> X25519 ".to_vec();
        endless.extend_from_slice(&[b'a'; 100_000]);
        assert!(matches!(file_in(&attachment, &endless), Err(BlobError::Format(FormatError::Malformed(_)))));
    }
}
