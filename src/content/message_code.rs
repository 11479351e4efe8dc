//! The code of messages: a function for each that takes at most one argument, and for each other a struct whose fields are named, so
//! that nobody can swap two of them.

use std::fmt::Write as _;

use super::file::{Argument, Message, Room};
use super::languages::{Language, Languages};

/// The code of all rooms.
pub fn of(rooms: &[(String, Room)], languages: &Languages) -> String {
    let mut code = String::new();
    let mut table = TABLE.to_owned();
    for (name, Room(messages)) in rooms {
        writeln!(code, "/// Messages of `{name}`.\npub mod {name} {{").unwrap();
        code.push_str("    #[allow(unused_imports)]\n    use super::{Display, Language, plain};\n");
        for (key, said) in messages {
            match said[0].arguments.as_slice() {
                [] | [_] => function(&mut code, key, said, languages),
                arguments => structure(&mut code, key, arguments, said, languages),
            }
        }
        let fixed = messages.iter().filter(|(_, said)| said[0].arguments.is_empty()).map(|(key, _)| key.as_str());
        lookup(&mut code, &fixed.collect::<Vec<_>>());
        code.push_str("}\n");
        messages.iter().for_each(|(key, said)| parameters(&mut table, name, key, &said[0].arguments));
    }
    table.push_str("];\n");
    code + &table
}

fn documented(code: &mut String, said: &[Message]) {
    // As code, so that nothing in a sentence is taken for a link.
    writeln!(code, "    /// `` {:?} ``", said[0].text).unwrap();
}

fn function(code: &mut String, key: &str, said: &[Message], languages: &Languages) {
    documented(code, said);
    let parameters: String =
        said[0].arguments.iter().map(|argument| format!(", {}: impl Display", argument.name)).collect();
    writeln!(code, "    #[must_use]\n    pub fn {key}(language: Language{parameters}) -> String {{").unwrap();
    cleaned(code, &said[0].arguments, "");
    body(code, key, said, languages);
    code.push_str("    }\n");
}

fn structure(code: &mut String, key: &str, arguments: &[Argument], said: &[Message], languages: &Languages) {
    let name = in_camel_case(key);
    let list = |one: &dyn Fn(usize, &Argument) -> String| -> String {
        arguments.iter().enumerate().map(|(number, argument)| one(number, argument)).collect::<Vec<_>>().join(", ")
    };
    let types = list(&|number, _| format!("A{number}"));
    let fields = list(&|number, argument| format!("pub {}: A{number}", argument.name));
    let bounds = list(&|number, _| format!("A{number}: Display"));
    documented(code, said);
    writeln!(code, "    pub struct {name}<{types}> {{ {fields} }}").unwrap();
    writeln!(code, "    impl<{bounds}> {name}<{types}> {{").unwrap();
    writeln!(code, "    /// The sentence.\n    #[must_use]\n    pub fn say(&self, language: Language) -> String {{")
        .unwrap();
    cleaned(code, arguments, "self.");
    body(code, key, said, languages);
    code.push_str("    }\n    }\n");
}

fn cleaned(code: &mut String, arguments: &[Argument], from: &str) {
    for Argument { name, is_text } in arguments {
        let cleaned = if *is_text { "lines" } else { "one_line" };
        writeln!(code, "        let {name} = plain::{cleaned}(&{from}{name}.to_string());").unwrap();
    }
}

/// A match over the languages, each arm joining literal text and arguments.
fn body(code: &mut String, key: &str, said: &[Message], languages: &Languages) {
    writeln!(code, "        match language {{").unwrap();
    for (language, message) in languages.0.iter().zip(said) {
        writeln!(code, "            Language::{} => [{}].concat(),", language.variant, pieces(key, message, language))
            .unwrap();
    }
    code.push_str("        }\n");
}

fn pieces(key: &str, message: &Message, language: &Language) -> String {
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
        match words {
            None => out.push(format!("&*{name}")),
            Some(words) => {
                let words: Vec<&str> = words.split('|').collect();
                let (forms, code) = (language.forms, &language.code);
                assert_eq!(words.len(), forms, "{key}: {{{inside}}} has not the {forms} forms of a number in {code}");
                out.push(format!("{words:?}[language.form(&{name})]"));
            }
        }
        rest = &rest[end + 1..];
    }
    out.push(format!("{rest:?}"));
    for Argument { name, .. } in &message.arguments {
        assert!(used.contains(name), "{key}: {name} is given and not said");
    }
    out.join(", ")
}

fn in_camel_case(key: &str) -> String {
    let word = |word: &str| word[..1].to_uppercase() + &word[1..];
    key.split('_').map(word).collect()
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

fn parameters(table: &mut String, room: &str, key: &str, arguments: &[Argument]) {
    for tried in arguments {
        let given = |argument: &Argument| if argument == tried { "given" } else { "\"2\"" };
        let said = match arguments {
            [] | [_] => format!("{room}::{key}(language, given)"),
            several => {
                let fields = several.iter().map(|argument| format!("{}: {}", argument.name, given(argument)));
                format!("{room}::{} {{ {} }}.say(language)", in_camel_case(key), fields.collect::<Vec<_>>().join(", "))
            }
        };
        let (name, is_text) = (&tried.name, tried.is_text);
        writeln!(
            table,
            "    Parameter {{ name: \"{room}::{key}({name})\", is_text: {is_text}, said: |language, given| {said} }},"
        )
        .unwrap();
    }
}

/// Messages without arguments can also be found by their key, for what is laid out by somebody else, such as help.
fn lookup(code: &mut String, keys: &[&str]) {
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
