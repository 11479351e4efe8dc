//! What a calendar is to remind people of: everything that is due or will be, and the drill.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::duty::part_label;
use crate::ceremony::{Ledger, StatusReport};
use crate::desk::printable;
use crate::ids::EpochHash;
use crate::journal::{Due, Duty, MetBy, SecretPart};
use crate::language::{Language, messages::calendar as text};
use crate::quorum::CardIndex;
use crate::report::custodian_name;
use crate::report::icalendar::Reminder;
use crate::vault::Moment;

/// Days before a meeting of several people at which they are reminded of it.
const MEETING_ALARMS: [u32; 3] = [30, 7, 0];
/// Days before something that one person does alone.
const ERRAND_ALARMS: [u32; 2] = [7, 0];

/// The reminders of one vault, the earliest first.
pub fn reminders(language: Language, zone: &TimeZone, ledger: &Ledger<'_>, report: &StatusReport) -> Vec<Reminder> {
    let agenda = Agenda { language, zone, ledger, report };
    let mut all: Vec<Reminder> = once_each(&report.due).map(|due| agenda.reminder(due)).collect();
    all.extend(agenda.drill());
    all.sort_by_key(|reminder| reminder.day);
    all
}

/// One rotation answers every opening before it, and so does one review: of those the first reminds, and the alarms ring once.
fn once_each(due: &[Due]) -> impl Iterator<Item = &Due> {
    let mut reminded = BTreeSet::new();
    let mut first: Vec<&Due> = due.iter().collect();
    first.sort_by_key(|due| due.on);
    first.retain(|due| match due.duty {
        Duty::Reseal { .. } | Duty::ReviewSignIns { .. } => reminded.insert(due.duty.kind()),
        Duty::RotateAfterLoss { .. }
        | Duty::RotateAfterDeparture { .. }
        | Duty::Replace { .. }
        | Duty::RenewRecoveryCodes { .. }
        | Duty::SettleConflict { .. }
        | Duty::ReadBack { .. }
        | Duty::FinishRotation { .. }
        | Duty::RecoverOtherSide { .. }
        | Duty::DestroyCardFile { .. }
        | Duty::DestroyPaper { .. }
        | Duty::Rotate
        | Duty::CheckCard { .. }
        | Duty::RotateCredential { .. } => true,
    });
    first.into_iter()
}

struct Agenda<'a> {
    language: Language,
    zone: &'a TimeZone,
    ledger: &'a Ledger<'a>,
    report: &'a StatusReport,
}

impl Agenda<'_> {
    /// What is due stands on the day of the report, where people look, and moves on with every report until it is done.
    fn reminder(&self, due: &Due) -> Reminder {
        let language = self.language;
        let now = due.is_due(self.report.now);
        let words = self.words(&due.duty);
        let since = due.on.or(due.since).map(|since| text::due_since(language, since.date(self.zone)));
        let description = match since {
            Some(since) if now => format!("{since}\n{}", words.to_do),
            Some(_) | None => words.to_do,
        };
        let alarms = match due.duty.row().met_by {
            MetBy::Quorum | MetBy::Card | MetBy::Claim if now => vec![0],
            MetBy::Quorum => MEETING_ALARMS.to_vec(),
            MetBy::Card | MetBy::Claim => ERRAND_ALARMS.to_vec(),
        };
        let on = due.on.filter(|_| !now).unwrap_or(self.report.now);
        self.made(&self.identity(&due.duty), on, words.what, description, alarms)
    }

    /// The next drill: halfway between rotations, and when no rotation came, half a year after the last.
    fn drill(&self) -> Option<Reminder> {
        let language = self.language;
        let first = self.report.drill_due?;
        let every = crate::journal::Calendar::default().rotation;
        let passed = self.report.now.days_since(first);
        let on = if passed <= 0 { first } else { first.plus_days((passed + every - 1) / every * every) };
        Some(self.made("drill", on, text::drill(language), text::drill_to_do(language), MEETING_ALARMS.to_vec()))
    }

    fn made(&self, identity: &str, on: Moment, what: String, to_do: String, alarms: Vec<u32>) -> Reminder {
        Reminder {
            uid: format!("{identity}.{}@breakglass", self.report.vault),
            // Every change of a date is an event in the log, which only grows.
            revision: self.ledger.history().events.len() as u64,
            day: self.day(on),
            summary: printable(&text::Summary { vault: &self.report.name, what }.say(self.language)),
            description: printable(&to_do),
            category: text::category(self.language),
            alarms,
        }
    }

    /// What makes it the same matter tomorrow: the regular rotation stays one event, wherever it moves.
    fn identity(&self, duty: &Duty) -> String {
        let kind = duty.kind();
        match duty {
            Duty::Rotate => kind.to_owned(),
            Duty::Reseal { opening } | Duty::ReviewSignIns { opening } => format!("{kind}.{opening}"),
            Duty::Replace { entry, secret, .. } | Duty::SettleConflict { entry, secret } => {
                format!("{kind}.{entry}.{}", identity_of(secret))
            }
            Duty::RenewRecoveryCodes { entry, .. } | Duty::RotateCredential { entry } => format!("{kind}.{entry}"),
            Duty::RotateAfterLoss { card } | Duty::RotateAfterDeparture { card } | Duty::CheckCard { card } => {
                format!("{kind}.{card}")
            }
            Duty::ReadBack { epoch, card }
            | Duty::DestroyCardFile { epoch, card }
            | Duty::DestroyPaper { epoch, card } => format!("{kind}.{}.{card}", epoch.id()),
            Duty::FinishRotation { epoch } | Duty::RecoverOtherSide { epoch } => format!("{kind}.{}", epoch.id()),
        }
    }

    fn words(&self, duty: &Duty) -> Words {
        let language = self.language;
        let active = |card: &CardIndex| {
            let epoch = self.active();
            epoch.map_or_else(|| card.to_string(), |epoch| self.name(epoch, card))
        };
        let number = |epoch: &EpochHash| self.ledger.state().epochs.get(epoch).map_or(0, |epoch| epoch.number);
        let (what, to_do) = match duty {
            Duty::Reseal { .. } => (text::reseal(language), text::rotate_to_do(language)),
            Duty::RotateAfterLoss { card } => {
                (text::rotate_after_loss(language, active(card)), text::rotate_to_do(language))
            }
            Duty::RotateAfterDeparture { card } => {
                (text::rotate_after_departure(language, active(card)), text::rotate_to_do(language))
            }
            Duty::Rotate => (text::rotate(language), text::rotate_to_do(language)),
            Duty::Replace { entry, secret, .. } => {
                let part = part_label(language, secret);
                (text::Replace { entry, part }.say(language), text::replace_to_do(language, entry))
            }
            Duty::RenewRecoveryCodes { entry, .. } => {
                (text::renew_codes(language, entry), text::renew_codes_to_do(language, entry))
            }
            Duty::SettleConflict { entry, secret } => {
                let part = part_label(language, secret);
                (text::Conflict { entry, part }.say(language), text::conflict_to_do(language, entry))
            }
            Duty::RotateCredential { entry } => {
                (text::old_credential(language, entry), text::old_credential_to_do(language, entry))
            }
            Duty::ReviewSignIns { .. } => (text::review(language), text::review_to_do(language)),
            Duty::ReadBack { epoch, card } => {
                (text::read_back(language, self.name(*epoch, card)), text::read_back_to_do(language))
            }
            Duty::CheckCard { card } => (text::check(language, active(card)), text::check_to_do(language)),
            Duty::DestroyCardFile { epoch, card } => (
                text::CardFile { name: self.name(*epoch, card), number: number(epoch), id: epoch.id() }.say(language),
                text::card_file_to_do(language),
            ),
            Duty::DestroyPaper { epoch, card } => (
                text::Paper { name: self.name(*epoch, card), number: number(epoch), id: epoch.id() }.say(language),
                self.paper_to_do(*epoch),
            ),
            Duty::RecoverOtherSide { epoch } => (
                text::OtherSide { number: number(epoch), id: epoch.id() }.say(language),
                text::other_side_to_do(language),
            ),
            Duty::FinishRotation { .. } => (text::finish(language), text::finish_to_do(language)),
        };
        Words { what, to_do }
    }

    /// What is to be destroyed is told together with what is to be kept.
    fn paper_to_do(&self, epoch: EpochHash) -> String {
        let language = self.language;
        match self.active() {
            Some(kept) if kept != epoch => {
                let number = self.ledger.state().epochs.get(&kept).map_or(0, |epoch| epoch.number);
                text::PaperToDo { number, id: kept.id() }.say(language)
            }
            _ => text::reprinted_to_do(language),
        }
    }

    fn active(&self) -> Option<EpochHash> {
        self.ledger.state().active_epoch().map(|epoch| epoch.hash)
    }

    fn name(&self, epoch: EpochHash, card: &CardIndex) -> String {
        custodian_name(self.ledger, epoch, *card)
    }

    fn day(&self, moment: Moment) -> Date {
        moment.timestamp().to_zoned(self.zone.clone()).date()
    }
}

fn identity_of(part: &SecretPart) -> String {
    match part {
        SecretPart::Field(name) => name.to_string(),
        SecretPart::Attachment(name) => format!("attachment.{name}"),
    }
}

/// A duty for people: what it is, in a line, and what to do about it.
struct Words {
    what: String,
    to_do: String,
}
