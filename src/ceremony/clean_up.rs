//! What a commit made superfluous, deleted: sealed contents of earlier epochs, folded deposits, blobs that were encrypted anew.

use std::collections::BTreeSet;

use super::error::CeremonyError;
use super::ledger::Writing;
use super::rotation::stands_sealed;
use crate::ids::Digest;
use crate::journal::{Fate, State, What};
use crate::store::Place;
use crate::vault::Moment;

/// Deletes what a commit made superfluous, sealed contents of earlier and aborted epochs, folded deposits and superseded blobs, and says so in the log.
/// It is done again by whoever comes next when it was interrupted. Gives the number of files.
///
/// # Errors
/// When the active epoch's own contents do not stand as its header says: then nothing is deleted. When a file cannot be removed, or
/// the event cannot be written.
pub fn clean_up(writing: &mut Writing<'_>, now: Moment) -> Result<usize, CeremonyError> {
    let (ledger, state) = (writing.ledger(), writing.ledger().state());
    let Some(active) = state.active_epoch() else { return Ok(0) };
    let settled = state.folded.iter().chain(&state.dismissed);
    let number = |epoch| state.epochs.get(epoch).map_or(0, |epoch| epoch.number);
    let deposits = settled.map(|(deposit, epoch)| Place::Deposit(number(epoch), *deposit));
    let sealed = state.superseded().map(|epoch| Place::Sealed(epoch.number, epoch.hash.id()));
    let blobs = superfluous_blobs(state).into_iter().map(Place::Attachment);
    // That something was deleted is only claimed: what stands there is deleted, whatever the log says.
    let standing: BTreeSet<Place> = ledger.folder().places()?.into_iter().collect();
    let places: Vec<Place> = deposits.chain(sealed).chain(blobs).filter(|place| standing.contains(place)).collect();
    if places.is_empty() {
        return Ok(0);
    }
    stands_sealed(ledger, active)?;
    let epoch = active.hash;
    writing.writer().remove(&places)?;
    writing.record(now, None, &[], What::Deleted { epoch, files: places.len() as u64 })?;
    Ok(places.len())
}

/// Blobs that a committed rotation encrypted anew, and new ones of a rotation that never became the vault's.
fn superfluous_blobs(state: &State) -> BTreeSet<Digest> {
    let never = state.superseded().filter(|epoch| epoch.fate != Fate::Ended);
    let never = never.flat_map(|epoch| &epoch.staging.renewed).map(|renewed| renewed.to);
    let mut blobs: BTreeSet<Digest> = never.chain(state.blobs.superseded().iter().copied()).collect();
    for (needed, _) in state.blobs.needed() {
        blobs.remove(needed);
    }
    blobs
}
