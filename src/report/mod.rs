//! Views of a vault's state: in words, for machines, for calendars (iCalendar) and for monitoring (Prometheus).
//!
//! Everything is made from what was read, and from one report. Nothing is asked here and nothing is changed; whoever calls prints it.

mod end;
mod heads;
pub mod icalendar;
mod json;
mod list;
mod log;
pub mod prometheus;
mod status;
mod table;
mod verify;
mod words;

pub use end::End;
pub use heads::{head_codes, heads_to_copy, told_heads};
pub use json::write_line;
pub use list::Entries;
pub use log::{LoggedEvent, logged_words};
pub use status::{Document, Measured, exposition, part_label, reminders, short_screen, whole_screen};
pub use verify::Verification;
pub use words::{custodian_name, field_label, field_labels, short};
