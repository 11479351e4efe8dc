//! An entry while it is gathered from what another program says of it.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::entry::{ImportedEntry, ImportedFile, LeftOut, Note, Source, Step};
use super::names::{self, Ids};
use crate::second_factor::Enrolment;
use crate::secret::SecretText;
use crate::vault::{AttachmentName, FieldName, FieldValue, Fields, VALUE_BYTES};

/// Fields of an imported entry at most, so that there is room for those that are put in later.
const MOST_FIELDS: usize = 60;

/// Attachments of an imported entry at most, for the same reason.
const MOST_FILES: usize = 200;

/// Kinds of item as the tables of password managers name them.
const KINDS: [&str; 12] = [
    "login",
    "note",
    "secure note",
    "card",
    "credit card",
    "identity",
    "password",
    "document",
    "ssh key",
    "bank account",
    "server",
    "database",
];

/// Characters of a title at most. Titles stand in the header, which has a bound; a longer one is kept whole in a free field.
const TITLE_LENGTH: usize = 256;

/// Bytes of the name of a folder, group or vault at most. It stands once in an export and goes into every entry below it, so a long one
/// would become gigabytes.
const PLACE_BYTES: usize = 1024;

/// An entry while it is gathered. What is empty is passed over.
pub(super) struct Draft {
    title: String,
    set: Fields,
    attach: BTreeMap<AttachmentName, ImportedFile>,
    notes: Vec<Note>,
}

impl Draft {
    /// An entry with this title.
    pub fn new(title: &str) -> Draft {
        let plain: String =
            title.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
        let whole = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        let title: String = whole.chars().take(TITLE_LENGTH).collect();
        let is_cut = title.len() < whole.len();
        let mut draft = Draft { title, set: Fields::new(), attach: BTreeMap::new(), notes: Vec::new() };
        let title = draft.title.clone();
        draft.fixed("title", &title);
        if is_cut {
            draft.free("title", &whole);
        }
        draft
    }

    /// A fixed field. The second value for the same one becomes a free field.
    pub fn fixed(&mut self, name: &'static str, value: &str) {
        let field = FieldName::fixed(name);
        if self.set.contains_key(&field) {
            self.free(&names::spaced(name), value);
        } else {
            self.insert(field, value);
        }
    }

    /// When the password was replaced last: the day of a moment in RFC 3339. It may be read without cards, so nothing else passes.
    pub fn last_rotated(&mut self, moment: &str) {
        let day = moment.get(..10).filter(|day| day.parse::<jiff::civil::Date>().is_ok());
        self.fixed("last_rotated", day.unwrap_or_default());
    }

    /// A value under the name that it had.
    pub fn free(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.insert(names::free_field(name, self.set.keys()), value);
        }
    }

    /// The folder, group or vault that it lies in, and those above it.
    pub fn place(&mut self, name: &'static str, path: &[impl AsRef<str>]) {
        let length: usize = path.iter().map(|part| part.as_ref().len() + 1).sum();
        if length > PLACE_BYTES {
            self.left_out(LeftOut::TooLong(name.to_owned()));
        } else {
            self.free(name, &path.iter().map(AsRef::as_ref).collect::<Vec<_>>().join("/"));
        }
    }

    /// The kind of item, of a table that anybody may have edited. It can be read without cards, so only kinds that are known pass.
    pub fn kind(&mut self, kind: &str) {
        let lower = kind.trim().to_lowercase();
        match KINDS.iter().find(|known| **known == lower) {
            // Bitwarden says `note` where its JSON says a secure note.
            Some(&"note") => self.fixed("kind", "secure note"),
            Some(known) => self.fixed("kind", known),
            None => self.free("type", kind),
        }
    }

    /// The secret of an authenticator. One that gives no codes here is kept as it is, in a free field.
    pub fn totp(&mut self, value: &str) {
        if value.trim().is_empty() {
            return;
        }
        if self.set.contains_key(&FieldName::fixed("totp")) {
            self.free("one-time password", value);
            return;
        }
        match Enrolment::read(value) {
            Ok(enrolment) => {
                self.set.insert(FieldName::fixed("totp"), FieldValue::new(enrolment.to_uri()));
            }
            Err(error) => {
                let field = names::free_field("one-time password", self.set.keys());
                self.insert(field.clone(), value);
                self.notes.push(Note::FactorKept(field, error));
            }
        }
    }

    /// A file.
    pub fn file(&mut self, name: &str, bytes: Zeroizing<Vec<u8>>) {
        if self.attach.len() >= MOST_FILES {
            self.notes.push(Note::LeftOut(LeftOut::TooMany(name.to_owned())));
            return;
        }
        let name = names::attachment(name, self.attach.keys());
        let size = bytes.len() as u64;
        self.attach.insert(name, ImportedFile { source: Source::Held(bytes), size });
    }

    /// Something that is not taken.
    pub fn left_out(&mut self, what: LeftOut) {
        self.notes.push(Note::LeftOut(what));
    }

    /// Something that people must know.
    pub fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    fn insert(&mut self, field: FieldName, value: &str) {
        if value.is_empty() {
            return;
        }
        if value.len() > VALUE_BYTES && self.attach.len() >= MOST_FILES {
            self.notes.push(Note::LeftOut(LeftOut::TooMany(field.to_string())));
        } else if value.len() > VALUE_BYTES {
            let name = names::attachment(&format!("{field}.txt"), self.attach.keys());
            let bytes = Zeroizing::new(value.as_bytes().to_vec());
            self.attach.insert(name.clone(), ImportedFile { source: Source::Held(bytes), size: value.len() as u64 });
            self.notes.push(Note::BecomesAttachment(name));
        } else if self.set.len() >= MOST_FIELDS {
            self.notes.push(Note::LeftOut(LeftOut::TooMany(field.to_string())));
        } else {
            self.set.insert(field, FieldValue::new(SecretText::from(value.to_owned())));
        }
    }

    /// Tells which fields have a reference of KeePass to another entry in place of a value. It is kept as it stands.
    pub fn tell_references(&mut self) {
        let points = |value: &FieldValue| value.expose().to_ascii_uppercase().contains("{REF:");
        let fields = self.set.iter().filter(|(_, value)| points(value)).map(|(name, _)| name.clone());
        self.notes.extend(fields.map(Note::PointsElsewhere));
    }

    /// The entry with an id of its own, or its title when nothing but that can be taken.
    pub fn finish(self, ids: &mut Ids) -> Result<ImportedEntry, String> {
        let says_more = |name: &FieldName| !["title", "kind"].contains(&name.as_str());
        if !self.set.keys().any(says_more) && self.attach.is_empty() {
            return Err(self.title);
        }
        let value = |name: &str| self.set.get(&FieldName::try_from(name.to_owned()).ok()?).map(FieldValue::expose);
        let words =
            [self.title.as_str(), value("url").map(names::host).unwrap_or_default(), value("kind").unwrap_or_default()];
        let id = ids.of(words);
        let title = Some(self.title).filter(|title| !title.is_empty());
        let step = Step { set: self.set, attach: self.attach, ..Step::default() };
        Ok(ImportedEntry { id, title, steps: vec![step], notes: self.notes })
    }
}
