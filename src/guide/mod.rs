//! Conversations at a desk: everything that people are asked, told and shown while something is done to a vault.
//!
//! Each is a function of what is asked for (a request, however it was given) and of a [`Context`]: who sits there, where results go, and
//! what this machine is. Nothing in here knows a command line, and nothing reads the environment.

pub(crate) mod card;
pub(crate) mod card_paper;
mod cards;
mod clock;
mod code_on_screen;
mod context;
pub(crate) mod copy;
pub(crate) mod demo;
pub(crate) mod depart;
mod error;
mod heads;
pub(crate) mod init;
pub(crate) mod merge;
pub(crate) mod new_file;
mod nobody_yet;
mod outcome;
mod pasteable;
pub(crate) mod people;
pub(crate) mod put;
mod qr_on_screen;
mod read_back;
pub(crate) mod receipt;
pub(crate) mod reviewed;
mod roster;
pub(crate) mod rotate;
pub(crate) mod status;
mod telling;
pub(crate) mod trust;
pub(crate) mod unseal;

pub use context::{Context, Machine};
pub use error::GuideError;
/// A roster is read in conversations only; whoever tries the reader with bytes of strangers reaches it here.
#[doc(hidden)]
pub use people::LockWith;
#[doc(hidden)]
pub use roster::read_roster;

pub use crate::report::End;
