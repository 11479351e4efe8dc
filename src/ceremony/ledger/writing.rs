//! A vault that is being written to. Every event that the program writes is written here, after the rules accepted it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{Before, CeremonyError, Ledger, Source, Trust, is_event};
use crate::ceremony::pins::PinBook;
use crate::journal::{EVENT_VERSION, Event, Finding, Headers, History, Known, Line, Refusal, Signer, What};
use crate::quorum::{CustodianKey, Digest, EpochHash, EventId};
use crate::store::{CLAIM_LIMIT, LINE_LIMIT, Place, StoreError, TORN_LIMIT, Tail, Trouble, VaultWriter, is_inside};
use crate::vault::{Claim, EpochHeader, Moment};

/// The most heads that one event follows: of ten thousand heads that somebody wrote, none must have so many names to write that it does not
/// fit into its line.
const MOST_FOLLOWED: usize = 16;

/// The most tails that are recorded at once: a crash leaves one.
const MOST_TAILS: usize = 8;

impl<'d> Ledger<'d> {
    /// Takes the lock and reads everything again, so that what is written next follows what stands there now.
    ///
    /// # Errors
    /// When another breakglass is writing, or nothing can be written there.
    pub fn begin(self, now: Moment) -> Result<Writing<'d>, CeremonyError> {
        // A new log must not take the place of one that is missing or cannot be read.
        if self.log_trouble.is_some() && self.folder.side_log().is_none() {
            return Err(CeremonyError::LogMissing(self.folder.log_path()));
        }
        let (writer, log) = match self.log_trouble {
            Some(_) => self.folder.begin_side_log(&is_event)?,
            None => self.folder.begin_writing(&is_event)?,
        };
        let stand_in = self.stand_in().cloned();
        let Ledger { folder, pins, log: log_before, log_trouble, given, known, headers, history, .. } = self;
        let before = Before { log: log_before, headers, history };
        let in_the_room = known.in_the_room;
        let side_logs = folder.side_log().map(Path::to_owned).into_iter().collect();
        let source = Source { folder, pins, log, log_trouble, given, in_the_room, stand_in };
        let ledger = Ledger::of(source, Trust::Pinned, Some(before))?;
        let mut writing = Writing { writer, ledger, cut_off: false, side_logs };
        writing.record_torn_tails(now)?;
        Ok(writing)
    }
}

/// A vault that this process alone is writing to.
pub struct Writing<'d> {
    writer: VaultWriter<'d>,
    ledger: Ledger<'d>,
    /// Whether the log took the last line not, or not for certain.
    cut_off: bool,
    /// Folders outside the vault in which lines were written.
    side_logs: Vec<PathBuf>,
}

impl<'d> Writing<'d> {
    /// A vault that is being made: its first event is yet to come.
    pub(in crate::ceremony) fn born(
        mut writer: VaultWriter<'d>,
        pins: &PinBook<'d>,
        header: EpochHeader,
        line: &Line,
    ) -> Result<Writing<'d>, CeremonyError> {
        writer.append(&line.bytes())?;
        let folder = writer.folder().clone();
        let log = folder.read_log(&is_event)?;
        let known = Known::default();
        let headers = Headers::from([(header.hash(), header)]);
        let history = History::read(log.lines(), &headers, &known);
        let ledger = Ledger {
            folder,
            pins: pins.clone(),
            log,
            added: Vec::new(),
            headers,
            history,
            broken: BTreeMap::new(),
            mended: BTreeSet::new(),
            log_trouble: None,
            known,
            given: Vec::new(),
            pin: None,
            missing_heads: Vec::new(),
            rewritten: false,
        };
        Ok(Writing { writer, ledger, cut_off: false, side_logs: Vec::new() })
    }

    /// What was read and written so far.
    #[must_use]
    pub fn ledger(&self) -> &Ledger<'d> {
        &self.ledger
    }

    /// Takes an epoch for in force because a quorum of its cards is in the room, as [`Ledger::may_prove`] allowed.
    pub fn prove(&mut self, epoch: EpochHash) {
        self.ledger.prove(epoch);
    }

    /// That the log can take what an opening writes.
    ///
    /// # Errors
    /// When it cannot.
    pub fn test_room(&self) -> Result<(), CeremonyError> {
        Ok(self.writer.test_room()?)
    }

    /// Whether the last event could not be written because the log takes no more, so that another folder would help. The same event
    /// recorded again there, at the same moment, is the same line.
    #[must_use]
    pub fn is_cut_off(&self) -> bool {
        self.cut_off
    }

    /// Goes on with the log in another folder, which gets every line that was written since writing began: it can then be merged into any
    /// copy of the vault, also when the medium that took no more is never seen again.
    ///
    /// # Errors
    /// When the folder is inside the vault, is where the log stands already, holds the log of another vault, or cannot be written.
    pub fn continue_in(&mut self, folder: &Path) -> Result<(), CeremonyError> {
        let taken = self.side_logs.iter().map(PathBuf::as_path).chain([self.ledger.folder.root()]);
        if let Some(taken) = taken.into_iter().find(|taken| is_inside(folder, taken)) {
            return Err(CeremonyError::SameLog(taken.to_owned()));
        }
        let vault = self.ledger.state().vault;
        let is_ours = |bytes: &[u8]| Line::read(bytes).is_ok_and(|line| line.event.vault == vault);
        match self.writer.continue_in(folder, &is_event, &is_ours, &self.ledger.added) {
            Err(error) if *error.trouble() == Trouble::OtherContent => {
                return Err(CeremonyError::OtherLog(folder.to_owned()));
            }
            outcome => outcome?,
        }
        self.ledger.folder = self.writer.folder().clone();
        self.side_logs.push(folder.to_owned());
        self.cut_off = false;
        Ok(())
    }

    /// The folders outside the vault in which lines were written: each is to be merged.
    #[must_use]
    pub fn side_logs(&self) -> &[PathBuf] {
        &self.side_logs
    }

    /// Ends writing and gives the lock back.
    #[must_use]
    pub fn end(self) -> Ledger<'d> {
        self.ledger
    }

    /// Writes a file that the next event names.
    pub(in crate::ceremony) fn publish(&mut self, place: &Place, bytes: &[u8]) -> Result<(), CeremonyError> {
        self.writer.publish(place, bytes)?;
        Ok(())
    }

    /// Writes a header that the next event names, and knows it from then on.
    pub(in crate::ceremony) fn publish_header(&mut self, header: EpochHeader) -> Result<(), CeremonyError> {
        self.publish(&Place::Header(header.epoch, header.id()), header.bytes())?;
        self.know(header);
        Ok(())
    }

    /// Knows a header that stands in the folder now.
    pub(in crate::ceremony) fn know(&mut self, header: EpochHeader) {
        self.ledger.headers.insert(header.hash(), header);
    }

    pub(in crate::ceremony) fn writer(&self) -> &VaultWriter<'d> {
        &self.writer
    }

    /// The newest events, as many as the next event follows. The header of an epoch that is staged names the same.
    pub(in crate::ceremony) fn followed(&self) -> Vec<EventId> {
        self.ledger.history.heads_to_follow(MOST_FOLLOWED)
    }

    /// Writes an event that follows the heads, signed by these cards of one epoch. When it returns, the event is on the medium and
    /// the fold has accepted it.
    pub(in crate::ceremony) fn record(
        &mut self,
        now: Moment,
        by: Option<&str>,
        signers: &[(Signer, &CustodianKey)],
        what: What,
    ) -> Result<EventId, CeremonyError> {
        let mut event = Event {
            version: EVENT_VERSION,
            vault: self.ledger.state().vault,
            previous: self.followed(),
            time: now,
            by: Claim::optional(by.unwrap_or_default())?,
            signers: signers.iter().map(|(signer, _)| *signer).collect(),
            what,
        };
        let keys: Vec<&CustodianKey> = signers.iter().map(|(_, key)| *key).collect();
        let mut line = Line::sign(event.clone(), &keys);
        // A claim that says much has room for fewer names.
        while signers.is_empty() && line.bytes().len() as u64 > CLAIM_LIMIT && event.previous.len() > 1 {
            event.previous = self.ledger.history.heads_to_follow(event.previous.len() - 1);
            line = Line::sign(event.clone(), &keys);
        }
        self.add(&line)
    }

    fn add(&mut self, line: &Line) -> Result<EventId, CeremonyError> {
        let bytes = line.bytes();
        if bytes.len() as u64 > LINE_LIMIT {
            let path = self.ledger.folder.log_path();
            return Err(StoreError::new(path, Trouble::LineTooLong { limit: LINE_LIMIT }).into());
        }
        // The rules are asked before the line is written: a line that has no effect must not stand there.
        self.ledger.read_on([bytes.as_slice()]);
        self.ledger.added.push(bytes.clone());
        if let Some(why) = self.refusal(line.id) {
            self.take_back();
            return Err(CeremonyError::Refused(why));
        }
        let appended =
            if line.event.signers.is_empty() { self.writer.append_claim(&bytes) } else { self.writer.append(&bytes) };
        if let Err(error) = appended {
            self.take_back();
            // A line that is too long, or a claim where none is taken, would be refused in every other folder too.
            self.cut_off = !matches!(error.trouble(), Trouble::LineTooLong { .. } | Trouble::KeptForSigned);
            return Err(error.into());
        }
        self.cut_off = false;
        Ok(line.id)
    }

    /// Why the event that was read last has no effect, when it has none.
    fn refusal(&self, id: EventId) -> Option<Refusal> {
        let history = &self.ledger.history;
        let placed = history.event(id).filter(|placed| !placed.accepted)?;
        let why = history.findings.iter().rev().find_map(|finding| match finding {
            Finding::Refused { line, why } if *line == placed.line => Some(why.clone()),
            _ => None,
        });
        Some(why.unwrap_or(Refusal::Unplaced))
    }

    /// Forgets the line that was added last.
    fn take_back(&mut self) {
        self.ledger.added.pop();
        let Ledger { history, headers, known, .. } = &mut self.ledger;
        *history = std::mem::take(history).without_last(headers, known);
    }

    /// Takes in lines of another copy, as they are.
    pub(in crate::ceremony) fn take_in(&mut self, lines: &[&[u8]]) -> Result<(), CeremonyError> {
        let claimed = |line: &&&[u8]| Line::read_known(line).is_ok_and(|line| line.event.signers.is_empty());
        match lines.iter().find(claimed) {
            Some(_) => self.writer.append_with_claims(lines.iter().copied())?,
            None => self.writer.append_all(lines.iter().copied())?,
        }
        self.ledger.added.extend(lines.iter().map(|line| line.to_vec()));
        self.ledger.read_on(lines.iter().copied());
        Ok(())
    }

    /// Records what was set aside and no event tells of: the tail of just now, and one that was cut off before it was recorded.
    fn record_torn_tails(&mut self, now: Moment) -> Result<(), CeremonyError> {
        let mut torn: Vec<(u32, Digest, u64)> = Vec::new();
        for (_, tail) in self.ledger.log.tails() {
            if let Tail::Torn { bytes, kept: Some(Place::Torn(number)) } = tail {
                torn.push((*number, Digest::of(bytes), bytes.len() as u64));
            }
        }
        torn.extend(self.kept_tails()?);
        let mut recorded = 0;
        for (number, hash, size) in torn {
            if recorded < MOST_TAILS && !self.ledger.state().torn_tails.contains(&hash) {
                match self.record(now, None, &[], What::TailSetAside { number, size, hash }) {
                    // Whoever filled the log with claims must not keep a quorum out. The tail is kept in its file all the same.
                    Err(CeremonyError::Store(error)) if *error.trouble() == Trouble::KeptForSigned => return Ok(()),
                    // A claim has its place behind lines that lead back to a beginning, and these may be what is missing.
                    Err(CeremonyError::Refused(_)) => return Ok(()),
                    recorded => recorded?,
                };
                recorded += 1;
            }
        }
        Ok(())
    }

    /// Tails that stand in the folder, as many as fit into the bytes that one of them may have: anybody can put more there, and that
    /// must not keep the vault shut. One that cannot be read is told by whoever verifies the files.
    fn kept_tails(&self) -> Result<Vec<(u32, Digest, u64)>, CeremonyError> {
        let folder = &self.ledger.folder;
        let mut room = TORN_LIMIT;
        let mut kept = Vec::new();
        for place in folder.places()? {
            if let Place::Torn(number) = place
                && let Ok((hash, size)) = folder.digest_within(&place, room)
            {
                room -= size;
                kept.push((number, hash, size));
            }
        }
        Ok(kept)
    }
}
