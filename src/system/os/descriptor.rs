//! Open files by number, and waiting for one of them.

use std::fs::File;
use std::io;
#[cfg(any(unix, windows))]
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

/// Waits until `file` can be read, or has ended, for at most `patience`; without one, for as long as it takes.
/// Returns whether it can be read.
///
/// Windows cannot wait for a pipe: it is looked at again and again. Nothing else than a pipe is waited for: the system itself ends the
/// reading of a console at Ctrl-C.
///
/// # Errors
/// Never, on Windows: what a pipe ended with is told by reading it.
#[cfg(windows)]
pub fn wait_readable(file: &File, patience: Option<Duration>) -> io::Result<bool> {
    use std::os::windows::io::AsRawHandle;
    use std::ptr::null_mut;
    use std::time::Instant;

    use windows_sys::Win32::Storage::FileSystem::{FILE_TYPE_PIPE, GetFileType};
    use windows_sys::Win32::System::Pipes::PeekNamedPipe;
    const BETWEEN_LOOKS: Duration = Duration::from_millis(20);
    let (handle, begin) = (file.as_raw_handle(), Instant::now());
    // SAFETY: `file` keeps the handle open.
    if unsafe { GetFileType(handle) } != FILE_TYPE_PIPE {
        return Ok(true);
    }
    loop {
        let mut waiting = 0;
        // SAFETY: the system writes one number; no bytes are asked for; `file` keeps the handle open.
        let told = unsafe { PeekNamedPipe(handle, null_mut(), 0, null_mut(), &mut waiting, null_mut()) };
        if told == 0 || waiting > 0 {
            return Ok(true);
        }
        if patience.is_some_and(|patience| begin.elapsed() >= patience) {
            return Ok(false);
        }
        std::thread::sleep(BETWEEN_LOOKS);
    }
}

#[cfg(all(test, windows))]
mod tests {
    use std::io::Write;
    use std::os::windows::io::OwnedHandle;

    use super::*;

    #[test]
    fn a_pipe_is_waited_for_until_something_comes_or_it_ends() {
        let (source, mut target) = io::pipe().unwrap();
        let source = File::from(OwnedHandle::from(source));
        let moment = Some(Duration::from_millis(50));
        assert!(!wait_readable(&source, moment).unwrap());
        target.write_all(b"x").unwrap();
        assert!(wait_readable(&source, moment).unwrap());
        io::Read::read_exact(&mut &source, &mut [0]).unwrap();
        assert!(!wait_readable(&source, moment).unwrap());
        drop(target);
        assert!(wait_readable(&source, moment).unwrap(), "its end is read");
    }
}
