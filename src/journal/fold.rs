//! What each accepted event changes.

use std::collections::{BTreeMap, BTreeSet};

use super::ancestry::Ancestry;
use super::event::{Event, NewEpoch, What};
use super::kept;
use super::line::Line;
use super::rules::Place;
use super::state::{EpochState, Opening, PendingDeposit, Staging, State};
use crate::quorum::{CardIndex, EpochHash};

/// Which epochs are active where these histories meet: those that no other of them follows. An anchor that follows the commit of one
/// of them decides between several.
pub(super) fn join<'a>(
    histories: impl Iterator<Item = &'a [EpochHash]>,
    state: Option<&State>,
    ancestry: &Ancestry,
    anchor: Option<usize>,
) -> Vec<EpochHash> {
    let mut all: Vec<EpochHash> = histories.flatten().copied().collect();
    all.sort();
    all.dedup();
    let Some(state) = state.filter(|_| all.len() > 1) else { return all };
    let follows = |later, earlier| state.lineage(later).skip(1).any(|ancestor| ancestor == earlier);
    let tips: Vec<EpochHash> =
        all.iter().copied().filter(|&epoch| !all.iter().any(|&other| follows(other, epoch))).collect();
    // A tip's own part of history is what it shares with no other: there the anchor must stand, at its newest epoch or before.
    let own = |tip: EpochHash| {
        let others = tips.iter().filter(move |&&other| other != tip).flat_map(|&other| state.lineage(other));
        let shared: BTreeSet<EpochHash> = others.collect();
        state.lineage(tip).filter(move |epoch| !shared.contains(epoch))
    };
    let vouched = |epoch: EpochHash| {
        let begun = state.epochs.get(&epoch).map_or(&[][..], |epoch| &epoch.begun_at);
        anchor.is_some_and(|anchor| begun.iter().any(|&begun| ancestry.follows(anchor, begun)))
    };
    let chosen: Vec<EpochHash> = tips.iter().copied().filter(|&tip| own(tip).any(vouched)).collect();
    if chosen.len() == 1 { chosen } else { tips }
}

/// Moves the active epoch on behind a beginning or a commit.
pub(super) fn follow(what: &What, active: &mut Vec<EpochHash>) {
    match what {
        What::Created { epoch, .. } => *active = vec![epoch.hash],
        What::Committed { epoch, .. } => *active = vec![*epoch],
        _ => {}
    }
}

/// Changes the state by an event that the rules accepted.
pub(super) fn apply(line: &Line, place: &Place<'_>, state: &mut Option<State>) {
    let event = &line.event;
    if let What::Created { name, epoch } = &event.what {
        *state = Some(created(event, name.clone(), epoch, place));
        return;
    }
    let Some(state) = state else { return };
    for signer in &event.signers {
        if let Some(card) = state.epochs.get_mut(&signer.0).and_then(|epoch| epoch.card_mut(signer.1)) {
            card.seen = card.seen.max(Some(event.time));
        }
    }
    match &event.what {
        What::Opened { .. } => state.openings.extend(opening(line, place)),
        What::Revealed { session, .. } | What::Closed { session } | What::Exported { session } => {
            if let What::Revealed { codes, .. } = &event.what {
                state.codes.spend(codes);
            }
            if let Some(opening) = state.openings.iter_mut().find(|opening| opening.event == *session) {
                attended(opening, &event.what, place, &state.deposits);
            }
        }
        What::Reviewed { openings } => {
            state.openings.iter_mut().filter(|opening| openings.contains(&opening.event)).for_each(|opening| {
                opening.reviewed = true;
            });
        }
        What::Staged { epoch, deposits, replaced, renewed } => {
            let (event, time) = (line.id, event.time);
            let (deposits, replaced, renewed) = (deposits.clone(), replaced.clone(), renewed.clone());
            let staging = Staging { event, time, deposits, replaced, renewed, at: place.at };
            state.epochs.insert(epoch.hash, staged(epoch, staging, place));
        }
        What::Committed { epoch, left_out } => {
            committed(state, *epoch, event, place);
            for left in left_out {
                if let Some(card) = state.epochs.get_mut(epoch).and_then(|epoch| epoch.card_mut(left.card)) {
                    card.left_out = Some(left.reason.clone());
                }
            }
        }
        What::Aborted { epoch, .. } => {
            if let Some(epoch) = state.epochs.get_mut(epoch) {
                epoch.aborted_at.push(place.at);
            }
        }
        What::Deposited { .. } => {
            if let Some(pending) = deposit(event) {
                state.deposited.insert((pending.deposit, pending.epoch, pending.entry.id.clone()));
                state.deposits.push(pending);
            }
            kept::deposited(state, &event.what, event.time, place);
        }
        What::TailSetAside { hash, .. } => {
            state.torn_tails.insert(*hash);
        }
        What::Deleted { sealed, deposits, attachments } => {
            state.deleted_sealed.extend(sealed);
            state.deleted_deposits.extend(deposits);
            state.blobs.deleted.extend(attachments);
        }
        _ => card_event(state, event, place),
    }
}

fn opening(line: &Line, place: &Place<'_>) -> Option<Opening> {
    let What::Opened { epoch, reason, incident } = &line.event.what else { return None };
    Some(Opening {
        event: line.id,
        epoch: *epoch,
        time: line.event.time,
        reason: reason.clone(),
        incident: incident.clone(),
        attending: line.event.signers.clone(),
        revealed: BTreeMap::new(),
        exported: false,
        closed: false,
        resealed: false,
        to_replace: Default::default(),
        reviewed: false,
        at: place.at,
    })
}

fn staged(new: &NewEpoch, staging: Staging, place: &Place<'_>) -> EpochState {
    let header = &place.headers[&new.hash];
    let cards = u8::try_from(header.custodians.len()).expect("at most 32");
    let mut epoch = EpochState::new(new.number, new.hash, header.previous, cards, new);
    epoch.staging = Some(staging);
    epoch
}

fn created(event: &Event, name: crate::vault::VaultName, new: &NewEpoch, place: &Place<'_>) -> State {
    let header = &place.headers[&new.hash];
    let cards = u8::try_from(header.custodians.len()).expect("at most 32");
    let mut epoch = EpochState::new(new.number, new.hash, None, cards, new);
    epoch.begun = Some(event.time);
    epoch.begun_at.push(place.at);
    State {
        vault: event.vault,
        name,
        epochs: BTreeMap::from([(new.hash, epoch)]),
        active: vec![new.hash],
        openings: Vec::new(),
        deposits: Vec::new(),
        deposited: Default::default(),
        folded: BTreeMap::new(),
        blobs: Default::default(),
        codes: Default::default(),
        deleted_deposits: Default::default(),
        deleted_sealed: Default::default(),
        torn_tails: Default::default(),
    }
}

/// What an opening's own events add to it. A code that is good once tells nothing of the secret behind it.
fn attended(opening: &mut Opening, what: &What, place: &Place<'_>, deposits: &[PendingDeposit]) {
    match what {
        What::Revealed { entry, fields, attachments, .. } => {
            opening.revealed.entry(entry.clone()).or_default().extend(fields.iter().cloned());
            if fields.iter().any(|field| !field.is_public()) || !attachments.is_empty() {
                opening.to_replace.insert(entry.clone());
            }
        }
        What::Exported { .. } => {
            opening.exported = true;
            let header = place.headers.get(&opening.epoch);
            opening
                .to_replace
                .extend(header.into_iter().flat_map(|header| &header.entries).map(|entry| entry.id.clone()));
            opening.to_replace.extend(deposits.iter().map(|pending| pending.entry.id.clone()));
        }
        _ => opening.closed = true,
    }
}

fn committed(state: &mut State, hash: EpochHash, event: &Event, place: &Place<'_>) {
    let Some(epoch) = state.epochs.get_mut(&hash) else { return };
    let first = epoch.begun_at.is_empty();
    epoch.begun.get_or_insert(event.time);
    epoch.begun_at.push(place.at);
    // The quorum that an anchor decided against answered nothing and folded nothing in for the vault that stands.
    if place.abandoned.contains(&hash) {
        return;
    }
    let Some(staging) = epoch.staging.clone() else { return };
    let parent = epoch.parent;
    // It answers only the openings that its staging follows: a later one saw the root, and a parallel one was not known.
    for opening in state.openings.iter_mut().filter(|opening| place.ancestry.follows(staging.at, opening.at)) {
        opening.resealed = true;
        opening.to_replace.retain(|entry| !staging.replaced.contains(entry));
    }
    state.blobs.renew(&staging.renewed);
    let (folded, pending): (Vec<_>, Vec<_>) = std::mem::take(&mut state.deposits)
        .into_iter()
        .partition(|deposit| staging.deposits.contains(&deposit.deposit));
    state.deposits = pending;
    state.folded.extend(folded.into_iter().map(|deposit| (deposit.deposit, deposit.epoch)));
    if let Some(old) = parent.filter(|_| first).and_then(|parent| state.epochs.get_mut(&parent)) {
        old.cards.iter_mut().filter(|card| card.lost.is_none()).for_each(|card| card.old_papers += 1);
    }
}

fn deposit(event: &Event) -> Option<PendingDeposit> {
    let What::Deposited { epoch, deposit, entry, fields, cleared, attached, detached, recovery_codes } = &event.what
    else {
        return None;
    };
    Some(PendingDeposit {
        deposit: *deposit,
        epoch: *epoch,
        entry: entry.clone(),
        fields: fields.clone(),
        cleared: cleared.clone(),
        attached: attached.clone(),
        detached: detached.clone(),
        recovery_codes: *recovery_codes,
        time: event.time,
        by: event.by.clone(),
    })
}

/// Events that change one card, or a list of cards, of one epoch.
fn card_event(state: &mut State, event: &Event, place: &Place<'_>) {
    let mut change = |epoch: &EpochHash, cards: &[CardIndex], edit: &dyn Fn(&mut super::CardState)| {
        let Some(epoch) = state.epochs.get_mut(epoch) else { return };
        cards.iter().for_each(|&card| {
            if let Some(card) = epoch.card_mut(card) {
                edit(card);
            }
        });
    };
    match &event.what {
        What::ReadBack { epoch, card, file_destroyed } => {
            change(epoch, &[*card], &|card| {
                card.verified = Some(event.time);
                card.seen = card.seen.max(Some(event.time));
                card.card_file &= !file_destroyed;
            });
            if let Some(epoch) = state.epochs.get_mut(epoch) {
                epoch.read_back_at.entry(*card).or_default().push(place.at);
            }
        }
        What::Checked { epoch, card } => change(epoch, &[*card], &|card| {
            card.verified = card.verified.or(Some(event.time));
        }),
        What::Receipt { receipt } => {
            let receipt = &receipt.receipt;
            // A clock that ran ahead, by mistake or not, must not put off the next check.
            let time = receipt.time.min(event.time);
            change(&receipt.epoch, &[receipt.card], &|card| {
                card.seen = card.seen.max(Some(time));
                card.verified = card.verified.or(Some(time));
            });
        }
        What::Lost { epoch, card, reason } => {
            change(epoch, &[*card], &|card| card.lost = Some((event.time, reason.clone())));
        }
        What::Departed { epoch, card, reason } => {
            change(epoch, &[*card], &|card| card.departed = Some((event.time, reason.clone())));
        }
        What::Relocked { epoch, card, lock, card_file } => change(epoch, &[*card], &|card| {
            card.locked = lock.is_some();
            card.ever_locked |= card.locked;
            card.card_file |= card_file;
            card.old_papers += 1;
            card.verified = None;
        }),
        What::PaperDestroyed { epoch, cards } => change(epoch, cards, &|card| {
            card.old_papers = 0;
            card.paper_destroyed = true;
        }),
        What::CardFilesDestroyed { epoch, cards } => change(epoch, cards, &|card| card.card_file = false),
        _ => {}
    }
}
