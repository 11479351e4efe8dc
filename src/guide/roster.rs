//! A roster: who is to hold cards, as a table in CSV (RFC 4180) that any spreadsheet writes.
//!
//! The first line names the columns: `name`, and as many of `language`, `contact`, `deputy`, `place`, `lock` as are wanted, in any
//! order. Cells are separated by comma, semicolon or tab, whichever the first line has. `language` is `en` or `ja`, and empty means
//! the screen's; `lock` is `yes`, `no`, `generated` or `chosen`, and empty means no.

use super::people::{Holder, LockWith};
use crate::exchange::{Cell, Sheet, SheetError, SheetTrouble};
use crate::language::{Language, Say, messages::cards as text};
use crate::speaks;
use crate::vault::{Claim, Person, VaultName};

/// The columns that a roster can have.
const COLUMNS: [&str; 6] = ["name", "language", "contact", "deputy", "place", "lock"];

/// Where a roster is not one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterError {
    /// The line, from 1.
    line: usize,
    /// The character in the line, from 1.
    column: usize,
    why: Why,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Why {
    NoNameColumn,
    UnknownColumn(String),
    ColumnTwice(String),
    TooManyCells,
    QuoteNotClosed,
    TextAfterQuote,
    BadName(String),
    BadClaim(String),
    BadLanguage(String),
    BadLock(String),
    Nobody,
}

impl Say for RosterError {
    fn say(&self, language: Language) -> String {
        let why = match &self.why {
            Why::NoNameColumn => text::roster_no_name_column(language, COLUMNS.join(", ")),
            Why::UnknownColumn(name) => text::RosterUnknownColumn { name, columns: COLUMNS.join(", ") }.say(language),
            Why::ColumnTwice(name) => text::roster_column_twice(language, name),
            Why::TooManyCells => text::roster_too_many_cells(language),
            Why::QuoteNotClosed => text::roster_quote_not_closed(language),
            Why::TextAfterQuote => text::roster_text_after_quote(language),
            Why::BadName(name) => text::roster_bad_name(language, name),
            Why::BadClaim(given) => text::roster_bad_claim(language, given),
            Why::BadLanguage(given) => text::roster_bad_language(language, given),
            Why::BadLock(given) => text::roster_bad_lock(language, given),
            Why::Nobody => text::roster_nobody(language),
        };
        text::RosterPlace { line: self.line, column: self.column, why }.say(language)
    }
}

speaks!(RosterError);

impl From<SheetError> for RosterError {
    fn from(error: SheetError) -> RosterError {
        let why = match error.trouble {
            SheetTrouble::QuoteNotClosed => Why::QuoteNotClosed,
            SheetTrouble::TextAfterQuote => Why::TextAfterQuote,
            SheetTrouble::TooManyCells => Why::TooManyCells,
        };
        RosterError { line: error.line, column: error.column, why }
    }
}

/// What is wrong in this cell.
fn wrong(cell: &Cell, why: Why) -> RosterError {
    RosterError { line: cell.line, column: cell.column, why }
}

/// The people of a roster. `language` is that of rows which name none; `lock` is what `yes` means in the column of that name.
///
/// # Errors
/// Naming line, character and what is wrong there.
pub fn read_roster(roster: &str, language: Language, lock: LockWith) -> Result<Vec<Holder>, RosterError> {
    let mut rows = rows(roster)?.into_iter();
    let head = rows.next().unwrap_or_default();
    let columns = columns(&head)?;
    let people: Vec<Holder> =
        rows.map(|row| person(&columns, row, language, lock)).collect::<Result<_, RosterError>>()?;
    if people.is_empty() {
        return Err(RosterError { line: 2, column: 1, why: Why::Nobody });
    }
    Ok(people)
}

/// Which column of [`COLUMNS`] each cell of the first row names.
fn columns(head: &[Cell]) -> Result<Vec<&'static str>, RosterError> {
    let mut columns: Vec<&'static str> = Vec::new();
    for cell in head {
        let name = cell.text.to_ascii_lowercase();
        let known = COLUMNS.into_iter().find(|column| *column == name);
        let known = known.ok_or_else(|| wrong(cell, Why::UnknownColumn(cell.text.clone())))?;
        if columns.contains(&known) {
            return Err(wrong(cell, Why::ColumnTwice(name)));
        }
        columns.push(known);
    }
    if columns.contains(&"name") {
        Ok(columns)
    } else {
        Err(RosterError { line: 1, column: 1, why: Why::NoNameColumn })
    }
}

fn person(columns: &[&'static str], row: Vec<Cell>, language: Language, lock: LockWith) -> Result<Holder, RosterError> {
    if let Some(surplus) = row.get(columns.len()) {
        return Err(wrong(surplus, Why::TooManyCells));
    }
    let start = Cell { text: String::new(), line: row[0].line, column: row[0].column };
    let cell = |name: &str| {
        let place = columns.iter().position(|column| *column == name);
        place.and_then(|place| row.get(place)).unwrap_or(&start)
    };
    let name: VaultName =
        cell("name").text.parse().map_err(|_| wrong(cell("name"), Why::BadName(cell("name").text.clone())))?;
    let language = match cell("language").text.to_ascii_lowercase().as_str() {
        "" => language,
        code => code.parse().map_err(|given| wrong(cell("language"), Why::BadLanguage(given)))?,
    };
    let lock = match cell("lock").text.to_ascii_lowercase().as_str() {
        "" | "no" => None,
        "yes" => Some(lock),
        "generated" => Some(LockWith::Generated),
        "chosen" => Some(LockWith::Chosen),
        _ => return Err(wrong(cell("lock"), Why::BadLock(cell("lock").text.clone()))),
    };
    let claim = |name: &str| {
        let cell = cell(name);
        Claim::optional(&cell.text).map_err(|_| wrong(cell, Why::BadClaim(cell.text.clone())))
    };
    let (contact, deputy, place) = (claim("contact")?, claim("deputy")?, claim("place")?);
    Ok(Holder { person: Person { name, language, contact, deputy, place }, lock })
}

/// The rows that hold anything, each with at least one cell.
fn rows(roster: &str) -> Result<Vec<Vec<Cell>>, RosterError> {
    let first_line = roster.lines().next().unwrap_or_default();
    let separator = first_line.chars().find(|character| [',', ';', '\t'].contains(character)).unwrap_or(',');
    let mut rows = Vec::new();
    for row in Sheet::new(roster, separator) {
        let mut row = row?;
        for cell in &mut row {
            cell.text = cell.text.trim().to_owned();
        }
        if row.iter().any(|cell| !cell.text.is_empty()) {
            rows.push(row);
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(roster: &str) -> Result<Vec<Holder>, RosterError> {
        read_roster(roster, Language::English, LockWith::Generated)
    }

    #[test]
    fn a_roster_of_any_spreadsheet_is_read() {
        let roster = "name,language,contact,deputy,place,lock\n\
            田中 花子,ja,03-0000-0001,佐藤 次郎,本社金庫,generated\n\
            Ben Ito,en,+81 3 0000 0002,,Osaka safe,no\n";
        let people = read(roster).unwrap();
        assert_eq!(people.len(), 2);
        assert_eq!((people[0].person.name.as_str(), people[0].person.language), ("田中 花子", Language::Japanese));
        assert_eq!(
            (people[0].person.deputy.as_ref().map(Claim::as_str), people[0].lock),
            (Some("佐藤 次郎"), Some(LockWith::Generated))
        );
        assert_eq!((people[1].person.place.as_ref().map(Claim::as_str), people[1].lock), (Some("Osaka safe"), None));
        let people = read("\u{feff}Place;Name\r\n\"safe; \"\"B\"\"\";Aiko\r\n\r\n;Ben\r\n").unwrap();
        assert_eq!(
            (people[0].person.place.as_ref().map(Claim::as_str), people[0].person.name.as_str()),
            (Some("safe; \"B\""), "Aiko")
        );
        assert_eq!(people[1].person.name.as_str(), "Ben");
    }

    #[test]
    fn what_is_wrong_is_named_by_line_and_character() {
        let wrong = |roster: &str| {
            let error = read(roster).unwrap_err();
            (error.line, error.column, error.why)
        };
        assert_eq!(wrong("name,colour\nA,red\n"), (1, 6, Why::UnknownColumn("colour".to_owned())));
        assert_eq!(wrong("contact\nA\n"), (1, 1, Why::NoNameColumn));
        assert_eq!(wrong("name,name\nA,B\n"), (1, 6, Why::ColumnTwice("name".to_owned())));
        assert_eq!(wrong("name,language\nA,en\nB,fr\n"), (3, 3, Why::BadLanguage("fr".to_owned())));
        assert_eq!(wrong("name,lock\nA,maybe\n"), (2, 3, Why::BadLock("maybe".to_owned())));
        assert_eq!(wrong("name,place\n,safe\n"), (2, 1, Why::BadName(String::new())));
        assert_eq!(wrong("name\nA,B\n"), (2, 3, Why::TooManyCells));
        assert_eq!(wrong("name,place\nA,\"safe\nB,x\n"), (2, 3, Why::QuoteNotClosed));
        assert_eq!(wrong("name,place\nA,\"safe\" x\n"), (2, 9, Why::TextAfterQuote));
        assert_eq!(wrong("name\n"), (2, 1, Why::Nobody));
        assert_eq!(wrong("").2, Why::NoNameColumn);
    }
}
