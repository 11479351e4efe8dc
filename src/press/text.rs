//! Lines of text: characters become glyphs with widths, and sentences break where Japanese and English may break.

use unicode_linebreak::linebreaks;
use unicode_normalization::char::compose;
use zeroize::{Zeroize, Zeroizing};

use super::font::Face;

/// The variation selectors, which choose between the forms of one kanji and draw nothing themselves.
const VARIATION_SELECTORS: [std::ops::RangeInclusive<char>; 2] = ['\u{FE00}'..='\u{FE0F}', '\u{E0100}'..='\u{E01EF}'];

/// Keeps the words of a command on one line.
pub(super) const NO_BREAK_SPACE: char = '\u{A0}';

/// How a line is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Style {
    pub(super) face: Face,
    /// Size of the type in points.
    pub(super) size: f32,
    /// From one baseline to the next, in points.
    pub(super) leading: f32,
    /// 0 is black, 1 is white.
    pub(super) gray: f32,
}

/// One glyph in its place on a line.
#[derive(Clone, Copy, Default, Zeroize)]
pub(super) struct Glyph {
    /// Its number in the embedded font.
    pub(super) id: u16,
    /// What is copied or found where it is drawn.
    pub(super) character: char,
    /// How far it moves the pen, in points.
    pub(super) advance: f32,
}

/// A line ready to be drawn. It may be the card's text, so it is wiped.
pub(super) struct Line {
    pub(super) glyphs: Zeroizing<Vec<Glyph>>,
    pub(super) style: Style,
}

impl Line {
    /// Width in points.
    pub(super) fn width(&self) -> f32 {
        width_of(&self.glyphs)
    }
}

/// Sets text and remembers which characters no font can draw.
#[derive(Default)]
pub(super) struct Typesetter {
    missing: Vec<char>,
}

impl Typesetter {
    /// The characters that were printed as their code points so far, each once, in order of appearance.
    pub(super) fn into_missing(self) -> Vec<char> {
        self.missing
    }

    /// The whole text on one line, never broken.
    pub(super) fn line(&mut self, text: &str, style: Style) -> Line {
        let printable = self.printable(text, style);
        Line { glyphs: glyphs_of(&printable, style), style }
    }

    /// The text broken into lines that are no wider than `width` points.
    pub(super) fn wrap(&mut self, text: &str, style: Style, width: f32) -> Vec<Line> {
        let printable = self.printable(text, style);
        let glyphs = glyphs_of(&printable, style);
        let mut lines = Vec::new();
        let mut push = |glyphs: &[Glyph]| {
            lines.push(Line { glyphs: Zeroizing::new(without_trailing_space(glyphs).to_vec()), style });
        };
        let (mut start, mut last) = (0, 0);
        for end in places_to_break(&printable) {
            while width_of(without_trailing_space(&glyphs[start..end])) > width {
                // A piece with no place to break, such as a long address, is broken where the column ends.
                start = if last > start {
                    push(&glyphs[start..last]);
                    last
                } else {
                    let full = start + fitting(&glyphs[start..end], width);
                    push(&glyphs[start..full]);
                    full
                };
            }
            last = end;
        }
        push(&glyphs[start..]);
        lines
    }

    /// The text as it can be printed: marks joined to their letters, line ends as spaces, and a code point for what has no glyph.
    fn printable(&mut self, text: &str, style: Style) -> Zeroizing<String> {
        let font = style.face.font();
        // Never grows, so that a card's text leaves no shorter copy of itself behind.
        let mut printable = Zeroizing::new(String::with_capacity(text.len() * CODE_POINT_LENGTH));
        for character in Composed::of(text) {
            if character.is_control() {
                printable.push(' ');
            } else if font.glyph(character).is_some() {
                printable.push(character);
            } else {
                if !self.missing.contains(&character) {
                    self.missing.push(character);
                }
                if !VARIATION_SELECTORS.iter().any(|range| range.contains(&character)) {
                    printable.push_str(&format!("U+{:04X}", u32::from(character)));
                }
            }
        }
        printable
    }
}

/// One glyph for each character of a printable text.
fn glyphs_of(printable: &str, style: Style) -> Zeroizing<Vec<Glyph>> {
    let font = style.face.font();
    let mut glyphs = Zeroizing::new(Vec::with_capacity(printable.len()));
    glyphs.extend(printable.chars().map(|character| {
        // It only says where not to break; a command copied from the page must have plain spaces.
        let character = if character == NO_BREAK_SPACE { ' ' } else { character };
        let id = font.glyph(character).unwrap_or_default();
        Glyph { id, character, advance: font.advance(id) * style.size }
    }));
    glyphs
}

/// Where lines may end, in characters from the start.
fn places_to_break(printable: &str) -> impl Iterator<Item = usize> {
    let mut characters = 0;
    let mut start = 0;
    linebreaks(printable).map(move |(end, _)| {
        characters += printable[start..end].chars().count();
        start = end;
        characters
    })
}

fn width_of(glyphs: &[Glyph]) -> f32 {
    glyphs.iter().map(|glyph| glyph.advance).sum()
}

fn without_trailing_space(glyphs: &[Glyph]) -> &[Glyph] {
    let length = glyphs.iter().rposition(|glyph| glyph.character != ' ').map_or(0, |last| last + 1);
    &glyphs[..length]
}

/// How many of the first glyphs fit into a width; at least one, so that there is always progress.
fn fitting(glyphs: &[Glyph], width: f32) -> usize {
    (2..=glyphs.len()).take_while(|count| width_of(&glyphs[..*count]) <= width).last().unwrap_or(1)
}

/// The longest that one character can become when it is printed as its code point.
const CODE_POINT_LENGTH: usize = "U+10FFFF".len();

/// The characters of a text with marks joined to their letters (が typed as か and ゛ by some systems). Unlike NFC it leaves the
/// compatibility kanji in people's names as they are.
struct Composed<'a> {
    characters: std::iter::Peekable<std::str::Chars<'a>>,
}

impl<'a> Composed<'a> {
    fn of(text: &'a str) -> Composed<'a> {
        Composed { characters: text.chars().peekable() }
    }
}

impl Iterator for Composed<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let mut character = self.characters.next()?;
        while let Some(joined) = self.characters.peek().and_then(|mark| compose(character, *mark)) {
            character = joined;
            self.characters.next();
        }
        Some(character)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: Style = Style { face: Face::Regular, size: 10.0, leading: 14.0, gray: 0.0 };

    fn text_of(line: &Line) -> String {
        line.glyphs.iter().map(|glyph| glyph.character).collect()
    }

    #[test]
    fn a_character_without_a_glyph_is_told_once_and_printed_as_its_code_point() {
        let mut typesetter = Typesetter::default();
        let line = typesetter.line("Ana \u{1F600}\u{1F600}", STYLE);
        assert_eq!(text_of(&line), "Ana U+1F600U+1F600");
        assert_eq!(typesetter.into_missing(), ['\u{1F600}']);
    }

    #[test]
    fn a_variation_selector_is_told_and_draws_nothing() {
        let mut typesetter = Typesetter::default();
        assert_eq!(text_of(&typesetter.line("葛\u{E0100}城", STYLE)), "葛城");
        assert_eq!(typesetter.into_missing(), ['\u{E0100}']);
    }

    #[test]
    fn marks_join_their_letters_and_compatibility_kanji_stay() {
        let mut typesetter = Typesetter::default();
        assert_eq!(text_of(&typesetter.line("か\u{3099}Zoe\u{308}\u{FA19}", STYLE)), "がZoë\u{FA19}");
        assert_eq!(typesetter.into_missing(), []);
    }

    #[test]
    fn no_line_is_wider_than_the_column_and_no_character_is_lost() {
        let texts = [
            "Any three of them open it together; fewer open nothing.".to_owned(),
            "この保管庫のカードは5枚あります。どの3枚でも、そろえば保管庫が開きます。".to_owned(),
            "x".repeat(200),
            "https://intranet.example.co.jp/".repeat(5),
            "髙橋".repeat(60),
        ];
        for text in texts {
            for width in [60.0, 100.0, 240.0] {
                let lines = Typesetter::default().wrap(&text, STYLE, width);
                assert!(lines.iter().all(|line| line.width() <= width), "{text} at {width}");
                let joined: String = lines.iter().map(text_of).collect();
                assert_eq!(joined.replace(' ', ""), text.replace(' ', ""));
            }
        }
    }

    #[test]
    fn no_japanese_line_begins_with_a_closing_mark_or_a_small_kana() {
        let text = "依頼があったとき、少なくとも年2回、コマンド「カードチェック」で確かめてください。";
        for width in 40..200_u16 {
            for line in Typesetter::default().wrap(text, STYLE, f32::from(width)) {
                assert!(!text_of(&line).starts_with(['、', '。', '」', 'ッ', 'ェ', 'っ', 'ー']), "{}", text_of(&line));
            }
        }
    }
}
