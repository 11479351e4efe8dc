//! What an option names to read from, and reading it within bounds into locked memory.

use std::convert::Infallible;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::PathBuf;
use std::str::{self, FromStr};

use zeroize::Zeroizing;

use super::{DeskError, NotPaper, Purpose, standard_input};
use crate::scan::{HEAD, LARGEST_FILE, is_picture};
use crate::store::is_inside;
use crate::system::memory::LockedBytes;
use crate::system::open_descriptor;

/// The most that is read from one source, in bytes: far more than 32 cards or any value that a person would type.
const LIMIT: usize = 64 * 1024;

/// What an option names to read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file. One whose name looks like the others is given as `./-`.
    File(PathBuf),
    /// `-`.
    StandardInput,
    /// `fd:N`: a file that the program was started with.
    Descriptor(i32),
}

impl FromStr for Input {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Input, Infallible> {
        let number = text.strip_prefix("fd:").and_then(|number| number.parse().ok()).filter(|number| *number >= 0);
        Ok(match (text, number) {
            ("-", _) | (_, Some(0)) => Input::StandardInput,
            (_, Some(number)) => Input::Descriptor(number),
            (path, None) => Input::File(PathBuf::from(path)),
        })
    }
}

impl fmt::Display for Input {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Input::File(path) => path.display().fmt(formatter),
            Input::StandardInput => formatter.write_str("-"),
            Input::Descriptor(number) => write!(formatter, "fd:{number}"),
        }
    }
}

impl Input {
    /// Whether it can be read only once.
    pub fn is_stream(&self) -> bool {
        !matches!(self, Input::File(_))
    }

    /// That it is no file of the folder that cards are printed from, where their paper is to be proved.
    ///
    /// # Errors
    /// When it is: a card that is read from the file that it is to be printed from proves nothing of its paper.
    pub fn check_not_own(&self, purpose: Purpose<'_>) -> Result<(), DeskError> {
        match (self, purpose) {
            (Input::File(path), Purpose::ProvePaper { printed_from: Some(folder) }) if is_inside(path, folder) => {
                Err(self.not_paper(NotPaper::OwnFile))
            }
            _ => Ok(()),
        }
    }

    /// That it proves nothing of any paper.
    pub fn not_paper(&self, why: NotPaper) -> DeskError {
        DeskError::NotPaper { source: self.to_string(), why }
    }

    /// The text files of a folder, in the order of their names, when it names a folder.
    pub fn text_files_in(&self) -> Option<Vec<Input>> {
        let Input::File(folder) = self else { return None };
        let names = std::fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
        let mut files: Vec<PathBuf> =
            names.filter(|path| path.extension().is_some_and(|ending| ending == "txt")).collect();
        files.sort();
        Some(files.into_iter().map(Input::File).collect())
    }

    /// The whole file, when it begins as a picture does; never of a stream, which can be read only once.
    ///
    /// # Errors
    /// When the file cannot be read, or is larger than a picture may be.
    pub fn picture(&self, option: &'static str) -> Result<Option<Zeroizing<Vec<u8>>>, DeskError> {
        let Input::File(path) = self else { return Ok(None) };
        let read = || {
            let mut file = File::open(path)?;
            let mut head = Zeroizing::new(Vec::with_capacity(HEAD));
            file.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
            if !is_picture(&head) {
                return Ok(None);
            }
            let size = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
            let mut bytes = Zeroizing::new(Vec::with_capacity(size.min(LARGEST_FILE) + 1));
            bytes.extend_from_slice(&head);
            file.take((LARGEST_FILE + 1 - HEAD) as u64).read_to_end(&mut bytes)?;
            Ok(Some(bytes))
        };
        read().map_err(|cause| self.cannot_read(option, cause))
    }

    /// Opens it, without a buffer that is never wiped.
    pub fn reader(&self) -> io::Result<File> {
        match self {
            Input::File(path) => File::open(path),
            Input::StandardInput => standard_input(),
            Input::Descriptor(number) => open_descriptor(*number),
        }
    }

    /// Opens it for `option`.
    pub fn open(&self, option: &'static str) -> Result<Contents, DeskError> {
        let reader = self.reader().map_err(|cause| self.cannot_read(option, cause))?;
        Ok(Contents {
            option,
            input: self.clone(),
            reader: Box::new(reader),
            buffer: LockedBytes::zeroed(LIMIT + 1),
            start: 0,
            end: 0,
            ended: false,
        })
    }

    fn cannot_read(&self, option: &'static str, cause: io::Error) -> DeskError {
        DeskError::CannotRead { option, source: self.to_string(), cause }
    }
}

/// What was read of an input so far. Nothing is read before it is asked for.
pub struct Contents {
    option: &'static str,
    input: Input,
    reader: Box<dyn Read>,
    buffer: LockedBytes,
    start: usize,
    end: usize,
    ended: bool,
}

impl Contents {
    /// The next line, which stays the next until [`Contents::pass`] is called; nothing at the end.
    pub fn peek_line(&mut self) -> Result<Option<&str>, DeskError> {
        let range = self.next_line()?;
        let Some((line, _)) = range else { return Ok(None) };
        str::from_utf8(&self.buffer[line]).map(Some).map_err(|_| self.not_text())
    }

    /// Goes on to the line after the next.
    pub fn pass(&mut self) -> Result<(), DeskError> {
        if let Some((_, following)) = self.next_line()? {
            self.start = following;
        }
        Ok(())
    }

    /// All that was not passed yet.
    pub fn rest(&mut self) -> Result<&str, DeskError> {
        while self.read_more()? {}
        str::from_utf8(&self.buffer[self.start..self.end]).map_err(|_| self.not_text())
    }

    fn not_text(&self) -> DeskError {
        DeskError::NotText { option: self.option, source: self.input.to_string() }
    }

    /// Where the next line stands without its line end, and where the one after begins.
    fn next_line(&mut self) -> Result<Option<(Range<usize>, usize)>, DeskError> {
        let mut searched = self.start;
        loop {
            if let Some(place) = self.buffer[searched..self.end].iter().position(|byte| *byte == b'\n') {
                let end = searched + place;
                return Ok(Some((self.start..end, end + 1)));
            }
            searched = self.end;
            if !self.read_more()? {
                return Ok((self.start < self.end).then_some((self.start..self.end, self.end)));
            }
        }
    }

    /// Reads what there is; returns whether there was anything.
    fn read_more(&mut self) -> Result<bool, DeskError> {
        if self.ended {
            return Ok(false);
        }
        if self.end == self.buffer.len() {
            return Err(DeskError::TooLong { option: self.option, source: self.input.to_string(), limit: LIMIT });
        }
        let read = loop {
            match self.reader.read(&mut self.buffer[self.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result.map_err(|cause| self.input.cannot_read(self.option, cause))?,
            }
        };
        self.ended = read == 0;
        self.end += read;
        Ok(!self.ended)
    }
}
