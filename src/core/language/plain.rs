//! Which characters may stand in a line that somebody else wrote.
//!
//! Whoever can write into the vault's folder chooses what is claimed there. A line feed would add a line that looks like the
//! program's own, a mark of direction would turn one round, and what has no width would make two names look alike. So all text of
//! others passes through this one predicate: names and claims are refused by it, and whatever enters a sentence is cleaned by it.

/// Each character of `text`, and whether it may stand on a line. A variation selector may, directly behind a Han character: Japanese
/// names are told apart by it.
pub fn judged(text: &str) -> impl Iterator<Item = (char, bool)> {
    let mut behind_han = false;
    text.chars().map(move |character| {
        let plain = !is_forbidden(character) || (behind_han && is_variation_selector(character));
        behind_han = is_han(character);
        (character, plain)
    })
}

/// Whether all of `text` may stand on one line.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    judged(text).all(|(_, plain)| plain)
}

/// `text` on one line: each line feed becomes a space, and each other forbidden character U+FFFD.
#[must_use]
pub fn one_line(text: &str) -> String {
    cleaned(text, ' ')
}

/// Sentences of our own, which may have several lines: as [`one_line`], but line feeds stay.
#[must_use]
pub fn lines(text: &str) -> String {
    cleaned(text, '\n')
}

fn cleaned(text: &str, line_feed: char) -> String {
    let clean = |(character, plain)| match character {
        '\n' => line_feed,
        _ if plain => character,
        _ => char::REPLACEMENT_CHARACTER,
    };
    judged(text).map(clean).collect()
}

/// Controls, `Bidi_Control`, separators of lines and paragraphs, and `Default_Ignorable_Code_Point`.
fn is_forbidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{00ad}'
                | '\u{034f}'
                | '\u{061c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

fn is_variation_selector(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

fn is_han(character: char) -> bool {
    matches!(
        character,
        '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_adds_a_line_turns_it_or_cannot_be_seen_is_plain() {
        for bad in "\n\r\t\0\u{1b}\u{7f}\u{85}\u{9b}\u{ad}\u{34f}\u{61c}\u{115f}\u{17b5}\u{180e}\u{200b}\u{200d}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202e}\u{2060}\u{2066}\u{2069}\u{206f}\u{3164}\u{fe0f}\u{feff}\u{ffa0}\u{fff8}\u{1bca0}\u{1d173}\u{e0001}\u{e0100}\u{e0fff}".chars() {
            assert!(!is_plain(&format!("a{bad}b")), "{bad:?}");
        }
        for good in ["Margaret O'Kafor", "髙橋 美﨑", "ｶﾀｶﾅ　カー", "“quoted” — 3 €", "العربية", "😀"]
        {
            assert!(is_plain(good), "{good}");
        }
    }

    #[test]
    fn a_variation_selector_stands_directly_behind_a_han_character_and_nowhere_else() {
        assert!(is_plain("辻\u{e0100}さん") && is_plain("𠮷\u{fe00}"));
        for bad in ["\u{e0100}辻", "辻\u{e0100}\u{e0101}", "a\u{e0100}", "カ\u{fe00}", "辻 \u{e0100}"] {
            assert!(!is_plain(bad), "{bad:?}");
        }
    }

    #[test]
    fn what_is_cleaned_is_plain_and_only_our_own_sentences_keep_their_lines() {
        let text = "a\nb\u{2028}c\u{202e}d\u{1b}[2J辻\u{e0100}";
        assert_eq!(one_line(text), "a b\u{fffd}c\u{fffd}d\u{fffd}[2J辻\u{e0100}");
        assert_eq!(lines(text), "a\nb\u{fffd}c\u{fffd}d\u{fffd}[2J辻\u{e0100}");
        assert!(is_plain(&one_line(text)));
    }
}
