//! Duties: what events and dates make due, as one table.
//!
//! A new duty is a variant of [`Duty`], a row of [`Duty::row`], a rule in [`State::due`] and its words.

use super::event::SecretPart;
use super::state::{CardState, DepositConflict, EpochState, State};
use crate::ids::{EpochHash, EventId};
use crate::quorum::CardIndex;
use crate::vault::{EntryId, EpochHeader, Moment};

/// How often things come round, in days of 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// From one rotation to the next.
    pub rotation: i64,
    /// From one check of a card to the next.
    pub card_check: i64,
    /// From a rotation to the drill that follows it: a rotation shows that the quorum works, and this is halfway to the next one.
    pub drill: i64,
    /// From the day on which a credential was last changed to the day on which it is to be changed again.
    pub credential: i64,
}

impl Default for Calendar {
    fn default() -> Calendar {
        Calendar { rotation: 183, card_check: 91, drill: 91, credential: 365 }
    }
}

/// Something that an event, or the passing of time, makes due.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Duty {
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
    /// A secret was shown and not replaced since.
    Replace {
        /// The entry.
        entry: EntryId,
        /// Which of its secrets.
        secret: SecretPart,
        /// The opening that showed it last.
        opening: EventId,
    },
    /// So many recovery codes were used that new ones are needed.
    RenewRecoveryCodes {
        /// The entry.
        entry: EntryId,
        /// Codes that are left.
        left: u16,
        /// Codes that there were.
        count: u16,
    },
    /// Look through the sign-in logs for uses of what was shown.
    ReviewSignIns {
        /// The opening.
        opening: EventId,
    },
    /// Values that were put in apart from each other: say which one counts.
    SettleConflict {
        /// The entry.
        entry: EntryId,
        /// What was given twice.
        secret: SecretPart,
    },
    /// A card was never read back from paper.
    ReadBack {
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
    /// A head from paper decided against an epoch whose contents hold values that are nowhere else.
    RecoverOtherSide {
        /// That epoch.
        epoch: EpochHash,
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
    /// The regular rotation.
    Rotate,
    /// The regular check of a card.
    CheckCard {
        /// The card.
        card: CardIndex,
    },
    /// A credential was last changed long ago.
    RotateCredential {
        /// The entry.
        entry: EntryId,
    },
}

/// When a duty is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// As soon as what brings it has happened, whatever any clock says.
    AtOnce,
    /// On a date that comes round.
    OnADate,
}

/// Who can meet a duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetBy {
    /// A quorum, by a rotation.
    Quorum,
    /// The card that it is about.
    Card,
    /// Somebody who says so; no card can prove it.
    Claim,
}

/// One row of the table of duties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// What machines are told that this is; never renamed.
    pub kind: &'static str,
    /// The events, or the date, that bring it.
    pub brought_by: &'static [&'static str],
    /// When it is due.
    pub when: When,
    /// Who can meet it.
    pub met_by: MetBy,
    /// The events that meet it.
    pub met_with: &'static [&'static str],
}

impl Duty {
    /// Every kind, as machines are told of it, in the order of urgency.
    pub const KINDS: [&'static str; 15] = [
        "reseal",
        "rotate_after_loss",
        "rotate_after_departure",
        "replace",
        "renew_recovery_codes",
        "review_sign_ins",
        "settle_conflict",
        "read_back",
        "finish_rotation",
        "recover_other_side",
        "destroy_card_file",
        "destroy_paper",
        "rotate",
        "check_card",
        "rotate_credential",
    ];

    /// Its row in the table.
    #[must_use]
    pub fn row(&self) -> Row {
        let row = |place: usize, brought_by, when, met_by, met_with| Row {
            kind: Duty::KINDS[place],
            brought_by,
            when,
            met_by,
            met_with,
        };
        match self {
            Duty::Reseal { .. } => row(0, &["opened"], When::AtOnce, MetBy::Quorum, &["committed"]),
            Duty::RotateAfterLoss { .. } => row(1, &["lost"], When::AtOnce, MetBy::Quorum, &["committed"]),
            Duty::RotateAfterDeparture { .. } => row(2, &["departed"], When::AtOnce, MetBy::Quorum, &["committed"]),
            Duty::Replace { .. } => {
                row(3, &["revealed", "exported"], When::AtOnce, MetBy::Quorum, &["staged", "committed"])
            }
            Duty::RenewRecoveryCodes { .. } => row(4, &["revealed"], When::AtOnce, MetBy::Quorum, &["committed"]),
            Duty::ReviewSignIns { .. } => row(5, &["opened"], When::AtOnce, MetBy::Claim, &["reviewed"]),
            Duty::SettleConflict { .. } => {
                row(6, &["deposited"], When::AtOnce, MetBy::Claim, &["deposited", "committed"])
            }
            Duty::ReadBack { .. } => {
                row(7, &["created", "committed", "relocked"], When::AtOnce, MetBy::Card, &["read_back", "checked"])
            }
            Duty::FinishRotation { .. } => row(8, &["staged"], When::AtOnce, MetBy::Quorum, &["committed", "aborted"]),
            Duty::RecoverOtherSide { .. } => row(9, &["committed"], When::AtOnce, MetBy::Quorum, &["committed"]),
            Duty::DestroyCardFile { .. } => row(
                10,
                &["created", "staged", "relocked"],
                When::AtOnce,
                MetBy::Claim,
                &["read_back", "card_files_destroyed"],
            ),
            Duty::DestroyPaper { .. } => {
                row(11, &["committed", "aborted", "relocked"], When::AtOnce, MetBy::Claim, &["paper_destroyed"])
            }
            Duty::Rotate => row(12, &["created", "committed"], When::OnADate, MetBy::Quorum, &["committed"]),
            Duty::CheckCard { .. } => {
                row(13, &["read_back", "checked", "receipt"], When::OnADate, MetBy::Card, &["checked", "receipt"])
            }
            Duty::RotateCredential { .. } => {
                row(14, &["deposited"], When::OnADate, MetBy::Quorum, &["staged", "committed"])
            }
        }
    }

    /// What machines are told that this is: one of [`Duty::KINDS`].
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.row().kind
    }
}

/// A duty and when it falls due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// What.
    pub duty: Duty,
    /// The date on which it falls due; nothing when it is due at once.
    pub on: Option<Moment>,
    /// When what brought it happened, as far as clocks can be believed.
    pub since: Option<Moment>,
}

impl Due {
    fn at_once(duty: Duty, since: Option<Moment>) -> Due {
        Due { duty, on: None, since }
    }

    fn on(duty: Duty, since: Moment, days: i64) -> Due {
        Due { duty, on: Some(since.plus_days(days)), since: Some(since) }
    }

    /// Whether it is due at this moment.
    #[must_use]
    pub fn is_due(&self, now: Moment) -> bool {
        self.on.is_none_or(|on| on <= now)
    }
}

impl State {
    /// Everything that is or will be due, the most urgent first. `now` bounds every time: no clock that ran ahead puts anything off.
    #[must_use]
    pub fn due(&self, calendar: Calendar, header: Option<&EpochHeader>, now: Moment) -> Vec<Due> {
        let mut all = self.after_openings(now);
        all.extend(self.conflicts.iter().map(conflict));
        let used_up = self.codes.left_for_sure().filter(|codes| codes.left <= codes.count / 4);
        all.extend(used_up.map(|codes| {
            let duty = Duty::RenewRecoveryCodes { entry: codes.entry.clone(), left: codes.left, count: codes.count };
            Due::at_once(duty, None)
        }));
        if let Some(active) = self.active_epoch() {
            all.extend(of_cards(active, calendar, now));
            all.push(Due::on(Duty::Rotate, active.begun_by(now), calendar.rotation));
        }
        if let Some(staged) = self.staged_epoch() {
            all.push(Due::at_once(Duty::FinishRotation { epoch: staged.hash }, staged.staged));
        }
        for epoch in self.epochs.values() {
            all.extend(of_papers(epoch));
            if !epoch.stranded.is_empty() {
                all.push(Due::at_once(Duty::RecoverOtherSide { epoch: epoch.hash }, epoch.begun));
            }
        }
        all.extend(self.old_credentials(calendar, header));
        // Stable: what falls due at the same moment keeps the order above. What is due at once stands first.
        all.sort_by_key(|due| due.on);
        all
    }

    fn after_openings(&self, now: Moment) -> Vec<Due> {
        let mut all = Vec::new();
        for opening in &self.openings {
            let since = Some(opening.time.min(now));
            if !opening.resealed {
                all.push(Due::at_once(Duty::Reseal { opening: opening.event }, since));
            }
            if !opening.reviewed {
                all.push(Due::at_once(Duty::ReviewSignIns { opening: opening.event }, since));
            }
        }
        // The newest showing of each secret that still stands.
        let mut newest = std::collections::BTreeMap::new();
        for opening in &self.openings {
            for part in &opening.to_replace {
                newest.insert(part, opening);
            }
        }
        all.extend(newest.into_iter().map(|(part, opening)| {
            let (entry, secret) = (part.entry.clone(), part.secret.clone());
            Due::at_once(Duty::Replace { entry, secret, opening: opening.event }, Some(opening.time.min(now)))
        }));
        all
    }

    /// Credentials whose own date says that they were last changed long ago. What a quorum sealed counts; where it sealed none, what
    /// somebody claims.
    fn old_credentials(&self, calendar: Calendar, header: Option<&EpochHeader>) -> Vec<Due> {
        let sealed = header.map(|header| header.entries.as_slice()).unwrap_or_default();
        let mut dates = std::collections::BTreeMap::new();
        for entry in sealed {
            if let Some(day) = entry.last_rotated.as_ref().and_then(|text| Moment::of_date(text.as_str())) {
                dates.insert(&entry.id, day);
            }
        }
        let known: std::collections::BTreeSet<&EntryId> = sealed.iter().map(|entry| &entry.id).collect();
        let unsealed = self.last_rotated.iter().filter(|(entry, _)| !known.contains(entry));
        dates.extend(unsealed.map(|(entry, day)| (entry, *day)));
        let due = |(entry, day): (&EntryId, Moment)| {
            Due::on(Duty::RotateCredential { entry: entry.clone() }, day, calendar.credential)
        };
        dates.into_iter().map(due).collect()
    }
}

fn conflict(conflict: &DepositConflict) -> Due {
    Due::at_once(Duty::SettleConflict { entry: conflict.entry.clone(), secret: conflict.secret.clone() }, None)
}

fn of_cards(active: &EpochState, calendar: Calendar, now: Moment) -> Vec<Due> {
    let mut all = Vec::new();
    let earliest = |reports: &[super::Report]| reports.iter().map(|report| report.time.min(now)).min();
    for card in &active.cards {
        if !card.lost.is_empty() {
            all.push(Due::at_once(Duty::RotateAfterLoss { card: card.index }, earliest(&card.lost)));
        }
        if !card.departed.is_empty() {
            all.push(Due::at_once(Duty::RotateAfterDeparture { card: card.index }, earliest(&card.departed)));
        }
        all.extend(check(active, card, calendar, now));
    }
    all
}

fn check(active: &EpochState, card: &CardState, calendar: Calendar, now: Moment) -> Option<Due> {
    if !card.is_usable() {
        return None;
    }
    Some(match card.verified {
        // Seen only at dates to come: nobody knows when.
        Some(_) => match card.seen_by(now) {
            Some(seen) => Due::on(Duty::CheckCard { card: card.index }, seen, calendar.card_check),
            None => Due::on(Duty::CheckCard { card: card.index }, now, 0),
        },
        None => Due::at_once(Duty::ReadBack { epoch: active.hash, card: card.index }, active.begun),
    })
}

fn of_papers(epoch: &EpochState) -> Vec<Due> {
    let since = epoch.begun.or(epoch.staged);
    // The file of a staged card that was not read back may be all that there is of it: nobody may be told to delete that.
    let waits = epoch.fate == super::Fate::Staged;
    let files = epoch.cards.iter().filter(|card| card.card_file && !(waits && card.verified.is_none()));
    let files = files.map(|card| Duty::DestroyCardFile { epoch: epoch.hash, card: card.index });
    let papers = epoch.cards.iter().filter(|card| card.old_papers > 0);
    let papers = papers.map(|card| Duty::DestroyPaper { epoch: epoch.hash, card: card.index });
    files.chain(papers).map(|duty| Due::at_once(duty, since)).collect()
}
