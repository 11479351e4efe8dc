//! One page and the marks on it, before it becomes a PDF.
//!
//! Lengths are points (1/72 inch) from the upper left corner, so that a layout reads from the top as a page does. Every mark
//! knows its bounds: what leaves the page is found by computing, not by looking.

use super::qr::QrImage;
use super::text::Line;

/// The paper that a sheet is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageSize {
    /// 210 mm by 297 mm.
    A4,
    /// 8.5 inches by 11 inches.
    Letter,
}

impl PageSize {
    /// Width and height in points.
    pub(super) fn points(self) -> (f32, f32) {
        match self {
            PageSize::A4 => (595.28, 841.89),
            PageSize::Letter => (612.0, 792.0),
        }
    }
}

/// An upright rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

impl Area {
    pub(super) fn right(&self) -> f32 {
        self.left + self.width
    }

    pub(super) fn bottom(&self) -> f32 {
        self.top + self.height
    }
}

/// Something drawn.
pub(super) enum Mark {
    /// A line of text whose first glyph starts at `x` on the baseline `y`.
    Text { x: f32, y: f32, line: Line },
    /// A filled rectangle; rules are thin ones. 0 is black, 1 is white.
    Fill { area: Area, gray: f32 },
    /// The outline of a rectangle, drawn along its edge.
    Frame { area: Area, thickness: f32 },
    /// A QR code with its quiet zone.
    Qr { area: Area, image: QrImage },
}

impl Mark {
    /// The space that the mark takes, for text by the font's own ascent and descent.
    #[cfg(test)]
    pub(super) fn bounds(&self) -> Area {
        match self {
            Mark::Text { x, y, line } => {
                let font = line.style.face.font();
                let scale = line.style.size / font.units_per_em;
                let height = (font.ascent - font.descent) * scale;
                Area { left: *x, top: y - font.ascent * scale, width: line.width(), height }
            }
            Mark::Fill { area, .. } | Mark::Qr { area, .. } => *area,
            Mark::Frame { area, thickness } => Area {
                left: area.left - thickness / 2.0,
                top: area.top - thickness / 2.0,
                width: area.width + thickness,
                height: area.height + thickness,
            },
        }
    }
}

/// A page in the making.
pub(super) struct Page {
    pub(super) size: PageSize,
    pub(super) marks: Vec<Mark>,
}

impl Page {
    pub(super) fn new(size: PageSize) -> Page {
        Page { size, marks: Vec::new() }
    }

    pub(super) fn text(&mut self, x: f32, y: f32, line: Line) {
        self.marks.push(Mark::Text { x, y, line });
    }

    pub(super) fn fill(&mut self, area: Area, gray: f32) {
        self.marks.push(Mark::Fill { area, gray });
    }

    pub(super) fn frame(&mut self, area: Area, thickness: f32) {
        self.marks.push(Mark::Frame { area, thickness });
    }

    pub(super) fn qr(&mut self, area: Area, image: QrImage) {
        self.marks.push(Mark::Qr { area, image });
    }
}
