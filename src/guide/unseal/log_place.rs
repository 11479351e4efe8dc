//! Where the log of an opening goes: looked for before anybody brings a card, and changed while the vault is open without a new
//! gathering. No event, no secret; and no opening that fails for want of room after the cards came.

use std::path::{Path, PathBuf};

use crate::ceremony::{CeremonyError, Ledger, Writing};
use crate::guide::{Context, GuideError};
use crate::language::Say;
use crate::language::messages::cli as text;
use crate::store::{StoreError, Trouble};
use crate::vault::Moment;

/// The option with which a script says that the vault itself is to get no line.
const SIDE_LOG_ONLY: &str = "--side-log-only";

/// Takes the vault for writing where its log has room for an opening; where it has none, asks for another folder.
///
/// # Errors
/// When another breakglass is writing, nothing can be written anywhere, or the people think better of a log beside a vault that can be
/// written.
pub fn begin(
    context: &mut Context,
    ledger: Ledger<'static>,
    side_log_only: bool,
    read: &dyn Fn(&Context) -> Result<Ledger<'static>, GuideError>,
) -> Result<Writing<'static>, GuideError> {
    let vault = ledger.folder().root().to_owned();
    if !side_log_only && let Some(folder) = context.log_to.clone() {
        ask_whether_only_there(context, &vault, &folder, read)?;
    }
    let mut ledger = ledger;
    let mut typed = false;
    loop {
        let error = match with_room(context, ledger) {
            Ok(writing) => return Ok(writing),
            Err(error) if takes_no_log(&error) || (typed && is_of_folder(&error)) => error,
            Err(error) => return Err(error),
        };
        let why = error.say(context.language);
        context.desk.tell(&text::no_room_for_log(context.language, why));
        let folder = context.desk.ask_line(&text::ask_log_elsewhere(context.language), "--log-to")?;
        if folder.is_empty() {
            return Err(error);
        }
        (context.log_to, typed) = (Some(PathBuf::from(folder)), true);
        ledger = read(context)?;
    }
}

fn with_room(context: &mut Context, ledger: Ledger<'static>) -> Result<Writing<'static>, GuideError> {
    let writing = context.begin(ledger)?;
    writing.test_room()?;
    Ok(writing)
}

/// An opening of which the vault itself knows nothing is no accident.
fn ask_whether_only_there(
    context: &mut Context,
    vault: &Path,
    folder: &Path,
    read: &dyn Fn(&Context) -> Result<Ledger<'static>, GuideError>,
) -> Result<(), GuideError> {
    let side = context.log_to.take();
    let inside = read(context).and_then(|ledger| with_room(context, ledger)).map(drop);
    context.log_to = side;
    if inside.is_err_and(|error| takes_no_log(&error)) {
        return Ok(());
    }
    let language = context.language;
    context.desk.tell(&text::VaultCanBeWritten { path: vault.display(), log: folder.display() }.say(language));
    let wanted = context.desk.confirm(&text::ask_side_log_only(language), SIDE_LOG_ONLY)?;
    if wanted { Ok(()) } else { Err(GuideError::Declined) }
}

/// Whether another folder would help.
fn takes_no_log(error: &GuideError) -> bool {
    let GuideError::Ceremony(error) = error else { return false };
    matches!(error, CeremonyError::LogMissing(_))
        || matches!(error, CeremonyError::Store(error) if matches!(
            error.trouble(),
            Trouble::Full
                | Trouble::LogFull
                | Trouble::BeyondFileSystem
                | Trouble::ReadOnly
                | Trouble::NotAllowed
                | Trouble::System { .. }
        ))
}

/// Whether it is something about a folder that was just typed.
fn is_of_folder(error: &GuideError) -> bool {
    matches!(
        error,
        GuideError::Ceremony(CeremonyError::Store(_) | CeremonyError::SameLog(_) | CeremonyError::OtherLog(_))
    )
}

/// Does what writes an event before it shows anything. Where the log takes the event no more, the vault stays open, the log goes on in
/// another folder, and the same event is written there.
///
/// # Errors
/// As `step`; [`GuideError::NotRecorded`] when there is no other folder.
pub fn recorded<'w, T>(
    context: &mut Context,
    writing: &mut Writing<'w>,
    mut step: impl FnMut(&mut Context, &mut Writing<'w>, Moment) -> Result<T, CeremonyError>,
) -> Result<T, GuideError> {
    // The same moment each time: then it is the same line, should it stand in both logs.
    let now = context.now();
    loop {
        match step(context, writing, now) {
            Err(CeremonyError::Store(error)) if writing.is_cut_off() => go_on_elsewhere(context, writing, error)?,
            outcome => return Ok(outcome?),
        }
    }
}

fn go_on_elsewhere(context: &mut Context, writing: &mut Writing<'_>, error: StoreError) -> Result<(), GuideError> {
    if !context.desk.is_attended() {
        return Err(GuideError::NotRecorded(error));
    }
    let language = context.language;
    context.desk.tell(&text::log_cut_off(language, error.say(language)));
    loop {
        let folder = context.desk.ask_line(&text::ask_log_elsewhere(language), "--log-to")?;
        if folder.is_empty() {
            return Err(GuideError::NotRecorded(error));
        }
        let folder = PathBuf::from(folder);
        match writing.continue_in(&folder) {
            Ok(()) => {
                context.desk.tell(&text::log_goes_on(language, folder.display()));
                context.tell_of_memory(&folder);
                context.log_to = Some(folder);
                return Ok(());
            }
            Err(refused) => context.say(&refused),
        }
    }
}
