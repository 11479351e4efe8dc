//! What exports wrote out: every secret that was sealed or deposited where they stand, as far as the log knows.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::deposits::Deposits;
use super::event::{Replaced, SecretPart};
use super::fold::secret;
use super::graph::Graph;
use super::seen::Mark;
use crate::vault::{EntryId, EpochHeader};

/// The first export of each chain that follows something: whichever comes behind it in that chain follows, too. Nothing where there is
/// none.
type Followed = Rc<Vec<Option<Mark>>>;

/// Secrets that deposits brought, with the exports that follow them.
pub(super) struct WrittenOut {
    secrets: BTreeMap<Replaced, Followed>,
}

impl WrittenOut {
    /// Finds out what these exports wrote out, in one way through the graph.
    pub(super) fn of(deposits: &Deposits, graph: &Graph, exports: &[(usize, Mark)]) -> WrittenOut {
        let mut secrets: BTreeMap<Replaced, Followed> = BTreeMap::new();
        if exports.is_empty() {
            return WrittenOut { secrets };
        }
        let followed = followed(graph, exports);
        for (place, entry, parts) in deposits.named().filter(|(place, ..)| !followed[*place].is_empty()) {
            for part in parts.iter().filter(|part| part.is_secret()) {
                let known = secrets.entry(secret(entry, part.clone())).or_default();
                join(known, &followed[place]);
            }
        }
        WrittenOut { secrets }
    }

    /// Every secret that the export with this mark wrote out: of deposits that it follows, and of the entries that were sealed.
    pub(super) fn secrets(&self, export: Mark, sealed: Option<&EpochHeader>) -> BTreeSet<Replaced> {
        let deposited = self.secrets.iter().filter(|(_, followed)| export.is_behind_first(followed));
        let mut secrets: BTreeSet<Replaced> = deposited.map(|(secret, _)| secret.clone()).collect();
        let known: BTreeSet<EntryId> = secrets.iter().map(|secret| secret.entry.clone()).collect();
        let sealed = sealed.map(|header| header.entries.as_slice()).unwrap_or_default();
        let unknown = sealed.iter().filter(|entry| !known.contains(&entry.id));
        secrets.extend(unknown.map(|entry| secret(&entry.id, SecretPart::password())));
        secrets
    }
}

/// For each place of the graph, the exports that stand there or follow it.
fn followed(graph: &Graph, exports: &[(usize, Mark)]) -> Vec<Followed> {
    let marks: BTreeMap<usize, Mark> = exports.iter().copied().collect();
    let mut followed = vec![Followed::default(); graph.nodes.len()];
    for &here in graph.order.iter().rev() {
        if let Some(mark) = marks.get(&here) {
            let mut own = (*followed[here]).clone();
            mark.put_first(&mut own);
            followed[here] = Rc::new(own);
        }
        if followed[here].is_empty() {
            continue;
        }
        let own = Rc::clone(&followed[here]);
        graph.nodes[here].parents.iter().for_each(|&parent| join(&mut followed[parent], &own));
    }
    followed
}

/// Takes in what follows elsewhere. Most events have one follower, and share what is known of it.
fn join(into: &mut Followed, other: &Followed) {
    if Rc::ptr_eq(into, other) {
        return;
    }
    if into.is_empty() {
        *into = Rc::clone(other);
        return;
    }
    if other.iter().flatten().all(|first| first.is_behind_first(into)) {
        return;
    }
    let mut joined = (**into).clone();
    other.iter().flatten().for_each(|first| first.put_first(&mut joined));
    *into = Rc::new(joined);
}
