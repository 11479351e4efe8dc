//! What happens to one card between rotations.

pub mod check;
pub mod destroyed;
pub mod lost;
pub mod relock;
