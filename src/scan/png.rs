//! PNG: of any colour type, depth and interlacing; what is transparent lies on white paper.

use std::io::Cursor;

use png::{ColorType, Decoder, DecodingError, Limits, Transformations};
use zeroize::Zeroizing;

use super::picture::{Picture, check_size, gray};
use super::{MOST_PIXELS, PictureError};

const DAMAGED: PictureError = PictureError::Damaged { kind: "PNG" };

/// The most memory that the decoder may take beside the picture, in bytes.
const LIMIT: usize = 4 * MOST_PIXELS;

pub(super) fn decode(bytes: &[u8]) -> Result<Picture, PictureError> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: LIMIT });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().map_err(reason)?;
    let (width, height) = (header.width as usize, header.height as usize);
    check_size(width, height)?;
    let mut reader = decoder.read_info().map_err(reason)?;
    let size = reader.output_buffer_size().ok_or(PictureError::TooManyPixels)?;
    let mut samples = Zeroizing::new(vec![0; size]);
    let frame = reader.next_frame(&mut samples).map_err(reason)?;
    let pixels: Vec<u8> = match frame.color_type {
        ColorType::Grayscale | ColorType::Indexed => return Ok(Picture::new(width, height, samples)),
        ColorType::GrayscaleAlpha => samples.chunks_exact(2).map(|pixel| on_paper(pixel[0], pixel[1])).collect(),
        ColorType::Rgb => samples.chunks_exact(3).map(|pixel| gray(pixel[0], pixel[1], pixel[2])).collect(),
        ColorType::Rgba => {
            samples.chunks_exact(4).map(|pixel| on_paper(gray(pixel[0], pixel[1], pixel[2]), pixel[3])).collect()
        }
    };
    Ok(Picture::new(width, height, Zeroizing::new(pixels)))
}

fn reason(error: DecodingError) -> PictureError {
    match error {
        DecodingError::LimitsExceeded => PictureError::TooManyPixels,
        _ => DAMAGED,
    }
}

/// A pixel that lets white through where it is transparent.
fn on_paper(pixel: u8, opacity: u8) -> u8 {
    let (pixel, opacity) = (u16::from(pixel), u16::from(opacity));
    ((pixel * opacity + 255 * (255 - opacity)) / 255) as u8
}
