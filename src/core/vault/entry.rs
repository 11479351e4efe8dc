//! An entry: a credential, with every revision that was ever sealed.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::claim::is_one_line;
use super::{Attachment, AttachmentName, Claim, FormatError, Moment, distinct};
use crate::ids::Digest;
use crate::secret::SecretText;

/// Bytes of UTF-8 in one field at most: keys and recovery codes fit, files are attachments.
pub const VALUE_BYTES: usize = 64 * 1024;
/// Characters of a field's name at most.
const FIELD_NAME_CHARACTERS: usize = 64;
/// Fields of one revision at most.
const MOST_FIELDS: usize = 64;
/// Attachments of one revision at most.
const MOST_ATTACHMENTS: usize = 256;

/// The id of an entry: 1 to 64 of `a-z`, `0-9` and hyphen, as people type it at 3 a.m.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EntryId(String);

impl EntryId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for EntryId {
    type Error = FormatError;

    fn try_from(text: String) -> Result<EntryId, FormatError> {
        let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let good = (1..=64).contains(&text.len())
            && text.bytes().next().is_some_and(letter)
            && text.bytes().all(|byte| letter(byte) || byte == b'-');
        if good { Ok(EntryId(text)) } else { Err(FormatError::BadEntryId(text)) }
    }
}

impl FromStr for EntryId {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<EntryId, FormatError> {
        EntryId::try_from(text.to_owned())
    }
}

impl From<EntryId> for String {
    fn from(id: EntryId) -> String {
        id.0
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// The name of a field: one of the fixed names, or any line of up to 64 characters without `=`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FieldName(String);

impl FieldName {
    /// The fixed names, in the order in which they are asked for and shown. Every other name is a free field.
    pub const FIXED: [&'static str; 11] = [
        "title",
        "kind",
        "user_name",
        "password",
        "totp",
        "recovery_codes",
        "url",
        "notes",
        "owner",
        "how_to_rotate",
        "last_rotated",
    ];
    /// What a header shows without cards, unless titles are hidden.
    pub const PUBLIC: [&'static str; 4] = ["title", "kind", "owner", "last_rotated"];

    /// One of [`FieldName::FIXED`].
    ///
    /// # Panics
    /// When it is none of them.
    #[must_use]
    pub fn fixed(name: &'static str) -> FieldName {
        assert!(FieldName::FIXED.contains(&name), "{name} is not a fixed field");
        FieldName(name.to_owned())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the value may be shown in a header. Every other value is a secret.
    #[must_use]
    pub fn is_public(&self) -> bool {
        FieldName::PUBLIC.contains(&self.as_str())
    }

    /// Whether its showing makes its replacement due. A user name, an address, or how to change a password brings nothing; nor does the
    /// serial number or the place of a security key. Of a field that nobody here knows, the value counts as a secret.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        let name = self.as_str();
        let known = ["user_name", "url", "how_to_rotate"].contains(&name);
        let of_a_key = name.starts_with("fido2_") && (name.ends_with("_serial") || name.ends_with("_place"));
        !(self.is_public() || known || of_a_key)
    }

    /// The order in which the fields of an entry are shown: fixed names first, free fields after them by name.
    #[must_use]
    pub fn shown_order(&self, other: &FieldName) -> Ordering {
        let rank = |name: &FieldName| FieldName::FIXED.iter().position(|fixed| *fixed == name.0);
        let rank = |name| rank(name).unwrap_or(FieldName::FIXED.len());
        rank(self).cmp(&rank(other)).then_with(|| self.cmp(other))
    }
}

impl TryFrom<String> for FieldName {
    type Error = FormatError;

    fn try_from(text: String) -> Result<FieldName, FormatError> {
        if is_one_line(&text, FIELD_NAME_CHARACTERS) && !text.contains('=') {
            Ok(FieldName(text))
        } else {
            Err(FormatError::BadFieldName(text))
        }
    }
}

impl FromStr for FieldName {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<FieldName, FormatError> {
        FieldName::try_from(text.to_owned())
    }
}

impl From<FieldName> for String {
    fn from(name: FieldName) -> String {
        name.0
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// The value of a field. It is a secret whatever the field: wiped on drop, redacted in Debug.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldValue(SecretText);

impl FieldValue {
    /// A value, wiping nothing of the caller's.
    #[must_use]
    pub fn new(text: SecretText) -> FieldValue {
        FieldValue(text)
    }

    /// A value with this text.
    #[must_use]
    pub fn copy_of(text: &str) -> FieldValue {
        FieldValue(SecretText::from(text.to_owned()))
    }

    /// The value in the clear.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl Clone for FieldValue {
    fn clone(&self) -> FieldValue {
        FieldValue::copy_of(self.expose())
    }
}

/// All fields of one revision.
pub type Fields = BTreeMap<FieldName, FieldValue>;

/// All attachments of one revision.
pub type Attachments = BTreeMap<AttachmentName, Attachment>;

/// What a deposit does to an entry: the fields and attachments that it gives, and those that it removes. The rest stand.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Fields with their new values.
    #[serde(deserialize_with = "distinct")]
    pub set: Fields,
    /// Fields to remove.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub clear: BTreeSet<FieldName>,
    /// Attachments that are new, or replace one of the same name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "distinct")]
    pub attach: Attachments,
    /// Attachments to remove.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub detach: BTreeSet<AttachmentName>,
}

impl Change {
    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.clear.is_empty() && self.attach.is_empty() && self.detach.is_empty()
    }

    /// Refuses values and counts that no reader would take back.
    ///
    /// # Errors
    /// Naming the field, or the bound.
    pub fn check(&self) -> Result<(), FormatError> {
        if self.set.len() + self.clear.len() > MOST_FIELDS {
            return Err(FormatError::TooMany(MOST_FIELDS));
        }
        if self.attach.len() + self.detach.len() > MOST_ATTACHMENTS {
            return Err(FormatError::TooMany(MOST_ATTACHMENTS));
        }
        for (name, value) in &self.set {
            if value.expose().is_empty() {
                return Err(FormatError::EmptyValue(name.to_string()));
            }
        }
        check_lengths(&self.set)
    }
}

/// Refuses a value that is longer than any that is read.
pub(super) fn check_lengths(fields: &Fields) -> Result<(), FormatError> {
    match fields.iter().find(|(_, value)| value.expose().len() > VALUE_BYTES) {
        Some((name, _)) => Err(FormatError::ValueTooLong(name.to_string(), VALUE_BYTES)),
        None => Ok(()),
    }
}

/// Where a revision came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A deposit, by the SHA-256 of its file, folded in by a rotation.
    Deposit(Digest),
}

/// One version of an entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    /// When it was deposited, by the clock of that machine.
    pub made: Moment,
    /// Who deposited it, as claimed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Claim>,
    /// Where it came from.
    pub origin: Origin,
    /// Every field as of this revision.
    #[serde(deserialize_with = "distinct")]
    pub fields: Fields,
    /// Every attachment as of this revision.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "distinct")]
    pub attachments: Attachments,
}

/// A credential with all its revisions, the newest last.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its id.
    pub id: EntryId,
    /// Every revision, oldest first; never empty.
    pub revisions: Vec<Revision>,
}

impl Entry {
    /// The fields of the newest revision.
    #[must_use]
    pub fn fields(&self) -> &Fields {
        static NONE: Fields = BTreeMap::new();
        self.revisions.last().map_or(&NONE, |revision| &revision.fields)
    }

    /// The attachments of the newest revision.
    #[must_use]
    pub fn attachments(&self) -> &Attachments {
        static NONE: Attachments = BTreeMap::new();
        self.revisions.last().map_or(&NONE, |revision| &revision.attachments)
    }

    /// The value of a field in the newest revision.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&FieldValue> {
        self.fields().iter().find(|(known, _)| known.as_str() == name).map(|(_, value)| value)
    }

    /// The value of a field in the newest revision, and the deposit that brought it: the oldest of those that have the same value
    /// without a break. Whoever deposits an entry again with the same value brings nothing new.
    #[must_use]
    pub fn brought(&self, name: &FieldName) -> Option<(&FieldValue, Digest)> {
        let value = self.fields().get(name)?;
        let same =
            |revision: &&Revision| revision.fields.get(name).is_some_and(|known| known.expose() == value.expose());
        let Origin::Deposit(brought) = &self.revisions.iter().rev().take_while(same).last()?.origin;
        Some((value, *brought))
    }

    /// Adds the revision that comes of a change; earlier revisions stay.
    pub fn revise(&mut self, made: Moment, by: Option<Claim>, origin: Origin, change: &Change) {
        let mut fields = self.fields().clone();
        fields.retain(|name, _| !change.clear.contains(name));
        fields.extend(change.set.iter().map(|(name, value)| (name.clone(), value.clone())));
        let mut attachments = self.attachments().clone();
        attachments.retain(|name, _| !change.detach.contains(name));
        attachments.extend(change.attach.iter().map(|(name, attachment)| (name.clone(), attachment.clone())));
        self.revisions.push(Revision { made, by, origin, fields, attachments });
    }
}
