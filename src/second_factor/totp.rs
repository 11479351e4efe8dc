//! One-time codes of the moment: HMAC over the number of the time step (RFC 6238), cut to digits (RFC 4226, section 5.3).

use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use super::FactorError;

/// The hash below HMAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// What nearly every service uses, whatever it is called in.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl Algorithm {
    /// Its name in an otpauth URI.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Sha1 => "SHA1",
            Algorithm::Sha256 => "SHA256",
            Algorithm::Sha512 => "SHA512",
        }
    }
}

/// What makes codes: a secret, and how codes come of it.
pub struct Totp {
    secret: Zeroizing<Vec<u8>>,
    algorithm: Algorithm,
    digits: u32,
    period: u64,
}

/// A code, and for which time it is good.
#[derive(Debug)]
pub struct Code {
    /// Its digits.
    pub digits: Zeroizing<String>,
    /// For how many more seconds services take it, not counting what they allow for clocks.
    pub seconds_left: u64,
}

impl Totp {
    /// Codes of so many digits, each good for `period` seconds.
    ///
    /// # Errors
    /// When the secret is empty, the digits are not 6 to 8, or the period is not 1 second to a day.
    pub fn new(
        secret: Zeroizing<Vec<u8>>,
        algorithm: Algorithm,
        digits: u32,
        period: u64,
    ) -> Result<Totp, FactorError> {
        if secret.is_empty() {
            return Err(FactorError::NotBase32);
        }
        if !(6..=8).contains(&digits) {
            return Err(FactorError::BadDigits);
        }
        if !(1..=86_400).contains(&period) {
            return Err(FactorError::BadPeriod);
        }
        Ok(Totp { secret, algorithm, digits, period })
    }

    /// Bits of the secret, when they are so few that most likely something else was given than what a service handed out: RFC 4226 (section
    /// 4, R6) asks for 128, and some services give 80.
    #[must_use]
    pub fn suspiciously_few_bits(&self) -> Option<usize> {
        const FEWEST: usize = 80;
        Some(8 * self.secret.len()).filter(|bits| *bits < FEWEST)
    }

    /// The secret.
    #[must_use]
    pub fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// The hash below HMAC.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// How many digits a code has.
    #[must_use]
    pub fn digits(&self) -> u32 {
        self.digits
    }

    /// For how many seconds a code is good.
    #[must_use]
    pub fn period(&self) -> u64 {
        self.period
    }

    /// The code at a time, in seconds since 1970 (UTC).
    #[must_use]
    pub fn code_at(&self, seconds: u64) -> Code {
        let step = (seconds / self.period).to_be_bytes();
        let number = match self.algorithm {
            Algorithm::Sha1 => truncated::<Hmac<Sha1>>(&self.secret, &step),
            Algorithm::Sha256 => truncated::<Hmac<Sha256>>(&self.secret, &step),
            Algorithm::Sha512 => truncated::<Hmac<Sha512>>(&self.secret, &step),
        };
        let number = number % 10_u32.pow(self.digits);
        let digits = Zeroizing::new(format!("{number:0width$}", width = self.digits as usize));
        Code { digits, seconds_left: self.period - seconds % self.period }
    }
}

impl std::fmt::Debug for Totp {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Totp(…)")
    }
}

/// Four bytes of the HMAC, from where its last half byte says, without the sign bit.
fn truncated<M: Mac + hmac::digest::KeyInit>(secret: &[u8], step: &[u8; 8]) -> u32 {
    let mac = <M as Mac>::new_from_slice(secret).expect("HMAC takes keys of every length").chain_update(step);
    let mac = Zeroizing::new(mac.finalize().into_bytes().to_vec());
    let start = usize::from(mac[mac.len() - 1] & 0xf);
    u32::from_be_bytes([mac[start], mac[start + 1], mac[start + 2], mac[start + 3]]) & 0x7fff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the seeds are the digits 1 to 0, as long as the hash.
    #[test]
    fn the_vectors_of_rfc_6238_come_out() {
        let seed = |length: usize| Zeroizing::new(b"1234567890".iter().copied().cycle().take(length).collect());
        let all = [(Algorithm::Sha1, 20), (Algorithm::Sha256, 32), (Algorithm::Sha512, 64)];
        let vectors = [
            (59, ["94287082", "46119246", "90693936"]),
            (1_111_111_109, ["07081804", "68084774", "25091201"]),
            (1_111_111_111, ["14050471", "67062674", "99943326"]),
            (1_234_567_890, ["89005924", "91819424", "93441116"]),
            (2_000_000_000, ["69279037", "90698825", "38618901"]),
            (20_000_000_000, ["65353130", "77737706", "47863826"]),
        ];
        for (time, codes) in vectors {
            for ((algorithm, length), code) in all.into_iter().zip(codes) {
                let totp = Totp::new(seed(length), algorithm, 8, 30).unwrap();
                assert_eq!(totp.code_at(time).digits.as_str(), code, "{algorithm:?} at {time}");
            }
        }
    }

    #[test]
    fn a_code_changes_when_its_seconds_are_over() {
        let totp = Totp::new(Zeroizing::new(b"12345678901234567890".to_vec()), Algorithm::Sha1, 6, 30).unwrap();
        assert_eq!((totp.code_at(59).digits.as_str(), totp.code_at(59).seconds_left), ("287082", 1));
        assert_eq!(totp.code_at(60).seconds_left, 30);
        assert_ne!(totp.code_at(59).digits, totp.code_at(60).digits);
        assert_eq!(totp.code_at(30).digits, totp.code_at(59).digits);
    }
}
