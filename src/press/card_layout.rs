//! Where the words of a card's sheet stand on the page.
//!
//! From the top: whose card it is, the code with the text beside it, facts, what to do in two columns, a table to fill in. The
//! code and the text keep their size and stay above the fold in the middle of the page; if long names push the rest off the
//! page, everything else is set again a little smaller, down to a size that can still be read.

use super::card_sheet::{CardSheet, rows_of};
use super::card_words::{CardWords, Drill, Fact, Order, Section};
use super::draft::{Column, Draft, GRAY, GUTTER, MARGIN};
use super::font::Face;
use super::page::{Area, Page, PageSize};
use super::qr::{self, QrImage};
use super::text::{Style, Typesetter};

/// Columns of the table of checks.
pub(super) const CHECKS: usize = 6;

/// 1.27 mm, 15 dots at 300 dpi: a phone or a scanner reads it at arm's length.
const MODULE: f32 = 3.6;

/// Space above a part of the sheet, before spare height is shared out.
const GAP: f32 = 8.0;

/// The most that one gap gains from spare height.
const WIDEST_GAIN: f32 = 13.0;

/// Gaps from the head to the end, smaller ones counted in part.
const GAPS: f32 = 5.0;

/// How much smaller the words may become, in steps; sentences are set in 9.1 points at first.
const SCALES: [f32; 10] = [1.0, 0.98, 0.96, 0.93, 0.9, 0.86, 0.82, 0.78, 0.74, 0.7];

/// Where the baseline of a name lies between the top and the bottom of its line.
const BASELINE: f32 = 0.79;

/// What is typed, in a size that does not shrink.
const TYPED: Style = Style { face: Face::Mono, size: 18.0, leading: 26.0, gray: 0.0 };
const ROW_NUMBER: Style = Style { face: Face::Mono, size: 8.5, leading: 26.0, gray: GRAY };

/// Lays the sheet out; `None` when it does not fit on one page.
pub(super) fn lay_out(
    sheet: &CardSheet<'_>,
    words: &CardWords,
    image: QrImage,
    size: PageSize,
    typesetter: &mut Typesetter,
) -> Option<Page> {
    let bottom = size.points().1 - MARGIN;
    let (scale, spare) = SCALES.iter().find_map(|scale| {
        let mut draft = Draft::new(size, *scale, GAP, typesetter);
        fill(&mut draft, sheet, words);
        let spare = bottom - draft.y;
        (spare >= 0.0).then_some((*scale, spare))
    })?;
    let gap = GAP + (spare / GAPS).min(WIDEST_GAIN);
    let mut draft = Draft::new(size, scale, gap, typesetter);
    let code = fill(&mut draft, sheet, words);
    draft.page.qr(code, image);
    Some(draft.page)
}

/// Fills the page from the top and tells where the code goes.
fn fill(draft: &mut Draft<'_>, sheet: &CardSheet<'_>, words: &CardWords) -> Area {
    draft.fold_marks();
    draft.head(sheet, words);
    let code = draft.card_text(sheet, words);
    draft.facts(&words.facts);
    draft.sections(words);
    draft.checks(words);
    code
}

impl Draft<'_> {
    /// Two short strokes at the paper's edges where it folds.
    fn fold_marks(&mut self) {
        let (width, height) = self.page.size.points();
        for left in [14.0, width - 26.0] {
            self.page.fill(Area { left, top: height / 2.0, width: 12.0, height: 0.5 }, GRAY);
        }
    }

    fn head(&mut self, sheet: &CardSheet<'_>, words: &CardWords) {
        if let Some(drill) = &words.drill {
            self.band(drill);
        }
        let title = self.style(Face::Bold, 12.0, 18.0, 0.0);
        let mut column = self.full_width();
        self.flush_right(column, &words.number, title);
        self.paragraph(&mut column, &words.title, title);
        self.y = column.y + 2.0;
        self.rule(1.6);
        self.y += 8.0 * self.scale;
        let [mut left, mut right] = self.halves();
        self.paragraph(&mut left, &words.custodian_label, self.label());
        self.paragraph(&mut right, &words.vault_label, self.label());
        let custodian = self.title(left.width, sheet.custodian, &[24.0, 20.0, 17.0, 14.0, 12.0]);
        let vault = self.title(right.width, sheet.vault_name, &[17.0, 14.0, 12.0]);
        // Both on one baseline.
        let largest = custodian.leading.max(vault.leading);
        left.y += (largest - custodian.leading) * BASELINE;
        right.y += (largest - vault.leading) * BASELINE;
        self.paragraph(&mut left, sheet.custodian, custodian);
        self.paragraph(&mut right, sheet.vault_name, vault);
        let y = left.y.max(right.y) + 4.0 * self.scale;
        let mut column = Column { y, ..self.full_width() };
        self.paragraph(&mut column, &words.lead, self.style(Face::Regular, 9.8, 14.0, 0.0));
        self.y = column.y;
    }

    /// White words on black, across the page.
    fn band(&mut self, drill: &Drill) {
        let area = Area { left: MARGIN, top: self.y, width: self.width, height: 32.0 };
        self.page.fill(area, 0.0);
        let mark = Style { face: Face::Bold, size: 21.0, leading: area.height, gray: 1.0 };
        let mark = self.typesetter.line(&drill.mark, mark);
        let left = area.left + 12.0 + mark.width() + 18.0;
        self.put(&mut Column { left: area.left + 12.0, width: area.width, y: area.top }, mark);
        let note = Style { face: Face::Regular, size: 10.0, leading: 13.5, gray: 1.0 };
        let lines = self.typesetter.wrap(&drill.note, note, area.right() - 12.0 - left);
        let height: f32 = lines.iter().map(|line| line.style.leading).sum();
        let mut column = Column { left, width: area.width, y: area.top + (area.height - height) / 2.0 };
        lines.into_iter().for_each(|line| self.put(&mut column, line));
        self.y = area.bottom() + 5.0;
    }

    /// The largest of these sizes in which a name takes one line, or else the smallest, to be wrapped.
    fn title(&mut self, width: f32, name: &str, sizes: &[f32]) -> Style {
        let style = |size: f32| self.style(Face::Regular, size, size * 1.3, 0.0);
        let styles: Vec<Style> = sizes.iter().copied().map(style).collect();
        let fits = styles.iter().copied().find(|style| self.typesetter.line(name, *style).width() <= width);
        fits.unwrap_or(styles[styles.len() - 1])
    }

    /// A frame with room for the code and, beside it, the same characters to type. Gives back the room.
    fn card_text(&mut self, sheet: &CardSheet<'_>, words: &CardWords) -> Area {
        self.y += self.gap;
        let side = MODULE * qr::CARD_MODULES as f32;
        let top = self.y;
        let code = Area { left: MARGIN + 4.0, top: top + 4.0, width: side, height: side };
        let left = code.right() + 8.0;
        let mut column = Column { left, width: MARGIN + self.width - 14.0 - left, y: top + 12.0 };
        let heading = Style { face: Face::Bold, size: 11.0, leading: 17.0, gray: 0.0 };
        self.paragraph(&mut column, &words.text_heading, heading);
        let hint = Style { face: Face::Regular, size: 8.4, leading: 11.6, gray: 0.0 };
        self.paragraph(&mut column, &words.text_hint, hint);
        column.y += 4.0;
        for (first, groups) in rows_of(sheet.text) {
            self.row(&mut column, first, groups);
        }
        let warning = Style { face: Face::Bold, size: 9.2, leading: 13.0, gray: 0.0 };
        let mut column = Column { left: MARGIN + 14.0, width: self.width - 28.0, y: column.y.max(code.bottom()) + 2.0 };
        self.paragraph(&mut column, &words.text_warning, warning);
        if let Some(phrase) = &words.phrase {
            self.paragraph(&mut column, phrase, warning);
        }
        let frame = Area { left: MARGIN, top, width: self.width, height: column.y + 8.0 - top };
        self.page.frame(frame, 0.8);
        self.y = frame.bottom();
        code
    }

    fn row<'g>(&mut self, column: &mut Column, first: usize, groups: impl Iterator<Item = &'g str>) {
        let number = self.typesetter.line(&first.to_string(), ROW_NUMBER);
        self.put(&mut column.clone(), number);
        let mut left = column.left + 20.0;
        for group in groups {
            let line = self.typesetter.line(group, TYPED);
            let next = left + line.width() + 15.0;
            self.put(&mut Column { left, ..*column }, line);
            left = next;
        }
        column.y += TYPED.leading;
    }

    /// Labels above their values, in a grid of four.
    fn facts(&mut self, facts: &[Fact]) {
        self.y += self.gap;
        let cell = (self.width + GUTTER) / 4.0;
        let (mut used, mut lowest) = (0_u8, self.y);
        for fact in facts {
            if used + fact.cells > 4 {
                (used, self.y) = (0, lowest + 4.0 * self.scale);
            }
            let left = MARGIN + cell * f32::from(used);
            let mut column = Column { left, width: cell * f32::from(fact.cells) - GUTTER, y: self.y };
            self.fact(&mut column, fact);
            lowest = lowest.max(column.y);
            used += fact.cells;
        }
        self.y = lowest;
    }

    fn fact(&mut self, column: &mut Column, fact: &Fact) {
        self.paragraph(column, &fact.label, self.label());
        let face = if fact.digits { Face::Mono } else { Face::Regular };
        self.paragraph(column, &fact.value, self.style(face, 10.0, 14.0, 0.0));
    }

    /// What to do, in two columns: on the left how the card is kept and ended, on the right how it is used.
    fn sections(&mut self, words: &CardWords) {
        self.y += self.gap * 0.7;
        self.rule(0.5);
        self.y += self.gap * 0.7;
        let columns = self.halves();
        let mut lowest = self.y;
        for (mut column, parts) in columns.into_iter().zip([[&words.keep, &words.end], [&words.call, &words.without]]) {
            self.section(&mut column, parts[0]);
            column.y += self.gap * 0.6;
            self.section(&mut column, parts[1]);
            lowest = lowest.max(column.y);
        }
        self.y = lowest;
    }

    fn section(&mut self, column: &mut Column, section: &Section) {
        self.paragraph(column, &section.heading, self.heading());
        for (number, point) in (1..).zip(&section.points) {
            let sign = match section.order {
                Order::Paragraph => None,
                Order::Any => Some("•".to_owned()),
                Order::Steps => Some(number.to_string()),
            };
            let Some(sign) = sign else {
                self.paragraph(column, point, self.body());
                continue;
            };
            let sign = self.typesetter.line(&sign, self.body());
            self.put(&mut column.clone(), sign);
            let indent = 13.0 * self.scale;
            let mut inner = Column { left: column.left + indent, width: column.width - indent, y: column.y };
            self.paragraph(&mut inner, point, self.body());
            column.y = inner.y + 2.5 * self.scale;
        }
    }

    /// A table with room to write by hand: one column for each time that the card was sealed.
    fn checks(&mut self, words: &CardWords) {
        self.y += self.gap;
        let mut column = self.full_width();
        self.paragraph(&mut column, &words.checks, self.heading());
        let row_height = 16.0;
        let top = column.y + 2.0;
        let label_width = 66.0;
        let cell = (self.width - label_width) / CHECKS as f32;
        for (row, label) in (0_u8..).zip(&words.check_labels) {
            let top = top + f32::from(row) * row_height;
            self.page.fill(Area { left: MARGIN, top, width: self.width, height: 0.5 }, GRAY);
            let style = Style { leading: row_height, ..self.label() };
            self.paragraph(&mut Column { left: MARGIN, width: label_width, y: top }, label, style);
        }
        let height = row_height * words.check_labels.len() as f32;
        self.page.fill(Area { left: MARGIN, top: top + height, width: self.width, height: 0.5 }, GRAY);
        for check in 0..=CHECKS {
            let left = MARGIN + label_width + cell * check as f32;
            self.page.fill(Area { left: left.min(MARGIN + self.width - 0.5), top, width: 0.5, height }, GRAY);
        }
        self.y = top + height + 0.5;
    }
}

#[cfg(test)]
mod tests;
