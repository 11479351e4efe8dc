//! What the vault is, as its log tells it.

use std::collections::{BTreeMap, BTreeSet};

use super::event::{Attached, Renewed, Signer};
use super::kept::{Blobs, RecoveryCodes};
use crate::quorum::{CardIndex, Digest, EpochHash, EventId, VaultId};
use crate::vault::{AttachmentName, Claim, EntryId, FieldName, Moment, PublicEntry, VaultName};

/// One card of an epoch, as far as the log knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardState {
    /// The card.
    pub index: CardIndex,
    /// When it was read back from paper; until then it is unverified.
    pub verified: Option<Moment>,
    /// When it last proved itself: read back, checked, or signed an opening or a staging.
    pub seen: Option<Moment>,
    /// When and how it was lost, as claimed.
    pub lost: Option<(Moment, Option<Claim>)>,
    /// When and why its custodian left, as claimed.
    pub departed: Option<(Moment, Option<Claim>)>,
    /// Whether it asks for a phrase.
    pub locked: bool,
    /// Whether a paper of it ever asked for a phrase: its share must not be locked under another one.
    pub ever_locked: bool,
    /// Whether a file that it was printed from is still to be deleted.
    pub card_file: bool,
    /// Papers of this card that no longer count and are still to be destroyed.
    pub old_papers: u32,
    /// Whether somebody said that papers of it were destroyed.
    pub paper_destroyed: bool,
    /// Why the epoch began without this card having been read back.
    pub left_out: Option<Claim>,
}

impl CardState {
    fn new(index: CardIndex, locked: bool, card_file: bool) -> CardState {
        CardState {
            index,
            verified: None,
            seen: None,
            lost: None,
            departed: None,
            locked,
            ever_locked: locked,
            card_file,
            old_papers: 0,
            paper_destroyed: false,
            left_out: None,
        }
    }

    /// Whether it can still be counted on to come.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.lost.is_none() && self.departed.is_none()
    }
}

/// One epoch, as far as the log knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochState {
    /// Its number.
    pub number: u32,
    /// Its header's hash.
    pub hash: EpochHash,
    /// The epoch before.
    pub parent: Option<EpochHash>,
    /// When it became the active one.
    pub begun: Option<Moment>,
    /// How it was staged, when it was.
    pub staging: Option<Staging>,
    /// Its cards.
    pub cards: Vec<CardState>,
    /// Where in the log it was given up; copies that lived apart can each have done it.
    pub(super) aborted_at: Vec<usize>,
    /// Where in the log it became the active one.
    pub(super) begun_at: Vec<usize>,
    /// Where in the log each card was read back.
    pub(super) read_back_at: BTreeMap<CardIndex, Vec<usize>>,
}

impl EpochState {
    pub(super) fn new(
        number: u32,
        hash: EpochHash,
        parent: Option<EpochHash>,
        cards: u8,
        new: &super::NewEpoch,
    ) -> Self {
        let card = |index| CardState::new(index, new.locked.contains(&index), new.card_files.contains(&index));
        EpochState {
            number,
            hash,
            parent,
            begun: None,
            staging: None,
            cards: CardIndex::first(cards).map(card).collect(),
            aborted_at: Vec::new(),
            begun_at: Vec::new(),
            read_back_at: BTreeMap::new(),
        }
    }

    /// The card with this number.
    #[must_use]
    pub fn card(&self, index: CardIndex) -> Option<&CardState> {
        self.cards.get(usize::from(index.get()) - 1)
    }

    pub(super) fn card_mut(&mut self, index: CardIndex) -> Option<&mut CardState> {
        self.cards.get_mut(usize::from(index.get()) - 1)
    }

    /// Whether a paper of this card no longer counts and is still to be destroyed. When a staged epoch was given up, and not committed
    /// in another copy, that is every paper that was read back: with an old copy of the folder it would open what was staged.
    #[must_use]
    pub fn has_old_paper(&self, card: &CardState) -> bool {
        let given_up = !self.aborted_at.is_empty() && self.begun.is_none();
        card.old_papers > 0 || (given_up && card.verified.is_some() && !card.paper_destroyed)
    }

    /// How many cards can still be counted on, less the threshold: what may be lost before the vault cannot be opened.
    #[must_use]
    pub fn margin(&self, threshold: u8) -> i32 {
        let usable = self.cards.iter().filter(|card| card.is_usable()).count();
        i32::try_from(usable).expect("at most 32 cards") - i32::from(threshold)
    }
}

/// How an epoch was staged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staging {
    /// The event.
    pub event: EventId,
    /// When.
    pub time: Moment,
    /// The deposits that it folds in.
    pub deposits: Vec<Digest>,
    /// The entries whose credential was replaced.
    pub replaced: Vec<EntryId>,
    /// Blobs of attachments that were encrypted anew.
    pub renewed: Vec<Renewed>,
    /// Where in the log.
    pub(super) at: usize,
}

/// One opening and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The event, which is the session's name.
    pub event: EventId,
    /// The epoch that was opened.
    pub epoch: EpochHash,
    /// When.
    pub time: Moment,
    /// Why.
    pub reason: Claim,
    /// The number of the incident.
    pub incident: Option<Claim>,
    /// The cards that attended.
    pub attending: Vec<Signer>,
    /// What was shown.
    pub revealed: BTreeMap<EntryId, BTreeSet<FieldName>>,
    /// Whether everything was written out in the clear.
    pub exported: bool,
    /// Whether it was closed.
    pub closed: bool,
    /// Whether a rotation that follows it was committed.
    pub resealed: bool,
    /// Entries that were shown and whose credential no committed rotation since has replaced.
    pub to_replace: BTreeSet<EntryId>,
    /// Whether somebody said that the sign-in logs were reviewed.
    pub reviewed: bool,
    pub(super) at: usize,
}

/// A deposit that no committed rotation has folded in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingDeposit {
    /// SHA-256 of its file, which is its name.
    pub deposit: Digest,
    /// The epoch that it is sealed to.
    pub epoch: EpochHash,
    /// The entry, with what may be shown of it.
    pub entry: PublicEntry,
    /// Names of the fields given.
    pub fields: Vec<FieldName>,
    /// Names of the fields removed.
    pub cleared: Vec<FieldName>,
    /// Attachments given.
    pub attached: Vec<Attached>,
    /// Names of the attachments removed.
    pub detached: Vec<AttachmentName>,
    /// How many recovery codes it gives, when it gives any.
    pub recovery_codes: Option<u16>,
    /// When, as claimed.
    pub time: Moment,
    /// Who, as claimed.
    pub by: Option<Claim>,
}

/// What the vault is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The vault.
    pub vault: VaultId,
    /// Its name.
    pub name: VaultName,
    /// Every epoch that an accepted event names.
    pub epochs: BTreeMap<EpochHash, EpochState>,
    /// The active epoch; more than one is a split, which only an anchor decides.
    pub active: Vec<EpochHash>,
    /// Every opening, oldest first.
    pub openings: Vec<Opening>,
    /// Deposits that wait for a rotation, oldest first.
    pub deposits: Vec<PendingDeposit>,
    /// Every deposit that was accepted: each counts once.
    pub(super) deposited: BTreeSet<(Digest, EpochHash, EntryId)>,
    /// Files of deposits that a commit folded in, with their epochs, which may be deleted.
    pub folded: BTreeMap<Digest, EpochHash>,
    /// Blobs of attachments.
    pub blobs: Blobs,
    /// Recovery codes, and which of them were shown.
    pub codes: RecoveryCodes,
    /// Files that the log says were deleted.
    pub deleted_deposits: BTreeSet<Digest>,
    /// Epochs whose sealed contents the log says were deleted.
    pub deleted_sealed: BTreeSet<EpochHash>,
    /// SHA-256 of every tail that the log says was set aside.
    pub torn_tails: BTreeSet<Digest>,
}

impl State {
    /// The active epoch, unless the history is split.
    #[must_use]
    pub fn active_epoch(&self) -> Option<&EpochState> {
        match self.active.as_slice() {
            [one] => self.epochs.get(one),
            _ => None,
        }
    }

    /// The epoch that is staged beside the active one, the newest when there are several.
    #[must_use]
    pub fn staged_epoch(&self) -> Option<&EpochState> {
        self.active_epoch()?;
        self.epochs.values().filter(|epoch| self.is_waiting(epoch)).max_by_key(|epoch| epoch.number)
    }

    /// Whether an epoch is staged beside an active one, neither committed nor given up.
    #[must_use]
    pub fn is_waiting(&self, epoch: &EpochState) -> bool {
        let beside_active = epoch.parent.is_some_and(|parent| self.active.contains(&parent));
        epoch.begun.is_none() && epoch.aborted_at.is_empty() && beside_active
    }

    /// Openings that no committed rotation has answered.
    pub fn unanswered_openings(&self) -> impl Iterator<Item = &Opening> {
        self.openings.iter().filter(|opening| !opening.resealed)
    }

    /// Epochs whose sealed contents nobody needs any more: those before the active one, those that were given up, and those that
    /// were staged beside an epoch that was rotated to another one.
    pub fn superseded(&self) -> impl Iterator<Item = &EpochState> {
        let before: BTreeSet<EpochHash> =
            self.active_epoch().into_iter().flat_map(|active| self.lineage(active.hash).skip(1)).collect();
        self.epochs.values().filter(move |epoch| {
            let overtaken = epoch.parent.is_some_and(|parent| before.contains(&parent));
            let given_up = !epoch.aborted_at.is_empty() || overtaken;
            before.contains(&epoch.hash) || (given_up && epoch.begun.is_none())
        })
    }

    /// Epochs that began in a history that an anchor decided against.
    pub(super) fn abandoned(&self) -> BTreeSet<EpochHash> {
        let Some(active) = self.active_epoch() else { return BTreeSet::new() };
        let lineage: BTreeSet<EpochHash> = self.lineage(active.hash).collect();
        let begun = self.epochs.values().filter(|epoch| epoch.begun.is_some()).map(|epoch| epoch.hash);
        begun.filter(|epoch| !lineage.contains(epoch)).collect()
    }

    /// An epoch, the one before it, and so on.
    pub(super) fn lineage(&self, epoch: EpochHash) -> impl Iterator<Item = EpochHash> {
        std::iter::successors(Some(epoch), |epoch| self.epochs.get(epoch).and_then(|epoch| epoch.parent))
    }

    /// The next number for an epoch: none is used twice.
    #[must_use]
    pub fn next_number(&self) -> u32 {
        self.epochs.values().map(|epoch| epoch.number).max().unwrap_or(0) + 1
    }
}
