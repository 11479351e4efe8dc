//! The console of Windows: its keys, its text, its modes, and being told to end.
//!
//! Keys are read here and not by a library: its queue of events would keep the text of the last cards readable for as long as the
//! program runs.

use std::fs::File;
use std::io;
use std::mem;
use std::os::windows::io::AsRawHandle;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::Console::{
    CONSOLE_MODE, CONSOLE_SCREEN_BUFFER_INFO, CTRL_BREAK_EVENT, CTRL_C_EVENT, ENABLE_ECHO_INPUT, ENABLE_EXTENDED_FLAGS,
    ENABLE_LINE_INPUT, ENABLE_PROCESSED_INPUT, ENABLE_PROCESSED_OUTPUT, ENABLE_QUICK_EDIT_MODE,
    ENABLE_VIRTUAL_TERMINAL_INPUT, ENABLE_VIRTUAL_TERMINAL_PROCESSING, GetConsoleMode, GetConsoleScreenBufferInfo,
    INPUT_RECORD, KEY_EVENT, LEFT_ALT_PRESSED, LEFT_CTRL_PRESSED, PeekConsoleInputW, RIGHT_ALT_PRESSED,
    RIGHT_CTRL_PRESSED, ReadConsoleInputW, SetConsoleCtrlHandler, SetConsoleMode, WriteConsoleW,
};
use windows_sys::Win32::System::Threading::WaitForSingleObject;
use windows_sys::core::BOOL;
use zeroize::{Zeroize, Zeroizing};

/// How the program was told to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Ctrl-C or Ctrl-Break.
    ByKey,
    /// The window was closed, or the session or the machine ends: the system ends the program soon in any case.
    ByClosing,
}

type Answer = fn(Told) -> bool;

static ANSWER: OnceLock<Answer> = OnceLock::new();

/// From now on `answer` is asked, in a thread of its own, when the program is told to end; it says whether that was all.
pub fn hear(answer: Answer) -> io::Result<()> {
    let _ = ANSWER.set(answer);
    // SAFETY: the handler is a function that lives as long as the program, and touches nothing but atomics and sleeps.
    succeeded(unsafe { SetConsoleCtrlHandler(Some(told), 1) })
}

unsafe extern "system" fn told(kind: u32) -> BOOL {
    let told = if matches!(kind, CTRL_C_EVENT | CTRL_BREAK_EVENT) { Told::ByKey } else { Told::ByClosing };
    ANSWER.get().is_some_and(|answer| answer(told)).into()
}

fn succeeded(answer: BOOL) -> io::Result<()> {
    if answer == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// The keys of the console, also when standard input is a pipe.
fn open_keys() -> io::Result<File> {
    File::options().read(true).write(true).open("CONIN$")
}

/// The screen of the console, wherever standard output goes.
fn open_screen() -> io::Result<File> {
    File::options().read(true).write(true).open("CONOUT$")
}

fn mode(console: &File) -> io::Result<CONSOLE_MODE> {
    let mut mode = 0;
    // SAFETY: the system fills the number that it is given; `console` keeps the handle open.
    succeeded(unsafe { GetConsoleMode(console.as_raw_handle(), &mut mode) })?;
    Ok(mode)
}

fn set_mode(console: &File, mode: CONSOLE_MODE) -> io::Result<()> {
    // SAFETY: takes a number; `console` keeps the handle open.
    succeeded(unsafe { SetConsoleMode(console.as_raw_handle(), mode) })
}

/// The mode that keys had before they came one by one.
static BEFORE: Mutex<Option<CONSOLE_MODE>> = Mutex::new(None);

/// Keys as they come one by one and unechoed, from a mode as the program found it. Without `QuickEdit`, with which a click into the
/// window stops all output: a secret would then stand there beyond its time.
fn one_by_one(mode: CONSOLE_MODE) -> CONSOLE_MODE {
    let off = ENABLE_LINE_INPUT
        | ENABLE_ECHO_INPUT
        | ENABLE_PROCESSED_INPUT
        | ENABLE_QUICK_EDIT_MODE
        | ENABLE_VIRTUAL_TERMINAL_INPUT;
    mode & !off | ENABLE_EXTENDED_FLAGS
}

/// From now on keys come one by one and are not echoed.
///
/// # Errors
/// When the program has no console.
pub fn hold_keys() -> io::Result<()> {
    let keys = open_keys()?;
    let mut before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner);
    let found = mode(&keys)?;
    set_mode(&keys, one_by_one(found))?;
    before.get_or_insert(found);
    Ok(())
}

/// Keys are echoed again, as they were before [`hold_keys`].
///
/// # Errors
/// When the console is gone.
pub fn give_keys_back() -> io::Result<()> {
    let mut before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner);
    // Without the flag the system leaves `QuickEdit` as it is, and it is to be put back.
    before.take().map_or(Ok(()), |before| set_mode(&open_keys()?, before | ENABLE_EXTENDED_FLAGS))
}

/// The width and height of the console's window, in columns and rows.
#[must_use]
pub fn window_size() -> Option<(u16, u16)> {
    let screen = open_screen().ok()?;
    let mut info = CONSOLE_SCREEN_BUFFER_INFO::default();
    // SAFETY: the system fills the structure that it is given; `screen` keeps the handle open.
    succeeded(unsafe { GetConsoleScreenBufferInfo(screen.as_raw_handle(), &mut info) }).ok()?;
    let span = |from: i16, to: i16| u16::try_from(i32::from(to) - i32::from(from) + 1).ok();
    Some((span(info.srWindow.Left, info.srWindow.Right)?, span(info.srWindow.Top, info.srWindow.Bottom)?))
}

/// A key that was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Press {
    /// Its virtual code.
    pub code: u16,
    /// The unit of UTF-16 that it gives, or 0.
    pub unit: u16,
    /// Whether Ctrl was held, and not as a part of AltGr.
    pub with_control: bool,
}

/// The virtual code of Alt.
const VK_MENU: u16 = 0x12;

/// The keys of the console.
pub struct ConsoleKeys {
    console: File,
}

impl ConsoleKeys {
    /// The keys of the console that the program was started in.
    ///
    /// # Errors
    /// When it was started in none.
    pub fn open() -> io::Result<ConsoleKeys> {
        let console = open_keys()?;
        mode(&console)?;
        Ok(ConsoleKeys { console })
    }

    /// The next key that is pressed within `patience`.
    ///
    /// # Errors
    /// When the console is gone.
    pub fn next(&mut self, patience: Duration) -> io::Result<Option<Press>> {
        let end = Instant::now() + patience;
        loop {
            if let Some(press) = self.waiting()? {
                self.drop_one()?;
                return Ok(Some(press));
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            let left = u32::try_from(left.as_millis()).unwrap_or(u32::MAX - 1).max(1);
            // SAFETY: waits on a handle that `console` keeps open.
            unsafe { WaitForSingleObject(self.handle(), left) };
        }
    }

    /// The press that waits at the head of what the console holds. What stands before it is no press (a key that is let go, the mouse,
    /// a window that changed its size), and is dropped.
    ///
    /// # Errors
    /// When the console is gone.
    pub fn waiting(&mut self) -> io::Result<Option<Press>> {
        while let Some(record) = self.record(PeekConsoleInputW)? {
            if let Some(press) = press(&record) {
                return Ok(Some(press));
            }
            self.drop_one()?;
        }
        Ok(None)
    }

    fn drop_one(&mut self) -> io::Result<()> {
        self.record(ReadConsoleInputW).map(drop)
    }

    fn record(
        &self,
        read: unsafe extern "system" fn(HANDLE, *mut INPUT_RECORD, u32, *mut u32) -> BOOL,
    ) -> io::Result<Option<INPUT_RECORD>> {
        let mut record = INPUT_RECORD::default();
        let mut count = 0;
        // SAFETY: the system fills one record and the count; `console` keeps the handle open.
        succeeded(unsafe { read(self.handle(), &mut record, 1, &mut count) })?;
        Ok((count > 0).then_some(record))
    }

    fn handle(&self) -> HANDLE {
        self.console.as_raw_handle()
    }
}

/// What was pressed, if that is what a record tells. A character that is typed by its number comes when Alt is let go.
fn press(record: &INPUT_RECORD) -> Option<Press> {
    if u32::from(record.EventType) != KEY_EVENT {
        return None;
    }
    // SAFETY: the type says that the record is one of a key; every bit pattern is a valid unit.
    let (key, unit) = unsafe { (record.Event.KeyEvent, record.Event.KeyEvent.uChar.UnicodeChar) };
    let by_number = key.wVirtualKeyCode == VK_MENU && unit != 0;
    if key.bKeyDown == 0 && !by_number {
        return None;
    }
    let holds = |keys: u32| key.dwControlKeyState & keys != 0;
    let with_control = holds(LEFT_CTRL_PRESSED | RIGHT_CTRL_PRESSED) && !holds(LEFT_ALT_PRESSED | RIGHT_ALT_PRESSED);
    Some(Press { code: key.wVirtualKeyCode, unit, with_control })
}

/// The console as a screen. What is written is UTF-8, whatever code page the console has.
pub struct ConsoleScreen {
    console: File,
    /// The beginning of a character that the last piece ended in.
    begun: Vec<u8>,
}

impl ConsoleScreen {
    /// The screen of the console that the program was started in.
    ///
    /// # Errors
    /// When it was started in none.
    pub fn open() -> io::Result<ConsoleScreen> {
        ConsoleScreen::on(open_screen()?)
    }

    /// `console` as a screen.
    ///
    /// # Errors
    /// When it is none.
    pub fn on(console: File) -> io::Result<ConsoleScreen> {
        mode(&console)?;
        Ok(ConsoleScreen { console, begun: Vec::with_capacity(4) })
    }

    /// Lets the console obey control sequences; says whether it does.
    pub fn obey_sequences(&mut self) -> bool {
        let wanted = ENABLE_PROCESSED_OUTPUT | ENABLE_VIRTUAL_TERMINAL_PROCESSING;
        mode(&self.console).and_then(|mode| set_mode(&self.console, mode | wanted)).is_ok()
    }

    fn write_units(&mut self, units: &[u16]) -> io::Result<()> {
        // Old consoles take no more than 64 KiB at once.
        for piece in units.chunks(8 * 1024) {
            let mut rest = piece;
            while !rest.is_empty() {
                let (len, mut written) = (u32::try_from(rest.len()).unwrap_or(u32::MAX), 0);
                let handle = self.console.as_raw_handle();
                // SAFETY: the pointer and the length are those of a slice that lives through the call.
                succeeded(unsafe { WriteConsoleW(handle, rest.as_ptr(), len, &mut written, std::ptr::null()) })?;
                rest = rest.get(written.max(1) as usize..).unwrap_or_default();
            }
        }
        Ok(())
    }
}

impl io::Write for ConsoleScreen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut text = Zeroizing::new(mem::replace(&mut self.begun, Vec::with_capacity(4)));
        // In one go, since a text that grows would leave copies behind.
        text.reserve_exact(bytes.len());
        text.extend_from_slice(bytes);
        let whole = whole_characters(&text);
        self.begun.extend_from_slice(&text[whole..]);
        let mut units = Zeroizing::new(Vec::with_capacity(whole));
        for chunk in text[..whole].utf8_chunks() {
            units.extend(chunk.valid().encode_utf16());
            if !chunk.invalid().is_empty() {
                units.push(0xfffd);
            }
        }
        self.write_units(&units)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for ConsoleScreen {
    fn drop(&mut self) {
        self.begun.zeroize();
    }
}

/// How many bytes go before a character that is only begun at the end of `text`.
fn whole_characters(text: &[u8]) -> usize {
    match text.utf8_chunks().last() {
        // An end that could still become a character is told from rubbish by its first byte.
        Some(last) if is_begun(last.invalid()) => text.len() - last.invalid().len(),
        _ => text.len(),
    }
}

fn is_begun(end: &[u8]) -> bool {
    let needed = match end.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => 0,
    };
    end.len() < needed
}

#[cfg(test)]
mod tests {
    use super::*;
    use windows_sys::Win32::System::Console::{INPUT_RECORD_0, KEY_EVENT_RECORD, KEY_EVENT_RECORD_0, MOUSE_EVENT};

    fn key(code: u16, unit: u16, down: bool, state: u32) -> INPUT_RECORD {
        let key = KEY_EVENT_RECORD {
            bKeyDown: down.into(),
            wRepeatCount: 1,
            wVirtualKeyCode: code,
            wVirtualScanCode: 0,
            uChar: KEY_EVENT_RECORD_0 { UnicodeChar: unit },
            dwControlKeyState: state,
        };
        INPUT_RECORD { EventType: KEY_EVENT as u16, Event: INPUT_RECORD_0 { KeyEvent: key } }
    }

    #[test]
    fn a_key_that_is_let_go_is_no_key() {
        let enter = Press { code: 13, unit: 13, with_control: false };
        assert_eq!(press(&key(13, 13, true, 0)), Some(enter));
        assert_eq!(press(&key(13, 13, false, 0)), None);
        assert_eq!(press(&INPUT_RECORD { EventType: MOUSE_EVENT as u16, ..key(13, 13, true, 0) }), None);
    }

    #[test]
    fn a_character_typed_by_its_number_comes_when_alt_is_let_go() {
        assert_eq!(press(&key(VK_MENU, 0x30ab, false, 0)).map(|press| press.unit), Some(0x30ab));
        assert_eq!(press(&key(VK_MENU, 0, false, 0)), None);
    }

    #[test]
    fn alt_gr_is_not_taken_for_ctrl() {
        let with = |state| press(&key(u16::from(b'Q'), u16::from(b'@'), true, state)).unwrap().with_control;
        assert!(with(LEFT_CTRL_PRESSED) && with(RIGHT_CTRL_PRESSED));
        assert!(!with(LEFT_CTRL_PRESSED | RIGHT_ALT_PRESSED) && !with(0));
    }

    /// A program that reads a pipe from which nothing comes, until it is told to end, and takes away what it has half done. Does nothing when
    /// the tests are run.
    #[test]
    fn the_one_who_is_told() {
        use windows_sys::Win32::System::Console::GenerateConsoleCtrlEvent;
        let Some(partial) = std::env::var_os("BREAKGLASS_TEST_PARTIAL") else { return };
        let step = crate::Stoppable::begin();
        let (source, _target) = io::pipe().unwrap();
        let mut source = File::from(std::os::windows::io::OwnedHandle::from(source));
        std::thread::spawn(|| {
            std::thread::sleep(Duration::from_millis(300));
            // SAFETY: takes numbers: everybody at this console, which is this program alone.
            succeeded(unsafe { GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, 0) }).expect("a console");
        });
        let read = io::Read::read(&mut step.reading(&mut source), &mut [0; 8]);
        if read.is_err() && step.is_stopped() {
            std::fs::remove_file(&partial).unwrap();
            std::process::exit(130);
        }
    }

    #[test]
    #[ignore = "for Microsoft's Windows: wine 8 tells nobody at a console without a terminal"]
    fn a_long_step_that_is_told_to_end_takes_away_what_it_has_half_done() {
        use std::os::windows::process::CommandExt;
        use windows_sys::Win32::System::Threading::CREATE_NO_WINDOW;
        let partial = std::env::temp_dir().join(format!("breakglass-step-{}.partial", std::process::id()));
        std::fs::write(&partial, b"half").unwrap();
        // A console of its own, so that nobody else is told.
        let ended = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["os::console::tests::the_one_who_is_told", "--exact", "--test-threads=1"])
            .env("BREAKGLASS_TEST_PARTIAL", &partial)
            .creation_flags(CREATE_NO_WINDOW)
            .output()
            .unwrap();
        assert_eq!(ended.status.code(), Some(130), "{}", String::from_utf8_lossy(&ended.stderr));
        assert!(!partial.exists());
    }

    #[test]
    fn a_click_into_the_window_stops_no_countdown() {
        let found = ENABLE_PROCESSED_INPUT | ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT | ENABLE_QUICK_EDIT_MODE;
        assert_eq!(one_by_one(found), ENABLE_EXTENDED_FLAGS);
    }

    #[test]
    fn a_character_that_comes_in_pieces_is_written_whole() {
        let bytes = "カé".as_bytes();
        assert_eq!([1, 2, 3, 4, 5].map(|end| whole_characters(&bytes[..end])), [0, 0, 3, 3, 5]);
        assert_eq!(whole_characters(b"a\xff"), 2, "rubbish is not waited for");
        assert_eq!(whole_characters(b""), 0);
    }
}
