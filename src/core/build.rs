//! Turns the core's message files into functions.

use std::path::Path;

#[path = "../content/messages.rs"]
mod messages;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../content/messages.rs");
    messages::write_functions(Path::new("language/messages"));
}
