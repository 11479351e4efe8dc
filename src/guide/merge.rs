//! `merge`: takes in what another copy of the vault, or a log that was written beside a read-only one, has more.

use std::path::PathBuf;

use crate::ceremony::merge_vaults;
use crate::guide::outcome::{self, Heads};
use crate::guide::{Context, End, GuideError};
use crate::language::messages::report as text;
use crate::report::told_heads;
use crate::store::VaultFolder;

/// What is taken in.
pub struct Request {
    pub other: PathBuf,
}

pub fn run(context: &mut Context, request: &Request) -> Result<End, GuideError> {
    let ledger = context.read()?;
    let other = VaultFolder::open(context.disk(), &request.other)?;
    let mut writing = context.begin(ledger)?;
    let merged = merge_vaults(&mut writing, &other, context.now())?;
    // To standard error: a script that only counts must not miss it either.
    for damaged in &merged.damaged {
        context.say(damaged);
    }
    let ledger = writing.end();
    context.remember(&ledger, None);
    if context.is_for_machine() {
        let (events, files) = (merged.lines, merged.files);
        context.print_json(&outcome::Merged { events, files, heads: Heads::of(&ledger) })?;
        return Ok(End::Done);
    }
    let language = context.language;
    context.print(&match (merged.lines, merged.files) {
        (0, 0) => text::merged_nothing(language, request.other.display()),
        (lines, files) => text::Merged { lines, files }.say(language),
    })?;
    context.print(&told_heads(language, ledger.heads()).join("\n"))?;
    if ledger.state().active.len() > 1 {
        context.print(&text::merged_split(language))?;
    }
    Ok(End::Done)
}
