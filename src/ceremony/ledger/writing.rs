//! A vault that is being written to. Every event that the program writes is written here, after the rules accepted it.

use std::collections::BTreeMap;

use super::{CeremonyError, Ledger, Trust, is_event};
use crate::ceremony::pins::PinBook;
use crate::journal::{Event, Finding, Headers, History, Known, Line, Refusal, Signer, What};
use crate::quorum::{CustodianKey, Digest, EventId};
use crate::store::{Place, Tail, VaultWriter};
use crate::vault::{Claim, EpochHeader, FORMAT_VERSION, Moment};

impl<'d> Ledger<'d> {
    /// Takes the lock and reads everything again, so that what is written next follows what stands there now.
    ///
    /// # Errors
    /// When another breakglass is writing, or nothing can be written there.
    pub fn begin(self, now: Moment) -> Result<Writing<'d>, CeremonyError> {
        let (writer, log) = self.folder.begin_writing(&is_event)?;
        let ledger = Ledger::of(self.folder, &self.pins, log, self.anchor, Trust::Pinned)?;
        let mut writing = Writing { writer, ledger };
        writing.record_torn_tails(now)?;
        Ok(writing)
    }
}

/// A vault that this process alone is writing to.
pub struct Writing<'d> {
    writer: VaultWriter<'d>,
    ledger: Ledger<'d>,
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
        let known = Known { verified_lines: 0, anchor: None };
        let headers = Headers::from([(header.hash(), header)]);
        let history = History::read(log.lines(), &headers, known);
        let ledger = Ledger {
            folder,
            pins: pins.clone(),
            log,
            added: Vec::new(),
            headers,
            history,
            broken: BTreeMap::new(),
            anchor: None,
            verified: 0,
            missing_head: None,
        };
        Ok(Writing { writer, ledger })
    }

    /// What was read and written so far.
    #[must_use]
    pub fn ledger(&self) -> &Ledger<'d> {
        &self.ledger
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

    /// Writes an event that follows the heads, signed by these cards of one epoch. When it returns, the event is on the medium and
    /// the fold has accepted it.
    pub(in crate::ceremony) fn record(
        &mut self,
        now: Moment,
        by: Option<&str>,
        signers: &[(Signer, &CustodianKey)],
        what: What,
    ) -> Result<EventId, CeremonyError> {
        let event = Event {
            version: FORMAT_VERSION,
            vault: self.ledger.state().vault,
            previous: self.ledger.heads().to_vec(),
            time: now,
            by: Claim::optional(by.unwrap_or_default())?,
            signers: signers.iter().map(|(signer, _)| *signer).collect(),
            what,
        };
        let keys: Vec<&CustodianKey> = signers.iter().map(|(_, key)| *key).collect();
        self.add(&Line::sign(event, &keys))
    }

    fn add(&mut self, line: &Line) -> Result<EventId, CeremonyError> {
        let bytes = line.bytes();
        // The rules are asked before the line is written: a line that has no effect must not stand there.
        self.ledger.added.push(bytes.clone());
        self.ledger.fold_again();
        let refused = self.ledger.history.events.last().filter(|last| last.id != line.id || !last.accepted);
        if let Some(placed) = refused {
            let why = self.ledger.history.findings.iter().rev().find_map(|finding| match finding {
                Finding::Refused { line, why } if *line == placed.line => Some(why.clone()),
                _ => None,
            });
            self.ledger.added.pop();
            self.ledger.fold_again();
            return Err(CeremonyError::Refused(why.unwrap_or(Refusal::SignersDoNotMatch)));
        }
        if let Err(error) = self.writer.append(&bytes) {
            self.ledger.added.pop();
            self.ledger.fold_again();
            return Err(error.into());
        }
        Ok(line.id)
    }

    /// Takes in lines of another copy, as they are.
    pub(in crate::ceremony) fn take_in(&mut self, lines: &[&[u8]]) -> Result<(), CeremonyError> {
        self.writer.append_all(lines.iter().copied())?;
        self.ledger.added.extend(lines.iter().map(|line| line.to_vec()));
        self.ledger.history = self.ledger.history_with(&self.ledger.headers, &[]);
        Ok(())
    }

    /// Records what was set aside and no event tells of: the tail of just now, and one that was cut off before it was recorded.
    fn record_torn_tails(&mut self, now: Moment) -> Result<(), CeremonyError> {
        let mut torn: Vec<(u32, Vec<u8>)> = Vec::new();
        for (_, tail) in self.ledger.log.tails() {
            if let Tail::Torn { bytes, kept: Some(Place::Torn(number)) } = tail {
                torn.push((*number, bytes.clone()));
            }
        }
        for place in self.ledger.folder.places()? {
            // One that cannot be read is told by whoever verifies the files, and keeps nothing from being opened.
            if let Place::Torn(number) = place
                && let Ok(bytes) = self.ledger.folder.read(&place)
            {
                torn.push((number, bytes));
            }
        }
        for (number, bytes) in torn {
            let hash = Digest::of(&bytes);
            if !self.ledger.state().torn_tails.contains(&hash) {
                let what = What::TailSetAside { number, size: bytes.len() as u64, hash };
                self.record(now, None, &[], what)?;
            }
        }
        Ok(())
    }
}
