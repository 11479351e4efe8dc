//! What several tests need.

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;

/// Where an outside program that a test compares with is installed. Without it the test is skipped and says so, past the capture
/// of its output; with `BREAKGLASS_REQUIRE_OUTSIDE=1` its absence is a failure.
#[must_use]
#[allow(dead_code, reason = "each test file is a crate of its own and few use everything")]
pub fn outside_program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path)
        .flat_map(|folder| [folder.join(name), folder.join(format!("{name}.exe"))])
        .find(|program| program.is_file());
    if found.is_none() {
        let required = env::var_os("BREAKGLASS_REQUIRE_OUTSIDE").is_some_and(|value| value == "1");
        assert!(!required, "the program `{name}` is not installed, and this run must compare with it");
        let _ = writeln!(io::stderr(), "skipped: the program `{name}` is not installed");
    }
    found
}

/// The Python that has this module, or `None` with a word about it; where outside programs are required, its absence is a failure.
#[allow(dead_code, reason = "not every test asks Python")]
pub fn outside_module(name: &str) -> Option<PathBuf> {
    let python = outside_program("python3")?;
    let found = std::process::Command::new(&python).arg("-c").arg(format!("import {name}")).output();
    if found.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    assert!(std::env::var_os("BREAKGLASS_REQUIRE_OUTSIDE").is_none(), "Python has no module {name}");
    eprintln!("skipped: Python has no module {name}");
    None
}
