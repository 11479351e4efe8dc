//! 1Password's 1PUX: an archive with `export.data`, JSON of accounts, vaults and items, and the files under `files/`.
//!
//! Source: 1Password's own page on the format, `tests/vectors/imports/README.md`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::archive::Archive;
use super::draft::Draft;
use super::entry::{Imported, LeftOut, Note, Skipped, Why};
use super::json::{list, parse, plain, says_something, text};
use super::names::{Ids, spaced};
use super::room::Room;
use super::{ImportError, LARGEST_FILES, LARGEST_TEXT, MOST_ENTRIES, Program};

const PROGRAM: Program = Program::OnePassword1Pux;
/// Keys of an item's details that are taken, or that repeat what is.
const KNOWN: [&str; 6] = ["loginFields", "notesPlain", "sections", "passwordHistory", "documentAttributes", "password"];
/// Keys of an item that are taken, or that name nothing of a credential.
const KNOWN_OF_ITEMS: [&str; 8] =
    ["uuid", "createdAt", "updatedAt", "state", "trashed", "categoryUuid", "details", "overview"];
/// Keys of an item's overview that are taken; `subtitle` repeats the user name, `ainfo` too.
const KNOWN_OF_OVERVIEWS: [&str; 6] = ["title", "url", "urls", "tags", "subtitle", "ainfo"];

pub(super) fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let damaged = |place: &str| ImportError::Damaged(PROGRAM, place.to_owned());
    let archive = Archive::open(bytes).ok_or_else(|| damaged("zip"))?;
    if !archive.has("export.data") {
        return Err(if archive.has("data.json") { ImportError::BitwardenArchive } else { ImportError::Unknown });
    }
    let data = archive.read("export.data", &mut Room::of(LARGEST_TEXT as u64)).ok_or_else(|| damaged("export.data"))?;
    let data = parse(PROGRAM, std::str::from_utf8(&data).map_err(|_| ImportError::NotText)?)?;
    let imported = Imported { program: PROGRAM, entries: Vec::new(), skipped: Vec::new(), ignored: BTreeSet::new() };
    let mut reading = Reading { archive, imported, ids: Ids::default(), room: Room::of(LARGEST_FILES) };
    for account in list(&data, "accounts") {
        let vaults = list(account, "vaults");
        for vault in vaults {
            let name = vault.get("attrs").map_or("", |attributes| text(attributes, "name"));
            for item in list(vault, "items") {
                // Early exports wrapped each item once more, with its file beside it.
                reading.item(item.get("item").unwrap_or(item), item.get("file"), name)?;
            }
        }
    }
    let imported = reading.imported;
    if imported.entries.is_empty() && imported.skipped.is_empty() { Err(ImportError::Nothing) } else { Ok(imported) }
}

/// What is known while the items are walked.
struct Reading<'b> {
    archive: Archive<'b>,
    imported: Imported,
    ids: Ids,
    /// For files.
    room: Room,
}

impl Reading<'_> {
    fn item(&mut self, item: &Value, file: Option<&Value>, vault: &str) -> Result<(), ImportError> {
        if self.imported.entries.len() + self.imported.skipped.len() >= MOST_ENTRIES {
            return Err(ImportError::TooMany(MOST_ENTRIES));
        }
        static NONE: Value = Value::Null;
        let overview = item.get("overview").unwrap_or(&NONE);
        let details = item.get("details").unwrap_or(&NONE);
        if item.get("trashed").is_some_and(says_something) || text(item, "state") == "trashed" {
            self.imported.skipped.push(Skipped { title: text(overview, "title").to_owned(), why: Why::InTheBin });
            return Ok(());
        }
        let mut draft = Draft::new(text(overview, "title"));
        draft.fixed("kind", kind(text(item, "categoryUuid")));
        self.details(&mut draft, details);
        self.overview(&mut draft, overview);
        draft.place("vault", &[vault]);
        if text(item, "state") == "archived" {
            draft.note(Note::Archived);
        }
        if let Some(file) = file.filter(|file| says_something(file)) {
            draft.left_out(LeftOut::File(
                file.get("attrs").map_or("", |attributes| text(attributes, "name")).to_owned(),
            ));
        }
        let others = unknown(item, &KNOWN_OF_ITEMS).filter(|key| *key != "file");
        self.imported.ignored.extend(others.chain(unknown(overview, &KNOWN_OF_OVERVIEWS)).map(str::to_owned));
        match draft.finish(&mut self.ids) {
            Ok(entry) => self.imported.entries.push(entry),
            Err(title) => self.imported.skipped.push(Skipped { title, why: Why::Empty }),
        }
        Ok(())
    }

    fn details(&mut self, draft: &mut Draft, details: &Value) {
        for field in list(details, "loginFields") {
            let value = text(field, "value");
            match text(field, "designation") {
                "username" => draft.fixed("user_name", value),
                "password" => draft.fixed("password", value),
                // The buttons and boxes of the page that was filled in.
                _ if ["B", "C", "I", "R"].contains(&text(field, "fieldType")) => {
                    if !value.is_empty() {
                        self.imported.ignored.insert(format!("fieldType {}", text(field, "fieldType")));
                    }
                }
                _ => draft.free(text(field, "name"), value),
            }
        }
        // The item that is nothing but a password.
        draft.fixed("password", text(details, "password"));
        draft.fixed("notes", text(details, "notesPlain"));
        for section in list(details, "sections") {
            for field in list(section, "fields") {
                self.field(draft, text(section, "title"), field);
            }
        }
        if let Some(document) = details.get("documentAttributes").filter(|document| says_something(document)) {
            self.file(draft, document);
        }
        let history = list(details, "passwordHistory").len();
        if history > 0 {
            draft.left_out(LeftOut::PasswordHistory(history));
        }
        for key in unknown(details, &KNOWN) {
            draft.left_out(if key == "passkey" { LeftOut::Passkey } else { LeftOut::Unknown(key.to_owned()) });
        }
    }

    /// A field of a section. Its value says its kind: `{"concealed": "…"}`.
    fn field(&mut self, draft: &mut Draft, section: &str, field: &Value) {
        if field.get("value").is_some_and(|value| !value.is_object() && says_something(value)) {
            draft.left_out(LeftOut::Unknown(text(field, "title").to_owned()));
        }
        for (kind, value) in field.get("value").and_then(Value::as_object).into_iter().flatten() {
            if !says_something(value) {
                continue;
            }
            // Ids of fields that people add are random letters; the kind says more.
            let title = Some(text(field, "title"))
                .filter(|title| !title.is_empty())
                .map_or_else(|| spaced(kind), str::to_owned);
            let name = if section.is_empty() { title } else { format!("{section}: {title}") };
            match kind.as_str() {
                // Servers, databases and routers have their sign-in among the fields.
                "string" if text(field, "id") == "username" && value.is_string() => {
                    draft.fixed("user_name", value.as_str().unwrap_or_default())
                }
                "concealed" if text(field, "id") == "password" && value.is_string() => {
                    draft.fixed("password", value.as_str().unwrap_or_default())
                }
                "totp" if value.is_string() => draft.totp(value.as_str().unwrap_or_default()),
                "date" => draft.free(&name, &date(value)),
                "monthYear" => draft.free(&name, &month(value)),
                "file" => self.file(draft, value),
                "reference" => draft.left_out(LeftOut::Link(name.clone())),
                "passkey" => draft.left_out(LeftOut::Passkey),
                _ => match (plain(value), value.as_object()) {
                    (Some(value), _) => draft.free(&name, &value),
                    (None, Some(parts)) => parted(draft, &name, parts),
                    (None, None) => draft.left_out(LeftOut::Unknown(name.clone())),
                },
            }
        }
    }

    fn overview(&mut self, draft: &mut Draft, overview: &Value) {
        let urls = list(overview, "urls");
        if urls.iter().any(|url| unknown(url, &["url", "mode"]).next().is_some()) {
            self.imported.ignored.insert("urls.label".to_owned());
        }
        let first = text(overview, "url");
        draft.fixed("url", first);
        for url in urls.iter().map(|url| text(url, "url")).filter(|url| *url != first) {
            draft.fixed("url", url);
        }
        let tags: Vec<&str> = list(overview, "tags").iter().filter_map(Value::as_str).collect();
        draft.free("tags", &tags.join(", "));
    }

    /// A file, which stands in the archive as `files/<documentId>__<fileName>`; what stands between the two is not always the same.
    fn file(&mut self, draft: &mut Draft, attributes: &Value) {
        let (name, id) = (text(attributes, "fileName"), text(attributes, "documentId"));
        let place = self.archive.first_name(&format!("files/{id}_")).filter(|_| !id.is_empty());
        match place.and_then(|place| self.archive.read(place, &mut self.room)) {
            Some(bytes) => draft.file(name, bytes),
            None => draft.left_out(LeftOut::File(name.to_owned())),
        }
    }
}

/// Keys of an object that are not known here and have something in them.
fn unknown<'v>(object: &'v Value, known: &'v [&str]) -> impl Iterator<Item = &'v str> {
    let all = object.as_object().into_iter().flatten();
    all.filter(|(key, value)| !known.contains(&key.as_str()) && says_something(value)).map(|(key, _)| key.as_str())
}

/// What has parts: an address on lines, a key with what belongs to it.
fn parted(draft: &mut Draft, name: &str, parts: &serde_json::Map<String, Value>) {
    // An SSH key repeats itself among what is said of it.
    let said: BTreeSet<&str> = parts.values().filter_map(Value::as_str).collect();
    for (part, value) in parts.iter().filter(|(_, value)| says_something(value)) {
        match (plain(value), value.as_object()) {
            (Some(value), _) => draft.free(&format!("{name}: {}", spaced(part)), &value),
            (None, Some(inner)) => {
                for (part, value) in inner.iter().filter(|(_, value)| says_something(value)) {
                    match plain(value) {
                        Some(value) if said.contains(value.as_str()) => {}
                        Some(value) => draft.free(&format!("{name}: {}", spaced(part)), &value),
                        None => draft.left_out(LeftOut::Unknown(format!("{name}: {part}"))),
                    }
                }
            }
            (None, None) => draft.left_out(LeftOut::Unknown(format!("{name}: {part}"))),
        }
    }
}

/// Seconds since 1970 as a day.
fn date(value: &Value) -> String {
    let moment = value.as_i64().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    let day = moment.map(|moment| moment.to_string().chars().take(10).collect());
    day.or_else(|| plain(value)).unwrap_or_default()
}

/// 202812 as 2028-12.
fn month(value: &Value) -> String {
    match value.as_u64() {
        Some(number @ 100_000..=999_999) => format!("{}-{:02}", number / 100, number % 100),
        _ => plain(value).unwrap_or_default(),
    }
}

/// 1Password's categories by their numbers.
fn kind(category: &str) -> &'static str {
    match category {
        "001" => "login",
        "002" => "card",
        "003" => "secure note",
        "004" => "identity",
        "005" => "password",
        "006" => "document",
        "100" => "software licence",
        "101" => "bank account",
        "102" => "database",
        "103" => "driving licence",
        "104" => "outdoor licence",
        "105" => "membership",
        "106" => "passport",
        "107" => "reward programme",
        "108" => "social security number",
        "109" => "wireless router",
        "110" => "server",
        "111" => "email account",
        "112" => "api credential",
        "113" => "medical record",
        "114" => "ssh key",
        "115" => "crypto wallet",
        _ => "",
    }
}
