//! The beginning of a vault, and the reading back of cards from paper.

use std::path::Path;

use super::dealing::{NewCards, Origin, Plan};
use super::error::CeremonyError;
use super::gathering::CardRefusal;
use super::ledger::Writing;
use super::pins::PinBook;
use crate::card::Card;
use crate::ids::{EpochHash, VaultId};
use crate::journal::{EVENT_VERSION, Event, Line, NewEpoch, Signer, What};
use crate::quorum::{CardIndex, CustodianKey, Share};
use crate::store::{Disk, Place, VaultFolder};
use crate::vault::{Contents, Moment};

/// Makes a vault: deals its first epoch, lets `write_cards` write the cards to files, and commits with the first line of the log.
///
/// Until that line stands there is no vault, and nobody needs what was written before it.
///
/// # Errors
/// When the plan cannot be, the folder holds something already, or a file cannot be written.
pub fn init<'d>(
    disk: &'d dyn Disk,
    folder: &Path,
    pins: &PinBook<'d>,
    plan: Plan,
    now: Moment,
    write_cards: &mut dyn FnMut(&NewCards) -> Result<Vec<CardIndex>, CeremonyError>,
) -> Result<Writing<'d>, CeremonyError> {
    let vault = VaultId::random()?;
    let name = plan.name.clone();
    let origin = Origin { vault, number: 1, previous: None, heads: Vec::new(), dealt: now };
    let new = NewCards::deal(plan, origin, &Contents::empty(vault))?;
    let writer = VaultFolder::create(disk, folder)?;
    let epoch = new.header.hash();
    writer.publish(&Place::Header(1, epoch.id()), new.header.bytes())?;
    writer.publish(&Place::Sealed(1, epoch.id()), &new.sealed.file)?;
    let card_files = write_cards(&new)?;
    let event = Event {
        version: EVENT_VERSION,
        vault,
        previous: Vec::new(),
        time: now,
        by: None,
        signers: new.header.custodians.iter().map(|custodian| Signer(epoch, custodian.index)).collect(),
        what: What::Created { name, epoch: NewEpoch { number: 1, hash: epoch, card_files, locked: locked(&new) } },
    };
    let line = Line::sign(event, &new.keys.iter().collect::<Vec<&CustodianKey>>());
    let writing = Writing::born(writer, pins, new.header, &line)?;
    // The machine that dealt the cards knows the epoch better than anyone who will type its id. The vault stands now, though, and
    // a machine that cannot keep a pin is only asked for that id later.
    let _ = writing.ledger().pin(Some(epoch));
    Ok(writing)
}

/// The cards of an epoch that ask for a phrase.
pub(super) fn locked(new: &NewCards) -> Vec<CardIndex> {
    new.cards.iter().filter(|card| matches!(card, Card::Locked(_))).map(|card| card.head().index).collect()
}

/// A card that was read back, with its share: the new quorum's first act is the commit, in the same sitting if people like.
pub struct ReadBack {
    /// The card.
    pub card: CardIndex,
    pub(super) share: Share,
}

/// Records that a new card was read back from paper. `phrase` is asked for when the card is locked.
///
/// # Errors
/// When the card is not one of that epoch, its phrase does not fit, or the event cannot be written.
pub fn read_back(
    writing: &mut Writing<'_>,
    epoch: EpochHash,
    card: &Card,
    file_destroyed: bool,
    phrase: Option<&crate::quorum::Phrase>,
    now: Moment,
) -> Result<ReadBack, CeremonyError> {
    read_back_and_delete(writing, epoch, card, phrase, now, &mut |_| Ok(file_destroyed))
}

/// The same, and once the card has proved itself `delete_file` deletes the file that it was printed from, and says whether one stood
/// there. A file goes only after its paper is known to be good.
///
/// # Errors
/// As [`read_back`], or when the file cannot be deleted.
pub fn read_back_and_delete(
    writing: &mut Writing<'_>,
    epoch: EpochHash,
    card: &Card,
    phrase: Option<&crate::quorum::Phrase>,
    now: Moment,
    delete_file: &mut dyn FnMut(CardIndex) -> Result<bool, CeremonyError>,
) -> Result<ReadBack, CeremonyError> {
    let share = prove_share(writing, epoch, card, phrase)?;
    let (index, key) = (share.index(), share.custodian_key());
    let what = What::ReadBack { epoch, card: index, file_destroyed: delete_file(index)? };
    writing.record(now, None, &[(Signer(epoch, index), &key)], what)?;
    Ok(ReadBack { card: index, share })
}

/// Holds one paper against the log and a header, and gives the card's key.
pub(super) fn prove(
    writing: &Writing<'_>,
    epoch: EpochHash,
    card: &Card,
    phrase: Option<&crate::quorum::Phrase>,
) -> Result<(CardIndex, CustodianKey), CeremonyError> {
    let share = prove_share(writing, epoch, card, phrase)?;
    Ok((share.index(), share.custodian_key()))
}

/// The share of one paper. A paper from before the card was locked or unlocked has the same share; it must not pass for the new one, which
/// nobody has read yet.
fn prove_share(
    writing: &Writing<'_>,
    epoch: EpochHash,
    card: &Card,
    phrase: Option<&crate::quorum::Phrase>,
) -> Result<Share, CeremonyError> {
    let header = writing.ledger().header(epoch)?;
    let state = writing.ledger().state();
    let head = *card.head();
    if head.epoch != header.id() && !head.drill {
        return Err(CardRefusal::of_other_epoch(state, head.epoch, header.id()).into());
    }
    let known = state.epochs.get(&epoch).and_then(|epoch| epoch.card(head.index));
    let proven = super::gathering::share_of(header, card, phrase)?;
    match (known, header.custodian(head.index)) {
        (Some(known), Some(custodian)) if known.locked != head.lock.is_some() => {
            Err(CardRefusal::OldPaper { name: custodian.name.to_string() }.into())
        }
        _ => Ok(proven),
    }
}
