//! A card: 48 bytes, and the 93 characters in which people hold them; and the short form of a head, which is typed in the same alphabet.
//!
//! What is read forgives what a checksum can mend, and says where to look for the rest. A card that was read is not yet proven: the
//! header's keys do that.

mod bytes;
mod card_text;
mod characters;
mod codex32;
mod correct;
mod head_code;
mod read;
mod typed;
mod typed_head;

pub use bytes::{Card, CardHead, LockedCard, OpenCard};
pub use card_text::CardText;
pub use characters::{separates, typed_digits};
pub use head_code::HeadCode;
pub use read::{Change, Correction, Reading, Unreadable, read_card};
pub use typed::{Taken, TypedCard, TypingError};
pub use typed_head::{Mistyped, NotAHead, Resolution, TypedHead};
