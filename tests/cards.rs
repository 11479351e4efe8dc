//! Printed cards, read back by programs that are not ours.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use breakglass::language::Language;
use breakglass::press::{CardSheet, PageSize, PaperError, card_pdf, card_text_file};

mod support;
use support::outside_program;

const TEXT: &str = "BG1QQPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHC";

fn sheet(language: Language) -> CardSheet<'static> {
    let english = CardSheet {
        language,
        vault_name: "Example Trading Ltd, head office",
        vault_id: "5f0c9a3be17d48c2a60b1f9e3d7754aa",
        epoch_number: 2,
        epoch_id: "9c1e5b7a02f4d8836b1e47aa",
        dealt_on: "2026-11-22",
        custodian: "Margaret Okafor",
        index: 3,
        count: 5,
        threshold: 3,
        deputy: Some("Jonas Lindqvist"),
        contact: Some("+44 20 7946 0991"),
        place: None,
        text: TEXT,
        locked: false,
        drill: false,
    };
    match language {
        Language::English => english,
        Language::Japanese => CardSheet {
            vault_name: "見本商事 本社保管庫",
            custodian: "髙橋 美﨑",
            deputy: None,
            place: Some("経理部の金庫"),
            locked: true,
            ..english
        },
    }
}

/// Every language on every paper, plain and of a drill.
fn every_pdf(mut check: impl FnMut(&[u8], &CardSheet<'_>)) {
    for language in Language::ALL {
        for drill in [false, true] {
            for size in [PageSize::A4, PageSize::Letter] {
                let sheet = CardSheet { drill, ..sheet(language) };
                let pdf = card_pdf(&sheet, size).unwrap();
                assert_eq!(pdf.missing_glyphs, []);
                check(&pdf.bytes, &sheet);
            }
        }
    }
}

fn run(program: &Path, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{} {arguments:?}: {}", program.display(), output.status);
    output.stdout
}

fn text_of(pdf: &[u8]) -> Option<String> {
    let pdftotext = outside_program("pdftotext")?;
    Some(String::from_utf8(run(&pdftotext, &["-layout", "-", "-"], pdf)).unwrap())
}

fn groups() -> impl Iterator<Item = &'static str> {
    (0..TEXT.len()).step_by(5).map(|at| &TEXT[at..TEXT.len().min(at + 5)])
}

#[test]
fn the_code_of_every_card_scans_at_150_and_300_dpi_as_exactly_the_printed_text() {
    let (Some(pdftoppm), Some(zbarimg)) = (outside_program("pdftoppm"), outside_program("zbarimg")) else { return };
    every_pdf(|pdf, sheet| {
        for resolution in ["150", "300"] {
            let picture = run(&pdftoppm, &["-r", resolution, "-gray", "-"], pdf);
            let read = run(&zbarimg, &["--quiet", "--raw", "-"], &picture);
            assert_eq!(String::from_utf8(read).unwrap(), format!("{TEXT}\n"), "{} at {resolution}", sheet.custodian);
        }
    });
}

#[test]
fn the_code_can_be_pulled_out_of_the_file_without_drawing_the_page() {
    let (Some(pdfimages), Some(zbarimg)) = (outside_program("pdfimages"), outside_program("zbarimg")) else { return };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("card-images");
    fs::create_dir_all(&folder).unwrap();
    let pdf = card_pdf(&sheet(Language::English), PageSize::A4).unwrap();
    let prefix = folder.join("image");
    run(&pdfimages, &["-png", "-", prefix.to_str().unwrap()], &pdf.bytes);
    let images: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(images.len(), 1, "the page holds one image");
    let read = run(&zbarimg, &["--quiet", "--raw", images[0].to_str().unwrap()], &[]);
    assert_eq!(String::from_utf8(read).unwrap(), format!("{TEXT}\n"));
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn every_group_and_every_name_can_be_found_and_copied() {
    every_pdf(|pdf, sheet| {
        let Some(text) = text_of(pdf) else { return };
        let words: Vec<&str> = text.split_whitespace().collect();
        for group in groups() {
            assert!(words.contains(&group), "{group} in {text}");
        }
        let known = [Some(sheet.custodian), Some(sheet.vault_name), sheet.deputy, sheet.contact, sheet.place];
        let fixed = ["9c1e 5b7a 02f4 d883 6b1e 47aa", "5f0c 9a3b e17d 48c2 a60b 1f9e 3d77 54aa", "2026-11-22"];
        for name in known.into_iter().flatten().chain(fixed) {
            assert!(text.contains(name), "{name} in {text}");
        }
        assert_eq!(text.contains("DRILL / 訓練"), sheet.drill);
        assert_eq!(text.matches("breakglass card check").count(), 1, "the command, on one line, in {text}");
    });
}

#[test]
fn a_locked_card_says_that_its_phrase_belongs_elsewhere() {
    for (language, words) in [(Language::English, "It needs its phrase too"), (Language::Japanese, "合言葉も必要です")]
    {
        for locked in [true, false] {
            let sheet = CardSheet { locked, ..sheet(language) };
            assert_eq!(card_text_file(&sheet).unwrap().contains(words), locked);
            let Some(text) = text_of(&card_pdf(&sheet, PageSize::A4).unwrap().bytes) else { return };
            assert_eq!(text.contains(words), locked, "{text}");
        }
    }
}

#[test]
fn the_same_sheet_gives_the_same_bytes_without_a_date() {
    every_pdf(|pdf, sheet| {
        let size = if String::from_utf8_lossy(pdf).contains("612 792") { PageSize::Letter } else { PageSize::A4 };
        assert_eq!(*card_pdf(sheet, size).unwrap().bytes, pdf);
        assert!(!pdf.windows(8).any(|window| window == b"Date(D:2" || window == b"/ModDate"));
        assert!(!pdf.windows(10).any(|window| window == &TEXT.as_bytes()[..10]), "no title or name holds the text");
    });
}

#[test]
fn a_character_without_a_glyph_is_told_and_printed_as_its_code_point() {
    let sheet = CardSheet { custodian: "𠮷田 😀", ..sheet(Language::Japanese) };
    let pdf = card_pdf(&sheet, PageSize::A4).unwrap();
    assert_eq!(pdf.missing_glyphs, ['𠮷', '😀']);
    let Some(text) = text_of(&pdf.bytes) else { return };
    assert!(text.contains("U+20BB7田 U+1F600"), "{text}");
}

#[test]
fn what_is_no_cards_text_is_never_printed() {
    for text in [&TEXT[..92], &TEXT.to_lowercase(), &TEXT.replace('Q', "!"), ""] {
        let sheet = CardSheet { text, ..sheet(Language::English) };
        let refusal = PaperError::NotACardText { length: text.len() };
        assert_eq!(card_pdf(&sheet, PageSize::A4).err(), Some(refusal.clone()));
        assert_eq!(card_text_file(&sheet).err(), Some(refusal));
    }
}

#[test]
fn names_too_long_for_the_page_are_refused_by_the_custodians_name() {
    let name = "髙橋".repeat(1000);
    let sheet = CardSheet { custodian: &name, ..sheet(Language::English) };
    assert_eq!(card_pdf(&sheet, PageSize::Letter).err(), Some(PaperError::DoesNotFit { custodian: name.clone() }));
}

#[test]
fn the_text_file_says_the_same_and_a_name_cannot_add_a_line_to_it() {
    for language in Language::ALL {
        let file = card_text_file(&CardSheet { custodian: "Ann\nCard text", ..sheet(language) }).unwrap();
        let words: Vec<&str> = file.split_whitespace().collect();
        assert!(groups().all(|group| words.contains(&group)), "{}", *file);
        assert!(file.contains("Ann Card text\n"));
        assert!(file.contains("9c1e 5b7a 02f4 d883 6b1e 47aa"));
        assert!(file.ends_with('\n'));
    }
}
