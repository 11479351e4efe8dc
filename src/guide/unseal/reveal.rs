//! A value on the screen: the sealed one first, then what was deposited since and nobody confirmed.

use crate::ceremony::ConfirmedField;
use crate::desk::Revelation;
use crate::guide::{Context, GuideError};
use crate::language::messages::cli as text;
use crate::report::field_label;
use crate::secret::SecretText;
use crate::vault::EntryId;

/// The sealed value first, then what was deposited since, the newest first, with who and when as claimed.
pub fn reveal(
    context: &mut Context,
    entry: &EntryId,
    shown: &ConfirmedField<'_>,
    seconds: u64,
) -> Result<(), GuideError> {
    let language = context.language;
    let field = field_label(language, &shown.name);
    if let Some(value) = shown.sealed {
        let value = SecretText::from(value.expose().to_owned());
        context.desk.reveal(&Revelation { title: entry.as_str(), field: &field, value: &value, seconds })?;
    }
    let count = shown.deposited.iter().filter(|(_, value)| value.is_some()).count();
    let mut number = 0;
    for (open, value) in shown.deposited.iter().rev() {
        let by = context.shown_by(open.pending.by.as_ref());
        let time = open.pending.time.date_and_minute(&context.zone);
        match value {
            None => context.desk.tell(&text::ValueRemoved { field: &field, by, when: time }.say(language)),
            Some(value) => {
                number += 1;
                let field = match (count, number) {
                    (1, _) => text::FieldNotConfirmed { field: &field, by, when: time }.say(language),
                    (_, 1) => text::FieldNewestOf { field: &field, count, by, when: time }.say(language),
                    _ => text::FieldOlderOf { field: &field, number, count, by, when: time }.say(language),
                };
                let value = SecretText::from(value.expose().to_owned());
                context.desk.reveal(&Revelation { title: entry.as_str(), field: &field, value: &value, seconds })?;
            }
        }
    }
    Ok(())
}
