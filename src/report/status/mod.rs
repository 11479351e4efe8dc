//! What a vault is in: on a screen, as a document, as measurements and as reminders, all from one report.

mod agenda;
mod document;
mod duty;
mod metrics;
mod screen;
#[cfg(test)]
mod tests;

pub use agenda::reminders;
pub use document::Document;
pub use duty::part_label;
pub use metrics::{Measured, exposition};
pub use screen::{short as short_screen, whole as whole_screen};
