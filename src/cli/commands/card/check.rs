//! `card check`: is this card whole, is it good, whose is it? Against the vault, against a header alone, or by itself.

use std::path::{Path, PathBuf};

use crate::ceremony::{CardCheck, Ledger, check_against_header, check_card, read_back};
use crate::cli::cards::{Prove, ask_card, reported, with_phrase};
use crate::cli::context::Context;
use crate::cli::desk::{CardSource, Consent, PaperClaim, PhraseSource};
use crate::cli::error::CliError;
use crate::cli::heads::head_codes;
use crate::cli::read_back::names_of;
use crate::cli::trust::{self, EpochOnCard};
use crate::desk::{Answer, Purpose};
use crate::desk::{Answers, CARDS};
use crate::language::{Say, messages::cards as text};
use crate::quorum::{Card, EpochHash};
use crate::store::HEADER_LIMIT;
use crate::vault::{EpochHeader, to_canonical};

/// A check says that the paper is there and can be read, so it is the paper that is asked for. Where its files were, nobody knows any more.
const PAPER: Purpose<'static> = Purpose::ProvePaper { printed_from: None };

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(long, value_name = "FILE", conflicts_with = "alone")]
    header: Option<PathBuf>,
    #[arg(long, value_name = "FILE", requires = "header")]
    receipt: Option<PathBuf>,
    #[arg(long)]
    alone: bool,
    #[arg(long, conflicts_with = "receipt")]
    text_only: bool,
    #[command(flatten)]
    on_card: EpochOnCard,
    #[command(flatten)]
    cards: CardSource,
    #[command(flatten)]
    phrases: PhraseSource,
    #[command(flatten)]
    claim: PaperClaim,
    #[command(flatten)]
    consent: Consent,
}

impl Arguments {
    pub fn answers(&self) -> Answers {
        Answers {
            cards: self.cards.cards.clone(),
            phrases: self.phrases.phrases.clone(),
            from_paper: self.claim.from_paper,
            yes: self.consent.yes,
            ..Answers::default()
        }
    }
}

pub fn run(context: &mut Context, arguments: &Arguments) -> Result<u8, CliError> {
    if let Some(header) = &arguments.header {
        return against_header(context, arguments, header);
    }
    match context.vault_path() {
        Err(CliError::NoVault(_)) => alone(context),
        _ if arguments.alone => alone(context),
        _ => {
            let ledger = context.read()?;
            against_vault(context, arguments, ledger)
        }
    }
}

fn ask(context: &mut Context, purpose: Purpose<'_>) -> Result<Card, CliError> {
    let prompt = text::ask_card_to_check(context.language);
    match ask_card(context, &prompt, &|_| None, purpose)? {
        Answer::Given(card) => Ok(card),
        Answer::LaidAside => Err(CliError::Declined),
    }
}

/// Proves the card, unless its text is all that is asked for: nothing more can be said of a locked card without its phrase.
fn proven<T>(
    context: &mut Context,
    arguments: &Arguments,
    header: &EpochHeader,
    card: &Card,
    prove: &mut Prove<'_, T>,
) -> Result<Answer<T>, CliError> {
    match card {
        Card::Locked(_) if card.head().epoch == header.id() && arguments.text_only => Ok(Answer::LaidAside),
        card => with_phrase(context, header, card, prove),
    }
}

/// The text is whole, and that is all: anybody can print a card.
fn alone(context: &mut Context) -> Result<u8, CliError> {
    let card = ask(context, Purpose::Open)?;
    tell_text_only(context, &card)?;
    Ok(0)
}

fn tell_text_only(context: &mut Context, card: &Card) -> Result<(), CliError> {
    let (language, head) = (context.language, card.head());
    if context.json {
        return context.print_json(&serde_json::json!({
            "card": head.index,
            "threshold": head.threshold,
            "epoch": head.epoch,
            "locked": head.lock.is_some(),
            "drill": head.drill,
            "proven": false,
        }));
    }
    context.print(&text::card_text_whole(language, head.index, head.threshold, head.epoch))?;
    if head.lock.is_some() {
        context.print(&text::card_is_locked(language))?;
    }
    context.print(&text::card_not_proven(language))
}

fn against_header(context: &mut Context, arguments: &Arguments, path: &Path) -> Result<u8, CliError> {
    arguments.claim.check(CARDS, &arguments.cards.cards)?;
    let file = |why: String| CliError::File(path.to_owned(), why);
    let bytes = context.disk().read(path, HEADER_LIMIT)?;
    let header = EpochHeader::read(&bytes).map_err(|error| file(error.say(context.language)))?;
    let card = ask(context, PAPER)?;
    let proven = proven(context, arguments, &header, &card, &mut |card, phrase, now| {
        check_against_header(&header, card, phrase, now)
    })?;
    let Answer::Given((check, receipt)) = proven else {
        tell_text_only(context, &card)?;
        return Ok(0);
    };
    let language = context.language;
    context.desk.tell(&text::card_good_by_header(language, &check.name, &header.name, header.id()));
    match &arguments.receipt {
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
    Ok(0)
}

fn against_vault(context: &mut Context, arguments: &Arguments, ledger: Ledger<'static>) -> Result<u8, CliError> {
    arguments.claim.check(CARDS, &arguments.cards.cards)?;
    trust::check(context, &ledger, &arguments.on_card)?;
    let ledger = context.ensure_log_place(ledger)?;
    let card = ask(context, PAPER)?;
    let header = header_for(&ledger, &card)?.clone();
    let mut writing = context.begin(ledger)?;
    let epoch = header.hash();
    let state = writing.ledger().state().epochs.get(&epoch);
    let (number, known) =
        (state.map_or(0, |state| state.number), state.and_then(|state| state.card(card.head().index)));
    let first_time = known.is_some_and(|card| card.verified.is_none());
    let proven = proven(context, arguments, &header, &card, &mut |card, phrase, now| {
        if !first_time {
            return check_card(&mut writing, card, phrase, now);
        }
        let index = read_back(&mut writing, epoch, card, false, phrase, now)?.card;
        Ok(CardCheck { card: index, name: names_of(&header, &[index]) })
    })?;
    let Answer::Given(check) = proven else {
        context.desk.tell(&text::not_checked_without_phrase(context.language, names_of(&header, &[card.head().index])));
        tell_text_only(context, &card)?;
        return Ok(0);
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
) -> Result<u8, CliError> {
    let language = context.language;
    let state = ledger.state().epochs.get(&epoch).and_then(|epoch| epoch.card(check.card));
    if context.json {
        context.print_json(&serde_json::json!({
            "card": check.card,
            "name": check.name,
            "epoch": epoch.id(),
            "proven": true,
            "reported_lost": state.is_some_and(|card| !card.lost.is_empty()),
            "reported_departed": state.is_some_and(|card| !card.departed.is_empty()),
            "first_time": first_time,
            "heads": ledger.heads(),
            "head_codes": head_codes(ledger.heads()),
        }))?;
        return Ok(0);
    }
    context.print(&text::card_good(language, &check.name, check.card, number, epoch.id()))?;
    if let Some(reported) = reported(context, ledger.state(), epoch, check.card, &check.name) {
        context.print(&reported)?;
    }
    if first_time {
        context.desk.tell(&text::card_now_verified(language));
    }
    context.desk.tell(&text::check_recorded(language));
    crate::cli::commands::tell_heads(context, ledger);
    Ok(0)
}

/// The header that the card belongs to: of the active epoch, or of the staged one when the card says so.
fn header_for<'l>(ledger: &'l Ledger<'_>, card: &Card) -> Result<&'l EpochHeader, CliError> {
    let staged = ledger.state().staged_epoch().filter(|staged| staged.hash.id() == card.head().epoch);
    Ok(match staged {
        Some(staged) => ledger.header(staged.hash)?,
        None => ledger.active()?,
    })
}
