//! CSV (RFC 4180) as spreadsheets and password managers write it, cell by cell with the place where each begins.
//!
//! It is strict where a lenient reader would lose something: a quotation mark that is never closed swallows all rows behind it, and what
//! stands behind a closed one belongs to nobody knows what. Nothing is trimmed; what cells mean is the caller's question.

/// Cells of a row at most: the widest table has a few dozen.
const MOST_CELLS: usize = 256;

/// One cell and where it begins.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// What stands in it, without quotation marks.
    pub text: String,
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
}

/// Where a sheet is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SheetError {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// What is wrong there.
    pub trouble: SheetTrouble,
}

/// What is wrong with a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SheetTrouble {
    /// A quotation mark that is never closed.
    QuoteNotClosed,
    /// Text between a closed quotation mark and the next separator.
    TextAfterQuote,
    /// More cells than any table has.
    TooManyCells,
}

/// The rows of a sheet, each with at least one cell.
pub struct Sheet<'a> {
    rest: &'a str,
    separator: char,
    line: usize,
    column: usize,
}

impl<'a> Sheet<'a> {
    /// A sheet whose cells are parted by `separator`.
    #[must_use]
    pub fn new(text: &'a str, separator: char) -> Sheet<'a> {
        Sheet { rest: text.trim_start_matches('\u{feff}'), separator, line: 1, column: 1 }
    }

    fn next_character(&mut self) -> Option<char> {
        let character = self.rest.chars().next()?;
        self.rest = &self.rest[character.len_utf8()..];
        self.column += 1;
        if character == '\n' {
            (self.line, self.column) = (self.line + 1, 1);
        }
        Some(character)
    }

    fn error(cell: &Cell, trouble: SheetTrouble) -> SheetError {
        SheetError { line: cell.line, column: cell.column, trouble }
    }

    fn row(&mut self) -> Result<Vec<Cell>, SheetError> {
        let mut row = Vec::new();
        loop {
            let mut cell = Cell { text: String::new(), line: self.line, column: self.column };
            if row.len() == MOST_CELLS {
                return Err(Sheet::error(&cell, SheetTrouble::TooManyCells));
            }
            let end = if self.rest.starts_with('"') { self.quoted(&mut cell)? } else { self.bare(&mut cell) };
            row.push(cell);
            if end != Some(self.separator) {
                return Ok(row);
            }
        }
    }

    /// Reads up to the separator or line end, which it gives.
    fn bare(&mut self, cell: &mut Cell) -> Option<char> {
        loop {
            match self.next_character() {
                Some(character) if character != self.separator && character != '\n' => cell.text.push(character),
                end => {
                    if end != Some(self.separator) && cell.text.ends_with('\r') {
                        cell.text.pop();
                    }
                    return end;
                }
            }
        }
    }

    fn quoted(&mut self, cell: &mut Cell) -> Result<Option<char>, SheetError> {
        self.next_character();
        loop {
            match self.next_character() {
                None => return Err(Sheet::error(cell, SheetTrouble::QuoteNotClosed)),
                Some('"') if self.rest.starts_with('"') => {
                    self.next_character();
                    cell.text.push('"');
                }
                Some('"') => break,
                Some(character) => cell.text.push(character),
            }
        }
        let mut after = Cell { text: String::new(), line: self.line, column: self.column };
        let end = self.bare(&mut after);
        if after.text.trim().is_empty() { Ok(end) } else { Err(Sheet::error(&after, SheetTrouble::TextAfterQuote)) }
    }
}

impl Iterator for Sheet<'_> {
    type Item = Result<Vec<Cell>, SheetError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let row = self.row();
        if row.is_err() {
            self.rest = "";
        }
        Some(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<Vec<Vec<String>>, SheetError> {
        Sheet::new(text, ',').map(|row| Ok(row?.into_iter().map(|cell| cell.text).collect())).collect()
    }

    #[test]
    fn cells_keep_their_spaces_quotation_marks_and_line_ends_and_rows_end_in_either_way() {
        let text = "\u{feff}a, b ,\"c,\"\"d\"\"\ne\"\r\n\r\n\"x\" ,y\"z,\n";
        let expected = [vec!["a", " b ", "c,\"d\"\ne"], vec![""], vec!["x", "y\"z", ""]];
        assert_eq!(rows(text).unwrap(), expected);
        assert_eq!(rows("a,b").unwrap(), [["a", "b"]]);
        assert_eq!(rows("").unwrap(), [] as [Vec<String>; 0]);
    }

    #[test]
    fn what_would_lose_something_is_refused_at_its_place() {
        let wrong = |text: &str| {
            let error = rows(text).unwrap_err();
            (error.line, error.column, error.trouble)
        };
        assert_eq!(wrong("a\nb,\"c\nd,e\n"), (2, 3, SheetTrouble::QuoteNotClosed));
        assert_eq!(wrong("a,\"b\" c\n"), (1, 6, SheetTrouble::TextAfterQuote));
        assert_eq!(wrong(&",".repeat(1_000_000)), (1, 257, SheetTrouble::TooManyCells));
    }
}
