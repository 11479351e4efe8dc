//! Every word on a card's sheet, in the custodian's language, before anybody decides where it stands. The PDF and the plain text
//! are both made from this, so that they cannot say different things.

use super::card_sheet::CardSheet;
use crate::language::messages::press as say;

/// The words of one sheet, without the card's text itself.
pub(super) struct CardWords {
    pub(super) title: String,
    pub(super) number: String,
    pub(super) custodian_label: String,
    pub(super) vault_label: String,
    pub(super) lead: String,
    pub(super) drill: Option<Drill>,
    pub(super) text_heading: String,
    pub(super) text_hint: String,
    pub(super) text_warning: String,
    /// What a locked card needs besides.
    pub(super) phrase: Option<String>,
    pub(super) facts: Vec<Fact>,
    pub(super) keep: Section,
    pub(super) call: Section,
    pub(super) end: Section,
    pub(super) without: Section,
    pub(super) checks: String,
    pub(super) check_labels: [String; 3],
}

/// The mark of a card that is for practice.
pub(super) struct Drill {
    pub(super) mark: String,
    pub(super) note: String,
}

/// A label and what it stands for.
pub(super) struct Fact {
    pub(super) label: String,
    pub(super) value: String,
    /// Whether the value is compared digit by digit.
    pub(super) digits: bool,
    /// How much of a row it takes, in quarters.
    pub(super) cells: u8,
}

/// A heading with what stands below it.
pub(super) struct Section {
    pub(super) heading: String,
    pub(super) points: Vec<String>,
    pub(super) order: Order,
}

/// How the points of a section follow each other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// One paragraph.
    Paragraph,
    /// Points that all hold at once.
    Any,
    /// Steps, one after the other.
    Steps,
}

impl CardWords {
    pub(super) fn of(sheet: &CardSheet<'_>) -> CardWords {
        let language = sheet.language;
        let paragraph = |heading, text| Section { heading, points: vec![text], order: Order::Paragraph };
        CardWords {
            title: say::card_title(language),
            number: say::CardNumber { index: sheet.index, count: sheet.count }.say(language),
            custodian_label: say::card_custodian(language),
            vault_label: say::card_vault(language),
            lead: say::CardLead { count: sheet.count, threshold: sheet.threshold }.say(language),
            drill: sheet.drill.then(|| Drill { mark: say::card_drill(language), note: say::card_drill_note(language) }),
            text_heading: say::card_text(language),
            text_hint: say::card_text_hint(language),
            text_warning: say::card_text_warning(language),
            phrase: sheet.locked.then(|| say::card_phrase(language)),
            facts: facts(sheet),
            keep: keep(sheet),
            call: call(sheet),
            end: paragraph(say::card_end(language), say::card_end_text(language)),
            without: paragraph(say::card_without(language), say::card_without_text(language, sheet.threshold)),
            checks: say::card_checks(language),
            check_labels: [
                say::card_check_date(language),
                say::card_check_envelope(language),
                say::card_check_initials(language),
            ],
        }
    }
}

fn facts(sheet: &CardSheet<'_>) -> Vec<Fact> {
    let language = sheet.language;
    let plain = |label, value: &str, cells| Fact { label, value: value.to_owned(), digits: false, cells };
    let digits = |label, value| Fact { label, value: in_groups(value, 4), digits: true, cells: 2 };
    let mut facts = vec![
        digits(say::card_epoch_id(language), sheet.epoch_id),
        digits(say::card_vault_id(language), sheet.vault_id),
        plain(say::card_epoch(language), &sheet.epoch_number.to_string(), 1),
        plain(say::card_dealt_on(language), sheet.dealt_on, 1),
    ];
    let known = [
        (say::card_place(language), sheet.place),
        (say::card_deputy(language), sheet.deputy),
        (say::card_contact(language), sheet.contact),
    ];
    facts.extend(known.into_iter().filter_map(|(label, value)| Some(plain(label, value?, 2))));
    facts
}

fn keep(sheet: &CardSheet<'_>) -> Section {
    let language = sheet.language;
    let points = vec![
        say::card_keep_sealed(language),
        say::card_keep_uncopied(language),
        say::card_keep_checked(language),
        say::card_keep_told(language),
    ];
    Section { heading: say::card_keep(language), points, order: Order::Any }
}

fn call(sheet: &CardSheet<'_>) -> Section {
    let language = sheet.language;
    let points = vec![
        say::card_use_called(language),
        say::card_use_brought(language),
        say::card_use_opened(language),
        say::card_use_typed(language),
        say::card_use_resealed(language),
    ];
    Section { heading: say::card_use(language), points, order: Order::Steps }
}

/// Digits with a space after every so many, for eyes that compare.
fn in_groups(digits: &str, length: usize) -> String {
    let digits: Vec<char> = digits.chars().collect();
    digits.chunks(length).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}
