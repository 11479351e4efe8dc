//! What the log knows of attachments and recovery codes, whose values stand in the sealed contents.

use std::collections::{BTreeMap, BTreeSet};

use super::event::{OneTimeCode, Renewed, What};
use super::fold::{StagedAt, Step};
use super::graph::Graph;
use crate::ids::Digest;
use crate::vault::EntryId;

/// Blobs of attachments, as the log names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blobs {
    named: BTreeMap<Digest, EntryId>,
    sizes: BTreeMap<Digest, BTreeSet<u64>>,
    renewed: BTreeSet<Digest>,
}

impl Blobs {
    /// Blobs that a deposit or a renewal brought and none replaced, with their entries.
    pub fn needed(&self) -> impl Iterator<Item = (&Digest, &EntryId)> {
        self.named.iter().filter(|(blob, _)| !self.renewed.contains(*blob))
    }

    /// Blobs that a committed rotation encrypted anew: they may be deleted.
    #[must_use]
    pub fn superseded(&self) -> &BTreeSet<Digest> {
        &self.renewed
    }

    /// The entry of a blob.
    #[must_use]
    pub fn entry(&self, blob: &Digest) -> Option<&EntryId> {
        self.named.get(blob)
    }

    /// Whether a blob may have so many bytes. Whoever names it again with another size does not make the true one wrong: its hash decides.
    #[must_use]
    pub fn may_have(&self, blob: &Digest, bytes: u64) -> bool {
        self.sizes.get(blob).is_none_or(|sizes| sizes.contains(&bytes))
    }

    pub(super) fn name(&mut self, blob: Digest, size: u64, entry: &EntryId) {
        self.sizes.entry(blob).or_default().insert(size);
        let known = self.named.entry(blob).or_insert_with(|| entry.clone());
        if entry < known {
            known.clone_from(entry);
        }
    }

    pub(super) fn renew(&mut self, renewed: &[Renewed]) {
        for Renewed { from, to, size } in renewed {
            if let Some(entry) = self.named.get(from).cloned() {
                self.name(*to, *size, &entry);
            }
            self.renewed.insert(*from);
        }
    }
}

/// The recovery codes that a deposit brought.
#[derive(Clone, Debug, PartialEq, Eq)]
struct CodeSet {
    set: Digest,
    count: u16,
}

impl CodeSet {
    /// The set that a deposit brings, or that it removes.
    fn of<'a>(step: &Step<'a>) -> Option<(&'a EntryId, CodeSet)> {
        let What::Deposited { deposit, entry, cleared, recovery_codes, .. } = &step.event.what else { return None };
        let removed = cleared.iter().any(|name| name.as_str() == "recovery_codes");
        let count = recovery_codes.or(removed.then_some(0))?;
        Some((&entry.id, CodeSet { set: *deposit, count }))
    }
}

/// Recovery codes, as the log counts them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecoveryCodes {
    /// The sets of each entry, the oldest first.
    sets: BTreeMap<EntryId, Vec<CodeSet>>,
    known: BTreeSet<(EntryId, Digest)>,
    spent: BTreeSet<(Digest, u16)>,
    /// The sets of each entry that only a quorum calms: those that the newest rotation sealed, and where none was, all that anybody named.
    sure: BTreeMap<EntryId, Vec<CodeSet>>,
}

/// Every word about sets of recovery codes, as it was said: where, of which entry, how many.
#[derive(Default)]
pub(super) struct CodesNamed(Vec<(usize, EntryId, CodeSet)>);

impl CodesNamed {
    pub(super) fn deposited(&mut self, step: &Step<'_>) {
        self.0.extend(CodeSet::of(step).map(|(entry, set)| (step.at, entry.clone(), set)));
    }

    /// For each of them, which of these stagings sealed it. Whoever names a set that was sealed before changes nothing of it: the staging
    /// must have known those words.
    fn sealed_by(&self, graph: &Graph, stagings: &[&StagedAt]) -> Vec<Option<usize>> {
        let (mut questions, mut ranks) = (Vec::new(), Vec::new());
        for (rank, staged) in stagings.iter().enumerate() {
            let deposits: BTreeSet<&Digest> = staged.staging.deposits.iter().collect();
            let named = self.0.iter().filter(|(_, _, set)| deposits.contains(&set.set)).map(|(place, _, _)| *place);
            let named: Vec<usize> = named.collect();
            if let (Some(at), false) = (staged.at, named.is_empty()) {
                questions.push((at, named));
                ranks.push(rank);
            }
        }
        let mut sealed: BTreeMap<usize, usize> = BTreeMap::new();
        let beside = graph.unfollowed(&questions);
        for (((_, named), beside), rank) in questions.iter().zip(beside).zip(ranks) {
            let beside: BTreeSet<usize> = beside.into_iter().collect();
            for (_, place) in named.iter().enumerate().filter(|(at, _)| !beside.contains(at)) {
                sealed.entry(*place).or_insert(rank);
            }
        }
        self.0.iter().map(|(place, _, _)| sealed.get(place).copied()).collect()
    }
}

/// How many recovery codes an entry has left, as far as the log knows.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct CodesLeft {
    /// The entry.
    pub entry: EntryId,
    /// Codes that were never shown.
    pub left: u16,
    /// Codes of the newest set.
    pub count: u16,
}

impl RecoveryCodes {
    /// Whether a code was shown before.
    #[must_use]
    pub fn is_spent(&self, set: Digest, number: u16) -> bool {
        self.spent.contains(&(set, number))
    }

    /// What is left of the newest set of each entry that has one.
    pub fn left(&self) -> impl Iterator<Item = CodesLeft> {
        self.sets.iter().filter_map(|(entry, sets)| self.left_of(entry, sets.last()?))
    }

    /// What is left of the set that a quorum sealed last, and where none was, of those that were put in. Of several, that of which the
    /// smallest part is left: nobody's word alone calms that codes are used up.
    pub fn left_for_sure(&self) -> impl Iterator<Item = CodesLeft> {
        self.sure.iter().filter_map(|(entry, sets)| {
            let left = sets.iter().filter_map(|set| self.left_of(entry, set));
            left.min_by_key(|codes| (codes.left > codes.count / 4, codes.left, codes.count))
        })
    }

    /// Tells the sets for sure. The stagings that count come from the oldest to the newest.
    pub(super) fn settle(&mut self, named: CodesNamed, graph: &Graph, stagings: &[&StagedAt]) {
        let sealed = named.sealed_by(graph, stagings);
        let mut newest: BTreeMap<EntryId, Option<usize>> = BTreeMap::new();
        for ((_, entry, _), sealed) in named.0.iter().zip(&sealed) {
            let known = newest.entry(entry.clone()).or_default();
            *known = (*known).max(*sealed);
        }
        for ((_, entry, set), sealed) in named.0.into_iter().zip(sealed) {
            if newest[&entry] == sealed {
                self.sure.entry(entry).or_default().push(set);
            }
        }
    }

    fn left_of(&self, entry: &EntryId, newest: &CodeSet) -> Option<CodesLeft> {
        if newest.count == 0 {
            return None;
        }
        let spent = self.spent.range((newest.set, 1)..=(newest.set, newest.count)).count();
        let spent = u16::try_from(spent).unwrap_or(newest.count);
        Some(CodesLeft { entry: entry.clone(), left: newest.count - spent, count: newest.count })
    }

    /// How many codes the largest set had that was ever put into an entry; nothing when none was.
    #[must_use]
    pub fn most(&self, entry: &EntryId) -> Option<u16> {
        self.sets.get(entry)?.iter().map(|set| set.count).max()
    }

    pub(super) fn spend(&mut self, codes: &[OneTimeCode]) {
        self.spent.extend(codes.iter().filter_map(|code| match code {
            OneTimeCode::Recovery { set, number } => Some((*set, *number)),
            OneTimeCode::TimeBased => None,
        }));
    }

    /// Takes in the set that a deposit brings, or that it removes.
    pub(super) fn deposited(&mut self, step: &Step<'_>) {
        let Some((entry, set)) = CodeSet::of(step) else { return };
        if self.known.insert((entry.clone(), set.set)) {
            self.sets.entry(entry.clone()).or_default().push(set);
        }
    }
}
