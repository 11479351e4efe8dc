//! Files that an option names and that are not there yet.

use std::path::{Path, PathBuf};

use super::Context;
use super::GuideError;
use crate::desk::YES;
use crate::language::messages::cli as text;
use crate::system::others_may_write;

/// The folder that a new file goes into, which must stand.
///
/// # Errors
/// When nothing stands there: told by the name that was typed, and not by that of a file on its way.
pub fn folder_of(context: &Context, path: &Path) -> Result<PathBuf, GuideError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    standing_folder(context, folder)?;
    Ok(folder.to_owned())
}

/// Asks before secrets go to a folder in which somebody else may move files away, so that they would not be deleted later. `folder`
/// need not stand yet: then it is the one above that counts.
///
/// # Errors
/// When the person says no, or nobody can be asked.
pub fn ask_of_others(context: &mut Context, folder: &Path) -> Result<(), GuideError> {
    let full = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let Some(standing) = full.ancestors().find(|above| above.exists()) else { return Ok(()) };
    if !others_may_write(standing) {
        return Ok(());
    }
    let language = context.language;
    context.desk.tell(&text::folder_of_others(language, standing.display()));
    if context.desk.confirm(&text::ask_folder_of_others(language), YES)? { Ok(()) } else { Err(GuideError::Declined) }
}

/// That a folder stands.
///
/// # Errors
/// When it does not.
pub fn standing_folder(context: &Context, folder: &Path) -> Result<(), GuideError> {
    if folder.is_dir() {
        return Ok(());
    }
    Err(GuideError::File(folder.to_owned(), text::no_such_folder(context.language)))
}
