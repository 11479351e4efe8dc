//! Keys as they are pressed, pasted, or sent by a hand scanner.
//!
//! They are read here and not by a library: its queue of events would keep the text of the last cards readable for as long as the
//! program runs. On Unix bytes wait in locked memory and are wiped as they are taken; on Windows the console itself keeps what waits.

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

    use super::Key;
    use crate::system::console::{ConsoleKeys, Press};
    use crate::system::signals::told_to_end;

    /// How often it is looked whether the program was told to end: that interrupts no waiting here.
    const BETWEEN_LOOKS: Duration = Duration::from_millis(200);

    /// Virtual codes of keys that give no character, or one that steers.
    mod code {
        pub const BACKSPACE: u16 = 0x08;
        pub const TAB: u16 = 0x09;
        pub const ENTER: u16 = 0x0d;
        pub const ESCAPE: u16 = 0x1b;
        pub const PAGE_UP: u16 = 0x21;
        pub const PAGE_DOWN: u16 = 0x22;
        pub const END: u16 = 0x23;
        pub const HOME: u16 = 0x24;
        pub const LEFT: u16 = 0x25;
        pub const UP: u16 = 0x26;
        pub const RIGHT: u16 = 0x27;
        pub const DOWN: u16 = 0x28;
        pub const DELETE: u16 = 0x2e;
    }

    /// The keys of the console in raw mode.
    pub struct Keyboard {
        console: ConsoleKeys,
        /// The first half of a character that UTF-16 writes in two.
        half: Option<u16>,
    }

    impl Keyboard {
        pub fn new(console: ConsoleKeys) -> Keyboard {
            Keyboard { console, half: None }
        }

        /// The next key; nothing when none comes within `patience`.
        ///
        /// # Errors
        /// `Interrupted` when the program was told to end.
        pub fn next(&mut self, patience: Option<Duration>) -> io::Result<Option<Key>> {
            let mut left = patience;
            loop {
                if told_to_end() {
                    return Err(io::ErrorKind::Interrupted.into());
                }
                let now = left.map_or(BETWEEN_LOOKS, |left| left.min(BETWEEN_LOOKS));
                match self.console.next(now)? {
                    Some(press) => {
                        if let Some(key) = self.meaning(press) {
                            return Ok(Some(key));
                        }
                    }
                    None => {
                        left = left.map(|left| left.saturating_sub(now));
                        if left.is_some_and(|left| left.is_zero()) {
                            return Ok(None);
                        }
                    }
                }
            }
        }

        /// Whether more keys were pressed already, as when a scanner types a line. Keys that were let go are none: they come also while the
        /// program is at work, and the next question would wait for a key before it is drawn.
        pub fn has_more(&mut self) -> bool {
            self.console.waiting().is_ok_and(|press| press.is_some())
        }

        /// What a press means; nothing for the first half of a character.
        fn meaning(&mut self, press: Press) -> Option<Key> {
            let half = self.half.take();
            if (0xd800..=0xdbff).contains(&press.unit) {
                self.half = Some(press.unit);
                return None;
            }
            Some(named(press).or_else(|| with_control(press)).unwrap_or_else(|| character(half, press.unit)))
        }
    }

    /// A key that gives no character; a program that types may give any code with a character.
    fn named(press: Press) -> Option<Key> {
        if press.unit >= 0x20 && press.unit != 0x7f {
            return None;
        }
        Some(match press.code {
            code::ENTER => Key::Enter,
            code::BACKSPACE => Key::Backspace,
            code::DELETE => Key::Delete,
            code::LEFT => Key::Left,
            code::RIGHT => Key::Right,
            code::HOME => Key::Home,
            code::END => Key::End,
            code::UP | code::PAGE_UP => Key::Previous,
            code::DOWN | code::PAGE_DOWN => Key::Next,
            code::TAB => Key::Character(' '),
            code::ESCAPE => Key::Escape,
            _ => return None,
        })
    }

    /// Ctrl and a letter; such keys also come as the control character alone, where a program types them.
    fn with_control(press: Press) -> Option<Key> {
        let letter = press.with_control.then(|| char::from_u32(u32::from(press.code))).flatten();
        Some(match (press.unit, letter) {
            (0x03, _) | (_, Some('C')) => Key::Interrupt,
            (0x04, _) | (_, Some('D')) => Key::EndOfInput,
            (0x15, _) | (_, Some('U')) => Key::ClearLine,
            (0x0a | 0x0d, _) => Key::Enter,
            (0x08 | 0x7f, _) => Key::Backspace,
            (0x1b, _) => Key::Escape,
            (_, Some(_)) => Key::Other,
            (_, None) => return None,
        })
    }

    fn character(half: Option<u16>, unit: u16) -> Key {
        let mut read = char::decode_utf16(half.into_iter().chain([unit]).filter(|unit| *unit != 0));
        match (read.next(), read.next()) {
            (Some(Ok(character)), None) if !character.is_control() => Key::Character(character),
            _ => Key::Other,
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn press(code: u16, unit: u16, with_control: bool) -> Press {
            Press { code, unit, with_control }
        }

        fn alone(press: Press) -> Key {
            named(press).or_else(|| with_control(press)).unwrap_or_else(|| character(None, press.unit))
        }

        #[test]
        fn what_keys_send_instead_of_letters_never_becomes_a_letter() {
            let keys = [(code::LEFT, Key::Left), (code::DELETE, Key::Delete), (0x70, Key::Other), (0x10, Key::Other)];
            for (code, key) in keys {
                assert_eq!(alone(press(code, 0, false)), key);
            }
            assert_eq!(alone(press(u16::from(b'A'), 1, true)), Key::Other);
        }

        #[test]
        fn ctrl_c_interrupts_and_ctrl_d_ends_input() {
            assert_eq!(alone(press(u16::from(b'C'), 3, true)), Key::Interrupt);
            assert_eq!(alone(press(u16::from(b'D'), 4, true)), Key::EndOfInput);
            assert_eq!(alone(press(u16::from(b'U'), 21, true)), Key::ClearLine);
            assert_eq!(alone(press(0, 3, false)), Key::Interrupt);
        }

        #[test]
        fn letters_of_both_scripts_are_characters_also_those_that_utf16_writes_in_two() {
            assert_eq!(alone(press(u16::from(b'B'), u16::from(b'b'), false)), Key::Character('b'));
            assert_eq!(alone(press(0xe5, 0x306f, false)), Key::Character('は'));
            let mut units = [0; 2];
            '𠮷'.encode_utf16(&mut units);
            assert_eq!(character(Some(units[0]), units[1]), Key::Character('𠮷'));
            assert_eq!(character(Some(units[0]), u16::from(b'a')), Key::Other, "a half and no other half");
            assert_eq!(character(None, units[1]), Key::Other);
        }
    }
}
