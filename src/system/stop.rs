//! A long step that can be stopped: a signal to end lets the step itself end, so that it takes away what it has half done.

use std::fs::File;
use std::io::{self, Read, Write};

/// While this lives, Ctrl-C and its like do not kill the program; the step asks whether they came. Where signals cannot be caught, they
/// still do.
pub struct Stoppable {
    #[cfg(any(unix, windows))]
    caught: bool,
}

impl Stoppable {
    /// From now on.
    #[must_use]
    pub fn begin() -> Stoppable {
        Stoppable {
            #[cfg(any(unix, windows))]
            caught: super::signals::catch().is_ok(),
        }
    }

    /// Whether the program was told to end meanwhile.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        #[cfg(any(unix, windows))]
        return super::signals::told_to_end();
        #[cfg(not(any(unix, windows)))]
        false
    }

    /// `target`, which takes nothing more once the program was told to end.
    pub fn writing<'w>(&'w self, target: &'w mut dyn Write) -> impl Write + 'w {
        StoppableWrite { step: self, target }
    }

    /// `source`, which gives nothing more once the program was told to end: not even when nothing comes of a pipe or a terminal.
    pub fn reading<'r>(&'r self, source: &'r mut File) -> impl Read + 'r {
        StoppableRead { step: self, source }
    }
}

impl Drop for Stoppable {
    fn drop(&mut self) {
        #[cfg(any(unix, windows))]
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

struct StoppableRead<'r> {
    step: &'r Stoppable,
    source: &'r mut File,
}

impl Read for StoppableRead<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.step.is_stopped() {
                return Err(io::Error::other("stopped"));
            }
            if may_be_read(self.source)? {
                return self.source.read(bytes);
            }
        }
    }
}

/// Waits a moment for something to read. A signal ends the waiting, and not the reading itself, which the system begins again.
#[cfg(any(unix, windows))]
fn may_be_read(source: &File) -> io::Result<bool> {
    const A_MOMENT: std::time::Duration = std::time::Duration::from_millis(200);
    match super::wait_readable(source, Some(A_MOMENT)) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(false),
        // What cannot be waited for is read as it is.
        Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(true),
        ready => ready,
    }
}

#[cfg(not(any(unix, windows)))]
fn may_be_read(_source: &File) -> io::Result<bool> {
    Ok(true)
}
