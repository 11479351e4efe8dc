//! What the vault is, as its log tells it.

use std::collections::{BTreeMap, BTreeSet};

use super::event::{Attached, NewEpoch, Replaced, SecretPart, Signer, Staging};
use super::kept::{Blobs, RecoveryCodes};
use crate::ids::{Digest, EpochHash, EventId, VaultId};
use crate::quorum::CardIndex;
use crate::vault::{AttachmentName, Claim, EntryId, FieldName, Moment, PublicEntry, VaultName};

/// What somebody said of a card: that it is lost, or that its custodian left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The event.
    pub event: EventId,
    /// When, as claimed; never later than a signed event that follows it.
    pub time: Moment,
    /// Who, as claimed.
    pub by: Option<Claim>,
    /// What is known of it, as claimed.
    pub reason: Option<Claim>,
}

/// One card of an epoch, as far as the log knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardState {
    /// The card.
    pub index: CardIndex,
    /// When it was read back from paper, or checked at the vault since its paper was last printed; until then it is unverified.
    pub verified: Option<Moment>,
    /// When it last proved itself: read back, checked, signed something, or signed a receipt. A clock can have been ahead.
    pub seen: Option<Moment>,
    /// Every time at which it proved itself, in order.
    pub(super) seen_at: Vec<Moment>,
    /// Who said that it is lost; the first one counts, and none is overwritten.
    pub lost: Vec<Report>,
    /// Who said that its custodian left; the first one counts, and none is overwritten.
    pub departed: Vec<Report>,
    /// Whether it asks for a phrase.
    pub locked: bool,
    /// Whether a paper of it ever asked for a phrase: its share must not be locked under another one.
    pub ever_locked: bool,
    /// Whether a file that it was printed from is still to be deleted.
    pub card_file: bool,
    /// Papers of this card that no longer count and are still to be destroyed.
    pub old_papers: u32,
    /// Why the epoch began without this card having been read back.
    pub left_out: Option<Claim>,
}

impl CardState {
    pub(super) fn new(index: CardIndex) -> CardState {
        CardState {
            index,
            verified: None,
            seen: None,
            seen_at: Vec::new(),
            lost: Vec::new(),
            departed: Vec::new(),
            locked: false,
            ever_locked: false,
            card_file: false,
            old_papers: 0,
            left_out: None,
        }
    }

    /// When it last proved itself up to this moment: what is dated later puts nothing off.
    #[must_use]
    pub fn seen_by(&self, now: Moment) -> Option<Moment> {
        let later = self.seen_at.partition_point(|seen| *seen <= now);
        later.checked_sub(1).map(|last| self.seen_at[last])
    }

    /// Whether it can still be counted on to come.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.lost.is_empty() && self.departed.is_empty()
    }
}

/// What became of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Staged, and neither committed nor given up.
    Staged,
    /// It is in force, or one of those that claim to be.
    InForce,
    /// Another epoch followed it.
    Ended,
    /// It was given up before it began.
    GivenUp,
    /// It was staged beside an epoch that another one followed.
    Overtaken,
    /// It began in a history that a head from paper decided against.
    DecidedAgainst,
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
    /// When it came into force.
    pub begun: Option<Moment>,
    /// Whether a commit, or a proof by a card, brought it into force, whatever became of it.
    pub has_begun: bool,
    /// When it was staged.
    pub staged: Option<Moment>,
    /// What its staging does; nothing for the first epoch.
    pub staging: Staging,
    /// Whether pieces of its staging are missing: it cannot be committed.
    pub incomplete: bool,
    /// What became of it.
    pub fate: Fate,
    /// Deposits that wait, though this epoch folded them in: a head from paper decided against it, and their files may be gone.
    pub stranded: Vec<Digest>,
    /// Its cards.
    pub cards: Vec<CardState>,
}

impl EpochState {
    pub(super) fn new(number: u32, hash: EpochHash, parent: Option<EpochHash>, cards: u8) -> EpochState {
        EpochState {
            number,
            hash,
            parent,
            begun: None,
            has_begun: false,
            staged: None,
            staging: Staging::default(),
            incomplete: false,
            fate: Fate::Staged,
            stranded: Vec::new(),
            cards: CardIndex::first(cards).map(CardState::new).collect(),
        }
    }

    pub(super) fn printed(&mut self, new: &NewEpoch) {
        for card in &mut self.cards {
            card.locked |= new.locked.contains(&card.index);
            card.ever_locked |= card.locked;
        }
    }

    /// Since when it is in force, seen from this moment: a commit that is dated later puts nothing off, and it was staged before.
    #[must_use]
    pub fn begun_by(&self, now: Moment) -> Moment {
        [self.begun, self.staged].into_iter().flatten().find(|moment| *moment <= now).unwrap_or(now)
    }

    /// The card with this number.
    #[must_use]
    pub fn card(&self, index: CardIndex) -> Option<&CardState> {
        self.cards.get(usize::from(index.get()) - 1)
    }

    pub(super) fn card_mut(&mut self, index: CardIndex) -> Option<&mut CardState> {
        self.cards.get_mut(usize::from(index.get()) - 1)
    }

    /// How many cards can still be counted on, less the threshold: what may be lost before the vault cannot be opened.
    #[must_use]
    pub fn margin(&self, threshold: u8) -> i32 {
        let usable = self.cards.iter().filter(|card| card.is_usable()).count();
        i32::try_from(usable).expect("at most 32 cards") - i32::from(threshold)
    }

    /// How many of its cards were read back from paper.
    #[must_use]
    pub fn read_back(&self) -> usize {
        self.cards.iter().filter(|card| card.verified.is_some()).count()
    }
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
    /// Attending cards that had been reported as lost, or whose custodians had left.
    pub reported: Vec<CardIndex>,
    /// What was shown.
    pub revealed: BTreeMap<EntryId, BTreeSet<SecretPart>>,
    /// Whether everything was written out in the clear.
    pub exported: bool,
    /// Whether it was closed.
    pub closed: bool,
    /// Whether a rotation that follows it was committed.
    pub resealed: bool,
    /// Secrets that were shown and that no committed rotation since says were replaced.
    pub to_replace: BTreeSet<Replaced>,
    /// Whether somebody said that the sign-in logs were reviewed.
    pub reviewed: bool,
}

/// A deposit that no committed rotation has folded in or dismissed.
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
    /// When, as claimed; never later than a signed event that follows it.
    pub time: Moment,
    /// When, in the words of the event itself.
    pub claimed: Moment,
    /// Who, as claimed.
    pub by: Option<Claim>,
    /// Other words about the same file and entry. Anybody can write them, and only the file itself tells which are true.
    pub retold: Vec<PendingDeposit>,
}

/// Values of one field that were put in apart from each other: nobody knows which is the newest, and nothing here picks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DepositConflict {
    /// The entry.
    pub entry: EntryId,
    /// What was given or removed in each.
    pub secret: SecretPart,
    /// The deposits, the one that is shown first last.
    pub deposits: Vec<Digest>,
}

/// What the vault is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The vault.
    pub vault: VaultId,
    /// Its name.
    pub name: VaultName,
    /// Every epoch that an accepted event names, or that a card in the room proved.
    pub epochs: BTreeMap<EpochHash, EpochState>,
    /// The epoch in force; more than one is a split, which only a head from paper decides.
    pub active: Vec<EpochHash>,
    /// Every opening, oldest first.
    pub openings: Vec<Opening>,
    /// Deposits that wait for a rotation, oldest first.
    pub deposits: Vec<PendingDeposit>,
    /// Fields that were put in apart, of deposits that wait.
    pub conflicts: Vec<DepositConflict>,
    /// The earliest day that anybody claimed of a credential in a deposit that waits.
    pub(super) last_rotated: BTreeMap<EntryId, Moment>,
    /// Files of deposits that a commit folded in, with their epochs, which may be deleted.
    pub folded: BTreeMap<Digest, EpochHash>,
    /// Files of deposits that a quorum dismissed, with their epochs, which may be deleted.
    pub dismissed: BTreeMap<Digest, EpochHash>,
    /// Blobs of attachments.
    pub blobs: Blobs,
    /// Recovery codes, and which of them were shown.
    pub codes: RecoveryCodes,
    /// SHA-256 of every tail that the log says was set aside.
    pub torn_tails: BTreeSet<Digest>,
    /// Events that a newer breakglass wrote: their versions and the words by which their kinds go.
    pub unknown: BTreeSet<(u64, String)>,
    /// The newest time under a signature that counts, as its event tells it: no clock may stand before it.
    pub newest_signed: Option<Moment>,
    /// The latest time that any event tells.
    pub latest: Option<Moment>,
    /// The highest number of an epoch, so far.
    pub(super) highest: u32,
}

impl State {
    /// The epoch in force, unless the history is split.
    #[must_use]
    pub fn active_epoch(&self) -> Option<&EpochState> {
        match self.active.as_slice() {
            [one] => self.epochs.get(one),
            _ => None,
        }
    }

    /// The epoch that is staged beside the one in force, the newest when there are several.
    #[must_use]
    pub fn staged_epoch(&self) -> Option<&EpochState> {
        self.active_epoch()?;
        self.epochs.values().filter(|epoch| self.is_waiting(epoch)).max_by_key(|epoch| (epoch.number, epoch.hash))
    }

    /// Whether an epoch is staged beside one in force, neither committed nor given up.
    #[must_use]
    pub fn is_waiting(&self, epoch: &EpochState) -> bool {
        epoch.fate == Fate::Staged
    }

    /// Openings that no committed rotation has answered.
    pub fn unanswered_openings(&self) -> impl Iterator<Item = &Opening> {
        self.openings.iter().filter(|opening| !opening.resealed)
    }

    /// Epochs whose sealed contents nobody needs any more: those before the one in force, those that were given up or overtaken, and
    /// those of a history that a head from paper decided against.
    pub fn superseded(&self) -> impl Iterator<Item = &EpochState> {
        let decided = self.active.len() == 1;
        self.epochs.values().filter(move |epoch| {
            decided
                && match epoch.fate {
                    Fate::Staged | Fate::InForce => false,
                    Fate::Ended | Fate::GivenUp | Fate::Overtaken => true,
                    // Its contents may be all that is left of what it folded in.
                    Fate::DecidedAgainst => epoch.stranded.is_empty(),
                }
        })
    }

    /// The epoch itself, the one before it, and so on.
    pub fn lineage(&self, epoch: EpochHash) -> impl Iterator<Item = EpochHash> {
        std::iter::successors(Some(epoch), |epoch| self.epochs.get(epoch).and_then(|epoch| epoch.parent))
    }

    /// The next number for an epoch: none is used twice. None is left behind the highest.
    #[must_use]
    pub fn next_number(&self) -> Option<u32> {
        self.highest.checked_add(1)
    }
}
