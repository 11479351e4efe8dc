//! Turns the message files into functions.

use std::path::Path;

#[path = "src/content/messages.rs"]
mod messages;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/content/messages.rs");
    messages::write_functions(Path::new("src/content"));
}
