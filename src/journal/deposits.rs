//! Deposits: which wait, which were folded in or dismissed, and which were put in apart from each other.

use std::collections::{BTreeMap, BTreeSet};

use super::event::{Replaced, SecretPart, What};
use super::fold::{StagedAt, Step, secret};
use super::graph::Graph;
use super::history::Headers;
use super::kept::Blobs;
use super::state::{DepositConflict, PendingDeposit};
use crate::quorum::{Digest, EpochHash};
use crate::vault::{EntryId, Moment};

/// Deposits as they are folded, the oldest first. Each counts once, however many events name it.
#[derive(Default)]
pub(super) struct Deposits {
    all: Vec<(usize, PendingDeposit)>,
    /// What each event names, also of a file that was named before.
    named: Vec<Named>,
    known: BTreeSet<(Digest, EpochHash, EntryId)>,
}

struct Named {
    at: usize,
    deposit: Digest,
    entry: EntryId,
    last_rotated: Option<Moment>,
    parts: Vec<SecretPart>,
}

/// What became of deposits.
pub(super) struct Settled {
    pub(super) pending: Vec<PendingDeposit>,
    pub(super) conflicts: Vec<DepositConflict>,
    pub(super) last_rotated: BTreeMap<EntryId, Moment>,
    pub(super) folded: BTreeMap<Digest, EpochHash>,
    pub(super) dismissed: BTreeMap<Digest, EpochHash>,
}

impl Deposits {
    pub(super) fn deposited(&mut self, step: &Step<'_>) {
        let What::Deposited { epoch, deposit, entry, fields, cleared, attached, detached, recovery_codes } =
            &step.event.what
        else {
            return;
        };
        let first = self.known.insert((*deposit, *epoch, entry.id.clone()));
        let pending = PendingDeposit {
            deposit: *deposit,
            epoch: *epoch,
            entry: entry.clone(),
            fields: fields.clone(),
            cleared: cleared.clone(),
            attached: attached.clone(),
            detached: detached.clone(),
            recovery_codes: *recovery_codes,
            time: step.time,
            claimed: step.event.time,
            by: step.event.by.clone(),
        };
        self.named.push(Named {
            at: step.at,
            deposit: *deposit,
            entry: entry.id.clone(),
            last_rotated: entry.last_rotated.as_ref().and_then(|text| Moment::of_date(text.as_str())),
            parts: pending.parts().collect(),
        });
        if first {
            self.all.push((step.at, pending));
        }
    }

    /// Blobs of attachments that deposits named.
    pub(super) fn blobs(&self) -> Blobs {
        let mut blobs = Blobs::default();
        for (_, deposit) in &self.all {
            deposit.attached.iter().for_each(|attached| blobs.name(attached.blob, attached.size, &deposit.entry.id));
        }
        blobs
    }

    /// Every secret that an export at this place wrote out, as far as the log knows: of the entries that were sealed, and of deposits that
    /// stand before it.
    pub(super) fn exported(&self, at: usize, epoch: EpochHash, graph: &Graph, headers: &Headers) -> BTreeSet<Replaced> {
        let places: Vec<usize> = self.named.iter().map(|named| named.at).collect();
        let beside: BTreeSet<usize> = graph.unfollowed(&[(at, places)]).into_iter().flatten().collect();
        let mut secrets = BTreeSet::new();
        for named in self.named.iter().filter(|named| !beside.contains(&named.at)) {
            let parts = named.parts.iter().filter(|part| part.is_secret());
            secrets.extend(parts.map(|part| secret(&named.entry, part.clone())));
        }
        let sealed = headers.get(&epoch).map(|header| header.entries.as_slice()).unwrap_or_default();
        for entry in sealed {
            if !secrets.iter().any(|known| known.entry == entry.id) {
                secrets.insert(secret(&entry.id, SecretPart::password()));
            }
        }
        secrets
    }

    /// Sorts them by the stagings that count.
    pub(super) fn settle(&self, graph: &Graph, stagings: &[&StagedAt]) -> Settled {
        let named = |list: &dyn Fn(&StagedAt) -> &[Digest]| -> BTreeSet<Digest> {
            stagings.iter().flat_map(|staged| list(staged).iter().copied()).collect()
        };
        let folded = named(&|staged| &staged.staging.deposits);
        let dismissed = named(&|staged| &staged.staging.dismissed);
        let mut settled = Settled {
            pending: Vec::new(),
            conflicts: Vec::new(),
            last_rotated: BTreeMap::new(),
            folded: BTreeMap::new(),
            dismissed: BTreeMap::new(),
        };
        let mut waiting: Vec<&(usize, PendingDeposit)> = Vec::new();
        for item in &self.all {
            let (_, deposit) = item;
            if folded.contains(&deposit.deposit) {
                settled.folded.insert(deposit.deposit, deposit.epoch);
            } else if dismissed.contains(&deposit.deposit) {
                settled.dismissed.insert(deposit.deposit, deposit.epoch);
            } else {
                settled.pending.push(deposit.clone());
                waiting.push(item);
            }
        }
        settled.conflicts = conflicts(graph, &waiting);
        // Of what is only claimed, nobody's word puts off what another's brought.
        for named in
            self.named.iter().filter(|named| !folded.contains(&named.deposit) && !dismissed.contains(&named.deposit))
        {
            if let Some(day) = named.last_rotated {
                let known = settled.last_rotated.entry(named.entry.clone()).or_insert(day);
                *known = day.min(*known);
            }
        }
        settled
    }
}

impl PendingDeposit {
    /// What it gives or removes.
    pub fn parts(&self) -> impl Iterator<Item = SecretPart> {
        let fields = self.fields.iter().chain(&self.cleared).cloned().map(SecretPart::Field);
        let given = self.attached.iter().map(|attached| &attached.name);
        fields.chain(given.chain(&self.detached).cloned().map(SecretPart::Attachment))
    }
}

/// Fields whose newest deposit does not follow all others that wait.
fn conflicts(graph: &Graph, waiting: &[&(usize, PendingDeposit)]) -> Vec<DepositConflict> {
    let mut by_part: BTreeMap<(&EntryId, SecretPart), Vec<usize>> = BTreeMap::new();
    for (number, (_, deposit)) in waiting.iter().enumerate() {
        for part in deposit.parts() {
            by_part.entry((&deposit.entry.id, part)).or_default().push(number);
        }
    }
    let several: Vec<((&EntryId, SecretPart), Vec<usize>)> =
        by_part.into_iter().filter(|(_, numbers)| numbers.len() > 1).collect();
    let places = |numbers: &[usize]| numbers.iter().map(|&number| waiting[number].0).collect::<Vec<usize>>();
    let questions: Vec<(usize, Vec<usize>)> = several
        .iter()
        .map(|(_, numbers)| {
            let (newest, earlier) = numbers.split_last().expect("more than one");
            (waiting[*newest].0, places(earlier))
        })
        .collect();
    let mut found = Vec::new();
    for (((entry, part), numbers), beside) in several.into_iter().zip(graph.unfollowed(&questions)) {
        if beside.is_empty() {
            continue;
        }
        let (newest, earlier) = numbers.split_last().expect("more than one");
        let mut deposits: Vec<Digest> = earlier
            .iter()
            .filter(|&&number| beside.contains(&waiting[number].0))
            .map(|&number| waiting[number].1.deposit)
            .collect();
        // A file that several events name is told once.
        let newest = waiting[*newest].1.deposit;
        let mut told = BTreeSet::from([newest]);
        deposits.retain(|deposit| told.insert(*deposit));
        deposits.push(newest);
        // One file that two events name for one entry is one deposit.
        if deposits.len() > 1 {
            found.push(DepositConflict { entry: entry.clone(), secret: part, deposits });
        }
    }
    found
}
