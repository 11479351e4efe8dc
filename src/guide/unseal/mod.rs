//! `unseal`: a quorum opens the vault; its event first, then the entries that they choose, one value at a time.

mod attachment;
mod choose;
mod code;
mod export;
mod gathered;
mod held;
mod held_open;
mod log_place;
mod named;
mod one_value;
mod reveal;

use std::path::PathBuf;

use choose::choose_entries;
use gathered::Opening;
use one_value::print_value;
use reveal::reveal;

use crate::ceremony::{CeremonyError, RECOVERY_CODES, Session, TOTP, Writing};
use crate::desk::DeskError;
use crate::guide::{Context, End, GuideError};
use crate::language::Say;
use crate::language::messages::cli as text;
use crate::second_factor::ClockCorrection;
use crate::vault::{AttachmentName, Claim, EntryId, FieldName};

/// Why the vault is opened, and what of it is wanted.
pub struct Request {
    pub reason: Option<Claim>,
    pub incident: Option<Claim>,
    pub entry: Option<EntryId>,
    pub field: Option<FieldName>,
    pub attachment: Option<AttachmentName>,
    pub to: Option<PathBuf>,
    pub code: Option<u16>,
    pub clock: Option<ClockCorrection>,
    pub enrolment: bool,
    pub deposited: Option<Option<u32>>,
    pub export: Option<PathBuf>,
    pub seconds: u64,
    pub side_log_only: bool,
}

pub fn run(context: &mut Context, request: &Request) -> Result<End, GuideError> {
    let lists = request.entry.is_none() && request.export.is_none();
    if lists && !context.desk.is_attended() {
        return Err(GuideError::Usage(text::unseal_needs_entry));
    }
    let shows = lists || (request.field.is_some() && code::on_screen(context));
    if shows && !context.desk.can_hide() {
        return Err(DeskError::NoScreen.into());
    }
    let Opening { mut writing, attendance, reason, incident } = gathered::opening(context, request)?;
    let header = attendance.header().clone();
    let language = context.language;
    let recorded = log_place::recorded(context, &mut writing, |_, writing, now| {
        Session::record(writing, &attendance, reason.as_str(), incident.as_ref().map(Claim::as_str), now)
    })?;
    let session = Session::begin(recorded, &writing, attendance)?;
    let exported = held_open::while_open(context, session, writing, |context, session, writing| {
        // The cards proved the epoch.
        context.remember(writing.ledger(), Some(header.hash()));
        context
            .desk
            .tell(&text::Opened { name: &header.name, event: crate::report::short(session.event()) }.say(language));
        if let Some(damage) = session.damage() {
            let why = damage.say(language);
            context.desk.tell(&text::only_deposits_open(language, why));
        }
        match &request.export {
            Some(folder) => Ok(Some((folder, export::write_everything(context, session, writing, folder)?))),
            None => show(context, request, session, writing).map_err(|error| as_known(session, error)).map(|()| None),
        }
    });
    match exported {
        Err(GuideError::Desk(DeskError::Idle)) => return Ok(End::ClosedItself),
        Ok(Some((folder, exported))) => export::tell_exported(context, &exported, folder)?,
        Ok(None) => {}
        Err(error) => return Err(error),
    }
    Ok(End::Done)
}

/// What is not there may stand in sealed contents that did not open.
fn as_known(session: &Session, error: GuideError) -> GuideError {
    match error {
        GuideError::Ceremony(
            CeremonyError::NoSuchEntry(entry)
            | CeremonyError::NoSuchField(entry, ..)
            | CeremonyError::NoSuchAttachment(entry, ..),
        ) if session.damage().is_some() => GuideError::EntryNotKnown(entry),
        error => error,
    }
}

fn reason(context: &mut Context, request: &Request) -> Result<(Claim, Option<Claim>), GuideError> {
    let language = context.language;
    let reason = match &request.reason {
        Some(reason) => reason.clone(),
        None => context.ask_reason(&text::ask_reason(language))?,
    };
    let incident = match &request.incident {
        Some(incident) => Some(incident.clone()),
        None if request.reason.is_some() || !context.desk.is_attended() => None,
        None => context.ask_claim(&text::ask_incident(language), "--incident")?,
    };
    Ok((reason, incident))
}

fn show(
    context: &mut Context,
    request: &Request,
    session: &Session,
    writing: &mut Writing<'_>,
) -> Result<(), GuideError> {
    context.clock = request.clock.unwrap_or_default();
    if let (Some(entry), Some(name)) = (&request.entry, &request.attachment) {
        return attachment::write_named(context, request, session, writing, entry, name);
    }
    let (Some(entry), Some(field)) = (&request.entry, &request.field) else {
        return choose_entries(context, request, session, writing);
    };
    let which = held::named(request, writing.ledger().state())?;
    let view = session.entry(entry)?;
    held::tell_broken_deposits(context, &view);
    match field.as_str() {
        TOTP if !request.enrolment => {
            code::tell_others(context, &view, field, which);
            return code::show_code(context, request, session, writing, entry, which);
        }
        RECOVERY_CODES => {
            code::tell_others(context, &view, field, which);
            return code::show_recovery_code(context, request, session, writing, entry, which);
        }
        _ => {}
    }
    let shown = log_place::recorded(context, writing, |_, writing, now| {
        session.reveal(writing, entry, std::slice::from_ref(field), now)
    })?;
    let shown = shown.first().ok_or(GuideError::Usage(text::value_missing))?;
    if context.is_seen() {
        return match field.as_str() {
            TOTP => code::show_enrolment(context, request, entry, shown, which),
            _ => reveal(context, entry, shown, request.seconds),
        };
    }
    print_value(context, entry, shown, which)
}
