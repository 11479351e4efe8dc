//! `card check`: is this card whole, is it good, whose is it? Against the vault, against a header alone, or by itself.

use std::path::{Path, PathBuf};

use crate::card::Card;
use crate::ceremony::{CardCheck, Ledger, check_against_header, check_card, read_back};
use crate::desk::{Answer, Purpose};
use crate::guide::cards::{Prove, ask_card, reported, with_phrase};
use crate::guide::outcome::{self, Heads};
use crate::guide::read_back::names_of;
use crate::guide::telling::tell_heads;
use crate::guide::trust::{self, EpochOnCard};
use crate::guide::{Context, End, GuideError};
use crate::ids::EpochHash;
use crate::language::{Say, messages::cards as text};
use crate::store::HEADER_LIMIT;
use crate::vault::{EpochHeader, to_canonical};

/// A check says that the paper is there and can be read, so it is the paper that is asked for. Where its files were, nobody knows any more.
const PAPER: Purpose<'static> = Purpose::ProvePaper { printed_from: None };

/// Which card is checked, and against what.
pub struct Request {
    pub header: Option<PathBuf>,
    pub receipt: Option<PathBuf>,
    pub alone: bool,
    pub text_only: bool,
    pub on_card: EpochOnCard,
    pub claim: crate::desk::PaperClaim,
}

pub fn run(context: &mut Context, request: &Request) -> Result<End, GuideError> {
    if let Some(header) = &request.header {
        return against_header(context, request, header);
    }
    match context.vault_path() {
        Err(GuideError::NoVault(_)) => alone(context),
        _ if request.alone => alone(context),
        _ => {
            let ledger = context.read()?;
            against_vault(context, request, ledger)
        }
    }
}

fn ask(context: &mut Context, purpose: Purpose<'_>) -> Result<Card, GuideError> {
    let prompt = text::ask_card_to_check(context.language);
    match ask_card(context, &prompt, &|_| None, purpose)? {
        Answer::Given(card) => Ok(card),
        Answer::LaidAside => Err(GuideError::Declined),
    }
}

/// Proves the card, unless its text is all that is asked for: nothing more can be said of a locked card without its phrase.
fn proven<T>(
    context: &mut Context,
    request: &Request,
    header: &EpochHeader,
    card: &Card,
    prove: &mut Prove<'_, T>,
) -> Result<Answer<T>, GuideError> {
    match card {
        Card::Locked(_) if card.head().epoch == header.id() && request.text_only => Ok(Answer::LaidAside),
        card => with_phrase(context, header, card, prove),
    }
}

/// The text is whole, and that is all: anybody can print a card.
fn alone(context: &mut Context) -> Result<End, GuideError> {
    let card = ask(context, Purpose::Open)?;
    tell_text_only(context, &card)?;
    Ok(End::Done)
}

fn tell_text_only(context: &mut Context, card: &Card) -> Result<(), GuideError> {
    let (language, head) = (context.language, card.head());
    if context.is_for_machine() {
        return context.print_json(&outcome::CardText {
            card: head.index,
            drill: head.drill,
            epoch: head.epoch,
            locked: head.lock.is_some(),
            proven: false,
            threshold: head.threshold,
        });
    }
    context
        .print(&text::CardTextWhole { card: head.index, threshold: head.threshold, epoch: head.epoch }.say(language))?;
    if head.lock.is_some() {
        context.print(&text::card_is_locked(language))?;
    }
    context.print(&text::card_not_proven(language))
}

fn against_header(context: &mut Context, request: &Request, path: &Path) -> Result<End, GuideError> {
    request.claim.check()?;
    let file = |why: String| GuideError::File(path.to_owned(), why);
    let bytes = context.disk().read(path, HEADER_LIMIT)?;
    let header = EpochHeader::read(&bytes).map_err(|error| file(error.say(context.language)))?;
    let card = ask(context, PAPER)?;
    let proven = proven(context, request, &header, &card, &mut |card, phrase, now| {
        check_against_header(&header, card, phrase, now)
    })?;
    let Answer::Given((check, receipt)) = proven else {
        tell_text_only(context, &card)?;
        return Ok(End::Done);
    };
    let language = context.language;
    context
        .desk
        .tell(&text::CardGoodByHeader { name: &check.name, vault: &header.name, epoch: header.id() }.say(language));
    match &request.receipt {
        None => {
            context.print_json(&receipt)?;
            context.desk.tell(&text::receipt_printed(language));
        }
        Some(path) => {
            let mut line = to_canonical(&receipt);
            line.push(b'\n');
            context.disk().create_file(path, &line)?;
            context.disk().sync_file(path)?;
            context.desk.tell(&text::receipt_written(language, path.display()));
        }
    }
    Ok(End::Done)
}

fn against_vault(context: &mut Context, request: &Request, ledger: Ledger<'static>) -> Result<End, GuideError> {
    request.claim.check()?;
    trust::check(context, &ledger, &request.on_card)?;
    let ledger = context.ensure_log_place(ledger)?;
    let card = ask(context, PAPER)?;
    let header = header_for(&ledger, &card)?.clone();
    let mut writing = context.begin(ledger)?;
    let epoch = header.hash();
    let state = writing.ledger().state().epochs.get(&epoch);
    let (number, known) =
        (state.map_or(0, |state| state.number), state.and_then(|state| state.card(card.head().index)));
    let first_time = known.is_some_and(|card| card.verified.is_none());
    let proven = proven(context, request, &header, &card, &mut |card, phrase, now| {
        if !first_time {
            return check_card(&mut writing, card, phrase, now);
        }
        let index = read_back(&mut writing, epoch, card, false, phrase, now)?.card;
        Ok(CardCheck { card: index, name: names_of(&header, &[index]) })
    })?;
    let Answer::Given(check) = proven else {
        context.desk.tell(&text::not_checked_without_phrase(context.language, names_of(&header, &[card.head().index])));
        tell_text_only(context, &card)?;
        return Ok(End::Done);
    };
    let ledger = writing.end();
    if ledger.state().active == [epoch] {
        context.remember(&ledger, Some(epoch));
    }
    tell_good(context, &ledger, &check, (epoch, number), first_time)
}

fn tell_good(
    context: &mut Context,
    ledger: &Ledger<'_>,
    check: &CardCheck,
    (epoch, number): (EpochHash, u32),
    first_time: bool,
) -> Result<End, GuideError> {
    let language = context.language;
    let state = ledger.state().epochs.get(&epoch).and_then(|epoch| epoch.card(check.card));
    if context.is_for_machine() {
        context.print_json(&outcome::CardGood {
            card: check.card,
            epoch: epoch.id(),
            first_time,
            heads: Heads::of(ledger),
            name: &check.name,
            proven: true,
            reported_departed: state.is_some_and(|card| !card.departed.is_empty()),
            reported_lost: state.is_some_and(|card| !card.lost.is_empty()),
        })?;
        return Ok(End::Done);
    }
    context.print(&text::CardGood { name: &check.name, card: check.card, number, epoch: epoch.id() }.say(language))?;
    if let Some(reported) = reported(context, ledger.state(), epoch, check.card, &check.name) {
        context.print(&reported)?;
    }
    if first_time {
        context.desk.tell(&text::card_now_verified(language));
    }
    context.desk.tell(&text::check_recorded(language));
    tell_heads(context, ledger);
    Ok(End::Done)
}

/// The header that the card belongs to: of the active epoch, or of the staged one when the card says so.
fn header_for<'l>(ledger: &'l Ledger<'_>, card: &Card) -> Result<&'l EpochHeader, GuideError> {
    let staged = ledger.state().staged_epoch().filter(|staged| staged.hash.id() == card.head().epoch);
    Ok(match staged {
        Some(staged) => ledger.header(staged.hash)?,
        None => ledger.active()?,
    })
}
