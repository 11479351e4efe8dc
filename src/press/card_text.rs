//! A card's sheet as plain text: the words of the PDF in the same order, a paragraph to a line.

use zeroize::Zeroizing;

use super::card_sheet::{CardSheet, rows_of};
use super::card_words::{CardWords, Order, Section};
use super::text::NO_BREAK_SPACE;

const RULE: &str = "----------------------------------------------------------------\n";

/// Room for the fixed words in either language with a margin, so that the buffer with the card's text never moves.
const ROOM_FOR_WORDS: usize = 16 * 1024;

/// Writes the file; it ends with a line end.
pub(super) fn write(sheet: &CardSheet<'_>, words: &CardWords) -> Zeroizing<String> {
    let given = [Some(sheet.custodian), Some(sheet.vault_name), sheet.deputy, sheet.contact, sheet.place];
    let given: usize = given.into_iter().flatten().map(str::len).sum();
    let mut text = Zeroizing::new(String::with_capacity(ROOM_FOR_WORDS + given));
    head(&mut text, sheet, words);
    card_text(&mut text, sheet, words);
    for fact in &words.facts {
        push_name(&mut text, &fact.label, &fact.value);
    }
    for part in [&words.keep, &words.call, &words.end, &words.without] {
        section(&mut text, part);
    }
    checks(&mut text, words);
    text
}

fn push(text: &mut String, parts: &[&str]) {
    let characters = parts.iter().flat_map(|part| part.chars());
    text.extend(characters.map(|character| if character == NO_BREAK_SPACE { ' ' } else { character }));
}

/// A name can bring line ends, which must not pass for lines of ours.
fn push_name(text: &mut String, label: &str, name: &str) {
    push(text, &[label, ": "]);
    text.extend(name.chars().map(|character| if character.is_control() { ' ' } else { character }));
    text.push('\n');
}

fn head(text: &mut String, sheet: &CardSheet<'_>, words: &CardWords) {
    push(text, &[&words.title, " / ", &words.number, "\n", RULE]);
    if let Some(drill) = &words.drill {
        push(text, &["*** ", &drill.mark, " *** ", &drill.note, "\n\n"]);
    }
    push_name(text, &words.custodian_label, sheet.custodian);
    push_name(text, &words.vault_label, sheet.vault_name);
    push(text, &[&words.lead, "\n", RULE]);
}

fn card_text(text: &mut String, sheet: &CardSheet<'_>, words: &CardWords) {
    push(text, &[&words.text_heading, "\n\n"]);
    for (first, groups) in rows_of(sheet.text) {
        push(text, &[&format!("{first:>4} ")]);
        groups.for_each(|group| push(text, &["  ", group]));
        push(text, &["\n"]);
    }
    push(text, &["\n", &words.text_hint, "\n", &words.text_warning, "\n"]);
    words.phrase.iter().for_each(|phrase| push(text, &[phrase, "\n"]));
    push(text, &[RULE]);
}

fn section(text: &mut String, section: &Section) {
    push(text, &["\n", &section.heading, "\n"]);
    for (number, point) in (1..).zip(&section.points) {
        match section.order {
            Order::Paragraph => push(text, &[point, "\n"]),
            Order::Any => push(text, &["- ", point, "\n"]),
            Order::Steps => push(text, &[&format!("{number}. "), point, "\n"]),
        }
    }
}

fn checks(text: &mut String, words: &CardWords) {
    push(text, &["\n", &words.checks, "\n"]);
    for _ in 0..super::card_layout::CHECKS {
        let [date, envelope, initials] = &words.check_labels;
        push(text, &[date, " ____________  ", envelope, " ________  ", initials, " ________\n"]);
    }
}
