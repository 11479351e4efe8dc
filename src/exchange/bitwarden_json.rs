//! Bitwarden's JSON, not encrypted: `items` of five types, with `folders` or, of an organisation, `collections` beside them.
//!
//! Source: the export of Bitwarden's own command-line client, `tests/vectors/imports/README.md`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::draft::Draft;
use super::entry::{Imported, LeftOut, Note, Skipped, Why};
use super::json::{list, parse, plain, says_something, text};
use super::names::{Ids, spaced};
use super::{ImportError, MOST_ENTRIES, Program};

/// Keys of an item that are taken by name, or that name nothing of a credential. Any other object is a kind of item of its own.
const KNOWN: [&str; 17] = [
    "id",
    "object",
    "organizationId",
    "folderId",
    "collectionIds",
    "type",
    "name",
    "notes",
    "fields",
    "login",
    "secureNote",
    "passwordHistory",
    "revisionDate",
    "creationDate",
    "deletedDate",
    "archivedDate",
    "attachments",
];
/// Keys of an item that say something of the program and nothing of the credential.
const OF_THE_PROGRAM: [&str; 2] = ["favorite", "reprompt"];

pub(super) fn read(document: &str) -> Result<Imported, ImportError> {
    let document = parse(Program::BitwardenJson, document)?;
    if document.get("encrypted").and_then(Value::as_bool) == Some(true) {
        return Err(ImportError::Encrypted);
    }
    let Some(items) = document.get("items").and_then(Value::as_array) else { return Err(ImportError::Unknown) };
    if items.len() > MOST_ENTRIES {
        return Err(ImportError::TooMany(MOST_ENTRIES));
    }
    let places = places(&document);
    let mut imported = Imported {
        program: Program::BitwardenJson,
        entries: Vec::new(),
        skipped: Vec::new(),
        ignored: BTreeSet::new(),
    };
    let mut ids = Ids::default();
    for item in items {
        if item.get("deletedDate").is_some_and(says_something) {
            imported.skipped.push(Skipped { title: text(item, "name").to_owned(), why: Why::InTheBin });
            continue;
        }
        let uris = item.get("login").map_or(&[][..], |login| list(login, "uris"));
        if uris.iter().any(|uri| uri.get("match").is_some_and(|kind| !kind.is_null())) {
            imported.ignored.insert("uris.match".to_owned());
        }
        let ignored = OF_THE_PROGRAM.into_iter().filter(|key| item.get(*key).is_some_and(says_something));
        imported.ignored.extend(ignored.map(str::to_owned));
        match draft(item, &places).finish(&mut ids) {
            Ok(entry) => imported.entries.push(entry),
            Err(title) => imported.skipped.push(Skipped { title, why: Why::Empty }),
        }
    }
    Ok(imported)
}

/// Names of folders and collections by their ids.
fn places(document: &Value) -> BTreeMap<&str, &str> {
    let all = list(document, "folders").iter().chain(list(document, "collections"));
    all.map(|place| (text(place, "id"), text(place, "name"))).collect()
}

fn draft(item: &Value, places: &BTreeMap<&str, &str>) -> Draft {
    let mut draft = Draft::new(text(item, "name"));
    draft.fixed("kind", kind(item));
    if let Some(login) = item.get("login") {
        self::login(&mut draft, login);
    }
    draft.fixed("notes", text(item, "notes"));
    parts(&mut draft, item);
    for field in list(item, "fields") {
        // Type 3 points at another field of the same item.
        if field.get("type").and_then(Value::as_u64) == Some(3) {
            draft.left_out(LeftOut::Link(text(field, "name").to_owned()));
        } else {
            draft.free(text(field, "name"), &field.get("value").and_then(plain).unwrap_or_default());
        }
    }
    let folder = places.get(text(item, "folderId")).copied();
    let collections = list(item, "collectionIds").iter().filter_map(|id| places.get(id.as_str()?).copied());
    for place in folder.into_iter().chain(collections) {
        draft.place("folder", &[place]);
    }
    for attachment in list(item, "attachments") {
        draft.left_out(LeftOut::File(text(attachment, "fileName").to_owned()));
    }
    let history = list(item, "passwordHistory").len();
    if history > 0 {
        draft.left_out(LeftOut::PasswordHistory(history));
    }
    if item.get("archivedDate").is_some_and(says_something) {
        draft.note(Note::Archived);
    }
    draft
}

/// Cards, identities, keys and whatever kinds come later: objects of plain values under the name of their kind.
fn parts(draft: &mut Draft, item: &Value) {
    let others = item.as_object().into_iter().flatten().filter(|(key, value)| {
        !KNOWN.contains(&key.as_str()) && !OF_THE_PROGRAM.contains(&key.as_str()) && says_something(value)
    });
    for (key, value) in others {
        let Some(parts) = value.as_object() else {
            draft.left_out(LeftOut::Unknown(key.clone()));
            continue;
        };
        // A card's number and code would not be known for what they are without it.
        let before = if key == "card" { "card " } else { "" };
        for (part, value) in parts.iter().filter(|(_, value)| says_something(value)) {
            match plain(value) {
                Some(value) => draft.free(&format!("{before}{}", spaced(part)), &value),
                None => draft.left_out(LeftOut::Unknown(format!("{key}.{part}"))),
            }
        }
    }
}

fn login(draft: &mut Draft, login: &Value) {
    draft.fixed("user_name", text(login, "username"));
    draft.fixed("password", text(login, "password"));
    draft.totp(text(login, "totp"));
    for uri in list(login, "uris") {
        draft.fixed("url", text(uri, "uri"));
    }
    draft.last_rotated(text(login, "passwordRevisionDate"));
    for _ in list(login, "fido2Credentials") {
        draft.left_out(LeftOut::Passkey);
    }
    let known = ["username", "password", "totp", "uris", "passwordRevisionDate", "fido2Credentials"];
    for (key, value) in login.as_object().into_iter().flatten() {
        if !known.contains(&key.as_str()) && says_something(value) {
            match plain(value) {
                Some(value) => draft.free(&spaced(key), &value),
                None => draft.left_out(LeftOut::Unknown(key.clone())),
            }
        }
    }
}

fn kind(item: &Value) -> &'static str {
    match item.get("type").and_then(Value::as_u64) {
        Some(1) => "login",
        Some(2) => "secure note",
        Some(3) => "card",
        Some(4) => "identity",
        Some(5) => "ssh key",
        Some(6) => "bank account",
        Some(7) => "driving licence",
        Some(8) => "passport",
        _ => "",
    }
}
