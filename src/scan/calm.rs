//! Decoders of other people, run so that a fault in one is an answer.
//!
//! Some of them index where a hostile picture tells them to. Rust turns that into a panic and not into harm; here the panic becomes
//! "damaged", without its message on the screen, where a question may stand at this moment.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static CALM: Cell<bool> = const { Cell::new(false) };
}

static HOOK: Once = Once::new();

/// What `decode` gives; nothing when it panics. It must own what it changes, since what a panic leaves behind is dropped.
pub(super) fn calmly<T>(decode: impl FnOnce() -> T) -> Option<T> {
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !CALM.get() {
                usual(panic);
            }
        }));
    });
    let before = CALM.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(decode));
    CALM.set(before);
    result.ok()
}

/// Whether a panic of this thread would be such an answer, for whoever else listens to panics.
#[must_use]
pub fn panics_are_answers() -> bool {
    CALM.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_no_answer_and_nothing_else() {
        let empty: Vec<u8> = Vec::new();
        assert_eq!(calmly(|| empty[0]), None);
        assert_eq!(calmly(|| 7), Some(7));
    }
}
