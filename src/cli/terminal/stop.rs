//! A long step that can be stopped: a signal to end lets the step itself end, so that it takes away what it has half done.

use std::io::{self, Write};

/// While this lives, Ctrl-C and its like do not kill the program; the step asks whether they came. Where signals cannot be caught, they
/// still do.
pub struct Stoppable {
    #[cfg(unix)]
    caught: bool,
}

impl Stoppable {
    /// From now on.
    #[must_use]
    pub fn begin() -> Stoppable {
        Stoppable {
            #[cfg(unix)]
            caught: super::signals::catch().is_ok(),
        }
    }

    /// Whether the program was told to end meanwhile.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        #[cfg(unix)]
        return super::signals::told_to_end();
        #[cfg(not(unix))]
        false
    }

    /// `target`, which takes nothing more once the program was told to end.
    pub fn writing<'w>(&'w self, target: &'w mut dyn Write) -> impl Write + 'w {
        StoppableWrite { step: self, target }
    }
}

impl Drop for Stoppable {
    fn drop(&mut self) {
        #[cfg(unix)]
        if self.caught {
            super::signals::let_go();
        }
    }
}

struct StoppableWrite<'w> {
    step: &'w Stoppable,
    target: &'w mut dyn Write,
}

impl Write for StoppableWrite<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.step.is_stopped() {
            // Not as an interrupted write: that would be tried again.
            return Err(io::Error::other("stopped"));
        }
        self.target.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.target.flush()
    }
}
