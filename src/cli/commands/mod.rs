//! The commands, one file each: what can be typed, what is asked, what is done, what is told.

pub mod card;
pub mod copy;
pub mod custodian;
pub mod demo;
pub mod init;
pub mod list;
pub mod log;
pub mod manual;
pub mod merge;
pub mod put;
pub mod reviewed;
pub mod rotate;
pub mod status;
pub mod unseal;

use super::arguments::Command;
use super::context::Context;
use super::error::CliError;
use super::heads::{head_codes, told_heads};
use crate::ceremony::Ledger;
use crate::language::Language;
use crate::language::messages::{cards, cli as text, second_factor};
use crate::quorum::{CardIndex, EpochHash, EventId};
use crate::vault::FieldName;

/// Runs a command and gives its exit status.
pub fn run(context: &mut Context, command: Command) -> Result<u8, CliError> {
    match command {
        Command::Init(arguments) => init::run(context, &arguments),
        Command::Put(arguments) => put::run(context, &arguments),
        Command::List(arguments) => list::run(context, &arguments),
        Command::Demo(arguments) => demo::run(context, &arguments),
        Command::Log(arguments) => log::run(context, &arguments),
        Command::Merge(arguments) => merge::run(context, &arguments),
        Command::Copy(arguments) => copy::run(context, &arguments),
        Command::Reviewed(arguments) => reviewed::run(context, &arguments),
        Command::Status(arguments) => status::run(context, &arguments),
        Command::Unseal(arguments) => unseal::run(context, &arguments),
        Command::Rotate(arguments) => rotate::run(context, &arguments),
        Command::Card(arguments) => card::run(context, &arguments),
        Command::Custodian(arguments) => custodian::run(context, &arguments),
        Command::Completions(arguments) => manual::completions(context, &arguments),
        Command::Man(arguments) => manual::pages(context, &arguments),
    }
}

/// Enough of an event's id to find it in the log.
fn short(event: EventId) -> String {
    event.to_string()[..12].to_owned()
}

/// The custodian of a card of an epoch, as its header names them; the card's number where the header is missing.
fn custodian_name(ledger: &Ledger<'_>, epoch: EpochHash, card: CardIndex) -> String {
    let custodian = ledger.headers().get(&epoch).and_then(|header| header.custodian(card));
    custodian.map_or_else(|| card.to_string(), |custodian| custodian.name.to_string())
}

/// What a field is called: the fixed ones in the reader's language, free ones as they were named.
fn field_label(language: Language, name: &FieldName) -> String {
    let fixed = text::find(language, &format!("field_{name}"));
    fixed.or_else(|| security_key_label(language, name.as_str())).unwrap_or_else(|| name.to_string())
}

/// What fields are called, each once, in the order in which an entry shows them.
fn field_labels<'n>(language: Language, names: impl IntoIterator<Item = &'n FieldName>) -> Vec<String> {
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

/// Tells that a card does not come any more, what that leaves, and what is due now.
fn tell_card_gone(context: &mut Context, ledger: &Ledger<'_>, card: CardIndex, what: &str) -> Result<u8, CliError> {
    let language = context.language;
    let header = ledger.active()?;
    let margin = ledger.state().active_epoch().map_or(0, |epoch| epoch.margin(header.threshold));
    if context.json {
        context.print_json(&serde_json::json!({
            "card": card,
            "spare": margin,
            "heads": ledger.heads(),
            "head_codes": head_codes(ledger.heads()),
        }))?;
        return Ok(0);
    }
    context.desk.tell(what);
    context.desk.tell(&match margin {
        ..=-1 => cards::too_few_left(language),
        0 => cards::none_to_spare(language, header.threshold),
        spare => cards::spare_left(language, spare),
    });
    context.desk.tell(&cards::rotation_is_due(language));
    tell_heads(context, ledger);
    Ok(0)
}

/// Tells the newest events, as people copy them by hand.
fn tell_heads(context: &mut Context, ledger: &Ledger<'_>) {
    let told = told_heads(context.language, ledger.heads()).join("\n");
    context.desk.tell(&told);
}
