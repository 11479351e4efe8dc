//! The file or folder that an export is, and its end.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::super::Request;
use crate::ceremony::Ledger;
use crate::desk::{Input, YES};
use crate::exchange::{self, DOCUMENT_NAME, Imported, ImportedEntry, LARGEST_FILE, Source};
use crate::guide::{Context, GuideError};
use crate::ids::Digest;
use crate::language::{Language, Say, messages::exchange as text};
use crate::store::{Disk, Found, StoreError};

/// Bytes that are read at a time.
const PIECE: usize = 64 * 1024;

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
    /// What was read, once it was: nothing else is ever deleted.
    read: Vec<(PathBuf, Digest)>,
}

/// What of an export is in the vault now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Everything.
    Everything,
    /// Every entry, but for things that were told and that no script waits for: earlier passwords, what lies in the bin.
    AllEntries,
    /// Entries were not chosen or stood in the vault already, or a value of one could not be taken.
    Partly,
    /// Nothing.
    Nothing,
}

/// What became of an export that was to be deleted.
enum Gone {
    /// Nothing of it is left.
    All,
    /// Something else stands in its folder.
    AllButTheFolder,
    /// The file is not what was read any more, or a link to it; it stands as it was.
    Changed,
}

impl ExportSource {
    /// The export that was named.
    pub fn named(context: &Context, named: &Input) -> Result<ExportSource, GuideError> {
        match named {
            // A shell's `<(…)` is a name too, but of a pipe.
            Input::File(path) if !is_stream(path) => Ok(ExportSource::Disk(ExportFile::at(context, path)?)),
            stream => Ok(ExportSource::Stream(stream.clone())),
        }
    }

    /// Reads it and finds out what wrote it.
    pub fn read(&mut self, language: Language) -> Result<Imported, GuideError> {
        let (path, bytes) = match self {
            ExportSource::Disk(file) => (file.document.clone(), file.bytes()),
            ExportSource::Stream(stream) => (PathBuf::from(stream.to_string()), stream_bytes(stream)),
        };
        let bytes = bytes.map_err(|error| GuideError::from(StoreError::of_system(&path, &error)))?;
        let imported = exchange::read(&bytes).map_err(|error| GuideError::File(path.clone(), error.say(language)))?;
        if let ExportSource::Disk(file) = self {
            file.read = beside(&imported);
            file.read.push((path, Digest::of(&bytes)));
        }
        Ok(imported)
    }

    /// Opens a file that stands beside the document.
    pub fn open_beside(&self, context: &Context, path: &Path) -> Result<Box<dyn Read + Send>, GuideError> {
        match self {
            ExportSource::Disk(file) => {
                // A link among the folders would lead to files that the export never had.
                for above in folders_above(path) {
                    let above = file.folder().join(above);
                    if context.disk().look(&above)? == Some(Found::Link) {
                        return Err(GuideError::File(above, text::linked_folder(context.language)));
                    }
                }
                Ok(context.disk().open_stream(&file.folder().join(path))?.0)
            }
            ExportSource::Stream(_) => Err(GuideError::Usage(text::files_need_the_folder)),
        }
    }
}

/// The folders between the document and a file beside it, the nearest to the file first.
fn folders_above(beside: &Path) -> impl Iterator<Item = &Path> {
    beside.ancestors().skip(1).filter(|above| !above.as_os_str().is_empty())
}

/// Whether a path leads to a pipe or a device.
fn is_stream(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

/// The files that stand beside a document, below its folder.
fn beside(imported: &Imported) -> Vec<(PathBuf, Digest)> {
    let files = imported.entries.iter().flat_map(|entry| &entry.steps).flat_map(|step| step.attach.values());
    let named = files.filter_map(|file| match &file.source {
        Source::Beside(path, sha256) => Some((path.clone(), *sha256)),
        Source::Held(_) => None,
    });
    // Versions of an entry can name the same file.
    named.collect::<BTreeMap<_, _>>().into_iter().collect()
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
    fn at(context: &Context, path: &Path) -> Result<ExportFile, GuideError> {
        let is_folder = matches!(context.disk().look(path)?, Some(Found::Folder));
        let document = if is_folder { path.join(DOCUMENT_NAME) } else { path.to_owned() };
        if is_folder && context.disk().look(&document)?.is_none() {
            return Err(GuideError::File(path.to_owned(), text::no_document_in_folder(context.language)));
        }
        Ok(ExportFile { named: path.to_owned(), document, has_folder: is_folder, read: Vec::new() })
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

    /// Deletes the files that were read, the document last, and folders in which nothing is left then. A file that somebody put there, or
    /// wrote anew since it was read, stays: it is in no vault.
    fn destroy(&self, disk: &dyn Disk) -> Result<Gone, StoreError> {
        let folder = self.folder();
        if !self.read.last().is_some_and(|(document, read)| is_still(disk, document, *read)) {
            return Ok(Gone::Changed);
        }
        let mut folders = BTreeSet::new();
        for (beside, read) in self.read.iter().rev().skip(1) {
            let path = folder.join(beside);
            // A link among the folders would lead to files of somebody else.
            let above: Vec<&Path> = folders_above(beside).collect();
            let is_folder = |above: &&Path| matches!(disk.look(&folder.join(above)), Ok(Some(Found::Folder)));
            if above.iter().all(is_folder) && is_still(disk, &path, *read) {
                disk.remove_file(&path)?;
                folders.extend(above.into_iter().map(|above| folder.join(above)));
            }
        }
        // The deepest first.
        for emptied in folders.iter().rev() {
            let _ = disk.remove_folder(emptied);
        }
        disk.remove_file(&self.document)?;
        disk.sync_folder(folder)?;
        // Whatever else people put there stays.
        Ok(if !self.has_folder || disk.remove_folder(folder).is_ok() { Gone::All } else { Gone::AllButTheFolder })
    }
}

/// Whether a file, and no link to one, is what was read.
fn is_still(disk: &dyn Disk, path: &Path, read: Digest) -> bool {
    let Ok((mut file, _)) = disk.open_stream(path) else { return false };
    let mut hash = Sha256::new();
    let mut piece = Zeroizing::new(vec![0; PIECE]);
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Digest(hash.finalize().into()) == read,
            Ok(length) => hash.update(&piece[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
}

/// Offers to delete the export, and says what that cannot do. A script says so with an option of its own: `--yes` alone destroys nothing,
/// and with nobody to ask nothing is destroyed that holds what the vault does not.
pub fn offer_to_destroy(
    context: &mut Context,
    request: &Request,
    export: &ExportSource,
    taken: Taken,
) -> Result<(), GuideError> {
    let ExportSource::Disk(export) = export else { return Ok(()) };
    let language = context.language;
    let named = export.named.display();
    let is_script = request.yes || !context.desk.is_attended();
    let ordered = request.import.destroy_export && matches!(taken, Taken::Everything | Taken::AllEntries);
    if !ordered && (is_script || taken == Taken::Nothing) {
        context.desk.tell(&text::destroy_later(language, named));
        // It was to be deleted, and somebody may count on it.
        let refused = request.import.destroy_export;
        return if refused { Err(GuideError::Incomplete(text::destroy_not_all)) } else { Ok(()) };
    }
    if !ordered {
        context.desk.tell(&text::destroy_intro(language, &named));
    }
    if taken != Taken::Everything {
        context.desk.tell(&text::destroy_left(language));
    }
    context.desk.tell(&text::destroy_cannot(language));
    // Whoever stops at the question must know as well that it still lies there.
    let agreed = if ordered { Ok(true) } else { context.desk.confirm(&text::ask_destroy(language), YES) };
    if !matches!(agreed, Ok(true)) {
        context.desk.tell(&text::destroy_later(language, named));
        return Ok(agreed.map(|_| ())?);
    }
    let told = match export.destroy(context.disk())? {
        Gone::All => text::destroyed(language, named),
        Gone::AllButTheFolder => text::destroy_later(language, named),
        Gone::Changed => text::destroy_changed(language, named),
    };
    context.desk.tell(&told);
    Ok(())
}

/// How many versions of an entry are in the vault, when an import was cut off among them: an entry with no sealed version and fewer
/// deposits than the export has versions. Such an entry stands there, and is not what the export has.
pub fn cut_off_after(ledger: &Ledger<'_>, entry: &ImportedEntry) -> Option<usize> {
    let sealed = ledger.active().is_ok_and(|header| header.entries.iter().any(|sealed| sealed.id == entry.id));
    let there = ledger.state().deposits.iter().filter(|pending| pending.entry.id == entry.id).count();
    (!sealed && (1..entry.steps.len()).contains(&there)).then_some(there)
}
