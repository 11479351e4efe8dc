//! Whether this machine goes by the epoch that is in force here: it is the one that the machine knows, or follows it through rotations
//! that its quorums signed. What stands in the folder never overrules that; what a person reads off a card does, after a question.

use super::Context;
use super::GuideError;
use crate::card::typed_digits;
use crate::ceremony::{CeremonyError, Ledger, trusted_epoch};
use crate::desk::YES;
use crate::ids::{EpochHash, EpochId, NotHex};
use crate::language::messages::cli as text;

/// The epoch id that a person read off a card.
pub struct EpochOnCard {
    pub epoch: Option<EpochId>,
}

/// An epoch id as people read it off a card: what is forgiven in a card's text is forgiven here.
///
/// # Errors
/// When it is none.
pub fn epoch_on_card(typed: &str) -> Result<EpochId, NotHex> {
    typed_digits(typed).parse()
}

/// The epoch to seal to without a card in the room; the first time on this machine its id is asked for, from the face of a card.
///
/// # Errors
/// When the history is split or cut, or nobody vouches for the epoch.
pub fn epoch_to_seal_to(
    context: &mut Context,
    ledger: &Ledger<'_>,
    given: &EpochOnCard,
) -> Result<EpochHash, GuideError> {
    if pinned(ledger).is_some() || given.epoch.is_some() || !context.desk.is_attended() {
        let epoch = trusted_epoch(ledger, given.epoch)?;
        check(context, ledger, given)?;
        return Ok(epoch);
    }
    loop {
        let line = context.desk.ask_line(&text::ask_epoch(context.language), "--epoch")?;
        match epoch_on_card(&line).map_err(GuideError::from).and_then(|typed| Ok(trusted_epoch(ledger, Some(typed))?)) {
            Ok(epoch) => return Ok(epoch),
            Err(
                error @ (GuideError::Hex(_)
                | GuideError::Ceremony(
                    CeremonyError::TypedEpochDiffers { .. } | CeremonyError::EpochMistyped { .. },
                )),
            ) => context.say(&error),
            Err(error) => return Err(error),
        }
    }
}

/// That the epoch in force follows the one that this machine knows; where it does not, that a person read its id off a card and says so.
///
/// # Errors
/// When it does not follow and nobody says so, or the id that was given is another.
pub fn check(context: &mut Context, ledger: &Ledger<'_>, given: &EpochOnCard) -> Result<(), GuideError> {
    let active = ledger.active()?;
    if let Some(typed) = given.epoch {
        trusted_epoch(ledger, Some(typed))?;
    }
    let Some(elsewhere) = elsewhere(ledger, active.hash()) else { return Ok(()) };
    if given.epoch.is_none() {
        return Err(CeremonyError::PinnedElsewhere { pinned: elsewhere, folder: active.id() }.into());
    }
    let question = text::AskOtherEpoch { pinned: elsewhere, folder: active.id() }.say(context.language);
    if !context.desk.confirm(&question, YES)? {
        return Err(GuideError::Declined);
    }
    // Where it cannot be kept, it is asked again the next time.
    let _ = ledger.pin_typed(active.hash());
    Ok(())
}

/// Tells people who open a vault that its epoch does not follow the one that this machine knows. It keeps nobody up.
pub fn tell(context: &mut Context, ledger: &Ledger<'_>, active: EpochHash) {
    if let Some(elsewhere) = elsewhere(ledger, active) {
        context.desk.tell(&text::OpenedElsewhere { pinned: elsewhere, folder: active.id() }.say(context.language));
    }
}

/// The epoch that this machine knows, where the one in force does not follow it.
fn elsewhere(ledger: &Ledger<'_>, active: EpochHash) -> Option<EpochId> {
    pinned(ledger).filter(|_| !ledger.follows_pin(active)).map(|epoch| epoch.id())
}

fn pinned(ledger: &Ledger<'_>) -> Option<EpochHash> {
    ledger.pins().find(ledger.state().vault).and_then(|pin| pin.epoch)
}
