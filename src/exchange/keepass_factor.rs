//! The secrets of authenticators as KeePass' family keeps them: KeePassXC in `otp`, its versions before 2.2 and a plugin in a seed with
//! settings beside it, KeePass 2 in strings of its own. Settings stand apart from the secret; without them the codes would be wrong.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::draft::Draft;
use crate::second_factor::{Algorithm, Enrolment, Totp};

const OLD_SEED: &str = "TOTP Seed";
const OLD_SETTINGS: &str = "TOTP Settings";
/// What KeePass 2 keeps the secret in: one of four spellings.
const SECRETS: [&str; 4] = ["TimeOtp-Secret-Base32", "TimeOtp-Secret-Base64", "TimeOtp-Secret-Hex", "TimeOtp-Secret"];
const LENGTH: &str = "TimeOtp-Length";
const PERIOD: &str = "TimeOtp-Period";
const ALGORITHM: &str = "TimeOtp-Algorithm";

/// A string of an entry: its name and its value.
pub(super) type Named<'i> = (Cow<'i, str>, Cow<'i, str>);

/// Takes the second factors of an entry, and says which strings they were made of.
pub(super) fn take(draft: &mut Draft, strings: &[Named<'_>]) -> Vec<&'static str> {
    let value = |name: &str| strings.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_ref());
    let mut taken = Vec::new();
    if !value("otp").is_empty() {
        draft.totp(&of_plugin(value("otp")));
        taken.push("otp");
    }
    if !value(OLD_SEED).is_empty() {
        let settings: Vec<&str> = value(OLD_SETTINGS).split(';').collect();
        draft.totp(&old_seed(value(OLD_SEED), &settings));
        taken.push(OLD_SEED);
        // A third part, the address of a clock, stays to be seen.
        if settings.len() <= 2 {
            taken.push(OLD_SETTINGS);
        }
    }
    for name in SECRETS.into_iter().filter(|name| !value(name).is_empty()) {
        match keepass(name, &value) {
            Some(enrolment) => draft.totp(enrolment.to_uri().expose()),
            None => continue,
        }
        taken.extend([name, LENGTH, PERIOD, ALGORITHM]);
    }
    taken
}

/// `key=…&size=…&step=…`, as the plugin KeeOtp keeps it, spelled as everybody does; anything else as it is.
fn of_plugin(value: &str) -> Zeroizing<String> {
    if !value.starts_with("key=") {
        return Zeroizing::new(value.to_owned());
    }
    let mut uri = Zeroizing::new("otpauth://totp/?".to_owned());
    for (name, value) in value.split('&').filter_map(|part| part.split_once('=')) {
        let name = match name {
            "key" => "secret",
            "size" => "digits",
            "step" => "period",
            "otpHashMode" => "algorithm",
            other => other,
        };
        uri.push_str(&format!("{name}={value}&"));
    }
    uri.pop();
    uri
}

/// The seed, with the settings `period;digits`.
fn old_seed(seed: &str, settings: &[&str]) -> Zeroizing<String> {
    let seed: Zeroizing<String> = Zeroizing::new(seed.chars().filter(|character| !character.is_whitespace()).collect());
    match settings {
        [_, "S", ..] => Zeroizing::new(format!("steam://{}", *seed)),
        [period, digits, ..] => {
            Zeroizing::new(format!("otpauth://totp/?secret={}&period={period}&digits={digits}", *seed))
        }
        _ => seed,
    }
}

/// The secret in one of the four spellings of KeePass 2, with what stands beside it.
fn keepass<'v>(name: &str, value: &impl Fn(&str) -> &'v str) -> Option<Enrolment> {
    let text = value(name);
    let secret = Zeroizing::new(match name {
        "TimeOtp-Secret-Base32" => Enrolment::read(text).ok()?.totp.secret().to_vec(),
        "TimeOtp-Secret-Base64" => STANDARD.decode(text.trim()).ok()?,
        "TimeOtp-Secret-Hex" => from_hex(text.trim())?,
        _ => text.as_bytes().to_vec(),
    });
    let number =
        |name: &str, usual: &'static str| Some(value(name).trim()).filter(|text| !text.is_empty()).unwrap_or(usual);
    let algorithm = match number(ALGORITHM, "HMAC-SHA-1") {
        "HMAC-SHA-1" => Algorithm::Sha1,
        "HMAC-SHA-256" => Algorithm::Sha256,
        "HMAC-SHA-512" => Algorithm::Sha512,
        _ => return None,
    };
    let (digits, period) = (number(LENGTH, "6").parse().ok()?, number(PERIOD, "30").parse().ok()?);
    let totp = Totp::new(secret, algorithm, digits, period).ok()?;
    Some(Enrolment { issuer: None, account: None, totp, ignored: Vec::new() })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| digit.to_digit(16).map(|digit| digit as u8)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}
