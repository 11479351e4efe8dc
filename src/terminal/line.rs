//! One line while it is typed: text and cursor, in locked memory.

use super::keys::Key;
use crate::secret::SecretText;
use crate::system::memory::{LockedBytes, wipe};

/// The most that a line holds, in bytes. Longer than any path, name or card.
const LIMIT: usize = 4096;

/// A line and the place in it where the next character goes.
pub struct Line {
    bytes: LockedBytes,
    len: usize,
    cursor: usize,
}

impl Line {
    pub fn new() -> Line {
        Line { bytes: LockedBytes::zeroed(LIMIT), len: 0, cursor: 0 }
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).expect("only whole characters go in and out")
    }

    /// What stands before the cursor.
    pub fn before_cursor(&self) -> &str {
        &self.text()[..self.cursor]
    }

    /// A copy of the text in locked memory.
    pub fn secret(&self) -> SecretText {
        SecretText::from(self.text().to_owned())
    }

    /// Does what `key` does in a line; what does not belong to editing does nothing.
    pub fn edit(&mut self, key: Key) {
        match key {
            Key::Character(character) => self.insert(character),
            Key::Backspace => self.remove(self.previous()..self.cursor),
            Key::Delete => self.remove(self.cursor..self.following()),
            Key::Left => self.cursor = self.previous(),
            Key::Right => self.cursor = self.following(),
            Key::Home => self.cursor = 0,
            Key::End => self.cursor = self.len,
            Key::ClearLine | Key::Escape => self.remove(0..self.len),
            _ => {}
        }
    }

    /// Adds a character at the cursor; a full line takes no more.
    pub fn insert(&mut self, character: char) {
        let mut encoded = [0; 4];
        let encoded = character.encode_utf8(&mut encoded).as_bytes();
        if self.len + encoded.len() > LIMIT {
            return;
        }
        self.bytes.copy_within(self.cursor..self.len, self.cursor + encoded.len());
        self.bytes[self.cursor..][..encoded.len()].copy_from_slice(encoded);
        self.cursor += encoded.len();
        self.len += encoded.len();
    }

    fn remove(&mut self, range: std::ops::Range<usize>) {
        self.bytes.copy_within(range.end..self.len, range.start);
        let end = self.len - range.len();
        wipe(&mut self.bytes[end..self.len]);
        self.len = end;
        self.cursor = range.start;
    }

    fn previous(&self) -> usize {
        self.before_cursor().char_indices().next_back().map_or(0, |(place, _)| place)
    }

    fn following(&self) -> usize {
        self.cursor + self.text()[self.cursor..].chars().next().map_or(0, char::len_utf8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &[Key]) -> Line {
        let mut line = Line::new();
        keys.iter().for_each(|key| line.edit(*key));
        line
    }

    #[test]
    fn a_character_goes_in_at_the_cursor() {
        use Key::{Character, End, Left, Right};
        let line = typed(&[Character('は'), Character('い'), Left, Left, Character('a'), Right, Character('b'), End]);
        assert_eq!(line.text(), "aはbい");
        assert_eq!(line.before_cursor(), line.text());
    }

    #[test]
    fn removing_takes_whole_characters_on_either_side() {
        use Key::{Backspace, Character, Delete, Home, Left};
        let keys = [Character('日'), Character('本'), Character('語'), Left, Backspace, Delete, Home, Backspace];
        assert_eq!(typed(&keys).text(), "日");
    }

    #[test]
    fn what_was_removed_is_wiped() {
        let line = typed(&[Key::Character('k'), Key::Character('e'), Key::ClearLine]);
        assert!(line.text().is_empty() && line.bytes.iter().all(|byte| *byte == 0));
    }

    #[test]
    fn a_full_line_takes_no_more() {
        let mut line = Line::new();
        (0..5000).for_each(|_| line.insert('x'));
        assert_eq!(line.text().len(), LIMIT);
    }
}
