//! Lines as a graph: which event follows which, whatever the order in which their lines stand.
//!
//! What `previous` says is all that counts. A line whose `previous` names an event that is not there follows only those that are.

use std::cell::OnceCell;
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::num::NonZero;

use super::finding::{Finding, Refusal};
use super::history::Placed;
use super::line::{Line, UnreadableLine};
use crate::ids::EventId;
use crate::quorum::Signature;

/// What stands beside an event, and the events that it follows.
#[derive(Debug)]
pub(super) struct Node {
    /// The bytes of its line, without the line feed; of several lines that say it, of the shortest.
    pub(super) bytes: usize,
    pub(super) signatures: Vec<Signature>,
    /// Other signatures that stand beside the same event on further lines: whoever doubles a line with false ones takes nothing away.
    pub(super) other_signatures: Vec<Vec<Signature>>,
    /// Whether all signatures are true, once that was asked: it is what costs most, and it does not change with what stands beside.
    pub(super) signed: OnceCell<Result<(), Refusal>>,
    /// The events that it follows and that are there, by their place in the graph.
    pub(super) parents: Vec<usize>,
    /// Events that it follows and that are not there.
    pub(super) missing: Vec<EventId>,
    /// Whether this machine verified the line before.
    pub(super) verified: bool,
}

/// So many lines that cannot be read are told one by one: anybody can write a million of them, and nobody reads as many sentences.
const UNREADABLE_TOLD: usize = 1_000;
/// No event is written in fewer bytes: its vault alone takes 32.
const SHORTEST_LINE: usize = 64;

type Parsed = Result<Line, UnreadableLine>;

/// So many lines are parsed at once, on every processor: parsing costs most where nothing is to be verified.
const BATCH: usize = 8 << 10;
/// So few lines are not worth a thread.
const FEW: usize = 512;

fn parse(bytes: &[u8], verified: bool) -> Parsed {
    if verified { Line::read_verified(bytes) } else { Line::read(bytes) }
}

/// Parses lines, of which the first so many were verified before, but none that is too short to be an event.
fn parse_all(lines: &[&[u8]], verified: usize) -> Vec<Option<Parsed>> {
    let parse_some = |first: usize, lines: &[&[u8]]| -> Vec<Option<Parsed>> {
        let long = |bytes: &&[u8]| bytes.len() >= SHORTEST_LINE;
        let one = |(at, bytes): (usize, &&[u8])| long(bytes).then(|| parse(bytes, first + at < verified));
        lines.iter().enumerate().map(one).collect()
    };
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get).min(1 + lines.len() / FEW);
    let share = lines.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let mut shares = lines.chunks(share).enumerate();
        let own = shares.next();
        let others: Vec<_> =
            shares.map(|(number, lines)| scope.spawn(move || parse_some(number * share, lines))).collect();
        let mut parsed = own.map_or_else(Vec::new, |(_, lines)| parse_some(0, lines));
        for other in others {
            parsed.extend(other.join().expect("parsing does not panic"));
        }
        parsed
    })
}

/// Every readable line, each behind the ones that it follows.
#[derive(Debug, Default)]
pub(super) struct Graph {
    /// In the order of the file. They become the history's as they are: a long log must not be held twice.
    pub(super) events: Vec<Placed>,
    /// What stands beside each.
    pub(super) nodes: Vec<Node>,
    /// Places in an order in which each stands behind those that it follows.
    pub(super) order: Vec<usize>,
    places: HashMap<EventId, usize>,
    /// What is wrong with lines, whatever they say.
    findings: Vec<Finding>,
    /// Lines that were read.
    lines: usize,
    /// How many lines cannot be read, as far as they are told one by one.
    unreadable: usize,
    /// The first of the others, and how many they are.
    more_unreadable: Option<(usize, usize)>,
}

impl Graph {
    /// Reads further lines, of which the first so many were verified before.
    pub(super) fn read<'a>(&mut self, lines: impl Iterator<Item = &'a [u8]>, verified: usize) {
        let lines: Vec<&[u8]> = lines.collect();
        // Room for what can be an event: what is reserved is also wiped, and a log can have a million lines of nothing.
        let room = lines.iter().filter(|line| line.len() >= SHORTEST_LINE).count();
        self.events.reserve_exact(room);
        self.nodes.reserve_exact(room);
        self.places.reserve(room);
        let mut at = 0;
        for batch in lines.chunks(BATCH) {
            let parsed = parse_all(batch, verified.saturating_sub(at));
            for (bytes, parsed) in batch.iter().zip(parsed) {
                self.lines += 1;
                self.take(bytes, parsed, at < verified);
                at += 1;
            }
        }
        self.link();
    }

    fn take(&mut self, bytes: &[u8], parsed: Option<Parsed>, verified: bool) {
        if parsed.is_none() && self.is_flooded() {
            return self.pass_over();
        }
        match parsed.unwrap_or_else(|| parse(bytes, verified)) {
            Ok(line) => self.add(line, bytes.len(), verified),
            Err(_) if self.is_flooded() => self.pass_over(),
            Err(why) => {
                self.unreadable += 1;
                self.findings.push(Finding::Unreadable { line: self.lines, why });
            }
        }
    }

    fn is_flooded(&self) -> bool {
        self.unreadable >= UNREADABLE_TOLD
    }

    fn pass_over(&mut self) {
        self.more_unreadable.get_or_insert((self.lines, 0)).1 += 1;
    }

    fn add(&mut self, line: Line, bytes: usize, verified: bool) {
        match self.places.entry(line.id) {
            Entry::Vacant(free) => {
                free.insert(self.nodes.len());
                let Line { id, event, signatures } = line;
                self.events.push(Placed { line: self.lines, id, event, accepted: false, whole: false });
                self.nodes.push(Node {
                    bytes,
                    signatures,
                    other_signatures: Vec::new(),
                    signed: OnceCell::new(),
                    parents: Vec::new(),
                    missing: Vec::new(),
                    verified,
                });
            }
            Entry::Occupied(known) => {
                self.findings.push(Finding::Repeated { line: self.lines });
                let first = &mut self.nodes[*known.get()];
                first.bytes = first.bytes.min(bytes);
                if first.signatures != line.signatures {
                    first.other_signatures.push(line.signatures);
                    first.signed.take();
                }
            }
        }
    }

    /// Takes the last line back, when it brought an event of its own. Whether it did.
    pub(super) fn take_back(&mut self) -> bool {
        let is_last = self.events.last().is_some_and(|last| last.line == self.lines);
        if is_last && let (Some(placed), Some(_)) = (self.events.pop(), self.nodes.pop()) {
            self.places.remove(&placed.id);
            self.lines -= 1;
            self.link();
        }
        is_last
    }

    /// Forgets what hung on a header that was not there: it may be there now.
    pub(super) fn forget_missing_headers(&mut self) {
        for node in &mut self.nodes {
            if node.signed.get().is_some_and(|signed| signed.as_ref().is_err_and(Refusal::hangs_on_a_header)) {
                node.signed.take();
            }
        }
    }

    /// What is wrong with lines, whatever they say.
    pub(super) fn findings(&self) -> impl Iterator<Item = Finding> {
        let more = self.more_unreadable.map(|(line, count)| Finding::MoreUnreadable { line, count });
        self.findings.iter().cloned().chain(more)
    }

    /// Finds what each event follows.
    fn link(&mut self) {
        self.order.clear();
        for here in 0..self.nodes.len() {
            self.nodes[here].missing.clear();
            let previous = &self.events[here].event.previous;
            let mut parents = Vec::with_capacity(previous.len());
            let mut named = BTreeSet::new();
            for id in previous.iter().filter(|id| previous.len() < 2 || named.insert(**id)) {
                match self.places.get(id) {
                    Some(&place) => parents.push(place),
                    None => self.nodes[here].missing.push(*id),
                }
            }
            self.nodes[here].parents = parents;
        }
        let in_file_order =
            (0..self.nodes.len()).all(|here| self.nodes[here].parents.iter().all(|&parent| parent < here));
        if in_file_order {
            self.order = (0..self.nodes.len()).collect();
            return;
        }
        let (mut waits, followers) = self.waits();
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

    /// For each event, how many it follows directly, and which follow it.
    fn waits(&self) -> (Vec<usize>, Vec<Vec<usize>>) {
        let mut followers: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for (here, node) in self.nodes.iter().enumerate() {
            node.parents.iter().for_each(|&parent| followers[parent].push(here));
        }
        (self.nodes.iter().map(|node| node.parents.len()).collect(), followers)
    }

    /// Takes events for behind others too that they do not name, and this order for one in which each stands behind those that it
    /// follows.
    pub(super) fn follow(&mut self, behind: &HashMap<usize, Vec<usize>>, order: &[usize]) {
        behind.iter().for_each(|(&here, parents)| self.nodes[here].parents.extend(parents));
        if !behind.is_empty() {
            self.order = order.to_vec();
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
        let (mut waits, followers) = self.waits();
        let key = |here: usize| std::cmp::Reverse((times[here], self.events[here].id, here));
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

    /// Which of some events a newest one does not follow, for many questions at once: each is the newest event with those that it should
    /// follow, and is answered with their places in that list. The graph is walked once for every 64 questions.
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
                let is_beside = |at: &usize| reached[earlier[*at]] & (1 << bit) == 0;
                answers.push((0..earlier.len()).filter(is_beside).collect());
            }
        }
        answers
    }
}
