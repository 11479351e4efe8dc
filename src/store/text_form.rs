//! What a program does to a file when it takes it for text: a byte-order mark before it, CR before each LF, one more line end behind it.
//! The formats have none of these, so taking them off again loses nothing.

use crate::ids::{Digest, EpochId};

const MARK: &[u8] = b"\xef\xbb\xbf";

/// A line without what such a program added to it; `first` is the first line of the file.
pub(super) fn line_as_written(line: &[u8], first: bool) -> &[u8] {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if first { line.strip_prefix(MARK).unwrap_or(line) } else { line }
}

/// Takes off terminated lines what such a program added. Gives whether there was anything.
pub(super) fn take_off_lines(lines: &mut Vec<u8>) -> bool {
    if !lines.starts_with(MARK) && !lines.windows(2).any(|pair| pair == b"\r\n") {
        return false;
    }
    let mut written = Vec::with_capacity(lines.len());
    for (number, line) in lines.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        written.extend_from_slice(line_as_written(line, number == 0));
        written.push(b'\n');
    }
    *lines = written;
    true
}

/// The bytes of a header as they were written, when only such a program came between: they have the id that its folder names, which
/// the bytes that stand there have not.
pub(super) fn header_as_written(bytes: &[u8], id: EpochId) -> Option<&[u8]> {
    let is_it = |bytes: &[u8]| Digest::of(bytes).0[..id.0.len()] == id.0;
    let start = bytes.strip_prefix(MARK).unwrap_or(bytes);
    let end = start.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
    let written = &start[..end];
    (written.len() < bytes.len() && !is_it(bytes) && is_it(written)).then_some(written)
}
