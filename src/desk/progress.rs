//! How far a long step is: a bar with the rate and the time that is left, on one line that is gone afterwards.

use std::time::{Duration, Instant};

use super::{Desk, fitted};
use crate::language::{Language, messages::attachments as text};

/// Nothing is drawn for what is done sooner.
const QUIET: Duration = Duration::from_millis(500);
/// The time between two drawings.
const PAUSE: Duration = Duration::from_millis(100);
/// Columns of the bar.
const BAR: usize = 20;
/// Columns of the label at most: what is behind it must stay on a line of 80.
const LABEL: usize = 18;

/// One long step.
pub struct Progress {
    language: Language,
    label: String,
    total: Option<u64>,
    begun: Instant,
    drawn: Option<Instant>,
}

impl Progress {
    /// A step over `total` bytes, where that is known.
    #[must_use]
    pub fn new(language: Language, label: &str, total: Option<u64>) -> Progress {
        Progress { language, label: fitted(label, LABEL), total, begun: Instant::now(), drawn: None }
    }

    /// Shows that so many bytes are done.
    pub fn show(&mut self, desk: &mut dyn Desk, done: u64) {
        let now = Instant::now();
        let last = self.drawn.map_or(self.begun + QUIET, |drawn| drawn + PAUSE);
        if now < last {
            return;
        }
        self.drawn = Some(now);
        desk.progress(Some(&self.line(done, now - self.begun)));
    }

    /// Takes the line away.
    pub fn end(&self, desk: &mut dyn Desk) {
        if self.drawn.is_some() {
            desk.progress(None);
        }
    }

    fn line(&self, done: u64, elapsed: Duration) -> String {
        let rate = done as f64 / elapsed.as_secs_f64().max(0.001);
        let rate_words = size(rate as u64);
        let Some(total) = self.total.filter(|total| *total > 0) else {
            return text::ProgressWithoutEnd { label: &self.label, done: size(done), rate: rate_words }
                .say(self.language);
        };
        let part = (done as f64 / total as f64).min(1.0);
        let full = (part * BAR as f64) as usize;
        let bar = format!("{}{}", "#".repeat(full), ".".repeat(BAR - full));
        let left = (total.saturating_sub(done) as f64 / rate.max(1.0)).ceil() as u64;
        let left = format!("{}:{:02}", left / 60, left % 60);
        text::Progress { label: &self.label, bar, percent: (part * 100.0) as u64, rate: rate_words, left }
            .say(self.language)
    }
}

/// A number of bytes as people read it.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let unit = (0..UNITS.len() - 1).find(|&unit| bytes >> (10 * unit) < 1024).unwrap_or(UNITS.len() - 1);
    if unit == 0 {
        return format!("{bytes} B");
    }
    let tenths = (u128::from(bytes) * 10) >> (10 * unit);
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::columns;

    #[test]
    fn sizes_are_told_in_the_largest_unit_that_leaves_something_before_the_point() {
        for (bytes, words) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (5 << 30, "5.0 GiB"),
            (u64::MAX, "16777215.9 TiB"),
        ] {
            assert_eq!(size(bytes), words);
        }
    }

    #[test]
    fn a_long_name_leaves_room_for_the_bar_the_rate_and_the_time() {
        for language in Language::ALL {
            let progress = Progress::new(language, &"本番環境のディスクイメージ".repeat(9), Some(4 << 40));
            let line = progress.line(1023 << 30, Duration::from_secs(1023 * 60));
            assert!(columns(&line) < 80 && line.contains("本番") && line.contains("24 %"), "{line}");
        }
    }

    #[test]
    fn half_of_it_after_ten_seconds_leaves_ten_more() {
        let progress = Progress::new(Language::English, "keys.csv", Some(200 << 20));
        let line = progress.line(100 << 20, Duration::from_secs(10));
        assert_eq!(line, "keys.csv  [##########..........]  50 %  10.0 MiB/s  0:10 left");
    }
}
