//! A deposit: fields of an entry, sealed to an epoch's deposit recipient by somebody who needs no card.

use serde::{Deserialize, Serialize};

use super::contents::document;
use super::sealing::{DepositIdentity, DepositRecipient};
use super::{Change, Claim, EntryId, FORMAT_VERSION, FormatError, Moment};
use crate::ids::{Digest, EpochHash, VaultId};

/// Bytes of plaintext at most.
const DEPOSIT_BYTES: usize = 4 * 1024 * 1024;
/// What is said of one in the wrong place.
const OTHER: &str = "it names another vault, epoch or entry than the log does";

/// What stands in a deposit. Who made it is claimed: anybody with the folder can make one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deposit {
    /// The version of the format.
    pub version: u32,
    /// The vault that it is for.
    pub vault: VaultId,
    /// The epoch that it is sealed to.
    pub epoch: EpochHash,
    /// The entry that it changes or makes.
    pub entry: EntryId,
    /// When, by the clock of that machine.
    pub made: Moment,
    /// Who, as claimed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Claim>,
    /// The fields that it gives and removes.
    pub change: Change,
}

/// A deposit as it stands on disk.
pub struct SealedDeposit {
    /// The bytes of the age file.
    pub file: Vec<u8>,
}

impl SealedDeposit {
    /// The hash by which the log names it, and its file name.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.file)
    }
}

#[derive(Deserialize)]
struct Version {
    version: u64,
}

impl Deposit {
    /// Seals a deposit to an epoch.
    ///
    /// # Errors
    /// When a value or their sum is larger than is ever read back.
    pub fn seal(&self, recipient: &DepositRecipient) -> Result<SealedDeposit, FormatError> {
        self.change.check()?;
        let document = document(self, DEPOSIT_BYTES)?;
        Ok(SealedDeposit { file: recipient.seal(document.expose()) })
    }

    /// Opens a deposit that the log names with this vault, epoch and entry.
    ///
    /// # Errors
    /// When it is sealed to another epoch, damaged, too large, of another version, or says another vault, epoch or entry.
    pub fn open(
        file: &[u8],
        identity: &DepositIdentity,
        vault: VaultId,
        epoch: EpochHash,
        entry: &EntryId,
    ) -> Result<Deposit, FormatError> {
        let deposit = Deposit::open_unnamed(file, identity, vault, epoch)?;
        if deposit.entry != *entry {
            return Err(FormatError::Malformed(OTHER.to_owned()));
        }
        Ok(deposit)
    }

    /// Opens a deposit of this vault and epoch, whose line in the log is not there.
    ///
    /// # Errors
    /// As [`Deposit::open`].
    pub fn open_unnamed(
        file: &[u8],
        identity: &DepositIdentity,
        vault: VaultId,
        epoch: EpochHash,
    ) -> Result<Deposit, FormatError> {
        let document = identity.open(file, DEPOSIT_BYTES)?;
        let broken = |error: serde_json::Error| {
            FormatError::Malformed(format!("line {}, column {}", error.line(), error.column()))
        };
        let version: Version = serde_json::from_slice(document.expose()).map_err(broken)?;
        if version.version != u64::from(FORMAT_VERSION) {
            return Err(FormatError::UnknownVersion(version.version));
        }
        let deposit: Deposit = serde_json::from_slice(document.expose()).map_err(broken)?;
        deposit.change.check()?;
        if deposit.vault != vault || deposit.epoch != epoch {
            return Err(FormatError::Malformed(OTHER.to_owned()));
        }
        Ok(deposit)
    }
}
