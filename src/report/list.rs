//! What is in the vault, never a secret.

use std::collections::BTreeMap;

use serde::Serialize;

use super::table::table;
use crate::ceremony::{CeremonyError, Ledger};
use crate::desk::{columns, fitted};
use crate::journal::PendingDeposit;
use crate::language::{Language, messages::cli as text};
use crate::vault::{Claim, EntryId, Moment, PublicEntry};

/// The width of every terminal.
const COLUMNS: usize = 80;

/// One entry as everybody may see it.
#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    entry: PublicEntry,
    /// Whether a revision of it is sealed.
    sealed: bool,
    /// Files that it has or had attached, as far as the log knows.
    #[serde(skip_serializing_if = "is_none")]
    attachments: usize,
    /// Deposits that wait for a rotation: not confirmed.
    deposits: Vec<Waiting<'a>>,
}

#[derive(Serialize)]
struct Waiting<'a> {
    time: Moment,
    by: Option<&'a str>,
    fields: Vec<&'a str>,
    cleared: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attached: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    detached: Vec<&'a str>,
}

fn is_none(count: &usize) -> bool {
    *count == 0
}

/// Every entry of a vault as everybody may see it; for a machine, a list of them.
#[derive(Serialize)]
#[serde(transparent)]
pub struct Entries<'a>(Vec<Row<'a>>);

impl<'l> Entries<'l> {
    /// The entries of a vault that was read.
    ///
    /// # Errors
    /// When the history is split.
    pub fn of(ledger: &'l Ledger<'_>) -> Result<Entries<'l>, CeremonyError> {
        rows(ledger).map(Entries)
    }

    /// The table that people read, for a screen of so many columns; for the usual ones where no screen shows it.
    #[must_use]
    pub fn words(&self, language: Language, width: Option<usize>) -> String {
        words(language, &self.0, width.unwrap_or(COLUMNS))
    }
}

fn words(language: Language, rows: &[Row<'_>], width: usize) -> String {
    if rows.is_empty() {
        return text::list_empty(language);
    }
    let heads = [
        text::head_id(language),
        text::head_title(language),
        text::head_kind(language),
        text::head_owner(language),
        text::head_last_rotated(language),
        text::head_state(language),
    ];
    let line = |row: &Row<'_>| {
        let shown = |value: &Option<Claim>| value.clone().map(String::from).unwrap_or_default();
        let state = match (row.sealed, row.deposits.len()) {
            (true, 0) => text::state_sealed(language),
            (true, count) => text::state_sealed_and_deposited(language, count),
            (false, count) => text::state_deposited(language, count),
        };
        let state = match row.attachments {
            0 => state,
            count => text::state_with_attachments(language, state, count),
        };
        let entry = &row.entry;
        [
            entry.id.to_string(),
            shown(&entry.title),
            shown(&entry.kind),
            shown(&entry.owner),
            shown(&entry.last_rotated),
            state,
        ]
    };
    let rows: Vec<[String; 6]> = rows.iter().map(line).collect();
    let whole = table(&heads, &rows);
    if whole.lines().all(|line| columns(line) <= width) { whole } else { under_each_other(&rows, width) }
}

/// Each entry in two lines, for a table that a screen would break in the middle of its cells: what it is called, and what is known of it.
fn under_each_other(rows: &[[String; 6]], width: usize) -> String {
    let two = |[id, title, kind, owner, last_rotated, state]: &[String; 6]| {
        let called = if title.is_empty() { id.clone() } else { format!("{id} — {title}") };
        let known: Vec<&str> = [state, kind, owner, last_rotated]
            .into_iter()
            .map(String::as_str)
            .filter(|cell| !cell.is_empty())
            .collect();
        format!("{}\n   {}", fitted(&called, width), fitted(&known.join(" · "), width - 3))
    };
    rows.iter().map(two).collect::<Vec<_>>().join("\n")
}

/// Sealed entries with what was deposited since, and entries that were only deposited, in the order of their ids.
fn rows<'l>(ledger: &'l Ledger<'_>) -> Result<Vec<Row<'l>>, CeremonyError> {
    let mut rows: BTreeMap<EntryId, Row<'l>> = BTreeMap::new();
    for entry in &ledger.active()?.entries {
        rows.insert(entry.id.clone(), Row { entry: entry.clone(), sealed: true, attachments: 0, deposits: Vec::new() });
    }
    for pending in &ledger.state().deposits {
        let row = rows.entry(pending.entry.id.clone()).or_insert_with(|| Row {
            entry: pending.entry.clone(),
            sealed: false,
            attachments: 0,
            deposits: Vec::new(),
        });
        show_newer(&mut row.entry, &pending.entry);
        row.deposits.push(waiting(pending));
    }
    for (_, entry) in ledger.state().blobs.needed() {
        if let Some(row) = rows.get_mut(entry) {
            row.attachments += 1;
        }
    }
    Ok(rows.into_values().collect())
}

/// What a deposit gives is shown over what was sealed; the state tells that it was deposited.
fn show_newer(entry: &mut PublicEntry, deposit: &PublicEntry) {
    for (shown, newer) in [
        (&mut entry.title, &deposit.title),
        (&mut entry.kind, &deposit.kind),
        (&mut entry.owner, &deposit.owner),
        (&mut entry.last_rotated, &deposit.last_rotated),
    ] {
        if newer.is_some() {
            shown.clone_from(newer);
        }
    }
}

fn waiting(pending: &PendingDeposit) -> Waiting<'_> {
    Waiting {
        time: pending.time,
        by: pending.by.as_ref().map(Claim::as_str),
        fields: pending.fields.iter().map(|name| name.as_str()).collect(),
        cleared: pending.cleared.iter().map(|name| name.as_str()).collect(),
        attached: pending.attached.iter().map(|attached| attached.name.as_str()).collect(),
        detached: pending.detached.iter().map(|name| name.as_str()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_no_screen_takes_becomes_two_lines_for_each_entry() {
        let row = |id: &str, title: &str| {
            [id, title, "login", "", "2026-01-10", "3 deposits, not confirmed"].map(str::to_owned)
        };
        let told = under_each_other(&[row("m365", ""), row("registrar", &"登録業者".repeat(20))], COLUMNS);
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines[..2], ["m365", "   3 deposits, not confirmed · login · 2026-01-10"]);
        assert!(lines[2].starts_with("registrar — 登録業者") && lines[2].ends_with('…'));
        assert!(lines.iter().all(|line| columns(line) <= COLUMNS), "{told}");
    }
}
