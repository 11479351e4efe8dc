//! The codes in a picture.
//!
//! A reader of codes looks for three finder patterns in black and white, and what is black depends: a threshold for each
//! neighbourhood survives shadows, one for the whole picture survives noise; half the size removes grain and blur, twice the size helps small
//! codes. No single one of these reads every picture, and together they are cheap. So all are tried, and every set of patterns in each.

use std::time::Instant;

use rxing::common::cpp_essentials::ConcentricPattern;
use rxing::common::{BitMatrix, DetectorRXingResult, GlobalHistogramBinarizer, HybridBinarizer};
use rxing::qrcode::cpp_port::decoder::Decode;
use rxing::qrcode::cpp_port::detector::{FindFinderPatterns, GenerateFinderPatternSets, SampleQR};
use rxing::{Binarizer, Luma8Source};
use zeroize::Zeroizing;

use super::calm::calmly;
use super::origin::{Origin, Place, origin_of};
use super::picture::Picture;

/// A larger picture is halved first: 16 million pixels show a module of a card on a whole page with eight or more to a side.
const ENOUGH_PIXELS: usize = 16 * 1024 * 1024;

/// A picture of more pixels is not looked at in twice its size: its codes are large enough.
const LARGE_PIXELS: usize = 9 * 1024 * 1024;

/// A picture of fewer pixels is looked at in twice its size even if a code was found, since a second card may be smaller. It takes as
/// long as the rest.
const SMALL_PIXELS: usize = 2 * 1024 * 1024;

/// Sets of finder patterns that are tried in one pass. A page full of codes has some hundred plausible ones; noise has any number.
const MOST_SETS: usize = 1000;

/// Finder patterns that are looked at in one pass, since sets of them grow faster than they do.
const MOST_PATTERNS: usize = 1000;

/// A code in a picture.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// What it says.
    pub text: Zeroizing<String>,
    /// What its picture was made of.
    pub origin: Origin,
}

/// All codes, each once; those found when the time is over.
pub(super) fn find(mut picture: Picture, end: Instant) -> Vec<Code> {
    while picture.width * picture.height > ENOUGH_PIXELS {
        picture = picture.halved();
    }
    let mut search = Search { codes: Vec::new(), end };
    search.look(&picture, &picture, 1.0);
    search.look(&picture.halved(), &picture, 2.0);
    let largest = if search.codes.is_empty() { LARGE_PIXELS } else { SMALL_PIXELS };
    if picture.width * picture.height <= largest {
        search.look(&picture.doubled(), &picture, 0.5);
    }
    if search.codes.is_empty() {
        let picture = picture.inverted();
        search.look(&picture, &picture, 1.0);
    }
    search.codes
}

struct Search {
    codes: Vec<Code>,
    end: Instant,
}

impl Search {
    /// Looks for codes at one size, with both thresholds. `original` is the picture with `scale` of its pixels to one of `picture`.
    fn look(&mut self, picture: &Picture, original: &Picture, scale: f64) {
        for binarise in [locally, globally] {
            if Instant::now() < self.end
                && let Some(Some(black)) = calmly(|| binarise(picture))
            {
                self.look_at(&black, original, scale);
            }
        }
    }

    fn look_at(&mut self, black: &BitMatrix, original: &Picture, scale: f64) {
        let sets = calmly(|| {
            let mut patterns = FindFinderPatterns(black, true, 0);
            patterns.truncate(MOST_PATTERNS);
            GenerateFinderPatternSets(&mut patterns)
        });
        let mut used: Vec<ConcentricPattern> = Vec::new();
        for set in sets.into_iter().flatten().take(MOST_SETS) {
            let corners = [set.bl, set.tl, set.tr];
            if corners.iter().any(|corner| used.contains(corner)) {
                continue;
            }
            if Instant::now() >= self.end {
                return;
            }
            let found = calmly(|| {
                let sampled = SampleQR(black, &set).ok()?;
                let decoded = Decode(sampled.getBits()).ok()?;
                let modules = sampled.getBits().height() as usize;
                decoded.isValid().then(|| (Zeroizing::new(decoded.text()), modules))
            });
            if let Some(Some((text, modules))) = found {
                used.extend(corners);
                if self.codes.iter().all(|code| code.text != text) {
                    let place = place_of(corners, modules, scale);
                    // Whatever cannot be measured is told as that.
                    let origin = calmly(|| origin_of(original, &place)).unwrap_or(Origin::Unclear);
                    self.codes.push(Code { text, origin });
                }
            }
        }
    }
}

/// Where a code lies in the original: `corners` are the finder patterns at the bottom left, top left and top right.
fn place_of(corners: [ConcentricPattern; 3], modules: usize, scale: f64) -> Place {
    // A picture in twice the size begins with the middle of its first pixel, and not with the edge.
    let shift = if scale < 1.0 { scale / 2.0 } else { 0.0 };
    let [bottom_left, top_left, top_right] =
        corners.map(|corner| (f64::from(corner.p.x) * scale + shift, f64::from(corner.p.y) * scale + shift));
    Place { top_left, top_right, bottom_left, modules }
}

fn source(picture: &Picture) -> Option<Luma8Source<'_>> {
    let (width, height) = (u32::try_from(picture.width).ok()?, u32::try_from(picture.height).ok()?);
    Luma8Source::new_with_slice(&picture.pixels, width, height).ok()
}

/// Black is what is darker than its neighbourhood.
fn locally(picture: &Picture) -> Option<BitMatrix> {
    HybridBinarizer::new(source(picture)?).get_black_matrix().ok().cloned()
}

/// Black is what is darker than most of the picture.
fn globally(picture: &Picture) -> Option<BitMatrix> {
    GlobalHistogramBinarizer::new(source(picture)?).get_black_matrix().ok().cloned()
}
