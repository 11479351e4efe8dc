//! A QR code in the characters of a terminal: two modules in one cell, dark on light whatever the terminal's own colours are.

use qrcode::{Color, EcLevel, QrCode};
use zeroize::Zeroizing;

use crate::desk::wrapped;

/// Light modules around the code. The standard asks for four; telephones read two, and a screen of 24 lines has no room for more.
const QUIET: usize = 2;
/// The smallest screen, in columns that a line may take and in rows, of which the countdown takes one.
const SCREEN: (usize, usize) = (79, 24);

/// The rows of a code, each with its colours; none when it would not fit on a small screen below `title`.
#[must_use]
pub fn rows(text: &str, title: &str) -> Option<Vec<Zeroizing<String>>> {
    // The least correction: a screen has no stains, and the code must be small.
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let side = code.width() + 2 * QUIET;
    if wrapped(title, SCREEN.0).len() + side.div_ceil(2) + 1 > SCREEN.1 {
        return None;
    }
    let dark = |x: usize, y: usize| {
        let inside = |place: usize| (QUIET..QUIET + code.width()).contains(&place);
        inside(x) && inside(y) && code[(x - QUIET, y - QUIET)] == Color::Dark
    };
    let row = |row: usize| {
        // Black on white, named in full, so that neither theme nor bold turns it round.
        let mut line = Zeroizing::new(String::from("\x1b[38;5;16;48;5;231m"));
        for x in 0..side {
            line.push(match (dark(x, 2 * row), dark(x, 2 * row + 1)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        line.push_str("\x1b[0m");
        line
    };
    Some((0..side.div_ceil(2)).map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The screen as a telephone sees it: each cell two modules, each module four pixels.
    fn photographed(rows: &[Zeroizing<String>]) -> Vec<u8> {
        const PIXELS: usize = 4;
        let cells: Vec<Vec<char>> =
            rows.iter().map(|row| row.chars().filter(|character| "█▀▄ ".contains(*character)).collect()).collect();
        let (width, height) = (cells[0].len() * PIXELS, cells.len() * 2 * PIXELS);
        let mut grey = vec![255_u8; width * height];
        for y in 0..height {
            for x in 0..width {
                let cell = cells[y / (2 * PIXELS)][x / PIXELS];
                let upper = (y / PIXELS).is_multiple_of(2);
                if cell == '█' || (cell == '▀' && upper) || (cell == '▄' && !upper) {
                    grey[y * width + x] = 0;
                }
            }
        }
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width as u32, height as u32);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.write_header().unwrap().write_image_data(&grey).unwrap();
        file
    }

    #[test]
    fn what_stands_on_the_screen_is_read_back_by_a_reader_of_pictures() {
        let uri = "otpauth://totp/Microsoft:emergency@practice.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Microsoft";
        let rows = rows(uri, "m365: scan this").expect("it fits");
        assert!(rows.len() <= 22);
        let codes = crate::scan::read_codes(&photographed(&rows)).unwrap();
        assert_eq!(codes.iter().map(|code| code.as_str()).collect::<Vec<_>>(), [uri]);
    }

    #[test]
    fn a_code_that_would_not_fit_is_not_drawn() {
        assert!(rows(&"a".repeat(400), "m365").is_none());
        let smaller = "a".repeat(100);
        assert!(rows(&smaller, "one line\nand another").is_some());
        assert!(rows(&smaller, "three\nlines\nof title").is_none());
    }
}
