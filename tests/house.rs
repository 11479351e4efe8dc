//! The house keeps its arrows: which room may use which, where `unsafe` and the command line stand, and that no room grows over the others.
//!
//! What the compiler keeps by itself (the core and the system are crates) is not said again here, but for the arrows inside the core.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each room, and the rooms that it may use. Everybody may use a room's own parts.
const ARROWS: &[(&str, &[&str])] = &[
    // The core, from below.
    ("core/bounds", &[]),
    ("core/language", &[]),
    ("core/secret", &["language", "system"]),
    ("core/ids", &["language", "secret"]),
    ("core/quorum", &["language", "secret", "ids"]),
    ("core/card", &["language", "secret", "ids", "quorum"]),
    ("core/vault", &["language", "bounds", "secret", "ids", "quorum"]),
    ("core/journal", &["language", "bounds", "secret", "ids", "quorum", "card", "vault"]),
    // What the core knows nothing of.
    ("system", &[]),
    ("language", &["core"]),
    ("stream", &["ids"]),
    ("second_factor", &["language", "secret"]),
    ("exchange", &["language", "secret", "ids", "vault", "second_factor"]),
    ("press", &["language"]),
    ("scan", &["language"]),
    ("store", &["language", "bounds", "ids", "stream", "system"]),
    (
        "ceremony",
        &[
            "language",
            "bounds",
            "secret",
            "ids",
            "quorum",
            "card",
            "vault",
            "journal",
            "store",
            "stream",
            "second_factor",
            "exchange",
            "press",
        ],
    ),
    // The front.
    ("desk", &["language", "secret", "card", "scan", "store", "system"]),
    ("terminal", &["language", "secret", "card", "scan", "system", "desk"]),
    ("report", &["language", "ids", "quorum", "card", "vault", "journal", "store", "ceremony", "desk"]),
    (
        "guide",
        &[
            "language",
            "secret",
            "ids",
            "quorum",
            "card",
            "vault",
            "journal",
            "store",
            "system",
            "second_factor",
            "exchange",
            "press",
            "scan",
            "ceremony",
            "desk",
            "report",
        ],
    ),
    (
        "cli",
        &[
            "language",
            "ids",
            "quorum",
            "card",
            "vault",
            "store",
            "system",
            "second_factor",
            "press",
            "ceremony",
            "desk",
            "terminal",
            "report",
            "guide",
        ],
    ),
];

/// Files that belong to no room: they only name the rooms.
const DOORS: [&str; 4] = ["lib.rs", "main.rs", "core/lib.rs", "core/build.rs"];

/// A room may have this part of all lines at most: what is larger is two.
const LARGEST_PART: usize = 5;

fn house() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources_in(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources_in(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every file of the house by its room: its name below `src`, and its text.
fn rooms() -> BTreeMap<String, Vec<(String, String)>> {
    let mut files = Vec::new();
    sources_in(&house(), &mut files);
    let mut rooms: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for file in files {
        let below = file.strip_prefix(house()).unwrap();
        let name = below.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        if !DOORS.contains(&name.as_str()) {
            rooms.entry(room_of(&name)).or_default().push((name, fs::read_to_string(&file).unwrap()));
        }
    }
    rooms
}

/// `core/quorum` of `core/quorum/deal.rs`, `guide` of `guide/put/mod.rs`.
fn room_of(name: &str) -> String {
    let parts: Vec<&str> = name.trim_end_matches(".rs").split('/').collect();
    let depth = if parts[0] == "core" { 2 } else { 1 };
    parts[..depth].join("/")
}

/// What a line names behind `crate::` and the names of the house's crates.
fn named_in(line: &str) -> BTreeSet<&str> {
    let word = |text: &'_ str| {
        text.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(text.len())
    };
    let mut named = BTreeSet::new();
    for door in ["crate::", "breakglass_core::"] {
        for (place, _) in line.match_indices(door) {
            let rest = &line[place + door.len()..];
            named.insert(&rest[..word(rest)]);
        }
    }
    if line.contains("breakglass_system") {
        named.insert("system");
    }
    named
}

/// The lines of a file that are no comment.
fn code_of(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[test]
fn every_room_stands_in_the_table_of_arrows() {
    let known: BTreeSet<String> = ARROWS.iter().map(|(room, _)| (*room).to_owned()).collect();
    let content = BTreeSet::from(["content".to_owned()]);
    let found: BTreeSet<String> = rooms().into_keys().collect();
    assert_eq!(found.difference(&content).cloned().collect::<BTreeSet<_>>(), known);
}

#[test]
fn no_room_uses_one_that_stands_above_it() {
    let rooms = rooms();
    let mut wrong = Vec::new();
    for (room, allowed) in ARROWS {
        let own = room.rsplit('/').next().unwrap();
        for (name, text) in &rooms[*room] {
            for (number, line) in code_of(text) {
                for named in named_in(line) {
                    let is_room = ARROWS.iter().any(|(other, _)| other.rsplit('/').next() == Some(named));
                    if is_room && named != own && !allowed.contains(&named) {
                        wrong.push(format!("{name}:{number} uses {named}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_of_arrows_has_no_circle() {
    for (place, (room, allowed)) in ARROWS.iter().enumerate() {
        for used in *allowed {
            let below = ARROWS.iter().position(|(other, _)| other.rsplit('/').next() == Some(*used));
            let is_crate = ["core", "system"].contains(used);
            assert!(is_crate || below.is_some_and(|below| below < place), "{room} may use {used}, which stands above");
        }
    }
}

#[test]
fn no_room_but_the_command_line_knows_its_words() {
    for (room, files) in rooms() {
        for (name, text) in files {
            let clap = code_of(&text).find(|(_, line)| line.contains("clap"));
            assert!(room == "cli" || clap.is_none(), "{name}: {clap:?}");
        }
    }
}

#[test]
fn unsafe_code_stands_in_the_system_alone() {
    for (room, files) in rooms() {
        for (name, text) in files {
            let found = code_of(&text)
                .find(|(_, line)| line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "unsafe"));
            assert!(room == "system" || found.is_none(), "{name}: {found:?}");
        }
    }
}

#[test]
fn only_the_command_line_and_the_system_read_the_environment() {
    for (room, files) in rooms() {
        for (name, text) in files {
            let program = text.split("#[cfg(test)]").next().unwrap_or_default();
            let asked = ["env::var", "env::home_dir", "env::current_dir", "Timestamp::now", "TimeZone::system"];
            let found = code_of(program).find(|(_, line)| asked.iter().any(|asked| line.contains(asked)));
            let may = ["cli", "system", "terminal", "content"].contains(&room.as_str());
            assert!(may || found.is_none(), "{name}: {found:?}");
        }
    }
}

#[test]
fn no_room_is_larger_than_a_fifth_of_the_house() {
    let lines = |files: &Vec<(String, String)>| files.iter().map(|(_, text)| text.lines().count()).sum::<usize>();
    let sizes: BTreeMap<String, usize> = rooms().iter().map(|(room, files)| (room.clone(), lines(files))).collect();
    let whole: usize = sizes.values().sum();
    for (room, size) in sizes {
        assert!(size * LARGEST_PART <= whole, "{room} has {size} of {whole} lines");
    }
}
