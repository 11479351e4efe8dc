//! Second factors: one-time codes of the moment (RFC 6238), and how their secrets are written down and handed on.
//!
//! Bytes and times go in, codes come out. The time is handed in; no clock, file or terminal may come in here.

mod base32;
mod clock;
mod error;
mod otpauth;
mod totp;

pub use clock::{ClockCorrection, date_and_time, time_of_day};
pub use error::FactorError;
pub use otpauth::Enrolment;
pub use totp::{Algorithm, Code, Totp};

/// The recovery codes of a field: one on each line, empty lines left out.
pub fn recovery_codes(value: &str) -> impl Iterator<Item = &str> {
    value.lines().map(str::trim).filter(|line| !line.is_empty())
}
