//! What the real program reports: status, log, merge, copy, reviewed and the demo, against a configuration of its own.

use std::cell::RefCell;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use breakglass::ceremony::*;
use breakglass::desk::columns;
use breakglass::journal::{Event, Line, SignedReceipt, What};
use breakglass::language::Language;
use breakglass::quorum::{Card, CardIndex, EventId, HeadCode, Reading, read_card};
use breakglass::store::{RealDisk, VaultFolder};
use breakglass::vault::{Change, FORMAT_VERSION, FieldName, FieldValue, Moment};

/// What names the folder in which the program keeps what it knows of vaults.
const CONFIGURATION_VARIABLE: &str = if cfg!(windows) { "LOCALAPPDATA" } else { "XDG_CONFIG_HOME" };

static DISK: RealDisk = RealDisk;

/// A folder with a vault and its cards.
struct Room {
    folder: PathBuf,
    cards: RefCell<Vec<String>>,
}

impl Room {
    fn new(name: &str) -> Room {
        let folder = std::env::temp_dir().join(format!("breakglass-reports-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Room { folder, cards: RefCell::default() }
    }

    /// A vault of so many custodians with a threshold of three, all read back.
    fn begin(&self, custodians: usize) -> Ledger<'static> {
        let custodian = |number: usize| {
            CustodianPlan::new(format!("髙橋 マルガレーテ・オカフォー {number}").parse().unwrap(), Language::Japanese)
        };
        let plan = Plan {
            name: "Acme".parse().unwrap(),
            custodians: (1..=custodians).map(custodian).collect(),
            threshold: 3,
            all_needed: false,
            titles_hidden: false,
        };
        let mut keep = |new: &NewCards| {
            *self.cards.borrow_mut() = new.cards().iter().map(|card| card.to_text().expose().to_owned()).collect();
            Ok(Vec::new())
        };
        let mut writing = init(&DISK, &self.vault(), &self.pins(), plan, now(), &mut keep).unwrap();
        let epoch = writing.ledger().active().unwrap().hash();
        for text in self.cards.borrow().iter() {
            read_back(&mut writing, epoch, &card(text), false, None, now()).unwrap();
        }
        writing.end()
    }

    /// Puts one entry in, opens the vault with three cards, shows it, and closes.
    fn open(&self, ledger: Ledger<'static>) -> Ledger<'static> {
        let trusted = trusted_epoch(&ledger, None).unwrap();
        let mut writing = ledger.begin(now()).unwrap();
        let set = [(FieldName::fixed("password"), FieldValue::copy_of("hunter2"))].into_iter().collect();
        let entry = "m365".parse().unwrap();
        put(&mut writing, trusted, &entry, Change { set, ..Change::default() }, "Mallory", now()).unwrap();
        let mut gathering = Gathering::begin(writing.ledger().active().unwrap(), writing.ledger().state());
        for text in &self.cards.borrow()[..3] {
            assert!(matches!(gathering.offer(card(text)), Offered::Accepted(_)));
        }
        let attendance = gathering.quorum().unwrap();
        let session = Session::open(&mut writing, attendance, "lockout", Some("INC-1"), now()).unwrap();
        session.reveal(&mut writing, &entry, &[FieldName::fixed("password")], now()).unwrap();
        session.close(&mut writing, now()).unwrap();
        writing.end()
    }

    fn vault(&self) -> PathBuf {
        self.folder.join("acme.vault")
    }

    fn pins(&self) -> PinBook<'static> {
        PinBook::new(&DISK, &self.folder.join("config/breakglass/pins"))
    }

    fn read(&self) -> Ledger<'static> {
        Ledger::read(VaultFolder::open(&DISK, &self.vault()).unwrap(), &self.pins(), None).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_breakglass"));
        command
            .args(arguments)
            .env("BREAKGLASS_VAULT", self.vault())
            .env(if cfg!(windows) { "TMP" } else { "TMPDIR" }, &self.folder);
        command.env(CONFIGURATION_VARIABLE, self.folder.join("config")).env("HOME", &self.folder);
        command.env_remove("LANG").env_remove("LC_ALL").env("USER", "tester");
        command.stdin(Stdio::null());
        command
    }

    fn log(&self) -> PathBuf {
        self.vault().join("log.jsonl")
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

struct Ran {
    status: i32,
    out: String,
    told: String,
}

impl Ran {
    fn of(output: Output) -> Ran {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { status: output.status.code().unwrap(), out: text(output.stdout), told: text(output.stderr) }
    }
}

fn now() -> Moment {
    Moment::of(jiff::Timestamp::now())
}

fn card(text: &str) -> Card {
    match read_card(text).unwrap() {
        Reading::Whole(card) => card,
        Reading::Corrected(_) => panic!("the text is whole"),
    }
}

#[test]
fn the_demo_does_the_whole_job_leaves_a_calm_vault_and_touches_no_pins() {
    for language in ["en", "ja"] {
        let room = Room::new(&format!("demo-{language}"));
        let ran = room.run(&["demo", "--yes", "--language", language]);
        assert_eq!((ran.status, ran.told.as_str()), (0, ""), "{}", ran.out);
        let vault = room.folder.join("breakglass-demo/practice.vault").display().to_string();
        assert!(!room.folder.join("config").exists());
        assert_eq!(room.run(&["status", &vault]).status, 0);
        assert_eq!(room.run(&["log", "verify", "--vault", &vault]).status, 0);
        let has_path = |line: &str| line.contains(std::path::MAIN_SEPARATOR);
        assert!(ran.out.lines().all(|line| columns(line) <= 80 || has_path(line)), "{}", ran.out);
        let script = ran.out.split("--vault").last().unwrap().replace("\\\n", " ");
        let script: Vec<&str> = script.lines().next().unwrap().split_whitespace().collect();
        let opened = room.run(&[&["unseal", "--vault"], script.as_slice()].concat());
        assert_eq!((opened.status, opened.out.trim().len()), (0, 24), "{}", opened.told);
    }
}

#[test]
fn the_demo_takes_no_folder_in_which_something_stands() {
    let room = Room::new("demo-used");
    let ran = room.run(&["demo", "--yes", &room.folder.parent().unwrap().display().to_string()]);
    assert_eq!((ran.status, ran.out.as_str()), (1, ""));
}

#[test]
fn status_is_0_while_calm_3_after_an_opening_and_1_when_a_vault_cannot_be_read() {
    let room = Room::new("status");
    let ledger = room.begin(5);
    let calm = room.run(&["status"]);
    assert_eq!(calm.status, 0, "{}", calm.out);
    assert!(calm.out.contains("sealed. Nothing is due."), "{}", calm.out);
    room.open(ledger);
    let opened = room.run(&["status"]);
    assert_eq!(opened.status, 3);
    for words in ["OPENED", "“lockout”", "Replace what was shown: m365", "breakglass rotate", "breakglass reviewed"]
    {
        assert!(opened.out.contains(words), "{words}: {}", opened.out);
    }
    let vault = room.vault().display().to_string();
    assert_eq!(room.run(&["status", &vault, &vault]).status, 3);
    assert_eq!(room.run(&["status", &vault, "/nowhere"]).status, 1);
}

#[test]
fn status_for_a_machine_is_one_document_with_moments_in_rfc_3339() {
    let room = Room::new("json");
    let ledger = room.begin(5);
    room.open(ledger);
    let ran = room.run(&["status", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.status, &document["format"], &document["calm"]), (3, &1.into(), &false.into()));
    assert_eq!(document["seal"]["opened"]["reason"], "lockout");
    assert_eq!(document["margin"]["spare"], 2);
    let due = document["due"].as_array().unwrap();
    let replace = due.iter().find(|due| due["what"] == "replace").unwrap();
    assert_eq!((&replace["entry"], &replace["now"]), (&"m365".into(), &true.into()));
    assert!(replace["on"].is_null(), "what is due at once carries no date: {replace}");
    assert!(replace["since"].as_str().unwrap().parse::<Moment>().is_ok());
}

#[test]
fn the_fullest_status_is_one_screen_in_both_languages_and_says_when_no_card_may_be_lost() {
    let room = Room::new("full");
    let ledger = room.begin(32);
    let ledger = room.open(ledger);
    let mut writing = ledger.begin(now()).unwrap();
    for index in CardIndex::first(32).take(29) {
        if index.get() % 2 == 0 {
            lose(&mut writing, index, "left on a train", "Ben", now()).unwrap();
        } else {
            depart(&mut writing, index, "left", "Ben", now()).unwrap();
        }
    }
    drop(writing);
    for (language, words) in [("en", "NO CARD MAY BE LOST"), ("ja", "余裕なし")] {
        let ran = room.run(&["status", "--language", language]);
        assert_eq!(ran.status, 3);
        assert!(ran.out.contains(words), "{}", ran.out);
        assert!(ran.out.lines().count() <= 23, "{}", ran.out);
        assert!(ran.out.lines().all(|line| columns(line) <= 80), "{}", ran.out);
    }
}

#[test]
fn every_command_says_that_the_vault_was_opened() {
    let room = Room::new("says");
    let ledger = room.begin(5);
    room.open(ledger);
    let copy = room.folder.join("copy").display().to_string();
    let commands: [&[&str]; 7] = [
        &["list"],
        &["put", "other", "--title", "x"],
        &["log", "show"],
        &["log", "verify"],
        &["copy", &copy],
        &["merge", &copy],
        &["reviewed"],
    ];
    for command in commands {
        let ran = room.run(command);
        assert_eq!(ran.status, 0, "{command:?}: {}", ran.told);
        assert!(ran.told.contains("was opened on"), "{command:?}: {}", ran.told);
    }
}

#[test]
fn the_log_names_who_signed_shows_the_rest_as_claimed_and_moves_no_cursor() {
    let room = Room::new("show");
    let ledger = room.begin(5);
    room.open(ledger);
    let ran = room.run(&["log", "show"]);
    let mut lines = ran.out.lines();
    lines.find(|line| line.contains("OPENED: “lockout” (incident INC-1).")).unwrap();
    let by = lines.next().unwrap();
    assert!(by.contains("signed with the card of: 髙橋 マルガレーテ・オカフォー 1"));
    let opened = room.read().state().openings[0].event;
    let begins = HeadCode::of(opened).to_string()[..9].to_owned();
    assert!(by.contains(&begins), "a head on paper is found again by its beginning: {by}");
    assert!(ran.out.contains("Mallory (unverified); not signed by a card"), "{}", ran.out);
    assert!(!ran.out.contains('\u{1b}'));
    let lines = room.run(&["log", "show", "--json"]).out;
    let events: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.len(), 10);
    assert_eq!(events[7]["signed_by"].as_array().unwrap().len(), 3);
}

/// A line that claims a loss; only its reason is not one that breakglass would write.
fn forged_loss(ledger: &Ledger<'_>, reason: &str) -> String {
    let event = Event {
        version: FORMAT_VERSION,
        vault: ledger.state().vault,
        previous: ledger.heads().to_vec(),
        time: now(),
        by: None,
        signers: Vec::new(),
        what: What::Lost {
            epoch: ledger.active().unwrap().hash(),
            card: CardIndex::try_from(4).unwrap(),
            reason: Some("REASON".parse().unwrap()),
        },
    };
    let line = String::from_utf8(Line::sign(event, &[]).bytes()).unwrap();
    line.replacen("\"REASON\"", &serde_json::to_string(reason).unwrap(), 1) + "\n"
}

#[test]
fn a_reason_of_two_lines_is_reported_as_no_line_of_the_log_and_shows_no_entry_of_its_own() {
    let room = Room::new("two-lines");
    let ledger = room.begin(5);
    let before = room.run(&["log", "show"]).out;
    let fake = "on a train”.\n    4c1d9e02a26e · unverified; not signed by a card\n2026-11-20 09:12  OPENED: “drill”.\n    \
                a26e67c34c1d · signed with the card of: 髙橋 マルガレーテ・オカフォー 1";
    let log = std::fs::read_to_string(room.log()).unwrap();
    std::fs::write(room.log(), log + &forged_loss(&ledger, fake)).unwrap();
    let ran = room.run(&["log", "show"]);
    assert_eq!(ran.out, before);
    assert!(ran.told.contains("log verify"), "{}", ran.told);
    let verified = room.run(&["log", "verify"]);
    assert_eq!(verified.status, 1);
    let told: Vec<&str> =
        verified.out.lines().filter(|line| line.contains("drill") || line.contains("a26e67c3")).collect();
    assert!(told.is_empty(), "{}", verified.out);
    assert!(verified.out.contains("Line 7 of the log is not one"), "{}", verified.out);
    assert!(verified.out.contains("“on a train”.     4c1d9e02a26e"), "{}", verified.out);
}

#[test]
fn a_reason_that_is_no_line_is_refused_before_anything_is_done_and_nobody_is_written_as_nobody() {
    let room = Room::new("nobody");
    room.begin(5);
    let before = std::fs::read(room.log()).unwrap();
    for reason in ["left\non a train", "a\u{202e}b", &"a".repeat(201)] {
        let ran = room.run(&["card", "lost", "4", "--reason", reason]);
        assert_eq!(ran.status, 2);
        assert!(ran.told.contains("1 to 200 characters on one line"), "{}", ran.told);
        assert_eq!(std::fs::read(room.log()).unwrap(), before);
    }
    let mut command = room.command(&["card", "lost", "4", "--reason", "left on a train"]);
    let ran = Ran::of(command.env_remove("USER").env_remove("LOGNAME").env_remove("USERNAME").output().unwrap());
    assert_eq!(ran.status, 0, "{}", ran.told);
    assert_eq!(room.read().history().events.last().unwrap().event.by, None);
    assert!(room.run(&["log", "show"]).out.ends_with("unverified; not signed by a card\n"));
}

#[test]
fn verify_finds_an_edited_line_a_cut_end_and_a_missing_anchor_and_only_tells_of_strays() {
    let room = Room::new("verify");
    let ledger = room.begin(5);
    let head = room.open(ledger).heads()[0].to_string();
    std::fs::create_dir_all(room.vault().join("attachments")).unwrap();
    std::fs::write(room.vault().join(format!("attachments/{}.age", "0".repeat(64))), "").unwrap();
    let sound = room.run(&["log", "verify", "--anchor", &head]);
    assert_eq!(sound.status, 0, "{}", sound.out);
    assert!(sound.out.contains(&"0".repeat(64)) && sound.out.contains("The log is whole: 10 events"), "{}", sound.out);
    let absent = room.run(&["log", "verify", "--anchor", &"ab".repeat(32)]);
    assert_eq!(absent.status, 1, "{}", absent.out);

    let whole = std::fs::read_to_string(room.log()).unwrap();
    std::fs::write(room.log(), whole.replace("lockout", "nothing")).unwrap();
    let edited = room.run(&["log", "verify"]);
    assert_eq!(edited.status, 1);
    assert!(edited.out.contains("Line 8"), "{}", edited.out);

    let lines: Vec<&str> = whole.lines().collect();
    std::fs::write(room.log(), lines[..8].join("\n") + "\n").unwrap();
    for _ in 0..2 {
        let cut = room.run(&["log", "verify"]);
        assert_eq!(cut.status, 1, "this machine saw the newer head: {}", cut.out);
        assert!(room.run(&["list"]).told.contains("has seen a newer log"));
    }
}

#[test]
fn verify_says_which_event_of_how_many_a_head_on_paper_is() {
    let room = Room::new("anchor");
    let ledger = room.begin(5);
    let head = ledger.heads()[0];
    let on_paper = HeadCode::of(head).to_string();
    let newest = HeadCode::of(room.open(ledger).heads()[0]).to_string();
    let verified = room.run(&["log", "verify", "--anchor", &on_paper]);
    assert_eq!(verified.status, 0, "{}", verified.told);
    assert!(verified.out.contains("Your head is event 6 of 10 ("), "{}", verified.out);
    assert!(verified.out.contains(&format!("); 4 events follow it:\n    {on_paper}\n")), "{}", verified.out);
    let typed = on_paper.to_lowercase().replace(' ', "ー");
    let japanese = room.run(&["log", "verify", "--anchor", &typed, "--anchor", &newest, "--language", "ja"]).out;
    assert!(japanese.contains("紙の記録 ID は 10 件中 6 件目です"), "{japanese}");
    assert!(japanese.contains("その後に 4 件あります：") && japanese.contains("その後はありません："), "{japanese}");
    let json = room.run(&["log", "verify", "--anchor", &head.to_string()[..32], "--json"]).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let place = &json["anchors"][0];
    assert_eq!((&place["head"], &place["code"]), (&head.to_string().into(), &on_paper.into()));
    assert_eq!((&place["event"], &place["of"], &place["following"]), (&6.into(), &10.into(), &4.into()));
    assert_eq!(json["head_codes"], serde_json::json!([newest]));
    assert!(japanese.lines().all(|line| columns(line) <= 80), "{japanese}");
}

#[test]
fn every_one_of_several_heads_on_paper_must_be_there_and_is_missed_by_its_short_form() {
    let room = Room::new("anchors");
    let head = HeadCode::of(room.begin(5).heads()[0]).to_string();
    let absent = [b"one", b"two"].map(|elsewhere| HeadCode::of(EventId::of(elsewhere)).to_string());
    let verified = room.run(&["log", "verify", "--anchor", &head, "--anchor", &absent[0], "--anchor", &absent[1]]);
    assert_eq!(verified.status, 1);
    for absent in absent {
        assert!(verified.out.contains(&format!("The head {absent} is not in this log")), "{}", verified.out);
    }
    assert!(verified.out.contains("Your head is event 6 of 6"), "{}", verified.out);
}

#[test]
fn a_mistyped_head_is_asked_about_and_decides_nothing() {
    let room = Room::new("mistyped");
    let head = HeadCode::of(room.begin(5).heads()[0]).to_string();
    let other = if head.starts_with('Q') { "P" } else { "Q" };
    let typed = format!("{other}{}", &head[1..]);
    for (language, look, meant) in [
        ("en", "Check group 1.", "Did you mean this one, which is in the log?"),
        ("ja", "第 1 組（1 組）を確かめてください。", "次の ID のことですか？ これはこの記録にあります。"),
    ] {
        let ran = room.run(&["put", "router", "--title", "Router", "--anchor", &typed, "--language", language]);
        assert_eq!(ran.status, 2, "{}", ran.told);
        assert!(ran.told.contains(&format!("    {typed}\n{look}\n{meant}\n    {head}\n")), "{}", ran.told);
        assert!(ran.told.lines().all(|line| columns(line) <= 80), "{}", ran.told);
    }
    assert_eq!(room.read().lines().count(), 6, "nothing was put in");
}

#[test]
fn of_several_heads_each_says_which_of_how_many_and_the_next_event_makes_one_of_them() {
    let room = Room::new("heads");
    room.begin(5);
    let copy = room.folder.join("copy");
    assert_eq!(room.run(&["copy", &copy.display().to_string()]).status, 0);
    for vault in [room.vault(), copy.clone()] {
        assert_eq!(room.run(&["put", "x", "--title", "X", "--vault", &vault.display().to_string()]).status, 0);
    }
    let theirs = std::fs::read_to_string(copy.join("log.jsonl")).unwrap();
    let both = std::fs::read_to_string(room.log()).unwrap() + theirs.lines().last().unwrap() + "\n";
    std::fs::write(room.log(), both).unwrap();
    let heads = room.read().heads().to_vec();
    assert_eq!(heads.len(), 2);
    let codes = heads.iter().map(|head| HeadCode::of(*head).to_string()).collect::<Vec<_>>();
    for (language, told) in [("en", "Head {}/2: "), ("ja", "最新の記録 ID（{}/2）：")] {
        let out = room.run(&["status", "--language", language]).out;
        for (number, code) in (1..).zip(&codes) {
            let label = told.replace("{}", &i32::to_string(&number)).replace("/2: ", " of 2: ");
            assert!(out.contains(&format!("{label}{code}")), "{out}");
        }
        assert!(out.lines().all(|line| columns(line) <= 80), "{out}");
    }
    let json: serde_json::Value = serde_json::from_str(&room.run(&["status", "--json"]).out).unwrap();
    assert_eq!(json["head_codes"], serde_json::json!(codes));
    let beside = room.run(&["log", "verify", "--anchor", &codes[0]]).out;
    assert!(beside.contains("1 event is beside it"), "{beside}");
    let put = room.run(&["put", "y", "--title", "Y"]);
    let one = HeadCode::of(room.read().heads()[0]).to_string();
    assert!(put.told.contains(&format!("Head: {one}")), "{}", put.told);
}

#[test]
fn an_epoch_id_that_is_one_character_off_is_a_typing_mistake_first() {
    let room = Room::new("epoch");
    let id = room.begin(5).active().unwrap().id().to_string();
    let typed = format!("{}{}", &id[..23], if id.ends_with('0') { '1' } else { '0' });
    let put = room.run(&["put", "x", "--title", "X", "--epoch", &typed]);
    assert_eq!(put.status, 1);
    assert!(put.told.contains("looks like a typing mistake: epoch 1 of this folder"), "{}", put.told);
    assert!(put.told.contains("Check group 6 of four digits"), "{}", put.told);
    let destroyed = room.run(&["card", "destroyed", "--all", "--yes", "--epoch", &typed]);
    assert!(destroyed.told.contains("looks like a typing mistake"), "{}", destroyed.told);
    assert_eq!(room.run(&["put", "x", "--title", "X", "--epoch", &id.to_uppercase().replace('0', "O")]).status, 0);
}

#[test]
fn a_receipt_made_at_home_is_taken_in_once() {
    let room = Room::new("receipt");
    let ledger = room.begin(5);
    let header = ledger.active().unwrap().clone();
    let text = room.cards.borrow()[4].clone();
    let write = |name: &str, time: Moment| {
        let (_, receipt) = check_against_header(&header, &card(&text), None, time).unwrap();
        let path = room.folder.join(name);
        std::fs::write(&path, serde_json::to_string(&receipt).unwrap()).unwrap();
        (receipt, path.display().to_string())
    };
    let (_, good): (SignedReceipt, String) = write("good.json", now());
    let added = room.run(&["log", "add", &good]);
    assert_eq!(added.status, 0, "{}", added.told);
    assert!(added.out.contains("オカフォー 5"));
    assert!(room.run(&["log", "add", &good]).told.contains("This receipt is already in the log"));
    let (_, future) = write("future.json", now().plus_days(30));
    assert!(room.run(&["log", "add", &future]).told.contains("in the future"));
    let (mut forged, path) = write("forged.json", now());
    forged.receipt.card = CardIndex::first(5).next().unwrap();
    std::fs::write(&path, serde_json::to_string(&forged).unwrap()).unwrap();
    assert_eq!(room.run(&["log", "add", &path]).status, 1);
    std::fs::write(&path, "nonsense").unwrap();
    assert!(room.run(&["log", "add", &path]).told.contains("not a receipt"));
    assert_eq!(room.read().lines().count(), 7);
}

#[test]
fn a_copy_that_lived_apart_is_merged_back() {
    let room = Room::new("merge");
    room.begin(5);
    let copy = room.folder.join("copy").display().to_string();
    assert_eq!(room.run(&["copy", &copy]).status, 0);
    assert_eq!(room.run(&["copy", &copy]).status, 1, "a copy never falls on something");
    assert_eq!(room.run(&["put", "apart", "--title", "there", "--vault", &copy]).status, 0);
    let merged = room.run(&["merge", &copy, "--json"]);
    let result: serde_json::Value = serde_json::from_str(&merged.out).unwrap();
    assert_eq!((&result["events"], &result["files"]), (&1.into(), &1.into()), "{}", merged.told);
    assert!(room.run(&["list"]).out.contains("apart"));
    assert_eq!(room.run(&["log", "verify"]).status, 0);
}

#[test]
fn the_review_of_sign_in_logs_is_noted_for_all_openings_or_for_one() {
    let room = Room::new("review");
    let ledger = room.begin(5);
    let ledger = room.open(ledger);
    let opening = ledger.state().openings[0].event.to_string();
    drop(room.open(ledger));
    assert_eq!(room.run(&["reviewed", "abc"]).status, 2);
    assert_eq!(room.run(&["reviewed", &opening[..12]]).status, 0);
    assert_eq!(room.read().state().openings.iter().filter(|opening| opening.reviewed).count(), 1);
    assert_eq!(room.run(&["reviewed"]).status, 0);
    assert!(room.read().state().openings.iter().all(|opening| opening.reviewed));
    assert!(room.run(&["reviewed"]).out.contains("already"));
}
