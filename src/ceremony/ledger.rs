//! A vault as it was read: the log, the headers that it names, and the state folded from both.

mod writing;

use std::collections::BTreeMap;

use super::error::CeremonyError;
use super::gathering::Attendance;
use super::pins::{Pin, PinBook};
use crate::journal::{Headers, History, Known, Line, Refusal, State};
use crate::quorum::{Digest, EpochHash, EventId, VaultId};
use crate::store::{Obstacle, Place, RawLog, Tail, VaultFolder};
use crate::vault::{EpochHeader, FormatError};

pub use writing::Writing;

/// A vault that was read, and may be read further.
pub struct Ledger<'d> {
    folder: VaultFolder<'d>,
    pins: PinBook<'d>,
    log: RawLog,
    /// Lines that were written since.
    added: Vec<Vec<u8>>,
    headers: Headers,
    history: History,
    /// Headers that could not be read, with the reason.
    broken: BTreeMap<Place, FormatError>,
    anchor: Option<EventId>,
    /// So many lines this machine had verified before.
    verified: usize,
    /// The head that this machine saw before, when it is not in this log.
    missing_head: Option<EventId>,
}

/// How much of what this machine verified before is believed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trust {
    Pinned,
    Nothing,
}

impl<'d> Ledger<'d> {
    /// Reads a vault. `anchor` is a head that somebody holds on paper.
    ///
    /// # Errors
    /// When the folder is no vault, cannot be read, or its log has no beginning.
    pub fn read(
        folder: VaultFolder<'d>,
        pins: &PinBook<'d>,
        anchor: Option<EventId>,
    ) -> Result<Ledger<'d>, CeremonyError> {
        let log = folder.read_log(&is_event)?;
        Ledger::of(folder, pins, log, anchor, Trust::Pinned)
    }

    /// Reads a vault and verifies all of it, whatever this machine verified before.
    ///
    /// # Errors
    /// As [`Ledger::read`].
    pub fn read_anew(
        folder: VaultFolder<'d>,
        pins: &PinBook<'d>,
        anchor: Option<EventId>,
    ) -> Result<Ledger<'d>, CeremonyError> {
        let log = folder.read_log(&is_event)?;
        Ledger::of(folder, pins, log, anchor, Trust::Nothing)
    }

    fn of(
        folder: VaultFolder<'d>,
        pins: &PinBook<'d>,
        log: RawLog,
        anchor: Option<EventId>,
        trust: Trust,
    ) -> Result<Ledger<'d>, CeremonyError> {
        let (headers, broken) = read_headers(&folder)?;
        let fold = |pin: Option<&Pin>| {
            let believed = pin.filter(|_| trust == Trust::Pinned);
            let verified_lines = believed.map_or(0, |pin| verified_lines(pin, &log));
            let anchor = anchor.or(pin.and_then(|pin| pin.anchor));
            let known = Known { verified_lines, anchor };
            (History::read(log.lines(), &headers, known), known)
        };
        let named = first_vault(&log);
        let mut pin = named.and_then(|vault| pins.find(vault));
        let (mut history, mut known) = fold(pin.as_ref());
        let Some(vault) = history.state.as_ref().map(|state| state.vault) else {
            return Err(CeremonyError::NoBeginning(folder.root().to_owned()));
        };
        // A line of another vault before the beginning has no effect, and must not make this machine forget what it knows.
        if named != Some(vault) {
            pin = pins.find(vault);
            (history, known) = fold(pin.as_ref());
        }
        let head = pin.and_then(|pin| pin.head);
        let missing_head = head.filter(|head| history.event(*head).is_none());
        Ok(Ledger {
            folder,
            pins: pins.clone(),
            log,
            added: Vec::new(),
            headers,
            history,
            broken,
            anchor: known.anchor,
            verified: known.verified_lines,
            missing_head,
        })
    }

    /// The vault's folder.
    #[must_use]
    pub fn folder(&self) -> &VaultFolder<'d> {
        &self.folder
    }

    /// Where this machine keeps what it knows.
    #[must_use]
    pub fn pins(&self) -> &PinBook<'d> {
        &self.pins
    }

    /// Every line of the log.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.log.lines().chain(self.added.iter().map(Vec::as_slice))
    }

    /// How each log file ended.
    pub fn tails(&self) -> impl Iterator<Item = (&std::path::Path, &Tail)> {
        self.log.tails()
    }

    /// What stands in the folder and is none of the vault's files, or was rewritten as text by another program.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn obstacles(&self) -> Result<Vec<Obstacle>, CeremonyError> {
        Ok(self.folder.obstacles(&self.log)?)
    }

    /// The log as it was folded.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }

    /// What the vault is.
    ///
    /// # Panics
    /// Never: a ledger without a beginning is not made.
    #[must_use]
    pub fn state(&self) -> &State {
        self.history.state.as_ref().expect("a ledger has a beginning")
    }

    /// Headers by their hash.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// Headers in the folder that could not be read.
    #[must_use]
    pub fn broken_headers(&self) -> &BTreeMap<Place, FormatError> {
        &self.broken
    }

    /// The header of the active epoch.
    ///
    /// # Errors
    /// When the history is split, or the header is missing.
    pub fn active(&self) -> Result<&EpochHeader, CeremonyError> {
        let state = self.state();
        let epoch = state.active_epoch().ok_or_else(|| {
            let name = |hash: &EpochHash| {
                let number = state.epochs.get(hash).map_or(0, |epoch| epoch.number);
                format!("{number:04}-{}", hash.id())
            };
            CeremonyError::Split(state.active.iter().map(name).collect())
        })?;
        self.header(epoch.hash)
    }

    /// That these cards are of the active epoch. In a split the rules of the log would accept either quorum; people must decide.
    ///
    /// # Errors
    /// When the history is split, or the cards are of another epoch.
    pub(super) fn attended_by_active(&self, attendance: &Attendance) -> Result<(), CeremonyError> {
        let epoch = attendance.header().hash();
        if self.active()?.hash() == epoch { Ok(()) } else { Err(Refusal::NotActive(epoch).into()) }
    }

    /// The header of an epoch.
    ///
    /// # Errors
    /// When it is missing.
    pub fn header(&self, hash: EpochHash) -> Result<&EpochHeader, CeremonyError> {
        self.headers.get(&hash).ok_or(CeremonyError::HeaderMissing(hash.id()))
    }

    /// The head to copy by hand: the newest event, or with several the one id of them all.
    #[must_use]
    pub fn heads(&self) -> &[EventId] {
        &self.history.heads
    }

    /// The head that this machine saw of this vault before and that is not in this log: it is an older copy, one that lived apart,
    /// or it was cut.
    #[must_use]
    pub fn missing_head(&self) -> Option<EventId> {
        self.missing_head
    }

    /// Keeps what was read as known on this machine, when nothing was wrong with it. With `epoch`, a card or a person vouched for
    /// that epoch.
    ///
    /// # Errors
    /// When the configuration cannot be written.
    pub fn pin(&self, epoch: Option<EpochHash>) -> Result<(), CeremonyError> {
        let vault = self.state().vault;
        let before = self.pins.find(vault);
        // What this machine saw of a newer copy must not be forgotten over an older one.
        let sound = self.history.findings.is_empty() && self.broken.is_empty() && self.missing_head.is_none();
        let (lines, prefix, head) = match (&before, sound) {
            (Some(before), true) if self.verified == before.lines && self.verified == self.lines().count() => {
                (before.lines, before.prefix, self.heads().first().copied())
            }
            (_, true) => {
                let read = std::iter::once(self.log.prefix(usize::MAX));
                let added = self.added.iter().flat_map(|line| [line.as_slice(), b"\n"]);
                (self.lines().count(), Digest::of_pieces(read.chain(added)), self.heads().first().copied())
            }
            (Some(before), false) => (before.lines, before.prefix, before.head),
            (None, false) => (0, Digest::of(b""), None),
        };
        let epoch = epoch.or(before.as_ref().and_then(|pin| pin.epoch));
        // A mistyped head decides nothing, and must not be missed at every later reading.
        let found = self.anchor.filter(|head| self.history.event(*head).is_some());
        let anchor = found.or(before.and_then(|pin| pin.anchor));
        Ok(self.pins.keep(&Pin { vault, epoch, head, lines, prefix, anchor })?)
    }

    /// The log as it would be with these lines behind it.
    pub(super) fn history_with(&self, headers: &Headers, lines: &[&[u8]]) -> History {
        let known = Known { verified_lines: 0, anchor: self.anchor };
        History::read(self.lines().chain(lines.iter().copied()), headers, known)
    }

    fn fold_again(&mut self) {
        let verified_lines = if self.history.findings.is_empty() {
            (self.log.lines().len() + self.added.len()).saturating_sub(1)
        } else {
            0
        };
        let known = Known { verified_lines, anchor: self.anchor };
        self.history = History::read(self.lines(), &self.headers, known);
    }
}

/// Whether bytes are a whole event: a last line without its line feed then counts.
fn is_event(bytes: &[u8]) -> bool {
    Line::read(bytes).is_ok()
}

fn first_vault(log: &RawLog) -> Option<VaultId> {
    log.lines().find_map(|line| Line::read(line).ok()).map(|line| line.event.vault)
}

/// How many lines this machine knows to the byte.
fn verified_lines(pin: &Pin, log: &RawLog) -> usize {
    if pin.lines == 0 || pin.lines > log.lines().len() {
        return 0;
    }
    if Digest::of(log.prefix(pin.lines)) == pin.prefix { pin.lines } else { 0 }
}

type Broken = BTreeMap<Place, FormatError>;

fn read_headers(folder: &VaultFolder<'_>) -> Result<(Headers, Broken), CeremonyError> {
    let (mut headers, mut broken) = (Headers::new(), Broken::new());
    for place in folder.places()? {
        let Place::Header(number, id) = place else { continue };
        // One header behind a bad sector must not keep the others from being read.
        let read = folder.read(&place).map_err(|error| FormatError::Malformed(error.to_string()));
        match read.and_then(|bytes| EpochHeader::read(&bytes)) {
            Ok(header) if header.id() == id && header.epoch == number => {
                headers.insert(header.hash(), header);
            }
            Ok(_) => {
                broken.insert(place, FormatError::Malformed("it is not the header that its folder names".to_owned()));
            }
            Err(error) => {
                broken.insert(place, error);
            }
        }
    }
    Ok((headers, broken))
}
