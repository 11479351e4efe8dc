//! How an import ends: what is deleted of an export and what never, and what of one that was cut off is told.

#[path = "support/desk.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod desk;
#[path = "support/practice.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod practice;
#[path = "support/scratch.rs"]
mod scratch;

use std::fs;
use std::path::{Path, PathBuf};

use desk::{Desk, words};
use scratch::CONFIGURATION_VARIABLE;

const DESTROY: [&str; 2] = ["--yes", "--destroy-export"];

/// An export of ours: an entry `vpn` of three versions, the last two with a file each, and the one that every vault here has.
fn export(desk: &Desk) -> PathBuf {
    let (first, second) = (desk.write("first", "first"), desk.write("second", "second"));
    desk.good(&["put", "vpn", "--title", "VPN"]);
    desk.good(&["put", "vpn", "--attach", &first]);
    desk.good(&["put", "vpn", "--attach", &second]);
    let output = desk.unseal(&["--export", &desk.text("out")]);
    assert!(output.status.success(), "{}", words(&output.stderr));
    desk.path("out")
}

fn import<'a>(folder: &'a Path, options: &[&'a str]) -> Vec<&'a str> {
    [&["put", "--import", folder.to_str().unwrap()], options].concat()
}

#[test]
fn a_script_destroys_no_export_of_which_an_entry_or_a_value_is_not_in_the_vault() {
    let desk = Desk::new();
    let standing = desk.write("standing.csv", "Title,Password\nm365,new-pass\nOther,other-pass\n");
    let pointing = desk.write("pointing.csv", "Group,Title,Username,Password,URL,Notes\nR,a,b,{REF:P@I:00},,\n");
    for file in [&standing, &pointing] {
        let told = desk.run(&import(Path::new(file), &["--standing", "skip", DESTROY[0], DESTROY[1]]));
        assert_eq!(told.status.code(), Some(1), "{}", words(&told.stderr));
        assert!(words(&told.stderr).contains("The export was not deleted, because not all of it was added"));
        assert!(Path::new(file).exists());
    }
    assert_eq!(desk.value("other", "password"), "other-pass", "what could be put in is in");
    // Once all of it stands there and is skipped, nothing is put in, and nothing is destroyed either.
    let told = desk.run(&import(Path::new(&standing), &["--standing", "skip", DESTROY[0], DESTROY[1]]));
    assert_eq!(told.status.code(), Some(1));
    assert!(words(&told.stderr).contains("is still there"), "{}", words(&told.stderr));
}

#[test]
fn only_files_that_were_read_are_destroyed_and_what_somebody_put_among_them_stays() {
    let (desk, other) = (Desk::new(), Desk::new());
    let folder = export(&desk);
    fs::write(folder.join("files/vpn/mine"), "mine").unwrap();
    other.good(&import(&folder, &["--standing", "revise", DESTROY[0], DESTROY[1]]));
    assert_eq!(fs::read(folder.join("files/vpn/mine")).unwrap(), b"mine");
    assert!(!folder.join("files/vpn/first").exists() && !folder.join("breakglass-export.json").exists());
}

#[cfg(unix)]
#[test]
fn a_link_is_not_followed_when_an_export_is_destroyed() {
    use std::os::unix::fs::symlink;
    let (desk, other) = (Desk::new(), Desk::new());
    let folder = export(&desk);
    let elsewhere = desk.path("elsewhere");
    fs::rename(folder.join("files/vpn"), &elsewhere).unwrap();
    symlink(&elsewhere, folder.join("files/vpn")).unwrap();
    let refused = other.run(&import(&folder, &["--standing", "revise", DESTROY[0], DESTROY[1]]));
    assert!(!refused.status.success() && words(&refused.stderr).contains("It is a symbolic link."));
    assert!(elsewhere.join("first").exists() && elsewhere.join("second").exists());
    let (file, link) = (desk.write("one.csv", "Title,Password\nOne,p\n"), desk.path("link.csv"));
    symlink(&file, &link).unwrap();
    let told = other.good(&import(&link, &DESTROY));
    assert!(words(&told.stderr).contains("only a link to it, and was not deleted"), "{}", words(&told.stderr));
    assert!(Path::new(&file).exists() && link.is_symlink());
}

#[cfg(unix)]
#[test]
fn a_pipe_with_a_name_is_read_and_there_is_nothing_to_destroy() {
    let desk = Desk::new();
    let pipe = desk.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::write(pipe, "Title,Password\nOne,p\n").unwrap()
    });
    let told = desk.good(&import(&pipe, &DESTROY));
    writer.join().unwrap();
    assert!(!words(&told.stderr).contains("delete"), "{}", words(&told.stderr));
    assert_eq!(desk.value("one", "password"), "p");
}

#[test]
fn an_entry_whose_versions_were_cut_off_is_told_and_does_not_pass_for_a_whole_one() {
    let (desk, other) = (Desk::new(), Desk::new());
    let folder = export(&desk);
    fs::write(folder.join("files/vpn/second"), "another").unwrap();
    let stopped = other.run(&import(&folder, &["--standing", "skip", "--yes"]));
    assert_eq!(stopped.status.code(), Some(1));
    assert!(words(&stopped.stderr).contains("2 of 3 versions of “vpn” are in the vault"), "{}", words(&stopped.stderr));
    fs::write(folder.join("files/vpn/second"), "second").unwrap();
    let again = other.good(&import(&folder, &["--standing", "skip", "--yes"]));
    assert!(words(&again.stderr).contains("! vpn has 2 of its 3 versions in the vault"), "{}", words(&again.stderr));
    other.good(&import(&folder, &["--standing", "revise", "--yes"]));
    let written = other.unseal(&["--entry", "vpn", "--attachment", "second", "--deposited"]);
    assert_eq!(written.stdout, b"second");
}

#[test]
fn what_can_be_read_without_cards_is_told_as_it_is() {
    let (desk, hidden) = (Desk::new(), Desk::new());
    let file = desk.write("one.csv", "Title,Password\nOne,p\n");
    let told = words(&desk.good(&import(Path::new(&file), &["--yes"])).stderr);
    assert!(told.contains("owners, the day of the last rotation, and the names of fields and files"), "{told}");
    let folder = export(&desk);
    let vault = hidden.text("hidden.vault");
    let made = ["init", &vault, "--name", "Acme", "--threshold", "2", "--hide-titles", "--text", "--cards-to"];
    let people = ["--custodian", "Aiko", "--custodian", "Ben", "--custodian", "Chie"];
    let cards = hidden.text("hidden-cards");
    let made = [&made[..], &[cards.as_str()], &people].concat();
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_breakglass"));
        command.args(arguments).args(["--language", "en"]).env(CONFIGURATION_VARIABLE, hidden.path("config"));
        command.stdin(std::process::Stdio::null()).output().unwrap()
    };
    assert_eq!(run(&made).status.code(), Some(3));
    let told = run(&import(&folder, &["--yes", "--vault", &vault]));
    let told = words(&told.stderr);
    assert!(told.contains("the ids stay as they were: make sure that they reveal nothing"), "{told}");
}
