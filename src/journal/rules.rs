//! Whether an event may have its effect: the signatures that it needs, at the point of history where it stands.

use std::collections::BTreeSet;

use super::ancestry::Ancestry;
use super::event::{Event, LeftOut, NewEpoch, Signer, What};
use super::finding::Refusal;
use super::history::Headers;
use super::line::{EVENT_DOMAIN, Line};
use super::receipt::SignedReceipt;
use super::state::{EpochState, Opening, State};
use crate::quorum::{CardIndex, Digest, EpochHash, EventId};
use crate::vault::EntryId;

/// Where an event stands.
pub(super) struct Place<'a> {
    /// Its position in the log, from 0.
    pub(super) at: usize,
    /// The epochs that are active just before it, in the histories that it follows.
    pub(super) active: &'a [EpochHash],
    /// Epochs that began in a history that an anchor decided against.
    pub(super) abandoned: &'a BTreeSet<EpochHash>,
    pub(super) ancestry: &'a Ancestry,
    pub(super) headers: &'a Headers,
}

/// Accepts an event or says why not. With `verified` the signatures themselves were checked before.
pub(super) fn check(line: &Line, place: &Place<'_>, state: Option<&State>, verified: bool) -> Result<(), Refusal> {
    let event = &line.event;
    let beginning = matches!(event.what, What::Created { .. });
    match state {
        None if !beginning || !event.previous.is_empty() => return Err(Refusal::NotTheBeginning),
        Some(_) if beginning || event.previous.is_empty() => return Err(Refusal::NotTheBeginning),
        Some(state) if state.vault != event.vault => return Err(Refusal::OtherVault),
        _ => {}
    }
    if !verified {
        signatures(line, place.headers)?;
    }
    let Some(state) = state else { return begins(event, place) };
    Rules { event, place, state }.check()
}

/// Exactly the named signatures stand there, each by a card of the header that it names.
fn signatures(line: &Line, headers: &Headers) -> Result<(), Refusal> {
    let signers = &line.event.signers;
    let unique: BTreeSet<&Signer> = signers.iter().collect();
    if unique.len() != signers.len() || signers.len() != line.signatures.len() {
        return Err(Refusal::SignersDoNotMatch);
    }
    for (Signer(epoch, card), signature) in signers.iter().zip(&line.signatures) {
        let header = headers.get(epoch).ok_or(Refusal::HeaderMissing(*epoch))?;
        let custodian = header.custodian(*card).ok_or(Refusal::NoSuchCard(*card))?;
        if !custodian.key.verify(EVENT_DOMAIN, &line.id.0, signature) {
            return Err(Refusal::BadSignature(*card));
        }
    }
    Ok(())
}

fn begins(event: &Event, place: &Place<'_>) -> Result<(), Refusal> {
    let What::Created { name, epoch } = &event.what else { return Err(Refusal::NotTheBeginning) };
    let header = place.headers.get(&epoch.hash).ok_or(Refusal::HeaderMissing(epoch.hash))?;
    let fits = header.vault == event.vault
        && header.name == *name
        && header.epoch == epoch.number
        && header.previous.is_none()
        && header.heads.is_empty();
    if !fits {
        return Err(Refusal::DoesNotContinue(epoch.hash));
    }
    quorum_of(event, epoch.hash, header.threshold)
}

/// All signers are cards of this epoch, and enough of them.
fn quorum_of(event: &Event, epoch: EpochHash, threshold: u8) -> Result<(), Refusal> {
    if event.signers.iter().any(|signer| signer.0 != epoch) {
        return Err(Refusal::WrongSigners);
    }
    let (signed, needed) = (event.signers.len(), usize::from(threshold));
    if signed < needed { Err(Refusal::TooFewCards(signed, needed)) } else { Ok(()) }
}

struct Rules<'a> {
    event: &'a Event,
    place: &'a Place<'a>,
    state: &'a State,
}

impl Rules<'_> {
    fn check(&self) -> Result<(), Refusal> {
        match &self.event.what {
            What::Created { .. } => Err(Refusal::NotTheBeginning),
            What::ReadBack { epoch, card, .. } => {
                self.active_or_staged(*epoch)?;
                self.signed_by_just(*epoch, *card)
            }
            What::Checked { epoch, card } | What::Relocked { epoch, card, .. } => {
                self.active(*epoch)?;
                self.signed_by_just(*epoch, *card)
            }
            What::Receipt { receipt } => self.receipt(receipt),
            What::Lost { epoch, card, .. } | What::Departed { epoch, card, .. } => {
                self.active(*epoch)?;
                self.card(*epoch, *card)?;
                self.active_signers()
            }
            What::Opened { epoch, .. } => {
                self.active(*epoch)?;
                quorum_of(self.event, *epoch, self.threshold(*epoch)?)
            }
            What::Revealed { session, .. } | What::Exported { session } | What::Closed { session } => {
                self.attending(*session)
            }
            What::Deposited { epoch, deposit, entry, .. } => self.deposited(*epoch, *deposit, &entry.id),
            What::Staged { epoch, .. } => self.staged(epoch),
            What::Committed { epoch, left_out } => self.committed(*epoch, left_out),
            What::Aborted { epoch, .. } => {
                let parent = self.waiting(*epoch)?.parent.ok_or(Refusal::NotStaged(*epoch))?;
                self.active(parent)?;
                quorum_of(self.event, parent, self.threshold(parent)?)
            }
            What::PaperDestroyed { .. }
            | What::CardFilesDestroyed { .. }
            | What::Reviewed { .. }
            | What::Deleted { .. }
            | What::TailSetAside { .. }
            | What::Merged {} => self.active_signers(),
        }
    }

    /// An epoch's keys count only for events that do not follow its successor's commit.
    fn active(&self, epoch: EpochHash) -> Result<(), Refusal> {
        if self.place.active.contains(&epoch) { Ok(()) } else { Err(Refusal::NotActive(epoch)) }
    }

    fn active_or_staged(&self, epoch: EpochHash) -> Result<(), Refusal> {
        if self.place.active.contains(&epoch) { Ok(()) } else { self.waiting(epoch).map(|_| ()) }
    }

    /// Signatures under an event that needs none are still of active cards only.
    fn active_signers(&self) -> Result<(), Refusal> {
        self.event.signers.iter().try_for_each(|signer| self.active(signer.0))
    }

    fn signed_by_just(&self, epoch: EpochHash, card: CardIndex) -> Result<(), Refusal> {
        if self.event.signers == [Signer(epoch, card)] { Ok(()) } else { Err(Refusal::WrongSigners) }
    }

    fn card(&self, epoch: EpochHash, card: CardIndex) -> Result<(), Refusal> {
        let known = self.state.epochs.get(&epoch).and_then(|epoch| epoch.card(card));
        known.map(|_| ()).ok_or(Refusal::NoSuchCard(card))
    }

    fn threshold(&self, epoch: EpochHash) -> Result<u8, Refusal> {
        self.place.headers.get(&epoch).map(|header| header.threshold).ok_or(Refusal::HeaderMissing(epoch))
    }

    fn receipt(&self, signed: &SignedReceipt) -> Result<(), Refusal> {
        let receipt = &signed.receipt;
        self.active(receipt.epoch)?;
        let header = self.place.headers.get(&receipt.epoch).ok_or(Refusal::HeaderMissing(receipt.epoch))?;
        let custodian = header.custodian(receipt.card).ok_or(Refusal::NoSuchCard(receipt.card))?;
        let good = receipt.vault == self.state.vault && signed.is_signed_by(&custodian.key);
        if good { self.active_signers() } else { Err(Refusal::BadReceipt(receipt.card)) }
    }

    fn attending(&self, session: EventId) -> Result<(), Refusal> {
        let open = |opening: &&Opening| {
            opening.event == session && !opening.closed && self.place.ancestry.follows(self.place.at, opening.at)
        };
        let opening = self.state.openings.iter().find(open).ok_or(Refusal::NoSuchOpening(session))?;
        self.active(opening.epoch)?;
        if self.event.signers == opening.attending { Ok(()) } else { Err(Refusal::WrongSigners) }
    }

    /// A deposit may be sealed to an earlier epoch, and counts once: somebody who kept the file could else bring an old value back.
    fn deposited(&self, epoch: EpochHash, deposit: Digest, entry: &EntryId) -> Result<(), Refusal> {
        if !self.state.epochs.get(&epoch).is_some_and(|epoch| self.follows_any(&epoch.begun_at)) {
            return Err(Refusal::NotActive(epoch));
        }
        let before = self.state.deposited.contains(&(deposit, epoch, entry.clone()));
        if before || self.state.folded.contains_key(&deposit) {
            return Err(Refusal::DepositedBefore(deposit));
        }
        self.active_signers()
    }

    fn staged(&self, new: &NewEpoch) -> Result<(), Refusal> {
        let header = self.place.headers.get(&new.hash).ok_or(Refusal::HeaderMissing(new.hash))?;
        // In a copy that lived apart the number may stand for another epoch: only what this event follows counts.
        let before = |epoch: &EpochState| epoch.staging.as_ref().is_some_and(|staging| self.follows(staging.at));
        let unused = self
            .state
            .epochs
            .values()
            .all(|epoch| epoch.hash != new.hash && (epoch.number != new.number || !before(epoch)));
        let previous = header.previous.ok_or(Refusal::DoesNotContinue(new.hash))?;
        let number = self.state.epochs.get(&previous).map_or(u32::MAX, |epoch| epoch.number);
        let fits = header.vault == self.event.vault
            && header.epoch == new.number
            && header.epoch > number
            && header.heads == self.event.previous;
        if !fits || !unused {
            return Err(Refusal::DoesNotContinue(new.hash));
        }
        self.active(previous)?;
        quorum_of(self.event, previous, self.threshold(previous)?)
    }

    /// The epoch was staged in the history before this event, and not given up or committed in it.
    fn waiting(&self, hash: EpochHash) -> Result<&EpochState, Refusal> {
        let epoch = self.state.epochs.get(&hash).ok_or(Refusal::NotStaged(hash))?;
        let staged = epoch.staging.as_ref().is_some_and(|staging| self.follows(staging.at));
        let begun = self.follows_any(&epoch.begun_at);
        let aborted = self.follows_any(&epoch.aborted_at);
        if staged && !begun && !aborted { Ok(epoch) } else { Err(Refusal::NotStaged(hash)) }
    }

    fn follows(&self, earlier: usize) -> bool {
        self.place.ancestry.follows(self.place.at, earlier)
    }

    fn follows_any(&self, earlier: &[usize]) -> bool {
        earlier.iter().any(|&earlier| self.follows(earlier))
    }

    fn committed(&self, hash: EpochHash, left_out: &[LeftOut]) -> Result<(), Refusal> {
        let epoch = self.waiting(hash)?;
        self.active(epoch.parent.ok_or(Refusal::NotStaged(hash))?)?;
        let read_back: BTreeSet<CardIndex> =
            epoch.read_back_at.iter().filter(|(_, at)| self.follows_any(at)).map(|(card, _)| *card).collect();
        let needed = (usize::from(self.threshold(hash)?) + 1).min(epoch.cards.len());
        if read_back.len() < needed {
            return Err(Refusal::TooFewReadBack(read_back.len(), needed));
        }
        let missing: BTreeSet<CardIndex> =
            epoch.cards.iter().map(|card| card.index).filter(|card| !read_back.contains(card)).collect();
        let named: BTreeSet<CardIndex> = left_out.iter().map(|left| left.card).collect();
        if missing != named {
            return Err(Refusal::LeftOutDiffers);
        }
        self.active_signers()
    }
}
