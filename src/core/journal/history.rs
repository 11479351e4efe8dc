//! A log that was read: its events, what is wrong with them, and what the vault is.

use std::collections::{BTreeMap, BTreeSet};

use super::event::Event;
use super::finding::{Finding, Refusal};
use super::fold;
use super::graph::Graph;
use super::rules;
use super::seen::Seen;
use super::state::State;
use super::walk::{self, Walked};
use crate::ids::{EpochHash, EventId, VaultId};
use crate::vault::EpochHeader;

/// The headers that stand in the folder, by their hash: they hold the keys that signatures are checked with.
pub type Headers = BTreeMap<EpochHash, EpochHeader>;

/// What the reader knows besides the log.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// So many lines from the first one on were read before by this machine, to the byte, and nothing was found in them.
    pub verified_lines: usize,
    /// Heads that somebody holds on paper: they must be there, and decide a split.
    pub anchors: Vec<EventId>,
    /// Epochs that this machine was told of before: they begin a history whose beginning is not here.
    pub proven: Vec<EpochHash>,
    /// The epoch whose header a card in the room proves. It begins a history, too, and where lines are missing that tell what became of it,
    /// it is in force.
    pub in_the_room: Option<EpochHash>,
    /// What is shown when nothing proves any beginning.
    pub assumed: Option<EpochHash>,
}

/// Where the history that is here begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// With the vault itself.
    Created,
    /// With an epoch that a card in the room, or a pin of this machine, proves: what came before is not here.
    Proven(EpochHash),
    /// Nothing proves it; this epoch is shown because its files stand in the folder.
    Assumed(EpochHash),
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
    /// Whether all that it follows is there, back to a beginning.
    pub whole: bool,
}

/// A log that was read.
#[derive(Debug, Default)]
pub struct History {
    /// Every readable event, in the order of the file.
    pub events: Vec<Placed>,
    /// The newest events: those that no other follows. Of each parting of signed events one stands first, those before the others that have
    /// seen most of them: anybody can write thousands more, and what is signed must not be lost among them.
    pub heads: Vec<EventId>,
    /// What was wrong, in the order of the file.
    pub findings: Vec<Finding>,
    /// What the vault is; none when no beginning was accepted, and none is assumed.
    pub state: Option<State>,
    /// Where the history begins, when there is a state.
    pub beginning: Option<Beginning>,
    /// What the events were read from, without them.
    graph: Graph,
}

impl History {
    /// Reads the lines of a log, without their line feeds. What comes out is a function of the set of lines: their order decides nothing.
    pub fn read<'a>(lines: impl IntoIterator<Item = &'a [u8]>, headers: &Headers, known: &Known) -> History {
        let mut graph = Graph::default();
        graph.read(lines.into_iter(), known.verified_lines);
        Reader { graph, headers, known }.read()
    }

    /// The same log with further lines behind it. What was read before is neither read nor verified again, only what it means is found out
    /// anew, also by what is known now.
    #[must_use]
    pub fn read_on<'a>(self, lines: impl IntoIterator<Item = &'a [u8]>, headers: &Headers, known: &Known) -> History {
        let mut graph = self.graph;
        graph.events = self.events;
        graph.forget_missing_headers();
        graph.read(lines.into_iter(), 0);
        Reader { graph, headers, known }.read()
    }

    /// The same log without its last line, which must have been read as the only one that says its event.
    #[must_use]
    pub fn without_last(self, headers: &Headers, known: &Known) -> History {
        let mut graph = self.graph;
        graph.events = self.events;
        graph.take_back();
        Reader { graph, headers, known }.read()
    }

    /// The newest events for a further one to follow, at most so many, in the order of their ids.
    #[must_use]
    pub fn heads_to_follow(&self, most: usize) -> Vec<EventId> {
        let mut heads: Vec<EventId> = self.heads.iter().take(most).copied().collect();
        heads.sort();
        heads
    }

    /// The event with this id.
    #[must_use]
    pub fn event(&self, id: EventId) -> Option<&Placed> {
        self.graph.place(id).map(|place| &self.events[place])
    }

    /// How many events there are up to this one in the order of the file, itself included; nothing when it is not there.
    #[must_use]
    pub fn number_of(&self, id: EventId) -> Option<usize> {
        self.graph.place(id).map(|place| place + 1)
    }

    /// Events that have no effect because signatures under them are false, as a changed byte makes them.
    #[must_use]
    pub fn with_false_signatures(&self) -> BTreeSet<EventId> {
        let is_false = |why: &Refusal| matches!(why, Refusal::BadSignature(_) | Refusal::SignersDoNotMatch);
        let lines: BTreeSet<usize> = self
            .findings
            .iter()
            .filter_map(|finding| match finding {
                Finding::Refused { line, why } if is_false(why) => Some(*line),
                _ => None,
            })
            .collect();
        self.events.iter().filter(|placed| lines.contains(&placed.line)).map(|placed| placed.id).collect()
    }

    /// Whether lines are cut out, or cannot be read: what they said is not known.
    #[must_use]
    pub fn has_gaps(&self) -> bool {
        self.findings.iter().any(Finding::is_gap)
    }
}

struct Reader<'a> {
    graph: Graph,
    headers: &'a Headers,
    known: &'a Known,
}

impl Reader<'_> {
    fn read(self) -> History {
        let vault = self.vault();
        let root = self.root();
        let mut walked = self.walk(&[], vault, root);
        let needed = self.needed_proofs(&walked);
        let mut beginning = (!walked.all.is_empty()).then_some(Beginning::Created);
        if !needed.is_empty() {
            beginning = beginning.or(Some(Beginning::Proven(needed[0])));
            walked = self.walk(&needed, vault, root);
        } else if let (None, Some(assumed)) = (beginning, self.known.assumed) {
            beginning = Some(Beginning::Assumed(assumed));
            walked = self.walk(&[assumed], vault, root);
        }
        self.finish(walked, beginning)
    }

    fn walk(&self, proven: &[EpochHash], vault: Option<VaultId>, root: Option<EpochHash>) -> Walked {
        walk::walk(&self.graph, self.headers, proven, vault, root)
    }

    fn vouched(&self) -> impl Iterator<Item = EpochHash> {
        self.known.in_the_room.into_iter().chain(self.known.proven.iter().copied())
    }

    /// The vault that a card or a pin leads to; otherwise the one that a signed line begins, the lowest of several; otherwise the one that
    /// most lines are of. So nobody's word, however often it stands there, decides against what is signed.
    fn vault(&self) -> Option<VaultId> {
        let vouched = self.vouched().find_map(|epoch| self.headers.get(&epoch)).map(|header| header.vault);
        let begun = || {
            let events = self.graph.events.iter().zip(&self.graph.nodes);
            let begins = events.filter(|(placed, node)| rules::begins(placed, node, self.headers));
            begins.map(|(placed, _)| placed.event.vault).min()
        };
        vouched.or_else(begun).or_else(|| {
            let mut counts: BTreeMap<VaultId, usize> = BTreeMap::new();
            for placed in &self.graph.events {
                *counts.entry(placed.event.vault).or_default() += 1;
            }
            counts.into_iter().max_by_key(|(vault, count)| (*count, std::cmp::Reverse(*vault))).map(|(vault, _)| vault)
        })
    }

    /// The first epoch of all, when headers lead back to it from one that a card or a pin proves: each names the one before it.
    fn root(&self) -> Option<EpochHash> {
        let first = self.vouched().find(|epoch| self.headers.contains_key(epoch))?;
        let mut epoch = first;
        loop {
            match self.headers.get(&epoch)?.previous {
                None => return Some(epoch),
                Some(previous) => epoch = previous,
            }
        }
    }

    /// Epochs that a card or a pin proves, and of which the log does not tell what became of them.
    fn needed_proofs(&self, walked: &Walked) -> Vec<EpochHash> {
        let in_force = walked.epochs.in_force(&walked.all, &[]);
        let is_whole = !in_force.is_empty()
            && !self.graph.findings().any(|finding| finding.is_gap())
            && self.graph.nodes.iter().all(|node| node.missing.is_empty());
        let needed = |epoch: EpochHash| {
            if !self.headers.contains_key(&epoch) {
                return false;
            }
            let superseded = in_force.iter().any(|active| walked.epochs.lineage(*active).any(|known| known == epoch));
            let in_the_room = self.known.in_the_room == Some(epoch);
            // A whole log that does not know the epoch is an older copy of it, and says which one is in force there; only a card in the
            // room knows better.
            let Some(facts) = walked.epochs.get(epoch) else { return !superseded && (in_the_room || !is_whole) };
            // A card of an epoch that is only staged proves nothing of a commit, unless its line may be among those that are missing.
            let waits = facts.begun.is_empty() && facts.aborted.is_empty();
            !superseded && waits && in_the_room
        };
        let mut needed: Vec<EpochHash> = self.vouched().filter(|epoch| needed(*epoch)).collect();
        needed.dedup();
        needed
    }

    fn finish(mut self, walked: Walked, beginning: Option<Beginning>) -> History {
        self.graph.follow(&walked.behind, &walked.order);
        let mut anchors: Vec<Seen> = Vec::new();
        let mut findings: Vec<Finding> = self.graph.findings().collect();
        for &head in &self.known.anchors {
            match self.graph.place(head) {
                None => findings.push(Finding::AnchorMissing { head }),
                Some(place) if !walked.whole[place] => findings.push(Finding::AnchorBehindCut { head }),
                Some(place) => anchors.push(walked.seen[place].clone()),
            }
        }
        let told_of = fold::fold(&self.graph, &walked, self.headers, &anchors);
        let retold = told_of.as_ref().map(|told| told.retold.as_slice()).unwrap_or_default();
        findings.extend(retold.iter().map(|&place| Finding::Retold { line: self.graph.events[place].line }));
        let state = told_of.map(|told| told.state);
        let heads = self.heads(&walked);
        let beginning = beginning.filter(|_| state.is_some());
        if !matches!(beginning, Some(Beginning::Created | Beginning::Proven(_))) {
            findings.push(Finding::NoBeginning);
        }
        findings.extend(told(&self.graph, &walked, beginning));
        findings.sort_by_key(Finding::line);
        let mut events = std::mem::take(&mut self.graph.events);
        for (placed, (verdict, whole)) in events.iter_mut().zip(walked.verdicts.iter().zip(&walked.whole)) {
            placed.accepted = verdict.is_ok();
            placed.whole = *whole;
        }
        History { events, heads, findings, state, beginning, graph: self.graph }
    }

    /// The newest events: of each parting of signed events one first, those that have seen most of them before the others, then the rest.
    fn heads(&self, walked: &Walked) -> Vec<EventId> {
        let mut newest = self.graph.newest();
        newest.sort_by_cached_key(|&place| {
            let seen = walked.seen[place].count();
            (std::cmp::Reverse(seen), walked.verdicts[place].is_err(), self.graph.events[place].id)
        });
        let mut all = Seen::default();
        let adds = |place: &usize| {
            let is_new = !all.covers(&walked.seen[*place]);
            all = all.join(&walked.seen[*place]);
            is_new
        };
        let (mut first, rest): (Vec<usize>, Vec<usize>) = newest.into_iter().partition(adds);
        first.extend(rest);
        first.into_iter().map(|place| self.graph.events[place].id).collect()
    }
}

/// What is to be told of lines: links that lead nowhere, and what the rules refused.
fn told(graph: &Graph, walked: &Walked, beginning: Option<Beginning>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (mut first, mut count) = (usize::MAX, 0);
    for (place, (Placed { line, .. }, node)) in graph.events.iter().zip(&graph.nodes).enumerate() {
        // A card or a pin that proves a later epoch makes no line of a history whose beginning is here less missing.
        if !walked.whole[place] || beginning == Some(Beginning::Created) {
            findings.extend(node.missing.iter().map(|missing| Finding::Cut { line: *line, missing: *missing }));
        }
        match &walked.verdicts[place] {
            Ok(()) => {}
            Err(Refusal::Unplaced) => {
                first = first.min(*line);
                count += 1;
            }
            Err(why) => findings.push(Finding::Refused { line: *line, why: why.clone() }),
        }
    }
    if count > 0 {
        findings.push(Finding::Unplaced { line: first, count });
    }
    findings
}
