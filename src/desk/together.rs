//! What of a line is never broken: what somebody may copy or type, so that half of it on another line would be wrong.

use std::ops::Range;

/// What ends a path that stands in a sentence. A path itself may have nearly every character.
const ENDS_PATH: &str = "。、，：；（）「」『』［］“”‘’？！,;\"`";

/// Where the parts of `line` stand that stay together: commands, options with their value, paths, ids and heads.
pub fn together(line: &str) -> Vec<Range<usize>> {
    let mut kept = quoted(line, '`', '`');
    kept.extend(quoted(line, '<', '>'));
    kept.extend(quoted(line, '[', ']'));
    kept.extend(ascii_words(line));
    kept.extend(paths(line));
    kept.extend(groups(line));
    kept.extend(commands(line));
    kept.extend(options(line));
    kept.extend(counted(line));
    kept.extend(ending(line));
    kept
}

/// Whether a line may be broken before the byte at `place`.
pub fn may_break(kept: &[Range<usize>], place: usize) -> bool {
    !kept.iter().any(|range| range.start < place && place < range.end)
}

/// What stands between two marks. Between brackets that is a value's name or an example, which has no spaces; a command has some.
fn quoted(line: &str, open: char, close: char) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = line[from..].find(open).map(|at| from + at) {
        let inside = start + open.len_utf8();
        let Some(end) = line[inside..].find(close).map(|at| inside + at) else { break };
        let has_space = line[inside..end].contains(char::is_whitespace);
        if open == '`' || !has_space {
            found.push(start..end + close.len_utf8());
            from = end + close.len_utf8();
        } else {
            from = inside;
        }
    }
    found
}

/// Runs of characters that `belongs` takes.
fn runs(line: &str, belongs: impl Fn(char) -> bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = None;
    for (place, character) in line.char_indices() {
        match (belongs(character), start) {
            (true, None) => start = Some(place),
            (false, Some(begun)) => {
                found.push(begun..place);
                start = None;
            }
            _ => {}
        }
    }
    found.extend(start.map(|begun| begun..line.len()));
    found
}

/// Whatever has no space: options, ids, addresses and most paths, which would else break at a hyphen or a slash.
fn ascii_words(line: &str) -> Vec<Range<usize>> {
    runs(line, |character| character.is_ascii_graphic())
}

/// Paths with names in any script, which would else break between any two Japanese characters.
fn paths(line: &str) -> Vec<Range<usize>> {
    let mut found = runs(line, |character| !character.is_whitespace() && !ENDS_PATH.contains(character));
    found.retain(|run| line[run.clone()].contains(['/', '\\']));
    found
}

/// Ids and heads as they stand on paper, in groups of four.
fn groups(line: &str) -> Vec<Range<usize>> {
    let hexadecimal = |group: &str| group.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let capital = |group: &str| group.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'Z'));
    let mut found: Vec<Range<usize>> = Vec::new();
    for run in runs(line, |character| character.is_ascii_alphanumeric()) {
        let group = &line[run.clone()];
        if group.len() != 4 || !(hexadecimal(group) || capital(group)) {
            continue;
        }
        match found.last_mut() {
            Some(before) if &line[before.end..run.start] == " " => before.end = run.end,
            _ => found.push(run),
        }
    }
    found
}

/// Commands that stand in a sentence without marks: the program's name, the word behind it and options, or all of it up to the line's
/// end where it stands there by itself. A line of a shell is one.
fn commands(line: &str) -> Vec<Range<usize>> {
    const NAME: &str = "breakglass ";
    let mut found = Vec::new();
    if line.trim_start().starts_with("$ ") {
        found.push(0..line.len());
    }
    for (start, _) in line.match_indices(NAME) {
        let before = line[..start].trim_end();
        if before.is_empty() || before.ends_with([':', '：']) {
            found.push(start..line.len());
            continue;
        }
        let mut end = start + NAME.len();
        let mut after_option = true;
        for word in line[end..].split(' ') {
            if !(after_option || word.starts_with("--")) || !word.starts_with(|first: char| first.is_ascii_graphic()) {
                break;
            }
            end += word.len() + 1;
            after_option = word.starts_with("--");
            if !word.ends_with(|last: char| last.is_ascii_alphanumeric()) {
                break;
            }
        }
        found.push(start..end - 1);
    }
    found
}

/// An option and the name of its value, or a placeholder behind it.
fn options(line: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (start, _) in line.match_indices("--") {
        let name = |character: char| character.is_ascii_alphanumeric() || character == '-';
        let end = line[start..].find(|character| !name(character)).map_or(line.len(), |length| start + length);
        let value = line[end..].strip_prefix(' ').unwrap_or_default();
        let long = match value.starts_with('<') {
            true => value.find('>').map_or(0, |close| close + 1),
            false => {
                value.find(|character: char| !character.is_ascii_uppercase() && character != '_').unwrap_or(value.len())
            }
        };
        if long > 1 {
            found.push(start..end + 1 + long);
        }
    }
    found
}

/// A number and what is counted, as in “3 枚”: Japanese has no break there.
fn counted(line: &str) -> Vec<Range<usize>> {
    let numbers = runs(line, |character| character.is_ascii_digit()).into_iter();
    let with_unit = numbers.filter_map(|run| {
        let unit = line[run.end..].strip_prefix(' ')?.chars().next().filter(|unit| !unit.is_ascii())?;
        unit.is_alphabetic().then(|| run.start..run.end + 1 + unit.len_utf8())
    });
    with_unit.collect()
}

/// The last two letters of a Japanese sentence that ends in kana: a line that is only 「す。」 looks like a slip.
fn ending(line: &str) -> Option<Range<usize>> {
    let letters = line.trim_end_matches(|mark: char| ENDS_PATH.contains(mark));
    let mut last = letters.char_indices().rev().take_while(|(_, letter)| matches!(letter, 'ぁ'..='ゖ'));
    let (_, (start, _)) = (last.next()?, last.next()?);
    Some(start..letters.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What begins with `begins`, up to the first place where `line` may be broken.
    fn kept<'l>(line: &'l str, begins: &str) -> &'l str {
        let start = line.find(begins).unwrap();
        let kept = together(line);
        let mut ends = line.char_indices().map(|(place, _)| place).filter(|place| *place > start);
        let end = ends.find(|place| may_break(&kept, *place)).unwrap_or(line.len());
        &line[start..end]
    }

    #[test]
    fn a_command_between_marks_is_one() {
        assert_eq!(kept("実行：`breakglass log verify` です", "`"), "`breakglass log verify`");
    }

    #[test]
    fn a_command_at_the_end_of_a_line_is_one() {
        let line = "1 枚だけなら：breakglass --vault /mnt/usb card check";
        assert_eq!(kept(line, "breakglass"), "breakglass --vault /mnt/usb card check");
        assert_eq!(kept("breakglass --vault v merge w", "breakglass"), "breakglass --vault v merge w");
    }

    #[test]
    fn a_command_in_a_sentence_is_one_and_the_sentence_is_not() {
        assert_eq!(
            kept("Give it up with breakglass rotate --abort, and begin", "breakglass"),
            "breakglass rotate --abort,"
        );
        assert_eq!(kept("What breakglass writes to it is kept", "breakglass"), "breakglass writes");
        assert_eq!(kept("先に breakglass merge で取り込んで", "breakglass"), "breakglass merge");
    }

    #[test]
    fn an_option_stays_with_its_value() {
        assert_eq!(kept("Name one with --vault DIR.", "--"), "--vault DIR.");
        assert_eq!(kept("[--without <氏名>] [--reason <理由>]", "[--w"), "[--without <氏名>]");
    }

    #[test]
    fn a_path_with_japanese_names_is_one() {
        assert_eq!(kept("置き場所：/mnt/太郎/保管庫、または", "/mnt"), "/mnt/太郎/保管庫");
        assert_eq!(kept(r"C:\利用者\保管庫 です", "C:"), r"C:\利用者\保管庫");
    }

    #[test]
    fn ids_and_heads_stay_in_one_piece() {
        assert_eq!(kept("世代 1aa1 434e 743b を", "1aa1"), "1aa1 434e 743b");
        assert_eq!(kept("Head: QZ3A 7XYZ M0FE AAAA.", "QZ3A"), "QZ3A 7XYZ M0FE AAAA.");
    }

    #[test]
    fn a_sentence_never_ends_in_a_line_of_one_kana() {
        assert_eq!(kept("先に読み戻します", "ま"), "ます");
        assert_eq!(ending("確認"), None);
    }

    #[test]
    fn a_number_stays_with_what_it_counts() {
        assert_eq!(kept("あと 3 枚必要です", "3"), "3 枚");
    }
}
