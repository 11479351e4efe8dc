//! Cards read from pictures: what scanners and telephones make of a printed card, and what nobody should make of a picture.

use std::fs;
use std::io::{Read, Write};
use std::time::{Duration, Instant};

use breakglass::desk::{Answer, Answers, CardRequest, Desk, Input, Purpose, ScriptedDesk};
use breakglass::language::{Language, Say};
use breakglass::press::PageSize;
use breakglass::scan::{MOST_PIXELS, Origin, PictureError, read_codes, read_codes_with_origin};

#[path = "support/pictures.rs"]
mod pictures;
mod support;
use pictures::{Chance, CodePlace, Page, TEXT, piped, sheet};
use support::outside_program;

fn texts(picture: &[u8]) -> Result<Vec<String>, PictureError> {
    read_codes(picture).map(|codes| codes.iter().map(|code| code.to_string()).collect())
}

fn english() -> Vec<u8> {
    sheet(Language::English, PageSize::A4, TEXT)
}

/// A page of several pages side by side.
fn beside(pages: &[Page]) -> Page {
    let (width, height) = (pages.iter().map(|page| page.width).sum(), pages[0].height);
    let rows =
        (0..height).flat_map(|y| pages.iter().map(move |page| &page.pixels[y * page.width..(y + 1) * page.width]));
    Page { width, height, pixels: rows.flatten().copied().collect() }
}

#[test]
fn the_pdf_of_every_card_is_read_without_drawing_it() {
    for language in Language::ALL {
        for size in [PageSize::A4, PageSize::Letter] {
            assert_eq!(texts(&sheet(language, size, TEXT)), Ok(vec![TEXT.to_owned()]));
        }
    }
}

#[test]
fn no_undamaged_card_at_200_dpi_or_more_is_missed() {
    let Some(pdftoppm) = outside_program("pdftoppm") else { return };
    for (language, size, dpi) in [(Language::English, PageSize::A4, 200), (Language::Japanese, PageSize::Letter, 300)] {
        let page = Page::drawn(&pdftoppm, &sheet(language, size, TEXT), dpi);
        assert_eq!(texts(&page.png()), Ok(vec![TEXT.to_owned()]), "{dpi} dpi");
    }
}

#[test]
fn a_card_is_read_askew_upside_down_out_of_focus_and_in_bad_light() {
    let Some(pdftoppm) = outside_program("pdftoppm") else { return };
    let pdf = english();
    let page = Page::drawn(&pdftoppm, &pdf, 200);
    let pictures = [
        ("askew", page.rotated(7.0)),
        ("upside down", page.rotated(180.0)),
        ("in perspective, in shadow", page.in_perspective().in_shadow()),
        ("noisy", page.noisy(7)),
        ("stained", page.stained(&CodePlace::of(&pdf, PageSize::A4), 1)),
    ];
    for (name, picture) in pictures {
        assert_eq!(texts(&picture.png()), Ok(vec![TEXT.to_owned()]), "{name}");
    }
}

#[test]
fn a_photograph_as_jpeg_is_read_alone_and_as_a_page_of_a_scanners_pdf() {
    let Some(pdftoppm) = outside_program("pdftoppm") else { return };
    let jpeg = piped(&pdftoppm, &["-r", "150", "-jpeg", "-jpegopt", "quality=30", "-"], &english());
    assert_eq!(texts(&jpeg), Ok(vec![TEXT.to_owned()]));
    assert_eq!(texts(&scanned(1275, 1650, "/Filter /DCTDecode", &jpeg)), Ok(vec![TEXT.to_owned()]));
    let page = Page::drawn(&pdftoppm, &english(), 150);
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&page.pixels).unwrap();
    let pdf = scanned(page.width, page.height, "/Filter [/FlateDecode]", &packed.finish().unwrap());
    assert_eq!(texts(&pdf), Ok(vec![TEXT.to_owned()]));
    let unread = scanned(page.width, page.height, "/Filter /JBIG2Decode", b"page");
    assert_eq!(texts(&unread), Err(PictureError::OtherPacking { packing: "JBIG2Decode".to_owned() }));
}

/// The PDF of a scanner: an image, whose length stands in another object.
fn scanned(width: usize, height: usize, filter: &str, data: &[u8]) -> Vec<u8> {
    let head = format!(
        "%PDF-1.4\n7 0 obj\n<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /BitsPerComponent 8 {filter} \
         /Length 8 0 R >>\nstream\n"
    );
    [head.as_bytes(), data, b"\nendstream\nendobj\n8 0 obj 1 endobj\n"].concat()
}

#[test]
fn several_cards_in_one_picture_are_all_found_and_a_script_takes_them_all() {
    let Some(pdftoppm) = outside_program("pdftoppm") else { return };
    let others = [TEXT.replace("QQPZ", "QQPR"), TEXT.replace("QQPZ", "QQPY")];
    let pages =
        others.each_ref().map(|text| Page::drawn(&pdftoppm, &sheet(Language::English, PageSize::A4, text), 100));
    let picture = beside(&[pages[0].rotated(180.0), pages[1].clone()]).png();
    let mut found = texts(&picture).unwrap();
    found.sort();
    let mut expected = others.to_vec();
    expected.sort();
    assert_eq!(found, expected);

    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("several-{}.png", std::process::id()));
    fs::write(&path, &picture).unwrap();
    let answers = Answers { cards: vec![Input::File(path.clone())], ..Answers::default() };
    let mut desk = ScriptedDesk::new(answers, None).unwrap();
    let request = CardRequest { prompt: "?", earlier: None, remark: &|_| None, purpose: Purpose::Open };
    for _ in 0..2 {
        let Ok(Answer::Given(card)) = desk.ask_card(&request) else { panic!("a card of the picture") };
        assert!(others.contains(&card.expose().to_owned()));
    }
    let several = breakglass::desk::card_in_file(&path, Purpose::Open).unwrap_err();
    assert!(several.say(Language::English).contains("several cards"), "{several}");
    fs::remove_file(path).unwrap();
}

#[test]
fn a_picture_without_a_code_and_one_that_is_too_large_say_what_to_do() {
    let white = Page { width: 300, height: 200, pixels: vec![255; 60_000] };
    assert_eq!(texts(&white.png()), Err(PictureError::NoCode));
    for language in Language::ALL {
        assert!(!PictureError::NoCode.say(language).is_empty());
    }
    // A header that announces more pixels than are read: refused before memory is taken for them.
    let mut large = white.png();
    let side = u32::try_from(MOST_PIXELS).unwrap();
    large[16..20].copy_from_slice(&side.to_be_bytes());
    assert!(matches!(texts(&large), Err(PictureError::TooManyPixels | PictureError::Damaged { .. })));
}

/// How many mutations are tried: a few every time, as many as wanted by hand.
fn mutations() -> usize {
    std::env::var("BREAKGLASS_MUTATIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(60)
}

#[test]
fn no_mutation_of_a_picture_is_more_than_an_error() {
    let small = sheet(Language::English, PageSize::A4, TEXT);
    let image = {
        let start = small.windows(6).position(|window| window == b"/Image").unwrap();
        let start = start - small[..start].iter().rev().position(|byte| *byte == b'\n').unwrap() - 9;
        [b"%PDF-1.7\n", &small[start..]].concat()
    };
    let mut samples = vec![code_alone().png(), image];
    if let Some(pdftoppm) = outside_program("pdftoppm") {
        samples.push(piped(&pdftoppm, &["-r", "40", "-jpeg", "-"], &small));
    }
    samples.push(scanned(64, 64, "/Filter /CCITTFaxDecode /K -1 /Columns 64", &[0x26, 0xA1, 0x5C, 0x00, 0x10, 0x01]));
    let mut chance = Chance(42);
    let mut longest = Duration::ZERO;
    for turn in 0..mutations() {
        let mut picture = samples[turn % samples.len()].clone();
        for _ in 0..=chance.below(8) {
            let place = chance.below(picture.len());
            match chance.below(4) {
                0 => picture[place] = chance.next() as u8,
                1 => picture[place] ^= 1 << chance.below(8),
                2 => picture.truncate(place.max(8)),
                _ => {
                    let piece = picture[place..(place + 16).min(picture.len())].to_vec();
                    let to = chance.below(picture.len());
                    picture.splice(to..to, piece);
                }
            }
        }
        let start = Instant::now();
        let _ = texts(&picture);
        longest = longest.max(start.elapsed());
    }
    assert!(longest < Duration::from_secs(60), "{longest:?}");
}

/// The code of a card by itself, four pixels a module, as it lies in its PDF.
fn code_alone() -> Page {
    let pdf = english();
    let start = pdf.windows(6).position(|window| window == b"/Image").unwrap();
    let data = start + pdf[start..].windows(7).position(|window| window == b"stream\n").unwrap() + 7;
    let mut rows = Vec::new();
    flate2::read::ZlibDecoder::new(&pdf[data..]).read_to_end(&mut rows).unwrap();
    let (side, row_length, step) = (49 * 12, (49 * 12_usize).div_ceil(8), 3);
    let dark = |x: usize, y: usize| rows[y * row_length + x / 8] & (0x80 >> (x % 8)) == 0;
    let places = (0..side).step_by(step).flat_map(|y| (0..side).step_by(step).map(move |x| (x, y)));
    let pixels = places.map(|(x, y)| if dark(x, y) { 20 } else { 230 }).collect();
    Page { width: side / step, height: side / step, pixels }
}

/// What the only code of a picture was made of.
#[track_caller]
fn origin(picture: &[u8]) -> Origin {
    match read_codes_with_origin(picture).as_deref() {
        Ok([code]) => code.origin,
        other => panic!("one code, not {other:?}"),
    }
}

#[test]
fn what_a_program_draws_of_a_cards_file_is_told_from_paper_at_every_resolution() {
    let Some(pdftoppm) = outside_program("pdftoppm") else { return };
    let pdf = english();
    assert_eq!(origin(&pdf), Origin::OwnFile);
    for dpi in ["72", "100", "150", "200"] {
        for how in [&["-gray", "-png"][..], &["-mono", "-png"], &["-jpeg", "-jpegopt", "quality=30"], &["-jpeg"]] {
            let drawn = piped(&pdftoppm, &[&["-r", dpi], how, &["-"]].concat(), &pdf);
            // Black and white at two dots a module may be too coarse to be read at all, and then proves nothing either.
            let is_unreadable = how.contains(&"-mono") && dpi == "72" && read_codes_with_origin(&drawn).is_err();
            assert!(is_unreadable || origin(&drawn) == Origin::Rendering, "{dpi} dpi {how:?}");
        }
    }
    let page = Page::drawn(&pdftoppm, &pdf, 150);
    for (name, picture) in [("on its side", page.rotated(90.0)), ("upside down", page.rotated(180.0))] {
        assert_eq!(origin(&picture.png()), Origin::Rendering, "{name}");
    }
    let jpeg = piped(&pdftoppm, &["-r", "150", "-jpeg", "-"], &pdf);
    assert_eq!(origin(&scanned(1240, 1754, "/Filter /DCTDecode", &jpeg)), Origin::Rendering, "in another PDF");
}

#[test]
fn what_scanners_and_telephones_make_of_paper_is_taken_for_paper() {
    let Some(pdftoppm) = outside_program("pdftoppm") else { return };
    let page = Page::drawn(&pdftoppm, &english(), 150);
    let pictures = [
        ("a scan", page.rotated(0.2).blurred(1).noisy(7)),
        ("a scan askew", page.rotated(0.5).blurred(1).noisy(8)),
        ("noise alone", page.noisy(7)),
        ("a telephone", page.in_perspective().in_shadow()),
        ("a fax", page.rotated(0.2).blurred(1).noisy(7).bilevel()),
        ("a fax at an angle", page.rotated(2.0).bilevel()),
    ];
    for (name, picture) in pictures {
        assert_eq!(origin(&picture.png()), Origin::Paper, "{name}");
    }
    // Nothing in it tells a program that turned the picture from a scanner that cuts paper to white.
    assert_eq!(origin(&page.rotated(1.0).png()), Origin::Unclear);
}
