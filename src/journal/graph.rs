//! Lines as a graph: which event follows which, whatever the order in which their lines stand.
//!
//! What `previous` says is all that counts. A line whose `previous` names an event that is not there follows only those that are.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use super::finding::Finding;
use super::line::Line;
use crate::quorum::{EventId, Signature};

/// A line that was read, with the events that it follows.
pub(super) struct Node {
    /// The line's number, from 1.
    pub(super) number: usize,
    /// Its bytes, without the line feed.
    pub(super) bytes: usize,
    pub(super) line: Line,
    /// Other signatures that stand beside the same event on further lines: whoever doubles a line with false ones takes nothing away.
    pub(super) other_signatures: Vec<Vec<Signature>>,
    /// The events that it follows and that are there, by their place in the graph.
    pub(super) parents: Vec<usize>,
    /// Events that it follows and that are not there.
    pub(super) missing: Vec<EventId>,
    /// Whether this machine verified the line before.
    pub(super) verified: bool,
}

/// Every readable line, each behind the ones that it follows.
#[derive(Default)]
pub(super) struct Graph {
    /// In the order of the file.
    pub(super) nodes: Vec<Node>,
    /// Places in an order in which each stands behind those that it follows.
    pub(super) order: Vec<usize>,
    places: HashMap<EventId, usize>,
    pub(super) findings: Vec<Finding>,
}

impl Graph {
    /// Reads lines, of which the first so many were verified before.
    pub(super) fn read<'a>(lines: impl Iterator<Item = &'a [u8]>, verified: usize) -> Graph {
        let mut graph = Graph::default();
        graph.nodes.reserve(lines.size_hint().0);
        graph.places.reserve(lines.size_hint().0);
        for (number, bytes) in (1..).zip(lines) {
            let verified = number <= verified;
            let read = if verified { Line::read_verified(bytes) } else { Line::read(bytes) };
            match read {
                Err(why) => graph.findings.push(Finding::Unreadable { line: number, why }),
                Ok(line) => graph.add(number, line, bytes.len(), verified),
            }
        }
        graph.link();
        graph
    }

    fn add(&mut self, number: usize, line: Line, bytes: usize, verified: bool) {
        match self.places.entry(line.id) {
            Entry::Vacant(free) => {
                free.insert(self.nodes.len());
                let (other_signatures, parents, missing) = (Vec::new(), Vec::new(), Vec::new());
                self.nodes.push(Node { number, bytes, line, other_signatures, parents, missing, verified });
            }
            Entry::Occupied(known) => {
                self.findings.push(Finding::Repeated { line: number });
                let first = &mut self.nodes[*known.get()];
                first.bytes = first.bytes.min(bytes);
                if first.line.signatures != line.signatures {
                    first.other_signatures.push(line.signatures);
                }
            }
        }
    }

    fn link(&mut self) {
        let mut waits = Vec::with_capacity(self.nodes.len());
        let mut followers: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for here in 0..self.nodes.len() {
            let previous = std::mem::take(&mut self.nodes[here].line.event.previous);
            let mut parents = Vec::with_capacity(previous.len());
            let mut named = BTreeSet::new();
            for id in previous.iter().filter(|id| previous.len() < 2 || named.insert(**id)) {
                match self.places.get(id) {
                    Some(&place) => parents.push(place),
                    None => self.nodes[here].missing.push(*id),
                }
            }
            parents.iter().for_each(|&parent| followers[parent].push(here));
            waits.push(parents.len());
            self.nodes[here].parents = parents;
            self.nodes[here].line.event.previous = previous;
        }
        let in_file_order =
            (0..self.nodes.len()).all(|here| self.nodes[here].parents.iter().all(|&parent| parent < here));
        if in_file_order {
            self.order = (0..self.nodes.len()).collect();
            return;
        }
        let mut ready: Vec<usize> = (0..self.nodes.len()).rev().filter(|&here| waits[here] == 0).collect();
        while let Some(here) = ready.pop() {
            self.order.push(here);
            for &follower in followers[here].iter().rev() {
                waits[follower] -= 1;
                if waits[follower] == 0 {
                    ready.push(follower);
                }
            }
        }
    }

    /// Where an event stands.
    pub(super) fn place(&self, id: EventId) -> Option<usize> {
        self.places.get(&id).copied()
    }

    /// Places that nothing follows.
    pub(super) fn newest(&self) -> Vec<usize> {
        let mut is_newest = vec![true; self.nodes.len()];
        self.nodes.iter().flat_map(|node| &node.parents).for_each(|&parent| is_newest[parent] = false);
        (0..self.nodes.len()).filter(|&here| is_newest[here]).collect()
    }

    /// All events by what they follow first, then by their times, then by their ids: the same for every copy that holds the same lines.
    pub(super) fn canonical_order(&self, times: &[crate::vault::Moment]) -> Vec<usize> {
        let chain = self.order.windows(2).all(|pair| self.nodes[pair[1]].parents == [pair[0]]);
        if chain {
            return self.order.clone();
        }
        let mut waits: Vec<usize> = self.nodes.iter().map(|node| node.parents.len()).collect();
        let mut followers: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for (here, node) in self.nodes.iter().enumerate() {
            node.parents.iter().for_each(|&parent| followers[parent].push(here));
        }
        let key = |here: usize| std::cmp::Reverse((times[here], self.nodes[here].line.id, here));
        let mut ready: std::collections::BinaryHeap<_> =
            (0..self.nodes.len()).filter(|&here| waits[here] == 0).map(key).collect();
        let mut order = Vec::with_capacity(self.nodes.len());
        while let Some(std::cmp::Reverse((_, _, here))) = ready.pop() {
            order.push(here);
            for &follower in &followers[here] {
                waits[follower] -= 1;
                if waits[follower] == 0 {
                    ready.push(key(follower));
                }
            }
        }
        order
    }

    /// Of these events, those that `later` does not follow, for many questions at once: each is a newest event with the events that it
    /// should follow. The graph is walked once for every 64 questions.
    pub(super) fn unfollowed(&self, questions: &[(usize, Vec<usize>)]) -> Vec<Vec<usize>> {
        let mut answers = Vec::with_capacity(questions.len());
        for batch in questions.chunks(64) {
            let mut reached = vec![0_u64; self.nodes.len()];
            for (bit, (later, _)) in batch.iter().enumerate() {
                reached[*later] |= 1 << bit;
            }
            for &here in self.order.iter().rev() {
                let mask = reached[here];
                if mask != 0 {
                    self.nodes[here].parents.iter().for_each(|&parent| reached[parent] |= mask);
                }
            }
            for (bit, (_, earlier)) in batch.iter().enumerate() {
                answers.push(earlier.iter().copied().filter(|&place| reached[place] & (1 << bit) == 0).collect());
            }
        }
        answers
    }
}
