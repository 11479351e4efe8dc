//! The status that the program ends with, for scripts and whoever watches it.

use crate::desk::DeskError;
use crate::guide::{End, GuideError};

/// The words on the command line are wrong, or an answer is missing.
pub const MISUSED: u8 = 2;

/// Something went wrong.
const FAILED: u8 = 1;
/// Somebody stopped it.
const STOPPED: u8 = 130;

/// The status of a command that came to its end.
#[must_use]
pub fn status(end: End) -> u8 {
    match end {
        End::Done => 0,
        End::Failed => FAILED,
        End::SomethingIsDue => 3,
        End::ClosedItself => 4,
    }
}

/// The status of one that could not be done.
#[must_use]
pub fn status_of_error(error: &GuideError) -> u8 {
    match error {
        GuideError::Usage(_) | GuideError::NoVault(_) | GuideError::SeveralVaults(_) => MISUSED,
        GuideError::HeadMistyped(_) | GuideError::HeadOfSeveral(_) => MISUSED,
        GuideError::Desk(DeskError::MissingAnswer { .. } | DeskError::PaperNotSaid { .. }) => MISUSED,
        GuideError::Desk(DeskError::Interrupted) => STOPPED,
        _ => FAILED,
    }
}
