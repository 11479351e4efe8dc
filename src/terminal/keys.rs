//! Keys as they are pressed, pasted, or sent by a hand scanner.
//!
//! On Unix the bytes are read here and not by a library: its queue of events would keep the text of the last cards readable
//! for as long as the program runs. Bytes wait in locked memory and are wiped as they are taken.

/// A key, as far as anything here asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Character(char),
    Enter,
    Backspace,
    Delete,
    Left,
    Right,
    Home,
    End,
    /// Up, or the page before.
    Previous,
    /// Down, or the page after.
    Next,
    /// Ctrl-U: the whole line goes.
    ClearLine,
    Escape,
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-D.
    EndOfInput,
    /// Anything else; it does nothing.
    Other,
}

#[cfg(unix)]
pub use unix::Keyboard;
#[cfg(windows)]
pub use windows::Keyboard;

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io::{self, Read};
    use std::time::Duration;

    use super::Key;
    use crate::system::memory::{LockedBytes, wipe};
    use crate::system::signals::told_to_end;
    use crate::system::wait_readable;

    /// More than a hand scanner sends at once.
    const BUFFER: usize = 1024;

    /// How long the rest of a sequence may take before an Esc stands for itself. Serial lines at 3 a.m. are slow; people slower.
    const REST_OF_SEQUENCE: Duration = Duration::from_millis(60);

    /// The keys of a terminal in raw mode.
    pub struct Keyboard {
        terminal: File,
        buffer: LockedBytes,
        start: usize,
        end: usize,
        /// Whether the byte that was taken last was a return.
        after_return: bool,
    }

    impl Keyboard {
        pub fn new(terminal: File) -> Keyboard {
            Keyboard { terminal, buffer: LockedBytes::zeroed(BUFFER), start: 0, end: 0, after_return: false }
        }

        /// The next key; nothing when none comes within `patience`.
        ///
        /// # Errors
        /// `Interrupted` when a signal arrived, `UnexpectedEof` when the terminal is gone.
        pub fn next(&mut self, patience: Option<Duration>) -> io::Result<Option<Key>> {
            if !self.arrives(patience)? {
                return Ok(None);
            }
            let first = self.take();
            self.after_return = first == b'\r';
            Ok(Some(match first {
                b'\r' | b'\n' => Key::Enter,
                0x7f | 0x08 => Key::Backspace,
                0x01 => Key::Home,
                0x03 => Key::Interrupt,
                0x04 => Key::EndOfInput,
                0x05 => Key::End,
                0x15 => Key::ClearLine,
                0x1b => self.rest_of_escape()?,
                b'\t' => Key::Character(' '),
                0x00..=0x1f => Key::Other,
                0x20..=0x7e => Key::Character(first.into()),
                _ => self.rest_of_character(first)?,
            }))
        }

        /// Whether more keys have arrived already, as when a scanner types a line.
        pub fn has_more(&mut self) -> bool {
            self.arrives(Some(Duration::ZERO)).unwrap_or(false)
        }

        /// Waits for a byte that counts. A line feed right behind a return ends the same line: hand scanners send both, one after the other,
        /// and the second must not answer what is asked next, however late it comes.
        fn arrives(&mut self, patience: Option<Duration>) -> io::Result<bool> {
            loop {
                if self.start == self.end && !self.fill(patience)? {
                    return Ok(false);
                }
                if !self.after_return || self.buffer[self.start] != b'\n' {
                    return Ok(true);
                }
                self.take();
                self.after_return = false;
            }
        }

        /// ECMA-48: `ESC [`, parameters, a final byte from `@` to `~`; and `ESC O` with one byte.
        fn rest_of_escape(&mut self) -> io::Result<Key> {
            match self.more()? {
                None => Ok(Key::Escape),
                Some(b'O') => Ok(self.more()?.map_or(Key::Other, named)),
                Some(b'[') => {
                    let mut parameters = Vec::new();
                    while let Some(byte) = self.more()? {
                        match byte {
                            b'~' => return Ok(numbered(&parameters)),
                            0x40..=0x7d => return Ok(named(byte)),
                            _ => parameters.push(byte),
                        }
                    }
                    Ok(Key::Other)
                }
                Some(0x1b) => Ok(Key::Escape),
                Some(_) => Ok(Key::Other),
            }
        }

        fn rest_of_character(&mut self, first: u8) -> io::Result<Key> {
            let len = match first {
                0xc2..=0xdf => 2,
                0xe0..=0xef => 3,
                0xf0..=0xf4 => 4,
                _ => return Ok(Key::Other),
            };
            let mut bytes = [first, 0, 0, 0];
            for place in &mut bytes[1..len] {
                let Some(byte) = self.more()? else { return Ok(Key::Other) };
                *place = byte;
            }
            let character = std::str::from_utf8(&bytes[..len]).ok().and_then(|text| text.chars().next());
            Ok(character.filter(|character| !character.is_control()).map_or(Key::Other, Key::Character))
        }

        /// The next byte of something begun.
        fn more(&mut self) -> io::Result<Option<u8>> {
            if self.start == self.end && !self.fill(Some(REST_OF_SEQUENCE))? {
                return Ok(None);
            }
            Ok(Some(self.take()))
        }

        fn take(&mut self) -> u8 {
            let byte = self.buffer[self.start];
            wipe(&mut self.buffer[self.start..=self.start]);
            self.start += 1;
            byte
        }

        fn fill(&mut self, patience: Option<Duration>) -> io::Result<bool> {
            let ready = loop {
                if told_to_end() {
                    return Err(io::ErrorKind::Interrupted.into());
                }
                match wait_readable(&self.terminal, patience) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    ready => break ready?,
                }
            };
            if !ready {
                return Ok(false);
            }
            self.start = 0;
            self.end = 0;
            self.end = self.terminal.read(&mut self.buffer)?;
            if self.end == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(true) }
        }
    }

    fn named(byte: u8) -> Key {
        match byte {
            b'A' => Key::Previous,
            b'B' => Key::Next,
            b'C' => Key::Right,
            b'D' => Key::Left,
            b'F' => Key::End,
            b'H' => Key::Home,
            b'M' => Key::Enter,
            _ => Key::Other,
        }
    }

    fn numbered(parameters: &[u8]) -> Key {
        match parameters {
            b"1" | b"7" => Key::Home,
            b"3" => Key::Delete,
            b"4" | b"8" => Key::End,
            b"5" => Key::Previous,
            b"6" => Key::Next,
            _ => Key::Other,
        }
    }

    #[cfg(test)]
    mod tests {
        use std::io::{Seek, Write};

        use super::*;

        /// The keys in `bytes`; a plain file can always be read, and its end is the terminal's.
        fn keys(bytes: &[u8]) -> Vec<Key> {
            let path = std::env::temp_dir().join(format!("breakglass-keys-{}-{}", std::process::id(), bytes.len()));
            let mut file = File::options().read(true).write(true).create_new(true).open(&path).unwrap();
            std::fs::remove_file(&path).unwrap();
            file.write_all(bytes).unwrap();
            file.rewind().unwrap();
            let mut keyboard = Keyboard::new(file);
            std::iter::from_fn(|| keyboard.next(None).ok().flatten()).collect()
        }

        #[test]
        fn a_line_feed_behind_a_return_is_no_second_enter() {
            assert_eq!(
                keys(b"a\r\n\nb\n"),
                [Key::Character('a'), Key::Enter, Key::Enter, Key::Character('b'), Key::Enter]
            );
            assert_eq!(keys(b"\r\r\n"), [Key::Enter, Key::Enter]);
        }

        #[test]
        fn letters_of_both_scripts_and_full_width_ones_are_characters() {
            let expected: Vec<Key> = "b１はé".chars().map(Key::Character).collect();
            assert_eq!(keys("b１はé".as_bytes()), expected);
        }

        #[test]
        fn what_keys_send_instead_of_letters_never_becomes_a_letter() {
            assert_eq!(
                keys(b"\x1b[D\x1b[C\x1b[3~\x1bOH\x1b[1;5C\x1b[15~\x1b[200~"),
                [Key::Left, Key::Right, Key::Delete, Key::Home, Key::Right, Key::Other, Key::Other]
            );
        }

        #[test]
        fn broken_characters_do_nothing() {
            assert_eq!(keys(b"\xff\xc0a"), [Key::Other, Key::Other, Key::Character('a')]);
        }
    }
}

#[cfg(windows)]
mod windows {
    use std::io;
    use std::time::Duration;

    use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

    use super::Key;

    /// The keys of the console in raw mode.
    pub struct Keyboard;

    impl Keyboard {
        /// The next key; nothing when none comes within `patience`.
        pub fn next(&mut self, patience: Option<Duration>) -> io::Result<Option<Key>> {
            loop {
                if let Some(patience) = patience
                    && !event::poll(patience)?
                {
                    return Ok(None);
                }
                match event::read()? {
                    Event::Key(key) if key.kind != KeyEventKind::Release => return Ok(Some(meaning(key))),
                    _ => {}
                }
            }
        }

        /// Whether more keys have arrived already, as when a scanner types a line.
        pub fn has_more(&mut self) -> bool {
            event::poll(Duration::ZERO).unwrap_or(false)
        }
    }

    fn meaning(key: KeyEvent) -> Key {
        let with_control = key.modifiers.contains(KeyModifiers::CONTROL) && !key.modifiers.contains(KeyModifiers::ALT);
        match key.code {
            KeyCode::Char('c') if with_control => Key::Interrupt,
            KeyCode::Char('d') if with_control => Key::EndOfInput,
            KeyCode::Char('u') if with_control => Key::ClearLine,
            KeyCode::Char(_) if with_control => Key::Other,
            KeyCode::Char(character) => Key::Character(character),
            KeyCode::Enter => Key::Enter,
            KeyCode::Backspace => Key::Backspace,
            KeyCode::Delete => Key::Delete,
            KeyCode::Left => Key::Left,
            KeyCode::Right => Key::Right,
            KeyCode::Home => Key::Home,
            KeyCode::End => Key::End,
            KeyCode::Up | KeyCode::PageUp => Key::Previous,
            KeyCode::Down | KeyCode::PageDown => Key::Next,
            KeyCode::Tab => Key::Character(' '),
            KeyCode::Esc => Key::Escape,
            _ => Key::Other,
        }
    }
}
