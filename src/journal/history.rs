//! Reads the lines of a log in order, links them, and folds each that the rules accept.

use std::collections::{BTreeMap, BTreeSet};

use super::ancestry::Ancestry;
use super::event::Event;
use super::finding::{Finding, Refusal};
use super::fold;
use super::line::Line;
use super::rules::{self, Place};
use super::state::State;
use crate::quorum::{EpochHash, EventId};
use crate::vault::EpochHeader;

/// The headers that stand in the folder, by their hash: they hold the keys that signatures are checked with.
pub type Headers = BTreeMap<EpochHash, EpochHeader>;

/// What the reader knows besides the log.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    /// So many lines from the first one on were read before by this machine, to the byte, and nothing was found in them.
    pub verified_lines: usize,
    /// A head that somebody holds on paper, or that this machine pinned: it must be there, and decides a split.
    pub anchor: Option<EventId>,
}

/// An event in its place.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The line's number, from 1.
    pub line: usize,
    /// The event's id.
    pub id: EventId,
    /// The event.
    pub event: Event,
    /// Whether it has its effect.
    pub accepted: bool,
}

/// A log that was read.
#[derive(Debug)]
pub struct History {
    /// Every readable event, in the order of the file.
    pub events: Vec<Placed>,
    /// The newest events: those that no other follows, in the order of their ids.
    pub heads: Vec<EventId>,
    /// What was wrong, in the order of the file.
    pub findings: Vec<Finding>,
    /// What the vault is; none when no beginning was accepted.
    pub state: Option<State>,
}

impl History {
    /// Reads the lines of a log, without their line feeds.
    pub fn read<'a>(lines: impl IntoIterator<Item = &'a [u8]>, headers: &Headers, known: Known) -> History {
        let lines = lines.into_iter();
        // A long list that grows is copied again and again.
        let linked = Vec::with_capacity(lines.size_hint().0);
        let mut reader = Reader { findings: Vec::new(), linked, places: BTreeMap::new() };
        for (number, bytes) in (1..).zip(lines) {
            reader.link(number, bytes, number <= known.verified_lines);
        }
        if let Some(head) = known.anchor.filter(|head| !reader.places.contains_key(head)) {
            reader.findings.push(Finding::AnchorMissing { head });
        }
        reader.fold(headers, known)
    }

    /// The event with this id.
    #[must_use]
    pub fn event(&self, id: EventId) -> Option<&Placed> {
        self.events.iter().find(|placed| placed.id == id)
    }
}

struct Linked {
    number: usize,
    line: Line,
    parents: Vec<usize>,
    verified: bool,
}

struct Reader {
    findings: Vec<Finding>,
    linked: Vec<Linked>,
    places: BTreeMap<EventId, usize>,
}

impl Reader {
    fn link(&mut self, number: usize, bytes: &[u8], verified: bool) {
        let read = if verified { Line::read_verified(bytes) } else { Line::read(bytes) };
        let line = match read {
            Ok(line) => line,
            Err(why) => return self.findings.push(Finding::Unreadable { line: number, why }),
        };
        if self.places.contains_key(&line.id) {
            return self.findings.push(Finding::Repeated { line: number });
        }
        let mut parents: Vec<usize> = Vec::with_capacity(line.event.previous.len());
        for previous in &line.event.previous {
            match self.places.get(previous) {
                Some(&place) => parents.push(place),
                None => self.findings.push(Finding::Cut { line: number, missing: *previous }),
            }
        }
        let here = self.linked.len();
        // Behind a cut the file's own order is the best that is known of where the event belongs.
        if parents.is_empty() && here > 0 && !line.event.previous.is_empty() {
            parents.push(here - 1);
        }
        self.places.insert(line.id, here);
        self.linked.push(Linked { number, line, parents, verified });
    }

    fn fold(mut self, headers: &Headers, known: Known) -> History {
        let mut ancestry = Ancestry::default();
        for linked in &self.linked {
            ancestry.push(linked.parents.clone());
        }
        let anchor = known.anchor.and_then(|head| self.places.get(&head).copied());
        let mut is_head = vec![true; self.linked.len()];
        self.linked.iter().flat_map(|linked| &linked.parents).for_each(|&parent| is_head[parent] = false);
        let newest: Vec<usize> = (0..self.linked.len()).filter(|&at| is_head[at]).collect();
        let walk = Walk { linked: &self.linked, newest: &newest, ancestry: &ancestry, headers, anchor };
        let mut folded = walk.fold(&BTreeSet::new());
        // Which of two histories the anchor decided against is known only at the end, and changes what its commits did.
        let abandoned = folded.state.as_ref().map(State::abandoned).unwrap_or_default();
        if !abandoned.is_empty() {
            folded = walk.fold(&abandoned);
        }
        let Folded { verdicts, state } = folded;
        let mut heads: Vec<EventId> = newest.iter().map(|&at| self.linked[at].line.id).collect();
        heads.sort();
        let mut events = Vec::with_capacity(verdicts.len());
        for (Linked { number, line, .. }, verdict) in self.linked.into_iter().zip(verdicts) {
            events.push(Placed { line: number, id: line.id, event: line.event, accepted: verdict.is_ok() });
            self.findings.extend(verdict.err().map(|why| Finding::Refused { line: number, why }));
        }
        self.findings.sort_by_key(Finding::line);
        History { events, heads, findings: self.findings, state }
    }
}

/// Linked lines on their way through the rules.
struct Walk<'a> {
    linked: &'a [Linked],
    newest: &'a [usize],
    ancestry: &'a Ancestry,
    headers: &'a Headers,
    anchor: Option<usize>,
}

struct Folded {
    verdicts: Vec<Result<(), Refusal>>,
    state: Option<State>,
}

impl Walk<'_> {
    fn fold(&self, abandoned: &BTreeSet<EpochHash>) -> Folded {
        let Walk { linked, newest, ancestry, headers, anchor } = *self;
        let mut state: Option<State> = None;
        let mut active: Vec<Vec<EpochHash>> = Vec::with_capacity(linked.len());
        let mut verdicts = Vec::with_capacity(linked.len());
        for (at, Linked { line, parents, verified, .. }) in linked.iter().enumerate() {
            let histories = parents.iter().map(|&parent| active[parent].as_slice());
            let mut here = fold::join(histories, state.as_ref(), ancestry, anchor);
            let place = Place { at, active: &here, abandoned, ancestry, headers };
            let verdict = rules::check(line, &place, state.as_ref(), *verified);
            if verdict.is_ok() {
                fold::apply(line, &place, &mut state);
                fold::follow(&line.event.what, &mut here);
            }
            active.push(here);
            verdicts.push(verdict);
        }
        if let Some(state) = &mut state {
            let tips = newest.iter().map(|&at| active[at].as_slice());
            let joined = fold::join(tips, Some(state), ancestry, anchor);
            state.active = joined;
        }
        Folded { verdicts, state }
    }
}
