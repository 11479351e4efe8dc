//! What an entry was ever given, as the log tells without a card: a mistyped name is found before anybody brings one.

use super::error::CeremonyError;
use super::ledger::Ledger;
use crate::journal::What;
use crate::vault::{AttachmentName, EntryId, FieldName};

impl Ledger<'_> {
    /// That a field of this name was ever put into the entry.
    ///
    /// # Errors
    /// When none was; with those that were.
    pub fn ever_had_field(&self, entry: &EntryId, name: &FieldName) -> Result<(), CeremonyError> {
        let mut names: Vec<FieldName> = self.brought(entry, |fields, _| fields);
        if names.contains(name) {
            return Ok(());
        }
        names.sort_by(FieldName::shown_order);
        names.dedup();
        Err(CeremonyError::NoSuchField(entry.clone(), name.clone(), names))
    }

    /// That an attachment of this name was ever put into the entry.
    ///
    /// # Errors
    /// When none was; with those that were.
    pub fn ever_had_attachment(&self, entry: &EntryId, name: &AttachmentName) -> Result<(), CeremonyError> {
        let mut names: Vec<AttachmentName> = self.brought(entry, |_, attachments| attachments);
        if names.contains(name) {
            return Ok(());
        }
        names.sort();
        names.dedup();
        Err(CeremonyError::NoSuchAttachment(entry.clone(), name.clone(), names))
    }

    /// What every accepted deposit into the entry gave, in the order of the log.
    fn brought<T>(&self, id: &EntryId, take: impl Fn(Vec<FieldName>, Vec<AttachmentName>) -> Vec<T>) -> Vec<T> {
        let accepted = self.history().events.iter().filter(|placed| placed.accepted);
        let given = accepted.filter_map(|placed| {
            let What::Deposited { entry, fields, attached, .. } = &placed.event.what else { return None };
            let attachments = attached.iter().map(|attached| attached.name.clone()).collect();
            (entry.id == *id).then(|| take(fields.clone(), attachments))
        });
        given.flatten().collect()
    }
}
