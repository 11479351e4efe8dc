//! The languages, found by their files: `language.<code>.txt` says what the build must know of each.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::file::messages_of;
use super::terms::Terms;

/// One language.
pub struct Language {
    /// Of ISO 639-1.
    pub code: String,
    /// Its name in the program.
    pub variant: String,
    /// How many forms a word has that stands beside a number.
    pub forms: usize,
    pub terms: Terms,
}

/// All of them, English first: it is the one that a locale which nobody knows falls back to.
pub struct Languages(pub Vec<Language>);

impl Languages {
    /// Finds the languages by the files in this folder, and their terms in the other.
    pub fn find(folder: &Path, terms: &Path) -> Languages {
        println!("cargo::rerun-if-changed={}", folder.display());
        let names = fs::read_dir(folder)
            .expect("the folder of languages")
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let code = |name: String| Some(name.strip_prefix("language.")?.strip_suffix(".txt")?.to_owned());
        let mut codes: Vec<String> = names.filter_map(code).collect();
        codes.sort_by_key(|code| (code != "en", code.clone()));
        let language = |code: String| {
            let messages = messages_of(&folder.join(format!("language.{code}.txt")));
            let text = |key: &str| {
                messages.get(key).unwrap_or_else(|| panic!("language.{code}.txt does not say its {key}")).text.clone()
            };
            let forms = text("forms").parse().expect("forms is a number");
            Language { variant: text("variant"), forms, terms: Terms::read(terms, &code), code }
        };
        Languages(codes.into_iter().map(language).collect())
    }

    /// The type that the program has for them.
    pub fn code(&self) -> String {
        let mut code = "/// A language that people read on screen and on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Language {
"
        .to_owned();
        let (mut variants, mut codes) = (String::new(), String::new());
        for Language { code: name, variant, .. } in &self.0 {
            writeln!(code, "    /// {variant}, `{name}`.\n    #[serde(rename = \"{name}\")]\n    {variant},").unwrap();
            write!(variants, "Language::{variant}, ").unwrap();
            writeln!(codes, "            Language::{variant} => \"{name}\",").unwrap();
        }
        let count = self.0.len();
        write!(
            code,
            "}}

impl Language {{
    /// Every language, in the order in which they are offered.
    pub const ALL: [Language; {count}] = [{variants}];

    /// The code of ISO 639-1.
    #[must_use]
    pub fn code(self) -> &'static str {{
        match self {{
{codes}        }}
    }}
}}
"
        )
        .unwrap();
        code
    }
}
