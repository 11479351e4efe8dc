//! `unseal`: a quorum opens the vault; its event first, then the entries that they choose, one value at a time.

use std::io::IsTerminal;

use serde::Serialize;

use crate::ceremony::{CeremonyError, ConfirmedField, EntryView, Ledger, Session, Writing};
use crate::cli::answers::{Answers, CardSource, Consent, PhraseSource};
use crate::cli::cards::gather;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::terminal::Revelation;
use crate::language::messages::cli as text;
use crate::quorum::SecretText;
use crate::vault::{EntryId, FieldName};

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[arg(long, value_name = "NUMBER")]
    incident: Option<String>,
    #[arg(long, value_name = "ID", requires = "field")]
    entry: Option<EntryId>,
    #[arg(long, value_name = "NAME", requires = "entry")]
    field: Option<FieldName>,
    #[arg(long, requires = "entry")]
    deposited: bool,
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(3..=3600))]
    seconds: u64,
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
    if arguments.entry.is_none() && !context.desk.is_attended() {
        return Err(CliError::Usage(text::unseal_needs_entry));
    }
    let ledger = context.read()?;
    if let Some(entry) = &arguments.entry {
        stands(&ledger, entry)?;
    }
    // Before anybody brings a card: that somebody else is writing, or that nothing can be written, must not be learned after it.
    let mut writing = context.begin(ledger)?;
    let header = writing.ledger().active()?.clone();
    let language = context.language;
    let count = header.custodians.len();
    if context.desk.is_attended() {
        context.desk.tell(&text::unseal_intro(language, &header.name, header.threshold, count));
    }
    let (reason, incident) = reason(context, arguments)?;
    let attendance = gather(context, &header, writing.ledger().state())?;
    let session = Session::open(&mut writing, attendance, &reason, incident.as_deref(), context.now())?;
    // The cards proved the epoch.
    context.remember(writing.ledger(), Some(header.hash()));
    context.desk.tell(&text::opened(language, &header.name, super::short(session.event())));
    let shown = show(context, arguments, &session, &mut writing);
    // Whatever happened while things were shown, the opening is closed.
    let closed = session.close(&mut writing, context.now());
    let ledger = writing.end();
    let told = tell_end(context, &ledger);
    shown?;
    closed?;
    told?;
    Ok(0)
}

/// A mistyped id is told before anybody brings a card: an opening that shows nothing would still ask for a rotation.
fn stands(ledger: &Ledger<'_>, id: &EntryId) -> Result<(), CliError> {
    let sealed = ledger.active()?.entries.iter().any(|entry| entry.id == *id);
    let deposited = ledger.state().deposits.iter().any(|pending| pending.entry.id == *id);
    if sealed || deposited { Ok(()) } else { Err(CeremonyError::NoSuchEntry(id.clone()).into()) }
}

fn reason(context: &mut Context, arguments: &Arguments) -> Result<(String, Option<String>), CliError> {
    let language = context.language;
    let reason = match &arguments.reason {
        Some(reason) => reason.clone(),
        None => loop {
            let typed = context.desk.ask_line(&text::ask_reason(language), "--reason")?;
            if !typed.is_empty() {
                break typed;
            }
        },
    };
    let incident = match &arguments.incident {
        Some(incident) => Some(incident.clone()),
        None if arguments.reason.is_some() || !context.desk.is_attended() => None,
        None => {
            Some(context.desk.ask_line(&text::ask_incident(language), "--incident")?).filter(|typed| !typed.is_empty())
        }
    };
    Ok((reason, incident))
}

fn show(
    context: &mut Context,
    arguments: &Arguments,
    session: &Session,
    writing: &mut Writing<'_>,
) -> Result<(), CliError> {
    let (Some(entry), Some(field)) = (&arguments.entry, &arguments.field) else {
        return choose_entries(context, arguments, session, writing);
    };
    let shown = session.reveal(writing, entry, std::slice::from_ref(field), context.now())?;
    let shown = shown.first().ok_or(CliError::Usage(text::value_missing))?;
    if context.desk.is_attended() && std::io::stdout().is_terminal() && !context.json {
        return reveal(context, entry, shown, arguments.seconds);
    }
    print_value(context, arguments, entry, shown)
}

/// One value for a machine.
#[derive(Serialize)]
struct Printed<'a> {
    entry: &'a EntryId,
    field: &'a FieldName,
    /// `sealed` or `deposited`.
    source: &'static str,
    value: &'a str,
}

/// One value for a pipe: the sealed one, or the newest that was deposited when that was asked for or is all there is.
fn print_value(
    context: &mut Context,
    arguments: &Arguments,
    entry: &EntryId,
    shown: &ConfirmedField<'_>,
) -> Result<(), CliError> {
    let language = context.language;
    let newest = shown.deposited.last();
    let deposited = arguments.deposited || shown.sealed.is_none();
    if let Some((open, _)) = newest {
        let by = open.pending.by.clone().unwrap_or_else(|| text::somebody(language));
        let time = open.pending.time.date_and_minute(&context.zone);
        let field = super::field_label(language, &shown.name);
        context.desk.tell(&if deposited {
            text::value_not_confirmed(language, field, by, time)
        } else {
            text::value_has_deposit(language, field, by, time)
        });
    }
    let value = if deposited { newest.and_then(|(_, value)| *value) } else { shown.sealed };
    let value = value.ok_or(CliError::Usage(text::value_missing))?;
    if context.json {
        let source = if deposited { "deposited" } else { "sealed" };
        return context.print_json_secret(&Printed { entry, field: &shown.name, source, value: value.expose() });
    }
    context.print_secret(value.expose())
}

/// The people choose an entry, then a field, until they are done.
fn choose_entries(
    context: &mut Context,
    arguments: &Arguments,
    session: &Session,
    writing: &mut Writing<'_>,
) -> Result<(), CliError> {
    let language = context.language;
    loop {
        let entries = session.entries();
        if entries.is_empty() {
            context.desk.tell(&text::list_empty(language));
            return Ok(());
        }
        for entry in &entries {
            tell_broken_deposits(context, entry);
        }
        let mut choices: Vec<String> = entries.iter().map(|entry| label(context, entry)).collect();
        choices.push(text::close_the_vault(language));
        let chosen = context.desk.choose(&text::choose_entry(language), &choices, "--entry")?;
        let Some(entry) = entries.get(chosen) else { return Ok(()) };
        choose_fields(context, arguments, session, writing, entry.id)?;
    }
}

fn choose_fields(
    context: &mut Context,
    arguments: &Arguments,
    session: &Session,
    writing: &mut Writing<'_>,
    entry: &EntryId,
) -> Result<(), CliError> {
    let language = context.language;
    loop {
        let names = session.entry(entry)?.names();
        let mut choices: Vec<String> = names.iter().map(|name| super::field_label(language, name)).collect();
        choices.push(text::back_to_entries(language));
        let chosen = context.desk.choose(&text::choose_field(language, entry), &choices, "--field")?;
        let Some(name) = names.get(chosen) else { return Ok(()) };
        let shown = session.reveal(writing, entry, std::slice::from_ref(name), context.now())?;
        for field in &shown {
            reveal(context, entry, field, arguments.seconds)?;
        }
    }
}

/// The sealed value first, then what was deposited since, with who and when as claimed.
fn reveal(context: &mut Context, entry: &EntryId, shown: &ConfirmedField<'_>, seconds: u64) -> Result<(), CliError> {
    let language = context.language;
    let field = super::field_label(language, &shown.name);
    if let Some(value) = shown.sealed {
        let value = SecretText::from(value.expose().to_owned());
        context.desk.reveal(&Revelation { title: entry.as_str(), field: &field, value: &value, seconds })?;
    }
    for (open, value) in &shown.deposited {
        let by = open.pending.by.clone().unwrap_or_else(|| text::somebody(language));
        let time = open.pending.time.date_and_minute(&context.zone);
        match value {
            None => context.desk.tell(&text::value_removed(language, &field, by, time)),
            Some(value) => {
                let field = text::field_not_confirmed(language, &field, by, time);
                let value = SecretText::from(value.expose().to_owned());
                context.desk.reveal(&Revelation { title: entry.as_str(), field: &field, value: &value, seconds })?;
            }
        }
    }
    Ok(())
}

fn tell_broken_deposits(context: &mut Context, entry: &EntryView<'_>) {
    for open in &entry.deposits {
        if let Err(error) = &open.deposit {
            let why = crate::language::Say::say(error, context.language);
            context.desk.tell(&text::deposit_broken(context.language, entry.id, why));
        }
    }
}

fn label(context: &Context, entry: &EntryView<'_>) -> String {
    let title =
        entry.sealed.and_then(|fields| fields.get(&FieldName::fixed("title"))).map(|value| value.expose().to_owned());
    let title = title.or_else(|| entry.deposits.iter().rev().find_map(|open| open.pending.entry.title.clone()));
    let mut words = entry.id.to_string();
    if let Some(title) = title {
        words = format!("{words} — {title}");
    }
    if !entry.deposits.is_empty() {
        words = text::label_deposited(context.language, words, entry.deposits.len());
    }
    words
}

/// What to do next, and the head to copy by hand.
fn tell_end(context: &mut Context, ledger: &Ledger<'_>) -> Result<(), CliError> {
    let head = super::head(ledger);
    context.desk.clear_between_people();
    context.desk.tell(&text::closed(context.language, head));
    if let Some(folder) = ledger.folder().side_log() {
        context.desk.tell(&text::merge_side_log(context.language, folder.display()));
    }
    context.desk.pause(&text::copied(context.language))?;
    Ok(())
}
