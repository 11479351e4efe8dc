//! Joins the lines of two copies of one log.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::line::Line;
use crate::ids::EventId;

/// The lines of `theirs` that `ours` lacks, in an order in which each stands behind the events that it follows.
///
/// What cannot be read counts in neither copy: a line that is damaged here is taken from there, and one that is damaged there stays
/// there, where it is named. So does an event of ours in `doubted`, whose signatures are false here. A line that follows something in neither copy
/// comes last; the fold tells what it misses.
#[must_use]
pub fn join<'a>(ours: &[&[u8]], theirs: &[&'a [u8]], doubted: &BTreeSet<EventId>) -> Vec<&'a [u8]> {
    let known: BTreeSet<EventId> = ours.iter().filter_map(|bytes| Line::read(bytes).ok()).map(|line| line.id).collect();
    let mut taken = BTreeSet::new();
    let mut lines: Vec<(Line, &'a [u8])> = Vec::new();
    for &bytes in theirs {
        if let Ok(line) = Line::read(bytes)
            && (!known.contains(&line.id) || (doubted.contains(&line.id) && !ours.contains(&bytes)))
            && taken.insert(line.id)
        {
            lines.push((line, bytes));
        }
    }
    in_order(&lines, &known).into_iter().map(|at| lines[at].1).collect()
}

/// Parents first, otherwise as they stand.
fn in_order(lines: &[(Line, &[u8])], known: &BTreeSet<EventId>) -> Vec<usize> {
    let mut missing: Vec<usize> = Vec::with_capacity(lines.len());
    let mut followers: BTreeMap<EventId, Vec<usize>> = BTreeMap::new();
    for (at, (line, _)) in lines.iter().enumerate() {
        let waits = line.event.previous.iter().filter(|previous| !known.contains(previous));
        missing.push(waits.map(|previous| followers.entry(*previous).or_default().push(at)).count());
    }
    let mut ready: BinaryHeap<Reverse<usize>> = (0..lines.len()).filter(|&at| missing[at] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(lines.len());
    while let Some(Reverse(at)) = ready.pop() {
        order.push(at);
        for &follower in followers.get(&lines[at].0.id).into_iter().flatten() {
            missing[follower] -= 1;
            if missing[follower] == 0 {
                ready.push(Reverse(follower));
            }
        }
    }
    order.extend((0..lines.len()).filter(|&at| missing[at] > 0));
    order
}
