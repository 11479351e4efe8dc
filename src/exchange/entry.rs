//! What an export gives: entries as they would be put in, and the name of everything that was not taken.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::Program;
use crate::ids::Digest;
use crate::language::{Language, Say, messages::exchange as text};
use crate::second_factor::FactorError;
use crate::vault::{AttachmentName, EntryId, FieldName, Fields};

/// Characters of a name that are shown at most.
const LINE: usize = 100;

/// Everything that an export gives.
#[derive(Debug)]
pub struct Imported {
    /// What wrote it.
    pub program: Program,
    /// Entries, in the order in which they stood.
    pub entries: Vec<ImportedEntry>,
    /// Entries that were passed over, by title.
    pub skipped: Vec<Skipped>,
    /// Names of what every entry has there and says nothing of a credential, such as `favorite`.
    pub ignored: BTreeSet<String>,
}

/// One entry.
#[derive(Debug)]
pub struct ImportedEntry {
    /// Its id: made of the title where the program has none of ours.
    pub id: EntryId,
    /// Its title, where it has one.
    pub title: Option<String>,
    /// Its versions as changes, oldest first; never empty. Other programs give one.
    pub steps: Vec<Step>,
    /// What people must know of it.
    pub notes: Vec<Note>,
}

/// One version of an entry, as what it changes of the version before.
#[derive(Debug, Default)]
pub struct Step {
    /// Fields with their new values.
    pub set: Fields,
    /// Fields that are gone.
    pub clear: BTreeSet<FieldName>,
    /// Files that are new.
    pub attach: BTreeMap<AttachmentName, ImportedFile>,
    /// Attachments that are gone.
    pub detach: BTreeSet<AttachmentName>,
}

impl Step {
    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.clear.is_empty() && self.attach.is_empty() && self.detach.is_empty()
    }
}

/// A file that becomes an attachment.
#[derive(Clone, Debug)]
pub struct ImportedFile {
    /// Its bytes, or where they are.
    pub source: Source,
    /// How many bytes it has.
    pub size: u64,
}

/// Where the bytes of a file are.
#[derive(Clone)]
pub enum Source {
    /// Here.
    Held(Zeroizing<Vec<u8>>),
    /// In a file beside the export, with its SHA-256.
    Beside(PathBuf, Digest),
}

impl std::fmt::Debug for Source {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Source::Held(bytes) => write!(formatter, "Held({} bytes)", bytes.len()),
            Source::Beside(path, _) => write!(formatter, "Beside({})", path.display()),
        }
    }
}

/// An entry that was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its title there.
    pub title: String,
    /// Why.
    pub why: Why,
}

/// Why an entry was passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It lay in the bin.
    InTheBin,
    /// It holds nothing that can be taken.
    Empty,
    /// It is no entry but a group, of which something of this name is not taken.
    GroupHas(&'static str),
}

/// What people must know of an entry that is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Something of it is not taken.
    LeftOut(LeftOut),
    /// Its second factor gives no codes here; the field of this name keeps it.
    FactorKept(FieldName, FactorError),
    /// A value was too long for a field and becomes this attachment.
    BecomesAttachment(AttachmentName),
    /// It was archived there.
    Archived,
    /// It expires, or has expired, on this day there.
    Expires(String),
    /// So many of its versions were never confirmed by a rotation.
    NotConfirmed(usize),
    /// So many of its recovery codes were spent and stay behind.
    SpentCodes(usize),
    /// The field of this name has a reference to another entry in place of its value.
    PointsElsewhere(FieldName),
    /// Its own fields came as lines of one cell, and some had several lines: where one ends is a guess.
    GuessedLines,
}

impl Note {
    /// Whether a value that is good today stays behind in the export. Earlier ones do too, and what only points at another; a file that is
    /// told was not in the export.
    #[must_use]
    pub fn is_loss(&self) -> bool {
        match self {
            Note::PointsElsewhere(_) => true,
            Note::LeftOut(what) => match what {
                LeftOut::Passkey | LeftOut::TooMany(_) | LeftOut::TooLong(_) | LeftOut::Unknown(_) => true,
                LeftOut::PasswordHistory(_) | LeftOut::History(_) | LeftOut::Link(_) | LeftOut::File(_) => false,
            },
            _ => false,
        }
    }
}

/// What of an entry is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// So many earlier passwords.
    PasswordHistory(usize),
    /// So many earlier versions.
    History(usize),
    /// A passkey, which nothing but its program can use.
    Passkey,
    /// A field of this name that only points at another.
    Link(String),
    /// A file of this name that is not in the export, or is damaged there.
    File(String),
    /// A field or a file of this name, as there are more than an entry takes.
    TooMany(String),
    /// The name of a folder, group or vault that is too long for one.
    TooLong(String),
    /// Something by its name in the export, which means nothing here.
    Unknown(String),
}

impl Say for Note {
    fn say(&self, language: Language) -> String {
        match self {
            Note::LeftOut(what) => text::left_out(language, what.say(language)),
            Note::FactorKept(field, error) => text::FactorKept { field, why: error.say(language) }.say(language),
            Note::BecomesAttachment(name) => text::becomes_attachment(language, name),
            Note::Archived => text::archived(language),
            Note::Expires(day) => text::expires(language, day),
            Note::NotConfirmed(count) => text::not_confirmed(language, count),
            Note::SpentCodes(count) => text::spent_codes(language, count),
            Note::PointsElsewhere(field) => text::points_elsewhere(language, field),
            Note::GuessedLines => text::guessed_lines(language),
        }
    }
}

impl Say for LeftOut {
    fn say(&self, language: Language) -> String {
        match self {
            LeftOut::PasswordHistory(count) => text::password_history(language, count),
            LeftOut::History(count) => text::history(language, count),
            LeftOut::Passkey => text::passkey(language),
            LeftOut::Link(name) => text::link(language, one_line(name)),
            LeftOut::File(name) => text::file_missing(language, one_line(name)),
            LeftOut::TooMany(name) => text::too_many_parts(language, one_line(name)),
            LeftOut::TooLong(name) => text::too_long_place(language, one_line(name)),
            LeftOut::Unknown(name) => text::unknown_part(language, one_line(name)),
        }
    }
}

impl Say for Skipped {
    fn say(&self, language: Language) -> String {
        let title = one_line(&self.title);
        match self.why {
            Why::InTheBin => text::in_the_bin(language, title),
            Why::Empty => text::empty(language, title),
            Why::GroupHas(what) => text::GroupHas { title, what }.say(language),
        }
    }
}

/// A name as it stood in the export, fit for one line: line ends in it could pass for lines of ours.
fn one_line(name: &str) -> String {
    let mut characters = name.chars().map(|character| if character.is_control() { ' ' } else { character });
    let mut line: String = characters.by_ref().take(LINE).collect();
    if characters.next().is_some() {
        line.push('…');
    }
    line
}
