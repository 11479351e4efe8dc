//! The room `cli`.

pub mod answers;
pub mod terminal;
