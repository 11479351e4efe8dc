//! What is printed, as PDF and as plain text.
//!
//! Everything that goes onto paper is made here from plain strings and numbers: fonts, line breaking, QR codes, the PDF
//! itself, and the layout of a card's sheet. The same input always gives the same bytes. No file, no printer, no clock and no
//! key comes in here; the text of a card does, and so every buffer that has held it is wiped.

mod card_layout;
mod card_sheet;
mod card_text;
mod card_words;
mod draft;
mod font;
mod page;
mod pdf;
mod qr;
mod text;

pub use card_sheet::{CardPdf, CardSheet, PaperError, card_pdf, card_text_file};
pub use page::PageSize;
