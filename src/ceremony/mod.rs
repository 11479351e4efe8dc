//! The room `ceremony`.
