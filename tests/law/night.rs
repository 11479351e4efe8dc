//! What somebody can fill a folder with does not keep the vault shut at night.

use std::env;

use breakglass::journal::{Finding, Headers, History, Known, Line, What};
use breakglass::quorum::Digest;
use breakglass::vault::PublicEntry;

use crate::crash_disk::CrashDisk;
use crate::desk::{Desk, words};
use crate::hand::*;
use crate::machine::{Machine, entry, index, now};
use crate::scratch::CONFIGURATION_VARIABLE;

#[test]
fn a_claim_longer_than_4_kib_and_a_line_longer_than_64_kib_change_nothing() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    machine.begin();
    let before = told(machine.read().state());
    let heads = machine.read().heads().to_vec();
    let many = |count| What::PaperDestroyed { epoch: active(machine), cards: vec![index(1); count] };
    for count in [2500, 40_000, 200_000] {
        let line = claim(machine, heads.clone(), now(), many(count));
        assert!(line.bytes().len() > 2 * count);
        let lines = machine.lines();
        machine.append_line(line.bytes());
        let findings = machine.read().history().findings.clone();
        assert!(
            matches!(findings[..], [Finding::Unreadable { .. } | Finding::Refused { .. }]),
            "{count}: {findings:?}"
        );
        assert_eq!(told(machine.read().state()), before);
        machine.replace_lines(&lines);
    }
}

#[test]
fn a_log_that_one_line_fills_is_not_calm_and_not_whole() {
    let desk = calm_desk();
    let path = desk.practice.vault().join("log.jsonl");
    let mut log = desk.log();
    let line = Line::read(log.split(|&byte| byte == b'\n').next().unwrap()).unwrap();
    let mut event = line.event.clone();
    event.previous = desk.practice.ledger().heads().to_vec();
    event.what = What::Merged {};
    event.by = Some("PLACEHOLDER".parse().unwrap());
    event.signers.clear();
    log.extend(retyped(&Line::sign(event, &[]), &"a".repeat(8 << 20)));
    log.push(b'\n');
    std::fs::write(&path, &log).unwrap();
    assert_eq!(desk.run(&["status"]).status.code(), Some(3));
    assert_eq!(desk.run(&["log", "verify"]).status.code(), Some(1));
    let opened = desk.unseal(&["--entry", "m365", "--field", "password"]);
    assert_eq!(words(&opened.stdout).trim_end(), "hunter2", "{}", words(&opened.stderr));
}

/// Two strands of claims that meet now and then, each claim bringing recovery codes of one entry in one second.
fn two_strands(machine: Machine<'_>, count: u32) -> Vec<Vec<u8>> {
    let mut lines = machine.lines();
    let (vault, epoch) = (machine.read().state().vault, active(machine));
    let mut strands = [machine.head(); 2];
    for number in 0..count {
        let strand = (number % 2) as usize;
        let mut digest = [7; 32];
        digest[..4].copy_from_slice(&number.to_be_bytes());
        let what = What::Deposited {
            epoch,
            deposit: Digest(digest),
            entry: PublicEntry { id: entry("registrar"), title: None, kind: None, owner: None, last_rotated: None },
            fields: vec!["recovery_codes".parse().unwrap()],
            cleared: Vec::new(),
            attached: Vec::new(),
            detached: Vec::new(),
            recovery_codes: Some(1),
        };
        let mut previous = vec![strands[strand]];
        if number % 7 == 0 && strands[0] != strands[1] {
            previous.push(strands[1 - strand]);
            previous.sort();
        }
        let version = breakglass::vault::FORMAT_VERSION;
        let event =
            breakglass::journal::Event { version, vault, previous, time: now(), by: None, signers: Vec::new(), what };
        let line = Line::sign(event, &[]);
        strands[strand] = line.id;
        lines.push(line.bytes());
    }
    lines
}

#[test]
fn the_newest_of_many_sets_of_codes_in_one_second_does_not_depend_on_the_order_of_lines() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    machine.begin();
    let lines = two_strands(machine, 60);
    let headers: Headers = machine.read().headers().clone();
    let read = |lines: &[Vec<u8>]| History::read(lines.iter().map(Vec::as_slice), &headers, &Known::default());
    let begun = machine.lines().len();
    // The strands one behind the other wherever they do not follow each other.
    let mut sorted = lines.clone();
    let mut at = begun;
    while at + 1 < sorted.len() {
        let (one, other) = (Line::read(&sorted[at]).unwrap(), Line::read(&sorted[at + 1]).unwrap());
        if !other.event.previous.contains(&one.id) && one.id > other.id {
            sorted.swap(at, at + 1);
            at = at.saturating_sub(2).max(begun);
        }
        at += 1;
    }
    assert_ne!(sorted, lines);
    assert_same(&read(&sorted).state.unwrap(), &read(&lines).state.unwrap());
}

/// Started again by the test below it reads as many lines as the environment names.
#[test]
fn every_claim_of_two_strands_is_read() {
    let count = env::var("BREAKGLASS_TEST_STRANDS").map_or(40, |count| count.parse().unwrap());
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    machine.begin();
    let lines = two_strands(machine, count);
    machine.replace_lines(&lines);
    let history = History::read(lines.iter().map(Vec::as_slice), machine.read().headers(), &Known::default());
    assert_eq!((history.events.len(), history.findings.len()), (lines.len(), 0));
    println!("\nread");
}

/// Whatever shape claims have, a budget of processor time is enough, which counts no waiting: where every set of codes is compared with
/// every other by a walk over the strands, it would have to be a hundred times as large.
#[cfg(unix)]
#[test]
fn claims_in_two_strands_are_read_within_a_budget_of_processor_time() {
    let program = env::current_exe().unwrap();
    let script = "ulimit -t 10; exec \"$0\" every_claim_of_two_strands_is_read --nocapture --test-threads=1";
    let mut command = std::process::Command::new("sh");
    command.args(["-c", script]).arg(program).env("BREAKGLASS_TEST_STRANDS", "3000");
    let output = command.output().unwrap();
    assert!(output.status.success() && words(&output.stdout).contains("read"), "{}", output.status);
}

#[cfg(unix)]
#[test]
fn sparse_torn_tails_keep_no_quorum_out() {
    let desk = Desk::new();
    for number in 1..=40 {
        let file = std::fs::File::create(desk.practice.vault().join(format!("log.torn-{number}"))).unwrap();
        file.set_len(255 << 20).unwrap();
    }
    let (cards, phrases) = (desk.text("cards.txt"), desk.text("phrases.txt"));
    let arguments =
        ["unseal", "--reason", "test", "--entry", "m365", "--field", "password", "--yes", "--cards", &cards];
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "ulimit -v 4000000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_breakglass")]).args(arguments);
    command.args(["--phrases", &phrases, "--language", "en", "--vault"]).arg(desk.practice.vault());
    command.env(CONFIGURATION_VARIABLE, desk.path("config")).stdin(std::process::Stdio::null());
    let output = command.output().unwrap();
    assert_eq!(words(&output.stdout).trim_end(), "hunter2", "{}: {}", output.status, words(&output.stderr));
}
