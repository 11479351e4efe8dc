//! Codes that are good once: of the moment, with a countdown and the time that was used; and recovery codes, each spent when shown.

use std::cell::Cell;
use std::io::IsTerminal;

use jiff::tz::TimeZone;
use serde::Serialize;
use zeroize::Zeroizing;

use super::Arguments;
use crate::ceremony::{CodeMaker, OpenDeposit, RecoveryCode, Session, Writing};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::qr_on_screen;
use crate::cli::terminal::{Live, LiveEnd, Revelation};
use crate::language::messages::{cli as words, second_factor as text};
use crate::language::{Language, Say};
use crate::second_factor::{ClockCorrection, Enrolment, time_of_day};
use crate::vault::{EntryId, Moment};

/// Seconds before a code's end at which the next one is shown too: nobody types faster.
const NEARLY_OVER: u64 = 6;

/// A code of the moment for a machine.
#[derive(Serialize)]
struct PrintedCode<'a> {
    entry: &'a EntryId,
    code: &'a str,
    /// For how many more seconds it is good.
    seconds_left: u64,
    /// The time that was used.
    time: String,
}

/// A recovery code for a machine.
#[derive(Serialize)]
struct PrintedRecoveryCode<'a> {
    entry: &'a EntryId,
    code: &'a str,
    number: u16,
    /// Codes that were never shown, this one not counted.
    left: u16,
    spent_before: bool,
}

/// Shows codes of the moment, or prints the one of now into a pipe.
pub fn show_code(
    context: &mut Context,
    arguments: &Arguments,
    session: &Session,
    writing: &mut Writing<'_>,
    entry: &EntryId,
) -> Result<(), CliError> {
    let maker = session.reveal_codes(writing, entry, arguments.deposited, context.now())?;
    tell_not_confirmed(context, maker.deposit);
    let correction = arguments.clock.unwrap_or_default();
    if on_screen(context) {
        return watch(context, arguments, entry, &maker, correction);
    }
    let time = corrected(context, correction);
    let code = maker.enrolment.totp.code_at(seconds_of(time));
    if context.json {
        let printed =
            PrintedCode { entry, code: &code.digits, seconds_left: code.seconds_left, time: time.to_string() };
        return context.print_json_secret(&printed);
    }
    context.desk.tell(&text::code_is_good(context.language, code.seconds_left, clock_words(context, time)));
    context.print_secret(&code.digits)
}

/// The code on the screen, until it is hidden; T corrects the clock.
fn watch(
    context: &mut Context,
    arguments: &Arguments,
    entry: &EntryId,
    maker: &CodeMaker<'_>,
    correction: ClockCorrection,
) -> Result<(), CliError> {
    let correction = Cell::new(correction);
    loop {
        let (language, zone) = (context.language, context.zone.clone());
        let totp = &maker.enrolment.totp;
        let lines = || {
            let time = Moment::of(jiff::Timestamp::now());
            let time = corrected_moment(time, correction.get());
            code_lines(language, &zone, time, |seconds| totp.code_at(seconds))
        };
        let title = title(entry, &maker.enrolment);
        let live = Live { title: &title, lines: &lines, seconds: arguments.seconds.max(90), correctable: true };
        match context.desk.watch(&live)? {
            LiveEnd::Hidden => return Ok(()),
            LiveEnd::CorrectClock => {
                let typed = context.desk.ask_line(&text::ask_right_time(language), "--clock")?;
                match time_of_day(&typed) {
                    Some(watch) => correction.set(ClockCorrection::between(watch, machine_time(context))),
                    None if typed.is_empty() => {}
                    None => context.desk.tell(&text::not_a_time(language)),
                }
            }
        }
    }
}

/// The code, how long it is good, and the time it was made with; near its end the next one too.
fn code_lines(
    language: Language,
    zone: &TimeZone,
    time: Moment,
    code_at: impl Fn(u64) -> crate::second_factor::Code,
) -> Vec<Zeroizing<String>> {
    let seconds = seconds_of(time);
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
    let (local, utc) = (clock(time, zone), clock(time, &TimeZone::UTC));
    lines.push(Zeroizing::new(text::time_used(language, local, utc)));
    lines
}

/// The digits in two groups, as authenticators show them.
fn spaced(digits: &str) -> Zeroizing<String> {
    let (one, two) = digits.split_at(digits.len() / 2);
    Zeroizing::new(format!("{one} {two}"))
}

/// Shows the enrolment again, for a new telephone: this is the secret itself, and is logged as that.
pub fn show_enrolment(
    context: &mut Context,
    arguments: &Arguments,
    entry: &EntryId,
    value: &str,
) -> Result<(), CliError> {
    let enrolment = Enrolment::read(value).map_err(crate::ceremony::CeremonyError::from)?;
    let language = context.language;
    let uri = enrolment.to_uri();
    let typed = enrolment.typed_secret();
    if let Some(rows) = qr_on_screen::rows(uri.expose()) {
        let title = text::scan_this(language, title(entry, &enrolment));
        let lines = || rows.iter().map(|row| Zeroizing::new(row.to_string())).collect();
        context.desk.watch(&Live {
            title: &title,
            lines: &lines,
            seconds: arguments.seconds.max(120),
            correctable: false,
        })?;
    }
    let field = text::or_type_this(language);
    context.desk.reveal(&Revelation {
        title: entry.as_str(),
        field: &field,
        value: &typed,
        seconds: arguments.seconds,
    })?;
    Ok(())
}

/// Shows one recovery code, which is spent then, or prints it into a pipe.
pub fn show_recovery_code(
    context: &mut Context,
    arguments: &Arguments,
    session: &Session,
    writing: &mut Writing<'_>,
    entry: &EntryId,
) -> Result<(), CliError> {
    let language = context.language;
    let shown = session.reveal_recovery_code(writing, entry, arguments.code, arguments.deposited, context.now())?;
    let RecoveryCode { code, number, spent_before, left, count, deposit } = shown;
    tell_not_confirmed(context, deposit);
    if spent_before {
        context.desk.tell(&text::spent_before(language, number));
    }
    context.desk.tell(&text::codes_left(language, number, left, count));
    if on_screen(context) {
        let field = text::recovery_code(language, number);
        let revelation = Revelation { title: entry.as_str(), field: &field, value: &code, seconds: arguments.seconds };
        return Ok(context.desk.reveal(&revelation)?);
    }
    if context.json {
        let printed = PrintedRecoveryCode { entry, code: code.expose(), number, left, spent_before };
        return context.print_json_secret(&printed);
    }
    context.print_secret(code.expose())
}

fn on_screen(context: &Context) -> bool {
    context.desk.is_attended() && std::io::stdout().is_terminal() && !context.json
}

fn title(entry: &EntryId, enrolment: &Enrolment) -> String {
    let names: Vec<&str> = [&enrolment.issuer, &enrolment.account].into_iter().flatten().map(String::as_str).collect();
    if names.is_empty() { entry.to_string() } else { format!("{entry} — {}", names.join(", ")) }
}

fn tell_not_confirmed(context: &mut Context, deposit: Option<&OpenDeposit>) {
    let Some(open) = deposit else { return };
    let by = open.pending.by.clone().unwrap_or_else(|| words::somebody(context.language));
    let time = open.pending.time.date_and_minute(&context.zone);
    let told = text::factor_not_confirmed(context.language, by, time);
    context.desk.tell(&told);
}

fn corrected(context: &Context, correction: ClockCorrection) -> Moment {
    corrected_moment(context.now(), correction)
}

fn corrected_moment(time: Moment, correction: ClockCorrection) -> Moment {
    let seconds = correction.applied_to(time.timestamp().as_second());
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds).map_or(time, Moment::of)
}

fn seconds_of(time: Moment) -> u64 {
    u64::try_from(time.timestamp().as_second()).unwrap_or(0)
}

/// The time of day, to the second.
fn clock(time: Moment, zone: &TimeZone) -> String {
    time.timestamp().to_zoned(zone.clone()).strftime("%H:%M:%S").to_string()
}

fn clock_words(context: &Context, time: Moment) -> String {
    text::time_used(context.language, clock(time, &context.zone), clock(time, &TimeZone::UTC))
}

/// What this machine's clock shows here, in seconds since midnight.
fn machine_time(context: &Context) -> u32 {
    time_of_day(&clock(context.now(), &context.zone)).unwrap_or(0)
}

/// What a correction on the command line that cannot be one is told as.
pub fn clock_on_command_line(typed: &str) -> Result<ClockCorrection, String> {
    typed.parse().map_err(|error: crate::second_factor::FactorError| error.say(Language::English))
}
