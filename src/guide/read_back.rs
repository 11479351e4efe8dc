//! New cards come back from paper one by one, each in its custodian's own language. A card's file goes once its paper is known to be
//! good. It can be stopped and gone on with on another day.

use std::collections::VecDeque;
use std::path::Path;

use super::Context;
use super::GuideError;
use super::cards::{ask_card, ask_phrase};
use crate::card::{Card, CardHead};
use crate::ceremony::{
    CeremonyError, Gathering, Writing, card_files_destroyed, destroy_card_file, read_back_and_delete,
};
use crate::desk::{Answer, DeskError, Purpose, YES};
use crate::ids::EpochHash;
use crate::journal::CardState;
use crate::language::{Language, messages::cards as text};
use crate::quorum::CardIndex;
use crate::vault::{Custodian, EpochHeader};

/// What became of asking for one card.
enum Outcome {
    /// It was read back.
    Read(CardIndex),
    /// It did not count; the same person is asked again.
    Again,
    /// The person has it not here.
    LaidAside,
}

/// Asks for every card of an epoch that was not read back yet, but for those in `without`. `folder` is where the files stand that the
/// cards were printed from. Gives the cards that were read back now, as far as they make a quorum: it commits in the same sitting.
///
/// # Errors
/// When somebody stops it, or an event cannot be written. What was read back until then stays.
pub fn read_cards_back(
    context: &mut Context,
    writing: &mut Writing<'_>,
    epoch: EpochHash,
    folder: Option<&Path>,
    without: &[CardIndex],
) -> Result<Gathering, GuideError> {
    let header = writing.ledger().header(epoch)?.clone();
    let mut gathering = Gathering::begin(&header, writing.ledger().state());
    tidy_up(context, writing, &header, folder)?;
    let mut queue: VecDeque<CardIndex> =
        unverified(writing, epoch).into_iter().filter(|card| !without.contains(card)).collect();
    let mut laid_aside = Vec::new();
    loop {
        let Some(&card) = queue.front() else {
            if laid_aside.is_empty() || !context.desk.is_attended() || !another_round(context, &header, &laid_aside)? {
                break;
            }
            queue.extend(laid_aside.drain(..));
            continue;
        };
        let Some(custodian) = header.custodian(card) else { break };
        context.desk.clear_between_people();
        let asked =
            context.speaking(custodian.language, |context| one(context, writing, &mut gathering, custodian, folder));
        match asked {
            Ok(Outcome::Read(read)) => {
                queue.retain(|waiting| *waiting != read);
                laid_aside.retain(|waiting| *waiting != read);
            }
            Ok(Outcome::Again) => {}
            Ok(Outcome::LaidAside) => laid_aside.extend(queue.pop_front()),
            // A script that has no more cards stops here, as people would who go home.
            Err(GuideError::Desk(DeskError::MissingAnswer { .. })) => break,
            // What proves nothing of the paper does not count; the next may.
            Err(error @ GuideError::Desk(DeskError::NotPaper { .. })) => context.say(&error),
            Err(error) => {
                context.desk.clear_between_people();
                return Err(error);
            }
        }
    }
    context.desk.clear_between_people();
    Ok(gathering)
}

/// Cards of an epoch that were not read back from paper yet, and can still come.
pub fn unverified(writing: &Writing<'_>, epoch: EpochHash) -> Vec<CardIndex> {
    let waits = |card: &&CardState| card.verified.is_none() && card.is_usable();
    let cards = writing.ledger().state().epochs.get(&epoch).map_or(&[][..], |epoch| &epoch.cards);
    cards.iter().filter(waits).map(|card| card.index).collect()
}

/// The custodians of these cards, for a sentence.
pub fn names_of(header: &EpochHeader, cards: &[CardIndex]) -> String {
    let name = |card: &CardIndex| Some(header.custodian(*card)?.name.to_string());
    cards.iter().filter_map(name).collect::<Vec<_>>().join(", ")
}

fn another_round(context: &mut Context, header: &EpochHeader, waiting: &[CardIndex]) -> Result<bool, GuideError> {
    context.desk.clear_between_people();
    Ok(context.desk.confirm(&text::read_back_another_round(context.language, names_of(header, waiting)), YES)?)
}

fn one(
    context: &mut Context,
    writing: &mut Writing<'_>,
    gathering: &mut Gathering,
    custodian: &Custodian,
    folder: Option<&Path>,
) -> Result<Outcome, GuideError> {
    let header = &gathering.header().clone();
    let language = context.language;
    let waiting = unverified(writing, header.hash()).len();
    let total = header.custodians.len();
    if context.desk.is_attended() {
        context.desk.tell(
            &text::ReadBackIntro { vault: &header.name, name: &custodian.name, done: total - waiting, total }
                .say(language),
        );
    }
    let own = header.id();
    let remark = move |head: &CardHead| {
        (head.epoch != own).then(|| text::NotOfThisDealing { card: head.epoch, own }.say(language))
    };
    let prompt = text::AskNewCard { name: &custodian.name, index: custodian.index }.say(language);
    let card = match ask_card(context, &prompt, &remark, Purpose::ProvePaper { printed_from: folder }) {
        Ok(Answer::Given(card)) => card,
        Ok(Answer::LaidAside) => return Ok(Outcome::LaidAside),
        Err(GuideError::Unreadable(error)) => {
            context.say(&error);
            return Ok(Outcome::Again);
        }
        Err(error) => return Err(error),
    };
    if is_verified(writing, header, card.head()) {
        let name = names_of(header, &[card.head().index]);
        context.desk.tell(&text::read_back_already(language, name));
        context.desk.pause(&text::next_person(language))?;
        return Ok(Outcome::Again);
    }
    prove(context, writing, gathering, card, folder)
}

/// Tries the card, with its phrase as often as the person likes.
fn prove(
    context: &mut Context,
    writing: &mut Writing<'_>,
    gathering: &mut Gathering,
    card: Card,
    folder: Option<&Path>,
) -> Result<Outcome, GuideError> {
    let header = &gathering.header().clone();
    let disk = context.disk();
    let mut delete = |card: CardIndex| match folder {
        Some(folder) => destroy_card_file(disk, folder, card, header.id()),
        None => Ok(false),
    };
    loop {
        let phrase = match &card {
            Card::Locked(_) if card.head().epoch == header.id() => match ask_phrase(context, header, card.head())? {
                Answer::Given(phrase) => Some(phrase),
                Answer::LaidAside => return Ok(Outcome::LaidAside),
            },
            _ => None,
        };
        let _held = context.desk.hold_keys();
        if phrase.is_some() {
            context.desk.tell(&crate::language::messages::cli::opening_lock(context.language));
        }
        let now = context.now();
        match read_back_and_delete(writing, header.hash(), &card, phrase.as_ref(), now, &mut delete) {
            Ok(read) => {
                let card = read.card;
                gathering.keep(read);
                told_good(context, writing, header, card)?;
                return Ok(Outcome::Read(card));
            }
            Err(CeremonyError::Phrase(wrong)) => {
                context.say(&wrong);
                if !context.desk.is_attended() {
                    return Ok(Outcome::Again);
                }
            }
            Err(CeremonyError::Card(refusal)) => {
                context.say(&refusal);
                context.desk.pause(&text::next_person(context.language))?;
                return Ok(Outcome::Again);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn told_good(
    context: &mut Context,
    writing: &Writing<'_>,
    header: &EpochHeader,
    card: CardIndex,
) -> Result<(), GuideError> {
    let custodian = header.custodian(card).ok_or(CeremonyError::NoSuchCard(card))?;
    let state = writing.ledger().state().epochs.get(&header.hash()).and_then(|epoch| epoch.card(card));
    let file_left = state.is_some_and(|state| state.card_file);
    context.speaking(custodian.language, |context| {
        let language = context.language;
        context.desk.tell(&text::read_back_good(language, &custodian.name));
        context.desk.tell(&file_words(language, file_left));
        context.desk.pause(&text::next_person(language))
    })?;
    Ok(())
}

fn file_words(language: Language, file_left: bool) -> String {
    if file_left { text::card_file_left(language) } else { text::card_file_deleted(language) }
}

/// Deletes files of cards that were read back before, as after a run that was cut short in between.
fn tidy_up(
    context: &mut Context,
    writing: &mut Writing<'_>,
    header: &EpochHeader,
    folder: Option<&Path>,
) -> Result<(), GuideError> {
    let Some(folder) = folder else { return Ok(()) };
    let cards = writing.ledger().state().epochs.get(&header.hash()).map_or(&[][..], |epoch| &epoch.cards);
    let left: Vec<CardIndex> =
        cards.iter().filter(|card| card.verified.is_some() && card.card_file).map(|card| card.index).collect();
    let mut deleted = Vec::new();
    for card in left {
        if destroy_card_file(context.disk(), folder, card, header.id())? {
            deleted.push(card);
        }
    }
    if !deleted.is_empty() {
        card_files_destroyed(writing, header.hash(), deleted, &context.by(None), context.now())?;
    }
    Ok(())
}

fn is_verified(writing: &Writing<'_>, header: &EpochHeader, head: &CardHead) -> bool {
    let epoch = writing.ledger().state().epochs.get(&header.hash()).filter(|_| head.epoch == header.id());
    epoch.and_then(|epoch| epoch.card(head.index)).is_some_and(|card| card.verified.is_some())
}
