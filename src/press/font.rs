//! The three embedded fonts: which glyph draws a character, and how wide it is.
//!
//! BIZ UDPGothic Regular for sentences and names, its Bold for fixed words only, JetBrains Mono for what is typed: its zero has
//! a dot, so that nobody takes it for the letter O. `fonts/subset.py` makes the files. One character is one glyph; nothing is
//! shaped.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use read_fonts::tables::cmap::CmapSubtable;
use read_fonts::tables::hmtx::Hmtx;
use read_fonts::types::GlyphId;
use read_fonts::{FontRef, TableProvider};
use subsetter::GlyphRemapper;

/// One of the embedded fonts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Face {
    /// Sentences and names, Japanese and Latin.
    Regular,
    /// Fixed words of the message files.
    Bold,
    /// What is typed, in ASCII.
    Mono,
}

impl Face {
    pub(super) const ALL: [Face; 3] = [Face::Regular, Face::Bold, Face::Mono];

    /// The font itself; its tables are found once in the life of the program.
    pub(super) fn font(self) -> &'static Font {
        static FONTS: LazyLock<[Font; 3]> = LazyLock::new(|| {
            [
                Font::open("BIZUDPGothic-Regular", include_bytes!("fonts/BIZUDPGothic-Regular.ttf")),
                Font::open("BIZUDPGothic-Bold", include_bytes!("fonts/BIZUDPGothic-Bold.ttf")),
                Font::open("JetBrainsMono-Regular", include_bytes!("fonts/JetBrainsMono-Regular.ttf")),
            ]
        });
        &FONTS[self as usize]
    }
}

/// An embedded font with the tables that setting a line needs. Lengths are in units of the font; see `units_per_em`.
pub(super) struct Font {
    /// The name under which PDF knows it.
    pub(super) postscript_name: &'static str,
    pub(super) units_per_em: f32,
    pub(super) ascent: f32,
    pub(super) descent: f32,
    /// Smallest box round every glyph: left, bottom, right, top.
    pub(super) extent: [f32; 4],
    bytes: &'static [u8],
    characters: CmapSubtable<'static>,
    widths: Hmtx<'static>,
}

impl Font {
    fn open(postscript_name: &'static str, bytes: &'static [u8]) -> Font {
        Font::read(postscript_name, bytes).expect("the embedded fonts are sound")
    }

    fn read(postscript_name: &'static str, bytes: &'static [u8]) -> Option<Font> {
        let tables = FontRef::new(bytes).ok()?;
        let head = tables.head().ok()?;
        let metrics = tables.hhea().ok()?;
        Some(Font {
            postscript_name,
            units_per_em: f32::from(head.units_per_em()),
            ascent: f32::from(metrics.ascender().to_i16()),
            descent: f32::from(metrics.descender().to_i16()),
            extent: [head.x_min(), head.y_min(), head.x_max(), head.y_max()].map(f32::from),
            bytes,
            characters: tables.cmap().ok()?.best_subtable()?.2,
            widths: tables.hmtx().ok()?,
        })
    }

    /// The glyph that draws a character, if there is one.
    pub(super) fn glyph(&self, character: char) -> Option<u16> {
        let glyph = u16::try_from(self.characters.map_codepoint(character)?.to_u32()).ok()?;
        (glyph != 0).then_some(glyph)
    }

    /// How far a glyph moves the pen, as a fraction of the size of the type.
    pub(super) fn advance(&self, glyph: u16) -> f32 {
        let units = self.widths.advance(GlyphId::new(u32::from(glyph))).unwrap_or(0);
        f32::from(units) / self.units_per_em
    }

    /// A font file with these glyphs alone, numbered from 1 in ascending order.
    pub(super) fn subset(&self, glyphs: &BTreeSet<u16>) -> Vec<u8> {
        let mut numbers = GlyphRemapper::new();
        for glyph in glyphs {
            numbers.remap(*glyph);
        }
        subsetter::subset(self.bytes, 0, &numbers).expect("the embedded fonts are sound")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{Language, messages::press};

    #[test]
    fn every_embedded_font_opens_and_has_ascii() {
        for face in Face::ALL {
            for character in ' '..='~' {
                let glyph = face.font().glyph(character).unwrap_or_else(|| panic!("{face:?} lacks {character:?}"));
                assert!(face.font().advance(glyph) > 0.0, "{face:?} {character:?}");
            }
        }
    }

    #[test]
    fn names_with_tall_and_rare_kanji_have_glyphs() {
        for character in "髙橋﨑山德川濵田瀨戸邉邊渡齋齊藤廣辻吉野葛飾彅凜茗荷谷ヶ崎".chars()
        {
            assert!(Face::Regular.font().glyph(character).is_some(), "{character}");
        }
    }

    #[test]
    fn accented_latin_names_have_glyphs() {
        for character in "Zoë Müller-Ångström Łukasz Ñandú".chars() {
            assert!(Face::Regular.font().glyph(character).is_some(), "{character}");
        }
    }

    #[test]
    fn every_character_of_the_message_files_has_a_glyph_in_both_weights() {
        let files = [include_str!("../content/press.en.txt"), include_str!("../content/press.ja.txt")];
        for character in files.concat().chars().filter(|character| *character != '\n') {
            for face in [Face::Regular, Face::Bold] {
                assert!(face.font().glyph(character).is_some(), "{face:?} lacks {character}: run fonts/subset.py");
            }
        }
        assert!(press::card_title(Language::Japanese).chars().all(|c| Face::Bold.font().glyph(c).is_some()));
    }

    #[test]
    fn what_is_typed_is_of_one_width() {
        let font = Face::Mono.font();
        let width = |character| font.advance(font.glyph(character).unwrap());
        assert!((' '..='~').all(|character| width(character) == width('0')));
    }
}
