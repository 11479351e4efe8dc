//! Obligations: what the state makes due, and when.

use super::state::{CardState, EpochState, State};
use crate::quorum::{CardIndex, EpochHash, EventId};
use crate::vault::{EntryId, Moment};

/// How often things come round, in days of 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// From one rotation to the next.
    pub rotation: i64,
    /// From one check of a card to the next.
    pub card_check: i64,
    /// From a rotation to the drill that follows it: a rotation shows that the quorum works, and this is halfway to the next one.
    pub drill: i64,
}

impl Default for Calendar {
    fn default() -> Calendar {
        Calendar { rotation: 183, card_check: 91, drill: 91 }
    }
}

/// Something that an event, or the passing of time, makes due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obligation {
    /// The vault was opened and no rotation has followed: reseal it.
    Reseal {
        /// The opening.
        opening: EventId,
    },
    /// A card is lost: rotate.
    RotateAfterLoss {
        /// The card.
        card: CardIndex,
    },
    /// A custodian has left: rotate.
    RotateAfterDeparture {
        /// The card.
        card: CardIndex,
    },
    /// The regular rotation.
    Rotate,
    /// A credential was shown and not replaced since.
    Replace {
        /// The entry.
        entry: EntryId,
        /// The opening that showed it last.
        opening: EventId,
    },
    /// Look through the sign-in logs for uses of what was shown.
    ReviewSignIns {
        /// The opening.
        opening: EventId,
    },
    /// A card was never read back from paper.
    ReadBack {
        /// The epoch of the card.
        epoch: EpochHash,
        /// The card.
        card: CardIndex,
    },
    /// The regular check of a card.
    CheckCard {
        /// The card.
        card: CardIndex,
    },
    /// A file that a card was printed from still exists.
    DestroyCardFile {
        /// The epoch of the card.
        epoch: EpochHash,
        /// The card.
        card: CardIndex,
    },
    /// A paper that no longer counts still exists.
    DestroyPaper {
        /// The epoch of the card.
        epoch: EpochHash,
        /// The card.
        card: CardIndex,
    },
    /// A rotation was staged and neither committed nor given up.
    FinishRotation {
        /// The staged epoch.
        epoch: EpochHash,
    },
}

impl Obligation {
    /// Every kind, as machines are told of it.
    pub const KINDS: [&'static str; 11] = [
        "reseal",
        "rotate_after_loss",
        "rotate_after_departure",
        "rotate",
        "replace",
        "review_sign_ins",
        "read_back",
        "check_card",
        "destroy_card_file",
        "destroy_paper",
        "finish_rotation",
    ];

    /// What machines are told that this is: one of [`Obligation::KINDS`], which are never renamed.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Obligation::Reseal { .. } => "reseal",
            Obligation::RotateAfterLoss { .. } => "rotate_after_loss",
            Obligation::RotateAfterDeparture { .. } => "rotate_after_departure",
            Obligation::Rotate => "rotate",
            Obligation::Replace { .. } => "replace",
            Obligation::ReviewSignIns { .. } => "review_sign_ins",
            Obligation::ReadBack { .. } => "read_back",
            Obligation::CheckCard { .. } => "check_card",
            Obligation::DestroyCardFile { .. } => "destroy_card_file",
            Obligation::DestroyPaper { .. } => "destroy_paper",
            Obligation::FinishRotation { .. } => "finish_rotation",
        }
    }
}

/// An obligation and when it falls due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// What.
    pub obligation: Obligation,
    /// When.
    pub on: Moment,
}

impl Due {
    /// Whether it is due at this moment.
    #[must_use]
    pub fn is_due(&self, now: Moment) -> bool {
        self.on <= now
    }
}

impl State {
    /// Everything that is or will be due, the most urgent first.
    #[must_use]
    pub fn due(&self, calendar: Calendar) -> Vec<Due> {
        let mut all = Vec::new();
        for opening in &self.openings {
            if !opening.resealed {
                all.push(Due { obligation: Obligation::Reseal { opening: opening.event }, on: opening.time });
            }
            if !opening.reviewed {
                all.push(Due { obligation: Obligation::ReviewSignIns { opening: opening.event }, on: opening.time });
            }
        }
        all.extend(self.replacements());
        if let Some(active) = self.active_epoch() {
            all.extend(rotation(active, calendar));
            all.extend(active.cards.iter().filter_map(|card| check(active, card, calendar)));
        }
        if let Some(staged) = self.staged_epoch() {
            let on = staged.staging.as_ref().map_or(Moment::of(jiff::Timestamp::UNIX_EPOCH), |staging| staging.time);
            all.push(Due { obligation: Obligation::FinishRotation { epoch: staged.hash }, on });
        }
        for epoch in self.epochs.values() {
            all.extend(destruction(epoch));
        }
        // Stable: what falls due at the same moment keeps the order above.
        all.sort_by_key(|due| due.on);
        all
    }

    /// The newest showing of each entry whose credential still stands.
    fn replacements(&self) -> Vec<Due> {
        let mut newest: std::collections::BTreeMap<&EntryId, Due> = Default::default();
        for opening in &self.openings {
            for entry in &opening.to_replace {
                let obligation = Obligation::Replace { entry: entry.clone(), opening: opening.event };
                newest.insert(entry, Due { obligation, on: opening.time });
            }
        }
        newest.into_values().collect()
    }
}

fn rotation(active: &EpochState, calendar: Calendar) -> Vec<Due> {
    let mut all = Vec::new();
    for card in &active.cards {
        if let Some((on, _)) = card.lost {
            all.push(Due { obligation: Obligation::RotateAfterLoss { card: card.index }, on });
        }
        if let Some((on, _)) = card.departed {
            all.push(Due { obligation: Obligation::RotateAfterDeparture { card: card.index }, on });
        }
    }
    let begun = active.begun.expect("an active epoch has begun");
    all.push(Due { obligation: Obligation::Rotate, on: begun.plus_days(calendar.rotation) });
    all
}

fn check(active: &EpochState, card: &CardState, calendar: Calendar) -> Option<Due> {
    if !card.is_usable() {
        return None;
    }
    let begun = active.begun.expect("an active epoch has begun");
    Some(match (card.verified, card.seen) {
        (Some(_), Some(seen)) => {
            Due { obligation: Obligation::CheckCard { card: card.index }, on: seen.plus_days(calendar.card_check) }
        }
        _ => Due { obligation: Obligation::ReadBack { epoch: active.hash, card: card.index }, on: begun },
    })
}

fn destruction(epoch: &EpochState) -> Vec<Due> {
    let since = epoch.begun.or(epoch.staging.as_ref().map(|staging| staging.time));
    let on = since.unwrap_or(Moment::of(jiff::Timestamp::UNIX_EPOCH));
    // The file of a staged card that was not read back may be all that there is of it: nobody may be told to delete that.
    let waits = epoch.begun.is_none() && epoch.aborted_at.is_empty();
    let files = epoch
        .cards
        .iter()
        .filter(|card| card.card_file && !(waits && card.verified.is_none()))
        .map(|card| Due { obligation: Obligation::DestroyCardFile { epoch: epoch.hash, card: card.index }, on });
    let papers = epoch
        .cards
        .iter()
        .filter(|card| epoch.has_old_paper(card))
        .map(|card| Due { obligation: Obligation::DestroyPaper { epoch: epoch.hash, card: card.index }, on });
    files.chain(papers).collect()
}
