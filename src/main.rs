//! The program. Everything it does is in the library.

use std::process::ExitCode;

use breakglass::system::{WipingAllocator, harden};

/// Libraries copy secrets on their way; what they free must not stay readable.
#[global_allocator]
static ALLOCATOR: WipingAllocator = WipingAllocator;

fn main() -> ExitCode {
    let hardening = harden();
    breakglass::cli::run(std::env::args_os().collect(), &hardening)
}
