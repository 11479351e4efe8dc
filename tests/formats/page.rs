//! Reads the page that describes the formats.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Where docs/DESIGN.md stands.
pub fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/DESIGN.md")
}

/// Where docs/OPENING-WITHOUT-BREAKGLASS.md stands, which shows names of the frozen vault.
pub fn opening() -> PathBuf {
    path().with_file_name("OPENING-WITHOUT-BREAKGLASS.md")
}

/// docs/DESIGN.md.
pub fn page() -> String {
    fs::read_to_string(path()).unwrap()
}

/// The fenced blocks that are vectors, by their names: ```` ```json vector=header ````.
pub fn vectors(page: &str) -> BTreeMap<String, String> {
    let mut vectors = BTreeMap::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some((_, name)) = line.strip_prefix("```").and_then(|info| info.split_once(" vector=")) else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        assert!(vectors.insert(name.to_owned(), block.join("\n")).is_none(), "two vectors are called {name}");
    }
    vectors
}

/// The cells of the table that follows a heading, without its first two lines, ticks taken off.
pub fn table(page: &str, heading: &str) -> Vec<Vec<String>> {
    let (_, rest) = page.split_once(heading).unwrap_or_else(|| panic!("no {heading}"));
    let rows = rest.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|')).skip(2);
    let cells = |row: &str| row.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect();
    rows.map(cells).collect()
}

/// The page with other vectors in its blocks.
pub fn with_vectors(page: &str, vectors: &BTreeMap<&str, String>) -> String {
    let mut written = String::new();
    let mut inside = false;
    for line in page.lines() {
        let named = line.strip_prefix("```").and_then(|info| info.split_once(" vector="));
        if line == "```" {
            inside = false;
        }
        if !inside {
            written.extend([line, "\n"]);
        }
        if let Some((_, name)) = named {
            written.extend([&vectors[name], "\n"]);
            inside = true;
        }
    }
    written
}
