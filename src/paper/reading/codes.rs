//! The codes in a picture.
//!
//! A reader of codes looks for three finder patterns in black and white, and what is black depends: a threshold for each
//! neighbourhood survives shadows, one for the whole picture survives noise; half the size removes grain and blur, twice the size helps small
//! codes. No single one of these reads every picture, and together they are cheap. So all are tried, and every set of patterns in each.

use std::time::Instant;

use rxing::common::cpp_essentials::ConcentricPattern;
use rxing::common::{BitMatrix, GlobalHistogramBinarizer, HybridBinarizer};
use rxing::qrcode::cpp_port::decoder::Decode;
use rxing::qrcode::cpp_port::detector::{FindFinderPatterns, GenerateFinderPatternSets, SampleQR};
use rxing::{Binarizer, Luma8Source};
use zeroize::Zeroizing;

use super::calm::calmly;
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

/// The texts of all codes, each once; those found when the time is over.
pub(super) fn find(mut picture: Picture, end: Instant) -> Vec<Zeroizing<String>> {
    while picture.width * picture.height > ENOUGH_PIXELS {
        picture = picture.halved();
    }
    let mut search = Search { texts: Vec::new(), end };
    search.look(&picture);
    search.look(&picture.halved());
    let largest = if search.texts.is_empty() { LARGE_PIXELS } else { SMALL_PIXELS };
    if picture.width * picture.height <= largest {
        search.look(&picture.doubled());
    }
    if search.texts.is_empty() {
        search.look(&picture.inverted());
    }
    search.texts
}

struct Search {
    texts: Vec<Zeroizing<String>>,
    end: Instant,
}

impl Search {
    /// Looks for codes at one size, with both thresholds.
    fn look(&mut self, picture: &Picture) {
        for binarise in [locally, globally] {
            if Instant::now() < self.end
                && let Some(Some(black)) = calmly(|| binarise(picture))
            {
                self.look_at(&black);
            }
        }
    }

    fn look_at(&mut self, black: &BitMatrix) {
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
            let text = calmly(|| {
                let sampled = SampleQR(black, &set).ok()?;
                let decoded = Decode(rxing::common::DetectorRXingResult::getBits(&sampled)).ok()?;
                decoded.isValid().then(|| Zeroizing::new(decoded.text()))
            });
            if let Some(Some(text)) = text {
                used.extend(corners);
                if !self.texts.contains(&text) {
                    self.texts.push(text);
                }
            }
        }
    }
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
