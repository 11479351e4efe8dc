//! No kind of duty is without words: on the screen, in the calendar, for a machine and in the metrics.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::tz::TimeZone;

use super::{agenda, document, metrics, screen};
use crate::ceremony::{Ledger, PinBook, StatusReport, status};
use crate::journal::{Calendar, Due, Duty, SecretPart};
use crate::language::Language;
use crate::quorum::CardIndex;
use crate::store::{RealDisk, VaultFolder};
use crate::vault::Moment;

/// The frozen vault, and what is due at it.
fn frozen() -> (Ledger<'static>, StatusReport) {
    static DISK: RealDisk = RealDisk;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/vectors/acme.vault");
    let pins = PinBook::new(&DISK, Path::new("no such folder"));
    let ledger = Ledger::read(VaultFolder::open(&DISK, &path).unwrap(), &pins, None).unwrap();
    let now = "2026-02-01T03:00:00Z".parse().unwrap();
    let report = status(&ledger, Vec::new(), Calendar::default(), now).unwrap();
    (ledger, report)
}

/// One duty of every kind. Whoever adds a kind adds it here: its kind stands in [`Duty::KINDS`], which must be all of these.
fn every_duty(ledger: &Ledger<'_>) -> Vec<Duty> {
    let state = ledger.state();
    let epoch = state.active_epoch().unwrap().hash;
    let opening = state.openings[0].event;
    let entry = state.deposits[0].entry.id.clone();
    let (card, secret) = (CardIndex::try_from(1).unwrap(), SecretPart::password());
    let all = vec![
        Duty::Reseal { opening },
        Duty::RotateAfterLoss { card },
        Duty::RotateAfterDeparture { card },
        Duty::Replace { entry: entry.clone(), secret: secret.clone(), opening },
        Duty::RenewRecoveryCodes { entry: entry.clone(), left: 1, count: 8 },
        Duty::ReviewSignIns { opening },
        Duty::SettleConflict { entry: entry.clone(), secret },
        Duty::ReadBack { epoch, card },
        Duty::FinishRotation { epoch },
        Duty::RecoverOtherSide { epoch },
        Duty::DestroyCardFile { epoch, card },
        Duty::DestroyPaper { epoch, card },
        Duty::Rotate,
        Duty::CheckCard { card },
        Duty::RotateCredential { entry },
    ];
    assert_eq!(all.iter().map(Duty::kind).collect::<Vec<_>>(), Duty::KINDS);
    all
}

/// The report with nothing to tell but this duty, due now.
fn with_only(report: &StatusReport, duty: &Duty) -> StatusReport {
    let due = vec![Due { duty: duty.clone(), on: None, since: Some(report.now) }];
    StatusReport { due, concerns: Vec::new(), drill_due: None, ..report.clone() }
}

#[test]
fn every_duty_has_a_line_of_its_own_on_the_screen_in_both_languages() {
    let (ledger, report) = frozen();
    let mut told = BTreeSet::new();
    for duty in every_duty(&ledger) {
        for language in Language::ALL {
            let screen = screen::whole(language, &TimeZone::UTC, &ledger, &with_only(&report, &duty));
            let lines: Vec<&str> = screen.lines().filter_map(|line| line.strip_prefix("  - ")).collect();
            assert!(!lines.is_empty() && lines.iter().all(|line| !line.trim().is_empty()), "{}: {screen}", duty.kind());
            assert!(told.insert(lines.join("\n")), "{} in {language:?} says what another says: {lines:?}", duty.kind());
        }
    }
}

#[test]
fn every_duty_has_a_reminder_in_the_calendar_that_says_what_and_how_in_both_languages() {
    let (ledger, report) = frozen();
    let mut told = BTreeSet::new();
    for duty in every_duty(&ledger) {
        for language in Language::ALL {
            let reminders = agenda::reminders(language, &TimeZone::UTC, &ledger, &with_only(&report, &duty));
            let [reminder] = &reminders[..] else { panic!("{}: {} reminders", duty.kind(), reminders.len()) };
            let what = reminder.summary.strip_prefix(report.name.as_str()).unwrap_or(&reminder.summary);
            assert!(what.chars().any(char::is_alphabetic), "{}: {what:?}", duty.kind());
            let to_do: Vec<&str> = reminder.description.lines().skip(1).collect();
            assert!(to_do.iter().any(|line| !line.trim().is_empty()), "{}: {:?}", duty.kind(), reminder.description);
            assert!(told.insert(reminder.summary.clone()), "{}: {}", duty.kind(), reminder.summary);
        }
    }
}

#[test]
fn every_duty_is_counted_under_its_kind_and_told_to_a_machine() {
    let (ledger, report) = frozen();
    for duty in every_duty(&ledger) {
        let report = with_only(&report, &duty);
        let json = serde_json::to_value(document::Document::of(&ledger, &report)).unwrap();
        assert_eq!(json["due"][0]["what"], duty.kind());
        let measured = metrics::Measured { folder: "acme.vault".to_owned(), read: Some((report, 1)) };
        let text = metrics::exposition(&[measured]);
        let counted: Vec<&str> = text.lines().filter(|line| line.starts_with("breakglass_duties_due{")).collect();
        assert_eq!(counted.len(), Duty::KINDS.len(), "what is missing cannot be watched");
        for (line, kind) in counted.iter().zip(Duty::KINDS) {
            let due = if kind == duty.kind() { 1 } else { 0 };
            assert!(line.contains(&format!("kind=\"{kind}\"")) && line.ends_with(&format!(" {due}")), "{line}");
        }
    }
}

/// What falls due later is told, too, in a few words.
#[test]
fn every_duty_that_comes_on_a_date_is_told_as_the_next_one() {
    let (ledger, report) = frozen();
    let on: Moment = "2026-06-01T00:00:00Z".parse().unwrap();
    let mut told = BTreeSet::new();
    for duty in every_duty(&ledger).into_iter().filter(|duty| duty.row().when == crate::journal::When::OnADate) {
        for language in Language::ALL {
            let mut report = with_only(&report, &duty);
            report.due[0].on = Some(on);
            let screen = screen::short(language, &TimeZone::UTC, &ledger, &report);
            let next = screen.lines().find(|line| line.contains("2026-06-01")).unwrap_or_default().to_owned();
            assert!(!next.is_empty(), "{}: {screen}", duty.kind());
            assert!(told.insert(next), "{}", duty.kind());
        }
    }
}
