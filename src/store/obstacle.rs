//! What stands in a vault's folder and is none of its files, or was rewritten as text by another program. None of it keeps people
//! from reading or writing; it is told, since nobody else looks there.

use std::path::{Path, PathBuf};

use super::place::{LOCK, LOG, Place};
use super::publish::PARTIAL;
use super::{Found, RawLog, StoreError, Trouble, VaultFolder, text_form};
use crate::language::{Language, Say, messages::store as text};
use crate::speaks;

/// Something that stands in the way of the next writer, or that was not written so by breakglass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// No file stands where the lock is: new lines need a side log.
    Lock(PathBuf),
    /// A folder, a link or a pipe has the name of a file that only breakglass writes. It is passed over.
    NoFile(PathBuf),
    /// A kept tail that is larger than any that a crash leaves. It is not read.
    TooLarge(PathBuf),
    /// The log's line ends were changed, or a byte-order mark was put before it. All its lines are read.
    LogAsText(PathBuf),
    /// The same happened to a header, whose own bytes are still what its cards say.
    HeaderAsText(PathBuf),
}

impl Say for Obstacle {
    fn say(&self, language: Language) -> String {
        match self {
            Obstacle::Lock(path) => text::obstacle_lock(language, path.display()),
            Obstacle::NoFile(path) => text::obstacle_no_file(language, path.display()),
            Obstacle::TooLarge(path) => text::obstacle_too_large(language, path.display()),
            Obstacle::LogAsText(path) => text::obstacle_log_as_text(language, path.display()),
            Obstacle::HeaderAsText(path) => text::obstacle_header_as_text(language, path.display()),
        }
    }
}

speaks!(Obstacle);

impl VaultFolder<'_> {
    /// Everything of that kind, the log being what was read of it.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn obstacles(&self, log: &RawLog) -> Result<Vec<Obstacle>, StoreError> {
        let mut obstacles = Vec::new();
        let lock = self.home().join(LOCK);
        if !is_file_or_free(self.disk().look(&lock)?) {
            obstacles.push(Obstacle::Lock(lock));
        }
        obstacles.extend(log.rewritten_as_text().map(|path| Obstacle::LogAsText(path.to_owned())));
        for folder in self.folders()? {
            for name in self.names_in(&folder)? {
                obstacles.extend(self.obstacle_at(&name)?);
            }
        }
        Ok(obstacles)
    }

    /// Whether the lock can be had, now or once another writer is done.
    pub(super) fn can_be_locked(&self) -> Result<bool, StoreError> {
        match self.disk().lock(&self.root().join(LOCK)) {
            Ok(_) => Ok(true),
            Err(error) => match error.trouble() {
                Trouble::Busy => Ok(true),
                Trouble::Link | Trouble::NotAFile | Trouble::NotAllowed | Trouble::ReadOnly => Ok(false),
                _ => Err(error),
            },
        }
    }

    /// Whether the log takes more lines: nothing is written, and the system says whether it would be.
    pub(super) fn can_be_appended(&self) -> Result<bool, StoreError> {
        let log = self.root().join(LOG);
        let Some(Found::File { length }) = self.disk().look(&log)? else { return Ok(true) };
        match self.disk().append(&log, length, b"") {
            Ok(()) => Ok(true),
            Err(error) => match error.trouble() {
                Trouble::NotAllowed | Trouble::ReadOnly => Ok(false),
                // Another writer is at it.
                Trouble::Changed => Ok(true),
                _ => Err(error),
            },
        }
    }

    /// Where new lines go.
    fn home(&self) -> &Path {
        self.side_log().unwrap_or(self.root())
    }

    fn obstacle_at(&self, name: &str) -> Result<Option<Obstacle>, StoreError> {
        let path = self.root().join(name);
        let last = name.rsplit('/').next().unwrap_or(name);
        let place = Place::at(name);
        if !last.starts_with(PARTIAL) && !matches!(place, Some(Place::Torn(_) | Place::Header(..))) {
            return Ok(None);
        }
        let found = self.disk().look(&path)?;
        if !is_file_or_free(found) {
            return Ok(Some(Obstacle::NoFile(path)));
        }
        Ok(match (place, found) {
            (Some(place @ Place::Torn(_)), Some(Found::File { length })) if length > place.limit() => {
                Some(Obstacle::TooLarge(path))
            }
            (Some(place @ Place::Header(_, id)), Some(_)) => {
                // What cannot be read is told by whoever reads headers.
                let bytes = self.disk().read(&path, place.limit()).unwrap_or_default();
                text_form::header_as_written(&bytes, id).map(|_| Obstacle::HeaderAsText(path))
            }
            _ => None,
        })
    }
}

fn is_file_or_free(found: Option<Found>) -> bool {
    match found {
        None | Some(Found::File { .. }) => true,
        Some(Found::Folder | Found::Link | Found::Other) => false,
    }
}
