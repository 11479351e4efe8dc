//! Maps whose keys stand once. Of a key that stands twice, each reader would take the value that it likes.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

/// Reads a map and refuses one in which a key stands twice.
///
/// # Errors
/// When it is no map, or a key stands twice; the message quotes neither.
pub fn distinct<'de, D, K, V>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
{
    deserializer.deserialize_map(Distinct(PhantomData))
}

struct Distinct<K, V>(PhantomData<(K, V)>);

impl<'de, K, V> Visitor<'de> for Distinct<K, V>
where
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
{
    type Value = BTreeMap<K, V>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some((key, value)) = entries.next_entry()? {
            if map.insert(key, value).is_some() {
                return Err(A::Error::custom("a key stands twice"));
            }
        }
        Ok(map)
    }
}

#[cfg(test)]
mod tests {
    use crate::vault::{Change, Revision};

    #[test]
    fn a_key_that_stands_twice_is_refused_wherever_fields_or_attachments_are_read() {
        let file = r#"{"blob":"BLOB","identity":"i","sha256":"BLOB","size":1}"#.replace("BLOB", &"0".repeat(64));
        let change = |set: &str, attach: &str| format!(r#"{{"set":{{{set}}},"attach":{{{attach}}}}}"#);
        let revision = |fields: &str, attachments: &str| {
            format!(
                r#"{{"made":"2026-01-10T09:50:00Z","by":"Ben","origin":{{"deposit":"{}"}},"fields":{{{fields}}},"attachments":{{{attachments}}}}}"#,
                "0".repeat(64)
            )
        };
        let (once, twice) = (r#""url":"1""#, r#""url":"1","url":"2""#);
        let (file_once, file_twice) = (format!(r#""a":{file}"#), format!(r#""a":{file},"a":{file}"#));
        for (fields, files, good) in [(once, &file_once, true), (twice, &file_once, false), (once, &file_twice, false)]
        {
            let read = serde_json::from_str::<Change>(&change(fields, files));
            assert_eq!(read.is_ok(), good, "{read:?}");
            let read = serde_json::from_str::<Revision>(&revision(fields, files));
            assert_eq!(read.is_ok(), good, "{read:?}");
        }
    }
}
