//! Every event in the reader's language, the newest last: when, what, and whose cards signed it. What no card signed is
//! shown as claimed.

use jiff::tz::TimeZone;
use serde::Serialize;

use super::part_label;
use super::{custodian_name, field_labels};
use crate::card::HeadCode;
use crate::ceremony::Ledger;
use crate::desk::printable;
use crate::ids::{EpochHash, EventId};
use crate::journal::{Event, Finding, NewEpoch, OneTimeCode, Placed, Refusal, Staging, What};
use crate::language::{Language, Say, messages::report as text};
use crate::quorum::CardIndex;
use crate::vault::{AttachmentName, EntryId, FieldName};

/// Digits of an event's id that tell it from all others of a log, for people.
const SHORT_ID: usize = 12;

/// Groups of its short form that find it again beside a head on paper.
const GROUPS: usize = 2;

/// One event for a machine, on one line.
#[derive(Serialize)]
pub struct LoggedEvent<'a> {
    line: usize,
    id: EventId,
    head_code: HeadCode,
    /// Whether the rules let it have its effect.
    accepted: bool,
    /// Names of the custodians whose cards signed it; empty for what is only claimed.
    signed_by: Vec<String>,
    event: &'a Event,
}

impl<'a> LoggedEvent<'a> {
    /// An event of a log that was read.
    #[must_use]
    pub fn of(ledger: &Ledger<'_>, placed: &'a Placed) -> LoggedEvent<'a> {
        let (line, id, accepted, event) = (placed.line, placed.id, placed.accepted, &placed.event);
        let signed_by = signers(ledger, event);
        LoggedEvent { line, id, head_code: HeadCode::of(id), accepted, signed_by, event }
    }
}

/// One event: when and what on the first line, by whom on the second.
#[must_use]
pub fn logged_words(language: Language, zone: &TimeZone, ledger: &Ledger<'_>, placed: &Placed) -> String {
    let Placed { event, id, .. } = placed;
    let when = event.time.date_and_minute(zone);
    let what = Teller { language, ledger }.sentence(&event.what);
    let code = HeadCode::of(*id).groups().take(GROUPS).collect::<Vec<_>>().join(" ");
    let id = &id.to_string()[..SHORT_ID];
    let mut lines = vec![format!("{when}  {what}"), format!("    {id} · {code} · {}", by(language, ledger, event))];
    if !placed.accepted {
        let why = ledger.history().findings.iter().find_map(|finding| match finding {
            Finding::Refused { line, why } if *line == placed.line => Some(why.say(language)),
            _ => None,
        });
        // Findings count lines that follow what is not there, and do not name each.
        let why = why.unwrap_or_else(|| Refusal::Unplaced.say(language));
        lines.push(format!("    {}", text::log_no_effect(language, why)));
    }
    printable(&lines.join("\n"))
}

fn by(language: Language, ledger: &Ledger<'_>, event: &Event) -> String {
    let signers = signers(ledger, event);
    if !signers.is_empty() {
        return text::log_signed(language, signers.join(", "));
    }
    match (&event.what, &event.by) {
        (What::Receipt { receipt }, _) => {
            let receipt = &receipt.receipt;
            text::log_signed(language, custodian_name(ledger, receipt.epoch, receipt.card))
        }
        (_, Some(by)) => text::log_claimed(language, by),
        (_, None) => text::log_unsigned(language),
    }
}

fn signers(ledger: &Ledger<'_>, event: &Event) -> Vec<String> {
    event.signers.iter().map(|signer| custodian_name(ledger, signer.0, signer.1)).collect()
}

struct Teller<'a> {
    language: Language,
    ledger: &'a Ledger<'a>,
}

impl Teller<'_> {
    fn sentence(&self, what: &What) -> String {
        let language = self.language;
        match what {
            What::Created { name, epoch } => text::LogCreated { name, epoch: self.epoch(epoch) }.say(language),
            What::ReadBack { epoch, card, .. } => {
                text::LogReadBack { name: self.name(*epoch, *card), epoch: self.number(*epoch) }.say(language)
            }
            What::Checked { epoch, card } => text::log_checked(language, self.name(*epoch, *card)),
            What::Receipt { receipt } => {
                let receipt = &receipt.receipt;
                text::LogReceipt { name: self.name(receipt.epoch, receipt.card), time: receipt.time }.say(language)
            }
            What::Lost { epoch, card, reason } => match reason {
                Some(reason) => text::LogLost { name: self.name(*epoch, *card), reason }.say(language),
                None => text::log_lost_no_reason(language, self.name(*epoch, *card)),
            },
            What::Departed { epoch, card, reason } => match reason {
                Some(reason) => text::LogDeparted { name: self.name(*epoch, *card), reason }.say(language),
                None => text::log_departed_no_reason(language, self.name(*epoch, *card)),
            },
            What::Relocked { epoch, card, lock: Some(_), .. } => text::log_locked(language, self.name(*epoch, *card)),
            What::Relocked { epoch, card, lock: None, .. } => text::log_unlocked(language, self.name(*epoch, *card)),
            What::PaperDestroyed { epoch, cards } => {
                text::LogPaperDestroyed { names: self.names(*epoch, cards), epoch: self.number(*epoch) }.say(language)
            }
            What::CardFilesDestroyed { epoch, cards } => {
                text::LogCardFilesDestroyed { names: self.names(*epoch, cards), epoch: self.number(*epoch) }
                    .say(language)
            }
            What::Deposited { entry, fields, cleared, attached, detached, .. } => {
                let given = attached.iter().map(|attached| &attached.name);
                self.deposit(&entry.id, (fields, given.collect()), (cleared, detached.iter().collect()))
            }
            What::Opened { epoch, reason, incident, reported } => {
                let opened = match incident {
                    Some(incident) => text::LogOpenedFor { reason, incident }.say(language),
                    None => text::log_opened(language, reason),
                };
                let reported = (!reported.is_empty())
                    .then(|| text::log_opened_with_reported(language, self.names(*epoch, reported)));
                joined([Some(opened), reported])
            }
            What::Revealed { entry, fields, attachments, codes, .. } => {
                let mut shown = field_labels(language, fields);
                shown.extend(attachments.iter().map(|name| text::log_attachment(language, name)));
                shown.extend(codes.iter().map(|code| match code {
                    OneTimeCode::TimeBased => text::log_time_based_code(language),
                    OneTimeCode::Recovery { number, .. } => text::log_recovery_code(language, number),
                }));
                text::LogRevealed { entry, fields: shown.join(", ") }.say(language)
            }
            What::Exported { .. } => text::log_exported(language),
            What::Closed { .. } => text::log_closed(language),
            What::Reviewed { openings } => text::log_reviewed(language, openings.len()),
            What::Staged { epoch, staging, .. } => {
                let staged =
                    text::LogStaged { epoch: self.epoch(epoch), deposits: staging.deposits.len() }.say(language);
                joined([Some(staged), Some(self.staging(staging))])
            }
            What::StagedMore { epoch, staging, .. } => {
                let more =
                    text::LogStagedMore { number: self.number(*epoch), deposits: staging.deposits.len() }.say(language);
                joined([Some(more), Some(self.staging(staging))])
            }
            What::Committed { epoch, left_out } => {
                let left = left_out.iter().map(|left| {
                    Some(text::LogLeftOut { name: self.name(*epoch, left.card), reason: &left.reason }.say(language))
                });
                joined(std::iter::once(Some(text::log_committed(language, self.number(*epoch)))).chain(left))
            }
            What::Aborted { epoch, reason } => text::LogAborted { number: self.number(*epoch), reason }.say(language),
            What::Deleted { epoch, files } => text::LogDeleted { files, number: self.number(*epoch) }.say(language),
            What::TailSetAside { number, size, .. } => text::LogTailSetAside { number, size }.say(language),
            What::Merged {} => text::log_merged(language),
            What::Unknown { version, kind } => text::LogUnknown { kind, version }.say(language),
        }
    }

    fn staging(&self, staging: &Staging) -> String {
        let language = self.language;
        let replaced: Vec<String> = staging
            .replaced
            .iter()
            .map(|replaced| format!("{} ({})", replaced.entry, part_label(language, &replaced.secret)))
            .collect();
        joined([
            (!staging.dismissed.is_empty()).then(|| text::log_dismissed(language, staging.dismissed.len())),
            (!replaced.is_empty()).then(|| text::log_replaced(language, replaced.join(", "))),
            (!staging.renewed.is_empty()).then(|| text::log_renewed(language, staging.renewed.len())),
        ])
    }

    fn deposit(
        &self,
        entry: &EntryId,
        (fields, attached): (&[FieldName], Vec<&AttachmentName>),
        (cleared, detached): (&[FieldName], Vec<&AttachmentName>),
    ) -> String {
        let language = self.language;
        let quoted = |name: &&AttachmentName| text::log_attachment(language, name);
        let mut given = field_labels(language, fields);
        given.extend(attached.iter().map(quoted));
        let mut removed = field_labels(language, cleared);
        removed.extend(detached.iter().map(quoted));
        let given = (!given.is_empty()).then(|| text::LogDeposited { entry, fields: given.join(", ") }.say(language));
        let removed = (!removed.is_empty()).then(|| match given {
            Some(_) => text::log_cleared(language, removed.join(", ")),
            None => text::LogClearedOf { entry, fields: removed.join(", ") }.say(language),
        });
        joined([given, removed])
    }

    fn epoch(&self, epoch: &NewEpoch) -> String {
        text::LogEpoch { number: epoch.number, id: epoch.hash.id() }.say(self.language)
    }

    fn number(&self, epoch: EpochHash) -> String {
        let number = self.ledger.state().epochs.get(&epoch).map(|epoch| epoch.number);
        number.map_or_else(|| epoch.id().to_string(), |number| number.to_string())
    }

    fn name(&self, epoch: EpochHash, card: CardIndex) -> String {
        custodian_name(self.ledger, epoch, card)
    }

    fn names(&self, epoch: EpochHash, cards: &[CardIndex]) -> String {
        cards.iter().map(|card| self.name(epoch, *card)).collect::<Vec<_>>().join(", ")
    }
}

/// Sentences behind each other.
fn joined(sentences: impl IntoIterator<Item = Option<String>>) -> String {
    sentences.into_iter().flatten().filter(|sentence| !sentence.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::*;
    use crate::ceremony::PinBook;
    use crate::store::{RealDisk, VaultFolder};

    /// The frozen log has every kind of event, which its own test holds.
    #[test]
    fn every_kind_of_event_has_a_sentence_of_its_own_in_both_languages() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/vectors/acme.vault");
        let pins = PinBook::new(&RealDisk, Path::new("no such folder"));
        let ledger = Ledger::read(VaultFolder::open(&RealDisk, &path).unwrap(), &pins, None).unwrap();
        let unknown = What::Unknown { version: 2, kind: "drilled".to_owned() };
        let events = ledger.history().events.iter().map(|placed| &placed.event.what).chain([&unknown]);
        let mut told: BTreeMap<String, &str> = BTreeMap::new();
        for what in events {
            for language in Language::ALL {
                let sentence = Teller { language, ledger: &ledger }.sentence(what);
                assert!(sentence.chars().any(char::is_alphabetic), "{} in {language:?}: {sentence:?}", what.kind());
                let other = told.insert(sentence.clone(), what.kind());
                assert!(other.is_none_or(|kind| kind == what.kind()), "{sentence:?} is told of {other:?}, too");
            }
        }
    }
}
