//! The log as lines of bytes. Which of them are events, and what they say, `journal` knows.

use std::collections::HashSet;
use std::io::BufRead;
use std::path::{Path, PathBuf};

use super::place::{LOG, LOG_LIMIT, Place};
use super::{Disk, Found, StoreError, Trouble, text_form};

/// What stands after the last line feed of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tail {
    /// Nothing: the last line is terminated.
    Clean,
    /// A whole event that lacks only its line feed. It counts as a line.
    Whole,
    /// Anything else: what a crash left of a line. It counts as nothing.
    Torn {
        /// The bytes.
        bytes: Vec<u8>,
        /// Where they are kept, once the log was settled; always [`Place::Torn`].
        kept: Option<Place>,
    },
}

/// The lines of a log, and of the side log that continues it, in the order in which they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawLog {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    tails: Vec<(PathBuf, Tail)>,
    as_text: Vec<PathBuf>,
}

impl RawLog {
    /// Every line without its line feed.
    pub fn lines(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        (0..self.ends.len()).map(|index| {
            let start = if index == 0 { 0 } else { self.ends[index - 1] };
            &self.bytes[start..self.ends[index] - 1]
        })
    }

    /// The first so many lines with their line feeds, as breakglass writes them; all of them when there are no more.
    pub fn prefix(&self, lines: usize) -> &[u8] {
        let end = lines.min(self.ends.len()).checked_sub(1).map_or(0, |last| self.ends[last]);
        &self.bytes[..end]
    }

    /// How each log file that was read ended, the vault's own first.
    pub fn tails(&self) -> impl Iterator<Item = (&Path, &Tail)> {
        self.tails.iter().map(|(path, tail)| (path.as_path(), tail))
    }

    /// The log files that another program rewrote as text, with other line ends or a byte-order mark.
    pub fn rewritten_as_text(&self) -> impl Iterator<Item = &Path> {
        self.as_text.iter().map(PathBuf::as_path)
    }

    /// A side log can hold lines that stand in the vault's own log too: it was begun while that one took no more, or was cut off in the
    /// middle of a line. They are the same bytes, and count once.
    pub(super) fn of(files: Vec<LogFile>) -> RawLog {
        let mut log = RawLog::default();
        for file in files {
            if log.tails.is_empty() {
                log.bytes = file.lines;
            } else {
                let stand: HashSet<&[u8]> = log.bytes.split_inclusive(|byte| *byte == b'\n').collect();
                let lines = file.lines.split_inclusive(|byte| *byte == b'\n');
                let new = lines.filter(|line| !stand.contains(line)).collect::<Vec<_>>().concat();
                log.bytes.extend_from_slice(&new);
            }
            if file.as_text {
                log.as_text.push(file.path.clone());
            }
            log.tails.push((file.path, file.tail));
        }
        // The standard reader searches many bytes at a time; from memory it cannot fail.
        let mut rest = log.bytes.as_slice();
        while let Ok(length @ 1..) = rest.skip_until(b'\n') {
            log.ends.push(log.ends.last().unwrap_or(&0) + length);
        }
        log
    }
}

/// One log file as it was read.
pub(super) struct LogFile {
    pub(super) path: PathBuf,
    /// Terminated lines as breakglass writes them, the whole one that lacked its line feed among them.
    pub(super) lines: Vec<u8>,
    pub(super) tail: Tail,
    /// Bytes on the disk.
    pub(super) length: u64,
    /// Whether another program rewrote it as text.
    as_text: bool,
}

impl LogFile {
    /// The log in `folder`; `None` when there is none.
    pub(super) fn read(
        disk: &dyn Disk,
        folder: &Path,
        is_event: &dyn Fn(&[u8]) -> bool,
    ) -> Result<Option<LogFile>, StoreError> {
        let path = folder.join(LOG);
        match disk.look(&path)? {
            None => return Ok(None),
            Some(Found::File { .. }) => {}
            Some(Found::Link) => return Err(StoreError::new(path, Trouble::Link)),
            Some(Found::Folder | Found::Other) => return Err(StoreError::new(path, Trouble::NotAFile)),
        }
        let mut lines = disk.read(&path, LOG_LIMIT)?;
        let length = lines.len() as u64;
        let whole = lines.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let tail = if whole == lines.len() {
            Tail::Clean
        } else if is_event(text_form::line_as_written(&lines[whole..], whole == 0)) {
            lines.push(b'\n');
            Tail::Whole
        } else {
            Tail::Torn { bytes: lines.split_off(whole), kept: None }
        };
        let as_text = text_form::take_off_lines(&mut lines);
        Ok(Some(LogFile { path, lines, tail, length, as_text }))
    }
}
