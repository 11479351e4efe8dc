//! Which credentials were replaced since they were shown. A new value is deposited into the active epoch before anybody sees it, so
//! that a rotation which is given up loses nothing.

use std::collections::BTreeSet;

use super::Arguments;
use crate::ceremony::{CeremonyError, Rotation, Writing, put};
use crate::cli::answers::YES;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::terminal::Revelation;
use crate::language::messages::{cards as text, cli};
use crate::quorum::{Digest, READABLE_ALPHABET, generate_characters};
use crate::vault::{Change, EntryId, FieldName, FieldValue};

/// Characters of a generated password: 24 of the readable alphabet are worth more than 128 bits.
const LENGTH: usize = 24;

/// For how long a generated password stays on the screen, in seconds.
const SHOWN_SECONDS: u64 = 120;

/// What is known of credentials before the staging.
#[derive(Default)]
pub struct Replacements {
    /// Entries whose credential was replaced where it is used.
    pub replaced: Vec<EntryId>,
    /// Deposits of new passwords that are set where they are used.
    pub confirmed: Vec<Digest>,
    /// Deposits of new passwords that are not: they stay pending.
    pub unset: Vec<Digest>,
}

/// Asks which credentials were replaced, and makes new passwords where that is wanted.
pub fn ask_replaced(
    context: &mut Context,
    arguments: &Arguments,
    writing: &mut Writing<'static>,
    mut rotation: Rotation,
) -> Result<(Rotation, Replacements), CliError> {
    let known = rotation.entries();
    for (option, named) in [("--replaced", &arguments.replaced), ("--generate", &arguments.generate)] {
        if let Some(unknown) = named.iter().find(|entry| !known.contains(entry)) {
            return Err(CliError::NotThere { option, value: unknown.to_string() });
        }
    }
    let mut done = Replacements { replaced: arguments.replaced.clone(), ..Replacements::default() };
    for entry in &arguments.generate {
        rotation = generate(context, arguments, writing, rotation, entry, &mut done)?;
    }
    if !context.desk.is_attended() {
        return Ok((rotation, done));
    }
    let shown: BTreeSet<EntryId> = writing
        .ledger()
        .state()
        .openings
        .iter()
        .flat_map(|opening| opening.to_replace.iter().cloned())
        .filter(|entry| !arguments.replaced.contains(entry) && !arguments.generate.contains(entry))
        .collect();
    for entry in shown {
        let language = context.language;
        let choices =
            [text::is_replaced(language), text::generate_new_value(language), text::is_not_replaced(language)];
        match context.desk.choose(&text::was_replaced(language, &entry), &choices, "--replaced")? {
            0 => done.replaced.push(entry),
            1 => rotation = generate(context, arguments, writing, rotation, &entry, &mut done)?,
            _ => context.desk.tell(&text::stays_due(language, &entry)),
        }
    }
    tell_old_values(context, &rotation, &done);
    Ok((rotation, done))
}

/// A credential that was replaced and of which no new value waits: the vault would keep the old one.
fn tell_old_values(context: &mut Context, rotation: &Rotation, done: &Replacements) {
    let has_deposit = |entry: &EntryId| rotation.deposits().iter().any(|open| open.pending.entry.id == *entry);
    for entry in done.replaced.iter().filter(|entry| !has_deposit(entry)) {
        context.desk.tell(&text::no_new_value_waits(context.language, entry));
    }
}

/// A new password: put in, then shown, then set by the people where it is used.
fn generate(
    context: &mut Context,
    arguments: &Arguments,
    writing: &mut Writing<'static>,
    rotation: Rotation,
    entry: &EntryId,
    done: &mut Replacements,
) -> Result<Rotation, CliError> {
    if !context.desk.is_attended() {
        return Err(CliError::Usage(text::generate_needs_screen));
    }
    let language = context.language;
    let value = generate_characters(LENGTH, READABLE_ALPHABET).map_err(CeremonyError::from)?;
    let mut change = Change::default();
    change.set.insert(FieldName::fixed("password"), FieldValue::copy_of(value.expose()));
    let today = context.now().date(&context.zone);
    change.set.insert(FieldName::fixed("last_rotated"), FieldValue::copy_of(&today));
    let epoch = rotation.attendance().header().hash();
    let deposit = put(writing, epoch, entry, change, &arguments.by(context), context.now())?;
    let field = cli::field_password(language);
    loop {
        context.desk.reveal(&Revelation {
            title: entry.as_str(),
            field: &field,
            value: &value,
            seconds: SHOWN_SECONDS,
        })?;
        let choices = [text::value_is_set(language), text::show_again(language), text::value_is_not_set(language)];
        match context.desk.choose(&text::was_value_set(language, entry), &choices, YES)? {
            0 => {
                done.replaced.push(entry.clone());
                done.confirmed.push(deposit);
                break;
            }
            1 => {}
            _ => {
                done.unset.push(deposit);
                context.desk.tell(&text::stays_due(language, entry));
                break;
            }
        }
    }
    Ok(rotation.refresh(writing)?)
}
