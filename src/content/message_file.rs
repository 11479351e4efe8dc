//! One room's messages as they are written, in every language.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::languages::Languages;

/// What is put into a sentence. It is cleaned first, since others may have written it: no parameter turns a line round or moves the
/// cursor, and none has a line feed, unless it is itself sentences of ours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Argument {
    pub name: String,
    /// Marked with `:text` in the head of the message: line feeds stay.
    pub is_text: bool,
}

/// One message in one language.
pub struct Message {
    pub arguments: Vec<Argument>,
    pub text: String,
}

/// The messages of a room: by their keys, the same message in each language.
pub struct Room(pub BTreeMap<String, Vec<Message>>);

impl Room {
    /// Reads a room's files. Every language has the same messages with the same arguments, and says its terms.
    pub fn read(folder: &Path, room: &str, languages: &Languages) -> Room {
        let mut found: BTreeMap<String, Vec<Message>> = BTreeMap::new();
        for (before, language) in languages.0.iter().enumerate() {
            let name = format!("{room}.{}.txt", language.code);
            for (key, mut message) in messages_of(&folder.join(&name)) {
                let place = format!("{name}: {key}");
                language.terms.check(&message.text, &place);
                message.text = language.terms.said(&message.text, &place);
                let said = found.entry(key).or_default();
                assert_eq!(said.len(), before, "{place} is not there in every language");
                if let Some(first) = said.first() {
                    assert_eq!(first.arguments, message.arguments, "{place} has other arguments");
                }
                said.push(message);
            }
        }
        for (key, said) in &found {
            assert_eq!(said.len(), languages.0.len(), "{room}: {key} is not there in every language");
        }
        Room(found)
    }
}

/// The messages of one file.
pub fn messages_of(path: &Path) -> BTreeMap<String, Message> {
    println!("cargo::rerun-if-changed={}", path.display());
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut messages = BTreeMap::new();
    let mut current: Option<String> = None;
    for (number, line) in text.lines().enumerate() {
        let place = || format!("{}:{}", path.display(), number + 1);
        if line.trim().is_empty() || line.starts_with('#') {
            current = None;
        } else if line.starts_with([' ', '\t']) {
            let key = current.as_ref().unwrap_or_else(|| panic!("{}: continues nothing", place()));
            let message: &mut Message = messages.get_mut(key).unwrap();
            if !message.text.is_empty() {
                message.text.push('\n');
            }
            message.text.push_str(line.trim());
        } else {
            let (head, text) = line.split_once('=').unwrap_or_else(|| panic!("{}: no `=`", place()));
            let (key, arguments) = head_of(head.trim());
            let message = Message { arguments, text: text.trim().to_owned() };
            assert!(messages.insert(key.clone(), message).is_none(), "{}: {key} is there twice", place());
            current = Some(key);
        }
    }
    messages
}

fn head_of(head: &str) -> (String, Vec<Argument>) {
    match head.split_once('(') {
        None => (head.to_owned(), Vec::new()),
        Some((key, rest)) => {
            let list = rest.strip_suffix(')').expect("arguments end with `)`");
            (key.to_owned(), list.split(',').map(argument).collect())
        }
    }
}

fn argument(written: &str) -> Argument {
    match written.trim().split_once(':') {
        None => Argument { name: written.trim().to_owned(), is_text: false },
        Some((name, "text")) => Argument { name: name.to_owned(), is_text: true },
        Some((name, kind)) => panic!("{name}: there are no arguments of the kind {kind}"),
    }
}
