//! How long the terminal waits for a key, counted from the last one.

use std::time::{Duration, Instant};

/// Counts from the last key, or from the beginning of the first question after the program itself was at work.
#[derive(Default)]
pub struct Patience {
    limit: Option<Duration>,
    /// Since when nobody has pressed a key; nothing while the program is at work.
    since: Option<Instant>,
}

impl Patience {
    /// From now on so long; `None` is for ever.
    pub fn set(&mut self, limit: Option<Duration>) {
        *self = Patience { limit, since: None };
    }

    /// Something is asked or shown. What was looked at before until its time was over goes on counting.
    pub fn begin(&mut self, now: Instant) {
        self.since.get_or_insert(now);
    }

    /// A key came.
    pub fn key(&mut self, now: Instant) {
        self.since = Some(now);
    }

    /// A key ended it. The time until the next question is the program's own.
    pub fn end(&mut self) {
        self.since = None;
    }

    /// What is left; `None` is for ever.
    pub fn left(&self, now: Instant) -> Option<Duration> {
        let waited = self.since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        self.limit.map(|limit| limit.saturating_sub(waited))
    }

    /// Whether it is over.
    pub fn is_over(&self, now: Instant) -> bool {
        self.left(now).is_some_and(|left| left.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn ten_minutes() -> Patience {
        let mut patience = Patience::default();
        patience.set(Some(10 * MINUTE));
        patience
    }

    #[test]
    fn without_a_limit_a_question_waits_for_ever() {
        let (mut patience, now) = (Patience::default(), Instant::now());
        patience.begin(now);
        assert_eq!(patience.left(now + 1000 * MINUTE), None);
        assert!(!patience.is_over(now + 1000 * MINUTE));
    }

    #[test]
    fn each_key_begins_the_ten_minutes_anew() {
        let (mut patience, now) = (ten_minutes(), Instant::now());
        patience.begin(now);
        assert!(!patience.is_over(now + 9 * MINUTE));
        patience.key(now + 9 * MINUTE);
        assert_eq!(patience.left(now + 18 * MINUTE), Some(MINUTE));
        assert!(patience.is_over(now + 19 * MINUTE));
    }

    #[test]
    fn a_value_that_was_looked_at_until_its_time_was_over_counts() {
        let (mut patience, now) = (ten_minutes(), Instant::now());
        patience.begin(now);
        // Hidden by its countdown, and the menu behind it.
        patience.begin(now + 4 * MINUTE);
        assert!(patience.is_over(now + 10 * MINUTE));
    }

    #[test]
    fn time_in_which_the_program_was_at_work_does_not_count() {
        let (mut patience, now) = (ten_minutes(), Instant::now());
        patience.begin(now);
        patience.end();
        // A large attachment was written meanwhile.
        patience.begin(now + 30 * MINUTE);
        assert!(!patience.is_over(now + 39 * MINUTE));
        assert!(patience.is_over(now + 40 * MINUTE));
    }
}
