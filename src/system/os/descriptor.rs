//! Open files by number, and waiting for one of them.

use std::fs::File;
use std::io;
#[cfg(unix)]
use std::time::Duration;

/// A file of its own for the descriptor `number` that the process was started with.
///
/// # Errors
/// When no such descriptor is open.
#[cfg(unix)]
pub fn open_descriptor(number: i32) -> io::Result<File> {
    use std::os::fd::FromRawFd;
    // SAFETY: duplicating touches no memory; a number that is not open is answered with an error.
    let copy = unsafe { libc::fcntl(number, libc::F_DUPFD_CLOEXEC, 3) };
    if copy < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the system has just made this descriptor for us, so nobody else owns it.
    Ok(unsafe { File::from_raw_fd(copy) })
}

/// Other systems hand no numbered files to a program that they start.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub fn open_descriptor(_number: i32) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Waits until `file` can be read, or has ended, for at most `patience`; without one, for as long as it takes.
/// Returns whether it can be read.
///
/// `select` and not `poll`: on macOS the latter does not work with terminals.
///
/// # Errors
/// When the system cannot wait for this file.
#[cfg(unix)]
pub fn wait_readable(file: &File, patience: Option<Duration>) -> io::Result<bool> {
    use std::os::fd::AsRawFd;
    use std::ptr::null_mut;
    let number = file.as_raw_fd();
    if !usize::try_from(number).is_ok_and(|number| number < libc::FD_SETSIZE) {
        return Err(io::ErrorKind::Unsupported.into());
    }
    let mut time = patience.map(|patience| libc::timeval {
        tv_sec: libc::time_t::try_from(patience.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_usec: patience.subsec_micros() as libc::suseconds_t,
    });
    let time = time.as_mut().map_or(null_mut(), std::ptr::from_mut);
    // SAFETY: an all-zero `fd_set` is a valid, empty set; the number was checked to fit into it; set and time live through the
    // call, and `file` keeps the descriptor open.
    let ready = unsafe {
        let mut set: libc::fd_set = std::mem::zeroed();
        libc::FD_SET(number, &mut set);
        libc::select(number + 1, &mut set, null_mut(), null_mut(), time)
    };
    if ready < 0 { Err(io::Error::last_os_error()) } else { Ok(ready > 0) }
}
