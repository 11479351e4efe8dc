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

use std::io::IsTerminal;
use std::path::PathBuf;

use choose::choose_entries;
use gathered::Opening;
use one_value::print_value;
use reveal::reveal;

use crate::ceremony::{RECOVERY_CODES, Session, TOTP, Writing};
use crate::cli::context::Context;
use crate::cli::desk::{CardSource, Consent, PhraseSource};
use crate::cli::error::CliError;
use crate::cli::exit::CLOSED_ITSELF;
use crate::desk::Answers;
use crate::desk::DeskError;
use crate::language::Say;
use crate::language::messages::cli as text;
use crate::second_factor::ClockCorrection;
use crate::vault::{AttachmentName, Claim, EntryId, FieldName};

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(long, value_name = "TEXT")]
    reason: Option<Claim>,
    #[arg(long, value_name = "NUMBER")]
    incident: Option<Claim>,
    #[arg(long, value_name = "ID", requires = "what")]
    entry: Option<EntryId>,
    #[arg(long, value_name = "NAME", requires = "entry", group = "what")]
    field: Option<FieldName>,
    #[arg(long, value_name = "NAME", requires = "entry", group = "what")]
    attachment: Option<AttachmentName>,
    #[arg(long, value_name = "FILE|-", requires = "attachment")]
    to: Option<PathBuf>,
    #[arg(long, value_name = "NUMBER", requires = "field", value_parser = clap::value_parser!(u16).range(1..))]
    code: Option<u16>,
    #[arg(long, value_name = "+90s|-2m", requires = "field", allow_hyphen_values = true)]
    clock: Option<ClockCorrection>,
    #[arg(long, requires = "field")]
    enrolment: bool,
    #[arg(long, value_name = "NUMBER", requires = "entry", num_args = 0..=1, require_equals = true, value_parser = clap::value_parser!(u32).range(1..))]
    deposited: Option<Option<u32>>,
    #[arg(long, value_name = "DIR", conflicts_with = "entry")]
    export: Option<PathBuf>,
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(3..=3600))]
    seconds: u64,
    #[arg(long, requires = "log_to")]
    side_log_only: bool,
    #[command(flatten)]
    cards: CardSource,
    #[command(flatten)]
    phrases: PhraseSource,
    #[command(flatten)]
    consent: Consent,
}

impl Arguments {
    pub fn answers(&self) -> Answers {
        Answers {
            cards: self.cards.cards.clone(),
            phrases: self.phrases.phrases.clone(),
            yes: self.consent.yes,
            ..Answers::default()
        }
    }
}

pub fn run(context: &mut Context, arguments: &Arguments) -> Result<u8, CliError> {
    let lists = arguments.entry.is_none() && arguments.export.is_none();
    if lists && !context.desk.is_attended() {
        return Err(CliError::Usage(text::unseal_needs_entry));
    }
    let shows = lists || (arguments.field.is_some() && code::on_screen(context));
    if shows && !context.desk.can_hide() {
        return Err(DeskError::NoScreen.into());
    }
    let Opening { mut writing, attendance, reason, incident } = gathered::opening(context, arguments)?;
    let header = attendance.header().clone();
    let language = context.language;
    let recorded = log_place::recorded(context, &mut writing, |_, writing, now| {
        Session::record(writing, &attendance, reason.as_str(), incident.as_ref().map(Claim::as_str), now)
    })?;
    let session = Session::begin(recorded, &writing, attendance)?;
    let exported = held_open::while_open(context, session, writing, |context, session, writing| {
        // The cards proved the epoch.
        context.remember(writing.ledger(), Some(header.hash()));
        context.desk.tell(&text::opened(language, &header.name, super::short(session.event())));
        if let Some(damage) = session.damage() {
            let why = damage.say(language);
            context.desk.tell(&text::only_deposits_open(language, why));
        }
        match &arguments.export {
            Some(folder) => Ok(Some((folder, export::write_everything(context, session, writing, folder)?))),
            None => show(context, arguments, session, writing).map(|()| None),
        }
    });
    match exported {
        Err(CliError::Desk(DeskError::Idle)) => return Ok(CLOSED_ITSELF),
        Ok(Some((folder, exported))) => export::tell_exported(context, &exported, folder)?,
        Ok(None) => {}
        Err(error) => return Err(error),
    }
    Ok(0)
}

fn reason(context: &mut Context, arguments: &Arguments) -> Result<(Claim, Option<Claim>), CliError> {
    let language = context.language;
    let reason = match &arguments.reason {
        Some(reason) => reason.clone(),
        None => context.ask_reason(&text::ask_reason(language))?,
    };
    let incident = match &arguments.incident {
        Some(incident) => Some(incident.clone()),
        None if arguments.reason.is_some() || !context.desk.is_attended() => None,
        None => context.ask_claim(&text::ask_incident(language), "--incident")?,
    };
    Ok((reason, incident))
}

fn show(
    context: &mut Context,
    arguments: &Arguments,
    session: &Session,
    writing: &mut Writing<'_>,
) -> Result<(), CliError> {
    context.clock = arguments.clock.unwrap_or_default();
    if let (Some(entry), Some(name)) = (&arguments.entry, &arguments.attachment) {
        return attachment::write_named(context, arguments, session, writing, entry, name);
    }
    let (Some(entry), Some(field)) = (&arguments.entry, &arguments.field) else {
        return choose_entries(context, arguments, session, writing);
    };
    let which = held::named(arguments, writing.ledger().state())?;
    let view = session.entry(entry)?;
    held::tell_broken_deposits(context, &view);
    match field.as_str() {
        TOTP if !arguments.enrolment => {
            code::tell_others(context, &view, field, which);
            return code::show_code(context, arguments, session, writing, entry, which);
        }
        RECOVERY_CODES => {
            code::tell_others(context, &view, field, which);
            return code::show_recovery_code(context, arguments, session, writing, entry, which);
        }
        _ => {}
    }
    let shown = log_place::recorded(context, writing, |_, writing, now| {
        session.reveal(writing, entry, std::slice::from_ref(field), now)
    })?;
    let shown = shown.first().ok_or(CliError::Usage(text::value_missing))?;
    if context.desk.is_attended() && std::io::stdout().is_terminal() && !context.json {
        return match field.as_str() {
            TOTP => code::show_enrolment(context, arguments, entry, shown, which),
            _ => reveal(context, entry, shown, arguments.seconds),
        };
    }
    print_value(context, entry, shown, which)
}
