//! Names as the vault takes them, made of names as other programs had them.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;

use crate::language::plain::judged;
use crate::vault::{AttachmentName, EntryId, FieldName};

/// Characters of an id that is made of a title: short enough to be typed.
const ID_LENGTH: usize = 40;
/// Characters of a field's name, with room for a number behind it.
const FIELD_LENGTH: usize = 58;
/// Bytes of an attachment's name, with room for a number.
const FILE_LENGTH: usize = 180;

/// The ids that were given out, so that each is given once.
#[derive(Default)]
pub(super) struct Ids {
    taken: BTreeSet<String>,
    /// The number that a word gets when it comes again.
    next: BTreeMap<String, u32>,
}

impl Ids {
    /// An id of the first of these words that has letters or digits of ASCII in it; `entry` when none has.
    pub fn of<'w>(&mut self, words: impl IntoIterator<Item = &'w str>) -> EntryId {
        let slug = words.into_iter().map(slug).find(|slug| !slug.is_empty()).unwrap_or_else(|| "entry".to_owned());
        let next = self.next.entry(slug.clone()).or_insert(1);
        let id = loop {
            let id = if *next == 1 { slug.clone() } else { format!("{slug}-{next}") };
            *next += 1;
            if self.taken.insert(id.clone()) {
                break id;
            }
        };
        id.parse().expect("letters, digits and single hyphens")
    }
}

fn slug(text: &str) -> String {
    let mut slug = String::new();
    for character in text.nfkd().filter(|character| !unicode_normalization::char::is_combining_mark(*character)) {
        let character = character.to_ascii_lowercase();
        if character.is_ascii_alphanumeric() {
            slug.push(character);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= ID_LENGTH {
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// `word`, or `word` and a number from 2 on, whichever is free first.
fn numbered(word: &str, free: impl Fn(&str) -> bool) -> String {
    if free(word) {
        return word.to_owned();
    }
    let candidates = (2_u32..).map(|number| format!("{word} {number}"));
    candidates.into_iter().find(|candidate| free(candidate)).expect("numbers do not run out")
}

/// The name of a free field that `fields` does not have yet. It is never one of the fixed names: four of those are public.
pub(super) fn free_field<'f>(name: &str, fields: impl Iterator<Item = &'f FieldName>) -> FieldName {
    let taken: BTreeSet<&str> = fields.map(FieldName::as_str).collect();
    let composed: String = name.nfc().collect();
    let plain = judged(&composed).filter_map(|(character, plain)| match character {
        _ if character.is_whitespace() || character.is_control() || character == '=' => Some(' '),
        _ => plain.then_some(character),
    });
    let plain: String = plain.collect();
    let short: String = plain.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(FIELD_LENGTH).collect();
    let short = if short.trim().is_empty() { "field" } else { short.trim() };
    let free = |candidate: &str| !taken.contains(candidate) && !FieldName::FIXED.contains(&candidate);
    numbered(short, free)
        .parse()
        .expect("one line of characters that can be seen, without an equals sign, of at most 64")
}

/// A name that every file system takes and `taken` does not hold.
pub(super) fn attachment<'n>(name: &str, taken: impl Iterator<Item = &'n AttachmentName>) -> AttachmentName {
    let taken: BTreeSet<&str> = taken.map(AttachmentName::as_str).collect();
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let composed: String = last.nfc().collect();
    let plain = judged(&composed).map(|(character, plain)| if plain && fits(character) { character } else { '_' });
    let plain: String = plain.collect();
    let mut end = plain.len().min(FILE_LENGTH);
    while !plain.is_char_boundary(end) {
        end -= 1;
    }
    let plain = plain[..end].trim_matches(|character: char| character.is_whitespace() || character == '.');
    let mut names = [plain.to_owned(), format!("file {plain}")].into_iter();
    let plain = names.find(|name| name.parse::<AttachmentName>().is_ok()).unwrap_or_else(|| "file".to_owned());
    let (stem, ending) = plain.rsplit_once('.').unwrap_or((&plain, ""));
    let whole = |stem: &str| if ending.is_empty() { stem.to_owned() } else { format!("{stem}.{ending}") };
    let stem = numbered(stem.trim_end(), |candidate| !taken.contains(whole(candidate).as_str()));
    whole(&stem).parse().expect("a plain name, and a number behind it")
}

fn fits(character: char) -> bool {
    !['/', '\\', ':', '*', '?', '"', '<', '>', '|'].contains(&character)
}

/// `passportNumber` as people write it: `passport number`.
pub(super) fn spaced(key: &str) -> String {
    let mut words = String::with_capacity(key.len() + 4);
    for character in key.chars() {
        if character.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(if character == '_' { ' ' } else { character.to_ascii_lowercase() });
    }
    words
}

/// The host of an address, for an id where the title gives none. An id can be read without cards, so nothing passes but what can only be
/// the name of a host: no sign-in that stands before it, and no text that people put where an address belongs.
pub(super) fn host(url: &str) -> &str {
    let behind = url.split_once("://").map_or(url, |(_, behind)| behind);
    let authority = behind.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
    let fits = |character: char| character.is_ascii_alphanumeric() || ['.', '-'].contains(&character);
    let is_host = host.contains('.') && host.chars().all(fits) && port.chars().all(|digit| digit.is_ascii_digit());
    if is_host { host } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_made_of_titles_or_of_what_stands_beside_and_never_twice() {
        let mut ids = Ids::default();
        let mut of = |words: &[&str]| ids.of(words.iter().copied()).to_string();
        assert_eq!(of(&["Microsoft 365, Notfallkonto (Zürich)"]), "microsoft-365-notfallkonto-zurich");
        assert_eq!(of(&["登録業者", "portal.example.jp"]), "portal-example-jp");
        assert_eq!(of(&["ＡＷＳ　ｒｏｏｔ"]), "aws-root");
        assert_eq!(of(&["aws root"]), "aws-root-2");
        assert_eq!(of(&["aws root 2"]), "aws-root-2-2");
        assert_eq!(of(&["aws root"]), "aws-root-3");
        assert_eq!(of(&["登録業者", ""]), "entry");
        assert_eq!(of(&[]), "entry-2");
        assert!(of(&[&"x y".repeat(100)]).len() <= ID_LENGTH);
    }

    #[test]
    fn a_free_field_never_takes_a_fixed_name_of_which_some_are_public() {
        let taken: Vec<FieldName> = vec!["PIN".parse().unwrap()];
        let named = |name: &str| free_field(name, taken.iter()).to_string();
        for fixed in FieldName::FIXED {
            assert_eq!(named(fixed), format!("{fixed} 2"));
        }
        assert_eq!(named("PIN"), "PIN 2");
        assert_eq!(named(" a=b\nc "), "a b c");
        assert_eq!(named(""), "field");
        assert_eq!(named(&"長".repeat(100)).chars().count(), FIELD_LENGTH);
    }

    #[test]
    fn a_file_gets_a_name_that_a_stick_takes() {
        let taken: Vec<AttachmentName> = vec!["keys.csv".parse().unwrap()];
        let named = |name: &str| attachment(name, taken.iter()).to_string();
        assert_eq!(named("../../etc/passwd"), "passwd");
        assert_eq!(named("C:\\keys.csv"), "keys 2.csv");
        assert_eq!(named("nul"), "file nul");
        assert_eq!(named("..."), "file");
        assert_eq!(named("回復?.pdf"), "回復_.pdf");
        assert!(named(&"長".repeat(200)).len() <= FILE_LENGTH + 8);
    }

    #[test]
    fn an_address_gives_its_host_to_an_id_and_nothing_that_could_be_a_secret() {
        for (url, known) in [
            ("https://portal.example:8443/x", "portal.example"),
            ("portal.example", "portal.example"),
            ("", ""),
            ("https://aiko:hunter2@portal.example/x", ""),
            ("https://aiko:hunter/2@portal.example/x", ""),
            ("hunter2", ""),
            ("cmd://ssh hunter2@db.example", ""),
        ] {
            assert_eq!(host(url), known);
        }
    }
}
