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
