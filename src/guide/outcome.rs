//! What came of conversations, for machines. Names are in the order of the alphabet, as every document has had them.

use std::collections::BTreeSet;

use serde::Serialize;

use super::put::PutIn;
use crate::card::HeadCode;
use crate::ceremony::Ledger;
use crate::ids::{EpochId, EventId, VaultId};
use crate::quorum::CardIndex;
use crate::report::{Verification, head_codes};
use crate::vault::{AttachmentName, EntryId, Moment};

/// The newest events, and their short forms as they stand on paper.
#[derive(Serialize)]
pub struct Heads<'a> {
    head_codes: Vec<HeadCode>,
    heads: &'a [EventId],
}

impl<'a> Heads<'a> {
    pub fn of(ledger: &'a Ledger<'_>) -> Heads<'a> {
        Heads { head_codes: head_codes(ledger.heads()), heads: ledger.heads() }
    }
}

/// A vault that was made, or gone on with.
#[derive(Serialize)]
pub struct Made<'a> {
    pub epoch: EpochId,
    #[serde(flatten)]
    pub heads: Heads<'a>,
    pub unverified: &'a [CardIndex],
    pub vault: VaultId,
}

/// What of an export was put in.
#[derive(Serialize)]
pub struct Imported<'a> {
    pub entries: &'a [PutIn],
    #[serde(flatten)]
    pub heads: Heads<'a>,
    pub ignored: BTreeSet<String>,
    pub skipped: Vec<String>,
}

/// An epoch that was staged, and whose cards come back another time.
#[derive(Serialize)]
pub struct Staged<'a> {
    pub attachments_renewed: usize,
    pub committed: bool,
    pub epoch: EpochId,
    #[serde(flatten)]
    pub heads: Heads<'a>,
    pub number: u32,
}

/// A staged epoch whose cards were not all read back.
#[derive(Serialize)]
pub struct Waiting<'a> {
    pub committed: bool,
    pub epoch: EpochId,
    #[serde(flatten)]
    pub heads: Heads<'a>,
    pub number: u32,
    pub unverified: &'a [CardIndex],
}

/// An epoch that is in force from now on.
#[derive(Serialize)]
pub struct Begun<'a> {
    pub committed: bool,
    pub epoch: EpochId,
    #[serde(flatten)]
    pub heads: Heads<'a>,
    pub number: u32,
    pub papers_to_destroy: &'a [CardIndex],
}

/// A staged epoch that was given up.
#[derive(Serialize)]
pub struct GivenUp<'a> {
    pub aborted: EpochId,
    #[serde(flatten)]
    pub heads: Heads<'a>,
    pub number: u32,
}

/// What the text of a card says of itself; nothing of it is proven.
#[derive(Serialize)]
pub struct CardText {
    pub card: CardIndex,
    pub drill: bool,
    pub epoch: EpochId,
    pub locked: bool,
    pub proven: bool,
    pub threshold: u8,
}

/// A card that proved itself.
#[derive(Serialize)]
pub struct CardGood<'a> {
    pub card: CardIndex,
    pub epoch: EpochId,
    pub first_time: bool,
    #[serde(flatten)]
    pub heads: Heads<'a>,
    pub name: &'a str,
    pub proven: bool,
    pub reported_departed: bool,
    pub reported_lost: bool,
}

/// A card that does not come any more.
#[derive(Serialize)]
pub struct CardGone<'a> {
    pub card: CardIndex,
    #[serde(flatten)]
    pub heads: Heads<'a>,
    pub spare: i32,
}

/// What was taken in of another copy.
#[derive(Serialize)]
pub struct Merged<'a> {
    pub events: usize,
    pub files: usize,
    #[serde(flatten)]
    pub heads: Heads<'a>,
}

/// Openings after which sign-ins were looked through.
#[derive(Serialize)]
pub struct Reviewed<'a> {
    #[serde(flatten)]
    pub heads: Heads<'a>,
    pub openings: &'a [EventId],
}

/// A receipt that was taken in.
#[derive(Serialize)]
pub struct ReceiptAdded<'a> {
    pub card: CardIndex,
    pub custodian: &'a str,
    #[serde(flatten)]
    pub heads: Heads<'a>,
    pub time: Moment,
}

/// Everything in the clear, in a folder.
#[derive(Serialize)]
pub struct ExportWritten<'a> {
    pub complete: bool,
    pub entries: usize,
    pub files: usize,
    pub folder: String,
    pub missing_attachments: &'a BTreeSet<(EntryId, AttachmentName)>,
    pub missing_deposits_of: &'a [EntryId],
}

/// A copy of the whole vault, verified.
#[derive(Serialize)]
pub struct Copied<'a> {
    pub files: usize,
    pub verification: &'a Verification,
}
