//! Base32 (RFC 4648, section 6) as services print it: in either case, with spaces, hyphens or padding.

use zeroize::Zeroizing;

use super::FactorError;

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Bytes of a secret at most: four times the longest that HMAC takes without hashing it first.
pub const MOST_BYTES: usize = 512;

/// Reads it. Bits that are left over are 0 in what services print, and are not asked for.
///
/// # Errors
/// When a character is none of the alphabet's, or the text is empty, too long, or of a length that no bytes have.
pub fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, FactorError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(MOST_BYTES));
    let (mut bits, mut count, mut symbols) = (0_u32, 0, 0_usize);
    for character in text.chars().filter(|character| !character.is_whitespace() && *character != '-') {
        if character == '=' {
            continue;
        }
        let upper = character.to_ascii_uppercase();
        let value = ALPHABET.iter().position(|&known| char::from(known) == upper).ok_or(FactorError::NotBase32)?;
        bits = (bits << 5) | value as u32;
        count += 5;
        symbols += 1;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
        if bytes.len() > MOST_BYTES {
            return Err(FactorError::SecretTooLong);
        }
    }
    // One, three or six symbols over are the end of no byte.
    if bytes.is_empty() || matches!(symbols % 8, 1 | 3 | 6) {
        return Err(FactorError::NotBase32);
    }
    Ok(bytes)
}

/// Writes it, without padding, as otpauth URIs have it.
#[must_use]
pub fn encode(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 8 / 5 + 1));
    let (mut bits, mut count) = (0_u32, 0);
    for byte in bytes {
        bits = (bits << 8) | u32::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            text.push(char::from(ALPHABET[(bits >> count) as usize & 31]));
        }
        bits &= (1 << count) - 1;
    }
    if count > 0 {
        text.push(char::from(ALPHABET[(bits << (5 - count)) as usize & 31]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_rfc_4648_are_read_and_written() {
        for (plain, encoded) in [
            ("f", "MY======"),
            ("fo", "MZXQ===="),
            ("foo", "MZXW6==="),
            ("foob", "MZXW6YQ="),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI======"),
        ] {
            assert_eq!(decode(encoded).unwrap().as_slice(), plain.as_bytes());
            assert_eq!(encode(plain.as_bytes()).as_str(), encoded.trim_end_matches('='));
        }
    }

    #[test]
    fn case_spaces_and_hyphens_do_not_matter_and_what_no_bytes_give_is_refused() {
        assert_eq!(decode(" mzxw 6ytb-oi ").unwrap().as_slice(), b"foobar");
        for bad in ["", "=", "M", "MZX", "MZXW6Y", "MZXW6YT1", "MZXW6YT０", "é"] {
            assert!(decode(bad).is_err(), "{bad}");
        }
        assert_eq!(decode(&"A".repeat(10_000)).unwrap_err(), FactorError::SecretTooLong);
    }
}
