//! What a calendar is to remind people of: everything that is due or will be, and the drill.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::ceremony::{Ledger, StatusReport};
use crate::cli::commands::custodian_name;
use crate::cli::terminal::printable;
use crate::feeds::icalendar::Reminder;
use crate::journal::{Due, Obligation};
use crate::language::{Language, messages::calendar as text};
use crate::quorum::{CardIndex, EpochHash};
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
    first.retain(|due| match due.obligation {
        Obligation::Reseal { .. } | Obligation::ReviewSignIns { .. } => reminded.insert(due.obligation.kind()),
        _ => true,
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
        let words = self.words(&due.obligation);
        let description = if now {
            format!("{}\n{}", text::due_since(language, due.on.date(self.zone)), words.to_do)
        } else {
            words.to_do
        };
        let alarms = match due.obligation {
            _ if now => vec![0],
            Obligation::CheckCard { .. } => ERRAND_ALARMS.to_vec(),
            _ => MEETING_ALARMS.to_vec(),
        };
        let on = if now { self.report.now } else { due.on };
        self.made(&self.identity(&due.obligation), on, words.what, description, alarms)
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
            summary: printable(&text::summary(self.language, &self.report.name, what)),
            description: printable(&to_do),
            category: text::category(self.language),
            alarms,
        }
    }

    /// What makes it the same matter tomorrow: the regular rotation stays one event, wherever it moves.
    fn identity(&self, obligation: &Obligation) -> String {
        let kind = obligation.kind();
        match obligation {
            Obligation::Rotate => kind.to_owned(),
            Obligation::Reseal { opening } | Obligation::ReviewSignIns { opening } => format!("{kind}.{opening}"),
            Obligation::Replace { entry, .. } => format!("{kind}.{entry}"),
            Obligation::RotateAfterLoss { card }
            | Obligation::RotateAfterDeparture { card }
            | Obligation::CheckCard { card } => format!("{kind}.{card}"),
            Obligation::ReadBack { epoch, card }
            | Obligation::DestroyCardFile { epoch, card }
            | Obligation::DestroyPaper { epoch, card } => format!("{kind}.{}.{card}", epoch.id()),
            Obligation::FinishRotation { epoch } => format!("{kind}.{}", epoch.id()),
        }
    }

    fn words(&self, obligation: &Obligation) -> Words {
        let language = self.language;
        let active = |card: &CardIndex| {
            let epoch = self.ledger.state().active_epoch().map(|epoch| epoch.hash);
            epoch.map_or_else(|| card.to_string(), |epoch| self.name(epoch, card))
        };
        let (what, to_do) = match obligation {
            Obligation::Reseal { .. } => (text::reseal(language), text::rotate_to_do(language)),
            Obligation::RotateAfterLoss { card } => {
                (text::rotate_after_loss(language, active(card)), text::rotate_to_do(language))
            }
            Obligation::RotateAfterDeparture { card } => {
                (text::rotate_after_departure(language, active(card)), text::rotate_to_do(language))
            }
            Obligation::Rotate => (text::rotate(language), text::rotate_to_do(language)),
            Obligation::Replace { entry, .. } => (text::replace(language, entry), text::replace_to_do(language, entry)),
            Obligation::ReviewSignIns { .. } => (text::review(language), text::review_to_do(language)),
            Obligation::ReadBack { epoch, card } => {
                (text::read_back(language, self.name(*epoch, card)), text::read_back_to_do(language))
            }
            Obligation::CheckCard { card } => (text::check(language, active(card)), text::check_to_do(language)),
            Obligation::DestroyCardFile { epoch, card } => {
                (text::card_file(language, self.name(*epoch, card)), text::card_file_to_do(language))
            }
            Obligation::DestroyPaper { epoch, card } => {
                (text::paper(language, self.name(*epoch, card)), text::paper_to_do(language))
            }
            Obligation::FinishRotation { .. } => (text::finish(language), text::finish_to_do(language)),
        };
        Words { what, to_do }
    }

    fn name(&self, epoch: EpochHash, card: &CardIndex) -> String {
        custodian_name(self.ledger, epoch, *card)
    }

    fn day(&self, moment: Moment) -> Date {
        moment.timestamp().to_zoned(self.zone.clone()).date()
    }
}

/// An obligation for people: what it is, in a line, and what to do about it.
struct Words {
    what: String,
    to_do: String,
}
