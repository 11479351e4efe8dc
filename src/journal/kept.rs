//! What the log knows of attachments and recovery codes, whose values stand in the sealed contents.

use std::collections::{BTreeMap, BTreeSet};

use super::event::{OneTimeCode, Renewed, What};
use super::rules::Place;
use super::state::State;
use crate::quorum::Digest;
use crate::vault::{EntryId, Moment};

/// Blobs of attachments, as the log names them. In whatever order two copies met, it is the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blobs {
    named: BTreeMap<Digest, EntryId>,
    renewed: BTreeSet<Digest>,
    /// Blobs that the log says were deleted.
    pub deleted: BTreeSet<Digest>,
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

    fn name(&mut self, blob: Digest, entry: &EntryId) {
        let known = self.named.entry(blob).or_insert_with(|| entry.clone());
        if entry < known {
            known.clone_from(entry);
        }
    }

    pub(super) fn renew(&mut self, renewed: &[Renewed]) {
        for Renewed { from, to, .. } in renewed {
            if let Some(entry) = self.named.get(from).cloned() {
                self.name(*to, &entry);
            }
            self.renewed.insert(*from);
        }
    }
}

/// The recovery codes that a deposit brought.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct CodeSet {
    time: Moment,
    /// How many sets of the same entry and the same second it follows: times are told in whole seconds, and two deposits fit into one.
    after: usize,
    set: Digest,
    count: u16,
    /// Where in the log.
    at: usize,
}

/// Recovery codes, as the log counts them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecoveryCodes {
    sets: BTreeMap<EntryId, BTreeSet<CodeSet>>,
    spent: BTreeSet<(Digest, u16)>,
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
        self.sets.iter().filter_map(|(entry, sets)| {
            let newest = sets.last().filter(|newest| newest.count > 0)?;
            let spent = self.spent.range((newest.set, 1)..=(newest.set, newest.count)).count();
            let spent = u16::try_from(spent).expect("at most as many as there are");
            Some(CodesLeft { entry: entry.clone(), left: newest.count - spent, count: newest.count })
        })
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
}

/// Takes in what a deposit brings of both.
pub(super) fn deposited(state: &mut State, what: &What, time: Moment, place: &Place<'_>) {
    let What::Deposited { deposit, entry, cleared, attached, recovery_codes, .. } = what else { return };
    for attached in attached {
        state.blobs.name(attached.blob, &entry.id);
    }
    let removed = cleared.iter().any(|name| name.as_str() == "recovery_codes");
    if let Some(count) = recovery_codes.or(removed.then_some(0)) {
        let sets = state.codes.sets.entry(entry.id.clone()).or_default();
        let after =
            sets.iter().filter(|known| known.time == time && place.ancestry.follows(place.at, known.at)).count();
        sets.insert(CodeSet { time, after, set: *deposit, count, at: place.at });
    }
}
