//! The seam between the vault and the operating system: few operations, each of which can be the one that the power cuts.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::Path;

use super::StoreError;

/// What stands under a name, the name itself looked at and no link followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A regular file of this many bytes.
    File {
        /// Its length in bytes.
        length: u64,
    },
    /// A folder.
    Folder,
    /// A symbolic link, wherever it leads.
    Link,
    /// A device, a pipe or a socket.
    Other,
}

/// What the system keeps of a file beside its bytes: when any of it differs, the file may be another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Its length in bytes.
    pub length: u64,
    /// When its bytes were last changed, in nanoseconds since 1970.
    pub modified: i128,
    /// When anything of it was last changed, where the system keeps that; 0 elsewhere.
    pub changed: i128,
    /// The number under which the file system knows it, where it has one; 0 elsewhere.
    pub identity: u64,
}

/// Holds a lock until it is dropped, or until the process ends, however it ends.
pub struct Lock {
    _held: Box<dyn Send + Sync>,
}

impl Lock {
    /// A lock that lasts as long as `held` does.
    pub fn held_by(held: impl Send + Sync + 'static) -> Lock {
        Lock { _held: Box::new(held) }
    }
}

/// Files and folders as the vault needs them.
///
/// Nothing is durable before its sync: bytes by [`Disk::sync_file`], names (created, renamed, removed) by
/// [`Disk::sync_folder`] of the folder that they stand in. Every error names the path. No operation on a file follows a
/// symbolic link under the file's own name.
pub trait Disk: Send + Sync {
    /// What stands under `path`; `None` when nothing does.
    ///
    /// # Errors
    /// When the system does not say.
    fn look(&self, path: &Path) -> Result<Option<Found>, StoreError>;

    /// What the system keeps of a file; `None` when no file stands there, or when two changes of it could have one stamp.
    ///
    /// # Errors
    /// When the system does not say.
    fn stamp(&self, path: &Path) -> Result<Option<Stamp>, StoreError>;

    /// The whole file.
    ///
    /// # Errors
    /// [`super::Trouble::TooLarge`] beyond `limit` bytes, before they are read; [`super::Trouble::Link`] for a link.
    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, StoreError>;

    /// The names in a folder, sorted.
    ///
    /// # Errors
    /// [`super::Trouble::TooMany`] beyond `limit` names.
    fn list(&self, folder: &Path, limit: usize) -> Result<Vec<OsString>, StoreError>;

    /// The same disk for what is in the clear: what is made with it opens for this user alone. On Windows a vault has the rights of the
    /// folder that it stands in, since a stick whose files open for one user of one machine alone opens nowhere else at night.
    fn for_plaintext(&self) -> &dyn Disk;

    /// Makes one folder that only its owner may enter, where the file system knows owners; see [`Disk::for_plaintext`].
    ///
    /// # Errors
    /// [`super::Trouble::Exists`] when the name is taken.
    fn create_folder(&self, path: &Path) -> Result<(), StoreError>;

    /// Makes a new file that only its owner may read, where the file system knows owners, and writes `bytes` to it; see
    /// [`Disk::for_plaintext`].
    ///
    /// # Errors
    /// [`super::Trouble::Exists`] when the name is taken, even by a broken link.
    fn create_file(&self, path: &Path, bytes: &[u8]) -> Result<(), StoreError>;

    /// Makes a new file as [`Disk::create_file`] does, to be written in pieces.
    ///
    /// # Errors
    /// [`super::Trouble::Exists`] when the name is taken, even by a broken link.
    fn create_stream(&self, path: &Path) -> Result<Box<dyn Write + Send>, StoreError>;

    /// Opens a file to be read in pieces, and tells its length in bytes.
    ///
    /// # Errors
    /// [`super::Trouble::Missing`]; [`super::Trouble::Link`] for a link.
    fn open_stream(&self, path: &Path) -> Result<(Box<dyn Read + Send>, u64), StoreError>;

    /// Adds `bytes` to a file that is `length` bytes long.
    ///
    /// # Errors
    /// [`super::Trouble::Changed`] when the file has another length: somebody else wrote.
    fn append(&self, path: &Path, length: u64, bytes: &[u8]) -> Result<(), StoreError>;

    /// Cuts a file to `length` bytes. Only for the torn tail of a log, once it is kept elsewhere.
    ///
    /// # Errors
    /// When the system refuses.
    fn truncate(&self, path: &Path, length: u64) -> Result<(), StoreError>;

    /// Returns when the file's bytes are on the medium.
    ///
    /// # Errors
    /// When the system cannot promise it.
    fn sync_file(&self, path: &Path) -> Result<(), StoreError>;

    /// Returns when the names in the folder are on the medium, as far as the file system can say so.
    ///
    /// # Errors
    /// When the system cannot promise it.
    fn sync_folder(&self, folder: &Path) -> Result<(), StoreError>;

    /// Gives a file another name in the same folder, and never replaces what stands there.
    ///
    /// # Errors
    /// [`super::Trouble::Exists`] when the new name is taken.
    fn rename(&self, from: &Path, to: &Path) -> Result<(), StoreError>;

    /// Gives a file another name in the same folder, in the place of whatever file has it. Only for what a machine keeps for itself:
    /// files of a vault are written once.
    ///
    /// # Errors
    /// When the system refuses.
    fn replace(&self, from: &Path, to: &Path) -> Result<(), StoreError>;

    /// Removes one file.
    ///
    /// # Errors
    /// When the system refuses.
    fn remove_file(&self, path: &Path) -> Result<(), StoreError>;

    /// Removes one folder in which nothing stands.
    ///
    /// # Errors
    /// When something stands in it, or the system refuses.
    fn remove_folder(&self, path: &Path) -> Result<(), StoreError>;

    /// Takes the lock that `path` stands for, without waiting; the file is made when it is missing, and stays.
    ///
    /// # Errors
    /// [`super::Trouble::Busy`] when another holds it.
    fn lock(&self, path: &Path) -> Result<Lock, StoreError>;

    /// Whether nothing can be written in this folder: a read-only medium, or somebody else's folder.
    ///
    /// # Errors
    /// When the folder cannot be looked at, or another trouble shows, such as a full disk.
    fn is_read_only(&self, folder: &Path) -> Result<bool, StoreError>;
}
