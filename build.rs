//! Turns the message files into code.

use std::path::Path;

#[path = "src/content/messages.rs"]
mod messages;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/content");
    let languages = messages::Languages::find(Path::new("src/core/language/messages"), Path::new("src/content"));
    messages::write_messages(Path::new("src/content"), &languages);
}
