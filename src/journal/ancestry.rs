//! Which event follows which.
//!
//! Events stand in the order of the file, every event after those that it follows. Nearly every log is one chain, so a question is
//! nearly always answered by two numbers; only across merges is the graph walked.

use std::collections::BTreeSet;

/// For every event, by its position: the positions that it follows.
#[derive(Default)]
pub(super) struct Ancestry {
    parents: Vec<Vec<usize>>,
    /// The first position from which on everything up to this event is one chain.
    chain: Vec<usize>,
}

impl Ancestry {
    /// Adds the next event.
    pub(super) fn push(&mut self, parents: Vec<usize>) {
        let here = self.parents.len();
        let continues = here > 0 && parents == [here - 1];
        self.chain.push(if continues { self.chain[here - 1] } else { here });
        self.parents.push(parents);
    }

    /// Whether `later` is `earlier` or follows it.
    pub(super) fn follows(&self, later: usize, earlier: usize) -> bool {
        if earlier > later {
            return false;
        }
        let mut seen = BTreeSet::new();
        let mut waiting = vec![later];
        while let Some(place) = waiting.pop() {
            if place >= earlier && self.chain[place] <= earlier {
                return true;
            }
            for &parent in &self.parents[self.chain[place]] {
                if parent >= earlier && seen.insert(parent) {
                    waiting.push(parent);
                }
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_and_a_merge_are_told_as_a_walk_over_all_parents_tells_them() {
        // 0-1-2-3 and 1-4-5 and 6 = merge of 3 and 5, then 7
        let parents: [&[usize]; 8] = [&[], &[0], &[1], &[2], &[1], &[4], &[3, 5], &[6]];
        let mut ancestry = Ancestry::default();
        for parent in parents {
            ancestry.push(parent.to_vec());
        }
        fn walk(parents: &[&[usize]], later: usize, earlier: usize) -> bool {
            later == earlier || parents[later].iter().any(|&parent| walk(parents, parent, earlier))
        }
        for later in 0..8 {
            for earlier in 0..8 {
                assert_eq!(ancestry.follows(later, earlier), walk(&parents, later, earlier), "{later} after {earlier}");
            }
        }
    }
}
