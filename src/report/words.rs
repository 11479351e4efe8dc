//! What people, fields and events are called, wherever they are named.

use crate::ceremony::Ledger;
use crate::ids::{EpochHash, EventId};
use crate::language::Language;
use crate::language::messages::{cli as text, second_factor};
use crate::quorum::CardIndex;
use crate::vault::FieldName;

/// Enough of an event's id to find it in the log.
#[must_use]
pub fn short(event: EventId) -> String {
    event.to_string()[..12].to_owned()
}

/// The custodian of a card of an epoch, as its header names them; the card's number where the header is missing.
#[must_use]
pub fn custodian_name(ledger: &Ledger<'_>, epoch: EpochHash, card: CardIndex) -> String {
    let custodian = ledger.headers().get(&epoch).and_then(|header| header.custodian(card));
    custodian.map_or_else(|| card.to_string(), |custodian| custodian.name.to_string())
}

/// What a field is called: the fixed ones in the reader's language, free ones as they were named.
#[must_use]
pub fn field_label(language: Language, name: &FieldName) -> String {
    let fixed = text::find(language, &format!("field_{name}"));
    fixed.or_else(|| security_key_label(language, name.as_str())).unwrap_or_else(|| name.to_string())
}

/// What fields are called, each once, in the order in which an entry shows them.
#[must_use]
pub fn field_labels<'n>(language: Language, names: impl IntoIterator<Item = &'n FieldName>) -> Vec<String> {
    let mut names: Vec<&FieldName> = names.into_iter().collect();
    names.sort_by(|one, other| one.shown_order(other));
    names.dedup();
    names.into_iter().map(|name| field_label(language, name)).collect()
}

/// The label of `fido2_1_pin` and its like.
fn security_key_label(language: Language, name: &str) -> Option<String> {
    let (key, part) = name.strip_prefix("fido2_")?.rsplit_once('_')?;
    match part {
        "serial" => Some(second_factor::fido2_serial(language, key)),
        "pin" => Some(second_factor::fido2_pin(language, key)),
        "place" => Some(second_factor::fido2_place(language, key)),
        _ => None,
    }
}
