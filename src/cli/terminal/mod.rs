//! The person's side of the program.

mod desk;

pub use desk::{Answer, CardRequest, Desk, DeskError, Revelation};
