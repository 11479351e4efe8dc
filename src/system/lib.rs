//! What breakglass needs of the operating system to keep secrets out of places where they would outlive it: locked memory,
//! an allocator that wipes, no core dumps, and what can be told about swap and about folders that live in memory.
//!
//! The only crate in which `unsafe` stands, all of it in `os`. Nothing in here knows what a card, a key or a vault is, and
//! nothing here fails for want of a protection: what the system does not allow is told, and the work goes on.

pub mod memory;
mod os;
mod protection;
#[cfg(any(unix, windows))]
pub mod signals;
mod stop;

/// The console of Windows: its keys, its text, its modes.
#[cfg(windows)]
pub mod console {
    pub use crate::os::console::{ConsoleKeys, ConsoleScreen, Press, give_keys_back, hold_keys, window_size};
}

pub use os::allocator::WipingAllocator;
pub use os::descriptor::open_descriptor;
#[cfg(any(unix, windows))]
pub use os::descriptor::wait_readable;
#[cfg(unix)]
pub use os::filesystem::NOT_THROUGH_A_LINK;
pub use os::filesystem::others_may_write;
#[cfg(windows)]
pub use os::rights::{create_file_for_owner, create_folder_for_owner};
pub use os::settings::user_language;
pub use protection::{Hardening, Swap, harden, hibernates, is_memory_filesystem, memory_folder, swap};
pub use stop::Stoppable;
