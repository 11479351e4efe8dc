//! How a file that is written once gets its final name: whole, on the medium, or not at all.

use std::path::{Component, Path, PathBuf};

use super::place::FOLDER_LIMIT;
use super::{Disk, Found, StoreError, Trouble};

/// What every unfinished file is called, before random letters. Nothing else is ever cleared away.
pub(super) const PARTIAL: &str = ".partial-";

/// How a file came to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publication {
    /// It was written now.
    Written,
    /// It stood there with the same bytes, as after an attempt that was cut short.
    StoodAlready,
}

/// Writes `bytes` to `folder`/`path` by way of a partial file beside it, and makes the folders between that are missing. When it
/// returns, bytes and names up to those in `folder` are on the medium.
///
/// # Errors
/// [`Trouble::OtherContent`] when the file exists with other bytes; [`Trouble::Link`] for a link on the way.
pub fn publish(disk: &dyn Disk, folder: &Path, path: &Path, bytes: &[u8]) -> Result<Publication, StoreError> {
    let folders = folders_down_to(folder, path);
    for made in &folders[1..] {
        ensure_folder(disk, made)?;
    }
    let target = folder.join(path);
    let publication = match disk.look(&target)? {
        None => {
            write_by_partial(disk, &target, bytes, Disk::rename)?;
            Publication::Written
        }
        Some(Found::File { length }) => {
            if length != bytes.len() as u64 || disk.read(&target, length)? != bytes {
                return Err(StoreError::new(target, Trouble::OtherContent));
            }
            disk.sync_file(&target)?;
            Publication::StoodAlready
        }
        Some(Found::Link) => return Err(StoreError::new(target, Trouble::Link)),
        Some(Found::Folder | Found::Other) => return Err(StoreError::new(target, Trouble::NotAFile)),
    };
    // Also when it stood already: the attempt that wrote it may have been cut before this.
    for folder in folders.iter().rev() {
        disk.sync_folder(folder)?;
    }
    Ok(publication)
}

/// The unfinished file that stands in a folder from the beginning of a vault until its first line: what stands beside it was never a
/// vault, and nobody needs it.
pub(super) const BEGINNING: &str = ".partial-beginning";

/// Writes `bytes` to `folder`/`name` in the place of the file that stands there: whoever reads it, also after a crash, sees the old bytes or
/// the new ones. Only for what a machine keeps for itself.
///
/// # Errors
/// When nothing can be written there.
pub fn publish_anew(disk: &dyn Disk, folder: &Path, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
    write_by_partial(disk, &folder.join(name), bytes, Disk::replace)?;
    disk.sync_folder(folder)
}

/// Removes what publications that were cut short left in one folder. Only where nobody else is publishing. A folder, a pipe or a
/// device of such a name is none of ours: it is passed over, and keeps nobody from writing.
///
/// # Errors
/// When the folder cannot be listed, or a file not be removed.
pub fn clear_partials(disk: &dyn Disk, folder: &Path) -> Result<(), StoreError> {
    for name in disk.list(folder, FOLDER_LIMIT)? {
        if name.to_str().is_some_and(|name| name.starts_with(PARTIAL) && name != BEGINNING) {
            clear(disk, &folder.join(name))?;
        }
    }
    Ok(())
}

/// Removes an unfinished file, or a link in its place.
pub(super) fn clear(disk: &dyn Disk, path: &Path) -> Result<(), StoreError> {
    match disk.look(path)? {
        Some(Found::File { .. } | Found::Link) => disk.remove_file(path),
        Some(Found::Folder | Found::Other) | None => Ok(()),
    }
}

/// Makes the folder that holds everything else, unless it stands, and its name durable.
pub(super) fn ensure_outer_folder(disk: &dyn Disk, folder: &Path) -> Result<(), StoreError> {
    // A link to it is the user's own way there; inside there are none.
    if disk.look(folder)? != Some(Found::Link) {
        ensure_folder(disk, folder)?;
    }
    let above = folder.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    disk.sync_folder(above)
}

/// Makes the folder unless it stands.
pub(super) fn ensure_folder(disk: &dyn Disk, folder: &Path) -> Result<(), StoreError> {
    match disk.look(folder)? {
        None => disk.create_folder(folder),
        Some(Found::Folder) => Ok(()),
        Some(Found::Link) => Err(StoreError::new(folder, Trouble::Link)),
        Some(Found::File { .. } | Found::Other) => Err(StoreError::new(folder, Trouble::NotAFolder)),
    }
}

/// A name for an unfinished file in `folder` that nobody else has.
pub(super) fn partial_in(folder: &Path) -> Result<PathBuf, StoreError> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|_| StoreError::new(folder, Trouble::NoRandomness))?;
    Ok(folder.join(format!("{PARTIAL}{:016x}", u64::from_le_bytes(random))))
}

/// `folder` and every folder between it and the file at `path` below it, the outermost first.
fn folders_down_to(folder: &Path, path: &Path) -> Vec<PathBuf> {
    assert!(path.components().all(|part| matches!(part, Component::Normal(_))), "a path inside the folder");
    let mut folders = vec![folder.to_owned()];
    for part in path.parent().into_iter().flat_map(Path::components) {
        folders.push(folders[folders.len() - 1].join(part));
    }
    folders
}

/// How a file that is whole gets its name.
type Naming<'d> = fn(&(dyn Disk + 'd), &Path, &Path) -> Result<(), StoreError>;

fn write_by_partial<'d>(
    disk: &(dyn Disk + 'd),
    target: &Path,
    bytes: &[u8],
    name: Naming<'d>,
) -> Result<(), StoreError> {
    let partial = partial_in(target.parent().unwrap_or(Path::new("")))?;
    let written = disk
        .create_file(&partial, bytes)
        .and_then(|()| disk.sync_file(&partial))
        .and_then(|()| name(disk, &partial, target));
    if written.is_err() {
        // On a full disk this gives the space back. If it fails too, the next writer clears it.
        let _ = disk.remove_file(&partial);
    }
    written.map_err(|error| StoreError::new(target, error.trouble().clone()))
}
