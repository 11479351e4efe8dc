//! What kind of file system a folder is on.

use std::path::Path;

/// Whether the file system that holds `path`, which must exist, keeps its files in memory.
#[cfg(target_os = "linux")]
pub fn is_in_memory(path: &Path) -> bool {
    use std::ffi::CString;
    use std::os::unix::ffi::OsStrExt;
    let Ok(path) = CString::new(path.as_os_str().as_bytes()) else { return false };
    // SAFETY: all-zero is a valid value of this plain structure; path and structure live through the call.
    let kind = unsafe {
        let mut answer: libc::statfs = std::mem::zeroed();
        if libc::statfs(path.as_ptr(), &mut answer) != 0 {
            return false;
        }
        answer.f_type as u32
    };
    [TMPFS, RAMFS].contains(&kind)
}

/// The kinds of Linux's two file systems in memory (`linux/magic.h`).
#[cfg(target_os = "linux")]
const TMPFS: u32 = 0x0102_1994;
#[cfg(target_os = "linux")]
const RAMFS: u32 = 0x8584_58f6;

/// Elsewhere folders in memory are rare and have no common mark.
#[cfg(not(target_os = "linux"))]
pub fn is_in_memory(_path: &Path) -> bool {
    false
}

/// Whether somebody else than this user, the administrator aside, may rename or remove what stands in a folder: its owner, or everyone
/// whom its permissions let write, unless it keeps each one's files for their owner (`/tmp`).
#[cfg(unix)]
pub fn others_may_write(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let Ok(found) = std::fs::metadata(folder) else { return false };
    // SAFETY: both calls take nothing, touch no memory of ours and cannot fail.
    let (user, group) = unsafe { (libc::geteuid(), libc::getegid()) };
    let is_mine = [user, 0].contains(&found.uid());
    let by_group = found.mode() & 0o020 != 0 && found.gid() != group && found.gid() != 0;
    let by_everyone = found.mode() & 0o002 != 0;
    let is_sticky = found.mode() & 0o1000 != 0;
    !is_mine || (!is_sticky && (by_group || by_everyone))
}

/// Windows answers this by access lists, which each folder of a user's own has from the folder above.
#[cfg(not(unix))]
pub fn others_may_write(_folder: &Path) -> bool {
    false
}

/// The flag with which a file is opened only where its name is no link.
#[cfg(unix)]
pub const NOT_THROUGH_A_LINK: i32 = libc::O_NOFOLLOW;
