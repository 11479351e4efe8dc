//! What follows an opening besides the rotation: somebody looks through the sign-in logs for uses of what was shown.

use super::error::CeremonyError;
use super::ledger::Writing;
use crate::ids::EventId;
use crate::journal::{Refusal, What};
use crate::vault::Moment;

/// Notes that the sign-in logs were reviewed after these openings. No card is needed to say so.
///
/// # Errors
/// When one of them is no opening of this vault, or the event cannot be written.
pub fn review(writing: &mut Writing<'_>, openings: Vec<EventId>, by: &str, now: Moment) -> Result<(), CeremonyError> {
    let known = &writing.ledger().state().openings;
    if let Some(unknown) = openings.iter().find(|event| known.iter().all(|opening| opening.event != **event)) {
        return Err(CeremonyError::Refused(Refusal::NoSuchOpening(*unknown)));
    }
    writing.record(now, Some(by), &[], What::Reviewed { openings })?;
    Ok(())
}
