//! A second way to read a log: sets, and all that an event follows looked through again for every question. It is slow and short, and
//! written from what docs/DESIGN.md says alone. What it tells of epochs, cards and duties stands in `told.rs`.

use std::collections::{BTreeMap, BTreeSet};

use breakglass::bounds::CLAIM_BYTES;
use breakglass::journal::{EVENT_DOMAIN, Event, Headers, Known, LeftOut, Line, NewEpoch, Signer, What};
use breakglass::quorum::{CardIndex, EpochHash, EventId, Signature, VaultId};
use breakglass::vault::Moment;

/// Events by their ids.
pub type Ids = BTreeSet<EventId>;

/// An event with every set of signatures that a line brought for it.
pub struct Node {
    pub event: Event,
    bytes: usize,
    signatures: Vec<Vec<Signature>>,
    verified: bool,
    /// All that it follows and that is there.
    pub past: Ids,
    pub accepted: bool,
    /// Whether all that it follows is there, back to a beginning.
    pub whole: bool,
    /// Proven epochs that it, or something that it follows, is of.
    pub proofs: BTreeSet<EpochHash>,
}

/// What somebody has seen: accepted events, and proven epochs.
#[derive(Clone, Default)]
pub struct View {
    pub events: Ids,
    pub proofs: BTreeSet<EpochHash>,
}

pub struct Naive<'a> {
    pub nodes: BTreeMap<EventId, Node>,
    pub headers: &'a Headers,
    pub known: &'a Known,
    vault: Option<VaultId>,
    /// Epochs that a card or a pin proves and that the lines do not explain.
    pub proven: Vec<EpochHash>,
    /// Whether a line could not be read.
    unreadable: bool,
}

impl<'a> Naive<'a> {
    pub fn read(lines: &[&[u8]], headers: &'a Headers, known: &'a Known) -> Naive<'a> {
        let mut nodes: BTreeMap<EventId, Node> = BTreeMap::new();
        let mut unreadable = false;
        for (number, bytes) in lines.iter().enumerate() {
            let Ok(line) = Line::read(bytes) else {
                unreadable = true;
                continue;
            };
            let node = nodes.entry(line.id).or_insert_with(|| Node {
                event: line.event,
                bytes: bytes.len(),
                signatures: Vec::new(),
                verified: false,
                past: Ids::new(),
                accepted: false,
                whole: false,
                proofs: BTreeSet::new(),
            });
            node.verified |= number < known.verified_lines;
            node.bytes = node.bytes.min(bytes.len());
            node.signatures.push(line.signatures);
        }
        let mut naive = Naive { nodes, headers, known, vault: None, proven: Vec::new(), unreadable };
        naive.vault = naive.vault();
        naive.judge();
        let needed: Vec<EpochHash> = naive.vouched().into_iter().filter(|epoch| naive.needs_proof(*epoch)).collect();
        if !needed.is_empty() {
            naive.proven = needed;
            naive.judge();
        }
        naive
    }

    fn parents(&self, id: EventId) -> Vec<EventId> {
        self.nodes[&id].event.previous.iter().filter(|parent| self.nodes.contains_key(*parent)).copied().collect()
    }

    pub fn vouched(&self) -> Vec<EpochHash> {
        self.known.in_the_room.into_iter().chain(self.known.proven.iter().copied()).collect()
    }

    /// What a card or a pin leads to; else what a signed beginning says, the lowest of several. No claim has a word in it.
    fn vault(&self) -> Option<VaultId> {
        let vouched = self.vouched().into_iter().find_map(|epoch| self.headers.get(&epoch)).map(|header| header.vault);
        let begins = |node: &&Node| matches!(node.event.what, What::Created { .. }) && self.begins(node);
        vouched.or_else(|| self.nodes.values().filter(begins).map(|node| node.event.vault).min())
    }

    /// The first epoch of all, where headers lead back to it from one that a card or a pin proves.
    fn root(&self) -> Option<EpochHash> {
        let mut epoch = self.vouched().into_iter().find(|epoch| self.headers.contains_key(epoch))?;
        while let Some(previous) = self.headers.get(&epoch)?.previous {
            epoch = previous;
        }
        Some(epoch)
    }

    /// Goes through all events, each behind those that it follows, in rounds: what cards signed, and what follows nothing that tells how their
    /// epoch began, follows that beginning as far as the rounds before found one.
    fn judge(&mut self) {
        let mut left: Ids = self.nodes.keys().copied().collect();
        let mut placed: BTreeMap<EventId, Ids> = BTreeMap::new();
        while !left.is_empty() {
            let mut waiting: Vec<EventId> = Vec::new();
            while let Some(id) = self.ready(&left, &waiting) {
                if !placed.contains_key(&id) && self.comes_without_beginning(id) {
                    waiting.push(id);
                    continue;
                }
                left.remove(&id);
                self.judge_one(id, placed.get(&id).cloned().unwrap_or_default());
            }
            let found: Vec<(EventId, Ids)> = waiting.iter().map(|id| (*id, self.beginnings(*id, &left))).collect();
            if found.iter().all(|(_, begun)| begun.is_empty()) {
                let is_followed = |id: &&EventId| {
                    let begins = |later: &&EventId| {
                        begins(&self.nodes[*later].event.what, self.nodes[*id].event.signers[0].0)
                            && self.descends(**later, **id)
                    };
                    left.iter().any(|later| begins(&later))
                };
                let followed: Vec<EventId> = waiting.iter().filter(is_followed).copied().collect();
                let freed = if followed.is_empty() { waiting } else { followed };
                placed.extend(freed.into_iter().map(|id| (id, Ids::new())));
            } else {
                placed.extend(found.into_iter().filter(|(_, begun)| !begun.is_empty()));
            }
        }
    }

    fn ready(&self, left: &Ids, waiting: &[EventId]) -> Option<EventId> {
        let ready = |id: &EventId| self.parents(*id).iter().all(|parent| !left.contains(parent));
        left.iter().copied().find(|id| !waiting.contains(id) && ready(id))
    }

    fn descends(&self, later: EventId, earlier: EventId) -> bool {
        self.parents(later).into_iter().any(|parent| parent == earlier || self.descends(parent, earlier))
    }

    /// Where the epoch began whose cards signed an event, of what is judged.
    fn beginnings(&self, id: EventId, left: &Ids) -> Ids {
        let epoch = self.nodes[&id].event.signers[0].0;
        let judged = self.nodes.iter().filter(|(id, node)| !left.contains(*id) && node.accepted);
        judged.filter(|(_, node)| begins(&node.event.what, epoch)).map(|(id, _)| *id).collect()
    }

    fn comes_without_beginning(&self, id: EventId) -> bool {
        let node = &self.nodes[&id];
        let event = &node.event;
        let first = matches!(
            event.what,
            What::Created { .. } | What::Committed { .. } | What::ReadBack { .. } | What::Unknown { .. }
        );
        let unproven = self.proven.iter().all(|epoch| !is_of(event, *epoch));
        let Some(Signer(epoch, _)) = event.signers.first() else { return false };
        let of_one = event.signers.iter().all(|signer| signer.0 == *epoch);
        let new = !self.begun(&self.view_of(&self.past_of(id, &Ids::new())), *epoch);
        !first && unproven && of_one && new && self.signatures_true(node) && self.receipt_true(node)
    }

    fn receipt_true(&self, node: &Node) -> bool {
        let What::Receipt { receipt } = &node.event.what else { return true };
        let inner = &receipt.receipt;
        let custodian = self.headers.get(&inner.epoch).and_then(|header| header.custodian(inner.card));
        custodian.is_some_and(|custodian| receipt.is_signed_by(&custodian.key))
    }

    fn past_of(&self, id: EventId, behind: &Ids) -> Ids {
        let parents = self.parents(id).into_iter().chain(behind.iter().copied());
        parents.flat_map(|parent| self.nodes[&parent].past.iter().copied().chain([parent])).collect()
    }

    fn judge_one(&mut self, id: EventId, behind: Ids) {
        let past = self.past_of(id, &behind);
        let mut view = self.view_of(&past);
        let node = &self.nodes[&id];
        view.proofs.extend(self.proven.iter().filter(|epoch| is_of(&node.event, **epoch)));
        let accepted = self.accepts(node, &view);
        let named = node.event.previous.iter().chain(&behind);
        let mut whole = named.clone().all(|parent| self.nodes.get(parent).is_some_and(|parent| parent.whole));
        whole &= named.count() > 0;
        whole |= accepted
            && match &node.event.what {
                What::Created { .. } => true,
                What::Staged { epoch, .. } => view.proofs.contains(&epoch.hash),
                _ => false,
            };
        let node = self.nodes.get_mut(&id).unwrap();
        (node.past, node.accepted, node.whole, node.proofs) = (past, accepted, whole, view.proofs);
    }

    /// What whoever follows these events has seen.
    pub fn view_of(&self, past: &Ids) -> View {
        let accepted = |id: &&EventId| self.nodes[id].accepted;
        let proofs = past.iter().flat_map(|id| self.nodes[id].proofs.iter().copied()).collect();
        View { events: past.iter().filter(accepted).copied().collect(), proofs }
    }

    /// What everybody together has seen.
    pub fn everything(&self) -> View {
        let events = self.nodes.iter().filter(|(_, node)| node.accepted).map(|(id, _)| *id).collect();
        View { events, proofs: self.proven.iter().copied().collect() }
    }

    fn told(&self, view: &View, says: impl Fn(&What) -> bool) -> bool {
        view.events.iter().any(|id| says(&self.nodes[id].event.what))
    }

    pub fn staged(&self, view: &View, hash: EpochHash) -> bool {
        self.told(view, |what| match what {
            What::Created { epoch, .. } | What::Staged { epoch, .. } => epoch.hash == hash,
            _ => false,
        })
    }

    pub fn begun(&self, view: &View, hash: EpochHash) -> bool {
        self.proves(&view.proofs, hash) || self.told(view, |what| begins(what, hash))
    }

    /// Whether one of these proven epochs is this one, or comes from it.
    pub fn proves(&self, proofs: &BTreeSet<EpochHash>, hash: EpochHash) -> bool {
        proofs.iter().any(|proven| self.lineage(*proven).contains(&hash))
    }

    pub fn aborted(&self, view: &View, hash: EpochHash) -> bool {
        self.told(view, |what| matches!(what, What::Aborted { epoch, .. } if *epoch == hash))
    }

    fn waits(&self, view: &View, hash: EpochHash) -> bool {
        self.staged(view, hash) && !self.begun(view, hash) && !self.aborted(view, hash)
    }

    pub fn parent(&self, epoch: EpochHash) -> Option<EpochHash> {
        self.headers.get(&epoch).and_then(|header| header.previous)
    }

    /// Epochs of which something is known in the log, or that a card proves.
    pub fn epochs(&self) -> BTreeSet<EpochHash> {
        let all = self.everything();
        self.headers.keys().filter(|epoch| self.staged(&all, **epoch) || all.proofs.contains(*epoch)).copied().collect()
    }

    /// The epochs in force for whoever has seen this.
    pub fn in_force(&self, view: &View, anchors: &[View]) -> BTreeSet<EpochHash> {
        let begun = |epoch: EpochHash| self.begun(view, epoch);
        let mut roots: Vec<EpochHash> = self.headers.keys().copied().filter(|epoch| begun(*epoch)).collect();
        roots.retain(|root| !self.parent(*root).is_some_and(begun));
        let decided = anchors.iter().find_map(|anchor| {
            let here: Vec<EpochHash> = roots.iter().copied().filter(|root| self.begun(anchor, *root)).collect();
            (here.len() == 1).then_some(here)
        });
        decided.unwrap_or(roots).into_iter().flat_map(|root| self.leaves(root, view, anchors)).collect()
    }

    fn leaves(&self, epoch: EpochHash, view: &View, anchors: &[View]) -> BTreeSet<EpochHash> {
        let child = |child: &EpochHash| self.parent(*child) == Some(epoch) && self.begun(view, *child);
        let mut children: Vec<EpochHash> = self.headers.keys().copied().filter(child).collect();
        for anchor in anchors {
            let chosen = |child: &EpochHash| self.begun(anchor, *child) && !self.aborted(anchor, *child);
            let followed: Vec<EpochHash> = children.iter().copied().filter(chosen).collect();
            if let [one] = followed[..] {
                return self.leaves(one, view, anchors);
            }
            if children.iter().all(|child| !self.begun(anchor, *child)) {
                children.retain(|child| !self.aborted(anchor, *child));
            }
        }
        let stays = children.iter().all(|child| self.aborted(view, *child));
        let mut leaves: BTreeSet<EpochHash> =
            children.iter().flat_map(|child| self.leaves(*child, view, anchors)).collect();
        if stays {
            leaves.insert(epoch);
        }
        leaves
    }

    /// What every given head that decides has seen.
    pub fn anchors(&self) -> Vec<View> {
        let decides = |head: &EventId| self.nodes.get(head).filter(|node| node.whole).map(|node| (*head, node));
        let view = |(head, node): (EventId, &Node)| {
            let mut past = node.past.clone();
            past.insert(head);
            self.view_of(&past)
        };
        self.known.anchors.iter().filter_map(decides).map(view).collect()
    }

    fn needs_proof(&self, epoch: EpochHash) -> bool {
        let all = self.everything();
        let followed = self.in_force(&all, &[]).into_iter().any(|active| self.lineage(active).contains(&epoch));
        let told = self.staged(&all, epoch);
        let waits = self.known.in_the_room == Some(epoch) && self.waits(&all, epoch);
        // A pin knows nothing better than a whole log, which is then that of an older copy.
        let here = self.known.in_the_room == Some(epoch) || !self.is_whole();
        self.headers.contains_key(&epoch) && !followed && ((!told && here) || waits)
    }

    /// Whether something is in force, every line can be read, and every event that another follows is there.
    fn is_whole(&self) -> bool {
        let there = |node: &Node| node.event.previous.iter().all(|id| self.nodes.contains_key(id));
        !self.unreadable && self.nodes.values().all(there) && !self.in_force(&self.everything(), &[]).is_empty()
    }

    /// The epoch and those before it.
    pub fn lineage(&self, epoch: EpochHash) -> Vec<EpochHash> {
        let before = |epoch: &EpochHash| self.parent(*epoch).filter(|parent| self.headers.contains_key(parent));
        std::iter::successors(Some(epoch), before).collect()
    }

    /// Every event's time: the least of its own and those of accepted signed events that follow it.
    pub fn time(&self, id: EventId) -> Moment {
        let later = self.nodes.iter().filter(|(later, node)| {
            let follows = **later == id || node.past.contains(&id);
            follows && node.accepted && node.is_signed()
        });
        later.map(|(_, node)| node.event.time).chain([self.nodes[&id].event.time]).min().unwrap()
    }

    /// What follows comes after; of what lived apart the earlier time, then the lower id.
    pub fn in_order(&self) -> Vec<EventId> {
        let mut left: BTreeMap<EventId, Moment> = self.nodes.keys().map(|id| (*id, self.time(*id))).collect();
        let mut order = Vec::new();
        while !left.is_empty() {
            let ready = left.iter().filter(|(id, _)| self.nodes[*id].past.iter().all(|past| !left.contains_key(past)));
            let next = ready.min_by_key(|(id, time)| (**time, **id)).map(|(id, _)| *id).unwrap();
            left.remove(&next);
            order.push(next);
        }
        order
    }
}

impl Node {
    pub fn is_signed(&self) -> bool {
        !self.event.signers.is_empty() && !matches!(self.event.what, What::Unknown { .. })
    }
}

/// Acceptance: only what an event follows is asked.
impl Naive<'_> {
    fn begins(&self, node: &Node) -> bool {
        let What::Created { name, epoch } = &node.event.what else { return false };
        let Some(header) = self.headers.get(&epoch.hash) else { return false };
        let first = header.previous.is_none() && header.heads.is_empty() && header.name == *name;
        let root = self.root().is_none_or(|root| root == epoch.hash);
        first && root && self.describes(node, epoch) && self.quorum(node, epoch.hash) && self.signatures_true(node)
    }

    fn signatures_true(&self, node: &Node) -> bool {
        let signers = &node.event.signers;
        let unique: BTreeSet<&Signer> = signers.iter().collect();
        let is_true = |(Signer(epoch, card), signature): (&Signer, &Signature)| {
            let custodian = self.headers.get(epoch).and_then(|header| header.custodian(*card));
            custodian.is_some_and(|custodian| {
                custodian.key.verify(
                    EVENT_DOMAIN,
                    &EventId::of(&breakglass::vault::to_canonical(&node.event)).0,
                    signature,
                )
            })
        };
        let good = |signatures: &Vec<Signature>| {
            signatures.len() == signers.len() && signers.iter().zip(signatures).all(is_true)
        };
        node.verified || (unique.len() == signers.len() && node.signatures.iter().any(good))
    }

    fn describes(&self, node: &Node, new: &NewEpoch) -> bool {
        let Some(header) = self.headers.get(&new.hash) else { return false };
        let exists = |card: &CardIndex| usize::from(card.get()) <= header.custodians.len();
        header.vault == node.event.vault
            && header.epoch == new.number
            && new.card_files.iter().chain(&new.locked).all(exists)
    }

    fn quorum(&self, node: &Node, epoch: EpochHash) -> bool {
        let Some(header) = self.headers.get(&epoch) else { return false };
        let signers = &node.event.signers;
        signers.iter().all(|signer| signer.0 == epoch) && signers.len() >= usize::from(header.threshold)
    }

    fn accepts(&self, node: &Node, view: &View) -> bool {
        let event = &node.event;
        let unknown = matches!(event.what, What::Unknown { .. });
        if self.vault.is_some_and(|vault| vault != event.vault)
            || (event.signers.is_empty() && node.bytes > CLAIM_BYTES)
        {
            return false;
        }
        if matches!(event.what, What::Created { .. }) {
            return event.previous.is_empty() && self.begins(node);
        }
        let placed = !view.proofs.is_empty() || view.events.iter().any(|id| self.nodes[id].is_signed());
        placed && (unknown || self.fits(node, view))
    }

    fn fits(&self, node: &Node, view: &View) -> bool {
        let in_force = self.in_force(view, &[]);
        let claimed = node.event.signers.iter().all(|signer| in_force.contains(&signer.0));
        let just = |epoch: EpochHash, card: CardIndex| node.event.signers == [Signer(epoch, card)];
        let exists = |epoch: EpochHash, card: CardIndex| {
            self.headers.get(&epoch).is_some_and(|header| header.custodian(card).is_some())
        };
        let by_parent = |epoch: EpochHash| {
            let parent = self.parent(epoch).filter(|parent| in_force.contains(parent));
            parent.is_some_and(|parent| self.quorum(node, parent))
        };
        let fits = match &node.event.what {
            What::ReadBack { epoch, card, .. } => {
                (in_force.contains(epoch) || self.waits(view, *epoch)) && just(*epoch, *card)
            }
            What::Lost { epoch, card, .. } | What::Departed { epoch, card, .. } => {
                (in_force.contains(epoch) || self.waits(view, *epoch)) && exists(*epoch, *card) && claimed
            }
            What::Checked { epoch, card } | What::Relocked { epoch, card, .. } => {
                in_force.contains(epoch) && just(*epoch, *card)
            }
            What::Receipt { receipt } => {
                let inner = &receipt.receipt;
                let custodian = self.headers.get(&inner.epoch).and_then(|header| header.custodian(inner.card));
                let signed = custodian.is_some_and(|custodian| receipt.is_signed_by(&custodian.key));
                in_force.contains(&inner.epoch) && inner.vault == node.event.vault && signed && claimed
            }
            What::Opened { epoch, .. } => in_force.contains(epoch) && self.quorum(node, *epoch),
            What::Revealed { session, .. } | What::Exported { session } | What::Closed { session } => {
                let opened = view.events.get(session).map(|id| &self.nodes[id].event);
                let closed =
                    self.told(view, |what| matches!(what, What::Closed { session: closed } if closed == session));
                opened.is_some_and(|opened| match &opened.what {
                    What::Opened { epoch, .. } => in_force.contains(epoch) && opened.signers == node.event.signers,
                    _ => false,
                }) && !closed
            }
            What::Deposited { epoch, .. } => self.begun(view, *epoch) && claimed,
            What::Staged { epoch, .. } => return self.stages(node, epoch, view, &in_force),
            What::StagedMore { epoch, piece, .. } => {
                self.waits(view, *epoch) && (1..=self.pieces(view, *epoch)).contains(piece) && by_parent(*epoch)
            }
            What::Committed { epoch, left_out } => self.commits(node, *epoch, left_out, view, &in_force),
            What::Aborted { epoch, .. } => self.waits(view, *epoch) && by_parent(*epoch),
            What::PaperDestroyed { .. }
            | What::CardFilesDestroyed { .. }
            | What::Reviewed { .. }
            | What::Deleted { .. }
            | What::TailSetAside { .. }
            | What::Merged {} => claimed,
            What::Created { .. } | What::Unknown { .. } => unreachable!("asked before"),
        };
        fits && self.signatures_true(node)
    }

    fn pieces(&self, view: &View, hash: EpochHash) -> u32 {
        let more = view.events.iter().map(|id| match &self.nodes[id].event.what {
            What::Staged { epoch, more, .. } if epoch.hash == hash => *more,
            _ => 0,
        });
        more.max().unwrap_or(0)
    }

    fn stages(&self, node: &Node, new: &NewEpoch, view: &View, in_force: &BTreeSet<EpochHash>) -> bool {
        let Some(header) = self.headers.get(&new.hash) else { return false };
        let Some(parent) = header.previous else { return false };
        if !self.describes(node, new) || header.heads != node.event.previous {
            return false;
        }
        if view.proofs.contains(&new.hash) {
            // Its card has proven its header, and so what it follows; who signed it may not be here.
            let here = node.event.signers.iter().all(|signer| self.headers.contains_key(&signer.0));
            let threshold = self.headers.get(&parent).map_or(2, |header| usize::from(header.threshold));
            let shaped = node.event.signers.iter().all(|signer| signer.0 == parent);
            return shaped && node.event.signers.len() >= threshold && (!here || self.signatures_true(node));
        }
        let seen = |hash: &EpochHash| self.staged(view, *hash) || *hash == parent;
        let highest = self.headers.iter().filter(|(hash, _)| seen(hash)).map(|(_, header)| header.epoch).max();
        !self.staged(view, new.hash)
            && highest.is_some_and(|highest| highest + 1 == new.number)
            && in_force.contains(&parent)
            && self.quorum(node, parent)
            && self.signatures_true(node)
    }

    fn commits(
        &self,
        node: &Node,
        hash: EpochHash,
        left_out: &[LeftOut],
        view: &View,
        in_force: &BTreeSet<EpochHash>,
    ) -> bool {
        let Some(header) = self.headers.get(&hash) else { return false };
        if view.proofs.contains(&hash) {
            return self.quorum(node, hash);
        }
        let cards: BTreeSet<CardIndex> = header.custodians.iter().map(|custodian| custodian.index).collect();
        let is_read = |card: &CardIndex| {
            self.told(
                view,
                |what| matches!(what, What::ReadBack { epoch, card: read, .. } if *epoch == hash && read == card),
            )
        };
        let unread: BTreeSet<CardIndex> = cards.iter().copied().filter(|card| !is_read(card)).collect();
        let named: BTreeSet<CardIndex> = left_out.iter().map(|left| left.card).collect();
        let piece = |number: u32| {
            self.told(
                view,
                |what| matches!(what, What::StagedMore { epoch, piece, .. } if *epoch == hash && *piece == number),
            )
        };
        self.waits(view, hash)
            && header.previous.is_some_and(|parent| in_force.contains(&parent))
            && (1..=self.pieces(view, hash)).all(piece)
            && cards.len() - unread.len() >= (usize::from(header.threshold) + 1).min(cards.len())
            && named == unread
            && named.len() == left_out.len()
            && self.quorum(node, hash)
    }
}

/// Whether an event speaks of this epoch, or is signed by its cards.
fn begins(what: &What, hash: EpochHash) -> bool {
    match what {
        What::Created { epoch, .. } => epoch.hash == hash,
        What::Committed { epoch, .. } => *epoch == hash,
        _ => false,
    }
}

fn is_of(event: &Event, proven: EpochHash) -> bool {
    let named = match &event.what {
        What::Created { epoch, .. } | What::Staged { epoch, .. } => Some(epoch.hash),
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
        | What::Deleted { epoch, .. } => Some(*epoch),
        What::Receipt { receipt } => Some(receipt.receipt.epoch),
        What::Revealed { .. }
        | What::Exported { .. }
        | What::Closed { .. }
        | What::Reviewed { .. }
        | What::TailSetAside { .. }
        | What::Merged {}
        | What::Unknown { .. } => None,
    };
    named == Some(proven) || event.signers.iter().any(|signer| signer.0 == proven)
}
