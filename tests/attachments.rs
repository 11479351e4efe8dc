//! Attachments as the real program takes them in and gives them back, and as stock age opens them.

#[path = "support/desk.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod desk;
#[path = "support/practice.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod practice;
#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/mod.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod support;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use breakglass::ceremony::*;
use breakglass::quorum::Digest;
use breakglass::store::Place;
use breakglass::vault::{Attachment, Moment};
use desk::{Desk, words};

impl Desk {
    /// Writes an attachment out with the cards.
    fn write_out(&self, name: &str, more: &[&str]) -> Output {
        self.unseal(&[&["--entry", "m365", "--attachment", name], more].concat())
    }

    /// What the newest deposit says of an attachment, as a quorum reads it.
    fn attachment(&self, name: &str) -> Attachment {
        let mut writing = self.practice.ledger().begin(now()).unwrap();
        let mut gathering = Gathering::begin(writing.ledger().active().unwrap(), writing.ledger().state());
        for text in [0, 1, 3].map(|card: usize| &self.practice.cards[card]) {
            assert!(matches!(gathering.offer(practice::card(text)), Offered::Accepted(_)));
        }
        let session = Session::open(&mut writing, gathering.quorum().unwrap(), "test", None, now()).unwrap();
        let view = session.entry(&"m365".parse().unwrap()).unwrap();
        let attachment = view.attachment(&name.parse().unwrap(), Which::Newest).unwrap().held.value.clone();
        session.close(&mut writing, now()).unwrap();
        attachment
    }
}

fn now() -> Moment {
    Moment::of(jiff::Timestamp::now())
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|place| (place.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

#[test]
fn what_was_attached_comes_back_to_a_file_and_into_a_pipe() {
    let desk = Desk::new();
    let file = bytes(3_000_001);
    fs::write(desk.path("回復キー.csv"), &file).unwrap();
    let told = desk.good(&["put", "m365", "--attach", desk.path("回復キー.csv").to_str().unwrap()]);
    assert!(words(&told.stderr).contains("“回復キー.csv” (2.8 MiB)"), "{}", words(&told.stderr));
    let to = desk.path("out.csv");
    let told = desk.write_out("回復キー.csv", &["--to", to.to_str().unwrap()]);
    assert!(told.status.success(), "{}", words(&told.stderr));
    assert!(fs::read(&to).unwrap() == file);
    let piped = desk.write_out("回復キー.csv", &[]);
    assert!(piped.status.success() && piped.stdout == file);
    assert!(words(&desk.good(&["list"]).stdout).contains("; 1 attachment"));
    let listed: serde_json::Value = serde_json::from_slice(&desk.good(&["list", "--json"]).stdout).unwrap();
    assert_eq!(listed[0]["deposits"][0]["attached"], serde_json::json!(["回復キー.csv"]));
    let log = words(&desk.good(&["log", "show"]).stdout);
    assert!(log.contains("Shown from “m365”: attachment “回復キー.csv”."), "{log}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for path in desk.blobs().iter().chain([&to]) {
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
        }
    }
}

#[test]
fn nothing_that_stands_is_replaced_and_nothing_in_the_clear_is_written_into_the_vault() {
    let desk = Desk::new();
    fs::write(desk.path("keys"), b"keys").unwrap();
    desk.good(&["put", "m365", "--attach", desk.path("keys").to_str().unwrap()]);
    let before = fs::read(desk.practice.vault().join("log.jsonl")).unwrap();
    let inside = desk.practice.vault().join("keys");
    for to in [&desk.path("keys"), &inside, &desk.path("missing/keys")] {
        let refused = desk.write_out("keys", &["--to", to.to_str().unwrap()]);
        assert_eq!(refused.status.code(), Some(1), "{}", to.display());
    }
    assert!(!inside.exists());
    assert_eq!(fs::read(desk.path("keys")).unwrap(), b"keys");
    let refused = desk.write_out("nothing", &["--to", desk.path("out").to_str().unwrap()]);
    assert!(words(&refused.stderr).contains("It has: keys."), "{}", words(&refused.stderr));
    assert_eq!(fs::read(desk.practice.vault().join("log.jsonl")).unwrap(), before, "nobody opened the vault for that");
}

#[cfg(unix)]
#[test]
fn a_drive_that_does_not_take_the_file_is_told_with_what_to_do_and_keeps_nothing() {
    let desk = Desk::new();
    fs::write(desk.path("image"), bytes(3_000_000)).unwrap();
    desk.good(&["put", "m365", "--attach", desk.path("image").to_str().unwrap()]);
    fs::create_dir(desk.path("stick")).unwrap();
    let [cards, phrases, to] = ["cards.txt", "phrases.txt", "stick/image"].map(|name| desk.path(name));
    let mut unseal = desk.command(&["unseal", "--reason", "test", "--entry", "m365", "--attachment", "image"]);
    unseal.arg("--cards").arg(cards).arg("--phrases").arg(phrases).arg("--to").arg(to);
    // No file may become larger than a thousand blocks of at most a KiB.
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 1000; exec \"$0\" \"$@\""]).arg(unseal.get_program());
    limited.args(unseal.get_args()).stdin(Stdio::null());
    limited.envs(unseal.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let refused = limited.output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let told = words(&refused.stderr);
    assert!(told.contains("stick cannot hold a file that large") && told.contains("exFAT"), "{told}");
    assert_eq!(fs::read_dir(desk.path("stick")).unwrap().count(), 0);
}

#[test]
fn what_is_mistyped_is_told_before_anybody_brings_a_card() {
    let desk = Desk::new();
    fs::write(desk.path("keys"), b"keys").unwrap();
    desk.good(&["put", "m365", "--attach", desk.path("keys").to_str().unwrap()]);
    let before = fs::read(desk.practice.vault().join("log.jsonl")).unwrap();
    let out = desk.path("out");
    let missing = desk.path("missing/out");
    let folder = format!("{}/", desk.path("folder").display());
    for (arguments, told) in [
        (&["--entry", "m366", "--field", "password"][..], "no entry “m366”"),
        (&["--entry", "m365", "--field", "pasword"], "It has: title, password"),
        (&["--entry", "m365", "--attachment", "key", "--to", out.to_str().unwrap()], "It has: keys."),
        (
            &["--entry", "m365", "--attachment", "keys", "--to", missing.to_str().unwrap()],
            "missing: there is no such folder",
        ),
        (&["--entry", "m365", "--attachment", "keys", "--to", &folder], "not the name of a file"),
        (&["--entry", "m365", "--field", "password", "--clock", "+1h"], "--field totp"),
        (&["--entry", "m365", "--field", "password", "--code", "2"], "--field recovery_codes"),
    ] {
        let refused = desk.run(&[&["unseal", "--reason", "test"], arguments].concat());
        assert!(!refused.status.success() && refused.stdout.is_empty(), "{arguments:?}");
        assert!(words(&refused.stderr).contains(told), "{}", words(&refused.stderr));
        assert!(!words(&refused.stderr).contains("Cards needed"), "{}", words(&refused.stderr));
    }
    assert_eq!(fs::read(desk.practice.vault().join("log.jsonl")).unwrap(), before);
}

#[test]
fn what_never_stood_is_not_told_as_removed_and_nothing_is_given_and_removed_at_once() {
    let desk = Desk::new();
    fs::write(desk.path("keys"), b"keys").unwrap();
    let keys = desk.path("keys");
    desk.good(&["put", "m365", "--attach", keys.to_str().unwrap()]);
    let before = fs::read(desk.practice.vault().join("log.jsonl")).unwrap();
    for (arguments, told) in [
        (&["--detach", "key"][..], "It has: keys."),
        (&["--clear", "pasword"], "no field “pasword”"),
        (&["--detach", "keys", "--attach", keys.to_str().unwrap()], "both added and removed"),
        (&["--title", "M365", "--clear", "title"], "both added and removed"),
    ] {
        let refused = desk.run(&[&["put", "m365"], arguments].concat());
        assert!(!refused.status.success(), "{arguments:?}");
        assert!(words(&refused.stderr).contains(told), "{}", words(&refused.stderr));
    }
    assert_eq!(fs::read(desk.practice.vault().join("log.jsonl")).unwrap(), before);
    assert_eq!(desk.blobs().len(), 1);
    desk.good(&["put", "m365", "--detach", "keys", "--clear", "title"]);
}

#[test]
fn an_attachment_that_a_later_deposit_replaces_or_takes_off_is_reached_by_its_number() {
    let desk = Desk::new();
    for content in ["right", "wrong"] {
        fs::write(desk.path("keys"), content).unwrap();
        desk.good(&["put", "m365", "--attach", desk.path("keys").to_str().unwrap(), "--by", "Ben"]);
    }
    desk.good(&["put", "m365", "--detach", "keys", "--by", "Eve"]);
    for (more, content, other) in [(&["--deposited=1"][..], "right", 2), (&[], "wrong", 1)] {
        let piped = desk.write_out("keys", more);
        assert_eq!(words(&piped.stdout), content);
        let told = words(&piped.stderr);
        assert!(told.contains(&format!("See it with --deposited={other}")), "{told}");
        assert!(told.contains("was removed by Eve"), "{told}");
    }
    assert!(words(&desk.write_out("keys", &["--deposited=3"]).stderr).contains("there are 2 since"));
}

#[test]
fn a_changed_blob_gives_no_file_and_verify_names_it() {
    let desk = Desk::new();
    fs::write(desk.path("keys"), bytes(200_000)).unwrap();
    desk.good(&["put", "m365", "--attach", desk.path("keys").to_str().unwrap()]);
    let blob = desk.blobs().remove(0);
    let whole = fs::read(&blob).unwrap();
    let mut changed = whole.clone();
    changed[150_000] ^= 1;
    fs::write(&blob, &changed).unwrap();
    let quick = desk.good(&["log", "verify"]);
    assert!(words(&quick.stdout).contains("1 attachment is there, but was not read"), "{}", words(&quick.stdout));
    let thorough = desk.run(&["log", "verify", "--files"]);
    assert_eq!(thorough.status.code(), Some(1));
    assert!(words(&thorough.stdout).contains(blob.file_name().unwrap().to_str().unwrap()));
    let to = desk.path("out");
    let refused = desk.write_out("keys", &["--to", to.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(!to.exists());
    let left = fs::read_dir(desk.practice.scratch.path()).unwrap();
    assert!(left.map(|name| name.unwrap().file_name()).all(|name| !name.to_string_lossy().starts_with(".partial")));
    fs::remove_file(&blob).unwrap();
    let missing = desk.run(&["log", "verify"]);
    assert_eq!(missing.status.code(), Some(1), "a missing blob is told without --files too");
    assert!(words(&missing.stdout).contains("It is an attachment of “m365”."), "{}", words(&missing.stdout));
    fs::write(&blob, &whole).unwrap();
    desk.good(&["log", "verify", "--files"]);
}

#[test]
fn a_put_that_is_killed_leaves_nothing_named() {
    let desk = Desk::new();
    let mut child = desk
        .command(&["put", "m365", "--attach", "-", "--as", "dump"])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.as_mut().unwrap().write_all(&bytes(8 << 20)).unwrap();
    assert_eq!(desk.blobs().len(), 1, "it is being written");
    child.kill().unwrap();
    child.wait().unwrap();
    let verified = desk.good(&["log", "verify", "--files"]);
    assert!(words(&verified.stdout).contains("all files as written"), "{}", words(&verified.stdout));
    desk.good(&["put", "m365", "--title", "again"]);
    assert_eq!(desk.blobs(), [] as [PathBuf; 0], "the next one who writes clears what was left");
}

#[cfg(unix)]
#[test]
fn a_put_that_is_stopped_while_nothing_comes_of_its_pipe_says_so_and_leaves_nothing() {
    let desk = Desk::new();
    fs::write(desk.path("first"), bytes(1000)).unwrap();
    desk.good(&["put", "m365", "--attach", desk.path("first").to_str().unwrap()]);
    let before = desk.blobs();
    let mut child = desk
        .command(&["put", "m365", "--attach", "-", "--as", "dump"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(&bytes(1 << 20)).unwrap();
    while desk.blobs().len() == before.len() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let signal = Command::new("kill").arg("-INT").arg(child.id().to_string()).status().unwrap();
    assert!(signal.success());
    // The pipe stays open: waiting for more must not hold it up.
    let begun = std::time::Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed().as_secs() > 20 {
            child.kill().unwrap();
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    drop(pipe);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "it ended by itself");
    assert!(words(&output.stderr).contains("Stopped."), "{}", words(&output.stderr));
    assert_eq!(desk.blobs(), before);
}

#[test]
fn a_large_attachment_takes_little_memory() {
    const MOST: usize = 64 << 10;
    let desk = Desk::new();
    let mut child = desk
        .command(&["put", "m365", "--attach", "-", "--as", "dump"])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let block = bytes(1 << 20);
    let mut pipe = child.stdin.take().unwrap();
    for _ in 0..160 {
        pipe.write_all(&block).unwrap();
    }
    if cfg!(target_os = "linux") {
        let peak = peak_kib(child.id());
        assert!(peak < MOST, "{peak} KiB at its peak");
    }
    drop(pipe);
    assert!(child.wait().unwrap().success());
    assert!(fs::metadata(desk.blobs().remove(0)).unwrap().len() > 160 << 20);
}

/// The most memory that a process had, in KiB, as the kernel tells.
fn peak_kib(process: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn stock_age_opens_a_blob_with_the_identity_in_the_entry() {
    let Some(age) = support::outside_program("age") else { return };
    let desk = Desk::new();
    let file = bytes(700_000);
    fs::write(desk.path("keys"), &file).unwrap();
    desk.good(&["put", "m365", "--attach", desk.path("keys").to_str().unwrap()]);
    let attachment = desk.attachment("keys");
    fs::write(desk.path("identity"), format!("{}\n", attachment.identity.expose())).unwrap();
    let blob = desk.practice.vault().join(Place::Attachment(attachment.blob).path());
    let opened = Command::new(age).arg("-d").arg("-i").arg(desk.path("identity")).arg(blob).output().unwrap();
    assert!(opened.status.success(), "{}", words(&opened.stderr));
    assert!(opened.stdout == file);
    assert_eq!((attachment.size, attachment.sha256), (file.len() as u64, Digest::of(&file)));
}

#[test]
fn two_attachments_of_one_name_and_one_without_a_name_are_refused_before_anything_is_put_in() {
    let desk = Desk::new();
    fs::create_dir_all(desk.path("a")).unwrap();
    fs::write(desk.path("keys"), b"1").unwrap();
    fs::write(desk.path("a/keys"), b"2").unwrap();
    let (one, two) = (desk.path("keys"), desk.path("a/keys"));
    let (one, two) = (one.to_str().unwrap(), two.to_str().unwrap());
    for arguments in [
        &["put", "m365", "--attach", one, "--attach", two][..],
        &["put", "m365", "--attach", one, "--attach", two, "--as", "x"],
        &["put", "m365", "--attach", "-"],
        &["put", "m365", "--attach", desk.path("a").to_str().unwrap()],
        &["put", "m365", "--attach", desk.path("nothing").to_str().unwrap()],
        &["put", "m365", "--attach", one, "--as", "../keys"],
    ] {
        assert!(!desk.run(arguments).status.success(), "{arguments:?}");
    }
    assert_eq!(desk.blobs(), [] as [PathBuf; 0]);
    desk.good(&["put", "m365", "--attach", one, "--title", "both"]);
    desk.good(&["put", "m365", "--attach", two, "--as", "other keys"]);
    assert_eq!(desk.blobs().len(), 2);
}
