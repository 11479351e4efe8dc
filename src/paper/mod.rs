//! Paper: what is printed, as PDF and as plain text; and codes read back from pictures of it.
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
mod reading;
mod text;

pub use card_sheet::{CardPdf, CardSheet, PaperError, card_pdf, card_text_file};
pub use page::PageSize;
pub use reading::{
    Code, HEAD, LARGEST_FILE, MOST_PAGES, MOST_PIXELS, Origin, PictureError, is_picture, panics_are_answers,
    read_codes, read_codes_with_origin,
};
