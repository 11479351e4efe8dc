//! The status of a vault for people: at most 23 lines of at most 80 columns, so that with the prompt it is one screen.

use jiff::tz::TimeZone;

use crate::ceremony::{CustodianStatus, Ledger, Margin, Seal, StatusReport};
use crate::cli::commands::custodian_name;
use crate::cli::heads::told_heads;
use crate::cli::table::table;
use crate::cli::terminal::{columns, fitted};
use crate::journal::{CodesLeft, Obligation};
use crate::language::{Language, messages::report as text, messages::second_factor as factors};
use crate::quorum::{CardIndex, EpochHash};
use crate::vault::Moment;

/// Lines of a screen, less the one of the prompt.
const LINES: usize = 23;
/// Columns of a screen.
const COLUMNS: usize = 80;
/// Columns of a name, and of what is to be said of a card, in the table.
const NAME_COLUMNS: usize = 24;
const STATE_COLUMNS: usize = 24;

/// Everything that people want to know.
pub fn whole(language: Language, zone: &TimeZone, ledger: &Ledger<'_>, report: &StatusReport) -> String {
    let writer = Writer { language, zone, ledger, report };
    let mut top = writer.top();
    let mut bottom = writer.duties();
    bottom.push(text::status_entries(language, report.entries.len(), report.deposited.len()));
    bottom.extend(codes(language, &report.recovery_codes));
    bottom.extend(told_heads(language, &report.heads));
    if !report.custodians.is_empty() {
        // Two empty lines and the table's heads.
        let room = LINES.saturating_sub(top.len() + bottom.len() + 3);
        top.push(String::new());
        top.push(writer.custodians(room));
        top.push(String::new());
    }
    top.extend(bottom);
    top.join("\n")
}

/// The same without the table: for several vaults, one after the other.
pub fn short(language: Language, zone: &TimeZone, ledger: &Ledger<'_>, report: &StatusReport) -> String {
    let writer = Writer { language, zone, ledger, report };
    let mut lines = writer.top();
    lines.extend(writer.duties());
    lines.push(String::new());
    lines.join("\n")
}

struct Writer<'a> {
    language: Language,
    zone: &'a TimeZone,
    ledger: &'a Ledger<'a>,
    report: &'a StatusReport,
}

impl Writer<'_> {
    /// Sealed or opened, the epoch, and how many cards may be lost.
    fn top(&self) -> Vec<String> {
        let (language, report) = (self.language, self.report);
        let name = fitted(report.name.as_str(), COLUMNS - 40);
        let mut lines = match &report.seal {
            Seal::Sealed if report.is_calm() => vec![text::status_calm(language, name)],
            Seal::Sealed => vec![text::status_sealed(language, name)],
            Seal::Opened { time, reason, openings, still_open, .. } => {
                let when = time.date_and_minute(self.zone);
                let reason = fitted(reason, COLUMNS / 2);
                let mut lines = vec![text::status_opened(language, name), text::status_opening(language, when, reason)];
                if *openings > 1 {
                    lines.push(text::status_openings(language, openings));
                }
                if *still_open {
                    lines.push(text::status_still_open(language));
                }
                lines
            }
            Seal::Split { epochs } => {
                let ids: Vec<String> = epochs.iter().map(|epoch| epoch.id().to_string()).collect();
                vec![text::status_split(language, name), text::status_split_between(language, ids.join(", "))]
            }
        };
        if let (Some((number, id, since)), Some(due)) = (report.epoch, report.rotation_due) {
            lines.push(text::status_epoch(language, number, id, self.date(since), self.date(due)));
        }
        lines.extend(report.margin.map(|margin| self.margin(margin)));
        lines
    }

    fn margin(&self, margin: Margin) -> String {
        let language = self.language;
        let Margin { usable, verified, threshold, spare } = margin;
        let mut words = match spare {
            ..0 => text::margin_closed(language, usable, threshold),
            0 => text::margin_none(language, usable, threshold),
            _ => text::margin(language, usable, threshold, spare),
        };
        if verified < usable {
            words.push(' ');
            words.push_str(&text::margin_unverified(language, usable - verified));
        }
        words
    }

    /// A line for each custodian; where they do not all fit, for those of whom there is something to say, and one for the others.
    fn custodians(&self, room: usize) -> String {
        let language = self.language;
        let heads = [
            text::head_card(language),
            text::head_custodian(language),
            text::head_card_state(language),
            text::head_last_seen(language),
            text::head_check_by(language),
        ];
        let all: Vec<&CustodianStatus> = self.report.custodians.iter().collect();
        if all.len() <= room {
            return table(&heads, &all.iter().map(|custodian| self.row(custodian)).collect::<Vec<_>>());
        }
        let (mut plain, mut notable): (Vec<_>, Vec<_>) = all.into_iter().partition(|custodian| is_plain(custodian));
        plain.extend(notable.split_off(notable.len().min(room.saturating_sub(1))));
        let rows: Vec<_> = notable.iter().map(|custodian| self.row(custodian)).collect();
        let others = text::other_custodians(language, plain.len());
        if rows.is_empty() { others } else { format!("{}\n{others}", table(&heads, &rows)) }
    }

    fn row(&self, custodian: &CustodianStatus) -> [String; 5] {
        let date = |moment: Option<Moment>| moment.map_or_else(String::new, |moment| self.date(moment));
        [
            custodian.card.to_string(),
            fitted(custodian.name.as_str(), NAME_COLUMNS),
            fitted(&state(self.language, custodian), STATE_COLUMNS),
            date(custodian.seen),
            date(custodian.check_due),
        ]
    }

    /// What is due now, of each kind one line; or what falls due next.
    fn duties(&self) -> Vec<String> {
        let (language, report) = (self.language, self.report);
        let mut lines: Vec<String> = Vec::new();
        if report.findings > 0 {
            lines.push(text::due_findings(language, report.findings));
        }
        let now: Vec<&Obligation> = report.due_now().map(|due| &due.obligation).collect();
        lines.extend(self.rotations(&now));
        lines.extend(self.after_openings(&now));
        lines.extend(self.cards(&now));
        if lines.is_empty() {
            let next = report.due.iter().find(|due| !due.is_due(report.now));
            return next
                .map(|due| text::status_next(language, self.date(due.on), self.short(&due.obligation)))
                .into_iter()
                .collect();
        }
        let lines = lines.into_iter().map(|line| fitted(&format!("  - {line}"), COLUMNS));
        std::iter::once(text::status_due(language)).chain(lines).collect()
    }

    fn rotations(&self, now: &[&Obligation]) -> Vec<String> {
        let (language, report) = (self.language, self.report);
        let mut lines = Vec::new();
        if now.iter().any(|duty| matches!(duty, Obligation::Reseal { .. })) {
            lines.push(text::due_reseal(language));
        }
        let active = self.active();
        let lost = self.names(now, |duty| match duty {
            Obligation::RotateAfterLoss { card } => active.map(|epoch| (epoch, *card)),
            _ => None,
        });
        lines.extend(lost.map(|names| text::due_rotate_after_loss(language, names)));
        let departed = self.names(now, |duty| match duty {
            Obligation::RotateAfterDeparture { card } => active.map(|epoch| (epoch, *card)),
            _ => None,
        });
        lines.extend(departed.map(|names| text::due_rotate_after_departure(language, names)));
        if let Some(due) = report.rotation_due.filter(|_| now.contains(&&Obligation::Rotate)) {
            lines.push(text::due_rotate(language, self.date(due)));
        }
        if let Some((number, _, read_back)) = report.staged {
            lines.push(text::due_finish(language, number, read_back));
        }
        lines
    }

    fn after_openings(&self, now: &[&Obligation]) -> Vec<String> {
        let language = self.language;
        let entries: Vec<String> = now
            .iter()
            .filter_map(|duty| match duty {
                Obligation::Replace { entry, .. } => Some(entry.to_string()),
                _ => None,
            })
            .collect();
        let reviews = now.iter().filter(|duty| matches!(duty, Obligation::ReviewSignIns { .. })).count();
        let mut lines = Vec::new();
        if !entries.is_empty() {
            lines.push(text::due_replace(language, self.some(&entries, 44)));
        }
        if reviews > 0 {
            lines.push(text::due_review(language, reviews));
        }
        lines
    }

    fn cards(&self, now: &[&Obligation]) -> Vec<String> {
        let (language, active) = (self.language, self.active());
        let unread = self.names(now, |duty| match duty {
            Obligation::ReadBack { epoch, card } => Some((*epoch, *card)),
            _ => None,
        });
        let unseen = self.names(now, |duty| match duty {
            Obligation::CheckCard { card } => active.map(|epoch| (epoch, *card)),
            _ => None,
        });
        let files = self.names(now, |duty| match duty {
            Obligation::DestroyCardFile { epoch, card } => Some((*epoch, *card)),
            _ => None,
        });
        let papers = self.names(now, |duty| match duty {
            Obligation::DestroyPaper { epoch, card } => Some((*epoch, *card)),
            _ => None,
        });
        let lines = [
            unread.map(|names| text::due_read_back(language, names)),
            unseen.map(|names| text::due_check(language, names)),
            files.map(|names| text::due_card_file(language, names)),
            papers.map(|names| text::due_paper(language, names)),
        ];
        lines.into_iter().flatten().collect()
    }

    fn names(&self, now: &[&Obligation], of: impl Fn(&Obligation) -> Option<(EpochHash, CardIndex)>) -> Option<String> {
        let mut names: Vec<String> = Vec::new();
        for (epoch, card) in now.iter().filter_map(|duty| of(duty)) {
            let name = custodian_name(self.ledger, epoch, card);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        (!names.is_empty()).then(|| self.some(&names, 36))
    }

    /// As many of the names as fit, and how many more there are.
    fn some(&self, names: &[String], width: usize) -> String {
        let mut words = String::new();
        for (place, name) in names.iter().enumerate() {
            let separated = if place == 0 { fitted(name, width) } else { format!("{words}, {name}") };
            if columns(&separated) > width {
                return text::and_more(self.language, words, names.len() - place);
            }
            words = separated;
        }
        words
    }

    /// One obligation in a few words.
    fn short(&self, obligation: &Obligation) -> String {
        let language = self.language;
        match obligation {
            Obligation::CheckCard { card } => {
                let name = self.active().map_or_else(String::new, |epoch| custodian_name(self.ledger, epoch, *card));
                text::next_check(language, fitted(&name, NAME_COLUMNS))
            }
            // Everything else falls due at once, but for the regular rotation.
            _ => text::next_rotation(language),
        }
    }

    fn active(&self) -> Option<EpochHash> {
        self.ledger.state().active_epoch().map(|epoch| epoch.hash)
    }

    fn date(&self, moment: Moment) -> String {
        moment.date(self.zone)
    }
}

/// How many recovery codes are left, in one line; and what to do where they run out.
fn codes(language: Language, left: &[CodesLeft]) -> Vec<String> {
    /// With so few left, new ones are asked for before the next emergency.
    const FEW: u16 = 2;
    let words = |left: &CodesLeft| factors::codes_status(language, &left.entry, left.left, left.count);
    let mut lines: Vec<String> = Vec::new();
    if !left.is_empty() {
        lines.push(fitted(&left.iter().map(words).collect::<Vec<_>>().join("; "), COLUMNS).to_string());
    }
    if left.iter().any(|left| left.left <= FEW && left.left < left.count) {
        lines.push(factors::codes_running_out(language));
    }
    lines
}

/// Whether there is nothing to say of a card but that it is good.
fn is_plain(custodian: &CustodianStatus) -> bool {
    custodian.verified && !custodian.lost && !custodian.departed && !custodian.card_file && custodian.left_out.is_none()
}

fn state(language: Language, custodian: &CustodianStatus) -> String {
    let mut words = Vec::new();
    match (custodian.lost, custodian.departed) {
        (true, _) => words.push(text::card_lost(language)),
        (_, true) => words.push(text::card_departed(language)),
        _ if custodian.verified => words.push(text::card_good(language)),
        _ => words.push(match &custodian.left_out {
            Some(reason) => text::card_left_out(language, reason),
            None => text::card_unverified(language),
        }),
    }
    if custodian.locked {
        words.push(text::card_locked(language));
    }
    if custodian.card_file {
        words.push(text::card_file_left(language));
    }
    words.join(", ")
}
