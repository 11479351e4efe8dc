//! What a duty is about: a card, an entry, an opening. Screen, document, calendar and metrics ask here.

use crate::ids::{EpochHash, EventId};
use crate::journal::{Duty, SecretPart};
use crate::language::Language;
use crate::quorum::CardIndex;
use crate::report::field_label;
use crate::vault::EntryId;

/// The card that it is about, with its epoch; `active` is the epoch in force.
pub fn card_of(duty: &Duty, active: Option<EpochHash>) -> Option<(EpochHash, CardIndex)> {
    match duty {
        Duty::RotateAfterLoss { card } | Duty::RotateAfterDeparture { card } | Duty::CheckCard { card } => {
            active.map(|epoch| (epoch, *card))
        }
        Duty::ReadBack { epoch, card } | Duty::DestroyCardFile { epoch, card } | Duty::DestroyPaper { epoch, card } => {
            Some((*epoch, *card))
        }
        Duty::Reseal { .. }
        | Duty::Replace { .. }
        | Duty::RenewRecoveryCodes { .. }
        | Duty::ReviewSignIns { .. }
        | Duty::SettleConflict { .. }
        | Duty::FinishRotation { .. }
        | Duty::RecoverOtherSide { .. }
        | Duty::Rotate
        | Duty::RotateCredential { .. } => None,
    }
}

/// The epoch that it is about, where it is about one and no card.
pub fn epoch_of(duty: &Duty) -> Option<EpochHash> {
    match duty {
        Duty::FinishRotation { epoch } | Duty::RecoverOtherSide { epoch } => Some(*epoch),
        Duty::RotateAfterLoss { .. }
        | Duty::RotateAfterDeparture { .. }
        | Duty::CheckCard { .. }
        | Duty::ReadBack { .. }
        | Duty::DestroyCardFile { .. }
        | Duty::DestroyPaper { .. }
        | Duty::Reseal { .. }
        | Duty::Replace { .. }
        | Duty::RenewRecoveryCodes { .. }
        | Duty::ReviewSignIns { .. }
        | Duty::SettleConflict { .. }
        | Duty::Rotate
        | Duty::RotateCredential { .. } => None,
    }
}

/// Whether paper is to be destroyed, so that what is to be kept must be told beside it.
pub fn is_of_paper(duty: &Duty) -> bool {
    match duty {
        Duty::DestroyPaper { .. } => true,
        Duty::RotateAfterLoss { .. }
        | Duty::RotateAfterDeparture { .. }
        | Duty::CheckCard { .. }
        | Duty::ReadBack { .. }
        | Duty::DestroyCardFile { .. }
        | Duty::FinishRotation { .. }
        | Duty::RecoverOtherSide { .. }
        | Duty::Reseal { .. }
        | Duty::Replace { .. }
        | Duty::RenewRecoveryCodes { .. }
        | Duty::ReviewSignIns { .. }
        | Duty::SettleConflict { .. }
        | Duty::Rotate
        | Duty::RotateCredential { .. } => false,
    }
}

/// The entry that it is about.
pub fn entry_of(duty: &Duty) -> Option<&EntryId> {
    match duty {
        Duty::Replace { entry, .. }
        | Duty::RenewRecoveryCodes { entry, .. }
        | Duty::SettleConflict { entry, .. }
        | Duty::RotateCredential { entry } => Some(entry),
        Duty::Reseal { .. }
        | Duty::RotateAfterLoss { .. }
        | Duty::RotateAfterDeparture { .. }
        | Duty::ReviewSignIns { .. }
        | Duty::ReadBack { .. }
        | Duty::FinishRotation { .. }
        | Duty::RecoverOtherSide { .. }
        | Duty::DestroyCardFile { .. }
        | Duty::DestroyPaper { .. }
        | Duty::Rotate
        | Duty::CheckCard { .. } => None,
    }
}

/// The opening that brought it.
pub fn opening_of(duty: &Duty) -> Option<EventId> {
    match duty {
        Duty::Reseal { opening } | Duty::ReviewSignIns { opening } | Duty::Replace { opening, .. } => Some(*opening),
        Duty::RotateAfterLoss { .. }
        | Duty::RotateAfterDeparture { .. }
        | Duty::RenewRecoveryCodes { .. }
        | Duty::SettleConflict { .. }
        | Duty::ReadBack { .. }
        | Duty::FinishRotation { .. }
        | Duty::RecoverOtherSide { .. }
        | Duty::DestroyCardFile { .. }
        | Duty::DestroyPaper { .. }
        | Duty::Rotate
        | Duty::CheckCard { .. }
        | Duty::RotateCredential { .. } => None,
    }
}

/// The secret of an entry that it is about.
pub fn part_of(duty: &Duty) -> Option<(&EntryId, &SecretPart)> {
    match duty {
        Duty::Replace { entry, secret, .. } | Duty::SettleConflict { entry, secret } => Some((entry, secret)),
        Duty::Reseal { .. }
        | Duty::RotateAfterLoss { .. }
        | Duty::RotateAfterDeparture { .. }
        | Duty::RenewRecoveryCodes { .. }
        | Duty::ReviewSignIns { .. }
        | Duty::ReadBack { .. }
        | Duty::FinishRotation { .. }
        | Duty::RecoverOtherSide { .. }
        | Duty::DestroyCardFile { .. }
        | Duty::DestroyPaper { .. }
        | Duty::Rotate
        | Duty::CheckCard { .. }
        | Duty::RotateCredential { .. } => None,
    }
}

/// The entries of these duties, each once.
pub fn entries(group: &[&Duty]) -> Vec<String> {
    let mut entries: Vec<String> = group.iter().filter_map(|duty| entry_of(duty)).map(ToString::to_string).collect();
    entries.dedup();
    entries
}

/// What people call a secret of an entry.
pub fn part_label(language: Language, part: &SecretPart) -> String {
    match part {
        SecretPart::Field(name) => field_label(language, name),
        SecretPart::Attachment(name) => name.to_string(),
    }
}
