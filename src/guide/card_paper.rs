//! Where the files of new cards go on their way to the printer.

use std::path::{Path, PathBuf};

use super::Context;
use super::GuideError;
use super::new_file::ask_of_others;
use crate::ceremony::{CardFile, CardFormat, CeremonyError};
use crate::language::messages::cards as text;
use crate::store::is_inside;
use crate::system;

/// The option that names the folder of card files.
pub const CARDS_TO: &str = "--cards-to";

/// Where card files go and what they are.
pub struct PaperRequest {
    /// The folder, if it is named.
    pub cards_to: Option<PathBuf>,
    /// What the files are.
    pub format: CardFormat,
}

impl PaperRequest {
    /// The folder for the files: the one named, or the one that the people choose; memory is proposed.
    ///
    /// # Errors
    /// When none is named and nobody can be asked, or the one named is inside the vault.
    pub fn folder(&self, context: &mut Context, vault: &Path) -> Result<PathBuf, GuideError> {
        let inside = |folder: &Path| {
            is_inside(folder, vault).then(|| GuideError::from(CeremonyError::CardsInVault(folder.to_owned())))
        };
        let folder = match &self.cards_to {
            Some(folder) => inside(folder).map_or_else(|| Ok(folder.clone()), Err)?,
            None => loop {
                let folder = ask_folder(context)?;
                match inside(&folder) {
                    Some(refused) => context.say(&refused),
                    None => break folder,
                }
            },
        };
        ask_of_others(context, &folder)?;
        if !system::is_memory_filesystem(&folder) {
            let has_memory = system::memory_folder().is_some();
            let words = if has_memory { text::cards_not_in_memory } else { text::cards_on_a_drive };
            context.desk.tell(&words(context.language, folder.display()));
        }
        Ok(folder)
    }
}

fn ask_folder(context: &mut Context) -> Result<PathBuf, GuideError> {
    let language = context.language;
    let proposed = system::memory_folder().map(|memory| memory.join("breakglass-cards"));
    loop {
        let question = match &proposed {
            Some(proposed) => text::ask_cards_to_or(language, proposed.display()),
            None => text::ask_cards_to_stick(language),
        };
        match (context.desk.ask_line(&question, CARDS_TO)?, &proposed) {
            (typed, Some(proposed)) if typed.is_empty() => return Ok(proposed.clone()),
            (typed, _) if !typed.is_empty() => return Ok(PathBuf::from(typed)),
            _ => {}
        }
    }
}

/// Tells where the cards of a failed attempt lie. They are not deleted here: when it was the writing of the last line that failed, only
/// reading the log again tells whether it stands, and then they are the cards.
pub fn tell_leftovers(context: &mut Context, files: &[CardFile], folder: &Path) {
    if !files.is_empty() {
        context.desk.tell(&text::card_files_left(context.language, folder.display()));
    }
}

/// Tells which files were written, and waits until they are printed.
///
/// # Errors
/// When the terminal fails.
pub fn tell_files(context: &mut Context, files: &[CardFile], folder: &Path) -> Result<(), GuideError> {
    let language = context.language;
    let mut missing: Vec<char> = files.iter().flat_map(|file| file.missing_glyphs.iter().copied()).collect();
    missing.sort_unstable();
    missing.dedup();
    if !missing.is_empty() {
        context.desk.tell(&text::glyphs_missing(language, missing.iter().collect::<String>()));
    }
    let names: Vec<String> =
        files.iter().filter_map(|file| Some(format!("  {}", file.path.file_name()?.to_string_lossy()))).collect();
    context.desk.tell(
        &text::CardFilesWritten { count: files.len(), folder: folder.display(), names: names.join("\n") }.say(language),
    );
    context.desk.pause(&text::print_cards_now(language))?;
    Ok(())
}
