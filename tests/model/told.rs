//! What a log tells, by the naive reading: epochs, cards, openings, deposits. And the same, out of the state that the program folds.

use std::collections::{BTreeMap, BTreeSet};

use breakglass::journal::{
    CodesLeft, DepositConflict, Fate, History, OneTimeCode, Replaced, SecretPart, Staging, State, What,
};
use breakglass::quorum::{CardIndex, Digest, EpochHash, EventId};
use breakglass::vault::{EntryId, Moment};

use super::naive::{Ids, Naive, View};

/// One card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardTold {
    pub verified: Option<Moment>,
    pub seen: Option<Moment>,
    pub lost: Vec<EventId>,
    pub departed: Vec<EventId>,
    pub locked: bool,
    pub card_file: bool,
    pub old_papers: u32,
}

/// One epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochTold {
    pub fate: Fate,
    pub begun: Option<Moment>,
    pub has_begun: bool,
    pub staged: Option<Moment>,
    pub stranded: BTreeSet<Digest>,
    pub cards: BTreeMap<CardIndex, CardTold>,
}

/// One opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpeningTold {
    pub time: Moment,
    pub closed: bool,
    pub exported: bool,
    pub resealed: bool,
    pub reviewed: bool,
    pub to_replace: BTreeSet<Replaced>,
}

/// What a log tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub accepted: BTreeMap<EventId, (bool, bool)>,
    pub active: BTreeSet<EpochHash>,
    pub epochs: BTreeMap<EpochHash, EpochTold>,
    pub openings: BTreeMap<EventId, OpeningTold>,
    pub pending: BTreeSet<Digest>,
    pub folded: BTreeSet<Digest>,
    pub dismissed: BTreeSet<Digest>,
    pub conflicts: BTreeSet<DepositConflict>,
    pub used_up: BTreeSet<(EntryId, u16, u16)>,
    pub unknown: usize,
    pub newest_signed: Option<Moment>,
    pub latest: Option<Moment>,
}

/// Out of the program's own state.
pub fn program(history: &History) -> Option<Told> {
    let state = history.state.as_ref()?;
    let accepted = history.events.iter().map(|placed| (placed.id, (placed.accepted, placed.whole)));
    let epoch = |epoch: &breakglass::journal::EpochState| EpochTold {
        fate: epoch.fate,
        begun: epoch.begun,
        has_begun: epoch.has_begun,
        staged: epoch.staged,
        stranded: epoch.stranded.iter().copied().collect(),
        cards: epoch.cards.iter().map(|card| (card.index, of_card(card))).collect(),
    };
    let opening = |opening: &breakglass::journal::Opening| OpeningTold {
        time: opening.time,
        closed: opening.closed,
        exported: opening.exported,
        resealed: opening.resealed,
        reviewed: opening.reviewed,
        to_replace: opening.to_replace.clone(),
    };
    Some(Told {
        accepted: accepted.collect(),
        active: state.active.iter().copied().collect(),
        epochs: state.epochs.iter().map(|(hash, state)| (*hash, epoch(state))).collect(),
        openings: state.openings.iter().map(|state| (state.event, opening(state))).collect(),
        pending: state.deposits.iter().map(|deposit| deposit.deposit).collect(),
        folded: state.folded.keys().copied().collect(),
        dismissed: state.dismissed.keys().copied().collect(),
        conflicts: state.conflicts.iter().map(sorted).collect(),
        used_up: used_up(state).collect(),
        unknown: state.unknown.len(),
        newest_signed: state.newest_signed,
        latest: state.latest,
    })
}

fn used_up(state: &State) -> impl Iterator<Item = (EntryId, u16, u16)> {
    let few = state.codes.left_for_sure().filter(|codes| codes.left <= codes.count / 4);
    few.map(|CodesLeft { entry, left, count }| (entry, left, count))
}

fn sorted(conflict: &DepositConflict) -> DepositConflict {
    let mut conflict = conflict.clone();
    conflict.deposits.sort();
    conflict
}

fn of_card(card: &breakglass::journal::CardState) -> CardTold {
    CardTold {
        verified: card.verified,
        seen: card.seen,
        lost: card.lost.iter().map(|report| report.event).collect(),
        departed: card.departed.iter().map(|report| report.event).collect(),
        locked: card.locked,
        card_file: card.card_file,
        old_papers: card.old_papers,
    }
}

/// The naive reading, asked one question after the other.
pub struct Teller<'a> {
    naive: &'a Naive<'a>,
    order: Vec<EventId>,
    pub active: BTreeSet<EpochHash>,
    /// Epochs whose commits count: all that are in force come from them.
    effective: BTreeSet<EpochHash>,
    pub times: BTreeMap<EventId, Moment>,
}

pub fn naive(naive: &Naive<'_>) -> Option<Told> {
    let everything = naive.everything();
    let active = naive.in_force(&everything, &naive.anchors());
    let lines = active.iter().map(|epoch| naive.lineage(*epoch).into_iter().collect::<BTreeSet<EpochHash>>());
    let effective = lines.reduce(|common, line| &common & &line)?;
    let order: Vec<EventId> = naive.in_order().into_iter().filter(|id| naive.nodes[id].accepted).collect();
    let times = order.iter().map(|id| (*id, naive.time(*id))).collect();
    Some(Teller { naive, order, active, effective, times }.tell(&everything))
}

impl Teller<'_> {
    fn what(&self, id: EventId) -> &What {
        &self.naive.nodes[&id].event.what
    }

    /// Accepted events of which something is true, in their order.
    fn all(&self, is: impl Fn(&What) -> bool) -> Vec<EventId> {
        self.order.iter().copied().filter(|id| is(self.what(*id))).collect()
    }

    fn follows(&self, later: EventId, earlier: EventId) -> bool {
        later == earlier || self.naive.nodes[&later].past.contains(&earlier)
    }

    fn times_of(&self, events: &[EventId]) -> impl Iterator<Item = Moment> {
        events.iter().map(|id| self.times[id])
    }

    fn tell(&self, everything: &View) -> Told {
        let deposited = self.all(|what| matches!(what, What::Deposited { .. }));
        let digest = |id: &EventId| match self.what(*id) {
            What::Deposited { deposit, .. } => *deposit,
            _ => unreachable!("deposits only"),
        };
        let stagings: Vec<Staging> = self.effective.iter().map(|epoch| self.staging(*epoch)).collect();
        let folds: BTreeSet<Digest> = stagings.iter().flat_map(|staging| staging.deposits.iter().copied()).collect();
        let dismisses: BTreeSet<Digest> =
            stagings.iter().flat_map(|staging| staging.dismissed.iter().copied()).collect();
        let every: BTreeSet<Digest> = deposited.iter().map(digest).collect();
        let pending: BTreeSet<Digest> = &(&every - &folds) - &dismisses;
        let epochs = self.naive.epochs();
        let signed = |id: &EventId| self.naive.nodes[id].is_signed();
        Told {
            accepted: self.naive.nodes.iter().map(|(id, node)| (*id, (node.accepted, node.whole))).collect(),
            active: self.active.clone(),
            epochs: epochs.into_iter().map(|hash| (hash, self.epoch(hash, everything, &pending))).collect(),
            openings: self
                .all(|what| matches!(what, What::Opened { .. }))
                .into_iter()
                .map(|id| self.opening(id))
                .collect(),
            folded: &every & &folds,
            dismissed: &(&every & &dismisses) - &folds,
            conflicts: self.conflicts(&pending),
            used_up: self.used_up(&deposited),
            pending,
            unknown: usize::from(!self.all(|what| matches!(what, What::Unknown { .. })).is_empty()),
            newest_signed: self.order.iter().filter(|id| signed(id)).map(|id| self.naive.nodes[id].event.time).max(),
            latest: self.naive.nodes.values().map(|node| node.event.time).max(),
        }
    }

    fn stagings_of(&self, hash: EpochHash) -> Vec<EventId> {
        self.all(|what| match what {
            What::Staged { epoch, .. } => epoch.hash == hash,
            What::StagedMore { epoch, .. } => *epoch == hash,
            _ => false,
        })
    }

    fn commits_of(&self, hash: EpochHash) -> Vec<EventId> {
        self.all(|what| matches!(what, What::Committed { epoch, .. } if *epoch == hash))
    }

    /// What the staging of an epoch does: of its pieces, those that a commit follows, once there is one.
    fn staging(&self, hash: EpochHash) -> Staging {
        let commits = self.commits_of(hash);
        let mut joined = Staging::default();
        for id in self.stagings_of(hash) {
            let here = |signer: &breakglass::journal::Signer| self.naive.headers.contains_key(&signer.0);
            let counts = commits.is_empty() || commits.iter().any(|commit| self.follows(*commit, id));
            match self.what(id) {
                What::Staged { staging, .. } if counts && self.naive.nodes[&id].event.signers.iter().all(here) => {
                    joined.add(staging);
                }
                What::StagedMore { staging, .. } if counts => joined.add(staging),
                _ => {}
            }
        }
        joined
    }

    /// Whether the staging of an epoch that counts follows all these events.
    fn staged_after(&self, hash: EpochHash, events: &[EventId]) -> bool {
        let staged = self.all(|what| matches!(what, What::Staged { epoch, .. } if epoch.hash == hash));
        staged.first().is_some_and(|staged| events.iter().all(|event| self.follows(*staged, *event)))
    }

    fn fate(&self, hash: EpochHash, all: &View) -> Fate {
        let parent = self.naive.parent(hash);
        let ended = self.active.iter().any(|active| self.naive.lineage(*active)[1..].contains(&hash));
        if self.active.contains(&hash) {
            Fate::InForce
        } else if ended {
            Fate::Ended
        } else if self.naive.begun(all, hash) {
            Fate::DecidedAgainst
        } else if self.naive.aborted(all, hash) {
            Fate::GivenUp
        } else if parent.is_some_and(|parent| self.active.contains(&parent)) {
            Fate::Staged
        } else {
            Fate::Overtaken
        }
    }

    fn epoch(&self, hash: EpochHash, all: &View, pending: &BTreeSet<Digest>) -> EpochTold {
        let created = self.all(|what| matches!(what, What::Created { epoch, .. } if epoch.hash == hash));
        let staged = self.all(|what| matches!(what, What::Staged { epoch, .. } if epoch.hash == hash));
        let fate = self.fate(hash, all);
        let folds: BTreeSet<Digest> = self.staging(hash).deposits.into_iter().collect();
        let stranded = if fate == Fate::DecidedAgainst { &folds & pending } else { BTreeSet::new() };
        let header = &self.naive.headers[&hash];
        let dealt = self.naive.proven.contains(&hash).then_some(header.dealt);
        let ended = self.ended(hash, fate, !stranded.is_empty());
        let cards = header.custodians.iter().map(|custodian| custodian.index);
        EpochTold {
            fate,
            begun: self.times_of(&created).chain(self.times_of(&self.commits_of(hash))).chain(dealt).min(),
            has_begun: self.naive.begun(all, hash),
            staged: self.times_of(&staged).min(),
            stranded,
            cards: cards.map(|card| (card, self.card(hash, card, &ended))).collect(),
        }
    }

    /// The events that made every paper of an epoch old, and the proven epochs whose proof did.
    fn ended(&self, hash: EpochHash, fate: Fate, stranded: bool) -> (Vec<EventId>, BTreeSet<EpochHash>) {
        let successors = |parent: EpochHash| {
            let next = |epoch: &&EpochHash| self.naive.parent(**epoch) == Some(parent);
            self.effective.iter().filter(next).copied().collect::<BTreeSet<EpochHash>>()
        };
        let begun = |epochs: BTreeSet<EpochHash>| {
            let commits = epochs.iter().flat_map(|epoch| self.commits_of(*epoch)).collect();
            let proves = |proven: &&EpochHash| epochs.iter().any(|epoch| self.naive.lineage(**proven).contains(epoch));
            (commits, self.naive.proven.iter().filter(proves).copied().collect())
        };
        match fate {
            Fate::Staged | Fate::InForce => Default::default(),
            Fate::Ended => begun(successors(hash)),
            Fate::Overtaken => self.naive.parent(hash).map(|parent| begun(successors(parent))).unwrap_or_default(),
            Fate::GivenUp => {
                (self.all(|what| matches!(what, What::Aborted { epoch, .. } if *epoch == hash)), BTreeSet::new())
            }
            Fate::DecidedAgainst if stranded => Default::default(),
            Fate::DecidedAgainst => begun([hash].into()),
        }
    }

    fn card(&self, hash: EpochHash, index: CardIndex, ended: &(Vec<EventId>, BTreeSet<EpochHash>)) -> CardTold {
        let of = |epoch: &EpochHash, card: &CardIndex| *epoch == hash && *card == index;
        let relocks = self.all(|what| matches!(what, What::Relocked { epoch, card, .. } if of(epoch, card)));
        let proofs = self.all(|what| match what {
            What::ReadBack { epoch, card, .. } | What::Checked { epoch, card } => of(epoch, card),
            _ => false,
        });
        let after_all = |id: &EventId| relocks.iter().all(|relock| self.follows(*id, *relock));
        let proofs: Vec<EventId> = proofs.into_iter().filter(after_all).collect();
        let dealt = self.dealt(hash);
        let mut locked = dealt.iter().any(|(_, new)| new.locked.contains(&index));
        let mut files: Vec<EventId> =
            dealt.iter().filter(|(_, new)| new.card_files.contains(&index)).map(|(id, _)| *id).collect();
        for id in &relocks {
            if let What::Relocked { lock, card_file, .. } = self.what(*id) {
                locked = lock.is_some();
                files.extend(card_file.then_some(*id));
            }
        }
        let files_gone = self.all(|what| match what {
            What::CardFilesDestroyed { epoch, cards } => *epoch == hash && cards.contains(&index),
            What::ReadBack { epoch, card, file_destroyed } => of(epoch, card) && *file_destroyed,
            _ => false,
        });
        let papers_gone = self.all(
            |what| matches!(what, What::PaperDestroyed { epoch, cards } if *epoch == hash && cards.contains(&index)),
        );
        let after = |gone: &[EventId], events: &[EventId]| {
            gone.iter().any(|gone| events.iter().any(|event| self.follows(*gone, *event)))
        };
        let lost = self.all(|what| matches!(what, What::Lost { epoch, card, .. } if of(epoch, card)));
        let proven = papers_gone.iter().any(|gone| !ended.1.is_disjoint(&self.naive.nodes[gone].proofs));
        let old = relocks.iter().filter(|relock| !after(&papers_gone, &[**relock])).count()
            + usize::from(!(ended.0.is_empty() && ended.1.is_empty() || after(&papers_gone, &ended.0) || proven));
        CardTold {
            verified: self.times_of(&proofs).max(),
            seen: self.seen(hash, index, &relocks, locked),
            card_file: files.iter().any(|file| !after(&files_gone, &[*file])),
            departed: self.all(|what| matches!(what, What::Departed { epoch, card, .. } if of(epoch, card))),
            old_papers: if lost.is_empty() { u32::try_from(old).unwrap() } else { 0 },
            lost,
            locked,
        }
    }

    /// Where the cards of an epoch were dealt. Once it was committed, only what a commit follows counts.
    fn dealt(&self, hash: EpochHash) -> Vec<(EventId, &breakglass::journal::NewEpoch)> {
        let commits = self.commits_of(hash);
        let here = |signer: &breakglass::journal::Signer| self.naive.headers.contains_key(&signer.0);
        let counts = |id: &EventId| {
            let verified = self.naive.nodes[id].event.signers.iter().all(here);
            verified && (commits.is_empty() || commits.iter().any(|commit| self.follows(*commit, *id)))
        };
        let dealt = self.order.iter().copied().filter_map(|id| match self.what(id) {
            What::Created { epoch, .. } if epoch.hash == hash => Some((id, epoch)),
            What::Staged { epoch, .. } if epoch.hash == hash && counts(&id) => Some((id, epoch)),
            _ => None,
        });
        dealt.collect()
    }

    fn seen(&self, hash: EpochHash, index: CardIndex, relocks: &[EventId], locked: bool) -> Option<Moment> {
        let mine = |id: &&EventId| {
            let node = &self.naive.nodes[*id];
            node.is_signed() && node.event.signers.contains(&breakglass::journal::Signer(hash, index))
        };
        let signed: Vec<EventId> = self.order.iter().filter(mine).copied().collect();
        let since = relocks.iter().map(|id| self.naive.nodes[id].event.time).max();
        // A receipt that several events carry is one, and no newer than the earliest of them says.
        let mut receipts: BTreeMap<Moment, Moment> = BTreeMap::new();
        for id in self.all(|what| matches!(what, What::Receipt { .. })) {
            let What::Receipt { receipt } = self.what(id) else { continue };
            let receipt = &receipt.receipt;
            if receipt.epoch == hash && receipt.card == index && receipt.locked == locked {
                let time = receipt.time.min(self.times[&id]);
                receipts.entry(receipt.time).and_modify(|known| *known = time.min(*known)).or_insert(time);
            }
        }
        let of_this_paper = receipts.into_values().filter(|time| since.is_none_or(|since| *time > since));
        self.times_of(&signed).chain(of_this_paper).max()
    }

    fn opening(&self, id: EventId) -> (EventId, OpeningTold) {
        let is = |what: &What| match what {
            What::Closed { session } | What::Exported { session } => *session == id,
            _ => false,
        };
        let closed = self.all(|what| is(what) && matches!(what, What::Closed { .. }));
        let exported = self.all(|what| is(what) && matches!(what, What::Exported { .. }));
        let mut shown: BTreeMap<Replaced, Vec<EventId>> = BTreeMap::new();
        for event in self.all(|what| matches!(what, What::Revealed { session, .. } if *session == id)) {
            let What::Revealed { entry, fields, attachments, .. } = self.what(event) else { continue };
            let fields = fields.iter().cloned().map(SecretPart::Field);
            for secret in fields.chain(attachments.iter().cloned().map(SecretPart::Attachment)) {
                shown.entry(Replaced { entry: entry.clone(), secret }).or_default().push(event);
            }
        }
        for event in &exported {
            for part in self.exported(*event, id) {
                shown.entry(part).or_default().push(*event);
            }
        }
        let replaced = |part: &Replaced, events: &[EventId]| {
            let by = |epoch: &&EpochHash| self.staging(**epoch).replaced.contains(part);
            self.effective.iter().filter(by).any(|epoch| self.staged_after(*epoch, events))
        };
        let left = shown.into_iter().filter(|(part, events)| part.secret.is_secret() && !replaced(part, events));
        let told = OpeningTold {
            time: self.times[&id],
            closed: !closed.is_empty(),
            exported: !exported.is_empty(),
            resealed: self.effective.iter().any(|epoch| self.staged_after(*epoch, &[id])),
            reviewed: self
                .all(|what| matches!(what, What::Reviewed { openings } if openings.contains(&id)))
                .into_iter()
                .any(|review| self.follows(review, id)),
            to_replace: left.map(|(part, _)| part).collect(),
        };
        (id, told)
    }

    /// All that an export wrote out: what was put in before it, and the password of each sealed entry of which nothing else is known.
    fn exported(&self, event: EventId, opening: EventId) -> BTreeSet<Replaced> {
        let past: &Ids = &self.naive.nodes[&event].past;
        let mut parts = BTreeSet::new();
        for id in self.all(|what| matches!(what, What::Deposited { .. })).into_iter().filter(|id| past.contains(id)) {
            let entry = self.entry(id);
            parts.extend(
                self.parts(id)
                    .into_iter()
                    .filter(SecretPart::is_secret)
                    .map(|secret| Replaced { entry: entry.clone(), secret }),
            );
        }
        let What::Opened { epoch, .. } = self.what(opening) else { return parts };
        for sealed in &self.naive.headers[epoch].entries {
            if !parts.iter().any(|part| part.entry == sealed.id) {
                parts.insert(Replaced { entry: sealed.id.clone(), secret: SecretPart::password() });
            }
        }
        parts
    }

    fn entry(&self, deposited: EventId) -> EntryId {
        match self.what(deposited) {
            What::Deposited { entry, .. } => entry.id.clone(),
            _ => unreachable!("deposits only"),
        }
    }

    fn parts(&self, deposited: EventId) -> Vec<SecretPart> {
        let What::Deposited { fields, cleared, attached, detached, .. } = self.what(deposited) else {
            return Vec::new();
        };
        let fields = fields.iter().chain(cleared).cloned().map(SecretPart::Field);
        let attached = attached.iter().map(|attached| attached.name.clone());
        fields.chain(attached.chain(detached.iter().cloned()).map(SecretPart::Attachment)).collect()
    }

    /// Of what waits for a field, the newest does not follow all others.
    fn conflicts(&self, pending: &BTreeSet<Digest>) -> BTreeSet<DepositConflict> {
        let mut known = BTreeSet::new();
        let mut waiting: BTreeMap<(EntryId, SecretPart), Vec<(EventId, Digest)>> = BTreeMap::new();
        for id in self.all(|what| matches!(what, What::Deposited { .. })) {
            let What::Deposited { deposit, epoch, .. } = self.what(id) else { continue };
            // A deposit counts once, however many events name it.
            if pending.contains(deposit) && known.insert((*deposit, *epoch, self.entry(id))) {
                for part in self.parts(id) {
                    waiting.entry((self.entry(id), part)).or_default().push((id, *deposit));
                }
            }
        }
        let conflict = |((entry, secret), list): ((EntryId, SecretPart), Vec<(EventId, Digest)>)| {
            let (newest, earlier) = list.split_last()?;
            let beside = earlier.iter().filter(|(id, _)| !self.follows(newest.0, *id)).map(|(_, digest)| *digest);
            let mut deposits: Vec<Digest> = beside.chain([newest.1]).collect();
            deposits.sort();
            deposits.dedup();
            (deposits.len() > 1).then_some(DepositConflict { entry, secret, deposits })
        };
        waiting.into_iter().filter_map(conflict).collect()
    }

    /// Entries of whose codes at most a quarter is left: of the sets that the newest rotation sealed, else of any that somebody put in.
    /// Where several are said to be there, the one of which the least is left counts: nobody's word calms.
    fn used_up(&self, deposited: &[EventId]) -> BTreeSet<(EntryId, u16, u16)> {
        let spent: BTreeSet<(Digest, u16)> = self
            .order
            .iter()
            .filter_map(|id| match self.what(*id) {
                What::Revealed { codes, .. } => Some(codes),
                _ => None,
            })
            .flatten()
            .filter_map(|code| match code {
                OneTimeCode::Recovery { set, number } => Some((*set, *number)),
                OneTimeCode::TimeBased => None,
            })
            .collect();
        let mut sets: BTreeMap<EntryId, Vec<(Option<u32>, Digest, u16)>> = BTreeMap::new();
        for id in deposited {
            let What::Deposited { deposit, cleared, recovery_codes, .. } = self.what(*id) else { continue };
            let removed = cleared.iter().any(|name| name.as_str() == "recovery_codes");
            let Some(count) = recovery_codes.or(removed.then_some(0)) else { continue };
            // Whoever names a set that was sealed before changes nothing of it: the staging must have known.
            let folding = self
                .effective
                .iter()
                .filter(|epoch| self.staging(**epoch).deposits.contains(deposit) && self.staged_after(**epoch, &[*id]));
            let sealed = folding.map(|epoch| self.naive.headers[epoch].epoch).min();
            sets.entry(self.entry(*id)).or_default().push((sealed, *deposit, count));
        }
        let worst = |(entry, sets): (EntryId, Vec<(Option<u32>, Digest, u16)>)| {
            let newest = sets.iter().map(|(sealed, _, _)| *sealed).max()?;
            let of_these = sets.iter().filter(|(sealed, _, count)| *sealed == newest && *count > 0);
            let left = |set: &Digest, count: u16| {
                count - u16::try_from((1..=count).filter(|number| spent.contains(&(*set, *number))).count()).unwrap()
            };
            let used =
                of_these.map(|(_, set, count)| (left(set, *count), *count)).filter(|(left, count)| *left <= count / 4);
            used.min().map(|(left, count)| (entry, left, count))
        };
        sets.into_iter().filter_map(worst).collect()
    }
}
