//! Joins the lines of two copies of one log.

use std::collections::BTreeSet;

use super::line::Line;
use crate::quorum::EventId;

/// The lines of `theirs` that `ours` lacks, in an order in which each stands behind the events that it follows.
///
/// What cannot be read is left out: it stays in the copy that it came from, which names it. A line that follows something in neither
/// copy comes last, where the fold tells what it misses.
#[must_use]
pub fn join<'a>(ours: &[&[u8]], theirs: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let mut known: BTreeSet<EventId> =
        ours.iter().filter_map(|bytes| Line::read_known(bytes).ok()).map(|line| line.id).collect();
    let mut waiting: Vec<(Line, &'a [u8])> = theirs
        .iter()
        .filter_map(|&bytes| Some((Line::read(bytes).ok()?, bytes)))
        .filter(|(line, _)| !known.contains(&line.id))
        .collect();
    let mut joined = Vec::with_capacity(waiting.len());
    // Both files are in order already, so nearly always the first pass takes everything.
    loop {
        let before = waiting.len();
        waiting.retain(|(line, bytes)| {
            let ready = line.event.previous.iter().all(|previous| known.contains(previous));
            if ready && known.insert(line.id) {
                joined.push(*bytes);
            }
            !ready
        });
        if waiting.len() == before {
            joined.extend(waiting.iter().map(|(_, bytes)| *bytes));
            return joined;
        }
    }
}
