//! Text in columns: Japanese characters take two, and lines break where either script allows it.

use unicode_linebreak::{BreakOpportunity, linebreaks};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::language::plain;

/// How many columns `text` takes. It must be one line.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// `text` in lines of at most `width` columns, broken where the script allows it and anywhere where it does not. Always at least
/// one line, without the spaces at which it was broken.
pub fn wrapped(text: &str, width: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let paragraph = paragraph.trim_end_matches('\r');
        let mut start = 0;
        let mut end = 0;
        for (place, opportunity) in linebreaks(paragraph) {
            if columns(paragraph[start..place].trim_end()) > width {
                if end > start {
                    lines.push(paragraph[start..end].trim_end());
                    start = end;
                }
                while columns(paragraph[start..place].trim_end()) > width {
                    let cut = start + longest_fitting(&paragraph[start..place], width);
                    lines.push(&paragraph[start..cut]);
                    start = cut;
                }
            }
            end = place;
            debug_assert!(opportunity == BreakOpportunity::Allowed || place == paragraph.len());
        }
        lines.push(paragraph[start..].trim_end());
    }
    lines
}

/// What people are told, in lines of at most `width` columns and without what would move the cursor. What belongs under something else
/// stays under it: lines that are broken keep the spaces at their beginning.
pub fn told(text: &str, width: usize) -> Vec<String> {
    let printable = printable(text);
    let lines = printable.split('\n').flat_map(|paragraph| {
        let indent = paragraph.len() - paragraph.trim_start_matches(' ').len();
        let indent = if indent < width / 2 { indent } else { 0 };
        let broken = wrapped(&paragraph[indent..], width - indent);
        broken.into_iter().map(move |line| format!("{}{line}", &paragraph[..indent]).trim_end().to_owned())
    });
    lines.collect()
}

/// How many bytes of `text` fit into `width` columns; at least one character's.
pub fn longest_fitting(text: &str, width: usize) -> usize {
    let mut taken = 0;
    for (place, character) in text.char_indices() {
        taken += character.width().unwrap_or(0);
        if taken > width && place > 0 {
            return place;
        }
    }
    text.len()
}

/// Of a line that is typed, what fits with the cursor in it, and the cursor's column; `before` is what stands before the cursor.
pub fn end_of<'l>(line: &'l str, before: &str, room: usize) -> (&'l str, usize) {
    let mut start = 0;
    while columns(&before[start..]) > room {
        start += before[start..].chars().next().map_or(1, char::len_utf8);
    }
    let shown = &line[start..];
    let fits = if columns(shown) > room { longest_fitting(shown, room) } else { shown.len() };
    (&shown[..fits], columns(&before[start..]))
}

/// `text` as one line of at most `width` columns; where it was cut stands `…`.
pub fn fitted(text: &str, width: usize) -> String {
    let line = printable(text).replace('\n', " ");
    if columns(&line) <= width {
        return line;
    }
    format!("{}…", line[..longest_fitting(&line, width.saturating_sub(1))].trim_end())
}

/// `text` without what would move a terminal's cursor or turn its lines round: whoever can write the vault's folder can put such
/// characters into what is only claimed there. Line feeds stay: here are only sentences of our own, whose parameters have none.
pub fn printable(text: &str) -> String {
    plain::lines(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_breaks_at_spaces() {
        assert_eq!(wrapped("Put the card on the table", 12), ["Put the card", "on the table"]);
    }

    #[test]
    fn japanese_breaks_between_characters_of_two_columns_and_not_before_a_full_stop() {
        assert_eq!(wrapped("カードを入力します。", 10), ["カードを入", "力します。"]);
        assert_eq!(wrapped("カードを入力。", 12), ["カードを入", "力。"]);
    }

    #[test]
    fn a_word_longer_than_the_line_is_cut_and_nothing_of_it_lost() {
        let lines = wrapped("see 0123456789abcdef now", 8);
        assert_eq!(lines.concat(), "see0123456789abcdefnow".to_owned());
        assert!(lines.iter().all(|line| columns(line) <= 8), "{lines:?}");
    }

    #[test]
    fn what_belongs_under_something_stays_under_it_where_its_line_is_broken() {
        assert_eq!(told("a:\n  one two\n\n  カード\u{7}", 7), ["a:", "  one", "  two", "", "  カー", "  ド\u{fffd}"]);
    }

    #[test]
    fn empty_lines_stay() {
        assert_eq!(wrapped("a\n\nb", 10), ["a", "", "b"]);
        assert_eq!(wrapped("", 10), [""]);
    }

    #[test]
    fn a_cut_line_says_so_and_fits() {
        assert_eq!(fitted("Margaret", 8), "Margaret");
        assert_eq!(fitted("Margaret Okafor", 10), "Margaret…");
        assert_eq!(fitted("テナント管理者", 8), "テナン…");
    }

    #[test]
    fn nothing_that_somebody_claims_can_move_the_cursor_or_turn_a_line_round() {
        assert_eq!(printable("a\u{1b}[2Jb\u{202e}c\r\u{9b}d\ne"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}\u{fffd}d\ne");
    }
}
