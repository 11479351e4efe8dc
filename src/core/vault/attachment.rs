//! What an entry keeps of an attachment: its name, and how its blob beside the vault is found, opened and proved.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::claim::is_one_line;
use super::{FieldValue, FormatError};
use crate::ids::Digest;

/// Bytes of UTF-8 in a name at most: every file system of a stick takes as many.
const NAME_BYTES: usize = 200;
/// Characters that Windows, FAT and exFAT take in no file name.
const NEVER_IN_NAMES: [char; 9] = ['/', '\\', ':', '*', '?', '"', '<', '>', '|'];
/// What Windows takes for a device, whatever stands behind the first full stop.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// The name of an attachment: a plain file name that every file system takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AttachmentName(String);

impl AttachmentName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AttachmentName {
    type Error = FormatError;

    fn try_from(text: String) -> Result<AttachmentName, FormatError> {
        let good = (1..=NAME_BYTES).contains(&text.len())
            && !text.starts_with([' ', '.'])
            && !text.ends_with([' ', '.'])
            && is_one_line(&text, NAME_BYTES)
            && !text.contains(NEVER_IN_NAMES)
            && !is_device(&text);
        if good { Ok(AttachmentName(text)) } else { Err(FormatError::BadAttachmentName(text)) }
    }
}

/// Whether Windows would write to a device of this name (`NUL`, `con.txt`, `COM1`, `COM¹`).
#[must_use]
pub fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let is_number = |character: char| character.is_ascii_digit() || "¹²³".contains(character);
    let numbered = |prefix| {
        let mut number = stem.strip_prefix(prefix).unwrap_or_default().chars();
        number.next().is_some_and(is_number) && number.next().is_none()
    };
    DEVICES.contains(&stem.as_str()) || numbered("com") || numbered("lpt")
}

impl FromStr for AttachmentName {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<AttachmentName, FormatError> {
        AttachmentName::try_from(text.to_owned())
    }
}

impl From<AttachmentName> for String {
    fn from(name: AttachmentName) -> String {
        name.0
    }
}

impl fmt::Display for AttachmentName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// One revision of an attachment. The blob stands beside the vault; what opens and proves it stands here, inside the sealed entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// SHA-256 of the blob, which is its name under `attachments/`.
    pub blob: Digest,
    /// `AGE-SECRET-KEY-1…`, of this blob alone.
    pub identity: FieldValue,
    /// Bytes of the file that was attached.
    pub size: u64,
    /// SHA-256 of the file that was attached.
    pub sha256: Digest,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_stick_or_windows_would_not_take_are_refused() {
        for bad in
            ["", ".", "..", "a/b", "a\\b", "nul", "NUL.txt", "com1", "LPT9.log", "a:b", "a\nb", " a", "a.", ".hidden"]
        {
            assert!(bad.parse::<AttachmentName>().is_err(), "{bad:?}");
        }
        for device in ["COM¹", "com².txt", "COM³", "LPT¹", "lpt³.log", "CONIN$", "conout$.txt", "COM0"] {
            assert!(device.parse::<AttachmentName>().is_err(), "{device:?}");
        }
        assert!("x".repeat(201).parse::<AttachmentName>().is_err());
        for good in ["BitLocker keys.csv", "回復キー.pdf", "a", "null", "com10.txt", "a.b.c", "x=1"] {
            assert_eq!(good.parse::<AttachmentName>().unwrap().as_str(), good);
        }
    }
}
