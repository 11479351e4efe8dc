//! What each system does in its own way, told by the real program.

#[path = "support/desk.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod desk;
#[path = "support/practice.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod practice;
#[path = "support/scratch.rs"]
mod scratch;

use std::fs;
use std::io::Write;
use std::process::Stdio;

use desk::{Desk, words};

#[test]
fn times_are_shown_in_the_zone_of_the_machine() {
    let desk = Desk::new();
    // By its name where the program brings the zones itself; by its rule elsewhere, since the machine may have no zones.
    let tokyo = if cfg!(windows) { "Asia/Tokyo" } else { "JST-9" };
    let [utc, tokyo] = ["UTC", tokyo].map(|zone| {
        let output = desk.command(&["log", "show"]).env("TZ", zone).output().unwrap();
        words(&output.stdout)
    });
    assert!(!utc.is_empty() && utc != tokyo, "nine hours apart:\n{utc}\n{tokyo}");
}

#[test]
fn what_a_machine_saw_stays_with_it_and_does_not_follow_its_user() {
    let desk = Desk::new();
    let (roaming, configuration) = (desk.path("roaming"), desk.path("config"));
    let output = desk.command(&["put", "m365", "--owner", "Ben"]).env("APPDATA", &roaming).output().unwrap();
    assert!(output.status.success(), "{}", words(&output.stderr));
    assert!(configuration.join("breakglass").join("pins").is_dir());
    assert!(!roaming.exists());
}

#[test]
fn cards_whose_lines_end_as_on_windows_are_read_from_a_file_and_from_a_pipe() {
    let desk = Desk::new();
    let mut cards = desk.practice.cards.join("\r\n");
    cards.push_str("\r\n");
    fs::write(desk.path("cards.txt"), &cards).unwrap();
    let shown = desk.unseal(&["--entry", "m365", "--field", "password"]);
    assert_eq!(words(&shown.stdout), "hunter2\n", "{}", words(&shown.stderr));
    let phrases = desk.text("phrases.txt");
    let mut command = desk.command(&["unseal", "--reason", "test", "--cards", "-", "--phrases", &phrases, "--yes"]);
    let mut child = command
        .args(["--entry", "m365", "--field", "password"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(cards.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(words(&output.stdout), "hunter2\n", "{}", words(&output.stderr));
}

#[test]
fn japanese_goes_through_a_pipe_and_back_unchanged() {
    let desk = Desk::new();
    let value = desk.write("value", "青い 馬 𠮷");
    desk.good(&["put", "m365", "--secret", "password", "--value-from", &value]);
    assert_eq!(desk.value("m365", "password"), "青い 馬 𠮷");
}

#[test]
fn the_language_that_the_environment_asks_for_is_spoken_before_the_system_is_asked() {
    let desk = Desk::new();
    let [english, japanese] = ["en_US.UTF-8", "ja_JP.UTF-8"].map(|locale| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_breakglass"));
        command.args(["status", "--vault"]).arg(desk.practice.vault()).env("LC_ALL", locale);
        words(&command.env(scratch::CONFIGURATION_VARIABLE, desk.path("config")).output().unwrap().stdout)
    });
    let is_kana = |character: char| ('\u{3040}'..='\u{30ff}').contains(&character);
    assert!(!english.contains(is_kana) && japanese.contains(is_kana), "{english}\n{japanese}");
}
