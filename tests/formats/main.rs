//! docs/DESIGN.md holds what the program does: its vectors are recomputed, its frozen vault is opened, its tables of events and
//! duties and its list of refusals are tried out.
//!
//! Where a format changed, `BREAKGLASS_WRITE_VECTORS=1 cargo test --test formats` writes the frozen vault, cards.txt and the blocks of
//! the page anew before the tests look at them.

mod page;
mod refused;
#[path = "../support/scratch.rs"]
mod scratch;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Once;

use breakglass::bounds::{CLAIM_BYTES, LINE_BYTES};
use breakglass::ceremony::{Gathering, Ledger, Offered, PinBook, Session, VerifyDepth, copy_vault, verify_files};
use breakglass::journal::{Authority, Calendar, Duty, Headers, History, Known, Line, MetBy, SecretPart, What, When};
use breakglass::quorum::{Card, CardIndex, Digest, HeadCode, LockProfile, Phrase, Reading, Unreadable, read_card};
use breakglass::store::{
    DEPOSIT_LIMIT, FOLDER_LIMIT, HEADER_LIMIT, KEPT_FOR_SIGNED, LOG_LIMIT, RealDisk, SEALED_LIMIT, VaultFolder,
};
use breakglass::vault::{Contents, Deposit, DepositIdentity, FieldName, VaultName, open_blob, to_canonical};
use scratch::Scratch;
use world::{ATTACHED, PHRASE, TORN, World, at, frozen_vault, quorum, word};

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

/// The vault of the vectors, written anew first where that is asked for.
fn world() -> World {
    static WRITTEN: Once = Once::new();
    WRITTEN.call_once(|| {
        if std::env::var_os("BREAKGLASS_WRITE_VECTORS").is_some() {
            write_anew(&World::anew());
        }
    });
    World::make()
}

fn write_anew(world: &World) {
    let folder = frozen_vault();
    fs::remove_dir_all(&folder).unwrap();
    for (path, bytes) in world.files() {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    fs::write(folder.with_file_name("cards.txt"), world.cards()).unwrap();
    fs::write(page::path(), page::with_vectors(&page::page(), &recomputed(world))).unwrap();
    let mut opening = fs::read_to_string(page::opening()).unwrap();
    for (before, digits) in names_in_opening(world) {
        let parts: Vec<&str> = opening.split(before).collect();
        let rest = parts[1..].iter().map(|part| format!("{before}{digits}{}", &part[digits.len()..]));
        opening = std::iter::once(parts[0].to_owned()).chain(rest).collect();
    }
    fs::write(page::opening(), opening).unwrap();
}

/// What docs/OPENING-WITHOUT-BREAKGLASS.md shows of names in the frozen vault: what stands before, and the digits.
fn names_in_opening(world: &World) -> [(&'static str, String); 3] {
    let shown = |digits: String| format!("{}…", &digits[..8]);
    [
        ("deposits/0003/", shown(Digest::of(&world.deposit_file).to_string())),
        ("`0003-", shown(world.epochs[2].header.id().to_string())),
        ("attachments/", shown(Digest::of(&world.blob).to_string())),
    ]
}

#[test]
fn the_page_for_opening_without_breakglass_shows_names_of_the_frozen_vault() {
    let world = world();
    let page = fs::read_to_string(page::opening()).unwrap();
    for (before, digits) in names_in_opening(&world) {
        let parts: Vec<&str> = page.split(before).collect();
        assert!(parts.len() > 2 && parts[1..].iter().all(|part| part.starts_with(&digits)), "{before}{digits}");
    }
}

/// Every kind of event that this version knows.
const KINDS: [&str; 22] = [
    "created",
    "read_back",
    "checked",
    "receipt",
    "lost",
    "departed",
    "relocked",
    "paper_destroyed",
    "card_files_destroyed",
    "deposited",
    "opened",
    "revealed",
    "exported",
    "closed",
    "reviewed",
    "staged",
    "staged_more",
    "committed",
    "aborted",
    "deleted",
    "tail_set_aside",
    "merged",
];

/// A new kind of event does not compile here until it has its place in the list, and with it in the frozen log and on the page.
fn name_of(what: &What) -> &'static str {
    let place = match what {
        What::Created { .. } => 0,
        What::ReadBack { .. } => 1,
        What::Checked { .. } => 2,
        What::Receipt { .. } => 3,
        What::Lost { .. } => 4,
        What::Departed { .. } => 5,
        What::Relocked { .. } => 6,
        What::PaperDestroyed { .. } => 7,
        What::CardFilesDestroyed { .. } => 8,
        What::Deposited { .. } => 9,
        What::Opened { .. } => 10,
        What::Revealed { .. } => 11,
        What::Exported { .. } => 12,
        What::Closed { .. } => 13,
        What::Reviewed { .. } => 14,
        What::Staged { .. } => 15,
        What::StagedMore { .. } => 16,
        What::Committed { .. } => 17,
        What::Aborted { .. } => 18,
        What::Deleted { .. } => 19,
        What::TailSetAside { .. } => 20,
        What::Merged {} => 21,
        What::Unknown { .. } => panic!("this version writes no such event"),
    };
    KINDS[place]
}

/// Which keys stand in an event, at any depth.
fn shape(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(keys) => {
            let keys: Vec<String> = keys.iter().map(|(key, value)| format!("{key}:{}", shape(value))).collect();
            format!("{{{}}}", keys.join(","))
        }
        serde_json::Value::Array(items) => {
            let shapes: BTreeSet<String> = items.iter().map(shape).collect();
            format!("[{}]", shapes.into_iter().collect::<Vec<_>>().join(","))
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => "value".to_owned(),
        serde_json::Value::String(_) => "text".to_owned(),
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
    let mut seen = BTreeSet::new();
    let first_of_its_shape = |line: &&Line| seen.insert(shape(&serde_json::to_value(&line.event.what).unwrap()));
    let events = world.lines.iter().filter(first_of_its_shape).map(|line| text(to_canonical(&line.event.what)));
    vectors.insert("events", events.collect::<Vec<_>>().join("\n"));
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
    world.files().into_iter().map(|(path, _)| path).collect::<Vec<_>>().join("\n")
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
    let recomputed = recomputed(&world());
    let page = page::vectors(&page::page());
    assert!(page.keys().map(String::as_str).eq(recomputed.keys().copied()), "{:?}", page.keys());
    for (name, vector) in &recomputed {
        assert_eq!(page[*name], *vector, "vector {name}");
    }
}

#[test]
fn the_frozen_vault_is_made_of_the_same_words_to_the_byte() {
    let world = world();
    let folder = frozen_vault();
    assert_eq!(files_below(&folder, "").join("\n"), files(&world));
    for (path, bytes) in world.files() {
        assert_eq!(fs::read(folder.join(&path)).unwrap(), bytes, "{path}");
    }
    assert_eq!(fs::read_to_string(folder.with_file_name("cards.txt")).unwrap(), world.cards());
}

#[test]
fn the_frozen_vault_opens_with_two_of_its_cards() {
    let world = world();
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
    let world = world();
    let epoch = &world.epochs[2];
    let root = epoch.quorum.root();
    let contents = Contents::open(&world.sealed, &root.contents_key(), world.vault, 3).unwrap();
    assert_eq!(serde_json::to_string(&contents).unwrap(), serde_json::to_string(&epoch.contents).unwrap());
    let identity = DepositIdentity::of_key(&root.deposit_key());
    let entry = &world.deposit.entry;
    let deposit = Deposit::open(&world.deposit_file, &identity, world.vault, epoch.header.hash(), entry).unwrap();
    assert_eq!(serde_json::to_string(&deposit).unwrap(), serde_json::to_string(&world.deposit).unwrap());
    let mut attached = Vec::new();
    let attachment = &contents.entries[0].attachments()[&"keys.csv".parse().unwrap()];
    open_blob(attachment, &mut world.blob.as_slice(), &mut attached, &mut |_| ()).unwrap();
    assert_eq!(attached, ATTACHED);
    let stanza = |file: &[u8], line: usize| text(file.split(|byte| *byte == b'\n').nth(line).unwrap().to_vec());
    assert!(stanza(&world.sealed, 1).starts_with("-> scrypt ") && stanza(&world.sealed, 1).ends_with(" 10"));
    assert!(stanza(&world.deposit_file, 1).starts_with("-> X25519 "));
}

/// How the page names whose word an event is; nothing for what no page can name.
fn signed_by(authority: Authority) -> &'static [&'static str] {
    match authority {
        Authority::Quorum => &["a quorum of that epoch", "a quorum of the epoch in force"],
        Authority::NewQuorum => &["a quorum of the *new* epoch"],
        Authority::Attending => &["the attending cards"],
        Authority::Card => &["that card"],
        Authority::Claim => &["claimed"],
        Authority::Unknown => &[],
    }
}

fn by_kind(heading: &str) -> BTreeMap<String, String> {
    let mut told = BTreeMap::new();
    for row in page::table(&page::page(), heading) {
        for name in row[0].split(", ") {
            assert_eq!(told.insert(name.to_owned(), row[1].clone()), None, "{name} stands twice");
        }
    }
    told
}

/// The page's word is held against the authority in the code, and both against the fold: an event is accepted without its signatures
/// just where it is a claim.
#[test]
fn the_table_of_events_says_whose_word_each_one_is() {
    let world = world();
    let headers = headers(&world);
    let told = by_kind("### What each event says");
    let lines: Vec<Vec<u8>> = world.lines.iter().map(Line::bytes).collect();
    assert_eq!(History::read(lines.iter().map(Vec::as_slice), &headers, &Known::default()).findings, []);
    for (at, line) in world.lines.iter().enumerate() {
        let name = name_of(&line.event.what);
        assert_eq!(line.event.what.kind(), name);
        let authority = line.event.what.authority();
        let words = told.get(name).unwrap_or_else(|| panic!("the page does not tell of {name}"));
        assert!(signed_by(authority).iter().any(|by| words.split([',', ';']).next() == Some(by)), "{name}: {words}");
        let mut event = line.event.clone();
        event.signers.clear();
        let unsigned = Line::sign(event, &[]).bytes();
        let before = lines[..at].iter().map(Vec::as_slice).chain([unsigned.as_slice()]);
        let history = History::read(before, &headers, &Known::default());
        assert_eq!(history.events[at].accepted, authority == Authority::Claim, "{name}");
    }
    let seen: BTreeSet<&str> = world.lines.iter().map(|line| name_of(&line.event.what)).collect();
    assert_eq!(seen, BTreeSet::from(KINDS), "the frozen log has every kind");
    assert!(told.keys().eq(seen.iter()), "the page tells of {:?}", told.keys());
}

/// The second table, of what each event needs, names every kind that needs something of its own; the others are claims.
#[test]
fn the_table_of_what_events_need_leaves_out_only_claims_that_need_nothing() {
    let world = world();
    let told = by_kind("### How the log is read");
    let rules_of = |name: &str| told.contains_key(name);
    for line in &world.lines {
        let name = name_of(&line.event.what);
        assert!(rules_of(name) || line.event.what.authority() == Authority::Claim, "{name} has no row");
    }
    let known = told.keys().filter(|name| *name != "all other claims");
    known.for_each(|name| assert!(KINDS.contains(&name.as_str()), "{name} is no event"));
}

/// One duty of every kind.
fn every_duty(world: &World) -> Vec<Duty> {
    let (epoch, opening) = (world.epochs[2].header.hash(), world.lines[0].id);
    let card = world::card(1);
    let entry = world.deposit.entry.clone();
    let secret = SecretPart::password();
    vec![
        Duty::Reseal { opening },
        Duty::RotateAfterLoss { card },
        Duty::RotateAfterDeparture { card },
        Duty::Replace { entry: entry.clone(), secret: secret.clone(), opening },
        Duty::RenewRecoveryCodes { entry: entry.clone(), left: 1, count: 8 },
        Duty::ReviewSignIns { opening },
        Duty::SettleConflict { entry: entry.clone(), secret },
        Duty::ReadBack { epoch, card },
        Duty::FinishRotation { epoch },
        Duty::RecoverOtherSide { epoch },
        Duty::DestroyCardFile { epoch, card },
        Duty::DestroyPaper { epoch, card },
        Duty::Rotate,
        Duty::CheckCard { card },
        Duty::RotateCredential { entry },
    ]
}

#[test]
fn the_table_of_duties_is_the_one_of_the_program() {
    let duties = every_duty(&world());
    let rows = page::table(&page::page(), "### Duties");
    let kinds: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(kinds, Duty::KINDS);
    assert_eq!(duties.iter().map(Duty::kind).collect::<Vec<_>>(), Duty::KINDS);
    let events = |cell: &str| -> Vec<String> {
        let words = cell.split(|letter: char| !letter.is_ascii_lowercase() && letter != '_');
        words.filter(|word| KINDS.contains(word)).map(ToOwned::to_owned).collect()
    };
    let Calendar { rotation, card_check, drill: _, credential } = Calendar::default();
    for (duty, row) in duties.iter().zip(&rows) {
        let known = duty.row();
        let [kind, brought_by, due, met_by, with] = &row[..] else { panic!("{row:?}") };
        assert_eq!(events(brought_by), known.brought_by, "{kind} is brought by");
        assert_eq!(events(with), known.met_with, "{kind} is met with");
        let words = match known.met_by {
            MetBy::Quorum => "a quorum",
            MetBy::Card => "the card",
            MetBy::Claim => "somebody's word",
        };
        assert_eq!(met_by.split(',').next(), Some(words), "{kind} is met by");
        let days = match duty {
            Duty::Rotate => Some(rotation),
            Duty::CheckCard { .. } => Some(card_check),
            Duty::RotateCredential { .. } => Some(credential),
            Duty::Reseal { .. }
            | Duty::RotateAfterLoss { .. }
            | Duty::RotateAfterDeparture { .. }
            | Duty::Replace { .. }
            | Duty::RenewRecoveryCodes { .. }
            | Duty::ReviewSignIns { .. }
            | Duty::SettleConflict { .. }
            | Duty::ReadBack { .. }
            | Duty::FinishRotation { .. }
            | Duty::RecoverOtherSide { .. }
            | Duty::DestroyCardFile { .. }
            | Duty::DestroyPaper { .. } => None,
        };
        match (known.when, days) {
            (When::AtOnce, None) => assert_eq!(due, "at once", "{kind}"),
            (When::OnADate, Some(days)) => assert!(due.starts_with(&format!("{days} days ")), "{kind}: {due}"),
            (When::AtOnce, Some(_)) | (When::OnADate, None) => panic!("{kind} is due at once or on a date"),
        }
    }
}

#[test]
fn everything_that_the_page_wants_refused_is_refused() {
    let rows = page::table(&page::page(), "## What must be refused");
    let listed: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(listed, refused::REFUSED.map(|(id, _)| id));
    let world = world();
    // All are tried, so that every id that fails is named.
    let fails = |tried: fn(&World)| std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| tried(&world))).is_err();
    let failed: Vec<&str> = refused::REFUSED.iter().filter(|(_, tried)| fails(*tried)).map(|(id, _)| *id).collect();
    assert_eq!(failed, [""; 0]);
}

#[test]
fn the_bounds_of_the_page_are_those_of_the_program() {
    let bytes = |bound: u64| format!("{} MiB", bound >> 20);
    let rows = page::table(&page::page(), "## Bounds");
    let told = |what: &str| rows.iter().find(|row| row[0] == what).unwrap_or_else(|| panic!("{what}"))[1].clone();
    assert_eq!(
        told("log.jsonl"),
        format!("{}, of which the last {} takes only what cards signed", bytes(LOG_LIMIT), bytes(KEPT_FOR_SIGNED))
    );
    assert_eq!(told("header"), bytes(HEADER_LIMIT));
    assert_eq!(told("sealed.age, and the document in it"), bytes(SEALED_LIMIT));
    assert_eq!(told("deposit"), bytes(DEPOSIT_LIMIT));
    let lines = format!("{} KiB; {} KiB", LINE_BYTES / 1024, CLAIM_BYTES / 1024);
    assert_eq!(told("a line of it; one that no card signed"), lines);
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
