//! Cards at the desk: one card with its phrase, or as many as make a quorum.

use super::answers::YES;
use super::context::Context;
use super::error::CliError;
use super::read_back::again;
use super::terminal::{Answer, CardRequest, Purpose};
use crate::ceremony::{Attendance, CeremonyError, Gathering, Locked, Offered};
use crate::journal::State;
use crate::language::{Language, Say, messages::cli as text};
use crate::quorum::{Card, CardHead, Phrase, Reading, SecretText, read_card};
use crate::vault::{EpochHeader, Moment};

/// Asks for one card until its text is whole. A correction is shown, and taken only when the person says yes.
///
/// # Errors
/// When nobody can be asked, or a script's card cannot be read.
pub fn ask_card(
    context: &mut Context,
    prompt: &str,
    remark: &dyn Fn(&CardHead) -> Option<String>,
    purpose: Purpose<'_>,
) -> Result<Answer<Card>, CliError> {
    let mut earlier: Option<SecretText> = None;
    loop {
        let request = CardRequest { prompt, earlier: earlier.as_ref(), remark, purpose };
        let typed = match context.desk.ask_card(&request)? {
            Answer::LaidAside => return Ok(Answer::LaidAside),
            Answer::Given(typed) => typed,
        };
        match read_card(typed.expose()) {
            Ok(Reading::Whole(card)) => return Ok(Answer::Given(card)),
            Ok(Reading::Corrected(correction)) => {
                let changes: Vec<String> = correction
                    .changes()
                    .iter()
                    .map(|change| {
                        let from = change.from.map_or_else(|| "?".to_owned(), |from| from.to_string());
                        text::correction(context.language, change.group, change.place, from, change.to)
                    })
                    .collect();
                context.desk.tell(&changes.join("\n"));
                if context.desk.confirm(&text::accept_correction(context.language), YES)? {
                    return Ok(Answer::Given(correction.accept()));
                }
                earlier = Some(typed);
            }
            Err(error) if context.desk.is_attended() => {
                context.say(&error);
                earlier = Some(typed);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Asks for the phrase of a locked card.
///
/// # Errors
/// When nobody can be asked, or what a script gives cannot be a phrase.
pub fn ask_phrase(context: &mut Context, header: &EpochHeader, head: &CardHead) -> Result<Answer<Phrase>, CliError> {
    let custodian = header.custodian(head.index);
    let name = custodian.map_or_else(String::new, |custodian| custodian.name.to_string());
    // Card and prompts use the custodian's own language.
    let language = custodian.map_or(context.language, |custodian| custodian.language);
    context.desk.speak(language);
    let answer = loop {
        match context.desk.ask_phrase(&text::ask_phrase(language, &name), head.index.get(), &name)? {
            Answer::LaidAside => break Answer::LaidAside,
            Answer::Given(typed) => match Phrase::new(typed.expose()) {
                Ok(phrase) => break Answer::Given(phrase),
                Err(error) if context.desk.is_attended() => context.desk.tell(&error.say(language)),
                Err(error) => return Err(error.into()),
            },
        }
    };
    context.desk.speak(context.language);
    Ok(answer)
}

/// What proves a card with its phrase, if it has one.
pub type Prove<'p, T> = dyn FnMut(Card, Option<&Phrase>, Moment) -> Result<T, CeremonyError> + 'p;

/// Proves a card, with its phrase as often as the person likes to try. A card of another epoch is refused without one.
///
/// # Errors
/// When nobody can be asked, the card is not good, or the machine has not the memory that its lock asks for.
pub fn with_phrase<T>(
    context: &mut Context,
    header: &EpochHeader,
    card: &Card,
    prove: &mut Prove<'_, T>,
) -> Result<Answer<T>, CliError> {
    loop {
        let phrase = match card {
            Card::Locked(_) if card.head().epoch == header.id() => match ask_phrase(context, header, card.head())? {
                Answer::Given(phrase) => Some(phrase),
                Answer::LaidAside => return Ok(Answer::LaidAside),
            },
            _ => None,
        };
        let _held = context.desk.hold_keys();
        if phrase.is_some() {
            context.desk.tell(&text::opening_lock(context.language));
        }
        match prove(again(card), phrase.as_ref(), context.now()) {
            Err(CeremonyError::Phrase(wrong)) if context.desk.is_attended() => context.say(&wrong),
            outcome => return Ok(Answer::Given(outcome?)),
        }
    }
}

/// Gathers cards until a quorum is in the room: who is here, who may still come; a wrong card is named, and the gathering goes on.
///
/// # Errors
/// When nobody can be asked any more.
pub fn gather(context: &mut Context, header: &EpochHeader, state: &State) -> Result<Attendance, CliError> {
    let mut gathering = Gathering::begin(header, state);
    while gathering.missing() > 0 {
        context.desk.clear_between_people();
        context.desk.tell(&progress(context.language, &gathering));
        let prompt = text::ask_card(context.language);
        let folder = header.id();
        let language = context.language;
        let remark = move |head: &CardHead| {
            (head.epoch != folder).then(|| text::card_seems_of_other_epoch(language, head.epoch, folder))
        };
        let card = match ask_card(context, &prompt, &remark, Purpose::Open) {
            Ok(Answer::Given(card)) => card,
            Ok(Answer::LaidAside) => continue,
            Err(CliError::Desk(super::terminal::DeskError::MissingAnswer { .. }))
                if gathering.present().count() > 0 =>
            {
                return Err(CliError::NotEnoughCards(gathering.missing()));
            }
            // A script goes on with its next card, as people would.
            Err(CliError::Unreadable(error)) => {
                context.say(&error);
                continue;
            }
            Err(error) => return Err(error),
        };
        offer(context, &mut gathering, header, card)?;
    }
    context.desk.clear_between_people();
    context.desk.tell(&text::quorum_is_here(context.language, names(gathering.present())));
    Ok(gathering.quorum()?)
}

fn offer(context: &mut Context, gathering: &mut Gathering, header: &EpochHeader, card: Card) -> Result<(), CliError> {
    let words = match gathering.offer(card) {
        Offered::Accepted(accepted) => taken(context.language, header, accepted.card),
        Offered::Refused(refusal) => refusal.say(context.language),
        Offered::NeedsPhrase(locked) => return unlock(context, gathering, header, &locked),
    };
    context.desk.tell(&words);
    context.desk.pause(&text::card_goes_back(context.language))?;
    Ok(())
}

/// A phrase that does not fit can be tried again, or the card laid aside.
fn unlock(
    context: &mut Context,
    gathering: &mut Gathering,
    header: &EpochHeader,
    locked: &Locked,
) -> Result<(), CliError> {
    loop {
        let Answer::Given(phrase) = ask_phrase(context, header, locked.head())? else {
            let name =
                header.custodian(locked.head().index).map_or_else(String::new, |custodian| custodian.name.to_string());
            context.desk.tell(&text::card_laid_aside(context.language, name));
            return Ok(());
        };
        let _held = context.desk.hold_keys();
        context.desk.tell(&text::opening_lock(context.language));
        match gathering.unlock(locked, &phrase)? {
            Ok(accepted) => {
                let words = taken(context.language, header, accepted.card);
                context.desk.tell(&words);
                context.desk.pause(&text::card_goes_back(context.language))?;
                return Ok(());
            }
            Err(wrong) => {
                context.say(&wrong);
                if !context.desk.is_attended() {
                    return Ok(());
                }
            }
        }
    }
}

fn taken(language: Language, header: &EpochHeader, card: crate::quorum::CardIndex) -> String {
    let name = header.custodian(card).map_or_else(String::new, |custodian| custodian.name.to_string());
    text::card_counts(language, name)
}

fn progress(language: Language, gathering: &Gathering) -> String {
    let header = gathering.header();
    let present =
        if gathering.present().next().is_none() { text::nobody(language) } else { names(gathering.present()) };
    let reach = |custodian: &crate::vault::Custodian| {
        let mut words = custodian.name.to_string();
        for detail in [&custodian.contact, &custodian.deputy, &custodian.place] {
            if !detail.is_empty() {
                words.push_str(" · ");
                words.push_str(detail);
            }
        }
        format!("  {words}")
    };
    let absent: Vec<String> = gathering.absent().map(reach).collect();
    text::gathering(
        language,
        &header.name,
        header.id(),
        header.threshold,
        present,
        gathering.missing(),
        absent.join("\n"),
    )
}

fn names<'a>(custodians: impl Iterator<Item = &'a crate::vault::Custodian>) -> String {
    custodians.map(|custodian| custodian.name.to_string()).collect::<Vec<_>>().join(", ")
}
