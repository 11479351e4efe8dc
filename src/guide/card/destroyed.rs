//! `card destroyed`: paper that no longer counts was destroyed, or files that cards were printed from were deleted.

use std::path::PathBuf;

use crate::card::typed_digits;
use crate::ceremony::{Ledger, card_files_destroyed, destroy_card_file, mistyped_epoch, paper_destroyed};
use crate::desk::YES;
use crate::guide::people::find_card;
use crate::guide::read_back::names_of;
use crate::guide::telling::tell_heads;
use crate::guide::{Context, End, GuideError};
use crate::ids::EpochHash;
use crate::journal::{CardState, EpochState, Fate};
use crate::language::messages::cards as text;
use crate::quorum::CardIndex;
use crate::vault::Claim;

/// What was destroyed: papers, or files that cards were printed from.
pub struct Request {
    pub name: Vec<String>,
    pub all: bool,
    pub epoch: Option<String>,
    pub files: bool,
    pub cards_to: Option<PathBuf>,
    pub by: Option<Claim>,
}

impl Request {
    fn is_meant(&self, epoch: &EpochState) -> bool {
        match &self.epoch {
            None => true,
            Some(named) => *named == epoch.number.to_string() || typed_digits(named) == epoch.hash.id().to_string(),
        }
    }

    /// Whether something of this card waits to be destroyed.
    fn waits(&self, card: &CardState) -> bool {
        if self.files { card.card_file } else { card.old_papers > 0 }
    }
}

pub fn run(context: &mut Context, request: &Request) -> Result<End, GuideError> {
    let language = context.language;
    let ledger = context.read()?;
    let cards = waiting(&ledger, request)?;
    if cards.is_empty() {
        return Err(GuideError::Usage(text::nothing_to_destroy));
    }
    let mut lines = Vec::new();
    for (epoch, cards) in &cards {
        let header = ledger.header(*epoch)?;
        lines.push(format!(
            "  {}",
            text::CardsOfEpoch { number: header.epoch, epoch: header.id(), names: names_of(header, cards) }
                .say(language)
        ));
        let never_read = never_read_back(&ledger, *epoch, cards);
        if request.files && !never_read.is_empty() {
            lines.push(format!("    {}", text::files_may_be_all(language, names_of(header, &never_read))));
        }
    }
    lines.extend(kept(context, &ledger, &cards)?);
    let lines = lines.join("\n");
    let (told, question) = if request.files {
        (text::old_files(language, &lines), text::ask_files_destroyed(language))
    } else {
        (text::old_papers(language, &lines), text::ask_papers_destroyed(language))
    };
    // Also where a script says yes: its log shows what that was about.
    context.desk.tell(&told);
    if !context.desk.confirm(&question, YES)? {
        return Err(GuideError::Declined);
    }
    let by = context.by(request.by.as_ref());
    let mut writing = context.begin(ledger)?;
    for (epoch, cards) in cards {
        if !request.files {
            paper_destroyed(&mut writing, epoch, cards, &by, context.now())?;
            continue;
        }
        if let Some(folder) = &request.cards_to {
            for card in &cards {
                destroy_card_file(context.disk(), folder, *card, epoch.id())?;
            }
        }
        card_files_destroyed(&mut writing, epoch, cards, &by, context.now())?;
    }
    context.desk.tell(&text::destruction_recorded(language));
    tell_heads(context, &writing.end());
    Ok(End::Done)
}

/// Of these cards, those that may yet count and of which nobody has proved that they are on paper.
fn never_read_back(ledger: &Ledger<'_>, epoch: EpochHash, cards: &[CardIndex]) -> Vec<CardIndex> {
    let Some(epoch) = ledger.state().epochs.get(&epoch) else { return Vec::new() };
    let counts = matches!(epoch.fate, Fate::Staged | Fate::InForce);
    let unread = |card: &&CardIndex| epoch.card(**card).is_some_and(|card| counts && card.verified.is_none());
    cards.iter().filter(unread).copied().collect()
}

/// What is to be kept beside what is destroyed: the cards that open the vault, by the number and id that stand on them.
fn kept(
    context: &Context,
    ledger: &Ledger<'_>,
    destroyed: &[(EpochHash, Vec<CardIndex>)],
) -> Result<Option<String>, GuideError> {
    let language = context.language;
    let Some(active) = ledger.state().active_epoch() else { return Ok(None) };
    let header = ledger.header(active.hash)?;
    let reprinted = destroyed.iter().any(|(epoch, _)| *epoch == active.hash);
    Ok(Some(if reprinted {
        text::KeepNewestPapers { number: header.epoch, epoch: header.id() }.say(language)
    } else {
        text::KeepCards { number: header.epoch, epoch: header.id() }.say(language)
    }))
}

/// What waits to be destroyed, by epoch, of the people who were named.
fn waiting(ledger: &Ledger<'_>, request: &Request) -> Result<Vec<(EpochHash, Vec<CardIndex>)>, GuideError> {
    let mut epochs: Vec<&EpochState> = ledger.state().epochs.values().filter(|epoch| request.is_meant(epoch)).collect();
    epochs.sort_by_key(|epoch| epoch.number);
    if let (Some(named), true) = (&request.epoch, epochs.is_empty()) {
        let mistyped = typed_digits(named).parse().ok().and_then(|typed| mistyped_epoch(ledger, typed));
        let not_there = GuideError::NotThere { option: "--epoch", value: named.clone() };
        return Err(mistyped.map_or(not_there, GuideError::from));
    }
    let mut waiting = Vec::new();
    let mut unknown = None;
    let mut known = std::collections::BTreeSet::new();
    for epoch in epochs {
        let header = ledger.header(epoch.hash)?;
        let mut cards: Vec<CardIndex> =
            epoch.cards.iter().filter(|card| request.waits(card)).map(|card| card.index).collect();
        if !request.all {
            let mut named = Vec::new();
            for name in &request.name {
                match find_card(header, name) {
                    Ok(card) => {
                        known.insert(name);
                        named.push(card);
                    }
                    Err(error) => unknown = Some((name, error)),
                }
            }
            cards.retain(|card| named.contains(card));
        }
        if !cards.is_empty() {
            waiting.push((epoch.hash, cards));
        }
    }
    // People of one epoch need not be people of another; somebody of none is a slip of the keyboard.
    match unknown {
        Some((name, error)) if !known.contains(name) => Err(error),
        _ => Ok(waiting),
    }
}
