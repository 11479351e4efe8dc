//! What people at the terminal choose from: an entry, then what they need of it, until they are done.

use super::log_place::recorded;
use super::reveal::reveal;
use super::{Request, attachment, code, held};
use crate::ceremony::{CeremonyError, EntryView, Held, RECOVERY_CODES, Session, TOTP, Which, Writing};
use crate::guide::{Context, GuideError};
use crate::ids::Digest;
use crate::language::Language;
use crate::language::messages::{cli as text, second_factor as factors};
use crate::report::field_label;
use crate::vault::{EntryId, FieldName, FieldValue};

/// The people choose an entry, then a field, until they are done.
pub fn choose_entries(
    context: &mut Context,
    request: &Request,
    session: &Session,
    writing: &mut Writing<'_>,
) -> Result<(), GuideError> {
    let language = context.language;
    loop {
        let entries = session.entries();
        if entries.is_empty() {
            context.desk.tell(&text::list_empty(language));
            return Ok(());
        }
        for entry in &entries {
            held::tell_broken_deposits(context, entry);
        }
        // Hidden titles are secrets: an event comes before each that is shown.
        let hidden = session.attendance().header().titles_hidden;
        let mut choices: Vec<String> = entries.iter().map(|entry| label(context, entry, hidden)).collect();
        choices.push(text::close_the_vault(language));
        let chosen = context.desk.choose(&text::choose_entry(language), &choices, "--entry")?;
        let Some(entry) = entries.get(chosen) else { return Ok(()) };
        choose_fields(context, request, session, writing, entry.id)?;
    }
}

/// What can be shown of an entry.
enum Choice {
    /// The values of a field, as they stand.
    Field(FieldName),
    /// Of a second factor: several can be held under its name.
    Factor(Factor),
    /// An attachment, by its blob: several can have one name.
    Attachment(Digest),
}

#[derive(Clone, Copy)]
enum Factor {
    /// A one-time code of the moment.
    CodeNow,
    /// The QR code that moves the second factor to another telephone.
    Enrolment,
    /// The next recovery code, which is spent then.
    RecoveryCode,
    /// A recovery code that was shown before.
    SpentCode,
}

impl Factor {
    fn label(self, language: Language) -> String {
        match self {
            Factor::CodeNow => factors::code_now(language),
            Factor::Enrolment => factors::enrolment(language),
            Factor::RecoveryCode => factors::next_recovery_code(language),
            Factor::SpentCode => factors::spent_recovery_code(language),
        }
    }

    /// The field that it is of.
    fn field(self) -> FieldName {
        FieldName::fixed(match self {
            Factor::CodeNow | Factor::Enrolment => TOTP,
            Factor::RecoveryCode | Factor::SpentCode => RECOVERY_CODES,
        })
    }
}

/// The one entry that people chose, in an opened vault.
struct Chosen<'c, 'w> {
    request: &'c Request,
    session: &'c Session,
    writing: &'c mut Writing<'w>,
    entry: &'c EntryId,
}

impl Chosen<'_, '_> {
    /// Every value that is held of a second factor, as far as it has what is asked for.
    fn held(&self, factor: Factor) -> Result<Vec<Held<'_, FieldValue>>, GuideError> {
        let mut held = self.session.entry(self.entry)?.held(&factor.field());
        if matches!(factor, Factor::SpentCode) {
            let ledger = self.writing.ledger();
            held.retain(|held| !self.session.spent_codes(ledger, self.entry, held.which()).is_empty());
        }
        Ok(held)
    }

    /// What the entry offers, in the order of the menu, and how it is called there.
    fn choices(&self, context: &Context) -> Result<Vec<(Choice, String)>, GuideError> {
        let (entry, language) = (self.session.entry(self.entry)?, context.language);
        let mut choices = Vec::new();
        for name in entry.names() {
            let factors: &[Factor] = match name.as_str() {
                TOTP => &[Factor::CodeNow, Factor::Enrolment],
                RECOVERY_CODES => &[Factor::RecoveryCode, Factor::SpentCode],
                _ => {
                    let label = field_label(language, &name);
                    choices.push((Choice::Field(name), label));
                    continue;
                }
            };
            for &factor in factors {
                match self.held(factor)?.as_slice() {
                    [] => {}
                    // Where there are several, the question which one says of each whether it was removed.
                    [held] => {
                        let label = held::or_removed(context, factor.label(language), held);
                        choices.push((Choice::Factor(factor), label));
                    }
                    _ => choices.push((Choice::Factor(factor), factor.label(language))),
                }
            }
        }
        for offered in entry.attachments() {
            choices.push((Choice::Attachment(offered.held.value.blob), attachment::label(context, &offered)));
        }
        Ok(choices)
    }

    /// Shows of a second factor what people choose. That there is none, or that it cannot be made, is told, and they choose on.
    fn show_factor(&mut self, context: &mut Context, factor: Factor) -> Result<(), GuideError> {
        let what = field_label(context.language, &factor.field());
        let Some(which) = held::choose(context, &what, &self.held(factor)?)? else {
            return Ok(());
        };
        let Chosen { request, session, writing, entry } = self;
        let shown = match factor {
            Factor::CodeNow => code::show_code(context, request, session, writing, entry, which),
            Factor::Enrolment => self.show_enrolment(context, which),
            Factor::RecoveryCode => code::show_recovery_code(context, request, session, writing, entry, which),
            Factor::SpentCode => code::show_spent_code(context, request, session, writing, entry, which),
        };
        match shown {
            Err(
                error @ (GuideError::Usage(_)
                | GuideError::NotRecorded(_)
                | GuideError::Ceremony(CeremonyError::AllCodesSpent(..) | CeremonyError::Factor(_))),
            ) => {
                context.say(&error);
                Ok(())
            }
            outcome => outcome,
        }
    }

    fn show_enrolment(&mut self, context: &mut Context, which: Which) -> Result<(), GuideError> {
        let names = [FieldName::fixed(TOTP)];
        let shown =
            recorded(context, self.writing, |_, writing, now| self.session.reveal(writing, self.entry, &names, now))?;
        shown.iter().try_for_each(|field| code::show_enrolment(context, self.request, self.entry, field, which))
    }
}

fn choose_fields(
    context: &mut Context,
    request: &Request,
    session: &Session,
    writing: &mut Writing<'_>,
    entry: &EntryId,
) -> Result<(), GuideError> {
    let language = context.language;
    let mut chosen = Chosen { request, session, writing, entry };
    loop {
        let choices = chosen.choices(context)?;
        let mut words: Vec<String> = choices.iter().map(|(_, label)| label.clone()).collect();
        words.push(text::back_to_entries(language));
        let number = context.desk.choose(&text::choose_field(language, entry), &words, "--field")?;
        match choices.get(number).map(|(choice, _)| choice) {
            None => return Ok(()),
            Some(Choice::Factor(factor)) => chosen.show_factor(context, *factor)?,
            Some(Choice::Attachment(blob)) => {
                attachment::ask_and_write(context, session, chosen.writing, entry, *blob)?;
            }
            Some(Choice::Field(name)) => {
                let shown = recorded(context, chosen.writing, |_, writing, now| {
                    session.reveal(writing, entry, std::slice::from_ref(name), now)
                });
                match shown {
                    // The vault stays open: there may be room later, and other things to see.
                    Err(error @ GuideError::NotRecorded(_)) => context.say(&error),
                    shown => {
                        for field in &shown? {
                            reveal(context, entry, field, request.seconds)?;
                        }
                    }
                }
            }
        }
    }
}

fn label(context: &Context, entry: &EntryView<'_>, hidden: bool) -> String {
    let title =
        entry.sealed.and_then(|fields| fields.get(&FieldName::fixed("title"))).map(|value| value.expose().to_owned());
    let title = title
        .or_else(|| entry.deposits.iter().rev().find_map(|open| open.pending.entry.title.clone().map(String::from)));
    let mut words = entry.id.to_string();
    if let Some(title) = title.filter(|_| !hidden) {
        words = format!("{words} — {title}");
    }
    if !entry.deposits.is_empty() {
        words = text::LabelDeposited { label: words, count: entry.deposits.len() }.say(context.language);
    }
    words
}
