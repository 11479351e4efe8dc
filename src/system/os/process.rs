//! What the system may do with this process: write its memory to disk when it crashes, let it lock memory.

/// Forbids core dumps and crash reports with the process's memory. Returns whether all of it took effect.
///
/// On Linux the process is also marked so that other programs of the same user cannot read its memory.
#[cfg(unix)]
pub fn forbid_dumps() -> bool {
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the system reads the structure that it is given, for the length of the call.
    let limited = unsafe { libc::setrlimit(libc::RLIMIT_CORE, &none) == 0 };
    #[cfg(target_os = "linux")]
    // SAFETY: this operation of `prctl` takes one number and touches no memory of ours.
    let limited = unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 } && limited;
    limited
}

/// Forbids crash reports with the process's memory. Returns whether all of it took effect.
#[cfg(windows)]
pub fn forbid_dumps() -> bool {
    use windows_sys::Win32::System::Diagnostics::Debug::{SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX, SetErrorMode};
    use windows_sys::Win32::System::ErrorReporting::{WER_FAULT_REPORTING_FLAG_NOHEAP, WerSetFlags};
    // SAFETY: both calls take numbers and touch no memory of ours.
    unsafe {
        SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
        WerSetFlags(WER_FAULT_REPORTING_FLAG_NOHEAP) == 0
    }
}

/// Nothing is written there when a program crashes that it could forbid.
#[cfg(not(any(unix, windows)))]
pub fn forbid_dumps() -> bool {
    false
}

/// Raises the amount of memory that the process may lock to the most that its user is allowed.
#[cfg(unix)]
pub fn raise_lock_limit() {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the system fills and then reads a structure of ours, each for the length of the call. Failing changes nothing.
    unsafe {
        if libc::getrlimit(libc::RLIMIT_MEMLOCK, &mut limit) == 0 && limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max;
            libc::setrlimit(libc::RLIMIT_MEMLOCK, &limit);
        }
    }
}

/// Lets the process lock more memory: Windows takes it from the least working set, which is about 50 pages at first.
#[cfg(windows)]
pub fn raise_lock_limit() {
    use windows_sys::Win32::System::Threading::{GetCurrentProcess, SetProcessWorkingSetSize};
    const LEAST: usize = 16 << 20;
    const MOST: usize = 64 << 20;
    // SAFETY: takes numbers and the handle of this process, which is always open. Failing changes nothing.
    unsafe { SetProcessWorkingSetSize(GetCurrentProcess(), LEAST, MOST) };
}

/// Nothing can be locked there.
#[cfg(not(any(unix, windows)))]
pub fn raise_lock_limit() {}

#[cfg(all(test, windows))]
mod tests {
    use crate::memory::{LockedBytes, memory_could_not_be_locked};

    #[test]
    fn far_more_memory_can_be_locked_than_the_fifty_pages_of_the_least_working_set() {
        super::raise_lock_limit();
        let secrets: Vec<LockedBytes> = (0..64).map(|_| LockedBytes::zeroed(64 * 1024)).collect();
        assert!(!memory_could_not_be_locked());
        drop(secrets);
    }
}
