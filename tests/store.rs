//! The vault's folder on the disk of this machine. What a crash leaves is told by `tests/crashes`.

#[path = "support/scratch.rs"]
mod scratch;

use std::fs;
use std::path::Path;

use breakglass::quorum::{Digest, EpochId};
#[cfg(unix)]
use breakglass::store::Found;
use breakglass::store::{Disk, Obstacle, Place, RealDisk, Trouble, VaultFolder, publish};
use scratch::Scratch;

const LINE: &[u8] = b"{\"event\":1}";

fn is_event(line: &[u8]) -> bool {
    line.ends_with(b"}")
}

fn header() -> Place {
    Place::Header(1, EpochId([0xab; 12]))
}

/// A vault with a header and one line, in `acme.vault`.
fn vault(scratch: &Scratch) -> VaultFolder<'static> {
    let root = scratch.path().join("acme.vault");
    let mut writer = VaultFolder::create(&RealDisk, &root).unwrap();
    writer.publish(&header(), b"header").unwrap();
    writer.append(LINE).unwrap();
    VaultFolder::open(&RealDisk, &root).unwrap()
}

#[test]
fn a_vault_lies_on_the_disk_as_the_design_says() {
    let scratch = Scratch::new();
    let vault = vault(&scratch);
    let (mut writer, log) = vault.begin_writing(&is_event).unwrap();
    assert_eq!(log.lines().collect::<Vec<_>>(), [LINE]);
    let digest = Digest::of(b"deposit");
    writer.publish(&Place::Deposit(1, digest), b"deposit").unwrap();
    writer.append(b"{\"event\":2}").unwrap();
    let read = |name: &str| fs::read(vault.root().join(name)).unwrap();
    assert_eq!(read("log.jsonl"), b"{\"event\":1}\n{\"event\":2}\n");
    assert_eq!(read("epochs/0001-abababababababababababab/header.json"), b"header");
    assert_eq!(read(&format!("deposits/0001/{digest}.age")), b"deposit");
    assert_eq!(vault.places().unwrap(), [header(), Place::Deposit(1, digest)]);
}

#[test]
fn a_torn_line_is_kept_and_cut_on_a_real_disk_too() {
    let scratch = Scratch::new();
    let vault = vault(&scratch);
    let log = vault.root().join("log.jsonl");
    fs::write(&log, b"{\"event\":1}\n{\"eve").unwrap();
    drop(vault.begin_writing(&is_event).unwrap());
    assert_eq!(fs::read(&log).unwrap(), b"{\"event\":1}\n");
    assert_eq!(fs::read(vault.root().join("log.torn-1")).unwrap(), b"{\"eve");
}

#[test]
fn what_an_unfinished_attempt_left_is_cleared_and_nothing_else() {
    let scratch = Scratch::new();
    let vault = vault(&scratch);
    let epoch = vault.root().join("epochs/0001-abababababababababababab");
    for name in [".partial-0123456789abcdef", "partial", "header.json.bak"] {
        fs::write(epoch.join(name), b"").unwrap();
    }
    drop(vault.begin_writing(&is_event).unwrap());
    assert_eq!(RealDisk.list(&epoch, 9).unwrap(), ["header.json", "header.json.bak", "partial"]);
}

#[test]
fn a_second_writer_is_turned_away_until_the_first_is_done() {
    let scratch = Scratch::new();
    let vault = vault(&scratch);
    let held = vault.begin_writing(&is_event).unwrap();
    let error = vault.begin_writing(&is_event).err().unwrap();
    assert_eq!((error.path(), error.trouble()), (vault.root().join(".lock").as_path(), &Trouble::Busy));
    drop(held);
    assert!(vault.begin_writing(&is_event).is_ok());
}

#[test]
fn a_line_that_somebody_else_appended_is_noticed_before_another_is_written() {
    let scratch = Scratch::new();
    let vault = vault(&scratch);
    let (mut writer, _) = vault.begin_writing(&is_event).unwrap();
    let log = vault.root().join("log.jsonl");
    fs::write(&log, b"{\"event\":1}\n{\"event\":\"from elsewhere\"}\n").unwrap();
    assert_eq!(writer.append(LINE).unwrap_err().trouble(), &Trouble::Changed);
}

#[test]
fn a_file_larger_than_its_place_allows_is_refused_unread() {
    let scratch = Scratch::new();
    let path = scratch.path().join("large");
    let file = fs::File::create(&path).unwrap();
    file.set_len(1 << 40).unwrap();
    let error = RealDisk.read(&path, 1 << 18).unwrap_err();
    assert_eq!(error.trouble(), &Trouble::TooLarge { limit: 1 << 18 });
    assert!(error.to_string().contains("256 KiB"), "{error}");
    assert_eq!(RealDisk.list(scratch.path(), 0).unwrap_err().trouble(), &Trouble::TooMany { limit: 0 });
}

#[test]
fn a_rename_never_replaces() {
    let scratch = Scratch::new();
    let [from, to] = ["from", "to"].map(|name| scratch.path().join(name));
    RealDisk.create_file(&from, b"new").unwrap();
    RealDisk.create_file(&to, b"old").unwrap();
    assert_eq!(RealDisk.rename(&from, &to).unwrap_err().trouble(), &Trouble::Exists);
    assert_eq!(fs::read(&to).unwrap(), b"old");
    assert_eq!(RealDisk.create_file(&to, b"").unwrap_err().trouble(), &Trouble::Exists);
}

#[test]
fn a_file_outside_any_vault_is_published_in_the_same_way() {
    let scratch = Scratch::new();
    publish(&RealDisk, scratch.path(), Path::new("cards/sato.pdf"), b"%PDF").unwrap();
    assert_eq!(RealDisk.list(&scratch.path().join("cards"), 9).unwrap(), ["sato.pdf"]);
}

#[cfg(unix)]
#[test]
fn files_and_folders_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    let vault = vault(&scratch);
    let epoch = header().path();
    for (name, mode) in [
        (Path::new(""), 0o700),
        (Path::new("log.jsonl"), 0o600),
        (Path::new(".lock"), 0o600),
        (epoch.parent().unwrap(), 0o700),
        (&epoch, 0o600),
    ] {
        let found = fs::metadata(vault.root().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(found, mode, "{} is {found:o}", name.display());
    }
}

#[cfg(unix)]
#[test]
fn a_link_under_a_final_name_is_refused_by_every_operation() {
    use std::os::unix::fs::symlink;
    let scratch = Scratch::new();
    let [target, link] = ["target", "link"].map(|name| scratch.path().join(name));
    fs::write(&target, b"bytes").unwrap();
    symlink(&target, &link).unwrap();
    assert_eq!(RealDisk.look(&link).unwrap(), Some(Found::Link));
    for error in [
        RealDisk.read(&link, 99).unwrap_err(),
        RealDisk.append(&link, 5, b"more").unwrap_err(),
        RealDisk.truncate(&link, 0).unwrap_err(),
        RealDisk.sync_file(&link).unwrap_err(),
        RealDisk.lock(&link).err().unwrap(),
        publish(&RealDisk, scratch.path(), Path::new("link"), b"bytes").unwrap_err(),
    ] {
        assert_eq!((error.path(), error.trouble()), (link.as_path(), &Trouble::Link));
    }
    assert_eq!(RealDisk.create_file(&link, b"").unwrap_err().trouble(), &Trouble::Exists);
    assert_eq!(fs::read(&target).unwrap(), b"bytes");
}

#[cfg(unix)]
#[test]
fn a_vault_may_be_reached_by_a_link_that_its_user_made() {
    let scratch = Scratch::new();
    let [target, link] = ["target", "link"].map(|name| scratch.path().join(name));
    fs::create_dir(&target).unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    let mut writer = VaultFolder::create(&RealDisk, &link).unwrap();
    writer.publish(&header(), b"header").unwrap();
    writer.append(LINE).unwrap();
    assert_eq!(VaultFolder::open(&RealDisk, &link).unwrap().places().unwrap(), [header()]);
    assert_eq!(fs::read(target.join("log.jsonl")).unwrap(), b"{\"event\":1}\n");
}

#[cfg(unix)]
#[test]
fn a_pipe_in_a_files_place_is_refused_and_not_waited_for() {
    let scratch = Scratch::new();
    let pipe = scratch.path().join("log.jsonl");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo, which POSIX requires");
    assert!(made.success());
    assert_eq!(RealDisk.read(&pipe, 99).unwrap_err().trouble(), &Trouble::NotAFile);
    let vault = VaultFolder::open(&RealDisk, scratch.path()).unwrap();
    assert_eq!(vault.read_log(&is_event).unwrap_err().trouble(), &Trouble::NotAFile);
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_where_nothing_can_be_written_is_read_only_whatever_the_reason() {
    assert!(RealDisk.is_read_only(Path::new("/sys/kernel")).unwrap());
    let scratch = Scratch::new();
    assert!(!RealDisk.is_read_only(scratch.path()).unwrap());
    assert!(RealDisk.list(scratch.path(), 9).unwrap().is_empty(), "the trial leaves nothing");
}

#[test]
fn what_is_no_file_keeps_no_writer_out_and_is_told() {
    let scratch = Scratch::new();
    let vault = vault(&scratch);
    for folder in [".partial-x", "epochs/.partial-x", "log.torn-1"] {
        fs::create_dir(vault.root().join(folder)).unwrap();
    }
    let barred = ["", "1", "2", "3"].map(|number| match number {
        "" => vault.root().join(".partial-x"),
        number => vault.root().join(format!("log.torn-{number}")),
    });
    // A pipe and a link where there are such; folders elsewhere.
    #[cfg(unix)]
    {
        assert!(std::process::Command::new("mkfifo").arg(&barred[2]).status().unwrap().success());
        std::os::unix::fs::symlink("elsewhere", &barred[3]).unwrap();
    }
    #[cfg(not(unix))]
    barred[2..].iter().for_each(|folder| fs::create_dir(folder).unwrap());
    fs::write(vault.root().join("log.jsonl"), b"{\"event\":1}\n{\"eve").unwrap();
    let (mut writer, log) = vault.begin_writing(&is_event).unwrap();
    writer.append(b"{\"event\":2}").unwrap();
    let kept = vault.root().join(format!("log.torn-{}", barred.len()));
    assert_eq!(fs::read(kept).unwrap(), b"{\"eve", "the first number that is free");
    let told = vault.obstacles(&log).unwrap();
    assert_eq!(told, barred.into_iter().map(Obstacle::NoFile).collect::<Vec<_>>());
}

#[test]
fn a_lock_that_is_no_file_is_told_and_a_side_log_does_without_it() {
    let scratch = Scratch::new();
    let vault = vault(&scratch);
    assert!(!vault.is_read_only().unwrap());
    let lock = vault.root().join(".lock");
    fs::remove_file(&lock).unwrap();
    fs::create_dir(&lock).unwrap();
    assert_eq!(vault.begin_writing(&is_event).err().unwrap().trouble(), &Trouble::NotAFile);
    assert!(vault.is_read_only().unwrap(), "so that a side log is asked for");
    let log = vault.read_log(&is_event).unwrap();
    assert_eq!(vault.obstacles(&log).unwrap(), [Obstacle::Lock(lock)]);
    let beside = vault.with_side_log(&scratch.path().join("beside"));
    let (mut writer, log) = beside.begin_writing(&is_event).unwrap();
    writer.append(b"{\"event\":2}").unwrap();
    assert_eq!(beside.obstacles(&log).unwrap(), [], "the lock of the side log is another");
}

/// As files are that were copied from a disc. Who may do everything, as root on Unix, may write to them all the same.
#[test]
fn a_vault_whose_files_are_read_only_in_a_folder_that_is_not_asks_for_a_side_log() {
    let scratch = Scratch::new();
    let vault = vault(&scratch);
    assert!(!vault.is_read_only().unwrap());
    let log = vault.root().join("log.jsonl");
    fs::write(&log, b"{\"event\":1}\n").unwrap();
    let writable = fs::metadata(&log).unwrap().permissions();
    let mut read_only = writable.clone();
    read_only.set_readonly(true);
    fs::set_permissions(&log, read_only).unwrap();
    let everything_may_be_written = fs::File::options().append(true).open(&log).is_ok();
    assert_eq!(vault.is_read_only().unwrap(), !everything_may_be_written);
    assert_eq!(fs::read(&log).unwrap(), b"{\"event\":1}\n", "the trial leaves nothing");
    fs::set_permissions(&log, writable).unwrap();
}

#[test]
fn a_vault_that_another_breakglass_writes_to_is_not_taken_for_read_only() {
    let scratch = Scratch::new();
    let vault = vault(&scratch);
    let (_writer, log) = vault.begin_writing(&is_event).unwrap();
    assert!(!vault.is_read_only().unwrap());
    assert_eq!(vault.obstacles(&log).unwrap(), []);
}

#[test]
fn a_log_that_was_rewritten_as_text_is_read_told_and_written_on() {
    for (text, torn) in [
        ("{\"event\":1}\r\n{\"event\":2}\r\n", None),
        ("\u{feff}{\"event\":1}\n{\"event\":2}\n", None),
        ("\u{feff}{\"event\":1}\r\n{\"event\":2}\r\n", None),
        ("{\"event\":1}\r\n{\"event\":2}", None),
        ("{\"event\":1}\n{\"event\":2}\r\n", None),
        ("\u{feff}{\"event\":1}\r\n{\"event\":2}\r\n{\"eve", Some("{\"eve")),
    ] {
        let scratch = Scratch::new();
        let vault = vault(&scratch);
        let path = vault.root().join("log.jsonl");
        fs::write(&path, text).unwrap();
        let read = vault.read_log(&is_event).unwrap();
        assert_eq!(read.lines().collect::<Vec<_>>(), [LINE, b"{\"event\":2}"], "{text:?}");
        assert_eq!(read.prefix(2), b"{\"event\":1}\n{\"event\":2}\n");
        assert_eq!(vault.obstacles(&read).unwrap(), [Obstacle::LogAsText(path.clone())]);
        let (mut writer, _) = vault.begin_writing(&is_event).unwrap();
        writer.append(b"{\"event\":3}").unwrap();
        drop(writer);
        let after = fs::read_to_string(&path).unwrap();
        let whole = text.strip_suffix(torn.unwrap_or_default()).unwrap();
        assert!(after.starts_with(whole) && after.ends_with("\n{\"event\":3}\n"), "{after:?}");
        let read = vault.read_log(&is_event).unwrap();
        assert_eq!(read.lines().collect::<Vec<_>>(), [LINE, b"{\"event\":2}", b"{\"event\":3}"]);
        let kept = fs::read_to_string(vault.root().join("log.torn-1")).ok();
        assert_eq!(kept.as_deref(), torn);
    }
}

#[test]
fn a_log_as_breakglass_wrote_it_is_not_told_as_rewritten() {
    let scratch = Scratch::new();
    let vault = vault(&scratch);
    fs::write(vault.root().join("log.jsonl"), b"{\"event\":1}\n{\"by\":\"\r\",\"event\":2}\n").unwrap();
    let read = vault.read_log(&is_event).unwrap();
    assert_eq!(read.lines().last().unwrap(), b"{\"by\":\"\r\",\"event\":2}", "nothing within a line is touched");
    assert_eq!(vault.obstacles(&read).unwrap(), []);
}

#[test]
fn a_header_that_was_rewritten_as_text_is_read_where_its_folder_proves_it() {
    let scratch = Scratch::new();
    let vault = vault(&scratch);
    let id = EpochId(Digest::of(b"{}").0[..12].try_into().unwrap());
    let (place, log) = (Place::Header(2, id), vault.read_log(&is_event).unwrap());
    let path = vault.root().join(place.path());
    fs::create_dir(path.parent().unwrap()).unwrap();
    for text in ["{}\n", "{}\r\n", "\u{feff}{}", "\u{feff}{}\r\n"] {
        fs::write(&path, text).unwrap();
        assert_eq!(vault.read(&place).unwrap(), b"{}", "{text:?}");
        assert_eq!(vault.digest(&place).unwrap(), Digest::of(b"{}"));
        assert_eq!(vault.obstacles(&log).unwrap(), [Obstacle::HeaderAsText(path.clone())]);
    }
    for other in ["{}", "{} \n", "[]\n"] {
        fs::write(&path, other).unwrap();
        assert_eq!(vault.read(&place).unwrap(), other.as_bytes(), "{other:?}");
        assert_eq!(vault.obstacles(&log).unwrap(), []);
    }
}

#[test]
fn a_folder_that_holds_any_part_of_a_vault_becomes_no_other() {
    let digest = Digest::of(b"deposit");
    for part in [header(), Place::Deposit(1, digest), Place::Attachment(digest), Place::Torn(1)] {
        let scratch = Scratch::new();
        let root = scratch.path().join("acme.vault");
        let path = root.join(part.path());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, b"bytes").unwrap();
        let error = VaultFolder::create(&RealDisk, &root).err().unwrap();
        assert_eq!(error.trouble(), &Trouble::PartOfAVault, "{part:?}");
        // A header is enough for a quorum to open what its cards prove; nothing else of a vault is.
        match VaultFolder::open(&RealDisk, &root) {
            Ok(_) => assert!(matches!(part, Place::Header(..)), "{part:?}"),
            Err(error) => assert_eq!(error.trouble(), &Trouble::PartOfAVault, "{part:?}"),
        }
        assert_eq!(fs::read_dir(&root).unwrap().count(), 1, "nothing was written there");
    }
}

#[test]
fn a_tail_larger_than_any_that_a_crash_leaves_is_told_and_not_read() {
    let scratch = Scratch::new();
    let vault = vault(&scratch);
    let path = vault.root().join("log.torn-1");
    fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
    let error = vault.digest(&Place::Torn(1)).unwrap_err();
    assert_eq!(error.trouble(), &Trouble::TooLarge { limit: 16 << 20 });
    let log = vault.read_log(&is_event).unwrap();
    assert_eq!(vault.obstacles(&log).unwrap(), [Obstacle::TooLarge(path)]);
    fs::write(vault.root().join("log.torn-2"), b"deposit").unwrap();
    assert_eq!(vault.digest_within(&Place::Torn(2), 7).unwrap(), (Digest::of(b"deposit"), 7));
    assert!(vault.digest_within(&Place::Torn(2), 6).is_err());
}

#[test]
fn a_file_that_is_another_than_when_it_was_looked_at_is_not_copied() {
    let scratch = Scratch::new();
    let vault = vault(&scratch);
    let looked_at = vault.digest(&header()).unwrap();
    fs::write(vault.root().join(header().path()), b"forged").unwrap();
    let copy = VaultFolder::create(&RealDisk, &scratch.path().join("copy.vault")).unwrap();
    let error = copy.publish_from(&vault, &header(), looked_at).unwrap_err();
    assert_eq!(error.trouble(), &Trouble::Changed);
    assert!(!copy.folder().holds(&header()).unwrap(), "a false file would keep the true one out");
}
