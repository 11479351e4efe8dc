//! The room `cli`.

pub mod terminal;
