//! An attachment, written out in the clear: to a new file, or into another program.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::log_place::recorded;
use super::{Request, held};
use crate::ceremony::{CeremonyError, Held, OfferedAttachment, Session, Writing};
use crate::desk::{DeskError, Progress, size};
use crate::guide::new_file::{ask_of_others, folder_of};
use crate::guide::{Context, GuideError};
use crate::ids::Digest;
use crate::language::messages::attachments as text;
use crate::store::{NewFile, is_inside};
use crate::system::{Stoppable, memory_folder};
use crate::vault::{Attachment, AttachmentName, EntryId};

/// What an attachment is called in a list.
pub fn label(context: &Context, offered: &OfferedAttachment<'_>) -> String {
    let (language, size) = (context.language, size(offered.held.value.size));
    let label = match offered.held.deposit {
        None => text::Label { name: offered.name, size }.say(language),
        Some(open) => {
            let (by, time) = held::claimed(context, open);
            text::LabelNotConfirmed { name: offered.name, size, by, time }.say(language)
        }
    };
    held::or_removed(context, label, &offered.held)
}

/// Says before anybody brings a card that nothing can be written there.
pub fn check_target(context: &mut Context, to: Option<&Path>, vault: &Path) -> Result<(), GuideError> {
    match to {
        Some(path) if path.as_os_str() != "-" => {
            let (folder, _) = place(context, path, vault)?;
            ask_of_others(context, &folder)
        }
        _ if context.results.are_seen() => Err(GuideError::Usage(text::not_to_a_terminal)),
        _ => Ok(()),
    }
}

/// The folder and the name of a file that is not there yet.
fn place(context: &Context, path: &Path, vault: &Path) -> Result<(PathBuf, String), GuideError> {
    let language = context.language;
    let refuse = |sentence| Err(GuideError::File(path.to_owned(), sentence));
    if is_inside(path, vault) {
        return refuse(text::target_in_vault(language));
    }
    if path.to_string_lossy().ends_with(std::path::is_separator) && !path.exists() {
        return refuse(text::target_has_no_name(language));
    }
    if context.disk().look(path)?.is_some() {
        return refuse(text::target_exists(language));
    }
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return refuse(text::target_has_no_name(language));
    };
    Ok((folder_of(context, path)?, name.to_owned()))
}

/// Writes the attachment that was named beforehand.
pub fn write_named(
    context: &mut Context,
    request: &Request,
    session: &Session,
    writing: &mut Writing<'_>,
    entry: &EntryId,
    name: &AttachmentName,
) -> Result<(), GuideError> {
    let view = session.entry(entry)?;
    held::tell_broken_deposits(context, &view);
    let which = held::named(request, writing.ledger().state())?;
    let Some(offered) = view.attachment(name, which) else {
        let names = view.attachments().into_iter().map(|offered| offered.name.clone()).collect();
        return Err(CeremonyError::NoSuchAttachment(entry.clone(), name.clone(), names).into());
    };
    if offered.held.deposit.is_some() {
        let told = label(context, &offered);
        context.desk.tell(&told);
    }
    let called = view.attachments().into_iter().filter(|other| other.name == name);
    let all: Vec<Held<'_, Attachment>> = called.map(|other| other.held).collect();
    held::tell_others(context, &text::called(context.language, name), &all, &offered.held);
    match &request.to {
        Some(path) if path.as_os_str() != "-" => to_file(context, session, writing, entry, &offered, path),
        _ => {
            let mut output = context.results.open_for_secret()?;
            stream(context, session, writing, entry, &offered, &mut output)
        }
    }
}

/// Asks where the attachment with this blob goes, until it went there or the person thinks better of it. That it is missing or damaged is
/// told, and ends nothing: the people came for other things too.
pub fn ask_and_write(
    context: &mut Context,
    session: &Session,
    writing: &mut Writing<'_>,
    entry: &EntryId,
    blob: Digest,
) -> Result<(), GuideError> {
    let offered = session.entry(entry)?.attachments();
    let Some(offered) = offered.into_iter().find(|offered| offered.held.value.blob == blob) else { return Ok(()) };
    let question = if memory_folder().is_some() { text::ask_target } else { text::ask_target_on_a_drive };
    loop {
        let typed = context.desk.ask_line(&question(context.language), "--to")?;
        if typed.is_empty() {
            return Ok(());
        }
        let path = Path::new(&typed);
        match place(context, path, writing.ledger().folder().root())
            .and_then(|(folder, _)| ask_of_others(context, &folder))
        {
            Ok(()) => {}
            Err(GuideError::Declined) => continue,
            Err(error @ (GuideError::File(..) | GuideError::Ceremony(CeremonyError::Store(_)))) => {
                context.say(&error);
                continue;
            }
            Err(error) => return Err(error),
        }
        match to_file(context, session, writing, entry, &offered, path) {
            Err(error @ (GuideError::File(..) | GuideError::Ceremony(CeremonyError::Store(_)))) => {
                context.say(&error);
            }
            Err(
                error @ (GuideError::NotRecorded(_)
                | GuideError::Ceremony(CeremonyError::AttachmentMissing(..) | CeremonyError::Format(..))),
            ) => {
                context.say(&error);
                return Ok(());
            }
            outcome => return outcome,
        }
    }
}

/// Writes it to a new file, which has its name only once all of it was written and found to be the file that was attached.
fn to_file(
    context: &mut Context,
    session: &Session,
    writing: &mut Writing<'_>,
    entry: &EntryId,
    offered: &OfferedAttachment<'_>,
    path: &Path,
) -> Result<(), GuideError> {
    let (folder, name) = place(context, path, writing.ledger().folder().root())?;
    // Killed in the middle, it would leave in the clear what nobody looks for.
    let step = Stoppable::begin();
    let mut file = NewFile::begin(context.disk().for_plaintext(), &folder)?;
    let written = stream(context, session, writing, entry, offered, &mut step.writing(&mut file));
    if step.is_stopped() {
        return Err(DeskError::Interrupted.into());
    }
    match written {
        // Here it is known which drive is full or gone, and nothing is left of what was written.
        Err(GuideError::Ceremony(CeremonyError::Target(error))) => return Err(file.failed(&error).into()),
        outcome => outcome?,
    }
    file.finish()?;
    file.keep(&name)?;
    let size = size(offered.held.value.size);
    context.desk.tell(&text::Written { name: offered.name, size, path: path.display() }.say(context.language));
    Ok(())
}

fn stream(
    context: &mut Context,
    session: &Session,
    writing: &mut Writing<'_>,
    entry: &EntryId,
    offered: &OfferedAttachment<'_>,
    target: &mut dyn Write,
) -> Result<(), GuideError> {
    recorded(context, writing, |context, writing, now| {
        let mut progress = Progress::new(context.language, offered.name.as_str(), Some(offered.held.value.size));
        let desk = &mut *context.desk;
        let mut tell = |done| progress.show(desk, done);
        let written = session.write_attachment(writing, entry, offered, now, target, &mut tell);
        progress.end(&mut *context.desk);
        written
    })
}
