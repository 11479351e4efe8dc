//! Unpacks one image of a PDF: as JPEG, as fax (CCITT), or as plain samples, deflated or not. These three are what scanners, telephones
//! and breakglass write by default. JBIG2 and JPEG 2000 unpack to any size whatever they announce, so they are told and not read.

use std::io::Read;

use flate2::bufread::ZlibDecoder;
use hayro_ccitt::{DecodeSettings, Decoder, DecoderContext, EncodingMode};
use zeroize::Zeroizing;

use super::pdf::{Dictionary, Image};
use super::picture::{Picture, check_size, gray};
use super::{LARGEST_FILE, PictureError, jpeg};

const DAMAGED: PictureError = PictureError::Damaged { kind: "PDF" };

/// Bytes of a row or of a picture beside its samples: the predictor's, and what some programs add.
const SLACK: usize = 4096;

pub(super) fn decode(image: &Image<'_>) -> Result<Picture, PictureError> {
    let dictionary = image.dictionary();
    let size = |key| dictionary.number(key).and_then(|size| usize::try_from(size).ok()).filter(|size| *size > 0);
    let (width, height) = (size("/Width").ok_or(DAMAGED)?, size("/Height").ok_or(DAMAGED)?);
    check_size(width, height)?;
    let picture = match dictionary.names("/Filter").as_slice() {
        [] => from_samples(dictionary, width, height, image.data),
        ["FlateDecode"] => {
            let most = width.saturating_mul(8).saturating_add(SLACK).saturating_mul(height);
            from_samples(dictionary, width, height, &inflate(image.data, most)?)
        }
        ["DCTDecode"] => jpeg::decode(image.data),
        ["FlateDecode", "DCTDecode"] => jpeg::decode(&inflate(image.data, LARGEST_FILE)?),
        ["CCITTFaxDecode"] => Ok(from_fax(dictionary, width, height, image.data)),
        [.., other] => Err(PictureError::OtherPacking { packing: (*other).chars().take(20).collect() }),
    }?;
    Ok(if dictionary.begins_with_one("/Decode") { picture.inverted() } else { picture })
}

/// At most `most` bytes; what is missing of a damaged stream is missing in the picture.
fn inflate(data: &[u8], most: usize) -> Result<Zeroizing<Vec<u8>>, PictureError> {
    let mut unpacked = Zeroizing::new(Vec::new());
    let ended = ZlibDecoder::new(data).take(most as u64).read_to_end(&mut unpacked);
    if ended.is_err() && unpacked.is_empty() { Err(DAMAGED) } else { Ok(unpacked) }
}

/// Plain samples: gray, of a palette (taken as gray), red-green-blue or the four colours of print; 1, 2, 4, 8 or 16 bits each.
fn from_samples(dictionary: Dictionary<'_>, width: usize, height: usize, data: &[u8]) -> Result<Picture, PictureError> {
    let bits = match dictionary.number("/BitsPerComponent") {
        None => 1,
        Some(bits @ (1 | 2 | 4 | 8 | 16)) => bits as usize,
        Some(_) => return Err(DAMAGED),
    };
    let predicted = dictionary.number("/Predictor").is_some_and(|predictor| predictor >= 10);
    let row_length = |components: usize| (width * components * bits).div_ceil(8);
    let stored = |components: usize| (row_length(components) + usize::from(predicted)) * height;
    let components = [4, 3, 1].into_iter().find(|components| stored(*components) <= data.len()).unwrap_or(1);
    let unpredicted;
    let data = if predicted {
        unpredicted = undo_predictor(data, row_length(components), (components * bits).div_ceil(8));
        &unpredicted
    } else {
        data
    };
    let mut pixels = Zeroizing::new(Vec::with_capacity(width * height));
    for row in data.chunks(row_length(components)).take(height) {
        let sample = |place: usize| sample(row, place, bits);
        pixels.extend((0..width).map(|x| match components {
            1 => sample(x),
            3 => gray(sample(3 * x), sample(3 * x + 1), sample(3 * x + 2)),
            _ => {
                let ink = gray(sample(4 * x), sample(4 * x + 1), sample(4 * x + 2));
                255 - ink.saturating_add(sample(4 * x + 3))
            }
        }));
    }
    Ok(Picture::new(width, height, pixels))
}

/// One sample of a row, spread over 0 to 255; white where the row ends early.
fn sample(row: &[u8], place: usize, bits: usize) -> u8 {
    let Some(byte) = row.get(place * bits / 8).copied() else { return 255 };
    match bits {
        8 | 16 => byte,
        _ => {
            let most = (1_u16 << bits) - 1;
            let value = u16::from(byte >> (8 - bits - place * bits % 8)) & most;
            (value * 255 / most) as u8
        }
    }
}

/// Undoes the row filters of PNG (ISO 32000-1, 7.4.4.4; PNG, section 9): each row begins with the number of its filter.
fn undo_predictor(data: &[u8], row_length: usize, step: usize) -> Zeroizing<Vec<u8>> {
    let mut rows = Zeroizing::new(Vec::with_capacity(data.len()));
    let mut above = Zeroizing::new(vec![0_u8; row_length]);
    for stored in data.chunks_exact(row_length + 1) {
        let mut row = Zeroizing::new(stored[1..].to_vec());
        for place in 0..row_length {
            let left = if place >= step { row[place - step] } else { 0 };
            let corner = if place >= step { above[place - step] } else { 0 };
            let up = above[place];
            let predicted = match stored[0] {
                1 => left,
                2 => up,
                3 => u8::midpoint(left, up),
                4 => paeth(left, up, corner),
                _ => 0,
            };
            row[place] = row[place].wrapping_add(predicted);
        }
        rows.extend_from_slice(&row);
        above = row;
    }
    rows
}

/// The neighbour that is nearest to `left + up - corner` (PNG, section 9.4).
fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let [l, u, c] = [left, up, corner].map(i16::from);
    let [to_left, to_up, to_corner] = [(u - c).abs(), (l - c).abs(), (l + u - 2 * c).abs()];
    match () {
        () if to_left <= to_up && to_left <= to_corner => left,
        () if to_up <= to_corner => up,
        () => corner,
    }
}

/// Pages of fax machines and of scanners in black and white (ITU-T T.4 and T.6).
fn from_fax(dictionary: Dictionary<'_>, width: usize, height: usize, data: &[u8]) -> Picture {
    let columns = dictionary.number("/Columns").and_then(|columns| u32::try_from(columns).ok());
    let columns = columns.filter(|columns| (1..=u32::from(u16::MAX)).contains(columns)).unwrap_or(1728);
    let k = dictionary.number("/K").unwrap_or(0);
    let encoding = match u32::try_from(k) {
        Err(_) => EncodingMode::Group4,
        Ok(0) => EncodingMode::Group3_1D,
        Ok(k) => EncodingMode::Group3_2D { k },
    };
    let settings = DecodeSettings {
        columns,
        rows: u32::try_from(height).unwrap_or(u32::MAX),
        end_of_block: true,
        end_of_line: dictionary.is_true("/EndOfLine"),
        rows_are_byte_aligned: dictionary.is_true("/EncodedByteAlign"),
        encoding,
        invert_black: dictionary.is_true("/BlackIs1"),
    };
    let mut page = FaxPage { width, most: width * height, column: 0, pixels: Zeroizing::new(Vec::new()) };
    // The rows before an error are the picture: codes correct errors of their own.
    let _ = hayro_ccitt::decode(data, &mut page, &mut DecoderContext::new(settings));
    Picture::new(width, height, page.pixels)
}

struct FaxPage {
    width: usize,
    most: usize,
    column: usize,
    pixels: Zeroizing<Vec<u8>>,
}

impl Decoder for FaxPage {
    fn push_pixel(&mut self, white: bool) {
        if self.column < self.width && self.pixels.len() < self.most {
            self.pixels.push(if white { 0xFF } else { 0 });
        }
        self.column += 1;
    }

    fn push_pixel_chunk(&mut self, white: bool, chunk_count: u32) {
        (0..8 * chunk_count).for_each(|_| self.push_pixel(white));
    }

    fn next_line(&mut self) {
        while self.column < self.width && self.pixels.len() < self.most {
            self.push_pixel(true);
        }
        self.column = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_every_depth_are_spread_over_all_grays() {
        assert_eq!([0, 1, 7].map(|place| sample(&[0b0100_0001], place, 1)), [0, 255, 255]);
        assert_eq!([0, 1].map(|place| sample(&[0x0F], place, 4)), [0, 255]);
        assert_eq!([0, 3].map(|place| sample(&[0b0000_0010], place, 2)), [0, 170]);
        assert_eq!([0, 1].map(|place| sample(&[9, 0, 200, 0], place, 16)), [9, 200]);
    }

    #[test]
    fn every_row_filter_of_png_is_undone() {
        let rows = [0, 10, 20, 1, 5, 5, 2, 1, 1, 3, 2, 2, 4, 1, 1];
        assert_eq!(undo_predictor(&rows, 2, 1).as_slice(), [10, 20, 5, 10, 6, 11, 5, 10, 6, 11]);
    }
}
