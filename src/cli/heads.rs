//! Heads as people copy them by hand, and as they type them again.

use super::error::CliError;
use crate::journal::Line;
use crate::language::{Language, messages::cli, messages::report as text};
use crate::quorum::{EventId, HeadCode, Mistyped, Resolution, TypedHead};
use crate::store::VaultFolder;

/// The short forms of heads.
#[must_use]
pub fn head_codes(heads: &[EventId]) -> Vec<HeadCode> {
    heads.iter().map(|head| HeadCode::of(*head)).collect()
}

/// So many heads are told to be copied by hand. Whoever can write to the folder can add thousands that say nothing.
const MOST_TOLD: usize = 8;

/// The newest events, each with the word for it. Of several, every one says which of how many it is, so that none is forgotten.
#[must_use]
pub fn told_heads(language: Language, heads: &[EventId]) -> Vec<String> {
    let codes = head_codes(&heads[..heads.len().min(MOST_TOLD)]);
    if let [only] = codes.as_slice() {
        return vec![text::told_head(language, only)];
    }
    let of = codes.len();
    let more = heads.len() - of;
    let numbered = (1..).zip(&codes).map(|(number, code)| text::told_head_of(language, number, of, code));
    let more = (more > 0).then(|| text::more_heads(language, more));
    numbered.chain(more).chain((of > 1).then(|| text::several_heads(language))).collect()
}

/// The same below a sentence that says what they are.
#[must_use]
pub fn heads_to_copy(language: Language, heads: &[EventId]) -> String {
    match heads {
        [only] => HeadCode::of(*only).to_string(),
        several => told_heads(language, several).join("\n"),
    }
}

/// The events that heads from paper name in the log of a folder. Those that are not there stand first: they are missed, and named.
///
/// # Errors
/// When one was mistyped, or the log cannot be read.
pub fn anchors_in(typed: &[TypedHead], folder: &VaultFolder<'_>) -> Result<Vec<EventId>, CliError> {
    if typed.is_empty() {
        return Ok(Vec::new());
    }
    let log = folder.read_log(&|line| Line::read_known(line).is_ok())?;
    let ids: Vec<EventId> = log.lines().filter_map(|line| Line::read_known(line).ok()).map(|line| line.id).collect();
    let (mut missing, mut here) = (Vec::new(), Vec::new());
    for typed in typed {
        match typed.resolve(ids.iter().copied()) {
            Resolution::Event(id) => here.push(id),
            Resolution::NotHere(id) => missing.push(id),
            Resolution::Mistyped(mistyped) => return Err(CliError::HeadMistyped(mistyped)),
            Resolution::Several => return Err(CliError::HeadOfSeveral(typed.grouped())),
        }
    }
    missing.append(&mut here);
    Ok(missing)
}

/// What is said of a head with a typing mistake: where to look, and what may have been meant. Nobody but the reader decides.
#[must_use]
pub fn mistyped(language: Language, mistyped: &Mistyped) -> String {
    let mut lines = vec![cli::head_mistyped(language), format!("    {}", mistyped.typed)];
    let groups: Vec<String> = mistyped.groups.iter().map(ToString::to_string).collect();
    if !groups.is_empty() {
        lines.push(cli::head_look_at(language, groups.len(), groups.join(", ")));
    }
    if let Some(meant) = &mistyped.meant {
        let question = if mistyped.here { cli::head_meant(language) } else { cli::head_meant_elsewhere(language) };
        lines.extend([question, format!("    {meant}")]);
    }
    lines.push(cli::head_type_again(language));
    lines.join("\n")
}
