//! Text in columns: Japanese characters take two, and lines break where either script allows it.

use unicode_linebreak::linebreaks;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::together::{may_break, together};
use crate::language::plain;

/// How many columns `text` takes. It must be one line.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// What happens to something that stays together and is wider than the line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Overlong {
    /// It is cut, where every line must be one row of the screen: blocks are drawn over and erased by rows.
    Cut,
    /// It stays whole, and the terminal takes another row for it, so that it can still be copied in one piece.
    Whole,
}

/// `text` in lines of at most `width` columns, broken where the script allows it and anywhere where it does not. Always at least
/// one line, without the spaces at which it was broken.
pub fn wrapped(text: &str, width: usize) -> Vec<&str> {
    text.split('\n').flat_map(|paragraph| broken(paragraph, [width; 2], Overlong::Cut)).collect()
}

/// What people are told in a block of the screen, in lines of at most `width` columns and without what would move the cursor.
pub fn told(text: &str, width: usize) -> Vec<String> {
    laid_out(text, width, Overlong::Cut)
}

/// What people are told or shown and what stays on the screen, in lines for `width` columns and without what would move the cursor.
/// Without a width nothing is broken: no terminal shows it. A command, an option, a path, an id or a head is whole in every case.
pub fn flowing(text: &str, width: Option<usize>) -> Vec<String> {
    match width {
        Some(width) => laid_out(text, width, Overlong::Whole),
        None => printable(text).split('\n').map(str::to_owned).collect(),
    }
}

/// What belongs under something else stays under it: lines that are broken keep the spaces at their beginning, and go on below the
/// words of a list, not below its mark.
fn laid_out(text: &str, width: usize, overlong: Overlong) -> Vec<String> {
    let printable = printable(text);
    let lines = printable.split('\n').flat_map(|paragraph| {
        let words = paragraph.trim_start_matches(' ');
        let fits = |indent: usize| indent < width / 2;
        let indent = Some(paragraph.len() - words.len()).filter(|indent| fits(*indent)).unwrap_or(0);
        let hanging = Some(indent + hanging(words)).filter(|hanging| fits(*hanging)).unwrap_or(indent);
        let lines = broken(&paragraph[indent..], [width - indent, width - hanging], overlong);
        let indents = std::iter::once(indent).chain(std::iter::repeat(hanging));
        lines
            .into_iter()
            .zip(indents)
            .map(|(line, indent)| format!("{}{line}", " ".repeat(indent)).trim_end().to_owned())
    });
    lines.collect()
}

/// How much further in a line goes on than it begins: below the words of a list, and apart from the next row of a table.
fn hanging(words: &str) -> usize {
    const BELOW_A_ROW: usize = 4;
    match words.get(..2) {
        Some("- " | "! ") => 2,
        _ if words.trim_end().contains("  ") => BELOW_A_ROW,
        _ => 0,
    }
}

/// One paragraph in lines: of at most `first` columns, and the others of at most `others`.
fn broken(paragraph: &str, [first, others]: [usize; 2], overlong: Overlong) -> Vec<&str> {
    let paragraph = paragraph.trim_end_matches('\r');
    let kept = together(paragraph);
    let mut lines = Vec::new();
    let (mut start, mut end) = (0, 0);
    for (place, _) in linebreaks(paragraph).filter(|(place, _)| may_break(&kept, *place)) {
        let width = |lines: &Vec<&str>| if lines.is_empty() { first } else { others };
        if columns(paragraph[start..place].trim_end()) > width(&lines) {
            if end > start {
                lines.push(paragraph[start..end].trim_end());
                start = end;
            }
            while overlong == Overlong::Cut && columns(paragraph[start..place].trim_end()) > width(&lines) {
                let cut = start + longest_fitting(&paragraph[start..place], width(&lines));
                lines.push(&paragraph[start..cut]);
                start = cut;
            }
        }
        end = place;
    }
    lines.push(paragraph[start..].trim_end());
    lines
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
    use crate::language::Language;

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

    /// Whether a line that is wider than `width` could not have been broken anywhere.
    fn is_one_piece(line: &str) -> bool {
        let (words, kept) = (line.trim_start(), together(line.trim_start()));
        let words = words.trim_start_matches("- ").trim_start_matches("! ");
        let offset = line.trim_start().len() - words.len();
        linebreaks(words).all(|(place, _)| place == words.len() || !may_break(&kept, place + offset))
    }

    #[test]
    fn no_sentence_is_broken_where_it_must_not_be() {
        const MUST_NOT_BEGIN: &str = "、。，．：；」』）］？！ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々・…";
        for parameter in crate::language::messages::PARAMETERS {
            for language in Language::ALL {
                let said = (parameter.said)(language, "/mnt/太郎 さん/保管庫-1");
                for width in [40, 80, 120] {
                    let lines = flowing(&said, Some(width));
                    for line in &lines {
                        assert!(columns(line) <= width || is_one_piece(line), "{}: {line}", parameter.name);
                        let first = line.trim_start().chars().next();
                        let began_so = said.split('\n').any(|whole| whole.trim_start().starts_with(line.trim_start()));
                        assert!(
                            began_so || !first.is_some_and(|c| MUST_NOT_BEGIN.contains(c)),
                            "{}: {line}",
                            parameter.name
                        );
                    }
                    for command in said.split('`').skip(1).step_by(2).filter(|command| !command.contains('\n')) {
                        assert!(lines.iter().any(|line| line.contains(command)), "{}: {lines:#?}", parameter.name);
                    }
                    let of = |text: &str| text.split_whitespace().collect::<String>();
                    assert_eq!(of(&lines.concat()), of(&said), "{}", parameter.name);
                }
                assert_eq!(flowing(&said, None).join("\n"), said, "{}", parameter.name);
            }
        }
    }

    #[test]
    fn a_command_wider_than_the_screen_stays_whole_and_in_a_block_is_cut() {
        let said = "Run:\n  `breakglass --vault /mnt/stick card check`";
        assert_eq!(flowing(said, Some(20)), ["Run:", "  `breakglass --vault /mnt/stick card check`"]);
        assert!(told(said, 20).iter().all(|line| columns(line) <= 20));
    }

    #[test]
    fn a_list_goes_on_below_its_words_and_a_row_apart_from_the_next() {
        assert_eq!(flowing("  - one two three", Some(12)), ["  - one two", "    three"]);
        assert_eq!(flowing("2026-01-10 09:30  One is here", Some(20)), ["2026-01-10 09:30", "    One is here"]);
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
