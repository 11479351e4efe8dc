//! Whether an event may have its effect: the authority that it needs, in the history that it follows.
//!
//! Only what an event follows is asked, never what stands beside it and never a clock. So every copy that holds the same lines comes
//! to the same answer.

use std::collections::{BTreeSet, HashMap};

use super::epochs::{EpochFacts, Epochs};
use super::event::{Event, LeftOut, NewEpoch, Signer, What};
use super::finding::Refusal;
use super::graph::Node;
use super::history::{Headers, Placed};
use super::line::EVENT_DOMAIN;
use super::receipt::SignedReceipt;
use super::seen::{Mark, Seen};
use crate::bounds::CLAIM_BYTES;
use crate::ids::{EpochHash, EventId, VaultId};
use crate::quorum::{CardIndex, Signature};
use crate::vault::EpochHeader;

/// An opening, as signed events tell of it.
pub(super) struct SessionFacts {
    pub(super) opened: Mark,
    pub(super) epoch: EpochHash,
    pub(super) attending: Vec<Signer>,
    pub(super) closed: Vec<Mark>,
}

/// Where an event stands, and what was accepted so far.
pub(super) struct Place<'a> {
    /// What it follows.
    pub(super) seen: &'a Seen,
    /// The epochs in force in the history that it follows.
    pub(super) in_force: &'a [EpochHash],
    pub(super) epochs: &'a Epochs,
    pub(super) sessions: &'a HashMap<EventId, SessionFacts>,
    pub(super) headers: &'a Headers,
    /// Epochs that a card in the room proved and of whose beginning the log knows nothing, with the marks of that proof.
    pub(super) proofs: &'a [(EpochHash, Mark)],
    /// The vault, once it is known.
    pub(super) vault: Option<VaultId>,
    /// The only epoch that a beginning may have, when a card or a pin leads back to it.
    pub(super) root: Option<EpochHash>,
}

/// Exactly the named signatures stand there, each by a card of the header that it names, and a receipt's own signature is true. Where an
/// event stands on several lines, one of them must be so.
pub(super) fn signatures<'a>(placed: &Placed, node: &'a Node, headers: &Headers) -> &'a Result<(), Refusal> {
    node.signed.get_or_init(|| {
        if node.verified {
            return Ok(());
        }
        if let What::Receipt { receipt } = &placed.event.what {
            is_receipt(receipt, headers)?;
        }
        let mut all: Vec<&Vec<Signature>> = node.other_signatures.iter().chain([&node.signatures]).collect();
        // Which reason is told does not hang on the order of the lines.
        all.sort_by_key(|signatures| signatures.iter().map(|signature| signature.0).collect::<Vec<_>>());
        let mut told: Option<Refusal> = None;
        for signatures in all {
            match are_true(placed, signatures, headers) {
                Ok(()) => return Ok(()),
                // As long as one may yet turn out to be true, that is what is told.
                Err(why) if told.as_ref().is_none_or(|told| why.hangs_on_a_header() && !told.hangs_on_a_header()) => {
                    told = Some(why);
                }
                Err(_) => {}
            }
        }
        told.map_or(Ok(()), Err)
    })
}

fn is_receipt(signed: &SignedReceipt, headers: &Headers) -> Result<(), Refusal> {
    let receipt = &signed.receipt;
    let header = headers.get(&receipt.epoch).ok_or(Refusal::HeaderMissing(receipt.epoch))?;
    let custodian = header.custodian(receipt.card).ok_or(Refusal::NoSuchCard(receipt.card))?;
    if signed.is_signed_by(&custodian.key) { Ok(()) } else { Err(Refusal::BadReceipt(receipt.card)) }
}

fn are_true(placed: &Placed, signatures: &[Signature], headers: &Headers) -> Result<(), Refusal> {
    let signers = &placed.event.signers;
    let unique: BTreeSet<&Signer> = signers.iter().collect();
    if unique.len() != signers.len() || signers.len() != signatures.len() {
        return Err(Refusal::SignersDoNotMatch);
    }
    for (Signer(epoch, card), signature) in signers.iter().zip(signatures) {
        let header = headers.get(epoch).ok_or(Refusal::HeaderMissing(*epoch))?;
        let custodian = header.custodian(*card).ok_or(Refusal::NoSuchCard(*card))?;
        if !custodian.key.verify(EVENT_DOMAIN, &placed.id.0, signature) {
            return Err(Refusal::BadSignature(*card));
        }
    }
    Ok(())
}

/// All signers are cards of this epoch, and enough of them.
fn quorum_of(event: &Event, epoch: EpochHash, threshold: u8) -> Result<(), Refusal> {
    if event.signers.iter().any(|signer| signer.0 != epoch) {
        return Err(Refusal::WrongSigners);
    }
    let (signed, needed) = (event.signers.len(), usize::from(threshold));
    if signed < needed { Err(Refusal::TooFewCards(signed, needed)) } else { Ok(()) }
}

/// Whether a line begins a vault, signed by a quorum of the cards that it deals.
pub(super) fn begins(placed: &Placed, node: &Node, headers: &Headers) -> bool {
    let event = &placed.event;
    let What::Created { epoch, .. } = &event.what else { return false };
    let Some(header) = headers.get(&epoch.hash) else { return false };
    let first = event.previous.is_empty() && header.previous.is_none() && header.heads.is_empty();
    first
        && header.vault == event.vault
        && quorum_of(event, epoch.hash, header.threshold).is_ok()
        && signatures(placed, node, headers).is_ok()
}

/// Accepts an event whose signatures are true, or says why not. `bytes` is the length of its line.
pub(super) fn check(event: &Event, bytes: usize, place: &Place<'_>) -> Result<(), Refusal> {
    if event.signers.is_empty() && bytes > CLAIM_BYTES {
        return Err(Refusal::ClaimTooLong(bytes, CLAIM_BYTES));
    }
    if place.vault.is_some_and(|vault| vault != event.vault) {
        return Err(Refusal::OtherVault);
    }
    let begins = matches!(event.what, What::Created { .. });
    // What cards wrote where no log is left follows nothing but the epoch that they proved.
    if begins != event.previous.is_empty() && (begins || place.seen.is_empty()) {
        return Err(Refusal::NotTheBeginning);
    }
    if place.seen.is_empty() && !begins {
        return Err(Refusal::Unplaced);
    }
    Rules { event, place }.check()
}

struct Rules<'a> {
    event: &'a Event,
    place: &'a Place<'a>,
}

impl Rules<'_> {
    fn check(&self) -> Result<(), Refusal> {
        match &self.event.what {
            What::Created { name, epoch } => {
                let header = self.header(epoch.hash)?;
                let fits = header.name == *name && header.previous.is_none() && header.heads.is_empty();
                if !fits || !self.describes(header, epoch) || self.place.root.is_some_and(|root| root != epoch.hash) {
                    return Err(Refusal::DoesNotContinue(epoch.hash));
                }
                quorum_of(self.event, epoch.hash, header.threshold)
            }
            What::ReadBack { epoch, card, .. } => {
                self.in_force_or_staged(*epoch)?;
                self.signed_by_just(*epoch, *card)
            }
            What::Checked { epoch, card } | What::Relocked { epoch, card, .. } => {
                self.in_force(*epoch)?;
                self.signed_by_just(*epoch, *card)
            }
            What::Receipt { receipt } => self.receipt(receipt),
            What::Lost { epoch, card, .. } | What::Departed { epoch, card, .. } => {
                self.in_force_or_staged(*epoch)?;
                self.card(*epoch, *card)?;
                self.signers_in_force()
            }
            What::Opened { epoch, .. } => {
                self.in_force(*epoch)?;
                self.signed_by_quorum(*epoch)
            }
            What::Revealed { session, .. } | What::Exported { session } | What::Closed { session } => {
                self.attending(*session)
            }
            What::Deposited { epoch, .. } => {
                let begun = self.place.epochs.get(*epoch).is_some_and(|facts| self.place.seen.has_any(&facts.begun));
                if begun { self.signers_in_force() } else { Err(Refusal::NotActive(*epoch)) }
            }
            What::Staged { epoch, .. } => self.staged(epoch),
            What::StagedMore { epoch, piece, .. } => {
                let facts = self.waiting(*epoch)?;
                if *piece == 0 || *piece > facts.more_for(self.place.seen) {
                    return Err(Refusal::NotStaged(*epoch));
                }
                self.signed_by_parent_of(*epoch)
            }
            What::Committed { epoch, left_out } => self.committed(*epoch, left_out),
            What::Aborted { epoch, .. } => {
                self.waiting(*epoch)?;
                self.signed_by_parent_of(*epoch)
            }
            What::PaperDestroyed { .. }
            | What::CardFilesDestroyed { .. }
            | What::Reviewed { .. }
            | What::Deleted { .. }
            | What::TailSetAside { .. }
            | What::Merged {} => self.signers_in_force(),
            What::Unknown { .. } => Ok(()),
        }
    }

    /// An epoch's keys count only for events that do not follow its successor's commit.
    fn in_force(&self, epoch: EpochHash) -> Result<(), Refusal> {
        if self.place.in_force.contains(&epoch) { Ok(()) } else { Err(Refusal::NotActive(epoch)) }
    }

    fn in_force_or_staged(&self, epoch: EpochHash) -> Result<(), Refusal> {
        if self.place.in_force.contains(&epoch) { Ok(()) } else { self.waiting(epoch).map(drop) }
    }

    /// Signatures under an event that needs none are still of cards in force only.
    fn signers_in_force(&self) -> Result<(), Refusal> {
        self.event.signers.iter().try_for_each(|signer| self.in_force(signer.0))
    }

    fn signed_by_just(&self, epoch: EpochHash, card: CardIndex) -> Result<(), Refusal> {
        if self.event.signers == [Signer(epoch, card)] { Ok(()) } else { Err(Refusal::WrongSigners) }
    }

    fn signed_by_quorum(&self, epoch: EpochHash) -> Result<(), Refusal> {
        quorum_of(self.event, epoch, self.header(epoch)?.threshold)
    }

    /// Signed by a quorum of the epoch beside which this one was staged, which is in force.
    fn signed_by_parent_of(&self, staged: EpochHash) -> Result<(), Refusal> {
        let parent = self.place.epochs.get(staged).and_then(|facts| facts.parent).ok_or(Refusal::NotStaged(staged))?;
        self.in_force(parent)?;
        self.signed_by_quorum(parent)
    }

    fn header(&self, epoch: EpochHash) -> Result<&EpochHeader, Refusal> {
        self.place.headers.get(&epoch).ok_or(Refusal::HeaderMissing(epoch))
    }

    fn card(&self, epoch: EpochHash, card: CardIndex) -> Result<(), Refusal> {
        let known = self.place.epochs.get(epoch).is_some_and(|facts| card.get() <= facts.cards);
        if known { Ok(()) } else { Err(Refusal::NoSuchCard(card)) }
    }

    fn describes(&self, header: &EpochHeader, new: &NewEpoch) -> bool {
        let cards = usize::from(u8::MAX).min(header.custodians.len());
        let exists = |card: &CardIndex| usize::from(card.get()) <= cards;
        header.vault == self.event.vault
            && header.epoch == new.number
            && new.card_files.iter().chain(&new.locked).all(exists)
    }

    /// The card's own signature is verified with those of the line.
    fn receipt(&self, signed: &SignedReceipt) -> Result<(), Refusal> {
        let receipt = &signed.receipt;
        self.in_force(receipt.epoch)?;
        self.card(receipt.epoch, receipt.card)?;
        if receipt.vault != self.event.vault {
            return Err(Refusal::BadReceipt(receipt.card));
        }
        self.signers_in_force()
    }

    fn attending(&self, session: EventId) -> Result<(), Refusal> {
        let open = |facts: &&SessionFacts| self.place.seen.has(facts.opened) && !self.place.seen.has_any(&facts.closed);
        let opening = self.place.sessions.get(&session).filter(open).ok_or(Refusal::NoSuchOpening(session))?;
        self.in_force(opening.epoch)?;
        if self.event.signers == opening.attending { Ok(()) } else { Err(Refusal::WrongSigners) }
    }

    fn staged(&self, new: &NewEpoch) -> Result<(), Refusal> {
        let header = self.header(new.hash)?;
        let parent = header.previous.ok_or(Refusal::DoesNotContinue(new.hash))?;
        if !self.describes(header, new) || header.heads != self.event.previous {
            return Err(Refusal::DoesNotContinue(new.hash));
        }
        // A card in the room proved this epoch, so its staging is where the history that is here begins.
        if self.proof(new.hash) && !self.place.in_force.contains(&parent) {
            let threshold = self.place.headers.get(&parent).map_or(2, |header| header.threshold);
            return quorum_of(self.event, parent, threshold);
        }
        let seen: Vec<&EpochFacts> =
            self.place.epochs.all.values().filter(|facts| self.place.seen.has_any(&facts.staged)).collect();
        let again = self.place.epochs.get(new.hash).is_some_and(|facts| self.place.seen.has_any(&facts.staged));
        let of_parent = self.place.headers.get(&parent).map(|header| header.epoch);
        let before = seen.iter().map(|facts| facts.number).chain(of_parent);
        // Numbers grow by one, so nobody can use them up.
        let next = before.max().and_then(|highest| highest.checked_add(1));
        if again || next != Some(new.number) {
            return Err(Refusal::DoesNotContinue(new.hash));
        }
        self.in_force(parent)?;
        self.signed_by_quorum(parent)
    }

    fn proof(&self, epoch: EpochHash) -> bool {
        self.place.proofs.iter().any(|(proven, mark)| *proven == epoch && self.place.seen.has(*mark))
    }

    /// The epoch was staged in the history before this event, and not given up or committed in it.
    fn waiting(&self, hash: EpochHash) -> Result<&EpochFacts, Refusal> {
        let facts = self.place.epochs.get(hash).ok_or(Refusal::NotStaged(hash))?;
        let seen = self.place.seen;
        let waits = seen.has_any(&facts.staged) && !seen.has_any(&facts.begun) && !seen.has_any(&facts.aborted);
        if waits { Ok(facts) } else { Err(Refusal::NotStaged(hash)) }
    }

    /// The new quorum's first act: it has opened what was staged, and enough of its cards were read back.
    fn committed(&self, hash: EpochHash, left_out: &[LeftOut]) -> Result<(), Refusal> {
        let threshold = self.header(hash)?.threshold;
        if self.proof(hash) {
            // What was staged and read back before may be what is missing; the cards in the room have proven the epoch.
            return quorum_of(self.event, hash, threshold);
        }
        let facts = self.waiting(hash)?;
        self.in_force(facts.parent.ok_or(Refusal::NotStaged(hash))?)?;
        let whole = (1..=facts.more_for(self.place.seen))
            .all(|piece| facts.pieces.get(&piece).is_some_and(|at| self.place.seen.has_any(at)));
        if !whole {
            return Err(Refusal::StagingIncomplete(hash));
        }
        let read_back: BTreeSet<CardIndex> =
            facts.read_back.iter().filter(|(_, at)| self.place.seen.has_any(at)).map(|(card, _)| *card).collect();
        let needed = (usize::from(threshold) + 1).min(usize::from(facts.cards));
        if read_back.len() < needed {
            return Err(Refusal::TooFewReadBack(read_back.len(), needed));
        }
        let missing: BTreeSet<CardIndex> = (1..=facts.cards)
            .filter_map(|card| CardIndex::try_from(card).ok())
            .filter(|card| !read_back.contains(card))
            .collect();
        let named: BTreeSet<CardIndex> = left_out.iter().map(|left| left.card).collect();
        let twice = named.len() != left_out.len();
        if twice || missing != named {
            return Err(Refusal::LeftOutDiffers);
        }
        quorum_of(self.event, hash, threshold)
    }
}
