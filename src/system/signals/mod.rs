//! A program that is told to end while it asks gives the terminal back first.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::{catch, let_go, told_to_end};
#[cfg(windows)]
pub use windows::{catch, let_go, told_to_end};
