//! How a command ended, for scripts and whoever watches them.

/// How a command ended, where it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// All is done, and nothing is due.
    Done,
    /// An opening closed itself, since nobody was there.
    ClosedItself,
    /// Something is due: cards to be read back, a duty, a clock that is wrong.
    SomethingIsDue,
    /// Something is wrong, as was told.
    Failed,
}
