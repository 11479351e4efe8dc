//! The keys: root, shares, cards, locks, custodians' signatures.
//!
//! Everything that decides whether a vault can be opened, and nothing else. A share read from a card is not yet a verified
//! share, verified shares are not yet a quorum, and only a quorum has a root: each is a type of its own. No file, no terminal, no
//! clock and no environment may come in here; the one thing asked of the outside is the operating system's randomness.

mod assemble;
mod card;
mod card_text;
mod characters;
mod codex32;
mod correct;
mod custodian;
mod deal;
mod generated;
mod head_code;
mod identifiers;
mod lock;
mod phrase;
mod policy;
mod random;
mod read;
mod root;
mod secret;
mod shamir;
mod share;
mod typed;
mod typed_head;
mod unproven;
mod weakness;

pub use assemble::{Quorum, QuorumError};
pub use card::{Card, CardHead, LockedCard, OpenCard};
pub use card_text::CardText;
pub use characters::{separates, typed_digits};
pub use custodian::{CustodianKey, CustodianPublicKey, Signature};
pub use deal::{DealError, Dealt, deal};
pub use generated::{READABLE_ALPHABET, generate_characters, generate_words};
pub use head_code::HeadCode;
pub use identifiers::{Digest, EpochHash, EpochId, EventId, NotHex, VaultId};
pub use lock::{LockProfile, NoMemoryForLock};
pub use phrase::{Phrase, PhraseError};
pub use policy::{CardIndex, NoSuchCard, Policy, PolicyError};
pub use random::NoRandomness;
pub use read::{Change, Correction, Reading, Unreadable, read_card};
pub use root::{ContentsKey, Root};
pub use secret::{Secret, SecretBytes, SecretText};
pub use share::{NotThisCustodian, Share, VerifiedShare};
pub use typed::{Taken, TypedCard, TypingError};
pub use typed_head::{Mistyped, NotAHead, Resolution, TypedHead};
pub use unproven::{Recovered, Unproven};
pub use weakness::Weakness;
