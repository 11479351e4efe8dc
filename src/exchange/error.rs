//! Why an export cannot be taken in. Never with a part of it.

use crate::language::{Language, Say, messages::exchange as text};
use crate::speaks;

/// What wrote an export, and in which of its formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// Bitwarden, JSON, not encrypted.
    BitwardenJson,
    /// Bitwarden, CSV.
    BitwardenCsv,
    /// KeePassXC, CSV.
    KeePassXcCsv,
    /// KeePassXC or KeePass 2, XML.
    KeePassXcXml,
    /// 1Password, CSV.
    OnePasswordCsv,
    /// 1Password, 1PUX.
    OnePassword1Pux,
    /// breakglass itself.
    Breakglass,
}

impl Program {
    /// What people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Program::BitwardenJson => "Bitwarden (JSON)",
            Program::BitwardenCsv => "Bitwarden (CSV)",
            Program::KeePassXcCsv => "KeePassXC (CSV)",
            Program::KeePassXcXml => "KeePassXC (XML)",
            Program::OnePasswordCsv => "1Password (CSV)",
            Program::OnePassword1Pux => "1Password (1PUX)",
            Program::Breakglass => "breakglass",
        }
    }
}

/// Why an export cannot be taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportError {
    /// More bytes than are ever read; the bound.
    TooLarge(usize),
    /// More entries than a vault takes; the bound.
    TooMany(usize),
    /// Neither UTF-8 nor an archive.
    NotText,
    /// No export of a program that is known here.
    Unknown,
    /// An export of Bitwarden that is encrypted.
    Encrypted,
    /// Bitwarden's archive, whose `data.json` is read by itself.
    BitwardenArchive,
    /// A database of KeePass, which only its own program opens.
    KeePassDatabase,
    /// XML of KeePass with values in it that are encrypted.
    Protected,
    /// The file ends early or contradicts itself at this place.
    Damaged(Program, String),
    /// A version of breakglass' own export that this program does not know.
    UnknownVersion(u64),
    /// A sound export with no entry in it.
    Nothing,
}

impl Say for ImportError {
    fn say(&self, language: Language) -> String {
        match self {
            ImportError::TooLarge(bound) => text::too_large(language, bound >> 20),
            ImportError::TooMany(bound) => text::too_many(language, bound),
            ImportError::NotText => text::not_text(language),
            ImportError::Unknown => text::unknown(language),
            ImportError::Encrypted => text::encrypted(language),
            ImportError::BitwardenArchive => text::bitwarden_archive(language),
            ImportError::KeePassDatabase => text::keepass_database(language),
            ImportError::Protected => text::protected(language),
            ImportError::Damaged(program, place) => text::Damaged { program: program.name(), place }.say(language),
            ImportError::UnknownVersion(version) => text::unknown_version(language, version),
            ImportError::Nothing => text::nothing(language),
        }
    }
}

speaks!(ImportError);
