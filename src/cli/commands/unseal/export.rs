//! Everything in the clear, to a folder: for moving to another vault, or to another program when this one is given up.

use std::cell::RefCell;
use std::path::Path;

use crate::ceremony::{Exported, Session, Writing, check_export_folder};
use crate::cli::answers::YES;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::progress::Progress;
use crate::language::messages::exchange as text;
use crate::system::is_memory_filesystem;
use crate::vault::AttachmentName;

/// Says what it means and asks, before anybody brings a card: an opening that nobody wanted would still ask for a rotation.
pub fn ask(context: &mut Context, folder: &Path, vault: &Path) -> Result<(), CliError> {
    let language = context.language;
    check_export_folder(context.disk(), vault, folder)?;
    context.desk.tell(&text::export_means(language, folder.display()));
    if !is_memory_filesystem(folder) {
        context.desk.tell(&text::export_on_disk(language));
    }
    if context.desk.confirm(&text::ask_export(language), YES)? { Ok(()) } else { Err(CliError::Declined) }
}

/// Writes everything, and tells what could not be.
pub fn write_everything(
    context: &mut Context,
    session: &Session,
    writing: &mut Writing<'_>,
    folder: &Path,
) -> Result<(), CliError> {
    let (language, now, disk) = (context.language, context.now(), context.disk());
    let desk = RefCell::new(&mut context.desk);
    let mut current: Option<(AttachmentName, Progress)> = None;
    let mut tell = |name: &AttachmentName, size: u64, done: u64| {
        let desk = &mut **desk.borrow_mut();
        if current.as_ref().is_none_or(|(known, _)| known != name) {
            if let Some((_, progress)) = current.take() {
                progress.end(&mut **desk);
            }
            current = Some((name.clone(), Progress::new(language, name.as_str(), Some(size))));
        }
        if let Some((_, progress)) = &mut current {
            progress.show(&mut **desk, done);
        }
    };
    let exported = session.export(writing, disk, folder, now, &mut tell);
    if let Some((_, progress)) = current {
        progress.end(&mut *context.desk);
    }
    tell_exported(context, &exported?, folder)
}

fn tell_exported(context: &mut Context, exported: &Exported, folder: &Path) -> Result<(), CliError> {
    let language = context.language;
    for entry in &exported.broken {
        context.desk.tell(&text::export_broken_deposit(language, entry));
    }
    for (entry, name) in &exported.missing {
        context.desk.tell(&text::export_missing_file(language, entry, name));
    }
    context.desk.tell(&text::export_done(language, exported.entries, exported.files, folder.display()));
    if context.json {
        context.print_json(&serde_json::json!({
            "folder": folder.display().to_string(),
            "entries": exported.entries,
            "files": exported.files,
            "complete": exported.is_complete(),
        }))?;
    }
    if exported.is_complete() { Ok(()) } else { Err(CliError::Incomplete(text::export_incomplete)) }
}
