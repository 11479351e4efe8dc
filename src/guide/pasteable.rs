//! Commands that people paste into their shell, with a path in them whatever it is called.

use std::path::Path;

/// A path as one word of the shell that people have.
pub fn word(path: &Path) -> String {
    quoted(&path.display().to_string(), cfg!(windows))
}

/// Pieces of one command, on several lines where the shell goes on at the end of one; the two of Windows do not agree how.
pub fn lines(pieces: &[String]) -> String {
    pieces.join(if cfg!(windows) { " " } else { " \\\n    " })
}

fn quoted(text: &str, windows: bool) -> String {
    let plain = |character: char| character.is_alphanumeric() || "/._-+:\\".contains(character);
    let is_plain = text.chars().all(|character| plain(character) && (windows || character != '\\'));
    match (is_plain && !text.is_empty() && !text.starts_with('-'), windows) {
        (true, _) => text.to_owned(),
        (false, true) => format!("\"{text}\""),
        (false, false) => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word_whatever_it_is_called() {
        for (path, word) in [
            ("/media/stick/log", "/media/stick/log"),
            ("/media/My Stick", "'/media/My Stick'"),
            ("it's", r"'it'\''s'"),
            ("$(reboot)", "'$(reboot)'"),
            (r"a\b", r"'a\b'"),
            ("記録", "記録"),
            ("", "''"),
        ] {
            assert_eq!(quoted(path, false), word);
        }
        assert_eq!(quoted(r"E:\log", true), r"E:\log");
        assert_eq!(quoted(r"E:\my log", true), "\"E:\\my log\"");
        assert_eq!(quoted(r"\\server\it's $HOME", true), "\"\\\\server\\it's $HOME\"");
    }
}
