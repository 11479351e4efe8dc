//! The sealed contents of an epoch: `sealed.age`, gzip of one JSON document, encrypted under the contents key.

use std::io::{Cursor, Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use super::entry::check_lengths;
use super::sealing::{DepositIdentity, open_contents, seal_contents};
use super::{Entry, EntryId, FORMAT_VERSION, FieldValue, FormatError};
use crate::ids::{Digest, EpochHash, VaultId};
use crate::quorum::ContentsKey;
use crate::secret::{SecretBytes, SecretText};

/// Bytes of the JSON document at most.
const DOCUMENT_BYTES: usize = 64 * 1024 * 1024;
/// Entries of a vault, revisions of an entry and earlier epochs at most.
const MOST: usize = 10_000;

/// The deposit identity of an earlier epoch: a deposit made at the wrong moment still opens for the quorum of today.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlierIdentity {
    /// The epoch whose deposits it opens.
    pub epoch: EpochHash,
    /// `AGE-SECRET-KEY-1…`
    pub identity: FieldValue,
}

/// Everything that a quorum sees.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contents {
    /// The version of the format.
    pub version: u32,
    /// The vault that they belong to.
    pub vault: VaultId,
    /// The number of the epoch.
    pub epoch: u32,
    /// Deposit identities of all earlier epochs, oldest first.
    pub deposit_identities: Vec<EarlierIdentity>,
    /// Every entry with its revisions, in the order of their ids.
    pub entries: Vec<Entry>,
}

/// `sealed.age` as it stands on disk.
pub struct SealedContents {
    /// The bytes of the age file.
    pub file: Vec<u8>,
}

impl SealedContents {
    /// The hash by which the header names it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.file)
    }
}

impl Contents {
    /// The contents of a vault that was just made: nothing.
    #[must_use]
    pub fn empty(vault: VaultId) -> Contents {
        Contents { version: FORMAT_VERSION, vault, epoch: 1, deposit_identities: Vec::new(), entries: Vec::new() }
    }

    /// The entry with this id.
    #[must_use]
    pub fn entry(&self, id: &EntryId) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == *id)
    }

    /// The entry with this id, put in its place without revisions when it is new.
    pub fn entry_or_new(&mut self, id: &EntryId) -> &mut Entry {
        let place = match self.entries.binary_search_by(|entry| entry.id.cmp(id)) {
            Ok(place) => place,
            Err(place) => {
                self.entries.insert(place, Entry { id: id.clone(), revisions: Vec::new() });
                place
            }
        };
        &mut self.entries[place]
    }

    /// The identity that opens deposits of an earlier epoch.
    ///
    /// # Errors
    /// When the sealed text is none.
    pub fn earlier_identity(&self, epoch: &EpochHash) -> Result<Option<DepositIdentity>, FormatError> {
        let found = self.deposit_identities.iter().find(|earlier| earlier.epoch == *epoch);
        found.map(|earlier| DepositIdentity::parse(SecretText::from(earlier.identity.expose().to_owned()))).transpose()
    }

    /// Seals the contents under an epoch's contents key.
    ///
    /// # Errors
    /// When they are larger than is ever read back.
    pub fn seal(&self, key: &ContentsKey) -> Result<SealedContents, FormatError> {
        self.check()?;
        let document = document(self, DOCUMENT_BYTES)?;
        // Deflate never grows its input by more than five bytes in 16 KiB (RFC 1951, section 3.2.4), and gzip adds 18.
        let length = document.expose().len();
        let mut packed = SecretBytes::zeroed(length + length / 1024 + 64);
        let mut place = Cursor::new(packed.expose_mut());
        let mut gzip = GzEncoder::new(&mut place, Compression::default());
        gzip.write_all(document.expose()).and_then(|()| gzip.try_finish()).expect("the place is large enough");
        drop(gzip);
        let end = usize::try_from(place.position()).expect("a place in memory");
        Ok(SealedContents { file: seal_contents(key, &packed.expose()[..end]) })
    }

    /// Opens sealed contents of this vault and epoch.
    ///
    /// # Errors
    /// When the key is another's, or the file is damaged, too large, of another version, vault or epoch.
    pub fn open(file: &[u8], key: &ContentsKey, vault: VaultId, epoch: u32) -> Result<Contents, FormatError> {
        let packed = open_contents(key, file, DOCUMENT_BYTES)?;
        let document = unpack(packed.expose())?;
        let version: Version =
            serde_json::from_slice(document.expose()).map_err(|error| FormatError::Malformed(position(&error)))?;
        if version.version != u64::from(FORMAT_VERSION) {
            return Err(FormatError::UnknownVersion(version.version));
        }
        let contents: Contents =
            serde_json::from_slice(document.expose()).map_err(|error| FormatError::Malformed(position(&error)))?;
        contents.check()?;
        if contents.vault != vault || contents.epoch != epoch {
            return Err(FormatError::DoesNotOpen);
        }
        Ok(contents)
    }

    fn check(&self) -> Result<(), FormatError> {
        let revisions = self.entries.iter().map(|entry| entry.revisions.len()).max().unwrap_or(0);
        if self.entries.len().max(revisions).max(self.deposit_identities.len()) > MOST {
            return Err(FormatError::TooMany(MOST));
        }
        if self.entries.windows(2).any(|pair| pair[0].id >= pair[1].id) {
            return Err(FormatError::Malformed("entries out of order".to_owned()));
        }
        if self.entries.iter().any(|entry| entry.revisions.is_empty()) {
            return Err(FormatError::Malformed("an entry without revisions".to_owned()));
        }
        let mut revisions = self.entries.iter().flat_map(|entry| &entry.revisions);
        revisions.try_for_each(|revision| check_lengths(&revision.fields))
    }
}

#[derive(Deserialize)]
struct Version {
    version: u64,
}

/// Where the parser stopped; never its message, which can quote the document.
fn position(error: &serde_json::Error) -> String {
    format!("line {}, column {}", error.line(), error.column())
}

/// Writes a document into a buffer of its exact size: one that grows would leave copies.
pub(super) fn document<T: Serialize>(value: &T, bound: usize) -> Result<SecretBytes, FormatError> {
    struct Count(usize);
    impl Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    serde_json::to_writer(&mut count, value).expect("plain data is counted");
    if count.0 > bound {
        return Err(FormatError::TooLarge(bound as u64));
    }
    let mut document = SecretBytes::zeroed(count.0);
    serde_json::to_writer(document.expose_mut(), value).expect("it fits its own length");
    Ok(document)
}

/// Unpacks gzip into a buffer of the size that its trailer tells (RFC 1952, ISIZE), and refuses any other size.
fn unpack(packed: &[u8]) -> Result<SecretBytes, FormatError> {
    let malformed = || FormatError::Malformed("not gzip".to_owned());
    let trailer = packed.last_chunk::<4>().ok_or_else(malformed)?;
    let length = u32::from_le_bytes(*trailer) as usize;
    if length > DOCUMENT_BYTES {
        return Err(FormatError::TooLarge(DOCUMENT_BYTES as u64));
    }
    let mut document = SecretBytes::zeroed(length);
    let mut reader = GzDecoder::new(packed);
    reader.read_exact(document.expose_mut()).map_err(|_| malformed())?;
    match reader.read(&mut [0]) {
        Ok(0) => Ok(document),
        _ => Err(malformed()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quorum::{Policy, deal};
    use crate::vault::{Change, FieldName, Origin, VALUE_BYTES};

    fn with_a_value(length: usize) -> Contents {
        let mut contents = Contents::empty(VaultId([7; 16]));
        let set = [(FieldName::fixed("notes"), FieldValue::copy_of(&"x".repeat(length)))].into();
        let change = Change { set, ..Change::default() };
        let made = "2026-01-10T09:50:00Z".parse().unwrap();
        contents.entry_or_new(&"a".parse().unwrap()).revise(made, None, Origin::Deposit(Digest::of(b"")), &change);
        contents
    }

    /// What `open` says of contents that another program sealed, without asking whether it may.
    fn opened(contents: &Contents) -> Result<Contents, FormatError> {
        let dealt = deal(Policy::new(2, 3, false).unwrap()).unwrap();
        let key = dealt.root.contents_key();
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(&serde_json::to_vec(contents).unwrap()).unwrap();
        Contents::open(&seal_contents(&key, &gzip.finish().unwrap()), &key, contents.vault, contents.epoch)
    }

    #[test]
    fn contents_with_a_value_above_the_bound_are_refused() {
        assert!(opened(&with_a_value(VALUE_BYTES)).is_ok());
        let long = FormatError::ValueTooLong("notes".to_owned(), VALUE_BYTES);
        assert_eq!(opened(&with_a_value(VALUE_BYTES + 1)).unwrap_err(), long);
    }

    #[test]
    fn contents_with_an_entry_that_has_no_revision_are_refused() {
        let mut contents = with_a_value(1);
        contents.entries[0].revisions.clear();
        assert_eq!(opened(&contents).unwrap_err(), FormatError::Malformed("an entry without revisions".to_owned()));
    }
}
