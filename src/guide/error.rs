//! Why a conversation came to no good end.

use std::path::PathBuf;

use super::heads;
use crate::card::{Mistyped, Unreadable};
use crate::ceremony::CeremonyError;
use crate::desk::DeskError;
use crate::ids::NotHex;
use crate::language::messages::{cards, cli as text};
use crate::language::{Language, Say};
use crate::quorum::PhraseError;
use crate::speaks;
use crate::store::StoreError;
use crate::vault::{EntryId, FormatError};

/// Why a conversation came to no good end.
#[derive(Debug)]
pub enum GuideError {
    /// A step of the ceremony.
    Ceremony(CeremonyError),
    /// A question that was not answered.
    Desk(DeskError),
    /// A card's text.
    Unreadable(Unreadable),
    /// A phrase.
    Phrase(PhraseError),
    /// An id in hexadecimal.
    Hex(NotHex),
    /// No vault was named, and none stands here.
    NoVault(PathBuf),
    /// Several vaults stand here.
    SeveralVaults(Vec<PathBuf>),
    /// A file that an option names: what it is not, in the reader's words already.
    File(PathBuf, String),
    /// One `--replaced` names several secrets; each as it can be named.
    NameEachSecret(Vec<String>),
    /// What an option names is not there.
    NotThere {
        /// The option, such as `--replaced`.
        option: &'static str,
        /// What it names.
        value: String,
    },
    /// Two options contradict each other, or one is missing; the sentence.
    Usage(fn(Language) -> String),
    /// It was done, and something is missing in it, as was told; the sentence.
    Incomplete(fn(Language) -> String),
    /// A card in a list of cards does not count, and nobody is there to bring another.
    NotEnoughCards(usize),
    /// The card is another custodian's than the one named: whose it is, and whose was meant.
    OtherCard {
        /// Whose it is.
        name: String,
        /// Whose was meant.
        named: String,
    },
    /// A head from paper has a typing mistake.
    HeadMistyped(Mistyped),
    /// More than one event begins like this head.
    HeadOfSeveral(String),
    /// The event could not be written, so that nothing was shown.
    NotRecorded(StoreError),
    /// The sealed contents did not open, so that nobody knows whether this entry is there and what it has.
    EntryNotKnown(EntryId),
    /// The person said no.
    Declined,
    /// Standard output was closed or is full.
    Output(std::io::Error),
}

impl Say for GuideError {
    fn say(&self, language: Language) -> String {
        match self {
            GuideError::Ceremony(error) => error.say(language),
            GuideError::Desk(error) => error.say(language),
            GuideError::Unreadable(error) => error.say(language),
            GuideError::Phrase(error) => error.say(language),
            GuideError::Hex(error) => error.say(language),
            GuideError::NoVault(path) => text::no_vault(language, path.display()),
            GuideError::SeveralVaults(paths) => {
                let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
                text::several_vaults(language, names.join(", "))
            }
            GuideError::File(path, why) => text::InFile { path: path.display(), why }.say(language),
            GuideError::NameEachSecret(names) => text::name_each_secret(language, names.join(", ")),
            GuideError::NotThere { option, value } => text::NotThere { option, value }.say(language),
            GuideError::Usage(sentence) | GuideError::Incomplete(sentence) => sentence(language),
            GuideError::NotEnoughCards(missing) => text::not_enough_cards(language, missing),
            GuideError::OtherCard { name, named } => cards::CardOfSomebodyElse { name, named }.say(language),
            GuideError::HeadMistyped(mistyped) => heads::mistyped(language, mistyped),
            GuideError::HeadOfSeveral(typed) => text::head_of_several(language, typed),
            GuideError::NotRecorded(error) => text::not_recorded(language, error.say(language)),
            GuideError::EntryNotKnown(entry) => text::entry_not_known(language, entry),
            GuideError::Declined => text::declined(language),
            GuideError::Output(error) => text::output_closed(language, error),
        }
    }
}

speaks!(
    GuideError,
    GuideError::Ceremony(error) => error,
    GuideError::Desk(error) => error,
    GuideError::Unreadable(error) => error,
    GuideError::Phrase(error) => error,
    GuideError::Hex(error) => error,
    GuideError::NotRecorded(error) => error,
    GuideError::Output(error) => error,
);

macro_rules! from {
    ($($error:ty => $variant:ident),*) => {$(
        impl From<$error> for GuideError {
            fn from(error: $error) -> GuideError {
                GuideError::$variant(error)
            }
        }
    )*};
}

from!(
    CeremonyError => Ceremony,
    DeskError => Desk,
    Unreadable => Unreadable,
    PhraseError => Phrase,
    NotHex => Hex,
    std::io::Error => Output
);

impl From<StoreError> for GuideError {
    fn from(error: StoreError) -> GuideError {
        GuideError::Ceremony(CeremonyError::Store(error))
    }
}

impl From<FormatError> for GuideError {
    fn from(error: FormatError) -> GuideError {
        GuideError::Ceremony(CeremonyError::Value(error))
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::io;

    use super::*;

    #[test]
    fn what_a_conversation_failed_with_is_its_source_down_to_the_system() {
        let missing = StoreError::of_system("log.jsonl", &io::Error::from(io::ErrorKind::NotFound));
        let error = GuideError::from(missing);
        let chain = std::iter::successors(error.source(), |cause| (*cause).source());
        let kinds: Vec<&str> = chain
            .map(|cause| match cause {
                cause if cause.is::<CeremonyError>() => "ceremony",
                cause if cause.is::<StoreError>() => "store",
                cause if cause.is::<io::Error>() => "system",
                _ => "other",
            })
            .collect();
        assert_eq!(kinds, ["ceremony", "store", "system"]);
        assert!(GuideError::from(DeskError::NoScreen).source().is_some_and(|cause| cause.is::<DeskError>()));
        assert!(GuideError::Declined.source().is_none());
    }
}
