//! The program's allocator: the system's own, with everything wiped before it is given back.
//!
//! Secrets live in locked memory and wipe themselves. This is the net below: a copy that a library made on its way (a parser's
//! buffer, a string that grew) does not stay readable in freed memory.

use std::alloc::{GlobalAlloc, Layout, System};

/// An allocator over the system's that fills every block with zeros before it is freed, also when a block grows or shrinks.
pub struct WipingAllocator;

// SAFETY: every block comes from `System` and goes back to it with the layout with which it was asked for; the contract of
// `GlobalAlloc` is passed on unchanged.
unsafe impl GlobalAlloc for WipingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise about `layout` is the one that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as in `alloc`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller owns `layout.size()` bytes at `block` and gives them up; they may be uninitialised, so they are
        // written through the pointer and never looked at. The barrier keeps the compiler from dropping a write to freed memory.
        unsafe {
            block.write_bytes(0, layout.size());
            zeroize::optimization_barrier(&block);
            System.dealloc(block, layout);
        }
    }

    /// Always a new block: the system would move the bytes and free the old block unwiped.
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller promises that `new_size`, rounded up to the alignment, does not overflow and is not 0; old and new
        // block do not overlap, and both hold the bytes copied.
        unsafe {
            let new_block = System.alloc(Layout::from_size_align_unchecked(new_size, layout.align()));
            if !new_block.is_null() {
                new_block.copy_from_nonoverlapping(block, layout.size().min(new_size));
                self.dealloc(block, layout);
            }
            new_block
        }
    }
}
