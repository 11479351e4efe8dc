//! A file on its way to the medium: written in pieces under a partial name, and named once it is whole.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::publish::partial_in;
use super::{Disk, StoreError};
use crate::stream::{Behind, Written};

/// A file that is being written. Dropped before [`NewFile::keep`], it leaves nothing.
pub struct NewFile<'d> {
    disk: &'d dyn Disk,
    folder: PathBuf,
    /// Its name until it is whole; none once it has its own.
    partial: Option<PathBuf>,
    stream: Option<Behind>,
}

impl<'d> NewFile<'d> {
    /// Begins a file in a folder that stands.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub fn begin(disk: &'d dyn Disk, folder: &Path) -> Result<NewFile<'d>, StoreError> {
        let partial = partial_in(folder)?;
        let stream = Behind::new(disk.create_stream(&partial)?);
        Ok(NewFile { disk, folder: folder.to_owned(), partial: Some(partial), stream: Some(stream) })
    }

    /// Ends writing and tells what was written. It has no name yet.
    ///
    /// # Errors
    /// When it could not all be written.
    pub fn finish(&mut self) -> Result<Written, StoreError> {
        let finished = self.stream.take().map_or_else(|| Err(ended()), Behind::finish);
        finished.map_err(|error| self.failed(&error))
    }

    /// Gives the finished file its name. When it returns, bytes and name are on the medium.
    ///
    /// # Errors
    /// [`super::Trouble::Exists`] when the name is taken; when it cannot be brought to the medium.
    pub fn keep(mut self, name: &str) -> Result<(), StoreError> {
        debug_assert!(self.stream.is_none(), "it is finished first");
        if let Some(partial) = &self.partial {
            self.disk.sync_file(partial)?;
            self.disk.rename(partial, &self.folder.join(name))?;
        }
        self.partial = None;
        self.disk.sync_folder(&self.folder)
    }

    /// What the system reported while it was written.
    #[must_use]
    pub fn failed(&self, error: &io::Error) -> StoreError {
        StoreError::of_system(&self.folder, error)
    }
}

impl Write for NewFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.as_mut().ok_or_else(ended)?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for NewFile<'_> {
    fn drop(&mut self) {
        drop(self.stream.take());
        if let Some(partial) = &self.partial {
            // What cannot be removed now, the next writer clears.
            let _ = self.disk.remove_file(partial);
        }
    }
}

fn ended() -> io::Error {
    io::Error::other("it was finished before")
}
