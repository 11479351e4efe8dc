//! Terms: the words that each language has decided on, and those that it does not use for the same.
//!
//! A line of `terms.<language>.txt` is `term = word`, or `term = word | not, nor` with words that no message may have. In a message
//! `{-term}` becomes the word.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The files of terms are no messages.
pub const ROOM: &str = "terms";

/// The terms of one language.
pub struct Terms {
    words: BTreeMap<String, String>,
    /// Words that are not used, with what is said instead.
    refused: Vec<(String, String)>,
}

impl Terms {
    pub fn read(folder: &Path, code: &str) -> Terms {
        let path = folder.join(format!("{ROOM}.{code}.txt"));
        println!("cargo::rerun-if-changed={}", path.display());
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut terms = Terms { words: BTreeMap::new(), refused: Vec::new() };
        for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            let (term, said) = line.split_once(" = ").unwrap_or_else(|| panic!("{}: {line}: no ` = `", path.display()));
            let (word, not) = said.split_once(" | ").unwrap_or((said, ""));
            let not = not.split(", ").filter(|word| !word.is_empty());
            terms.refused.extend(not.map(|not| (not.to_owned(), word.trim().to_owned())));
            terms.words.insert(term.trim().to_owned(), word.trim().to_owned());
        }
        terms
    }

    /// A sentence with every term in it said.
    pub fn said(&self, text: &str, place: &str) -> String {
        let mut said = String::new();
        let mut rest = text;
        while let Some(start) = rest.find("{-") {
            let end = rest[start..].find('}').unwrap_or_else(|| panic!("{place}: a brace is never closed")) + start;
            let term = &rest[start + 2..end];
            said.push_str(&rest[..start]);
            said.push_str(self.words.get(term).unwrap_or_else(|| panic!("{place}: there is no term {term}")));
            rest = &rest[end + 1..];
        }
        said.push_str(rest);
        said
    }

    /// That a sentence has none of the words that are not used.
    ///
    /// # Panics
    /// When it has: then the build ends.
    pub fn check(&self, text: &str, place: &str) {
        for (word, instead) in &self.refused {
            assert!(!has_word(text, word), "{place}: “{word}” is not used; say “{instead}”");
        }
    }
}

/// Whether a text has a word: whole where it is written with letters of the alphabet, and anywhere otherwise.
fn has_word(text: &str, word: &str) -> bool {
    let is_letter = |character: Option<char>| character.is_some_and(|character| character.is_ascii_alphabetic());
    let text = text.to_lowercase();
    text.match_indices(word).any(|(at, found)| {
        let (before, behind) = (text[..at].chars().next_back(), text[at + found.len()..].chars().next());
        !word.is_ascii() || (!is_letter(before) && !is_letter(behind))
    })
}
