//! The file or folder that an export is, and its end.

use std::io::Read;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::super::Arguments;
use crate::ceremony::Ledger;
use crate::cli::answers::YES;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::exchange::{self, DOCUMENT_NAME, FILES_FOLDER, Imported, LARGEST_FILE};
use crate::language::{Language, Say, messages::exchange as text};
use crate::store::{Disk, FOLDER_LIMIT, Found, StoreError};

/// An export on the disk.
pub struct ExportFile {
    /// What was named: a file, or the folder that breakglass wrote.
    named: PathBuf,
    /// The file that is read.
    document: PathBuf,
    /// Whether the folder of the document is part of the export.
    has_folder: bool,
}

impl ExportFile {
    /// The export at this path.
    pub fn at(context: &Context, path: &Path) -> Result<ExportFile, CliError> {
        let is_folder = matches!(context.disk().look(path)?, Some(Found::Folder));
        let document = if is_folder { path.join(DOCUMENT_NAME) } else { path.to_owned() };
        if is_folder && context.disk().look(&document)?.is_none() {
            return Err(CliError::File(path.to_owned(), text::no_document_in_folder(context.language)));
        }
        Ok(ExportFile { named: path.to_owned(), document, has_folder: is_folder })
    }

    /// Reads it and finds out what wrote it.
    pub fn read(&self, language: Language) -> Result<Imported, CliError> {
        let failed = |why: String| CliError::File(self.document.clone(), why);
        let file = std::fs::File::open(&self.document)
            .map_err(|error| CliError::from(StoreError::of_system(&self.document, &error)))?;
        let length = file.metadata().map_or(0, |metadata| usize::try_from(metadata.len()).unwrap_or(usize::MAX));
        let mut bytes = Zeroizing::new(Vec::with_capacity(length.min(LARGEST_FILE) + 1));
        file.take(LARGEST_FILE as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| CliError::from(StoreError::of_system(&self.document, &error)))?;
        exchange::read(&bytes).map_err(|error| failed(error.say(language)))
    }

    /// Opens a file that stands beside the document.
    pub fn open_beside(&self, context: &Context, path: &Path) -> Result<Box<dyn Read + Send>, CliError> {
        let folder = self.document.parent().unwrap_or(Path::new(""));
        Ok(context.disk().open_stream(&folder.join(path))?.0)
    }

    /// Deletes what breakglass wrote there, or the file of another program. Says whether nothing of it is left.
    fn destroy(&self, disk: &dyn Disk) -> Result<bool, StoreError> {
        let folder = self.document.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if self.has_folder {
            let files = folder.join(FILES_FOLDER);
            if disk.look(&files)?.is_some() {
                for entry in disk.list(&files, FOLDER_LIMIT)? {
                    empty(disk, &files.join(entry))?;
                }
                disk.remove_folder(&files)?;
            }
        }
        disk.remove_file(&self.document)?;
        disk.sync_folder(folder)?;
        // Whatever else people put there stays.
        Ok(!self.has_folder || disk.remove_folder(folder).is_ok())
    }
}

/// Deletes the files of one entry, and their folder.
fn empty(disk: &dyn Disk, folder: &Path) -> Result<(), StoreError> {
    for name in disk.list(folder, FOLDER_LIMIT)? {
        disk.remove_file(&folder.join(name))?;
    }
    disk.remove_folder(folder)
}

/// Offers to delete the export, and says what that cannot do. A script says so with an option of its own: `--yes` alone destroys nothing.
pub fn offer_to_destroy(
    context: &mut Context,
    arguments: &Arguments,
    export: &ExportFile,
    complete: bool,
) -> Result<(), CliError> {
    let language = context.language;
    let named = export.named.display();
    let asked = arguments.import.destroy_export;
    if !asked && (arguments.consent.yes || !context.desk.is_attended()) {
        context.desk.tell(&text::destroy_later(language, named));
        return Ok(());
    }
    if !asked {
        context.desk.tell(&text::destroy_intro(language, &named));
    }
    if !complete {
        context.desk.tell(&text::destroy_left(language));
    }
    context.desk.tell(&text::destroy_cannot(language));
    if !asked && !context.desk.confirm(&text::ask_destroy(language), YES)? {
        context.desk.tell(&text::destroy_later(language, named));
        return Ok(());
    }
    let gone = export.destroy(context.disk())?;
    context.desk.tell(&if gone { text::destroyed(language, named) } else { text::destroy_later(language, named) });
    Ok(())
}

/// Whether an entry of this id stands in the vault, sealed or deposited.
pub fn stands(ledger: &Ledger<'_>, id: &str) -> bool {
    let sealed = ledger.active().is_ok_and(|header| header.entries.iter().any(|entry| entry.id.as_str() == id));
    sealed || ledger.state().deposits.iter().any(|pending| pending.entry.id.as_str() == id)
}
