//! A picture in shades of gray, which is all that a code needs.

use zeroize::Zeroizing;

use super::{MOST_PIXELS, PictureError};

/// Pixels by rows, a byte each; 0 is black.
pub(super) struct Picture {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) pixels: Zeroizing<Vec<u8>>,
}

/// Whether a picture of this size may be decoded at all; asked before memory is taken for it.
pub(super) fn check_size(width: usize, height: usize) -> Result<(), PictureError> {
    match width.checked_mul(height) {
        Some(pixels) if pixels <= MOST_PIXELS => Ok(()),
        _ => Err(PictureError::TooManyPixels),
    }
}

/// The luminance of a colour (ITU-R BT.601), in whole numbers.
pub(super) fn gray(red: u8, green: u8, blue: u8) -> u8 {
    let weighted = 77 * u32::from(red) + 150 * u32::from(green) + 29 * u32::from(blue);
    u8::try_from(weighted >> 8).expect("the weights sum up to 256")
}

impl Picture {
    /// A picture of `width` pixels a row; rows that are missing below are white, and pixels that are too many are left out.
    pub(super) fn new(width: usize, height: usize, mut pixels: Zeroizing<Vec<u8>>) -> Picture {
        if pixels.len() > width * height {
            pixels.truncate(width * height);
        } else if pixels.len() < width * height {
            let mut whole = Zeroizing::new(vec![0xFF; width * height]);
            whole[..pixels.len()].copy_from_slice(&pixels);
            pixels = whole;
        }
        Picture { width, height, pixels }
    }

    /// Half as wide and high: the mean of each four pixels.
    pub(super) fn halved(&self) -> Picture {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut pixels = Zeroizing::new(Vec::with_capacity(width * height));
        for rows in self.pixels.chunks_exact(self.width.max(1) * 2).take(height) {
            let (above, below) = rows.split_at(self.width);
            let pairs = above.chunks_exact(2).zip(below.chunks_exact(2));
            pixels.extend(pairs.map(|(a, b)| {
                let sum = u16::from(a[0]) + u16::from(a[1]) + u16::from(b[0]) + u16::from(b[1]);
                (sum / 4) as u8
            }));
        }
        Picture { width, height, pixels }
    }

    /// Twice as wide and high, each new pixel the mean of those that it lies between.
    pub(super) fn doubled(&self) -> Picture {
        let (width, height) = (self.width * 2, self.height * 2);
        let mut pixels = Zeroizing::new(Vec::with_capacity(width * height));
        let mean = |a: u8, b: u8| u8::midpoint(a, b);
        for y in 0..self.height {
            let row = &self.pixels[y * self.width..(y + 1) * self.width];
            let following = if y + 1 < self.height { &self.pixels[(y + 1) * self.width..] } else { row };
            for between in [false, true] {
                let at = |x: usize| if between { mean(row[x], following[x]) } else { row[x] };
                for x in 0..self.width {
                    let here = at(x);
                    pixels.extend([here, mean(here, at((x + 1).min(self.width - 1)))]);
                }
            }
        }
        Picture { width, height, pixels }
    }

    /// With black and white exchanged, for codes on dark screens and palettes that begin with white.
    pub(super) fn inverted(mut self) -> Picture {
        self.pixels.iter_mut().for_each(|pixel| *pixel = !*pixel);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_and_doubles_keep_what_the_picture_shows() {
        let picture = Picture::new(5, 3, Zeroizing::new((0..15).map(|pixel| pixel * 10).collect()));
        let half = picture.halved();
        assert_eq!((half.width, half.height, half.pixels.as_slice()), (2, 1, &[30, 50][..]));
        let double = picture.doubled();
        assert_eq!((double.width, double.height, double.pixels.len()), (10, 6, 60));
        assert_eq!(&double.pixels[..4], &[0, 5, 10, 15]);
        assert_eq!(&double.pixels[10..12], &[25, 30]);
    }

    #[test]
    fn what_is_missing_is_white_and_sizes_are_checked_without_overflow() {
        assert_eq!(Picture::new(2, 2, Zeroizing::new(vec![0])).pixels.as_slice(), &[0, 255, 255, 255]);
        assert_eq!(check_size(usize::MAX, 2), Err(PictureError::TooManyPixels));
        assert_eq!(check_size(8000, 6000), Ok(()));
    }
}
