//! The status of a vault for a machine. Fields are added, never renamed or removed, for as long as `format` stays what it is; moments
//! are RFC 3339 in UTC.

use serde::Serialize;

use super::duty::{card_of, entry_of, epoch_of, is_of_paper, opening_of, part_of};
use crate::card::HeadCode;
use crate::ceremony::{ClockFinding, Concern, CustodianStatus, Ledger, Margin, Seal, StatusReport};
use crate::ids::{EpochHash, EpochId, EventId, VaultId};
use crate::journal::{CodesLeft, Due, SecretPart};
use crate::language::{Language, Say};
use crate::quorum::CardIndex;
use crate::report::{custodian_name, head_codes};
use crate::vault::{AttachmentName, EntryId, FieldName, Moment, PublicEntry, VaultName};

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
    /// Why the vault is not calm, besides what is due.
    wrong: Vec<Wrong>,
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

/// Cards that must not be destroyed, by what stands on them.
#[derive(Serialize)]
struct Kept {
    number: u32,
    id: EpochId,
    /// Whether cards of the same epoch are to be destroyed, since they were printed again: the newest of each is kept.
    newest_only: bool,
}

/// A duty: what it is, and whichever of epoch, card, custodian, entry, field and opening it is about.
#[derive(Serialize)]
struct Duty<'a> {
    what: &'static str,
    /// The date on which it falls due; null when it is due at once, whatever any clock says.
    on: Option<Moment>,
    /// Whether it is due now.
    now: bool,
    /// When what brought it happened, as far as clocks can be believed.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch: Option<EpochHash>,
    /// Number and id of that epoch, as they stand on its cards.
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch_number: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch_id: Option<EpochId>,
    /// Where something is to be destroyed: the epoch whose cards are to be kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    keep: Option<Kept>,
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<CardIndex>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custodian: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<&'a EntryId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a FieldName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attachment: Option<&'a AttachmentName>,
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
            findings: report.findings(),
            wrong: report.concerns.iter().map(wrong).collect(),
            heads: &report.heads,
            head_codes: head_codes(&report.heads),
        }
    }
}

fn duty<'a>(ledger: &Ledger<'_>, due: &'a Due, now: Moment) -> Duty<'a> {
    let active = ledger.state().active_epoch().map(|epoch| epoch.hash);
    let card = card_of(&due.duty, active);
    let part = part_of(&due.duty).map(|(_, part)| part);
    let epoch = card.map(|(epoch, _)| epoch).or(epoch_of(&due.duty));
    let number = |epoch: EpochHash| ledger.state().epochs.get(&epoch).map(|epoch| epoch.number);
    Duty {
        what: due.duty.kind(),
        on: due.on,
        since: due.since,
        now: due.is_due(now),
        epoch,
        epoch_number: epoch.and_then(number),
        epoch_id: epoch.map(|epoch| epoch.id()),
        keep: active
            .filter(|_| is_of_paper(&due.duty))
            .and_then(|kept| Some(Kept { number: number(kept)?, id: kept.id(), newest_only: epoch == Some(kept) })),
        card: card.map(|(_, card)| card),
        custodian: card.map(|(epoch, card)| custodian_name(ledger, epoch, card)),
        entry: entry_of(&due.duty),
        field: part.and_then(|part| match part {
            SecretPart::Field(name) => Some(name),
            SecretPart::Attachment(_) => None,
        }),
        attachment: part.and_then(|part| match part {
            SecretPart::Attachment(name) => Some(name),
            SecretPart::Field(_) => None,
        }),
        opening: opening_of(&due.duty),
    }
}

/// Why the vault is not calm, besides what is due. `what` is never renamed.
#[derive(Serialize)]
struct Wrong {
    what: &'static str,
    /// In English, for people who search for the cause.
    told: Vec<String>,
}

fn wrong(concern: &Concern) -> Wrong {
    let english = Language::English;
    let (what, told) = match concern {
        Concern::Log(findings) => ("log", findings.iter().map(|finding| finding.say(english)).collect()),
        Concern::Files(findings) => ("files", findings.iter().map(|finding| finding.say(english)).collect()),
        Concern::Obstacles(obstacles) => {
            ("obstacles", obstacles.iter().map(|obstacle| obstacle.say(english)).collect())
        }
        Concern::NoLog => ("no_log", Vec::new()),
        Concern::Unproven => ("unproven", Vec::new()),
        Concern::MissingHeads(heads) => ("missing_heads", heads.iter().map(ToString::to_string).collect()),
        Concern::Clock(ClockFinding::Behind { signed }) => ("clock_behind", vec![signed.to_string()]),
        Concern::Clock(ClockFinding::Future { event }) => ("event_in_the_future", vec![event.to_string()]),
        Concern::Newer(version) => ("newer_breakglass", vec![version.to_string()]),
        Concern::Split => ("split", Vec::new()),
        Concern::TooFewCards => ("too_few_cards", Vec::new()),
        Concern::Pins(path) => ("pins", vec![path.display().to_string()]),
        Concern::Unexplained(epochs) => {
            ("unexplained_epochs", epochs.iter().map(|(number, id)| format!("{number:04}-{id}")).collect())
        }
    };
    Wrong { what, told }
}
