//! A vault that is opened without breakglass: by the script of docs/ and by Debian's `age` and `argon2`.

use std::cell::RefCell;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use breakglass::ceremony::*;
use breakglass::language::Language;
use breakglass::quorum::{Card, CardIndex, LockProfile, Phrase, Reading, read_card};
use breakglass::store::{Place, RealDisk, VaultFolder};
use breakglass::vault::{Change, Contents, EntryId, FieldName, FieldValue, Moment, Person};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

#[path = "support/scratch.rs"]
mod scratch;
mod support;
use scratch::Scratch;
use support::outside_program;

static DISK: RealDisk = RealDisk;

/// What the custodian of card 2 chose, and the same as another keyboard writes it.
const PHRASE: &str = "パスワード zoo 鍵 winner";
const PHRASE_TYPED: &str = " ﾊﾟｽﾜｰﾄﾞ\u{3000}zoo  鍵 ｗｉｎｎｅｒ";

fn moment() -> Moment {
    "2026-11-22T21:20:55Z".parse().unwrap()
}

/// Five custodians, three needed, the second with a lock.
fn plan() -> Plan {
    let custodian = |name: &str| CustodianPlan {
        person: Person::named(name.parse().unwrap(), Language::English),
        lock: (name == "Ben").then(|| LockPlan { profile: LockProfile::Small, phrase: Phrase::new(PHRASE).unwrap() }),
    };
    Plan {
        name: "Acme".parse().unwrap(),
        custodians: ["Aiko", "Ben", "Chie", "Dan", "Emi"].map(custodian).into(),
        threshold: 3,
        all_needed: false,
        titles_hidden: false,
    }
}

fn card(text: &str) -> Card {
    match read_card(text).unwrap() {
        Reading::Whole(card) => card,
        Reading::Corrected(_) => panic!("the text is whole"),
    }
}

fn attendance(ledger: &Ledger<'_>, cards: &[String]) -> Attendance {
    let mut gathering = Gathering::begin(ledger.active().unwrap(), ledger.state());
    for text in cards {
        match gathering.offer(card(text)) {
            Offered::Accepted(_) => {}
            Offered::NeedsPhrase(locked) => {
                gathering.unlock(&locked, &Phrase::new(PHRASE_TYPED).unwrap()).unwrap().unwrap();
            }
            Offered::Refused(refusal) => panic!("{refusal}"),
        }
    }
    gathering.quorum().unwrap()
}

/// A vault in its second epoch, and what an outsider could hold.
struct Vault {
    scratch: Scratch,
    /// The five cards of the second epoch.
    cards: Vec<String>,
    /// The sealed contents, as breakglass itself reads them.
    contents: Vec<u8>,
    sealed: PathBuf,
    /// A deposit made in the first epoch that the rotation did not fold in.
    left_behind: PathBuf,
    /// A deposit made in the second epoch.
    newest: PathBuf,
}

fn deposit(writing: &mut Writing<'_>, entry: &str, password: &str) -> Place {
    let trusted = writing.ledger().active().unwrap().hash();
    let set = [("title", "Identity provider 管理者"), ("password", password)]
        .map(|(name, value)| (name.parse::<FieldName>().unwrap(), FieldValue::copy_of(value)));
    let change = Change { set: set.into(), ..Change::default() };
    let entry: EntryId = entry.parse().unwrap();
    let digest = put(writing, trusted, &entry, change, "Ben", moment()).unwrap();
    Place::Deposit(writing.ledger().active().unwrap().epoch, digest)
}

fn read_all_back(writing: &mut Writing<'_>, epoch: breakglass::quorum::EpochHash, cards: &[String]) -> Attendance {
    let phrase = Phrase::new(PHRASE).unwrap();
    let mut new = Gathering::begin(writing.ledger().header(epoch).unwrap(), writing.ledger().state());
    for text in cards {
        new.keep(read_back(writing, epoch, &card(text), false, Some(&phrase), moment()).unwrap());
    }
    new.quorum().unwrap()
}

impl Vault {
    fn make() -> Vault {
        let scratch = Scratch::new();
        let folder = scratch.path().join("acme.vault");
        let pins = PinBook::new(&DISK, &scratch.path().join("pins"));
        let cards = RefCell::new(Vec::new());
        let mut keep = |new: &NewCards| -> Result<Vec<CardIndex>, CeremonyError> {
            *cards.borrow_mut() = new.cards().iter().map(|card| card.to_text().expose().to_owned()).collect();
            Ok(Vec::new())
        };
        let mut writing = init(&DISK, &folder, &pins, plan(), moment(), &mut keep).unwrap();
        let first = writing.ledger().active().unwrap().hash();
        drop(read_all_back(&mut writing, first, &cards.borrow()));
        let Place::Deposit(_, folded) = deposit(&mut writing, "m365-admin", "correct horse") else { unreachable!() };
        let left_behind = deposit(&mut writing, "registrar", "battery staple");

        let quorum = attendance(writing.ledger(), &cards.borrow()[1..4]);
        let rotation = Rotation::open(&writing, quorum).unwrap();
        let staged =
            stage(&mut writing, rotation, plan(), Choices::folding(vec![folded]), moment(), &mut keep).unwrap();
        let new = read_all_back(&mut writing, staged.epoch, &cards.borrow());
        commit(&mut writing, &new, Vec::new(), "Ben", moment()).unwrap();
        clean_up(&mut writing, moment()).unwrap();
        let newest = deposit(&mut writing, "m365-admin", "newer than the seal");
        let ledger = writing.end();

        let cards = cards.into_inner();
        let quorum = attendance(&ledger, &cards[..3]);
        let header = ledger.active().unwrap();
        let sealed = folder.join(Place::Sealed(header.epoch, header.id()).path());
        let key = quorum.quorum().root().contents_key();
        let contents = Contents::open(&fs::read(&sealed).unwrap(), &key, header.vault, header.epoch).unwrap();
        let contents = serde_json::to_vec(&contents).unwrap();
        let (left_behind, newest) = (folder.join(left_behind.path()), folder.join(newest.path()));
        assert_eq!(verify_files(&ledger, VerifyDepth::Hashed).unwrap(), []);
        assert!(VaultFolder::is_vault(&DISK, &folder).unwrap());
        Vault { scratch, cards, contents, sealed, left_behind, newest }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }
}

/// What the script of docs/ computes.
struct Keys {
    passphrase: String,
    identity: String,
}

fn run_script(python: &Path, lines: &str, file: Option<&Path>) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/open_without_breakglass.py");
    let mut command = Command::new(python);
    command.arg(script).args(file).env("PYTHONUTF8", "1");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A script that stops at the first wrong line closes its input early.
    let _ = child.stdin.take().unwrap().write_all(lines.as_bytes());
    child.wait_with_output().unwrap()
}

fn keys_by_script(python: &Path, lines: &str, file: Option<&Path>) -> Keys {
    let output = run_script(python, lines, file);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let value = |label: &str| text.lines().find_map(|line| line.strip_prefix(label)).unwrap().trim().to_owned();
    Keys { passphrase: value("Passphrase of sealed.age:"), identity: value("Identity for deposits:") }
}

/// Runs `age --decrypt` on a terminal, as it wants one, and types the passphrase.
fn age_with_passphrase(age: &Path, sealed: &Path, passphrase: &str, output: &Path) {
    let terminal = native_pty_system().openpty(PtySize::default()).unwrap();
    let mut command = CommandBuilder::new(age);
    command.args(["--decrypt", "--output"]);
    command.args([output, sealed]);
    let mut child = terminal.slave.spawn_command(command).unwrap();
    drop(terminal.slave);
    let mut reader = terminal.master.try_clone_reader().unwrap();
    let mut screen = Vec::new();
    let mut bytes = [0; 256];
    while !String::from_utf8_lossy(&screen).contains("passphrase") {
        match reader.read(&mut bytes) {
            Ok(count @ 1..) => screen.extend_from_slice(&bytes[..count]),
            _ => panic!("age asked for nothing: {}", String::from_utf8_lossy(&screen)),
        }
    }
    let mut writer = terminal.master.take_writer().unwrap();
    writer.write_all(format!("{passphrase}\r").as_bytes()).unwrap();
    let rest = std::thread::spawn(move || {
        // At its end a pseudo-terminal gives an error on Linux and nothing elsewhere.
        let _ = reader.read_to_end(&mut screen);
        screen
    });
    let status = child.wait().unwrap();
    drop((writer, terminal.master));
    assert!(status.success(), "{}", String::from_utf8_lossy(&rest.join().unwrap()));
}

fn age_with_identity(age: &Path, deposit: &Path, identity: &Path) -> serde_json::Value {
    let output = Command::new(age).args(["--decrypt", "--identity"]).args([identity, deposit]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The lines that a person would type: three cards, in groups and any case, the second with its phrase or pad.
fn lines(cards: &[String], answer: &str) -> String {
    let groups = |text: &str| {
        let groups: Vec<&str> = text.as_bytes().chunks(5).map(|group| std::str::from_utf8(group).unwrap()).collect();
        groups.join(" ")
    };
    format!("{}\n{}\n{answer}\n\n{}\n", groups(&cards[4]), groups(&cards[1]).to_lowercase(), cards[2])
}

#[test]
fn three_cards_python_argon2_and_age_open_everything_without_breakglass() {
    let programs = ["python3", "argon2", "age", "gunzip"].map(outside_program);
    let [Some(python), Some(argon2), Some(age), Some(gunzip)] = programs else { return };
    let vault = Vault::make();

    let typed = lines(&vault.cards, PHRASE_TYPED);
    let keys = keys_by_script(&python, &typed, None);
    let named = keys_by_script(&python, "", Some(&vault.file("cards.txt", &typed)));
    assert_eq!((&keys.passphrase, &keys.identity), (&named.passphrase, &named.identity));

    let packed = vault.path("contents.json.gz");
    age_with_passphrase(&age, &vault.sealed, &keys.passphrase, &packed);
    let unpacked = Command::new(gunzip).arg("--stdout").arg(&packed).output().unwrap();
    assert!(unpacked.status.success());
    assert_eq!(String::from_utf8(unpacked.stdout.clone()).unwrap(), String::from_utf8(vault.contents.clone()).unwrap());

    let newest = age_with_identity(&age, &vault.newest, &vault.file("identity", &keys.identity));
    assert_eq!(newest["change"]["set"]["password"], "newer than the seal");

    // The sealed contents name the identity of every epoch before.
    let contents: serde_json::Value = serde_json::from_slice(&unpacked.stdout).unwrap();
    assert_eq!(contents["entries"][0]["revisions"][0]["fields"]["password"], "correct horse");
    let earlier = contents["deposit_identities"][0]["identity"].as_str().unwrap();
    let left_behind = age_with_identity(&age, &vault.left_behind, &vault.file("earlier", earlier));
    assert_eq!(left_behind["change"]["set"]["password"], "battery staple");

    // The pad may come from another computer, by hand.
    let head = card(&vault.cards[1]).head().epoch;
    let salt = format!("18000203{head}");
    let parameters = ["-id", "-t", "3", "-k", "65536", "-p", "4", "-l", "32", "-r"];
    let mut child =
        Command::new(argon2).arg(salt).args(parameters).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(PHRASE.as_bytes()).unwrap();
    let pad = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    let by_pad = keys_by_script(&python, &lines(&vault.cards, &format!("pad:{}", pad.trim())), None);
    assert_eq!(by_pad.passphrase, keys.passphrase);
}

#[test]
fn the_practice_vault_opens_as_the_page_for_frightened_people_says() {
    let programs = ["python3", "argon2", "age", "gunzip"].map(outside_program);
    let [Some(python), Some(_), Some(age), Some(gunzip)] = programs else { return };
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let page = fs::read_to_string(docs.join("OPENING-WITHOUT-BREAKGLASS.md")).unwrap();
    let keys = keys_by_script(&python, "", Some(&docs.join("vectors/cards.txt")));
    assert!(page.contains(&format!("Passphrase of sealed.age: {}…", &keys.passphrase[..12])));
    assert!(page.contains(&format!("Identity for deposits: {}…", &keys.identity[..22])));

    let scratch = Scratch::new();
    let only_file = |folder: &str| {
        let mut path = docs.join("vectors/acme.vault").join(folder);
        while path.is_dir() {
            path = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()).max().unwrap();
        }
        path
    };
    let (sealed, packed) = (only_file("epochs"), scratch.path().join("contents.json.gz"));
    let epoch = sealed.parent().unwrap().file_name().unwrap().to_str().unwrap();
    assert!(page.contains(&format!("`{}…`", &epoch[..13])));
    age_with_passphrase(&age, &sealed, &keys.passphrase, &packed);
    let unpacked = Command::new(gunzip).arg("--stdout").arg(&packed).output().unwrap();
    assert!(String::from_utf8(unpacked.stdout).unwrap().contains("\"password\":\"correct horse\""));
    let identity = scratch.path().join("identity.txt");
    fs::write(&identity, keys.identity).unwrap();
    let deposit = only_file("deposits");
    assert!(page.contains(&format!("deposits/0003/{}….age", &deposit.file_stem().unwrap().to_str().unwrap()[..8])));
    assert_eq!(age_with_identity(&age, &deposit, &identity)["change"]["set"]["password"], "battery staple");
}

#[test]
fn the_script_says_what_is_wrong_with_what_was_typed() {
    let Some(python) = outside_program("python3") else { return };
    // Card 3 of the epoch 000102…, three needed: whole, with a wrong last character, and alone.
    let text = "BG1ZQQQXQCQQYPQXPQ9QCRSSZG2PVSZZG3RYSJJVFEG9Y4ZKTPD9CHNQVFJXV6R2D3H8QUN5WEU85LR790FLGSQVTYNUS";
    let said = |lines: &str| {
        let output = run_script(&python, lines, None);
        assert!(!output.status.success() && output.stdout.is_empty());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said(&format!("{}Q\n", &text[..92])).contains("something in it is wrong"));
    assert!(said("not a card\n").contains("no card"));
    assert!(said(&format!("{text}\n{text}\n{text}\n")).ends_with("More cards are needed.\n"));
    assert!(said(text).contains("card 3 of epoch 000102030405060708090a0b, which takes 3 cards"));
    let locked = "BG1RQQQXQCQQYPQXPQ9QCRSSZG2PWCXMJZ5TA23GXAP2UL3XZCMJNK7P0WJ075E6D574LWCEQG2SMHMJ9S38SXY552DAW";
    let asked = said(&format!("{locked}\npad:{}\n", "00".repeat(32)));
    assert!(asked.contains("argon2 18000303000102030405060708090a0b -id -v 13 -t 3 -p 4 -l 32 -r -k 65536"), "{asked}");
}

#[test]
fn the_script_is_short_enough_to_be_typed_from_paper() {
    let script =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/open_without_breakglass.py")).unwrap();
    assert!(script.lines().count() <= 60);
    assert!(script.lines().all(|line| line.is_ascii() && line.len() <= 120));
}
