//! What people do with a vault, step by step: each step is a function or a type that walks a state, over a disk, with the time
//! handed in.
//!
//! It joins the log, the formats, the cards and the paper. No terminal, no clock and no environment may come in here: who asks,
//! and how, is `cli`'s.

mod attachment;
mod card;
mod card_files;
mod clean_up;
mod copy;
mod dealing;
mod error;
mod export;
mod gathering;
mod head_place;
mod headerless;
mod held;
mod init;
mod ledger;
mod names;
mod one_time;
mod pins;
mod put;
mod renewal;
mod review;
mod rotation;
mod stamps;
mod status;
mod unnamed;
mod unseal;
mod verify;

pub use attachment::{OfferedAttachment, attach, discard};
pub use card::{
    CardCheck, add_receipt, card_files_destroyed, check_against_header, check_card, depart, lose, paper_destroyed,
    relock,
};
pub use card_files::{CardFile, CardFormat, card_file_name, destroy_card_file, write_card_file, write_card_files};
pub use clean_up::clean_up;
pub use copy::{Merged, copy_vault, merge_vaults};
pub use dealing::{CustodianPlan, LockPlan, NewCards, Plan};
pub use error::CeremonyError;
pub use export::{ExportWatch, Exported, check_export_folder};
pub use gathering::{Accepted, Attendance, CardRefusal, Gathering, KnownEpoch, Locked, Offered, WrongPhrase};
pub use head_place::{HeadPlace, head_place};
pub use headerless::{Headerless, StandIn};
pub use held::{Held, Which};
pub use init::{ReadBack, init, read_back, read_back_and_delete};
pub use ledger::{Ledger, Writing};
pub use one_time::{CodeMaker, RECOVERY_CODES, RecoveryCode, TOTP};
pub use pins::{Pin, PinBook};
pub use put::{mistyped_epoch, put, trusted_epoch};
pub use renewal::{NotRenewed, Renewal};
pub use review::review;
pub use rotation::{Aborted, Choices, Committed, Rotation, Staged, abort, commit, stage};
pub use stamps::StampBook;
pub use status::{ClockFinding, Concern, CustodianStatus, Margin, Seal, StatusReport, clock_findings, status};
pub use unseal::{CLOSES_AFTER, ConfirmedField, EntryView, OpenDeposit, OpeningRecorded, Session};
pub use verify::{FileFinding, VerifyDepth, verify_files};
