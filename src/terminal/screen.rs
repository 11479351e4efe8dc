//! The screen: blocks of lines that are redrawn in place and erased, and the modes that are always undone.

#[cfg(unix)]
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{env, panic};

#[cfg(unix)]
use crossterm::terminal;
use zeroize::Zeroizing;

use crate::desk::{columns, told};
use crate::scan::panics_are_answers;
#[cfg(windows)]
use crate::system::console::{self, ConsoleKeys, ConsoleScreen};
use crate::system::signals;

/// The size of a screen that does not tell its own, in columns and rows.
const COMMON_SIZE: (u16, u16) = (80, 24);

/// Where the person looks: the terminal itself, wherever standard output and standard error go.
pub struct Screen {
    #[cfg(unix)]
    terminal: File,
    #[cfg(windows)]
    terminal: ConsoleScreen,
    /// Whether the cursor cannot be moved: all that can be done is to write on.
    plain: bool,
    colours: bool,
    /// What the current block shows, and the size of the screen when it was drawn.
    drawn: Option<Drawn>,
}

struct Drawn {
    block: Block,
    size: (u16, u16),
}

/// Lines that are shown together and erased together, and where the cursor stands in them.
#[derive(Default)]
pub struct Block {
    lines: Vec<Zeroizing<String>>,
    /// Line and column, both from 0; the end of the last line when there is none.
    cursor: Option<(usize, usize)>,
}

impl Block {
    /// Adds lines.
    pub fn push(&mut self, line: impl Into<String>) {
        self.lines.push(Zeroizing::new(line.into()));
    }

    /// Adds a line that holds a secret, which is wiped with the block.
    pub fn push_secret(&mut self, line: Zeroizing<String>) {
        self.lines.push(line);
    }

    /// Adds `text` in lines of at most `width` columns, without what would move the cursor.
    pub fn push_wrapped(&mut self, text: &str, width: usize) {
        told(text, width).into_iter().for_each(|line| self.push(line));
    }

    /// How many lines there are.
    pub fn height(&self) -> usize {
        self.lines.len()
    }

    /// Puts the cursor into a line, at a column.
    pub fn put_cursor(&mut self, line: usize, column: usize) {
        self.cursor = Some((line, column));
    }

    fn cursor(&self) -> (usize, usize) {
        self.cursor.unwrap_or_else(|| {
            (self.lines.len().saturating_sub(1), self.lines.last().map_or(0, |line| columns(&without_colours(line))))
        })
    }

    /// All lines up to the cursor's last one, as they are written one after another.
    fn running(&self) -> Zeroizing<String> {
        let mut running = Zeroizing::new(String::new());
        for (number, line) in self.lines.iter().enumerate() {
            if number > 0 {
                running.push_str("\r\n");
            }
            running.push_str(line);
        }
        running
    }
}

/// A line without the colour sequences that `Screen::good` and `Screen::bad` put around a text.
fn without_colours(line: &str) -> Zeroizing<String> {
    let mut plain = Zeroizing::new(String::with_capacity(line.len()));
    let mut pieces = line.split('\u{1b}');
    plain.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        plain.push_str(piece.split_once('m').map_or(piece, |(_, rest)| rest));
    }
    plain
}

impl Screen {
    /// The screen in front of the person, if there is one: a terminal that the program belongs to, while at least one of its
    /// three streams still goes there. With all three redirected it is a script that runs the program, even in a terminal.
    #[cfg(unix)]
    pub fn open() -> Option<(Screen, File)> {
        if !somebody_is_there() {
            return None;
        }
        let terminal = File::options().read(true).write(true).open("/dev/tty").ok()?;
        let keys = terminal.try_clone().ok()?;
        let plain = env::var_os("TERM").is_none_or(|name| name.is_empty() || name == "dumb");
        Some((Screen { terminal, plain, colours: !plain && colours_are_wanted(), drawn: None }, keys))
    }

    /// The console in front of the person, by the same rule.
    #[cfg(windows)]
    pub fn open() -> Option<(Screen, ConsoleKeys)> {
        if !somebody_is_there() {
            return None;
        }
        let mut terminal = ConsoleScreen::open().ok()?;
        let keys = ConsoleKeys::open().ok()?;
        let plain = !terminal.obey_sequences();
        Some((Screen { terminal, plain, colours: !plain && colours_are_wanted(), drawn: None }, keys))
    }

    /// Whether nothing on this screen can be erased.
    pub fn is_plain(&self) -> bool {
        self.plain
    }

    /// How many columns a line may take, so that it never wraps by itself.
    pub fn width(&self) -> usize {
        columns_of_screen()
    }

    /// How many rows there are.
    pub fn height(&self) -> usize {
        usize::from(size().1)
    }

    /// Marks a text as right.
    pub fn good(&self, text: &str) -> String {
        if self.colours { format!("\x1b[32m{text}\x1b[39m") } else { text.to_owned() }
    }

    /// Marks a text as wrong.
    pub fn bad(&self, text: &str) -> String {
        if self.colours { format!("\x1b[31m{text}\x1b[39m") } else { text.to_owned() }
    }

    /// Shows `block` in the place of the one before. On a plain screen only what was added is written, and where something
    /// changed, all of it again.
    pub fn draw(&mut self, block: Block) -> io::Result<()> {
        if self.plain {
            let running = block.running();
            let before = self.drawn.as_ref().map(|drawn| drawn.block.running());
            match before.as_ref().map(|before| running.strip_prefix(before.as_str())) {
                None => self.write(&running)?,
                Some(Some(added)) => self.write(added)?,
                Some(None) => {
                    self.write("\r\n")?;
                    self.write(&running)?;
                }
            }
        } else {
            if self.drawn.as_ref().is_some_and(|drawn| drawn.size != size()) {
                self.clear()?;
            } else {
                self.go_to_top_of_block()?;
            }
            let running = block.running();
            self.write("\x1b[J")?;
            self.write(&running)?;
            let (line, column) = block.cursor();
            self.write(&format!("\r{}{}", up(block.height() - 1 - line), right(column)))?;
        }
        self.drawn = Some(Drawn { block, size: size() });
        Ok(())
    }

    /// Erases the block, and forgets it. When the window's size changed meanwhile, lines have moved: then the whole screen goes,
    /// and what can be scrolled back to.
    pub fn erase(&mut self) -> io::Result<()> {
        let Some(drawn) = &self.drawn else { return Ok(()) };
        if self.plain {
            self.write("\r\n")?;
        } else if drawn.size == size() {
            self.go_to_top_of_block()?;
            self.write("\x1b[J")?;
        } else {
            self.clear()?;
        }
        self.drawn = None;
        Ok(())
    }

    fn go_to_top_of_block(&mut self) -> io::Result<()> {
        let line = self.drawn.as_ref().map_or(0, |drawn| drawn.block.cursor().0);
        self.write(&format!("\r{}", up(line)))
    }

    /// Clears the screen and what can be scrolled back to. Erasing from the top, and not the whole screen at once, keeps terminals
    /// from scrolling the old content away instead.
    pub fn clear(&mut self) -> io::Result<()> {
        if self.plain { Ok(()) } else { self.write("\x1b[H\x1b[J\x1b[3J") }
    }

    pub fn write(&mut self, text: &str) -> io::Result<()> {
        self.terminal.write_all(text.as_bytes())?;
        self.terminal.flush()
    }
}

/// Whether at least one of the three streams still goes to a terminal.
fn somebody_is_there() -> bool {
    io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal()
}

fn colours_are_wanted() -> bool {
    env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// How many columns a line may take on the terminal that the program was started in, so that it never wraps by itself.
#[must_use]
pub fn columns_of_screen() -> usize {
    usize::from(size().0).saturating_sub(1).max(20)
}

fn size() -> (u16, u16) {
    #[cfg(unix)]
    let size = terminal::size().ok();
    #[cfg(windows)]
    let size = console::window_size();
    size.filter(|(width, height)| *width > 0 && *height > 0).unwrap_or(COMMON_SIZE)
}

fn up(lines: usize) -> String {
    if lines == 0 { String::new() } else { format!("\x1b[{lines}A") }
}

fn right(columns: usize) -> String {
    if columns == 0 { String::new() } else { format!("\x1b[{columns}C") }
}

/// Whether the alternate screen is on, so that a panic can leave it.
static IN_ALTERNATE_SCREEN: AtomicBool = AtomicBool::new(false);

/// Keys come one by one and are not echoed, for as long as this lives. Undone on every way out, also by a panic.
pub struct RawMode;

impl RawMode {
    pub fn enter() -> io::Result<RawMode> {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let report = panic::take_hook();
            panic::set_hook(Box::new(move |panic| {
                // A damaged picture ends no question.
                if !panics_are_answers() {
                    restore();
                }
                report(panic);
            }));
        });
        signals::catch()?;
        #[cfg(unix)]
        terminal::enable_raw_mode()?;
        #[cfg(windows)]
        console::hold_keys()?;
        Ok(RawMode)
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        restore();
    }
}

/// What is shown meanwhile is on a screen of its own, which nothing can be scrolled back to, and gone afterwards.
pub struct AlternateScreen {
    _raw: RawMode,
}

impl AlternateScreen {
    pub fn enter(raw: RawMode, screen: &mut Screen) -> io::Result<AlternateScreen> {
        IN_ALTERNATE_SCREEN.store(true, Ordering::Relaxed);
        let alternate = AlternateScreen { _raw: raw };
        screen.write("\x1b[?1049h\x1b[H\x1b[J\x1b[?25l")?;
        Ok(alternate)
    }
}

/// Hides what is on the alternate screen, leaves it, and lets keys be echoed again. A console that has no alternate screen is
/// cleared, since the secret then stood on the only one.
fn restore() {
    if IN_ALTERNATE_SCREEN.swap(false, Ordering::Relaxed) {
        let leave = b"\x1b[H\x1b[J\x1b[?25h\x1b[?1049l";
        #[cfg(unix)]
        let _ = File::options().write(true).open("/dev/tty").and_then(|mut terminal| terminal.write_all(leave));
        #[cfg(windows)]
        let _ = ConsoleScreen::open().and_then(|mut terminal| terminal.write_all(leave));
    }
    #[cfg(unix)]
    let _ = terminal::disable_raw_mode();
    #[cfg(windows)]
    let _ = console::give_keys_back();
    signals::let_go();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_is_measured_without_colours_and_with_wide_characters() {
        let mut block = Block::default();
        block.push("first");
        block.push("\x1b[32mカード\x1b[39m ok");
        assert_eq!(block.cursor(), (1, 9));
    }
}
