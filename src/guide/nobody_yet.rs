//! A vault that perhaps nobody can open: of its cards, fewer were ever read back from paper than are needed. Card files cannot be made
//! again, so that is said before anything is put in.

use super::Context;
use super::GuideError;
use super::pasteable;
use crate::ceremony::Ledger;
use crate::desk::YES;
use crate::language::messages::cli as text;

/// Whether too few cards of the epoch in force ever proved that they are on paper: none was read back, and no quorum was ever here.
#[must_use]
pub fn can_open(ledger: &Ledger<'_>) -> bool {
    let state = ledger.state();
    let (Some(epoch), Ok(header)) = (state.active_epoch(), ledger.active()) else { return true };
    let opened = state.openings.iter().any(|opening| opening.epoch == epoch.hash);
    opened || epoch.read_back() >= usize::from(header.threshold)
}

/// Tells it, with what to do. Says whether there was something to tell.
///
/// # Errors
/// When the header of the epoch in force is missing.
pub fn tell(context: &mut Context, ledger: &Ledger<'_>) -> Result<bool, GuideError> {
    if can_open(ledger) {
        return Ok(false);
    }
    let header = ledger.active()?;
    let read_back = ledger.state().active_epoch().map_or(0, |epoch| epoch.read_back());
    let (count, vault) = (header.custodians.len(), pasteable::word(ledger.folder().root()));
    context
        .desk
        .tell(&text::NobodyCanOpenYet { read_back, count, threshold: header.threshold, vault }.say(context.language));
    Ok(true)
}

/// Tells it before something is put in, and goes on only when people say so.
///
/// # Errors
/// When they do not.
pub fn ask_to_put_in(context: &mut Context, ledger: &Ledger<'_>) -> Result<(), GuideError> {
    if tell(context, ledger)? && !context.desk.confirm(&text::ask_put_in_unopenable(context.language), YES)? {
        return Err(GuideError::Declined);
    }
    Ok(())
}
