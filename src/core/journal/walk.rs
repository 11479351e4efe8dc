//! The way through all lines, each behind those that it follows: which of them have their effect, and what each has seen.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::epochs::Epochs;
use super::event::{Event, NewEpoch, Signer, What};
use super::finding::Refusal;
use super::graph::Graph;
use super::history::{Headers, Placed};
use super::rules::{self, Place, SessionFacts};
use super::seen::{Chains, Mark, Seen};
use crate::ids::{EpochHash, EventId, VaultId};

/// What the way through the lines found.
pub(super) struct Walked {
    /// For each place of the graph, whether the event has its effect.
    pub(super) verdicts: Vec<Result<(), Refusal>>,
    /// For each place, what the event has seen, itself included when it is signed.
    pub(super) seen: Vec<Seen>,
    /// For each place, its own mark when it is signed and has its effect.
    pub(super) marks: Vec<Option<Mark>>,
    /// For each place, whether all that it follows is there, back to a beginning.
    pub(super) whole: Vec<bool>,
    pub(super) epochs: Epochs,
    /// Epochs that count as begun because a card in the room proved them.
    pub(super) proofs: Vec<(EpochHash, Mark)>,
    /// All that any accepted event has seen.
    pub(super) all: Seen,
    /// Places in the order in which they were walked.
    pub(super) order: Vec<usize>,
    /// For events that follow nothing that tells how the epoch of their cards began, where it began.
    pub(super) behind: HashMap<usize, Vec<usize>>,
}

/// Walks the graph. `proven` are epochs that a card in the room, or a pin, proves and that the log alone does not bring into force.
pub(super) fn walk(
    graph: &Graph,
    headers: &Headers,
    proven: &[EpochHash],
    vault: Option<VaultId>,
    root: Option<EpochHash>,
) -> Walked {
    let count = graph.nodes.len();
    let mut walker = Walker {
        graph,
        headers,
        vault,
        root,
        chains: Chains::default(),
        sessions: HashMap::new(),
        in_force: vec![InForce::default(); count],
        proof_seen: Vec::new(),
        found: Walked {
            verdicts: vec![Ok(()); count],
            seen: vec![Seen::default(); count],
            marks: vec![None; count],
            whole: vec![false; count],
            epochs: Epochs::default(),
            proofs: Vec::new(),
            all: Seen::default(),
            order: Vec::with_capacity(count),
            behind: HashMap::new(),
        },
        begun_at: HashMap::new(),
    };
    walker.prove(proven);
    walker.walk();
    walker.found
}

type InForce = Rc<Vec<EpochHash>>;

struct Walker<'a> {
    graph: &'a Graph,
    headers: &'a Headers,
    vault: Option<VaultId>,
    root: Option<EpochHash>,
    chains: Chains,
    sessions: HashMap<EventId, SessionFacts>,
    /// The epochs in force behind each event; most share what is in force before them.
    in_force: Vec<InForce>,
    proof_seen: Vec<Seen>,
    found: Walked,
    /// Where each epoch was created or committed.
    begun_at: HashMap<EpochHash, Vec<usize>>,
}

impl Walker<'_> {
    /// Goes through all events, each behind those that it follows. What cards wrote where the log does not tell how their epoch began follows
    /// that beginning too, and so waits until it was found.
    fn walk(&mut self) {
        let graph = self.graph;
        let mut released: HashSet<usize> = HashSet::new();
        let mut rest = graph.order.clone();
        loop {
            let (mut held, mut waiting) = (HashSet::new(), Vec::new());
            for here in rest {
                if graph.nodes[here].parents.iter().any(|parent| held.contains(parent)) {
                    held.insert(here);
                } else if let Some(epoch) = self.waits_for(here).filter(|_| !released.contains(&here)) {
                    held.insert(here);
                    waiting.push((here, epoch));
                } else {
                    self.step(here);
                    self.found.order.push(here);
                }
            }
            if waiting.is_empty() {
                return;
            }
            let begun = |(here, epoch): &(usize, EpochHash)| Some((*here, self.begun_at.get(epoch)?.clone()));
            let ready: Vec<(usize, Vec<usize>)> = waiting.iter().filter_map(begun).collect();
            if ready.is_empty() {
                released.extend(self.without_beginning(&waiting, &held));
            }
            released.extend(ready.iter().map(|(here, _)| *here));
            self.found.behind.extend(ready);
            rest = graph.order.iter().copied().filter(|here| held.contains(here)).collect();
        }
    }

    /// The epoch whose cards signed an event, when nothing that the event follows tells how it began.
    fn waits_for(&self, here: usize) -> Option<EpochHash> {
        let placed = &self.graph.events[here];
        let event = &placed.event;
        let Signer(epoch, _) = *event.signers.first()?;
        if may_come_first(&event.what) || self.found.proofs.iter().any(|(proven, _)| is_of(event, *proven)) {
            return None;
        }
        let begun = self.found.epochs.get(epoch).map(|facts| facts.begun.as_slice()).unwrap_or_default();
        let is_new = begun.is_empty() || !self.before(here).0.has_any(begun);
        let is_signed = || rules::signatures(placed, &self.graph.nodes[here], self.headers).is_ok();
        (is_new && event.signers.iter().all(|signer| signer.0 == epoch) && is_signed()).then_some(epoch)
    }

    /// Of those that wait, and none of whose epochs began, the ones that a beginning of their epoch follows; all of them where that is not so.
    fn without_beginning(&self, waiting: &[(usize, EpochHash)], held: &HashSet<usize>) -> Vec<usize> {
        let followed = waiting.iter().filter(|(here, epoch)| {
            let mut behind = HashSet::from([*here]);
            self.graph.order.iter().filter(|later| held.contains(later)).any(|later| {
                let follows = self.graph.nodes[*later].parents.iter().any(|parent| behind.contains(parent));
                follows && behind.insert(*later) && begins(&self.graph.events[*later].event.what, *epoch)
            })
        });
        let followed: Vec<usize> = followed.map(|(here, _)| *here).collect();
        if followed.is_empty() { waiting.iter().map(|(here, _)| *here).collect() } else { followed }
    }

    fn prove(&mut self, proven: &[EpochHash]) {
        for &epoch in proven {
            let Some(header) = self.headers.get(&epoch) else { continue };
            let (mark, seen) = self.chains.lay(&Seen::default());
            let cards = u8::try_from(header.custodians.len()).unwrap_or(u8::MAX);
            self.found.epochs.know(epoch, header.epoch, header.previous, cards).begun.push(mark);
            // What its header names came before it, and so began, whether its lines are here or not.
            let mut before = header.previous;
            while let Some(earlier) = before.and_then(|earlier| self.headers.get(&earlier)) {
                let cards = u8::try_from(earlier.custodians.len()).unwrap_or(u8::MAX);
                let known = self.found.epochs.know(earlier.hash(), earlier.epoch, earlier.previous, cards);
                known.begun.push(mark);
                before = earlier.previous;
            }
            self.found.proofs.push((epoch, mark));
            self.found.all = self.found.all.join(&seen);
            self.proof_seen.push(seen);
        }
    }

    fn step(&mut self, here: usize) {
        let graph = self.graph;
        let (node, Placed { id, event, .. }) = (&graph.nodes[here], &graph.events[here]);
        let (seen, in_force) = self.before(here);
        let place = Place {
            seen: &seen,
            in_force: &in_force,
            epochs: &self.found.epochs,
            sessions: &self.sessions,
            headers: self.headers,
            proofs: &self.found.proofs,
            vault: self.vault,
            root: self.root,
        };
        let verdict = rules::check(event, node.bytes, &place).and_then(|()| self.signed(here));
        let begins = matches!(event.what, What::Created { .. } | What::Staged { .. }) && self.begins(event, &seen);
        let mut parents = node.parents.iter().chain(self.behind(here)).peekable();
        let follows = node.missing.is_empty() && parents.peek().is_some();
        self.found.whole[here] =
            verdict.is_ok() && begins || (follows && parents.all(|&parent| self.found.whole[parent]));
        let (mut seen, mut in_force) = (seen, in_force);
        if verdict.is_ok() && !event.signers.is_empty() && !matches!(event.what, What::Unknown { .. }) {
            let (mark, after) = self.chains.lay(&seen);
            seen = after;
            self.found.marks[here] = Some(mark);
            if self.take_in(here, *id, event, mark) {
                in_force = Rc::new(self.found.epochs.in_force(&seen, &[]));
            }
        }
        if verdict.is_ok() {
            self.found.all = self.found.all.join(&seen);
            if self.vault.is_none() {
                self.vault = Some(event.vault);
            }
        }
        self.found.verdicts[here] = verdict;
        self.found.seen[here] = seen;
        self.in_force[here] = in_force;
    }

    /// What an event follows, and the epochs in force there.
    fn before(&self, here: usize) -> (Seen, InForce) {
        let node = &self.graph.nodes[here];
        let mut seen = Seen::default();
        let mut from = None;
        for &parent in node.parents.iter().chain(self.behind(here)) {
            let joined = seen.join(&self.found.seen[parent]);
            if joined != seen || from.is_none() {
                from = self.found.seen[parent].covers(&joined).then_some(parent);
            }
            seen = joined;
        }
        let mut proven = false;
        for ((epoch, mark), proof) in self.found.proofs.iter().zip(&self.proof_seen) {
            if !seen.has(*mark) && is_of(&self.graph.events[here].event, *epoch) {
                seen = seen.join(proof);
                proven = true;
            }
        }
        match from {
            Some(parent) if !proven => (seen, Rc::clone(&self.in_force[parent])),
            _ if seen.is_empty() => (seen, InForce::default()),
            _ => {
                let in_force = self.found.epochs.in_force(&seen, &[]);
                (seen, Rc::new(in_force))
            }
        }
    }

    fn behind(&self, here: usize) -> &[usize] {
        self.found.behind.get(&here).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether history begins here: with the vault, or with an epoch that a card in the room proves.
    fn begins(&self, event: &Event, seen: &Seen) -> bool {
        match &event.what {
            What::Created { .. } => true,
            What::Staged { epoch, .. } => {
                self.found.proofs.iter().any(|(proven, mark)| *proven == epoch.hash && seen.has(*mark))
            }
            What::ReadBack { .. }
            | What::Checked { .. }
            | What::Receipt { .. }
            | What::Lost { .. }
            | What::Departed { .. }
            | What::Relocked { .. }
            | What::PaperDestroyed { .. }
            | What::CardFilesDestroyed { .. }
            | What::Deposited { .. }
            | What::Opened { .. }
            | What::Revealed { .. }
            | What::Exported { .. }
            | What::Closed { .. }
            | What::Reviewed { .. }
            | What::StagedMore { .. }
            | What::Committed { .. }
            | What::Aborted { .. }
            | What::Deleted { .. }
            | What::TailSetAside { .. }
            | What::Merged {}
            | What::Unknown { .. } => false,
        }
    }

    /// Whether the signatures of a line are true. The staging of an epoch that a card proved is signed by an epoch that may not be here.
    fn signed(&self, here: usize) -> Result<(), Refusal> {
        let (node, placed) = (&self.graph.nodes[here], &self.graph.events[here]);
        if matches!(placed.event.what, What::Unknown { .. }) {
            return Ok(());
        }
        let verdict = rules::signatures(placed, node, self.headers);
        let is_proven = |epoch: &EpochHash| self.found.proofs.iter().any(|(proven, _)| proven == epoch);
        let begins = matches!(&placed.event.what, What::Staged { epoch, .. } if is_proven(&epoch.hash));
        if begins && matches!(verdict, Err(Refusal::HeaderMissing(_))) { Ok(()) } else { verdict.clone() }
    }

    /// Keeps what a signed event did. Whether it may have changed which epoch is in force.
    fn take_in(&mut self, here: usize, id: EventId, event: &Event, mark: Mark) -> bool {
        match &event.what {
            What::Created { epoch, .. } => {
                let facts = self.know(epoch);
                facts.staged.push(mark);
                facts.begun.push(mark);
                self.begun_at.entry(epoch.hash).or_default().push(here);
                true
            }
            What::Staged { epoch, more, .. } => {
                let facts = self.know(epoch);
                facts.staged.push(mark);
                facts.more.push((mark, *more));
                false
            }
            What::StagedMore { epoch, piece, .. } => {
                self.change(*epoch, |facts| facts.pieces.entry(*piece).or_default().push(mark));
                false
            }
            What::ReadBack { epoch, card, .. } => {
                self.change(*epoch, |facts| facts.read_back.entry(*card).or_default().push(mark));
                false
            }
            What::Committed { epoch, .. } => {
                self.change(*epoch, |facts| facts.begun.push(mark));
                self.begun_at.entry(*epoch).or_default().push(here);
                true
            }
            What::Aborted { epoch, .. } => {
                self.change(*epoch, |facts| facts.aborted.push(mark));
                true
            }
            What::Opened { epoch, .. } => {
                let attending = event.signers.clone();
                self.sessions.insert(id, SessionFacts { opened: mark, epoch: *epoch, attending, closed: Vec::new() });
                false
            }
            What::Closed { session } => {
                if let Some(facts) = self.sessions.get_mut(session) {
                    facts.closed.push(mark);
                }
                false
            }
            What::Checked { .. }
            | What::Relocked { .. }
            | What::Revealed { .. }
            | What::Exported { .. }
            | What::Receipt { .. }
            | What::Lost { .. }
            | What::Departed { .. }
            | What::PaperDestroyed { .. }
            | What::CardFilesDestroyed { .. }
            | What::Deposited { .. }
            | What::Reviewed { .. }
            | What::Deleted { .. }
            | What::TailSetAside { .. }
            | What::Merged {}
            | What::Unknown { .. } => false,
        }
    }

    fn know(&mut self, new: &NewEpoch) -> &mut super::epochs::EpochFacts {
        let header = &self.headers[&new.hash];
        let cards = u8::try_from(header.custodians.len()).unwrap_or(u8::MAX);
        self.found.epochs.know(new.hash, new.number, header.previous, cards)
    }

    fn change(&mut self, epoch: EpochHash, change: impl FnOnce(&mut super::epochs::EpochFacts)) {
        if let Some(facts) = self.found.epochs.all.get_mut(&epoch) {
            change(facts);
        }
    }
}

/// Whether an event says that this epoch began.
fn begins(what: &What, hash: EpochHash) -> bool {
    match what {
        What::Created { epoch, .. } => epoch.hash == hash,
        What::Committed { epoch, .. } => *epoch == hash,
        What::ReadBack { .. }
        | What::Checked { .. }
        | What::Receipt { .. }
        | What::Lost { .. }
        | What::Departed { .. }
        | What::Relocked { .. }
        | What::PaperDestroyed { .. }
        | What::CardFilesDestroyed { .. }
        | What::Deposited { .. }
        | What::Opened { .. }
        | What::Revealed { .. }
        | What::Exported { .. }
        | What::Closed { .. }
        | What::Reviewed { .. }
        | What::Staged { .. }
        | What::StagedMore { .. }
        | What::Aborted { .. }
        | What::Deleted { .. }
        | What::TailSetAside { .. }
        | What::Merged {}
        | What::Unknown { .. } => false,
    }
}

/// Whether cards of an epoch may sign this before it began, or it says itself that it did; of what is unknown, nothing is known.
fn may_come_first(what: &What) -> bool {
    match what {
        What::Created { .. } | What::Committed { .. } | What::ReadBack { .. } | What::Unknown { .. } => true,
        What::Checked { .. }
        | What::Receipt { .. }
        | What::Lost { .. }
        | What::Departed { .. }
        | What::Relocked { .. }
        | What::PaperDestroyed { .. }
        | What::CardFilesDestroyed { .. }
        | What::Deposited { .. }
        | What::Opened { .. }
        | What::Revealed { .. }
        | What::Exported { .. }
        | What::Closed { .. }
        | What::Reviewed { .. }
        | What::Staged { .. }
        | What::StagedMore { .. }
        | What::Aborted { .. }
        | What::Deleted { .. }
        | What::TailSetAside { .. }
        | What::Merged {} => false,
    }
}

/// Whether an event speaks of this epoch, or is signed by its cards.
fn is_of(event: &Event, proven: EpochHash) -> bool {
    let names = match &event.what {
        What::Created { epoch, .. } | What::Staged { epoch, .. } => epoch.hash == proven,
        What::ReadBack { epoch, .. }
        | What::Checked { epoch, .. }
        | What::Lost { epoch, .. }
        | What::Departed { epoch, .. }
        | What::Relocked { epoch, .. }
        | What::PaperDestroyed { epoch, .. }
        | What::CardFilesDestroyed { epoch, .. }
        | What::Deposited { epoch, .. }
        | What::Opened { epoch, .. }
        | What::StagedMore { epoch, .. }
        | What::Committed { epoch, .. }
        | What::Aborted { epoch, .. }
        | What::Deleted { epoch, .. } => *epoch == proven,
        What::Receipt { receipt } => receipt.receipt.epoch == proven,
        What::Revealed { .. }
        | What::Exported { .. }
        | What::Closed { .. }
        | What::Reviewed { .. }
        | What::TailSetAside { .. }
        | What::Merged {}
        | What::Unknown { .. } => false,
    };
    names || event.signers.iter().any(|Signer(epoch, _)| *epoch == proven)
}
