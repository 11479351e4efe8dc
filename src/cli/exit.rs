//! What the program ends with, for scripts and whoever watches it.

/// All is done, and nothing is due.
pub const DONE: u8 = 0;
/// Something went wrong.
pub const FAILED: u8 = 1;
/// The words on the command line are wrong, or an answer is missing.
pub const MISUSED: u8 = 2;
/// Something is due: cards to be read back, a duty, a clock that is wrong.
pub const SOMETHING_IS_DUE: u8 = 3;
/// An opening closed itself, since nobody was there.
pub const CLOSED_ITSELF: u8 = 4;
/// Somebody stopped it.
pub const STOPPED: u8 = 130;
