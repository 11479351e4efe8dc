//! How well this machine protects what is in memory: dumps, swap, folders that live in memory.

use std::path::{Path, PathBuf};
use std::{env, fs};

use super::memory;
use super::os::{filesystem, process, settings};

/// What came of [`harden`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hardening {
    /// Whether the system will not write this process's memory to disk when it crashes.
    pub dumps_are_off: bool,
    /// Whether the system lets memory be locked at all. It may still refuse later, when too much of it is locked.
    pub memory_is_locked: bool,
}

/// Keeps the process's memory to itself, as far as the system allows: no core dumps, no reading by other programs of the same
/// user (Linux, Windows), and as much lockable memory as the user may have. To be called first of all.
///
/// The process can no longer open some files under `/proc/self` afterwards, unless it runs as root.
pub fn harden() -> Hardening {
    process::raise_lock_limit();
    #[cfg(windows)]
    super::os::rights::keep_memory_to_itself();
    let dumps_are_off = process::forbid_dumps();
    drop(memory::LockedBytes::zeroed(1));
    Hardening { dumps_are_off, memory_is_locked: !memory::memory_could_not_be_locked() }
}

/// Whether memory of this machine may be written to a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swap {
    /// There is no swap.
    Off,
    /// There is swap on a disk. Whether it is encrypted cannot be seen.
    On,
    /// This system does not tell.
    Unknown,
}

/// Whether swap is on. Linux and Windows (the page file) tell; elsewhere the answer is [`Swap::Unknown`].
#[must_use]
pub fn swap() -> Swap {
    if cfg!(windows) {
        return settings::has_page_file().map_or(Swap::Unknown, |on| if on { Swap::On } else { Swap::Off });
    }
    if !cfg!(target_os = "linux") {
        return Swap::Unknown;
    }
    match fs::read_to_string("/proc/swaps") {
        Ok(table) => {
            if swaps_to_disk(&table, is_compressed_memory) {
                Swap::On
            } else {
                Swap::Off
            }
        }
        Err(_) => Swap::Unknown,
    }
}

/// Whether this machine keeps a file on its disk that all of its memory goes to, locked or not, when it sleeps. Windows does, unless that was
/// switched off; other systems do not tell.
#[must_use]
pub fn hibernates() -> bool {
    let drive = env::var_os("SystemDrive").filter(|_| cfg!(windows));
    // Nobody may open the file, and everybody may see that it is there.
    drive.is_some_and(|mut drive| {
        drive.push(r"\hiberfil.sys");
        fs::symlink_metadata(drive).is_ok()
    })
}

/// Whether a table of swaps (`proc(5)`: a heading, then one area a line, its path first) has one that is not memory.
fn swaps_to_disk(table: &str, is_memory: impl Fn(&str) -> bool) -> bool {
    table.lines().skip(1).filter_map(|line| line.split_whitespace().next()).any(|area| !is_memory(area))
}

/// Whether a swap area is memory that the kernel compresses, and is not passed on to a disk behind it.
fn is_compressed_memory(area: &str) -> bool {
    let Some(device) = area.strip_prefix("/dev/").filter(|device| device.starts_with("zram")) else { return false };
    fs::read_to_string(format!("/sys/block/{device}/backing_dev")).map_or(true, |disk| disk.trim() == "none")
}

/// Whether `path`, or the nearest folder above it that exists, keeps its files in memory, so that they end with the power.
/// Always false where the system does not tell.
#[must_use]
pub fn is_memory_filesystem(path: &Path) -> bool {
    let path = if path.is_absolute() { path.to_owned() } else { Path::new(".").join(path) };
    path.ancestors().find(|folder| folder.exists()).is_some_and(filesystem::is_in_memory)
}

/// A folder in memory that this user can write to, for card files on their way to the printer: the user's own, or else the
/// common one.
#[must_use]
pub fn memory_folder() -> Option<PathBuf> {
    let own = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|folder| folder.is_absolute());
    own.into_iter().chain([PathBuf::from("/dev/shm")]).find(|folder| folder.is_dir() && is_memory_filesystem(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADING: &str = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";

    #[test]
    fn a_machine_without_swap_areas_does_not_swap() {
        assert!(!swaps_to_disk(HEADING, |_| false));
    }

    #[test]
    fn compressed_memory_is_no_swap_and_a_disk_beside_it_is() {
        let is_memory = |area: &str| area.starts_with("/dev/zram");
        let memory = format!("{HEADING}/dev/zram0                              partition\t4194300\t\t0\t\t100\n");
        assert!(!swaps_to_disk(&memory, is_memory));
        let both = format!("{memory}/swapfile                               file\t\t2097148\t\t0\t\t-2\n");
        assert!(swaps_to_disk(&both, is_memory));
    }

    #[test]
    fn a_swap_partition_is_not_taken_for_compressed_memory() {
        assert!(!is_compressed_memory("/dev/sda2"));
        assert!(!is_compressed_memory("/swapfile"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_processes_own_file_system_is_no_memory_folder() {
        assert!(!is_memory_filesystem(Path::new("/proc/self")));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_that_does_not_exist_yet_is_judged_by_the_one_above() {
        let Some(folder) = memory_folder() else { return };
        assert!(is_memory_filesystem(&folder.join("not/yet/there")));
    }
}
