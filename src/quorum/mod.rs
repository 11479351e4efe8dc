//! The room `quorum`.
