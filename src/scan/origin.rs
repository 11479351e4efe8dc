//! Whether a picture of a code was taken of paper, or was made from the file that the paper was to be printed from.
//!
//! A file that shows a card proves nothing of its paper; a scan does. Nothing in a picture says for sure which it is, but a scanner and a
//! camera leave marks that no program leaves by itself. Paper is never of one single white: its grain, and the noise of the sensor, are in every
//! pixel unless the device cuts them off. Paper never lies exactly straight: over the width of a code, the edges of its modules wander from
//! their line, also because ink runs. A picture drawn by a program has one white, and each edge on its line.
//!
//! Somebody who wants to deceive can draw all these marks. This is for the mistake, and it is made at every first rehearsal.

use std::ops::Range;

use super::picture::Picture;

/// What a picture of a card was made of, as far as it can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Paper, under a camera or in a scanner.
    Paper,
    /// It cannot be told: as a scanner makes it that cuts paper to black and white, or a program that turned the picture.
    Unclear,
    /// A program, from a file: it was drawn, and never was on paper.
    Rendering,
    /// The file itself that the card was to be printed from.
    OwnFile,
}

/// Where a code lies: the middles of its three finder patterns, from the corner of the picture, in pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) top_left: (f64, f64),
    pub(super) top_right: (f64, f64),
    pub(super) bottom_left: (f64, f64),
    /// Modules of a side.
    pub(super) modules: usize,
}

/// What is measured of a code in a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Marks {
    /// The share of the commonest light shade among the light pixels of the code.
    ground: f64,
    /// The share of the commonest dark shade among the dark ones.
    ink: f64,
    /// Whether there are only black and white, or what halving makes of them.
    is_bilevel: bool,
    /// How its edges lie. Nothing when the code lies so far from straight that they cannot be followed.
    edges: Option<Edges>,
}

/// How the edges of modules lie to the straight line that they should lie on, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Edges {
    /// How far they are from it in the mean; one counts as at most 1.
    wander: f64,
    /// How far the second half of a line lies from the first: what the smallest turn does.
    lean: f64,
}

/// The slope up to which the edges of a code can be followed as if it lay straight: about one degree.
const STRAIGHT: f64 = 0.02;

// The thresholds stand between what was measured, with the card's own sheet at 72 to 600 dpi. Drawn by `pdftoppm` in gray, colour and as JPEG
// of quality 30 to 95: wander at most 0.047, ground at least 0.385. Out of a scanner, in gray (turned by 0.2 degrees or more, blurred, noisy):
// wander at least 0.18; turned by a program and otherwise clean: ground and ink at least 0.89. In paper's light and noise: ground at most 0.24.

/// Below it, edges lie on their line as only programs draw them.
const DRAWN: f64 = 0.08;
/// From here on they wander as only paper lets them.
const WANDERING: f64 = 0.12;
/// A ground of fewer pixels of one shade is not drawn: shadow or noise lies over it.
const UNEVEN: f64 = 0.28;
/// Ground and ink that are this even are of no paper that a camera saw.
const EVEN: f64 = 0.8;

// In black and white, dots for gray move an edge that a program draws: `pdftoppm -mono` at 72 to 600 dpi had wander at most 0.41 and lean at
// most 0.12. A scanner's black and white turned by a tenth of a degree had lean of at least 0.19, by a fifth 0.40; noise before the cut to
// black and white made wander at least 0.52. A scan without noise that lies exactly straight is the same as a drawing, and is taken for one.

/// Below both, a picture in black and white is drawn.
const DOTS: f64 = 0.44;
/// As for [`DOTS`].
const UPRIGHT: f64 = 0.15;
/// From either on, it is of paper.
const ROUGH: f64 = 0.48;
/// As for [`ROUGH`].
const LEANING: f64 = 0.25;
/// Shades of a picture in black and white, and of one that was halved.
const FEW_SHADES: usize = 5;

/// What the picture of a code was made of.
pub(super) fn origin_of(picture: &Picture, place: &Place) -> Origin {
    let marks = Marks::of(picture, place);
    marks.origin()
}

impl Marks {
    fn of(picture: &Picture, place: &Place) -> Marks {
        let area = Area::of(picture, place);
        let shades = area.shades(picture);
        let (ground, ink) = (share_of_commonest(&shades[area.light..]), share_of_commonest(&shades[..area.dark]));
        let is_bilevel = shades.iter().filter(|count| **count > 0).count() <= FEW_SHADES;
        Marks { ground, ink, is_bilevel, edges: area.edges(picture) }
    }

    fn origin(&self) -> Origin {
        match &self.edges {
            Some(edges) if self.is_bilevel => edges.origin_in_black_and_white(),
            // A scanner's black and white at an angle has steps that no program draws by mistake.
            None if self.is_bilevel => Origin::Paper,
            Some(edges) if edges.wander < DRAWN && self.ground >= UNEVEN => Origin::Rendering,
            Some(edges) if edges.wander < WANDERING => Origin::Unclear,
            _ if self.ground >= EVEN && self.ink >= EVEN => Origin::Unclear,
            _ => Origin::Paper,
        }
    }
}

impl Edges {
    fn origin_in_black_and_white(&self) -> Origin {
        if self.wander >= ROUGH || self.lean >= LEANING {
            Origin::Paper
        } else if self.wander < DOTS && self.lean < UPRIGHT {
            Origin::Rendering
        } else {
            Origin::Unclear
        }
    }

    /// Of the lines in both directions, each a list of places along it and of edges.
    fn of(directions: [Vec<Vec<(usize, f64)>>; 2], modules: usize) -> Option<Edges> {
        /// Edges without which a line tells nothing.
        const ENOUGH: usize = 4;
        let (mut deviations, mut lean) = (Vec::new(), 0.0_f64);
        for lines in directions {
            let mut leans = Vec::new();
            for line in lines.iter().filter(|line| line.len() >= ENOUGH) {
                let mut sorted: Vec<f64> = line.iter().map(|(_, edge)| *edge).collect();
                sorted.sort_by(f64::total_cmp);
                let middle = sorted[sorted.len() / 2];
                deviations.extend(sorted.iter().map(|edge| (edge - middle).abs()));
                let half = |second: bool| {
                    mean(line.iter().filter(|(at, _)| (2 * at >= modules) == second).map(|(_, edge)| *edge))
                };
                leans.extend(half(false).zip(half(true)).map(|(first, second)| second - first));
            }
            lean = lean.max(mean(leans.into_iter()).unwrap_or(0.0).abs());
        }
        let wander = mean(deviations.iter().map(|deviation| deviation.min(1.0)))?;
        Some(Edges { wander, lean })
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum) = values.fold((0, 0.0), |(count, sum), value| (count + 1, sum + value));
    (count > 0).then(|| sum / f64::from(count))
}

/// The share of the largest of these counts in their sum.
fn share_of_commonest(counts: &[usize]) -> f64 {
    let (most, sum) = (counts.iter().max().copied().unwrap_or(0), counts.iter().sum::<usize>());
    if sum == 0 { 1.0 } else { most as f64 / sum as f64 }
}

/// The upright rectangle round a code.
struct Area {
    left: f64,
    top: f64,
    /// Width and height of a module, as far as the code lies straight.
    module: (f64, f64),
    modules: usize,
    is_straight: bool,
    /// Shades up to which a pixel is ink, from which it is ground, and that part black from white.
    dark: usize,
    light: usize,
    middle: f64,
    /// Columns and rows of the picture.
    columns: Range<usize>,
    rows: Range<usize>,
}

impl Area {
    fn of(picture: &Picture, place: &Place) -> Area {
        let between = (place.modules - 7) as f64;
        let step = |to: (f64, f64)| ((to.0 - place.top_left.0) / between, (to.1 - place.top_left.1) / between);
        let (across, down) = (step(place.top_right), step(place.bottom_left));
        let at = |x: f64, y: f64| {
            let (x, y) = (x - 3.5, y - 3.5);
            (place.top_left.0 + x * across.0 + y * down.0, place.top_left.1 + x * across.1 + y * down.1)
        };
        let side = place.modules as f64;
        let corners = [at(0.0, 0.0), at(side, 0.0), at(0.0, side), at(side, side)];
        let extent = |values: [f64; 4]| {
            (values.into_iter().fold(f64::MAX, f64::min), values.into_iter().fold(f64::MIN, f64::max))
        };
        let ((left, right), (top, bottom)) =
            (extent(corners.map(|corner| corner.0)), extent(corners.map(|corner| corner.1)));
        let slope = |(x, y): (f64, f64)| x.abs().min(y.abs()) / x.abs().max(y.abs()).max(f64::MIN_POSITIVE);
        let within = |from: f64, to: f64, most: usize| {
            (from.max(0.0) as usize).min(most)..(to.ceil().max(0.0) as usize).min(most)
        };
        let mut area = Area {
            left,
            top,
            module: ((right - left) / side, (bottom - top) / side),
            modules: place.modules,
            is_straight: slope(across).max(slope(down)) < STRAIGHT,
            dark: 0,
            light: 0,
            middle: 0.0,
            columns: within(left, right, picture.width),
            rows: within(top, bottom, picture.height),
        };
        let shades = area.shades(picture);
        let sum: usize = shades.iter().sum();
        let shade_at = |share: f64| {
            let mut below = 0;
            shades
                .iter()
                .position(|count| {
                    below += count;
                    below as f64 >= share * sum as f64
                })
                .unwrap_or(255) as f64
        };
        let (black, white) = (shade_at(0.1), shade_at(0.9));
        area.middle = f64::midpoint(black, white);
        area.dark = (f64::midpoint(black, area.middle) as usize + 1).min(256);
        area.light = f64::midpoint(white, area.middle) as usize;
        area
    }

    /// How often each shade occurs.
    fn shades(&self, picture: &Picture) -> [usize; 256] {
        let mut counts = [0; 256];
        for row in self.rows.clone() {
            let row = &picture.pixels[row * picture.width..][self.columns.clone()];
            row.iter().for_each(|pixel| counts[usize::from(*pixel)] += 1);
        }
        counts
    }

    fn edges(&self, picture: &Picture) -> Option<Edges> {
        if !self.is_straight || self.columns.is_empty() || self.rows.is_empty() {
            return None;
        }
        let pixel = |x: usize, y: usize| f64::from(picture.pixels[y * picture.width + x]);
        let across = Scale { start: self.left, module: self.module.0, pixels: self.columns.clone() };
        let down = Scale { start: self.top, module: self.module.1, pixels: self.rows.clone() };
        let upright = self.lines(&across, &down, &pixel);
        let level = self.lines(&down, &across, &|y, x| pixel(x, y));
        Edges::of([upright, level], self.modules)
    }

    /// The edges on each line between modules that crosses `along`, looked for in the middle of each module of `across`.
    fn lines(&self, along: &Scale, across: &Scale, pixel: &dyn Fn(usize, usize) -> f64) -> Vec<Vec<(usize, f64)>> {
        let mut lines = vec![Vec::new(); self.modules + 1];
        for row in 0..self.modules {
            let y = (across.start + (row as f64 + 0.5) * across.module).max(0.0) as usize;
            if !across.pixels.contains(&y) {
                continue;
            }
            for x in along.pixels.start..along.pixels.end - 1 {
                let (here, next) = (pixel(x, y), pixel(x + 1, y));
                if (here < self.middle) == (next < self.middle) {
                    continue;
                }
                let edge = x as f64 + 0.5 + (self.middle - here) / (next - here);
                let line = ((edge - along.start) / along.module).round();
                if let Some(line) = lines.get_mut(line.max(0.0) as usize) {
                    line.push((row, edge));
                }
            }
        }
        lines
    }
}

/// One direction of an area: where its modules begin, how wide they are, and its pixels.
struct Scale {
    start: f64,
    module: f64,
    pixels: Range<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(ground: f64, ink: f64, is_bilevel: bool, edges: Option<[f64; 2]>) -> Origin {
        let edges = edges.map(|[wander, lean]| Edges { wander, lean });
        Marks { ground, ink, is_bilevel, edges }.origin()
    }

    #[test]
    fn what_lies_exactly_on_its_lines_is_drawn_and_what_wanders_is_paper() {
        assert_eq!(origin(0.385, 0.48, false, Some([0.047, 0.0])), Origin::Rendering);
        assert_eq!(origin(0.23, 0.27, false, Some([0.183, 0.0])), Origin::Paper);
        assert_eq!(origin(0.13, 0.17, false, None), Origin::Paper);
        assert_eq!(origin(1.0, 1.0, true, Some([0.406, 0.117])), Origin::Rendering);
        assert_eq!(origin(1.0, 1.0, true, Some([0.176, 0.4])), Origin::Paper);
        assert_eq!(origin(1.0, 1.0, true, Some([0.526, 0.05])), Origin::Paper);
    }

    #[test]
    fn what_a_program_turned_and_what_lies_straight_in_a_shadow_cannot_be_told() {
        assert_eq!(origin(0.89, 0.89, false, Some([0.27, 0.5])), Origin::Unclear);
        assert_eq!(origin(0.928, 0.897, false, None), Origin::Unclear);
        assert_eq!(origin(0.036, 0.999, false, Some([0.04, 0.0])), Origin::Unclear);
        assert_eq!(origin(1.0, 1.0, true, Some([0.3, 0.2])), Origin::Unclear);
    }
}
