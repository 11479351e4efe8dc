//! Files that this machine hashed before, told by a stamp: length, times and identity as the system keeps them.
//!
//! A stamp saves reading the file again where only its state is asked for. Whoever opens, copies or verifies reads the file itself.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::ledger::Ledger;
use super::pins::PinBook;
use crate::ids::Digest;
use crate::store::{Place, Stamp, StoreError, VaultFolder};

/// Bytes of one vault's stamps at most; more are not kept.
const STAMP_BYTES: u64 = 16 << 20;

/// Where this machine keeps its stamps: beside its pins.
pub struct StampBook<'d> {
    pins: PinBook<'d>,
}

/// The stamps of one folder.
pub(super) struct Stamps<'b> {
    book: &'b StampBook<'b>,
    name: PathBuf,
    known: BTreeMap<String, Digest>,
    used: BTreeMap<String, Digest>,
    changed: bool,
}

impl<'d> StampBook<'d> {
    /// The stamps beside these pins.
    #[must_use]
    pub fn new(pins: &PinBook<'d>) -> StampBook<'d> {
        StampBook { pins: pins.clone() }
    }

    pub(super) fn of<'b>(&'b self, ledger: &Ledger<'_>) -> Stamps<'b> {
        let root = ledger.folder().root();
        let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
        let folder = Digest::of(root.to_string_lossy().as_bytes()).to_string();
        let name = PathBuf::from(format!("{}-{}.stamps", ledger.state().vault, &folder[..16]));
        let text = self.pins.read_beside(&name, STAMP_BYTES).unwrap_or_default();
        let text = String::from_utf8(text).unwrap_or_default();
        let read = |line: &str| {
            let (stamp, digest) = line.rsplit_once(' ')?;
            Some((stamp.to_owned(), digest.parse().ok()?))
        };
        let known = text.lines().filter_map(read).collect();
        Stamps { book: self, name, known, used: BTreeMap::new(), changed: false }
    }
}

impl Stamps<'_> {
    /// SHA-256 of the file at a place: as it was when this very file was hashed before, or read now.
    pub(super) fn digest(&mut self, folder: &VaultFolder<'_>, place: &Place) -> Result<Digest, StoreError> {
        let Some(stamp) = folder.stamp(place)? else { return folder.digest(place) };
        let key = line(place, &stamp);
        let digest = match self.known.get(&key) {
            Some(digest) => *digest,
            None => {
                let digest = folder.digest(place)?;
                // It may have been changed while it was read.
                if folder.stamp(place)? != Some(stamp) {
                    return Ok(digest);
                }
                self.changed = true;
                digest
            }
        };
        self.used.insert(key, digest);
        Ok(digest)
    }

    /// Keeps what was hashed now. Without it everything is hashed again the next time.
    pub(super) fn keep(self) {
        if self.changed || self.used.len() != self.known.len() {
            let lines: String = self.used.iter().map(|(stamp, digest)| format!("{stamp} {digest}\n")).collect();
            self.book.pins.replace_beside(&self.name, lines.as_bytes());
        }
    }
}

fn line(place: &Place, stamp: &Stamp) -> String {
    let Stamp { length, modified, changed, identity } = stamp;
    format!("{} {length} {modified} {changed} {identity}", place.path().display())
}
