//! The core of breakglass: keys, cards, formats and the log's law, as functions of what they are handed.
//!
//! It knows no disk, no clock, no terminal and no environment: bytes, moments and answers go in, typed values or refusals come out. The
//! one thing it asks of the outside is the operating system's randomness, and memory that is locked where the system can do that.
//!
//! | what you want | what to call |
//! |---|---|
//! | to read a card as people type it | [`card::read_card`] |
//! | the root, of as many true shares as are needed | [`quorum::Quorum::assemble`] |
//! | a new root with its shares | [`quorum::deal`] |
//! | what everybody may know of an epoch | [`vault::EpochHeader::read`] |
//! | what is sealed in it | [`vault::Contents::open`] |
//! | what happened, and what follows from it | [`journal::Line::read`], [`journal::History`] |
//! | a sentence for people | [`language::Say`] |
//!
//! A share that was read is not yet one that is verified, verified shares are not yet a quorum, and only a quorum has a root: each is a
//! type of its own, so what must not be done does not compile.
//!
//! ```
//! use breakglass_core::card::{Reading, read_card};
//!
//! let typed = "BG1ZQ QQXQC QQYPQ XPQ9Q CRSSZ G2PVS ZZG3R YSJJV FEG9Y 4ZKTP D9CHN QVFJX V6R2D 3H8QU N5WEU 85LR7 90FLG SQVTY NUS";
//! match read_card(typed) {
//!     Ok(Reading::Whole(card)) => assert_eq!(card.head().index.get(), 3),
//!     Ok(Reading::Corrected(_)) => panic!("it has no mistake"),
//!     Err(refusal) => panic!("{refusal}"),
//! }
//! ```
//!
//! What never changes: the bytes of cards, headers, sealed contents and events under the version that they name, and the sentence that a
//! higher version gets, which is that a newer breakglass wrote it.

#![forbid(unsafe_code)]

pub mod bounds;
pub mod card;
pub mod ids;
pub mod journal;
pub mod language;
pub mod quorum;
pub mod secret;
pub mod vault;
