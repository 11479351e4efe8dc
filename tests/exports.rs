//! Everything written out in the clear by the real program, and taken back into another vault.

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

use breakglass::exchange::ExportedVault;
use desk::{Desk, words};

const TOTP: &str = "otpauth://totp/M365:admin?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=M365";

/// A vault with something of every kind: revisions, deposits, attachments of one name, spent and unspent codes.
fn furnished() -> Desk {
    let desk = Desk::new();
    let codes = desk.write("codes", "aaa-1\nbbb-2\nccc-3\n");
    let totp = desk.write("totp", TOTP);
    let (first, second) = (desk.write("keys.csv", "first"), desk.write("other", "second\0\u{3042}"));
    desk.good(&["put", "m365", "--recovery-codes", "--value-from", &codes]);
    desk.good(&["put", "m365", "--totp", "--value-from", &totp]);
    desk.good(&["put", "m365", "--attach", &first]);
    desk.good(&["put", "m365", "--attach", &second, "--as", "keys.csv"]);
    desk.good(&["put", "registrar", "--title", "登録業者", "--attach", &first, "--as", "KEYS.csv"]);
    let shown = desk.unseal(&["--entry", "m365", "--field", "recovery_codes", "--code", "2"]);
    assert_eq!(words(&shown.stdout), "bbb-2\n");
    desk
}

fn export(desk: &Desk, name: &str) -> PathBuf {
    let output = desk.unseal(&["--export", &desk.text(name)]);
    assert!(output.status.success(), "{}", words(&output.stderr));
    desk.path(name)
}

fn document(folder: &Path) -> ExportedVault {
    serde_json::from_slice(&fs::read(folder.join("breakglass-export.json")).unwrap()).unwrap()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

#[test]
fn an_export_has_every_value_and_every_file_and_only_its_owner_reads_it() {
    let desk = furnished();
    let folder = export(&desk, "out");
    let vault = document(&folder);
    assert_eq!((vault.name.as_str(), vault.entries.len()), ("Acme", 2));
    let m365 = &vault.entries[0];
    assert_eq!((m365.revisions.len(), m365.deposits.len()), (1, 4));
    let sealed: Vec<_> = m365.revisions[0].fields.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
    assert_eq!(sealed, [("password", "hunter2"), ("title", "Microsoft 365")]);
    assert!(m365.deposits[0].spent_recovery_codes.iter().eq([&2]));
    let files = files_below(&folder.join("files"));
    let below = |path: &Path| path.strip_prefix(&folder).unwrap().to_str().unwrap().replace('\\', "/");
    let names: Vec<_> = files.iter().map(|path| below(path)).collect();
    assert_eq!(names, ["files/m365/keys (2).csv", "files/m365/keys.csv", "files/registrar/KEYS.csv"]);
    assert_eq!(fs::read(&files[0]).unwrap(), "second\0\u{3042}".as_bytes());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join("files/m365"))), (0o700, 0o700));
        for path in files_below(&folder) {
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
    }
}

#[test]
fn what_a_deposit_takes_off_is_in_the_export_and_is_taken_off_again_by_an_import() {
    let (desk, other) = (Desk::new(), Desk::new());
    let file = desk.write("keys.csv", "first");
    desk.good(&["put", "m365", "--attach", &file, "--owner", "Ben"]);
    desk.good(&["put", "m365", "--clear", "owner", "--detach", "keys.csv"]);
    let folder = export(&desk, "out");
    let change = &document(&folder).entries[0].deposits[1].change;
    assert!(change.clear.iter().map(|name| name.as_str()).eq(["owner"]));
    assert!(change.detach.iter().map(|name| name.as_str()).eq(["keys.csv"]));
    other.good(&["put", "--import", folder.to_str().unwrap(), "--yes", "--standing", "revise"]);
    assert_eq!(document(&export(&other, "again")).entries[0].deposits.last().unwrap().change.clear, change.clear);
}

#[test]
fn an_entry_that_is_called_like_a_device_goes_out_and_comes_back_on_every_system() {
    let (desk, other) = (Desk::new(), Desk::new());
    let file = desk.write("keys.csv", "first");
    for device in ["aux", "com1"] {
        desk.good(&["put", device, "--title", device, "--attach", &file, "--as", "keys.csv"]);
        fs::write(&file, format!("of {device}")).unwrap();
    }
    let folder = export(&desk, "out");
    assert!(folder.join("files/aux_/keys.csv").is_file() && folder.join("files/com1_/keys.csv").is_file());
    other.good(&["put", "--import", folder.to_str().unwrap(), "--yes", "--standing", "new"]);
    for (device, content) in [("aux", "first"), ("com1", "of aux")] {
        let to = other.text(&format!("{device}-back"));
        let opened = other.unseal(&["--entry", device, "--attachment", "keys.csv", "--to", &to, "--deposited"]);
        assert!(opened.status.success(), "{}", words(&opened.stderr));
        assert_eq!(fs::read_to_string(&to).unwrap(), content);
    }
}

#[test]
fn an_export_is_in_the_log_before_it_and_makes_every_credential_due() {
    let desk = furnished();
    export(&desk, "out");
    let log = words(&desk.good(&["log", "show"]).stdout);
    assert!(log.contains("Everything was written out in the clear."), "{log}");
    let status = words(&desk.run(&["status"]).stdout);
    assert!(status.contains("Replace what was shown: m365, registrar"), "{status}");
}

#[test]
fn what_was_written_out_is_taken_back_into_another_vault_with_nothing_lost_but_spent_codes() {
    let (desk, other) = (furnished(), Desk::new());
    let folder = export(&desk, "out");
    let told = other.good(&["put", "--import", folder.to_str().unwrap(), "--yes", "--standing", "revise"]);
    let told = words(&told.stderr);
    assert!(told.contains("! 1 used recovery code is not taken over"), "{told}");
    assert!(told.contains("! 4 of its versions were never confirmed by a rotation"), "{told}");
    assert!(!told.contains("hunter2") && !told.contains("GEZDGNBV"), "{told}");
    assert_eq!(other.value("m365", "password"), "hunter2");
    assert_eq!(other.value("m365", "totp"), TOTP);
    assert_eq!(other.value("registrar", "title"), "登録業者");
    let codes = [1, 2].map(|number| {
        let number = number.to_string();
        let shown = other.unseal(&["--entry", "m365", "--field", "recovery_codes", "--code", &number, "--deposited"]);
        words(&shown.stdout)
    });
    assert_eq!(codes, ["aaa-1\n", "ccc-3\n"]);
    for (entry, name, bytes) in [("m365", "keys.csv", "second\0\u{3042}"), ("registrar", "KEYS.csv", "first")] {
        let written = other.unseal(&["--entry", entry, "--attachment", name, "--deposited"]);
        assert_eq!(written.stdout, bytes.as_bytes(), "{entry} {name}");
    }
    assert_eq!(other.blobs().len(), 3, "the earlier file of the same name came too");
    other.good(&["log", "verify", "--files"]);
}

#[test]
fn a_file_of_an_export_that_was_changed_is_refused_and_nothing_of_it_stays() {
    let (desk, other) = (furnished(), Desk::new());
    let folder = export(&desk, "out");
    fs::write(folder.join("files/m365/keys.csv"), "fjrst").unwrap();
    let refused = other.run(&["put", "--import", folder.to_str().unwrap(), "--yes", "--standing", "new"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        words(&refused.stderr).contains("It does not match the export’s description"),
        "{}",
        words(&refused.stderr)
    );
    assert!(words(&refused.stderr).contains("0 of 2 entries are in the vault; then it stopped."));
    assert_eq!(other.blobs().len(), 0);
    // What was put in before it is there, and the same import goes on once the file is back.
    fs::write(folder.join("files/m365/keys.csv"), "first").unwrap();
    other.good(&["put", "--import", folder.to_str().unwrap(), "--yes", "--standing", "revise"]);
}

#[test]
fn a_path_that_leads_out_of_the_export_is_not_followed() {
    let (desk, other) = (furnished(), Desk::new());
    let folder = export(&desk, "out");
    let secret = desk.write("secret", "first");
    let text = fs::read_to_string(folder.join("breakglass-export.json")).unwrap();
    // As it stands in JSON.
    let secret = secret.replace('\\', "\\\\");
    let backwards = ["..\\\\secret", "files\\\\..\\\\..\\\\secret"];
    let forwards = ["../secret", &secret, "files/../../secret", "files/./m365/keys.csv", "C:\\\\keys.csv", ""];
    for path in forwards.into_iter().chain(backwards) {
        fs::write(folder.join("breakglass-export.json"), text.replace("files/m365/keys.csv", path)).unwrap();
        let told = other.good(&["put", "--import", folder.to_str().unwrap(), "--yes", "--standing", "new"]);
        let told = words(&told.stderr);
        assert!(told.contains("not taken: the file “keys.csv”, which is missing from the export"), "{path}: {told}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_of_an_export_that_is_a_link_is_not_followed() {
    let (desk, other) = (furnished(), Desk::new());
    let folder = export(&desk, "out");
    fs::rename(folder.join("files"), desk.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(desk.path("elsewhere"), folder.join("files")).unwrap();
    let refused = other.run(&["put", "--import", folder.to_str().unwrap(), "--yes", "--standing", "new"]);
    assert_eq!(refused.status.code(), Some(1));
    let told = words(&refused.stderr);
    assert!(told.contains("It is a symbolic link") && told.contains("files"), "{told}");
    assert_eq!(other.blobs().len(), 0);
}

#[cfg(unix)]
#[test]
fn secrets_go_into_a_folder_that_others_may_change_only_after_a_yes() {
    use std::os::unix::fs::PermissionsExt;
    let desk = furnished();
    let shared = desk.path("shared");
    fs::create_dir(&shared).unwrap();
    let file = shared.join("keys.csv").to_str().unwrap().to_owned();
    let new = shared.join("new").to_str().unwrap().to_owned();
    let (cards, phrases) = (desk.text("cards.txt"), desk.text("phrases.txt"));
    let opening = ["unseal", "--reason", "test", "--cards", &cards, "--phrases", &phrases];
    let write = [&opening[..], &["--entry", "registrar", "--attachment", "KEYS.csv", "--to", &file]].concat();
    let made = desk.text("made.vault");
    let init = ["init", &made, "--name", "Acme", "--threshold", "2", "--text", "--cards-to", &new];
    let roster = desk.write("people.csv", "name\nAiko\nBen\nChie\n");
    let init = [&init[..], &["--roster", &roster]].concat();
    for mode in [0o777, 0o757] {
        fs::set_permissions(&shared, fs::Permissions::from_mode(mode)).unwrap();
        for arguments in [&write, &init] {
            let refused = desk.run(arguments);
            let told = words(&refused.stderr);
            assert_eq!(refused.status.code(), Some(2), "{told}");
            assert!(told.contains("Other users of this machine can change") && told.contains("shared"), "{told}");
        }
        assert_eq!(fs::read_dir(&shared).unwrap().count(), 0);
    }
    // As in /tmp, where each one's files are their own.
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o1777)).unwrap();
    desk.good(&write);
    assert_eq!(fs::read(&file).unwrap(), b"first");
}

#[test]
fn an_export_that_was_taken_back_is_destroyed_whole_and_what_others_put_beside_it_stays() {
    let (desk, other) = (furnished(), Desk::new());
    let folder = export(&desk, "out");
    other.good(&["put", "--import", folder.to_str().unwrap(), "--yes", "--standing", "new", "--destroy-export"]);
    assert!(!folder.exists());
    let folder = export(&desk, "again");
    fs::write(folder.join("mine"), "mine").unwrap();
    let told =
        other.good(&["put", "--import", folder.to_str().unwrap(), "--yes", "--standing", "new", "--destroy-export"]);
    assert_eq!(files_below(&folder), [folder.join("mine")]);
    assert!(words(&told.stderr).contains("is still there"), "{}", words(&told.stderr));
}

#[test]
fn nothing_is_opened_for_an_export_that_cannot_be_written_or_that_nobody_agreed_to() {
    let desk = furnished();
    let before = desk.log();
    let full = desk.path("full");
    fs::create_dir(&full).unwrap();
    fs::write(full.join("something"), "").unwrap();
    let inside = desk.practice.vault().join("out");
    for folder in [&full, &inside, &full.join("something")] {
        let refused = desk.unseal(&["--export", folder.to_str().unwrap()]);
        assert_eq!(refused.status.code(), Some(1), "{}", folder.display());
    }
    let cards = desk.text("cards.txt");
    let unasked = desk.run(&["unseal", "--reason", "test", "--cards", &cards, "--export", &desk.text("out")]);
    assert_eq!(unasked.status.code(), Some(2), "{}", words(&unasked.stderr));
    assert!(words(&unasked.stderr).contains("--yes"));
    assert_eq!(desk.log(), before);
    assert!(!desk.path("out").exists() && !inside.exists());
}

#[test]
fn what_the_vault_has_lost_is_named_and_the_rest_is_written() {
    let desk = furnished();
    let blobs = fs::read_dir(desk.practice.vault().join("attachments")).unwrap();
    let first = blobs.map(|blob| blob.unwrap().path()).min().unwrap();
    fs::remove_file(first).unwrap();
    let output = desk.unseal(&["--export", &desk.text("out")]);
    assert_eq!(output.status.code(), Some(1));
    let told = words(&output.stderr);
    assert!(told.contains("is missing from the vault or damaged, and is not in the export"), "{told}");
    assert!(told.contains("2 entries and 2 files were written"), "{told}");
    assert!(told.contains("The export is not complete"), "{told}");
    assert_eq!(document(&desk.path("out")).entries.len(), 2);
}
