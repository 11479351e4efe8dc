//! Runs a job again and again, cut off at each of its operations in turn.

use std::fmt::{self, Debug, Display};

use super::{CrashDisk, Survival};

/// One way in which a run was cut off.
#[derive(Clone, Debug)]
pub struct Crash {
    /// The operation that was cut, counted from 0.
    pub operation: usize,
    /// What it was, such as `append log.jsonl`.
    pub what: String,
    /// What survived.
    pub survival: Survival,
    /// Whether the run said that it had succeeded, the error not having mattered to it.
    pub reported_done: bool,
}

impl Display for Crash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cut at operation {} ({}), surviving: {:?}", self.operation, self.what, self.survival)
    }
}

/// Runs `action` on a copy of `before` again and again, cutting it at its first, second, … operation and at last right after its
/// end, and lets `check` look at each disk that a restarted process could find. Returns how many operations there were to cut.
///
/// # Panics
/// When the action fails without being cut. A panic in `check` tells which crash it looked at.
pub fn kill_everywhere<T, E: Debug>(
    before: &CrashDisk,
    action: impl Fn(&CrashDisk) -> Result<T, E>,
    check: impl Fn(&CrashDisk, &Crash),
) -> usize {
    for operation in 0.. {
        let disk = before.fresh_copy();
        disk.cut_at(operation);
        let outcome = action(&disk);
        let cut = disk.what_was_cut();
        let what = cut.clone().unwrap_or_else(|| "after the last one".to_owned());
        if cut.is_none() {
            outcome.as_ref().expect("a run that is not cut succeeds");
        }
        for survival in Survival::ALL {
            let crash = Crash { operation, what: what.clone(), survival, reported_done: outcome.is_ok() };
            let _told_on_panic = ToldOnPanic(&crash);
            check(&disk.after_crash(survival), &crash);
        }
        if cut.is_none() {
            return operation;
        }
    }
    unreachable!("every run ends")
}

struct ToldOnPanic<'c>(&'c Crash);

impl Drop for ToldOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.0);
        }
    }
}
