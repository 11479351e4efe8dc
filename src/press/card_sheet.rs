//! The sheet on which one custodian's card is printed: what it is made of, and its two forms.

use zeroize::Zeroizing;

use super::card_words::CardWords;
use super::page::PageSize;
use super::text::Typesetter;
use super::{card_layout, card_text, pdf, qr};
use crate::language::{Language, Say, messages};

/// Characters of a card's text.
pub(super) const TEXT_LENGTH: usize = 93;

/// Characters in a group of a card's text.
pub(super) const GROUP_LENGTH: usize = 5;

/// Groups in a row. Five rows hold all nineteen groups, and an error message counts groups.
pub(super) const GROUPS_IN_ROW: usize = 4;

/// What one card's sheet says. Plain strings and numbers; all but `text` may be seen by anybody.
pub struct CardSheet<'a> {
    /// The custodian's own language; everything on the sheet is in it.
    pub language: Language,
    /// The vault's name.
    pub vault_name: &'a str,
    /// The vault's id, in lower-case hex; printed in groups of four.
    pub vault_id: &'a str,
    /// The number of the epoch that the card belongs to.
    pub epoch_number: u64,
    /// The epoch's id, 24 digits of lower-case hex; printed in groups of four.
    pub epoch_id: &'a str,
    /// The day on which the card was dealt, as it is to be printed (`2026-11-22`).
    pub dealt_on: &'a str,
    /// The custodian's name.
    pub custodian: &'a str,
    /// The number of this card, from 1 to `count`.
    pub index: u8,
    /// How many cards the epoch has.
    pub count: u8,
    /// How many cards open the vault together.
    pub threshold: u8,
    /// Who may bring the card in the custodian's stead.
    pub deputy: Option<&'a str>,
    /// How the custodian is reached.
    pub contact: Option<&'a str>,
    /// Where the card is kept.
    pub place: Option<&'a str>,
    /// The card's text: 93 upper-case letters and digits without spaces. A secret.
    pub text: &'a str,
    /// Whether the card is locked with a phrase. The phrase is never printed.
    pub locked: bool,
    /// Whether the card is one of a drill.
    pub drill: bool,
}

/// One card's sheet as a PDF of a single page. Holds the card's text, so it is wiped when dropped.
pub struct CardPdf {
    /// The whole file, in a buffer of exactly its size.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Characters of the names that no font here can draw, each once, in order of appearance. They were printed as their code
    /// points, and variation selectors left out.
    pub missing_glyphs: Vec<char>,
}

/// Why a sheet cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaperError {
    /// The text is not the 93 characters of a card.
    NotACardText {
        /// How many characters it has.
        length: usize,
    },
    /// Names, contact and place together are too long for one page.
    DoesNotFit {
        /// Whose sheet it is.
        custodian: String,
    },
}

impl Say for PaperError {
    fn say(&self, language: Language) -> String {
        match self {
            PaperError::NotACardText { length } => messages::press::not_a_card_text(language, length),
            PaperError::DoesNotFit { custodian } => messages::press::does_not_fit(language, custodian),
        }
    }
}

crate::speaks!(PaperError);

/// Draws a card's sheet on one page. The same sheet always gives the same bytes.
///
/// # Errors
/// When the text is not a card's, or the names are too long for the page even in small type.
pub fn card_pdf(sheet: &CardSheet<'_>, size: PageSize) -> Result<CardPdf, PaperError> {
    check_text(sheet.text)?;
    let image = qr::encode(sheet.text).ok_or(PaperError::NotACardText { length: sheet.text.len() })?;
    let words = CardWords::of(sheet);
    let mut typesetter = Typesetter::default();
    let page = card_layout::lay_out(sheet, &words, image, size, &mut typesetter)
        .ok_or_else(|| PaperError::DoesNotFit { custodian: sheet.custodian.to_owned() })?;
    let title = format!("{}: {} ({})", words.title, sheet.custodian, sheet.vault_name);
    let bytes = pdf::write(&page, &title, sheet.language);
    Ok(CardPdf { bytes, missing_glyphs: typesetter.into_missing() })
}

/// The same content as plain text in UTF-8, for those who cannot print a PDF.
///
/// # Errors
/// When the text is not a card's.
pub fn card_text_file(sheet: &CardSheet<'_>) -> Result<Zeroizing<String>, PaperError> {
    check_text(sheet.text)?;
    Ok(card_text::write(sheet, &CardWords::of(sheet)))
}

fn check_text(text: &str) -> Result<(), PaperError> {
    let sound = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if sound && text.len() == TEXT_LENGTH {
        Ok(())
    } else {
        Err(PaperError::NotACardText { length: text.chars().count() })
    }
}

/// The rows in which a card's text is printed, each with the number of its first group, counted from 1.
pub(super) fn rows_of(text: &str) -> impl Iterator<Item = (usize, impl Iterator<Item = &str>)> {
    let row_length = GROUP_LENGTH * GROUPS_IN_ROW;
    (0..text.len()).step_by(row_length).enumerate().map(move |(row, start)| {
        let end = text.len().min(start + row_length);
        let groups = (start..end).step_by(GROUP_LENGTH).map(move |at| &text[at..end.min(at + GROUP_LENGTH)]);
        (row * GROUPS_IN_ROW + 1, groups)
    })
}
