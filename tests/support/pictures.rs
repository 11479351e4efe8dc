//! Pictures of cards: printed, drawn by `pdftoppm`, and treated as scanners, telephones and time treat them. Everything is
//! deterministic, so that a rate can be measured again.
#![allow(dead_code, reason = "a test and a bench use different parts")]

use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use breakglass::language::Language;
use breakglass::press::{CardSheet, PageSize, card_pdf};

/// The text of the cards in the pictures.
pub const TEXT: &str = "BG1QQPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHC";

/// The sheet of a card as PDF.
pub fn sheet(language: Language, size: PageSize, text: &str) -> Vec<u8> {
    let sheet = CardSheet {
        language,
        vault_name: "Example Trading Ltd, head office",
        vault_id: "5f0c9a3be17d48c2a60b1f9e3d7754aa",
        epoch_number: 2,
        epoch_id: "9c1e5b7a02f4d8836b1e47aa",
        dealt_on: "2026-11-22",
        custodian: "髙橋 美﨑",
        index: 3,
        count: 5,
        threshold: 3,
        deputy: Some("Jonas Lindqvist"),
        contact: Some("+44 20 7946 0991"),
        place: None,
        text,
        locked: false,
        drill: false,
    };
    card_pdf(&sheet, size).unwrap().bytes.to_vec()
}

/// What a program prints for this input.
pub fn piped(program: &Path, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writing = std::thread::spawn(move || drop(pipe.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap();
    output.stdout
}

/// A page in shades of gray.
#[derive(Clone)]
pub struct Page {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<u8>,
}

impl Page {
    /// The first page of a PDF as `pdftoppm` draws it.
    pub fn drawn(pdftoppm: &Path, pdf: &[u8], dpi: usize) -> Page {
        let graymap = piped(pdftoppm, &["-r", &dpi.to_string(), "-gray", "-"], pdf);
        let mut words = graymap.splitn(4, |byte| byte.is_ascii_whitespace());
        let mut number = || std::str::from_utf8(words.next().unwrap()).unwrap().parse::<usize>().ok();
        let (magic, width, height) = (number(), number().unwrap(), number().unwrap());
        assert_eq!(magic, None, "the first word is P5");
        let pixels = graymap[graymap.len() - width * height..].to_vec();
        Page { width, height, pixels }
    }

    pub fn png(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder =
            png::Encoder::new(Cursor::new(&mut file), self.width.try_into().unwrap(), self.height.try_into().unwrap());
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_compression(png::Compression::Fast);
        encoder.write_header().unwrap().write_image_data(&self.pixels).unwrap();
        file
    }

    fn at(&self, x: f64, y: f64) -> f64 {
        let (column, row) = (x.floor(), y.floor());
        let pixel = |x: f64, y: f64| {
            let inside = x >= 0.0 && y >= 0.0 && x < self.width as f64 && y < self.height as f64;
            if inside { f64::from(self.pixels[y as usize * self.width + x as usize]) } else { 255.0 }
        };
        let (right, down) = (x - column, y - row);
        let above = pixel(column, row) * (1.0 - right) + pixel(column + 1.0, row) * right;
        let below = pixel(column, row + 1.0) * (1.0 - right) + pixel(column + 1.0, row + 1.0) * right;
        above * (1.0 - down) + below * down
    }

    /// The page seen through `place`, which tells for a place from the middle where on the page it comes from.
    fn seen(&self, width: usize, height: usize, place: impl Fn(f64, f64) -> (f64, f64)) -> Page {
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let (x, y) = place(x as f64 - width as f64 / 2.0, y as f64 - height as f64 / 2.0);
                pixels.push(self.at(x + self.width as f64 / 2.0, y + self.height as f64 / 2.0) as u8);
            }
        }
        Page { width, height, pixels }
    }

    pub fn rotated(&self, degrees: f64) -> Page {
        let (sine, cosine) = degrees.to_radians().sin_cos();
        let extent = |a: usize, b: usize| (a as f64 * cosine.abs() + b as f64 * sine.abs()).ceil() as usize;
        let (width, height) = (extent(self.width, self.height), extent(self.height, self.width));
        self.seen(width, height, |x, y| (x * cosine + y * sine, y * cosine - x * sine))
    }

    /// From a telephone held askew: the far edge is shorter than the near one by about a fifth.
    pub fn in_perspective(&self) -> Page {
        let (width, height) = (self.width as f64, self.height as f64);
        self.seen(self.width, self.height, |x, y| {
            let depth = 1.0 + 0.10 * x / width + 0.20 * y / height;
            (x / depth * 1.05, y / depth * 1.05)
        })
    }

    /// Out of focus: three means over `2 * radius + 1` pixels each way.
    pub fn blurred(&self, radius: usize) -> Page {
        let mut page = self.clone();
        for _ in 0..3 {
            for (step, length, lines, next) in
                [(1, self.width, self.height, self.width), (self.width, self.height, self.width, 1)]
            {
                for line in 0..lines {
                    let row: Vec<u32> = (0..length).map(|at| u32::from(page.pixels[line * next + at * step])).collect();
                    for at in 0..length {
                        let window = &row[at.saturating_sub(radius)..(at + radius + 1).min(length)];
                        page.pixels[line * next + at * step] = (window.iter().sum::<u32>() / window.len() as u32) as u8;
                    }
                }
            }
        }
        page
    }

    /// The noise of a sensor in bad light, with a standard deviation of about 35 of 255.
    pub fn noisy(&self, seed: u64) -> Page {
        let mut chance = Chance(seed);
        let mut page = self.clone();
        for pixel in &mut page.pixels {
            let sum: i32 = (0..4).map(|_| i32::from(chance.byte())).sum::<i32>() - 510;
            *pixel = (i32::from(*pixel) * 3 / 4 + 30 + sum / 4).clamp(0, 255) as u8;
        }
        page
    }

    /// Light that falls off to a third across the page.
    pub fn in_shadow(&self) -> Page {
        let mut page = self.clone();
        for (place, pixel) in page.pixels.iter_mut().enumerate() {
            let across = (place % self.width) as f64 / self.width as f64;
            *pixel = (f64::from(*pixel) * (1.0 - 0.65 * across)) as u8;
        }
        page
    }

    pub fn bilevel(&self) -> Page {
        let pixels = self.pixels.iter().map(|pixel| if *pixel < 128 { 0 } else { 255 }).collect();
        Page { pixels, ..*self }
    }

    /// A dark spot over a tenth of the code, away from its corners as chance has it.
    pub fn stained(&self, code: &CodePlace, seed: u64) -> Page {
        let mut chance = Chance(seed);
        let side = code.side * self.height as f64;
        let radius = side * (0.10 / std::f64::consts::PI).sqrt();
        let mut inside = || 0.35 + 0.3 * f64::from(chance.byte()) / 255.0;
        let (x, y) =
            (code.left * self.height as f64 + side * inside(), code.top * self.height as f64 + side * inside());
        let mut page = self.clone();
        for (place, pixel) in page.pixels.iter_mut().enumerate() {
            let (across, down) = ((place % self.width) as f64 - x, (place / self.width) as f64 - y);
            if across.hypot(down) < radius {
                *pixel = (*pixel / 3).min(70);
            }
        }
        page
    }
}

/// Where on a sheet its code lies, without the quiet zone, in heights of the page.
pub struct CodePlace {
    left: f64,
    top: f64,
    side: f64,
}

impl CodePlace {
    /// As the drawing operators of a card's sheet say it.
    pub fn of(pdf: &[u8], size: PageSize) -> CodePlace {
        let begins = |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).position(|window| window == word).unwrap();
        let content = &pdf[begins(pdf, b"\n4 0 obj")..];
        let mut operators = String::new();
        let packed = &content[begins(content, b"stream\n") + 7..];
        flate2::read::ZlibDecoder::new(packed).read_to_string(&mut operators).unwrap();
        let line = operators.lines().find(|line| line.ends_with(" cm")).unwrap();
        let numbers: Vec<f64> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
        let height = if matches!(size, PageSize::A4) { 841.89 } else { 792.0 };
        let (side, margin) = (numbers[0] * 41.0 / 49.0, numbers[0] * 4.0 / 49.0);
        CodePlace {
            left: (numbers[4] + margin) / height,
            top: (height - numbers[5] - numbers[3] + margin) / height,
            side: side / height,
        }
    }
}

/// Numbers that look random and are the same every time (xorshift64*).
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 16) as usize % limit.max(1)
    }

    fn byte(&mut self) -> u8 {
        (self.next() >> 40) as u8
    }
}
