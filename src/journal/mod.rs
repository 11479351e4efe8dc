//! The log: what happened, hash-linked and signed, and the state that is folded from it.
//!
//! Lines go in, a [`State`] with findings comes out. The fold refuses by itself what is not signed by the cards that it needs, so
//! nobody who can write the folder can change what the vault is. No file, terminal, clock or environment may come in here.

mod ancestry;
mod due;
mod event;
mod finding;
mod fold;
mod history;
mod kept;
mod line;
mod merge;
mod receipt;
mod rules;
mod state;

pub use due::{Calendar, Due, Obligation};
pub use event::{Attached, Event, LeftOut, NewEpoch, OneTimeCode, Renewed, Signer, What};
pub use finding::{Finding, Refusal};
pub use history::{Headers, History, Known, Placed};
pub use kept::{Blobs, CodesLeft, RecoveryCodes};
pub use line::{EVENT_DOMAIN, Line, UnreadableLine};
pub use merge::join;
pub use receipt::{RECEIPT_DOMAIN, Receipt, SignedReceipt};
pub use state::{CardState, EpochState, Opening, PendingDeposit, Staging, State};
