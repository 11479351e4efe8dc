//! What is typed unseen.
//!
//! `rpassword` edits the line. It is handed the keys rather than the terminal: with a terminal of its own it answers Ctrl-C with
//! a signal that ends the program before echoing is turned on again, and it knows no way to lay a card aside.

use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;
use std::time::Instant;

use rpassword::ConfigBuilder;

use super::keys::{Key, Keyboard};
use super::patience::Patience;
use crate::desk::{Answer, DeskError};
use crate::secret::SecretText;

/// The most that is taken, in bytes. Longer than any phrase or password.
const LIMIT: usize = 4096;

/// How the reading ended other than by Enter.
#[derive(Clone, Copy)]
enum Ending {
    LaidAside,
    Interrupted,
    Closed,
    Idle,
}

/// Keys as the bytes that `rpassword` reads.
pub struct Hidden {
    keyboard: Rc<RefCell<Keyboard>>,
    patience: Rc<RefCell<Patience>>,
    ending: Rc<RefCell<Option<Ending>>>,
    /// The rest of a character of several bytes, first byte last.
    rest: Vec<u8>,
    taken: usize,
}

impl Hidden {
    /// Reads a line in raw mode, without showing anything. Esc lays aside.
    ///
    /// # Errors
    /// On Ctrl-C, when the terminal is closed, when no key comes for too long, and when it fails.
    pub fn read(
        keyboard: &Rc<RefCell<Keyboard>>,
        patience: &Rc<RefCell<Patience>>,
    ) -> Result<Answer<SecretText>, DeskError> {
        let ending = Rc::new(RefCell::new(None));
        let (keyboard, patience) = (Rc::clone(keyboard), Rc::clone(patience));
        let keys = Hidden { keyboard, patience, ending: Rc::clone(&ending), rest: Vec::with_capacity(4), taken: 0 };
        let config = ConfigBuilder::new().input_reader(keys).output_discard().build();
        let line = rpassword::read_password_with_config(config).map(SecretText::from);
        match *ending.borrow() {
            Some(Ending::LaidAside) => Ok(Answer::LaidAside),
            Some(Ending::Interrupted) => Err(DeskError::Interrupted),
            Some(Ending::Closed) => Err(DeskError::Closed),
            Some(Ending::Idle) => Err(DeskError::Idle),
            None => Ok(Answer::Given(line?)),
        }
    }

    fn end(&self, ending: Ending) -> io::Error {
        *self.ending.borrow_mut() = Some(ending);
        io::ErrorKind::Other.into()
    }

    fn next_byte(&mut self) -> io::Result<u8> {
        if let Some(byte) = self.rest.pop() {
            return Ok(byte);
        }
        loop {
            let left = self.patience.borrow().left(Instant::now());
            let key = self.keyboard.borrow_mut().next(left)?;
            if key.is_some() {
                self.patience.borrow_mut().key(Instant::now());
            }
            match key {
                None => return Err(self.end(Ending::Idle)),
                Some(Key::Character(character)) if self.taken + character.len_utf8() <= LIMIT => {
                    self.taken += character.len_utf8();
                    let mut bytes = [0; 4];
                    self.rest.extend(character.encode_utf8(&mut bytes).bytes().rev());
                    return Ok(self.rest.pop().expect("a character has a byte"));
                }
                Some(Key::Enter) => return Ok(b'\n'),
                Some(Key::Backspace) => return Ok(0x7f),
                Some(Key::ClearLine) => return Ok(0x15),
                Some(Key::Escape) => return Err(self.end(Ending::LaidAside)),
                Some(Key::Interrupt) => return Err(self.end(Ending::Interrupted)),
                Some(Key::EndOfInput) => return Err(self.end(Ending::Closed)),
                _ => {}
            }
        }
    }
}

impl Read for Hidden {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match buffer.first_mut() {
            None => Ok(0),
            Some(place) => {
                *place = self.next_byte()?;
                Ok(1)
            }
        }
    }
}
