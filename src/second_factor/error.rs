//! Why a second factor cannot be read. Never with a part of what was read: that is a secret.

use crate::language::{Language, Say, messages::second_factor as text};
use crate::speaks;

/// Why a second factor cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorError {
    /// A character that base32 does not have, or a length that it never has.
    NotBase32,
    /// Longer than any service's.
    SecretTooLong,
    /// Neither base32 nor an otpauth URI.
    NotOtpauth,
    /// A URI without a secret.
    NoSecret,
    /// Codes that are counted (HOTP), which a copy on paper puts out of step.
    Counter,
    /// The code with which an authenticator hands over all its accounts at once.
    Migration,
    /// Steam's own codes.
    Steam,
    /// Not 6, 7 or 8 digits.
    BadDigits,
    /// No period, or one longer than a day.
    BadPeriod,
    /// A correction of a clock that is none.
    BadCorrection,
    /// Another hash than the three of the standard.
    BadAlgorithm,
}

impl Say for FactorError {
    fn say(&self, language: Language) -> String {
        match self {
            FactorError::NotBase32 => text::not_base32(language),
            FactorError::SecretTooLong => text::secret_too_long(language),
            FactorError::NotOtpauth => text::not_otpauth(language),
            FactorError::NoSecret => text::no_secret(language),
            FactorError::Counter => text::counter(language),
            FactorError::Migration => text::migration(language),
            FactorError::Steam => text::steam(language),
            FactorError::BadDigits => text::bad_digits(language),
            FactorError::BadPeriod => text::bad_period(language),
            FactorError::BadCorrection => text::bad_correction(language),
            FactorError::BadAlgorithm => text::bad_algorithm(language),
        }
    }
}

speaks!(FactorError);
