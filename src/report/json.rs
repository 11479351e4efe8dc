//! Documents for machines, which may end up on a terminal: what could steer it is escaped, and the meaning stays.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::Formatter;

use crate::language::plain;

/// Writes `value` as one line.
///
/// # Errors
/// When it cannot be written.
pub fn write_line(output: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut *output, Escaping))?;
    output.write_all(b"\n")
}

/// Escapes in texts all that may not stand on a line.
struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut written = 0;
        let mut place = 0;
        for (character, plain) in plain::judged(fragment) {
            let end = place + character.len_utf8();
            if !plain {
                writer.write_all(&fragment.as_bytes()[written..place])?;
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
                written = end;
            }
            place = end;
        }
        writer.write_all(&fragment.as_bytes()[written..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_for_a_machine_holds_nothing_that_steers_a_terminal_and_means_the_same() {
        let text = "a\u{9b}2J\u{7f}\u{202e}\u{61c}\u{2028}\u{200b}\u{e0001}\n\u{1b} \"é\" 辻\u{e0100} 😀";
        let mut written = Vec::new();
        write_line(&mut written, &serde_json::json!({ text: [text, 1] })).unwrap();
        let line = String::from_utf8(written).unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap(), serde_json::json!({ text: [text, 1] }));
        assert!(plain::is_plain(line.strip_suffix('\n').unwrap()), "{line:?}");
        assert!(line.contains(
            "a\\u009b2J\\u007f\\u202e\\u061c\\u2028\\u200b\\udb40\\udc01\\n\\u001b \\\"é\\\" 辻\u{e0100} 😀"
        ));
    }
}
