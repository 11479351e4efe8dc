//! One secret value on a screen of its own: with a countdown, hidden at its end or at a key.

use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::keys::{Key, Keyboard};
use super::patience::Patience;
use super::screen::{AlternateScreen, Block, RawMode, Screen};
use crate::desk::{DeskError, Revelation, printable, wrapped};
use crate::language::{Language, messages};

/// Lines that are not the value: title, field, empty lines, page, countdown.
const LINES_AROUND: usize = 7;

/// Shows the value until its time is over or a key is pressed. Keys for up and down turn the pages of a long one.
pub fn reveal(
    screen: &mut Screen,
    keyboard: &mut Keyboard,
    patience: &mut Patience,
    revelation: &Revelation<'_>,
    language: Language,
) -> Result<(), DeskError> {
    let _alternate = AlternateScreen::enter(RawMode::enter()?, screen)?;
    let end = Instant::now() + Duration::from_secs(revelation.seconds);
    patience.begin(Instant::now());
    let mut page = 0;
    let outcome = loop {
        let now = Instant::now();
        let left = end.saturating_duration_since(now);
        if left.is_zero() {
            break Ok(());
        }
        if patience.is_over(now) {
            break Err(DeskError::Idle);
        }
        let pages = draw(screen, revelation, language, &mut page, left.as_secs_f64().ceil() as u64)?;
        let until_next_second = Duration::from_nanos(u64::from(left.subsec_nanos()).max(1));
        let key = keyboard.next(Some(until_next_second));
        if let Ok(Some(_)) = key {
            patience.key(Instant::now());
        }
        match key {
            Ok(None | Some(Key::Other)) => {}
            Ok(Some(Key::Next | Key::Character(' '))) if pages > 1 => page = (page + 1) % pages,
            Ok(Some(Key::Previous)) if pages > 1 => page = (page + pages - 1) % pages,
            Ok(Some(Key::Interrupt)) => break Err(DeskError::Interrupted),
            Ok(Some(_)) => {
                patience.end();
                break Ok(());
            }
            Err(error) => break Err(error.into()),
        }
    };
    // The block is erased here as well as with the screen, so that nothing draws over it from a wrong place later.
    screen.erase()?;
    outcome
}

/// A value as it can be shown: tabs as spaces, and whatever else would steer the terminal as `\u{fffd}`. Anybody can make a deposit.
fn shown(value: &str) -> Zeroizing<String> {
    let lines = Zeroizing::new(value.replace("\r\n", "\n").replace('\t', "    "));
    Zeroizing::new(printable(&lines))
}

/// Draws one page and returns how many there are; a window that grew may have fewer.
fn draw(
    screen: &mut Screen,
    revelation: &Revelation<'_>,
    language: Language,
    page: &mut usize,
    seconds: u64,
) -> Result<usize, DeskError> {
    let width = screen.width();
    let value = shown(revelation.value.expose());
    let lines = wrapped(&value, width - 2);
    let room = screen.height().saturating_sub(LINES_AROUND).max(1);
    let pages = lines.len().div_ceil(room);
    *page = (*page).min(pages - 1);
    let mut block = Block::default();
    block.push_wrapped(revelation.title, width);
    block.push_wrapped(revelation.field, width);
    block.push("");
    for line in lines.iter().skip(*page * room).take(room) {
        block.push(format!("  {line}"));
    }
    block.push("");
    if pages > 1 {
        block.push_wrapped(&messages::terminal::PageOf { page: *page + 1, count: pages }.say(language), width);
    }
    block.push_wrapped(&messages::terminal::hidden_in(language, seconds), width);
    screen.draw(block)?;
    Ok(pages)
}
