//! Five card PDFs: the figure to reach is 100 ms, from the first use of a font on.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use breakglass::language::Language;
use breakglass::press::{CardSheet, PageSize, card_pdf};
use breakglass::system::WipingAllocator;

/// As in the program itself: wiping costs time.
#[global_allocator]
static ALLOCATOR: WipingAllocator = WipingAllocator;

const FIGURE: Duration = Duration::from_millis(100);
const RUNS: usize = 21;
const TEXT: &str = "BG1QQPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHC";
const NAMES: [&str; 5] = ["髙橋 美﨑", "佐藤 健一", "Margaret Okafor", "鈴木 一郎", "Jonas Lindqvist"];

fn main() -> ExitCode {
    let first = five_cards();
    let mut times: Vec<Duration> = (0..RUNS).map(|_| five_cards()).collect();
    times.sort();
    let median = times[RUNS / 2];
    println!("five card PDFs: first {first:.1?}, then median {median:.1?} of {RUNS}; to reach: {FIGURE:?}");
    if first.max(median) <= FIGURE { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn five_cards() -> Duration {
    let start = Instant::now();
    for (index, custodian) in (1..).zip(NAMES) {
        let sheet = CardSheet {
            language: if custodian.is_ascii() { Language::English } else { Language::Japanese },
            vault_name: "見本商事 本社保管庫",
            vault_id: "5f0c9a3be17d48c2a60b1f9e3d7754aa",
            epoch_number: 2,
            epoch_id: "9c1e5b7a02f4d8836b1e47aa",
            dealt_on: "2026-11-22",
            custodian,
            index,
            count: 5,
            threshold: 3,
            deputy: Some("佐藤 健一"),
            contact: Some("03-5555-0123"),
            place: Some("経理部の金庫（2階）"),
            text: TEXT,
            locked: true,
            drill: false,
        };
        let pdf = card_pdf(&sheet, PageSize::A4).expect("the sheet is sound");
        assert!(pdf.bytes.starts_with(b"%PDF"));
    }
    start.elapsed()
}
