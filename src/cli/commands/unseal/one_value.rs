//! One value for a pipe or a machine: named on the command line, and printed.

use serde::Serialize;

use super::Arguments;
use crate::ceremony::ConfirmedField;
use crate::cli::commands::field_label;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::language::messages::cli as text;
use crate::vault::{EntryId, FieldName};

/// One value for a machine.
#[derive(Serialize)]
struct Printed<'a> {
    entry: &'a EntryId,
    field: &'a FieldName,
    /// `sealed` or `deposited`.
    source: &'static str,
    value: &'a str,
}

/// One value for a pipe: the sealed one, or the newest that was deposited when that was asked for or is all there is.
pub fn print_value(
    context: &mut Context,
    arguments: &Arguments,
    entry: &EntryId,
    shown: &ConfirmedField<'_>,
) -> Result<(), CliError> {
    let language = context.language;
    let newest = shown.deposited.last();
    // Where only the other is there, that: the vault is open already, and the opening has its price.
    let deposited = newest.is_some() && (arguments.deposited || shown.sealed.is_none());
    if arguments.deposited && !deposited {
        context.desk.tell(&text::value_is_sealed(language, field_label(language, &shown.name)));
    }
    if let Some((open, _)) = newest {
        let by = open.pending.by.clone().unwrap_or_else(|| text::somebody(language));
        let time = open.pending.time.date_and_minute(&context.zone);
        let field = field_label(language, &shown.name);
        context.desk.tell(&if deposited {
            text::value_not_confirmed(language, field, by, time)
        } else {
            text::value_has_deposit(language, field, by, time)
        });
    }
    let value = if deposited { newest.and_then(|(_, value)| *value) } else { shown.sealed };
    let value = value.ok_or(CliError::Usage(text::value_missing))?;
    if context.json {
        let source = if deposited { "deposited" } else { "sealed" };
        return context.print_json_secret(&Printed { entry, field: &shown.name, source, value: value.expose() });
    }
    context.print_secret(value.expose())
}
