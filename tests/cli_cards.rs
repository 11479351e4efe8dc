//! Cards from the command line, without a terminal: made, read back, checked, lost, locked, renewed, given up.

#[path = "support/room.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod room;
#[path = "support/scratch.rs"]
mod scratch;

use std::fs;

use room::{PEOPLE, Room};
use serde_json::Value;

#[test]
fn a_vault_is_made_filled_opened_and_renewed_until_only_old_paper_is_left() {
    let room = Room::with_vault();
    assert_eq!(room.files("cards"), Vec::<String>::new());
    room.run("status").ended(0);
    room.run_with("put m365 --title M365 --value-from -", "hunter2\n").ended(0);
    let shown = room.run("unseal --reason lockout --entry m365 --field password --cards kept").ended(0);
    assert_eq!(shown.out, "hunter2\n");
    room.run("status").ended(3);
    room.run("list").ended(0).says("has not been rotated since");
    room.run_with("put m365 --value-from -", "correct horse\n").ended(0);

    let staged = "rotate --cards kept --replaced m365 --yes --text --cards-to new";
    room.run(staged).ended(3).says("the old cards stay in force");
    assert_eq!(room.files("new").len(), 5);
    room.keep("new", "renewed");
    let committed = room.run("--json rotate --commit --cards-to new --new-cards renewed --from-paper").ended(0).json();
    assert_eq!((&committed["committed"], &committed["number"]), (&Value::from(true), &Value::from(2)));
    assert_eq!(committed["papers_to_destroy"].as_array().unwrap().len(), 5);
    assert_eq!(room.files("new"), Vec::<String>::new());
    let shown = room.run("unseal --reason test --entry m365 --field password --cards renewed").ended(0);
    assert_eq!(shown.out, "correct horse\n");
    room.run("unseal --reason test --entry m365 --field password --cards kept")
        .ended(2)
        .says("does not match the folder");
    room.run(&format!("card check --from-paper --cards {}", room.card("kept", 1)))
        .ended(1)
        .says("number 1, known to this log");

    room.run("card destroyed --all --yes").ended(0);
    room.run("card destroyed --all --yes").ended(2).says("Nothing of that kind is waiting");
}

#[test]
fn the_files_that_a_run_wrote_are_never_taken_for_their_print_and_stay() {
    for (format, copy) in [("", "card.pdf"), ("--text ", "card.txt")] {
        let room = Room::new();
        let init = "init acme.vault --name Acme --threshold 2 --custodian Aiko --custodian Ben --custodian Chie";
        let init = format!("{init} {format}--cards-to cards --cards cards");
        room.run(&init).ended(2).says("--from-paper");
        assert!(!room.path("acme.vault").exists(), "it is asked before anything is made");
        room.run(&format!("{init} --from-paper")).ended(3).says("not a scan of the paper").says("Print it");
        let files = room.files("cards");
        assert_eq!(files.len(), 3, "nothing is deleted");
        // Also not when it is named alone, or under another name and elsewhere.
        fs::copy(room.path("cards").join(&files[0]), room.path(copy)).unwrap();
        for file in [&format!("cards/{}", files[0]), copy] {
            let resumed = format!("init acme.vault --cards-to cards --cards {file} --from-paper");
            room.run(&resumed).ended(3).says("Print");
            let check = room.run(&format!("card check --vault acme.vault --cards {file} --from-paper")).ended(1);
            check.says("Print");
        }
        assert_eq!(room.files("cards"), files);
        let log = fs::read_to_string(room.path("acme.vault/log.jsonl")).unwrap();
        assert!(!log.contains("\"read_back\"") && !log.contains("\"checked\""), "{log}");
    }
}

#[test]
fn a_text_of_the_cards_file_is_no_paper_whatever_became_of_its_lines_and_typed_groups_are() {
    let room = Room::new();
    room.run(&format!("init acme.vault --name Acme --threshold 3 {PEOPLE} --text --cards-to cards")).ended(3);
    let sheet = fs::read_to_string(room.path(&room.card("cards", 1))).unwrap();
    let rows: String = sheet.lines().filter(|line| line.starts_with("   ")).map(|row| format!("{row}\n")).collect();
    let forms = [
        sheet.replace('\n', "\r\n"),
        format!("\u{feff}{sheet}"),
        sheet.replace("   ", " "),
        rows.clone(),
        rows.replace("  ", " ").trim_start().to_owned(),
    ];
    for form in &forms {
        fs::write(room.path("copy.txt"), form).unwrap();
        let resumed = room.run("init acme.vault --cards-to cards --cards copy.txt --from-paper").ended(3);
        resumed.says("not typed from the paper");
        let piped = room.run_with("init acme.vault --cards-to cards --cards - --from-paper", form).ended(3);
        piped.says("not typed from the paper");
    }
    assert_eq!(room.files("cards").len(), 5);
    room.keep("cards", "kept");
    let typed = fs::read_to_string(room.path(&room.card("kept", 1))).unwrap();
    room.run_with("init acme.vault --cards-to cards --cards -", &typed).ended(2).says("--from-paper");
    room.run_with("init acme.vault --cards-to cards --cards - --from-paper", &typed).ended(3);
    assert_eq!(room.files("cards").len(), 4, "one card was read back");
}

#[test]
fn a_reading_back_that_was_stopped_goes_on_where_it_was() {
    let room = Room::new();
    let init = format!("--json init acme.vault --name Acme --threshold 3 {PEOPLE} --cards-to cards --text");
    assert_eq!(room.run(&init).ended(3).json()["unverified"].as_array().unwrap().len(), 5);
    room.keep("cards", "kept");
    let two = format!(
        "--json init acme.vault --cards-to cards --from-paper --cards {} --cards {}",
        room.card("kept", 4),
        room.card("kept", 2)
    );
    assert_eq!(room.run(&two).ended(3).json()["unverified"], serde_json::json!([1, 3, 5]));
    assert_eq!(room.files("cards").len(), 3);
    room.run("status").ended(3).says("Aiko, Chie, Emi");
    // A damaged text, an old card and a card of somebody else's vault change nothing.
    let other = Room::with_vault();
    fs::copy(other.path(&other.card("kept", 1)), room.path("foreign")).unwrap();
    fs::write(room.path("torn"), "BG1QQQQ\n").unwrap();
    let wrong = room.run("init acme.vault --cards-to cards --cards torn --cards foreign --from-paper").ended(3);
    wrong.says("does not match the folder").says("CARD".to_lowercase().as_str());
    assert_eq!(room.files("cards").len(), 3);
    room.run("init acme.vault --cards-to cards --cards kept --from-paper").ended(0);
    room.run("status").ended(0);
}

#[test]
fn a_card_is_checked_against_the_vault_a_header_and_itself() {
    let room = Room::with_vault();
    let card = room.card("kept", 3);
    room.run(&format!("card check --from-paper --cards {card}"))
        .ended(0)
        .says("Chie's card is good")
        .says("in the log");
    let lines = fs::read_to_string(room.path("acme.vault/log.jsonl")).unwrap().lines().count();
    room.run(&format!("card check --alone --cards {card}")).ended(0).says("NOT PROVEN GENUINE");
    assert_eq!(fs::read_to_string(room.path("acme.vault/log.jsonl")).unwrap().lines().count(), lines);

    let epoch = room.files("acme.vault/epochs").remove(0);
    let header = format!("acme.vault/epochs/{epoch}/header.json");
    let check =
        room.run(&format!("card check --header {header} --from-paper --cards {card} --receipt receipt.json")).ended(0);
    check.says("Chie's card for Acme");
    let printed = room.run(&format!("card check --header {header} --from-paper --cards {card}")).ended(0);
    assert_eq!(printed.json()["receipt"]["card"], Value::from(3));
    assert_eq!(fs::read_to_string(room.path("acme.vault/log.jsonl")).unwrap().lines().count(), lines);
    room.run("log add receipt.json").ended(0);
    let foreign = Room::with_vault();
    fs::copy(foreign.path(&foreign.card("kept", 3)), room.path("foreign")).unwrap();
    room.run("card check --from-paper --cards foreign").ended(1).says("does not match the folder");
    room.run(&format!("card check --header {header} --from-paper --cards foreign"))
        .ended(1)
        .says("does not match the folder");
}

#[test]
fn a_folder_without_text_files_is_told_as_that_and_not_as_a_missing_answer() {
    let room = Room::with_vault();
    fs::create_dir_all(room.path("scans")).unwrap();
    fs::write(room.path("scans/card.pdf"), b"%PDF-1.7").unwrap();
    room.run("card check --vault acme.vault --from-paper --cards scans").ended(1).says("scans contains no .txt file");
}

#[test]
fn printed_sheets_that_were_joined_in_one_file_are_read_as_cards_and_nothing_else() {
    let room = Room::new();
    room.run(&format!("init acme.vault --name Acme --threshold 3 {PEOPLE} --text --cards-to cards")).ended(3);
    let sheets = room.files("cards").into_iter().map(|name| fs::read_to_string(room.path("cards").join(name)).unwrap());
    fs::write(room.path("sheets.txt"), sheets.collect::<String>()).unwrap();
    room.keep("cards", "kept");
    room.run("init acme.vault --cards-to cards --cards kept --from-paper").ended(0);
    room.run_with("put m365 --value-from -", "hunter2\n").ended(0);
    let rotate = "rotate --stage --yes --text --cards-to new --cards";
    let read = room.run(&format!("{rotate} sheets.txt")).ended(0);
    assert!(!read.err.contains("not the text of"), "{}", read.err);
    room.run("rotate --abort --yes --cards sheets.txt --cards-to new --reason again").ended(0);
    let sheets = fs::read_to_string(room.path("sheets.txt")).unwrap();
    let piped = room.run_with(&format!("{rotate} -"), &sheets).ended(0);
    assert!(!piped.err.contains("not the text of"), "{}", piped.err);
}

#[test]
fn a_card_is_locked_checked_and_unlocked_again() {
    let room = Room::with_vault();
    fs::write(room.path("phrases"), "Ben: legal winner thank year wave sausage\n".repeat(2)).unwrap();
    let lock = format!(
        "card lock Ben --lock-with chosen --lock-profile small --text --cards-to new --cards {}",
        room.card("kept", 2)
    );
    room.run(&format!("{lock} --new-phrases phrases --new-cards new")).ended(2).says("--from-paper");
    let own = room.run(&format!("{lock} --new-phrases phrases --new-cards new --from-paper")).ended(3);
    own.says("not a scan of the paper").says("destroy Ben's old paper");
    room.keep("new", "locked");
    room.run("init acme.vault --cards-to new --cards locked --phrases phrases --from-paper").ended(0);
    assert_eq!(room.files("new"), Vec::<String>::new());
    assert_eq!(room.status()["custodians"][1]["locked"], Value::from(true));
    // The old paper is still there, and must not be locked under a second phrase.
    room.run(&format!("{lock} --new-phrases phrases")).ended(1).says("a second phrase");
    room.run("card destroyed Ben --yes").ended(0);
    room.run("status").ended(0);

    let roster = "name;language;contact;lock\nAiko;ja;03-1;\nBen;;;chosen\nChie;en;;yes\n";
    let locked = Room::new();
    fs::write(locked.path("roster.csv"), roster).unwrap();
    let phrases = "Ben: legal winner thank year wave sausage\nChie: vacuum ozone quality pelican tube mango\n";
    fs::write(locked.path("phrases"), phrases.repeat(2)).unwrap();
    let init = "init acme.vault --name Acme --threshold 2 --roster roster.csv --text --cards-to cards";
    locked.run(init).ended(2).says("no terminal to show a generated phrase");
    let init = format!("{init} --lock-profile small --phrases phrases");
    fs::write(locked.path("roster.csv"), roster.replace("yes", "chosen")).unwrap();
    locked.run(&init).ended(3);
    locked.keep("cards", "kept");
    fs::write(locked.path("once"), phrases).unwrap();
    locked.run("init acme.vault --cards-to cards --cards kept --phrases once --from-paper").ended(0);
    let check = format!("card check --from-paper --cards {}", locked.card("kept", 2));
    locked.run(&check).ended(2).says("--phrases");
    locked.run(&format!("{check} --text-only")).ended(0).says("NOT PROVEN GENUINE");
    fs::write(locked.path("wrong"), "2: legal winner thank year wave sausages\n").unwrap();
    locked.run(&format!("{check} --phrases wrong")).ended(1).says("The phrase for Ben's card is wrong");
    locked.run(&format!("{check} --phrases once")).ended(0).says("Ben's card is good");
    let unlock = format!("card unlock 2 --text --cards-to new --cards {}", locked.card("kept", 2));
    locked.run(&format!("{unlock} --phrases once")).ended(3);
    locked.keep("new", "unlocked");
    locked.run("init acme.vault --cards-to new --cards unlocked --from-paper").ended(0);
    assert_eq!(locked.status()["custodians"][1]["locked"], Value::from(false));
    locked
        .run(&format!("card lock 1 --text --cards-to new --cards {}", locked.card("kept", 3)))
        .ended(1)
        .says("not Aiko's");
}

#[test]
fn who_lost_a_card_or_left_makes_a_rotation_due_and_the_margin_fall() {
    let room = Room::with_vault();
    room.run("card lost Nobody --reason x").ended(1).says("Aiko, Ben, Chie, Dan, Emi");
    room.run("card lost Emi --reason stolen").ended(0).says("1 more card can be lost").says("rotation is due");
    room.run("custodian depart 4").ended(2).says("--reason");
    room.run("custodian depart 4 --reason retired").ended(0).says("exactly the 3 needed cards are left");
    room.run("status").ended(3);
    let rotate = "rotate --cards kept --yes --text --cards-to new";
    room.run(rotate).ended(2).says("--custodian");
    let people = "--custodian Aiko --custodian Ben --custodian Chie --custodian Emi --custodian Fumi --threshold 2";
    room.run(&format!("{rotate} {people}")).ended(3);
    room.run("rotate --commit --cards-to new --new-cards new --from-paper").ended(3).says("not a scan of the paper");
    assert_eq!(room.files("new").len(), 5, "nothing is deleted");
    room.keep("new", "renewed");
    room.run("rotate --commit --cards-to new --new-cards renewed --from-paper").ended(0);
    let status = room.status();
    let names: Vec<&str> =
        status["custodians"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Aiko", "Ben", "Chie", "Emi", "Fumi"]);
    assert_eq!(status["margin"]["threshold"], Value::from(2));
}

#[test]
fn a_rotation_is_staged_given_up_and_begun_without_somebody() {
    let room = Room::with_vault();
    room.run_with("put m365 --value-from -", "one\n").ended(0);
    room.run_with("put dns --value-from -", "two\n").ended(0);
    room.run("rotate --commit").ended(1).says("No rotation is staged");
    let stage = "rotate --stage --cards kept --text --cards-to new";
    room.run(stage).ended(2).says("--yes");
    room.run(&format!("{stage} --yes --keep-out nothing")).ended(1).says("nothing");
    room.run(&format!("{stage} --yes")).ended(0).says("--commit");
    room.run(&format!("{stage} --yes")).ended(1).says("already staged");
    room.run("rotate --abort --yes --cards kept --cards-to new --reason mistake").ended(0);
    assert_eq!(room.files("new"), Vec::<String>::new());
    room.run("status").ended(3).says("Destroy the paper cards of epoch 2");
    room.run("card destroyed --all --yes").ended(0);
    room.run("status").ended(0);

    room.run(&format!("{stage} --yes --keep-out dns --generate m365")).ended(2).says("put ENTRY --generate");
    room.run(&format!("{stage} --yes --keep-out dns")).ended(0);
    room.keep("new", "renewed");
    let some: String = (1..=4).map(|number| format!(" --new-cards {}", room.card("renewed", number))).collect();
    room.run(&format!("rotate --cards-to new{some} --from-paper")).ended(3).says("Not read back: Emi");
    room.run("rotate --without Emi --cards-to new").ended(2).says("--reason");
    let begin = "--json rotate --without Emi --reason abroad --cards-to new";
    room.run(begin).ended(2).says("--new-cards");
    let begun = room.run(&format!("{begin}{some} --from-paper")).ended(0).json();
    assert_eq!(begun["number"], Value::from(3));
    room.run("status").ended(3).says("Emi");
    let list = room.run("--json list").json();
    assert_eq!((&list[0]["id"], &list[0]["sealed"]), (&Value::from("dns"), &Value::from(false)));
    assert_eq!((&list[1]["id"], &list[1]["sealed"]), (&Value::from("m365"), &Value::from(true)));
    // Emi is back, and the card counts.
    room.run(&format!("card check --from-paper --cards {}", room.card("renewed", 5))).ended(0).says("now it counts");
    room.run("card destroyed --files --all --cards-to new --yes").ended(0);
    room.run("card destroyed --all --yes").ended(0);
    room.run("status").ended(0);
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_made() {
    let room = Room::new();
    let init = "init acme.vault --name Acme";
    room.run(&format!("{init} --threshold 3 {PEOPLE}")).ended(2).says("--cards-to");
    room.run(&format!("{init} {PEOPLE} --cards-to cards")).ended(2).says("--threshold");
    room.run(&format!("{init} --threshold 3 --cards-to cards")).ended(2).says("--custodian");
    room.run(&format!("{init} --threshold 5 {PEOPLE} --cards-to cards")).ended(1).says("loses the vault");
    room.run(&format!("{init} --threshold 1 {PEOPLE} --cards-to cards")).ended(1).says("Choose 2 or more");
    room.run(&format!("{init} --threshold 3 {PEOPLE} --text --cards-to acme.vault/cards"))
        .ended(1)
        .says("inside the vault");
    fs::write(room.path("roster.csv"), "name,language\nAiko,ja\nBen,fr\n").unwrap();
    let roster = room.run(&format!("{init} --threshold 2 --roster roster.csv --cards-to cards")).ended(1);
    roster.says("roster.csv").says("line 3, character 5").says("fr");
    room.run(&format!("{init} --threshold 2 --custodian A --custodian A --custodian B --text --cards-to cards"))
        .ended(1)
        .says("Two custodians");
    assert!(!room.path("acme.vault/log.jsonl").exists());
    room.run(&format!("{init} --threshold 5 --all-needed {PEOPLE} --text --cards-to cards")).ended(3).says("CAREFUL");
}
