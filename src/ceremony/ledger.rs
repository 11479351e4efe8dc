//! A vault as it was read: the log, the headers that it names, and the state folded from both.

mod proof;
mod writing;

use std::collections::{BTreeMap, BTreeSet};

use super::error::CeremonyError;
use super::gathering::Attendance;
use super::pins::{Pin, PinBook};
use super::verify::wrong_headers;
use crate::journal::{Beginning, Headers, History, Known, Line, Refusal, State};
use crate::quorum::{Digest, EpochHash, EventId, VaultId};
use crate::store::{Obstacle, Place, RawLog, StoreError, Tail, Trouble, VaultFolder};
use crate::vault::{EpochHeader, FormatError, mended};

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
    /// Headers of which one byte is not as it was, and that are read as they were.
    mended: BTreeSet<Place>,
    /// Why the vault's log could not be read, when it could not.
    log_trouble: Option<StoreError>,
    /// What was known beside the log.
    known: Known,
    /// Heads that somebody gave now.
    given: Vec<EventId>,
    /// What this machine knew before.
    pin: Option<Pin>,
    /// Heads that this machine saw before and that are not in this log, or whose history is not.
    missing_heads: Vec<EventId>,
    /// Whether lines that this machine read before stand here in another order or in other words.
    rewritten: bool,
}

/// How much of what this machine verified before is believed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trust {
    Pinned,
    Nothing,
}

/// What is read anew: the folder, what stands in it, and what people give besides.
struct Source<'d> {
    folder: VaultFolder<'d>,
    pins: PinBook<'d>,
    log: RawLog,
    log_trouble: Option<StoreError>,
    given: Vec<EventId>,
    in_the_room: Option<EpochHash>,
    /// What stands in for a header that is lost.
    stand_in: Option<EpochHeader>,
}

/// What was read of the same vault a moment ago.
struct Before {
    log: RawLog,
    headers: Headers,
    history: History,
}

impl Before {
    /// Whether all of it stands there still, with the same headers.
    fn is_in(&self, log: &RawLog, headers: &Headers) -> bool {
        let lines = self.log.lines().len();
        let stands_in = |headers: &Headers| headers.values().any(EpochHeader::is_stand_in);
        lines <= log.lines().len()
            && self.log.prefix(lines) == log.prefix(lines)
            && self.headers.keys().eq(headers.keys())
            && stands_in(&self.headers) == stands_in(headers)
    }
}

impl<'d> Ledger<'d> {
    /// Reads a vault. `anchors` are heads that somebody holds on paper.
    ///
    /// # Errors
    /// When the folder is no vault or cannot be read, or nothing in it tells which epoch could be in force.
    pub fn read(
        folder: VaultFolder<'d>,
        pins: &PinBook<'d>,
        anchors: impl IntoIterator<Item = EventId>,
    ) -> Result<Ledger<'d>, CeremonyError> {
        Ledger::of(Source::read(folder, pins, anchors.into_iter().collect())?, Trust::Pinned, None)
    }

    /// Reads a vault and verifies all of it, whatever this machine verified before.
    ///
    /// # Errors
    /// As [`Ledger::read`].
    pub fn read_anew(
        folder: VaultFolder<'d>,
        pins: &PinBook<'d>,
        anchors: impl IntoIterator<Item = EventId>,
    ) -> Result<Ledger<'d>, CeremonyError> {
        Ledger::of(Source::read(folder, pins, anchors.into_iter().collect())?, Trust::Nothing, None)
    }

    /// The same vault as a card in the room proves it: where the log does not tell that the card's epoch is in force because lines are
    /// missing, the epoch is in force.
    ///
    /// # Errors
    /// As [`Ledger::read`].
    pub fn proven_by_a_card_of(self, epoch: EpochHash) -> Result<Ledger<'d>, CeremonyError> {
        let stand_in = self.stand_in().cloned();
        let Ledger { folder, pins, log, log_trouble, given, headers, history, .. } = self;
        let before = Before { log: log.clone(), headers, history };
        let source = Source { folder, pins, log, log_trouble, given, in_the_room: Some(epoch), stand_in };
        Ledger::of(source, Trust::Pinned, Some(before))
    }

    /// Reads a vault in which one header is lost, with what stands in for it.
    pub(super) fn read_standing_in(
        folder: VaultFolder<'d>,
        pins: &PinBook<'d>,
        anchors: impl IntoIterator<Item = EventId>,
        header: EpochHeader,
    ) -> Result<Ledger<'d>, CeremonyError> {
        let mut source = Source::read(folder, pins, anchors.into_iter().collect())?;
        source.in_the_room = Some(header.hash());
        source.stand_in = Some(header);
        Ledger::of(source, Trust::Pinned, None)
    }

    fn stand_in(&self) -> Option<&EpochHeader> {
        self.headers.values().find(|header| header.is_stand_in())
    }

    /// Reads what stands there. What was read `before` is not read again as far as it is the same, to the byte.
    fn of(source: Source<'d>, trust: Trust, before: Option<Before>) -> Result<Ledger<'d>, CeremonyError> {
        let Source { folder, pins, log, log_trouble, given, in_the_room, stand_in } = source;
        let FoundHeaders { mut headers, broken, mended } = read_headers(&folder)?;
        if let Some(header) = stand_in {
            headers.entry(header.hash()).or_insert(header);
        }
        let known_with = |pin: Option<&Pin>, assumed: Option<EpochHash>| {
            let believed = pin.filter(|_| trust == Trust::Pinned);
            let pinned = pin.map(|pin| pin.anchors.as_slice()).unwrap_or_default();
            Known {
                verified_lines: believed.map_or(0, |pin| verified_lines(pin, &log)),
                anchors: given.iter().chain(pinned.iter().filter(|head| !given.contains(head))).copied().collect(),
                proven: pin.and_then(|pin| pin.epoch).into_iter().collect(),
                in_the_room,
                assumed,
            }
        };
        // Which vault this is, only its history tells; what this machine knows of another one must not be mixed in.
        let mut pin = first_vault(&log, &headers).and_then(|vault| pins.find(vault));
        let mut known = known_with(pin.as_ref(), None);
        let mut history = match before.filter(|before| before.is_in(&log, &headers)) {
            Some(before) => before.history.read_on(log.lines().skip(before.log.lines().len()), &headers, &known),
            None => History::read(log.lines(), &headers, &known),
        };
        let vault = history.state.as_ref().map(|state| state.vault);
        let of_another = vault.filter(|vault| pin.as_ref().is_none_or(|pin| pin.vault != *vault));
        if let Some(other) = of_another.and_then(|vault| pins.find(vault)) {
            known = known_with(Some(&other), None);
            history = History::read(log.lines(), &headers, &known);
            pin = Some(other);
        }
        if history.state.is_none() {
            known = known_with(pin.as_ref(), assumed(&folder, &headers));
            history = history.read_on([], &headers, &known);
        }
        if history.state.is_none() {
            let wrong = wrong_headers(&folder, &headers, &broken)?;
            return Err(CeremonyError::NoBeginning(folder.root().to_owned(), wrong));
        }
        // A head that was decided by before is told as given only where somebody gives it now.
        let is_here = |head: &EventId| history.event(*head).is_some_and(|placed| placed.whole);
        let missing_heads = pin.iter().flat_map(|pin| &pin.heads).filter(|head| !is_here(head)).copied().collect();
        // What was just found to be as it was is not hashed again.
        let is_rewritten = |pin: &Pin| pin.lines > 0 && known.verified_lines == 0 && verified_lines(pin, &log) == 0;
        let rewritten = pin.as_ref().is_some_and(is_rewritten);
        Ok(Ledger {
            folder,
            pins,
            log,
            added: Vec::new(),
            headers,
            history,
            broken,
            mended,
            log_trouble,
            known,
            given,
            pin,
            missing_heads,
            rewritten,
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
    /// Never: a ledger without a state is not made.
    #[must_use]
    pub fn state(&self) -> &State {
        self.history.state.as_ref().expect("a ledger has a state")
    }

    /// Where the history that is here begins.
    ///
    /// # Panics
    /// Never: a ledger without a state is not made.
    #[must_use]
    pub fn beginning(&self) -> Beginning {
        self.history.beginning.expect("a ledger has a state, and so a beginning")
    }

    /// Why the vault's log could not be read, when it could not, or that it is not there.
    #[must_use]
    pub fn log_trouble(&self) -> Option<&StoreError> {
        self.log_trouble.as_ref()
    }

    /// Heads that somebody gave now.
    #[must_use]
    pub fn given(&self) -> &[EventId] {
        &self.given
    }

    /// Whether lines that this machine read before stand here in another order or in other words.
    #[must_use]
    pub fn is_rewritten(&self) -> bool {
        self.rewritten
    }

    /// Epochs whose header and contents stand in the folder, that are newer than the one in force, and of which the log does not say that
    /// they are staged or were given up: where lines are missing, one of them may be the one in force.
    pub fn unexplained(&self) -> impl Iterator<Item = &EpochHeader> {
        let state = self.state();
        let newest = state.active.iter().filter_map(|epoch| state.epochs.get(epoch)).map(|epoch| epoch.number).max();
        self.headers.values().filter(move |header| {
            header.vault == state.vault
                && Some(header.epoch) > newest
                && !state.epochs.contains_key(&header.hash())
                && self.folder.holds(&Place::Sealed(header.epoch, header.id())).unwrap_or(false)
        })
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

    /// Headers in the folder of which one byte is not as it was: they are read as their folder's name proves them.
    #[must_use]
    pub fn mended_headers(&self) -> &BTreeSet<Place> {
        &self.mended
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

    /// The newest events.
    #[must_use]
    pub fn heads(&self) -> &[EventId] {
        &self.history.heads
    }

    /// Heads that this machine saw of this vault before and that are not in this log, or behind a cut: it is an older copy, one that lived
    /// apart, or it was cut.
    #[must_use]
    pub fn missing_heads(&self) -> &[EventId] {
        &self.missing_heads
    }

    /// Whether nothing is wrong with what was read, so that this machine may believe it the next time.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.history.findings.is_empty()
            && self.broken.is_empty()
            && self.mended.is_empty()
            && self.stand_in().is_none()
            && self.missing_heads.is_empty()
            && self.log_trouble.is_none()
            && self.state().active.len() == 1
            && self.state().unknown.is_empty()
    }

    /// That nothing keeps people from changing the vault: no head that was given is missing, no lines are cut, and no newer breakglass wrote
    /// here. An opening is never kept up by that; it tells.
    ///
    /// # Errors
    /// When something does.
    pub fn may_be_changed(&self) -> Result<(), CeremonyError> {
        if let Some(head) = self.given.iter().find(|head| !self.history.event(**head).is_some_and(|found| found.whole))
        {
            return Err(CeremonyError::GivenHeadMissing(*head));
        }
        // Where no other copy is left, a head from paper that is here with all that it follows says that the log goes far enough.
        let decided = !self.given.is_empty();
        if (self.history.has_gaps() && !decided) || self.log_trouble.is_some() {
            return Err(CeremonyError::LinesMissing(self.folder.root().to_owned()));
        }
        match self.state().unknown.iter().next() {
            Some((version, _)) => Err(CeremonyError::NewerBreakglass(*version)),
            None => Ok(()),
        }
    }

    /// Heads that somebody gave now and that are not here, or whose history is not.
    pub fn given_and_missing(&self) -> impl Iterator<Item = EventId> {
        let is_here = |head: &EventId| self.history.event(*head).is_some_and(|found| found.whole);
        self.given.iter().copied().filter(move |head| !is_here(head))
    }

    /// That every head that was given is in this history, which may be one that is yet to be written.
    pub(super) fn given_are_in(&self, history: &History) -> Result<(), CeremonyError> {
        let missing = self.given.iter().find(|head| !history.event(**head).is_some_and(|found| found.whole));
        missing.map_or(Ok(()), |head| Err(CeremonyError::GivenHeadMissing(*head)))
    }

    /// Whether this epoch is the pinned one, or follows it through rotations that its quorums signed.
    #[must_use]
    pub fn follows_pin(&self, epoch: EpochHash) -> bool {
        let pinned = self.pin.as_ref().and_then(|pin| pin.epoch);
        pinned.is_none_or(|pinned| self.state().lineage(epoch).any(|known| known == pinned))
    }

    /// Keeps what was read as known on this machine, when nothing was wrong with it. With `vouched`, a card or a person vouched for that
    /// epoch: it is kept only when it follows the one that was known.
    ///
    /// # Errors
    /// When the configuration cannot be written.
    pub fn pin(&self, vouched: Option<EpochHash>) -> Result<(), CeremonyError> {
        self.keep_pin(vouched.filter(|epoch| self.follows_pin(*epoch)))
    }

    /// Keeps an epoch that a person read off a card now, whatever this machine knew before.
    ///
    /// # Errors
    /// When the configuration cannot be written.
    pub fn pin_typed(&self, epoch: EpochHash) -> Result<(), CeremonyError> {
        self.keep_pin(Some(epoch))
    }

    fn keep_pin(&self, vouched: Option<EpochHash>) -> Result<(), CeremonyError> {
        // What this machine saw of a newer copy must not be forgotten over an older one.
        // An epoch that is in force only because cards in the room prove it, is in force only in that room.
        if !self.is_sound() || self.known.in_the_room.is_some() {
            return Ok(());
        }
        let vault = self.state().vault;
        // A damaged file is told until somebody vouches for an epoch: nothing is learned over it in passing.
        if vouched.is_none() && self.pins.damaged(vault).is_some() {
            return Ok(());
        }
        let before = self.pins.find(vault);
        let unchanged = before.as_ref().filter(|before| {
            self.known.verified_lines == before.lines && before.lines == self.lines().count() && before.lines > 0
        });
        let (lines, prefix) = match unchanged {
            Some(before) => (before.lines, before.prefix),
            None => {
                let read = std::iter::once(self.log.prefix(usize::MAX));
                let added = self.added.iter().flat_map(|line| [line.as_slice(), b"\n"]);
                (self.lines().count(), Digest::of_pieces(read.chain(added)))
            }
        };
        let epoch = vouched.or(before.as_ref().and_then(|pin| pin.epoch));
        // Where a head from paper decided a split, it decides it the next time, too.
        // Of two papers that contradict each other, the one that was given last decides.
        let given = self.given.iter().filter(|head| self.history.event(**head).is_some_and(|found| found.whole));
        let mut anchors: Vec<EventId> = given.copied().collect();
        let earlier = before.map(|pin| pin.anchors).unwrap_or_default();
        anchors.extend(earlier.into_iter().filter(|head| !anchors.contains(head)).collect::<Vec<_>>());
        Ok(self.pins.keep(&Pin {
            vault,
            epoch,
            heads: self.history.heads_to_follow(usize::MAX),
            lines,
            prefix,
            anchors,
        })?)
    }

    /// The log as it would be with these lines behind it.
    pub(super) fn history_with(&self, headers: &Headers, lines: &[&[u8]]) -> History {
        let known = Known { verified_lines: 0, ..self.known.clone() };
        History::read(self.lines().chain(lines.iter().copied()), headers, &known)
    }

    /// Reads further lines, and finds out anew what all of them mean.
    fn read_on<'a>(&mut self, lines: impl IntoIterator<Item = &'a [u8]>) {
        self.history = std::mem::take(&mut self.history).read_on(lines, &self.headers, &self.known);
    }
}

impl<'d> Source<'d> {
    fn read(folder: VaultFolder<'d>, pins: &PinBook<'d>, given: Vec<EventId>) -> Result<Source<'d>, CeremonyError> {
        // A log behind a bad sector, or none, must not keep a quorum out: headers and contents stand beside it.
        let (log, log_trouble) = match folder.read_log(&is_event) {
            Ok(log) => {
                let missing = !folder.has_log()?;
                let trouble = missing.then(|| StoreError::new(folder.log_path(), Trouble::Missing));
                (log, trouble)
            }
            Err(error) => (folder.read_side_log(&is_event).unwrap_or_default(), Some(error)),
        };
        Ok(Source { folder, pins: pins.clone(), log, log_trouble, given, in_the_room: None, stand_in: None })
    }
}

/// What is shown when the log proves no beginning: the newest epoch whose header and contents stand in the folder.
fn assumed(folder: &VaultFolder<'_>, headers: &Headers) -> Option<EpochHash> {
    let stands = |header: &&EpochHeader| {
        let sealed = folder.digest(&Place::Sealed(header.epoch, header.id()));
        sealed.is_ok_and(|digest| digest == header.sealed)
    };
    let newest = |headers: &mut dyn Iterator<Item = &EpochHeader>| {
        headers.max_by_key(|header| (header.epoch, header.hash())).map(EpochHeader::hash)
    };
    newest(&mut headers.values().filter(stands)).or_else(|| newest(&mut headers.values()))
}

/// Whether bytes are a whole event: a last line without its line feed then counts.
fn is_event(bytes: &[u8]) -> bool {
    Line::read(bytes).is_ok()
}

fn first_vault(log: &RawLog, headers: &Headers) -> Option<VaultId> {
    let line = log.lines().find_map(|line| Line::read(line).ok()).map(|line| line.event.vault);
    line.or_else(|| headers.values().next().map(|header| header.vault))
}

/// How many lines this machine knows to the byte.
fn verified_lines(pin: &Pin, log: &RawLog) -> usize {
    if pin.lines == 0 || pin.lines > log.lines().len() {
        return 0;
    }
    if Digest::of(log.prefix(pin.lines)) == pin.prefix { pin.lines } else { 0 }
}

/// The headers of a folder.
#[derive(Default)]
struct FoundHeaders {
    headers: Headers,
    broken: BTreeMap<Place, FormatError>,
    mended: BTreeSet<Place>,
}

fn read_headers(folder: &VaultFolder<'_>) -> Result<FoundHeaders, CeremonyError> {
    let mut found = FoundHeaders::default();
    for place in folder.epoch_places()? {
        let Place::Header(number, id) = place else { continue };
        // One header behind a bad sector must not keep the others from being read.
        let bytes = match folder.read(&place) {
            Ok(bytes) => bytes,
            Err(error) => {
                found.broken.insert(place, FormatError::Malformed(error.to_string()));
                continue;
            }
        };
        let is_it = |header: &EpochHeader| header.id() == id && header.epoch == number;
        let other = || FormatError::Malformed("it is not the header that its folder names".to_owned());
        match EpochHeader::read(&bytes).and_then(|header| if is_it(&header) { Ok(header) } else { Err(other()) }) {
            Ok(header) => {
                found.headers.insert(header.hash(), header);
            }
            Err(why) => match mended(&bytes, id).filter(is_it) {
                Some(header) => {
                    found.mended.insert(place);
                    found.headers.insert(header.hash(), header);
                }
                None => {
                    found.broken.insert(place, why);
                }
            },
        }
    }
    Ok(found)
}
