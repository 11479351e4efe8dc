//! The blob of an attachment on its way to the medium: written in pieces under a partial name, named by its hash once it is whole.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::place::{ATTACHMENTS, Place};
use super::publish::{ensure_folder, partial_in};
use super::{Disk, StoreError, Trouble};
use crate::quorum::Digest;
use crate::stream::{Behind, Written};

/// A blob that is being written. Dropped before [`NewAttachment::commit`], it leaves nothing.
pub struct NewAttachment<'d> {
    disk: &'d dyn Disk,
    root: PathBuf,
    /// Its name until it is whole; none once it has its own.
    partial: Option<PathBuf>,
    stream: Option<Behind>,
}

impl<'d> NewAttachment<'d> {
    pub(super) fn begin(disk: &'d dyn Disk, root: &Path) -> Result<NewAttachment<'d>, StoreError> {
        let folder = root.join(ATTACHMENTS);
        ensure_folder(disk, &folder)?;
        let partial = partial_in(&folder)?;
        let stream = Behind::new(disk.create_stream(&partial)?);
        Ok(NewAttachment { disk, root: root.to_owned(), partial: Some(partial), stream: Some(stream) })
    }

    /// Gives the blob its name. When it returns, bytes and name are on the medium.
    ///
    /// # Errors
    /// When they cannot be brought there, or are not `expected`; then nothing stands there.
    pub fn commit(mut self, expected: Option<Digest>) -> Result<Written, StoreError> {
        let finished = self.stream.take().map_or_else(|| Err(io::Error::other("written before")), Behind::finish);
        let written = finished.map_err(|error| self.failed(&error))?;
        if expected.is_some_and(|expected| expected != written.digest) {
            return Err(StoreError::new(self.root.join(ATTACHMENTS), Trouble::NotWhatWasWritten));
        }
        let target = self.root.join(Place::Attachment(written.digest).path());
        if let Some(partial) = &self.partial {
            self.disk.sync_file(partial)?;
            self.disk.rename(partial, &target)?;
        }
        self.partial = None;
        self.disk.sync_folder(&self.root.join(ATTACHMENTS))?;
        self.disk.sync_folder(&self.root)?;
        Ok(written)
    }

    /// What the system reported while it was written, named for the folder that it was to stand in.
    #[must_use]
    pub fn failed(&self, error: &io::Error) -> StoreError {
        StoreError::of_system(self.root.join(ATTACHMENTS), error)
    }
}

impl Write for NewAttachment<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.as_mut().ok_or_else(|| io::Error::other("written before"))?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for NewAttachment<'_> {
    fn drop(&mut self) {
        drop(self.stream.take());
        if let Some(partial) = &self.partial {
            // What cannot be removed now, the next writer clears.
            let _ = self.disk.remove_file(partial);
        }
    }
}
