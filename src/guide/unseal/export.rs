//! Everything in the clear, to a folder: for moving to another vault, or to another program when this one is given up.

use std::path::Path;

use super::log_place::recorded;
use crate::ceremony::{ExportWatch, Exported, Session, Writing, check_export_folder};
use crate::desk::{Desk, DeskError, Progress, YES};
use crate::guide::new_file::ask_of_others;
use crate::guide::{Context, GuideError, outcome, pasteable};
use crate::language::Language;
use crate::language::messages::exchange as text;
use crate::system::{Stoppable, is_memory_filesystem, memory_folder};
use crate::vault::AttachmentName;

/// Says what it means and asks, before anybody brings a card: an opening that nobody wanted would still ask for a rotation.
pub fn ask(context: &mut Context, folder: &Path, vault: &Path) -> Result<(), GuideError> {
    let language = context.language;
    check_export_folder(context.disk(), vault, folder)?;
    ask_of_others(context, folder)?;
    context.desk.tell(&text::export_means(language, folder.display()));
    if !is_memory_filesystem(folder) {
        let words = if memory_folder().is_some() { text::export_on_disk } else { text::export_on_a_drive };
        context.desk.tell(&words(language));
    }
    if context.desk.confirm(&text::ask_export(language), YES)? { Ok(()) } else { Err(GuideError::Declined) }
}

/// Shows how far each attachment is, and hears Ctrl-C: killed in the middle, an export would lie in the clear where nobody looks for it.
struct Watch<'w> {
    desk: &'w mut dyn Desk,
    language: Language,
    step: &'w Stoppable,
    current: Option<(AttachmentName, Progress)>,
}

impl Watch<'_> {
    fn end(&mut self) {
        if let Some((_, progress)) = self.current.take() {
            progress.end(self.desk);
        }
    }
}

impl ExportWatch for Watch<'_> {
    fn progress(&mut self, name: &AttachmentName, size: u64, done: u64) {
        if self.current.as_ref().is_none_or(|(known, _)| known != name) {
            self.end();
        }
        let new = || (name.clone(), Progress::new(self.language, name.as_str(), Some(size)));
        let (_, progress) = self.current.get_or_insert_with(new);
        progress.show(self.desk, done);
    }

    fn is_stopped(&self) -> bool {
        self.step.is_stopped()
    }
}

/// Writes everything.
pub fn write_everything(
    context: &mut Context,
    session: &Session,
    writing: &mut Writing<'_>,
    folder: &Path,
) -> Result<Exported, GuideError> {
    let (language, disk) = (context.language, context.disk());
    let step = Stoppable::begin();
    let exported = recorded(context, writing, |context, writing, now| {
        let mut watch = Watch { desk: &mut *context.desk, language, step: &step, current: None };
        let exported = session.export(writing, disk, folder, now, &mut watch);
        watch.end();
        exported
    });
    if exported.is_err() && step.is_stopped() {
        return Err(DeskError::Interrupted.into());
    }
    exported
}

/// Tells where everything lies in the clear, and what could not be written. The last word of the opening: the screen is cleared before.
pub fn tell_exported(context: &mut Context, exported: &Exported, folder: &Path) -> Result<(), GuideError> {
    let language = context.language;
    for entry in &exported.broken {
        context.desk.tell(&text::export_broken_deposit(language, entry));
    }
    for (entry, name) in &exported.missing {
        context.desk.tell(&text::ExportMissingFile { entry, name }.say(language));
    }
    let word = pasteable::word(folder);
    context.desk.tell(
        &text::ExportDone { entries: exported.entries, files: exported.files, path: folder.display(), word }
            .say(language),
    );
    if context.is_for_machine() {
        context.print_json(&outcome::ExportWritten {
            complete: exported.is_complete(),
            entries: exported.entries,
            files: exported.files,
            folder: folder.display().to_string(),
            missing_attachments: &exported.missing,
            missing_deposits_of: &exported.broken,
        })?;
    }
    if exported.is_complete() { Ok(()) } else { Err(GuideError::Incomplete(text::export_incomplete)) }
}
