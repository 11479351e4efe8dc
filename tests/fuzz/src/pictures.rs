//! Pictures, of which breakglass reads the codes.

use breakglass::scan::{HEAD, MOST_PAGES, PictureError, is_picture, read_codes_with_origin};

use super::is_said;

/// Pixels of a picture at most that a target decodes. A larger one takes longer and shows nothing more: bounds of size have tests.
const MOST: usize = 1 << 15;

/// PNG.
pub fn png(bytes: &[u8]) {
    let size =
        |at: usize| bytes.get(at..at + 4).map_or(0, |size| number(size.iter().map(|byte| u64::from(*byte)), 256));
    if size(16).saturating_mul(size(20)) <= MOST {
        codes(bytes);
    }
}

/// JPEG.
pub fn jpeg(bytes: &[u8]) {
    if jpeg_pixels(bytes) <= MOST {
        codes(bytes);
    }
}

/// A PDF that consists of pictures, as scanners write it.
pub fn pdf(bytes: &[u8]) {
    let largest = |key: &str| numbers_after(bytes, key.as_bytes()).max().unwrap_or(0);
    let announced = largest("/Width").max(largest("/Columns")).saturating_mul(largest("/Height"));
    if announced.max(jpeg_pixels(bytes)) <= MOST {
        codes(bytes);
    }
}

/// That the same bytes show the same codes, each once, and that only what begins as a picture shows any.
fn codes(bytes: &[u8]) {
    match read_codes_with_origin(bytes) {
        Ok(codes) => {
            assert!(is_picture(&bytes[..HEAD.min(bytes.len())]) && !codes.is_empty());
            assert!(
                codes.iter().enumerate().all(|(place, code)| codes[..place].iter().all(|one| one.text != code.text))
            );
            assert_eq!(read_codes_with_origin(bytes), Ok(codes));
        }
        Err(PictureError::TookTooLong) => panic!("a small picture takes no time"),
        Err(PictureError::TooManyPages) => assert!(bytes.len() > MOST_PAGES * "stream".len()),
        Err(refusal) => is_said(&refusal),
    }
}

/// The most pixels that any frame in these bytes announces (ITU-T T.81, B.2.2).
fn jpeg_pixels(bytes: &[u8]) -> usize {
    let frames = bytes.windows(9).filter(|window| window[0] == 0xFF && matches!(window[1], 0xC0..=0xCF));
    let size = |high: u8, low: u8| usize::from(u16::from_be_bytes([high, low]));
    frames.map(|frame| size(frame[5], frame[6]).saturating_mul(size(frame[7], frame[8]))).max().unwrap_or(0)
}

/// The whole numbers behind each place where `key` stands.
fn numbers_after<'b>(bytes: &'b [u8], key: &'b [u8]) -> impl Iterator<Item = usize> + 'b {
    let places = (0..bytes.len()).filter(move |place| bytes[*place..].starts_with(key));
    places.map(move |place| {
        let digits = bytes[place + key.len()..].trim_ascii_start().trim_ascii_start();
        let digits = digits.strip_prefix(b"+").unwrap_or(digits);
        number(digits.iter().take_while(|byte| byte.is_ascii_digit()).map(|byte| u64::from(byte - b'0')), 10)
    })
}

fn number(digits: impl Iterator<Item = u64>, base: u64) -> usize {
    let number = digits.fold(0_u64, |number, digit| number.saturating_mul(base).saturating_add(digit));
    usize::try_from(number).unwrap_or(usize::MAX)
}
