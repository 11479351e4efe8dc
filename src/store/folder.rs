//! A vault's folder as anyone may read it. To change it, one begins writing.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::log::LogFile;
use super::place::{ATTACHMENTS, DEPOSITS, EPOCHS, FOLDER_LIMIT, LOCK, LOG, Place};
use super::publish::{BEGINNING, PARTIAL, ensure_outer_folder};
use super::writer::{OwnLog, VaultWriter};
use super::{Disk, Found, RawLog, Stamp, StoreError, Trouble, text_form};
use crate::ids::Digest;

/// The folder of one vault.
#[derive(Clone)]
pub struct VaultFolder<'d> {
    disk: &'d dyn Disk,
    root: PathBuf,
    side: Option<PathBuf>,
}

impl<'d> VaultFolder<'d> {
    /// A folder that will be a vault when its first line is appended. One that an earlier attempt left without a log is taken
    /// up again; its files stay as strays. What such an attempt leaves is marked as one, so that a vault that lost its log is never
    /// taken for it.
    ///
    /// # Errors
    /// [`Trouble::AlreadyAVault`] where a log stands, [`Trouble::PartOfAVault`] where other files of a vault do,
    /// [`Trouble::NotEmpty`] where anything else does.
    pub fn create(disk: &'d dyn Disk, root: &Path) -> Result<VaultWriter<'d>, StoreError> {
        ensure_outer_folder(disk, root)?;
        for name in disk.list(root, FOLDER_LIMIT)? {
            let name = name.to_string_lossy();
            if name == LOG {
                return Err(StoreError::new(root, Trouble::AlreadyAVault));
            }
            let of_an_earlier_attempt = [LOCK, EPOCHS, DEPOSITS, ATTACHMENTS].contains(&&*name)
                || name.starts_with(PARTIAL)
                || Place::at(&name).is_some();
            if !of_an_earlier_attempt {
                return Err(StoreError::new(root, Trouble::NotEmpty));
            }
        }
        let folder = VaultFolder { disk, root: root.to_owned(), side: None };
        if disk.look(&root.join(BEGINNING))?.is_none() && folder.holds_part()? {
            return Err(StoreError::new(root, Trouble::PartOfAVault));
        }
        let (writer, log) = folder.begin_writing(&|_| true)?;
        // Another `init` may have been quicker between the look and the lock.
        if log.tails().next().is_some() {
            return Err(StoreError::new(root, Trouble::AlreadyAVault));
        }
        folder.mark_beginning()?;
        Ok(writer)
    }

    /// Brings the mark of a beginning to the medium, before any file that could be taken for a vault's.
    fn mark_beginning(&self) -> Result<(), StoreError> {
        let mark = self.root.join(BEGINNING);
        if self.disk.look(&mark)?.is_none() {
            self.disk.create_file(&mark, b"")?;
        }
        self.disk.sync_file(&mark)?;
        self.disk.sync_folder(&self.root)
    }

    /// Whether any file of a vault, or a folder that was made for one, stands here.
    fn holds_part(&self) -> Result<bool, StoreError> {
        for folder in [EPOCHS, DEPOSITS, ATTACHMENTS] {
            match self.disk.look(&self.root.join(folder))? {
                None => {}
                Some(Found::Folder) if self.disk.list(&self.root.join(folder), FOLDER_LIMIT)?.is_empty() => {}
                Some(_) => return Ok(true),
            }
        }
        Ok(!self.places()?.is_empty())
    }

    /// The vault in this folder.
    ///
    /// # Errors
    /// [`Trouble::NotAVault`] when it holds neither a log nor epochs, [`Trouble::Missing`] when there is no such folder.
    pub fn open(disk: &'d dyn Disk, root: &Path) -> Result<VaultFolder<'d>, StoreError> {
        if VaultFolder::is_vault(disk, root)? {
            return Ok(VaultFolder { disk, root: root.to_owned(), side: None });
        }
        let folder = VaultFolder { disk, root: root.to_owned(), side: None };
        let trouble = match disk.look(root)? {
            None => Trouble::Missing,
            Some(Found::Folder | Found::Link) if folder.holds_part().unwrap_or(false) => Trouble::PartOfAVault,
            Some(_) => Trouble::NotAVault,
        };
        Err(StoreError::new(root, trouble))
    }

    /// Whether this folder is a vault: its log stands there, or, where that was lost, an epoch.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn is_vault(disk: &dyn Disk, folder: &Path) -> Result<bool, StoreError> {
        let stands = |name: &str| match disk.look(&folder.join(name)) {
            Ok(found) => Ok(found),
            Err(error) if matches!(error.trouble(), Trouble::Missing | Trouble::NotAFolder) => Ok(None),
            Err(error) => Err(error),
        };
        if stands(LOG)?.is_some() {
            return Ok(true);
        }
        // A beginning that was cut short is no vault yet.
        if stands(EPOCHS)? != Some(Found::Folder) || stands(BEGINNING)?.is_some() {
            return Ok(false);
        }
        let names = disk.list(&folder.join(EPOCHS), FOLDER_LIMIT)?;
        let header = |name: &std::ffi::OsString| format!("{EPOCHS}/{}/header.json", name.to_string_lossy());
        Ok(names.iter().any(|name| Place::at(&header(name)).is_some()))
    }

    /// The vault's own log.
    #[must_use]
    pub fn log_path(&self) -> PathBuf {
        self.root.join(LOG)
    }

    /// Whether the vault's own log stands there.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn has_log(&self) -> Result<bool, StoreError> {
        Ok(self.disk.look(&self.log_path())?.is_some())
    }

    /// The side log alone; empty when there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read_side_log(&self, is_event: &dyn Fn(&[u8]) -> bool) -> Result<RawLog, StoreError> {
        let mut files = Vec::new();
        if let Some(side) = &self.side {
            files.extend(LogFile::read(self.disk, side, is_event)?);
        }
        Ok(RawLog::of(files))
    }

    /// The same vault on a medium that stays as it is: new lines go to the log in `folder`, which continues the vault's own
    /// and is merged back later. The folder is made when writing begins.
    #[must_use]
    pub fn with_side_log(self, folder: &Path) -> VaultFolder<'d> {
        VaultFolder { side: Some(folder.to_owned()), ..self }
    }

    /// The vault's folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of the side log, if one was named.
    #[must_use]
    pub fn side_log(&self) -> Option<&Path> {
        self.side.as_deref()
    }

    /// The disk that it stands on.
    #[must_use]
    pub fn disk(&self) -> &'d dyn Disk {
        self.disk
    }

    /// Whether new lines need a side log: nothing can be written here, or not to the log (files that came from a disc stay read-only in a
    /// folder that is not), or no lock can be had.
    ///
    /// # Errors
    /// When that cannot be told.
    pub fn is_read_only(&self) -> Result<bool, StoreError> {
        Ok(self.disk.is_read_only(&self.root)? || !self.can_be_locked()? || !self.can_be_appended()?)
    }

    /// The bytes at a place. A header that another program rewrote as text comes as it was written, where its folder's name proves
    /// that; [`VaultFolder::obstacles`] tells of it.
    ///
    /// # Errors
    /// When they are missing, more than the place may hold, or behind a link.
    pub fn read(&self, place: &Place) -> Result<Vec<u8>, StoreError> {
        let bytes = self.disk.read(&self.way_to(place)?, place.limit())?;
        if let Place::Header(_, id) = place
            && let Some(written) = text_form::header_as_written(&bytes, *id)
        {
            return Ok(written.to_vec());
        }
        Ok(bytes)
    }

    /// Opens the file at a place, of any size, to be read in pieces, and tells its length in bytes.
    ///
    /// # Errors
    /// When it is missing, or behind a link.
    pub fn open_stream(&self, place: &Place) -> Result<(Box<dyn Read + Send>, u64), StoreError> {
        self.disk.open_stream(&self.way_to(place)?)
    }

    /// SHA-256 of the file at a place; attachments and torn tails are read in pieces.
    ///
    /// # Errors
    /// As [`VaultFolder::open_stream`]; [`Trouble::TooLarge`] for a file, not of an attachment, that is larger than any that breakglass writes.
    pub fn digest(&self, place: &Place) -> Result<Digest, StoreError> {
        match place {
            Place::Attachment(_) => Ok(self.digest_within(place, u64::MAX)?.0),
            Place::Torn(_) => Ok(self.digest_within(place, place.limit())?.0),
            Place::Header(..) | Place::Sealed(..) | Place::Deposit(..) => Ok(Digest::of(&self.read(place)?)),
        }
    }

    /// SHA-256 of the file at a place, which is read in pieces, and its length in bytes.
    ///
    /// # Errors
    /// As [`VaultFolder::open_stream`]; [`Trouble::TooLarge`] beyond `limit` bytes, before they are read.
    pub fn digest_within(&self, place: &Place, limit: u64) -> Result<(Digest, u64), StoreError> {
        let (file, length) = self.open_stream(place)?;
        let path = || self.root.join(place.path());
        let mut hash = Sha256::new();
        let read = if length > limit {
            length
        } else {
            let mut file = file.take(limit.saturating_add(1));
            io::copy(&mut file, &mut hash).map_err(|error| StoreError::of_system(path(), &error))?
        };
        if read > limit {
            return Err(StoreError::new(path(), Trouble::TooLarge { limit }));
        }
        Ok((Digest(hash.finalize().into()), read))
    }

    /// What the system keeps of the file at a place; nothing when there is none, or when it cannot be told from another.
    ///
    /// # Errors
    /// When a link stands on the way, or the system does not say.
    pub fn stamp(&self, place: &Place) -> Result<Option<Stamp>, StoreError> {
        self.disk.stamp(&self.way_to(place)?)
    }

    /// Whether something stands at a place.
    ///
    /// # Errors
    /// When a link stands on the way, or the system does not say.
    pub fn holds(&self, place: &Place) -> Result<bool, StoreError> {
        Ok(self.disk.look(&self.way_to(place)?)?.is_some())
    }

    /// The log, and the side log after it. Nothing is changed: `is_event` tells a whole event that lacks its line feed, which
    /// counts, from a torn one, which does not.
    ///
    /// # Errors
    /// When either cannot be read.
    pub fn read_log(&self, is_event: &dyn Fn(&[u8]) -> bool) -> Result<RawLog, StoreError> {
        let mut files = Vec::new();
        for folder in [Some(&self.root), self.side.as_ref()].into_iter().flatten() {
            files.extend(LogFile::read(self.disk, folder, is_event)?);
        }
        Ok(RawLog::of(files))
    }

    /// Every place that holds a file, sorted. Names that breakglass would not write are passed over.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn places(&self) -> Result<Vec<Place>, StoreError> {
        self.places_in(&self.folders()?)
    }

    /// The places among them that belong to an epoch: its header and its contents. A vault can have a hundred thousand others.
    ///
    /// # Errors
    /// As [`VaultFolder::places`].
    pub fn epoch_places(&self) -> Result<Vec<Place>, StoreError> {
        let mut folders = self.folders()?;
        folders.retain(|folder| folder.split('/').next() == Some(EPOCHS));
        self.places_in(&folders)
    }

    fn places_in(&self, folders: &[String]) -> Result<Vec<Place>, StoreError> {
        let mut places = Vec::new();
        for folder in folders {
            places.extend(self.names_in(folder)?.iter().filter_map(|name| Place::at(name)));
            if places.len() > FOLDER_LIMIT {
                return Err(StoreError::new(&self.root, Trouble::TooMany { limit: FOLDER_LIMIT }));
            }
        }
        places.sort_unstable();
        Ok(places)
    }

    /// Places that hold a file which nothing names: left by an attempt that was cut short, or brought by somebody. They are
    /// told, and never cleared.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn strays(&self, named: &BTreeSet<Place>) -> Result<Vec<Place>, StoreError> {
        Ok(self.places()?.into_iter().filter(|place| !named.contains(place)).collect())
    }

    /// Takes the lock, clears what unfinished attempts left, settles the tail of the log that will be written, and makes sure
    /// that what is read is on the medium. From here on the log is as returned, until the writer appends to it.
    ///
    /// # Errors
    /// [`Trouble::Busy`] when another breakglass is writing; [`Trouble::ReadOnly`] or [`Trouble::NotAllowed`] where a side log
    /// is needed.
    pub fn begin_writing(&self, is_event: &dyn Fn(&[u8]) -> bool) -> Result<(VaultWriter<'d>, RawLog), StoreError> {
        VaultWriter::begin(self, is_event, OwnLog::Readable)
    }

    /// The same for a side log beside a vault's own log that cannot be read.
    ///
    /// # Errors
    /// As [`VaultFolder::begin_writing`].
    pub fn begin_side_log(&self, is_event: &dyn Fn(&[u8]) -> bool) -> Result<(VaultWriter<'d>, RawLog), StoreError> {
        VaultWriter::begin(self, is_event, OwnLog::KnownToBeUnreadable)
    }

    /// The folders where files are published, as paths inside the vault; the vault itself is the empty one. The vault may be
    /// reached by a link; what stands inside may not.
    pub(super) fn folders(&self) -> Result<Vec<String>, StoreError> {
        let mut folders = vec![String::new()];
        let mut candidates = vec![ATTACHMENTS.to_owned()];
        for parent in [EPOCHS, DEPOSITS] {
            if self.is_folder(parent)? {
                candidates.extend(self.names_in(parent)?);
            }
        }
        for candidate in candidates {
            if self.is_folder(&candidate)? {
                folders.push(candidate);
            }
        }
        Ok(folders)
    }

    fn is_folder(&self, inside: &str) -> Result<bool, StoreError> {
        Ok(self.disk.look(&self.root.join(inside))? == Some(Found::Folder))
    }

    pub(super) fn names_in(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let names = self.disk.list(&self.root.join(folder), FOLDER_LIMIT)?;
        Ok(names.into_iter().filter_map(|name| Some(format!("{prefix}{}", name.to_str()?))).collect())
    }

    /// The path of a place, no folder on the way inside the vault being a link.
    fn way_to(&self, place: &Place) -> Result<PathBuf, StoreError> {
        let inside = place.path();
        let mut folder = self.root.clone();
        for part in inside.parent().into_iter().flat_map(Path::components) {
            folder.push(part);
            if self.disk.look(&folder)? == Some(Found::Link) {
                return Err(StoreError::new(folder, Trouble::Link));
            }
        }
        Ok(self.root.join(inside))
    }
}
