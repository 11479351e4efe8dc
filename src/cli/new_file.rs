//! Files that an option names and that are not there yet.

use std::path::{Path, PathBuf};

use super::context::Context;
use super::error::CliError;
use crate::language::messages::cli as text;

/// The folder that a new file goes into, which must stand.
///
/// # Errors
/// When nothing stands there: told by the name that was typed, and not by that of a file on its way.
pub fn folder_of(context: &Context, path: &Path) -> Result<PathBuf, CliError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    standing_folder(context, folder)?;
    Ok(folder.to_owned())
}

/// That a folder stands.
///
/// # Errors
/// When it does not.
pub fn standing_folder(context: &Context, folder: &Path) -> Result<(), CliError> {
    if folder.is_dir() {
        return Ok(());
    }
    Err(CliError::File(folder.to_owned(), text::no_such_folder(context.language)))
}
