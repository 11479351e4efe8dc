//! A verified copy of the whole vault, and the joining of two copies that lived apart.

use std::path::Path;

use super::error::CeremonyError;
use super::ledger::{Ledger, Writing};
use super::verify::named;
use crate::journal::{Line, What, join};
use crate::store::{Disk, Place, VaultFolder};
use crate::vault::{EpochHeader, Moment};

/// Copies the vault to a folder that is not there yet, or empty, and reads everything back. Gives the number of files.
///
/// # Errors
/// When the folder holds something, a file cannot be read or written, or what was written is not what is read.
pub fn copy_vault<'d>(ledger: &Ledger<'d>, disk: &'d dyn Disk, to: &Path) -> Result<usize, CeremonyError> {
    let mut writer = VaultFolder::create(disk, to)?;
    let mut count = 1;
    for (place, _) in named(ledger) {
        if ledger.folder().holds(&place)? {
            writer.publish_from(ledger.folder(), &place)?;
            count += 1;
        }
    }
    writer.append_all(ledger.lines())?;
    drop(writer);
    let copy = Ledger::read(VaultFolder::open(disk, to)?, ledger.pins(), None)?;
    if !copy.lines().eq(ledger.lines()) {
        return Err(CeremonyError::CopyDiffers(to.to_owned()));
    }
    Ok(count)
}

/// What a merge did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Lines that were taken in.
    pub lines: usize,
    /// Files that were taken in.
    pub files: usize,
}

/// Takes in what another copy of the same vault, or the log that a read-only vault wrote beside itself, has more. The other stays as it
/// is. Files come first, then lines: a crash leaves strays, and the same merge again completes it.
///
/// # Errors
/// When the other is of another vault, or a file or a line cannot be read or written.
pub fn merge_vaults(writing: &mut Writing<'_>, other: &VaultFolder<'_>, now: Moment) -> Result<Merged, CeremonyError> {
    let log = other.read_log(&|bytes| Line::read(bytes).is_ok())?;
    let vault = writing.ledger().state().vault;
    let ours: Vec<&[u8]> = writing.ledger().lines().collect();
    let theirs: Vec<&[u8]> = log.lines().collect();
    let lines: Vec<&[u8]> = join(&ours, &theirs);
    let foreign = theirs.iter().filter_map(|bytes| Line::read_known(bytes).ok()).any(|line| line.event.vault != vault);
    if foreign {
        return Err(CeremonyError::OtherVault(other.root().to_owned()));
    }
    let files = take_files(writing, other)?;
    let merged = Merged { lines: lines.len(), files };
    if lines.is_empty() {
        return Ok(merged);
    }
    writing.take_in(&lines)?;
    if writing.ledger().heads().len() > 1 {
        writing.record(now, None, &[], What::Merged {})?;
    }
    Ok(merged)
}

/// Copies files that stand there and not here, but for those that the log here says were deleted.
fn take_files(writing: &mut Writing<'_>, other: &VaultFolder<'_>) -> Result<usize, CeremonyError> {
    let mut count = 0;
    for place in other.places()? {
        let state = writing.ledger().state();
        let deleted = match place {
            Place::Deposit(_, deposit) => state.deleted_deposits.contains(&deposit),
            Place::Sealed(_, id) => state.deleted_sealed.iter().any(|hash| hash.id() == id),
            // Torn tails are numbered by each copy for itself, and stay where they are.
            Place::Torn(_) => true,
            Place::Header(..) | Place::Attachment(_) => false,
        };
        if deleted || writing.ledger().folder().holds(&place)? {
            continue;
        }
        writing.writer().publish_from(other, &place)?;
        if let Place::Header(..) = place
            && let Ok(header) = EpochHeader::read(&other.read(&place)?)
        {
            writing.know(header);
        }
        count += 1;
    }
    Ok(count)
}
