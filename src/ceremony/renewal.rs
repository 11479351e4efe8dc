//! Attachments that a rotation encrypts anew, so that who knew their keys has nothing of the blobs that lie beside the next epoch.

use std::collections::BTreeMap;

use super::attachment::{discard, renew};
use super::error::CeremonyError;
use super::ledger::{Ledger, Writing};
use crate::ids::Digest;
use crate::journal::Renewed;
use crate::vault::{Attachment, AttachmentName, Contents, EntryId};

/// An attachment that could not be encrypted anew, since its blob is missing or damaged. It stays as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotRenewed {
    /// The entry.
    pub entry: EntryId,
    /// The attachment.
    pub name: AttachmentName,
    /// Its blob.
    pub blob: Digest,
}

/// What became of the attachments of a rotation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renewal {
    /// Blobs that were encrypted anew.
    pub renewed: Vec<Renewed>,
    /// Attachments that should have been, and could not.
    pub left: Vec<NotRenewed>,
}

impl Renewal {
    /// Removes the new blobs, when the rotation does not come about.
    pub(super) fn undo(&self, writing: &Writing<'_>) {
        discard(writing, self.renewed.iter().map(|renewed| &renewed.to));
    }
}

/// Whether somebody may know the attachments' keys who should not any more: a custodian left, a card was lost, or the vault was opened.
pub(super) fn is_due(ledger: &Ledger<'_>) -> bool {
    let state = ledger.state();
    let gone = state.active_epoch().is_some_and(|epoch| epoch.cards.iter().any(|card| !card.is_usable()));
    gone || state.unanswered_openings().next().is_some()
}

/// Encrypts every attachment of these contents anew, in all revisions, and lets the contents name the new blobs.
///
/// # Errors
/// When a new blob cannot be written. Then none is left of those that were.
pub(super) fn renew_all(writing: &Writing<'_>, contents: &mut Contents) -> Result<Renewal, CeremonyError> {
    let mut done: BTreeMap<Digest, Option<Attachment>> = BTreeMap::new();
    let mut renewal = Renewal::default();
    for entry in &mut contents.entries {
        let attachments = entry.revisions.iter_mut().flat_map(|revision| &mut revision.attachments);
        for (name, attachment) in attachments {
            let old = attachment.blob;
            if let std::collections::btree_map::Entry::Vacant(place) = done.entry(old) {
                match renew(writing, attachment) {
                    Ok((new, size)) => {
                        renewal.renewed.push(Renewed { from: old, to: new.blob, size });
                        place.insert(Some(new));
                    }
                    Err(error) if is_of_the_old_blob(&error, old) => {
                        renewal.left.push(NotRenewed { entry: entry.id.clone(), name: name.clone(), blob: old });
                        place.insert(None);
                    }
                    Err(error) => {
                        renewal.undo(writing);
                        return Err(error);
                    }
                }
            }
            if let Some(Some(new)) = done.get(&old) {
                attachment.clone_from(new);
            }
        }
    }
    Ok(renewal)
}

/// A blob that is lost or damaged must not keep a vault from being rotated; a full disk must.
fn is_of_the_old_blob(error: &CeremonyError, blob: Digest) -> bool {
    match error {
        CeremonyError::Format(..) => true,
        CeremonyError::Store(error) => error.path().ends_with(crate::store::Place::Attachment(blob).path()),
        _ => false,
    }
}
