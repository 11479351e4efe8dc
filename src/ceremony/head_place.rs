//! Where a head from paper stands in a log: what it follows, and what follows it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::card::HeadCode;
use crate::ids::EventId;
use crate::journal::History;
use crate::vault::Moment;

/// Where an event stands in a log. In every copy it is the same, whatever the order of the lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeadPlace {
    /// The event.
    pub head: EventId,
    /// Its short form.
    pub code: HeadCode,
    /// Which event it is, from 1: so many events stand up to it.
    pub event: usize,
    /// How many events there are.
    pub of: usize,
    /// The time that it says.
    pub time: Moment,
    /// How many events follow it.
    pub following: usize,
    /// How many events neither follow it nor are followed by it: a copy that lived apart brought them.
    pub beside: usize,
}

/// Where an event stands; nothing when it is not in the log.
#[must_use]
pub fn head_place(history: &History, head: EventId) -> Option<HeadPlace> {
    let placed = history.events.iter().find(|placed| placed.id == head)?;
    let (mut parents, mut children) = (Links::new(), Links::new());
    for placed in &history.events {
        parents.entry(placed.id).or_default().extend(&placed.event.previous);
        placed.event.previous.iter().for_each(|previous| children.entry(*previous).or_default().push(placed.id));
    }
    // An event that others name and that is not there is no event of this log.
    let before = reached(&parents, head).into_iter().filter(|id| parents.contains_key(id)).count();
    let (of, following) = (history.events.len(), reached(&children, head).len());
    Some(HeadPlace {
        head,
        code: HeadCode::of(head),
        event: before + 1,
        of,
        time: placed.event.time,
        following,
        beside: of.saturating_sub(before + 1 + following),
    })
}

type Links = BTreeMap<EventId, Vec<EventId>>;

/// All events to which links lead from one, without itself.
fn reached(links: &Links, from: EventId) -> BTreeSet<EventId> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![from];
    while let Some(id) = waiting.pop() {
        waiting.extend(links.get(&id).into_iter().flatten().filter(|next| reached.insert(**next)));
    }
    reached
}
