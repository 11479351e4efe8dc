//! The keys: root, shares, locks, custodians' signatures.
//!
//! Everything that decides whether a vault can be opened, and nothing else. A share read from a card is not yet a verified
//! share, verified shares are not yet a quorum, and only a quorum has a root: each is a type of its own. No file, no terminal, no
//! clock and no environment may come in here; the one thing asked of the outside is the operating system's randomness.

mod assemble;
mod custodian;
mod deal;
mod generated;
mod lock;
mod phrase;
mod policy;
mod root;
mod shamir;
mod share;
mod unproven;
mod weakness;

pub use assemble::{Quorum, QuorumError};
pub use custodian::{CustodianKey, CustodianPublicKey, Signature};
pub use deal::{DealError, Dealt, deal};
pub use generated::{READABLE_ALPHABET, generate_characters, generate_words};
pub(crate) use lock::pad;
pub use lock::{LockProfile, NoMemoryForLock};
pub use phrase::{Phrase, PhraseError};
pub use policy::{CardIndex, NoSuchCard, Policy, PolicyError};
pub use root::{ContentsKey, Root};
pub use share::{NotThisCustodian, Share, VerifiedShare};
pub use unproven::{Recovered, Unproven};
pub use weakness::Weakness;
