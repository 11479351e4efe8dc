//! Why a step could not be done.

use std::path::PathBuf;

use super::gathering::{CardRefusal, WrongPhrase};
use super::verify::FileFinding;
use crate::ids::{EpochId, EventId};
use crate::journal::Refusal;
use crate::language::{Language, Say, messages::ceremony as text};
use crate::press::PaperError;
use crate::quorum::{CardIndex, DealError, NoMemoryForLock, PolicyError, QuorumError};
use crate::second_factor::FactorError;
use crate::secret::NoRandomness;
use crate::speaks;
use crate::store::StoreError;
use crate::vault::{AttachmentName, EntryId, FieldName, FormatError, Moment, VaultName};

/// Why a step could not be done; the vault is then as it was before.
#[derive(Debug)]
pub enum CeremonyError {
    /// A file or folder.
    Store(StoreError),
    /// The bytes of this file of the vault.
    Format(PathBuf, FormatError),
    /// A value that was handed in.
    Value(FormatError),
    /// A card's sheet.
    Paper(PaperError),
    /// Threshold and number of cards.
    Policy(PolicyError),
    /// The dealing of shares.
    Deal(DealError),
    /// The cards make no quorum.
    Quorum(QuorumError),
    /// No randomness from the operating system.
    Randomness(NoRandomness),
    /// Not enough memory for a card's lock.
    Memory(NoMemoryForLock),
    /// A card does not count.
    Card(CardRefusal),
    /// A phrase does not fit.
    Phrase(WrongPhrase),
    /// A locked card needs its phrase; the custodian.
    PhraseNeeded(String),
    /// Nothing in this folder tells which epoch could be in force; what is wrong with its headers.
    NoBeginning(PathBuf, Vec<FileFinding>),
    /// The log is not in its place, or cannot be read: nothing can be added to it.
    LogMissing(PathBuf),
    /// A head that somebody holds on paper is not in the log, or what it follows is not.
    GivenHeadMissing(EventId),
    /// Lines of the log are missing or cannot be read.
    LinesMissing(PathBuf),
    /// A newer breakglass wrote in this log; the version.
    NewerBreakglass(u64),
    /// Numbers of epochs are used up.
    NoNumberLeft,
    /// The rotation was only partly written; it is to be given up.
    StagingIncomplete(EpochId),
    /// Two rotations followed one epoch; their folders.
    Split(Vec<String>),
    /// The header of an epoch is not in the folder.
    HeaderMissing(EpochId),
    /// The header of the cards' epoch is lost, and no line of the log tells of that epoch either.
    HeaderLost(EpochId),
    /// A file is not the one that the header or the log names.
    Swapped(PathBuf),
    /// The rules of the log refuse the event; nothing was written.
    Refused(Refusal),
    /// Cards must not be written into the vault.
    CardsInVault(PathBuf),
    /// Nothing in the clear is written into the vault.
    ExportInVault(PathBuf),
    /// Something stands where everything is to be written.
    ExportFolderTaken(PathBuf),
    /// There is no such card.
    NoSuchCard(CardIndex),
    /// No custodian has this name; the names that there are.
    NoSuchCustodian(String, Vec<String>),
    /// More custodians than a vault can have.
    TooManyCustodians,
    /// Two custodians have the same name.
    SameName(VaultName),
    /// The card is locked already, and a share is never locked under two phrases.
    LockedAlready(String),
    /// The card is not locked.
    NotLocked(String),
    /// A reason must be given.
    ReasonMissing,
    /// There is no such entry.
    NoSuchEntry(EntryId),
    /// The entry has no such field; those that it has.
    NoSuchField(EntryId, FieldName, Vec<FieldName>),
    /// The entry has no such attachment; those that it has.
    NoSuchAttachment(EntryId, AttachmentName, Vec<AttachmentName>),
    /// The blob of an attachment is not in the folder.
    AttachmentMissing(EntryId, AttachmentName, PathBuf),
    /// A file that is to be attached cannot be read; its name, and why.
    Source(String, std::io::Error),
    /// What is written out cannot be written; what the system reported.
    Target(std::io::Error),
    /// The second factor of an entry.
    Factor(FactorError),
    /// The entry has no recovery code of this number; how many it has.
    NoSuchRecoveryCode(EntryId, u16, u16),
    /// Every recovery code of the entry was shown before; how many it has.
    AllCodesSpent(EntryId, u16),
    /// So many deposits bring what is named, and none has this number; how many do.
    NoSuchNumber(EntryId, u32, usize),
    /// The deposit that is meant cannot be read.
    UnreadableDeposit(EntryId),
    /// There is no such deposit any more.
    NoSuchDeposit,
    /// This machine was never told which epoch to trust; the folder's.
    NotPinned(EpochId),
    /// The folder's epoch does not follow the one that this machine trusts.
    PinnedElsewhere {
        /// The epoch that this machine trusts.
        pinned: EpochId,
        /// The folder's.
        folder: EpochId,
    },
    /// The epoch that was typed is not the folder's.
    TypedEpochDiffers {
        /// The epoch that was typed.
        typed: EpochId,
        /// The folder's.
        folder: EpochId,
    },
    /// The epoch that was typed is the folder's, or one before it, but for a typing mistake.
    EpochMistyped {
        /// The epoch that was typed.
        typed: EpochId,
        /// The number of the epoch that seems to be meant.
        number: u32,
        /// Its id.
        meant: EpochId,
        /// The groups in which they differ, from 1.
        groups: Vec<usize>,
    },
    /// A rotation is staged already.
    StagedAlready(EpochId),
    /// No rotation is staged.
    NothingStaged,
    /// Too few of the new cards were read back.
    TooFewReadBack {
        /// How many were.
        read_back: usize,
        /// How many are needed.
        needed: usize,
    },
    /// A custodian's card was not read back, and no reason was given.
    LeftOutWithoutReason(String),
    /// A receipt says a time that is yet to come.
    ReceiptFromTheFuture(Moment),
    /// The log has this receipt already.
    ReceiptKnown,
    /// A copy inside the vault would be lost with it.
    CopyInVault(PathBuf),
    /// The copy is not what was copied.
    CopyDiffers(PathBuf),
    /// The log stands there already, or the folder belongs to the vault; another one is needed.
    SameLog(PathBuf),
    /// In the folder that was named stands the log of another vault, or one that cannot be read.
    OtherLog(PathBuf),
    /// The other folder is of another vault.
    OtherVault(PathBuf),
}

impl Say for CeremonyError {
    fn say(&self, language: Language) -> String {
        match self {
            CeremonyError::Store(error) => error.say(language),
            CeremonyError::Format(path, error) => {
                text::InFile { path: path.display(), why: error.say(language) }.say(language)
            }
            CeremonyError::Value(error) => error.say(language),
            CeremonyError::Paper(error) => error.say(language),
            CeremonyError::Policy(error) => error.say(language),
            CeremonyError::Deal(error) => error.say(language),
            CeremonyError::Quorum(error) => error.say(language),
            CeremonyError::Randomness(error) => error.say(language),
            CeremonyError::Memory(error) => error.say(language),
            CeremonyError::Card(refusal) => refusal.say(language),
            CeremonyError::Phrase(error) => error.say(language),
            CeremonyError::PhraseNeeded(name) => text::phrase_needed(language, name),
            CeremonyError::NoBeginning(path, headers) => {
                let headers: Vec<String> = headers.iter().map(|finding| finding.say(language)).collect();
                text::NoBeginning { path: path.display(), headers: headers.join("\n") }.say(language)
            }
            CeremonyError::LogMissing(path) => text::log_missing(language, path.display()),
            CeremonyError::GivenHeadMissing(head) => {
                text::given_head_missing(language, crate::quorum::HeadCode::of(*head))
            }
            CeremonyError::LinesMissing(path) => text::lines_missing(language, path.display()),
            CeremonyError::NewerBreakglass(version) => text::newer_breakglass(language, version),
            CeremonyError::NoNumberLeft => text::no_number_left(language),
            CeremonyError::StagingIncomplete(epoch) => text::staging_incomplete(language, epoch),
            CeremonyError::Split(epochs) => text::split(language, epochs.join(", ")),
            CeremonyError::HeaderMissing(epoch) => text::header_missing(language, epoch),
            CeremonyError::HeaderLost(epoch) => text::header_lost(language, epoch),
            CeremonyError::Swapped(path) => text::swapped(language, path.display()),
            CeremonyError::Refused(refusal) => text::refused(language, refusal.say(language)),
            CeremonyError::CardsInVault(path) => text::cards_in_vault(language, path.display()),
            CeremonyError::ExportInVault(path) => text::export_in_vault(language, path.display()),
            CeremonyError::ExportFolderTaken(path) => text::export_folder_taken(language, path.display()),
            CeremonyError::NoSuchCard(card) => text::no_such_card(language, card),
            CeremonyError::NoSuchCustodian(name, names) => {
                text::NoSuchCustodian { name, names: names.join(", ") }.say(language)
            }
            CeremonyError::TooManyCustodians => text::too_many_custodians(language),
            CeremonyError::SameName(name) => text::same_name(language, name),
            CeremonyError::LockedAlready(name) => text::locked_already(language, name),
            CeremonyError::NotLocked(name) => text::not_locked(language, name),
            CeremonyError::ReasonMissing => text::reason_missing(language),
            CeremonyError::NoSuchEntry(entry) => text::no_such_entry(language, entry),
            CeremonyError::NoSuchField(entry, field, names) if names.is_empty() => {
                text::NoFields { entry, field }.say(language)
            }
            CeremonyError::NoSuchField(entry, field, names) => {
                let names: Vec<&str> = names.iter().map(FieldName::as_str).collect();
                text::NoSuchField { entry, field, names: names.join(", ") }.say(language)
            }
            CeremonyError::Factor(error) => error.say(language),
            CeremonyError::NoSuchRecoveryCode(entry, number, count) => {
                text::NoSuchRecoveryCode { entry, number, count }.say(language)
            }
            CeremonyError::AllCodesSpent(entry, count) => text::AllCodesSpent { entry, count }.say(language),
            CeremonyError::NoSuchAttachment(entry, name, names) if names.is_empty() => {
                text::NoAttachments { entry, name }.say(language)
            }
            CeremonyError::NoSuchAttachment(entry, name, names) => {
                let names: Vec<&str> = names.iter().map(AttachmentName::as_str).collect();
                text::NoSuchAttachment { entry, name, names: names.join(", ") }.say(language)
            }
            CeremonyError::AttachmentMissing(entry, name, path) => {
                text::AttachmentMissing { entry, name, path: path.display() }.say(language)
            }
            CeremonyError::Source(name, why) => text::SourceUnreadable { name, why }.say(language),
            CeremonyError::Target(why) => text::target_unwritable(language, why),
            CeremonyError::NoSuchNumber(entry, number, count) => {
                text::NoSuchNumber { entry, number, count }.say(language)
            }
            CeremonyError::UnreadableDeposit(entry) => text::unreadable_deposit(language, entry),
            CeremonyError::NoSuchDeposit => text::no_such_deposit(language),
            // The folder's own epoch is not said in either: it must come from a card.
            CeremonyError::NotPinned(_) => text::not_pinned(language),
            CeremonyError::PinnedElsewhere { pinned, folder } => text::PinnedElsewhere { pinned, folder }.say(language),
            CeremonyError::TypedEpochDiffers { typed, .. } => text::typed_epoch_differs(language, typed),
            CeremonyError::EpochMistyped { typed, number, meant, groups } => {
                let places: Vec<String> = groups.iter().map(ToString::to_string).collect();
                text::EpochMistyped { typed, number, meant, count: places.len(), groups: places.join(", ") }
                    .say(language)
            }
            CeremonyError::StagedAlready(epoch) => text::staged_already(language, epoch),
            CeremonyError::NothingStaged => text::nothing_staged(language),
            CeremonyError::TooFewReadBack { read_back, needed } => {
                text::TooFewReadBack { read_back, needed }.say(language)
            }
            CeremonyError::LeftOutWithoutReason(name) => text::left_out_without_reason(language, name),
            CeremonyError::ReceiptFromTheFuture(time) => text::receipt_from_the_future(language, time),
            CeremonyError::ReceiptKnown => text::receipt_known(language),
            CeremonyError::CopyInVault(path) => text::copy_in_vault(language, path.display()),
            CeremonyError::CopyDiffers(path) => text::copy_differs(language, path.display()),
            CeremonyError::SameLog(path) => text::same_log(language, path.display()),
            CeremonyError::OtherLog(path) => text::other_log(language, path.display()),
            CeremonyError::OtherVault(path) => text::other_vault(language, path.display()),
        }
    }
}

speaks!(
    CeremonyError,
    CeremonyError::Store(error) => error,
    CeremonyError::Format(_, error) | CeremonyError::Value(error) => error,
    CeremonyError::Paper(error) => error,
    CeremonyError::Policy(error) => error,
    CeremonyError::Deal(error) => error,
    CeremonyError::Quorum(error) => error,
    CeremonyError::Randomness(error) => error,
    CeremonyError::Memory(error) => error,
    CeremonyError::Card(error) => error,
    CeremonyError::Phrase(error) => error,
    CeremonyError::Refused(error) => error,
    CeremonyError::Factor(error) => error,
    CeremonyError::Source(_, error) | CeremonyError::Target(error) => error,
    // The first of what is wrong with the headers; all of it is said.
    CeremonyError::NoBeginning(_, findings) => findings.first()?,
);

macro_rules! from {
    ($($error:ty => $variant:ident),*) => {$(
        impl From<$error> for CeremonyError {
            fn from(error: $error) -> CeremonyError {
                CeremonyError::$variant(error)
            }
        }
    )*};
}

from!(
    StoreError => Store,
    FormatError => Value,
    PaperError => Paper,
    PolicyError => Policy,
    DealError => Deal,
    QuorumError => Quorum,
    NoRandomness => Randomness,
    NoMemoryForLock => Memory,
    Refusal => Refused,
    CardRefusal => Card,
    WrongPhrase => Phrase,
    FactorError => Factor
);

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::io;

    use super::*;
    use crate::store::{Place, Trouble};

    #[test]
    fn what_a_step_failed_with_is_its_source_down_to_the_system() {
        let full = StoreError::of_system("log.jsonl", &io::Error::from(io::ErrorKind::StorageFull));
        let error = CeremonyError::from(full);
        let store = error.source().and_then(|cause| cause.downcast_ref::<StoreError>()).unwrap();
        assert_eq!(store.trouble(), &Trouble::Full);
        assert!(store.source().is_some_and(|cause| cause.is::<io::Error>()));
        let unreadable = CeremonyError::Source("a.bin".to_owned(), io::Error::other("cable pulled"));
        assert!(unreadable.source().is_some_and(|cause| cause.to_string() == "cable pulled"));
        let malformed = CeremonyError::Format("header.json".into(), FormatError::DoesNotOpen);
        assert!(malformed.source().is_some_and(|cause| cause.is::<FormatError>()));
    }

    #[test]
    fn why_a_header_is_bad_is_the_source_of_the_finding_and_of_the_error() {
        let finding = FileFinding::BadHeader(Place::Header(1, EpochId([0; 12])), FormatError::DoesNotOpen);
        assert!(finding.source().is_some_and(|cause| cause.is::<FormatError>()));
        let error = CeremonyError::NoBeginning("v".into(), vec![finding]);
        assert!(error.source().is_some_and(|cause| cause.is::<FileFinding>()));
        assert!(CeremonyError::NothingStaged.source().is_none());
    }
}
