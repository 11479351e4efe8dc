//! The file or folder that an export is, and its end.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::super::Arguments;
use crate::ceremony::Ledger;
use crate::cli::answers::{Input, YES};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::exchange::{self, DOCUMENT_NAME, FILES_FOLDER, Imported, LARGEST_FILE};
use crate::language::{Language, Say, messages::exchange as text};
use crate::store::{Disk, FOLDER_LIMIT, Found, StoreError};

/// An export, wherever it comes from.
pub enum ExportSource {
    /// A file or a folder.
    Disk(ExportFile),
    /// Standard input or another stream: it never was on this disk, as far as is known here.
    Stream(Input),
}

/// An export on the disk.
pub struct ExportFile {
    /// What was named: a file, or the folder that breakglass wrote.
    named: PathBuf,
    /// The file that is read.
    document: PathBuf,
    /// Whether the folder of the document is part of the export.
    has_folder: bool,
}

impl ExportSource {
    /// The export that was named.
    pub fn named(context: &Context, named: &Input) -> Result<ExportSource, CliError> {
        match named {
            Input::File(path) => Ok(ExportSource::Disk(ExportFile::at(context, path)?)),
            stream => Ok(ExportSource::Stream(stream.clone())),
        }
    }

    /// Reads it and finds out what wrote it.
    pub fn read(&self, language: Language) -> Result<Imported, CliError> {
        let (path, bytes) = match self {
            ExportSource::Disk(file) => (file.document.clone(), file.bytes()),
            ExportSource::Stream(stream) => (PathBuf::from(stream.to_string()), stream_bytes(stream)),
        };
        let bytes = bytes.map_err(|error| CliError::from(StoreError::of_system(&path, &error)))?;
        exchange::read(&bytes).map_err(|error| CliError::File(path, error.say(language)))
    }

    /// Opens a file that stands beside the document.
    pub fn open_beside(&self, context: &Context, path: &Path) -> Result<Box<dyn Read + Send>, CliError> {
        match self {
            ExportSource::Disk(file) => Ok(context.disk().open_stream(&file.folder().join(path))?.0),
            ExportSource::Stream(_) => Err(CliError::Usage(text::files_need_the_folder)),
        }
    }
}

fn stream_bytes(stream: &Input) -> io::Result<Zeroizing<Vec<u8>>> {
    within_bounds(stream.reader()?, 0)
}

/// Everything that is read here at most, and one byte, by which a larger one is known.
fn within_bounds(source: impl Read, length: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let expected = usize::try_from(length).unwrap_or(usize::MAX).min(LARGEST_FILE);
    let mut bytes = Zeroizing::new(Vec::with_capacity(expected + 1));
    source.take(LARGEST_FILE as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl ExportFile {
    fn at(context: &Context, path: &Path) -> Result<ExportFile, CliError> {
        let is_folder = matches!(context.disk().look(path)?, Some(Found::Folder));
        let document = if is_folder { path.join(DOCUMENT_NAME) } else { path.to_owned() };
        if is_folder && context.disk().look(&document)?.is_none() {
            return Err(CliError::File(path.to_owned(), text::no_document_in_folder(context.language)));
        }
        Ok(ExportFile { named: path.to_owned(), document, has_folder: is_folder })
    }

    fn bytes(&self) -> io::Result<Zeroizing<Vec<u8>>> {
        let file = File::open(&self.document)?;
        let length = file.metadata()?.len();
        within_bounds(file, length)
    }

    /// The folder that the document stands in.
    fn folder(&self) -> &Path {
        self.document.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// Deletes what breakglass wrote there, or the file of another program. Says whether nothing of it is left.
    fn destroy(&self, disk: &dyn Disk) -> Result<bool, StoreError> {
        let folder = self.folder();
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
    export: &ExportSource,
    complete: bool,
) -> Result<(), CliError> {
    let ExportSource::Disk(export) = export else { return Ok(()) };
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
