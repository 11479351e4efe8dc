//! The fields that people are asked for one by one, or that a file gives at once.

use std::path::PathBuf;

use crate::desk::{Input, VALUE_FROM};
use crate::guide::{Context, GuideError};
use crate::language::{Language, messages::cli as text};
use crate::secret::SecretText;
use crate::vault::{FieldName, FieldValue, Fields, FormatError, distinct};

/// Several fields at once: a JSON object of texts.
pub fn read_fields(input: &Input) -> Result<Fields, GuideError> {
    let mut contents = input.open("--fields-from")?;
    let mut parser = serde_json::Deserializer::from_str(contents.rest()?);
    let fields = distinct(&mut parser).and_then(|fields| parser.end().map(|()| fields));
    fields.map_err(|error: serde_json::Error| {
        // The parser's own message can quote the document.
        let place = format!("{}:{}", error.line(), error.column());
        GuideError::File(PathBuf::from(input.to_string()), place)
    })
}

/// Refuses a value with nothing in it, as an empty answer or an empty pipe gives: it would stand there as the newest.
pub fn refuse_empty(fields: &Fields) -> Result<(), FormatError> {
    match fields.iter().find(|(_, value)| value.expose().trim().is_empty()) {
        Some((name, _)) => Err(FormatError::EmptyValue(name.to_string())),
        None => Ok(()),
    }
}

/// Asks for the fields one by one; Enter alone leaves a field as it is.
pub fn ask_fields(context: &mut Context, fields: &mut Fields) -> Result<(), GuideError> {
    let language = context.language;
    if !context.desk.is_attended() {
        return Err(GuideError::Usage(text::say_what_to_put));
    }
    context.desk.tell(&text::put_intro(language));
    for name in FieldName::FIXED {
        let name = FieldName::fixed(name);
        ask_one(context, fields, name, language)?;
    }
    loop {
        let typed = context.desk.ask_line(&text::ask_free_field(language), "--secret")?;
        if typed.is_empty() {
            return Ok(());
        }
        match typed.parse::<FieldName>() {
            Ok(name) => ask_one(context, fields, name, language)?,
            Err(error) => context.say(&error),
        }
    }
}

/// Asks for a secret value, and once more where a person types it: nobody sees it, and a slip would first show in the emergency.
pub fn ask_secret_twice(context: &mut Context, name: &FieldName, typed: bool) -> Result<SecretText, GuideError> {
    let language = context.language;
    let field = crate::report::field_label(language, name);
    loop {
        let value = context.desk.ask_secret(&text::ask_field(language, &field), VALUE_FROM)?;
        if value.expose().is_empty() || !typed || !context.desk.is_attended() {
            return Ok(value);
        }
        if context.desk.ask_secret(&text::ask_field_again(language, &field), VALUE_FROM)? == value {
            return Ok(value);
        }
        context.desk.tell(&text::typed_differently(language));
    }
}

/// What is no secret; what a header shows without cards must be a claim.
fn ask_open(context: &mut Context, prompt: &str, public: bool) -> Result<String, GuideError> {
    if public {
        return Ok(context.ask_claim(prompt, "--title")?.map(String::from).unwrap_or_default());
    }
    Ok(context.desk.ask_line(prompt, "--title")?)
}

fn ask_one(context: &mut Context, fields: &mut Fields, name: FieldName, language: Language) -> Result<(), GuideError> {
    let prompt = text::ask_field(language, crate::report::field_label(language, &name));
    let open = name.is_public() || ["user_name", "url", "how_to_rotate"].contains(&name.as_str());
    let value = if open {
        SecretText::from(ask_open(context, &prompt, name.is_public())?)
    } else {
        ask_secret_twice(context, &name, true)?
    };
    if !value.expose().is_empty() {
        fields.insert(name, FieldValue::new(value));
    }
    Ok(())
}
