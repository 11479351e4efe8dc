//! `put --import`: entries from the export of another program, or of breakglass itself. What would be put in is shown and asked first; each
//! entry is a deposit like any other, so nothing is confirmed until a rotation folds it in.

mod choice;
mod file;
mod preview;

use std::io::Read;

use serde::Serialize;

use super::{Request, attach, tell_when_it_opens};
use crate::ceremony::{Writing, discard, put};
use crate::desk::Input;
use crate::exchange::{Imported, ImportedEntry, Note, Source, Step};
use crate::guide::outcome::{self, Heads};
use crate::guide::telling::tell_heads;
use crate::guide::trust::epoch_to_seal_to;
use crate::guide::{Context, End, GuideError, nobody_yet};
use crate::ids::EpochHash;
use crate::language::{Say, messages::exchange as text};
use crate::vault::{AttachmentName, Change, EntryId, FieldName};
use choice::Choice;
pub use choice::Standing;
use file::{ExportSource, Taken};

/// An export, and what becomes of it.
pub struct Import {
    pub import: Option<Input>,
    pub standing: Option<Standing>,
    pub destroy_export: bool,
}

impl Import {
    /// The export that is to be imported, if any is.
    pub fn named(&self) -> Option<&Input> {
        self.import.as_ref()
    }
}

/// An entry that was put in.
#[derive(Serialize)]
pub struct PutIn {
    attachments: Vec<AttachmentName>,
    entry: EntryId,
    fields: Vec<FieldName>,
    notes: Vec<String>,
    /// Whether a value of it stays behind.
    #[serde(skip)]
    loses: bool,
    /// Whether anything of it stays behind.
    #[serde(skip)]
    leaves: bool,
}

pub fn run(context: &mut Context, request: &Request, named: &Input) -> Result<End, GuideError> {
    if request.entry.is_some() || request.says_what() {
        return Err(GuideError::Usage(text::import_alone));
    }
    let language = context.language;
    let ledger = context.read()?;
    let trusted = epoch_to_seal_to(context, &ledger, &request.on_card)?;
    nobody_yet::ask_to_put_in(context, &ledger)?;
    let mut export = ExportSource::named(context, named)?;
    let imported = export.read(language)?;
    let Choice { mut chosen, others } = choice::choose(context, &request.import, &ledger, imported)?;
    if chosen.entries.is_empty() {
        context.desk.tell(&text::none_chosen(language));
        file::offer_to_destroy(context, request, &export, Taken::Nothing)?;
        return Ok(End::Done);
    }
    let by = context.by(request.by.as_ref());
    let mut writing = context.begin(ledger)?;
    let count = chosen.entries.len();
    let mut done = Vec::with_capacity(count);
    let mut trouble = None;
    for entry in chosen.entries.drain(..) {
        let told = PutIn::of(context, &entry);
        if let Err(error) = put_in(context, &mut writing, trusted, &export, entry, &by) {
            trouble = Some(error);
            break;
        }
        done.push(told);
        if count > 1 {
            context.desk.progress(Some(&text::Progress { done: done.len(), count }.say(language)));
        }
    }
    context.desk.progress(None);
    let ledger = writing.end();
    context.remember(&ledger, Some(trusted));
    if let Some(error) = trouble {
        context.desk.tell(&text::ImportStopped { done: done.len(), count }.say(language));
        return Err(error);
    }
    if context.is_for_machine() {
        let skipped: Vec<String> = chosen.skipped.iter().map(|skipped| skipped.say(language)).collect();
        context.print_json(&outcome::Imported {
            entries: &done,
            heads: Heads::of(&ledger),
            ignored: chosen.ignored,
            skipped,
        })?;
    } else {
        context.desk.tell(&text::import_done(language, count));
        tell_when_it_opens(context, &ledger);
        tell_heads(context, &ledger);
    }
    let taken = if others || done.iter().any(|done| done.loses) {
        Taken::Partly
    } else if chosen.skipped.is_empty() && done.iter().all(|done| !done.leaves) {
        Taken::Everything
    } else {
        Taken::AllEntries
    };
    file::offer_to_destroy(context, request, &export, taken)?;
    Ok(End::Done)
}

impl PutIn {
    fn of(context: &Context, entry: &ImportedEntry) -> PutIn {
        let mut fields: Vec<FieldName> = entry.steps.iter().flat_map(|step| step.set.keys().cloned()).collect();
        fields.sort_by(FieldName::shown_order);
        fields.dedup();
        let mut attachments: Vec<AttachmentName> =
            entry.steps.iter().flat_map(|step| step.attach.keys().cloned()).collect();
        attachments.sort();
        attachments.dedup();
        let notes = entry.notes.iter().map(|note| note.say(context.language)).collect();
        let loses = entry.notes.iter().any(Note::is_loss);
        let leaves = loses || entry.notes.iter().any(|note| matches!(note, Note::LeftOut(_) | Note::SpentCodes(_)));
        PutIn { entry: entry.id.clone(), fields, attachments, notes, loses, leaves }
    }
}

/// Puts one entry in, version by version.
fn put_in(
    context: &mut Context,
    writing: &mut Writing<'_>,
    trusted: EpochHash,
    export: &ExportSource,
    entry: ImportedEntry,
    by: &str,
) -> Result<(), GuideError> {
    let count = entry.steps.len();
    for (done, step) in entry.steps.into_iter().enumerate() {
        let put = encrypted(context, writing, export, step)
            .and_then(|change| Ok(put(writing, trusted, &entry.id, change, by, context.now())?));
        if let Err(error) = put {
            if done > 0 {
                context.desk.tell(&text::ImportCutOff { entry: &entry.id, done, count }.say(context.language));
            }
            return Err(error);
        }
    }
    Ok(())
}

/// The change that a step makes, with its files encrypted into the vault. When one of them fails, none is left there.
fn encrypted(
    context: &mut Context,
    writing: &Writing<'_>,
    export: &ExportSource,
    step: Step,
) -> Result<Change, GuideError> {
    let mut change = Change { set: step.set, clear: step.clear, detach: step.detach, ..Change::default() };
    for (name, file) in step.attach {
        let attached = match &file.source {
            Source::Held(bytes) => attach::encrypt(context, writing, &name, &mut &bytes[..], Some(file.size)),
            Source::Beside(path, sha256) => export.open_beside(context, path).and_then(|source| {
                // One byte more is enough to tell that it is another file; what never ends would fill the drive.
                let mut source = source.take(file.size.saturating_add(1));
                let attached = attach::encrypt(context, writing, &name, &mut source, Some(file.size))?;
                if attached.sha256 != *sha256 {
                    discard(writing, [&attached.blob]);
                    return Err(GuideError::File(path.clone(), text::other_file(context.language)));
                }
                Ok(attached)
            }),
        };
        let attached =
            attached.inspect_err(|_| discard(writing, change.attach.values().map(|attached| &attached.blob)))?;
        change.attach.insert(name, attached);
    }
    Ok(change)
}

/// What is left of an export once some entries were chosen.
fn only(imported: Imported, wanted: impl Fn(usize) -> bool) -> Imported {
    let entries = imported.entries.into_iter().enumerate().filter(|(place, _)| wanted(*place)).map(|(_, entry)| entry);
    Imported { entries: entries.collect(), ..imported }
}
