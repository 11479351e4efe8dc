//! Putting fields of an entry into the vault, without a card.
//!
//! Nothing in the room proves the folder, so a deposit is sealed only to an epoch that this machine was told of before, or that a
//! person reads off a card's face now.

use super::attachment::discard;
use super::error::CeremonyError;
use super::ledger::{Ledger, Writing};
use super::one_time::codes_in;
use crate::ids::{Digest, EpochHash, EpochId};
use crate::journal::{Attached, What};
use crate::store::Place;
use crate::vault::{Change, Claim, Deposit, EntryId, EpochHeader, FORMAT_VERSION, FieldName, Moment, PublicEntry};

/// The active epoch, when this machine may trust it: it is pinned, or it follows the pinned one through rotations that its quorum
/// signed, or `typed` is what a person read off a card.
///
/// # Errors
/// When the history is split, nothing is pinned and nothing typed, or what is pinned or typed is another epoch.
pub fn trusted_epoch(ledger: &Ledger<'_>, typed: Option<EpochId>) -> Result<EpochHash, CeremonyError> {
    let active = ledger.active()?;
    ledger.may_be_changed()?;
    if let Some(typed) = typed {
        if typed != active.id() {
            let differs = CeremonyError::TypedEpochDiffers { typed, folder: active.id() };
            return Err(mistyped_epoch(ledger, typed).unwrap_or(differs));
        }
        return Ok(active.hash());
    }
    let pinned = ledger.pins().find(active.vault).and_then(|pin| pin.epoch);
    let Some(pinned) = pinned else { return Err(CeremonyError::NotPinned(active.id())) };
    let epochs = &ledger.state().epochs;
    let mut epoch = Some(active.hash());
    while let Some(hash) = epoch {
        if hash == pinned {
            return Ok(active.hash());
        }
        epoch = epochs.get(&hash).and_then(|epoch| epoch.parent);
    }
    Err(CeremonyError::PinnedElsewhere { pinned: pinned.id(), folder: active.id() })
}

/// The typing mistake that an id has, when it is the id of an epoch of this vault but for that.
#[must_use]
pub fn mistyped_epoch(ledger: &Ledger<'_>, typed: EpochId) -> Option<CeremonyError> {
    ledger.state().epochs.values().find_map(|epoch| {
        let (number, meant) = (epoch.number, epoch.hash.id());
        let groups = typed.mistyped(meant)?;
        Some(CeremonyError::EpochMistyped { typed, number, meant, groups })
    })
}

/// Deposits fields of an entry into the active epoch, which must be the trusted one. Gives the deposit's name.
///
/// # Errors
/// When the active epoch is another, a value is too long, or a file or the event cannot be written. Attachments whose deposit could not be
/// written are removed again.
pub fn put(
    writing: &mut Writing<'_>,
    trusted: EpochHash,
    entry: &EntryId,
    change: Change,
    by: &str,
    now: Moment,
) -> Result<Digest, CeremonyError> {
    let header = writing.ledger().active()?.clone();
    writing.ledger().may_be_changed()?;
    if header.hash() != trusted {
        return Err(CeremonyError::TypedEpochDiffers { typed: trusted.id(), folder: header.id() });
    }
    let shown = shown(entry, &change, header.titles_hidden);
    let fields: Vec<FieldName> = change.set.keys().cloned().collect();
    let cleared: Vec<FieldName> = change.clear.iter().cloned().collect();
    let recovery_codes = codes_in(&change.set);
    let attached = attached(writing.ledger(), &change)?;
    let detached = change.detach.iter().cloned().collect();
    let deposit = Deposit {
        version: FORMAT_VERSION,
        vault: header.vault,
        epoch: trusted,
        entry: entry.clone(),
        made: now,
        by: Claim::optional(by)?,
        change,
    };
    let digest = publish(writing, &header, &deposit).inspect_err(|_| {
        discard(writing, deposit.change.attach.values().map(|attachment| &attachment.blob));
    })?;
    let what = What::Deposited {
        epoch: trusted,
        deposit: digest,
        entry: shown,
        fields,
        cleared,
        attached,
        detached,
        recovery_codes,
    };
    writing.record(now, Some(by), &[], what)?;
    Ok(digest)
}

/// Seals a deposit and brings its file to the medium. No event names it yet.
fn publish(writing: &mut Writing<'_>, header: &EpochHeader, deposit: &Deposit) -> Result<Digest, CeremonyError> {
    let sealed = deposit.seal(header.deposit_recipient())?;
    let digest = sealed.digest();
    writing.publish(&Place::Deposit(header.epoch, digest), &sealed.file)?;
    Ok(digest)
}

/// What the event says of attachments, which stand in the folder already.
fn attached(ledger: &Ledger<'_>, change: &Change) -> Result<Vec<Attached>, CeremonyError> {
    let attached = change.attach.iter().map(|(name, attachment)| {
        let (_, size) = ledger.folder().open_stream(&Place::Attachment(attachment.blob))?;
        Ok(Attached { name: name.clone(), blob: attachment.blob, size })
    });
    attached.collect()
}

fn shown(entry: &EntryId, change: &Change, titles_hidden: bool) -> PublicEntry {
    let value = |name: &'static str| {
        let value = change.set.get(&FieldName::fixed(name)).filter(|_| !titles_hidden);
        value.and_then(|value| Claim::of_any(value.expose()))
    };
    PublicEntry {
        id: entry.clone(),
        title: value("title"),
        kind: value("kind"),
        owner: value("owner"),
        last_rotated: value("last_rotated"),
    }
}
