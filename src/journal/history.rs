//! A log that was read: its events, what is wrong with them, and what the vault is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::event::Event;
use super::finding::{Finding, Refusal};
use super::fold;
use super::graph::Graph;
use super::rules;
use super::seen::Seen;
use super::state::State;
use super::walk::{self, SignatureVerdicts, Walked};
use crate::quorum::{EpochHash, EventId, VaultId};
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
#[derive(Debug)]
pub struct History {
    /// Every readable event, in the order of the file.
    pub events: Vec<Placed>,
    /// The newest events: those that no other follows, in the order of their ids.
    pub heads: Vec<EventId>,
    /// What was wrong, in the order of the file.
    pub findings: Vec<Finding>,
    /// What the vault is; none when no beginning was accepted, and none is assumed.
    pub state: Option<State>,
    /// Where the history begins, when there is a state.
    pub beginning: Option<Beginning>,
    places: HashMap<EventId, usize>,
}

impl History {
    /// Reads the lines of a log, without their line feeds. What comes out is a function of the set of lines: their order decides nothing.
    pub fn read<'a>(lines: impl IntoIterator<Item = &'a [u8]>, headers: &Headers, known: &Known) -> History {
        let graph = Graph::read(lines.into_iter(), known.verified_lines);
        let mut reader = Reader { graph, headers, known, signatures: Vec::new() };
        reader.signatures = vec![None; reader.graph.nodes.len()];
        reader.read()
    }

    /// The event with this id.
    #[must_use]
    pub fn event(&self, id: EventId) -> Option<&Placed> {
        self.places.get(&id).map(|&place| &self.events[place])
    }

    /// How many events there are up to this one in the order of the file, itself included; nothing when it is not there.
    #[must_use]
    pub fn number_of(&self, id: EventId) -> Option<usize> {
        self.places.get(&id).map(|place| place + 1)
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

    /// Whether events follow what is not there. A line that cannot be read, and that another copy brought since, cuts nothing out.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.findings.iter().any(Finding::is_cut)
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
    signatures: SignatureVerdicts,
}

impl Reader<'_> {
    fn read(mut self) -> History {
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

    fn walk(&mut self, proven: &[EpochHash], vault: Option<VaultId>, root: Option<EpochHash>) -> Walked {
        walk::walk(&self.graph, self.headers, proven, vault, root, &mut self.signatures)
    }

    fn vouched(&self) -> impl Iterator<Item = EpochHash> {
        self.known.in_the_room.into_iter().chain(self.known.proven.iter().copied())
    }

    /// The vault that a card or a pin leads to; otherwise the one that a signed line begins, the lowest of several; otherwise the one that
    /// most lines are of. So nobody's word, however often it stands there, decides against what is signed.
    fn vault(&self) -> Option<VaultId> {
        let vouched = self.vouched().find_map(|epoch| self.headers.get(&epoch)).map(|header| header.vault);
        let begun = || {
            let begins = self.graph.nodes.iter().filter(|node| rules::begins(node, self.headers));
            begins.map(|node| node.line.event.vault).min()
        };
        vouched.or_else(begun).or_else(|| {
            let mut counts: BTreeMap<VaultId, usize> = BTreeMap::new();
            for node in &self.graph.nodes {
                *counts.entry(node.line.event.vault).or_default() += 1;
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
            && !self.graph.findings.iter().any(Finding::is_gap)
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
        let mut anchors: Vec<Seen> = Vec::new();
        let mut findings = std::mem::take(&mut self.graph.findings);
        for &head in &self.known.anchors {
            match self.graph.place(head) {
                None => findings.push(Finding::AnchorMissing { head }),
                Some(place) if !walked.whole[place] => findings.push(Finding::AnchorBehindCut { head }),
                Some(place) => anchors.push(walked.seen[place].clone()),
            }
        }
        let state = fold::fold(&self.graph, &walked, self.headers, &anchors);
        let mut heads: Vec<EventId> =
            self.graph.newest().into_iter().map(|place| self.graph.nodes[place].line.id).collect();
        heads.sort();
        let beginning = beginning.filter(|_| state.is_some());
        if !matches!(beginning, Some(Beginning::Created | Beginning::Proven(_))) {
            findings.push(Finding::NoBeginning);
        }
        findings.extend(told(&self.graph, &walked, beginning));
        findings.sort_by_key(Finding::line);
        let count = self.graph.nodes.len();
        let mut events = Vec::with_capacity(count);
        let mut places = HashMap::with_capacity(count);
        for (node, (verdict, whole)) in self.graph.nodes.into_iter().zip(walked.verdicts.iter().zip(&walked.whole)) {
            places.insert(node.line.id, events.len());
            events.push(Placed {
                line: node.number,
                id: node.line.id,
                event: node.line.event,
                accepted: verdict.is_ok(),
                whole: *whole,
            });
        }
        History { events, heads, findings, state, beginning, places }
    }
}

/// What is to be told of lines: links that lead nowhere, and what the rules refused.
fn told(graph: &Graph, walked: &Walked, beginning: Option<Beginning>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (mut first, mut count) = (usize::MAX, 0);
    for (place, node) in graph.nodes.iter().enumerate() {
        // A card or a pin that proves a later epoch makes no line of a history whose beginning is here less missing.
        if !walked.whole[place] || beginning == Some(Beginning::Created) {
            findings.extend(node.missing.iter().map(|missing| Finding::Cut { line: node.number, missing: *missing }));
        }
        match &walked.verdicts[place] {
            Ok(()) => {}
            Err(Refusal::Unplaced) => {
                first = first.min(node.number);
                count += 1;
            }
            Err(why) => findings.push(Finding::Refused { line: node.number, why: why.clone() }),
        }
    }
    if count > 0 {
        findings.push(Finding::Unplaced { line: first, count });
    }
    findings
}
