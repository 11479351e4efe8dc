//! What other programs export, and what breakglass itself writes out in the clear.
//!
//! Bytes of a file go in, entries to put in come out, with the name of everything that could not be taken. Which program wrote the
//! file is found from the file. Nothing here reads a file, asks or puts anything in, and no error carries a value: the whole file is
//! secret. Whoever wrote the file may mean harm, so sizes, counts and depths are bounded before anything is built.

mod archive;
mod bitwarden_json;
mod columns;
mod draft;
mod entry;
mod error;
mod json;
mod keepass_factor;
mod keepassxc_xml;
mod names;
mod onepassword_1pux;
mod own;
mod room;
mod sheet;
mod table;

pub use entry::{Imported, ImportedEntry, ImportedFile, LeftOut, Note, Skipped, Source, Step, Why};
pub use error::{ImportError, Program};
pub use own::{
    DOCUMENT_NAME, ExportedAttachment, ExportedChange, ExportedDeposit, ExportedEntry, ExportedRevision, ExportedVault,
    FILES_FOLDER, file_name, folder_name,
};
pub use sheet::{Cell, Sheet, SheetError, SheetTrouble};

/// The most that a file may have, in bytes: an archive with attachments, or the export of a large vault.
pub const LARGEST_FILE: usize = 256 * 1024 * 1024;
/// The most that the text of an export may have, in bytes. Thousands of entries have a few million.
const LARGEST_TEXT: usize = 16 * 1024 * 1024;
/// The most that is unpacked of an export for its attachments, in bytes.
const LARGEST_FILES: u64 = 256 * 1024 * 1024;
/// The most entries of one export; a vault takes no more.
const MOST_ENTRIES: usize = 10_000;

/// Reads an export, whichever program wrote it.
///
/// # Errors
/// What the file is instead and what to do, or where it is damaged; never with a part of it.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    if bytes.len() > LARGEST_FILE {
        return Err(ImportError::TooLarge(LARGEST_FILE));
    }
    if archive::is_archive(bytes) {
        return onepassword_1pux::read(bytes);
    }
    if bytes.starts_with(&[0x03, 0xD9, 0xA2, 0x9A]) {
        return Err(ImportError::KeePassDatabase);
    }
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    // What breakglass wrote may be as large as the contents of a vault; it is read into its own types and nothing else.
    if let Some(own) = own::read(text)? {
        return Ok(own);
    }
    if text.len() > LARGEST_TEXT {
        return Err(ImportError::TooLarge(LARGEST_TEXT));
    }
    let text = std::str::from_utf8(text).map_err(|_| ImportError::NotText)?;
    let imported = match text.trim_start().as_bytes().first() {
        Some(b'{') => bitwarden_json::read(text)?,
        Some(b'<') => keepassxc_xml::read(text)?,
        Some(_) => table::read(text)?,
        None => return Err(ImportError::Nothing),
    };
    if imported.entries.is_empty() && imported.skipped.is_empty() { Err(ImportError::Nothing) } else { Ok(imported) }
}
