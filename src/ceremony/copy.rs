//! A verified copy of the whole vault, and the joining of two copies that lived apart.

use std::path::Path;

use super::error::CeremonyError;
use super::ledger::{Ledger, Writing};
use super::verify::{Expected, FileFinding, named};
use crate::ids::Digest;
use crate::journal::{Headers, History, Line, What, join};
use crate::store::{Disk, Place, VaultFolder, is_inside};
use crate::vault::{EpochHeader, Moment};

/// Copies the vault to a folder that is not there yet, or empty, and reads everything back. Gives the number of files.
///
/// # Errors
/// When the folder is inside the vault or holds something, a header or sealed contents are not what the log says, a file cannot be written, or what was
/// written is not what is read. A deposit that is damaged or missing is left out, as whoever verifies the copy is told.
pub fn copy_vault<'d>(ledger: &Ledger<'d>, disk: &'d dyn Disk, to: &Path) -> Result<usize, CeremonyError> {
    if is_inside(to, ledger.folder().root()) {
        return Err(CeremonyError::CopyInVault(to.to_owned()));
    }
    let mut whole = Vec::new();
    for (place, expected) in named(ledger.history(), ledger.headers()) {
        if let Some(digest) = whole_file(ledger.folder(), &place, &expected)? {
            whole.push((place, digest));
        }
    }
    let mut writer = VaultFolder::create(disk, to)?;
    for (place, digest) in &whole {
        writer.publish_from(ledger.folder(), place, *digest)?;
    }
    writer.append_all(ledger.lines())?;
    drop(writer);
    let copy = Ledger::read(VaultFolder::open(disk, to)?, ledger.pins(), None)?;
    if !copy.lines().eq(ledger.lines()) {
        return Err(CeremonyError::CopyDiffers(to.to_owned()));
    }
    Ok(whole.len() + 1)
}

/// The hash of a file that stands there as the log says. A false file in a copy would keep the true one out for ever.
fn whole_file(folder: &VaultFolder<'_>, place: &Place, expected: &Expected) -> Result<Option<Digest>, CeremonyError> {
    // Anybody can write a line for a deposit that never was; that must not keep the vault from being copied.
    let optional =
        matches!((place, expected), (Place::Deposit(..) | Place::Attachment(_), _) | (_, Expected::MayBeGone(_)));
    let hash = match expected {
        Expected::Hash(hash) => Some(*hash),
        Expected::MayBeGone(hash) => *hash,
    };
    match folder.digest(place) {
        Ok(digest) if hash.is_none_or(|hash| digest == hash) => Ok(Some(digest)),
        _ if optional => Ok(None),
        Ok(_) => Err(CeremonyError::Swapped(place.path())),
        Err(error) => Err(error.into()),
    }
}

/// What a merge did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Lines that were taken in.
    pub lines: usize,
    /// Files that were taken in.
    pub files: usize,
    /// Files that are missing here, and are not in the other copy what the log says either: they were not taken.
    pub damaged: Vec<FileFinding>,
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
    let lines: Vec<&[u8]> = join(&ours, &theirs, &writing.ledger().history().with_false_signatures());
    let foreign = theirs.iter().filter_map(|bytes| Line::read_known(bytes).ok()).any(|line| line.event.vault != vault);
    if foreign {
        return Err(CeremonyError::OtherVault(other.root().to_owned()));
    }
    let headers = both_headers(writing.ledger(), other)?;
    let history = writing.ledger().history_with(&headers, &lines);
    // Lines that follow what is in neither copy are taken in and told: an opening among them must be on record here too.
    writing.ledger().given_are_in(&history)?;
    let mut merged = Merged { lines: lines.len(), ..Merged::default() };
    take_files(writing, other, &history, &headers, &mut merged)?;
    if !lines.is_empty() {
        writing.take_in(&lines)?;
    }
    if writing.ledger().heads().len() > 1 {
        writing.record(now, None, &[], What::Merged {})?;
    }
    Ok(merged)
}

/// The headers of both copies, which the joined lines are read with.
fn both_headers(ledger: &Ledger<'_>, other: &VaultFolder<'_>) -> Result<Headers, CeremonyError> {
    let mut headers = ledger.headers().clone();
    for place in other.places()? {
        if let Place::Header(..) = place
            && let Ok(header) =
                other.read(&place).map_err(CeremonyError::from).and_then(|bytes| Ok(EpochHeader::read(&bytes)?))
        {
            headers.insert(header.hash(), header);
        }
    }
    Ok(headers)
}

/// Copies the files that the joined log needs, that stand there and not here, and that are what the log says: a file is written once,
/// so a false one would keep the true one out.
fn take_files(
    writing: &mut Writing<'_>,
    other: &VaultFolder<'_>,
    history: &History,
    headers: &Headers,
    merged: &mut Merged,
) -> Result<(), CeremonyError> {
    // While a split is undecided, what one side folded in may be all that the other side has.
    let split = history.state.as_ref().is_some_and(|state| state.active_epoch().is_none());
    for (place, expected) in &named(history, headers) {
        let hash = match expected {
            Expected::Hash(hash) => hash,
            Expected::MayBeGone(Some(hash)) if split => hash,
            Expected::MayBeGone(_) => continue,
        };
        if writing.ledger().folder().holds(place)? || !other.holds(place)? {
            continue;
        }
        match other.digest(place) {
            Ok(digest) if digest == *hash => {}
            Ok(_) => {
                merged.damaged.push(FileFinding::Differs(*place));
                continue;
            }
            Err(error) => {
                merged.damaged.push(FileFinding::Unreadable(*place, error.to_string()));
                continue;
            }
        }
        writing.writer().publish_from(other, place, *hash)?;
        if let Place::Header(..) = place {
            writing.know(EpochHeader::read(&writing.ledger().folder().read(place)?)?);
        }
        merged.files += 1;
    }
    Ok(())
}
