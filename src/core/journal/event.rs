//! One event of the log.

use serde::{Deserialize, Serialize};

use super::receipt::SignedReceipt;
use crate::ids::{Digest, EpochHash, EventId, VaultId};
use crate::quorum::{CardIndex, LockProfile};
use crate::vault::{AttachmentName, Claim, EntryId, FieldName, Moment, PublicEntry, VaultName, to_canonical};

/// A card that signs, as `[epoch hash, x]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Signer(pub EpochHash, pub CardIndex);

/// What happened, where it stands in history, and whose signatures it needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// The version of the format.
    pub version: u32,
    /// The vault.
    pub vault: VaultId,
    /// The heads that it follows: none for the first event, two or more after a merge.
    pub previous: Vec<EventId>,
    /// When, by the clock of that machine.
    pub time: Moment,
    /// Who says so, as claimed; signatures prove cards, never people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Claim>,
    /// Exactly these cards sign, in this order.
    pub signers: Vec<Signer>,
    /// What happened.
    pub what: What,
}

/// An epoch that an event brings into the world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewEpoch {
    /// Its number.
    pub number: u32,
    /// The hash of its header, which must stand beside the log.
    pub hash: EpochHash,
    /// Cards that were written to files, which are to be destroyed.
    pub card_files: Vec<CardIndex>,
    /// Cards that ask for a phrase.
    pub locked: Vec<CardIndex>,
}

/// A custodian whose card was not read back before a commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// The card.
    pub card: CardIndex,
    /// Why.
    pub reason: Claim,
}

/// An attachment that a deposit gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attached {
    /// Its name.
    pub name: AttachmentName,
    /// SHA-256 of its blob under `attachments/`.
    pub blob: Digest,
    /// Bytes of the blob.
    pub size: u64,
}

/// A blob that a rotation encrypted anew, so that who knew the old one's key has nothing of the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renewed {
    /// The blob until the commit.
    pub from: Digest,
    /// The blob from the commit on.
    pub to: Digest,
    /// Bytes of the new blob.
    pub size: u64,
}

/// A secret of an entry whose showing makes its replacement due.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SecretPart {
    /// A field.
    Field(FieldName),
    /// An attachment.
    Attachment(AttachmentName),
}

/// A secret that was changed, and with whose new value somebody signed in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replaced {
    /// The entry.
    pub entry: EntryId,
    /// Which of its secrets.
    pub secret: SecretPart,
}

/// What a staging says besides the epoch itself. It is cut into pieces where one line cannot hold it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staging {
    /// Deposits that it folds in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deposits: Vec<Digest>,
    /// Deposits that it dismisses for good.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dismissed: Vec<Digest>,
    /// Secrets that were replaced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<Replaced>,
    /// Blobs of attachments that were encrypted anew.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renewed: Vec<Renewed>,
}

impl Staging {
    /// Bytes of a line that its items may take: the rest of 64 KiB is for the epoch and its signatures.
    const ROOM: usize = 48 * 1024;

    /// The same, cut so that each piece fits into a line. There is always a first piece.
    #[must_use]
    pub fn in_pieces(self) -> Vec<Staging> {
        let mut pieces = Pieces { done: vec![Staging::default()], room: Staging::ROOM };
        self.deposits.into_iter().for_each(|item| pieces.with_room_for(&item).deposits.push(item));
        self.dismissed.into_iter().for_each(|item| pieces.with_room_for(&item).dismissed.push(item));
        self.replaced.into_iter().for_each(|item| pieces.with_room_for(&item).replaced.push(item));
        self.renewed.into_iter().for_each(|item| pieces.with_room_for(&item).renewed.push(item));
        pieces.done
    }

    /// Takes in a further piece.
    pub fn add(&mut self, piece: &Staging) {
        self.deposits.extend(&piece.deposits);
        self.dismissed.extend(&piece.dismissed);
        self.replaced.extend(piece.replaced.iter().cloned());
        self.renewed.extend(&piece.renewed);
    }
}

struct Pieces {
    done: Vec<Staging>,
    room: usize,
}

impl Pieces {
    fn with_room_for(&mut self, item: &impl Serialize) -> &mut Staging {
        let size = to_canonical(item).len() + 1;
        if size > self.room {
            self.done.push(Staging::default());
            self.room = Staging::ROOM;
        }
        self.room = self.room.saturating_sub(size);
        self.done.last_mut().expect("there is always a piece")
    }
}

/// A code that is good once, and tells nothing of the secret behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum OneTimeCode {
    /// A code of the moment (RFC 6238).
    TimeBased,
    /// A recovery code.
    Recovery {
        /// The deposit that brought the set of codes.
        set: Digest,
        /// Its number in the set, from 1.
        number: u16,
    },
}

/// A count of nothing is left out of a line; one that stands there is another spelling, and refused.
fn none_or_zero(count: &Option<u16>) -> bool {
    count.is_none_or(|count| count == 0)
}

/// Everything that a log can say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum What {
    /// The vault was made and its first cards dealt. Signed by a quorum of that first epoch.
    Created {
        /// The vault's name.
        name: VaultName,
        /// The first epoch.
        epoch: NewEpoch,
    },
    /// A new card was read back from paper. Signed by that card.
    ReadBack {
        /// The epoch of the card.
        epoch: EpochHash,
        /// The card.
        card: CardIndex,
        /// Whether the file that it was printed from was deleted.
        file_destroyed: bool,
    },
    /// A card was brought and found good. Signed by that card.
    Checked {
        /// The epoch of the card.
        epoch: EpochHash,
        /// The card.
        card: CardIndex,
    },
    /// A card was checked away from the vault; the receipt carries the card's own signature.
    Receipt {
        /// The receipt as it was handed in.
        receipt: SignedReceipt,
    },
    /// A card is lost. Claimed.
    Lost {
        /// The epoch of the card.
        epoch: EpochHash,
        /// The card.
        card: CardIndex,
        /// What is known of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Claim>,
    },
    /// A custodian has left. Claimed.
    Departed {
        /// The epoch of the card.
        epoch: EpochHash,
        /// The card.
        card: CardIndex,
        /// What is known of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Claim>,
    },
    /// A card was printed anew with a phrase, with another, or without. Signed by that card.
    Relocked {
        /// The epoch of the card.
        epoch: EpochHash,
        /// The card.
        card: CardIndex,
        /// The lock that it has now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lock: Option<LockProfile>,
        /// Whether it was written to a file, which is to be destroyed.
        card_file: bool,
    },
    /// Paper that no longer counts was destroyed. Claimed.
    PaperDestroyed {
        /// The epoch of the cards.
        epoch: EpochHash,
        /// The cards.
        cards: Vec<CardIndex>,
    },
    /// Files that cards were printed from were deleted. Claimed.
    CardFilesDestroyed {
        /// The epoch of the cards.
        epoch: EpochHash,
        /// The cards.
        cards: Vec<CardIndex>,
    },
    /// Fields of an entry were put in. Claimed.
    Deposited {
        /// The epoch that it is sealed to.
        epoch: EpochHash,
        /// SHA-256 of the file under `deposits/`.
        deposit: Digest,
        /// The entry, with what may be shown of it.
        entry: PublicEntry,
        /// Names of the fields given.
        fields: Vec<FieldName>,
        /// Names of the fields removed.
        cleared: Vec<FieldName>,
        /// Attachments given.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        attached: Vec<Attached>,
        /// Names of the attachments removed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        detached: Vec<AttachmentName>,
        /// How many recovery codes it gives, when it gives any.
        #[serde(default, skip_serializing_if = "none_or_zero")]
        recovery_codes: Option<u16>,
    },
    /// A quorum opened the vault. Signed by every attending card.
    Opened {
        /// The epoch that was opened.
        epoch: EpochHash,
        /// Why.
        reason: Claim,
        /// The number of the incident, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        incident: Option<Claim>,
        /// Attending cards that somebody had reported as lost, or whose custodians had left.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        reported: Vec<CardIndex>,
    },
    /// Fields were shown. Signed by the attending cards before anything shows.
    Revealed {
        /// The opening.
        session: EventId,
        /// The entry.
        entry: EntryId,
        /// The fields.
        fields: Vec<FieldName>,
        /// Attachments that were written out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        attachments: Vec<AttachmentName>,
        /// Codes that are good once.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        codes: Vec<OneTimeCode>,
    },
    /// Everything was written out in the clear. Signed by the attending cards before anything is.
    Exported {
        /// The opening.
        session: EventId,
    },
    /// The opening ended. Signed by the attending cards.
    Closed {
        /// The opening.
        session: EventId,
    },
    /// Sign-in logs were reviewed after an opening. Claimed.
    Reviewed {
        /// The openings.
        openings: Vec<EventId>,
    },
    /// The next epoch was put beside the active one. Signed by a quorum of the active one.
    Staged {
        /// The next epoch.
        epoch: NewEpoch,
        /// What it does, or the first piece of it.
        staging: Staging,
        /// How many `staged_more` follow with the other pieces; without all of them it is never committed.
        #[serde(default, skip_serializing_if = "is_zero")]
        more: u32,
    },
    /// A further piece of a staging. Signed as the staging is.
    StagedMore {
        /// The staged epoch.
        epoch: EpochHash,
        /// The number of the piece, from 1.
        piece: u32,
        /// What it does besides.
        staging: Staging,
    },
    /// The staged epoch became the active one. Signed by a quorum of its own cards, which have just opened its contents.
    Committed {
        /// The epoch.
        epoch: EpochHash,
        /// Custodians whose cards were not read back.
        left_out: Vec<LeftOut>,
    },
    /// The staged epoch was given up. Signed by a quorum of the active one.
    Aborted {
        /// The epoch.
        epoch: EpochHash,
        /// Why.
        reason: Claim,
    },
    /// What a commit made superfluous was deleted. Claimed.
    Deleted {
        /// The epoch that was the active one.
        epoch: EpochHash,
        /// How many files are gone.
        files: u64,
    },
    /// A last line that was never finished was set aside. Claimed.
    TailSetAside {
        /// The number of the file `log.torn-N`.
        number: u32,
        /// Its bytes.
        size: u64,
        /// Their SHA-256.
        hash: Digest,
    },
    /// Two histories were joined; what they are is told by `previous`. Claimed.
    Merged {},
    /// Something that a newer breakglass wrote: kept, shown as unknown, without effect here.
    #[serde(skip)]
    Unknown {
        /// The version that brought its kind.
        version: u64,
        /// The word by which it goes there.
        kind: String,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}
