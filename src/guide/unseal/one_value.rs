//! One value for a pipe or a machine: named beforehand, and printed.

use serde::Serialize;

use super::held;
use crate::ceremony::{ConfirmedField, Which};
use crate::guide::{Context, GuideError};
use crate::language::messages::cli as text;
use crate::report::field_label;
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

/// One value for a pipe: the sealed one, or one that was deposited when that was asked for or is all there is.
pub fn print_value(
    context: &mut Context,
    entry: &EntryId,
    shown: &ConfirmedField<'_>,
    which: Which,
) -> Result<(), GuideError> {
    let language = context.language;
    let field = field_label(language, &shown.name);
    // Where only the other is there, that: the vault is open already, and the opening has its price.
    let chosen = which.of(&shown.held).ok_or(GuideError::Usage(text::value_missing))?;
    match chosen.deposit {
        Some(open) => {
            let (by, time) = held::claimed(context, open);
            context.desk.tell(&text::ValueNotConfirmed { field: &field, by, when: time }.say(language));
        }
        None if which == Which::Newest => context.desk.tell(&text::value_is_sealed(language, &field)),
        None => {}
    }
    held::tell_others(context, &field, &shown.held, &chosen);
    let value = chosen.value.expose();
    if context.is_for_machine() {
        let source = if chosen.deposit.is_some() { "deposited" } else { "sealed" };
        return context.print_json_secret(&Printed { entry, field: &shown.name, source, value });
    }
    context.print_secret(value)
}
