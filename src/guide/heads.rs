//! Heads as people type them again.

use super::GuideError;
use crate::card::{Mistyped, Resolution, TypedHead};
use crate::ids::EventId;
use crate::journal::Line;
use crate::language::{Language, messages::cli};
use crate::store::VaultFolder;

/// The events that heads from paper name in the log of a folder. Those that are not there stand first: they are missed, and named.
///
/// # Errors
/// When one was mistyped, or the log cannot be read.
pub fn anchors_in(typed: &[TypedHead], folder: &VaultFolder<'_>) -> Result<Vec<EventId>, GuideError> {
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
            Resolution::Mistyped(mistyped) => return Err(GuideError::HeadMistyped(mistyped)),
            Resolution::Several => return Err(GuideError::HeadOfSeveral(typed.grouped())),
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
        lines.push(cli::HeadLookAt { count: groups.len(), groups: groups.join(", ") }.say(language));
    }
    if let Some(meant) = &mistyped.meant {
        let question = if mistyped.here { cli::head_meant(language) } else { cli::head_meant_elsewhere(language) };
        lines.extend([question, format!("    {meant}")]);
    }
    lines.push(cli::head_type_again(language));
    lines.join("\n")
}
