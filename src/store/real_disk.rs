//! The disk of the machine, on Linux, macOS and Windows.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::Path;

use super::publish::partial_in;
use super::{Disk, Found, Lock, Stamp, StoreError, Trouble};

/// The file system of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealDisk;

/// The file system of this machine, for what is in the clear.
struct PlaintextDisk;

/// What is made by either.
trait Making {
    /// A new folder.
    fn new_folder(&self, path: &Path) -> io::Result<()>;
    /// A new file, to be written to.
    fn new_file(&self, path: &Path) -> io::Result<File>;
}

impl Making for RealDisk {
    fn new_folder(&self, path: &Path) -> io::Result<()> {
        folder_for_owner().create(path)
    }

    fn new_file(&self, path: &Path) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        only_for_owner(&mut options);
        options.open(path)
    }
}

#[cfg(not(windows))]
impl Making for PlaintextDisk {
    fn new_folder(&self, path: &Path) -> io::Result<()> {
        RealDisk.new_folder(path)
    }

    fn new_file(&self, path: &Path) -> io::Result<File> {
        RealDisk.new_file(path)
    }
}

#[cfg(windows)]
impl Making for PlaintextDisk {
    fn new_folder(&self, path: &Path) -> io::Result<()> {
        crate::system::create_folder_for_owner(path)
    }

    fn new_file(&self, path: &Path) -> io::Result<File> {
        crate::system::create_file_for_owner(path)
    }
}

/// A locked file. Closing it is not enough to give the lock back: a program that is just being started holds the file too, for a
/// moment.
struct Held(File);

impl Drop for Held {
    fn drop(&mut self) {
        // What cannot be unlocked is unlocked by the closing that follows.
        let _ = self.0.unlock();
    }
}

impl<D: Making + Send + Sync> Disk for D {
    fn for_plaintext(&self) -> &dyn Disk {
        &PlaintextDisk
    }

    fn look(&self, path: &Path) -> Result<Option<Found>, StoreError> {
        match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_symlink() => Ok(Some(Found::Link)),
            Ok(metadata) if metadata.is_dir() => Ok(Some(Found::Folder)),
            Ok(metadata) if metadata.is_file() => Ok(Some(Found::File { length: metadata.len() })),
            Ok(_) => Ok(Some(Found::Other)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::of_system(path, &error)),
        }
    }

    fn stamp(&self, path: &Path) -> Result<Option<Stamp>, StoreError> {
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_file() => metadata,
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::of_system(path, &error)),
        };
        Ok(stamp_of(&metadata))
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, StoreError> {
        let (file, length) = open(path, OpenOptions::new().read(true))?;
        if length > limit {
            return Err(StoreError::new(path, Trouble::TooLarge { limit }));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| StoreError::of_system(path, &error))?;
        // It may have grown since it was measured.
        if bytes.len() as u64 > limit {
            return Err(StoreError::new(path, Trouble::TooLarge { limit }));
        }
        Ok(bytes)
    }

    fn list(&self, folder: &Path, limit: usize) -> Result<Vec<OsString>, StoreError> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder).map_err(|error| StoreError::of_system(folder, &error))? {
            if names.len() == limit {
                return Err(StoreError::new(folder, Trouble::TooMany { limit }));
            }
            names.push(entry.map_err(|error| StoreError::of_system(folder, &error))?.file_name());
        }
        names.sort_unstable();
        Ok(names)
    }

    fn create_folder(&self, path: &Path) -> Result<(), StoreError> {
        self.new_folder(path).map_err(|error| StoreError::of_system(path, &error))
    }

    fn create_file(&self, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        let written = self.new_file(path).and_then(|mut file| file.write_all(bytes));
        written.map_err(|error| StoreError::of_system(path, &error))
    }

    fn create_stream(&self, path: &Path) -> Result<Box<dyn Write + Send>, StoreError> {
        let file = self.new_file(path).map_err(|error| StoreError::of_system(path, &error))?;
        Ok(Box::new(file))
    }

    fn open_stream(&self, path: &Path) -> Result<(Box<dyn Read + Send>, u64), StoreError> {
        let (file, length) = open(path, OpenOptions::new().read(true))?;
        Ok((Box::new(file), length))
    }

    fn append(&self, path: &Path, length: u64, bytes: &[u8]) -> Result<(), StoreError> {
        let (mut file, found) = open(path, OpenOptions::new().append(true))?;
        if found != length {
            return Err(StoreError::new(path, Trouble::Changed));
        }
        file.write_all(bytes).map_err(|error| StoreError::of_system(path, &error))
    }

    fn truncate(&self, path: &Path, length: u64) -> Result<(), StoreError> {
        let (file, _) = open(path, OpenOptions::new().write(true))?;
        file.set_len(length).map_err(|error| StoreError::of_system(path, &error))
    }

    /// `fsync`; on macOS the standard library asks for `F_FULLFSYNC`, which also empties the drive's own cache; on Windows
    /// `FlushFileBuffers`, which needs a handle that may write.
    fn sync_file(&self, path: &Path) -> Result<(), StoreError> {
        let (file, _) = open(path, OpenOptions::new().write(true))?;
        file.sync_all().map_err(|error| StoreError::of_system(path, &error))
    }

    /// `fsync` of the folder. Windows has no such call: NTFS journals names itself, in the order in which they were made, and
    /// on FAT there the drive's own write-through policy for removable media is what there is. File systems that do not know
    /// the call say so, and cannot do better.
    fn sync_folder(&self, folder: &Path) -> Result<(), StoreError> {
        if cfg!(windows) {
            return Ok(());
        }
        match File::open(folder).and_then(|folder| folder.sync_all()) {
            Ok(()) => Ok(()),
            Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
            Err(error) => Err(StoreError::of_system(folder, &error)),
        }
    }

    /// The standard `rename` replaces what stands there, and the flag against it is unknown to FAT: so it is looked first. The
    /// writer's lock keeps every other breakglass out in between.
    fn rename(&self, from: &Path, to: &Path) -> Result<(), StoreError> {
        if self.look(to)?.is_some() {
            return Err(StoreError::new(to, Trouble::Exists));
        }
        fs::rename(from, to).map_err(|error| StoreError::of_system(to, &error))
    }

    fn replace(&self, from: &Path, to: &Path) -> Result<(), StoreError> {
        fs::rename(from, to).map_err(|error| StoreError::of_system(to, &error))
    }

    fn remove_file(&self, path: &Path) -> Result<(), StoreError> {
        fs::remove_file(path).map_err(|error| StoreError::of_system(path, &error))
    }

    fn remove_folder(&self, path: &Path) -> Result<(), StoreError> {
        fs::remove_dir(path).map_err(|error| StoreError::of_system(path, &error))
    }

    fn lock(&self, path: &Path) -> Result<Lock, StoreError> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        only_for_owner(&mut options);
        let (file, _) = open(path, &mut options)?;
        match file.try_lock() {
            Ok(()) => Ok(Lock::held_by(Held(file))),
            Err(TryLockError::WouldBlock) => Err(StoreError::new(path, Trouble::Busy)),
            // Some network file systems know no locks. In an emergency that must not keep the vault shut; a second writer is
            // still found when the log is not as long as it was.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                Ok(Lock::held_by(Held(file)))
            }
            Err(TryLockError::Error(error)) => Err(StoreError::of_system(path, &error)),
        }
    }

    /// Tries it: flags and permission bits do not tell of a stick's switch or of access lists.
    fn is_read_only(&self, folder: &Path) -> Result<bool, StoreError> {
        let probe = partial_in(folder)?;
        match self.create_file(&probe, b"") {
            Ok(()) => self.remove_file(&probe).map(|()| false),
            Err(error) if matches!(error.trouble(), Trouble::ReadOnly | Trouble::NotAllowed) => Ok(true),
            Err(error) => Err(error),
        }
    }
}

/// Opens a regular file and measures it. Looked at by name first, since opening a pipe would wait for its other end, and a link
/// is to be named as one; on Unix the flag sees to it that none takes the file's place in between.
fn open(path: &Path, options: &mut OpenOptions) -> Result<(File, u64), StoreError> {
    match RealDisk.look(path)? {
        None | Some(Found::File { .. }) => {}
        Some(Found::Link) => return Err(StoreError::new(path, Trouble::Link)),
        Some(Found::Folder | Found::Other) => return Err(StoreError::new(path, Trouble::NotAFile)),
    }
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, crate::system::NOT_THROUGH_A_LINK);
    let file = options.open(path).map_err(|error| StoreError::of_system(path, &error))?;
    let length = file.metadata().map_err(|error| StoreError::of_system(path, &error))?.len();
    Ok((file, length))
}

fn only_for_owner(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    // Windows has no such bits: the files of a vault inherit the rights of its folder.
    #[cfg(not(unix))]
    let _ = options;
}

#[cfg(unix)]
fn folder_for_owner() -> DirBuilder {
    let mut builder = DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

#[cfg(not(unix))]
fn folder_for_owner() -> DirBuilder {
    DirBuilder::new()
}

/// FAT keeps times in steps of two seconds: a file that was changed so shortly ago could be changed again under the same stamp.
const COARSE: std::time::Duration = std::time::Duration::from_secs(4);

fn stamp_of(metadata: &fs::Metadata) -> Option<Stamp> {
    let modified = metadata.modified().ok()?;
    if modified.elapsed().is_ok_and(|passed| passed < COARSE) {
        return None;
    }
    let since = modified.duration_since(std::time::UNIX_EPOCH).ok()?;
    let modified = i128::try_from(since.as_nanos()).ok()?;
    let (changed, identity) = kept_by_the_system(metadata);
    Some(Stamp { length: metadata.len(), modified, changed, identity })
}

#[cfg(unix)]
fn kept_by_the_system(metadata: &fs::Metadata) -> (i128, u64) {
    use std::os::unix::fs::MetadataExt;
    (i128::from(metadata.ctime()) * 1_000_000_000 + i128::from(metadata.ctime_nsec()), metadata.ino())
}

#[cfg(not(unix))]
fn kept_by_the_system(_: &fs::Metadata) -> (i128, u64) {
    (0, 0)
}
