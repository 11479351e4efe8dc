//! breakglass: an offline, sealed vault for break-glass credentials, opened by a quorum of custodians with paper cards.
//!
//! A vault is a folder. Everything that people do to one is a function or a type of [`ceremony`]:
//!
//! | what you want | what to call |
//! |---|---|
//! | to read a vault with its log | [`ceremony::Ledger::read`] |
//! | a new vault | [`ceremony::init`], then [`ceremony::read_back`] for each card |
//! | to put a credential in, without a card | [`ceremony::put`] |
//! | to open it | [`ceremony::Gathering`], [`ceremony::Session::open`], [`ceremony::Session::reveal`] |
//! | the next epoch, with new cards | [`ceremony::Rotation`], [`ceremony::stage`], [`ceremony::commit`] |
//! | what it is in, and what is due | [`ceremony::status`], and [`report`] for words, documents and calendars |
//! | the same as conversations with people | [`desk::Desk`] for who answers, [`cli::run_at`] for a command |
//!
//! ```
//! use breakglass::ceremony::{Ledger, PinBook, VerifyDepth, status, verify_files};
//! use breakglass::journal::Calendar;
//! use breakglass::store::{RealDisk, VaultFolder};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let pins = PinBook::new(&RealDisk, "no pins are kept".as_ref());
//! let folder = VaultFolder::open(&RealDisk, concat!(env!("CARGO_MANIFEST_DIR"), "/docs/vectors/acme.vault").as_ref())?;
//! let ledger = Ledger::read(folder, &pins, None)?;
//! let files = verify_files(&ledger, VerifyDepth::Present)?;
//! let report = status(&ledger, files, Calendar::default(), "2026-02-01T03:00:00Z".parse()?)?;
//! assert_eq!(report.name.as_str(), ledger.active()?.name.as_str());
//! # Ok(())
//! # }
//! ```
//!
//! What never changes: the library asks no clock and no environment, so each step is handed the moment and its answers; an event stands in
//! the log before the secret that it records is shown; and each refusal is an error that says in both languages what to do
//! ([`language::Say`]). What decides whether a vault can be opened is the crate `breakglass-core`, whose rooms stand here too. Which room
//! may use which is kept by a test, `tests/house.rs`.

pub mod ceremony;
pub mod cli;
pub mod desk;
pub mod exchange;
pub mod guide;
pub mod language;
pub mod press;
pub mod report;
pub mod scan;
pub mod second_factor;
pub mod store;
pub mod stream;
pub mod terminal;

pub use breakglass_core::{bounds, card, ids, journal, secret, speaks, vault};
pub use breakglass_system as system;

/// Keys, cards, hashes and secret bytes: four rooms of the core that are seldom wanted one without the others.
pub mod quorum {
    pub use breakglass_core::card::*;
    pub use breakglass_core::ids::*;
    pub use breakglass_core::quorum::*;
    pub use breakglass_core::secret::*;
}
