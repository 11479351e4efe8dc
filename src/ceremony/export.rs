//! Everything of an opened vault written out in the clear: one document, and the attachments as files beside it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::CeremonyError;
use super::ledger::Writing;
use super::one_time::RECOVERY_CODES;
use super::unseal::{EntryView, OpenDeposit, Session};
use crate::exchange::{
    DOCUMENT_NAME, ExportedAttachment, ExportedChange, ExportedDeposit, ExportedEntry, ExportedRevision, ExportedVault,
    FILES_FOLDER, file_name, folder_name,
};
use crate::ids::Digest;
use crate::journal::What;
use crate::second_factor::recovery_codes;
use crate::store::{Disk, NewFile, Place, is_inside};
use crate::vault::{Attachment, AttachmentName, Attachments, EntryId, FieldName, Fields, Moment};

/// What was written out, and what could not be.
#[derive(Debug, Default)]
pub struct Exported {
    /// How many entries.
    pub entries: usize,
    /// How many files of attachments.
    pub files: usize,
    /// The entry of each deposit that could not be read.
    pub broken: Vec<EntryId>,
    /// Attachments that are missing from the vault or damaged there.
    pub missing: BTreeSet<(EntryId, AttachmentName)>,
}

impl Exported {
    /// Whether nothing is missing in it.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.broken.is_empty() && self.missing.is_empty()
    }
}

/// Who looks on while everything is written out.
pub trait ExportWatch {
    /// Hears which attachment is being written, how many bytes it has, and how many are done.
    fn progress(&mut self, name: &AttachmentName, size: u64, done: u64);

    /// Whether it is to end here and leave nothing.
    fn is_stopped(&self) -> bool;
}

impl Session {
    /// Writes everything out into a folder that is not there yet or holds nothing, after the event that says so is on the medium. What the
    /// vault itself has lost is named; the rest is written.
    ///
    /// # Errors
    /// When the folder is inside the vault or holds something, or cannot be written, or `watch` stops it; then nothing is left in it. When
    /// the event cannot be written: no event, no byte.
    pub fn export(
        &self,
        writing: &mut Writing<'_>,
        disk: &dyn Disk,
        folder: &Path,
        now: Moment,
        watch: &mut dyn ExportWatch,
    ) -> Result<Exported, CeremonyError> {
        check_export_folder(disk, writing.ledger().folder().root(), folder)?;
        writing.record(now, None, &self.attendance().signers(), What::Exported { session: self.event() })?;
        let mut export = Export {
            writing,
            disk: disk.for_plaintext(),
            folder,
            watch,
            made: Vec::new(),
            taken: BTreeSet::new(),
            files: BTreeMap::new(),
            exported: Exported::default(),
        };
        let done = export.all(self, now);
        match done {
            Ok(()) => Ok(export.exported),
            Err(error) => {
                export.take_back();
                Err(error)
            }
        }
    }
}

/// Refuses a folder that everything cannot be written into, before anybody brings a card.
///
/// # Errors
/// When it is inside the vault, is no folder, or holds something.
pub fn check_export_folder(disk: &dyn Disk, vault: &Path, folder: &Path) -> Result<(), CeremonyError> {
    if is_inside(folder, vault) {
        return Err(CeremonyError::ExportInVault(folder.to_owned()));
    }
    if disk.look(folder)?.is_some() && !disk.list(folder, 1).is_ok_and(|names| names.is_empty()) {
        return Err(CeremonyError::ExportFolderTaken(folder.to_owned()));
    }
    Ok(())
}

/// An export on its way.
struct Export<'e, 'w> {
    writing: &'e Writing<'w>,
    disk: &'e dyn Disk,
    folder: &'e Path,
    watch: &'e mut dyn ExportWatch,
    /// What was made, in this order: taken back when something fails.
    made: Vec<Made>,
    /// Paths of files in lower case.
    taken: BTreeSet<String>,
    /// Files by the blob that they came of: a revision that left an attachment as it was needs no second copy.
    files: BTreeMap<Digest, String>,
    exported: Exported,
}

/// A file that takes nothing more once it is to end here.
struct UntilStopped<'u, 'd> {
    file: &'u mut NewFile<'d>,
    is_stopped: &'u dyn Fn() -> bool,
}

impl Write for UntilStopped<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if (self.is_stopped)() { Err(stopped()) } else { self.file.write(bytes) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Not as an interrupted write: that would be tried again.
fn stopped() -> io::Error {
    io::Error::other("stopped")
}

enum Made {
    Folder(PathBuf),
    File(PathBuf),
}

impl Export<'_, '_> {
    fn all(&mut self, session: &Session, now: Moment) -> Result<(), CeremonyError> {
        if self.disk.look(self.folder)?.is_none() {
            self.make_folder(self.folder.to_owned())?;
        }
        let header = session.attendance().header();
        let mut document = ExportedVault::new(header.name.to_string(), header.vault, header.epoch, now);
        for view in session.entries() {
            if self.watch.is_stopped() {
                return Err(CeremonyError::Target(stopped()));
            }
            let entry = self.entry(&view)?;
            document.entries.push(entry);
        }
        self.exported.entries = document.entries.len();
        // Last, so that a folder with a document is a whole export.
        let mut file = NewFile::begin(self.disk, self.folder)?;
        serde_json::to_writer_pretty(&mut file, &document).map_err(|error| file.failed(&error.into()))?;
        file.finish()?;
        file.keep(DOCUMENT_NAME)?;
        self.made.push(Made::File(self.folder.join(DOCUMENT_NAME)));
        Ok(())
    }

    fn entry(&mut self, view: &EntryView<'_>) -> Result<ExportedEntry, CeremonyError> {
        let mut revisions = Vec::new();
        for revision in view.sealed_entry.into_iter().flat_map(|entry| &entry.revisions) {
            revisions.push(ExportedRevision {
                made: revision.made,
                by: revision.by.clone(),
                fields: revision.fields.clone(),
                attachments: self.attachments(view.id, &revision.attachments)?,
            });
        }
        let sealed_codes = view.sealed_entry.and_then(|entry| entry.brought(&FieldName::fixed(RECOVERY_CODES)));
        let spent_recovery_codes = sealed_codes.map(|(value, set)| self.spent(set, value.expose())).unwrap_or_default();
        let mut deposits = Vec::new();
        for open in &view.deposits {
            deposits.extend(self.deposit(view.id, open)?);
        }
        Ok(ExportedEntry { id: view.id.clone(), revisions, deposits, spent_recovery_codes })
    }

    fn deposit(&mut self, entry: &EntryId, open: &OpenDeposit) -> Result<Option<ExportedDeposit>, CeremonyError> {
        let deposit = match &open.deposit {
            Ok(deposit) => deposit,
            Err(_) => {
                self.exported.broken.push(entry.clone());
                return Ok(None);
            }
        };
        let change = &deposit.change;
        let codes =
            |fields: &Fields| fields.get(&FieldName::fixed(RECOVERY_CODES)).map(|value| value.expose().to_owned());
        let spent_recovery_codes =
            codes(&change.set).map(|value| self.spent(open.pending.deposit, &value)).unwrap_or_default();
        let change = ExportedChange {
            set: change.set.clone(),
            clear: change.clear.clone(),
            attach: self.attachments(entry, &change.attach)?,
            detach: change.detach.clone(),
        };
        Ok(Some(ExportedDeposit { made: deposit.made, by: deposit.by.clone(), change, spent_recovery_codes }))
    }

    /// Numbers of the codes of a set that were shown.
    fn spent(&self, set: Digest, value: &str) -> BTreeSet<u16> {
        let codes = &self.writing.ledger().state().codes;
        let numbers = (1_u16..).zip(recovery_codes(value)).map(|(number, _)| number);
        numbers.filter(|&number| codes.is_spent(set, number)).collect()
    }

    fn attachments(
        &mut self,
        entry: &EntryId,
        attachments: &Attachments,
    ) -> Result<BTreeMap<AttachmentName, ExportedAttachment>, CeremonyError> {
        let mut exported = BTreeMap::new();
        for (name, attachment) in attachments {
            let file = self.file(entry, name, attachment)?;
            let Attachment { size, sha256, .. } = *attachment;
            exported.insert(name.clone(), ExportedAttachment { file, size, sha256 });
        }
        Ok(exported)
    }

    /// Writes an attachment to a file and gives its path below the folder; nothing when the vault does not have it whole.
    fn file(
        &mut self,
        entry: &EntryId,
        name: &AttachmentName,
        attachment: &Attachment,
    ) -> Result<Option<String>, CeremonyError> {
        if let Some(path) = self.files.get(&attachment.blob) {
            return Ok(Some(path.clone()));
        }
        if !self.writing.ledger().folder().holds(&Place::Attachment(attachment.blob))? {
            self.exported.missing.insert((entry.clone(), name.clone()));
            return Ok(None);
        }
        let path = file_name(entry, name, &self.taken);
        let folder = self.folder.join(FILES_FOLDER).join(folder_name(entry));
        for folder in [self.folder.join(FILES_FOLDER), folder.clone()] {
            if self.disk.look(&folder)?.is_none() {
                self.make_folder(folder)?;
            }
        }
        let mut file = NewFile::begin(self.disk, &folder)?;
        let watch = RefCell::new(&mut *self.watch);
        let is_stopped = || watch.borrow().is_stopped();
        let mut target = UntilStopped { file: &mut file, is_stopped: &is_stopped };
        let mut tell = |done| watch.borrow_mut().progress(name, attachment.size, done);
        match super::attachment::decrypt(self.writing.ledger(), attachment, &mut target, &mut tell) {
            Ok(()) => {}
            // Here it is known which drive is full or gone.
            Err(CeremonyError::Target(error)) => return Err(file.failed(&error).into()),
            Err(_) => {
                self.exported.missing.insert((entry.clone(), name.clone()));
                return Ok(None);
            }
        }
        file.finish()?;
        let last = path.rsplit('/').next().expect("the name of the file is its last part");
        file.keep(last)?;
        self.made.push(Made::File(folder.join(last)));
        self.taken.insert(path.to_lowercase());
        self.files.insert(attachment.blob, path.clone());
        self.exported.files += 1;
        Ok(Some(path))
    }

    /// Makes a folder, and its name durable: the files in it are worth nothing without it.
    fn make_folder(&mut self, folder: PathBuf) -> Result<(), CeremonyError> {
        self.disk.create_folder(&folder)?;
        let above = folder.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
        self.made.push(Made::Folder(folder));
        Ok(self.disk.sync_folder(&above)?)
    }

    /// Removes what was made, as far as the system lets it. What it does not is as readable as the rest would have been.
    fn take_back(&mut self) {
        for made in self.made.drain(..).rev() {
            let _ = match made {
                Made::Folder(folder) => self.disk.remove_folder(&folder),
                Made::File(file) => self.disk.remove_file(&file),
            };
        }
    }
}
