//! XML as KeePassXC and KeePass 2 export it: groups in groups, entries of named strings, and files that stand once under `Meta`.
//!
//! Source: exports of `keepassxc-cli`, `tests/vectors/imports/README.md`. The parser refuses document types, so no entity can unfold.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use roxmltree::{Document, Node, ParsingOptions};
use zeroize::Zeroizing;

use super::draft::Draft;
use super::entry::{Imported, LeftOut, Note, Skipped, Why};
use super::keepass_factor::{self, Named};
use super::names::Ids;
use super::room::Room;
use super::{ImportError, LARGEST_FILES, MOST_ENTRIES, Program};

/// Elements and texts of a document at most: a thousand entries have about a hundred thousand.
const MOST_NODES: u32 = 2_000_000;
/// How deep elements may stand in each other; people nest groups a handful deep.
const DEEPEST: usize = 200;

/// What an entry has there and is taken or told by name.
const KNOWN: [&str; 8] = ["UUID", "Times", "String", "Binary", "History", "Tags", "OverrideURL", "AutoType"];
/// What it has there and says nothing of a credential.
const OF_THE_PROGRAM: [&str; 6] =
    ["IconID", "CustomIconUUID", "ForegroundColor", "BackgroundColor", "QualityCheck", "PreviousParentGroup"];
/// What people may have written for a whole group.
const OF_GROUPS: [&str; 4] = ["Notes", "Tags", "DefaultAutoTypeSequence", "CustomData"];

pub(super) fn read(text: &str) -> Result<Imported, ImportError> {
    if deeper_than(text, DEEPEST) {
        return Err(ImportError::Damaged(Program::KeePassXcXml, "<".to_owned()));
    }
    let options = ParsingOptions { nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| {
        let place = error.pos();
        ImportError::Damaged(Program::KeePassXcXml, format!("{}:{}", place.row, place.col))
    })?;
    let file = document.root_element();
    if file.tag_name().name() != "KeePassFile" {
        return Err(ImportError::Unknown);
    }
    // The inside of a database, as some tools take it out: what is protected in it is still encrypted, and would pass for a password.
    let is_value = |node: &Node<'_, '_>| node.tag_name().name() == "Value";
    if document.descendants().filter(is_value).any(|value| is_true(value.attribute("Protected"))) {
        return Err(ImportError::Protected);
    }
    let meta = child(file, "Meta");
    let mut reading = Reading {
        imported: Imported {
            program: Program::KeePassXcXml,
            entries: Vec::new(),
            skipped: Vec::new(),
            ignored: BTreeSet::new(),
        },
        ids: Ids::default(),
        bin: meta.map(|meta| text_of(meta, "RecycleBinUUID").into_owned()).unwrap_or_default(),
        files: meta.map(binaries).unwrap_or_default(),
        room: Room::of(LARGEST_FILES),
    };
    for group in children(child(file, "Root").unwrap_or(file), "Group") {
        reading.group(group, &mut Vec::new(), false)?;
    }
    Ok(reading.imported)
}

/// Whether tags stand deeper in each other than people ever nest: the parser would go down with them. Comments and quoted text can only
/// make it look deeper than it is.
fn deeper_than(text: &str, deepest: usize) -> bool {
    let mut depth = 0_usize;
    for tag in text.split('<').skip(1) {
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if !tag.starts_with(['!', '?']) && !tag.split('>').next().unwrap_or_default().ends_with('/') {
            depth += 1;
        }
        if depth > deepest {
            return true;
        }
    }
    false
}

/// The files of the database by their numbers: their base64, and whether gzip is below it.
fn binaries<'i>(meta: Node<'i, 'i>) -> BTreeMap<&'i str, (&'i str, bool)> {
    let all = child(meta, "Binaries").into_iter().flat_map(|binaries| children(binaries, "Binary"));
    all.filter_map(|binary| {
        let packed = is_true(binary.attribute("Compressed"));
        Some((binary.attribute("ID")?, (binary.text().unwrap_or_default(), packed)))
    })
    .collect()
}

/// What is known while the groups are walked.
struct Reading<'i> {
    imported: Imported,
    ids: Ids,
    /// The id of the group that is the bin.
    bin: String,
    files: BTreeMap<&'i str, (&'i str, bool)>,
    /// For files.
    room: Room,
}

impl<'i> Reading<'i> {
    fn group(&mut self, group: Node<'i, 'i>, path: &mut Vec<String>, in_bin: bool) -> Result<(), ImportError> {
        let in_bin = in_bin || (!self.bin.is_empty() && text_of(group, "UUID") == self.bin);
        if !in_bin {
            self.group_itself(group, path);
        }
        for entry in children(group, "Entry") {
            if self.imported.entries.len() + self.imported.skipped.len() >= MOST_ENTRIES {
                return Err(ImportError::TooMany(MOST_ENTRIES));
            }
            self.entry(entry, path, in_bin);
        }
        for inner in children(group, "Group") {
            path.push(text_of(inner, "Name").into_owned());
            self.group(inner, path, in_bin)?;
            path.pop();
        }
        Ok(())
    }

    /// Tells what people wrote for a group: it has no place in an entry.
    fn group_itself(&mut self, group: Node<'i, 'i>, path: &[String]) {
        for what in OF_GROUPS.into_iter().filter(|name| child(group, name).is_some_and(says_something)) {
            let title = path.last().cloned().unwrap_or_else(|| text_of(group, "Name").into_owned());
            self.imported.skipped.push(Skipped { title, why: Why::GroupHas(what) });
        }
    }

    fn entry(&mut self, entry: Node<'i, 'i>, path: &[String], in_bin: bool) {
        let strings: Vec<Named<'_>> =
            children(entry, "String").map(|string| (text_of(string, "Key"), text_of(string, "Value"))).collect();
        let value = |name: &str| strings.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value.as_ref());
        if in_bin {
            self.imported.skipped.push(Skipped { title: value("Title").to_owned(), why: Why::InTheBin });
            return;
        }
        let mut draft = Draft::new(value("Title"));
        self::strings(&mut draft, &strings);
        draft.place("group", path);
        draft.free("tags", &text_of(entry, "Tags"));
        draft.free("override url", &text_of(entry, "OverrideURL"));
        if let Some(times) = child(entry, "Times").filter(|times| is_true(Some(&text_of(*times, "Expires")))) {
            let day = day(&text_of(times, "ExpiryTime"));
            draft.free("expires", &day);
            draft.note(Note::Expires(day));
        }
        for binary in children(entry, "Binary") {
            let name = text_of(binary, "Key");
            match self.file(binary) {
                Some(bytes) => draft.file(&name, bytes),
                None => draft.left_out(LeftOut::File(name.into_owned())),
            }
        }
        self.others(&mut draft, entry);
        let history = child(entry, "History").map_or(0, |history| children(history, "Entry").count());
        if history > 0 {
            draft.left_out(LeftOut::History(history));
        }
        match draft.finish(&mut self.ids) {
            Ok(entry) => self.imported.entries.push(entry),
            Err(title) => self.imported.skipped.push(Skipped { title, why: Why::Empty }),
        }
    }

    /// Tells everything of an entry that is not taken.
    fn others(&mut self, draft: &mut Draft, entry: Node<'i, 'i>) {
        for part in entry.children().filter(|part| part.is_element()) {
            let name = part.tag_name().name();
            if OF_THE_PROGRAM.contains(&name) {
                // The icon that nobody chose has the number 0.
                if says_something(part) && part.text() != Some("0") {
                    self.imported.ignored.insert(name.to_owned());
                }
            } else if name == "AutoType" {
                if ["DefaultSequence", "Association"].iter().any(|name| child(part, name).is_some_and(says_something)) {
                    draft.left_out(LeftOut::Unknown(name.to_owned()));
                }
            } else if !KNOWN.contains(&name) && says_something(part) {
                draft.left_out(LeftOut::Unknown(name.to_owned()));
            }
        }
    }

    /// The bytes of a file, which stand here or under `Meta`.
    fn file(&mut self, binary: Node<'i, 'i>) -> Option<Zeroizing<Vec<u8>>> {
        let value = child(binary, "Value")?;
        let (encoded, packed) = match value.attribute("Ref") {
            Some(number) => *self.files.get(number)?,
            None => (value.text().unwrap_or_default(), is_true(value.attribute("Compressed"))),
        };
        if !self.room.take(encoded.len()) {
            return None;
        }
        let plain: Zeroizing<String> = Zeroizing::new(encoded.split_ascii_whitespace().collect());
        let bytes = Zeroizing::new(STANDARD.decode(plain.as_bytes()).ok()?);
        if packed { self.room.unpack(GzDecoder::new(&bytes[..])) } else { Some(bytes) }
    }
}

/// The strings of an entry: five standard ones, those of authenticators and passkeys, and whatever people added.
fn strings(draft: &mut Draft, strings: &[Named<'_>]) {
    // They stand in the order of their names; the address of the entry comes before further ones.
    let standard = [("UserName", "user_name"), ("Password", "password"), ("URL", "url"), ("Notes", "notes")];
    for (key, field) in standard {
        for (_, value) in strings.iter().filter(|(name, _)| name == key) {
            draft.fixed(field, value);
        }
    }
    let factors = keepass_factor::take(draft, strings);
    let mut seen = Vec::new();
    let mut passkey = false;
    for (key, value) in strings.iter().filter(|(name, _)| standard.iter().all(|(key, _)| name != key)) {
        // The first of a name is taken already; a second one, which no program writes, is kept too.
        let taken = ["Title"].iter().chain(&factors).find(|name| key == **name);
        match (taken, key.as_ref()) {
            (Some(name), _) if !seen.contains(name) => seen.push(name),
            (_, key) if key.starts_with("KPEX_PASSKEY") => passkey = true,
            // Further addresses, as the browser's extension keeps them.
            (_, key) if key.starts_with("KP2A_URL") => draft.fixed("url", value),
            (_, key) => draft.free(key, value),
        }
    }
    if passkey {
        draft.left_out(LeftOut::Passkey);
    }
    draft.tell_references();
}

/// The day of a moment. KeePass 2 writes RFC 3339, or seconds since the year 1 in base64.
fn day(moment: &str) -> String {
    let is_day = |day: &&str| day.parse::<jiff::civil::Date>().is_ok();
    if let Some(day) = moment.get(..10).filter(is_day) {
        return day.to_owned();
    }
    let seconds = STANDARD.decode(moment).ok().and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
    // 719,162 days lie between 1 January of the year 1 and 1970.
    let since_1970 = seconds.map(i64::from_le_bytes).and_then(|seconds| seconds.checked_sub(719_162 * 86_400));
    let moment = since_1970.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    moment.map_or_else(|| "?".to_owned(), |moment| moment.to_string().chars().take(10).collect())
}

fn is_true(text: Option<&str>) -> bool {
    text.is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

fn children<'i>(node: Node<'i, 'i>, name: &'static str) -> impl Iterator<Item = Node<'i, 'i>> {
    node.children().filter(move |child| child.tag_name().name() == name)
}

fn child<'i>(node: Node<'i, 'i>, name: &'static str) -> Option<Node<'i, 'i>> {
    children(node, name).next()
}

/// Whether there is any text in an element, but for the line ends between others.
fn says_something(node: Node<'_, '_>) -> bool {
    node.descendants().any(|part| part.is_text() && part.text().is_some_and(|text| !text.trim().is_empty()))
}

/// All text in a child: a comment in the middle of a password must not cut it.
fn text_of<'i>(node: Node<'i, 'i>, name: &'static str) -> Cow<'i, str> {
    let Some(child) = child(node, name) else { return Cow::default() };
    let mut texts = child.children().filter_map(|part| part.text().filter(|_| part.is_text()));
    match (texts.next(), texts.next()) {
        (None, _) => Cow::default(),
        (Some(only), None) => Cow::Borrowed(only),
        (Some(first), Some(second)) => Cow::Owned([first, second].into_iter().chain(texts).collect()),
    }
}
