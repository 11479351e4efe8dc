//! What openings showed, and what of it was replaced since.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::event::{Replaced, SecretPart};
use super::fold::{StagedAt, Step, secret};
use super::seen::Mark;
use super::state::Opening;
use crate::ids::{EpochHash, EventId};
use crate::quorum::CardIndex;
use crate::vault::{Claim, EntryId, FieldName};

/// Openings as they are folded.
#[derive(Default)]
pub(super) struct Openings {
    all: Vec<Folded>,
    places: HashMap<EventId, usize>,
}

struct Folded {
    opening: Opening,
    opened: Mark,
    /// Where each secret was shown.
    shown: BTreeMap<Replaced, Vec<Mark>>,
    /// Where everything was written out, in the graph and under a signature.
    exported: Vec<(usize, Mark)>,
}

impl Openings {
    pub(super) fn opened(
        &mut self,
        step: &Step<'_>,
        epoch: EpochHash,
        reason: &Claim,
        incident: Option<&Claim>,
        reported: &[CardIndex],
    ) {
        let Some(opened) = step.mark else { return };
        self.places.insert(step.id, self.all.len());
        let opening = Opening {
            event: step.id,
            epoch,
            time: step.time,
            reason: reason.clone(),
            incident: incident.cloned(),
            attending: step.event.signers.clone(),
            reported: reported.to_vec(),
            revealed: BTreeMap::new(),
            exported: false,
            closed: false,
            resealed: false,
            to_replace: BTreeSet::new(),
            reviewed: false,
        };
        self.all.push(Folded { opening, opened, shown: BTreeMap::new(), exported: Vec::new() });
    }

    fn change(&mut self, session: EventId, change: impl FnOnce(&mut Folded)) {
        if let Some(&place) = self.places.get(&session) {
            change(&mut self.all[place]);
        }
    }

    /// Only a secret is to be replaced; a user name or an address is none. A recovery code that is shown is spent, and a code of the
    /// moment tells nothing of the secret behind it.
    pub(super) fn revealed(
        &mut self,
        session: EventId,
        step: &Step<'_>,
        entry: &EntryId,
        parts: impl Iterator<Item = SecretPart>,
    ) {
        self.change(session, |folded| {
            // An entry of which a code was shown is listed, too.
            let shown = folded.opening.revealed.entry(entry.clone()).or_default();
            for part in parts {
                shown.insert(part.clone());
                if part.is_secret() {
                    folded.shown.entry(secret(entry, part)).or_default().extend(step.mark);
                }
            }
        });
    }

    pub(super) fn exported(&mut self, session: EventId, step: &Step<'_>) {
        self.change(session, |folded| {
            folded.opening.exported = true;
            folded.exported.extend(step.mark.map(|mark| (step.at, mark)));
        });
    }

    pub(super) fn closed(&mut self, session: EventId) {
        self.change(session, |folded| folded.opening.closed = true);
    }

    /// Nobody has looked through what came of an opening without knowing of it.
    pub(super) fn reviewed(&mut self, openings: &[EventId], step: &Step<'_>) {
        for opening in openings {
            self.change(*opening, |folded| folded.opening.reviewed |= step.seen.has(folded.opened));
        }
    }

    /// Where everything was written out, in the graph and under a signature.
    pub(super) fn exports(&self) -> Vec<(usize, Mark)> {
        self.all.iter().flat_map(|folded| folded.exported.iter().copied()).collect()
    }

    /// What is left to be done for each, behind the stagings that count. A commit answers only the openings that its staging follows: a
    /// later one saw the root, and one in another copy was not known.
    pub(super) fn settle(
        self,
        stagings: &[&StagedAt],
        secrets: &dyn Fn(Mark, EpochHash) -> BTreeSet<Replaced>,
    ) -> Vec<Opening> {
        let mut by_part: BTreeMap<&Replaced, Vec<&StagedAt>> = BTreeMap::new();
        for staged in stagings {
            staged.staging.replaced.iter().for_each(|part| by_part.entry(part).or_default().push(staged));
        }
        let settle = |folded: Folded| {
            let Folded { mut opening, opened, mut shown, exported } = folded;
            opening.resealed = stagings.iter().any(|staged| staged.follows(opened));
            for (_, mark) in exported {
                for part in secrets(mark, opening.epoch) {
                    shown.entry(part).or_default().push(mark);
                }
            }
            let replaced = |part: &Replaced, marks: &[Mark]| {
                let stagings = by_part.get(part).map(Vec::as_slice).unwrap_or_default();
                stagings.iter().any(|staged| marks.iter().all(|mark| staged.follows(*mark)))
            };
            opening.to_replace =
                shown.into_iter().filter(|(part, marks)| !replaced(part, marks)).map(|(part, _)| part).collect();
            opening
        };
        self.all.into_iter().map(settle).collect()
    }
}

impl SecretPart {
    /// Whether its showing makes its replacement due.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        match self {
            SecretPart::Field(name) => name.is_secret(),
            SecretPart::Attachment(_) => true,
        }
    }

    /// The field of an entry of which nothing else is known.
    #[must_use]
    pub fn password() -> SecretPart {
        SecretPart::Field(FieldName::fixed("password"))
    }
}
