//! New cards read back at a real pseudo-terminal: from their print, and never from the files that they are printed from.

use std::fs;
use std::path::PathBuf;

use breakglass::language::{Language, messages::terminal};
use breakglass::scan::read_codes;
use portable_pty::CommandBuilder;

use crate::person::Person;
use crate::pictures::Page;
use crate::scratch::{CONFIGURATION_VARIABLE, Scratch};

fn files_in(folder: &std::path::Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// A code as a program draws it, eight pixels to a module.
fn drawing_of(text: &str) -> Page {
    const MODULE: usize = 8;
    const QUIET: usize = 4;
    let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).unwrap();
    let side = (code.width() + 2 * QUIET) * MODULE;
    let dark = |x: usize, y: usize| {
        let module = |at: usize| (at / MODULE).checked_sub(QUIET).filter(|at| *at < code.width());
        module(x).zip(module(y)).is_some_and(|(x, y)| code[(x, y)] == qrcode::Color::Dark)
    };
    let pixels = (0..side * side).map(|at| if dark(at % side, at / side) { 0 } else { 255 }).collect();
    Page { width: side, height: side, pixels }
}

#[test]
fn neither_the_file_of_a_card_nor_a_copy_nor_a_drawing_is_taken_for_its_print_and_a_scan_is_and_is_told_to_be_a_copy() {
    let scratch = Scratch::new();
    let (cards, prints) = (scratch.path().join("cards"), scratch.path().join("prints"));
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_breakglass"));
    command.args(["init", scratch.path().join("a.vault").to_str().unwrap(), "--name", "Acme", "--threshold", "2"]);
    command.args(["--custodian", "Aiko", "--custodian", "Ben", "--custodian", "Chie", "--language", "en"]);
    command.args(["--cards-to", cards.to_str().unwrap()]);
    command.env(CONFIGURATION_VARIABLE, scratch.path().join("config"));
    command.env("TERM", "xterm-256color");
    let mut person = Person::at(command);
    person.reads("Print each card just once now");
    person.types("\r");
    person.reads("Aiko, please sit down");
    let files = files_in(&cards);
    fs::create_dir(&prints).unwrap();
    let (copy, print, text) = (prints.join("copy.pdf"), prints.join("scan.png"), prints.join("card.txt"));
    fs::copy(&files[0], &copy).unwrap();
    let codes = read_codes(&fs::read(&files[0]).unwrap()).unwrap();
    fs::write(&text, codes[0].as_bytes()).unwrap();
    let drawing = drawing_of(&codes[0]);
    let drawn = prints.join("drawn.png");
    fs::write(&drawn, drawing.png()).unwrap();
    fs::write(&print, drawing.rotated(0.5).blurred(1).noisy(7).png()).unwrap();
    for (file, refused) in [
        (&files[0], terminal::own_card_file(Language::English, "")),
        (&copy, terminal::own_card_file(Language::English, "")),
        (&drawn, terminal::drawn_by_a_program(Language::English, "")),
        (&text, terminal::text_is_no_paper(Language::English, "")),
    ] {
        person.types(&format!("{}\r", file.display()));
        person.sees("that it is no print", |screen| {
            let words = screen.split_whitespace().collect::<Vec<_>>().join(" ");
            words.contains(refused.trim())
        });
        assert_eq!(files_in(&cards), files, "nothing is deleted");
    }
    let turned = prints.join("turned.png");
    fs::write(&turned, drawing.rotated(1.0).png()).unwrap();
    person.types(&format!("{}\r", turned.display()));
    person.reads("[y/N]");
    person.types("n\r");
    person.reads("turned.png was not read");
    assert_eq!(files_in(&cards), files, "nothing is deleted");
    person.types(&format!("{}\r", print.display()));
    person.reads("Thank you, Aiko.");
    person.reads("is a copy of the card");
    assert_eq!(files_in(&cards), files[1..]);
}
