//! Files that are dropped onto the window: terminals type their path, each in its own way.

use std::path::PathBuf;

/// Whether a line begins as a path does and no card: with a slash, a quotation mark, `file:`, or the letter of a drive.
pub fn begins_path(text: &str) -> bool {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some('/' | '\\' | '\'' | '"' | 'f' | 'F'), _) => true,
        (Some(drive), Some(':')) => drive.is_ascii_alphabetic(),
        _ => false,
    }
}

/// The file that a line names: as it stands, between quotation marks (GNOME, KDE, Windows), with backslashes before what shells take
/// for themselves (macOS), or as a `file:` address.
pub fn path_of(line: &str) -> Option<PathBuf> {
    let text = line.trim();
    if !begins_path(text) {
        return None;
    }
    if let Some(quoted) = between(text, '\'') {
        // How a shell writes the mark itself between marks.
        return Some(PathBuf::from(quoted.replace("'\\''", "'")));
    }
    if let Some(quoted) = between(text, '"') {
        return Some(PathBuf::from(quoted));
    }
    if text.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:")) {
        return Some(address(&text[5..]));
    }
    match text.chars().next() {
        Some('f' | 'F') if text.chars().nth(1) != Some(':') => None,
        Some('/') => Some(PathBuf::from(without_backslashes(text))),
        _ => Some(PathBuf::from(text)),
    }
}

fn between(text: &str, mark: char) -> Option<&str> {
    text.strip_prefix(mark)?.strip_suffix(mark)
}

/// What stands behind `file:`. With two slashes it is an address, with a host that may be empty, and percent-encoded.
fn address(rest: &str) -> PathBuf {
    let Some(with_host) = rest.strip_prefix("//") else { return PathBuf::from(rest) };
    let path = with_host.find('/').map_or(with_host, |slash| &with_host[slash..]);
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        let digits = behind.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let encoded = digits.filter(|_| byte == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(encoded.unwrap_or(byte));
        rest = if encoded.is_some() { &behind[2..] } else { behind };
    }
    PathBuf::from(String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned()))
}

/// No backslash before a letter or a digit goes: it belongs to the name.
fn without_backslashes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match characters.peek() {
            Some(next) if character == '\\' && !next.is_alphanumeric() => plain.extend(characters.next()),
            _ => plain.push(character),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_file_is_found_in_whichever_way_the_terminal_types_it() {
        for (typed, path) in [
            ("/media/stick/my card.png", "/media/stick/my card.png"),
            ("'/media/my stick/Ben'\\''s card.png' ", "/media/my stick/Ben's card.png"),
            ("/Volumes/MY\\ STICK/card\\ \\(1\\).png ", "/Volumes/MY STICK/card (1).png"),
            ("/media/a\\b.png", "/media/a\\b.png"),
            ("file:///media/My%20Stick/%E3%82%AB.png", "/media/My Stick/カ.png"),
            ("file://localhost/media/100%.png", "/media/100%.png"),
            ("file:card-1.txt", "card-1.txt"),
            ("C:\\Users\\Ben\\card.png", "C:\\Users\\Ben\\card.png"),
            ("\"F:\\my cards\\card.png\"", "F:\\my cards\\card.png"),
            ("f:\\card.png", "f:\\card.png"),
        ] {
            assert_eq!(path_of(typed), Some(PathBuf::from(path)), "{typed}");
        }
        for typed in ["", "bg1qq", "fil", "folder"] {
            assert_eq!(path_of(typed), None, "{typed}");
        }
    }
}
