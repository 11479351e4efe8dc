//! `card lock` and `card unlock`: the same share on new paper, with a phrase or without. The old paper is to be destroyed.

use std::path::Path;

use crate::card::Card;
use crate::ceremony::{
    CardFile, CardRefusal, CeremonyError, Ledger, check_against_header, destroy_card_file, paper_destroyed, relock,
    write_card_file,
};
use crate::desk::{Answer, Purpose, YES};
use crate::guide::card_paper::{PaperRequest, tell_files};
use crate::guide::cards::{ask_card, with_phrase};
use crate::guide::people::{LockWith, find_card, make_phrase};
use crate::guide::read_back::{names_of, read_cards_back, unverified};
use crate::guide::telling::tell_heads;
use crate::guide::{Context, End, GuideError};
use crate::language::messages::cards as text;
use crate::quorum::{CardIndex, LockProfile, Phrase};
use crate::vault::{EpochHeader, Moment};

/// A card that gets new paper.
pub struct Request {
    pub paper: PaperRequest,
    pub claim: crate::desk::PaperClaim,
    /// Whose card is meant; without it, whoever brings one.
    pub name: Option<String>,
    /// How the new paper is locked, if it is.
    pub lock: Option<(LockWith, LockProfile)>,
}

/// Gives the card new paper, and reads it back.
pub fn run(context: &mut Context, request: &Request) -> Result<End, GuideError> {
    let lock = request.lock;
    request.claim.check()?;
    let ledger = context.read()?;
    let header = ledger.active()?.clone();
    let named = request.name.as_deref().map(|name| find_card(&header, name)).transpose()?;
    let folder = request.paper.folder(context, ledger.folder().root())?;
    let card = card_to_reprint(context, &ledger, &header, named, lock.is_some())?;
    let new_phrase = match lock {
        None => None,
        Some((with, profile)) => {
            context.desk.turn_to_new_cards();
            Some((profile, phrase_for(context, &header, &card, with)?))
        }
    };
    let (disk, zone, format, dir) =
        (context.disk(), context.zone.clone(), request.paper.format, ledger.folder().root().to_owned());
    let mut writing = context.begin(ledger)?;
    let mut file: Option<CardFile> = None;
    let mut write = |header: &EpochHeader, card: &Card| {
        // The share proved itself just now: what it was printed from before goes.
        destroy_card_file(disk, &folder, card.head().index, header.id())?;
        file = Some(write_card_file(disk, &dir, &folder, header, card, format, &zone)?);
        Ok(true)
    };
    let lock = new_phrase.as_ref().map(|(profile, phrase)| (*profile, phrase));
    let done = with_phrase(context, &header, &card, &mut |card, phrase, now| {
        relock(&mut writing, card, phrase, lock, now, &mut write)
    })?;
    let Answer::Given(done) = done else { return Err(GuideError::Declined) };
    context.desk.turn_to_new_cards();
    context.desk.tell(&text::card_reprinted(context.language, &done.name));
    tell_files(context, file.as_slice(), &folder)?;
    read_new_paper(context, &mut writing, &header, done.card, &folder)?;
    let waits = unverified(&writing, header.hash()).contains(&done.card);
    if !waits && context.desk.is_attended() && ask_old_paper(context, &done.name)? {
        paper_destroyed(&mut writing, header.hash(), vec![done.card], &context.by(None), context.now())?;
    } else {
        context.desk.tell(&text::destroy_old_paper(context.language, &done.name));
    }
    tell_heads(context, &writing.end());
    Ok(if waits { End::SomethingIsDue } else { End::Done })
}

/// Asks for the card. A person who brought a wrong one is told why, and asked again.
fn card_to_reprint(
    context: &mut Context,
    ledger: &Ledger<'_>,
    header: &EpochHeader,
    named: Option<CardIndex>,
    to_lock: bool,
) -> Result<Card, GuideError> {
    let prompt = text::ask_card_to_reprint(context.language);
    loop {
        let Answer::Given(card) = ask_card(context, &prompt, &|_| None, Purpose::Open)? else {
            return Err(GuideError::Declined);
        };
        match refuse_early(context.now(), ledger, header, named, &card, to_lock) {
            Ok(()) => return Ok(card),
            Err(refusal) if context.desk.is_attended() => context.say(&refusal),
            Err(refusal) => return Err(refusal),
        }
    }
}

/// What can be known of a card before anybody is troubled for a phrase.
fn refuse_early(
    now: Moment,
    ledger: &Ledger<'_>,
    header: &EpochHeader,
    named: Option<CardIndex>,
    card: &Card,
    to_lock: bool,
) -> Result<(), GuideError> {
    let head = card.head();
    if head.epoch != header.id() {
        let refusal = CardRefusal::of_other_epoch(ledger.state(), head.epoch, header.id());
        return Err(CeremonyError::Card(refusal).into());
    }
    let name = names_of(header, &[head.index]);
    if let Some(named) = named.filter(|named| *named != head.index) {
        return Err(GuideError::OtherCard { name, named: names_of(header, &[named]) });
    }
    let state = ledger.state().epochs.get(&header.hash()).and_then(|epoch| epoch.card(head.index));
    let ever_locked = state.is_some_and(|card| card.ever_locked);
    match (card, to_lock) {
        (_, true) if ever_locked => Err(CeremonyError::LockedAlready(name).into()),
        (Card::Locked(_), true) => Err(CeremonyError::LockedAlready(name).into()),
        (Card::Open(_), false) => Err(CeremonyError::NotLocked(name).into()),
        // A false card shows before anybody thinks of a phrase for it.
        (Card::Open(_), true) => Ok(check_against_header(header, card, None, now).map(drop)?),
        _ => Ok(()),
    }
}

fn phrase_for(context: &mut Context, header: &EpochHeader, card: &Card, with: LockWith) -> Result<Phrase, GuideError> {
    let index = card.head().index;
    let custodian = header.custodian(index).ok_or(CeremonyError::NoSuchCard(index))?;
    make_phrase(context, custodian.name.as_str(), index, custodian.language, with)
}

/// Only the new paper of this one card is asked for.
fn read_new_paper(
    context: &mut Context,
    writing: &mut crate::ceremony::Writing<'_>,
    header: &EpochHeader,
    card: CardIndex,
    folder: &Path,
) -> Result<(), GuideError> {
    let others: Vec<CardIndex> =
        unverified(writing, header.hash()).into_iter().filter(|other| *other != card).collect();
    read_cards_back(context, writing, header.hash(), Some(folder), &others).map(drop)
}

fn ask_old_paper(context: &mut Context, name: &str) -> Result<bool, GuideError> {
    Ok(context.desk.confirm(&text::ask_old_paper_destroyed(context.language, name), YES)?)
}
