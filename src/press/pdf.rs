//! A page as a PDF file: the same page always gives the same bytes.
//!
//! PDF 1.7 with a plain cross-reference table. Each font is embedded with the glyphs it needs and a map back to Unicode, so that
//! text can be found and copied. A QR code is one image of a bit a pixel, quiet zone included, and the page holds no other
//! image: whoever pulls the images out of the file has the code without drawing the page. No date and no random identifier.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use flate2::Compression;
use flate2::bufread::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use zeroize::Zeroizing;

use super::font::{Face, Font};
use super::page::{Area, Mark, Page};
use super::qr::QrImage;
use super::text::Line;
use crate::language::Language;

const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const PAGE: Ref = Ref::new(3);
const CONTENT: Ref = Ref::new(4);
const INFORMATION: Ref = Ref::new(5);
const QR: Ref = Ref::new(6);
const QR_NAME: Name<'static> = Name(b"Q");

/// The glyphs are numbered by the font that is embedded (PDF 1.7, 9.7.5.2).
const IDENTITY: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// Writes the file. Title and language are for screen readers and window titles; the title is no secret.
pub(super) fn write(page: &Page, title: &str, language: Language) -> Zeroizing<Vec<u8>> {
    let fonts = used_fonts(page);
    let mut pdf = Pdf::new();
    pdf.set_version(1, 7);
    write_document(&mut pdf, page, &fonts, title, language);
    let drawing = Zeroizing::new(draw(page, &fonts));
    let packed = deflate(&drawing);
    pdf.stream(CONTENT, &packed).filter(Filter::FlateDecode);
    for font in &fonts {
        font.write(&mut pdf);
    }
    if let Some(image) =
        page.marks.iter().find_map(|mark| if let Mark::Qr { image, .. } = mark { Some(image) } else { None })
    {
        write_qr(&mut pdf, image);
    }
    let grown = Zeroizing::new(pdf.finish());
    Zeroizing::new(grown.as_slice().to_vec())
}

fn write_document(pdf: &mut Pdf, page: &Page, fonts: &[EmbeddedFont], title: &str, language: Language) {
    let (width, height) = page.size.points();
    let mut catalog = pdf.catalog(CATALOG);
    catalog.pages(PAGES).lang(TextStr(language.code()));
    catalog.viewer_preferences().display_doc_title(true);
    catalog.finish();
    pdf.document_info(INFORMATION).title(TextStr(title)).producer(TextStr("breakglass"));
    pdf.pages(PAGES).kids([PAGE]).count(1);
    let mut dictionary = pdf.page(PAGE);
    dictionary.media_box(Rect::new(0.0, 0.0, width, height)).parent(PAGES).contents(CONTENT);
    let mut resources = dictionary.resources();
    resources.x_objects().pair(QR_NAME, QR);
    let mut names = resources.fonts();
    for font in fonts {
        names.pair(font.name(), font.references()[0]);
    }
}

fn write_qr(pdf: &mut Pdf, image: &QrImage) {
    let packed = deflate(&image.rows);
    let side = i32::try_from(image.side).expect("a QR code has at most 185 modules a side");
    let mut object = pdf.image_xobject(QR, &packed);
    object.filter(Filter::FlateDecode);
    object.width(side).height(side).bits_per_component(1);
    object.color_space().device_gray();
}

/// A font with the glyphs that one page needs.
struct EmbeddedFont {
    face: Face,
    /// By number in the whole font, ascending, with what it is copied as.
    characters: Vec<(u16, char)>,
}

fn used_fonts(page: &Page) -> Vec<EmbeddedFont> {
    let glyphs_of = |face| {
        let lines =
            page.marks.iter().filter_map(|mark| if let Mark::Text { line, .. } = mark { Some(line) } else { None });
        let glyphs = lines.filter(|line: &&Line| line.style.face == face).flat_map(|line| line.glyphs.iter());
        let characters: BTreeMap<u16, char> = glyphs.map(|glyph| (glyph.id, glyph.character)).collect();
        characters.into_iter().collect()
    };
    let fonts = Face::ALL.into_iter().map(|face| EmbeddedFont { face, characters: glyphs_of(face) });
    fonts.filter(|font| !font.characters.is_empty()).collect()
}

impl EmbeddedFont {
    fn name(&self) -> Name<'static> {
        match self.face {
            Face::Regular => Name(b"R"),
            Face::Bold => Name(b"B"),
            Face::Mono => Name(b"M"),
        }
    }

    /// Type 0 font, its descendant, descriptor, file, and map to Unicode.
    fn references(&self) -> [Ref; 5] {
        [0, 1, 2, 3, 4].map(|part| Ref::new(10 * (self.face as i32 + 1) + part))
    }

    /// The number of a glyph in the embedded font: its place among the used ones, after `.notdef`.
    fn number(&self, glyph: u16) -> u16 {
        let before = self.characters.partition_point(|(used, _)| *used < glyph);
        u16::try_from(before).expect("glyphs are numbered in 16 bits") + 1
    }

    fn write(&self, pdf: &mut Pdf) {
        let [type0, descendant, descriptor, file, to_unicode] = self.references();
        let font = self.face.font();
        let name = format!("{}+{}", tag(&self.characters), font.postscript_name);
        let glyphs: BTreeSet<u16> = self.characters.iter().map(|(glyph, _)| *glyph).collect();
        let whole = font.subset(&glyphs);
        let packed = deflate(&whole);
        let length = i32::try_from(whole.len()).expect("a subset is no larger than its font");
        pdf.stream(file, &packed).filter(Filter::FlateDecode).pair(Name(b"Length1"), length);
        pdf.type0_font(type0)
            .base_font(Name(name.as_bytes()))
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(descendant)
            .to_unicode(to_unicode);
        let mut cid = pdf.cid_font(descendant);
        cid.subtype(CidFontType::Type2)
            .base_font(Name(name.as_bytes()))
            .system_info(IDENTITY)
            .font_descriptor(descriptor);
        cid.default_width(0.0).cid_to_gid_map_predefined(Name(b"Identity"));
        cid.widths().consecutive(1, glyphs.iter().map(|glyph| font.advance(*glyph) * 1000.0));
        cid.finish();
        describe(pdf, descriptor, font, &name, file);
        let map = deflate(&self.unicode_map());
        pdf.stream(to_unicode, &map).filter(Filter::FlateDecode);
    }

    fn unicode_map(&self) -> Zeroizing<Vec<u8>> {
        let mut map = UnicodeCmap::new(Name(b"breakglass"), IDENTITY);
        for (glyph, character) in &self.characters {
            map.pair(self.number(*glyph), *character);
        }
        Zeroizing::new(map.finish().to_vec())
    }
}

fn describe(pdf: &mut Pdf, descriptor: Ref, font: &Font, name: &str, file: Ref) {
    let scale = 1000.0 / font.units_per_em;
    let [left, bottom, right, top] = font.extent.map(|length| length * scale);
    pdf.font_descriptor(descriptor)
        .name(Name(name.as_bytes()))
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(left, bottom, right, top))
        .italic_angle(0.0)
        .ascent(font.ascent * scale)
        .descent(font.descent * scale)
        .cap_height(font.ascent * scale)
        .stem_v(80.0)
        .font_file2(file);
}

/// Six letters that tell subsets of one font apart (PDF 1.7, 9.6.4): FNV-1a over the glyphs.
fn tag(characters: &[(u16, char)]) -> String {
    let bytes = characters.iter().flat_map(|(glyph, _)| glyph.to_be_bytes());
    let hash =
        bytes.fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
    (0..6).map(|place| char::from(b'A' + u8::try_from((hash >> (8 * place)) % 26).expect("below 26"))).collect()
}

/// The page's drawing operators.
fn draw(page: &Page, fonts: &[EmbeddedFont]) -> Vec<u8> {
    let (_, height) = page.size.points();
    let mut content = Content::new();
    for mark in &page.marks {
        match mark {
            Mark::Text { x, y, line } => {
                let Some(font) = fonts.iter().find(|font| font.face == line.style.face) else { continue };
                let mut codes = Zeroizing::new(Vec::with_capacity(2 * line.glyphs.len()));
                codes.extend(line.glyphs.iter().flat_map(|glyph| font.number(glyph.id).to_be_bytes()));
                content.set_fill_gray(line.style.gray).begin_text().set_font(font.name(), line.style.size);
                content.next_line(*x, height - y).show(Str(&codes)).end_text();
            }
            Mark::Fill { area, gray } => {
                content.set_fill_gray(*gray);
                outline(&mut content, height, area).fill_nonzero();
            }
            Mark::Frame { area, thickness } => {
                content.set_stroke_gray(0.0).set_line_width(*thickness);
                outline(&mut content, height, area).stroke();
            }
            Mark::Qr { area, .. } => {
                content.save_state();
                content.transform([area.width, 0.0, 0.0, area.height, area.left, height - area.bottom()]);
                content.x_object(QR_NAME).restore_state();
            }
        }
    }
    content.finish().to_vec()
}

fn outline<'c>(content: &'c mut Content, height: f32, area: &Area) -> &'c mut Content {
    content.rect(area.left, height - area.bottom(), area.width, area.height)
}

/// Fast rather than small: a card is five kilobytes larger, and made in half the time.
fn deflate(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut packed = Zeroizing::new(Vec::with_capacity(bytes.len() + 64));
    ZlibEncoder::new(bytes, Compression::fast()).read_to_end(&mut packed).expect("reading from memory does not fail");
    packed
}
