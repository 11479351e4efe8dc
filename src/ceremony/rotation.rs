//! The rotation: the next epoch is staged beside the active one, its cards are read back from paper, and then it is committed. It can
//! be stopped and resumed on another day.

use std::collections::{BTreeMap, BTreeSet};

use super::dealing::{NewCards, Origin, Plan};
use super::error::CeremonyError;
use super::gathering::Attendance;
use super::init::locked;
use super::ledger::{Ledger, Writing};
use super::renewal::{self, Renewal};
use super::unseal::{OpenDeposit, Opened, sealed_file};
use crate::ids::{Digest, EpochHash};
use crate::journal::{EpochState, LeftOut, NewEpoch, Refusal, Replaced, Staging, What};
use crate::quorum::CardIndex;
use crate::store::Place;
use crate::vault::{
    Contents, DepositIdentity, EarlierIdentity, EntryId, FieldValue, Moment, Origin as RevisionOrigin, VaultName,
};

/// An opened vault whose next epoch is being prepared.
pub struct Rotation {
    attendance: Attendance,
    opened: Opened,
    renew_attachments: bool,
}

/// What people decided about deposits and shown secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Deposits to fold in.
    pub fold: Vec<Digest>,
    /// Deposits to dismiss for good.
    pub dismiss: Vec<Digest>,
    /// Secrets that were replaced, and with whose new value somebody signed in.
    pub replaced: Vec<Replaced>,
}

impl Choices {
    /// Folds these deposits in, and nothing else.
    #[must_use]
    pub fn folding(fold: Vec<Digest>) -> Choices {
        Choices { fold, ..Choices::default() }
    }
}

/// A staged epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staged {
    /// The epoch.
    pub epoch: EpochHash,
    /// Its number.
    pub number: u32,
    /// What became of its attachments.
    pub renewal: Renewal,
}

/// An epoch that is in force from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The epoch.
    pub epoch: EpochHash,
    /// Its number.
    pub number: u32,
}

/// A staged epoch that was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aborted {
    /// The epoch.
    pub epoch: EpochHash,
    /// Its number.
    pub number: u32,
}

impl Rotation {
    /// Opens contents and deposits with a quorum. Nothing of them is shown by a rotation but ids, names of fields, and what the log
    /// claims of deposits; the staging is its event.
    ///
    /// # Errors
    /// When the contents are not the ones that the header names, or a rotation is staged already.
    pub fn open(writing: &Writing<'_>, attendance: Attendance) -> Result<Rotation, CeremonyError> {
        writing.ledger().attended_by_active(&attendance)?;
        writing.ledger().may_be_changed()?;
        if let Some(staged) = writing.ledger().state().staged_epoch() {
            return Err(CeremonyError::StagedAlready(staged.hash.id()));
        }
        let mut opened = Opened::open(writing.ledger(), &attendance)?;
        // A rotation without them would seal nothing in their place.
        if let Some(damage) = opened.damage.take() {
            return Err(damage);
        }
        let renew_attachments = renewal::is_due(writing.ledger());
        Ok(Rotation { attendance, opened, renew_attachments })
    }

    /// Reads the deposits again, after one was made in this rotation.
    ///
    /// # Errors
    /// As [`Rotation::open`].
    pub fn refresh(self, writing: &Writing<'_>) -> Result<Rotation, CeremonyError> {
        let requested = self.renew_attachments;
        let rotation = Rotation::open(writing, self.attendance)?;
        Ok(if requested { rotation.renewing_attachments() } else { rotation })
    }

    /// Has attachments encrypted anew also where nothing asks for it.
    #[must_use]
    pub fn renewing_attachments(self) -> Rotation {
        Rotation { renew_attachments: true, ..self }
    }

    /// How many attachments, and how many bytes of them, the staging of this plan will encrypt anew.
    #[must_use]
    pub fn to_renew(&self, plan: &Plan) -> (usize, u64) {
        if !self.renews(plan) {
            return (0, 0);
        }
        let sealed = self.opened.contents.entries.iter().flat_map(|entry| &entry.revisions);
        let sealed = sealed.flat_map(|revision| revision.attachments.values());
        let deposited = self.opened.deposits.iter().flat_map(|open| open.deposit.iter());
        let deposited = deposited.flat_map(|deposit| deposit.change.attach.values());
        let sizes: BTreeMap<Digest, u64> =
            sealed.chain(deposited).map(|attachment| (attachment.blob, attachment.size)).collect();
        (sizes.len(), sizes.values().sum())
    }

    /// Whoever holds no card of the next epoch leaves, whether or not the log says so.
    fn renews(&self, plan: &Plan) -> bool {
        let stays = |name: &VaultName| plan.custodians.iter().any(|custodian| custodian.person.name == *name);
        self.renew_attachments || !self.attendance.header().custodians.iter().all(|custodian| stays(&custodian.name))
    }

    /// Who attends.
    #[must_use]
    pub fn attendance(&self) -> &Attendance {
        &self.attendance
    }

    /// The deposits that wait, oldest first.
    #[must_use]
    pub fn deposits(&self) -> &[OpenDeposit] {
        &self.opened.deposits
    }

    /// Ids of every entry, sealed or only deposited.
    #[must_use]
    pub fn entries(&self) -> Vec<EntryId> {
        let sealed = self.opened.contents.entries.iter().map(|entry| entry.id.clone());
        let deposited = self.opened.deposits.iter().map(|open| open.pending.entry.id.clone());
        sealed.chain(deposited).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// Stages the next epoch: folds these deposits in, deals new cards, lets `write_cards` write them to files, and signs the staging with
/// the quorum of the active epoch.
///
/// # Errors
/// When the plan cannot be, a deposit cannot be read, or a file or the event cannot be written. The active epoch stands in every case.
pub fn stage(
    writing: &mut Writing<'_>,
    rotation: Rotation,
    plan: Plan,
    choices: Choices,
    now: Moment,
    write_cards: &mut dyn FnMut(&NewCards) -> Result<Vec<CardIndex>, CeremonyError>,
) -> Result<Staged, CeremonyError> {
    let renews = rotation.renews(&plan);
    let Rotation { attendance, opened, .. } = rotation;
    let number = writing.ledger().state().next_number().ok_or(CeremonyError::NoNumberLeft)?;
    let origin = Origin {
        vault: attendance.header().vault,
        number,
        previous: Some(attendance.header().hash()),
        heads: writing.followed(),
        dealt: now,
    };
    let mut contents = next_contents(opened, &attendance, number, &choices.fold)?;
    let renewal = if renews { renewal::renew_all(writing, &mut contents)? } else { Renewal::default() };
    let epoch = put_beside(writing, plan, origin, &contents, write_cards).inspect_err(|_| renewal.undo(writing))?;
    let hash = epoch.hash;
    let Choices { fold, mut dismiss, replaced } = choices;
    // What is folded in is not dismissed, whatever else was said about the same file.
    dismiss.retain(|deposit| !fold.contains(deposit));
    let staging = Staging { deposits: fold, dismissed: dismiss, replaced, renewed: renewal.renewed.clone() };
    let mut pieces = staging.in_pieces().into_iter();
    let staging = pieces.next().unwrap_or_default();
    let more = u32::try_from(pieces.len()).unwrap_or(u32::MAX);
    writing.record(now, None, &attendance.signers(), What::Staged { epoch, staging, more })?;
    for (piece, staging) in (1..).zip(pieces) {
        let what = What::StagedMore { epoch: hash, piece, staging };
        writing.record(now, None, &attendance.signers(), what)?;
    }
    Ok(Staged { epoch: hash, number, renewal })
}

/// Deals the next epoch and writes its files and cards. No event names it yet.
fn put_beside(
    writing: &mut Writing<'_>,
    plan: Plan,
    origin: Origin,
    contents: &Contents,
    write_cards: &mut dyn FnMut(&NewCards) -> Result<Vec<CardIndex>, CeremonyError>,
) -> Result<NewEpoch, CeremonyError> {
    let number = origin.number;
    let new = NewCards::deal(plan, origin, contents)?;
    let hash = new.header.hash();
    writing.publish(&Place::Sealed(number, hash.id()), &new.sealed.file)?;
    writing.publish_header(new.header.clone())?;
    let card_files = write_cards(&new)?;
    Ok(NewEpoch { number, hash, card_files, locked: locked(&new) })
}

/// The contents of the next epoch: all entries with all revisions, the chosen deposits folded in, and this epoch's deposit identity
/// added to those of the epochs before.
fn next_contents(
    opened: Opened,
    attendance: &Attendance,
    number: u32,
    fold: &[Digest],
) -> Result<Contents, CeremonyError> {
    let Opened { mut contents, damage: _, deposits } = opened;
    let mut wanted: BTreeSet<Digest> = fold.iter().copied().collect();
    let mut unreadable = None;
    for open in deposits.into_iter().filter(|open| fold.contains(&open.pending.deposit)) {
        // Anybody can write a line that names the same deposit for another entry. Only the true one's opens.
        match open.deposit {
            Ok(deposit) => {
                let origin = RevisionOrigin::Deposit(open.pending.deposit);
                contents.entry_or_new(&deposit.entry).revise(deposit.made, deposit.by, origin, &deposit.change);
                wanted.remove(&open.pending.deposit);
            }
            Err(error) => unreadable = unreadable.or(Some(error)),
        }
    }
    if !wanted.is_empty() {
        return Err(unreadable.unwrap_or(CeremonyError::NoSuchDeposit));
    }
    let identity = DepositIdentity::of_key(&attendance.quorum().root().deposit_key());
    contents.deposit_identities.push(EarlierIdentity {
        epoch: attendance.header().hash(),
        identity: FieldValue::copy_of(identity.text().expose()),
    });
    contents.epoch = number;
    Ok(contents)
}

/// Makes the staged epoch the one in force: the new quorum's first act. It opens what was staged, and signs. Whoever was not read back is left
/// out, each with a reason, and stays due.
///
/// # Errors
/// When nothing is staged, the cards are of another epoch, they do not open what was staged, too few cards were read back, somebody is missing
/// without a reason, or the event cannot be written.
pub fn commit(
    writing: &mut Writing<'_>,
    attendance: &Attendance,
    left_out: Vec<LeftOut>,
    by: &str,
    now: Moment,
) -> Result<Committed, CeremonyError> {
    let staged = writing.ledger().state().staged_epoch().ok_or(CeremonyError::NothingStaged)?;
    let (epoch, number) = (staged.hash, staged.number);
    if attendance.header().hash() != epoch {
        return Err(Refusal::NotStaged(attendance.header().hash()).into());
    }
    if staged.incomplete {
        return Err(CeremonyError::StagingIncomplete(epoch.id()));
    }
    let header = writing.ledger().header(epoch)?;
    let threshold = usize::from(header.threshold);
    let read_back = staged.cards.iter().filter(|card| card.verified.is_some()).count();
    let needed = (threshold + 1).min(staged.cards.len());
    if read_back < needed {
        return Err(CeremonyError::TooFewReadBack { read_back, needed });
    }
    let unnamed = staged
        .cards
        .iter()
        .find(|card| card.verified.is_none() && !left_out.iter().any(|left| left.card == card.index));
    if let Some(card) = unnamed {
        let name = header.name_of(card.index);
        return Err(CeremonyError::LeftOutWithoutReason(name));
    }
    // Whatever else is wrong is found while the cards in force still open the contents from before.
    opens(writing.ledger(), attendance)?;
    let left_out = left_out
        .into_iter()
        .filter(|left| staged.card(left.card).is_some_and(|card| card.verified.is_none()))
        .collect();
    writing.record(now, Some(by), &attendance.signers(), What::Committed { epoch, left_out })?;
    // The pin moves on with the vault: an old quorum could else lead this machine to a rival successor. It is committed now,
    // though, whether or not that can be kept.
    if writing.ledger().pins().find(writing.ledger().state().vault).and_then(|pin| pin.epoch).is_some() {
        let _ = writing.ledger().pin(Some(epoch));
    }
    Ok(Committed { epoch, number })
}

/// That these cards open the contents of their epoch.
fn opens(ledger: &Ledger<'_>, attendance: &Attendance) -> Result<(), CeremonyError> {
    let header = attendance.header();
    let file = sealed_file(ledger, attendance)?;
    let key = attendance.quorum().root().contents_key();
    let place = Place::Sealed(header.epoch, header.id());
    Contents::open(&file, &key, header.vault, header.epoch)
        .map(drop)
        .map_err(|error| CeremonyError::Format(place.path(), error))
}

/// That an epoch's `sealed.age` is the one that its header names.
pub(super) fn stands_sealed(ledger: &Ledger<'_>, epoch: &EpochState) -> Result<(), CeremonyError> {
    let place = Place::Sealed(epoch.number, epoch.hash.id());
    let stands = Digest::of(&ledger.folder().read(&place)?) == ledger.header(epoch.hash)?.sealed;
    if stands { Ok(()) } else { Err(CeremonyError::Swapped(place.path())) }
}

/// Gives the staged epoch up, signed by a quorum of the active one. Its cards are worth nothing then.
///
/// # Errors
/// When nothing is staged, the quorum is of another epoch, or the event cannot be written.
pub fn abort(
    writing: &mut Writing<'_>,
    attendance: &Attendance,
    reason: &str,
    now: Moment,
) -> Result<Aborted, CeremonyError> {
    let staged = writing.ledger().state().staged_epoch().ok_or(CeremonyError::NothingStaged)?;
    let (epoch, number) = (staged.hash, staged.number);
    writing.ledger().attended_by_active(attendance)?;
    sealed_file(writing.ledger(), attendance)?;
    let what = What::Aborted { epoch, reason: reason.parse()? };
    writing.record(now, None, &attendance.signers(), what)?;
    Ok(Aborted { epoch, number })
}
