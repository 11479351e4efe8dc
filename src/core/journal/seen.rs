//! What an event has seen of the signed ones: whether one follows another is one comparison.
//!
//! Signed events are laid into chains, in each of which every event follows the one before it; an honest log is one chain, and each
//! parting of copies adds one. For every event there is how many of each chain it follows. Who has no card adds no chain.

use std::rc::Rc;

/// Where a signed event stands in the chains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark {
    chain: usize,
    position: u32,
}

impl Mark {
    /// Whether it is the first of its chain, or stands behind it.
    pub(super) fn is_behind_first(self, chains: &[Option<Mark>]) -> bool {
        chains.get(self.chain).copied().flatten().is_some_and(|first| self.position >= first.position)
    }

    /// Makes it the first of its chain, unless one before it is known.
    pub(super) fn put_first(self, chains: &mut Vec<Option<Mark>>) {
        if chains.len() <= self.chain {
            chains.resize(self.chain + 1, None);
        }
        let first = &mut chains[self.chain];
        if first.is_none_or(|first| first.position > self.position) {
            *first = Some(self);
        }
    }
}

/// What an event follows: how many events of each chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen(Rc<Vec<u32>>);

impl Seen {
    /// Whether it is this signed event, or follows it.
    pub(super) fn has(&self, mark: Mark) -> bool {
        self.0.get(mark.chain).is_some_and(|count| *count > mark.position)
    }

    /// The least that whoever follows all of these has seen.
    pub(super) fn of(marks: impl IntoIterator<Item = Mark>) -> Seen {
        let mut counts = Vec::new();
        for mark in marks {
            if counts.len() <= mark.chain {
                counts.resize(mark.chain + 1, 0);
            }
            counts[mark.chain] = counts[mark.chain].max(mark.position + 1);
        }
        Seen(Rc::new(counts))
    }

    /// Whether it is one of these, or follows one of them.
    pub(super) fn has_any(&self, marks: &[Mark]) -> bool {
        marks.iter().any(|mark| self.has(*mark))
    }

    /// How many signed events were seen.
    pub(super) fn count(&self) -> u64 {
        self.0.iter().copied().map(u64::from).sum()
    }

    /// Whether nothing was seen.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether everything that the other has seen was seen here too.
    pub(super) fn covers(&self, other: &Seen) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
            || (self.0.len() >= other.0.len() && self.0.iter().zip(other.0.iter()).all(|(here, there)| here >= there))
    }

    /// What either has seen.
    pub(super) fn join(&self, other: &Seen) -> Seen {
        if self.covers(other) {
            return self.clone();
        }
        if other.covers(self) {
            return other.clone();
        }
        let (mut long, short) =
            if self.0.len() >= other.0.len() { ((*self.0).clone(), &other.0) } else { ((*other.0).clone(), &self.0) };
        long.iter_mut().zip(short.iter()).for_each(|(count, other)| *count = (*count).max(*other));
        Seen(Rc::new(long))
    }
}

/// The chains as far as they were laid.
#[derive(Default)]
pub(super) struct Chains {
    lengths: Vec<u32>,
}

impl Chains {
    /// Lays a signed event behind what it follows. Gives its mark, and what whoever follows it has seen.
    pub(super) fn lay(&mut self, before: &Seen) -> (Mark, Seen) {
        let ends_there =
            |(chain, length): (usize, &u32)| before.0.get(chain).is_some_and(|seen| seen == length).then_some(chain);
        let chain = self.lengths.iter().enumerate().rev().find_map(ends_there).unwrap_or_else(|| {
            self.lengths.push(0);
            self.lengths.len() - 1
        });
        let mark = Mark { chain, position: self.lengths[chain] };
        self.lengths[chain] += 1;
        let mut seen = (*before.0).clone();
        if seen.len() <= chain {
            seen.resize(chain + 1, 0);
        }
        seen[chain] = self.lengths[chain];
        (mark, Seen(Rc::new(seen)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_tell_what_a_walk_over_all_parents_tells() {
        // 0-1-2-3 and 1-4-5 and 6 = merge of 3 and 5, then 7; all signed.
        let parents: [&[usize]; 8] = [&[], &[0], &[1], &[2], &[1], &[4], &[3, 5], &[6]];
        fn walk(parents: &[&[usize]], later: usize, earlier: usize) -> bool {
            later == earlier || parents[later].iter().any(|&parent| walk(parents, parent, earlier))
        }
        let mut chains = Chains::default();
        let (mut marks, mut seen): (Vec<Mark>, Vec<Seen>) = (Vec::new(), Vec::new());
        for before in parents {
            let joined = before.iter().fold(Seen::default(), |joined, &parent| joined.join(&seen[parent]));
            let (mark, after) = chains.lay(&joined);
            marks.push(mark);
            seen.push(after);
        }
        for (later, seen) in seen.iter().enumerate() {
            for (earlier, mark) in marks.iter().enumerate() {
                assert_eq!(seen.has(*mark), walk(&parents, later, earlier), "{later} after {earlier}");
            }
        }
        assert_eq!(chains.lengths.len(), 2, "one parting, two chains");
    }
}
