//! What a vault is in, on one screen or for a machine: sealed or opened, what is due, who holds what.

use std::path::PathBuf;

use serde::Serialize;

use super::error::CeremonyError;
use super::ledger::Ledger;
use super::verify::FileFinding;
use crate::ids::{EpochHash, EpochId, EventId, VaultId};
use crate::journal::{Beginning, Calendar, CardState, CodesLeft, Due, Finding, Opening};
use crate::quorum::CardIndex;
use crate::store::Obstacle;
use crate::vault::{Claim, Custodian, EntryId, Moment, Person, PublicEntry, VaultName};

/// Whether the vault is as a rotation left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Seal {
    /// Nobody opened it since the last rotation.
    Sealed,
    /// It was opened, and no rotation that follows was committed.
    Opened {
        /// The newest opening.
        event: EventId,
        /// When.
        time: Moment,
        /// Why.
        reason: Claim,
        /// How many openings wait for a rotation.
        openings: usize,
        /// Whether one of them was never closed.
        still_open: bool,
    },
    /// Two rotations followed one epoch; a head on paper decides.
    Split {
        /// The epochs that claim to be the active one.
        epochs: Vec<EpochHash>,
    },
}

/// How many cards may be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Margin {
    /// Cards that can be counted on.
    pub usable: usize,
    /// Of them, cards that were read back from paper.
    pub verified: usize,
    /// Cards that were reported lost or whose custodians left, as claimed: one that comes opens the vault all the same.
    pub reported: usize,
    /// How many are needed.
    pub threshold: u8,
    /// Usable cards less the threshold; below 0 a card that was reported must come, at 0 a single loss would close the vault for ever.
    pub spare: i32,
}

/// One custodian and their card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CustodianStatus {
    /// The card.
    pub card: CardIndex,
    /// Who holds it.
    #[serde(flatten)]
    pub person: Person,
    /// Whether the card was read back from paper.
    pub verified: bool,
    /// When it last proved itself.
    pub seen: Option<Moment>,
    /// When its next check falls due; none for a card that is gone or was never read back.
    pub check_due: Option<Moment>,
    /// Whether it is lost, as claimed.
    pub lost: bool,
    /// Whether its custodian left, as claimed.
    pub departed: bool,
    /// Whether it asks for a phrase.
    pub locked: bool,
    /// Why the epoch began without it, when it did.
    pub left_out: Option<Claim>,
    /// Whether a file that it was printed from is still to be deleted.
    pub card_file: bool,
}

/// What is wrong with a clock, here or elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockFinding {
    /// This machine's clock stands before the newest signature in the log.
    Behind {
        /// The time of that signature.
        signed: Moment,
    },
    /// An event is dated in the future.
    Future {
        /// Its date.
        event: Moment,
    },
}

/// What is wrong with the clocks, seen from this moment.
#[must_use]
pub fn clock_findings(ledger: &Ledger<'_>, now: Moment) -> Vec<ClockFinding> {
    let state = ledger.state();
    let behind = state.newest_signed.filter(|signed| *signed > now).map(|signed| ClockFinding::Behind { signed });
    let future = state.latest.filter(|event| *event > now && Some(*event) != state.newest_signed);
    behind.into_iter().chain(future.map(|event| ClockFinding::Future { event })).collect()
}

/// Why a vault is not calm. Screen, document, metrics, calendar and exit status are all made from these and from what is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Concern {
    /// Lines of the log are not as breakglass wrote them.
    Log(Vec<Finding>),
    /// Files are missing, changed, or cannot be read.
    Files(Vec<FileFinding>),
    /// Something stands where only breakglass writes, or its files were rewritten by another program.
    Obstacles(Vec<Obstacle>),
    /// The log is missing or cannot be read.
    NoLog,
    /// Nothing proves which epoch is in force.
    Unproven,
    /// Heads that this machine saw, or that somebody gave, are not here.
    MissingHeads(Vec<EventId>),
    /// A clock.
    Clock(ClockFinding),
    /// A newer breakglass wrote here; the highest version.
    Newer(u64),
    /// The history is split.
    Split,
    /// Too few cards can be counted on.
    TooFewCards,
    /// Epochs stand in the folder that the log does not tell of, newer than the one that is shown.
    Unexplained(Vec<(u32, EpochId)>),
    /// What this machine knew of the vault stands in this file, which is damaged: an older copy would not be told from the newest.
    Pins(PathBuf),
}

/// What a vault is in.
#[derive(Clone, Debug)]
pub struct StatusReport {
    /// The vault.
    pub vault: VaultId,
    /// Its name.
    pub name: VaultName,
    /// Sealed, opened or split.
    pub seal: Seal,
    /// The epoch in force: number, id, and when it began; none while split.
    pub epoch: Option<(u32, EpochId, Moment)>,
    /// When the regular rotation falls due.
    pub rotation_due: Option<Moment>,
    /// When the drill of this epoch is to be held. No event records one, so it is only ever reminded of.
    pub drill_due: Option<Moment>,
    /// The epoch that is staged beside it: number, id, cards read back.
    pub staged: Option<(u32, EpochId, usize)>,
    /// Every custodian.
    pub custodians: Vec<CustodianStatus>,
    /// How many cards may be lost.
    pub margin: Option<Margin>,
    /// Entries that are sealed.
    pub entries: Vec<PublicEntry>,
    /// Whether it is known which entries are sealed: the history is not split, and tells of every epoch that stands in the folder.
    pub knows_entries: bool,
    /// Entries with deposits that wait for a rotation, once for each deposit.
    pub deposited: Vec<EntryId>,
    /// Recovery codes that are left of each entry that has some.
    pub recovery_codes: Vec<CodesLeft>,
    /// Everything that is or will be due.
    pub due: Vec<Due>,
    /// What is wrong.
    pub concerns: Vec<Concern>,
    /// Whether this machine read the same lines before in another order.
    pub rewritten: bool,
    /// Whether what came before the epoch in force is not here.
    pub begins_with: Option<EpochId>,
    /// The newest events.
    pub heads: Vec<EventId>,
    /// The moment that the report is of.
    pub now: Moment,
}

impl StatusReport {
    /// What is due now.
    pub fn due_now(&self) -> impl Iterator<Item = &Due> {
        self.due.iter().filter(|due| due.is_due(self.now))
    }

    /// Whether nothing is due and nothing wrong.
    #[must_use]
    pub fn is_calm(&self) -> bool {
        self.seal == Seal::Sealed && self.concerns.is_empty() && self.due_now().next().is_none()
    }

    /// Lines and files that are not as breakglass wrote them.
    #[must_use]
    pub fn findings(&self) -> usize {
        let count = |concern: &Concern| match concern {
            Concern::Log(findings) => findings.len(),
            Concern::Files(findings) => findings.len(),
            Concern::Obstacles(obstacles) => obstacles.len(),
            Concern::NoLog | Concern::Unproven => 1,
            Concern::MissingHeads(heads) => heads.len(),
            Concern::Unexplained(epochs) => epochs.len(),
            Concern::Clock(_) | Concern::Newer(_) | Concern::Split | Concern::TooFewCards | Concern::Pins(_) => 0,
        };
        self.concerns.iter().map(count).sum()
    }

    /// The name of the custodian of a card of the epoch in force.
    #[must_use]
    pub fn name_of(&self, card: CardIndex) -> Option<&VaultName> {
        self.custodians.iter().find(|custodian| custodian.card == card).map(|custodian| &custodian.person.name)
    }

    /// Whether values were put in and no rotation has ever sealed any: the first ceremony does.
    #[must_use]
    pub fn awaits_first_ceremony(&self) -> bool {
        self.knows_entries && self.entries.is_empty() && !self.deposited.is_empty()
    }

    /// How many cards of the epoch in force were read back from paper, and how many open it.
    #[must_use]
    pub fn read_back(&self) -> Option<(usize, u8)> {
        self.margin.map(|margin| (margin.verified, margin.threshold))
    }
}

/// Tells what a vault is in at this moment. `files` is what is wrong with the files of the folder.
///
/// # Errors
/// When the header of the epoch in force is missing.
pub fn status(
    ledger: &Ledger<'_>,
    files: Vec<FileFinding>,
    calendar: Calendar,
    now: Moment,
) -> Result<StatusReport, CeremonyError> {
    let state = ledger.state();
    let header = state.active_epoch().and_then(|epoch| ledger.headers().get(&epoch.hash));
    let mut report = StatusReport {
        vault: state.vault,
        name: state.name.clone(),
        seal: seal(ledger),
        epoch: None,
        rotation_due: None,
        drill_due: None,
        staged: None,
        custodians: Vec::new(),
        margin: None,
        entries: Vec::new(),
        knows_entries: state.active_epoch().is_some() && ledger.unexplained().next().is_none(),
        deposited: state.deposits.iter().map(|deposit| deposit.entry.id.clone()).collect(),
        recovery_codes: state.codes.left_for_sure().collect(),
        due: state.due(calendar, header, now),
        concerns: concerns(ledger, files, now)?,
        rewritten: ledger.is_rewritten(),
        begins_with: match ledger.beginning() {
            Beginning::Created => None,
            Beginning::Proven(epoch) | Beginning::Assumed(epoch) => Some(epoch.id()),
        },
        heads: ledger.heads().to_vec(),
        now,
    };
    let Some(epoch) = state.active_epoch() else { return Ok(report) };
    let header = ledger.active()?;
    let begun = epoch.begun_by(now);
    report.epoch = Some((epoch.number, header.id(), begun));
    report.rotation_due = Some(begun.plus_days(calendar.rotation));
    report.drill_due = Some(begun.plus_days(calendar.drill));
    report.staged = state.staged_epoch().map(|staged| (staged.number, staged.hash.id(), staged.read_back()));
    report.custodians = header
        .custodians
        .iter()
        .zip(&epoch.cards)
        .map(|(custodian, card)| custodian_status(custodian, card, calendar, now))
        .collect();
    let usable = epoch.cards.iter().filter(|card| card.is_usable()).count();
    let verified = epoch.cards.iter().filter(|card| card.is_usable() && card.verified.is_some()).count();
    let margin = Margin {
        usable,
        verified,
        reported: epoch.cards.len() - usable,
        threshold: header.threshold,
        spare: epoch.margin(header.threshold),
    };
    if margin.spare < 0 {
        report.concerns.push(Concern::TooFewCards);
    }
    report.margin = Some(margin);
    report.entries = header.entries.clone();
    Ok(report)
}

fn concerns(ledger: &Ledger<'_>, files: Vec<FileFinding>, now: Moment) -> Result<Vec<Concern>, CeremonyError> {
    let state = ledger.state();
    let mut concerns = Vec::new();
    let (proof, lines): (Vec<Finding>, Vec<Finding>) =
        ledger.history().findings.iter().cloned().partition(|finding| *finding == Finding::NoBeginning);
    if ledger.log_trouble().is_some() {
        concerns.push(Concern::NoLog);
    }
    if !proof.is_empty() {
        concerns.push(Concern::Unproven);
    }
    if !lines.is_empty() {
        concerns.push(Concern::Log(lines));
    }
    let damaged: Vec<FileFinding> = files.into_iter().filter(FileFinding::is_damage).collect();
    if !damaged.is_empty() {
        concerns.push(Concern::Files(damaged));
    }
    let obstacles = ledger.obstacles()?;
    if !obstacles.is_empty() {
        concerns.push(Concern::Obstacles(obstacles));
    }
    if !ledger.missing_heads().is_empty() {
        concerns.push(Concern::MissingHeads(ledger.missing_heads().to_vec()));
    }
    concerns.extend(clock_findings(ledger, now).into_iter().map(Concern::Clock));
    concerns.extend(state.unknown.iter().map(|(version, _)| *version).max().map(Concern::Newer));
    if state.active.len() > 1 {
        concerns.push(Concern::Split);
    }
    let unexplained: Vec<(u32, EpochId)> = ledger.unexplained().map(|header| (header.epoch, header.id())).collect();
    if !unexplained.is_empty() && !ledger.is_sound() {
        concerns.push(Concern::Unexplained(unexplained));
    }
    concerns.extend(ledger.pins().damaged(state.vault).map(Concern::Pins));
    Ok(concerns)
}

fn seal(ledger: &Ledger<'_>) -> Seal {
    let state = ledger.state();
    if state.active.len() > 1 {
        return Seal::Split { epochs: state.active.clone() };
    }
    let waiting: Vec<&Opening> = state.unanswered_openings().collect();
    match waiting.last() {
        None => Seal::Sealed,
        Some(newest) => Seal::Opened {
            event: newest.event,
            time: newest.time,
            reason: newest.reason.clone(),
            openings: waiting.len(),
            still_open: waiting.iter().any(|opening| !opening.closed),
        },
    }
}

fn custodian_status(custodian: &Custodian, card: &CardState, calendar: Calendar, now: Moment) -> CustodianStatus {
    let counted = card.verified.is_some() && card.is_usable();
    CustodianStatus {
        card: custodian.index,
        person: custodian.person.clone(),
        verified: card.verified.is_some(),
        seen: card.seen.filter(|_| card.verified.is_some()),
        check_due: card.seen_by(now).filter(|_| counted).map(|seen| seen.plus_days(calendar.card_check)),
        lost: !card.lost.is_empty(),
        departed: !card.departed.is_empty(),
        locked: card.locked,
        left_out: card.left_out.clone(),
        card_file: card.card_file,
    }
}
