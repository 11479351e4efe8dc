//! What a commit made superfluous, deleted: sealed contents of earlier epochs, folded deposits, blobs that were encrypted anew.

use std::collections::BTreeSet;

use super::error::CeremonyError;
use super::ledger::Writing;
use super::rotation::stands_sealed;
use crate::journal::{State, What};
use crate::quorum::Digest;
use crate::store::Place;
use crate::vault::Moment;

/// So many deposits and as many attachments are named in one line: no card signs it, so it must be short.
const NAMED_AT_ONCE: usize = 24;

/// Deletes what a commit made superfluous, sealed contents of earlier and aborted epochs, folded deposits and superseded blobs, and says so in the log.
/// It is done again by whoever comes next when it was interrupted. Gives the number of files.
///
/// # Errors
/// When the active epoch's own contents do not stand as its header says: then nothing is deleted. When a file cannot be removed, or
/// the event cannot be written.
pub fn clean_up(writing: &mut Writing<'_>, now: Moment) -> Result<usize, CeremonyError> {
    let (ledger, state) = (writing.ledger(), writing.ledger().state());
    let Some(active) = state.active_epoch() else { return Ok(0) };
    // That something was deleted is only claimed: what stands there is deleted, whatever the log says.
    let due = |place: Place, recorded: bool| Ok::<_, CeremonyError>(!recorded || ledger.folder().holds(&place)?);
    let (mut places, mut deposits, mut sealed, mut attachments) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (deposit, epoch) in &state.folded {
        let place = Place::Deposit(state.epochs.get(epoch).map_or(0, |epoch| epoch.number), *deposit);
        if due(place, state.deleted_deposits.contains(deposit))? {
            places.push(place);
            deposits.push(*deposit);
        }
    }
    for epoch in state.superseded() {
        let place = Place::Sealed(epoch.number, epoch.hash.id());
        if due(place, state.deleted_sealed.contains(&epoch.hash))? {
            places.push(place);
            sealed.push(epoch.hash);
        }
    }
    for blob in superfluous_blobs(state) {
        let place = Place::Attachment(blob);
        if due(place, state.blobs.deleted.contains(&blob))? {
            places.push(place);
            attachments.push(blob);
        }
    }
    if places.is_empty() {
        return Ok(0);
    }
    stands_sealed(ledger, active)?;
    writing.writer().remove(&places)?;
    let mut epochs = sealed.into_iter();
    let mut deposits = deposits.chunks(NAMED_AT_ONCE);
    let mut attachments = attachments.chunks(NAMED_AT_ONCE);
    loop {
        let (sealed, deposits, attachments) = (epochs.next(), deposits.next(), attachments.next());
        if sealed.is_none() && deposits.is_none() && attachments.is_none() {
            return Ok(places.len());
        }
        let (deposits, attachments) = (deposits.unwrap_or_default().to_vec(), attachments.unwrap_or_default().to_vec());
        writing.record(now, None, &[], What::Deleted { sealed, deposits, attachments })?;
    }
}

/// Blobs that a committed rotation encrypted anew, and new ones of a rotation that never became the vault's.
fn superfluous_blobs(state: &State) -> BTreeSet<Digest> {
    let never = state.superseded().filter(|epoch| epoch.begun.is_none()).filter_map(|epoch| epoch.staging.as_ref());
    let never = never.flat_map(|staging| &staging.renewed).map(|renewed| renewed.to);
    let mut blobs: BTreeSet<Digest> = never.chain(state.blobs.superseded().iter().copied()).collect();
    for (needed, _) in state.blobs.needed() {
        blobs.remove(needed);
    }
    blobs
}
