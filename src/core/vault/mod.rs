//! The formats of a vault: the public header of an epoch, its sealed contents, and deposits.
//!
//! Bytes go in and typed values come out, or a refusal that says what was wrong. Reading is bounded: sizes, counts, nesting
//! and the cost of key derivation. No file, terminal, clock or environment may come in here.

mod attachment;
mod blob;
mod canonical;
mod claim;
mod contents;
mod deposit;
mod distinct;
mod entry;
mod error;
mod header;
mod mending;
mod moment;
mod person;
mod scrypt_stanza;
mod sealing;

pub use attachment::{Attachment, AttachmentName, is_device};
pub use blob::{BlobError, SealedFile, open_blob, renew_blob, seal_file};
pub use canonical::{NotCanonical, from_canonical, to_canonical, try_canonical};
pub use claim::Claim;
pub use contents::{Contents, EarlierIdentity, SealedContents};
pub use deposit::{Deposit, SealedDeposit};
pub use distinct::distinct;
pub use entry::{Attachments, Change, Entry, EntryId, FieldName, FieldValue, Fields, Origin, Revision, VALUE_BYTES};
pub use error::FormatError;
pub use header::{EpochHeader, Header, PublicEntry, VaultName};
pub use mending::mended;
pub use moment::Moment;
pub use person::{Custodian, Person};
pub use sealing::{DepositIdentity, DepositRecipient};

/// The version of every format in this room; a higher one is refused by its number.
pub const FORMAT_VERSION: u32 = 1;
