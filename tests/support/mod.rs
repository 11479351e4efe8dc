//! What several tests need.

use std::env;
use std::path::PathBuf;

/// Finds a program that a test compares with. Where it is missing the test says so and is skipped, unless the variable
/// `BREAKGLASS_REQUIRE_OUTSIDE` is 1: then its absence is a failure.
pub fn outside_program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    if found.is_none() {
        let required = env::var_os("BREAKGLASS_REQUIRE_OUTSIDE").is_some_and(|value| value == "1");
        assert!(!required, "{name} is not installed, and this run requires it");
        eprintln!("skipped: {name} is not installed");
    }
    found
}
