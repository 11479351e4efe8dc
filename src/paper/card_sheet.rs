//! The sheet on which one custodian's card is printed.

use zeroize::Zeroizing;

use crate::language::{Language, Say, messages};

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
    /// The card's text: 93 upper-case characters without spaces. A secret.
    pub text: &'a str,
    /// Whether the card is locked with a phrase. The phrase is never printed.
    pub locked: bool,
    /// Whether the card is one of a drill.
    pub drill: bool,
}

/// The paper that a sheet is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageSize {
    /// 210 mm by 297 mm.
    A4,
    /// 8.5 inches by 11 inches.
    Letter,
}

/// One card's sheet as a PDF of a single page. Holds the card's text, so it is wiped when dropped.
pub struct CardPdf {
    /// The whole file.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Characters of the names that no font here can draw, each once, in order of appearance; they were printed as their code points.
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
    /// Name, contact, deputy and place together are too long for one page.
    DoesNotFit {
        /// Whose sheet it is.
        custodian: String,
    },
}

impl Say for PaperError {
    fn say(&self, language: Language) -> String {
        match self {
            PaperError::NotACardText { length } => messages::paper::not_a_card_text(language, length),
            PaperError::DoesNotFit { custodian } => messages::paper::does_not_fit(language, custodian),
        }
    }
}

crate::speaks!(PaperError);

/// Draws a card's sheet on one page. The same sheet always gives the same bytes.
///
/// # Errors
/// When the text is not a card's, or the names are too long for the page.
pub fn card_pdf(sheet: &CardSheet<'_>, size: PageSize) -> Result<CardPdf, PaperError> {
    let _ = (sheet, size);
    unimplemented!("drawn in the next commit")
}

/// The same content as plain text in UTF-8, for a printer that knows no PDF.
///
/// # Errors
/// When the text is not a card's.
pub fn card_text_file(sheet: &CardSheet<'_>) -> Result<Zeroizing<String>, PaperError> {
    let _ = sheet;
    unimplemented!("written in the next commit")
}
