//! Bytes of an attacker's choice: every reader says no, or reads what is there; none panics, and none does more work than bounded.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::OnceLock;

use age::secrecy::SecretString;
use breakglass::journal::{EpochState, Headers, History, Known, Line, Receipt, State, What};
use breakglass::quorum::{ContentsKey, Dealt, EpochHash, Policy, Secret, VaultId, deal};
use breakglass::vault::{Change, Contents, Deposit, DepositIdentity, EpochHeader, FORMAT_VERSION, FormatError};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::crash_disk::CrashDisk;
use crate::machine::{Machine, entry, index, now, password, read_all_back};

/// One change that somebody makes to bytes.
#[derive(Clone, Debug)]
enum Edit {
    Set(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    // Characters that mean something in JSON come more often than chance would bring them.
    let byte = prop_oneof![any::<u8>(), prop::sample::select(br#"{}[]",:0129ae\-"#.to_vec())];
    let edit = prop_oneof![
        (any::<Index>(), byte.clone()).prop_map(|(place, byte)| Edit::Set(place, byte)),
        (any::<Index>(), prop::collection::vec(byte, 1..9)).prop_map(|(place, bytes)| Edit::Insert(place, bytes)),
        (any::<Index>(), 1..200usize).prop_map(|(place, length)| Edit::Remove(place, length)),
        (any::<Index>(), 1..200usize).prop_map(|(place, length)| Edit::Repeat(place, length)),
    ];
    prop::collection::vec(edit, 1..4)
}

fn edited(bytes: &[u8], edits: &[Edit]) -> Vec<u8> {
    edits.iter().fold(bytes.to_vec(), |mut bytes, edit| {
        let length = bytes.len();
        if length == 0 {
            return bytes;
        }
        match edit {
            Edit::Set(place, byte) => bytes[place.index(length)] = *byte,
            Edit::Insert(place, more) => drop(bytes.splice(place.index(length)..place.index(length), more.clone())),
            Edit::Remove(place, count) => {
                let start = place.index(length);
                drop(bytes.drain(start..length.min(start + count)));
            }
            Edit::Repeat(place, count) => {
                let start = place.index(length);
                let part = bytes[start..length.min(start + count)].to_vec();
                bytes.splice(start..start, part);
            }
        }
        bytes
    })
}

/// The log of a vault that lived a little, and everything that it is read with.
struct Sample {
    lines: Vec<Vec<u8>>,
    headers: Headers,
    state: State,
    given_up: EpochHash,
    waiting: EpochHash,
}

/// What only signatures may change: which epoch is in force, which waits, which cards were read back, and what became of openings.
fn signed(state: &State) -> impl PartialEq + std::fmt::Debug + use<> {
    let verified = |epoch: &EpochState| epoch.cards.iter().map(|card| card.verified).collect::<Vec<_>>();
    let epochs: Vec<_> = state
        .epochs
        .values()
        .map(|epoch| (epoch.hash, epoch.number, epoch.begun, state.is_waiting(epoch), verified(epoch)))
        .collect();
    let openings: BTreeSet<_> = state
        .openings
        .iter()
        .map(|opening| (opening.event, opening.closed, opening.resealed, opening.exported))
        .collect();
    (state.active.clone(), epochs, openings)
}

fn sample() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let disk = CrashDisk::new();
        let machine = Machine::new(&disk);
        let old = machine.begin();
        machine.deposit("m365-admin", "correct horse").unwrap();
        let stick = machine.copy_to("stick.vault");
        machine.unseal(&old, "m365-admin").unwrap();
        let cards = machine.rotate(&old);
        stick.with_pins("elsewhere").unseal(&old, "m365-admin").unwrap();
        machine.merge(stick).unwrap();
        // One epoch that was read back and given up, and one that waits for its commit and lacks nothing else.
        let (given_up, new) = machine.stage(&cards, &["Aiko", "Ben", "Chie"]).unwrap();
        read_all_back(&mut machine.write(), given_up, &new).unwrap();
        machine.abort(&cards).unwrap();
        let (waiting, new) = machine.stage(&cards, &["Aiko", "Ben", "Chie"]).unwrap();
        read_all_back(&mut machine.write(), waiting, &new).unwrap();
        let ledger = machine.read();
        let (headers, state) = (ledger.headers().clone(), ledger.state().clone());
        Sample { lines: machine.lines(), headers, state, given_up, waiting }
    })
}

fn read(lines: &[Vec<u8>]) -> History {
    History::read(lines.iter().map(Vec::as_slice), &sample().headers, &Known::default())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_log_with_edited_lines_is_read_and_every_edit_is_told(
        changes in prop::collection::vec((any::<Index>(), edits()), 1..4),
    ) {
        let mut lines = sample().lines.clone();
        for (line, edits) in &changes {
            let at = line.index(lines.len());
            lines[at] = edited(&lines[at], edits);
        }
        let history = read(&lines);
        // Only a change to the last line's own claims could go unseen, and that is what a head on paper is for.
        let last = lines.len() - 1;
        if lines[..last] != sample().lines[..last] {
            prop_assert!(!history.findings.is_empty() || history.state.is_none());
        }
        if let Some(state) = history.state {
            prop_assert_eq!(state.vault, sample().state.vault);
            prop_assert!(state.epochs.keys().all(|epoch| sample().state.epochs.contains_key(epoch)));
        }
    }

    #[test]
    fn lines_in_any_order_any_number_of_times_never_make_a_state_that_nobody_signed(
        order in prop::collection::vec(any::<Index>(), 0..60),
    ) {
        let lines: Vec<Vec<u8>> =
            order.iter().map(|index| sample().lines[index.index(sample().lines.len())].clone()).collect();
        if let Some(state) = read(&lines).state {
            let opened = |opening: &breakglass::journal::Opening| {
                sample().state.openings.iter().any(|known| known.event == opening.event)
            };
            prop_assert!(state.openings.iter().all(opened));
            prop_assert!(state.active.iter().all(|epoch| sample().state.epochs[epoch].begun.is_some()));
        }
    }

    #[test]
    fn unsigned_events_behind_any_events_change_nothing_that_was_signed(
        places in prop::collection::vec((any::<Index>(), prop::collection::vec(any::<Index>(), 1..4), 0..10u8), 1..8),
    ) {
        let Sample { state, given_up, waiting, .. } = sample();
        let mut lines = sample().lines.clone();
        let template = Line::read(lines.last().unwrap()).unwrap().event;
        let active = state.active[0];
        let opening = state.openings[0].event;
        for (place, parents, kind) in places {
            let mut event = template.clone();
            event.signers.clear();
            event.previous = parents
                .iter()
                .map(|parent| Line::read(&lines[parent.index(lines.len())]).unwrap().id)
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect();
            event.what = match kind {
                0 => What::Opened { epoch: active, reason: "none".parse().unwrap(), incident: None, reported: Vec::new() },
                1 => What::Committed { epoch: *waiting, left_out: Vec::new() },
                2 => What::Committed { epoch: *given_up, left_out: Vec::new() },
                3 => What::Aborted { epoch: *waiting, reason: "none".parse().unwrap() },
                4 => What::ReadBack { epoch: *waiting, card: index(1), file_destroyed: true },
                5 => What::Closed { session: opening },
                6 => What::Exported { session: opening },
                7 => What::Lost { epoch: active, card: index(1), reason: "none".parse().ok() },
                8 => What::Reviewed { openings: vec![opening] },
                _ => What::Merged {},
            };
            let at = place.index(lines.len()) + 1;
            lines.insert(at, Line::sign(event, &[]).bytes());
        }
        prop_assert_eq!(signed(&read(&lines).state.unwrap()), signed(state));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edited_line_is_no_line_or_another_event_or_without_its_signatures(line: Index, edits in edits()) {
        let before = &sample().lines[line.index(sample().lines.len())];
        let after = edited(before, &edits);
        if let Ok(read) = Line::read(&after) {
            prop_assert_eq!(read.bytes(), after.clone());
            let original = Line::read(before).unwrap();
            prop_assert!(after == *before || read.id != original.id || read.signatures != original.signatures);
        }
        let _ = Line::read_known(&after);
    }

    #[test]
    fn an_edited_header_is_no_header_or_another_epoch(edits in edits()) {
        let header = sample().headers.values().next().unwrap();
        let after = edited(header.bytes(), &edits);
        if let Ok(read) = EpochHeader::read(&after) {
            prop_assert_eq!(read.bytes(), &after);
            prop_assert_eq!(read.hash() == header.hash(), after == header.bytes());
        }
    }

    #[test]
    fn any_bytes_at_all_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(Line::read(&bytes).is_err() && EpochHeader::read(&bytes).is_err());
        prop_assert!(serde_json::from_slice::<Receipt>(&bytes).is_err());
        let identity = DepositIdentity::of_key(&Secret::new([7; 32]));
        prop_assert!(open_deposit(&identity, &bytes).is_err());
        prop_assert!(Contents::open(&bytes, &key(), vault(), 1).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edited_contents_and_deposits_do_not_open(edits in edits()) {
        static CONTENTS: OnceLock<Vec<u8>> = OnceLock::new();
        let contents = CONTENTS.get_or_init(|| Contents::empty(vault()).seal(&key()).unwrap().file);
        let after = edited(contents, &edits);
        prop_assert_eq!(Contents::open(&after, &key(), vault(), 1).is_ok(), after == *contents);

        let identity = DepositIdentity::of_key(&Secret::new([7; 32]));
        static DEPOSIT: OnceLock<Vec<u8>> = OnceLock::new();
        let sealed = DEPOSIT.get_or_init(|| deposit(password("correct horse")).seal(&identity.recipient()).unwrap().file);
        let after = edited(sealed, &edits);
        prop_assert_eq!(open_deposit(&identity, &after).is_ok(), after == *sealed);
    }

    #[test]
    fn contents_and_deposits_whose_plaintext_is_hostile_are_refused_or_read(edits in edits()) {
        // Whoever has the root can seal anything; and a deposit is sealed by anybody.
        let identity = DepositIdentity::of_key(&Secret::new([7; 32]));
        let plain = serde_json::to_vec(&deposit(password("correct horse"))).unwrap();
        let _ = open_deposit(&identity, &identity.recipient().seal(&edited(&plain, &edits)));
        let plain = serde_json::to_vec(&Contents::empty(vault())).unwrap();
        let _ = Contents::open(&seal(&gzip(&edited(&plain, &edits)), 2), &key(), vault(), 1);
    }
}

fn vault() -> VaultId {
    VaultId([3; 16])
}

fn key() -> ContentsKey {
    static DEALT: OnceLock<Dealt> = OnceLock::new();
    DEALT.get_or_init(|| deal(Policy::new(2, 3, false).unwrap()).unwrap()).root.contents_key()
}

fn deposit(change: Change) -> Deposit {
    Deposit {
        version: FORMAT_VERSION,
        vault: vault(),
        epoch: EpochHash([5; 32]),
        entry: entry("m365-admin"),
        made: now(),
        by: Some("Ben".parse().unwrap()),
        change,
    }
}

fn open_deposit(identity: &DepositIdentity, file: &[u8]) -> Result<Deposit, FormatError> {
    Deposit::open(file, identity, vault(), EpochHash([5; 32]), &entry("m365-admin"))
}

/// An age file under the contents key, as a stock program of the attacker's choice makes it.
fn seal(plaintext: &[u8], work_factor: u8) -> Vec<u8> {
    let mut recipient = age::scrypt::Recipient::new(SecretString::from(key().passphrase().expose().to_owned()));
    recipient.set_work_factor(work_factor);
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient)).unwrap();
    let mut file = Vec::new();
    let mut writer = encryptor.wrap_output(&mut file).unwrap();
    writer.write_all(plaintext).unwrap();
    writer.finish().unwrap();
    file
}

fn gzip(document: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(document).unwrap();
    packed.finish().unwrap()
}

fn refusal(file: &[u8]) -> FormatError {
    Contents::open(file, &key(), vault(), 1).unwrap_err()
}

#[test]
fn a_gzip_bomb_is_refused_before_it_unpacks_and_one_that_lies_about_its_size_too() {
    let mut bomb = gzip(&vec![b' '; 65 << 20]);
    assert!(bomb.len() < 1 << 20);
    assert!(matches!(refusal(&seal(&bomb, 10)), FormatError::TooLarge(_)));
    // The trailer tells the size (RFC 1952, ISIZE); here it says 100 bytes.
    let end = bomb.len();
    bomb[end - 4..].copy_from_slice(&100u32.to_le_bytes());
    assert!(matches!(refusal(&seal(&bomb, 10)), FormatError::Malformed(_)));
    let twice = [gzip(b"{}"), gzip(b"{}")].concat();
    assert!(matches!(refusal(&seal(&twice, 10)), FormatError::Malformed(_)));
}

#[test]
fn bottomless_nesting_is_refused() {
    for opening in ["[", "{\"a\":", "{\"version\":1,\"entries\":["] {
        let deep = opening.repeat(200_000);
        assert!(matches!(refusal(&seal(&gzip(deep.as_bytes()), 10)), FormatError::Malformed(_)));
        assert!(EpochHeader::read(deep.as_bytes()).is_err());
        assert!(Line::read(deep.as_bytes()).is_err());
        assert!(Line::read(format!("{{\"event\":{deep}").as_bytes()).is_err());
        let identity = DepositIdentity::of_key(&Secret::new([7; 32]));
        assert!(open_deposit(&identity, &identity.recipient().seal(deep.as_bytes())).is_err());
    }
}

#[test]
fn contents_that_ask_for_more_scrypt_than_ours_are_refused_before_the_work() {
    let good = seal(&gzip(&serde_json::to_vec(&Contents::empty(vault())).unwrap()), 10);
    assert!(Contents::open(&good, &key(), vault(), 1).is_ok());
    // A header can ask for anything; nobody has to have done the work to write it.
    let text = String::from_utf8_lossy(&good[..100]).into_owned();
    let line = text.lines().nth(1).unwrap();
    for factor in ["11", "20", "63"] {
        let asks = line.strip_suffix("10").unwrap().to_owned() + factor;
        let file = [good[..22].to_vec(), asks.into_bytes(), good[22 + line.len()..].to_vec()].concat();
        assert_eq!(refusal(&file), FormatError::TooCostly, "{factor}");
    }
}

#[test]
fn contents_of_another_vault_epoch_or_version_are_refused() {
    let file = Contents::empty(vault()).seal(&key()).unwrap().file;
    assert_eq!(Contents::open(&file, &key(), VaultId([4; 16]), 1).unwrap_err(), FormatError::DoesNotOpen);
    assert_eq!(Contents::open(&file, &key(), vault(), 2).unwrap_err(), FormatError::DoesNotOpen);
    let newer = br#"{"version":8,"anything":[1,2,3]}"#;
    assert_eq!(refusal(&seal(&gzip(newer), 10)), FormatError::UnknownVersion(8));
    let identity = DepositIdentity::of_key(&Secret::new([7; 32]));
    let newer = identity.recipient().seal(newer);
    assert_eq!(open_deposit(&identity, &newer).unwrap_err(), FormatError::UnknownVersion(8));
    let header = br#"{"anything":{},"version":8}"#;
    assert_eq!(EpochHeader::read(header).unwrap_err(), FormatError::UnknownVersion(8));
}

#[test]
fn a_deposit_larger_than_any_of_ours_is_refused() {
    let identity = DepositIdentity::of_key(&Secret::new([7; 32]));
    let large = identity.recipient().seal(&vec![b' '; (4 << 20) + 1]);
    assert_eq!(open_deposit(&identity, &large).unwrap_err(), FormatError::TooLarge(4 << 20));
    let long = deposit(password(&"a".repeat((64 << 10) + 1)));
    assert!(matches!(long.seal(&identity.recipient()).err(), Some(FormatError::ValueTooLong(..))));
    let smuggled = identity.recipient().seal(&serde_json::to_vec(&long).unwrap());
    assert!(matches!(open_deposit(&identity, &smuggled), Err(FormatError::ValueTooLong(..))));
}
