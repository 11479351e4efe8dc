//! What can be wrong with the bytes of a vault.

use crate::language::{Language, Say, messages::vault as text};
use crate::speaks;

/// Characters of a refused claim that are shown.
const SHOWN: usize = 40;

/// Why a header, the contents or a deposit was refused. The caller names the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatError {
    /// A higher version of the format; the file's own number.
    UnknownVersion(u64),
    /// Not the format at all; what was wrong, in English, for who looks into it.
    Malformed(String),
    /// Longer than is ever read; the bound in bytes.
    TooLarge(u64),
    /// The age file does not open with this key: other contents than this epoch's, or a changed byte.
    DoesNotOpen,
    /// The age file asks for more work than the formats ever do: refused before it is done.
    TooCostly,
    /// An entry id that cannot be one.
    BadEntryId(String),
    /// A field name that cannot be one.
    BadFieldName(String),
    /// An attachment's name that cannot be one.
    BadAttachmentName(String),
    /// A value longer than the bound in bytes, of the named field.
    ValueTooLong(String, usize),
    /// A field of this name with nothing in it: what is to be removed is named as removed.
    EmptyValue(String),
    /// The contents no longer fit: this many entries, revisions or fields are the most.
    TooMany(usize),
    /// The name of a vault or a custodian that cannot be one.
    BadName(String),
    /// A text that is no claim: not one line, too long, or with characters that cannot be seen.
    BadClaim(String),
}

impl Say for FormatError {
    fn say(&self, language: Language) -> String {
        match self {
            FormatError::UnknownVersion(version) => text::unknown_version(language, version),
            FormatError::Malformed(detail) => text::malformed(language, detail),
            FormatError::TooLarge(bound) => text::too_large(language, bound),
            FormatError::DoesNotOpen => text::does_not_open(language),
            FormatError::TooCostly => text::too_costly(language),
            FormatError::BadEntryId(id) => text::bad_entry_id(language, id),
            FormatError::BadFieldName(name) => text::bad_field_name(language, name),
            FormatError::BadAttachmentName(name) => text::bad_attachment_name(language, name),
            FormatError::ValueTooLong(name, bound) => text::ValueTooLong { name, bound }.say(language),
            FormatError::EmptyValue(name) => text::empty_value(language, name),
            FormatError::TooMany(bound) => text::too_many(language, bound),
            FormatError::BadName(name) => text::bad_name(language, name),
            FormatError::BadClaim(claim) => text::bad_claim(language, beginning(claim)),
        }
    }
}

/// Enough of a text to tell which one is meant: one that is no claim may be of any length.
fn beginning(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

speaks!(FormatError);
