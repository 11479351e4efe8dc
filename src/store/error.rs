//! What can go wrong between the vault and the medium, as data that names the file.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::place::{KEPT_FOR_SIGNED, LOG_LIMIT};
use crate::language::{Language, Say, messages};

/// One trouble with one file or folder.
#[derive(Clone, Debug)]
pub struct StoreError {
    path: PathBuf,
    trouble: Trouble,
    /// What the operating system reported, where it did.
    cause: Option<Arc<io::Error>>,
}

/// The same trouble with the same file is the same, in whatever words the system reported it.
impl PartialEq for StoreError {
    fn eq(&self, other: &StoreError) -> bool {
        (&self.path, &self.trouble) == (&other.path, &other.trouble)
    }
}

impl Eq for StoreError {}

/// What the trouble is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No space, or no quota, is left.
    Full,
    /// The file system takes no file that large, as FAT from 4 GiB on.
    BeyondFileSystem,
    /// The medium or the file system is read-only.
    ReadOnly,
    /// The user lacks the right.
    NotAllowed,
    /// Nothing stands there.
    Missing,
    /// Something stands there already.
    Exists,
    /// A file was expected.
    NotAFile,
    /// A folder was expected.
    NotAFolder,
    /// A symbolic link where a file or folder of the vault should stand.
    Link,
    /// Another breakglass is writing to the vault.
    Busy,
    /// The file is not as long as when it was read: somebody else wrote.
    Changed,
    /// There is no `log.jsonl`, so this is no vault.
    NotAVault,
    /// There is no `log.jsonl`, and other files of a vault are there.
    PartOfAVault,
    /// There is a vault already.
    AlreadyAVault,
    /// Other things stand in the folder that should become a vault.
    NotEmpty,
    /// The file is larger than any that breakglass writes.
    TooLarge {
        /// The most that is read, in bytes.
        limit: u64,
    },
    /// A line is longer than any that is written to a log.
    LineTooLong {
        /// The most, in bytes.
        limit: u64,
    },
    /// The log has grown to its bound.
    LogFull,
    /// What is left of the log is kept for what cards sign.
    KeptForSigned,
    /// The folder has more entries than any that breakglass writes.
    TooMany {
        /// The most that are listed.
        limit: usize,
    },
    /// A file of this name with other content is there; files are written once.
    OtherContent,
    /// What was read back is not what was written.
    NotWhatWasWritten,
    /// The operating system gave no random bytes for a temporary name.
    NoRandomness,
    /// Anything else that the operating system reported.
    System {
        /// Its own words.
        reason: String,
    },
}

impl StoreError {
    /// A trouble with the file or folder at `path`.
    pub fn new(path: impl Into<PathBuf>, trouble: Trouble) -> StoreError {
        StoreError { path: path.into(), trouble, cause: None }
    }

    /// What the operating system reported about `path`.
    pub fn of_system(path: impl Into<PathBuf>, error: &io::Error) -> StoreError {
        let trouble = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Trouble::Full,
            io::ErrorKind::FileTooLarge => Trouble::BeyondFileSystem,
            io::ErrorKind::ReadOnlyFilesystem => Trouble::ReadOnly,
            io::ErrorKind::PermissionDenied => Trouble::NotAllowed,
            io::ErrorKind::NotFound => Trouble::Missing,
            io::ErrorKind::AlreadyExists => Trouble::Exists,
            io::ErrorKind::IsADirectory => Trouble::NotAFile,
            io::ErrorKind::NotADirectory => Trouble::NotAFolder,
            _ => Trouble::System { reason: error.to_string() },
        };
        StoreError { cause: Some(Arc::new(again(error))), ..StoreError::new(path, trouble) }
    }

    /// The file or folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is wrong with it.
    #[must_use]
    pub fn trouble(&self) -> &Trouble {
        &self.trouble
    }
}

impl Say for StoreError {
    fn say(&self, language: Language) -> String {
        use messages::store;
        let path = self.path.display();
        match &self.trouble {
            Trouble::Full => store::full(language, path),
            Trouble::BeyondFileSystem => store::beyond_file_system(language, path),
            Trouble::ReadOnly => store::read_only(language, path),
            Trouble::NotAllowed => store::not_allowed(language, path),
            Trouble::Missing => store::missing(language, path),
            Trouble::Exists => store::exists(language, path),
            Trouble::NotAFile => store::not_a_file(language, path),
            Trouble::NotAFolder => store::not_a_folder(language, path),
            Trouble::Link => store::link(language, path),
            Trouble::Busy => store::busy(language, path),
            Trouble::Changed => store::changed(language, path),
            Trouble::NotAVault => store::not_a_vault(language, path),
            Trouble::PartOfAVault => store::part_of_a_vault(language, path),
            Trouble::AlreadyAVault => store::already_a_vault(language, path),
            Trouble::NotEmpty => store::not_empty(language, path),
            Trouble::TooLarge { limit } => store::TooLarge { path, limit: Bytes(*limit) }.say(language),
            Trouble::LineTooLong { limit } => store::LineTooLong { path, limit: Bytes(*limit) }.say(language),
            Trouble::LogFull => store::LogFull { path, limit: Bytes(LOG_LIMIT) }.say(language),
            Trouble::KeptForSigned => store::KeptForSigned { path, limit: Bytes(KEPT_FOR_SIGNED) }.say(language),
            Trouble::TooMany { limit } => store::TooMany { path, limit }.say(language),
            Trouble::OtherContent => store::other_content(language, path),
            Trouble::NotWhatWasWritten => store::not_what_was_written(language, path),
            Trouble::NoRandomness => store::no_randomness(language, path),
            Trouble::System { reason } => store::System { path, reason }.say(language),
        }
    }
}

crate::speaks!(StoreError, StoreError { cause: Some(cause), .. } => &**cause);

/// The same report once more: the system's errors cannot be cloned.
fn again(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| io::Error::new(error.kind(), error.to_string()), io::Error::from_raw_os_error)
}

/// A number of bytes in the largest unit that divides it.
struct Bytes(u64);

impl std::fmt::Display for Bytes {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            bytes if bytes > 0 && bytes % (1 << 20) == 0 => write!(formatter, "{} MiB", bytes >> 20),
            bytes if bytes > 0 && bytes % (1 << 10) == 0 => write!(formatter, "{} KiB", bytes >> 10),
            bytes => write!(formatter, "{bytes} B"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_trouble() -> Vec<Trouble> {
        vec![
            Trouble::Full,
            Trouble::BeyondFileSystem,
            Trouble::ReadOnly,
            Trouble::NotAllowed,
            Trouble::Missing,
            Trouble::Exists,
            Trouble::NotAFile,
            Trouble::NotAFolder,
            Trouble::Link,
            Trouble::Busy,
            Trouble::Changed,
            Trouble::NotAVault,
            Trouble::PartOfAVault,
            Trouble::AlreadyAVault,
            Trouble::NotEmpty,
            Trouble::TooLarge { limit: 4 << 20 },
            Trouble::LineTooLong { limit: 4 << 10 },
            Trouble::LogFull,
            Trouble::KeptForSigned,
            Trouble::TooMany { limit: 7 },
            Trouble::OtherContent,
            Trouble::NotWhatWasWritten,
            Trouble::NoRandomness,
            Trouble::System { reason: "input/output error".to_owned() },
        ]
    }

    #[test]
    fn every_trouble_names_the_file_and_says_what_to_do_next_in_both_languages() {
        for trouble in every_trouble() {
            let error = StoreError::new("acme.vault/log.jsonl", trouble);
            for language in Language::ALL {
                let said = error.say(language);
                assert!(said.contains("acme.vault/log.jsonl") && said.lines().count() == 2, "{said}");
            }
        }
    }

    #[test]
    fn what_the_system_reports_is_told_apart_where_the_next_step_differs() {
        for (kind, trouble) in [
            (io::ErrorKind::StorageFull, Trouble::Full),
            (io::ErrorKind::QuotaExceeded, Trouble::Full),
            (io::ErrorKind::ReadOnlyFilesystem, Trouble::ReadOnly),
            (io::ErrorKind::PermissionDenied, Trouble::NotAllowed),
            (io::ErrorKind::NotFound, Trouble::Missing),
        ] {
            assert_eq!(StoreError::of_system("file", &kind.into()).trouble(), &trouble);
        }
        let other = StoreError::of_system("file", &io::Error::other("cable pulled"));
        assert_eq!(other.trouble(), &Trouble::System { reason: "cable pulled".to_owned() });
    }

    #[test]
    fn what_the_system_reported_is_the_source() {
        use std::error::Error;
        let full = StoreError::of_system("file", &io::Error::from_raw_os_error(28));
        let cause = full.source().and_then(|cause| cause.downcast_ref::<io::Error>());
        assert_eq!(cause.and_then(io::Error::raw_os_error), Some(28));
        assert!(StoreError::new("file", Trouble::Full).source().is_none());
    }

    #[test]
    fn a_limit_is_told_in_the_largest_unit_that_divides_it() {
        assert_eq!([4 << 20, 256 << 10, 1000].map(|bytes| Bytes(bytes).to_string()), ["4 MiB", "256 KiB", "1000 B"]);
    }
}
