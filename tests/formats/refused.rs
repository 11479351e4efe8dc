//! What a reader of the formats must refuse: the list of the page, tried out one by one.

use breakglass::bounds::{CLAIM_BYTES, LINE_BYTES};
use breakglass::journal::{
    Event, Finding, Headers, History, Known, LeftOut, Line, NewEpoch, Refusal, Replaced, SecretPart, SignedReceipt,
    Signer, Staging, UnreadableLine, What,
};
use breakglass::quorum::{
    CustodianKey, Digest, EpochHash, EventId, Policy, Quorum, Reading, Secret, Share, Unreadable, VaultId, read_card,
};
use breakglass::store::Place;
use breakglass::vault::{
    Change, Contents, Deposit, DepositIdentity, EntryId, EpochHeader, FieldName, FieldValue, FormatError, Header,
    VaultName, from_canonical,
};

use super::name_of;
use super::world::{Epoch, World, card, share, word};

/// Tries out one refusal on the vault of the vectors.
type Trial = fn(&World);

/// Every id of the page's list, with what tries it out.
pub const REFUSED: [(&str, Trial); 37] = [
    ("card-length", card_length),
    ("card-checksum", card_checksum),
    ("card-padding", card_padding),
    ("card-version", card_version),
    ("card-head", card_head),
    ("share-false", share_false),
    ("share-count", share_count),
    ("policy", policy),
    ("json-spelling", json_spelling),
    ("json-values", json_values),
    ("json-unknown", json_unknown),
    ("json-empty", json_empty),
    ("header-cards", header_cards),
    ("header-recipient", header_recipient),
    ("age-work", age_work),
    ("age-bytes", age_bytes),
    ("contents-other", contents_other),
    ("contents-order", contents_order),
    ("contents-size", contents_size),
    ("deposit-other", deposit_other),
    ("deposit-size", deposit_size),
    ("names", names),
    ("claims", claims),
    ("place", place),
    ("event-order", event_order),
    ("event-length", event_length),
    ("event-signatures", event_signatures),
    ("event-quorum", event_quorum),
    ("event-vault", event_vault),
    ("event-old-epoch", event_old_epoch),
    ("event-staging", event_staging),
    ("event-pieces", event_pieces),
    ("event-commit", event_commit),
    ("event-session", event_session),
    ("event-deposit", event_deposit),
    ("event-receipt", event_receipt),
    ("receipt-domain", receipt_domain),
];

const ALPHABET: &[u8; 32] = b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";

/// The text of any 48 bytes and a bit of padding, checksum and all, by BIP-93.
fn text_of(bytes: &[u8], padding: u8) -> String {
    const GENERATORS: [u128; 5] =
        [0x19dc500ce73fde210, 0x1bfae00def77fe529, 0x1fbd920fffe7bee52, 0x1739640bdeee3fdad, 0x07729a039cfc75f5a];
    let mut bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).map(move |bit| byte >> (7 - bit) & 1)).collect();
    bits.push(padding);
    let symbol = |bits: &[u8]| bits.iter().fold(0, |symbol, bit| symbol << 1 | bit);
    let mut symbols: Vec<u8> = bits.chunks(5).map(symbol).collect();
    let prefix = b"bg";
    let expanded = prefix.iter().map(|c| c >> 5).chain([0]).chain(prefix.iter().map(|c| c & 31));
    let residue = expanded.chain(symbols.iter().copied()).chain([0; 13]).fold(1_u128, |residue, value| {
        let top = residue >> 60;
        let next = (residue & ((1 << 60) - 1)) << 5 ^ u128::from(value);
        GENERATORS.iter().enumerate().fold(next, |next, (bit, g)| if top >> bit & 1 == 1 { next ^ g } else { next })
    }) ^ 0x10ce0795c2fd1e62a;
    symbols.extend((0..13).map(|place| (residue >> (5 * (12 - place))) as u8 & 31));
    let characters = symbols.iter().map(|symbol| char::from(ALPHABET[usize::from(*symbol)]));
    "BG1".chars().chain(characters).collect()
}

/// The bytes of card 1 with one of them changed.
fn with(world: &World, place: usize, value: u8) -> Vec<u8> {
    let epoch = &world.epochs[2];
    let mut bytes = [&[0x10, 0, 1, 2], &epoch.header.id().0[..], &super::at(&epoch.coefficients, 1)].concat();
    bytes[place] = value;
    bytes
}

fn card_length(world: &World) {
    let text = world.epochs[2].card(1);
    assert_eq!(text_of(&with(world, 0, 0x10), 0), text.expose());
    for changed in [&text.expose()[..92], &format!("{}Q", text.expose()), ""] {
        assert!(read_card(changed).is_err(), "{changed}");
    }
    assert!(matches!(read_card(&text.expose().replace("BG1", "MS1")), Err(Unreadable::NotACard)));
}

fn card_checksum(world: &World) {
    let text = world.epochs[2].card(1);
    let changed = |places: &[usize], to: fn(u8) -> u8| {
        let mut characters = text.expose().as_bytes().to_vec();
        places.iter().for_each(|&place| characters[place] = to(characters[place]));
        read_card(std::str::from_utf8(&characters).unwrap())
    };
    let other = |c: u8| if c == b'Q' { b'P' } else { b'Q' };
    assert!(matches!(changed(&[5], other), Ok(Reading::Corrected(_))));
    assert!(matches!(changed(&[5, 20, 40, 60, 80], other), Err(Unreadable::Damaged { .. })));
    let missing = |_| b'?';
    assert!(matches!(changed(&[4, 14, 24, 34, 44, 54, 64, 74, 84], missing), Err(Unreadable::TooManyMissing { .. })));
}

fn card_padding(world: &World) {
    assert!(matches!(read_card(&text_of(&with(world, 0, 0x10), 1)), Err(Unreadable::Malformed)));
}

fn card_version(world: &World) {
    for version in [0, 2, 15] {
        let read = read_card(&text_of(&with(world, 0, version << 4), 0));
        assert!(matches!(read, Err(Unreadable::UnknownVersion { version: told }) if told == version));
    }
}

fn card_head(world: &World) {
    for (place, value) in [(1, 1), (0, 0x12), (0, 0x14), (0, 0x1e), (2, 0), (2, 33), (3, 0), (3, 1), (3, 33)] {
        let read = read_card(&text_of(&with(world, place, value), 0));
        assert!(matches!(read, Err(Unreadable::Malformed)), "byte {place} is {value}");
    }
}

fn share_false(world: &World) {
    let epoch = &world.epochs[2];
    for (number, coefficients) in [(2, epoch.coefficients), (1, world.epochs[0].coefficients)] {
        assert!(share(&coefficients, number).verify(&epoch.keys[0].public()).is_err());
    }
}

fn share_count(world: &World) {
    let epoch = &world.epochs[2];
    let verified =
        |number: u8| share(&epoch.coefficients, number).verify(&epoch.keys[usize::from(number) - 1].public());
    for numbers in [&[1, 1][..], &[1], &[], &[1, 2, 3]] {
        let shares = numbers.iter().map(|&number| verified(number).unwrap()).collect();
        assert!(Quorum::assemble(epoch.header.threshold, shares).is_err(), "{numbers:?}");
    }
}

fn policy(_: &World) {
    for (threshold, count) in [(0, 3), (1, 3), (4, 3), (3, 33), (3, 3)] {
        assert!(Policy::new(threshold, count, false).is_err(), "{threshold} of {count}");
    }
    assert!(Policy::new(3, 3, true).is_ok());
}

fn header_text(world: &World) -> String {
    String::from_utf8(world.epochs[2].header.bytes().to_vec()).unwrap()
}

fn refuses_header(text: &str) {
    assert!(EpochHeader::read(text.as_bytes()).is_err(), "{text}");
}

fn json_spelling(world: &World) {
    let header = header_text(world);
    refuses_header(&format!("{header}\n"));
    refuses_header(&header.replacen("\"threshold\":2", "\"threshold\": 2", 1));
    refuses_header(&header.replacen("Acme", "\\u0041cme", 1));
    refuses_header(&header.replacen("\"threshold\":2", "\"threshold\":2,\"threshold\":2", 1));
    let (rest, version) = header.rsplit_once(",\"version\":1").unwrap();
    refuses_header(&format!("{{\"version\":1,{}{version}", &rest[1..]));
    let line = String::from_utf8(world.lines[0].bytes()).unwrap();
    assert!(Line::read(line.replacen("\"version\":1", "\"version\":1 ", 1).as_bytes()).is_err());
}

fn json_values(_: &World) {
    let deep = format!("{}{}", "[".repeat(14), "]".repeat(14));
    for text in ["-1", "1.5", "1e3", "9007199254740992", r#"{"A":1}"#, r#"{"a1":1}"#, r#"{"":1}"#, &deep] {
        assert!(from_canonical::<serde_json::Value>(text.as_bytes()).is_err(), "{text}");
    }
}

fn json_unknown(world: &World) {
    let header = header_text(world);
    refuses_header(&header.replacen("\"dealt\"", "\"dated\":1,\"dealt\"", 1));
    let newer = header.replacen("\"version\":1", "\"version\":2", 1);
    assert_eq!(EpochHeader::read(newer.as_bytes()).unwrap_err(), FormatError::UnknownVersion(2));
    // Of events, too; but one of a higher version is kept in its place, and only has no effect here.
    let line = String::from_utf8(world.lines[0].bytes()).unwrap();
    refuses_line_with(&line, "\"time\"", "\"tame\":1,");
    refuses_line_with(&line, "\"name\"", "\"nama\":1,");
    assert!(Line::read(line.replacen("\"version\":1", "\"version\":0", 1).as_bytes()).is_err());
    let newer = Line::read(line.replacen("\"version\":1", "\"version\":2", 1).as_bytes()).unwrap();
    assert_eq!(newer.event.what, What::Unknown { version: 2, kind: "created".to_owned() });
}

/// `document` with `added` before the first `place` is refused, and nothing but that is wrong with it.
fn refuses_line_with(document: &str, place: &str, added: &str) {
    assert!(Line::read(document.as_bytes()).is_ok() && document.contains(place), "{document}");
    let other = document.replacen(place, &format!("{added}{place}"), 1);
    assert!(Line::read(other.as_bytes()).is_err(), "{other}");
}

fn json_empty(world: &World) {
    let header = header_text(world);
    let third = "\"index\":3,";
    assert!(header.contains(third));
    refuses_header(&header.replacen(third, &format!("\"deputy\":null,{third}"), 1));
    let first = String::from_utf8(world.epochs[0].header.bytes().to_vec()).unwrap();
    refuses_header(&first.replacen("\"sealed\"", "\"previous\":null,\"sealed\"", 1));
    let given = line_of(world, "deposited");
    refuses_line_with(&given, "\"entry\"", "\"detached\":[],");
    let line = text_of_line(world.lines.iter().rfind(|line| name_of(&line.event.what) == "deposited").unwrap());
    refuses_line_with(&line, "}}},\"signatures\"", ",\"recovery_codes\":0");
    let removed = text_of_line(&world.lines[position(world, "deposited") + 1]);
    refuses_line_with(&removed, "\"cleared\"", "\"attached\":[],");
    let line = line_of(world, "created");
    refuses_line_with(&line, "\"previous\"", "\"by\":null,");
    let line = line_of(world, "staged");
    assert!(line.contains("\"staging\":{}"));
    for list in ["deposits", "dismissed", "renewed", "replaced"] {
        let other = line.replacen("\"staging\":{}", &format!("\"staging\":{{\"{list}\":[]}}"), 1);
        assert!(Line::read(other.as_bytes()).is_err(), "{other}");
    }
    refuses_line_with(&line, "\"staging\"", "\"more\":0,");
}

fn header_cards(world: &World) {
    let changed = |change: fn(&mut Header)| {
        let mut header = (*world.epochs[2].header).clone();
        change(&mut header);
        assert!(EpochHeader::write(&header).is_err());
    };
    changed(|header| header.custodians.swap(0, 1));
    changed(|header| header.epoch = 0);
    changed(|header| header.threshold = 1);
    changed(|header| header.threshold = 5);
    changed(|header| header.custodians.clear());
}

fn header_recipient(world: &World) {
    refuses_header(&header_text(world).replacen("\"age1", "\"age2", 1));
}

fn open_contents(world: &World, file: &[u8]) -> Result<Contents, FormatError> {
    Contents::open(file, &world.epochs[2].quorum.root().contents_key(), world.vault, 3)
}

/// An age file under the contents key of the third epoch, with any work factor and any bytes in it.
fn sealed_by_age(world: &World, factor: u8, plaintext: &[u8]) -> Vec<u8> {
    let passphrase = world.epochs[2].quorum.root().contents_key().passphrase().expose().to_owned();
    let mut recipient = age::scrypt::Recipient::new(age::secrecy::SecretString::from(passphrase));
    recipient.set_work_factor(factor);
    age::encrypt(&recipient, plaintext).unwrap()
}

fn packed(plaintext: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut gzip, plaintext).unwrap();
    gzip.finish().unwrap()
}

fn age_work(world: &World) {
    let document = packed(&serde_json::to_vec(&world.epochs[2].contents).unwrap());
    assert!(open_contents(world, &sealed_by_age(world, 10, &document)).is_ok());
    let refused = open_contents(world, &sealed_by_age(world, 11, &document));
    assert_eq!(refused.unwrap_err(), FormatError::TooCostly);
}

fn age_bytes(world: &World) {
    let identity = DepositIdentity::of_key(&world.epochs[2].quorum.root().deposit_key());
    let opens = |file: &[u8]| identity.open(file, 4096).is_ok();
    assert!(opens(&world.deposit_file));
    for place in (0..world.deposit_file.len()).step_by(7) {
        let mut changed = world.deposit_file.clone();
        changed[place] ^= 1;
        assert!(!opens(&changed) && !opens(&world.deposit_file[..place]), "byte {place}");
    }
    assert!(!opens(&[&world.deposit_file[..], b"\0"].concat()));
    let last = world.sealed.len() - 1;
    assert!(open_contents(world, &world.sealed[..last]).is_err());
}

fn contents_other(world: &World) {
    let key = world.epochs[2].quorum.root().contents_key();
    assert!(Contents::open(&world.sealed, &key, world.vault, 3).is_ok());
    assert!(Contents::open(&world.sealed, &key, world.vault, 2).is_err());
    assert!(Contents::open(&world.sealed, &key, VaultId([7; 16]), 3).is_err());
}

fn contents_order(world: &World) {
    let mut contents = world.epochs[2].contents.clone();
    contents.entries.push(contents.entries[0].clone());
    let document = packed(&serde_json::to_vec(&contents).unwrap());
    assert!(open_contents(world, &sealed_by_age(world, 10, &document)).is_err());
}

fn contents_size(world: &World) {
    let document = packed(&serde_json::to_vec(&world.epochs[2].contents).unwrap());
    let end = document.len() - 4;
    for told in [(64_u32 << 20) + 1, 0, 5000, u32::MAX] {
        let changed = [&document[..end], &told.to_le_bytes()].concat();
        assert!(open_contents(world, &sealed_by_age(world, 10, &changed)).is_err(), "{told} bytes");
    }
}

fn deposit_other(world: &World) {
    let identity = DepositIdentity::of_key(&world.epochs[2].quorum.root().deposit_key());
    let epoch = world.epochs[2].header.hash();
    let entry = &world.deposit.entry;
    let opens =
        |vault, epoch, entry: &EntryId| Deposit::open(&world.deposit_file, &identity, vault, epoch, entry).is_ok();
    assert!(opens(world.vault, epoch, entry));
    assert!(!opens(VaultId([7; 16]), epoch, entry));
    assert!(!opens(world.vault, EpochHash([7; 32]), entry));
    assert!(!opens(world.vault, epoch, &"registrar".parse().unwrap()));
}

fn deposit_size(_: &World) {
    let of = |count: usize, length: usize| {
        let field = |number| (format!("field {number}").parse().unwrap(), FieldValue::copy_of(&"x".repeat(length)));
        Change { set: (0..count).map(field).collect(), ..Change::default() }
    };
    assert!(of(64, 1).check().is_ok() && of(1, 64 * 1024).check().is_ok());
    assert!(of(65, 1).check().is_err() && of(1, 64 * 1024 + 1).check().is_err());
}

fn names(_: &World) {
    for id in ["", "M365", "m365 admin", "-m365", "m365_admin", &"a".repeat(65)] {
        assert!(id.parse::<EntryId>().is_err(), "{id}");
    }
    for name in ["", "a=b", "a\tb", " a", "a\u{202e}b", "a\u{200b}b", &"a".repeat(65)] {
        assert!(name.parse::<FieldName>().is_err(), "{name}");
    }
    for name in ["", "a\nb", "a\u{2028}b", "a ", "a\u{61c}b", "カ\u{fe00}", &"a".repeat(121)] {
        assert!(name.parse::<VaultName>().is_err(), "{name}");
    }
}

fn claims(world: &World) {
    let header = header_text(world);
    let lost = line_of(world, "lost");
    let long = "a".repeat(201);
    for bad in ["a\\nb", "a\u{2028}b", "a\u{202e}b", "a\u{61c}b", "a\u{200b}b", " a", "", &long] {
        for (document, claim) in [(&header, "内線 104"), (&header, "本社金庫"), (&header, "Microsoft 365 管理者")]
        {
            assert!(document.contains(claim));
            refuses_header(&document.replacen(claim, bad, 1));
        }
        for claim in ["left on a train", "Ben Okafor"] {
            assert!(lost.contains(claim));
            assert!(Line::read(lost.replacen(claim, bad, 1).as_bytes()).is_err(), "{bad:?}");
        }
    }
}

fn line_of(world: &World, kind: &str) -> String {
    let line = world.lines.iter().find(|line| name_of(&line.event.what) == kind).unwrap();
    text_of_line(line)
}

fn text_of_line(line: &Line) -> String {
    String::from_utf8(line.bytes()).unwrap()
}

fn place(world: &World) {
    let id = world.epochs[2].header.id();
    assert!(Place::at(&format!("epochs/0003-{id}/header.json")).is_some());
    for name in [format!("epochs/3-{id}/header.json"), "log.torn-01".to_owned(), "deposits/0001/x.age".to_owned()] {
        assert_eq!(Place::at(&name), None, "{name}");
    }
}

fn headers(world: &World) -> Headers {
    world.epochs.iter().map(|epoch| (epoch.header.hash(), epoch.header.clone())).collect()
}

/// Where the first event of this kind stands in the log.
fn position(world: &World, kind: &str) -> usize {
    world.lines.iter().position(|line| name_of(&line.event.what) == kind).unwrap()
}

/// What is found when the log up to `at` goes on with these lines.
fn found(world: &World, at: usize, lines: &[Line]) -> Vec<Finding> {
    let lines: Vec<Vec<u8>> = world.lines[..at].iter().chain(lines).map(Line::bytes).collect();
    History::read(lines.iter().map(Vec::as_slice), &headers(world), &Known::default()).findings
}

/// Whether the log up to `at` goes on with this line without anything to be found.
fn goes_on(world: &World, at: usize, line: &Line) -> bool {
    found(world, at, std::slice::from_ref(line)).is_empty()
}

/// The log up to `at` goes on with this line, and it has no effect, for just this reason.
fn refuses(world: &World, at: usize, line: &Line, why: Refusal) {
    assert_eq!(found(world, at, std::slice::from_ref(line)), [Finding::Refused { line: at + 1, why }]);
}

fn signed(event: &Event, epoch: &Epoch, numbers: &[u8]) -> Line {
    let mut event = event.clone();
    event.signers = numbers.iter().map(|&number| Signer(epoch.header.hash(), card(number))).collect();
    let keys: Vec<&CustodianKey> = numbers.iter().map(|&number| &epoch.keys[usize::from(number) - 1]).collect();
    Line::sign(event, &keys)
}

fn event_signatures(world: &World) {
    let at = position(world, "opened");
    let line = &world.lines[at];
    assert!(goes_on(world, at, line));
    let changed = |change: fn(&mut Line)| {
        let mut line = line.clone();
        change(&mut line);
        assert!(!goes_on(world, at, &line));
    };
    changed(|line| line.signatures.clear());
    changed(|line| line.signatures.push(line.signatures[0]));
    changed(|line| line.signatures.swap(0, 1));
    changed(|line| line.event.signers[1] = line.event.signers[0]);
    changed(|line| {
        if let What::Opened { reason, .. } = &mut line.event.what {
            *reason = "another".parse().unwrap();
        }
    });
    assert!(!goes_on(world, at, &signed(&line.event, &world.epochs[0], &[1, 1])));
    let mut elsewhere = line.clone();
    elsewhere.signatures[0] = world.epochs[0].keys[0].sign("breakglass/1 receipt", &line.id.0);
    assert!(!goes_on(world, at, &elsewhere));
}

/// What an event follows is named in order, and each once.
fn event_order(world: &World) {
    let at = position(world, "merged");
    let line = &world.lines[at];
    let [one, other] = line.event.previous[..] else { panic!("a merge has two") };
    assert!(Line::read(&line.bytes()).is_ok());
    for previous in [vec![other, one], vec![one, one, other], vec![one, one]] {
        let bytes = Line::sign(Event { previous, ..line.event.clone() }, &[]).bytes();
        assert!(matches!(Line::read(&bytes), Err(UnreadableLine::Malformed(_))));
    }
}

fn event_length(world: &World) {
    let at = position(world, "card_files_destroyed");
    let claim = |count: usize| {
        let what = What::Reviewed { openings: vec![world.lines[0].id; count] };
        Line::sign(Event { what, ..world.lines[at].event.clone() }, &[])
    };
    let most = (1..100).rev().find(|&count| claim(count).bytes().len() <= CLAIM_BYTES).unwrap();
    assert!(goes_on(world, at, &claim(most)));
    let bytes = claim(most + 1).bytes().len();
    refuses(world, at, &claim(most + 1), Refusal::ClaimTooLong(bytes, CLAIM_BYTES));
    // The same under a signature is no claim.
    assert!(goes_on(world, at, &signed(&claim(most + 1).event, &world.epochs[0], &[1])));
    let long = |count: usize| signed(&claim(count).event, &world.epochs[0], &[1]);
    let most = (900..1000).rev().find(|&count| long(count).bytes().len() <= LINE_BYTES).unwrap();
    assert!(goes_on(world, at, &long(most)));
    assert!(matches!(Line::read(&long(most + 1).bytes()), Err(UnreadableLine::TooLong)));
    let why = UnreadableLine::TooLong;
    assert_eq!(found(world, at, &[long(most + 1)]), [Finding::Unreadable { line: at + 1, why }]);
}

fn event_quorum(world: &World) {
    for kind in ["opened", "staged", "staged_more", "aborted"] {
        let at = position(world, kind);
        assert!(goes_on(world, at, &signed(&world.lines[at].event, &world.epochs[0], &[3, 4])), "{kind}");
        refuses(world, at, &signed(&world.lines[at].event, &world.epochs[0], &[3]), Refusal::TooFewCards(1, 2));
        // A quorum of cards that are not in force yet, and one that mixes both.
        let early = signed(&world.lines[at].event, &world.epochs[2], &[1, 2]);
        refuses(world, at, &early, Refusal::WrongSigners);
    }
}

fn event_vault(world: &World) {
    let at = position(world, "reviewed");
    let mut other = world.lines[at].event.clone();
    other.vault = VaultId([7; 16]);
    refuses(world, at, &Line::sign(other, &[]), Refusal::OtherVault);
    let mut second = world.lines[0].event.clone();
    second.previous = vec![world.lines[at - 1].id];
    refuses(world, at, &signed(&second, &world.epochs[0], &[1, 2, 3, 4]), Refusal::NotTheBeginning);
    let mut first = world.lines[at].event.clone();
    first.previous.clear();
    refuses(world, at, &Line::sign(first.clone(), &[]), Refusal::NotTheBeginning);
    let missing = EventId(word("an event that is not here"));
    first.previous = vec![missing];
    let told = found(world, at, &[Line::sign(first, &[])]);
    assert_eq!(told, [Finding::Cut { line: at + 1, missing }, Finding::Unplaced { line: at + 1, count: 1 }]);
}

fn event_old_epoch(world: &World) {
    let at = position(world, "committed") + 1;
    let (old, previous) = (&world.epochs[0], vec![world.lines[at - 1].id]);
    for (kind, cards) in [("opened", &[1, 2][..]), ("checked", &[3]), ("relocked", &[1]), ("reviewed", &[1])] {
        let mut late = world.lines[position(world, kind)].event.clone();
        late.previous.clone_from(&previous);
        refuses(world, at, &signed(&late, old, cards), Refusal::NotActive(old.header.hash()));
    }
}

/// The third epoch's staging.
fn staging_of_third(world: &World) -> usize {
    position(world, "aborted") + 1
}

fn event_staging(world: &World) {
    let at = staging_of_third(world);
    let staged = &world.lines[at].event;
    let with = |epoch: NewEpoch| {
        let what = What::Staged { epoch, staging: Staging::default(), more: 0 };
        signed(&Event { what, ..staged.clone() }, &world.epochs[0], &[1, 2])
    };
    let new = |number, hash| NewEpoch { number, hash, card_files: Vec::new(), locked: Vec::new() };
    let [_, second, third] = &world.epochs;
    let (second, third) = (second.header.hash(), third.header.hash());
    assert!(goes_on(world, at, &with(new(3, third))));
    // Another number than the header's, a header that was used, one that follows other heads, one that is not there.
    refuses(world, at, &with(new(4, third)), Refusal::DoesNotContinue(third));
    refuses(world, at, &with(new(2, second)), Refusal::DoesNotContinue(second));
    let mut early = with(new(3, third)).event;
    early.previous = vec![world.lines[at - 2].id];
    refuses(world, at - 1, &signed(&early, &world.epochs[0], &[1, 2]), Refusal::DoesNotContinue(third));
    refuses(world, at, &with(new(3, EpochHash([7; 32]))), Refusal::HeaderMissing(EpochHash([7; 32])));
    let mut cards = new(3, third);
    cards.locked = vec![card(5)];
    refuses(world, at, &with(cards), Refusal::DoesNotContinue(third));
    // The same header under the number that was used, and under one that leaves a number out.
    for number in [2, 4] {
        let header = Header { epoch: number, ..(*world.epochs[2].header).clone() };
        let header = EpochHeader::write(&header).unwrap();
        let (hash, line) = (header.hash(), with(new(number, header.hash())).bytes());
        let lines: Vec<Vec<u8>> = world.lines[..at].iter().map(Line::bytes).chain([line]).collect();
        let headers = headers(world).into_iter().chain([(hash, header)]).collect();
        let history = History::read(lines.iter().map(Vec::as_slice), &headers, &Known::default());
        let why = Refusal::DoesNotContinue(hash);
        assert_eq!(history.findings, [Finding::Refused { line: at + 1, why }], "number {number}");
    }
}

/// A piece of a staging is numbered from 1 to as many as the staging says, and all of them stand before the commit.
fn event_pieces(world: &World) {
    let at = position(world, "staged_more");
    let epoch = world.epochs[2].header.hash();
    let piece = |piece: u32, epoch: EpochHash| {
        let replaced = vec![Replaced { entry: world.deposit.entry.clone(), secret: SecretPart::password() }];
        let what = What::StagedMore { epoch, piece, staging: Staging { replaced, ..Staging::default() } };
        signed(&Event { what, ..world.lines[at].event.clone() }, &world.epochs[0], &[1, 2])
    };
    assert!(goes_on(world, at, &piece(1, epoch)));
    for number in [0, 2, u32::MAX] {
        refuses(world, at, &piece(number, epoch), Refusal::NotStaged(epoch));
    }
    let given_up = world.epochs[1].header.hash();
    refuses(world, at, &piece(1, given_up), Refusal::NotStaged(given_up));
    // Everything up to the commit, as it stands, but the piece: each line behind it follows the one before it.
    let committed = position(world, "committed");
    let mut lines = Vec::new();
    for line in &world.lines[at + 1..=committed] {
        let before: &Line = lines.last().unwrap_or(&world.lines[at - 1]);
        let numbers: Vec<u8> = line.event.signers.iter().map(|signer| signer.1.get()).collect();
        let event = Event { previous: vec![before.id], ..line.event.clone() };
        lines.push(signed(&event, &world.epochs[2], &numbers));
    }
    let why = Refusal::StagingIncomplete(epoch);
    assert_eq!(found(world, at, &lines), [Finding::Refused { line: committed, why }]);
}

fn event_commit(world: &World) {
    let at = position(world, "committed");
    let event = &world.lines[at].event;
    let commit = |at: usize, epoch: &Epoch, left_out: &[u8]| {
        let left = |&number: &u8| LeftOut { card: card(number), reason: "on leave".parse().unwrap() };
        let what = What::Committed { epoch: epoch.header.hash(), left_out: left_out.iter().map(left).collect() };
        Event { what, previous: vec![world.lines[at - 1].id], ..event.clone() }
    };
    let with = |at: usize, epoch: &Epoch, left_out: &[u8]| signed(&commit(at, epoch, left_out), epoch, &[1, 2]);
    let [first, second, third] = &world.epochs;
    assert!(goes_on(world, at, &with(at, third, &[4])));
    for left_out in [&[][..], &[3, 4], &[3], &[4, 4]] {
        refuses(world, at, &with(at, third, left_out), Refusal::LeftOutDiffers);
    }
    // Two of the three cards that it takes were read back; the second epoch was given up, the first has begun already.
    refuses(world, at - 1, &with(at - 1, third, &[3, 4]), Refusal::TooFewReadBack(2, 3));
    refuses(world, at, &with(at, second, &[]), Refusal::NotStaged(second.header.hash()));
    refuses(world, at, &with(at, first, &[]), Refusal::NotStaged(first.header.hash()));
    // It is the new quorum's act: nobody's word, one card, and the old quorum bring nothing into force.
    let good = commit(at, third, &[4]);
    refuses(world, at, &signed(&good, third, &[]), Refusal::TooFewCards(0, 2));
    refuses(world, at, &signed(&good, third, &[1]), Refusal::TooFewCards(1, 2));
    refuses(world, at, &signed(&good, first, &[1, 2]), Refusal::WrongSigners);
}

fn event_session(world: &World) {
    let at = position(world, "revealed");
    let event = &world.lines[at].event;
    assert!(goes_on(world, at, &signed(event, &world.epochs[0], &[1, 2])));
    assert!(!goes_on(world, at, &signed(event, &world.epochs[0], &[1, 3])));
    assert!(!goes_on(world, at - 1, &signed(event, &world.epochs[0], &[1, 2])));
    let closed = position(world, "closed") + 1;
    let late = Event { previous: vec![world.lines[closed - 1].id], ..event.clone() };
    assert!(!goes_on(world, closed, &signed(&late, &world.epochs[0], &[1, 2])));
}

fn event_deposit(world: &World) {
    let at = position(world, "deposited");
    let with = |epoch: &Epoch| {
        let mut event = world.lines[at].event.clone();
        let What::Deposited { epoch: of, .. } = &mut event.what else { panic!("a deposit") };
        *of = epoch.header.hash();
        Line::sign(event, &[])
    };
    assert!(goes_on(world, at, &with(&world.epochs[0])));
    for epoch in &world.epochs[1..] {
        refuses(world, at, &with(epoch), Refusal::NotActive(epoch.header.hash()));
    }
}

fn event_receipt(world: &World) {
    let at = position(world, "receipt");
    let event = &world.lines[at].event;
    let (epoch, key) = (world.epochs[0].header.hash(), &world.epochs[0].keys[1]);
    let time = world.receipt.receipt.time;
    for (vault, number, good) in [(world.vault, 2, true), (world.vault, 1, false), (VaultId([7; 16]), 2, false)] {
        let receipt = SignedReceipt::sign(vault, epoch, card(number), false, time, key);
        let line = Line::sign(Event { what: What::Receipt { receipt }, ..event.clone() }, &[]);
        assert_eq!(goes_on(world, at, &line), good);
    }
}

fn receipt_domain(world: &World) {
    let key = &world.epochs[0].keys[0];
    assert!(world.receipt.is_signed_by(&key.public()));
    let digest = Digest::of(&breakglass::vault::to_canonical(&world.receipt.receipt));
    let signature = key.sign("breakglass/1 event", &digest.0);
    let forged = SignedReceipt { signature, ..world.receipt.clone() };
    assert!(!forged.is_signed_by(&key.public()));
    let other = Share::new(card(1), Secret::new(word("another share"))).custodian_key();
    assert!(!world.receipt.is_signed_by(&other.public()));
}
