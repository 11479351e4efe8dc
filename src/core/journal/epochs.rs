//! What signed events did to epochs, and which epoch is in force for whoever has seen some of them.

use std::collections::{BTreeMap, BTreeSet};

use super::seen::{Mark, Seen};
use crate::ids::EpochHash;
use crate::quorum::CardIndex;

/// One epoch, as signed events tell of it.
#[derive(Clone, Debug, Default)]
pub(super) struct EpochFacts {
    pub(super) number: u32,
    pub(super) parent: Option<EpochHash>,
    pub(super) cards: u8,
    /// Where it was created or staged.
    pub(super) staged: Vec<Mark>,
    /// How many further pieces each staging says that it has.
    pub(super) more: Vec<(Mark, u32)>,
    /// Where each further piece of its staging stands.
    pub(super) pieces: BTreeMap<u32, Vec<Mark>>,
    /// Where each card was read back.
    pub(super) read_back: BTreeMap<CardIndex, Vec<Mark>>,
    /// Where it began: created, committed, or proven by a card in the room.
    pub(super) begun: Vec<Mark>,
    /// Where it was given up.
    pub(super) aborted: Vec<Mark>,
}

impl EpochFacts {
    /// How many pieces of its staging must follow before it can be committed, for whoever has seen this.
    pub(super) fn more_for(&self, seen: &Seen) -> u32 {
        self.more.iter().filter(|(staged, _)| seen.has(*staged)).map(|(_, more)| *more).max().unwrap_or(0)
    }
}

/// Every epoch that signed events tell of.
#[derive(Clone, Debug, Default)]
pub(super) struct Epochs {
    pub(super) all: BTreeMap<EpochHash, EpochFacts>,
    children: BTreeMap<Option<EpochHash>, BTreeSet<EpochHash>>,
}

impl Epochs {
    pub(super) fn get(&self, epoch: EpochHash) -> Option<&EpochFacts> {
        self.all.get(&epoch)
    }

    /// The facts of an epoch, which are begun with the first event that tells of it.
    pub(super) fn know(
        &mut self,
        epoch: EpochHash,
        number: u32,
        parent: Option<EpochHash>,
        cards: u8,
    ) -> &mut EpochFacts {
        self.children.entry(parent).or_default().insert(epoch);
        self.all.entry(epoch).or_insert_with(|| EpochFacts { number, parent, cards, ..EpochFacts::default() })
    }

    /// The epochs in force for whoever has seen this. More than one is a split: two commits after one epoch, or a commit and an abort of
    /// one staged epoch, that do not follow each other. Nothing here chooses between them but `anchors`, heads from paper.
    pub(super) fn in_force(&self, seen: &Seen, anchors: &[Seen]) -> Vec<EpochHash> {
        let mut in_force = Vec::new();
        let roots: Vec<EpochHash> = self.all.keys().copied().filter(|epoch| self.is_root(*epoch, seen)).collect();
        let decided = anchors.iter().find_map(|anchor| {
            let here: Vec<EpochHash> =
                roots.iter().copied().filter(|root| anchor.has_any(&self.all[root].begun)).collect();
            (here.len() == 1).then_some(here)
        });
        for root in decided.unwrap_or(roots) {
            self.leaves(root, seen, anchors, &mut in_force);
        }
        in_force.sort();
        in_force.dedup();
        in_force
    }

    /// Whether an epoch began, and not as the successor of one that began.
    fn is_root(&self, epoch: EpochHash, seen: &Seen) -> bool {
        let facts = &self.all[&epoch];
        let follows =
            facts.parent.and_then(|parent| self.get(parent)).is_some_and(|parent| seen.has_any(&parent.begun));
        seen.has_any(&facts.begun) && !follows
    }

    /// The last epochs of the line that begins with this one.
    fn leaves(&self, epoch: EpochHash, seen: &Seen, anchors: &[Seen], into: &mut Vec<EpochHash>) {
        // A line of rotations can be long.
        let mut waiting = vec![epoch];
        while let Some(epoch) = waiting.pop() {
            let (children, stays) = self.successors(epoch, seen, anchors);
            if stays {
                into.push(epoch);
            }
            waiting.extend(children);
        }
    }

    /// The epochs that follow this one, and whether it stays in force beside them.
    fn successors(&self, epoch: EpochHash, seen: &Seen, anchors: &[Seen]) -> (Vec<EpochHash>, bool) {
        let mut begun: Vec<EpochHash> = self.children.get(&Some(epoch)).into_iter().flatten().copied().collect();
        begun.retain(|child| seen.has_any(&self.all[child].begun));
        let mut given_up: BTreeSet<EpochHash> =
            begun.iter().copied().filter(|child| seen.has_any(&self.all[child].aborted)).collect();
        for anchor in anchors {
            let committed: Vec<EpochHash> =
                begun.iter().copied().filter(|child| anchor.has_any(&self.all[child].begun)).collect();
            let aborted: BTreeSet<EpochHash> =
                begun.iter().copied().filter(|child| anchor.has_any(&self.all[child].aborted)).collect();
            // Whoever has seen a commit and not the abort beside it stands on the side of the commit, and the reverse.
            let followed: Vec<EpochHash> = committed.iter().copied().filter(|child| !aborted.contains(child)).collect();
            if let [one] = followed[..] {
                return (vec![one], false);
            }
            if committed.is_empty() {
                begun.retain(|child| !aborted.contains(child));
                given_up.retain(|child| !aborted.contains(child));
            }
        }
        let stays = begun.iter().all(|child| given_up.contains(child));
        (begun, stays)
    }

    /// The epoch itself, the one before it, and so on.
    pub(super) fn lineage(&self, epoch: EpochHash) -> impl Iterator<Item = EpochHash> {
        std::iter::successors(Some(epoch), |epoch| self.get(*epoch).and_then(|facts| facts.parent))
    }
}
