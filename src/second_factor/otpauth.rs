//! How a secret is handed on: `otpauth://` URIs, as the QR codes of enrolments hold them (the key URI format of Google
//! Authenticator, which everybody follows), or the base32 that services print beside them.

use zeroize::Zeroizing;

use super::base32;
use super::{Algorithm, FactorError, Totp};
use crate::secret::SecretText;

/// Characters of a URI at most.
const MOST: usize = 4096;
/// Characters of an issuer or an account name at most.
const MOST_NAME: usize = 256;

/// A second factor as it was enrolled.
#[derive(Debug)]
pub struct Enrolment {
    /// Who asks for the codes, where that was said.
    pub issuer: Option<String>,
    /// Whose account it is, where that was said.
    pub account: Option<String>,
    /// What makes the codes.
    pub totp: Totp,
    /// Names of parameters that mean nothing here, in the order in which they stood.
    pub ignored: Vec<String>,
}

impl Enrolment {
    /// Reads a URI or bare base32, which then stands for six digits every thirty seconds by SHA-1, as everywhere.
    ///
    /// # Errors
    /// What it is instead, and what to do. Never with a part of the secret.
    pub fn read(text: &str) -> Result<Enrolment, FactorError> {
        let text = text.trim();
        if text.len() > MOST {
            return Err(FactorError::SecretTooLong);
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            let totp = Totp::new(base32::decode(text)?, Algorithm::Sha1, 6, 30)?;
            return Ok(Enrolment { issuer: None, account: None, totp, ignored: Vec::new() });
        };
        match scheme.to_ascii_lowercase().as_str() {
            "otpauth" => uri(rest),
            "otpauth-migration" => Err(FactorError::Migration),
            "steam" => Err(FactorError::Steam),
            _ => Err(FactorError::NotOtpauth),
        }
    }

    /// The one way in which breakglass writes it: what an authenticator reads, and this program.
    #[must_use]
    pub fn to_uri(&self) -> SecretText {
        self.uri_with(self.issuer.as_deref(), self.account.as_deref(), true)
    }

    /// The same, and then ever shorter ones, whose codes are the same: with the issuer named once, with one name, with none. A
    /// code on a screen has little room.
    #[must_use]
    pub fn uris(&self) -> Vec<SecretText> {
        let (issuer, account) = (self.issuer.as_deref(), self.account.as_deref());
        let shorter = [(issuer, account), (None, account), (None, None)];
        let shorter = shorter.map(|(issuer, account)| self.uri_with(issuer, account, false));
        std::iter::once(self.to_uri()).chain(shorter).collect()
    }

    fn uri_with(&self, issuer: Option<&str>, account: Option<&str>, issuer_again: bool) -> SecretText {
        let mut uri = Zeroizing::new(String::with_capacity(MOST));
        uri.push_str("otpauth://totp/");
        if let Some(issuer) = issuer {
            push_encoded(&mut uri, issuer);
            uri.push(':');
        }
        push_encoded(&mut uri, account.unwrap_or_default());
        uri.push_str("?secret=");
        uri.push_str(&base32::encode(self.totp.secret()));
        if let Some(issuer) = issuer.filter(|_| issuer_again) {
            uri.push_str("&issuer=");
            push_encoded(&mut uri, issuer);
        }
        // What is as everywhere is left out: some authenticators refuse what they do not know.
        if self.totp.algorithm() != Algorithm::Sha1 {
            uri.push_str(&format!("&algorithm={}", self.totp.algorithm().name()));
        }
        if self.totp.digits() != 6 {
            uri.push_str(&format!("&digits={}", self.totp.digits()));
        }
        if self.totp.period() != 30 {
            uri.push_str(&format!("&period={}", self.totp.period()));
        }
        SecretText::from(uri.as_str().to_owned())
    }

    /// The secret as it is typed into an authenticator, in groups of four.
    #[must_use]
    pub fn typed_secret(&self) -> SecretText {
        let text = base32::encode(self.totp.secret());
        let mut grouped = Zeroizing::new(String::with_capacity(text.len() * 5 / 4 + 1));
        for (place, character) in text.chars().enumerate() {
            if place > 0 && place % 4 == 0 {
                grouped.push(' ');
            }
            grouped.push(character);
        }
        SecretText::from(grouped.as_str().to_owned())
    }
}

/// What stands behind `otpauth://`.
fn uri(rest: &str) -> Result<Enrolment, FactorError> {
    let (path, query) = rest.split_once('?').ok_or(FactorError::NoSecret)?;
    let (kind, label) = path.split_once('/').unwrap_or((path, ""));
    match kind.to_ascii_lowercase().as_str() {
        "totp" => {}
        "hotp" => return Err(FactorError::Counter),
        _ => return Err(FactorError::NotOtpauth),
    }
    let label = decoded(label)?;
    let (mut issuer, account) = match label.split_once(':') {
        Some((issuer, account)) => (name(issuer), name(account)),
        None => (None, name(&label)),
    };
    let (mut secret, mut algorithm, mut digits, mut period) = (None, Algorithm::Sha1, 6, 30);
    let mut ignored = Vec::new();
    for parameter in query.split('#').next().unwrap_or_default().split('&').filter(|parameter| !parameter.is_empty()) {
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = decoded(value)?;
        match key.to_ascii_lowercase().as_str() {
            "secret" => secret = Some(base32::decode(&value)?),
            "issuer" => issuer = name(&value).or(issuer),
            "algorithm" => algorithm = algorithm_of(&value)?,
            "digits" => digits = value.parse().map_err(|_| FactorError::BadDigits)?,
            "period" => period = value.parse().map_err(|_| FactorError::BadPeriod)?,
            "encoder" if value.eq_ignore_ascii_case("steam") => return Err(FactorError::Steam),
            _ => ignored.push(key.chars().filter(|character| !character.is_control()).take(40).collect()),
        }
    }
    let totp = Totp::new(secret.ok_or(FactorError::NoSecret)?, algorithm, digits, period)?;
    Ok(Enrolment { issuer, account, totp, ignored })
}

fn algorithm_of(value: &str) -> Result<Algorithm, FactorError> {
    match value.to_ascii_uppercase().replace('-', "").trim_start_matches("HMAC") {
        "SHA1" => Ok(Algorithm::Sha1),
        "SHA256" => Ok(Algorithm::Sha256),
        "SHA512" => Ok(Algorithm::Sha512),
        _ => Err(FactorError::BadAlgorithm),
    }
}

/// A name on one line, if there is one. The format keeps the colon for itself.
fn name(text: &str) -> Option<String> {
    let kept = text.chars().filter(|character| !character.is_control() && *character != ':');
    let name = kept.take(MOST_NAME).collect::<String>().trim().to_owned();
    (!name.is_empty()).then_some(name)
}

/// Undoes percent-encoding (RFC 3986, section 2.1), and the plus that some write for a space.
fn decoded(text: &str) -> Result<Zeroizing<String>, FactorError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = rest.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
                let digits = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
                let value = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
                rest = &rest[2.min(rest.len())..];
                value.ok_or(FactorError::NotOtpauth)?
            }
            byte => byte,
        });
    }
    std::str::from_utf8(&bytes).map(|text| Zeroizing::new(text.to_owned())).map_err(|_| FactorError::NotOtpauth)
}

fn push_encoded(uri: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enrolment_of_a_real_service_is_read() {
        let text = "otpauth://totp/Microsoft:emergency%40practice.example?secret=gezdgnbvgy3tqojqgezdgnbvgy3tqojq&issuer=Microsoft";
        let enrolment = Enrolment::read(text).unwrap();
        assert_eq!(enrolment.issuer.as_deref(), Some("Microsoft"));
        assert_eq!(enrolment.account.as_deref(), Some("emergency@practice.example"));
        assert_eq!(enrolment.totp.code_at(59).digits.as_str(), "287082");
        assert_eq!(enrolment.ignored, [] as [String; 0]);
    }

    #[test]
    fn what_is_written_is_read_back_the_same() {
        let texts = [
            "otpauth://totp/?secret=GEZDGNBV",
            "otpauth://totp/%E7%B5%8C%E7%90%86:%E9%AB%99%E6%A9%8B?secret=GEZDGNBV&algorithm=SHA512&digits=8&period=60",
            "OTPAUTH://TOTP/a?issuer=b+c&secret=gezd-gnbv%3D&image=x&digits=7&algorithm=HmacSHA256",
            "GEZD GNBV",
        ];
        for text in texts {
            let first = Enrolment::read(text).unwrap();
            let again = Enrolment::read(first.to_uri().expose()).unwrap();
            assert_eq!((&first.issuer, &first.account), (&again.issuer, &again.account), "{text}");
            assert_eq!(first.to_uri().expose(), again.to_uri().expose());
            assert_eq!(first.totp.code_at(12_345).digits, again.totp.code_at(12_345).digits);
        }
        assert_eq!(Enrolment::read(texts[2]).unwrap().ignored, ["image"]);
        assert_eq!(Enrolment::read(texts[3]).unwrap().typed_secret().expose(), "GEZD GNBV");
    }

    #[test]
    fn every_shorter_address_gives_the_same_codes() {
        let long = "otpauth://totp/Contoso:break-glass%40contoso.example?secret=GEZDGNBVGY3TQOJQ&algorithm=SHA512&issuer=Contoso";
        let first = Enrolment::read(long).unwrap();
        let uris = first.uris();
        assert!(uris.windows(2).all(|pair| pair[1].expose().len() < pair[0].expose().len()));
        for uri in uris {
            let again = Enrolment::read(uri.expose()).unwrap();
            assert_eq!(again.totp.code_at(12_345).digits, first.totp.code_at(12_345).digits);
        }
    }

    #[test]
    fn what_gives_no_codes_of_the_moment_is_told_as_what_it_is() {
        for (text, error) in [
            ("otpauth://hotp/a?secret=GEZDGNBV&counter=1", FactorError::Counter),
            ("otpauth-migration://offline?data=CjEK", FactorError::Migration),
            ("steam://GEZDGNBV", FactorError::Steam),
            ("otpauth://totp/a?secret=GEZDGNBV&encoder=steam", FactorError::Steam),
            ("https://example.com/", FactorError::NotOtpauth),
            ("otpauth://totp/a", FactorError::NoSecret),
            ("otpauth://totp/a?issuer=b", FactorError::NoSecret),
            ("otpauth://totp/a?secret=", FactorError::NotBase32),
            ("otpauth://totp/a?secret=GEZDGNBV&digits=9", FactorError::BadDigits),
            ("otpauth://totp/a?secret=GEZDGNBV&period=0", FactorError::BadPeriod),
            ("otpauth://totp/a?secret=GEZDGNBV&algorithm=MD5", FactorError::BadAlgorithm),
            ("otpauth://totp/a%zz?secret=GEZDGNBV", FactorError::NotOtpauth),
            ("correct horse 1 battery", FactorError::NotBase32),
        ] {
            assert_eq!(Enrolment::read(text).unwrap_err(), error, "{text}");
        }
    }
}
