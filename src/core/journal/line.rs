//! One line of the log: an event and exactly the signatures that it names.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::event::{Event, Signer, What};
use crate::bounds::LINE_BYTES;
use crate::ids::{EventId, VaultId};
use crate::quorum::{CustodianKey, Signature};
use crate::vault::{Moment, NotCanonical, from_canonical, to_canonical, try_canonical};

/// What signatures under events are bound to: this text, NUL, the event id.
pub const EVENT_DOMAIN: &str = "breakglass/1 event";

/// The newest version of events that this program knows. An event carries the version that brought its kind.
pub const EVENT_VERSION: u32 = 1;

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
    /// Written by a newer breakglass, in a shape of which not even the links can be read; the line's own version.
    UnknownVersion(u64),
    /// It has more bytes than a line may have.
    TooLong,
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
        self.canonical().expect("an event of this program is canonical")
    }

    /// The bytes of the line; of one that somebody else wrote, a number can be too large to be written.
    fn canonical(&self) -> Result<Vec<u8>, NotCanonical> {
        let mut bytes = b"{\"event\":".to_vec();
        bytes.extend(try_canonical(&self.event)?);
        bytes.extend(b",\"signatures\":");
        bytes.extend(try_canonical(&self.signatures)?);
        bytes.push(b'}');
        Ok(bytes)
    }

    /// Reads a line that nobody vouches for: it must equal its canonical form byte for byte.
    ///
    /// # Errors
    /// When it does not, or nothing of it can be read.
    pub fn read(bytes: &[u8]) -> Result<Line, UnreadableLine> {
        let line = Line::read_known(bytes)?;
        if matches!(line.event.what, What::Unknown { .. }) {
            return Ok(line);
        }
        // A field that is null, or a list that is empty, is left out, and what an event follows is named once and in order: there is one way
        // to write an event. What equals that is canonical; what does not is held against the canonical form only to say what is wrong.
        let in_order = line.event.previous.is_sorted_by(|one, next| one < next);
        if in_order && line.canonical().is_ok_and(|canonical| canonical == bytes) {
            return Ok(line);
        }
        from_canonical::<serde_json::Value>(bytes).map_err(|error| UnreadableLine::Malformed(error.0))?;
        Err(UnreadableLine::Malformed("written in another way".to_owned()))
    }

    /// Reads a line whose bytes this machine read in full before, without asking again whether they are canonical.
    ///
    /// # Errors
    /// When nothing of it can be read.
    pub fn read_known(bytes: &[u8]) -> Result<Line, UnreadableLine> {
        if bytes.len() > LINE_BYTES {
            return Err(UnreadableLine::TooLong);
        }
        let Raw { event, signatures } = serde_json::from_slice(bytes).map_err(malformed)?;
        Line::of(event.get(), signatures)
    }

    /// Reads a line that this machine verified before, to the byte: its signatures are passed over, and it has none.
    ///
    /// # Errors
    /// As [`Line::read_known`].
    pub(super) fn read_verified(bytes: &[u8]) -> Result<Line, UnreadableLine> {
        if let Some(Ok(line)) = event_of_canonical(bytes).map(|event| Line::of(event, Vec::new())) {
            return Ok(line);
        }
        // An event that a newer breakglass wrote may be spelled in another way.
        Line::read_known(bytes).map(|line| Line { signatures: Vec::new(), ..line })
    }

    fn of(raw: &str, signatures: Vec<Signature>) -> Result<Line, UnreadableLine> {
        let event = match serde_json::from_str::<Event>(raw) {
            Ok(event) if event.version == EVENT_VERSION => event,
            Ok(_) => newer(raw)?,
            Err(error) => match version_of(raw) {
                Some(version) if version > u64::from(EVENT_VERSION) => newer(raw)?,
                _ => return Err(malformed(error)),
            },
        };
        Ok(Line { id: EventId::of(raw.as_bytes()), event, signatures })
    }
}

/// The event of a line that is canonical: all before its signatures, in which no such key can stand. Cut anywhere else, it is none.
fn event_of_canonical(bytes: &[u8]) -> Option<&str> {
    let rest = std::str::from_utf8(bytes).ok()?.strip_prefix("{\"event\":")?;
    let event = &rest[..rest.rfind(",\"signatures\":[")?];
    (event.starts_with('{') && event.ends_with('}')).then_some(event)
}

fn malformed(error: serde_json::Error) -> UnreadableLine {
    UnreadableLine::Malformed(error.to_string())
}

#[derive(Deserialize)]
struct Version {
    version: u64,
}

fn version_of(event: &str) -> Option<u64> {
    serde_json::from_str(event).ok().map(|Version { version }| version)
}

/// The frame of an event that a newer breakglass wrote. Other events follow it, so its place in history must be known.
fn newer(event: &str) -> Result<Event, UnreadableLine> {
    #[derive(Deserialize)]
    struct Frame {
        version: u64,
        vault: VaultId,
        previous: Vec<EventId>,
        time: Moment,
        #[serde(default)]
        signers: Vec<Signer>,
        what: serde_json::Map<String, serde_json::Value>,
    }
    let version = version_of(event).unwrap_or(0);
    if version <= u64::from(EVENT_VERSION) {
        return Err(UnreadableLine::Malformed(format!("version {version}")));
    }
    let frame: Frame = serde_json::from_str(event).map_err(|_| UnreadableLine::UnknownVersion(version))?;
    let kind = frame.what.keys().next().cloned().unwrap_or_default();
    let kind = kind.chars().filter(|letter| letter.is_ascii_lowercase() || *letter == '_').take(40).collect();
    Ok(Event {
        version: u32::try_from(frame.version).unwrap_or(u32::MAX),
        vault: frame.vault,
        previous: frame.previous,
        time: frame.time,
        by: None,
        signers: frame.signers,
        what: What::Unknown { version: frame.version, kind },
    })
}
