//! What is in the vault, never a secret.

use std::collections::BTreeMap;

use serde::Serialize;

use super::field_label;
use super::table::table;
use crate::ceremony::{CeremonyError, Ledger};
use crate::desk::{columns, fitted};
use crate::journal::PendingDeposit;
use crate::language::{Language, messages::cli as text};
use crate::vault::{Claim, EntryId, FieldName, Moment, PublicEntry};

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
    /// What it claims of the entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_rotated: Option<&'a str>,
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
            count => text::StateWithAttachments { state, count }.say(language),
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
    let claims: Vec<Vec<String>> = rows.iter().map(|row| not_confirmed(language, row)).collect();
    let rows: Vec<[String; 6]> = rows.iter().map(line).collect();
    let whole = table(&heads, &rows);
    let fits = whole.lines().all(|line| columns(line) <= width) && claims.iter().all(Vec::is_empty);
    if fits { whole } else { under_each_other(&rows, &claims, width) }
}

/// Each entry in two lines, for a table that a screen would break in the middle of its cells: what it is called, and what is known of it.
/// What is only claimed comes below them.
fn under_each_other(rows: &[[String; 6]], claims: &[Vec<String>], width: usize) -> String {
    let lines = |([id, title, kind, owner, last_rotated, state], claims): (&[String; 6], &Vec<String>)| {
        let called = if title.is_empty() { id.clone() } else { format!("{id} — {title}") };
        let known: Vec<&str> = [state, kind, owner, last_rotated]
            .into_iter()
            .map(String::as_str)
            .filter(|cell| !cell.is_empty())
            .collect();
        let known = known.join(" · ");
        let below = std::iter::once(&known).chain(claims).map(|line| format!("   {}", fitted(line, width - 3)));
        std::iter::once(fitted(&called, width).to_string()).chain(below).collect::<Vec<_>>().join("\n")
    };
    rows.iter().zip(claims).map(lines).collect::<Vec<_>>().join("\n")
}

/// So many claims about one entry are shown.
const MOST_CLAIMS: usize = 3;

/// What deposits that wait say otherwise of a sealed entry: the newest of each, and how many more there are.
fn not_confirmed(language: Language, row: &Row<'_>) -> Vec<String> {
    let mut claims: Vec<(&str, &str, Option<&str>)> = Vec::new();
    for waiting in row.deposits.iter().rev().filter(|_| row.sealed) {
        let PublicEntry { title, kind, owner, last_rotated, .. } = &row.entry;
        for (name, sealed, claimed) in [
            ("title", title, waiting.title),
            ("kind", kind, waiting.kind),
            ("owner", owner, waiting.owner),
            ("last_rotated", last_rotated, waiting.last_rotated),
        ] {
            let Some(claimed) = claimed.filter(|claimed| sealed.as_ref().map(Claim::as_str) != Some(claimed)) else {
                continue;
            };
            if !claims.iter().any(|(known, value, _)| (*known, *value) == (name, claimed)) {
                claims.push((name, claimed, waiting.by));
            }
        }
    }
    let more = claims.len().saturating_sub(MOST_CLAIMS);
    claims.truncate(MOST_CLAIMS);
    let told = claims.into_iter().map(|(name, value, by)| {
        let by = by.map_or_else(|| text::no_name_given(language), str::to_owned);
        text::NotConfirmed { label: field_label(language, &FieldName::fixed(name)), value, by }.say(language)
    });
    told.chain((more > 0).then(|| text::more_not_confirmed(language, more))).collect()
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
        if !row.sealed {
            show_newer(&mut row.entry, &pending.entry);
        }
        row.deposits.push(waiting(pending));
    }
    for (_, entry) in ledger.state().blobs.needed() {
        if let Some(row) = rows.get_mut(entry) {
            row.attachments += 1;
        }
    }
    Ok(rows.into_values().collect())
}

/// Of an entry that was never sealed all is claimed, and the newest claim is shown; the state tells that it was deposited.
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
        title: pending.entry.title.as_ref().map(Claim::as_str),
        kind: pending.entry.kind.as_ref().map(Claim::as_str),
        owner: pending.entry.owner.as_ref().map(Claim::as_str),
        last_rotated: pending.entry.last_rotated.as_ref().map(Claim::as_str),
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
        let rows = [row("m365", ""), row("registrar", &"登録業者".repeat(20))];
        let told = under_each_other(&rows, &[Vec::new(), Vec::new()], COLUMNS);
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines[..2], ["m365", "   3 deposits, not confirmed · login · 2026-01-10"]);
        assert!(lines[2].starts_with("registrar — 登録業者") && lines[2].ends_with('…'));
        assert!(lines.iter().all(|line| columns(line) <= COLUMNS), "{told}");
    }
}
