//! Bytes that are never written to swap or into a core dump, as far as the system allows, and that are wiped when dropped.
//!
//! Locking memory costs a system call and whole pages, and an ordinary user may lock only a few megabytes. So small secrets
//! share pages: an arena hands out slots of four sizes, and keeps its pages until the process ends. What is larger than the
//! largest slot has pages of its own, which are given back.

use std::fmt;
use std::mem;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};

use super::os::pages::Pages;
pub use super::os::pages::memory_could_not_be_locked;
pub use super::os::wipe;

/// The sizes of slots in bytes. A key fits the first, a text of a card the second, a line of notes the others.
const SLOT_SIZES: [usize; 4] = [64, 256, 1024, 4096];

/// How many bytes the arena asks of the system at once: 256 keys. It must stay well below the 64 KiB that old systems let an
/// ordinary user lock.
const CHUNK: usize = 16 * 1024;

/// The free slots of each size. All of them are zero.
static FREE_SLOTS: Mutex<[Vec<&'static mut [u8]>; SLOT_SIZES.len()]> =
    Mutex::new([Vec::new(), Vec::new(), Vec::new(), Vec::new()]);

/// A buffer of fixed, exact size for something secret: in locked memory where the system allows it, left out of core dumps
/// and of forked processes where the system can do that, and wiped when dropped.
///
/// Where locking is not allowed the buffer works all the same; [`memory_could_not_be_locked`] then tells.
pub struct LockedBytes {
    place: Place,
    len: usize,
}

enum Place {
    /// Part of the arena; longer than the buffer, or empty for a buffer of no bytes.
    Slot(&'static mut [u8]),
    /// Pages of its own; longer than the buffer.
    Own(Pages),
}

impl LockedBytes {
    /// A buffer of `len` bytes, all zero.
    ///
    /// Ends the process, like every allocation in Rust, when there is no memory left.
    #[must_use]
    pub fn zeroed(len: usize) -> LockedBytes {
        let place = match class_of(len) {
            _ if len == 0 => Place::Slot(&mut []),
            Some(class) => Place::Slot(take_slot(class)),
            None => Place::Own(Pages::map(len)),
        };
        LockedBytes { place, len }
    }
}

/// The smallest slot that holds `len` bytes.
fn class_of(len: usize) -> Option<usize> {
    SLOT_SIZES.iter().position(|size| len <= *size)
}

fn take_slot(class: usize) -> &'static mut [u8] {
    let mut free = FREE_SLOTS.lock().unwrap_or_else(PoisonError::into_inner);
    if free[class].is_empty() {
        free[class].extend(Pages::map(CHUNK).leak().chunks_exact_mut(SLOT_SIZES[class]));
    }
    free[class].pop().expect("a chunk holds at least one slot of every size")
}

impl Deref for LockedBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.place {
            Place::Slot(slot) => &slot[..self.len],
            Place::Own(pages) => &pages[..self.len],
        }
    }
}

impl DerefMut for LockedBytes {
    fn deref_mut(&mut self) -> &mut [u8] {
        match &mut self.place {
            Place::Slot(slot) => &mut slot[..self.len],
            Place::Own(pages) => &mut pages[..self.len],
        }
    }
}

impl Drop for LockedBytes {
    fn drop(&mut self) {
        wipe(self);
        if let Place::Slot(slot) = &mut self.place
            && let Some(class) = SLOT_SIZES.iter().position(|size| *size == slot.len())
        {
            FREE_SLOTS.lock().unwrap_or_else(PoisonError::into_inner)[class].push(mem::take(slot));
        }
    }
}

impl fmt::Debug for LockedBytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "LockedBytes({} bytes)", self.len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_has_exactly_the_size_asked_for_and_is_zero() {
        for len in [0, 1, 32, 64, 65, 256, 257, 1024, 4096, 4097, 70_000] {
            let mut bytes = LockedBytes::zeroed(len);
            assert_eq!(bytes.len(), len);
            assert!(bytes.iter().all(|byte| *byte == 0));
            bytes.fill(0xA5);
        }
    }

    #[test]
    fn a_slot_that_comes_back_is_zero_again() {
        for _ in 0..1000 {
            let mut bytes = LockedBytes::zeroed(200);
            assert!(bytes.iter().all(|byte| *byte == 0));
            bytes.fill(0x5A);
        }
    }

    #[test]
    fn two_buffers_never_share_bytes() {
        let mut buffers: Vec<LockedBytes> = (0..1000).map(|_| LockedBytes::zeroed(32)).collect();
        for (number, buffer) in buffers.iter_mut().enumerate() {
            buffer[..8].copy_from_slice(&(number as u64).to_le_bytes());
        }
        for (number, buffer) in buffers.iter().enumerate() {
            assert_eq!(buffer[..8], (number as u64).to_le_bytes());
        }
    }

    #[test]
    fn debug_shows_no_byte() {
        let mut bytes = LockedBytes::zeroed(4);
        bytes.copy_from_slice(b"root");
        assert_eq!(format!("{bytes:?}"), "LockedBytes(4 bytes)");
    }

    #[test]
    fn a_buffer_can_be_sent_and_shared() {
        fn check<T: Send + Sync>() {}
        check::<LockedBytes>();
    }

    /// Reads this process's memory as the kernel sees it, so that no optimisation can hide a missing wipe.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_dropped_buffer_leaves_nothing_where_it_stood() {
        use std::os::unix::fs::FileExt;
        let memory = std::fs::File::open("/proc/self/mem").expect("this process may read its own memory");
        for len in [32, 200, 1000, 4000] {
            let mut bytes = LockedBytes::zeroed(len);
            bytes.fill(0xC7);
            let address = bytes.as_ptr() as u64;
            let mut seen = vec![0; len];
            memory.read_exact_at(&mut seen, address).unwrap();
            assert!(seen.iter().all(|byte| *byte == 0xC7));
            drop(bytes);
            memory.read_exact_at(&mut seen, address).unwrap();
            assert!(!seen.contains(&0xC7), "{len} bytes were not wiped");
        }
    }
}
