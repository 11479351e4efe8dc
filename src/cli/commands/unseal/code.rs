//! Codes that are good once: of the moment, with a countdown and the time that was used; and recovery codes, each spent when shown.

use std::io::IsTerminal;

use jiff::tz::TimeZone;
use serde::Serialize;
use zeroize::Zeroizing;

use super::{Arguments, clock};
use crate::ceremony::{CodeMaker, ConfirmedField, OpenDeposit, RecoveryCode, Session, Writing};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::qr_on_screen;
use crate::cli::terminal::{Live, LiveEnd, Revelation};
use crate::language::Language;
use crate::language::messages::{cli as words, second_factor as text};
use crate::second_factor::Enrolment;
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
    let not_confirmed = not_confirmed(context, maker.deposit);
    if on_screen(context) {
        let mut title = title(entry, &maker.enrolment);
        // On the same screen as the code, where it is read before the code is used.
        not_confirmed.iter().for_each(|told| title.extend(["\n", told]));
        return watch(context, arguments, &title, &maker);
    }
    not_confirmed.iter().for_each(|told| context.desk.tell(told));
    let time = clock::corrected(context.now(), context.clock);
    let code = maker.enrolment.totp.code_at(clock::seconds_of(time));
    if context.json {
        let printed =
            PrintedCode { entry, code: &code.digits, seconds_left: code.seconds_left, time: time.to_string() };
        return context.print_json_secret(&printed);
    }
    let time_used = clock::words(context.language, &context.zone, time);
    context.desk.tell(&text::code_is_good(context.language, code.seconds_left, time_used));
    context.print_secret(&code.digits)
}

/// The code on the screen, until it is hidden; T corrects the clock.
fn watch(context: &mut Context, arguments: &Arguments, title: &str, maker: &CodeMaker<'_>) -> Result<(), CliError> {
    loop {
        let (language, zone, correction) = (context.language, context.zone.clone(), context.clock);
        let totp = &maker.enrolment.totp;
        let lines = || {
            let time = clock::corrected(Moment::of(jiff::Timestamp::now()), correction);
            code_lines(language, &zone, time, |seconds| totp.code_at(seconds))
        };
        let live = Live { title, lines: &lines, seconds: arguments.seconds.max(90), correctable: true };
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
    code_at: impl Fn(u64) -> crate::second_factor::Code,
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

/// Shows the enrolment again, for a new telephone: this is the secret itself, and is logged as that.
pub fn show_enrolment(
    context: &mut Context,
    arguments: &Arguments,
    entry: &EntryId,
    shown: &ConfirmedField<'_>,
) -> Result<(), CliError> {
    let Some((value, deposit)) = shown.current(arguments.deposited) else {
        return Err(CliError::Usage(words::value_missing));
    };
    let enrolment = Enrolment::read(value.expose()).map_err(crate::ceremony::CeremonyError::from)?;
    let language = context.language;
    // No names that the service gave: the code needs every row of a small screen.
    let heading = labelled(context, text::scan_this(language, entry), deposit);
    let rows = enrolment.uris().into_iter().find_map(|uri| qr_on_screen::rows(uri.expose(), &heading));
    if let Some(rows) = &rows {
        let lines = || rows.iter().map(|row| Zeroizing::new(row.to_string())).collect();
        let seconds = arguments.seconds.max(120);
        context.desk.watch(&Live { title: &heading, lines: &lines, seconds, correctable: false })?;
    }
    let field = if rows.is_some() { text::or_type_this(language) } else { text::type_this(language) };
    let field = labelled(context, field, deposit);
    let typed = enrolment.typed_secret();
    let title = title(entry, &enrolment);
    context.desk.reveal(&Revelation { title: &title, field: &field, value: &typed, seconds: arguments.seconds })?;
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
    if let Some(told) = not_confirmed(context, deposit).filter(|_| !on_screen(context)) {
        context.desk.tell(&told);
    }
    if spent_before {
        context.desk.tell(&text::spent_before(language, number));
    }
    context.desk.tell(&text::codes_left(language, number, left, count));
    if on_screen(context) {
        let mut field = labelled(context, text::recovery_code(language, number), deposit);
        if spent_before {
            field.extend(["\n", &text::spent_before(language, number)]);
        }
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

/// That a rotation has not folded the deposit in, with who and when as claimed.
fn not_confirmed(context: &Context, deposit: Option<&OpenDeposit>) -> Option<String> {
    let (by, time) = claimed(context, deposit?);
    Some(text::factor_not_confirmed(context.language, by, time))
}

/// A label that says so too.
fn labelled(context: &Context, label: String, deposit: Option<&OpenDeposit>) -> String {
    let Some(open) = deposit else { return label };
    let (by, time) = claimed(context, open);
    words::field_not_confirmed(context.language, label, by, time)
}

fn claimed(context: &Context, open: &OpenDeposit) -> (String, String) {
    let by = open.pending.by.clone().unwrap_or_else(|| words::somebody(context.language));
    (by, open.pending.time.date_and_minute(&context.zone))
}
