//! The calendar and the measurements of `status`, read by the programs of others.

#[path = "support/practice.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod practice;
#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use breakglass::language::Language;
use practice::Practice;
use scratch::CONFIGURATION_VARIABLE;
use serde_json::Value;

fn run(practice: &Practice, language: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_breakglass"));
    command.args(arguments).arg("--vault").arg(practice.vault()).args(["--language", language]);
    command.env(CONFIGURATION_VARIABLE, practice.scratch.path().join("config")).stdin(Stdio::null());
    command.output().unwrap()
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a Python program prints about a file, as JSON.
fn asked(python: &Path, program: &str, file: &Path) -> Value {
    let output = Command::new(python).arg("-c").arg(program).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", words(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

const READ_CALENDAR: &str = r#"
import icalendar, json, sys
calendar = icalendar.Calendar.from_ical(open(sys.argv[1], "rb").read())
events = []
for event in calendar.walk("VEVENT"):
    alarms = [str(alarm["TRIGGER"].dt) for alarm in event.walk("VALARM")]
    events.append({"uid": str(event["UID"]), "day": str(event["DTSTART"].dt), "summary": str(event["SUMMARY"]),
                   "description": str(event["DESCRIPTION"]), "sequence": int(event["SEQUENCE"]), "alarms": alarms,
                   "errors": [str(error) for error in event.errors]})
print(json.dumps({"name": str(calendar["X-WR-CALNAME"]), "events": events}))
"#;

fn calendar(python: &Path, practice: &Practice, language: &str) -> Value {
    let file = practice.scratch.path().join(format!("{language}.ics"));
    let written = run(practice, language, &["status", "--ics", file.to_str().unwrap()]);
    assert!(matches!(written.status.code(), Some(0 | 3)), "{}", words(&written.stderr));
    asked(python, READ_CALENDAR, &file)
}

fn event<'c>(calendar: &'c Value, identity: &str) -> &'c Value {
    let events = calendar["events"].as_array().unwrap();
    let of = |event: &&Value| event["uid"].as_str().unwrap().starts_with(&format!("{identity}."));
    events.iter().find(of).unwrap_or_else(|| panic!("no {identity} in {events:#?}"))
}

#[test]
fn another_program_reads_rotation_checks_and_drill_with_their_alarms_in_both_languages() {
    let Some(python) = support::outside_module("icalendar") else { return };
    let practice = Practice::with(Language::Japanese, &[("m365", "Microsoft 365", "hunter2")]);
    let status: Value = serde_json::from_slice(&run(&practice, "en", &["status", "--json"]).stdout).unwrap();
    for (language, word) in [("en", "rotate"), ("ja", "更新")] {
        let calendar = calendar(&python, &practice, language);
        let rotation = event(&calendar, "rotate");
        assert_eq!(rotation["day"].as_str().unwrap(), &status["epoch"]["rotation_due"].as_str().unwrap()[..10]);
        assert!(rotation["summary"].as_str().unwrap().contains(word), "{rotation}");
        assert_eq!(rotation["alarms"].as_array().unwrap().len(), 3);
        for card in 1..=5 {
            let check = event(&calendar, &format!("check_card.{card}"));
            assert_eq!(check["alarms"].as_array().unwrap().len(), 2);
        }
        assert!(event(&calendar, "drill")["day"].as_str().unwrap() < rotation["day"].as_str().unwrap());
        for event in calendar["events"].as_array().unwrap() {
            assert_eq!(event["errors"], serde_json::json!([]));
            assert!(!event.to_string().contains("hunter2"));
        }
    }
}

#[test]
fn a_duty_keeps_its_event_when_it_moves_and_a_lost_card_brings_a_new_one() {
    let Some(python) = support::outside_module("icalendar") else { return };
    let practice = Practice::with(Language::English, &[]);
    let before = calendar(&python, &practice, "en");
    assert!(run(&practice, "en", &["card", "lost", "Dan", "--reason", "left on a train"]).status.success());
    let after = calendar(&python, &practice, "en");
    assert_eq!(event(&before, "rotate")["uid"], event(&after, "rotate")["uid"]);
    assert!(event(&before, "rotate")["sequence"].as_u64() < event(&after, "rotate")["sequence"].as_u64());
    let lost = event(&after, "rotate_after_loss.4");
    assert!(lost["summary"].as_str().unwrap().contains("Dan"), "{lost}");
    assert_eq!(lost["alarms"].as_array().unwrap().len(), 1, "what is due rings today");
}

#[test]
fn several_openings_of_one_night_ring_once() {
    let practice = Practice::with(Language::English, &[("m365", "Microsoft 365", "hunter2")]);
    let cards = practice.scratch.path().join("cards.txt");
    fs::write(&cards, [0, 1, 4].map(|card| practice.cards[card].as_str()).join("\n")).unwrap();
    let mut first = None;
    for _ in 0..3 {
        let named = ["unseal", "--reason", "test", "--entry", "m365", "--field", "password"];
        let opened = run(&practice, "en", &[&named[..], &["--cards", cards.to_str().unwrap()]].concat());
        assert!(opened.status.success(), "{}", words(&opened.stderr));
        let calendar = words(&run(&practice, "en", &["status", "--ics", "-"]).stdout);
        let named = |kind: &str| {
            let uids: Vec<String> = calendar.lines().filter(|line| line.starts_with(kind)).map(str::to_owned).collect();
            assert_eq!(uids.len(), 1, "{calendar}");
            uids[0].clone()
        };
        let uids = [named("UID:reseal."), named("UID:review_sign_ins.")];
        assert_eq!(first.get_or_insert(uids.clone()), &uids, "the reminder that people have stays");
    }
}

const READ_MEASUREMENTS: &str = r#"
import json, sys
from prometheus_client.parser import text_string_to_metric_families
samples = [[s.name, s.labels, s.value] for f in text_string_to_metric_families(open(sys.argv[1]).read()) for s in f.samples]
print(json.dumps(samples))
"#;

#[test]
fn another_program_reads_the_measurements_and_every_user_may_read_their_file() {
    let Some(python) = support::outside_module("prometheus_client") else { return };
    let practice = Practice::with(Language::English, &[("m365", "Microsoft 365", "hunter2")]);
    assert!(run(&practice, "en", &["card", "lost", "Dan", "--reason", "left on a train"]).status.success());
    let file = practice.scratch.path().join("breakglass.prom");
    let written = run(&practice, "en", &["status", "--prometheus", file.to_str().unwrap()]);
    assert_eq!(written.status.code(), Some(3), "{}", words(&written.stderr));
    let samples = asked(&python, READ_MEASUREMENTS, &file);
    let value = |name: &str, label: Option<(&str, &str)>| {
        let samples = samples.as_array().unwrap();
        let wanted = |sample: &&Value| sample[0] == name && label.is_none_or(|(key, value)| sample[1][key] == value);
        samples.iter().find(wanted).unwrap_or_else(|| panic!("no {name}"))[2].as_f64().unwrap() as i64
    };
    assert_eq!(value("breakglass_cards_threshold", None), 3);
    assert_eq!(value("breakglass_cards_usable", None), 4);
    assert_eq!(value("breakglass_cards_spare", None), 1);
    assert_eq!(value("breakglass_sealed", None), 1);
    assert_eq!(value("breakglass_calm", None), 0);
    assert_eq!(value("breakglass_duties_due", Some(("kind", "rotate_after_loss"))), 1);
    assert_eq!(value("breakglass_duties_due", Some(("kind", "reseal"))), 0);
    let text = fs::read_to_string(&file).unwrap();
    for secret in ["hunter2", "Dan", "train"] {
        assert!(!text.contains(secret), "{secret}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o644);
    }
}

#[test]
fn a_feed_goes_neither_into_the_vault_nor_under_a_name_that_nobody_reads() {
    let practice = Practice::with(Language::English, &[]);
    let inside: PathBuf = practice.vault().join("status.ics");
    assert_eq!(run(&practice, "en", &["status", "--ics", inside.to_str().unwrap()]).status.code(), Some(1));
    assert!(!inside.exists());
    let nowhere = practice.scratch.path().join("nowhere/status.ics");
    let refused = run(&practice, "en", &["status", "--ics", nowhere.to_str().unwrap()]);
    assert!(words(&refused.stderr).contains("nowhere: there is no such folder"), "{}", words(&refused.stderr));
    let named = practice.scratch.path().join("status.txt");
    assert_eq!(run(&practice, "en", &["status", "--prometheus", named.to_str().unwrap()]).status.code(), Some(1));
    assert!(!named.exists());
    let both = run(&practice, "en", &["status", "--ics", "-", "--prometheus"]);
    assert_eq!(both.status.code(), Some(2), "{}", words(&both.stderr));
    let piped = run(&practice, "en", &["status", "--ics", "-"]);
    assert!(words(&piped.stdout).starts_with("BEGIN:VCALENDAR\r\n"));
}
