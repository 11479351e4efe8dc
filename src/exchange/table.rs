//! CSV of password managers: the first line names the columns, and by them the program is known.

use std::collections::BTreeSet;

use super::columns::{Column, Layout, is_in_bin};
use super::draft::Draft;
use super::entry::{Imported, LeftOut, Note, Skipped, Why};
use super::names::Ids;
use super::sheet::{Cell, Sheet};
use super::{ImportError, MOST_ENTRIES};

/// A column as the file has it.
struct Named {
    /// Its name in the file.
    name: String,
    meaning: Option<Column>,
}

pub(super) fn read(text: &str) -> Result<Imported, ImportError> {
    let mut sheet = Sheet::new(text, ',');
    let Some(Ok(head)) = sheet.next() else { return Err(ImportError::Unknown) };
    let header: Vec<String> = head.iter().map(|cell| cell.text.trim().to_lowercase()).collect();
    let layout = Layout::of(&header).ok_or(ImportError::Unknown)?;
    let names = head.into_iter().zip(&header);
    let columns: Vec<Named> =
        names.map(|(cell, lower)| Named { name: cell.text.trim().to_owned(), meaning: layout.column(lower) }).collect();
    let mut imported =
        Imported { program: layout.program, entries: Vec::new(), skipped: Vec::new(), ignored: BTreeSet::new() };
    let mut ids = Ids::default();
    let damaged = |line, column| ImportError::Damaged(layout.program, format!("{line}:{column}"));
    for row in sheet {
        let row = row.map_err(|error| damaged(error.line, error.column))?;
        if imported.entries.len() + imported.skipped.len() >= MOST_ENTRIES {
            return Err(ImportError::TooMany(MOST_ENTRIES));
        }
        // More cells than columns: a quotation mark is missing, and everything behind it would be taken for something else.
        if let Some(surplus) = row.get(columns.len()) {
            return Err(damaged(surplus.line, surplus.column));
        }
        if row.iter().all(|cell| cell.text.is_empty()) {
            continue;
        }
        if let Some(title) = binned(&columns, &row) {
            imported.skipped.push(Skipped { title, why: Why::InTheBin });
            continue;
        }
        match draft(&columns, &row, &mut imported.ignored).finish(&mut ids) {
            Ok(entry) => imported.entries.push(entry),
            Err(title) => imported.skipped.push(Skipped { title, why: Why::Empty }),
        }
    }
    Ok(imported)
}

/// The title of an entry that lies in the bin.
fn binned(columns: &[Named], row: &[Cell]) -> Option<String> {
    let cell = |meaning| columns.iter().zip(row).find(|(column, _)| column.meaning == Some(meaning));
    cell(Column::Group).filter(|(_, group)| is_in_bin(&group.text))?;
    Some(cell(Column::Title).map(|(_, title)| title.text.clone()).unwrap_or_default())
}

fn draft(columns: &[Named], row: &[Cell], ignored: &mut BTreeSet<String>) -> Draft {
    let texts = row.iter().map(|cell| cell.text.as_str());
    let cells = || columns.iter().zip(texts.clone()).filter(|(_, cell)| !cell.is_empty());
    let title = cells().find(|(column, _)| column.meaning == Some(Column::Title)).map_or("", |(_, cell)| cell);
    let mut draft = Draft::new(title);
    for (column, cell) in cells() {
        match column.meaning {
            Some(Column::Title) => {}
            Some(Column::Fixed(name)) => draft.fixed(name, cell),
            Some(Column::Kind) => draft.kind(cell),
            Some(Column::Addresses) => addresses(&mut draft, cell),
            Some(Column::Totp) => draft.totp(cell),
            Some(Column::Place(name)) => draft.place(name, &[cell]),
            Some(Column::Free(name)) => draft.free(name, cell),
            Some(Column::Group) => draft.place("group", &[cell]),
            Some(Column::Lines) => lines(&mut draft, cell),
            Some(Column::Archived) if cell == "false" => {}
            Some(Column::Archived) => draft.note(Note::Archived),
            Some(Column::Ignored) if ["0", "false"].contains(&cell) => {}
            Some(Column::Ignored) => {
                ignored.insert(column.name.clone());
            }
            None if column.name.is_empty() => draft.left_out(LeftOut::Unknown("?".to_owned())),
            None => draft.free(&column.name, cell),
        }
    }
    draft.tell_references();
    draft
}

/// Several addresses have commas between them; one address may have a comma in it. Only what begins as an address does is one.
fn addresses(draft: &mut Draft, cell: &str) {
    let mut address = String::new();
    for part in cell.split(',') {
        if !address.is_empty() && !part.contains("://") {
            address.push(',');
        } else if !address.is_empty() {
            draft.fixed("url", &address);
            address.clear();
        }
        address.push_str(part);
    }
    draft.fixed("url", &address);
}

/// `name: value` on each line; a line without a name belongs to the value before it, also one that ends with a colon. A line of a value
/// that has a colon in it cannot be told from the next field, whose name would be public, so several lines are told.
fn lines(draft: &mut Draft, cell: &str) {
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut guessed = false;
    for line in cell.lines() {
        match (line.split_once(": "), fields.last_mut()) {
            (Some((name, value)), _) => fields.push((name.to_owned(), value.to_owned())),
            (None, Some((_, value))) => {
                guessed = true;
                value.push('\n');
                value.push_str(line);
            }
            (None, None) => fields.push(("field".to_owned(), line.to_owned())),
        }
    }
    if guessed {
        draft.note(Note::GuessedLines);
    }
    // What a field without a value is written as, by newer and by older versions.
    for (name, value) in fields.iter().filter(|(_, value)| !["undefined", "null"].contains(&value.as_str())) {
        draft.free(name, value);
    }
}
