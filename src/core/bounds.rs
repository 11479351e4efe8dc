//! Sizes that more than one room must agree on: whoever writes a file and whoever reads it.

/// Bytes of an epoch's header at most.
pub const HEADER_BYTES: usize = 8 << 20;
/// Bytes of a line of the log at most, without its line feed.
pub const LINE_BYTES: usize = 64 << 10;
/// Bytes of a line that nobody signed at most: whoever can write the folder can write such lines.
pub const CLAIM_BYTES: usize = 4 << 10;
