//! breakglass: an offline, sealed vault for break-glass credentials.
//!
//! The rooms, and the one direction in which they may call: `cli` -> `ceremony` -> (`store`, `vault`, `journal`, `press`, `scan`)
//! -> `quorum` -> `system`; `journal` speaks of entries and moments in the words of `vault`. `language` holds every sentence and
//! may be called by all; so may `bounds`, the sizes that rooms agree on, and `stream`, which writes on another core. `second_factor` makes one-time codes, `feeds` writes what
//! other programs read. `quorum`, `vault` and `journal` know no terminal, no clock and no environment: those are handed in.

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
