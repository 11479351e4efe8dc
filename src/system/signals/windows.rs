//! Ctrl-C, Ctrl-Break, a window that is closed, a session that ends.

use std::io;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::os::console::{Told, hear};

/// How many catch them now: a question inside a long step must not take from the step what it needs.
static CATCHING: AtomicUsize = AtomicUsize::new(0);

static TOLD: AtomicBool = AtomicBool::new(false);

/// As long as Windows waits at most before it ends a program whose window was closed.
const GRACE: Duration = Duration::from_secs(5);

/// From now on being told to end only interrupts the reading of keys.
///
/// # Errors
/// When the system takes no handler.
pub fn catch() -> io::Result<()> {
    static HEARING: OnceLock<()> = OnceLock::new();
    if HEARING.get().is_none() {
        hear(answer)?;
        // Terminals are asked from one thread, so nobody else can have set it meanwhile.
        let _ = HEARING.set(());
    }
    CATCHING.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

/// From now on being told to end ends the program, unless somebody else still catches it.
pub fn let_go() {
    let left = |catching: usize| Some(catching.saturating_sub(1));
    let _ = CATCHING.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left);
}

/// Whether the program was told to end while keys were being read.
#[must_use]
pub fn told_to_end() -> bool {
    TOLD.load(Ordering::Relaxed)
}

/// Whether that was all, and the system is to do nothing more. Told twice, the program ends at once: a read that cannot be interrupted
/// must not keep anybody from ending it.
fn answer(told: Told) -> bool {
    if CATCHING.load(Ordering::Relaxed) == 0 {
        return false;
    }
    let before = TOLD.swap(true, Ordering::Relaxed);
    match told {
        Told::ByKey => !before,
        Told::ByClosing => {
            // When this returns the system ends the program. Meanwhile the other thread takes away what is shown and ends it itself.
            thread::sleep(GRACE);
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ctrl_c_is_caught_once_while_something_is_asked_and_ends_the_program_otherwise() {
        assert!(!answer(Told::ByKey), "nothing is asked");
        assert!(!told_to_end());
        catch().unwrap();
        catch().unwrap();
        let_go();
        assert!(answer(Told::ByKey), "the step around the question still catches it");
        assert!(told_to_end());
        assert!(!answer(Told::ByKey), "a second time it ends the program in any case");
        let_go();
        assert!(!answer(Told::ByKey));
    }
}
