//! Nothing leaves the page and nothing lies on anything else, computed from the marks themselves.

use super::*;
use crate::language::Language;
use crate::press::page::Mark;

const TEXT: &str = "BG1QQPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHC";

const LONG_ENGLISH: &str =
    "Maximiliane-Theodora Featherstonehaugh-Cholmondeley von und zu Hohenlohe-Schillingsfürst, Director";
const LONG_JAPANESE: &str = "独立行政法人国際先端技術総合研究開発推進機構情報基盤統括本部危機管理対策室長代理髙橋美﨑之介\
                             独立行政法人国際先端技術総合研究開発推進機構情報基盤統括本部危機管理対策室";
const UNBREAKABLE: &str =
    "aReallyLongAddressWithoutAnyPlaceToBreakItAnywhereAtAll.of.somebody@mail.example.example.com";

/// Sheets in both languages, with short, long and unbreakable names, plain, locked, and of a drill.
fn sheets() -> Vec<CardSheet<'static>> {
    let mut sheets = Vec::new();
    for language in Language::ALL {
        for name in ["Margaret Okafor", "髙橋 美﨑", LONG_ENGLISH, LONG_JAPANESE, UNBREAKABLE] {
            for (locked, drill, known) in [(false, false, None), (true, false, Some(name)), (true, true, Some(name))] {
                sheets.push(CardSheet {
                    language,
                    vault_name: name,
                    vault_id: "5f0c9a3be17d48c2a60b1f9e3d7754aa",
                    epoch_number: 12,
                    epoch_id: "9c1e5b7a02f4d8836b1e47aa",
                    dealt_on: "2026-11-22",
                    custodian: name,
                    index: 31,
                    count: 32,
                    threshold: 16,
                    deputy: known,
                    contact: known,
                    place: known,
                    text: TEXT,
                    locked,
                    drill,
                });
            }
        }
    }
    sheets
}

fn page_of(sheet: &CardSheet<'_>, size: PageSize) -> Page {
    let image = qr::encode(sheet.text).unwrap();
    let page = lay_out(sheet, &CardWords::of(sheet), image, size, &mut Typesetter::default());
    page.unwrap_or_else(|| panic!("{} does not fit on {size:?}", sheet.custodian))
}

fn every_page(mut check: impl FnMut(&Page, &CardSheet<'_>)) {
    for sheet in sheets() {
        for size in [PageSize::A4, PageSize::Letter] {
            check(&page_of(&sheet, size), &sheet);
        }
    }
}

fn is_fold_mark(page: &Page, area: &Area) -> bool {
    area.width == 12.0 && area.top == page.size.points().1 / 2.0
}

fn text_of(mark: &Mark) -> Option<String> {
    match mark {
        Mark::Text { line, .. } => Some(line.glyphs.iter().map(|glyph| glyph.character).collect()),
        _ => None,
    }
}

#[test]
fn nothing_leaves_the_printable_part_of_either_page() {
    every_page(|page, sheet| {
        let (width, height) = page.size.points();
        for mark in &page.marks {
            let area = mark.bounds();
            let margin = if is_fold_mark(page, &area) { 14.0 } else { MARGIN - 0.5 };
            let inside = area.left >= margin
                && area.top >= margin
                && area.right() <= width - margin
                && area.bottom() <= height - margin;
            assert!(inside, "{:?} {:?} of {} on {:?}", text_of(mark), area, sheet.custodian, page.size);
        }
    });
}

#[test]
fn no_text_lies_on_other_text_or_on_the_code() {
    every_page(|page, sheet| {
        let solid: Vec<&Mark> =
            page.marks.iter().filter(|mark| matches!(mark, Mark::Text { .. } | Mark::Qr { .. })).collect();
        for (at, mark) in solid.iter().enumerate() {
            for other in &solid[at + 1..] {
                let (a, b) = (mark.bounds(), other.bounds());
                // The font's own ascent and descent leave a hair's breadth between lines set solid.
                let apart = a.right() <= b.left + 0.01
                    || b.right() <= a.left + 0.01
                    || a.bottom() <= b.top + 0.01
                    || b.bottom() <= a.top + 0.01;
                assert!(apart, "{:?} and {:?} of {}", text_of(mark), text_of(other), sheet.custodian);
            }
        }
    });
}

#[test]
fn code_and_groups_stay_above_the_fold_in_one_size() {
    every_page(|page, sheet| {
        let fold = page.size.points().1 / 2.0;
        let groups: Vec<&Mark> =
            page.marks.iter().filter(|mark| matches!(mark, Mark::Text { line, .. } if line.style == TYPED)).collect();
        assert_eq!(groups.iter().filter_map(|mark| text_of(mark)).collect::<String>(), TEXT);
        assert!(groups.iter().all(|mark| mark.bounds().bottom() < fold), "{}", sheet.custodian);
        let code = page.marks.iter().find(|mark| matches!(mark, Mark::Qr { .. })).unwrap().bounds();
        assert!(code.bottom() < fold, "{}", sheet.custodian);
        let module = code.width / qr::CARD_MODULES as f32;
        assert!(module * 25.4 / 72.0 >= 0.7, "{module} points");
    });
}

#[test]
fn a_card_of_everyday_names_is_set_in_type_of_eight_points_or_more() {
    for sheet in sheets().iter().filter(|sheet| sheet.custodian.len() < 20 && !sheet.drill) {
        for size in [PageSize::A4, PageSize::Letter] {
            for mark in &page_of(sheet, size).marks {
                if let Mark::Text { line, .. } = mark
                    && line.style.gray == 0.0
                {
                    assert!(line.style.size >= 8.0, "{:?} on {size:?}: {}", text_of(mark), line.style.size);
                }
            }
        }
    }
}

#[test]
fn names_that_no_page_can_hold_are_refused_and_not_cut() {
    let name = LONG_JAPANESE.repeat(20);
    let sheet = CardSheet { custodian: &name, ..sheets().remove(0) };
    let image = qr::encode(sheet.text).unwrap();
    assert!(lay_out(&sheet, &CardWords::of(&sheet), image, PageSize::A4, &mut Typesetter::default()).is_none());
}
