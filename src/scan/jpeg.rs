//! JPEG, baseline and progressive: photographs, and most pages of scanners.

use zeroize::Zeroizing;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::PictureError;
use super::picture::{Picture, check_size, gray};

const DAMAGED: PictureError = PictureError::Damaged { kind: "JPEG" };

/// Scans that a progressive picture may have. Real ones have about ten; hostile ones thousands, each as slow as the picture.
const MOST_SCANS: usize = 64;

pub(super) fn decode(bytes: &[u8]) -> Result<Picture, PictureError> {
    let options = DecoderOptions::new_safe()
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_max_scans(MOST_SCANS);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|_| DAMAGED)?;
    let (width, height) = decoder.dimensions().ok_or(DAMAGED)?;
    check_size(width, height)?;
    let output = match decoder.input_colorspace() {
        Some(ColorSpace::Luma | ColorSpace::YCbCr) => ColorSpace::Luma,
        _ => ColorSpace::RGB,
    };
    decoder.set_options(options.jpeg_set_out_colorspace(output));
    let samples = Zeroizing::new(decoder.decode().map_err(|_| DAMAGED)?);
    if output == ColorSpace::Luma {
        return Ok(Picture::new(width, height, samples));
    }
    let pixels = samples.chunks_exact(3).map(|pixel| gray(pixel[0], pixel[1], pixel[2])).collect();
    Ok(Picture::new(width, height, Zeroizing::new(pixels)))
}
