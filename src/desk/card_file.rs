//! Cards in files: in text files, bare, a card a line or in several lines, or on a whole sheet as it is printed, among other words;
//! and in pictures, as codes.

use std::collections::VecDeque;
use std::path::Path;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::input::{Contents, Input};
use super::{CARDS, DeskError, NotPaper, Purpose};
use crate::card::{Reading, read_card, separates};
use crate::scan::{Origin, read_codes_with_origin};
use crate::secret::SecretText;

/// Characters of a card's text.
const CHARACTERS: usize = 93;

/// The card in a file that a person names: the first of a text file, wherever in it the card stands, or the only one of a picture; of a
/// picture also what it was made of.
///
/// # Errors
/// When the file cannot be read, holds no card, is a picture of several, or does not serve the purpose.
pub fn card_in_file(path: &Path, purpose: Purpose<'_>) -> Result<(SecretText, Option<Origin>), DeskError> {
    let input = Input::File(path.to_owned());
    input.check_not_own(purpose)?;
    let mut cards = Cards::of(&input, CARDS, purpose)?;
    if matches!(cards, Cards::Written(_)) && purpose != Purpose::Open {
        return Err(input.not_paper(NotPaper::TextFile));
    }
    if let Cards::Shown(shown) = &cards
        && shown.len() > 1
    {
        let numbers = shown.iter().filter_map(|(card, _)| match read_card(card.expose()) {
            Ok(Reading::Whole(card)) => Some(card.head().index.get()),
            _ => None,
        });
        return Err(DeskError::SeveralCards { source: input.to_string(), numbers: numbers.collect() });
    }
    let origin = match &cards {
        Cards::Shown(shown) => shown.front().map(|(_, origin)| *origin),
        Cards::Written(_) => None,
    };
    let text = cards.next()?.ok_or_else(|| DeskError::NoCard { source: input.to_string() })?;
    Ok((text, origin))
}

/// The cards of one input, one after another.
pub enum Cards {
    /// Of text.
    Written(WrittenCards),
    /// Of the codes in a picture.
    Shown(VecDeque<(SecretText, Origin)>),
}

impl Cards {
    /// Opens `input` for `option`.
    ///
    /// # Errors
    /// When it cannot be read, or when a file that breakglass wrote, or a picture drawn from it, is to prove paper.
    pub fn of(input: &Input, option: &'static str, purpose: Purpose<'_>) -> Result<Cards, DeskError> {
        match input.picture(option)? {
            Some(picture) => cards_shown(&picture, input, purpose).map(Cards::Shown),
            None => WrittenCards::of(input, option, purpose).map(Cards::Written),
        }
    }

    /// The next card as it stands there; nothing when there is none left.
    pub fn next(&mut self) -> Result<Option<SecretText>, DeskError> {
        match self {
            Cards::Written(cards) => cards.next(),
            Cards::Shown(cards) => Ok(cards.pop_front().map(|(text, _)| text)),
        }
    }
}

/// The cards among the codes of a picture: a page may show others, and a table other things.
fn cards_shown(
    picture: &[u8],
    input: &Input,
    purpose: Purpose<'_>,
) -> Result<VecDeque<(SecretText, Origin)>, DeskError> {
    let codes = read_codes_with_origin(picture);
    let codes = codes.map_err(|cause| DeskError::Picture { source: input.to_string(), cause })?;
    let count = codes.len();
    let cards: VecDeque<(SecretText, Origin)> = codes
        .iter()
        .filter(|code| begins_card(&code.text))
        .map(|code| (SecretText::from(code.text.to_string()), code.origin))
        .collect();
    let Some(worst) = cards.iter().map(|(_, origin)| *origin).max() else {
        return Err(DeskError::NoCardAmongCodes { source: input.to_string(), codes: count });
    };
    match (purpose, worst) {
        (Purpose::Open, _) | (_, Origin::Paper | Origin::Unclear) => Ok(cards),
        (_, Origin::Rendering) => Err(input.not_paper(NotPaper::Rendering)),
        (_, Origin::OwnFile) => Err(input.not_paper(NotPaper::OwnFile)),
    }
}

/// The cards of a text, one after another.
pub struct WrittenCards {
    contents: Contents,
    /// Whether it is made of sheets: cards stand among words.
    is_sheets: bool,
    /// What is told when it turns out to be a sheet and is to prove paper: a person types the card off it, and not its words.
    refusal: Option<DeskError>,
}

impl WrittenCards {
    /// Opens `input` for `option`. A file in which a single line begins a card is a sheet, and one that has words is made of sheets. A stream is
    /// one as soon as words are next, since it is not read ahead. In a list without words, what is no card is handed over too: it may be a damaged one.
    /// Of either, nothing proves paper: breakglass itself writes cards so.
    pub fn of(input: &Input, option: &'static str, purpose: Purpose<'_>) -> Result<WrittenCards, DeskError> {
        let mut contents = input.open(option)?;
        let refusal = (purpose != Purpose::Open).then(|| input.not_paper(NotPaper::Sheet));
        if !input.is_stream() && contents.rest()?.lines().any(is_of_sheet) {
            refusal.map_or(Ok(()), Err)?;
            return Ok(WrittenCards { contents, is_sheets: true, refusal: None });
        }
        let is_sheets = !input.is_stream() && {
            let text = contents.rest()?;
            let begun = text.lines().filter(|line| begins_card(bare(line))).count();
            begun == 1 || (begun > 1 && text.lines().any(is_words))
        };
        Ok(WrittenCards { contents, is_sheets, refusal })
    }

    /// The next card as it stands there; nothing when there is none left. Reads no further than the card goes.
    pub fn next(&mut self) -> Result<Option<SecretText>, DeskError> {
        self.refuse_sheet()?;
        // A stream shows only now that it is made of sheets.
        self.is_sheets |= self.contents.peek_line()?.is_some_and(is_words);
        if self.is_sheets {
            self.skip_to_card()?;
        }
        let mut card = Zeroizing::new(String::with_capacity(4 * CHARACTERS));
        while length(&card) < CHARACTERS {
            self.refuse_sheet()?;
            let Some(line) = self.contents.peek_line()?.map(bare) else { break };
            if !card.is_empty() && (line.is_empty() || begins_card(line)) {
                break;
            }
            if !line.is_empty() && !line.starts_with('#') {
                card.push_str(line);
                card.push('\n');
            }
            self.contents.pass()?;
        }
        Ok((!card.is_empty()).then(|| SecretText::from(card.trim_end().to_owned())))
    }

    /// A line that is of a sheet ends a text that is to prove paper.
    fn refuse_sheet(&mut self) -> Result<(), DeskError> {
        if self.refusal.is_some() && self.contents.peek_line()?.is_some_and(is_of_sheet) {
            return self.refusal.take().map_or(Ok(()), Err);
        }
        Ok(())
    }

    fn skip_to_card(&mut self) -> Result<(), DeskError> {
        while self.contents.peek_line()?.is_some_and(|line| !begins_card(bare(line))) {
            self.contents.pass()?;
        }
        Ok(())
    }
}

/// A line without the spaces around it, and without the number of its first group that sheets print before it.
fn bare(line: &str) -> &str {
    let line = line.trim_start_matches('\u{feff}').trim();
    match line.split_once(char::is_whitespace) {
        Some((number, rest)) if number.len() <= 2 && number.bytes().all(|byte| byte.is_ascii_digit()) => {
            rest.trim_start()
        }
        _ => line,
    }
}

/// How many characters of a card `text` may have.
fn length(text: &str) -> usize {
    text.chars().filter(|character| !separates(*character)).count()
}

/// Whether a line is words beyond doubt: a fifth of it, and more than a typing mistake or two, is what no card has.
fn is_words(line: &str) -> bool {
    const LETTERS: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const SOME: usize = 12;
    let line = line.trim_start_matches('\u{feff}').trim();
    let foreign =
        line.nfkc().filter(|character| !separates(*character) && !LETTERS.contains(character.to_ascii_lowercase()));
    !line.starts_with('#') && length(line) >= SOME && 5 * foreign.count() >= length(line)
}

/// Whether a line stands in the files of cards and is none that a person types off the paper: words, or a row with its number before it.
fn is_of_sheet(line: &str) -> bool {
    is_words(line) || (length(bare(line)) >= 10 && bare(line).len() < line.trim_start_matches('\u{feff}').trim().len())
}

/// Whether a line begins with the prefix of a card, as forgivingly as a card is read.
fn begins_card(line: &str) -> bool {
    let mut characters =
        line.nfkc().filter(|character| !separates(*character)).map(|character| character.to_ascii_lowercase());
    characters.next() == Some('b')
        && characters.next() == Some('g')
        && matches!(characters.next(), Some('1' | 'l' | 'i'))
        && length(line) > 3
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    /// A file that goes away with the value.
    struct TextFile(PathBuf);

    impl TextFile {
        fn of(name: &str, text: &str) -> TextFile {
            let path = std::env::temp_dir().join(format!("breakglass-{}-{name}", std::process::id()));
            fs::write(&path, text).unwrap();
            TextFile(path)
        }

        fn cards(&self) -> Vec<String> {
            let mut cards = Cards::of(&Input::File(self.0.clone()), CARDS, Purpose::Open).unwrap();
            std::iter::from_fn(|| cards.next().unwrap())
                .map(|card| card.expose().chars().filter(|character| !separates(*character)).collect())
                .collect()
        }
    }

    impl Drop for TextFile {
        fn drop(&mut self) {
            let _ = fs::remove_file(&self.0);
        }
    }

    fn card(letter: char) -> String {
        format!("BG1{}", letter.to_string().repeat(90))
    }

    fn in_rows(card: &str) -> String {
        let groups: Vec<&str> = (0..card.len()).step_by(5).map(|at| &card[at..card.len().min(at + 5)]).collect();
        groups.chunks(4).map(|row| format!("{}\n", row.join("  "))).collect()
    }

    #[test]
    fn cards_stand_one_a_line_or_in_rows_with_empty_lines_between() {
        let (one, two, three) = (card('Q'), card('P'), card('Z'));
        let text = format!("# Tanaka\n{one}\n{}\n\n# from the safe\n\n{}{three}\n", in_rows(&two), in_rows(&one));
        assert_eq!(TextFile::of("list", &text).cards(), [&one, &two, &one, &three].map(String::clone));
    }

    #[test]
    fn a_card_too_short_does_not_swallow_the_one_below() {
        let text = format!("{}\n{}\n", &card('Q')[..80], card('P'));
        assert_eq!(TextFile::of("short", &text).cards(), [card('Q')[..80].to_owned(), card('P')]);
    }

    #[test]
    fn a_list_with_a_broken_card_is_handed_over_whole() {
        let text = format!("XX1QQ\n\n{}\n{}\n", card('P'), card('Q'));
        assert_eq!(TextFile::of("broken", &text).cards(), ["XX1QQ".to_owned(), card('P'), card('Q')]);
    }

    #[test]
    fn the_card_on_a_printed_sheet_is_found_among_its_words() {
        let rows: String = in_rows(&card('Q'))
            .lines()
            .zip([1, 5, 9, 13, 17])
            .map(|(row, number)| format!("{number:>4}   {row}\n"))
            .collect();
        let text =
            format!("\u{feff}Card of Tanaka / 1 of 5\n-----\nCustodian: Tanaka\n\n{rows}\nKeep this sheet sealed.\n");
        let file = TextFile::of("sheet", &text);
        assert_eq!(file.cards(), [card('Q')]);
        assert_eq!(length(card_in_file(&file.0, Purpose::Open).unwrap().0.expose()), CHARACTERS);
    }

    #[test]
    fn the_cards_of_several_sheets_in_one_file_are_found_among_their_words() {
        let sheet = |card: &str| {
            format!(
                "Custodian: Tanaka\nAny two open it together; fewer tell nothing.\n\n{}\nKeep this sheet.\n",
                in_rows(card)
            )
        };
        let text = ['Q', 'P', 'Z'].map(|letter| sheet(&card(letter))).concat();
        assert_eq!(TextFile::of("sheets", &text).cards(), ['Q', 'P', 'Z'].map(card));
        let text = text.replace("Custodian: Tanaka", "カードの保持者：田中さん");
        assert_eq!(TextFile::of("sheets-ja", &text).cards(), ['Q', 'P', 'Z'].map(card));
    }

    #[test]
    fn a_file_without_a_card_is_told_by_name() {
        let file = TextFile::of("empty", "\n# nothing\n");
        let error = card_in_file(&file.0, Purpose::Open).unwrap_err().to_string();
        assert!(error.contains("breakglass-"), "{error}");
    }
}
