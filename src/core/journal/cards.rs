//! What became of cards and their papers: proven, locked, lost, to be destroyed.
//!
//! Everything is collected first and settled at the end by what follows what, so that it does not matter in which order the lines of two
//! copies were joined.

use std::collections::{BTreeMap, BTreeSet};

use super::epochs::Epochs;
use super::fold::Step;
use super::receipt::SignedReceipt;
use super::seen::{Mark, Seen};
use super::state::{CardState, EpochState, Fate, Report};
use crate::ids::EpochHash;
use crate::quorum::CardIndex;
use crate::vault::{Claim, Moment};

/// What the log tells of one card.
#[derive(Default)]
struct Card {
    /// When it was seen under a signature.
    seen: BTreeSet<Moment>,
    /// Each time that it was read from paper at the vault: what that event follows, and when.
    proofs: Vec<(Seen, Moment)>,
    /// Each receipt, by its own time and whether the card asked for a phrase, with the earliest time of the events that carry it: whoever
    /// hands one in again makes it no newer.
    receipts: BTreeMap<(Moment, bool), Moment>,
    relocks: Vec<Relock>,
    /// Where a file of it was written.
    files: Vec<Mark>,
    /// What was known whenever its files were said to be deleted.
    files_gone: Seen,
    /// What was known whenever its old papers were said to be destroyed.
    papers_gone: Seen,
    lost: Vec<Report>,
    departed: Vec<Report>,
}

struct Relock {
    mark: Mark,
    /// By its own clock, as the receipts of this card are.
    time: Moment,
    locked: bool,
}

/// What the log tells of every card.
#[derive(Default)]
pub(super) struct Papers {
    cards: BTreeMap<(EpochHash, CardIndex), Card>,
}

impl Papers {
    fn card(&mut self, epoch: EpochHash, card: CardIndex) -> &mut Card {
        self.cards.entry((epoch, card)).or_default()
    }

    /// An epoch's cards were dealt, some of them to files.
    pub(super) fn dealt(&mut self, epoch: EpochHash, mark: Mark, files: &[CardIndex], cards: usize) {
        for index in CardIndex::first(u8::try_from(cards).unwrap_or(u8::MAX)) {
            let card = self.card(epoch, index);
            if files.contains(&index) {
                card.files.push(mark);
            }
        }
    }

    /// Every signature proves the card that made it.
    pub(super) fn signed(&mut self, step: &Step<'_>) {
        for signer in &step.event.signers {
            self.card(signer.0, signer.1).seen.insert(step.time);
        }
    }

    pub(super) fn read_back(&mut self, epoch: EpochHash, index: CardIndex, file_destroyed: bool, step: &Step<'_>) {
        let card = self.card(epoch, index);
        card.proofs.push((step.seen.clone(), step.time));
        if file_destroyed {
            card.files_gone = card.files_gone.join(step.seen);
        }
    }

    pub(super) fn checked(&mut self, epoch: EpochHash, index: CardIndex, step: &Step<'_>) {
        self.card(epoch, index).proofs.push((step.seen.clone(), step.time));
    }

    /// A receipt tells that the card was there, and never that its paper was read at the vault.
    pub(super) fn receipt(&mut self, signed: &SignedReceipt, step: &Step<'_>) {
        let receipt = &signed.receipt;
        let time = receipt.time.min(step.time);
        let receipts = &mut self.card(receipt.epoch, receipt.card).receipts;
        receipts.entry((receipt.time, receipt.locked)).and_modify(|known| *known = time.min(*known)).or_insert(time);
    }

    pub(super) fn relocked(
        &mut self,
        epoch: EpochHash,
        index: CardIndex,
        locked: bool,
        card_file: bool,
        step: &Step<'_>,
    ) {
        let Some(mark) = step.mark else { return };
        let card = self.card(epoch, index);
        card.relocks.push(Relock { mark, time: step.event.time, locked });
        if card_file {
            card.files.push(mark);
        }
    }

    pub(super) fn lost(&mut self, epoch: EpochHash, card: CardIndex, reason: Option<&Claim>, step: &Step<'_>) {
        self.card(epoch, card).lost.push(report(reason, step));
    }

    pub(super) fn departed(&mut self, epoch: EpochHash, card: CardIndex, reason: Option<&Claim>, step: &Step<'_>) {
        self.card(epoch, card).departed.push(report(reason, step));
    }

    pub(super) fn paper_destroyed(&mut self, epoch: EpochHash, cards: &[CardIndex], step: &Step<'_>) {
        for &card in cards {
            let card = self.card(epoch, card);
            card.papers_gone = card.papers_gone.join(step.seen);
        }
    }

    pub(super) fn files_destroyed(&mut self, epoch: EpochHash, cards: &[CardIndex], step: &Step<'_>) {
        for &card in cards {
            let card = self.card(epoch, card);
            card.files_gone = card.files_gone.join(step.seen);
        }
    }

    /// Writes what became of every card into the epochs, whose fates are known.
    pub(super) fn settle(
        &self,
        epochs: &mut BTreeMap<EpochHash, EpochState>,
        facts: &Epochs,
        effective: &BTreeSet<EpochHash>,
    ) {
        for (&(hash, index), card) in &self.cards {
            let Some(epoch) = epochs.get_mut(&hash) else { continue };
            let ended = ended_at(epoch, facts, effective);
            if let Some(state) = epoch.card_mut(index) {
                card.settle(state, ended.as_deref());
            }
        }
    }
}

fn report(reason: Option<&Claim>, step: &Step<'_>) -> Report {
    Report { event: step.id, time: step.time, by: step.event.by.clone(), reason: reason.cloned() }
}

/// Where every paper of an epoch stopped to count; nothing while they count or may yet. Whoever says that they were destroyed must have
/// known that.
fn ended_at(epoch: &EpochState, facts: &Epochs, effective: &BTreeSet<EpochHash>) -> Option<Vec<Mark>> {
    let known = facts.get(epoch.hash);
    let successor_of = |parent: EpochHash| {
        let successors =
            facts.all.iter().filter(|(hash, facts)| facts.parent == Some(parent) && effective.contains(hash));
        successors.flat_map(|(_, facts)| facts.begun.iter().copied()).collect::<Vec<Mark>>()
    };
    let marks = match epoch.fate {
        Fate::Staged | Fate::InForce => None,
        Fate::Ended => Some(successor_of(epoch.hash)),
        Fate::GivenUp => known.map(|facts| facts.aborted.clone()),
        Fate::Overtaken => epoch.parent.map(successor_of),
        // While they open what is nowhere else, nobody may be told to destroy them.
        Fate::DecidedAgainst if !epoch.stranded.is_empty() => None,
        Fate::DecidedAgainst => known.map(|facts| facts.begun.clone()),
    };
    // While a split is not decided, nothing followed that counts.
    marks.filter(|marks| !marks.is_empty())
}

impl Card {
    fn settle(&self, state: &mut CardState, ended: Option<&[Mark]>) {
        for relock in &self.relocks {
            state.locked = relock.locked;
            state.ever_locked |= relock.locked;
        }
        let this_paper = Seen::of(self.relocks.iter().map(|relock| relock.mark));
        let proofs = self.proofs.iter().filter(|(seen, _)| seen.covers(&this_paper)).map(|(_, time)| *time);
        state.verified = proofs.max();
        let since = self.relocks.iter().map(|relock| relock.time).max();
        let receipts =
            self.receipts.iter().filter(|((_, locked), time)| *locked == state.locked && since < Some(**time));
        let seen: BTreeSet<Moment> = self.seen.iter().copied().chain(receipts.map(|(_, time)| *time)).collect();
        state.seen = seen.last().copied();
        state.seen_at = seen.into_iter().collect();
        state.card_file = self.files.iter().any(|file| !self.files_gone.has(*file));
        state.lost.clone_from(&self.lost);
        state.departed.clone_from(&self.departed);
        let reprinted = self.relocks.iter().filter(|relock| !self.papers_gone.has(relock.mark)).count();
        let ended = usize::from(ended.is_some_and(|marks| !self.papers_gone.has_any(marks)));
        // What is lost cannot be destroyed.
        let old = if self.lost.is_empty() { reprinted + ended } else { 0 };
        state.old_papers = u32::try_from(old).unwrap_or(u32::MAX);
    }
}
