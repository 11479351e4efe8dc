//! Attachments on their way into the vault and out of it, in pieces.

use std::collections::BTreeSet;
use std::io::{Read, Write};

use super::error::CeremonyError;
use super::held::{Held, Name, Which};
use super::ledger::{Ledger, Writing};
use super::unseal::Session;
use crate::ids::Digest;
use crate::journal::What;
use crate::store::{Place, StoreError};
use crate::vault::{Attachment, AttachmentName, BlobError, Change, EntryId, Moment, open_blob, renew_blob, seal_file};

/// Encrypts a file into the vault, for an identity of its own. It is on the medium when this returns, and no deposit names it yet.
/// `tell` hears how many bytes were taken so far.
///
/// # Errors
/// When `source`, which is called `name`, cannot be read, or the blob cannot be written. Then nothing is left of it.
pub fn attach(
    writing: &Writing<'_>,
    name: &AttachmentName,
    source: &mut dyn Read,
    tell: &mut dyn FnMut(u64),
) -> Result<Attachment, CeremonyError> {
    let mut blob = writing.writer().begin_attachment()?;
    let sealed = match seal_file(source, &mut blob, tell) {
        Ok(sealed) => sealed,
        Err(BlobError::Target(error)) => return Err(blob.failed(&error).into()),
        Err(BlobError::Source(error)) => return Err(CeremonyError::Source(name.to_string(), error)),
        Err(BlobError::Randomness(error)) => return Err(error.into()),
        Err(BlobError::Format(error)) => return Err(CeremonyError::Value(error)),
    };
    let written = writing.writer().keep_attachment(blob, None)?;
    Ok(Attachment { blob: written.digest, identity: sealed.identity, size: sealed.size, sha256: sealed.sha256 })
}

/// Removes blobs that were attached, when what was to name them does not come about. What cannot be removed is told as a stray file.
pub fn discard<'a>(writing: &Writing<'_>, blobs: impl IntoIterator<Item = &'a Digest>) {
    let state = writing.ledger().state();
    let unnamed = blobs.into_iter().filter(|blob| state.blobs.entry(blob).is_none());
    let places: Vec<Place> = unnamed.map(|blob| Place::Attachment(*blob)).collect();
    let _ = writing.writer().remove(&places);
}

/// An attachment of an entry, sealed or only deposited.
#[derive(Clone, Copy)]
pub struct OfferedAttachment<'s> {
    /// Its name.
    pub name: &'s AttachmentName,
    /// Where it is and what opens it, with the deposit that brought it.
    pub held: Held<'s, Attachment>,
}

impl<'s> super::EntryView<'s> {
    /// Every attachment: the sealed ones by name, and what was deposited since behind each.
    #[must_use]
    pub fn attachments(&self) -> Vec<OfferedAttachment<'s>> {
        let sealed = self.sealed_entry.into_iter().flat_map(|entry| entry.attachments().keys());
        let deposited = self.deposits.iter().filter_map(|open| open.deposit.as_ref().ok());
        let names: BTreeSet<&'s AttachmentName> =
            sealed.chain(deposited.flat_map(|deposit| deposit.change.attach.keys())).collect();
        names.into_iter().flat_map(|name| self.attachments_called(name)).collect()
    }

    /// Every attachment of this name: the sealed one first, then what was deposited since, oldest first.
    fn attachments_called(&self, name: &'s AttachmentName) -> Vec<OfferedAttachment<'s>> {
        let under = &Name {
            brought: &|pending| pending.attached.iter().any(|attached| attached.name == *name),
            removed: &|pending| pending.detached.contains(name),
            value: &|change: &'s Change| change.attach.get(name),
        };
        let sealed = self.sealed_entry.and_then(|entry| entry.attachments().get(name));
        self.held_under(sealed, under).into_iter().map(|held| OfferedAttachment { name, held }).collect()
    }

    /// The attachment of this name that is meant.
    #[must_use]
    pub fn attachment(&self, name: &AttachmentName, which: Which) -> Option<OfferedAttachment<'s>> {
        let mut named = self.attachments();
        named.retain(|offered| offered.name == name);
        let held: Vec<Held<'s, Attachment>> = named.iter().map(|offered| offered.held).collect();
        let held = which.of(&held)?;
        named.first().map(|offered| OfferedAttachment { name: offered.name, held })
    }
}

impl Session {
    /// Writes an attachment out, after the event that says so is on the medium. What `target` got counts only when this returns.
    ///
    /// # Errors
    /// When there is no such attachment, its blob is missing or not what the entry says, `target` cannot be written, or the event
    /// cannot: no event, no byte.
    pub fn write_attachment(
        &self,
        writing: &mut Writing<'_>,
        entry: &EntryId,
        offered: &OfferedAttachment<'_>,
        now: Moment,
        target: &mut dyn Write,
        tell: &mut dyn FnMut(u64),
    ) -> Result<(), CeremonyError> {
        // A blob that is not there shows nothing; that needs no event, and no rotation after it.
        let place = Place::Attachment(offered.held.value.blob);
        if !writing.ledger().folder().holds(&place)? {
            return Err(CeremonyError::AttachmentMissing(entry.clone(), offered.name.clone(), place.path()));
        }
        let what = What::Revealed {
            session: self.event(),
            entry: entry.clone(),
            fields: Vec::new(),
            attachments: vec![offered.name.clone()],
            codes: Vec::new(),
        };
        writing.record(now, None, &self.attendance().signers(), what)?;
        decrypt(writing.ledger(), offered.held.value, target, tell)
    }
}

/// Encrypts a blob of the vault anew, and brings the new one to the medium. Nothing names it yet.
pub(super) fn renew(writing: &Writing<'_>, attachment: &Attachment) -> Result<(Attachment, u64), CeremonyError> {
    let ledger = writing.ledger();
    let place = Place::Attachment(attachment.blob);
    let (mut old, _) = ledger.folder().open_stream(&place)?;
    let mut new = writing.writer().begin_attachment()?;
    let sealed = renew_blob(attachment, &mut old, &mut new).map_err(|error| match error {
        BlobError::Target(error) => new.failed(&error).into(),
        error => blob_error(ledger, &place, error),
    })?;
    let written = writing.writer().keep_attachment(new, None)?;
    let renewed =
        Attachment { blob: written.digest, identity: sealed.identity, size: sealed.size, sha256: sealed.sha256 };
    Ok((renewed, written.size))
}

fn blob_error(ledger: &Ledger<'_>, place: &Place, error: BlobError) -> CeremonyError {
    match error {
        BlobError::Source(error) => StoreError::of_system(ledger.folder().root().join(place.path()), &error).into(),
        BlobError::Target(error) => CeremonyError::Target(error),
        BlobError::Format(error) => CeremonyError::Format(place.path(), error),
        BlobError::Randomness(error) => error.into(),
    }
}

/// Decrypts a blob of the vault. Whoever calls has an event on the medium.
pub(super) fn decrypt(
    ledger: &Ledger<'_>,
    attachment: &Attachment,
    target: &mut dyn Write,
    tell: &mut dyn FnMut(u64),
) -> Result<(), CeremonyError> {
    let place = Place::Attachment(attachment.blob);
    let (mut blob, _) = ledger.folder().open_stream(&place)?;
    open_blob(attachment, &mut blob, target, tell).map_err(|error| blob_error(ledger, &place, error))
}
