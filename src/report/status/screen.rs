//! The status of a vault for people: at most 23 lines of at most 80 columns, so that with the prompt it is one screen.

use std::path::Path;

use jiff::tz::TimeZone;

use super::duty::{card_of, entries, part_label, part_of};
use crate::ceremony::{ClockFinding, Concern, CustodianStatus, Ledger, Margin, Seal, StatusReport};
use crate::desk::{columns, fitted};
use crate::ids::{EpochHash, EpochId};
use crate::journal::{CodesLeft, Duty};
use crate::language::{Language, messages::report as text, messages::second_factor as factors};
use crate::report::table::table;
use crate::report::{custodian_name, told_heads};
use crate::vault::{EntryId, Moment};

/// Lines of a screen, less the one of the prompt.
const LINES: usize = 23;
/// Columns of a screen.
const COLUMNS: usize = 80;
/// Columns before each thing that is due.
const INDENT: usize = 4;
/// Columns that names take in a line at least.
const MIN_NAMES: usize = 8;
/// Columns of a name, and of what is to be said of a card, in the table.
const NAME_COLUMNS: usize = 24;
const STATE_COLUMNS: usize = 24;

/// Everything that people want to know.
pub fn whole(language: Language, zone: &TimeZone, ledger: &Ledger<'_>, report: &StatusReport) -> String {
    let writer = Writer { language, zone, ledger, report };
    let mut top = writer.top();
    let mut below = vec![match report.knows_entries {
        true => text::StatusEntries { sealed: report.entries.len(), deposits: report.deposited.len() }.say(language),
        false => text::status_entries_not_known(language),
    }];
    below.extend(codes(language, &report.recovery_codes));
    below.extend(told_heads(language, &report.heads));
    let mut bottom = writer.duties(LINES.saturating_sub(top.len() + below.len()));
    bottom.extend(below);
    // Two empty lines and the table's heads.
    let room = LINES.saturating_sub(top.len() + bottom.len() + 3);
    if report.custodians.is_empty() || room == 0 {
        // The table gives way to what is wrong and due.
        let empty = usize::from(top.len() + bottom.len() < LINES);
        top.extend(vec![String::new(); empty]);
    } else {
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
    lines.extend(writer.duties(LINES));
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
                let reason = fitted(reason.as_str(), COLUMNS / 2);
                let mut lines =
                    vec![text::status_opened(language, name), text::StatusOpening { when, reason }.say(language)];
                if *openings > 1 {
                    lines.push(text::status_openings(language, openings));
                }
                if *still_open {
                    lines.push(text::status_still_open(language));
                }
                lines
            }
            Seal::Split { epochs } => {
                let ids: Vec<String> =
                    epochs.iter().map(|epoch| format!("{} ({})", self.number(*epoch), brief(*epoch))).collect();
                let between = self.fitting(&ids, &|ids| text::status_split_between(language, ids));
                vec![text::status_split(language, name), between, text::status_split_decide(language)]
            }
        };
        if let (Some((number, id, since)), Some(due)) = (report.epoch, report.rotation_due) {
            lines.push(text::StatusEpoch { number, id, since: self.date(since), due: self.date(due) }.say(language));
        }
        lines.extend(report.margin.iter().flat_map(|margin| self.margin(*margin)));
        lines
    }

    fn margin(&self, margin: Margin) -> Vec<String> {
        let language = self.language;
        let Margin { usable, verified, reported, threshold, spare } = margin;
        let words = match spare {
            ..0 => text::MarginReported { usable, threshold, reported }.say(language),
            0 => text::MarginNone { usable, threshold }.say(language),
            _ => text::Margin { usable, threshold, spare }.say(language),
        };
        let found = (spare < 0).then(|| text::margin_found(language));
        if verified >= usable {
            return std::iter::once(words).chain(found).collect();
        }
        let unverified = text::margin_unverified(language, usable - verified);
        let lines = match format!("{words} {unverified}") {
            together if columns(&together) <= COLUMNS => vec![together],
            _ => vec![words, unverified],
        };
        lines.into_iter().chain(found).collect()
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
        let others = match plain.iter().all(|custodian| is_plain(custodian)) {
            true => text::other_custodians(language, plain.len()),
            false => text::more_custodians(language, plain.len()),
        };
        if rows.is_empty() { others } else { format!("{}\n{others}", table(&heads, &rows)) }
    }

    fn row(&self, custodian: &CustodianStatus) -> [String; 5] {
        let date = |moment: Option<Moment>| moment.map_or_else(String::new, |moment| self.date(moment));
        [
            custodian.card.to_string(),
            fitted(custodian.person.name.as_str(), NAME_COLUMNS),
            fitted(&state(self.language, custodian), STATE_COLUMNS),
            date(custodian.seen),
            date(custodian.check_due),
        ]
    }

    /// What is wrong and what is due now, of each kind one line; or what falls due next. At most so many lines.
    fn duties(&self, room: usize) -> Vec<String> {
        let (language, report) = (self.language, self.report);
        let mut groups: Vec<Vec<String>> = report.concerns.iter().map(|concern| self.concern(concern)).collect();
        groups.extend(self.due_groups());
        groups.retain(|group| !group.is_empty());
        if groups.is_empty() {
            let next = report.due.iter().find_map(|due| due.on.filter(|on| *on > report.now).map(|on| (on, due)));
            return next
                .map(|(on, due)| text::StatusNext { date: self.date(on), what: self.short(&due.duty) }.say(language))
                .into_iter()
                .chain(self.notes())
                .collect();
        }
        let notes = self.notes();
        let lines = most_urgent(language, groups, room.saturating_sub(1 + notes.len()));
        let lines = lines.into_iter().map(|line| fitted(&format!("  - {line}"), COLUMNS));
        std::iter::once(text::status_due(language)).chain(lines).chain(notes).collect()
    }

    /// What is told and needs nobody.
    fn notes(&self) -> Vec<String> {
        let (language, report) = (self.language, self.report);
        let mut notes = Vec::new();
        if let Some(epoch) = report.begins_with {
            notes.push(text::status_begins_with(language, epoch));
        }
        if report.rewritten && report.concerns.is_empty() {
            notes.push(text::status_rewritten(language));
        }
        if report.awaits_first_ceremony() {
            notes.push(text::status_first_ceremony(language));
        }
        notes
    }

    fn concern(&self, concern: &Concern) -> Vec<String> {
        let language = self.language;
        match concern {
            Concern::Log(findings) => vec![text::due_findings(language, findings.len())],
            Concern::Files(findings) => {
                let first = findings.first().map(|finding| finding.place().path());
                let name = first.as_deref().and_then(Path::file_name).unwrap_or_default();
                let first = [name.to_string_lossy().into_owned()];
                vec![self.fitting(&first, &|first| text::DueFiles { count: findings.len(), first }.say(language))]
            }
            Concern::Obstacles(obstacles) => vec![text::due_obstacles(language, obstacles.len())],
            Concern::NoLog => vec![text::due_no_log(language)],
            Concern::Unproven => vec![text::due_unproven(language)],
            Concern::MissingHeads(heads) => vec![text::due_missing_heads(language, heads.len())],
            Concern::Clock(ClockFinding::Behind { signed }) => {
                let (signed, now) = (signed.date_and_minute(self.zone), self.report.now.date_and_minute(self.zone));
                vec![text::DueClocksDiffer { when: signed, now }.say(language), text::due_clock_compare(language)]
            }
            Concern::Clock(ClockFinding::Future { event }) => {
                vec![text::due_future_event(language, event.date_and_minute(self.zone))]
            }
            Concern::Newer(version) => vec![text::due_newer(language, version)],
            // Said above, where sealed or opened stands.
            Concern::Split => Vec::new(),
            Concern::TooFewCards => vec![text::due_too_few_cards(language)],
            Concern::Pins(_) => vec![text::due_pins(language)],
            Concern::Unexplained(epochs) => {
                let told = |(number, id): &(u32, EpochId)| text::LogEpoch { number, id }.say(language);
                vec![text::due_unexplained(language, epochs.iter().map(told).collect::<Vec<_>>().join(", "))]
            }
        }
    }

    /// A line for each kind of duty that is due, and for papers one for each epoch: nobody may take one epoch's for another's.
    fn due_groups(&self) -> Vec<Vec<String>> {
        let mut groups: Vec<Vec<&Duty>> = Vec::new();
        let mut due: Vec<&Duty> = self.report.due_now().map(|due| &due.duty).collect();
        due.sort();
        for duty in due {
            match groups.last_mut() {
                Some(group) if group_of(group[0]) == group_of(duty) => group.push(duty),
                _ => groups.push(vec![duty]),
            }
        }
        groups.iter().map(|group| self.group(group)).collect()
    }

    fn group(&self, group: &[&Duty]) -> Vec<String> {
        let (language, report) = (self.language, self.report);
        let Some(first) = group.first() else { return Vec::new() };
        let names = self.names(group);
        let entries = entries(group);
        let fit = |words: &[String], say: &dyn Fn(String) -> String| vec![self.fitting(words, say)];
        match first {
            Duty::Reseal { .. } => vec![text::due_reseal(language)],
            Duty::RotateAfterLoss { .. } => fit(&names, &|names| text::due_rotate_after_loss(language, names)),
            Duty::RotateAfterDeparture { .. } => {
                fit(&names, &|names| text::due_rotate_after_departure(language, names))
            }
            Duty::Replace { .. } => {
                // Where not all fields fit, all entries are worth more than the fields of some.
                let parts = text::due_replace(language, self.parts(group).join(", "));
                if columns(&parts) <= COLUMNS - INDENT {
                    return vec![parts];
                }
                fit(&entries, &|entries| text::due_replace(language, entries))
            }
            Duty::RenewRecoveryCodes { .. } => fit(&entries, &|entries| text::due_renew_codes(language, entries)),
            Duty::ReviewSignIns { .. } => vec![text::due_review(language, group.len())],
            Duty::SettleConflict { .. } => fit(&self.parts(group), &|parts| text::due_conflict(language, parts)),
            Duty::ReadBack { .. } => fit(&names, &|names| text::due_read_back(language, names)),
            Duty::FinishRotation { epoch } => {
                let staged = self.ledger.state().epochs.get(epoch);
                let incomplete = staged.is_some_and(|staged| staged.incomplete);
                let (number, read_back) = staged.map_or((0, 0), |staged| (staged.number, staged.read_back()));
                vec![if incomplete {
                    text::due_give_up(language, number)
                } else {
                    text::DueFinish { number, read_back }.say(language)
                }]
            }
            Duty::RecoverOtherSide { epoch } => {
                vec![text::DueOtherSide { number: self.number(*epoch), id: brief(*epoch) }.say(language)]
            }
            Duty::DestroyCardFile { epoch, .. } => {
                let (number, id) = (self.number(*epoch), brief(*epoch));
                fit(&names, &|names| text::DueCardFile { number, id: &id, names }.say(language))
            }
            Duty::DestroyPaper { epoch, .. } => self.papers(*epoch, &names),
            Duty::Rotate => {
                let date = report.rotation_due.map_or_else(String::new, |date| self.date(date));
                vec![text::due_rotate(language, date)]
            }
            Duty::CheckCard { .. } => fit(&names, &|names| text::due_check(language, names)),
            Duty::RotateCredential { .. } => fit(&entries, &|entries| text::due_old_credential(language, entries)),
        }
    }

    /// What is to be destroyed is told together with what is to be kept.
    fn papers(&self, epoch: EpochHash, names: &[String]) -> Vec<String> {
        let language = self.language;
        let (number, id) = (self.number(epoch), brief(epoch));
        let old = self.fitting(names, &|names| text::DuePaper { number, id: &id, names }.say(language));
        let kept = self.active().map(|kept| match kept == epoch {
            true => text::due_paper_reprinted(language),
            false => text::DuePaperKeep { number: self.number(kept), id: brief(kept) }.say(language),
        });
        std::iter::once(old).chain(kept).collect()
    }

    fn number(&self, epoch: EpochHash) -> u32 {
        self.ledger.state().epochs.get(&epoch).map_or(0, |epoch| epoch.number)
    }

    fn names(&self, group: &[&Duty]) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for (epoch, card) in group.iter().filter_map(|duty| card_of(duty, self.active())) {
            let name = custodian_name(self.ledger, epoch, card);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Each entry with those of its fields that are meant.
    fn parts(&self, group: &[&Duty]) -> Vec<String> {
        let mut parts: Vec<(&EntryId, Vec<String>)> = Vec::new();
        for (entry, part) in group.iter().filter_map(|duty| part_of(duty)) {
            let label = part_label(self.language, part);
            match parts.last_mut() {
                Some((known, labels)) if *known == entry => labels.push(label),
                _ => parts.push((entry, vec![label])),
            }
        }
        parts.into_iter().map(|(entry, labels)| format!("{entry} ({})", labels.join(", "))).collect()
    }

    /// A sentence with as many of the names as one line takes: what to do stands behind them, and must not be cut.
    fn fitting(&self, names: &[String], say: &dyn Fn(String) -> String) -> String {
        let room = COLUMNS - INDENT;
        let said = |width: usize| say(self.some(names, width));
        (MIN_NAMES..room).rev().map(said).find(|line| columns(line) <= room).unwrap_or_else(|| said(MIN_NAMES))
    }

    /// As many of the names as fit, and how many more there are.
    fn some(&self, names: &[String], width: usize) -> String {
        let mut words = String::new();
        for (place, name) in names.iter().enumerate() {
            let separated = if place == 0 { fitted(name, width) } else { format!("{words}, {name}") };
            if columns(&separated) > width {
                return text::AndMore { names: words, count: names.len() - place }.say(self.language);
            }
            words = separated;
        }
        words
    }

    /// One duty that falls due later, in a few words.
    fn short(&self, duty: &Duty) -> String {
        let language = self.language;
        match duty {
            Duty::CheckCard { card } => {
                let name = self.active().map_or_else(String::new, |epoch| custodian_name(self.ledger, epoch, *card));
                text::next_check(language, fitted(&name, NAME_COLUMNS))
            }
            Duty::RotateCredential { entry } => text::next_credential(language, entry),
            Duty::Rotate
            // These are due at once, and never later.
            | Duty::Reseal { .. }
            | Duty::RotateAfterLoss { .. }
            | Duty::RotateAfterDeparture { .. }
            | Duty::Replace { .. }
            | Duty::RenewRecoveryCodes { .. }
            | Duty::ReviewSignIns { .. }
            | Duty::SettleConflict { .. }
            | Duty::ReadBack { .. }
            | Duty::FinishRotation { .. }
            | Duty::RecoverOtherSide { .. }
            | Duty::DestroyCardFile { .. }
            | Duty::DestroyPaper { .. } => text::next_rotation(language),
        }
    }

    fn active(&self) -> Option<EpochHash> {
        self.ledger.state().active_epoch().map(|epoch| epoch.hash)
    }

    fn date(&self, moment: Moment) -> String {
        moment.date(self.zone)
    }
}

/// As many as there is room for, and how many more there are. What belongs together is never parted: nobody may read what to destroy
/// without what to keep.
fn most_urgent(language: Language, groups: Vec<Vec<String>>, room: usize) -> Vec<String> {
    if groups.iter().map(Vec::len).sum::<usize>() <= room {
        return groups.concat();
    }
    let (mut lines, mut left) = (Vec::new(), groups.len());
    for group in groups {
        if lines.len() + group.len() >= room {
            break;
        }
        lines.extend(group);
        left -= 1;
    }
    lines.push(text::due_more(language, left));
    lines
}

/// What stands in one line of the screen together.
fn group_of(duty: &Duty) -> (&'static str, Option<EpochHash>) {
    let epoch = match duty {
        Duty::DestroyCardFile { epoch, .. } | Duty::DestroyPaper { epoch, .. } | Duty::RecoverOtherSide { epoch } => {
            Some(*epoch)
        }
        Duty::Reseal { .. }
        | Duty::RotateAfterLoss { .. }
        | Duty::RotateAfterDeparture { .. }
        | Duty::Replace { .. }
        | Duty::RenewRecoveryCodes { .. }
        | Duty::ReviewSignIns { .. }
        | Duty::SettleConflict { .. }
        | Duty::ReadBack { .. }
        | Duty::FinishRotation { .. }
        | Duty::Rotate
        | Duty::CheckCard { .. }
        | Duty::RotateCredential { .. } => None,
    };
    (duty.kind(), epoch)
}

/// An epoch id as people compare it: its first digits in groups.
fn brief(epoch: EpochHash) -> String {
    let id = epoch.id().to_string();
    format!("{} {} {}…", &id[..4], &id[4..8], &id[8..12])
}

/// How many recovery codes are left, in one line; and what to do where they run out.
fn codes(language: Language, left: &[CodesLeft]) -> Vec<String> {
    /// With so few left, new ones are asked for before the next emergency.
    const FEW: u16 = 2;
    let words = |left: &CodesLeft| {
        factors::CodesStatus { entry: &left.entry, left: left.left, count: left.count }.say(language)
    };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_destroy_is_never_told_without_what_to_keep_and_what_has_no_room_is_counted() {
        let groups = || {
            [&["reseal"][..], &["destroy", "keep"], &["rotate"]]
                .map(|lines| lines.iter().map(|line| (*line).to_owned()))
        };
        let told = |room| most_urgent(Language::English, groups().map(Iterator::collect).into_iter().collect(), room);
        assert_eq!(told(4), ["reseal", "destroy", "keep", "rotate"]);
        assert_eq!(told(3), ["reseal", "and 2 more: `breakglass status --json`"]);
        assert_eq!(told(1), ["and 3 more: `breakglass status --json`"]);
    }
}
