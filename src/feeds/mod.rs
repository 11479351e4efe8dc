//! The formats in which other programs read what a vault is in: calendars (iCalendar) and monitoring (Prometheus).
//!
//! Pure writers: what they are handed becomes text. No vault, no clock, no file and no secret may come in.

pub mod icalendar;
pub mod prometheus;
