//! Nothing is calm that is not, and nothing frightens that need not: clocks, codes that run out, old credentials, reported cards, secrets
//! that were shown, and a vault that nobody has rotated yet.

#[path = "support/desk.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod desk;
#[path = "support/practice.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod practice;
#[path = "support/room.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod room;
#[path = "support/scratch.rs"]
mod scratch;

use std::fs;

use breakglass::ceremony::{check_card, lose};
use breakglass::quorum::CardIndex;
use breakglass::vault::Moment;
use desk::{Desk, words};
use room::Room;

fn now() -> Moment {
    Moment::of(jiff::Timestamp::now())
}

/// Runs every kind of command and expects these words of each.
fn every_command_says(desk: &Desk, sentence: &str) {
    let copy = desk.text("copy");
    let cards = desk.text("cards.txt");
    for arguments in [
        &["list"][..],
        &["put", "m365", "--title", "Microsoft"],
        &["log", "show"],
        &["copy", &copy],
        &["merge", &copy],
        &["reviewed"],
        &["rotate", "--stage", "--yes", "--text", "--cards-to", &desk.text("new"), "--cards", &cards],
        &["card", "lost", "Emi", "--reason", "left on a train"],
    ] {
        let output = desk.run(arguments);
        assert!(words(&output.stderr).contains(sentence), "{arguments:?}: {}", words(&output.stderr));
    }
    let opened = desk.unseal(&["--entry", "m365", "--field", "password"]);
    assert!(opened.status.success() && words(&opened.stderr).contains(sentence), "{}", words(&opened.stderr));
    let verified = desk.run(&["log", "verify"]);
    assert_eq!(verified.status.code(), Some(3), "{}", words(&verified.stdout));
    assert!(words(&verified.stdout).contains(sentence), "{}", words(&verified.stdout));
    let status = desk.run(&["status", "--json"]);
    assert_eq!(status.status.code(), Some(3));
}

/// Why the vault is not calm, as machines are told.
fn wrong(desk: &Desk) -> Vec<String> {
    let status: serde_json::Value = serde_json::from_slice(&desk.run(&["status", "--json"]).stdout).unwrap();
    assert_eq!(status["calm"], false);
    let wrong = status["wrong"].as_array().unwrap().iter();
    wrong.map(|wrong| wrong["what"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn of_two_clocks_that_differ_no_command_says_which_is_wrong_and_each_says_to_ask_a_telephone() {
    let desk = Desk::new();
    let mut writing = desk.practice.ledger().begin(now()).unwrap();
    check_card(&mut writing, &practice::card(&desk.practice.cards[0]), None, now().plus_days(2)).unwrap();
    drop(writing);
    assert_eq!(wrong(&desk), ["clock_behind"]);
    let screen = words(&desk.run(&["status"]).stdout);
    assert!(screen.contains("Two clocks differ: signed at") && screen.contains("Compare with a telephone"), "{screen}");
    every_command_says(&desk, "do not set this clock to the log’s time");
}

#[test]
fn an_event_of_the_future_is_told_by_every_command_and_by_verify_and_puts_nothing_off() {
    let desk = Desk::new();
    let mut writing = desk.practice.ledger().begin(now()).unwrap();
    lose(&mut writing, CardIndex::try_from(4).unwrap(), "left on a train", "Ben", now().plus_days(26_000)).unwrap();
    drop(writing);
    assert_eq!(wrong(&desk), ["event_in_the_future"]);
    let screen = words(&desk.run(&["status"]).stdout);
    assert!(screen.contains("dated in the future") && screen.contains("Rotate (card lost: Dan)"), "{screen}");
    every_command_says(&desk, "in the future: a clock was wrong");
    let calendar = words(&desk.run(&["status", "--ics", "-"]).stdout);
    let year = now().date(&jiff::tz::TimeZone::UTC)[..4].parse::<u32>().unwrap();
    let days = calendar.lines().filter_map(|line| line.strip_prefix("DTSTART;VALUE=DATE:"));
    assert!(days.clone().count() > 0 && days.clone().all(|day| day[..4].parse::<u32>().unwrap() <= year + 2));
}

/// What is due now, by kind, with its entry and its field.
fn due(desk: &Desk) -> Vec<(String, String, String)> {
    let status: serde_json::Value = serde_json::from_slice(&desk.run(&["status", "--json"]).stdout).unwrap();
    let due = status["due"].as_array().unwrap().iter().filter(|due| due["now"] == true);
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    due.map(|due| (text(&due["what"]), text(&due["entry"]), text(&due["field"]))).collect()
}

#[test]
fn recovery_codes_that_are_used_up_are_due() {
    let desk = Desk::new();
    let codes = desk.write("codes", "aaaa-1111\nbbbb-2222\n");
    desk.good(&["put", "m365", "--recovery-codes", "--value-from", &codes]);
    let is_due = || due(&desk).iter().any(|(what, entry, _)| what == "renew_recovery_codes" && entry == "m365");
    assert!(!is_due());
    for _ in 0..2 {
        let shown = desk.unseal(&["--entry", "m365", "--field", "recovery_codes", "--deposited"]);
        assert!(shown.status.success(), "{}", words(&shown.stderr));
    }
    assert!(is_due(), "{:?}", due(&desk));
    let screen = words(&desk.run(&["status"]).stdout);
    assert!(screen.contains("Get new recovery codes, the old ones are used up: m365"), "{screen}");
}

#[test]
fn a_credential_that_is_older_than_a_year_is_due() {
    let desk = Desk::new();
    let days = |days: i64| now().plus_days(days).date(&jiff::tz::TimeZone::UTC);
    desk.good(&["put", "dns", "--title", "DNS", "--last-rotated", &days(-660)]);
    desk.good(&["put", "web", "--title", "Web", "--last-rotated", &days(-300)]);
    let old: Vec<_> = due(&desk).into_iter().filter(|(what, ..)| what == "rotate_credential").collect();
    assert_eq!(old, [("rotate_credential".to_owned(), "dns".to_owned(), String::new())]);
    let screen = words(&desk.run(&["status"]).stdout);
    assert!(screen.contains("Not changed for more than a year: dns"), "{screen}");
}

#[test]
fn each_secret_that_was_shown_stays_due_until_it_is_replaced_itself_and_a_user_name_is_none() {
    let room = Room::with_vault();
    let fields = r#"{"user_name":"admin","password":"one","totp":"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}"#;
    room.run_with("put dns --fields-from -", fields).ended(0);
    let show = |field: &str| {
        room.run(&format!("unseal --reason test --entry dns --field {field} --deposited --enrolment --cards kept"))
            .ended(0);
    };
    let replace = || {
        let due = room.due("replace");
        due.iter().map(|due| format!("{}:{}", due["entry"], due["field"]).replace('"', "")).collect::<Vec<_>>()
    };
    show("user_name");
    assert_eq!(replace(), Vec::<String>::new());
    show("password");
    show("totp");
    assert_eq!(replace(), ["dns:password", "dns:totp"]);

    let stage = "rotate --stage --cards kept --yes --text --cards-to new --replaced";
    // One yes for several secrets would be calm over those that nobody changed.
    room.run(&format!("{stage} dns")).ended(1).says("dns:password").says("dns:totp");
    room.run(&format!("{stage} dns:password")).ended(0);
    room.keep("new", "renewed");
    room.run("rotate --commit --cards-to new --new-cards renewed --from-paper").ended(0);
    assert_eq!(replace(), ["dns:totp"]);
}

#[test]
fn a_lost_or_departed_card_counts_and_is_told_marked_in_the_log_and_makes_a_rotation_due() {
    let room = Room::with_vault();
    room.run_with("put m365 --value-from -", "hunter2\n").ended(0);
    room.run("card lost Aiko --reason train --by Ben").ended(0);
    room.run("custodian depart Chie --reason retired --by Dan").ended(0);
    assert_eq!((room.due("rotate_after_loss").len(), room.due("rotate_after_departure").len()), (1, 1));
    room.screens();
    let opened = room.run("unseal --reason test --entry m365 --field password --cards kept").ended(0);
    assert_eq!(opened.out, "hunter2\n");
    for told in ["Aiko's card is good.\nIt was reported LOST on ", " by Ben. It still counts."] {
        assert!(opened.err.contains(told), "{told}: {}", opened.err);
    }
    assert!(opened.err.contains("that Chie has left. The card still counts."), "{}", opened.err);
    assert!(!opened.err.contains("Ben's card is good.\nIt was reported"), "{}", opened.err);
    // Whoever is called first is somebody who can be counted on.
    let list: Vec<&str> = opened
        .err
        .lines()
        .skip_while(|line| *line != "Cards still to come (telephone, deputy, place):")
        .skip(1)
        .take(5)
        .collect();
    assert_eq!(list, ["  Ben", "  Dan", "  Emi", "  Aiko · REPORTED LOST", "  Chie · HAS LEFT"], "{}", opened.err);
    room.run("log show").ended(0).says("Cards reported lost, or whose custodian had left, were used: Aiko, Chie.");

    let check = |number| format!("card check --from-paper --cards {}", room.card("kept", number));
    room.run(&check(1)).ended(0).says("It was reported LOST on ").says("rotate today");
    room.run(&check(3)).ended(0).says("that Chie has left");
    let json = room.run(&format!("--json {}", check(1))).ended(0).json();
    assert_eq!((&json["reported_lost"], &json["reported_departed"]), (&true.into(), &false.into()));
    assert!(!room.run(&check(2)).ended(0).out.contains("reported"));
}

#[test]
fn a_vault_that_was_just_set_up_is_told_in_calm_words_to_hold_its_first_ceremony() {
    let room = Room::new();
    room.run(&format!("init acme.vault --name Acme --threshold 3 {} --text --cards-to cards", room::PEOPLE)).ended(3);
    room.keep("cards", "kept");
    let init = room.run("init acme.vault --cards-to cards --cards kept --from-paper").ended(0);
    init.says("seal them in a first ceremony with `breakglass rotate`");
    let put = room.run_with("put m365 --by Ben --value-from -", "hunter2\n").ended(0);
    let put = put.says("It is available from the next opening on.").says("a first ceremony: `breakglass rotate`");
    let list = room.run("list").ended(0).says("1 deposit, not yet sealed");
    let [english, japanese] = room.screens();
    assert!(english.contains("The first rotation does: breakglass rotate"), "{english}");
    assert!(japanese.contains("最初の更新で封印します"), "{japanese}");
    let opened = room.run("unseal --reason test --entry m365 --field password --cards kept").ended(0);
    for told in [put.err, list.out, english, opened.err.clone()] {
        let told = told.to_lowercase();
        assert!(!told.contains("not confirmed") && !told.contains("unverified"), "{told}");
    }
    opened.says("not yet sealed by a rotation (added by Ben, ");
}

#[test]
fn the_status_is_one_screen_whatever_is_wrong_with_the_vault() {
    let room = Room::with_vault();
    room.screens();
    for (entry, value) in [("m365", "one"), ("dns", "two"), ("web", "three")] {
        room.run_with(&format!("put {entry} --value-from -"), value).ended(0);
    }
    for entry in ["m365", "dns", "web"] {
        room.run(&format!("unseal --reason test --entry {entry} --field password --cards kept")).ended(0);
    }
    let [opened, _] = room.screens();
    assert!(opened.contains("OPENED") && opened.contains("It was opened 3 times"), "{opened}");
    room.run("card lost Dan --reason train").ended(0);
    room.run("custodian depart Emi --reason retired").ended(0);
    let people = "--custodian Aiko --custodian Ben --custodian Chie --custodian Fumi --custodian Gen";
    room.run(&format!("rotate --stage --cards kept --yes --text --cards-to new {people}")).ended(0);
    room.screens();
    room.run("rotate --abort --yes --cards kept --reason mistake").ended(0);
    let [many, _] = room.screens();
    assert!(many.contains("KEEP the cards of epoch 1"), "{many}");
    let epoch = room.files("acme.vault/epochs").remove(0);
    fs::remove_file(room.path(&format!("acme.vault/epochs/{epoch}/sealed.age"))).unwrap();
    let [missing, _] = room.screens();
    assert!(missing.contains("sealed.age"), "{missing}");
    let damaged = room.log().replacen("\"train\"", "\"bus\"", 1);
    fs::write(room.path("acme.vault/log.jsonl"), damaged).unwrap();
    let [damaged, _] = room.screens();
    assert!(damaged.contains("`breakglass log verify`"), "{damaged}");
}
