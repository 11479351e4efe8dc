//! Second factors that are put in: the secret of an authenticator, recovery codes, security keys.

use std::path::{Path, PathBuf};

use crate::ceremony::{CeremonyError, RECOVERY_CODES, TOTP};
use crate::desk::{DeskError, Input, VALUE_FROM};
use crate::guide::code_on_screen::watch;
use crate::guide::{Context, GuideError};
use crate::language::messages::second_factor as text;
use crate::scan::{PictureError, read_codes};
use crate::second_factor::{Enrolment, FactorError, recovery_codes};
use crate::secret::SecretText;
use crate::vault::{EntryId, FieldName, FieldValue, Fields};

/// Bytes of recovery codes, so that a list of them is not copied while it grows.
const MOST_CODES: usize = 16 * 1024;

/// Long enough to type a code, and the next where the first came too late.
const SECONDS_TO_ENROL: u64 = 180;

/// What is put in of second factors.
pub struct Factors {
    pub totp: bool,
    pub totp_picture: Option<PathBuf>,
    pub recovery_codes: bool,
    pub fido2_key: Option<String>,
    pub serial: Option<String>,
    pub place: Option<String>,
}

impl Factors {
    /// Whether there is anything to put in.
    pub fn is_some(&self) -> bool {
        self.totp || self.totp_picture.is_some() || self.recovery_codes || self.fido2_key.is_some()
    }

    /// Whether a value that a file gives is one of these.
    pub fn take_value(&self) -> bool {
        self.totp || self.recovery_codes || self.fido2_key.is_some()
    }

    /// Asks for what is missing and adds it.
    pub fn collect(&self, context: &mut Context, fields: &mut Fields) -> Result<(), GuideError> {
        if let Some(path) = &self.totp_picture {
            let uri = enrolment_in(context, path)?;
            add_totp(context, fields, &Enrolment::read(uri.expose()).map_err(CeremonyError::from)?);
        }
        if self.totp {
            let enrolment = ask_totp(context)?;
            add_totp(context, fields, &enrolment);
        }
        if self.recovery_codes {
            let codes = ask_recovery_codes(context)?;
            fields.insert(FieldName::fixed(RECOVERY_CODES), FieldValue::new(codes));
        }
        if let Some(key) = &self.fido2_key {
            self.add_key(context, key, fields)?;
        }
        Ok(())
    }

    /// The second factor that was given, to show its code.
    pub fn enrolment_in(&self, fields: &Fields) -> Option<Enrolment> {
        let value = fields.get(&FieldName::fixed(TOTP)).filter(|_| self.totp || self.totp_picture.is_some())?;
        Enrolment::read(value.expose()).ok()
    }

    fn add_key(&self, context: &mut Context, key: &str, fields: &mut Fields) -> Result<(), GuideError> {
        if !(1..=16).contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(GuideError::Usage(text::bad_key_name));
        }
        let field = |part: &str| format!("fido2_{key}_{part}").parse::<FieldName>().expect("letters and digits");
        for (part, value) in [("serial", &self.serial), ("place", &self.place)] {
            if let Some(value) = value {
                fields.insert(field(part), FieldValue::copy_of(value));
            }
        }
        // A script that has no PIN to give says so by giving none.
        let asked = match context.desk.ask_secret(&text::ask_pin(context.language, key), VALUE_FROM) {
            Err(DeskError::MissingAnswer { .. }) => None,
            answer => Some(answer?),
        };
        if let Some(pin) = asked.filter(|pin| !pin.expose().is_empty()) {
            fields.insert(field("pin"), FieldValue::new(pin));
        }
        if [&self.serial, &self.place].iter().all(|value| value.is_none()) && !fields.contains_key(&field("pin")) {
            return Err(GuideError::Usage(text::nothing_of_a_key));
        }
        Ok(())
    }
}

fn add_totp(context: &mut Context, fields: &mut Fields, enrolment: &Enrolment) {
    if !enrolment.ignored.is_empty() {
        let names = [&enrolment.issuer, &enrolment.account].into_iter().flatten().map(String::as_str);
        let names = names.collect::<Vec<_>>().join(", ");
        let told = text::TotpTaken { what: names, ignored: enrolment.ignored.join(", ") }.say(context.language);
        context.desk.tell(&told);
    }
    fields.insert(FieldName::fixed(TOTP), FieldValue::new(enrolment.to_uri()));
}

/// Offers the code of the moment: services take the first one to end an enrolment, and a key that was copied wrong shows now and not in
/// the night in which it is needed.
pub fn offer_code(context: &mut Context, entry: &EntryId, enrolment: &Enrolment) -> Result<(), GuideError> {
    let on_screen = context.is_seen();
    if on_screen && context.desk.confirm(&text::offer_code(context.language), "--totp")? {
        watch(context, entry.as_str(), &enrolment.totp, SECONDS_TO_ENROL)?;
    }
    Ok(())
}

/// Asks until what was typed is a secret; a script has one try.
fn ask_totp(context: &mut Context) -> Result<Enrolment, GuideError> {
    loop {
        let typed = context.desk.ask_secret(&text::ask_totp(context.language), VALUE_FROM)?;
        match Enrolment::read(typed.expose()) {
            Ok(enrolment) => return Ok(enrolment),
            Err(error) if context.desk.is_attended() => context.say(&error),
            Err(error) => return Err(CeremonyError::from(error).into()),
        }
    }
}

/// All codes: a script gives them in one value, a person types one after another.
fn ask_recovery_codes(context: &mut Context) -> Result<SecretText, GuideError> {
    let language = context.language;
    let mut all = zeroize::Zeroizing::new(String::with_capacity(MOST_CODES));
    loop {
        let count = recovery_codes(each_once(&all).0.expose()).count();
        let typed = context.desk.ask_secret(&text::ask_recovery_code(language, count + 1), VALUE_FROM)?;
        all.push_str(typed.expose());
        all.push('\n');
        if typed.expose().trim().is_empty() || typed.expose().contains('\n') || !context.desk.is_attended() {
            break;
        }
    }
    let (codes, twice) = each_once(&all);
    let count = recovery_codes(codes.expose()).count();
    if count == 0 {
        return Err(GuideError::Usage(text::no_recovery_codes));
    }
    context.desk.tell(&text::codes_read(language, count));
    if twice > 0 {
        context.desk.tell(&text::codes_twice(language, twice));
    }
    Ok(codes)
}

/// The codes, and how many stood there again: a code that comes twice works once, and counts once.
fn each_once(all: &str) -> (SecretText, usize) {
    let mut once = zeroize::Zeroizing::new(String::with_capacity(MOST_CODES));
    let mut twice = 0;
    for code in recovery_codes(all) {
        if once.lines().any(|known| known == code) {
            twice += 1;
            continue;
        }
        if !once.is_empty() {
            once.push('\n');
        }
        once.push_str(code);
    }
    (SecretText::from(once.to_string()), twice)
}

/// The only enrolment among the QR codes of a picture.
fn enrolment_in(context: &Context, path: &Path) -> Result<SecretText, GuideError> {
    let language = context.language;
    let refuse = |why| Err(GuideError::File(path.to_owned(), why));
    let input = Input::File(path.to_owned());
    let Some(picture) = input.picture("--totp-picture")? else {
        return refuse(text::not_a_picture(language));
    };
    let codes = match read_codes(&picture) {
        Ok(codes) => codes,
        // Said of cards otherwise, which could be typed instead.
        Err(PictureError::NoCode | PictureError::TookTooLong) => return refuse(text::no_code_in_picture(language)),
        Err(cause) => return Err(DeskError::Picture { source: input.to_string(), cause }.into()),
    };
    let mut found = codes.iter().filter(|code| {
        let start = code.get(..7).unwrap_or_default();
        start.eq_ignore_ascii_case("otpauth")
    });
    match (found.next(), found.count()) {
        (Some(one), 0) => Ok(SecretText::from(one.to_string())),
        (None, _) => refuse(text::no_enrolment_in_picture(language, codes.len())),
        (Some(_), more) => refuse(text::several_enrolments(language, more + 1)),
    }
}

/// Warns of a key that is shorter than any service's, whichever way it comes: a password can be one by its letters.
pub fn warn_of_short_key(context: &mut Context, fields: &Fields) {
    let enrolment = fields.get(&FieldName::fixed(TOTP)).and_then(|value| Enrolment::read(value.expose()).ok());
    if let Some(bits) = enrolment.and_then(|enrolment| enrolment.totp.suspiciously_few_bits()) {
        context.desk.tell(&text::short_secret(context.language, bits));
    }
}

/// That a value of this field must be one that can be used, whichever way it comes.
pub fn check(fields: &mut Fields) -> Result<(), FactorError> {
    let name = FieldName::fixed(TOTP);
    if let Some(value) = fields.get(&name) {
        let uri = Enrolment::read(value.expose())?.to_uri();
        fields.insert(name, FieldValue::new(uri));
    }
    let name = FieldName::fixed(RECOVERY_CODES);
    if let Some(value) = fields.get(&name) {
        let (codes, _) = each_once(value.expose());
        fields.insert(name, FieldValue::new(codes));
    }
    Ok(())
}
