//! Who may say each kind of event.

use super::event::What;

/// Whose word an event needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// A quorum of the epoch in force; of the first epoch for the beginning.
    Quorum,
    /// A quorum of the epoch that it brings into force, which has just opened its contents.
    NewQuorum,
    /// Just the cards that attended the opening which it is of.
    Attending,
    /// Just the card that it speaks of.
    Card,
    /// Nobody's: it is shown as somebody's word. It can make something due. It never changes which epoch is in force, never calms what a
    /// card must calm, and never changes what a signed event did that it does not follow.
    Claim,
    /// It cannot be told: a newer breakglass wrote it.
    Unknown,
}

impl What {
    /// Whose word this event needs.
    #[must_use]
    pub fn authority(&self) -> Authority {
        match self {
            What::Created { .. }
            | What::Opened { .. }
            | What::Staged { .. }
            | What::StagedMore { .. }
            | What::Aborted { .. } => Authority::Quorum,
            What::Committed { .. } => Authority::NewQuorum,
            What::Revealed { .. } | What::Exported { .. } | What::Closed { .. } => Authority::Attending,
            What::ReadBack { .. } | What::Checked { .. } | What::Relocked { .. } => Authority::Card,
            What::Receipt { .. }
            | What::Lost { .. }
            | What::Departed { .. }
            | What::PaperDestroyed { .. }
            | What::CardFilesDestroyed { .. }
            | What::Deposited { .. }
            | What::Reviewed { .. }
            | What::Deleted { .. }
            | What::TailSetAside { .. }
            | What::Merged {} => Authority::Claim,
            What::Unknown { .. } => Authority::Unknown,
        }
    }

    /// The word by which the event goes in the log.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            What::Created { .. } => "created",
            What::ReadBack { .. } => "read_back",
            What::Checked { .. } => "checked",
            What::Receipt { .. } => "receipt",
            What::Lost { .. } => "lost",
            What::Departed { .. } => "departed",
            What::Relocked { .. } => "relocked",
            What::PaperDestroyed { .. } => "paper_destroyed",
            What::CardFilesDestroyed { .. } => "card_files_destroyed",
            What::Deposited { .. } => "deposited",
            What::Opened { .. } => "opened",
            What::Revealed { .. } => "revealed",
            What::Exported { .. } => "exported",
            What::Closed { .. } => "closed",
            What::Reviewed { .. } => "reviewed",
            What::Staged { .. } => "staged",
            What::StagedMore { .. } => "staged_more",
            What::Committed { .. } => "committed",
            What::Aborted { .. } => "aborted",
            What::Deleted { .. } => "deleted",
            What::TailSetAside { .. } => "tail_set_aside",
            What::Merged {} => "merged",
            What::Unknown { kind, .. } => kind,
        }
    }
}
