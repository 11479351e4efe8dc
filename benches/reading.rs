//! How often a card is read from its picture, and how often `zbarimg` reads the same picture: the table of docs/READING.md. Needs
//! `pdftoppm` (poppler-utils) and `zbarimg` (zbar-tools).

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use breakglass::language::Language;
use breakglass::press::PageSize;
use breakglass::scan::read_codes;

#[path = "../tests/support/pictures.rs"]
mod pictures;
use pictures::{CodePlace, Page, TEXT, piped, sheet};

const RESOLUTIONS: [usize; 3] = [150, 200, 300];
const SHEETS: [(Language, PageSize); 2] = [(Language::English, PageSize::A4), (Language::Japanese, PageSize::Letter)];

/// What is done to a page, by name, and the pictures that come of it.
type Damage = (&'static str, fn(&Page, &CodePlace, usize) -> Vec<Page>);

const DAMAGES: [Damage; 9] = [
    ("as drawn", |page, _, _| vec![page.clone()]),
    ("rotated by 1 to 7 degrees", |page, _, _| (1..=7).map(|degrees| page.rotated(f64::from(degrees))).collect()),
    ("rotated by 90 and 180 degrees", |page, _, _| vec![page.rotated(90.0), page.rotated(180.0)]),
    ("perspective", |page, _, _| vec![page.in_perspective(), page.rotated(4.0).in_perspective()]),
    ("blur", |page, _, dpi| vec![page.blurred(dpi.div_ceil(150)), page.rotated(3.0).blurred(dpi.div_ceil(150))]),
    ("noise", |page, _, _| vec![page.noisy(1), page.rotated(5.0).noisy(2)]),
    ("bilevel", |page, _, _| vec![page.bilevel(), page.rotated(2.0).bilevel(), page.rotated(6.0).bilevel()]),
    ("a stain over a tenth of the code", |page, place, _| (1..=6).map(|seed| page.stained(place, seed)).collect()),
    ("perspective, shadow, blur and noise together", |page, _, _| {
        let seen = |degrees| page.rotated(degrees).in_perspective().in_shadow().blurred(1).noisy(3);
        vec![seen(0.0), seen(5.0)]
    }),
];

#[derive(Clone, Copy, Default)]
struct Rate {
    pictures: usize,
    ours: usize,
    zbar: usize,
    time: Duration,
}

fn main() -> ExitCode {
    let found = |name: &str| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
    };
    let (Some(pdftoppm), Some(zbarimg)) = (found("pdftoppm"), found("zbarimg")) else {
        eprintln!("pdftoppm (poppler-utils) and zbarimg (zbar-tools) are needed");
        return ExitCode::FAILURE;
    };
    println!("| picture | {} |", RESOLUTIONS.map(|dpi| format!("{dpi} dpi: breakglass | zbarimg")).join(" | "));
    println!("|---|{}", "---:|".repeat(2 * RESOLUTIONS.len()));
    let mut all = Rate::default();
    for (name, damage) in DAMAGES {
        row(
            name,
            &mut all,
            |pdf, place, dpi| damage(&Page::drawn(&pdftoppm, pdf, dpi), place, dpi).iter().map(Page::png).collect(),
            &zbarimg,
        );
    }
    row(
        "JPEG of quality 30, 50 and 70",
        &mut all,
        |pdf, _, dpi| {
            let jpeg = |quality| {
                let option = format!("quality={quality}");
                piped(&pdftoppm, &["-r", &dpi.to_string(), "-gray", "-jpeg", "-jpegopt", &option, "-"], pdf)
            };
            vec![jpeg(30), jpeg(50), jpeg(70)]
        },
        &zbarimg,
    );
    println!(
        "\nall: {} of {}, zbarimg {}; {:.2?} a picture",
        all.ours,
        all.pictures,
        all.zbar,
        all.time / all.pictures as u32
    );
    ExitCode::SUCCESS
}

/// One line of the table.
fn row(name: &str, all: &mut Rate, pictures: impl Fn(&[u8], &CodePlace, usize) -> Vec<Vec<u8>>, zbarimg: &Path) {
    let rates = RESOLUTIONS.map(|dpi| {
        let mut rate = Rate::default();
        for (language, size) in SHEETS {
            let pdf = sheet(language, size, TEXT);
            for picture in pictures(&pdf, &CodePlace::of(&pdf, size), dpi) {
                let start = Instant::now();
                let codes = read_codes(&picture).unwrap_or_default();
                rate.time += start.elapsed();
                rate.pictures += 1;
                rate.ours += usize::from(codes.iter().any(|code| code.as_str() == TEXT));
                let zbar = piped(zbarimg, &["--quiet", "--raw", "-"], &picture);
                rate.zbar += usize::from(String::from_utf8_lossy(&zbar).lines().any(|line| line == TEXT));
            }
        }
        all.pictures += rate.pictures;
        all.ours += rate.ours;
        all.zbar += rate.zbar;
        all.time += rate.time;
        format!("{} of {} | {}", rate.ours, rate.pictures, rate.zbar)
    });
    println!("| {name} | {} |", rates.join(" | "));
}
