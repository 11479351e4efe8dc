//! Finds the languages, and turns the core's message files into code.

use std::path::Path;

#[path = "../content/messages.rs"]
mod messages;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../content");
    let languages = messages::Languages::find(Path::new("language/messages"), Path::new("../content"));
    messages::write_languages(&languages);
    messages::write_messages(Path::new("language/messages"), &languages);
}
