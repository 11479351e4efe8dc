//! The program. Everything it does is in the library.

use breakglass::system::WipingAllocator;

/// Libraries copy secrets on their way; what they free must not stay readable.
#[global_allocator]
static ALLOCATOR: WipingAllocator = WipingAllocator;

fn main() {}
