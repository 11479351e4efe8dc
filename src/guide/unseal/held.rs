//! Several values under one name: each is named with who and when, as claimed, and can be reached. A wrong deposit hides no right one.

use super::Request;
use crate::ceremony::{CeremonyError, EntryView, Held, OpenDeposit, Which};
use crate::guide::{Context, GuideError};
use crate::journal::{PendingDeposit, State};
use crate::language::Say;
use crate::language::messages::cli as text;
use crate::vault::AttachmentName;

/// So many values or deposits are told one by one: whoever can write to the folder can add hundreds, and what matters must stay on the screen.
const MOST_TOLD: usize = 5;

/// The value that is meant, as far as the log knows it: before anybody brings a card, and after it.
pub fn named(request: &Request, state: &State) -> Result<Which, GuideError> {
    let (Some(entry), Some(deposited)) = (&request.entry, request.deposited) else { return Ok(Which::Sealed) };
    let Some(number) = deposited else { return Ok(Which::Newest) };
    let brings = |pending: &&PendingDeposit| {
        let field = request.field.as_ref().is_some_and(|name| pending.fields.contains(name));
        let file = |name: &AttachmentName| pending.attached.iter().any(|attached| attached.name == *name);
        pending.entry.id == *entry && (field || request.attachment.as_ref().is_some_and(file))
    };
    let deposits: Vec<&PendingDeposit> = state.deposits.iter().filter(brings).collect();
    let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    match place.and_then(|place| deposits.get(place)) {
        Some(pending) => Ok(Which::Deposited(pending.deposit)),
        None => Err(CeremonyError::NoSuchNumber(entry.clone(), number, deposits.len()).into()),
    }
}

/// Who put it in, and when, as claimed.
pub fn claimed(context: &Context, open: &OpenDeposit) -> (String, String) {
    let by = context.shown_by(open.pending.by.as_ref());
    (by, open.pending.time.date_and_minute(&context.zone))
}

/// A label, and behind it who removed what it names, as claimed.
pub fn or_removed<T>(context: &Context, label: String, held: &Held<'_, T>) -> String {
    let Some(open) = held.removed_by else { return label };
    let (by, time) = claimed(context, open);
    text::LabelRemoved { label, by, when: time }.say(context.language)
}

/// Lets people choose where several values have one name; nothing when they think better of it.
pub fn choose<T>(context: &mut Context, what: &str, held: &[Held<'_, T>]) -> Result<Option<Which>, GuideError> {
    let language = context.language;
    if let [] | [_] = held {
        return Ok(held.first().map(Held::which));
    }
    let label = |held: &Held<'_, T>| {
        let label = match held.deposit {
            None => text::sealed_one(language),
            Some(open) => {
                let (by, time) = claimed(context, open);
                text::DepositedOne { by, when: time }.say(language)
            }
        };
        or_removed(context, label, held)
    };
    let mut choices: Vec<String> = held.iter().map(label).collect();
    choices.push(text::back_to_values(language));
    let chosen =
        context.desk.choose(&text::ChooseHeld { what, count: held.len() }.say(language), &choices, "--deposited")?;
    Ok(held.get(chosen).map(Held::which))
}

/// Tells what the value is that was shown, and how the others under its name are reached.
pub fn tell_others<T>(context: &mut Context, what: &str, all: &[Held<'_, T>], shown: &Held<'_, T>) {
    let language = context.language;
    if let Some(open) = shown.removed_by {
        let (by, time) = claimed(context, open);
        context.desk.tell(&text::ValueRemoved { field: what, by, when: time }.say(language));
    }
    let others: Vec<&Held<'_, T>> = all.iter().filter(|other| other.which() != shown.which()).collect();
    for other in &others[..others.len().min(MOST_TOLD)] {
        let told = match other.deposit {
            None => text::also_sealed(language, what),
            Some(open) => {
                let (by, time) = claimed(context, open);
                text::AlsoDeposited { what, by, when: time, number: other.number }.say(language)
            }
        };
        context.desk.tell(&told);
    }
    if let Some(more) = others.len().checked_sub(MOST_TOLD).filter(|more| *more > 0) {
        let numbered = all.iter().map(|held| held.number).max().unwrap_or_default();
        context.desk.tell(&text::AlsoDepositedMore { what, count: more, all: numbered }.say(language));
    }
}

/// Tells which deposits of an entry cannot be read: what stands in them can be neither shown nor named.
pub fn tell_broken_deposits(context: &mut Context, entry: &EntryView<'_>) {
    let broken: Vec<&CeremonyError> = entry.deposits.iter().filter_map(|open| open.deposit.as_ref().err()).collect();
    for error in &broken[..broken.len().min(MOST_TOLD)] {
        let why = error.say(context.language);
        context.desk.tell(&text::DepositBroken { entry: entry.id, why }.say(context.language));
    }
    if let Some(more) = broken.len().checked_sub(MOST_TOLD).filter(|more| *more > 0) {
        context.desk.tell(&text::DepositsBrokenMore { entry: entry.id, count: more }.say(context.language));
    }
}
