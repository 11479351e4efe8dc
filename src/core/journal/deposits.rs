//! Deposits: which wait, which were folded in or dismissed, and which were put in apart from each other.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::event::{SecretPart, What};
use super::fold::{StagedAt, Step};
use super::graph::Graph;
use super::kept::Blobs;
use super::state::{DepositConflict, PendingDeposit};
use crate::ids::{Digest, EpochHash};
use crate::vault::{AttachmentName, EntryId, FieldName, Moment};

/// Deposits as they are folded, the oldest first. Each counts once, however many events name it.
#[derive(Default)]
pub(super) struct Deposits {
    all: Vec<(usize, PendingDeposit)>,
    /// What each event names, also of a file that was named before.
    named: Vec<Named>,
    /// Where each stands among all.
    known: BTreeMap<(Digest, EpochHash, EntryId), usize>,
    /// Where the words of the first event that named each file stand among all.
    first: BTreeMap<(Digest, EpochHash), usize>,
}

struct Named {
    at: usize,
    deposit: Digest,
    entry: EntryId,
    last_rotated: Option<Moment>,
    parts: Vec<SecretPart>,
    /// Whether it says something else than the first that named the file.
    retold: bool,
}

/// What became of deposits.
pub(super) struct Settled {
    pub(super) pending: Vec<PendingDeposit>,
    pub(super) conflicts: Vec<DepositConflict>,
    pub(super) last_rotated: BTreeMap<EntryId, Moment>,
    pub(super) folded: BTreeMap<Digest, EpochHash>,
    pub(super) dismissed: BTreeMap<Digest, EpochHash>,
    /// Places of events that say something else of a file that waits than another event does.
    pub(super) retold: Vec<usize>,
}

impl Deposits {
    pub(super) fn deposited(&mut self, step: &Step<'_>) {
        let What::Deposited { epoch, deposit, entry, fields, cleared, attached, detached, recovery_codes } =
            &step.event.what
        else {
            return;
        };
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
            retold: Vec::new(),
        };
        let first = *self.first.entry((*deposit, *epoch)).or_insert(self.all.len());
        let retold = self.all.get(first).is_some_and(|(_, first)| !pending.says_the_same(first));
        self.named.push(Named {
            at: step.at,
            deposit: *deposit,
            entry: entry.id.clone(),
            last_rotated: entry.last_rotated.as_ref().and_then(|text| Moment::of_date(text.as_str())),
            parts: pending.parts().collect(),
            retold,
        });
        match self.known.entry((*deposit, *epoch, entry.id.clone())) {
            Entry::Vacant(free) => {
                free.insert(self.all.len());
                self.all.push((step.at, pending));
            }
            Entry::Occupied(known) => {
                let known = &mut self.all[*known.get()].1;
                if !std::iter::once(&*known).chain(&known.retold).any(|told| told.says_the_same(&pending)) {
                    known.retold.push(pending);
                }
            }
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

    /// What every event names, with its place in the graph.
    pub(super) fn named(&self) -> impl Iterator<Item = (usize, &EntryId, &[SecretPart])> {
        self.named.iter().map(|named| (named.at, &named.entry, named.parts.as_slice()))
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
            retold: Vec::new(),
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
            settled.retold.extend(named.retold.then_some(named.at));
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
        self.names().map(PartName::owned)
    }

    /// Whether both say the same of the same file, whenever their lines were placed.
    fn says_the_same(&self, other: &PendingDeposit) -> bool {
        let PendingDeposit { deposit, epoch, entry, fields, cleared, attached, detached, .. } = self;
        let files = (deposit, epoch) == (&other.deposit, &other.epoch);
        let parts = (fields, cleared, attached, detached);
        files
            && *entry == other.entry
            && parts == (&other.fields, &other.cleared, &other.attached, &other.detached)
            && (self.recovery_codes, self.claimed) == (other.recovery_codes, other.claimed)
            && self.by == other.by
    }

    fn names(&self) -> impl Iterator<Item = PartName<'_>> {
        let fields = self.fields.iter().chain(&self.cleared).map(PartName::Field);
        let given = self.attached.iter().map(|attached| &attached.name);
        fields.chain(given.chain(&self.detached).map(PartName::Attachment))
    }
}

/// The name of a part, in the order of [`SecretPart`]: one claim can name hundreds, and a log thousands of such claims.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum PartName<'a> {
    Field(&'a FieldName),
    Attachment(&'a AttachmentName),
}

impl PartName<'_> {
    fn owned(self) -> SecretPart {
        match self {
            PartName::Field(name) => SecretPart::Field(name.clone()),
            PartName::Attachment(name) => SecretPart::Attachment(name.clone()),
        }
    }
}

/// Fields whose newest deposit does not follow all others that wait.
fn conflicts(graph: &Graph, waiting: &[&(usize, PendingDeposit)]) -> Vec<DepositConflict> {
    let mut parts: Vec<(&EntryId, PartName<'_>, usize)> = Vec::new();
    for (number, (_, deposit)) in waiting.iter().enumerate() {
        parts.extend(deposit.names().map(|name| (&deposit.entry.id, name, number)));
    }
    // The oldest of each part first, as they wait.
    parts.sort_unstable();
    let same = |one: &(&EntryId, PartName<'_>, usize), next: &(&EntryId, PartName<'_>, usize)| {
        (one.0, one.1) == (next.0, next.1)
    };
    let several: Vec<_> = parts.chunk_by(same).filter(|all| all.len() > 1).collect();
    let questions: Vec<(usize, Vec<usize>)> = several
        .iter()
        .map(|all| {
            let places = |&(_, _, number): &(&EntryId, PartName<'_>, usize)| waiting[number].0;
            let (newest, earlier) = all.split_last().expect("more than one");
            (places(newest), earlier.iter().map(places).collect())
        })
        .collect();
    let mut found = Vec::new();
    for (all, beside) in several.into_iter().zip(graph.unfollowed(&questions)) {
        let newest = all.last().expect("more than one");
        let (entry, part, number) = newest;
        let newest = waiting[*number].1.deposit;
        // A file that several events name is told once.
        let mut told = BTreeSet::from([newest]);
        let apart = beside.iter().map(|&at| waiting[all[at].2].1.deposit);
        let mut deposits: Vec<Digest> = apart.filter(|deposit| told.insert(*deposit)).collect();
        deposits.push(newest);
        // One file that two events name for one entry is one deposit.
        if deposits.len() > 1 {
            found.push(DepositConflict { entry: (*entry).clone(), secret: part.owned(), deposits });
        }
    }
    found
}
