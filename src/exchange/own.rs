//! What breakglass itself writes out in the clear: one JSON document with every entry, its revisions and what waits as a deposit, and the
//! attachments as files beside it. It is read back with nothing lost: each revision becomes a change of the one before.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::entry::{Imported, ImportedEntry, ImportedFile, LeftOut, Note, Skipped, Source, Step, Why};
use super::{ImportError, MOST_ENTRIES, Program};
use crate::ids::{Digest, VaultId};
use crate::second_factor::recovery_codes;
use crate::secret::SecretText;
use crate::vault::{AttachmentName, Claim, EntryId, FieldName, FieldValue, Fields, Moment, distinct, is_device};

/// The document's name in the folder of an export.
pub const DOCUMENT_NAME: &str = "breakglass-export.json";
/// The folder of the attachments beside it.
pub const FILES_FOLDER: &str = "files";
/// The version of the document.
const VERSION: u32 = 1;
/// The most that the document may have, in bytes: the contents of a vault, spelled out for people, and what waits as deposits.
const LARGEST: usize = 128 * 1024 * 1024;
/// Where the key that tells the document from others stands at the latest.
const HEAD: usize = 1024;

/// Everything in a vault.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportedVault {
    /// The version of this document.
    pub breakglass_export: u32,
    /// The vault's name.
    pub name: String,
    /// The vault's id.
    pub vault: VaultId,
    /// The number of the epoch.
    pub epoch: u32,
    /// When it was written out.
    pub exported: Moment,
    /// Every entry.
    pub entries: Vec<ExportedEntry>,
}

/// One entry.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportedEntry {
    /// Its id.
    pub id: EntryId,
    /// Every sealed revision, oldest first.
    pub revisions: Vec<ExportedRevision>,
    /// What was deposited since and no rotation confirmed, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deposits: Vec<ExportedDeposit>,
    /// Numbers of the recovery codes of the newest revision that were shown, from 1.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub spent_recovery_codes: BTreeSet<u16>,
}

/// One sealed revision: every field and attachment as of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportedRevision {
    /// When it was put in, as claimed.
    pub made: Moment,
    /// Who put it in, as claimed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Claim>,
    /// Every field.
    #[serde(deserialize_with = "distinct")]
    pub fields: Fields,
    /// Every attachment.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "distinct")]
    pub attachments: BTreeMap<AttachmentName, ExportedAttachment>,
}

/// One deposit.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportedDeposit {
    /// When it was put in, as claimed.
    pub made: Moment,
    /// Who put it in, as claimed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Claim>,
    /// What it changes.
    pub change: ExportedChange,
    /// Numbers of its recovery codes that were shown, from 1.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub spent_recovery_codes: BTreeSet<u16>,
}

/// What a deposit changes.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportedChange {
    /// Fields with their new values.
    #[serde(deserialize_with = "distinct")]
    pub set: Fields,
    /// Fields that it removes.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub clear: BTreeSet<FieldName>,
    /// Attachments that it gives.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "distinct")]
    pub attach: BTreeMap<AttachmentName, ExportedAttachment>,
    /// Attachments that it takes off.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub detach: BTreeSet<AttachmentName>,
}

/// One attachment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportedAttachment {
    /// Its file, below the folder of the document, with `/` between names; none when the vault did not have it any more.
    pub file: Option<String>,
    /// Bytes of the file.
    pub size: u64,
    /// SHA-256 of the file.
    pub sha256: Digest,
}

impl ExportedVault {
    /// The document of a vault, to which entries are added.
    #[must_use]
    pub fn new(name: String, vault: VaultId, epoch: u32, exported: Moment) -> ExportedVault {
        ExportedVault { breakglass_export: VERSION, name, vault, epoch, exported, entries: Vec::new() }
    }
}

/// The folder of an entry's files. No folder can have the name of a device on Windows, nor be copied there: such a one gets another.
#[must_use]
pub fn folder_name(entry: &EntryId) -> String {
    if is_device(entry.as_str()) { format!("{entry}_") } else { entry.to_string() }
}

/// The path of an attachment's file below the folder of the document, which `taken` does not hold yet. Letters that differ only in size are
/// the same to FAT and Windows.
#[must_use]
pub fn file_name(entry: &EntryId, name: &AttachmentName, taken: &BTreeSet<String>) -> String {
    let folder = folder_name(entry);
    let path = |name: &str| format!("{FILES_FOLDER}/{folder}/{name}");
    let (stem, ending) = name
        .as_str()
        .rsplit_once('.')
        .map_or((name.as_str(), String::new()), |(stem, ending)| (stem, format!(".{ending}")));
    let numbered = (2_u32..).map(|number| path(&format!("{stem} ({number}){ending}")));
    let mut candidates = std::iter::once(path(name.as_str())).chain(numbered);
    candidates.find(|candidate| !taken.contains(&candidate.to_lowercase())).expect("numbers do not run out")
}

#[derive(Deserialize)]
struct Version {
    breakglass_export: u64,
}

/// Reads the document; nothing when it is another.
pub(super) fn read(text: &[u8]) -> Result<Option<Imported>, ImportError> {
    let head = &text[..text.len().min(HEAD)];
    let key = b"\"breakglass_export\"";
    if !head.trim_ascii_start().starts_with(b"{") || !head.windows(key.len()).any(|window| window == key) {
        return Ok(None);
    }
    if text.len() > LARGEST {
        return Err(ImportError::TooLarge(LARGEST));
    }
    // The parser's own message can quote the document.
    let damaged = |error: serde_json::Error| {
        ImportError::Damaged(Program::Breakglass, format!("{}:{}", error.line(), error.column()))
    };
    let version: Version = serde_json::from_slice(text).map_err(damaged)?;
    if version.breakglass_export != u64::from(VERSION) {
        return Err(ImportError::UnknownVersion(version.breakglass_export));
    }
    let vault: ExportedVault = serde_json::from_slice(text).map_err(damaged)?;
    if vault.entries.len() > MOST_ENTRIES {
        return Err(ImportError::TooMany(MOST_ENTRIES));
    }
    let mut imported =
        Imported { program: Program::Breakglass, entries: Vec::new(), skipped: Vec::new(), ignored: BTreeSet::new() };
    let mut ids = BTreeSet::new();
    for (place, entry) in vault.entries.into_iter().enumerate() {
        let id = entry.id.clone();
        // Two of one id would become one entry, in which the second covers the first.
        if !ids.insert(id.clone()) {
            return Err(ImportError::Damaged(Program::Breakglass, format!("entries[{place}]")));
        }
        match taken_back(entry) {
            Some(entry) => imported.entries.push(entry),
            None => imported.skipped.push(Skipped { title: id.to_string(), why: Why::Empty }),
        }
    }
    Ok(Some(imported))
}

/// An entry as changes, oldest first.
fn taken_back(entry: ExportedEntry) -> Option<ImportedEntry> {
    let mut notes = Vec::new();
    let mut steps = Vec::new();
    let mut before: Option<ExportedRevision> = None;
    for revision in entry.revisions {
        steps.push(difference(before.as_ref(), &revision, &mut notes));
        before = Some(revision);
    }
    let mut spent = steps
        .iter_mut()
        .rev()
        .find(|step| step.set.contains_key(&codes()))
        .map_or(0, |step| drop_spent(step, &entry.spent_recovery_codes));
    let waiting = entry.deposits.len();
    for deposit in entry.deposits {
        let ExportedChange { set, clear, attach, detach } = deposit.change;
        let mut step = Step { set, clear, attach: files(attach.iter(), &mut notes), detach };
        spent += drop_spent(&mut step, &deposit.spent_recovery_codes);
        steps.push(step);
    }
    take_out_empty(&mut steps);
    steps.retain(|step| !step.is_empty());
    if spent > 0 {
        notes.push(Note::SpentCodes(spent));
    }
    if waiting > 0 {
        notes.push(Note::NotConfirmed(waiting));
    }
    let title = FieldName::fixed("title");
    let title = steps.iter().rev().find_map(|step| step.set.get(&title)).map(|value| value.expose().to_owned());
    (!steps.is_empty()).then_some(ImportedEntry { id: entry.id, title, steps, notes })
}

/// A value with nothing in it says that there is none.
fn take_out_empty(steps: &mut [Step]) {
    let mut given = BTreeSet::new();
    for step in steps {
        let (empty, set) = std::mem::take(&mut step.set).into_iter().partition(|(_, value)| value.expose().is_empty());
        let empty: Fields = empty;
        step.set = set;
        step.clear.extend(empty.into_keys().filter(|name| given.contains(name)));
        given.extend(step.set.keys().cloned());
    }
}

fn codes() -> FieldName {
    FieldName::fixed("recovery_codes")
}

/// What a revision changes of the one before.
fn difference(before: Option<&ExportedRevision>, revision: &ExportedRevision, notes: &mut Vec<Note>) -> Step {
    static NO_FIELDS: Fields = BTreeMap::new();
    static NO_FILES: BTreeMap<AttachmentName, ExportedAttachment> = BTreeMap::new();
    let fields = before.map_or(&NO_FIELDS, |before| &before.fields);
    let attachments = before.map_or(&NO_FILES, |before| &before.attachments);
    let is_new = |(name, value): &(&FieldName, &FieldValue)| {
        fields.get(*name).is_none_or(|known| known.expose() != value.expose())
    };
    let changed = revision
        .attachments
        .iter()
        .filter(|(name, file)| attachments.get(*name).is_none_or(|known| known.sha256 != file.sha256));
    Step {
        set: revision.fields.iter().filter(is_new).map(|(name, value)| (name.clone(), value.clone())).collect(),
        clear: fields.keys().filter(|name| !revision.fields.contains_key(*name)).cloned().collect(),
        attach: files(changed, notes),
        detach: attachments.keys().filter(|name| !revision.attachments.contains_key(*name)).cloned().collect(),
    }
}

/// Files that are there; the others are told.
fn files<'f>(
    attachments: impl Iterator<Item = (&'f AttachmentName, &'f ExportedAttachment)>,
    notes: &mut Vec<Note>,
) -> BTreeMap<AttachmentName, ImportedFile> {
    let mut files = BTreeMap::new();
    for (name, attachment) in attachments {
        match attachment.file.as_deref().and_then(below) {
            Some(path) => {
                let source = Source::Beside(path, attachment.sha256);
                files.insert(name.clone(), ImportedFile { source, size: attachment.size });
            }
            None => notes.push(Note::LeftOut(LeftOut::File(name.to_string()))),
        }
    }
    files
}

/// A path that leads below the folder of the document, and nowhere else.
fn below(path: &str) -> Option<PathBuf> {
    let plain = |name: &&str| {
        matches!(Path::new(name).components().collect::<Vec<_>>()[..], [Component::Normal(only)] if only == *name)
            && !name.contains(['\\', ':'])
    };
    let names: Vec<&str> = path.split('/').collect();
    names.iter().all(plain).then(|| names.iter().collect())
}

/// Leaves out codes that were shown: they work once. Gives how many.
fn drop_spent(step: &mut Step, spent: &BTreeSet<u16>) -> usize {
    let Some(value) = step.set.get(&codes()).filter(|_| !spent.is_empty()) else { return 0 };
    let numbered = (1_u16..).zip(recovery_codes(value.expose()));
    let (gone, left): (Vec<_>, Vec<_>) = numbered.partition(|(number, _)| spent.contains(number));
    let left: Vec<&str> = left.into_iter().map(|(_, code)| code).collect();
    let (count, left) = (gone.len(), zeroize::Zeroizing::new(left.join("\n")));
    if left.is_empty() {
        step.set.remove(&codes());
        step.clear.insert(codes());
    } else {
        step.set.insert(codes(), FieldValue::new(SecretText::from(left.as_str().to_owned())));
    }
    count
}
