//! Exports that somebody made to do harm: damaged in every way, or made to unpack to more than there is memory.
//!
//! `BREAKGLASS_MUTATIONS=1000000 cargo test --release --test imports_hostile` tries a million of each instead of a few.

#[path = "support/archive.rs"]
mod archive;

use std::fs;
use std::io::Write;
use std::path::Path;

use archive::archive;
use breakglass::exchange::{ImportError, read};

/// xorshift64*: the same damage in every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// Below `bound`, which is not 0.
    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

/// What formats are made of, and what they stumble over.
const PIECES: &[&[u8]] = &[
    b"\"",
    b"\"\"",
    b",",
    b"\n",
    b"\r\n",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"<",
    b"</",
    b"/>",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"&lt;",
    b"&#x10FFFF;",
    b"<!DOCTYPE a [<!ENTITY a \"b\">]>",
    b"&a;",
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"\\u0000",
    b"\\ud800",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\x00",
    b"%",
    b"%f",
    b"%00",
    b"&secret=",
    b"&digits=",
    b"&period=0",
    b"=",
    b"?",
    b"://",
    b"Ref=\"0\"",
    b"Compressed=\"True\"",
    b"H4sIAAAAAAAA",
    b"Title,Password\n",
    b"\"value\":",
    b"\"totp\":",
    b"\"file\":",
    b"../",
    b"\xe3\x81\x82",
];

fn damaged(dice: &mut Dice, source: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = source.to_vec();
    for _ in 0..=dice.below(4) {
        let length = bytes.len();
        if length == 0 {
            break;
        }
        let place = dice.below(length);
        match dice.below(8) {
            0 => bytes[place] = dice.next() as u8,
            1 => bytes[place] ^= 1 << dice.below(8),
            2 => bytes.truncate(place),
            3 => drop(bytes.drain(place..(place + dice.below(64)).min(length))),
            4 => {
                let piece = PIECES[dice.below(PIECES.len())];
                bytes.splice(place..place, piece.iter().copied());
            }
            5 => {
                let piece = PIECES[dice.below(PIECES.len())];
                bytes.splice(place..(place + piece.len()).min(length), piece.iter().copied());
            }
            6 => {
                let run = bytes[place..(place + dice.below(200)).min(length)].to_vec();
                let target = dice.below(length);
                bytes.splice(target..target, run);
            }
            _ if !other.is_empty() => {
                let start = dice.below(other.len());
                let run = &other[start..(start + dice.below(200)).min(other.len())];
                bytes.splice(place..place, run.iter().copied());
            }
            _ => {}
        }
    }
    bytes
}

fn count(few: usize) -> usize {
    std::env::var("BREAKGLASS_MUTATIONS").map_or(few, |count| count.parse().expect("a number"))
}

fn export(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/imports").join(name)).unwrap()
}

/// Damages one export again and again. Some must still be read and some refused, or nothing was tried.
fn try_damage(name: &str, source: &[u8], wrap: impl Fn(Vec<u8>) -> Vec<u8>) {
    let others =
        ["bitwarden.json", "bitwarden.csv", "keepassxc.csv", "keepassxc-kdbx3.xml", "onepassword.csv"].map(export);
    let mut dice = Dice(0x5EED ^ name.len() as u64);
    let (mut good, mut refused) = (0, 0);
    for _ in 0..count(1_500) {
        let other = &others[dice.below(others.len())];
        match read(&wrap(damaged(&mut dice, source, other))) {
            Ok(imported) => {
                good += 1;
                for entry in &imported.entries {
                    assert!(!entry.steps.is_empty(), "{name}");
                    for step in &entry.steps {
                        assert!(step.set.len() <= 64 && step.attach.len() <= 256, "{name}");
                    }
                }
            }
            Err(_) => refused += 1,
        }
    }
    assert!(good > 0 && refused > 0, "{name}: {good} read, {refused} refused");
}

#[test]
fn damaged_json_of_bitwarden_is_read_or_refused() {
    try_damage("bitwarden.json", &export("bitwarden.json"), |bytes| bytes);
}

#[test]
fn damaged_tables_are_read_or_refused() {
    for name in ["bitwarden.csv", "keepassxc.csv", "onepassword.csv"] {
        try_damage(name, &export(name), |bytes| bytes);
    }
}

#[test]
fn damaged_xml_of_keepassxc_is_read_or_refused() {
    try_damage("keepassxc-kdbx3.xml", &export("keepassxc-kdbx3.xml"), |bytes| bytes);
}

#[test]
fn damaged_archives_are_read_or_refused() {
    try_damage("onepassword.1pux", &export("onepassword.1pux"), |bytes| bytes);
}

#[test]
fn damaged_json_in_sound_archives_is_read_or_refused() {
    try_damage("export.data", &export_data(), |bytes| archive(&[("export.data", &bytes)]));
}

#[test]
fn damaged_exports_of_our_own_are_read_or_refused() {
    let own = br#"{"breakglass_export":1,"name":"Acme","vault":"e1ee1030f044a2fd2d17e6f4a09338a5","epoch":3,"exported":"2026-01-10T12:00:00Z",
        "entries":[{"id":"m365","revisions":[{"made":"2026-01-10T12:00:00Z","by":"Ben","fields":{"title":"M","recovery_codes":"a\nb\nc"},
        "attachments":{"k.csv":{"file":"files/m365/k.csv","size":3,"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}}},
        {"made":"2026-01-11T12:00:00Z","by":"Ben","fields":{"title":"N"}}],"deposits":[{"made":"2026-01-10T12:00:00Z","by":"x",
        "change":{"set":{"password":"p"},"clear":["title"]}}],"spent_recovery_codes":[1,2]}]}"#;
    try_damage("own", own, |bytes| bytes);
}

fn export_data() -> Vec<u8> {
    let bytes = export("onepassword.1pux");
    let archive = rawzip::ZipArchive::from_slice(&bytes).unwrap();
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry().unwrap() {
        if entry.file_path().as_ref() == b"export.data" {
            let found = archive.get_entry(entry.wayfinder()).unwrap();
            let mut unpacked = Vec::new();
            std::io::copy(&mut flate2::bufread::DeflateDecoder::new(found.data()), &mut unpacked).unwrap();
            return unpacked;
        }
    }
    panic!("there is an export.data");
}

/// What `bytes` zero bytes are deflated to.
fn deflated_zeros(bytes: usize) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let block = vec![0; 1 << 20];
    for _ in 0..bytes >> 20 {
        encoder.write_all(&block).unwrap();
    }
    encoder.finish().unwrap()
}

#[test]
fn what_unpacks_or_nests_without_end_is_refused_in_little_memory() {
    use base64::Engine;
    let bomb = base64::engine::general_purpose::STANDARD.encode(deflated_zeros(2 << 30));
    let xml = format!(
        "<KeePassFile><Meta><Binaries><Binary ID=\"0\" Compressed=\"True\">{bomb}</Binary></Binaries></Meta><Root><Group><Entry>\
         <String><Key>Title</Key><Value>a</Value></String><String><Key>Password</Key><Value>b</Value></String>\
         <Binary><Key>f</Key><Value Ref=\"0\"/></Binary></Entry></Group></Root></KeePassFile>"
    );
    let imported = read(xml.as_bytes()).unwrap();
    assert!(imported.entries[0].steps[0].attach.is_empty(), "2 GiB of zeros are no file of an export");
    for text in [
        "[".repeat(10 << 20),
        format!("{{\"items\":{}", "[".repeat(10 << 20)),
        format!("{{\"items\":[{}", "{\"a\":".repeat(2 << 20)),
        "<a>".repeat(4 << 20),
        format!("<KeePassFile>{}</KeePassFile>", "<a/>".repeat(3 << 20)),
        "<!DOCTYPE a [<!ENTITY b \"bbbbbbbb\"><!ENTITY c \"&b;&b;&b;\">]><KeePassFile>&c;</KeePassFile>".to_owned(),
        "x".repeat(17 << 20),
    ] {
        assert!(read(text.as_bytes()).is_err(), "{}", &text[..20]);
    }
    let many = format!("{{\"items\":[{}0]}}", "0,".repeat(8_000_000));
    assert_eq!(read(many.as_bytes()).unwrap_err(), ImportError::TooMany(10_000));
    let rows = format!("Title,Password\n{}", "a,b\n".repeat(20_000));
    assert_eq!(read(rows.as_bytes()).unwrap_err(), ImportError::TooMany(10_000));
    let same = format!("Title,Password\n{}", "a,b\n".repeat(10_000));
    assert_eq!(read(same.as_bytes()).unwrap().entries.len(), 10_000);
    if cfg!(target_os = "linux") {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let peak: usize = peak.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(peak < 1_500_000, "{peak} KiB at its peak");
    }
}

/// An entry of KeePass' XML that names the file with the number 0 so often.
fn entries_with_the_same_file(file: &str, compressed: &str, times: usize) -> String {
    let named = "<Binary><Key>f</Key><Value Ref=\"0\"/></Binary>".repeat(times);
    format!(
        "<KeePassFile><Meta><Binaries><Binary ID=\"0\" Compressed=\"{compressed}\">{file}</Binary></Binaries></Meta><Root><Group>\
         <Entry><String><Key>Password</Key><Value>b</Value></String>{named}</Entry></Group></Root></KeePassFile>"
    )
}

#[test]
fn a_file_that_is_named_again_and_again_is_unpacked_no_more_often_than_there_is_room() {
    use base64::Engine;
    let engine = base64::engine::general_purpose::STANDARD;
    let begun = std::time::Instant::now();
    // Each try at one of these would unpack 256 MiB, or 8 MiB, a hundred thousand times.
    for (file, compressed) in [(deflated_zeros(300 << 20), "True"), (vec![0; 8 << 20], "False")] {
        let imported = read(entries_with_the_same_file(&engine.encode(file), compressed, 100_000).as_bytes()).unwrap();
        assert!(imported.entries[0].steps[0].attach.len() < 40);
    }
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

#[test]
fn a_field_whose_name_has_characters_that_cannot_be_seen_is_taken_under_what_can_be() {
    let table = "Title,Password,P\u{200b}IN,PI\u{ad}N,\u{feff},a\u{2028}b,辻\u{e0100}\na,b,1,2,3,4,5\n";
    let imported = read(table.as_bytes()).unwrap();
    let fields = &imported.entries[0].steps[0].set;
    let values = ["PIN", "PIN 2", "field", "a b", "辻\u{e0100}"].map(|name| fields[&name.parse().unwrap()].expose());
    assert_eq!(values, ["1", "2", "3", "4", "5"]);
}

#[test]
fn no_file_takes_the_place_of_another_whatever_their_names_become() {
    use base64::Engine;
    let names = ["...", " . ", "a\u{200b}.txt", "a\u{ad}.txt", "b .txt", "b.txt", "b\u{3000}.txt", "nul", "\u{202e}"];
    let files: String = (0..names.len())
        .map(|number| {
            let file = base64::engine::general_purpose::STANDARD.encode([number as u8]);
            format!("<Binary ID=\"{number}\" Compressed=\"False\">{file}</Binary>")
        })
        .collect();
    let named: String = (0..)
        .zip(names)
        .map(|(number, name)| format!("<Binary><Key>{name}</Key><Value Ref=\"{number}\"/></Binary>"))
        .collect();
    let xml = format!(
        "<KeePassFile><Meta><Binaries>{files}</Binaries></Meta><Root><Group><Entry><String><Key>Password</Key><Value>b</Value></String>\
         {named}</Entry></Group></Root></KeePassFile>"
    );
    let imported = read(xml.as_bytes()).unwrap();
    let taken: Vec<&str> = imported.entries[0].steps[0].attach.keys().map(|name| name.as_str()).collect();
    assert_eq!(taken, ["_", "a_ 2.txt", "a_.txt", "b 2.txt", "b 3.txt", "b.txt", "file", "file 2", "file nul"]);
}
