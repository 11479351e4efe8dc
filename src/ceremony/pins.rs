//! What this machine knows of a vault that it saw before, kept in the user's own configuration and never beside the vault.
//!
//! `put` seals only to an epoch that is pinned here. Signatures in a part of a log that was read here before, to the byte, need not
//! be checked again. Each vault has a file of lines; the last one counts.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::ids::{Digest, EpochHash, EventId, VaultId};
use crate::store::{Disk, StoreError, publish, publish_anew};
use crate::vault::{from_canonical, to_canonical};

/// Bytes of one vault's pins at most; beyond half of it the file is begun anew.
const PIN_BYTES: u64 = 1 << 20;

/// What is known of one vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// The vault.
    pub vault: VaultId,
    /// The epoch that a card, or a person who read one, vouched for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<EpochHash>,
    /// The newest events that were seen here, all of them.
    pub heads: Vec<EventId>,
    /// So many lines were read here and nothing was wrong with them.
    pub lines: usize,
    /// SHA-256 of those lines with their line feeds.
    pub prefix: Digest,
    /// Heads on paper that somebody gave here: they decide a split.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub anchors: Vec<EventId>,
}

/// The folder of pins.
#[derive(Clone)]
pub struct PinBook<'d> {
    disk: &'d dyn Disk,
    folder: PathBuf,
}

impl<'d> PinBook<'d> {
    /// The pins in this folder, which is made when the first is kept.
    #[must_use]
    pub fn new(disk: &'d dyn Disk, folder: &Path) -> PinBook<'d> {
        PinBook { disk, folder: folder.to_owned() }
    }

    /// What is known of a vault; an unreadable file counts as nothing known, which only makes people be asked again.
    #[must_use]
    pub fn find(&self, vault: VaultId) -> Option<Pin> {
        let bytes = self.disk.read(&self.path(vault), PIN_BYTES).ok()?;
        let last = bytes.split(|&byte| byte == b'\n').rev().find_map(|line| from_canonical::<Pin>(line).ok())?;
        (last.vault == vault).then_some(last)
    }

    /// The file of a vault's pins where it stands there and its last whole line is none: what this machine saw last is forgotten. What a
    /// crash left of a line behind a whole one is no damage.
    #[must_use]
    pub fn damaged(&self, vault: VaultId) -> Option<PathBuf> {
        let path = self.path(vault);
        self.disk.look(&path).ok()??;
        let bytes = self.disk.read(&path, PIN_BYTES).unwrap_or_default();
        let whole = &bytes[..bytes.iter().rposition(|&byte| byte == b'\n').unwrap_or_default()];
        let last = whole.rsplit(|&byte| byte == b'\n').find(|line| !line.is_empty());
        let is_pin = |line: &[u8]| from_canonical::<Pin>(line).is_ok_and(|pin| pin.vault == vault);
        (!last.is_some_and(is_pin)).then_some(path)
    }

    /// Keeps what is known now.
    ///
    /// # Errors
    /// When the configuration cannot be written.
    pub fn keep(&self, pin: &Pin) -> Result<(), StoreError> {
        if self.find(pin.vault).as_ref() == Some(pin) {
            return Ok(());
        }
        let mut line = to_canonical(pin);
        line.push(b'\n');
        let path = self.path(pin.vault);
        let kept = self.disk.read(&path, PIN_BYTES).ok();
        if kept.as_ref().is_some_and(|bytes| !bytes.ends_with(b"\n")) {
            // What a crash left of a line must not swallow this one.
            line.insert(0, b'\n');
        }
        match kept.map(|bytes| bytes.len() as u64) {
            Some(length) if length < PIN_BYTES / 2 => {
                self.disk.append(&path, length, &line)?;
                self.disk.sync_file(&path)
            }
            // Never removed first: a crash in between would forget in silence what this machine trusts.
            Some(_) => publish_anew(self.disk, &self.folder, &name(pin.vault), &line),
            None => self.publish(pin.vault, &line),
        }
    }

    fn publish(&self, vault: VaultId, line: &[u8]) -> Result<(), StoreError> {
        let mut missing: Vec<&Path> = Vec::new();
        for folder in self.folder.ancestors().filter(|folder| !folder.as_os_str().is_empty()) {
            if self.disk.look(folder)?.is_some() {
                break;
            }
            missing.push(folder);
        }
        for folder in missing.iter().rev() {
            self.disk.create_folder(folder)?;
            let above = folder.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
            self.disk.sync_folder(above)?;
        }
        publish(self.disk, &self.folder, &PathBuf::from(name(vault)), line).map(|_| ())
    }

    /// A file of what need not be computed again, kept beside the pins.
    pub(super) fn read_beside(&self, name: &Path, limit: u64) -> Option<Vec<u8>> {
        self.disk.read(&self.folder.join(name), limit).ok()
    }

    /// Keeps such a file. When it cannot be kept, everything is computed again.
    pub(super) fn replace_beside(&self, name: &Path, bytes: &[u8]) {
        let path = self.folder.join(name);
        if matches!(self.disk.look(&path), Ok(Some(_))) && self.disk.remove_file(&path).is_err() {
            return;
        }
        let _ = publish(self.disk, &self.folder, name, bytes);
    }

    fn path(&self, vault: VaultId) -> PathBuf {
        self.folder.join(name(vault))
    }
}

fn name(vault: VaultId) -> String {
    format!("{vault}.pins")
}
