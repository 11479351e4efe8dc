//! A page filled from the top down: type styles at one scale, columns, paragraphs and rules.

use super::font::Face;
use super::page::{Area, Page, PageSize};
use super::text::{Line, Style, Typesetter};

/// 15 mm: what every office printer can print on.
pub(super) const MARGIN: f32 = 42.5;

/// Between two columns.
pub(super) const GUTTER: f32 = 24.0;

/// Labels and thin rules: lighter than the text, and still dark on a poor printer.
pub(super) const GRAY: f32 = 0.36;

/// A page in the making, filled from the top down to `y`.
pub(super) struct Draft<'t> {
    pub(super) page: Page,
    pub(super) typesetter: &'t mut Typesetter,
    /// Factor of every size that may shrink.
    pub(super) scale: f32,
    /// Space above a part of the page.
    pub(super) gap: f32,
    /// Between the margins.
    pub(super) width: f32,
    pub(super) y: f32,
}

/// A part of the page's width, with a position of its own.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) left: f32,
    pub(super) width: f32,
    pub(super) y: f32,
}

impl<'t> Draft<'t> {
    pub(super) fn new(size: PageSize, scale: f32, gap: f32, typesetter: &'t mut Typesetter) -> Draft<'t> {
        let width = size.points().0 - 2.0 * MARGIN;
        Draft { page: Page::new(size), typesetter, scale, gap, width, y: MARGIN }
    }

    pub(super) fn style(&self, face: Face, size: f32, leading: f32, gray: f32) -> Style {
        Style { face, size: size * self.scale, leading: leading * self.scale, gray }
    }

    pub(super) fn body(&self) -> Style {
        self.style(Face::Regular, 9.1, 12.9, 0.0)
    }

    pub(super) fn label(&self) -> Style {
        self.style(Face::Regular, 8.0, 11.5, GRAY)
    }

    pub(super) fn heading(&self) -> Style {
        self.style(Face::Bold, 11.0, 17.0, 0.0)
    }

    pub(super) fn full_width(&self) -> Column {
        Column { left: MARGIN, width: self.width, y: self.y }
    }

    /// Two columns side by side from here down.
    pub(super) fn halves(&self) -> [Column; 2] {
        let width = (self.width - GUTTER) / 2.0;
        [MARGIN, MARGIN + width + GUTTER].map(|left| Column { left, width, y: self.y })
    }

    pub(super) fn rule(&mut self, thickness: f32) {
        let area = Area { left: MARGIN, top: self.y, width: self.width, height: thickness };
        self.page.fill(area, 0.0);
        self.y += thickness;
    }

    /// Puts a line where the column stands and moves down.
    pub(super) fn put(&mut self, column: &mut Column, line: Line) {
        let Style { face, size, leading, .. } = line.style;
        let font = face.font();
        let (above, below) = (font.ascent / font.units_per_em * size, -font.descent / font.units_per_em * size);
        let baseline = column.y + (leading - above - below) / 2.0 + above;
        self.page.text(column.left, baseline, line);
        column.y += leading;
    }

    pub(super) fn paragraph(&mut self, column: &mut Column, text: &str, style: Style) {
        for line in self.typesetter.wrap(text, style, column.width) {
            self.put(column, line);
        }
    }

    /// A line that ends at the right edge of the column, beside what stands on the left.
    pub(super) fn flush_right(&mut self, mut column: Column, text: &str, style: Style) {
        let line = self.typesetter.line(text, style);
        column.left += column.width - line.width();
        self.put(&mut column, line);
    }
}
