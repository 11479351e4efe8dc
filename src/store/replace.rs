//! A file outside every vault that is written anew each time, such as a calendar: whole, or as it stood before.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use super::publish::partial_in;
use super::{Disk, RealDisk, StoreError, Trouble};

/// Who may read a file, where the file system knows owners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Its owner.
    Owner,
    /// Every user of the machine.
    Everyone,
}

/// Puts a file with these bytes in the place of whatever file stands at `path`. Whoever reads it meanwhile sees the old bytes or
/// the new ones. Unlike what belongs to a vault, it does replace what stands there.
///
/// # Errors
/// When the folder is not there, or cannot be written; [`Trouble::NotAFile`] when something else than a file stands there.
pub fn replace_file(path: &Path, bytes: &[u8], readers: Readers) -> Result<(), StoreError> {
    if fs::symlink_metadata(path).is_ok_and(|found| found.is_dir()) {
        return Err(StoreError::new(path, Trouble::NotAFile));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let partial = partial_in(folder)?;
    let written = write(&partial, bytes, readers).and_then(|()| fs::rename(&partial, path));
    if let Err(error) = written {
        let _ = fs::remove_file(&partial);
        return Err(StoreError::of_system(path, &error));
    }
    RealDisk.sync_folder(folder)
}

fn write(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    if readers == Readers::Everyone {
        open_to_everyone(&file)?;
    }
    file.sync_all()
}

/// Said after the making, since the process's own mask would take it away again.
#[cfg(unix)]
fn open_to_everyone(file: &File) -> io::Result<()> {
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
}

/// Windows has no such bits: a new file inherits the rights of its folder.
#[cfg(not(unix))]
fn open_to_everyone(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_with_the_rights_that_were_asked_for_and_nothing_else_is_left() {
        let folder = std::env::temp_dir().join(format!("breakglass-replace-{}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        let path = folder.join("breakglass.prom");
        for (text, readers, mode) in [("first", Readers::Owner, 0o600), ("second", Readers::Everyone, 0o644)] {
            replace_file(&path, text.as_bytes(), readers).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
            #[cfg(unix)]
            assert_eq!(
                std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions()) & 0o777,
                mode
            );
            #[cfg(not(unix))]
            let _ = mode;
        }
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        let error = replace_file(&folder, b"", Readers::Owner).unwrap_err();
        assert_eq!(error.trouble(), &Trouble::NotAFile);
        let error = replace_file(&folder.join("missing/file"), b"", Readers::Owner).unwrap_err();
        assert_eq!(error.trouble(), &Trouble::Missing);
        fs::remove_dir_all(&folder).unwrap();
    }
}
