//! Prometheus' text exposition format, version 0.0.4: families of gauges.

use std::fmt::{Display, Write as _};

/// One label's name and value.
pub type Label<'a> = (&'static str, &'a str);

/// Families of gauges. Every sample of a family must be added in a row, as the format demands.
#[derive(Default)]
pub struct Exposition(String);

impl Exposition {
    /// Begins a family: what its samples mean, in English, as is usual there.
    pub fn family(&mut self, name: &'static str, help: &'static str) -> Family<'_> {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} gauge");
        Family { name, text: &mut self.0 }
    }

    /// The whole text.
    #[must_use]
    pub fn text(self) -> String {
        self.0
    }
}

/// One family that was begun.
pub struct Family<'e> {
    name: &'static str,
    text: &'e mut String,
}

impl Family<'_> {
    /// Adds a sample with these labels.
    pub fn gauge(&mut self, labels: &[Label<'_>], value: impl Display) {
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let _ = writeln!(self.text, "{}{{{}}} {value}", self.name, labels.join(","));
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_cannot_end_before_its_value_does() {
        let mut exposition = Exposition::default();
        exposition.family("breakglass_sealed", "Whether.").gauge(&[("vault", "a\"} 1\n\\b"), ("folder", "保管庫")], 1);
        let expected = "# HELP breakglass_sealed Whether.\n# TYPE breakglass_sealed gauge\n\
                        breakglass_sealed{vault=\"a\\\"} 1\\n\\\\b\",folder=\"保管庫\"} 1\n";
        assert_eq!(exposition.text(), expected);
    }
}
