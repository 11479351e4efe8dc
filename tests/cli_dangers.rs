//! What would lose a vault or its contents: the wrong cards destroyed, a deposit that nobody can open, a folder that was swapped.

#[path = "support/room.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod room;
#[path = "support/scratch.rs"]
mod scratch;

use std::fs;

use breakglass::desk::columns;
use room::{PEOPLE, Room};
use serde_json::Value;

/// An export of Bitwarden with one entry.
const EXPORT: &str = "folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp\n\
                      ,,login,dns,,,0,https://dns.example.com,admin,hunter2,\n";

/// The id of the epoch that is in force, and that of the staged one.
fn epoch_ids(room: &Room) -> (String, Option<String>) {
    let status = room.run("--json status acme.vault").json();
    let id = |epoch: &Value| epoch["id"].as_str().map(str::to_owned);
    (id(&status["epoch"]).unwrap(), id(&status["staged"]))
}

/// An epoch id as the screen abbreviates it.
fn brief(id: &str) -> String {
    format!("{} {} {}…", &id[..4], &id[4..8], &id[8..12])
}

/// A calendar without the folds of its lines.
fn unfolded(calendar: &str) -> String {
    calendar.replace("\r\n ", "")
}

#[test]
fn after_a_rotation_was_given_up_every_report_names_the_cards_to_destroy_and_those_to_keep() {
    let room = Room::with_vault();
    room.run("rotate --stage --cards kept --yes --text --cards-to new").ended(0);
    room.keep("new", "given-up");
    let three: String = (1..=3).map(|number| format!(" --new-cards {}", room.card("given-up", number))).collect();
    room.run(&format!("rotate --commit --cards-to new --from-paper{three}")).ended(3);
    let (kept, staged) = epoch_ids(&room);
    let given_up = staged.unwrap();
    let abort = room.run("rotate --abort --yes --cards kept --cards-to new --reason mistake").ended(0);
    abort
        .says(&format!("KEEP the cards of epoch 1 ({kept})"))
        .says(&format!("Destroy the cards of epoch 2 ({given_up})"));

    let [english, japanese] = room.screens();
    assert!(english.contains(&format!("Destroy the paper cards of epoch 2 ({})", brief(&given_up))), "{english}");
    assert!(english.contains(&format!("KEEP the cards of epoch 1 ({})", brief(&kept))), "{english}");
    assert!(japanese.contains(&format!("第 2 世代（{}）の紙のカードの廃棄", brief(&given_up))), "{japanese}");
    assert!(japanese.contains(&format!("第 1 世代（{}）のカードは保管", brief(&kept))), "{japanese}");
    for duty in room.due("destroy_paper") {
        assert_eq!((&duty["epoch_number"], &duty["epoch_id"]), (&Value::from(2), &Value::from(given_up.as_str())));
        let keep = &duty["keep"];
        assert_eq!((&keep["number"], &keep["id"]), (&Value::from(1), &Value::from(kept.as_str())));
    }
    assert_eq!(room.due("destroy_paper").len(), 5);
    for (language, words) in
        [("en", format!("Keep the cards of epoch 1 ({kept})")), ("ja", format!("第 1 世代（{kept}）"))]
    {
        let calendar = unfolded(&room.run(&format!("status --ics - --language {language}")).out);
        assert!(calendar.contains(&words) && calendar.contains(&given_up), "{calendar}");
    }

    let destroyed = room.run("card destroyed --all --yes").ended(0);
    destroyed.says(&format!("epoch 2 ({given_up}): Aiko")).says(&format!("KEEP the cards of epoch 1 ({kept})"));
    let last = room.log().lines().last().unwrap().to_owned();
    assert!(last.contains(&given_up) && !last.contains(&kept), "{last}");
    assert_eq!(room.due("destroy_paper").len(), 0);
    room.run_with("put m365 --value-from -", "hunter2\n").ended(0);
    room.run("unseal --reason test --entry m365 --field password --cards kept").ended(0);
}

#[test]
fn a_card_file_that_may_be_all_there_is_of_a_card_is_told_before_its_deletion_is_recorded() {
    let room = Room::new();
    room.run(&format!("init acme.vault --name Acme --threshold 3 {PEOPLE} --text --cards-to cards")).ended(3);
    room.run("card destroyed --files Aiko").ended(2).says("not read back from paper yet: Aiko").says("--yes");
    assert_eq!(room.files("cards").len(), 5);
}

#[test]
fn a_rotation_that_begins_says_which_old_cards_go_and_which_new_ones_stay() {
    let room = Room::with_vault();
    room.run("rotate --stage --cards kept --yes --text --cards-to new").ended(0);
    room.keep("new", "renewed");
    let (old, new) = epoch_ids(&room);
    let begun = room.run("rotate --commit --cards-to new --new-cards renewed --from-paper").ended(0);
    begun
        .says(&format!("Destroy the old cards of epoch 1 ({old})"))
        .says(&format!("KEEP the cards of epoch 2 ({})", new.unwrap()));
}

#[test]
fn nothing_goes_into_a_vault_that_nobody_can_open_unless_people_say_so() {
    let room = Room::new();
    room.run(&format!("init acme.vault --name Acme --threshold 3 {PEOPLE} --text --cards-to cards")).ended(3);
    room.keep("cards", "kept");
    fs::write(room.path("export.csv"), EXPORT).unwrap();
    let puts = ["put m365 --value-from -", "put --import export.csv --standing skip"];
    let before = room.log();
    for read_back in [0, 2] {
        if read_back > 0 {
            let cards = [1, 2].map(|number| format!(" --cards {}", room.card("kept", number))).concat();
            room.run(&format!("init acme.vault --cards-to cards --from-paper{cards}")).ended(3);
        }
        let refused = room.run_with(puts[0], "hunter2\n").ended(2);
        refused.says("NOBODY CAN OPEN THIS VAULT YET").says(&format!("{read_back} have been read back")).says("--yes");
    }
    room.run(puts[1]).ended(2).says("NOBODY CAN OPEN THIS VAULT YET");
    assert!(!room.log().contains("\"deposited\""), "{before}");

    for put in puts {
        let done = room.run_with(&format!("{put} --yes"), "hunter2\n").ended(0);
        let done = done.says("Card files cannot be made again").says("create a new one").says("CANNOT BE OPENED YET");
        assert!(!done.err.contains("available from the next opening on"), "{}", done.err);
    }
    room.run("rotate --stage --cards kept --yes --text --cards-to new").ended(0).says("NOBODY CAN OPEN THIS VAULT YET");
    room.run("rotate --abort --yes --cards kept --cards-to new --reason again").ended(0);
    room.run(&format!("init acme.vault --cards-to cards --from-paper --cards {}", room.card("kept", 3))).ended(3);
    let done = room.run_with(puts[0], "hunter3\n").ended(0).says("available from the next opening on");
    assert!(!done.err.contains("NOBODY CAN OPEN"), "{}", done.err);
}

#[test]
fn what_no_rotation_can_take_is_refused_before_anybody_brings_a_card() {
    let room = Room::with_vault();
    room.run_with("put m365 --value-from -", "hunter2\n").ended(0);
    let (log, epochs) = (room.log(), room.files("acme.vault/epochs"));
    for (options, words) in [
        ("--cards-to acme.vault/cards", "inside the vault"),
        ("--cards-to new --keep-out nothing", "--keep-out"),
        ("--cards-to new --dismiss nothing", "--dismiss"),
        ("--cards-to new --replaced nothing", "--replaced"),
        ("--cards-to new --generate nothing", "--generate"),
        ("--cards-to new --generate m365", "--generate"),
        ("--cards-to new --threshold 9", "9"),
    ] {
        let refused = room.run(&format!("rotate --stage --yes --text {options}"));
        let refused = refused.says(words);
        assert!(refused.status != 0 && !refused.err.contains("--cards,"), "{}", refused.err);
        assert!(!refused.err.contains("First the current cards") && !refused.err.contains("Here:"), "{}", refused.err);
    }
    assert_eq!((room.log(), room.files("acme.vault/epochs")), (log, epochs));
    assert!(!room.path("acme.vault/cards").exists());
}

#[test]
fn while_a_rotation_is_staged_other_people_or_another_threshold_are_refused_and_it_is_named() {
    let room = Room::with_vault();
    room.run("rotate --stage --cards kept --yes --text --cards-to new").ended(0);
    let staged = epoch_ids(&room).1.unwrap();
    fs::write(room.path("roster.csv"), "name\nAiko\nBen\nChie\n").unwrap();
    let before = room.log();
    for other in ["--roster roster.csv", "--threshold 2", "--custodian Fumi --custodian Gen", "--all-needed", "--stage"]
    {
        let refused = room.run(&format!("rotate {other} --cards kept --yes --text --cards-to new")).ended(1);
        refused.says(&staged).says("rotate --commit").says("rotate --abort");
        assert_eq!(room.log(), before, "{other}");
    }
}

#[test]
fn a_new_card_brought_while_its_rotation_is_staged_is_called_that() {
    let room = Room::with_vault();
    room.run_with("put m365 --value-from -", "hunter2\n").ended(0);
    room.run("rotate --stage --cards kept --yes --text --cards-to new").ended(0);
    room.keep("new", "renewed");
    let (kept, staged) = epoch_ids(&room);
    let opened = room.run("unseal --reason test --entry m365 --field password --cards renewed").ended(2);
    opened.says(&format!("from the staged epoch 2 ({})", staged.unwrap())).says("not in force yet").says(&kept);
}

/// Two copies that were rotated apart, each in a folder; the second one's new cards are in `apart-cards`.
fn rotated_apart() -> Room {
    let room = Room::with_vault();
    room.run_with("put m365 --value-from -", "hunter2\n").ended(0);
    room.run("copy other.vault --vault acme.vault").ended(0);
    for (vault, cards, log) in [("acme.vault", "here", "acme"), ("other.vault", "apart", "other")] {
        let files = format!("{log}-files");
        // The other copy is rotated on a machine of its own, which knows nothing of this one.
        let run = |words: &str| if vault == "acme.vault" { room.run(words) } else { room.run_elsewhere(words) };
        run(&format!("rotate --stage --vault {vault} --cards kept --yes --text --cards-to {files}")).ended(0);
        room.keep(&files, cards);
        run(&format!("rotate --commit --vault {vault} --cards-to {files} --new-cards {cards} --from-paper")).ended(0);
    }
    room
}

#[test]
fn a_split_is_named_by_every_command_with_what_to_do_and_nothing_is_opened_or_put_in() {
    let room = rotated_apart();
    room.run("merge other.vault --vault acme.vault").ended(0).says("SPLIT");
    let before = room.log();
    for command in [
        "put m365 --value-from - --yes",
        "unseal --reason test --entry m365 --field password --cards here --yes",
        "rotate --stage --cards here --yes --text --cards-to new",
        "card check --from-paper --cards here",
        "card lost Aiko --reason gone",
        "list",
    ] {
        let refused = room.run_with(&format!("{command} --vault acme.vault"), "hunter2\n");
        let refused = refused.says("is split").says("--anchor");
        assert_eq!(refused.status, 1, "{command}: {}", refused.err);
        assert_eq!(room.log(), before, "{command}");
    }
    room.run("log verify --vault acme.vault").ended(1).says("is split");
    let [english, japanese] = ["en", "ja"].map(|language| {
        let screen = room.run(&format!("status --vault acme.vault --language {language}")).ended(3).out;
        assert!(screen.lines().count() <= 23 && screen.lines().all(|line| columns(line) <= 80), "{screen}");
        screen
    });
    assert!(english.contains("SPLIT") && english.contains("--anchor"), "{english}");
    assert!(japanese.contains("分裂") && japanese.contains("--anchor"), "{japanese}");
}

#[test]
fn an_epoch_that_does_not_follow_the_known_one_is_refused_until_its_id_is_typed_off_a_card() {
    let room = rotated_apart();
    let known = epoch_ids(&room).0;
    fs::rename(room.path("acme.vault"), room.path("true.vault")).unwrap();
    fs::rename(room.path("other.vault"), room.path("acme.vault")).unwrap();
    let folder = epoch_ids(&room).0;
    assert_ne!(known, folder);
    let before = room.log();
    let commands = [
        "put m365 --value-from -".to_owned(),
        "rotate --stage --cards apart --text --cards-to new".to_owned(),
        format!("card check --from-paper --cards {}", room.card("apart", 1)),
    ];
    for command in &commands {
        let refused = room.run_with(&format!("{command} --vault acme.vault --yes"), "hunter3\n").ended(1);
        refused.says(&known).says(&folder).says("--epoch");
        let wrong = room.run_with(&format!("{command} --vault acme.vault --yes --epoch {known}"), "hunter3\n").ended(1);
        wrong.says("not at the epoch you gave");
        room.run_with(&format!("{command} --vault acme.vault --epoch {folder}"), "hunter3\n").ended(2).says("--yes");
        assert_eq!(room.log(), before, "{command}");
    }
    // Whoever opens it is told, and kept up by nothing.
    let opened =
        room.run("unseal --vault acme.vault --reason test --entry m365 --field password --cards apart").ended(0);
    opened.says("CAREFUL: this machine knows this vault at epoch").says(&known).says(&folder);
    for command in &commands {
        room.run_with(&format!("{command} --vault acme.vault --yes --epoch {folder}"), "hunter3\n").ended(0);
    }
}

#[test]
fn a_head_from_paper_that_is_not_here_stops_changes_and_an_opening_asks() {
    let room = Room::with_vault();
    room.run_with("put m365 --value-from -", "hunter2\n").ended(0);
    room.run("copy other.vault --vault acme.vault").ended(0);
    let before = room.log();
    let anchor = format!("--vault acme.vault --anchor {}", "ab".repeat(32));
    for command in ["put m365 --yes --value-from -", "rotate --stage --yes --text --cards-to new", "merge other.vault"]
    {
        let refused = room.run_with(&format!("{command} {anchor}"), "hunter3\n").ended(1);
        refused.says("is not in this log");
    }
    let unseal = format!("unseal --reason test --entry m365 --field password --cards kept {anchor}");
    room.run(&unseal).ended(2).says("is not in this log").says("--yes");
    assert_eq!(room.log(), before);
    let opened = room.run(&format!("{unseal} --yes")).ended(0).says("is not in this log");
    assert_eq!(opened.out, "hunter2\n");
}
