//! What would be put in, as people see it before they say yes.

use crate::desk::size;
use crate::exchange::{Imported, ImportedEntry, Program};
use crate::guide::Context;
use crate::language::{Say, messages::attachments, messages::exchange as text};
use crate::report::field_labels;

/// An entry of whose id one stands in the vault already.
#[derive(Clone, Copy)]
pub enum Stands {
    /// As far as is known here.
    Whole,
    /// An import was cut off after so many versions of it.
    CutOff(usize),
}

/// Tells everything that an export gives, by number, with the names of what it gives and what not. Never a value.
pub fn tell(
    context: &mut Context,
    imported: &Imported,
    titles_hidden: bool,
    stands: impl Fn(&ImportedEntry) -> Option<Stands>,
) {
    let language = context.language;
    let mut lines = vec![text::Found { program: imported.program.name(), count: imported.entries.len() }.say(language)];
    for (place, entry) in imported.entries.iter().enumerate() {
        lines.push(String::new());
        lines.push(match &entry.title {
            Some(title) => text::NewEntry { number: place + 1, id: &entry.id, title }.say(language),
            None => text::NewEntryUntitled { number: place + 1, id: &entry.id }.say(language),
        });
        lines.extend(entry_lines(context, entry, stands(entry)).into_iter().map(|line| format!("   {line}")));
    }
    if !imported.skipped.is_empty() {
        lines.push(String::new());
        lines.push(text::skipped(language, imported.skipped.len()));
        lines.extend(imported.skipped.iter().map(|skipped| format!("   {}", skipped.say(language))));
    }
    lines.push(String::new());
    if !imported.ignored.is_empty() {
        let names: Vec<&str> = imported.ignored.iter().map(String::as_str).collect();
        lines.push(text::ignored(language, names.join(", ")));
    }
    lines.push(match (titles_hidden, imported.program) {
        (true, Program::Breakglass) => text::public_ids_hidden(language),
        (true, _) => text::public_names_hidden(language),
        (false, _) => text::public_names(language),
    });
    context.desk.tell(&lines.join("\n"));
}

fn entry_lines(context: &Context, entry: &ImportedEntry, stands: Option<Stands>) -> Vec<String> {
    let language = context.language;
    let mut lines = Vec::new();
    match stands {
        Some(Stands::Whole) => lines.push(text::stands_already(language, &entry.id)),
        Some(Stands::CutOff(there)) => {
            lines.push(text::StandsCutOff { id: &entry.id, there, here: entry.steps.len() }.say(language));
        }
        None => {}
    }
    if entry.steps.len() > 1 {
        lines.push(text::versions(language, entry.steps.len()));
    }
    let mut fields = field_labels(language, entry.steps.iter().flat_map(|step| step.set.keys()));
    let files = entry.steps.iter().flat_map(|step| &step.attach);
    fields.extend(files.map(|(name, file)| attachments::Label { name, size: size(file.size) }.say(language)));
    lines.push(text::fields(language, fields.join(", ")));
    lines.extend(entry.notes.iter().map(|note| format!("! {}", note.say(language))));
    lines
}
