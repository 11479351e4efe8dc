//! What each accepted event changes. Events come by what they follow first, then by their times, then by their ids.

use std::collections::{BTreeMap, BTreeSet};

use super::cards::Papers;
use super::deposits::Deposits;
use super::epochs::EpochFacts;
use super::event::{Event, NewEpoch, Replaced, SecretPart, Staging, What};
use super::graph::Graph;
use super::history::Headers;
use super::kept;
use super::openings::Openings;
use super::seen::{Mark, Seen};
use super::state::{EpochState, Fate, State};
use super::walk::Walked;
use super::written_out::WrittenOut;
use crate::ids::{EpochHash, EventId};
use crate::vault::{EpochHeader, Moment, VaultName};

/// One event on its way into the state.
pub(super) struct Step<'a> {
    /// Its place in the graph.
    pub(super) at: usize,
    pub(super) id: EventId,
    pub(super) event: &'a Event,
    /// Its time, never later than a signed event that follows it.
    pub(super) time: Moment,
    pub(super) mark: Option<Mark>,
    pub(super) seen: &'a Seen,
}

/// The time of each event: its own, and never later than a signed event that follows it.
pub(super) fn times(graph: &Graph, walked: &Walked) -> Vec<Moment> {
    let own = |here: usize| graph.events[here].event.time;
    let mut times: Vec<Moment> = (0..graph.nodes.len()).map(own).collect();
    // The earliest signed event from here on.
    let mut signed: Vec<Option<Moment>> = vec![None; graph.nodes.len()];
    for &here in graph.order.iter().rev() {
        if walked.marks[here].is_some() {
            signed[here] = Some(signed[here].map_or(own(here), |later| later.min(own(here))));
        }
        let Some(earliest) = signed[here] else { continue };
        for &parent in &graph.nodes[here].parents {
            signed[parent] = Some(signed[parent].map_or(earliest, |later| later.min(earliest)));
        }
        times[here] = times[here].min(earliest);
    }
    times
}

/// Folds every accepted event into the state. Nothing when no epoch is in force.
pub(super) fn fold(graph: &Graph, walked: &Walked, headers: &Headers, anchors: &[Seen]) -> Option<Told> {
    let active = walked.epochs.in_force(&walked.all, anchors);
    let vault = active.iter().find_map(|epoch| headers.get(epoch)).map(|header| header.vault)?;
    let times = times(graph, walked);
    let effective = effective(walked, &active);
    let mut folding = Folding {
        walked,
        headers,
        effective,
        name: active.iter().find_map(|epoch| headers.get(epoch)).map(|header| header.name.clone()),
        epochs: BTreeMap::new(),
        stagings: BTreeMap::new(),
        dealt: Vec::new(),
        codes_named: Default::default(),
        papers: Papers::default(),
        openings: Openings::default(),
        deposits: Deposits::default(),
        codes: Default::default(),
        torn_tails: BTreeSet::new(),
        unknown: BTreeSet::new(),
        newest_signed: None,
        latest: None,
    };
    folding.begin();
    for at in graph.canonical_order(&times) {
        let event = &graph.events[at].event;
        folding.latest = folding.latest.max(Some(event.time));
        if walked.verdicts[at].is_err() {
            continue;
        }
        let id = graph.events[at].id;
        let mark = walked.marks[at];
        folding.step(&Step { at, id, event, time: times[at], mark, seen: &walked.seen[at] });
    }
    Some(folding.end(graph, vault, active))
}

/// What the log tells.
pub(super) struct Told {
    pub(super) state: State,
    /// Places of events that say something else of a deposit that waits than another event does.
    pub(super) retold: Vec<usize>,
}

/// Epochs whose commits have their effect: those that every epoch in force comes from. Of a split, neither side's counts.
fn effective(walked: &Walked, active: &[EpochHash]) -> BTreeSet<EpochHash> {
    let mut lines = active.iter().map(|epoch| walked.epochs.lineage(*epoch).collect::<BTreeSet<EpochHash>>());
    let first = lines.next().unwrap_or_default();
    lines.fold(first, |common, line| common.intersection(&line).copied().collect())
}

/// A staging with where it stands.
#[derive(Default)]
pub(super) struct StagedAt {
    pub(super) staging: Staging,
    pieces: Vec<(Mark, Staging)>,
    /// What each commit of it has seen.
    commits: Vec<Seen>,
    seen: Option<Seen>,
    /// Its place in the graph.
    pub(super) at: Option<usize>,
}

impl StagedAt {
    /// Whether the staging follows this event.
    pub(super) fn follows(&self, mark: Mark) -> bool {
        self.seen.as_ref().is_some_and(|seen| seen.has(mark))
    }

    /// Joins the pieces. Once it was committed, only those count that a commit follows: who held the old cards could add more beside it.
    fn join(&mut self) {
        for (mark, piece) in std::mem::take(&mut self.pieces) {
            if self.commits.is_empty() || self.commits.iter().any(|seen| seen.has(mark)) {
                self.staging.add(&piece);
            }
        }
    }
}

struct Folding<'a> {
    walked: &'a Walked,
    headers: &'a Headers,
    effective: BTreeSet<EpochHash>,
    name: Option<VaultName>,
    epochs: BTreeMap<EpochHash, EpochState>,
    stagings: BTreeMap<EpochHash, StagedAt>,
    /// What each staging says of the cards that it deals.
    dealt: Vec<(Mark, NewEpoch)>,
    codes_named: kept::CodesNamed,
    papers: Papers,
    openings: Openings,
    deposits: Deposits,
    codes: kept::RecoveryCodes,
    torn_tails: BTreeSet<crate::ids::Digest>,
    unknown: BTreeSet<(u64, String)>,
    newest_signed: Option<Moment>,
    latest: Option<Moment>,
}

impl Folding<'_> {
    /// Epochs that a card in the room proved are there before any event.
    fn begin(&mut self) {
        for &(epoch, mark) in &self.walked.proofs {
            let Some(header) = self.headers.get(&epoch) else { continue };
            let known = self.epochs.entry(epoch).or_insert_with(|| state_of(header));
            known.has_begun = true;
            known.begun = Some(header.dealt);
            self.papers.dealt(epoch, mark, &[], header.custodians.len());
        }
    }

    fn step(&mut self, step: &Step<'_>) {
        let event = step.event;
        if step.mark.is_some() {
            self.newest_signed = self.newest_signed.max(Some(event.time));
            self.papers.signed(step);
        }
        match &event.what {
            What::Created { epoch, .. } => self.dealt(epoch, step, true),
            What::Staged { epoch, staging, .. } => {
                self.dealt(epoch, step, false);
                if self.is_verified(step) {
                    self.stage(epoch.hash, staging, step);
                }
            }
            What::StagedMore { epoch, staging, .. } => self.stage(*epoch, staging, step),
            What::Committed { epoch, left_out } => {
                self.stagings.entry(*epoch).or_default().commits.push(step.seen.clone());
                if let Some(state) = self.epochs.get_mut(epoch) {
                    state.has_begun = true;
                    state.begun = Some(state.begun.map_or(step.time, |begun| begun.min(step.time)));
                    for left in left_out {
                        if let Some(card) = state.card_mut(left.card) {
                            card.left_out = Some(left.reason.clone());
                        }
                    }
                }
            }
            What::Opened { epoch, reason, incident, reported } => {
                self.openings.opened(step, *epoch, reason, incident.as_ref(), reported);
            }
            What::Revealed { session, entry, fields, attachments, codes } => {
                self.codes.spend(codes);
                let fields = fields.iter().cloned().map(SecretPart::Field);
                let parts = fields.chain(attachments.iter().cloned().map(SecretPart::Attachment));
                self.openings.revealed(*session, step, entry, parts);
            }
            What::Exported { session } => self.openings.exported(*session, step),
            What::Closed { session } => self.openings.closed(*session),
            What::Reviewed { openings } => self.openings.reviewed(openings, step),
            What::Deposited { .. } => {
                self.deposits.deposited(step);
                self.codes.deposited(step);
                self.codes_named.deposited(step);
            }
            What::TailSetAside { hash, .. } => {
                self.torn_tails.insert(*hash);
            }
            What::Unknown { version, kind } => {
                self.unknown.insert((*version, kind.clone()));
            }
            What::ReadBack { epoch, card, file_destroyed } => {
                self.papers.read_back(*epoch, *card, *file_destroyed, step)
            }
            What::Checked { epoch, card } => self.papers.checked(*epoch, *card, step),
            What::Receipt { receipt } => self.papers.receipt(receipt, step),
            What::Relocked { epoch, card, lock, card_file } => {
                self.papers.relocked(*epoch, *card, lock.is_some(), *card_file, step);
            }
            What::Lost { epoch, card, reason } => self.papers.lost(*epoch, *card, reason.as_ref(), step),
            What::Departed { epoch, card, reason } => self.papers.departed(*epoch, *card, reason.as_ref(), step),
            What::PaperDestroyed { epoch, cards } => self.papers.paper_destroyed(*epoch, cards, step),
            What::CardFilesDestroyed { epoch, cards } => self.papers.files_destroyed(*epoch, cards, step),
            // What became of an epoch is told by the epochs themselves; that files are gone, by the folder.
            What::Aborted { .. } | What::Deleted { .. } | What::Merged {} => {}
        }
    }

    /// Whether the signatures of an event could be verified. A beginning that a card proves may be signed by an epoch that is not here: then
    /// what it says of cards and deposits is nobody's word.
    fn is_verified(&self, step: &Step<'_>) -> bool {
        step.event.signers.iter().all(|signer| self.headers.contains_key(&signer.0))
    }

    fn dealt(&mut self, new: &NewEpoch, step: &Step<'_>, begins: bool) {
        let header = &self.headers[&new.hash];
        let state = self.epochs.entry(new.hash).or_insert_with(|| state_of(header));
        if begins {
            state.has_begun = true;
            state.begun = Some(state.begun.map_or(step.time, |begun| begun.min(step.time)));
        } else {
            state.staged = Some(state.staged.map_or(step.time, |staged| staged.min(step.time)));
        }
        if let Some(mark) = step.mark {
            self.papers.dealt(new.hash, mark, &[], header.custodians.len());
            if self.is_verified(step) {
                self.dealt.push((mark, new.clone()));
            }
        }
    }

    /// Which cards were written to files, and which ask for a phrase. Of an epoch that was committed, only those words count that a commit
    /// follows: who held the old cards could say other things beside it.
    fn print(&mut self) {
        for (mark, new) in std::mem::take(&mut self.dealt) {
            let commits = self.stagings.get(&new.hash).map(|staged| staged.commits.as_slice()).unwrap_or_default();
            if let Some(state) = self.epochs.get_mut(&new.hash)
                && (commits.is_empty() || commits.iter().any(|seen| seen.has(mark)))
            {
                state.printed(&new);
                self.papers.dealt(new.hash, mark, &new.card_files, state.cards.len());
            }
        }
    }

    fn stage(&mut self, epoch: EpochHash, staging: &Staging, step: &Step<'_>) {
        let staged = self.stagings.entry(epoch).or_default();
        staged.pieces.extend(step.mark.map(|mark| (mark, staging.clone())));
        // What the first piece follows: the pieces behind it follow no more that counts.
        staged.seen.get_or_insert_with(|| step.seen.clone());
        staged.at.get_or_insert(step.at);
    }

    fn end(mut self, graph: &Graph, vault: crate::ids::VaultId, active: Vec<EpochHash>) -> Told {
        self.tell_fates(&active);
        self.print();
        self.stagings.values_mut().for_each(StagedAt::join);
        let number = |epoch: &&EpochHash| self.headers.get(*epoch).map(|header| header.epoch);
        let mut lineage: Vec<&EpochHash> = self.effective.iter().collect();
        lineage.sort_by_key(number);
        let effective: Vec<&StagedAt> = lineage.into_iter().filter_map(|epoch| self.stagings.get(epoch)).collect();
        let mut blobs = self.deposits.blobs();
        effective.iter().for_each(|staged| blobs.renew(&staged.staging.renewed));
        let settled = self.deposits.settle(graph, &effective);
        self.codes.settle(std::mem::take(&mut self.codes_named), graph, &effective);
        let openings = std::mem::take(&mut self.openings);
        let written_out = WrittenOut::of(&self.deposits, graph, &openings.exports());
        let openings = openings.settle(&effective, &|mark, epoch| written_out.secrets(mark, self.headers.get(&epoch)));
        for (hash, stranded) in self.stranded(&settled.pending) {
            if let Some(epoch) = self.epochs.get_mut(&hash) {
                epoch.stranded = stranded;
            }
        }
        self.papers.settle(&mut self.epochs, &self.walked.epochs, &self.effective);
        for (hash, staged) in self.stagings {
            if let Some(epoch) = self.epochs.get_mut(&hash) {
                epoch.staging = staged.staging;
            }
        }
        let state = State {
            vault,
            name: self.name.expect("an epoch in force has a header"),
            active,
            openings,
            deposits: settled.pending,
            conflicts: settled.conflicts,
            last_rotated: settled.last_rotated,
            folded: settled.folded,
            dismissed: settled.dismissed,
            blobs,
            codes: self.codes,
            torn_tails: self.torn_tails,
            unknown: self.unknown,
            newest_signed: self.newest_signed,
            latest: self.latest,
            highest: self.epochs.values().map(|epoch| epoch.number).max().unwrap_or(0),
            epochs: self.epochs,
        };
        Told { state, retold: settled.retold }
    }

    /// Deposits that wait here, and that a rotation which was decided against folded in: their files may be gone, and their values stand
    /// in the contents of that side alone.
    fn stranded(&self, pending: &[super::PendingDeposit]) -> BTreeMap<EpochHash, Vec<crate::ids::Digest>> {
        let waits: BTreeSet<_> = pending.iter().map(|pending| pending.deposit).collect();
        let against = self.epochs.values().filter(|epoch| epoch.fate == Fate::DecidedAgainst);
        let stranded = against.filter_map(|epoch| {
            let folded = &self.stagings.get(&epoch.hash)?.staging.deposits;
            Some((epoch.hash, folded.iter().filter(|deposit| waits.contains(*deposit)).copied().collect()))
        });
        stranded.collect()
    }

    fn tell_fates(&mut self, active: &[EpochHash]) {
        let ended: BTreeSet<EpochHash> =
            active.iter().flat_map(|epoch| self.walked.epochs.lineage(*epoch).skip(1)).collect();
        let facts = &self.walked.epochs;
        for epoch in self.epochs.values_mut() {
            let known = facts.get(epoch.hash);
            epoch.has_begun |= known.is_some_and(|facts| !facts.begun.is_empty());
            let aborted = known.is_some_and(|facts| !facts.aborted.is_empty());
            let more = known.map_or(0, |facts| facts.more_for(&self.walked.all));
            // An epoch that began was whole; what its old quorum says beside that it has besides counts for nothing.
            let waits_for = |facts: &EpochFacts| (1..=more).any(|piece| !facts.pieces.contains_key(&piece));
            epoch.incomplete = !epoch.has_begun && known.is_some_and(waits_for);
            epoch.fate = if active.contains(&epoch.hash) {
                Fate::InForce
            } else if ended.contains(&epoch.hash) {
                Fate::Ended
            } else if epoch.has_begun {
                // Also where it was given up in the history that counts: what it folded in may be nowhere else.
                Fate::DecidedAgainst
            } else if aborted {
                Fate::GivenUp
            } else if epoch.parent.is_some_and(|parent| active.contains(&parent)) {
                Fate::Staged
            } else {
                Fate::Overtaken
            };
        }
    }
}

fn state_of(header: &EpochHeader) -> EpochState {
    let cards = u8::try_from(header.custodians.len()).unwrap_or(u8::MAX);
    EpochState::new(header.epoch, header.hash(), header.previous, cards)
}

/// A secret of an entry.
pub(super) fn secret(entry: &crate::vault::EntryId, secret: SecretPart) -> Replaced {
    Replaced { entry: entry.clone(), secret }
}
