//! The two first languages and every sentence that a person can read.
//!
//! The core's sentences live in message files beside this one; the build turns each into a function and fails when either language
//! lacks it. No other room may hold a sentence for people. Nothing comes in here but words: no terminal, no clock, no file.

pub mod plain;

use std::fmt::{self, Display};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

include!(concat!(env!("OUT_DIR"), "/languages.rs"));

impl Language {
    /// The language of a POSIX locale name such as `ja_JP.UTF-8`; English for every other.
    #[must_use]
    pub fn of_locale(locale: &str) -> Language {
        let locale = locale.to_ascii_lowercase();
        Language::ALL.into_iter().find(|language| locale.starts_with(language.code())).unwrap_or(Language::English)
    }

    /// Which of the forms of a word goes with a number.
    #[must_use]
    pub fn form(self, count: &str) -> usize {
        match self {
            Language::English => usize::from(count != "1"),
            Language::Japanese => 0,
        }
    }
}

impl Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl FromStr for Language {
    type Err = String;

    fn from_str(text: &str) -> Result<Language, String> {
        Language::ALL.into_iter().find(|language| language.code() == text).ok_or_else(|| text.to_owned())
    }
}

/// Something that can be said to a person: every error of every room, and what the program reports.
pub trait Say {
    /// What happened and what to do next, in the reader's language.
    fn say(&self, language: Language) -> String;
}

/// Gives an error type its `Display` (English) and `std::error::Error` from what it says. An error that wraps others also says which
/// one each variant wraps: `speaks!(DeskError, DeskError::Terminal { cause } => cause)`.
#[macro_export]
macro_rules! speaks {
    ($type:ty $(, $wrapping:pat => $cause:expr)* $(,)?) => {
        impl std::fmt::Display for $type {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&$crate::language::Say::say(self, $crate::language::Language::English))
            }
        }

        impl std::error::Error for $type {
            fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
                match self {
                    $($wrapping => Some($cause),)*
                    _ => None,
                }
            }
        }
    };
}

/// One function per message, grouped by the file it stands in.
#[allow(missing_docs, non_snake_case)]
pub mod messages {
    use super::{Display, Language, plain};

    include!(concat!(env!("OUT_DIR"), "/messages.rs"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_parameter_of_any_message_adds_a_line_or_turns_one_round() {
        let hostile = "a\nb\u{2028}c\u{2029}d\u{202e}e\u{61c}f\u{1b}[2Jg\u{9b}h\u{200b}i\r";
        assert!(messages::PARAMETERS.len() > 40);
        for parameter in messages::PARAMETERS {
            for language in Language::ALL {
                let [harmless, said] = ["a", hostile].map(|given| (parameter.said)(language, given));
                let more = usize::from(parameter.is_text) * said.matches("a\nb").count();
                assert_eq!(said.matches('\n').count(), harmless.matches('\n').count() + more, "{}", parameter.name);
                assert_eq!(plain::lines(&said), said, "{}: {said:?}", parameter.name);
            }
        }
    }
}
