//! What somebody says and no card proves: a name, a reason, a title.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::FormatError;
use crate::language::plain;

/// Characters of a claim at most.
const CLAIM_CHARACTERS: usize = 200;

/// One line of 1 to 200 characters, none of which adds a line, turns it round or cannot be seen. Where nothing is claimed stands no
/// claim at all (`Option<Claim>`), never an empty one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Claim(String);

impl Claim {
    /// The claim as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What may be shown of any text: on one line, without what no claim may hold, and cut. `None` where nothing is left.
    #[must_use]
    pub fn of_any(text: &str) -> Option<Claim> {
        let spaced: String = text.chars().map(|character| if character == '\n' { ' ' } else { character }).collect();
        let kept: String = plain::judged(&spaced).filter(|(_, plain)| *plain).map(|(character, _)| character).collect();
        let line = kept.trim();
        if line.chars().count() <= CLAIM_CHARACTERS {
            return Claim::try_from(line.to_owned()).ok();
        }
        let cut: String = line.chars().take(CLAIM_CHARACTERS - 1).collect();
        Claim::try_from(format!("{}…", cut.trim_end())).ok()
    }

    /// The claim in `text`; none where it is empty.
    ///
    /// # Errors
    /// When it is no claim.
    pub fn optional(text: &str) -> Result<Option<Claim>, FormatError> {
        if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
    }
}

impl TryFrom<String> for Claim {
    type Error = FormatError;

    fn try_from(text: String) -> Result<Claim, FormatError> {
        if is_one_line(&text, CLAIM_CHARACTERS) { Ok(Claim(text)) } else { Err(FormatError::BadClaim(text)) }
    }
}

/// Whether `text` is a line of 1 to `most` characters without white space at its ends: what all names and claims have in common.
pub(super) fn is_one_line(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.chars().count()) && text.trim() == text && plain::is_plain(text)
}

impl FromStr for Claim {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Claim, FormatError> {
        Claim::try_from(text.to_owned())
    }
}

impl From<Claim> for String {
    fn from(claim: Claim) -> String {
        claim.0
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::{AttachmentName, FieldName, VaultName};

    #[test]
    fn a_claim_is_one_line_of_1_to_200_characters() {
        for good in ["left on a train", "髙橋 美﨑", "辻\u{e0100}", &"あ".repeat(200)] {
            assert_eq!(good.parse::<Claim>().unwrap().as_str(), good);
        }
        for bad in
            ["", " a", "a\u{3000}", "a\nb", "a\u{2028}b", "a\u{202e}b", "a\u{61c}b", "a\u{200b}b", &"あ".repeat(201)]
        {
            assert_eq!(bad.parse::<Claim>(), Err(FormatError::BadClaim(bad.to_owned())), "{bad:?}");
            assert!(serde_json::from_value::<Claim>(bad.into()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn names_of_vaults_people_fields_and_attachments_hold_no_character_that_a_claim_may_not() {
        for bad in ["a\u{2028}b", "a\u{202e}b", "a\u{61c}b", "a\u{200b}b", "a\u{ad}b", "a\u{e0100}b"] {
            assert!(bad.parse::<VaultName>().is_err(), "{bad:?}");
            assert!(bad.parse::<FieldName>().is_err(), "{bad:?}");
            assert!(bad.parse::<AttachmentName>().is_err(), "{bad:?}");
        }
        let name = "辻\u{e0100}";
        assert!(name.parse::<VaultName>().is_ok() && name.parse::<FieldName>().is_ok());
        assert!(name.parse::<AttachmentName>().is_ok());
    }

    #[test]
    fn of_any_text_a_claim_shows_one_clean_line_and_says_where_it_was_cut() {
        let of = |text: &str| Claim::of_any(text).map(String::from);
        assert_eq!(of(" Main\nserver\u{202e}\u{1b}[2J "), Some("Main server[2J".to_owned()));
        assert_eq!(of("\u{200b}\n\t"), None);
        assert_eq!(of("辻\u{200b}\u{e0100}"), Some("辻".to_owned()));
        assert_eq!(of("辻\u{e0100}\u{e0101}"), Some("辻\u{e0100}".to_owned()));
        assert_eq!(of(&"あ".repeat(200)), Some("あ".repeat(200)));
        assert_eq!(of(&"あ".repeat(201)), Some(format!("{}…", "あ".repeat(199))));
    }
}
