//! Whether every file that the log names stands there as it was written, and what else stands there.

use std::collections::{BTreeMap, BTreeSet};

use super::error::CeremonyError;
use super::ledger::Ledger;
use super::stamps::StampBook;
use crate::ids::Digest;
use crate::journal::{Headers, History, What};
use crate::language::{Language, Say, messages::ceremony as text};
use crate::speaks;
use crate::store::{Place, StoreError, VaultFolder};
use crate::vault::FormatError;

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFinding {
    /// The log names it, and it is not there.
    Missing(Place),
    /// It is not what the log, or the header that the log names, says.
    Differs(Place),
    /// It cannot be read.
    Unreadable(Place, String),
    /// It is a header of which one byte is not as it was. It is read as it was.
    Mended(Place),
    /// It is a header that cannot be one.
    BadHeader(Place, FormatError),
    /// Nothing names it. It is told and kept.
    Stray(Place),
}

impl Say for FileFinding {
    fn say(&self, language: Language) -> String {
        let path = |place: &Place| place.path().display().to_string();
        match self {
            FileFinding::Missing(place) => text::file_missing(language, path(place)),
            FileFinding::Differs(place) => text::file_differs(language, path(place)),
            FileFinding::Unreadable(place, why) => text::FileUnreadable { path: path(place), why }.say(language),
            FileFinding::Mended(place) => text::header_mended(language, path(place)),
            FileFinding::BadHeader(place, why) => {
                text::HeaderBad { path: path(place), why: why.say(language) }.say(language)
            }
            FileFinding::Stray(place) => text::file_stray(language, path(place)),
        }
    }
}

speaks!(FileFinding, FileFinding::BadHeader(_, why) => why);

impl FileFinding {
    /// The file.
    #[must_use]
    pub fn place(&self) -> &Place {
        match self {
            FileFinding::Missing(place)
            | FileFinding::Differs(place)
            | FileFinding::Unreadable(place, _)
            | FileFinding::Mended(place)
            | FileFinding::BadHeader(place, _)
            | FileFinding::Stray(place) => place,
        }
    }

    /// Whether the vault is not what its log says. A stray file is told, and harms nothing.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        !matches!(self, FileFinding::Stray(_))
    }
}

/// How far files are looked at.
#[derive(Clone, Copy)]
pub enum VerifyDepth<'s> {
    /// Attachments by presence and size. Everything else is hashed, unless a stamp tells that this machine hashed that very file before.
    Stamped(&'s StampBook<'s>),
    /// Attachments by presence and size; everything else is hashed.
    Present,
    /// All of them read from beginning to end, and hashed.
    Hashed,
}

/// Holds every file of the vault against the log.
///
/// # Errors
/// When the folder cannot be listed.
pub fn verify_files(ledger: &Ledger<'_>, depth: VerifyDepth<'_>) -> Result<Vec<FileFinding>, CeremonyError> {
    let mut findings = Vec::new();
    let named = named(ledger.history(), ledger.headers());
    let mut stamps = match depth {
        VerifyDepth::Stamped(book) => Some(book.of(ledger)),
        VerifyDepth::Present | VerifyDepth::Hashed => None,
    };
    for (place, expected) in &named {
        let missing = |error: &StoreError| matches!(error.trouble(), crate::store::Trouble::Missing);
        let digest = match (place, depth) {
            (Place::Attachment(digest), VerifyDepth::Present | VerifyDepth::Stamped(_)) => {
                let blobs = &ledger.state().blobs;
                match ledger.folder().open_stream(place) {
                    Ok((_, length)) if !blobs.may_have(digest, length) => {
                        findings.push(FileFinding::Differs(*place));
                        continue;
                    }
                    opened => opened.map(|_| *digest),
                }
            }
            // Headers were hashed when the vault was read.
            (Place::Header(_, id), _) if ledger.headers().keys().any(|hash| hash.id() == *id) => continue,
            (_, VerifyDepth::Stamped(_)) if matches!(expected, Expected::MayBeGone(_)) => continue,
            _ => match &mut stamps {
                Some(stamps) => stamps.digest(ledger.folder(), place),
                None => ledger.folder().digest(place),
            },
        };
        match (digest, expected) {
            (Ok(digest), Expected::Hash(hash)) if digest != *hash => findings.push(FileFinding::Differs(*place)),
            (Ok(_), _) => {}
            (Err(error), Expected::Hash(_)) if missing(&error) => findings.push(FileFinding::Missing(*place)),
            (Err(error), Expected::MayBeGone(_)) if missing(&error) => {}
            (Err(error), _) => findings.push(FileFinding::Unreadable(*place, error.to_string())),
        }
    }
    if let Some(stamps) = stamps {
        stamps.keep();
    }
    let told: BTreeSet<Place> = findings.iter().map(|finding| *finding.place()).collect();
    let mut bad = wrong_headers(ledger.folder(), ledger.headers(), ledger.broken_headers())?;
    // Where the log is whole, it names every epoch that ever counted: what an attempt that was cut short left is no damage.
    let is_whole = ledger.history().findings.is_empty() && ledger.log_trouble().is_none();
    let is_no_damage = |finding: &FileFinding| is_whole && matches!(finding, FileFinding::Missing(_));
    bad.retain(|finding| !told.contains(finding.place()) && !is_no_damage(finding));
    let mut known: BTreeSet<Place> = named.iter().map(|(place, _)| *place).collect();
    known.extend(ledger.broken_headers().keys());
    known.extend(ledger.mended_headers());
    findings.extend(bad);
    findings.extend(ledger.mended_headers().iter().copied().map(FileFinding::Mended));
    findings.extend(ledger.folder().strays(&known)?.into_iter().map(FileFinding::Stray));
    Ok(findings)
}

/// Headers that cannot be read, and those that are not there of epochs whose contents stand in the folder.
pub(super) fn wrong_headers(
    folder: &VaultFolder<'_>,
    headers: &Headers,
    broken: &BTreeMap<Place, FormatError>,
) -> Result<Vec<FileFinding>, CeremonyError> {
    let bad = broken.iter().map(|(place, why)| FileFinding::BadHeader(*place, why.clone()));
    let lost = folder.epoch_places()?.into_iter().filter_map(|place| match place {
        Place::Sealed(number, id) if !headers.keys().any(|hash| hash.id() == id) => Some(Place::Header(number, id)),
        _ => None,
    });
    let lost = lost.filter(|place| !broken.contains_key(place)).map(FileFinding::Missing);
    Ok(bad.chain(lost).collect())
}

/// What must stand at a place.
pub(super) enum Expected {
    /// Bytes with this hash.
    Hash(Digest),
    /// Bytes that a commit made superfluous or that another copy holds, if any; with this hash, where it is known.
    MayBeGone(Option<Digest>),
}

/// Every place that a log names.
pub(super) fn named(history: &History, headers: &Headers) -> Vec<(Place, Expected)> {
    let Some(state) = &history.state else { return Vec::new() };
    let mut named = Vec::new();
    for epoch in state.epochs.values() {
        named.push((Place::Header(epoch.number, epoch.hash.id()), Expected::Hash(Digest(epoch.hash.0))));
        let sealed = Place::Sealed(epoch.number, epoch.hash.id());
        let hash = headers.get(&epoch.hash).map(|header| header.sealed);
        // Of two histories that a head on paper decides between, either may have deleted what it rotated away from.
        let needed = hash.filter(|_| state.active.contains(&epoch.hash) || state.is_waiting(epoch)).map(Expected::Hash);
        named.push((sealed, needed.unwrap_or(Expected::MayBeGone(hash))));
    }
    let number = |epoch| state.epochs.get(epoch).map_or(0, |epoch| epoch.number);
    // What the losing side of a split folded in may stand in its contents alone; a duty tells of it.
    let mut stranded: BTreeSet<&Digest> = state.epochs.values().flat_map(|epoch| &epoch.stranded).collect();
    if state.active.len() > 1 {
        // Either side may have deleted what it sealed or dismissed.
        let stagings = state.epochs.values().filter(|epoch| epoch.has_begun).map(|epoch| &epoch.staging);
        stranded.extend(stagings.flat_map(|staging| staging.deposits.iter().chain(&staging.dismissed)));
    }
    for pending in &state.deposits {
        let expected = match stranded.contains(&pending.deposit) {
            true => Expected::MayBeGone(Some(pending.deposit)),
            false => Expected::Hash(pending.deposit),
        };
        named.push((Place::Deposit(number(&pending.epoch), pending.deposit), expected));
    }
    for (deposit, epoch) in state.folded.iter().chain(&state.dismissed) {
        named.push((Place::Deposit(number(epoch), *deposit), Expected::MayBeGone(Some(*deposit))));
    }
    for (blob, _) in state.blobs.needed() {
        named.push((Place::Attachment(*blob), Expected::Hash(*blob)));
    }
    // What a rotation encrypted anew, and what one did that is not, or not yet, the vault's.
    let staged = state.epochs.values().flat_map(|epoch| &epoch.staging.renewed).map(|renewed| &renewed.to);
    let needed: BTreeSet<&Digest> = state.blobs.needed().map(|(blob, _)| blob).collect();
    let others: BTreeSet<&Digest> = staged.chain(state.blobs.superseded()).collect();
    for blob in others.difference(&needed).copied() {
        named.push((Place::Attachment(*blob), Expected::MayBeGone(Some(*blob))));
    }
    for placed in history.events.iter().filter(|placed| placed.accepted) {
        // Torn tails are numbered by each copy for itself: after a merge the number can be another copy's.
        if let What::TailSetAside { number, .. } = &placed.event.what {
            named.push((Place::Torn(*number), Expected::MayBeGone(None)));
        }
    }
    named
}
