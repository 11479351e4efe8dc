//! The chain, every signature and every file that the log names, all of it anew, whatever this machine verified before.

use jiff::tz::TimeZone;
use serde::Serialize;

use super::{End, head_codes, told_heads};
use crate::card::HeadCode;
use crate::ceremony::{CeremonyError, FileFinding, HeadPlace, Ledger, VerifyDepth, head_place, verify_files};
use crate::ids::EventId;
use crate::journal::Finding;
use crate::language::{Language, Say, messages::report as text};
use crate::store::{Place, Tail};

/// What was verified, and what was found.
#[derive(Serialize)]
pub struct Verification {
    /// Lines that are events, and signatures under them.
    events: usize,
    signatures: usize,
    /// What is wrong, in the reader's words.
    damage: Vec<String>,
    /// What is told and harms nothing: files that nothing names, an unfinished last line.
    remarks: Vec<String>,
    /// What is wrong with this machine's clock, or was with the one by which an event is dated.
    pub clocks: Vec<String>,
    /// What this machine knew of the vault and lost.
    forgotten: Option<String>,
    /// Attachments that stand there and were not read.
    attachments_not_read: usize,
    heads: Vec<EventId>,
    /// Their short forms, as they stand on paper.
    head_codes: Vec<HeadCode>,
    /// Where the heads from paper stand.
    anchors: Vec<HeadPlace>,
}

impl Verification {
    /// Verifies a vault that was read anew.
    pub fn of(language: Language, ledger: &Ledger<'_>, depth: VerifyDepth<'_>) -> Result<Verification, CeremonyError> {
        let history = ledger.history();
        let mut damage: Vec<String> = history.findings.iter().map(|finding| finding.say(language)).collect();
        let missing = ledger.missing_heads().iter();
        damage.extend(missing.map(|head| text::verify_head_missing(language, HeadCode::of(*head))));
        if let Err(split @ CeremonyError::Split(_)) = ledger.active() {
            damage.push(split.say(language));
        }
        damage.extend(ledger.log_trouble().map(|trouble| trouble.say(language)));
        damage.extend(ledger.obstacles()?.iter().map(|obstacle| obstacle.say(language)));
        let mut remarks = Vec::new();
        for finding in verify_files(ledger, depth)? {
            if finding.is_damage() { &mut damage } else { &mut remarks }.push(told(language, ledger, &finding));
        }
        for (path, tail) in ledger.tails() {
            if let Tail::Torn { bytes, .. } = tail {
                remarks.push(text::VerifyTail { path: path.display(), size: bytes.len() }.say(language));
            }
        }
        Ok(Verification {
            events: history.events.len(),
            signatures: history.events.iter().map(|placed| placed.event.signers.len()).sum(),
            damage,
            remarks,
            clocks: Vec::new(),
            forgotten: history
                .state
                .as_ref()
                .and_then(|state| ledger.pins().damaged(state.vault))
                .map(|path| text::pins_damaged(language, path.display())),
            attachments_not_read: match (depth, &history.state) {
                (VerifyDepth::Present, Some(state)) => state.blobs.needed().count(),
                _ => 0,
            },
            heads: history.heads.clone(),
            head_codes: head_codes(&history.heads),
            anchors: Vec::new(),
        })
    }

    /// Holds heads from paper against the log: says where each stands, and names each that is not there.
    pub fn hold_against(&mut self, language: Language, ledger: &Ledger<'_>, anchors: &[EventId]) {
        for head in anchors {
            match head_place(ledger.history(), *head) {
                Some(place) => self.anchors.push(place),
                None => {
                    let sentence = Finding::AnchorMissing { head: *head }.say(language);
                    if !self.damage.contains(&sentence) {
                        self.damage.push(sentence);
                    }
                }
            }
        }
    }

    /// What tells a script the same.
    #[must_use]
    pub fn end(&self) -> End {
        match (self.damage.is_empty(), self.clocks.is_empty() && self.forgotten.is_none()) {
            (false, _) => End::Failed,
            (true, false) => End::SomethingIsDue,
            (true, true) => End::Done,
        }
    }

    /// The same in sentences.
    pub fn words(&self, language: Language, zone: &TimeZone) -> String {
        let mut lines = Vec::new();
        lines.extend(self.damage.iter().map(|damage| format!("! {damage}")));
        lines.extend(self.clocks.iter().chain(&self.forgotten).map(|words| format!("! {words}")));
        lines.extend(self.remarks.iter().map(|remark| format!("- {remark}")));
        if self.attachments_not_read > 0 {
            lines.push(format!("- {}", text::verify_attachments_not_read(language, self.attachments_not_read)));
        }
        lines.push(if self.damage.is_empty() {
            text::VerifySound { events: self.events, signatures: self.signatures }.say(language)
        } else {
            text::verify_damaged(language, self.damage.len())
        });
        self.anchors.iter().for_each(|place| lines.extend(told_place(language, zone, place)));
        lines.extend(told_heads(language, &self.heads));
        lines.join("\n")
    }
}

/// Where a head from paper stands.
fn told_place(language: Language, zone: &TimeZone, place: &HeadPlace) -> Vec<String> {
    let (event, of, when) = (place.event, place.of, place.time.date_and_minute(zone));
    let mut lines = vec![match place.following {
        0 => text::VerifyAnchorNewest { event, of, when }.say(language),
        following => text::VerifyAnchor { event, of, when, following }.say(language),
    }];
    if place.beside > 0 {
        lines.push(format!("    {}", text::verify_anchor_beside(language, place.beside)));
    }
    lines.push(format!("    {}", place.code));
    lines
}

/// A finding, with the entry that loses an attachment by it: a blob's name says nothing to people.
fn told(language: Language, ledger: &Ledger<'_>, finding: &FileFinding) -> String {
    let sentence = finding.say(language);
    let state = ledger.history().state.as_ref();
    match (finding.place(), state) {
        (Place::Attachment(blob), Some(state)) if finding.is_damage() => match state.blobs.entry(blob) {
            Some(entry) => text::VerifyOfEntry { sentence, entry }.say(language),
            None => sentence,
        },
        _ => sentence,
    }
}
