//! The one module in which `unsafe` is allowed: the system's calls about memory and about the process, and the allocator.
//!
//! Everything that is public here is safe to call. Each `unsafe` block says why it is sound.
#![allow(unsafe_code)]

pub mod allocator;
#[cfg(windows)]
pub mod console;
pub mod descriptor;
pub mod filesystem;
pub mod pages;
pub mod process;
#[cfg(windows)]
pub mod rights;
pub mod settings;

/// Overwrites `bytes` with zeros in a way that the compiler cannot leave out, at the speed of a plain fill.
pub fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    zeroize::optimization_barrier(bytes);
}
