//! Whole pages from the system: locked into memory, left out of core dumps, wiped in forked processes, each where the system
//! can do it.

use std::alloc::{Layout, handle_alloc_error};
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;
use std::slice;
use std::sync::atomic::{AtomicBool, Ordering};

#[cfg(not(any(unix, windows)))]
use elsewhere as system;
#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

/// Set once, when the system first refused to lock pages.
static NOT_LOCKED: AtomicBool = AtomicBool::new(false);

/// Whether some secret of this process stands in memory that the system would not lock, so that it could be written to swap.
#[must_use]
pub fn memory_could_not_be_locked() -> bool {
    NOT_LOCKED.load(Ordering::Relaxed)
}

/// Pages that belong to this value alone. Wiped and given back when dropped.
pub struct Pages {
    start: NonNull<u8>,
    len: usize,
}

impl Pages {
    /// Fresh pages, all zero, that hold at least `len` bytes; `len` must not be 0.
    ///
    /// Ends the process when there is no memory left.
    pub fn map(len: usize) -> Pages {
        let page = system::page_size();
        let layout = Layout::from_size_align(len, page).and_then(|layout| layout.pad_to_align().align_to(page));
        let Ok(layout) = layout else { handle_alloc_error(Layout::new::<u8>()) };
        let Some(start) = system::map(layout.size()) else { handle_alloc_error(layout) };
        if !system::keep_private(start, layout.size()) {
            NOT_LOCKED.store(true, Ordering::Relaxed);
        }
        Pages { start, len: layout.size() }
    }

    /// The same pages, kept until the process ends.
    pub fn leak(self) -> &'static mut [u8] {
        let mut pages = std::mem::ManuallyDrop::new(self);
        // SAFETY: the pages are never given back, since the value that would do so is never dropped; nobody else points to them.
        unsafe { slice::from_raw_parts_mut(pages.start.as_mut(), pages.len) }
    }
}

impl Deref for Pages {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: `start` points to `len` bytes, zeroed by the system at first, that live as long as `self`.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl DerefMut for Pages {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above, and `&mut self` proves that nobody else looks at them.
        unsafe { slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        super::wipe(self);
        system::unmap(self.start, self.len);
    }
}

// SAFETY: the pages belong to this value alone, like those of a `Box<[u8]>`; no system call used here is bound to a thread.
unsafe impl Send for Pages {}
// SAFETY: through `&Pages` the bytes can only be read.
unsafe impl Sync for Pages {}

#[cfg(unix)]
mod unix {
    use std::ptr::{NonNull, null_mut};

    use libc::c_void;

    /// The size of a page in bytes; a power of two.
    pub fn page_size() -> usize {
        // SAFETY: `sysconf` takes a number and touches no memory of ours.
        usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(16 * 1024)
    }

    pub fn map(len: usize) -> Option<NonNull<u8>> {
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: asks for new pages at an address of the system's choice, so nothing that exists is replaced.
        let start = unsafe { libc::mmap(null_mut(), len, access, libc::MAP_PRIVATE | libc::MAP_ANON, -1, 0) };
        if start == libc::MAP_FAILED { None } else { NonNull::new(start.cast()) }
    }

    /// Locks the pages, and keeps them out of core dumps and forked processes. Returns whether they are locked.
    pub fn keep_private(start: NonNull<u8>, len: usize) -> bool {
        let start = start.as_ptr().cast::<c_void>();
        #[cfg(target_os = "linux")]
        for advice in [libc::MADV_DONTDUMP, libc::MADV_WIPEONFORK] {
            // SAFETY: the range is one that `map` returned; neither advice changes what this process sees in it. An old
            // kernel answers that it does not know the advice, and nothing is lost.
            unsafe { libc::madvise(start, len, advice) };
        }
        // SAFETY: the range is one that `map` returned, and locking does not change what is in it.
        unsafe { libc::mlock(start, len) == 0 }
    }

    pub fn unmap(start: NonNull<u8>, len: usize) {
        // SAFETY: the range is one that `map` returned, whole, and its owner is being dropped.
        unsafe { libc::munmap(start.as_ptr().cast(), len) };
    }
}

#[cfg(windows)]
mod windows {
    use std::ffi::c_void;
    use std::mem::transmute;
    use std::ptr::{NonNull, null};
    use std::sync::OnceLock;

    use windows_sys::Win32::System::LibraryLoader::{GetModuleHandleA, GetProcAddress};
    use windows_sys::Win32::System::Memory::{
        MEM_COMMIT, MEM_RELEASE, MEM_RESERVE, PAGE_READWRITE, VirtualAlloc, VirtualFree, VirtualLock,
    };
    use windows_sys::Win32::System::SystemInformation::{GetSystemInfo, SYSTEM_INFO};
    use windows_sys::core::{PCSTR, s};

    /// The size of a page in bytes; a power of two.
    pub fn page_size() -> usize {
        let mut info = SYSTEM_INFO::default();
        // SAFETY: the system fills the structure that it is given.
        unsafe { GetSystemInfo(&mut info) };
        info.dwPageSize as usize
    }

    pub fn map(len: usize) -> Option<NonNull<u8>> {
        // SAFETY: asks for new pages at an address of the system's choice, so nothing that exists is replaced.
        let start = unsafe { VirtualAlloc(null(), len, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE) };
        NonNull::new(start.cast())
    }

    /// Locks the pages, and keeps them out of error reports. Returns whether they are locked.
    pub fn keep_private(start: NonNull<u8>, len: usize) -> bool {
        let start = start.as_ptr().cast::<c_void>();
        if let (Some(reports), Ok(len)) = (ErrorReports::of_system(), u32::try_from(len)) {
            // SAFETY: the range is one that `map` returned; the system only notes it down.
            unsafe { (reports.leave_out)(start, len) };
        }
        // SAFETY: the range is one that `map` returned, and locking does not change what is in it.
        unsafe { VirtualLock(start, len) != 0 }
    }

    pub fn unmap(start: NonNull<u8>, _len: usize) {
        let start = start.as_ptr().cast::<c_void>();
        if let Some(reports) = ErrorReports::of_system() {
            // SAFETY: the range is one that `map` returned; the system only forgets it.
            unsafe { (reports.take_in)(start) };
        }
        // SAFETY: the range is one that `map` returned, whole, and its owner is being dropped.
        unsafe { VirtualFree(start, 0, MEM_RELEASE) };
    }

    type LeaveOut = unsafe extern "system" fn(*const c_void, u32) -> i32;
    type TakeIn = unsafe extern "system" fn(*const c_void) -> i32;

    /// Keeping memory out of error reports. Windows has it since version 1703: it is looked for, since a program that names it among
    /// its imports does not even start on an older one.
    struct ErrorReports {
        leave_out: LeaveOut,
        take_in: TakeIn,
    }

    impl ErrorReports {
        fn of_system() -> Option<&'static ErrorReports> {
            static FOUND: OnceLock<Option<ErrorReports>> = OnceLock::new();
            FOUND.get_or_init(ErrorReports::find).as_ref()
        }

        fn find() -> Option<ErrorReports> {
            let leave_out = function(s!("WerRegisterExcludedMemoryBlock"))?;
            let take_in = function(s!("WerUnregisterExcludedMemoryBlock"))?;
            // SAFETY: these are the signatures that Microsoft documents for these names.
            unsafe {
                Some(ErrorReports {
                    leave_out: transmute::<unsafe extern "system" fn() -> isize, LeaveOut>(leave_out),
                    take_in: transmute::<unsafe extern "system" fn() -> isize, TakeIn>(take_in),
                })
            }
        }
    }

    fn function(name: PCSTR) -> Option<unsafe extern "system" fn() -> isize> {
        // SAFETY: both names end in a zero; the library is one that every process has, and stays.
        unsafe { GetProcAddress(GetModuleHandleA(s!("kernel32.dll")), name) }
    }
}

/// Where no system keeps pages apart, as in a browser: memory that is wiped, and not locked.
#[cfg(not(any(unix, windows)))]
mod elsewhere {
    use std::alloc::{Layout, alloc_zeroed, dealloc};
    use std::ptr::NonNull;

    /// A page of WebAssembly has 64 KiB; that many bytes at once would be too many for one secret.
    const PAGE: usize = 4096;

    /// The size of a page in bytes; a power of two.
    pub fn page_size() -> usize {
        PAGE
    }

    fn layout(len: usize) -> Option<Layout> {
        Layout::from_size_align(len, PAGE).ok().filter(|layout| layout.size() > 0)
    }

    pub fn map(len: usize) -> Option<NonNull<u8>> {
        // SAFETY: the layout is of more than no bytes.
        layout(len).and_then(|layout| NonNull::new(unsafe { alloc_zeroed(layout) }))
    }

    /// Nothing can be locked here.
    pub fn keep_private(_start: NonNull<u8>, _len: usize) -> bool {
        false
    }

    pub fn unmap(start: NonNull<u8>, len: usize) {
        if let Some(layout) = layout(len) {
            // SAFETY: `map` gave these bytes for the same length, and their owner is being dropped.
            unsafe { dealloc(start.as_ptr(), layout) };
        }
    }
}
