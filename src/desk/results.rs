//! Where results go: apart from what is told, so that a script can take them.

use std::io::{self, Write};

/// Whoever takes results.
pub trait Results {
    /// Whether a program reads them: documents, in place of sentences.
    fn are_for_machine(&self) -> bool;

    /// Whether a person sees them as they come.
    fn are_seen(&self) -> bool;

    /// How many columns a line may take on the screen where a person sees them; none where lines are to stay whole.
    fn columns(&self) -> Option<usize> {
        None
    }

    /// Where they are written.
    ///
    /// # Errors
    /// When nothing takes them.
    fn open(&self) -> io::Result<Box<dyn Write>>;

    /// The same for a secret, through no buffer that stays.
    ///
    /// # Errors
    /// When nothing takes them.
    fn open_for_secret(&self) -> io::Result<Box<dyn Write>>;
}
