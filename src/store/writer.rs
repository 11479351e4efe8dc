//! The one writer of a vault. It holds the lock, publishes files, and appends the lines that commit them.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::log::LogFile;
use super::place::{ATTACHMENTS, CLAIM_LIMIT, KEPT_FOR_SIGNED, LINE_LIMIT, LOCK, LOG, LOG_LIMIT, Place};
use super::publish::{BEGINNING, clear, clear_partials, ensure_folder, ensure_outer_folder, publish};
use crate::ids::Digest;
use crate::stream::Written;

use super::{Disk, Lock, NewFile, Publication, RawLog, StoreError, Tail, Trouble, VaultFolder};

/// A vault that this process alone is writing to, until the value is dropped.
pub struct VaultWriter<'d> {
    pub(super) folder: VaultFolder<'d>,
    /// Bytes of the log that is written; `None` until its first line.
    pub(super) length: Option<u64>,
    /// Of the log that is written, and of each that was written before it: whoever goes on elsewhere still keeps others out.
    pub(super) locks: Vec<Lock>,
}

/// What is known of the vault's own log where a side log is written.
#[derive(Clone, Copy)]
pub(super) enum OwnLog {
    Readable,
    /// People were told, and the side log goes on without it.
    KnownToBeUnreadable,
}

impl<'d> VaultWriter<'d> {
    pub(super) fn begin(
        folder: &VaultFolder<'d>,
        is_event: &dyn Fn(&[u8]) -> bool,
        own_log: OwnLog,
    ) -> Result<(VaultWriter<'d>, RawLog), StoreError> {
        let disk = folder.disk();
        let home = folder.side_log().unwrap_or(folder.root());
        if folder.side_log().is_some() {
            ensure_outer_folder(disk, home)?;
        }
        let lock = disk.lock(&home.join(LOCK))?;
        let mut writer = VaultWriter { folder: folder.clone(), length: None, locks: vec![lock] };
        writer.clear_partials()?;
        let mut files = Vec::new();
        if folder.side_log().is_some() {
            match (LogFile::read(disk, folder.root(), is_event), own_log) {
                (Ok(log), _) => files.extend(log),
                (Err(_), OwnLog::KnownToBeUnreadable) => {}
                (Err(error), OwnLog::Readable) => return Err(error),
            }
        }
        if let Some(mut log) = LogFile::read(disk, home, is_event)? {
            settle(disk, home, &mut log)?;
            writer.length = Some(log.length);
            files.push(log);
        }
        Ok((writer, RawLog::of(files)))
    }

    /// The vault, for reading.
    #[must_use]
    pub fn folder(&self) -> &VaultFolder<'d> {
        &self.folder
    }

    /// Writes a file that a later line will name; when it returns, the file is on the medium under its final name.
    ///
    /// # Errors
    /// [`Trouble::OtherContent`] when the place holds other bytes, [`Trouble::TooLarge`] when they are more than will ever be
    /// read from it, [`Trouble::ReadOnly`] beside a side log.
    pub fn publish(&self, place: &Place, bytes: &[u8]) -> Result<Publication, StoreError> {
        let path = place.path();
        if self.folder.side_log().is_some() {
            return Err(StoreError::new(self.folder.root(), Trouble::ReadOnly));
        }
        if bytes.len() as u64 > place.limit() {
            return Err(StoreError::new(self.folder.root().join(path), Trouble::TooLarge { limit: place.limit() }));
        }
        publish(self.folder.disk(), self.folder.root(), &path, bytes)
    }

    /// Begins the blob of an attachment. It has no name before it is whole and on the medium.
    ///
    /// # Errors
    /// [`Trouble::ReadOnly`] beside a side log; when nothing can be written there.
    pub fn begin_attachment(&self) -> Result<NewFile<'d>, StoreError> {
        if self.folder.side_log().is_some() {
            return Err(StoreError::new(self.folder.root(), Trouble::ReadOnly));
        }
        let folder = self.folder.root().join(ATTACHMENTS);
        ensure_folder(self.folder.disk(), &folder)?;
        NewFile::begin(self.folder.disk(), &folder)
    }

    /// Names a blob by its hash. When it returns, bytes and name are on the medium.
    ///
    /// # Errors
    /// [`Trouble::NotWhatWasWritten`] when it is not `expected`; when it cannot be brought to the medium.
    pub fn keep_attachment(&self, mut blob: NewFile<'_>, expected: Option<Digest>) -> Result<Written, StoreError> {
        let written = blob.finish()?;
        let path = Place::Attachment(written.digest).path();
        if expected.is_some_and(|expected| expected != written.digest) {
            return Err(StoreError::new(self.folder.root().join(path), Trouble::NotWhatWasWritten));
        }
        blob.keep(path.file_name().and_then(|name| name.to_str()).expect("a name of ours"))?;
        self.folder.disk().sync_folder(self.folder.root())?;
        Ok(written)
    }

    /// Publishes what another vault folder holds at a place, and reads it back. `expected` is its hash, as it was looked at before: the
    /// other medium may give something else the second time, and a file is written once.
    ///
    /// # Errors
    /// As [`VaultWriter::publish`] and [`VaultFolder::read`]; [`Trouble::Changed`] when the other folder gives something else now;
    /// [`Trouble::NotWhatWasWritten`] when the medium gives back something else.
    pub fn publish_from(
        &self,
        other: &VaultFolder<'_>,
        place: &Place,
        expected: Digest,
    ) -> Result<Publication, StoreError> {
        let differs = || StoreError::new(self.folder.root().join(place.path()), Trouble::NotWhatWasWritten);
        if let Place::Attachment(digest) = place {
            let stands = self.folder.holds(place)?;
            if !stands {
                self.copy_attachment(other, place, *digest)?;
            }
            let read_back = self.folder.digest(place)? == *digest;
            let publication = if stands { Publication::StoodAlready } else { Publication::Written };
            return if read_back { Ok(publication) } else { Err(differs()) };
        }
        let bytes = other.read(place)?;
        if Digest::of(&bytes) != expected {
            return Err(StoreError::new(other.root().join(place.path()), Trouble::Changed));
        }
        let publication = self.publish(place, &bytes)?;
        if self.folder.read(place)? != bytes {
            return Err(differs());
        }
        Ok(publication)
    }

    fn copy_attachment(&self, other: &VaultFolder<'_>, place: &Place, expected: Digest) -> Result<(), StoreError> {
        let (mut from, _) = other.open_stream(place)?;
        let mut to = self.begin_attachment()?;
        if let Err(error) = io::copy(&mut from, &mut to) {
            return Err(to.failed(&error));
        }
        self.keep_attachment(to, Some(expected)).map(drop)
    }

    /// Appends one line that cards signed, without its line feed. This is the commit point: when it returns, the line is on the medium.
    ///
    /// # Errors
    /// When it could not be written; whether it stands is then known only by reading the log again.
    pub fn append(&mut self, line: &[u8]) -> Result<(), StoreError> {
        self.append_all([line])
    }

    /// Appends one line that no card signed, as [`VaultWriter::append`] does.
    ///
    /// # Errors
    /// As there; [`Trouble::LineTooLong`] beyond what a claim may be, [`Trouble::KeptForSigned`] near the end of what a log may hold.
    pub fn append_claim(&mut self, line: &[u8]) -> Result<(), StoreError> {
        self.append_within([line], CLAIM_LIMIT, LOG_LIMIT - KEPT_FOR_SIGNED)
    }

    /// Appends lines in one go, as a copy does. A crash may leave the first of them.
    ///
    /// # Errors
    /// As [`VaultWriter::append`].
    pub fn append_all<'l>(&mut self, lines: impl IntoIterator<Item = &'l [u8]>) -> Result<(), StoreError> {
        self.append_within(lines, LINE_LIMIT, LOG_LIMIT)
    }

    /// Appends lines of another copy in one go, claims among them: they do not take the room that is kept for signed ones.
    ///
    /// # Errors
    /// As [`VaultWriter::append`]; [`Trouble::KeptForSigned`] near the end of what a log may hold.
    pub fn append_with_claims<'l>(&mut self, lines: impl IntoIterator<Item = &'l [u8]>) -> Result<(), StoreError> {
        self.append_within(lines, LINE_LIMIT, LOG_LIMIT - KEPT_FOR_SIGNED)
    }

    fn append_within<'l>(
        &mut self,
        lines: impl IntoIterator<Item = &'l [u8]>,
        line_limit: u64,
        bound: u64,
    ) -> Result<(), StoreError> {
        let (disk, home) = (self.folder.disk(), self.home());
        let path = home.join(LOG);
        let mut bytes = Vec::new();
        for line in lines {
            assert!(!line.contains(&b'\n'), "an event is one line");
            if line.len() as u64 > line_limit {
                return Err(StoreError::new(path, Trouble::LineTooLong { limit: line_limit }));
            }
            bytes.extend_from_slice(line);
            bytes.push(b'\n');
        }
        let length = self.length.unwrap_or(0) + bytes.len() as u64;
        if length > bound {
            let trouble = if bound < LOG_LIMIT { Trouble::KeptForSigned } else { Trouble::LogFull };
            return Err(StoreError::new(path, trouble));
        }
        match self.length {
            // A log is born with its first line whole: a folder that has one is a vault.
            None => {
                publish(disk, &home, Path::new(LOG), &bytes)?;
                end_beginning(disk, &home)?;
            }
            Some(length) => {
                disk.append(&path, length, &bytes)?;
                disk.sync_file(&path)?;
            }
        }
        self.length = Some(length);
        Ok(())
    }

    /// Removes what a commit made superfluous: an earlier epoch's sealed contents, deposits that were folded in, renewed
    /// attachments. What is gone already is passed over, so that an interrupted removal can be repeated.
    ///
    /// # Errors
    /// When the system refuses.
    ///
    /// # Panics
    /// For a header or a torn tail: nothing ever removes those.
    pub fn remove(&self, places: &[Place]) -> Result<(), StoreError> {
        let disk = self.folder.disk();
        let mut folders = BTreeSet::new();
        for place in places {
            assert!(!matches!(place, Place::Header(..) | Place::Torn(..)), "headers and torn tails are kept for ever");
            let path = self.folder.root().join(place.path());
            if self.folder.holds(place)? {
                disk.remove_file(&path)?;
            }
            folders.extend(path.parent().map(Path::to_owned));
        }
        for folder in folders {
            if disk.look(&folder)?.is_some() {
                disk.sync_folder(&folder)?;
            }
        }
        Ok(())
    }

    /// Removes unfinished files, which only an attempt that was cut short can have left: the lock is held.
    fn clear_partials(&self) -> Result<(), StoreError> {
        let (disk, home) = (self.folder.disk(), self.home());
        // A beginning whose first line stands is over; the mark of one that is not must stay.
        if disk.look(&home.join(LOG))?.is_some() {
            end_beginning(disk, &home)?;
        }
        if self.folder.side_log().is_some() {
            return clear_partials(disk, &home);
        }
        for folder in self.folder.folders()? {
            clear_partials(self.folder.disk(), &self.folder.root().join(folder))?;
        }
        Ok(())
    }

    pub(super) fn home(&self) -> PathBuf {
        self.folder.side_log().unwrap_or(self.folder.root()).to_owned()
    }
}

/// Takes the mark of a beginning away, once the first line stands.
fn end_beginning(disk: &dyn Disk, home: &Path) -> Result<(), StoreError> {
    let mark = home.join(BEGINNING);
    if disk.look(&mark)?.is_none() {
        return Ok(());
    }
    clear(disk, &mark)?;
    disk.sync_folder(home)
}

/// Makes the log end with a line feed: a whole event gets the one it lacks, anything else is kept in `log.torn-N` before it is
/// cut off. A line that an earlier process wrote may not be on the medium yet, so it is synced before anyone builds on it.
pub(super) fn settle(disk: &dyn Disk, home: &Path, log: &mut LogFile) -> Result<(), StoreError> {
    match &mut log.tail {
        Tail::Clean => {}
        Tail::Whole => {
            disk.append(&log.path, log.length, b"\n")?;
            log.length += 1;
        }
        Tail::Torn { bytes, kept } => {
            *kept = Some(keep(disk, home, bytes)?);
            log.length -= bytes.len() as u64;
            disk.truncate(&log.path, log.length)?;
        }
    }
    disk.sync_file(&log.path)?;
    disk.sync_folder(home)
}

/// Keeps a torn tail under the first number that is free, or that holds the same bytes: a crash may come between keeping and
/// cutting. A number under which no file stands is taken as well.
fn keep(disk: &dyn Disk, home: &Path, bytes: &[u8]) -> Result<Place, StoreError> {
    let mut number = 1;
    loop {
        let place = Place::Torn(number);
        match publish(disk, home, &place.path(), bytes) {
            Ok(_) => return Ok(place),
            Err(error) if matches!(error.trouble(), Trouble::OtherContent | Trouble::Link | Trouble::NotAFile) => {
                number += 1;
            }
            Err(error) => return Err(error),
        }
    }
}
