//! What of an export is put in, and under which ids.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;

use super::super::stands;
use super::file::cut_off_after;
use super::preview::{self, Stands};
use super::{Import, only};
use crate::ceremony::Ledger;
use crate::desk::YES;
use crate::exchange::{Imported, Program};
use crate::guide::{Context, GuideError};
use crate::language::messages::exchange as text;
use crate::vault::EntryId;

/// Characters of an id before the number that tells it from another.
const STEM: usize = 56;

/// What is to happen with an entry whose id stands in the vault already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The vault's stays as it is.
    Skip,
    /// It gets a new id.
    New,
    /// It becomes the newest version.
    Revise,
}

/// What was chosen.
pub struct Choice {
    /// What is put in.
    pub chosen: Imported,
    /// Whether the export has entries that were not chosen.
    pub others: bool,
}

/// Shows what an export gives, and lets people choose.
pub fn choose(
    context: &mut Context,
    options: &Import,
    ledger: &Ledger<'_>,
    mut imported: Imported,
) -> Result<Choice, GuideError> {
    let language = context.language;
    let titles_hidden = ledger.active()?.titles_hidden;
    if titles_hidden && imported.program != Program::Breakglass {
        // An id that is made of a title would tell it.
        rename(&mut imported, ledger, |_| true, |_| "entry".to_owned());
    }
    let count = imported.entries.len();
    preview::tell(context, &imported, titles_hidden, |entry| {
        let whole = || stands(ledger, entry.id.as_str()).then_some(Stands::Whole);
        cut_off_after(ledger, entry).map(Stands::CutOff).or_else(whole)
    });
    let standing = imported.entries.iter().filter(|entry| stands(ledger, entry.id.as_str())).count();
    if standing > 0 {
        match ask_standing(context, options, standing)? {
            Standing::Revise => {}
            Standing::New => {
                let before: Vec<EntryId> = imported.entries.iter().map(|entry| entry.id.clone()).collect();
                rename(&mut imported, ledger, |id| stands(ledger, id), |id| id.chars().take(STEM).collect());
                let pairs = before.iter().zip(&imported.entries).filter(|(before, entry)| **before != entry.id);
                let lines: Vec<String> =
                    pairs.map(|(before, entry)| text::NewId { before, id: &entry.id }.say(language)).collect();
                context.desk.tell(&lines.join("\n"));
            }
            Standing::Skip => {
                let free: Vec<bool> = imported.entries.iter().map(|entry| !stands(ledger, entry.id.as_str())).collect();
                imported = only(imported, |place| free[place]);
                if !imported.entries.is_empty() {
                    preview::tell(context, &imported, titles_hidden, |_| None);
                }
            }
        }
    }
    let left = imported.entries.len();
    if left == 0 || context.desk.confirm(&text::ask_all(language, left), YES)? {
        return Ok(Choice { chosen: imported, others: left < count });
    }
    let ids: Vec<&EntryId> = imported.entries.iter().map(|entry| &entry.id).collect();
    let wanted = ask_which(context, &ids)?;
    let chosen = only(imported, |place| wanted.contains(&(place + 1)));
    Ok(Choice { others: chosen.entries.len() < count, chosen })
}

fn ask_standing(context: &mut Context, options: &Import, count: usize) -> Result<Standing, GuideError> {
    let language = context.language;
    if let Some(standing) = options.standing {
        return Ok(standing);
    }
    if !context.desk.is_attended() {
        return Err(GuideError::Usage(text::say_what_with_standing));
    }
    let choices = [text::standing_skip(language), text::standing_new(language), text::standing_revise(language)];
    let chosen = context.desk.choose(&text::ask_standing(language, count), &choices, "--standing")?;
    Ok([Standing::Skip, Standing::New, Standing::Revise][chosen])
}

/// Gives the entries that `whose` says ids that are free: a stem, or a stem with a number.
fn rename(imported: &mut Imported, ledger: &Ledger<'_>, whose: impl Fn(&str) -> bool, stem: impl Fn(&str) -> String) {
    let mut taken: BTreeSet<String> = imported.entries.iter().map(|entry| entry.id.to_string()).collect();
    // The number that a stem gets when it comes again: thousands of entries may have the same.
    let mut next: BTreeMap<String, u32> = BTreeMap::new();
    for entry in imported.entries.iter_mut().filter(|entry| whose(entry.id.as_str())) {
        let stem = stem(entry.id.as_str()).trim_end_matches('-').to_owned();
        let next = next.entry(stem.clone()).or_insert(1);
        let candidates = std::iter::from_fn(|| {
            let candidate = if *next == 1 { stem.clone() } else { format!("{stem}-{next}") };
            *next += 1;
            Some(candidate)
        });
        let free = candidates.filter(|candidate| !taken.contains(candidate) && !stands(ledger, candidate));
        let id = free.map(|candidate| candidate.parse::<EntryId>()).find_map(Result::ok);
        entry.id = id.expect("numbers do not run out");
        taken.insert(entry.id.to_string());
    }
}

/// Asks for numbers or ids until they are some, or none.
fn ask_which(context: &mut Context, ids: &[&EntryId]) -> Result<BTreeSet<usize>, GuideError> {
    loop {
        let typed = context.desk.ask_line(&text::ask_which(context.language), YES)?;
        match numbers(&typed, ids) {
            Some(numbers) => return Ok(numbers),
            None => {
                let told = text::bad_numbers(context.language, ids.len());
                context.desk.tell(&told);
            }
        }
    }
}

/// `1 3-5, registrar` as people type it, full-width too; nothing when it is something else. A long list has scrolled away when the numbers
/// are asked for, so ids count as well.
fn numbers(typed: &str, ids: &[&EntryId]) -> Option<BTreeSet<usize>> {
    let typed: String = typed
        .nfkc()
        .map(|character| if matches!(character, '~' | '〜' | '–' | '−' | 'ー') { '-' } else { character })
        .collect();
    let mut numbers = BTreeSet::new();
    for part in typed.split([' ', ',', '、', '\t']).filter(|part| !part.is_empty()) {
        if let Some(place) = ids.iter().position(|id| id.as_str() == part) {
            numbers.insert(place + 1);
            continue;
        }
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
        if first == 0 || first > last || last > ids.len() {
            return None;
        }
        numbers.extend(first..=last);
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_ids_are_read_as_people_type_them_and_others_are_refused() {
        let ids: Vec<EntryId> = ["a", "registrar", "3-5", "d", "e", "f", "g"].map(|id| id.parse().unwrap()).into();
        let ids: Vec<&EntryId> = ids.iter().collect();
        let set = |numbers: &[usize]| Some(numbers.iter().copied().collect::<BTreeSet<_>>());
        assert_eq!(numbers("1 4-5, 7", &ids), set(&[1, 4, 5, 7]));
        assert_eq!(numbers("１、４〜５ registrar", &ids), set(&[1, 2, 4, 5]));
        assert_eq!(numbers("3-5", &ids), set(&[3]), "an id, whatever else it looks like");
        assert_eq!(numbers("  ", &ids), set(&[]));
        for bad in ["0", "8", "3-2", "x", "1-", "-1", "1-99999999999999999999"] {
            assert_eq!(numbers(bad, &ids), None, "{bad}");
        }
    }
}
