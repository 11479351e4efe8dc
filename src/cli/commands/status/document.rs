//! The status of a vault for a machine. Fields are added, never renamed or removed, for as long as `format` stays what it is; moments
//! are RFC 3339 in UTC.

use serde::Serialize;

use crate::ceremony::{CustodianStatus, Ledger, Margin, Seal, StatusReport};
use crate::cli::commands::custodian_name;
use crate::cli::heads::head_codes;
use crate::journal::{CodesLeft, Due, Obligation};
use crate::quorum::{CardIndex, EpochHash, EpochId, EventId, HeadCode, VaultId};
use crate::vault::{EntryId, Moment, PublicEntry, VaultName};

/// The version of this document.
const FORMAT: u32 = 1;

/// One vault, on one line.
#[derive(Serialize)]
pub struct Document<'a> {
    format: u32,
    /// The vault's id, and its name.
    vault: VaultId,
    name: &'a VaultName,
    /// The moment of the report, by this machine's clock.
    now: Moment,
    /// Whether nothing is due and nothing wrong: the exit status is 0 then, else 3.
    calm: bool,
    /// `"sealed"`, or an object with the key `opened` or `split`.
    seal: &'a Seal,
    /// The active epoch; null while the history is split.
    epoch: Option<Epoch>,
    /// The epoch that is staged beside it.
    staged: Option<Staged>,
    custodians: &'a [CustodianStatus],
    margin: Option<Margin>,
    /// Entries that are sealed, as everybody may see them.
    entries: &'a [PublicEntry],
    /// The entry of each deposit that waits for a rotation, oldest first.
    deposits: &'a [EntryId],
    /// Recovery codes that were never shown, of each entry that has some.
    recovery_codes: &'a [CodesLeft],
    /// What is due and what will be, the earliest first.
    due: Vec<Duty<'a>>,
    /// Lines and files that are not as breakglass wrote them.
    findings: usize,
    heads: &'a [EventId],
    /// Their short forms, as they stand on paper.
    head_codes: Vec<HeadCode>,
}

#[derive(Serialize)]
struct Epoch {
    number: u32,
    id: EpochId,
    since: Moment,
    rotation_due: Option<Moment>,
}

#[derive(Serialize)]
struct Staged {
    number: u32,
    id: EpochId,
    read_back: usize,
}

/// An obligation: what it is, and of what it has: a card of an epoch with its custodian, an entry, an opening.
#[derive(Serialize, Default)]
struct Duty<'a> {
    what: &'static str,
    on: Option<Moment>,
    /// Whether it is due now.
    now: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch: Option<EpochHash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<CardIndex>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custodian: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<&'a EntryId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opening: Option<EventId>,
}

impl<'a> Document<'a> {
    /// What the report says.
    pub fn of(ledger: &Ledger<'_>, report: &'a StatusReport) -> Document<'a> {
        Document {
            format: FORMAT,
            vault: report.vault,
            name: &report.name,
            now: report.now,
            calm: report.is_calm(),
            seal: &report.seal,
            epoch: report.epoch.map(|(number, id, since)| Epoch {
                number,
                id,
                since,
                rotation_due: report.rotation_due,
            }),
            staged: report.staged.map(|(number, id, read_back)| Staged { number, id, read_back }),
            custodians: &report.custodians,
            margin: report.margin,
            entries: &report.entries,
            deposits: &report.deposited,
            recovery_codes: &report.recovery_codes,
            due: report.due.iter().map(|due| duty(ledger, due, report.now)).collect(),
            findings: report.findings,
            heads: &report.heads,
            head_codes: head_codes(&report.heads),
        }
    }
}

fn duty<'a>(ledger: &Ledger<'_>, due: &'a Due, now: Moment) -> Duty<'a> {
    let duty = || Duty { what: due.obligation.kind(), on: Some(due.on), now: due.is_due(now), ..Duty::default() };
    let opening = |opening: &EventId| Duty { opening: Some(*opening), ..duty() };
    let card = |epoch: Option<EpochHash>, card: &CardIndex| Duty {
        epoch,
        card: Some(*card),
        custodian: epoch.map(|epoch| custodian_name(ledger, epoch, *card)),
        ..duty()
    };
    let active = ledger.state().active_epoch().map(|epoch| epoch.hash);
    match &due.obligation {
        Obligation::Reseal { opening: event } | Obligation::ReviewSignIns { opening: event } => opening(event),
        Obligation::RotateAfterLoss { card: of }
        | Obligation::RotateAfterDeparture { card: of }
        | Obligation::CheckCard { card: of } => card(active, of),
        Obligation::Rotate => duty(),
        Obligation::Replace { entry, opening: event } => Duty { entry: Some(entry), ..opening(event) },
        Obligation::ReadBack { epoch, card: of }
        | Obligation::DestroyCardFile { epoch, card: of }
        | Obligation::DestroyPaper { epoch, card: of } => card(Some(*epoch), of),
        Obligation::FinishRotation { epoch } => Duty { epoch: Some(*epoch), ..duty() },
    }
}
