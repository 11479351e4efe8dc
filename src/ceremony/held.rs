//! Every value that is held under one name: the sealed one, and what was deposited since, which nobody confirmed. A wrong deposit hides
//! none of them.

use super::unseal::{EntryView, OpenDeposit};
use crate::ids::Digest;
use crate::journal::PendingDeposit;
use crate::vault::Change;

/// Which of the values under one name is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Which {
    /// The sealed one; where there is none, the newest that was deposited.
    #[default]
    Sealed,
    /// The newest that was deposited; where there is none, the sealed one.
    Newest,
    /// The one that this deposit brought.
    Deposited(Digest),
}

/// One of the values under one name.
#[derive(Debug)]
pub struct Held<'s, T> {
    /// The value.
    pub value: &'s T,
    /// The deposit that brought it, when no rotation folded it in: not confirmed.
    pub deposit: Option<&'s OpenDeposit>,
    /// Its number among the deposits that bring the name, oldest first and from 1; 0 when it is sealed.
    pub number: usize,
    /// The newest later deposit that removes what stands under the name: not confirmed either.
    pub removed_by: Option<&'s OpenDeposit>,
}

// Not derived, which would ask that the value itself could be copied.
impl<T> Clone for Held<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Held<'_, T> {}

impl<T> Held<'_, T> {
    /// What names it alone.
    #[must_use]
    pub fn which(&self) -> Which {
        self.deposit.map_or(Which::Sealed, |open| Which::Deposited(open.pending.deposit))
    }
}

impl Which {
    /// Picks it of all values under one name; nothing when it is not among them.
    #[must_use]
    pub fn of<'s, T>(self, held: &[Held<'s, T>]) -> Option<Held<'s, T>> {
        let sealed = held.iter().find(|held| held.deposit.is_none());
        let newest = held.iter().rev().find(|held| held.deposit.is_some());
        let picked = match self {
            Which::Sealed => sealed.or(newest),
            Which::Newest => newest.or(sealed),
            Which::Deposited(_) => held.iter().find(|held| held.which() == self),
        };
        picked.copied()
    }
}

/// What a name is, to the log and in a deposit.
pub(super) struct Name<'n, 's, T> {
    /// Whether the log says that a deposit brings it. Deposits that cannot be read are counted too: the numbers of the others stay.
    pub(super) brought: &'n dyn Fn(&PendingDeposit) -> bool,
    /// Whether the log says that a deposit removes it.
    pub(super) removed: &'n dyn Fn(&PendingDeposit) -> bool,
    /// What a deposit brings under it.
    pub(super) value: &'n dyn Fn(&'s Change) -> Option<&'s T>,
}

impl<'s> EntryView<'s> {
    /// Every value under a name: the sealed one first, then what was deposited since, oldest first.
    pub(super) fn held_under<T>(&self, sealed: Option<&'s T>, name: &Name<'_, 's, T>) -> Vec<Held<'s, T>> {
        let sealed = sealed.map(|value| Held { value, deposit: None, number: 0, removed_by: None });
        let mut held: Vec<Held<'s, T>> = sealed.into_iter().collect();
        let mut number = 0;
        for &open in &self.deposits {
            number += usize::from((name.brought)(&open.pending));
            let Ok(deposit) = &open.deposit else { continue };
            if let Some(value) = (name.value)(&deposit.change) {
                held.push(Held { value, deposit: Some(open), number, removed_by: None });
            } else if (name.removed)(&open.pending) {
                held.iter_mut().for_each(|earlier| earlier.removed_by = Some(open));
            }
        }
        held
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{EpochHash, VaultId};
    use crate::vault::{Deposit, EntryId, FieldName, FieldValue, Moment, PublicEntry};

    #[test]
    fn seventy_thousand_deposits_under_one_name_are_counted_to_the_last() {
        let (id, name): (EntryId, _) = ("m365".parse().unwrap(), FieldName::fixed("password"));
        let time: Moment = "2026-11-22T03:00:00Z".parse().unwrap();
        let epoch = EpochHash::of(b"epoch");
        let entry = PublicEntry { id: id.clone(), title: None, kind: None, owner: None, last_rotated: None };
        let pending = PendingDeposit {
            deposit: Digest::of(b"deposit"),
            epoch,
            entry,
            fields: vec![name.clone()],
            cleared: Vec::new(),
            attached: Vec::new(),
            detached: Vec::new(),
            recovery_codes: None,
            time,
            claimed: time,
            by: None,
            retold: Vec::new(),
        };
        let set = [(name.clone(), FieldValue::copy_of("value"))].into();
        let change = Change { set, ..Change::default() };
        let deposit = Deposit {
            version: 1,
            vault: VaultId([0; 16]),
            epoch,
            entry: id.clone(),
            made: time,
            by: "Ben".parse().ok(),
            change,
        };
        let open = OpenDeposit { pending, deposit: Ok(deposit) };
        let view = EntryView { id: &id, sealed: None, sealed_entry: None, deposits: vec![&open; 70_000] };
        assert_eq!(view.held(&name).last().map(|held| held.number), Some(70_000));
    }
}
