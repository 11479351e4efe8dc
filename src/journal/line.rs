//! One line of the log: an event and exactly the signatures that it names.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::event::Event;
use crate::quorum::{CustodianKey, EventId, Signature};
use crate::vault::{FORMAT_VERSION, from_canonical, to_canonical};

/// What signatures under events are bound to: this text, NUL, the event id.
pub const EVENT_DOMAIN: &str = "breakglass/1 event";

/// A line that was read.
#[derive(Clone, Debug)]
pub struct Line {
    /// SHA-256 of the event's canonical bytes.
    pub id: EventId,
    /// The event.
    pub event: Event,
    /// The signatures beside it, as many as there are signers; none of a line that was verified before.
    pub signatures: Vec<Signature>,
}

/// Why a line was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnreadableLine {
    /// A higher version of the format; the line's own number.
    UnknownVersion(u64),
    /// Not a line of this format; what was wrong, in English.
    Malformed(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw<'a> {
    #[serde(borrow)]
    event: &'a RawValue,
    signatures: Vec<Signature>,
}

impl Line {
    /// Makes the line of an event, signed by the keys in the order of its signers.
    #[must_use]
    pub fn sign(event: Event, keys: &[&CustodianKey]) -> Line {
        let id = EventId::of(&to_canonical(&event));
        let signatures = keys.iter().map(|key| key.sign(EVENT_DOMAIN, &id.0)).collect();
        Line { id, event, signatures }
    }

    /// The bytes of the line, without its line feed.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = b"{\"event\":".to_vec();
        bytes.extend(to_canonical(&self.event));
        bytes.extend(b",\"signatures\":");
        bytes.extend(to_canonical(&self.signatures));
        bytes.push(b'}');
        bytes
    }

    /// Reads a line that nobody vouches for: it must equal its canonical form byte for byte.
    ///
    /// # Errors
    /// When it does not, or is of another version.
    pub fn read(bytes: &[u8]) -> Result<Line, UnreadableLine> {
        let line = Line::read_known(bytes)?;
        from_canonical::<serde_json::Value>(bytes).map_err(|error| UnreadableLine::Malformed(error.0))?;
        if line.bytes() != bytes {
            return Err(UnreadableLine::Malformed("what is empty is left out".to_owned()));
        }
        Ok(line)
    }

    /// Reads a line whose bytes this machine read in full before, without asking again whether they are canonical.
    ///
    /// # Errors
    /// When it is not a line, or of another version.
    pub fn read_known(bytes: &[u8]) -> Result<Line, UnreadableLine> {
        let Raw { event, signatures } = serde_json::from_slice(bytes).map_err(malformed)?;
        Line::of(event, signatures)
    }

    /// Reads a line that this machine verified before, to the byte: its signatures are passed over, and it has none.
    ///
    /// # Errors
    /// As [`Line::read_known`].
    pub(super) fn read_verified(bytes: &[u8]) -> Result<Line, UnreadableLine> {
        #[derive(Deserialize)]
        struct Verified<'a> {
            #[serde(borrow)]
            event: &'a RawValue,
        }
        let Verified { event } = serde_json::from_slice(bytes).map_err(malformed)?;
        Line::of(event, Vec::new())
    }

    fn of(raw: &RawValue, signatures: Vec<Signature>) -> Result<Line, UnreadableLine> {
        let event: Event =
            serde_json::from_str(raw.get()).map_err(|error| version_of(raw.get()).unwrap_or(malformed(error)))?;
        if event.version != FORMAT_VERSION {
            return Err(UnreadableLine::UnknownVersion(event.version.into()));
        }
        Ok(Line { id: EventId::of(raw.get().as_bytes()), event, signatures })
    }
}

fn malformed(error: serde_json::Error) -> UnreadableLine {
    UnreadableLine::Malformed(error.to_string())
}

/// A line of a higher version may have any shape; its number is what to tell.
fn version_of(event: &str) -> Option<UnreadableLine> {
    #[derive(Deserialize)]
    struct Version {
        version: u64,
    }
    let Version { version } = serde_json::from_str(event).ok()?;
    (version != u64::from(FORMAT_VERSION)).then_some(UnreadableLine::UnknownVersion(version))
}
