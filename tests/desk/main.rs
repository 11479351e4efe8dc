//! People at a real pseudo-terminal: the questions one by one, a whole night, and what is left in memory when the vault is closed.

mod attachments;
#[cfg(target_os = "linux")]
mod closed_vault;
mod codes;
mod idle;
mod imports;
mod lockout;
mod one_card;
mod opening;
mod people;
mod person;
#[path = "../support/pictures.rs"]
mod pictures;
mod piped;
#[path = "../support/practice.rs"]
mod practice;
mod prints;
mod questions;
mod scanner;
#[path = "../support/scratch.rs"]
mod scratch;
mod side_log;
mod unattended;
mod widths;

use breakglass::system::WipingAllocator;

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: WipingAllocator = WipingAllocator;
