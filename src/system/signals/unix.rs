//! Signals: hang-up, Ctrl-C, Ctrl-\, and the one to end.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag;

struct Flags {
    /// Whether no question is being asked, so that a signal ends the program as it always does.
    idle: Arc<AtomicBool>,
    told_to_end: Arc<AtomicBool>,
}

/// How many catch them now: a question inside a long step must not take from the step what it needs.
static CATCHING: AtomicUsize = AtomicUsize::new(0);

static FLAGS: OnceLock<Flags> = OnceLock::new();

/// From now on a signal to end only interrupts the reading of keys.
pub fn catch() -> io::Result<()> {
    if FLAGS.get().is_none() {
        let flags = Flags { idle: Arc::new(AtomicBool::new(false)), told_to_end: Arc::new(AtomicBool::new(false)) };
        for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
            flag::register_conditional_default(signal, Arc::clone(&flags.idle))?;
            flag::register(signal, Arc::clone(&flags.told_to_end))?;
        }
        // Terminals are asked from one thread, so nobody else can have set them meanwhile.
        let _ = FLAGS.set(flags);
    }
    CATCHING.fetch_add(1, Ordering::Relaxed);
    set_idle(false);
    Ok(())
}

/// From now on a signal to end ends the program, unless somebody else still catches it.
pub fn let_go() {
    let left = |catching: usize| Some(catching.saturating_sub(1));
    if CATCHING.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).is_ok_and(|before| before <= 1) {
        set_idle(true);
    }
}

/// Whether a signal to end came while keys were being read.
pub fn told_to_end() -> bool {
    FLAGS.get().is_some_and(|flags| flags.told_to_end.load(Ordering::Relaxed))
}

fn set_idle(idle: bool) {
    if let Some(flags) = FLAGS.get() {
        flags.idle.store(idle, Ordering::Relaxed);
    }
}
