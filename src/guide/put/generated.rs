//! A value that breakglass makes up, and shows once it is in the vault.

use std::collections::BTreeSet;

use super::{Generator, Request};
use crate::ceremony::CeremonyError;
use crate::desk::Revelation;
use crate::guide::{Context, GuideError};
use crate::language::messages::cli as text;
use crate::quorum::{READABLE_ALPHABET, generate_characters, generate_words};
use crate::secret::SecretText;
use crate::vault::{EntryId, FieldName};

/// For how long a generated value stays on the screen.
const SHOWN_SECONDS: u64 = 60;

/// Makes a value of the kind, length and alphabet that were asked for.
pub fn generate(request: &Request, generator: Generator) -> Result<SecretText, GuideError> {
    let made = match generator {
        Generator::Characters => {
            let alphabet = request.alphabet.as_deref().unwrap_or(READABLE_ALPHABET);
            let different: BTreeSet<char> = alphabet.chars().collect();
            if different.len() < 2 || different.len() != alphabet.chars().count() {
                return Err(GuideError::Usage(text::bad_alphabet));
            }
            let length = usize::from(request.length.unwrap_or(24));
            // A generated value shorter than this is within reach of guessing.
            if (different.len() as f64).log2() * (length as f64) < 64.0 {
                return Err(GuideError::Usage(text::generated_too_short));
            }
            generate_characters(length, alphabet)
        }
        Generator::Words => {
            if request.alphabet.is_some() {
                return Err(GuideError::Usage(text::bad_alphabet));
            }
            let count = usize::from(request.length.unwrap_or(7));
            if count < 6 {
                return Err(GuideError::Usage(text::generated_too_short));
            }
            generate_words(count)
        }
    };
    Ok(made.map_err(CeremonyError::from)?)
}

/// Shows it, or prints it where that was asked for.
pub fn show_generated(
    context: &mut Context,
    request: &Request,
    entry: &EntryId,
    name: &FieldName,
    value: &SecretText,
) -> Result<(), GuideError> {
    if request.print {
        // A machine has it in its document already.
        return if context.is_for_machine() { Ok(()) } else { context.print_secret(value.expose()) };
    }
    if !context.desk.is_attended() {
        context.desk.tell(&text::generated_unseen(context.language));
        return Ok(());
    }
    let field = crate::report::field_label(context.language, name);
    context.desk.reveal(&Revelation { title: entry.as_str(), field: &field, value, seconds: SHOWN_SECONDS })?;
    Ok(())
}
