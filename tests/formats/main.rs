//! docs/DESIGN.md holds what the program does: its vectors are recomputed, its frozen vault is opened, its table of signatures
//! and its list of refusals are tried out.

mod page;
mod refused;
#[path = "../support/scratch.rs"]
mod scratch;
mod world;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use breakglass::ceremony::{Gathering, Ledger, Offered, PinBook, Session, VerifyDepth, copy_vault, verify_files};
use breakglass::journal::{Headers, History, Known, Line, What};
use breakglass::quorum::{Card, CardIndex, Digest, HeadCode, LockProfile, Phrase, Reading, Unreadable, read_card};
use breakglass::store::{DEPOSIT_LIMIT, FOLDER_LIMIT, HEADER_LIMIT, LOG_LIMIT, RealDisk, SEALED_LIMIT, VaultFolder};
use breakglass::vault::{Contents, Deposit, DepositIdentity, FieldName, VaultName, to_canonical};
use scratch::Scratch;
use world::{PHRASE, TORN, World, at, frozen_vault, quorum, word};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

fn read(card: &str) -> Card {
    match read_card(card).unwrap() {
        Reading::Whole(card) => card,
        Reading::Corrected(_) => panic!("the text is whole"),
    }
}

fn name_of(what: &What) -> &'static str {
    match what {
        What::Created { .. } => "created",
        What::ReadBack { .. } => "read_back",
        What::Checked { .. } => "checked",
        What::Receipt { .. } => "receipt",
        What::Lost { .. } => "lost",
        What::Departed { .. } => "departed",
        What::Relocked { .. } => "relocked",
        What::PaperDestroyed { .. } => "paper_destroyed",
        What::CardFilesDestroyed { .. } => "card_files_destroyed",
        What::Deposited { .. } => "deposited",
        What::Opened { .. } => "opened",
        What::Revealed { .. } => "revealed",
        What::Exported { .. } => "exported",
        What::Closed { .. } => "closed",
        What::Reviewed { .. } => "reviewed",
        What::Staged { .. } => "staged",
        What::Committed { .. } => "committed",
        What::Aborted { .. } => "aborted",
        What::Deleted { .. } => "deleted",
        What::TailSetAside { .. } => "tail_set_aside",
        What::Merged {} => "merged",
    }
}

/// Every vector of the page, recomputed.
fn recomputed(world: &World) -> BTreeMap<&'static str, String> {
    let epoch = &world.epochs[2];
    let root = epoch.quorum.root();
    let identity = DepositIdentity::of_key(&root.deposit_key());
    let mut vectors = BTreeMap::from([
        ("shamir", shamir()),
        ("keys", keys(world)),
        ("card", card(world)),
        ("lock", lock(world)),
        ("header", text(epoch.header.bytes().to_vec())),
        ("epoch", format!("hash  {}\nid    {}", epoch.header.hash(), epoch.header.id())),
        ("contents", text(serde_json::to_vec(&epoch.contents).unwrap())),
        ("deposit", text(serde_json::to_vec(&world.deposit).unwrap())),
        ("receipt", text(to_canonical(&world.receipt))),
        ("pin", text(to_canonical(&world.pin))),
        ("files", files(world)),
        ("torn", text(TORN.to_vec())),
    ]);
    assert_eq!(identity.recipient().to_string(), epoch.header.deposit_recipient);
    let opened = world.lines.iter().find(|line| name_of(&line.event.what) == "opened").unwrap();
    vectors.insert("line", text(opened.bytes()));
    vectors.insert("event", opened.id.to_string());
    vectors.insert("head", format!("event   {}\nhead    {}", opened.id, HeadCode::of(opened.id)));
    let mut seen = Vec::new();
    let first = world.lines.iter().filter(|line| {
        let name = name_of(&line.event.what);
        !seen.contains(&name) && {
            seen.push(name);
            true
        }
    });
    vectors.insert("events", first.map(|line| text(to_canonical(&line.event.what))).collect::<Vec<_>>().join("\n"));
    vectors
}

/// Three of five: the curve's coefficients, its values, and the key that every three of them give.
fn shamir() -> String {
    let coefficients = [word("root"), word("first coefficient"), word("second coefficient")];
    let passphrase = |numbers: &[u8]| quorum(&coefficients, numbers).root().contents_key().passphrase();
    let expected = passphrase(&[1, 2, 3]);
    for numbers in [[1, 2, 4], [1, 2, 5], [1, 3, 4], [1, 3, 5], [1, 4, 5], [2, 3, 4], [2, 3, 5], [2, 4, 5], [3, 4, 5]] {
        assert_eq!(passphrase(&numbers).expose(), expected.expose());
    }
    let mut lines = vec![
        format!("root        {}", hex(&coefficients[0])),
        format!("x           {}", hex(&coefficients[1])),
        format!("x squared   {}", hex(&coefficients[2])),
    ];
    lines.extend((1..=5).map(|x| format!("share {x}     {}", hex(&at(&coefficients, x)))));
    lines.push(format!("passphrase  {}", expected.expose()));
    lines.join("\n")
}

fn keys(world: &World) -> String {
    let epoch = &world.epochs[2];
    let root = epoch.quorum.root();
    let identity = DepositIdentity::of_key(&root.deposit_key());
    [
        format!("root              {}", hex(&epoch.coefficients[0])),
        format!("contents key      {}", root.contents_key().passphrase().expose()),
        format!("deposit key       {}", hex(root.deposit_key().expose())),
        format!("deposit identity  {}", identity.text().expose()),
        format!("deposit recipient {}", identity.recipient()),
        format!("share 1           {}", hex(&at(&epoch.coefficients, 1))),
        format!("custodian 1       {}", epoch.keys[0].public()),
    ]
    .join("\n")
}

fn card(world: &World) -> String {
    let epoch = &world.epochs[2];
    let head = [&[0x10, 0, 1, 2], &epoch.header.id().0[..]].concat();
    let bytes = [head, at(&epoch.coefficients, 1).to_vec()].concat();
    let text = epoch.card(1);
    let groups: Vec<&str> = text.groups().collect();
    format!("bytes   {}\ntext    {}\nprinted {}", hex(&bytes), text.expose(), groups.join(" "))
}

fn lock(world: &World) -> String {
    let epoch = &world.epochs[2];
    let salt = format!("18000202{}", epoch.header.id());
    let text = epoch.card(2);
    let text = text.expose();
    let Card::Locked(locked) = read(text) else { panic!("card 2 is locked") };
    assert_eq!(locked.profile(), LockProfile::Small);
    let share = locked.unlock(&Phrase::new(PHRASE).unwrap()).unwrap();
    assert_eq!(share.custodian_key().public(), epoch.keys[1].public());
    let masked = masked_bytes(text);
    let pad: Vec<u8> = masked.iter().zip(at(&epoch.coefficients, 2)).map(|(masked, share)| masked ^ share).collect();
    format!(
        "salt   {salt}\nphrase {PHRASE}\npad    {}\nshare  {}\ntext   {text}",
        hex(&pad),
        hex(&at(&epoch.coefficients, 2))
    )
}

/// The last 32 of a card's 48 bytes, decoded by hand.
fn masked_bytes(text: &str) -> Vec<u8> {
    let symbol = |c: u8| b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L".iter().position(|known| *known == c).unwrap();
    let bits: Vec<usize> =
        text.as_bytes()[3..80].iter().flat_map(|&c| (0..5).map(move |bit| symbol(c) >> (4 - bit) & 1)).collect();
    let byte = |bits: &[usize]| bits.iter().fold(0, |byte, bit| byte << 1 | *bit as u8);
    bits[..384].chunks(8).map(byte).skip(16).collect()
}

/// Every file of the vault, as the page lists them.
fn files(world: &World) -> String {
    let id = |number: usize| world.epochs[number - 1].header.id();
    [
        format!("deposits/0003/{}.age", Digest::of(&world.deposit_file)),
        format!("epochs/0001-{}/header.json", id(1)),
        format!("epochs/0002-{}/header.json", id(2)),
        format!("epochs/0003-{}/header.json", id(3)),
        format!("epochs/0003-{}/sealed.age", id(3)),
        "log.jsonl".to_owned(),
        "log.torn-1".to_owned(),
    ]
    .join("\n")
}

fn files_below(folder: &Path, prefix: &str) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            names.extend(files_below(&entry.path(), &format!("{name}/")));
        } else {
            names.push(name);
        }
    }
    names.sort();
    names
}

fn headers(world: &World) -> Headers {
    world.epochs.iter().map(|epoch| (epoch.header.hash(), epoch.header.clone())).collect()
}

#[test]
fn every_vector_of_the_page_is_what_the_program_computes() {
    let page = page::vectors(&page::page());
    let recomputed = recomputed(&World::make());
    assert!(page.keys().map(String::as_str).eq(recomputed.keys().copied()), "{:?}", page.keys());
    for (name, vector) in &recomputed {
        assert_eq!(page[*name], *vector, "vector {name}");
    }
}

#[test]
fn the_frozen_vault_is_made_of_the_same_words_to_the_byte() {
    let world = World::make();
    let folder = frozen_vault();
    assert_eq!(files_below(&folder, "").join("\n"), files(&world));
    let log: Vec<u8> = world.lines.iter().flat_map(|line| [line.bytes(), b"\n".to_vec()].concat()).collect();
    assert_eq!(text(fs::read(folder.join("log.jsonl")).unwrap()), text(log));
    assert_eq!(fs::read(folder.join("log.torn-1")).unwrap(), TORN);
    for epoch in &world.epochs {
        let path = format!("epochs/{:04}-{}/header.json", epoch.header.epoch, epoch.header.id());
        assert_eq!(fs::read(folder.join(path)).unwrap(), epoch.header.bytes());
    }
    let cards = fs::read_to_string(folder.with_file_name("cards.txt")).unwrap();
    let (one, two) = (world.epochs[2].card(1), world.epochs[2].card(2));
    assert_eq!(cards.lines().collect::<Vec<_>>(), [one.expose(), two.expose(), PHRASE]);
}

#[test]
fn the_frozen_vault_opens_with_two_of_its_cards() {
    let world = World::make();
    let scratch = Scratch::new();
    let pins = PinBook::new(&RealDisk, &scratch.path().join("pins"));
    let frozen = Ledger::read(VaultFolder::open(&RealDisk, &frozen_vault()).unwrap(), &pins, None).unwrap();
    assert_eq!(frozen.history().findings, []);
    assert_eq!(verify_files(&frozen, VerifyDepth::Hashed).unwrap(), []);
    let folder = scratch.path().join("copy.vault");
    copy_vault(&frozen, &RealDisk, &folder).unwrap();
    let copy = Ledger::read(VaultFolder::open(&RealDisk, &folder).unwrap(), &pins, None).unwrap();
    let now = "2026-02-01T03:00:00Z".parse().unwrap();
    let mut writing = copy.begin(now).unwrap();
    let mut gathering = Gathering::begin(writing.ledger().active().unwrap(), writing.ledger().state());
    assert!(matches!(gathering.offer(read(world.epochs[2].card(1).expose())), Offered::Accepted(_)));
    let Offered::NeedsPhrase(locked) = gathering.offer(read(world.epochs[2].card(2).expose())) else {
        panic!("card 2 is locked")
    };
    gathering.unlock(&locked, &Phrase::new(PHRASE).unwrap()).unwrap().unwrap();
    let session = Session::open(&mut writing, gathering.quorum().unwrap(), "a vector", None, now).unwrap();
    let id = "m365-admin".parse().unwrap();
    let shown = session.reveal(&mut writing, &id, &[FieldName::fixed("password")], now).unwrap();
    assert_eq!(shown[0].sealed.unwrap().expose(), "correct horse");
    assert_eq!(shown[0].deposited[0].1.unwrap().expose(), "battery staple");
    session.close(&mut writing, now).unwrap();
}

#[test]
fn the_age_files_of_the_frozen_vault_hold_the_documents_of_the_page() {
    let world = World::make();
    let epoch = &world.epochs[2];
    let root = epoch.quorum.root();
    let contents = Contents::open(&world.sealed, &root.contents_key(), world.vault, 3).unwrap();
    assert_eq!(serde_json::to_string(&contents).unwrap(), serde_json::to_string(&epoch.contents).unwrap());
    let identity = DepositIdentity::of_key(&root.deposit_key());
    let entry = &world.deposit.entry;
    let deposit = Deposit::open(&world.deposit_file, &identity, world.vault, epoch.header.hash(), entry).unwrap();
    assert_eq!(serde_json::to_string(&deposit).unwrap(), serde_json::to_string(&world.deposit).unwrap());
    let stanza = |file: &[u8], line: usize| text(file.split(|byte| *byte == b'\n').nth(line).unwrap().to_vec());
    assert!(stanza(&world.sealed, 1).starts_with("-> scrypt ") && stanza(&world.sealed, 1).ends_with(" 10"));
    assert!(stanza(&world.deposit_file, 1).starts_with("-> X25519 "));
}

/// Takes the signatures off each event in turn: the log up to there then says whether the event needed them.
#[test]
fn the_table_of_events_says_whose_signatures_each_one_needs() {
    let world = World::make();
    let headers = headers(&world);
    let rows = page::table(&page::page(), "### What each event says");
    let mut told = BTreeMap::new();
    for row in &rows {
        told.extend(row[0].split(", ").map(|name| (name, row[1].contains("claimed"))));
    }
    let lines: Vec<Vec<u8>> = world.lines.iter().map(Line::bytes).collect();
    assert_eq!(History::read(lines.iter().map(Vec::as_slice), &headers, Known::default()).findings, []);
    let mut seen = BTreeMap::new();
    for (at, line) in world.lines.iter().enumerate() {
        let name = name_of(&line.event.what);
        let mut event = line.event.clone();
        event.signers.clear();
        let unsigned = Line::sign(event, &[]).bytes();
        let before = lines[..at].iter().map(Vec::as_slice).chain([unsigned.as_slice()]);
        let accepted = History::read(before, &headers, Known::default()).findings.is_empty();
        assert_eq!(told.get(name), Some(&accepted), "{name}");
        seen.insert(name, ());
    }
    assert!(told.keys().eq(seen.keys()), "the page tells of {:?}", told.keys());
}

#[test]
fn everything_that_the_page_wants_refused_is_refused() {
    let rows = page::table(&page::page(), "## What must be refused");
    let listed: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(listed, refused::REFUSED.map(|(id, _)| id));
    let world = World::make();
    for (_, tried) in refused::REFUSED {
        tried(&world);
    }
}

#[test]
fn the_bounds_of_the_page_are_those_of_the_program() {
    let bytes = |bound: u64| format!("{} MiB", bound >> 20);
    let rows = page::table(&page::page(), "## Bounds");
    let told = |what: &str| rows.iter().find(|row| row[0] == what).unwrap_or_else(|| panic!("{what}"))[1].clone();
    assert_eq!(told("log.jsonl"), bytes(LOG_LIMIT));
    assert_eq!(told("header"), bytes(HEADER_LIMIT));
    assert_eq!(told("sealed.age, and the document in it"), bytes(SEALED_LIMIT));
    assert_eq!(told("deposit"), bytes(DEPOSIT_LIMIT));
    assert_eq!(told("names in one folder").replace(',', ""), FOLDER_LIMIT.to_string());
    let largest = LockProfile::ALL.map(LockProfile::mebibytes).into_iter().max().unwrap();
    assert_eq!(told("Argon2 memory"), format!("{} GiB", largest / 1024));
    let name: usize = told("name of a vault or person").strip_suffix(" characters").unwrap().parse().unwrap();
    assert!("名".repeat(name).parse::<VaultName>().is_ok() && "名".repeat(name + 1).parse::<VaultName>().is_err());
    let text: usize = told("text offered as a card, or as a phrase").strip_suffix(" bytes").unwrap().parse().unwrap();
    assert!(!matches!(read_card(&" ".repeat(text)), Err(Unreadable::TooLong)));
    assert!(matches!(read_card(&" ".repeat(text + 1)), Err(Unreadable::TooLong)));
    assert_eq!(told("cards").parse(), Ok((1..=u8::MAX).take_while(|&card| CardIndex::try_from(card).is_ok()).count()));
}
