//! What happens to one card between rotations: checked, lost, locked or unlocked, its custodian gone, its old paper destroyed.

use super::error::CeremonyError;
use super::init::prove;
use super::ledger::Writing;
use crate::card::{Card, OpenCard};
use crate::ids::EpochHash;
use crate::journal::{SignedReceipt, Signer, What};
use crate::quorum::{CardIndex, LockProfile, Phrase, Policy};
use crate::vault::{Claim, EpochHeader, Moment};

/// A card that was found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardCheck {
    /// The card.
    pub card: CardIndex,
    /// Whose it is.
    pub name: String,
}

/// Holds a card against the vault and signs into the log that it is good.
///
/// # Errors
/// When the card is not good, its phrase is missing or does not fit, or the event cannot be written.
pub fn check_card(
    writing: &mut Writing<'_>,
    card: &Card,
    phrase: Option<&Phrase>,
    now: Moment,
) -> Result<CardCheck, CeremonyError> {
    let epoch = writing.ledger().active()?.hash();
    let (index, key) = prove(writing, epoch, card, phrase)?;
    writing.record(now, None, &[(Signer(epoch, index), &key)], What::Checked { epoch, card: index })?;
    Ok(CardCheck { card: index, name: writing.ledger().header(epoch)?.name_of(index) })
}

/// Holds a card against a header alone and signs a receipt, which the vault takes in later.
///
/// # Errors
/// When the card is not good, or its phrase is missing or does not fit.
pub fn check_against_header(
    header: &EpochHeader,
    card: &Card,
    phrase: Option<&Phrase>,
    now: Moment,
) -> Result<(CardCheck, SignedReceipt), CeremonyError> {
    let locked = card.head().lock.is_some();
    let (index, key) = super::gathering::prove_against(header, card, phrase)?;
    let receipt = SignedReceipt::sign(header.vault, header.hash(), index, locked, now, &key);
    Ok((CardCheck { card: index, name: header.name_of(index) }, receipt))
}

/// How far a receipt's clock may be ahead of the one here, in days: time zones and careless clocks, and not a year of checks in advance.
const CLOCKS_DIFFER: i64 = 1;

/// Takes in the receipt of a card that was checked away from the vault. `by` is who brings it.
///
/// # Errors
/// When it is of another vault or epoch, not signed by that card, of a time that is yet to come, in the log already, or the event
/// cannot be written.
pub fn add_receipt(
    writing: &mut Writing<'_>,
    receipt: &SignedReceipt,
    by: &str,
    now: Moment,
) -> Result<CardCheck, CeremonyError> {
    let (epoch, card) = (receipt.receipt.epoch, receipt.receipt.card);
    if receipt.receipt.time > now.plus_days(CLOCKS_DIFFER) {
        return Err(CeremonyError::ReceiptFromTheFuture(receipt.receipt.time));
    }
    let what = What::Receipt { receipt: receipt.clone() };
    if writing.ledger().history().events.iter().any(|placed| placed.accepted && placed.event.what == what) {
        return Err(CeremonyError::ReceiptKnown);
    }
    writing.record(now, Some(by), &[], what)?;
    Ok(CardCheck { card, name: writing.ledger().header(epoch)?.name_of(card) })
}

/// Notes that a card is lost. No card is needed to say so.
///
/// # Errors
/// When there is no such card, or the event cannot be written.
pub fn lose(
    writing: &mut Writing<'_>,
    card: CardIndex,
    reason: &str,
    by: &str,
    now: Moment,
) -> Result<(), CeremonyError> {
    let epoch = writing.ledger().active()?.hash();
    writing.record(now, Some(by), &[], What::Lost { epoch, card, reason: Claim::optional(reason)? })?;
    Ok(())
}

/// Notes that a custodian has left. No card is needed to say so.
///
/// # Errors
/// When there is no such card, or the event cannot be written.
pub fn depart(
    writing: &mut Writing<'_>,
    card: CardIndex,
    reason: &str,
    by: &str,
    now: Moment,
) -> Result<(), CeremonyError> {
    let epoch = writing.ledger().active()?.hash();
    writing.record(now, Some(by), &[], What::Departed { epoch, card, reason: Claim::optional(reason)? })?;
    Ok(())
}

/// Prints a card anew with a lock, or without. `write_card` writes the new paper's file and says whether it did; then the event is
/// written. The old paper is to be destroyed.
///
/// # Errors
/// When the card is not good, its phrase is missing or does not fit, a file or the event cannot be written, or a locked card would
/// get a second phrase: a share under two phrases is weaker than under either.
pub fn relock(
    writing: &mut Writing<'_>,
    card: &Card,
    phrase: Option<&Phrase>,
    lock: Option<(LockProfile, &Phrase)>,
    now: Moment,
    write_card: &mut dyn FnMut(&EpochHeader, &Card) -> Result<bool, CeremonyError>,
) -> Result<CardCheck, CeremonyError> {
    let header = writing.ledger().active()?.clone();
    let name = header.name_of(card.head().index);
    let before = writing.ledger().state().epochs.get(&header.hash()).and_then(|epoch| epoch.card(card.head().index));
    let ever_locked = before.is_some_and(|card| card.ever_locked);
    let share = match (card, lock.is_some()) {
        (_, true) if ever_locked => return Err(CeremonyError::LockedAlready(name)),
        (Card::Locked(_), true) => return Err(CeremonyError::LockedAlready(name)),
        (Card::Open(_), false) => return Err(CeremonyError::NotLocked(name)),
        (card, _) => super::gathering::share_of(&header, card, phrase)?,
    };
    let (index, key) = (share.index(), share.custodian_key());
    let count = u8::try_from(header.custodians.len()).expect("at most 32");
    let policy = Policy::new(header.threshold, count, true)?;
    let open = OpenCard::new(share, policy, header.id(), false);
    let new = match lock {
        None => Card::Open(open),
        Some((profile, phrase)) => Card::Locked(open.lock(profile, phrase)?),
    };
    let card_file = write_card(&header, &new)?;
    let epoch = header.hash();
    let lock = lock.map(|(profile, _)| profile);
    writing.record(
        now,
        None,
        &[(Signer(epoch, index), &key)],
        What::Relocked { epoch, card: index, lock, card_file },
    )?;
    Ok(CardCheck { card: index, name })
}

/// Notes that papers which no longer count were destroyed.
///
/// # Errors
/// When the event cannot be written.
pub fn paper_destroyed(
    writing: &mut Writing<'_>,
    epoch: EpochHash,
    cards: Vec<CardIndex>,
    by: &str,
    now: Moment,
) -> Result<(), CeremonyError> {
    writing.record(now, Some(by), &[], What::PaperDestroyed { epoch, cards })?;
    Ok(())
}

/// Notes that files which cards were printed from were deleted.
///
/// # Errors
/// When the event cannot be written.
pub fn card_files_destroyed(
    writing: &mut Writing<'_>,
    epoch: EpochHash,
    cards: Vec<CardIndex>,
    by: &str,
    now: Moment,
) -> Result<(), CeremonyError> {
    writing.record(now, Some(by), &[], What::CardFilesDestroyed { epoch, cards })?;
    Ok(())
}
