//! Exports of other programs: what real ones give, and what the program does with them.

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
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use breakglass::exchange::{ImportError, Imported, ImportedEntry, LeftOut, Note, Program, Source, Why, read};
use breakglass::second_factor::{Enrolment, FactorError};
use desk::{Desk, words};
use scratch::CONFIGURATION_VARIABLE;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/imports")
}

fn export(name: &str) -> Vec<u8> {
    fs::read(folder().join(name)).unwrap()
}

fn imported(name: &str) -> Imported {
    read(&export(name)).unwrap()
}

fn entry<'i>(imported: &'i Imported, id: &str) -> &'i ImportedEntry {
    imported.entries.iter().find(|entry| entry.id.as_str() == id).unwrap_or_else(|| panic!("no entry {id}"))
}

/// Every field of an entry with its value.
fn fields(entry: &ImportedEntry) -> Vec<(&str, &str)> {
    entry.steps[0].set.iter().map(|(name, value)| (name.as_str(), value.expose())).collect()
}

fn value<'e>(entry: &'e ImportedEntry, field: &str) -> &'e str {
    let all = fields(entry);
    all.iter().find(|(name, _)| *name == field).unwrap_or_else(|| panic!("no {field} in {}", entry.id)).1
}

fn bytes<'e>(entry: &'e ImportedEntry, name: &str) -> &'e [u8] {
    match &entry.steps[0].attach[&name.parse().unwrap()].source {
        Source::Held(bytes) => bytes,
        Source::Beside(..) => panic!("it is in the export"),
    }
}

fn ids(imported: &Imported) -> Vec<&str> {
    imported.entries.iter().map(|entry| entry.id.as_str()).collect()
}

/// What the same account gives through every format: the bank, which has a second factor, and the one with a Japanese title.
fn check_the_bank_and_the_japanese_one(imported: &Imported) {
    let bank = entry(imported, "example-bank");
    assert_eq!(bank.title.as_deref(), Some("Example Bank"));
    assert_eq!(value(bank, "user_name"), "aiko.takahashi@example.com");
    assert_eq!(value(bank, "password"), "bank-Pass\"1\",<&>");
    assert!(value(bank, "url").starts_with("https://bank.example.com/login?a=1"), "{}", value(bank, "url"));
    let enrolment = Enrolment::read(value(bank, "totp")).unwrap();
    assert_eq!(enrolment.totp.code_at(59).digits.as_str(), "287082", "RFC 6238, appendix B");
    assert_eq!(enrolment.issuer.as_deref(), Some("Example Bank"));
    let japanese = entry(imported, "ginkou-example-jp");
    assert_eq!(japanese.title.as_deref(), Some("みずいろ銀行"));
    assert_eq!((value(japanese, "user_name"), value(japanese, "password")), ("高橋愛子", "ひみつの合言葉🔑"));
    assert!(value(japanese, "notes").contains("「暗証番号」は、通帳の裏。"));
    assert!(value(japanese, "notes").starts_with("支店番号: 001\n"));
}

#[test]
fn bitwarden_s_json_gives_every_kind_of_item_and_names_what_it_cannot_give() {
    let imported = imported("bitwarden.json");
    assert_eq!(imported.program, Program::BitwardenJson);
    check_the_bank_and_the_japanese_one(&imported);
    let bank = entry(&imported, "example-bank");
    assert_eq!(value(bank, "url"), "https://bank.example.com/login?a=1,2&b=3");
    assert_eq!(value(bank, "url 2"), "https://m.bank.example.com");
    assert_eq!((value(bank, "PIN"), value(bank, "Newsletter"), value(bank, "field")), ("4711", "true", "no name"));
    assert_eq!(value(bank, "メモ: 注意"), "一行目\n二行目, \"引用\"");
    assert_eq!((value(bank, "kind"), value(bank, "folder")), ("login", "Work"));
    let left_out = [LeftOut::Link("Linked user".into()), LeftOut::PasswordHistory(2)].map(Note::LeftOut);
    assert_eq!(bank.notes, left_out);
    assert_eq!(value(entry(&imported, "db1-primary"), "password"), " leading and trailing ");
    let card = entry(&imported, "example-card");
    assert_eq!(value(card, "card code"), "123");
    assert!(value(entry(&imported, "ssh-key"), "private key").contains("BEGIN OPENSSH PRIVATE KEY"));
    assert_eq!(value(entry(&imported, "bank-account"), "account number"), "0000123");
    let steam = entry(&imported, "steam-like");
    assert!(value(steam, "one-time password").starts_with("steam://"));
    let kept = Note::FactorKept("one-time password".parse().unwrap(), FactorError::Steam);
    assert_eq!(steam.notes, [kept, Note::Archived]);
    let skipped: Vec<_> = imported.skipped.iter().map(|skipped| (skipped.title.as_str(), skipped.why)).collect();
    assert_eq!(skipped, [("Passkey only", Why::Empty)]);
    assert!(imported.ignored.iter().map(String::as_str).eq(["favorite", "reprompt", "uris.match"]));
}

#[test]
fn bitwarden_s_exports_of_two_years_before_give_the_same() {
    for (then, now) in [("bitwarden-2024.2.json", "bitwarden.json"), ("bitwarden-2024.2.csv", "bitwarden.csv")] {
        let (then, now) = (imported(then), imported(now));
        check_the_bank_and_the_japanese_one(&then);
        assert_eq!(then.program, now.program);
        for one in &then.entries {
            assert_eq!(fields(one), fields(entry(&now, one.id.as_str())), "{}", one.id);
        }
    }
}

#[test]
fn bitwarden_s_csv_gives_the_same_logins_as_its_json() {
    let table = imported("bitwarden.csv");
    assert_eq!(table.program, Program::BitwardenCsv);
    check_the_bank_and_the_japanese_one(&table);
    let json = imported("bitwarden.json");
    for id in ["db1-primary", "ginkou-example-jp", "secure-note"] {
        assert_eq!(fields(entry(&table, id)), fields(entry(&json, id)), "{id}");
    }
    let bank = entry(&table, "example-bank");
    for field in ["url", "url 2", "url 3", "url 4", "PIN", "Customer number", "password", "totp", "notes", "folder"] {
        assert_eq!(value(bank, field), value(entry(&json, "example-bank"), field), "{field}");
    }
    assert!(fields(bank).iter().all(|(name, _)| *name != "Linked user" && *name != "No value"));
    assert_eq!(entry(&table, "steam-like").notes.last(), entry(&json, "steam-like").notes.first());
}

#[test]
fn keepassxc_s_csv_and_xml_give_the_same_and_leave_the_bin_alone() {
    let (table, tree) = (imported("keepassxc.csv"), imported("keepassxc.xml"));
    assert_eq!((table.program, tree.program), (Program::KeePassXcCsv, Program::KeePassXcXml));
    for imported in [&table, &tree] {
        check_the_bank_and_the_japanese_one(imported);
        let binned = imported.skipped.iter().filter(|skipped| skipped.why == Why::InTheBin);
        assert!(binned.map(|skipped| skipped.title.as_str()).eq(["Old forum", "CI"]));
    }
    assert_eq!(ids(&table), ids(&tree));
    for (one, other) in table.entries.iter().zip(&tree.entries) {
        for field in ["title", "user_name", "password", "url"] {
            let find =
                |entry| fields(entry).into_iter().find(|(name, _)| *name == field).map(|(_, value)| value.to_owned());
            assert_eq!(find(one), find(other), "{} {field}", one.id);
        }
    }
    // Eight digits in the settings of an older KeePassXC.
    let old = Enrolment::read(value(entry(&tree, "old-style-totp-expired"), "totp")).unwrap();
    assert_eq!(old.totp.code_at(59).digits.as_str(), "94287082");
    let bank = entry(&tree, "example-bank");
    assert_eq!((value(bank, "Phone PIN"), value(bank, "Customer number")), ("4711", "0012-3456"));
    assert!(bank.notes.contains(&Note::Expires("2031-12-31".to_owned())));
    assert_eq!(value(bank, "group"), "Work");
    assert_eq!(value(entry(&tree, "ginkou-example-jp"), "group"), "個人/銀行・カード");
    assert_eq!(value(entry(&tree, "db1-primary"), "password"), "it's <&> ]]> fine");
}

#[test]
fn keepassxc_s_xml_of_an_older_database_brings_its_files_and_of_a_new_one_names_them() {
    let with = imported("keepassxc-kdbx3.xml");
    let webmail = entry(&with, "webmail");
    assert_eq!(bytes(webmail, "codes.txt"), b"Recovery codes\n1111-2222\n3333-4444\n");
    assert_eq!(bytes(webmail, "鍵 file.bin").len(), 3072);
    assert_eq!(webmail.notes, [Note::LeftOut(LeftOut::History(4))]);
    let without = imported("keepassxc.xml");
    let webmail = entry(&without, "webmail");
    assert!(webmail.steps[0].attach.is_empty());
    assert!(webmail.notes.contains(&Note::LeftOut(LeftOut::File("codes.txt".to_owned()))));
}

#[test]
fn onepassword_s_archive_gives_fields_of_every_kind_and_the_files() {
    let imported = imported("onepassword.1pux");
    assert_eq!(imported.program, Program::OnePassword1Pux);
    check_the_bank_and_the_japanese_one(&imported);
    let bank = entry(&imported, "example-bank");
    assert_eq!(value(bank, "Every type: PIN"), "4711");
    assert_eq!(bytes(bank, "codes.txt"), b"Recovery codes\n1111-2222\n");
    assert_eq!(bytes(bank, "鍵 file.bin").len(), 256);
    assert!(bank.notes.contains(&Note::LeftOut(LeftOut::PasswordHistory(2))));
    assert!(!value(entry(&imported, "router"), "password").is_empty(), "from a field of a section");
    assert!(entry(&imported, "old-forum").notes.contains(&Note::Archived));
    assert_eq!(value(entry(&imported, "just-a-password"), "password"), "only-a-password");
    assert_eq!(value(entry(&imported, "login-by-details-password"), "password"), "password-outside-loginFields");
    assert_eq!(entry(&imported, "scanned-document").steps[0].attach.len(), 1);
}

#[test]
fn onepassword_s_csv_gives_what_it_has() {
    let imported = imported("onepassword.csv");
    assert_eq!(imported.program, Program::OnePasswordCsv);
    check_the_bank_and_the_japanese_one(&imported);
    assert_eq!(value(entry(&imported, "example-bank"), "url"), "https://bank.example.com/login?a=1,2&b=3");
    assert_eq!(value(entry(&imported, "example-bank"), "tags"), "finance;work/bank;仕事");
    assert_eq!(entry(&imported, "old-forum").notes, [Note::Archived]);
}

#[test]
fn an_organisation_s_exports_are_known_as_a_person_s_are() {
    for (name, program) in
        [("bitwarden-org.json", Program::BitwardenJson), ("bitwarden-org.csv", Program::BitwardenCsv)]
    {
        let imported = imported(name);
        assert_eq!(imported.program, program);
        assert!(
            imported.entries.iter().any(|entry| fields(entry).iter().any(|(field, _)| *field == "folder")),
            "{name}"
        );
    }
}

#[test]
fn what_is_no_export_that_can_be_read_is_told_as_what_it_is() {
    for (bytes, error) in [
        (export("bitwarden-encrypted.json"), ImportError::Encrypted),
        (export("bitwarden-account-encrypted.json"), ImportError::Encrypted),
        (export("bitwarden.zip"), ImportError::BitwardenArchive),
        (b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5".to_vec(), ImportError::KeePassDatabase),
        (b"Title,Password\n\xff\xfe,x\n".to_vec(), ImportError::NotText),
        (b"".to_vec(), ImportError::Nothing),
        (b"  \n".to_vec(), ImportError::Nothing),
        (b"Title,Password\n".to_vec(), ImportError::Nothing),
        (b"a;b;c\n1;2;3\n".to_vec(), ImportError::Unknown),
        (b"{\"entries\":[]}".to_vec(), ImportError::Unknown),
        (b"<html></html>".to_vec(), ImportError::Unknown),
        (b"{\"items\":[{\"name\":\"hunter2\"".to_vec(), ImportError::Damaged(Program::BitwardenJson, "1:27".into())),
        (b"<KeePassFile><Root>hunter2</Rot>".to_vec(), ImportError::Damaged(Program::KeePassXcXml, "1:27".into())),
        (b"title,password\na,b,hunter2\n".to_vec(), ImportError::Damaged(Program::OnePasswordCsv, "2:5".into())),
        (b"title,password\na,\"hunter2\nb,c\n".to_vec(), ImportError::Damaged(Program::OnePasswordCsv, "2:3".into())),
        (b"{\"breakglass_export\":2}".to_vec(), ImportError::UnknownVersion(2)),
    ] {
        let refused = read(&bytes).unwrap_err();
        assert_eq!(refused, error);
        assert!(!refused.to_string().contains("hunter2"));
    }
    let cut = export("onepassword.1pux");
    assert!(matches!(read(&cut[..cut.len() / 2]), Err(ImportError::Damaged(Program::OnePassword1Pux, _))));
}

#[test]
fn what_is_too_long_for_a_field_becomes_an_attachment_and_a_custom_field_never_becomes_public() {
    let long = "x".repeat(70_000);
    let table = format!("title,password,notes,owner,kind,title 2\na,b,{long},Ben,secret,c\n");
    let imported = read(table.as_bytes()).unwrap();
    let one = entry(&imported, "a");
    assert_eq!(bytes(one, "notes.txt"), long.as_bytes());
    assert_eq!(one.notes, [Note::BecomesAttachment("notes.txt".parse().unwrap())]);
    assert_eq!(
        fields(one),
        [("kind 2", "secret"), ("owner 2", "Ben"), ("password", "b"), ("title", "a"), ("title 2", "c")]
    );
}

#[test]
fn an_import_puts_everything_in_and_a_quorum_reads_it() {
    let desk = Desk::new();
    for name in ["bitwarden.json", "onepassword.1pux"] {
        let told = desk.good(&["put", "--import", folder().join(name).to_str().unwrap(), "--yes", "--standing", "new"]);
        assert!(words(&told.stderr).contains("is still there. Delete it"), "{}", words(&told.stderr));
        assert!(!words(&told.stderr).contains("bank-Pass"), "no value is told");
    }
    let list = words(&desk.good(&["list"]).stdout);
    assert!(list.contains("example-bank ") && list.contains("example-bank-2"), "{list}");
    assert!(list.contains("みずいろ銀行"));
    assert_eq!(desk.value("example-bank", "password"), "bank-Pass\"1\",<&>");
    assert_eq!(desk.value("db1-primary", "password"), " leading and trailing ");
    assert!(desk.value("example-bank-2", "totp").starts_with("otpauth://totp/"));
    let written = desk.unseal(&["--entry", "example-bank-2", "--attachment", "codes.txt"]);
    assert_eq!(words(&written.stdout), "Recovery codes\n1111-2222\n", "{}", words(&written.stderr));
    desk.good(&["log", "verify", "--files"]);
}

#[test]
fn what_stands_already_is_left_or_gets_a_new_id_or_a_new_version_and_a_script_must_say_which() {
    let desk = Desk::new();
    let file = desk.write("one.csv", "Title,Username,Password\nm365,aiko,new-pass\nOther,ben,other-pass\n");
    let before = desk.log();
    let refused = desk.run(&["put", "--import", &file, "--yes"]);
    assert_eq!(refused.status.code(), Some(2), "{}", words(&refused.stderr));
    assert!(words(&refused.stderr).contains("--standing skip, new or revise"));
    assert_eq!(desk.log(), before);
    desk.good(&["put", "--import", &file, "--yes", "--standing", "skip"]);
    assert_eq!(desk.value("m365", "password"), "hunter2");
    assert_eq!(desk.value("other", "password"), "other-pass");
    let told = desk.good(&["put", "--import", &file, "--yes", "--standing", "new"]);
    assert!(
        words(&told.stderr).contains("m365 is added as m365-2\nother is added as other-2"),
        "{}",
        words(&told.stderr)
    );
    assert_eq!(desk.value("m365-2", "password"), "new-pass");
    assert_eq!(desk.value("m365", "password"), "hunter2");
    desk.good(&["put", "--import", &file, "--yes", "--standing", "revise"]);
    assert_eq!(desk.value("m365", "password"), "new-pass");
    assert_eq!(desk.value("m365", "title"), "m365");
}

#[test]
fn an_export_is_destroyed_only_when_that_was_said_and_after_it_is_in_the_vault() {
    let desk = Desk::new();
    let file = desk.write("one.csv", "Title,Password\nOther,other-pass\n");
    desk.good(&["put", "--import", &file, "--yes"]);
    assert!(Path::new(&file).exists(), "--yes alone destroys nothing");
    let told = desk.good(&["put", "--import", &file, "--yes", "--standing", "new", "--destroy-export"]);
    assert!(!Path::new(&file).exists());
    assert!(words(&told.stderr).contains("Copies, the wastebasket"), "{}", words(&told.stderr));
    let broken = desk.write("broken.json", "{\"items\":[{");
    assert_eq!(desk.run(&["put", "--import", &broken, "--yes", "--destroy-export"]).status.code(), Some(1));
    assert!(Path::new(&broken).exists());
}

#[test]
fn an_export_that_comes_by_a_pipe_never_touches_the_disk() {
    let desk = Desk::new();
    let mut child = desk
        .command(&["put", "--import", "-", "--yes", "--destroy-export"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&export("bitwarden.json")).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", words(&output.stderr));
    assert!(!words(&output.stderr).contains("is deleted"), "there is nothing to delete");
    assert_eq!(desk.value("example-bank", "password"), "bank-Pass\"1\",<&>");
}

#[test]
fn a_vault_that_hides_titles_gets_ids_that_tell_nothing() {
    let desk = Desk::new();
    let (vault, cards) = (desk.text("hidden.vault"), desk.text("cards"));
    let people = ["--custodian", "Aiko", "--custodian", "Ben", "--custodian", "Chie"];
    let mut made =
        vec!["init", &vault, "--name", "Acme", "--threshold", "2", "--hide-titles", "--text", "--cards-to", &cards];
    made.extend(people);
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_breakglass"));
        command
            .args(arguments)
            .args(["--language", "en"])
            .env(CONFIGURATION_VARIABLE, desk.path("config"))
            .stdin(Stdio::null());
        command.output().unwrap()
    };
    assert_eq!(run(&made).status.code(), Some(3));
    let told = run(&["put", "--import", folder().join("bitwarden.csv").to_str().unwrap(), "--yes", "--vault", &vault]);
    assert!(told.status.success(), "{}", words(&told.stderr));
    assert!(words(&told.stderr).contains("1. entry — db1 \"primary\""), "{}", words(&told.stderr));
    assert!(words(&told.stderr).contains("Titles stay hidden in this vault"), "{}", words(&told.stderr));
    let log = words(&fs::read(desk.path("hidden.vault/log.jsonl")).unwrap());
    assert!(
        log.contains("\"entry-5\"") && !log.contains("bank") && !log.contains("primary") && !log.contains("銀行"),
        "{log}"
    );
}

#[test]
fn an_import_goes_with_no_entry_and_no_field() {
    let desk = Desk::new();
    let file = desk.write("one.csv", "Title,Password\nOther,other-pass\n");
    let before = desk.log();
    for arguments in [
        &["put", "m365", "--import", &file, "--yes"][..],
        &["put", "--import", &file, "--title", "x", "--yes"],
        &["put", "--standing", "new"],
        &["put"],
    ] {
        assert_eq!(desk.run(arguments).status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(desk.run(&["put", "--import", &desk.text("nothing.csv"), "--yes"]).status.code(), Some(1));
    assert_eq!(desk.log(), before);
}

#[test]
fn a_database_that_keepassxc_makes_now_gives_what_it_gave_then() {
    let Some(_) = support::outside_program("keepassxc-cli") else { return };
    let scratch = scratch::Scratch::new();
    let made = Command::new("bash").arg(folder().join("make-keepassxc.sh")).arg(scratch.path()).output().unwrap();
    assert!(made.status.success(), "{}", words(&made.stderr));
    for name in ["keepassxc.csv", "keepassxc.xml"] {
        let now = read(&fs::read(scratch.path().join(name)).unwrap()).unwrap();
        let then = imported(name);
        assert_eq!(ids(&now), ids(&then), "{name}");
        for (one, other) in now.entries.iter().zip(&then.entries) {
            assert_eq!(fields(one), fields(other), "{name} {}", one.id);
            assert_eq!(one.notes, other.notes, "{name} {}", one.id);
        }
    }
}
