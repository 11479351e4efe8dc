//! Codes that are good once: of the moment, with a countdown and the time that was used; and recovery codes, each spent when shown.

use serde::Serialize;
use zeroize::Zeroizing;

use super::log_place::recorded;
use super::{Request, held};
use crate::ceremony::{ConfirmedField, EntryView, OpenDeposit, RecoveryCode, Session, Which, Writing};
use crate::desk::{Live, Revelation};
use crate::guide::code_on_screen::watch;
use crate::guide::{Context, GuideError, clock, qr_on_screen};
use crate::language::messages::{cli as words, second_factor as text};
use crate::report::field_label;
use crate::second_factor::Enrolment;
use crate::vault::{EntryId, FieldName};

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

/// Tells how the other values of a second factor that was named beforehand are reached.
pub fn tell_others(context: &mut Context, entry: &EntryView<'_>, field: &FieldName, which: Which) {
    let all = entry.held(field);
    if let Some(meant) = which.of(&all) {
        held::tell_others(context, &field_label(context.language, field), &all, &meant);
    }
}

/// Shows codes of the moment, or prints the one of now into a pipe.
pub fn show_code(
    context: &mut Context,
    request: &Request,
    session: &Session,
    writing: &mut Writing<'_>,
    entry: &EntryId,
    which: Which,
) -> Result<(), GuideError> {
    let maker = recorded(context, writing, |_, writing, now| session.reveal_codes(writing, entry, which, now))?;
    let not_confirmed = not_confirmed(context, maker.deposit);
    if on_screen(context) {
        let mut title = title(entry, &maker.enrolment);
        // On the same screen as the code, where it is read before the code is used.
        not_confirmed.iter().for_each(|told| title.extend(["\n", told]));
        return watch(context, &title, &maker.enrolment.totp, request.seconds.max(90));
    }
    not_confirmed.iter().for_each(|told| context.desk.tell(told));
    let time = clock::corrected(context.now(), context.clock);
    let code = maker.enrolment.totp.code_at(clock::seconds_of(time));
    if context.is_for_machine() {
        let printed =
            PrintedCode { entry, code: &code.digits, seconds_left: code.seconds_left, time: time.to_string() };
        return context.print_json_secret(&printed);
    }
    let time_used = clock::words(context.language, &context.zone, time);
    context.desk.tell(&text::CodeIsGood { seconds: code.seconds_left, time: time_used }.say(context.language));
    context.print_secret(&code.digits)
}

/// Shows the enrolment again, for a new telephone: this is the secret itself, and is logged as that.
pub fn show_enrolment(
    context: &mut Context,
    request: &Request,
    entry: &EntryId,
    shown: &ConfirmedField<'_>,
    which: Which,
) -> Result<(), GuideError> {
    let held = which.of(&shown.held).ok_or(GuideError::Usage(words::value_missing))?;
    let deposit = held.deposit;
    let enrolment = Enrolment::read(held.value.expose()).map_err(crate::ceremony::CeremonyError::from)?;
    let language = context.language;
    // No names that the service gave: the code needs every row of a small screen.
    let heading = labelled(context, text::scan_this(language, entry), deposit);
    let rows = enrolment.uris().into_iter().find_map(|uri| qr_on_screen::rows(uri.expose(), &heading));
    if let Some(rows) = &rows {
        let lines = || rows.iter().map(|row| Zeroizing::new(row.to_string())).collect();
        let seconds = request.seconds.max(120);
        context.desk.watch(&Live { title: &heading, lines: &lines, seconds, correctable: false })?;
    }
    let field = if rows.is_some() { text::or_type_this(language) } else { text::type_this(language) };
    let field = labelled(context, field, deposit);
    let typed = enrolment.typed_secret();
    let title = title(entry, &enrolment);
    context.desk.reveal(&Revelation { title: &title, field: &field, value: &typed, seconds: request.seconds })?;
    Ok(())
}

/// Shows one recovery code, which is spent then, or prints it into a pipe.
pub fn show_recovery_code(
    context: &mut Context,
    request: &Request,
    session: &Session,
    writing: &mut Writing<'_>,
    entry: &EntryId,
    which: Which,
) -> Result<(), GuideError> {
    show_numbered(context, request, session, writing, entry, (which, request.code))
}

/// Shows a recovery code again: it was hidden before it was typed, or the service never got it.
pub fn show_spent_code(
    context: &mut Context,
    request: &Request,
    session: &Session,
    writing: &mut Writing<'_>,
    entry: &EntryId,
    which: Which,
) -> Result<(), GuideError> {
    let language = context.language;
    let numbers = session.spent_codes(writing.ledger(), entry, which);
    let mut choices: Vec<String> = numbers.iter().map(|&number| text::recovery_code(language, number)).collect();
    choices.push(text::no_code_again(language));
    let chosen = context.desk.choose(&text::spent_recovery_code(language), &choices, "--code")?;
    match numbers.get(chosen) {
        Some(&number) => show_numbered(context, request, session, writing, entry, (which, Some(number))),
        None => Ok(()),
    }
}

fn show_numbered(
    context: &mut Context,
    request: &Request,
    session: &Session,
    writing: &mut Writing<'_>,
    entry: &EntryId,
    (which, number): (Which, Option<u16>),
) -> Result<(), GuideError> {
    let language = context.language;
    let shown =
        recorded(context, writing, |_, writing, now| session.reveal_recovery_code(writing, entry, number, which, now))?;
    let RecoveryCode { code, number, spent_before, left, count, deposit } = shown;
    if let Some(told) = not_confirmed(context, deposit).filter(|_| !on_screen(context)) {
        context.desk.tell(&told);
    }
    if spent_before {
        context.desk.tell(&text::spent_before(language, number));
    }
    context.desk.tell(&text::CodesLeft { number, left, count }.say(language));
    if on_screen(context) {
        let mut field = labelled(context, text::recovery_code(language, number), deposit);
        if spent_before {
            field.extend(["\n", &text::spent_before(language, number)]);
        }
        let revelation = Revelation { title: entry.as_str(), field: &field, value: &code, seconds: request.seconds };
        return Ok(context.desk.reveal(&revelation)?);
    }
    if context.is_for_machine() {
        let printed = PrintedRecoveryCode { entry, code: code.expose(), number, left, spent_before };
        return context.print_json_secret(&printed);
    }
    context.print_secret(code.expose())
}

/// Whether a value is shown to a person, and not printed.
pub fn on_screen(context: &Context) -> bool {
    context.is_seen()
}

fn title(entry: &EntryId, enrolment: &Enrolment) -> String {
    let names: Vec<&str> = [&enrolment.issuer, &enrolment.account].into_iter().flatten().map(String::as_str).collect();
    if names.is_empty() { entry.to_string() } else { format!("{entry} — {}", names.join(", ")) }
}

/// That a rotation has not folded the deposit in, with who and when as claimed.
fn not_confirmed(context: &Context, deposit: Option<&OpenDeposit>) -> Option<String> {
    let (by, time) = held::claimed(context, deposit?);
    Some(text::FactorNotConfirmed { by, time }.say(context.language))
}

/// A label that says so too.
fn labelled(context: &Context, label: String, deposit: Option<&OpenDeposit>) -> String {
    let Some(open) = deposit else { return label };
    let (by, time) = held::claimed(context, open);
    words::FieldNotConfirmed { field: label, by, when: time }.say(context.language)
}
