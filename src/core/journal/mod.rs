//! The log: what happened, hash-linked and signed, and the state that is folded from it.
//!
//! Lines go in, a [`State`] with findings comes out. The fold refuses by itself what is not signed by the cards that it needs, so
//! nobody who can write the folder can change what the vault is. No file, terminal, clock or environment may come in here.

mod authority;
mod cards;
mod deposits;
mod duty;
mod epochs;
mod event;
mod finding;
mod fold;
mod graph;
mod history;
mod kept;
mod line;
mod merge;
mod openings;
mod receipt;
mod rules;
mod seen;
mod state;
mod walk;
mod written_out;

pub use authority::Authority;
pub use duty::{Calendar, Due, Duty, MetBy, Row, When};
pub use event::{
    Attached, Event, LeftOut, NewEpoch, OneTimeCode, Renewed, Replaced, SecretPart, Signer, Staging, What,
};
pub use finding::{Finding, Refusal};
pub use history::{Beginning, Headers, History, Known, Placed};
pub use kept::{Blobs, CodesLeft, RecoveryCodes};
pub use line::{EVENT_DOMAIN, EVENT_VERSION, Line, UnreadableLine};
pub use merge::join;
pub use receipt::{RECEIPT_DOMAIN, Receipt, SignedReceipt};
pub use state::{CardState, DepositConflict, EpochState, Fate, Opening, PendingDeposit, Report, State};
