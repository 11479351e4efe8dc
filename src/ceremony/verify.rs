//! Whether every file that the log names stands there as it was written, and what else stands there.

use std::collections::BTreeSet;

use super::error::CeremonyError;
use super::ledger::Ledger;
use crate::journal::{Headers, History, What};
use crate::language::{Language, Say, messages::ceremony as text};
use crate::quorum::Digest;
use crate::speaks;
use crate::store::{Place, StoreError};
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
            FileFinding::Unreadable(place, why) => text::file_unreadable(language, path(place), why),
            FileFinding::BadHeader(place, why) => text::header_bad(language, path(place), why.say(language)),
            FileFinding::Stray(place) => text::file_stray(language, path(place)),
        }
    }
}

speaks!(FileFinding);

impl FileFinding {
    /// The file.
    #[must_use]
    pub fn place(&self) -> &Place {
        match self {
            FileFinding::Missing(place)
            | FileFinding::Differs(place)
            | FileFinding::Unreadable(place, _)
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

/// How attachments are looked at, which can be large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifyDepth {
    /// Whether they stand there.
    Present,
    /// Read from beginning to end, and hashed.
    Hashed,
}

/// Holds every file of the vault against the log.
///
/// # Errors
/// When the folder cannot be listed.
pub fn verify_files(ledger: &Ledger<'_>, depth: VerifyDepth) -> Result<Vec<FileFinding>, CeremonyError> {
    let mut findings = Vec::new();
    let named = named(ledger.history(), ledger.headers());
    for (place, expected) in &named {
        let missing = |error: &StoreError| matches!(error.trouble(), crate::store::Trouble::Missing);
        let digest = match (place, depth) {
            (Place::Attachment(digest), VerifyDepth::Present) => ledger.folder().open_stream(place).map(|_| *digest),
            _ => ledger.folder().digest(place),
        };
        match (digest, expected) {
            (Ok(digest), Expected::Hash(hash)) if digest != *hash => findings.push(FileFinding::Differs(*place)),
            (Ok(_), _) => {}
            (Err(error), Expected::Hash(_)) if missing(&error) => findings.push(FileFinding::Missing(*place)),
            (Err(error), Expected::MayBeGone(_)) if missing(&error) => {}
            (Err(error), _) => findings.push(FileFinding::Unreadable(*place, error.to_string())),
        }
    }
    let bad = ledger.broken_headers().iter().filter(|(place, _)| !findings.contains(&FileFinding::Differs(**place)));
    let bad: Vec<FileFinding> = bad.map(|(place, why)| FileFinding::BadHeader(*place, why.clone())).collect();
    let mut known: BTreeSet<Place> = named.iter().map(|(place, _)| *place).collect();
    known.extend(ledger.broken_headers().keys());
    findings.extend(bad);
    findings.extend(ledger.folder().strays(&known)?.into_iter().map(FileFinding::Stray));
    Ok(findings)
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
    for pending in &state.deposits {
        named.push((Place::Deposit(number(&pending.epoch), pending.deposit), Expected::Hash(pending.deposit)));
    }
    for (deposit, epoch) in &state.folded {
        named.push((Place::Deposit(number(epoch), *deposit), Expected::MayBeGone(Some(*deposit))));
    }
    for (blob, _) in state.blobs.needed() {
        named.push((Place::Attachment(*blob), Expected::Hash(*blob)));
    }
    // What a rotation encrypted anew, and what one did that is not, or not yet, the vault's.
    let staged = state.epochs.values().filter_map(|epoch| epoch.staging.as_ref());
    let staged = staged.flat_map(|staging| &staging.renewed).map(|renewed| &renewed.to);
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
