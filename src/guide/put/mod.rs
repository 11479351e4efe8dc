//! `put`: fields of an entry into the vault, without a card.

mod asked;
mod attach;
mod generated;
mod import;
mod second_factor;

use std::collections::BTreeSet;

use serde::Serialize;

pub use attach::Files;
pub use import::{Import, PutIn, Standing};
pub use second_factor::Factors;

use asked::{ask_fields, ask_secret_twice, read_fields, refuse_empty};
use generated::{generate, show_generated};

use crate::card::HeadCode;
use crate::ceremony::{CeremonyError, Ledger, put};
use crate::desk::Input;
use crate::guide::telling::tell_heads;
use crate::guide::trust::{EpochOnCard, epoch_to_seal_to};
use crate::guide::{Context, End, GuideError, nobody_yet};
use crate::ids::EventId;
use crate::language::messages::cli as text;
use crate::report::head_codes;
use crate::secret::SecretText;
use crate::vault::{AttachmentName, Change, Claim, EntryId, FieldName, FieldValue, Fields};

/// What is put in, as far as it is given.
pub struct Request {
    pub entry: Option<EntryId>,
    pub title: Option<Claim>,
    pub kind: Option<Claim>,
    pub user_name: Option<String>,
    pub url: Option<String>,
    pub owner: Option<Claim>,
    pub how_to_rotate: Option<String>,
    pub last_rotated: Option<Claim>,
    pub secret: Option<FieldName>,
    pub fields_from: Option<Input>,
    pub generate: Option<Generator>,
    pub length: Option<u16>,
    pub alphabet: Option<String>,
    pub print: bool,
    pub clear: Vec<FieldName>,
    pub factors: second_factor::Factors,
    pub files: attach::Files,
    pub import: import::Import,
    pub on_card: EpochOnCard,
    pub by: Option<Claim>,
    /// Whether a secret value is handed over, and not typed.
    pub value_is_given: bool,
    /// Whether every question of yes or no is answered with yes.
    pub yes: bool,
}

/// What a value that breakglass makes up is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Generator {
    /// Characters of an alphabet.
    Characters,
    /// Words of the list.
    Words,
}

impl Request {
    /// Fields that are no secret and were named beforehand.
    fn open_fields(&self) -> impl Iterator<Item = (FieldName, &str)> {
        let claimed = Option::<Claim>::as_ref;
        let claimed = |claim| claimed(claim).map(Claim::as_str);
        let given = [
            ("title", claimed(&self.title)),
            ("kind", claimed(&self.kind)),
            ("user_name", self.user_name.as_deref()),
            ("url", self.url.as_deref()),
            ("owner", claimed(&self.owner)),
            ("how_to_rotate", self.how_to_rotate.as_deref()),
            ("last_rotated", claimed(&self.last_rotated)),
        ];
        given.into_iter().filter_map(|(name, value)| Some((FieldName::fixed(name), value?)))
    }

    /// A mistyped name would be told as removed, and what it meant would stay.
    fn check_removed(&self, ledger: &Ledger<'_>, entry: &EntryId) -> Result<(), GuideError> {
        self.clear.iter().try_for_each(|name| ledger.ever_had_field(entry, name))?;
        Ok(self.files.detached().try_for_each(|name| ledger.ever_had_attachment(entry, name))?)
    }

    /// Whether it is said what to put in, so that people are asked only for what is missing.
    fn says_what(&self) -> bool {
        self.open_fields().next().is_some()
            || self.secret.is_some()
            || self.fields_from.is_some()
            || self.generate.is_some()
            || self.value_is_given
            || !self.clear.is_empty()
            || self.files.is_some()
            || self.factors.is_some()
    }
}

/// What was put in, for a machine.
#[derive(Serialize)]
struct Done<'a> {
    entry: &'a EntryId,
    fields: &'a [FieldName],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<&'a AttachmentName>,
    heads: &'a [EventId],
    head_codes: Vec<HeadCode>,
    /// The generated value, when it was to be printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    generated: Option<&'a str>,
}

pub fn run(context: &mut Context, request: &Request) -> Result<End, GuideError> {
    if let Some(named) = request.import.named() {
        return import::run(context, request, named);
    }
    // Without an import, an entry was asked for before.
    let Some(entry) = &request.entry else { return Err(GuideError::Usage(text::nothing_to_put)) };
    let ledger = context.read()?;
    let trusted = epoch_to_seal_to(context, &ledger, &request.on_card)?;
    request.check_removed(&ledger, entry)?;
    nobody_yet::ask_to_put_in(context, &ledger)?;
    // A mistyped id makes an entry that nobody looks for at night, and leaves the old one as it was.
    let is_new = !stands(&ledger, entry.as_str());
    let (mut change, generated) = change_of(context, request)?;
    let files = request.files.open(context)?;
    if change.is_empty() && !request.files.is_some() {
        return Err(GuideError::Usage(text::nothing_to_put));
    }
    let by = context.by(request.by.as_ref());
    let mut writing = context.begin(ledger)?;
    request.files.take(context, &writing, files, &mut change)?;
    let now = context.now();
    let mut names: Vec<FieldName> = change.set.keys().cloned().collect();
    names.sort_by(FieldName::shown_order);
    let mut labels = crate::report::field_labels(context.language, &names);
    labels.extend(attach::labels(context.language, &change));
    let enrolment = request.factors.enrolment_in(&change.set);
    put(&mut writing, trusted, entry, change.clone(), &by, now)?;
    let ledger = writing.end();
    context.remember(&ledger, Some(trusted));
    if context.is_for_machine() {
        let generated = generated.as_ref().filter(|_| request.print).map(|(_, value)| value.expose());
        let heads = ledger.heads();
        context.print_json_secret(&Done {
            entry,
            fields: &names,
            attachments: change.attach.keys().collect(),
            heads,
            head_codes: head_codes(heads),
            generated,
        })?;
    } else {
        let (language, fields) = (context.language, labels.join(", "));
        context.desk.tell(&if is_new {
            text::PutDoneNew { entry, fields }.say(language)
        } else {
            text::PutDone { entry, fields }.say(language)
        });
        tell_when_it_opens(context, &ledger);
        tell_heads(context, &ledger);
    }
    // The value is in the vault before anybody sees it: whoever sets it elsewhere now can lose nothing.
    if let Some((name, value)) = generated {
        show_generated(context, request, entry, &name, &value)?;
    }
    if let Some(enrolment) = enrolment.filter(|_| !request.value_is_given) {
        second_factor::offer_code(context, entry, &enrolment)?;
    }
    Ok(End::Done)
}

/// From when what was put in can be opened, and what seals it.
fn tell_when_it_opens(context: &mut Context, ledger: &Ledger<'_>) {
    let language = context.language;
    let sealed = ledger.active().is_ok_and(|header| !header.entries.is_empty());
    context.desk.tell(&match (nobody_yet::can_open(ledger), sealed) {
        (false, _) => text::put_opens_later(language),
        (true, true) => text::put_opens_now(language),
        (true, false) => text::put_before_first_rotation(language),
    });
}

/// Whether an entry of this id stands in the vault, sealed or deposited.
fn stands(ledger: &Ledger<'_>, id: &str) -> bool {
    let sealed = ledger.active().is_ok_and(|header| header.entries.iter().any(|entry| entry.id.as_str() == id));
    sealed || ledger.state().deposits.iter().any(|pending| pending.entry.id.as_str() == id)
}

/// The fields that are given and removed, asked for where nothing is said; with a generated value.
fn change_of(
    context: &mut Context,
    request: &Request,
) -> Result<(Change, Option<(FieldName, SecretText)>), GuideError> {
    let mut change = Change { clear: request.clear.iter().cloned().collect::<BTreeSet<_>>(), ..Change::default() };
    for (name, value) in request.open_fields() {
        change.set.insert(name, FieldValue::copy_of(value));
    }
    let generated = collect(context, request, &mut change.set)?;
    if !request.says_what() {
        ask_fields(context, &mut change.set)?;
    }
    refuse_empty(&change.set)?;
    second_factor::check(&mut change.set).map_err(CeremonyError::from)?;
    second_factor::warn_of_short_key(context, &change.set);
    if change.clear.iter().any(|name| change.set.contains_key(name)) {
        return Err(GuideError::Usage(text::given_and_removed));
    }
    let password = FieldName::fixed("password");
    let last_rotated = FieldName::fixed("last_rotated");
    if change.set.contains_key(&password) && !change.clear.contains(&last_rotated) {
        let today = context.now().date(&context.zone);
        change.set.entry(last_rotated).or_insert_with(|| FieldValue::copy_of(&today));
    }
    Ok((change, generated))
}

/// Takes secrets from where they are said to be. Gives a generated one back, to be shown once it is in the vault.
fn collect(
    context: &mut Context,
    request: &Request,
    fields: &mut Fields,
) -> Result<Option<(FieldName, SecretText)>, GuideError> {
    if let Some(input) = &request.fields_from {
        fields.extend(read_fields(input)?);
    }
    request.factors.collect(context, fields)?;
    let name = request.secret.clone().unwrap_or_else(|| FieldName::fixed("password"));
    if let Some(generator) = request.generate {
        let value = generate(request, generator)?;
        fields.insert(name.clone(), FieldValue::copy_of(value.expose()));
        return Ok(Some((name, value)));
    }
    if request.secret.is_some() || (request.value_is_given && !request.factors.take_value()) {
        let value = ask_secret_twice(context, &name, !request.value_is_given)?;
        fields.insert(name, FieldValue::new(value));
    }
    Ok(None)
}
