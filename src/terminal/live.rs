//! Something secret on a screen of its own that changes while it is looked at, as a one-time code does; or that is drawn as it comes,
//! as a QR code is.

use std::time::{Duration, Instant};

use super::keys::{Key, Keyboard};
use super::patience::Patience;
use super::screen::{AlternateScreen, Block, RawMode, Screen};
use crate::desk::{DeskError, Live, LiveEnd};
use crate::language::{Language, messages};

/// Shows it until its time is over or a key is pressed.
pub fn show(
    screen: &mut Screen,
    keyboard: &mut Keyboard,
    patience: &mut Patience,
    live: &Live<'_>,
    language: Language,
) -> Result<LiveEnd, DeskError> {
    let _alternate = AlternateScreen::enter(RawMode::enter()?, screen)?;
    let end = Instant::now() + Duration::from_secs(live.seconds);
    patience.begin(Instant::now());
    let outcome = loop {
        let now = Instant::now();
        let left = end.saturating_duration_since(now);
        if left.is_zero() {
            break Ok(LiveEnd::Hidden);
        }
        if patience.is_over(now) {
            break Err(DeskError::Idle);
        }
        draw(screen, live, language, left.as_secs_f64().ceil() as u64)?;
        // Four times a second: the code's own seconds do not begin with this screen's.
        let key = keyboard.next(Some(left.min(Duration::from_millis(250))));
        if let Ok(Some(_)) = key {
            patience.key(Instant::now());
        }
        match key {
            Ok(None | Some(Key::Other)) => {}
            Ok(Some(Key::Character('t' | 'T'))) if live.correctable => break Ok(LiveEnd::CorrectClock),
            Ok(Some(Key::Interrupt)) => break Err(DeskError::Interrupted),
            Ok(Some(_)) => {
                patience.end();
                break Ok(LiveEnd::Hidden);
            }
            Err(error) => break Err(error.into()),
        }
    };
    screen.erase()?;
    outcome
}

fn draw(screen: &mut Screen, live: &Live<'_>, language: Language, seconds: u64) -> Result<(), DeskError> {
    let width = screen.width();
    let mut block = Block::default();
    block.push_wrapped(live.title, width);
    for line in (live.lines)() {
        block.push_secret(line);
    }
    if live.correctable {
        block.push_wrapped(&messages::second_factor::press_t(language), width);
    }
    block.push_wrapped(&messages::terminal::hidden_in(language, seconds), width);
    screen.draw(block)?;
    Ok(())
}
