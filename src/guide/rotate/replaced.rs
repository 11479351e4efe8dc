//! Which credentials were replaced since they were shown. A new value is deposited into the active epoch before anybody sees it, so
//! that a rotation which is given up loses nothing.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::Request;
use crate::ceremony::{CeremonyError, Ledger, OpenDeposit, Rotation, Writing, put};
use crate::desk::{Revelation, YES};
use crate::guide::{Context, GuideError};
use crate::ids::Digest;
use crate::journal::{Replaced, SecretPart, State};
use crate::language::messages::{cards as text, cli};
use crate::quorum::{READABLE_ALPHABET, generate_characters};
use crate::report::part_label;
use crate::vault::{Change, EntryId, FieldName, FieldValue, FormatError};

/// Characters of a generated password: 24 of the readable alphabet are worth more than 128 bits.
const LENGTH: usize = 24;

/// For how long a generated password stays on the screen, in seconds.
const SHOWN_SECONDS: u64 = 120;

/// What `--replaced` names: a secret of an entry, or an entry of which only one was shown.
#[derive(Clone, Debug)]
pub struct ReplacedArgument {
    entry: EntryId,
    name: Option<String>,
}

impl FromStr for ReplacedArgument {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<ReplacedArgument, FormatError> {
        let (entry, name) = text.split_once(':').map_or((text, None), |(entry, name)| (entry, Some(name)));
        Ok(ReplacedArgument { entry: entry.parse()?, name: name.map(str::to_owned) })
    }
}

impl ReplacedArgument {
    /// The secret that is meant, of those that were shown.
    fn find(&self, shown: &BTreeSet<Replaced>) -> Result<Replaced, GuideError> {
        let of_entry: Vec<&Replaced> = shown.iter().filter(|replaced| replaced.entry == self.entry).collect();
        let is_meant = |replaced: &&&Replaced| match (&self.name, &replaced.secret) {
            (None, _) => true,
            (Some(name), SecretPart::Field(field)) => field.as_str() == name,
            (Some(name), SecretPart::Attachment(attachment)) => attachment.as_str() == name,
        };
        let meant: Vec<&&Replaced> = of_entry.iter().filter(is_meant).collect();
        match meant[..] {
            [one] => Ok((*one).clone()),
            [] => Err(GuideError::NotThere { option: "--replaced", value: self.to_string() }),
            // One yes for several secrets would be calm over those that nobody changed.
            _ => Err(GuideError::NameEachSecret(meant.iter().map(|replaced| named(replaced)).collect())),
        }
    }
}

impl fmt::Display for ReplacedArgument {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(formatter, "{}:{name}", self.entry),
            None => write!(formatter, "{}", self.entry),
        }
    }
}

/// A secret as `--replaced` takes it.
fn named(replaced: &Replaced) -> String {
    match &replaced.secret {
        SecretPart::Field(name) => format!("{}:{name}", replaced.entry),
        SecretPart::Attachment(name) => format!("{}:{name}", replaced.entry),
    }
}

/// What is known of credentials before the staging.
#[derive(Default)]
pub struct Replacements {
    /// Secrets that were replaced where they are used, and with whose new value somebody signed in.
    pub replaced: Vec<Replaced>,
    /// Deposits of new passwords that are set where they are used.
    pub confirmed: Vec<Digest>,
    /// Deposits of new passwords that are not: they stay pending.
    pub unset: Vec<Digest>,
}

/// That what `--replaced` and `--generate` name is there, before anybody is asked for a card.
pub fn check_replaced(context: &Context, request: &Request, ledger: &Ledger<'_>) -> Result<(), GuideError> {
    let shown = shown_of(ledger.state());
    request.replaced.iter().try_for_each(|argument| argument.find(&shown).map(drop))?;
    let sealed = ledger.active()?.entries.iter().map(|entry| &entry.id);
    let known: BTreeSet<&EntryId> =
        sealed.chain(ledger.state().deposits.iter().map(|pending| &pending.entry.id)).collect();
    if let Some(unknown) = request.generate.iter().find(|entry| !known.contains(entry)) {
        return Err(GuideError::NotThere { option: "--generate", value: unknown.to_string() });
    }
    if !request.generate.is_empty() && !context.desk.is_attended() {
        return Err(GuideError::Usage(text::generate_needs_screen));
    }
    Ok(())
}

/// Secrets that were shown and not replaced since.
fn shown_of(state: &State) -> BTreeSet<Replaced> {
    state.openings.iter().flat_map(|opening| opening.to_replace.iter().cloned()).collect()
}

/// Asks which credentials were replaced, and makes new passwords where that is wanted.
pub fn ask_replaced(
    context: &mut Context,
    request: &Request,
    writing: &mut Writing<'static>,
    mut rotation: Rotation,
) -> Result<(Rotation, Replacements), GuideError> {
    let known = rotation.entries();
    if let Some(unknown) = request.generate.iter().find(|entry| !known.contains(entry)) {
        return Err(GuideError::NotThere { option: "--generate", value: unknown.to_string() });
    }
    let mut shown = shown_of(writing.ledger().state());
    let mut done = Replacements::default();
    for argument in &request.replaced {
        done.replaced.push(argument.find(&shown)?);
    }
    for entry in &request.generate {
        rotation = generate(context, request, writing, rotation, entry, &mut done)?;
    }
    shown.retain(|secret| !done.replaced.contains(secret));
    if !context.desk.is_attended() {
        return Ok((rotation, done));
    }
    for secret in shown {
        rotation = ask_one(context, request, writing, rotation, secret, &mut done)?;
    }
    tell_old_values(context, &rotation, &done);
    Ok((rotation, done))
}

/// One secret that was shown: changed where it is used, with a sign-in that worked; or changed now; or not yet.
fn ask_one(
    context: &mut Context,
    request: &Request,
    writing: &mut Writing<'static>,
    rotation: Rotation,
    secret: Replaced,
    done: &mut Replacements,
) -> Result<Rotation, GuideError> {
    let language = context.language;
    let part = part_label(language, &secret.secret);
    let question = text::WasReplaced { entry: &secret.entry, part: &part }.say(language);
    let mut choices = vec![text::is_replaced(language), text::is_not_replaced(language)];
    if secret.secret == SecretPart::password() {
        choices.push(text::generate_new_value(language));
    }
    match context.desk.choose(&question, &choices, "--replaced")? {
        0 => done.replaced.push(secret),
        1 => context.desk.tell(&text::StaysDue { entry: &secret.entry, part }.say(language)),
        _ => return generate(context, request, writing, rotation, &secret.entry, done),
    }
    Ok(rotation)
}

/// A credential that was replaced and of which no new value waits: the vault would keep the old one.
fn tell_old_values(context: &mut Context, rotation: &Rotation, done: &Replacements) {
    let brings = |open: &OpenDeposit, replaced: &Replaced| {
        open.pending.entry.id == replaced.entry && open.pending.parts().any(|part| part == replaced.secret)
    };
    for replaced in &done.replaced {
        if !rotation.deposits().iter().any(|open| brings(open, replaced)) {
            let part = part_label(context.language, &replaced.secret);
            context.desk.tell(&text::NoNewValueWaits { entry: &replaced.entry, part }.say(context.language));
        }
    }
}

/// A new password: put in, then shown, then set by the people where it is used.
fn generate(
    context: &mut Context,
    request: &Request,
    writing: &mut Writing<'static>,
    rotation: Rotation,
    entry: &EntryId,
    done: &mut Replacements,
) -> Result<Rotation, GuideError> {
    if !context.desk.is_attended() {
        return Err(GuideError::Usage(text::generate_needs_screen));
    }
    let language = context.language;
    let value = generate_characters(LENGTH, READABLE_ALPHABET).map_err(CeremonyError::from)?;
    let mut change = Change::default();
    change.set.insert(FieldName::fixed("password"), FieldValue::copy_of(value.expose()));
    let today = context.now().date(&context.zone);
    change.set.insert(FieldName::fixed("last_rotated"), FieldValue::copy_of(&today));
    let epoch = rotation.attendance().header().hash();
    let deposit = put(writing, epoch, entry, change, &request.by(context), context.now())?;
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
                done.replaced.push(Replaced { entry: entry.clone(), secret: SecretPart::password() });
                done.confirmed.push(deposit);
                break;
            }
            1 => {}
            _ => {
                done.unset.push(deposit);
                context.desk.tell(&text::StaysDue { entry, part: &field }.say(language));
                break;
            }
        }
    }
    Ok(rotation.refresh(writing)?)
}
