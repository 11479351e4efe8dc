//! Canonical JSON: RFC 8785, narrowed so that it needs no floating point and no sorting by UTF-16.
//!
//! Keys are `[a-z_]`, numbers are integers below 2^53, and a document that does not equal its canonical form byte for byte is
//! refused. So there is one way to write a header or an event, and its hash means the same everywhere.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The deepest nesting of arrays and objects that is read.
const DEEPEST: usize = 12;
/// 2^53: integers from here on are not exact in every JSON reader (RFC 8785, section 3.2.2.3).
const INTEGER_LIMIT: u64 = 1 << 53;

/// Why a document was refused; the text is for finding the fault, in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotCanonical(pub String);

/// The one way to write `value`.
///
/// # Panics
/// When the type itself cannot be canonical (a float, a key outside `[a-z_]`): a fault of the program, never of its input.
pub fn to_canonical<T: Serialize>(value: &T) -> Vec<u8> {
    try_canonical(value).expect("formats are plain data with canonical keys and numbers")
}

/// The one way to write what was read from somewhere.
///
/// # Errors
/// When it cannot be written: a number is too large.
pub fn try_canonical<T: Serialize>(value: &T) -> Result<Vec<u8>, NotCanonical> {
    let value = serde_json::to_value(value).map_err(|error| NotCanonical(error.to_string()))?;
    check(&value, 0)?;
    Ok(write(&value))
}

/// Reads a document that must be in canonical form.
///
/// # Errors
/// When it is not JSON, not canonical, or not of this type.
pub fn from_canonical<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, NotCanonical> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| NotCanonical(error.to_string()))?;
    check(&value, 0)?;
    if write(&value) != bytes {
        return Err(NotCanonical("not in canonical form (RFC 8785)".to_owned()));
    }
    serde_json::from_value(value).map_err(|error| NotCanonical(error.to_string()))
}

/// `serde_json` writes maps in key order, no spaces, and escapes strings as RFC 8785, section 3.2.2.2 asks.
fn write(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).expect("a value can be written")
}

fn check(value: &Value, depth: usize) -> Result<(), NotCanonical> {
    if depth > DEEPEST {
        return Err(NotCanonical("nested too deep".to_owned()));
    }
    match value {
        Value::Number(number) => match number.as_u64() {
            Some(integer) if integer < INTEGER_LIMIT => Ok(()),
            _ => Err(NotCanonical(format!("{number} is not an integer below 2^53"))),
        },
        Value::Array(items) => items.iter().try_for_each(|item| check(item, depth + 1)),
        Value::Object(map) => map.iter().try_for_each(|(key, item)| {
            if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
                return Err(NotCanonical(format!("the key {key:?} is not of a-z and _")));
            }
            check(item, depth + 1)
        }),
        Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped_as_the_rfc_shows() {
        // RFC 8785, section 3.2.2.2, the string of its example.
        let value = serde_json::json!({ "string": "\u{20ac}$\u{f}\nA'B\"\\\\\"/" });
        assert_eq!(to_canonical(&value), "{\"string\":\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}".as_bytes());
    }

    #[test]
    fn every_other_spelling_of_the_same_document_is_refused() {
        let good = br#"{"a":[1,"x"],"b":{"c":null}}"#;
        assert!(from_canonical::<Value>(good).is_ok());
        for other in [
            r#"{"b":{"c":null},"a":[1,"x"]}"#,
            r#"{"a":[1,"x"], "b":{"c":null}}"#,
            r#"{"a":[1,"\u0078"],"b":{"c":null}}"#,
            r#"{"a":[1,"x"],"a":[1,"x"],"b":{"c":null}}"#,
            r#"{"a":[1.0,"x"],"b":{"c":null}}"#,
            r#"{"a":[-1,"x"],"b":{"c":null}}"#,
            r#"{"a":[9007199254740992,"x"],"b":{"c":null}}"#,
            r#"{"A":[1,"x"],"b":{"c":null}}"#,
            "{\"a\":[1,\"x\"],\"b\":{\"c\":null}}\n",
        ] {
            assert!(from_canonical::<Value>(other.as_bytes()).is_err(), "{other}");
        }
        let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
        assert!(from_canonical::<Value>(deep.as_bytes()).is_err());
        let bottomless = "[".repeat(1_000_000);
        assert!(from_canonical::<Value>(bottomless.as_bytes()).is_err());
    }
}
