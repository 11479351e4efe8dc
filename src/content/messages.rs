//! Turns message files into one function per message, so that a message missing in either language, or naming something
//! that it was not given, fails the build. Files: `<room>.en.txt` and `<room>.ja.txt`. Part of the build script of each crate that
//! has sentences.
//!
//! A message is `key(argument, …) = text`, continued by indented lines. An argument that may have several lines is `argument:text`. In the text `{argument}` is replaced, and
//! `{argument:one|many}` chooses a word by the argument being 1.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

/// What is put into a sentence. It is cleaned first, since others may have written it: no parameter turns a line round or moves the
/// cursor, and none has a line feed, unless it is itself sentences of ours.
#[derive(PartialEq, Eq, Debug)]
struct Argument {
    name: String,
    /// Marked with `:text` in the head of the message: line feeds stay.
    is_text: bool,
}

struct Message {
    arguments: Vec<Argument>,
    text: String,
}

/// Writes the functions for the messages of `folder` to `messages.rs` in the folder of the build.
pub fn write_functions(folder: &Path) {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut rooms: Vec<String> = fs::read_dir(folder)
        .expect("the folder of message files")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".en.txt").map(str::to_owned))
        .collect();
    rooms.sort();
    let mut code = String::new();
    let mut table = TABLE.to_owned();
    for room in &rooms {
        let english = read(&folder.join(format!("{room}.en.txt")));
        let japanese = read(&folder.join(format!("{room}.ja.txt")));
        for key in japanese.keys() {
            assert!(english.contains_key(key), "{room}.en.txt has no message {key}");
        }
        writeln!(code, "/// Messages of `{room}`.\npub mod {room} {{\n    #[allow(unused_imports)]\n    use super::{{Display, Language, plain}};").unwrap();
        for (key, message) in &english {
            let other = japanese.get(key).unwrap_or_else(|| panic!("{room}.ja.txt has no message {key}"));
            assert_eq!(message.arguments, other.arguments, "{room}: {key} has other arguments in Japanese");
            function(&mut code, key, message, other);
        }
        lookup(&mut code, &english);
        code.push_str("}\n");
        parameters(&mut table, room, &english);
    }
    table.push_str("];\n");
    code.push_str(&table);
    let target = Path::new(&env::var("OUT_DIR").unwrap()).join("messages.rs");
    fs::write(target, code).unwrap();
}

fn read(path: &Path) -> BTreeMap<String, Message> {
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
            assert!(messages.insert(key.clone(), message).is_none(), "{}: {key} stands twice", place());
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

/// One function: a match over the languages, each arm pushing literal text and arguments.
fn function(code: &mut String, key: &str, english: &Message, japanese: &Message) {
    let parameters: String =
        english.arguments.iter().map(|argument| format!(", {}: impl Display", argument.name)).collect();
    // As code, so that nothing in a sentence is taken for a link.
    writeln!(code, "    /// `` {:?} ``", english.text).unwrap();
    writeln!(code, "    #[must_use]\n    pub fn {key}(language: Language{parameters}) -> String {{").unwrap();
    for Argument { name, is_text } in &english.arguments {
        let cleaned = if *is_text { "lines" } else { "one_line" };
        writeln!(code, "        let {name} = plain::{cleaned}(&{name}.to_string());").unwrap();
    }
    writeln!(code, "        match language {{").unwrap();
    for (variant, message) in [("English", english), ("Japanese", japanese)] {
        writeln!(code, "            Language::{variant} => [{}].concat(),", pieces(key, message)).unwrap();
    }
    code.push_str("        }\n    }\n");
}

/// For the tests: each parameter of each message, whether it may have several lines, and the message with something in its place.
const TABLE: &str = "
#[cfg(test)]
pub struct Parameter {
    pub name: &'static str,
    pub is_text: bool,
    pub said: fn(Language, &str) -> String,
}

#[cfg(test)]
pub const PARAMETERS: &[Parameter] = &[
";

fn parameters(table: &mut String, room: &str, messages: &BTreeMap<String, Message>) {
    for (key, message) in messages {
        for tried in &message.arguments {
            let given = |argument: &Argument| if argument == tried { "given" } else { "\"2\"" };
            let given: Vec<&str> = message.arguments.iter().map(given).collect();
            let (name, is_text) = (&tried.name, tried.is_text);
            writeln!(
                table,
                "    Parameter {{ name: \"{room}::{key}({name})\", is_text: {is_text}, said: |language, given| {room}::{key}(language, {}) }},",
                given.join(", ")
            )
            .unwrap();
        }
    }
}

/// Messages without arguments can also be found by their key, for what is laid out by somebody else, such as help.
fn lookup(code: &mut String, messages: &BTreeMap<String, Message>) {
    let keys: Vec<&String> =
        messages.iter().filter(|(_, message)| message.arguments.is_empty()).map(|(key, _)| key).collect();
    if keys.is_empty() {
        return;
    }
    writeln!(code, "    /// The message with this key, if it takes no arguments.").unwrap();
    writeln!(code, "    #[must_use]\n    pub fn find(language: Language, key: &str) -> Option<String> {{").unwrap();
    writeln!(code, "        match key {{").unwrap();
    for key in keys {
        writeln!(code, "            {key:?} => Some({key}(language)),").unwrap();
    }
    code.push_str("            _ => None,\n        }\n    }\n");
}

fn pieces(key: &str, message: &Message) -> String {
    let mut used = Vec::new();
    let mut out = vec!["\"\"".to_owned()];
    let mut rest = message.text.as_str();
    while let Some(start) = rest.find('{') {
        let end = rest[start..].find('}').unwrap_or_else(|| panic!("{key}: a brace is never closed")) + start;
        out.push(format!("{:?}", &rest[..start]));
        let inside = &rest[start + 1..end];
        let (name, words) = inside.split_once(':').map_or((inside, None), |(name, words)| (name, Some(words)));
        assert!(message.arguments.iter().any(|known| known.name == name), "{key}: {{{name}}} is not an argument");
        used.push(name.to_owned());
        match words.map(|words| words.split_once('|').unwrap_or_else(|| panic!("{key}: {{{inside}}} has no `|`"))) {
            None => out.push(format!("&*{name}")),
            Some((one, many)) => out.push(format!("if {name} == \"1\" {{ {one:?} }} else {{ {many:?} }}")),
        }
        rest = &rest[end + 1..];
    }
    out.push(format!("{rest:?}"));
    for Argument { name, .. } in &message.arguments {
        assert!(used.contains(name), "{key}: {name} is given and not said");
    }
    out.join(", ")
}
