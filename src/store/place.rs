//! Where each file of a vault stands, and how large it may be (DESIGN, "A vault on disk").

use std::path::PathBuf;

use crate::bounds;
use crate::ids::{Digest, EpochId};

/// The most bytes of a log that are read: some 200,000 events.
pub const LOG_LIMIT: u64 = 256 << 20;
/// The most bytes of one line of the log, its line feed not counted.
pub const LINE_LIMIT: u64 = bounds::LINE_BYTES as u64;
/// The most bytes of a line that no card signed.
pub const CLAIM_LIMIT: u64 = bounds::CLAIM_BYTES as u64;
/// The end of a log's bytes that is kept for what cards sign: whoever fills a log with claims keeps no quorum from opening.
pub const KEPT_FOR_SIGNED: u64 = 1 << 20;
/// Room that must be there before people are asked for cards: for the lines of an opening.
pub const ROOM_OF_AN_OPENING: u64 = 64 << 10;
/// The most bytes of a header: 32 custodians and ten thousand entries.
pub const HEADER_LIMIT: u64 = bounds::HEADER_BYTES as u64;
/// The most bytes of a sealed file.
pub const SEALED_LIMIT: u64 = 64 << 20;
/// The most bytes of one deposit.
pub const DEPOSIT_LIMIT: u64 = 4 << 20;
/// The most bytes of a kept tail: many times the longest line.
pub const TORN_LIMIT: u64 = 16 << 20;
/// The most names that are listed in one folder.
pub const FOLDER_LIMIT: usize = 100_000;

pub(super) const LOG: &str = "log.jsonl";
pub(super) const LOCK: &str = ".lock";
pub(super) const EPOCHS: &str = "epochs";
pub(super) const DEPOSITS: &str = "deposits";
pub(super) const ATTACHMENTS: &str = "attachments";
const TORN: &str = "log.torn-";
/// Digits of an epoch's number in a path, at least.
const NUMBER_DIGITS: usize = 4;

/// One file of a vault that is written once. The log is not among them: it grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// `epochs/NNNN-<epoch id>/header.json`
    Header(u32, EpochId),
    /// `epochs/NNNN-<epoch id>/sealed.age`
    Sealed(u32, EpochId),
    /// `deposits/NNNN/<sha256>.age`: the epoch it was put in under, and the hash of its bytes.
    Deposit(u32, Digest),
    /// `attachments/<sha256>.age`: the hash of its bytes.
    Attachment(Digest),
    /// `log.torn-N`: what stood after the last whole line of the log.
    Torn(u32),
}

impl Place {
    /// The path inside the vault.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        match self {
            Place::Header(number, id) => epoch_folder(*number, id).join("header.json"),
            Place::Sealed(number, id) => epoch_folder(*number, id).join("sealed.age"),
            Place::Deposit(number, digest) => {
                PathBuf::from(DEPOSITS).join(format!("{number:0NUMBER_DIGITS$}")).join(format!("{digest}.age"))
            }
            Place::Attachment(digest) => PathBuf::from(ATTACHMENTS).join(format!("{digest}.age")),
            Place::Torn(number) => PathBuf::from(format!("{TORN}{number}")),
        }
    }

    /// The place that a path inside the vault stands for; `None` for any name that breakglass would not write.
    #[must_use]
    pub fn at(path: &str) -> Option<Place> {
        let mut parts = path.split(['/', std::path::MAIN_SEPARATOR]);
        let place = match (parts.next()?, parts.next(), parts.next(), parts.next()) {
            (EPOCHS, Some(folder), Some(file), None) => {
                let (number, id) = folder.split_once('-')?;
                let (number, id) = (number_of(number, NUMBER_DIGITS)?, id.parse().ok()?);
                match file {
                    "header.json" => Place::Header(number, id),
                    "sealed.age" => Place::Sealed(number, id),
                    _ => return None,
                }
            }
            (DEPOSITS, Some(number), Some(file), None) => {
                Place::Deposit(number_of(number, NUMBER_DIGITS)?, digest_of(file)?)
            }
            (ATTACHMENTS, Some(file), None, None) => Place::Attachment(digest_of(file)?),
            (file, None, None, None) => Place::Torn(number_of(file.strip_prefix(TORN)?, 1)?),
            _ => return None,
        };
        Some(place)
    }

    /// The most bytes that are read from it at once. Attachments are of any size, and read in pieces.
    #[must_use]
    pub fn limit(&self) -> u64 {
        match self {
            Place::Header(..) => HEADER_LIMIT,
            Place::Sealed(..) | Place::Attachment(..) => SEALED_LIMIT,
            Place::Deposit(..) => DEPOSIT_LIMIT,
            Place::Torn(..) => TORN_LIMIT,
        }
    }
}

fn epoch_folder(number: u32, id: &EpochId) -> PathBuf {
    PathBuf::from(EPOCHS).join(format!("{number:0NUMBER_DIGITS$}-{id}"))
}

/// A number as it is written in a path, with so many digits at least: `1` for `0001` would be a second name for the same place, and would
/// be read by nobody.
fn number_of(text: &str, digits: usize) -> Option<u32> {
    let is_padded = text.len() > digits && text.starts_with('0');
    let is_number = text.len() >= digits && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && !is_padded { text.parse().ok() } else { None }
}

fn digest_of(file: &str) -> Option<Digest> {
    file.strip_suffix(".age")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const ID: &str = "0102030405060708090a0b0c";

    #[test]
    fn every_place_has_one_path_and_every_path_one_place() {
        for path in [
            format!("epochs/0001-{ID}/header.json"),
            format!("epochs/0042-{ID}/sealed.age"),
            format!("deposits/0001/{HASH}.age"),
            format!("attachments/{HASH}.age"),
            "log.torn-1".to_owned(),
            "log.torn-12".to_owned(),
        ] {
            assert_eq!(Place::at(&path).unwrap().path().to_string_lossy(), path);
        }
    }

    #[test]
    fn a_name_that_breakglass_would_not_write_is_no_place() {
        for path in [
            "log.jsonl".to_owned(),
            "log.torn-01".to_owned(),
            "log.torn-+1".to_owned(),
            format!("epochs/1-{ID}/header.json"),
            format!("epochs/00001-{ID}/header.json"),
            format!("deposits/+001/{HASH}.age"),
            format!("deposits/0001/{HASH}.age/"),
            "log.torn-".to_owned(),
            format!("epochs/0001-{}/header.json", ID.to_uppercase()),
            format!("epochs/0001-{ID}/header.json~"),
            format!("epochs/0001-{ID}/../header.json"),
            format!("deposits/0001/{}.age", HASH.to_uppercase()),
            format!("deposits/0001/{HASH}"),
            format!("attachments/{}.age", &HASH[1..]),
            format!("/attachments/{HASH}.age"),
            String::new(),
        ] {
            assert_eq!(Place::at(&path), None, "{path}");
        }
    }
}
