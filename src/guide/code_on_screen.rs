//! A one-time code on a screen of its own, with its countdown and the time that it was made with.

use jiff::tz::TimeZone;
use zeroize::Zeroizing;

use super::Context;
use super::GuideError;
use super::clock;
use crate::desk::{Live, LiveEnd};
use crate::language::{Language, messages::second_factor as text};
use crate::second_factor::{Code, Totp};
use crate::vault::Moment;

/// Seconds before a code's end at which the next one is shown too: nobody types faster.
const NEARLY_OVER: u64 = 6;

/// The code on the screen, until it is hidden; T corrects the clock.
pub fn watch(context: &mut Context, title: &str, totp: &Totp, seconds: u64) -> Result<(), GuideError> {
    loop {
        let (language, zone, correction) = (context.language, context.zone.clone(), context.clock);
        let now = context.ticking();
        let lines = || {
            let time = clock::corrected(now(), correction);
            code_lines(language, &zone, time, |seconds| totp.code_at(seconds))
        };
        let live = Live { title, lines: &lines, seconds, correctable: true };
        match context.desk.watch(&live)? {
            LiveEnd::Hidden => return Ok(()),
            LiveEnd::CorrectClock => context.clock = clock::ask(context, correction)?,
        }
    }
}

/// The code, how long it is good, and the time it was made with; near its end the next one too.
fn code_lines(
    language: Language,
    zone: &TimeZone,
    time: Moment,
    code_at: impl Fn(u64) -> Code,
) -> Vec<Zeroizing<String>> {
    let seconds = clock::seconds_of(time);
    let code = code_at(seconds);
    let mut lines = vec![
        Zeroizing::new(String::new()),
        Zeroizing::new(format!("    {}", spaced(&code.digits).as_str())),
        Zeroizing::new(String::new()),
        Zeroizing::new(text::seconds_left(language, code.seconds_left)),
    ];
    if code.seconds_left <= NEARLY_OVER {
        let next = code_at(seconds + code.seconds_left);
        lines.push(Zeroizing::new(text::next_code(language, spaced(&next.digits).as_str())));
    }
    lines.push(Zeroizing::new(String::new()));
    lines.push(Zeroizing::new(clock::words(language, zone, time)));
    lines
}

/// The digits in two groups, as authenticators show them.
fn spaced(digits: &str) -> Zeroizing<String> {
    let (one, two) = digits.split_at(digits.len() / 2);
    Zeroizing::new(format!("{one} {two}"))
}
