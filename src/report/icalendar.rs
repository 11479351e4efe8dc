//! iCalendar (RFC 5545), as far as reminders need it: events of a whole day, each with alarms.
//!
//! An event keeps its UID for as long as it is the same matter, whatever its date, so that a calendar which takes the file in again
//! moves what it has and adds nothing twice.

use std::fmt::Write as _;

use jiff::civil::Date;

use crate::language::Language;
use crate::vault::Moment;

/// Octets of a line at most, without its line break (section 3.1).
const LINE_OCTETS: usize = 75;
/// The hour of the day at which alarms ring: a whole day begins at midnight, when nobody would see them.
const ALARM_HOUR: u32 = 9;

/// Something to be reminded of, on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// What makes it the same event in the next file; printable ASCII (section 3.8.4.7).
    pub uid: String,
    /// Never falls from one file to the next: of two versions calendars keep the one with the higher number (section 3.8.7.4), and
    /// of two with the same number the later one.
    pub revision: u64,
    /// The day.
    pub day: Date,
    /// What it is, on one line.
    pub summary: String,
    /// What to do, in full.
    pub description: String,
    /// What kind of thing it is.
    pub category: String,
    /// How many days before it alarms ring; 0 is the morning of the day itself.
    pub alarms: Vec<u32>,
}

/// What stands at the top of a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// What the calendar is called.
    pub name: String,
    /// The language of its words.
    pub language: Language,
    /// The moment it is of.
    pub stamp: Moment,
}

/// The whole calendar, lines ended by CR LF.
#[must_use]
pub fn calendar(heading: &Heading, reminders: &[Reminder]) -> String {
    let mut lines = Lines::default();
    lines.add("BEGIN", "VCALENDAR");
    lines.add("VERSION", "2.0");
    lines.add("PRODID", concat!("-//breakglass//breakglass ", env!("CARGO_PKG_VERSION"), "//EN"));
    lines.add("CALSCALE", "GREGORIAN");
    // RFC 7986 has NAME; most calendars know the older X-WR-CALNAME.
    lines.add("NAME", &text(&heading.name));
    lines.add("X-WR-CALNAME", &text(&heading.name));
    lines.add("REFRESH-INTERVAL;VALUE=DURATION", "P1D");
    for reminder in reminders {
        event(&mut lines, heading, reminder);
    }
    lines.add("END", "VCALENDAR");
    lines.0
}

fn event(lines: &mut Lines, heading: &Heading, reminder: &Reminder) {
    let language = heading.language.code();
    lines.add("BEGIN", "VEVENT");
    lines.add("UID", &reminder.uid);
    lines.add("DTSTAMP", &heading.stamp.timestamp().strftime("%Y%m%dT%H%M%SZ").to_string());
    // Calendars read it as a signed number of 32 bits (section 3.3.8).
    lines.add("SEQUENCE", &reminder.revision.min(i32::MAX as u64).to_string());
    lines.add("DTSTART;VALUE=DATE", &reminder.day.strftime("%Y%m%d").to_string());
    lines.add(&format!("SUMMARY;LANGUAGE={language}"), &text(&reminder.summary));
    lines.add(&format!("DESCRIPTION;LANGUAGE={language}"), &text(&reminder.description));
    lines.add(&format!("CATEGORIES;LANGUAGE={language}"), &text(&reminder.category));
    lines.add("CLASS", "PRIVATE");
    // A reminder does not make anybody busy for a day.
    lines.add("TRANSP", "TRANSPARENT");
    for &days in &reminder.alarms {
        lines.add("BEGIN", "VALARM");
        lines.add("ACTION", "DISPLAY");
        lines.add("TRIGGER", &trigger(days));
        lines.add("DESCRIPTION", &text(&reminder.summary));
        lines.add("END", "VALARM");
    }
    lines.add("END", "VEVENT");
}

/// From the midnight that begins the day to the alarm (section 3.3.6).
fn trigger(days: u32) -> String {
    match days {
        0 => format!("PT{ALARM_HOUR}H"),
        1 => format!("-PT{}H", 24 - ALARM_HOUR),
        _ => format!("-P{}DT{}H", days - 1, 24 - ALARM_HOUR),
    }
}

/// Content lines (section 3.1).
#[derive(Default)]
struct Lines(String);

impl Lines {
    /// Adds `name:value`, folded: no line is longer than 75 octets, and none is broken within a character.
    fn add(&mut self, name: &str, value: &str) {
        let mut used = 0;
        for character in name.chars().chain([':']).chain(value.chars()) {
            if used + character.len_utf8() > LINE_OCTETS {
                self.0.push_str("\r\n ");
                used = 1;
            }
            self.0.push(character);
            used += character.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

/// A value of type TEXT (section 3.3.11). Control characters cannot stand in one.
fn text(value: &str) -> String {
    let mut escaped = String::new();
    for character in value.chars() {
        match character {
            '\\' | ';' | ',' => {
                let _ = write!(escaped, "\\{character}");
            }
            '\n' => escaped.push_str("\\n"),
            _ if character.is_control() => {}
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heading() -> Heading {
        let stamp = "2026-11-23T02:50:24Z".parse().unwrap();
        Heading { name: "Acme; 保管庫".to_owned(), language: Language::Japanese, stamp }
    }

    fn reminder(summary: &str, alarms: &[u32]) -> Reminder {
        Reminder {
            uid: "rotate.1@breakglass".to_owned(),
            revision: 7,
            day: "2027-05-25".parse().unwrap(),
            summary: summary.to_owned(),
            description: String::new(),
            category: "breakglass".to_owned(),
            alarms: alarms.to_vec(),
        }
    }

    #[test]
    fn every_line_ends_with_cr_lf_and_no_line_is_longer_than_75_octets_or_cuts_a_character() {
        let long = "保管庫の鍵とカードを更新します。".repeat(20);
        for shift in 0..4 {
            let summary = format!("{}{long}", "x".repeat(shift));
            let made = calendar(&heading(), &[reminder(&summary, &[])]);
            assert_eq!(made.matches('\n').count(), made.matches("\r\n").count());
            for line in made.split("\r\n") {
                assert!(line.len() <= 75, "{line}");
                assert!(!line.contains('\u{fffd}'));
            }
            assert!(made.replace("\r\n ", "").contains(&format!("SUMMARY;LANGUAGE=ja:{summary}\r\n")), "{made}");
        }
    }

    #[test]
    fn text_is_escaped_and_cannot_begin_a_property() {
        let made = calendar(&heading(), &[reminder("a;b,c\\d\r\nEND:VEVENT\u{7}", &[])]);
        assert!(made.contains("SUMMARY;LANGUAGE=ja:a\\;b\\,c\\\\d\\nEND:VEVENT\r\n"), "{made}");
        assert_eq!(made.matches("\r\nEND:VEVENT").count(), 1);
    }

    #[test]
    fn alarms_ring_at_nine_in_the_morning_so_many_days_before() {
        assert_eq!([0, 1, 2, 30].map(trigger), ["PT9H", "-PT15H", "-P1DT15H", "-P29DT15H"]);
    }

    #[test]
    fn a_revision_never_leaves_the_numbers_that_calendars_know() {
        let made = calendar(&heading(), &[Reminder { revision: u64::MAX, ..reminder("x", &[0]) }]);
        assert!(made.contains("SEQUENCE:2147483647\r\n"), "{made}");
    }
}
