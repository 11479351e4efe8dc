//! QR codes in pictures: photographs, screenshots, scans, and the PDFs that breakglass itself writes.
//!
//! One reader serves every picture. It takes the bytes of a file, never a path, and gives the texts of all codes in it, whatever they
//! are and however they lie; what they mean is the caller's question. A picture comes from anybody: sizes are checked before anything
//! is decoded, time is bounded, and a fault in a decoder is a damaged picture and not the end of the program. The pixels of a
//! card are as secret as its text, so no buffer of them outlives the reading.

mod calm;
mod codes;
mod jpeg;
mod origin;
mod pdf;
mod pdf_image;
mod picture;
mod png;

use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::language::{Language, Say, messages};
use calm::calmly;
pub use calm::panics_are_answers;
pub use codes::Code;
pub use origin::Origin;
use picture::Picture;

/// The most that a file of a picture may have, in bytes: a scan of many pages, or the largest photograph of a telephone.
pub const LARGEST_FILE: usize = 64 * 1024 * 1024;

/// The most that a picture may have, in pixels. A page at 600 dpi has 35 million, a photograph seldom more than 50.
pub const MOST_PIXELS: usize = 64 * 1024 * 1024;

/// The most pictures that are read of one PDF.
pub const MOST_PAGES: usize = 64;

/// After this time no further attempt is begun. A page takes a second or less.
const LONGEST: Duration = Duration::from_secs(60);

/// How many bytes of a file [`is_picture`] needs.
pub const HEAD: usize = 16;

/// Why a picture gives no code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PictureError {
    /// The file is larger than [`LARGEST_FILE`].
    FileTooLarge,
    /// There are more pixels than [`MOST_PIXELS`].
    TooManyPixels,
    /// A PDF holds more pictures than [`MOST_PAGES`].
    TooManyPages,
    /// It is no file of a kind that is read.
    NotAPicture,
    /// It is a picture of a kind that is not read.
    OtherKind {
        /// Its name, such as `HEIC`.
        kind: &'static str,
    },
    /// The pictures of a PDF are packed in a way that is not read.
    OtherPacking {
        /// Its name in PDF, such as `JBIG2Decode`.
        packing: String,
    },
    /// A PDF is encrypted.
    LockedPdf,
    /// The file ends early or contradicts itself.
    Damaged {
        /// Its kind, such as `PNG`.
        kind: &'static str,
    },
    /// The picture is sound, and no code is found in it.
    NoCode,
    /// The time was over before a code was found.
    TookTooLong,
}

impl Say for PictureError {
    fn say(&self, language: Language) -> String {
        use messages::scan as message;
        const MEBI: usize = 1024 * 1024;
        match self {
            PictureError::FileTooLarge => message::picture_file_too_large(language, LARGEST_FILE / MEBI),
            PictureError::TooManyPixels => message::picture_too_many_pixels(language, MOST_PIXELS / MEBI),
            PictureError::TooManyPages => message::picture_too_many_pages(language, MOST_PAGES),
            PictureError::NotAPicture => message::picture_not_one(language),
            PictureError::OtherKind { kind: "HEIC" } => message::picture_heic(language),
            PictureError::OtherKind { kind } => message::picture_other_kind(language, kind),
            PictureError::OtherPacking { packing } => message::picture_other_packing(language, packing),
            PictureError::LockedPdf => message::picture_locked_pdf(language),
            PictureError::Damaged { kind } => message::picture_damaged(language, kind),
            PictureError::NoCode => message::picture_no_code(language),
            PictureError::TookTooLong => message::picture_took_too_long(language),
        }
    }
}

crate::speaks!(PictureError);

/// What a file begins as.
enum Kind {
    Png,
    Jpeg,
    Pdf,
    Other(&'static str),
}

impl Kind {
    fn of(head: &[u8]) -> Option<Kind> {
        /// Brands of the image formats that are films of one picture (ISO/IEC 14496-12, 23008-12).
        const HEIC_BRANDS: [&[u8]; 8] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"];
        match head {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Kind::Png),
            [0xFF, 0xD8, 0xFF, ..] => Some(Kind::Jpeg),
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Kind::Pdf),
            [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..]
                if HEIC_BRANDS.iter().any(|heic| brand.starts_with(heic)) =>
            {
                Some(Kind::Other("HEIC"))
            }
            [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', b'f', ..] => Some(Kind::Other("AVIF")),
            [b'I', b'I', 0x2A, 0, ..] | [b'M', b'M', 0, 0x2A, ..] => Some(Kind::Other("TIFF")),
            [b'G', b'I', b'F', b'8', ..] => Some(Kind::Other("GIF")),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Kind::Other("WebP")),
            _ => None,
        }
    }
}

/// Whether a file that begins with `head`, its first [`HEAD`] bytes, is a picture, be it one that is not read.
#[must_use]
pub fn is_picture(head: &[u8]) -> bool {
    Kind::of(head).is_some()
}

/// The texts of all QR codes in a picture: PNG, JPEG, or a PDF that consists of pictures. Each once, at any rotation.
///
/// # Errors
/// When nothing is found, and why; see [`PictureError`].
pub fn read_codes(bytes: &[u8]) -> Result<Vec<Zeroizing<String>>, PictureError> {
    Ok(read_codes_with_origin(bytes)?.into_iter().map(|code| code.text).collect())
}

/// The same, and for each code whether its picture was taken of paper.
///
/// # Errors
/// As [`read_codes`].
pub fn read_codes_with_origin(bytes: &[u8]) -> Result<Vec<Code>, PictureError> {
    if bytes.len() > LARGEST_FILE {
        return Err(PictureError::FileTooLarge);
    }
    let end = Instant::now() + LONGEST;
    match Kind::of(bytes).ok_or(PictureError::NotAPicture)? {
        Kind::Png => codes_of(decoded(bytes, "PNG", png::decode)?, end),
        Kind::Jpeg => codes_of(decoded(bytes, "JPEG", jpeg::decode)?, end),
        Kind::Pdf => codes_of_pdf(bytes, end),
        Kind::Other(kind) => Err(PictureError::OtherKind { kind }),
    }
}

fn decoded(
    bytes: &[u8],
    kind: &'static str,
    decode: fn(&[u8]) -> Result<Picture, PictureError>,
) -> Result<Picture, PictureError> {
    calmly(|| decode(bytes)).unwrap_or(Err(PictureError::Damaged { kind }))
}

fn codes_of(picture: Picture, end: Instant) -> Result<Vec<Code>, PictureError> {
    let codes = codes::find(picture, end);
    match codes.is_empty() {
        false => Ok(codes),
        true if Instant::now() >= end => Err(PictureError::TookTooLong),
        true => Err(PictureError::NoCode),
    }
}

/// Pages that hold no code are passed over. When none holds one, the first page that could not be read tells why.
fn codes_of_pdf(bytes: &[u8], end: Instant) -> Result<Vec<Code>, PictureError> {
    let images = pdf::images(bytes);
    if images.len() > MOST_PAGES {
        return Err(PictureError::TooManyPages);
    }
    let is_own = pdf::is_of_breakglass(bytes);
    let mut found: Vec<Code> = Vec::new();
    let mut reason = None;
    for image in images {
        let picture = calmly(|| pdf_image::decode(&image)).unwrap_or(Err(PictureError::Damaged { kind: "PDF" }));
        match picture.and_then(|picture| codes_of(picture, end)) {
            Ok(codes) => codes.into_iter().for_each(|code| {
                let origin = if is_own { Origin::OwnFile } else { code.origin };
                // Of a code that stands there twice, the picture that proves less counts.
                match found.iter_mut().find(|other| other.text == code.text) {
                    Some(other) => other.origin = other.origin.max(origin),
                    None => found.push(Code { origin, ..code }),
                }
            }),
            Err(PictureError::NoCode) => {}
            Err(error) => reason = reason.or(Some(error)),
        }
    }
    match (found.is_empty(), pdf::is_locked(bytes)) {
        (false, _) => Ok(found),
        (true, true) => Err(PictureError::LockedPdf),
        (true, false) => Err(reason.unwrap_or(PictureError::NoCode)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photograph_that_is_not_read_is_told_by_its_kind() {
        let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1";
        assert_eq!(read_codes(heic), Err(PictureError::OtherKind { kind: "HEIC" }));
        assert!(is_picture(heic) && !is_picture(b"BG1QQPZRY9X8GF2T") && !is_picture(b""));
        assert_eq!(read_codes(b"BG1QQPZRY9X8GF2T"), Err(PictureError::NotAPicture));
    }

    #[test]
    fn a_picture_that_ends_early_is_damaged() {
        for (bytes, kind) in [(&b"\x89PNG\r\n\x1a\n\0\0"[..], "PNG"), (b"\xff\xd8\xff\xe0\0", "JPEG")] {
            assert_eq!(read_codes(bytes), Err(PictureError::Damaged { kind }));
        }
        assert_eq!(read_codes(b"%PDF-1.4\n"), Err(PictureError::NoCode));
    }
}
