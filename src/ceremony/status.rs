//! What a vault is in, on one screen or for a machine: sealed or opened, what is due, who holds what.

use serde::Serialize;

use super::error::CeremonyError;
use super::ledger::Ledger;
use crate::journal::{Calendar, CardState, CodesLeft, Due, Opening};
use crate::language::Language;
use crate::quorum::{CardIndex, EpochHash, EpochId, EventId, VaultId};
use crate::vault::{Claim, Custodian, EntryId, Moment, PublicEntry, VaultName};

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
    /// How many are needed.
    pub threshold: u8,
    /// Usable cards less the threshold; below 0 the vault cannot be opened, at 0 a single loss would close it for ever.
    pub spare: i32,
}

/// One custodian and their card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CustodianStatus {
    /// The card.
    pub card: CardIndex,
    /// The name of the person.
    pub name: VaultName,
    /// Their language.
    pub language: Language,
    /// How to reach them.
    pub contact: Option<Claim>,
    /// Who may bring the card instead.
    pub deputy: Option<Claim>,
    /// Where the card lies.
    pub place: Option<Claim>,
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

/// What a vault is in.
#[derive(Clone, Debug)]
pub struct StatusReport {
    /// The vault.
    pub vault: VaultId,
    /// Its name.
    pub name: VaultName,
    /// Sealed, opened or split.
    pub seal: Seal,
    /// The active epoch: number, id, and when it began; none while split.
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
    /// Entries with deposits that wait for a rotation, once for each deposit.
    pub deposited: Vec<EntryId>,
    /// Recovery codes that are left of each entry that has some.
    pub recovery_codes: Vec<CodesLeft>,
    /// Everything that is or will be due.
    pub due: Vec<Due>,
    /// How many things are wrong with the log.
    pub findings: usize,
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
        let spare = self.margin.is_none_or(|margin| margin.spare >= 0);
        self.due_now().next().is_none() && self.findings == 0 && spare && !matches!(self.seal, Seal::Split { .. })
    }

    /// The name of the custodian of a card of the active epoch.
    #[must_use]
    pub fn name_of(&self, card: CardIndex) -> Option<&VaultName> {
        self.custodians.iter().find(|custodian| custodian.card == card).map(|custodian| &custodian.name)
    }
}

/// Tells what a vault is in at this moment.
///
/// # Errors
/// When the header of the active epoch is missing.
pub fn status(ledger: &Ledger<'_>, calendar: Calendar, now: Moment) -> Result<StatusReport, CeremonyError> {
    let state = ledger.state();
    let seal = seal(ledger);
    let mut report = StatusReport {
        vault: state.vault,
        name: state.name.clone(),
        seal,
        epoch: None,
        rotation_due: None,
        drill_due: None,
        staged: None,
        custodians: Vec::new(),
        margin: None,
        entries: Vec::new(),
        deposited: state.deposits.iter().map(|deposit| deposit.entry.id.clone()).collect(),
        recovery_codes: state.codes.left().collect(),
        due: state.due(calendar),
        findings: ledger.history().findings.len() + ledger.broken_headers().len(),
        heads: ledger.heads().to_vec(),
        now,
    };
    let Some(epoch) = state.active_epoch() else { return Ok(report) };
    let header = ledger.active()?;
    let begun = epoch.begun.expect("an active epoch has begun");
    report.epoch = Some((epoch.number, header.id(), begun));
    report.rotation_due = Some(begun.plus_days(calendar.rotation));
    report.drill_due = Some(begun.plus_days(calendar.drill));
    report.staged = state.staged_epoch().map(|staged| {
        let read_back = staged.cards.iter().filter(|card| card.verified.is_some()).count();
        (staged.number, staged.hash.id(), read_back)
    });
    report.custodians = header
        .custodians
        .iter()
        .zip(&epoch.cards)
        .map(|(custodian, card)| custodian_status(custodian, card, calendar))
        .collect();
    let usable = epoch.cards.iter().filter(|card| card.is_usable()).count();
    let verified = epoch.cards.iter().filter(|card| card.is_usable() && card.verified.is_some()).count();
    report.margin =
        Some(Margin { usable, verified, threshold: header.threshold, spare: epoch.margin(header.threshold) });
    report.entries = header.entries.clone();
    Ok(report)
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

fn custodian_status(custodian: &Custodian, card: &CardState, calendar: Calendar) -> CustodianStatus {
    let counted = card.verified.is_some() && card.is_usable();
    CustodianStatus {
        card: custodian.index,
        name: custodian.name.clone(),
        language: custodian.language,
        contact: custodian.contact.clone(),
        deputy: custodian.deputy.clone(),
        place: custodian.place.clone(),
        verified: card.verified.is_some(),
        seen: card.seen.filter(|_| card.verified.is_some()),
        check_due: card.seen.filter(|_| counted).map(|seen| seen.plus_days(calendar.card_check)),
        lost: card.lost.is_some(),
        departed: card.departed.is_some(),
        locked: card.locked,
        left_out: card.left_out.clone(),
        card_file: card.card_file,
    }
}
