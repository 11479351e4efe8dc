//! Turns message files into code, so that a message that is missing in a language, or that names something it was not given, fails the
//! build. Part of the build script of each crate that has sentences.
//!
//! A file is `<room>.<language>.txt`. A message is `key(argument, …) = text`, continued by indented lines. An argument that may have
//! several lines is `argument:text`. In the text `{argument}` is replaced, `{argument:one|many}` chooses a word by a number, in as many
//! forms as the language has, and `{-term}` is the word that the language has decided on (see [`crate::messages::terms`]).

#[path = "message_code.rs"]
mod code;
#[path = "message_file.rs"]
mod file;
#[path = "languages.rs"]
mod languages;
#[path = "terms.rs"]
mod terms;

use std::path::Path;
use std::{env, fs};

pub use languages::Languages;

/// Writes the messages of `folder` to `messages.rs` in the folder of the build.
pub fn write_messages(folder: &Path, languages: &Languages) {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut rooms: Vec<String> = fs::read_dir(folder)
        .expect("the folder of message files")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".en.txt").map(str::to_owned))
        .filter(|room| room != terms::ROOM)
        .collect();
    rooms.sort();
    let rooms: Vec<(String, file::Room)> =
        rooms.into_iter().map(|room| (room.clone(), file::Room::read(folder, &room, languages))).collect();
    write("messages.rs", &code::of(&rooms, languages));
}

/// Writes the type of languages to `languages.rs` in the folder of the build.
#[allow(dead_code, reason = "only the core's build needs it")]
pub fn write_languages(languages: &Languages) {
    write("languages.rs", &languages.code());
}

fn write(name: &str, code: &str) {
    let target = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join(name);
    fs::write(target, code).expect("the folder of the build can be written");
}
