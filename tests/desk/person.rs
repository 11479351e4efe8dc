//! A person at a real pseudo-terminal: sees what a screen would show, and types.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, SlavePty, native_pty_system};

/// Long enough for a machine with other work to do.
const PATIENCE: Duration = Duration::from_secs(20);

const ROWS: NonZero<u16> = NonZero::new(24).unwrap();
const COLUMNS: NonZero<u16> = NonZero::new(80).unwrap();

/// Lines that the terminal keeps for scrolling back.
const SCROLLBACK: usize = 1000;

/// A person in front of a program in a terminal of 80 columns and 24 rows.
pub struct Person {
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<Mutex<Seen>>,
    _terminal: (Box<dyn MasterPty + Send>, Box<dyn SlavePty + Send>),
}

struct Seen {
    terminal: vt100::Parser,
    written: Vec<u8>,
}

impl Person {
    /// Starts `command` in a new terminal.
    pub fn at(command: CommandBuilder) -> Person {
        Person::at_width(command, COLUMNS)
    }

    /// The same in a terminal of so many columns.
    pub fn at_width(command: CommandBuilder, columns: NonZero<u16>) -> Person {
        let size = PtySize { rows: ROWS.get(), cols: columns.get(), pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        let mut output = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let seen =
            Arc::new(Mutex::new(Seen { terminal: vt100::Parser::new(ROWS, columns, SCROLLBACK), written: Vec::new() }));
        let seeing = Arc::clone(&seen);
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                let mut seen = seeing.lock().unwrap();
                seen.terminal.process(&bytes[..count]);
                seen.written.extend_from_slice(&bytes[..count]);
            }
        });
        // The terminal stays open when the program has ended, so that one can see in which state it was left.
        Person { keys, child, seen, _terminal: (pair.master, pair.slave) }
    }

    /// Types `text`; `\r` is Enter.
    pub fn types(&mut self, text: &str) {
        self.keys.write_all(text.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// What the screen shows now.
    pub fn screen(&self) -> String {
        self.seen.lock().unwrap().terminal.screen().contents()
    }

    /// What the screen shows now, and all that one can scroll back to.
    pub fn screen_and_scrollback(&self) -> String {
        let mut seen = self.seen.lock().unwrap();
        let mut text = seen.terminal.screen().contents();
        for line in (1..=SCROLLBACK).rev() {
            seen.terminal.screen_mut().set_scrollback(line);
            text.push_str(&seen.terminal.screen().contents());
        }
        seen.terminal.screen_mut().set_scrollback(0);
        text
    }

    /// Every byte that the program ever wrote to the terminal, as text.
    pub fn everything_written(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().unwrap().written).into_owned()
    }

    /// Whether the screen of its own is on, to which nothing can be scrolled back.
    pub fn is_on_alternate_screen(&self) -> bool {
        self.seen.lock().unwrap().terminal.screen().alternate_screen()
    }

    /// Waits until the screen is as `expected` says.
    pub fn sees(&self, what: &str, expected: impl Fn(&str) -> bool) {
        let start = Instant::now();
        while !expected(&self.screen()) {
            assert!(start.elapsed() < PATIENCE, "waited in vain for: {what}\nthe screen shows:\n{}", self.screen());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until the screen shows `text`.
    pub fn reads(&self, text: &str) {
        self.sees(text, |screen| screen.contains(text));
    }

    /// Waits until the program has written `text`, wherever it is by now.
    pub fn wrote(&self, text: &str) {
        self.sees(text, |_| self.everything_written().contains(text));
    }

    /// Waits until the screen no longer shows `text`.
    pub fn reads_no_more(&self, text: &str) {
        self.sees(&format!("no {text}"), |screen| !screen.contains(text));
    }

    /// The process in front of the person.
    #[cfg(unix)]
    pub fn process_id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Waits until the program has ended.
    pub fn sees_it_end(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "the program does not end; the screen shows:\n{}", self.screen());
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}
