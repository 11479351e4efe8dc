//! A card's text as a QR code: alphanumeric mode, error correction Q, exactly the characters that are printed beside it.
//!
//! It is handed on as an image of one bit a pixel with its quiet zone, so that a reader which only pulls images out of a PDF
//! finds a whole code, from our own file as from a scan.

use qrcode::bits::Bits;
use qrcode::{Color, EcLevel, QrCode, Version};
use zeroize::Zeroizing;

/// 41 by 41 modules: the smallest version that holds a card's text at error correction Q.
const VERSION: Version = Version::Normal(6);

/// A quarter of the code may be lost to a fold or a stain.
const ERROR_CORRECTION: EcLevel = EcLevel::Q;

/// Clear modules on each side (ISO/IEC 18004, 9.1).
const QUIET_ZONE: usize = 4;

/// Pixels to the side of a module. One would do, but some viewers blur what they must enlarge so much.
const PIXELS: usize = 12;

/// Modules to a side of a card's code, quiet zone included.
pub(super) const CARD_MODULES: usize = 41 + 2 * QUIET_ZONE;

/// A QR code as an image.
pub(super) struct QrImage {
    /// Pixels to a side.
    pub(super) side: usize,
    /// Rows from the top, eight pixels a byte, most significant first, 1 is white.
    pub(super) rows: Zeroizing<Vec<u8>>,
}

/// Encodes text in alphanumeric mode; `None` when it has other characters or is longer than a card's.
pub(super) fn encode(text: &str) -> Option<QrImage> {
    let mut bits = Bits::new(VERSION);
    if !text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
        return None;
    }
    bits.push_alphanumeric_data(text.as_bytes()).ok()?;
    bits.push_terminator(ERROR_CORRECTION).ok()?;
    let code = QrCode::with_bits(bits, ERROR_CORRECTION).ok()?;
    Some(draw(&code))
}

fn draw(code: &QrCode) -> QrImage {
    let side = (code.width() + 2 * QUIET_ZONE) * PIXELS;
    let row_length = side.div_ceil(8);
    let mut rows = Zeroizing::new(vec![0xFF; row_length * side]);
    for y in 0..code.width() {
        let mut row = Zeroizing::new(vec![0xFF; row_length]);
        for x in (0..code.width()).filter(|x| code[(*x, y)] == Color::Dark) {
            for pixel in (x + QUIET_ZONE) * PIXELS..(x + QUIET_ZONE + 1) * PIXELS {
                row[pixel / 8] &= !(0x80 >> (pixel % 8));
            }
        }
        let first = (y + QUIET_ZONE) * PIXELS * row_length;
        rows[first..first + PIXELS * row_length]
            .chunks_exact_mut(row_length)
            .for_each(|line| line.copy_from_slice(&row));
    }
    QrImage { side, rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cards_text_makes_a_code_of_version_6_with_four_clear_modules_around() {
        let image = encode(&"BG1QPZRY9X".repeat(10)[..93]).unwrap();
        assert_eq!(image.side, CARD_MODULES * PIXELS);
        let dark = |x: usize, y: usize| {
            let (x, y) = (x * PIXELS + PIXELS / 2, y * PIXELS + PIXELS / 2);
            image.rows[y * image.side.div_ceil(8) + x / 8] & (0x80 >> (x % 8)) == 0
        };
        for along in 0..CARD_MODULES {
            for edge in (0..4).chain(45..49) {
                assert!(!dark(along, edge) && !dark(edge, along));
            }
        }
        // Format information beside the finder pattern (ISO/IEC 18004, 7.9): the first two bits are 11 for level Q, 01 after
        // the fixed mask 101010000010010.
        assert_eq!([dark(4, 12), dark(5, 12)], [false, true]);
        assert!((0..7).all(|along| dark(4 + along, 4)), "top edge of the finder pattern");
    }

    #[test]
    fn text_that_no_card_has_makes_no_code() {
        assert!(encode("bg1lowercase").is_none());
        assert!(encode(&"A".repeat(200)).is_none());
    }
}
