//! What people at the terminal choose from: an entry, then what they need of it, until they are done.

use super::reveal::reveal;
use super::{Arguments, attachment, code};
use crate::ceremony::{CeremonyError, EntryView, RECOVERY_CODES, Session, TOTP, Writing};
use crate::cli::commands::field_label;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::language::Language;
use crate::language::messages::{cli as text, second_factor as factors};
use crate::quorum::Digest;
use crate::vault::{EntryId, FieldName};

/// The people choose an entry, then a field, until they are done.
pub fn choose_entries(
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

/// What can be shown of an entry.
enum Choice {
    /// The value of a field, as it stands.
    Field(FieldName),
    /// A one-time code of the moment.
    CodeNow,
    /// The QR code that moves the second factor to another telephone.
    Enrolment,
    /// The next recovery code, which is spent then.
    RecoveryCode,
    /// A recovery code that was shown before.
    SpentCode,
    /// An attachment, by its blob: several can have one name. And its label.
    Attachment(Digest, String),
}

impl Choice {
    fn label(&self, language: Language) -> String {
        match self {
            Choice::Field(name) => field_label(language, name),
            Choice::CodeNow => factors::code_now(language),
            Choice::Enrolment => factors::enrolment(language),
            Choice::RecoveryCode => factors::next_recovery_code(language),
            Choice::SpentCode => factors::spent_recovery_code(language),
            Choice::Attachment(_, label) => label.clone(),
        }
    }
}

/// What an entry offers, in the order of the menu.
fn choices_of(context: &Context, entry: &EntryView<'_>, any_spent: bool) -> Vec<Choice> {
    let fields = entry.names().into_iter().flat_map(|name| match name.as_str() {
        TOTP => vec![Choice::CodeNow, Choice::Enrolment],
        RECOVERY_CODES if any_spent => vec![Choice::RecoveryCode, Choice::SpentCode],
        RECOVERY_CODES => vec![Choice::RecoveryCode],
        _ => vec![Choice::Field(name)],
    });
    let attachments = entry
        .attachments()
        .into_iter()
        .map(|offered| Choice::Attachment(offered.attachment.blob, attachment::label(context, &offered)));
    fields.chain(attachments).collect()
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
        let any_spent = !session.spent_codes(writing.ledger(), entry, arguments.deposited).is_empty();
        let choices = choices_of(context, &session.entry(entry)?, any_spent);
        let mut words: Vec<String> = choices.iter().map(|choice| choice.label(language)).collect();
        words.push(text::back_to_entries(language));
        let chosen = context.desk.choose(&text::choose_field(language, entry), &words, "--field")?;
        match choices.get(chosen) {
            None => return Ok(()),
            Some(Choice::CodeNow) => try_code(context, code::show_code, arguments, session, writing, entry)?,
            Some(Choice::RecoveryCode) => {
                try_code(context, code::show_recovery_code, arguments, session, writing, entry)?;
            }
            Some(Choice::SpentCode) => {
                try_code(context, code::show_spent_code, arguments, session, writing, entry)?;
            }
            Some(Choice::Enrolment) => {
                let name = FieldName::fixed(TOTP);
                let shown = session.reveal(writing, entry, std::slice::from_ref(&name), context.now())?;
                for field in &shown {
                    match code::show_enrolment(context, arguments, entry, field) {
                        Err(error @ (CliError::Usage(_) | CliError::Ceremony(CeremonyError::Factor(_)))) => {
                            context.say(&error);
                        }
                        outcome => outcome?,
                    }
                }
            }
            Some(Choice::Attachment(blob, _)) => {
                attachment::ask_and_write(context, session, writing, entry, *blob)?;
            }
            Some(Choice::Field(name)) => {
                let shown = session.reveal(writing, entry, std::slice::from_ref(name), context.now())?;
                for field in &shown {
                    reveal(context, entry, field, arguments.seconds)?;
                }
            }
        }
    }
}

/// A way of showing one code.
type ShowCode = fn(&mut Context, &Arguments, &Session, &mut Writing<'_>, &EntryId) -> Result<(), CliError>;

/// Shows a code; that there is none, or that it cannot be made, is told, and the people choose on.
fn try_code(
    context: &mut Context,
    show: ShowCode,
    arguments: &Arguments,
    session: &Session,
    writing: &mut Writing<'_>,
    entry: &EntryId,
) -> Result<(), CliError> {
    match show(context, arguments, session, writing, entry) {
        Err(error @ CliError::Ceremony(CeremonyError::AllCodesSpent(..) | CeremonyError::Factor(_))) => {
            context.say(&error);
            Ok(())
        }
        outcome => outcome,
    }
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
