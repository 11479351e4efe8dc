//! Whether one folder stands inside another, whatever names lead there.

use std::fs;
use std::path::{Path, PathBuf};

/// Whether `folder`, which need not stand yet, is `outer` or stands inside it.
#[must_use]
pub fn is_inside(folder: &Path, outer: &Path) -> bool {
    resolved(folder).starts_with(resolved(outer))
}

/// The path without links and `..`, as far down as something stands there.
fn resolved(path: &Path) -> PathBuf {
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for ancestor in full.ancestors() {
        if let (Ok(real), Ok(rest)) = (fs::canonicalize(ancestor), full.strip_prefix(ancestor)) {
            return real.join(rest);
        }
    }
    full
}
