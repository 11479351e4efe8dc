//! The main job, without a terminal: begin, read back, put, open, rotate; each step's result read from the vault itself.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use breakglass::ceremony::*;
use breakglass::journal::{Calendar, Duty, Replaced, SecretPart};
use breakglass::language::Language;
use breakglass::quorum::{Card, Reading, read_card};
use breakglass::store::{RealDisk, VaultFolder};
use breakglass::vault::{Change, FieldName, FieldValue, Moment};

static DISK: RealDisk = RealDisk;

fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}

struct Room {
    folder: PathBuf,
}

impl Room {
    fn new(name: &str) -> Room {
        let folder = std::env::temp_dir().join(format!("breakglass-ceremony-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Room { folder }
    }

    fn vault(&self) -> PathBuf {
        self.folder.join("acme.vault")
    }

    fn pins(&self) -> PinBook<'static> {
        PinBook::new(&DISK, &self.folder.join("pins"))
    }

    fn read(&self) -> Ledger<'static> {
        Ledger::read(VaultFolder::open(&DISK, &self.vault()).unwrap(), &self.pins(), None).unwrap()
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn plan() -> Plan {
    let custodian = |name: &str| CustodianPlan::new(name.parse().unwrap(), Language::English);
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

fn quorum(ledger: &Ledger<'_>, cards: &[String]) -> Attendance {
    let mut gathering = Gathering::begin(ledger.active().unwrap(), ledger.state());
    for text in cards {
        assert!(matches!(gathering.offer(card(text)), Offered::Accepted(_)));
    }
    gathering.quorum().unwrap()
}

fn keep(
    cards: &RefCell<Vec<String>>,
) -> impl FnMut(&NewCards) -> Result<Vec<breakglass::quorum::CardIndex>, CeremonyError> {
    |new| {
        *cards.borrow_mut() = new.cards().iter().map(|card| card.to_text().expose().to_owned()).collect();
        Ok(Vec::new())
    }
}

fn change(pairs: &[(&str, &str)]) -> Change {
    let set =
        pairs.iter().map(|(name, value)| (name.parse::<FieldName>().unwrap(), FieldValue::copy_of(value))).collect();
    Change { set, ..Change::default() }
}

fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            found.extend(files(&entry.path()))
        } else {
            found.push(entry.path().display().to_string())
        }
    }
    found
}

#[test]
fn of_recovery_codes_that_were_put_in_within_one_second_the_last_are_counted() {
    let room = Room::new("codes");
    let begin = moment("2026-01-10T09:00:00Z");
    let cards = RefCell::new(Vec::new());
    let mut writing = init(&DISK, &room.vault(), &room.pins(), plan(), begin, &mut keep(&cards)).unwrap();
    let epoch = writing.ledger().active().unwrap().hash();
    let codes = ["one", "two", "three", "four", "five", "six"];
    for count in 1..=codes.len() {
        let put_in = change(&[("recovery_codes", &codes[..count].join("\n"))]);
        put(&mut writing, epoch, &"m365".parse().unwrap(), put_in, "Ben", begin).unwrap();
        let left: Vec<_> = writing.ledger().state().codes.left().collect();
        assert_eq!(usize::from(left[0].count), count);
    }
}

#[test]
fn a_vault_is_begun_filled_opened_rotated_and_calm_again() {
    let room = Room::new("whole");
    let cards = RefCell::new(Vec::new());
    let begin = moment("2026-01-10T09:00:00Z");
    let mut writing = init(&DISK, &room.vault(), &room.pins(), plan(), begin, &mut keep(&cards)).unwrap();
    let epoch = writing.ledger().active().unwrap().hash();
    for text in cards.borrow().iter() {
        read_back(&mut writing, epoch, &card(text), false, None, begin).unwrap();
    }
    let ledger = writing.end();
    assert!(status(&ledger, Vec::new(), Calendar::default(), begin).unwrap().is_calm());

    let trusted = trusted_epoch(&ledger, None).unwrap();
    let mut writing = ledger.begin(begin).unwrap();
    let entry = "m365-admin".parse().unwrap();
    put(&mut writing, trusted, &entry, change(&[("title", "M365"), ("password", "correct horse")]), "Ben", begin)
        .unwrap();
    let attendance = quorum(writing.ledger(), &cards.borrow()[1..4]);
    let session = Session::open(&mut writing, attendance, "lockout", Some("INC-1"), begin).unwrap();
    let password = FieldName::fixed("password");
    let shown = session.reveal(&mut writing, &entry, std::slice::from_ref(&password), begin).unwrap();
    assert!(shown[0].sealed.is_none());
    assert_eq!(shown[0].deposited[0].1.unwrap().expose(), "correct horse");
    session.close(&mut writing, begin).unwrap();
    let ledger = writing.end();
    let report = status(&ledger, Vec::new(), Calendar::default(), begin).unwrap();
    assert!(matches!(report.seal, Seal::Opened { still_open: false, .. }));
    assert!(report.due_now().any(|due| matches!(&due.duty, Duty::Replace { entry: due, .. } if *due == entry)));

    let later = moment("2026-01-11T09:00:00Z");
    let mut writing = ledger.begin(later).unwrap();
    put(&mut writing, trusted, &entry, change(&[("password", "battery staple")]), "Ben", later).unwrap();
    let old = cards.borrow().clone();
    let attendance = quorum(writing.ledger(), &old[..3]);
    let rotation = Rotation::open(&writing, attendance).unwrap();
    let fold: Vec<_> = rotation.deposits().iter().map(|open| open.pending.deposit).collect();
    assert_eq!(fold.len(), 2);
    let replaced = vec![Replaced { entry: entry.clone(), secret: SecretPart::password() }];
    let choices = Choices { replaced, ..Choices::folding(fold) };
    let staged = stage(&mut writing, rotation, plan(), choices, later, &mut keep(&cards)).unwrap();
    let new = || Gathering::begin(writing.ledger().header(staged.epoch).unwrap(), writing.ledger().state());
    let mut early = new();
    for text in &cards.borrow()[..3] {
        assert!(matches!(early.offer(card(text)), Offered::Accepted(_)));
    }
    let mut read = new();
    assert!(commit(&mut writing, &early.quorum().unwrap(), Vec::new(), "Ben", later).is_err(), "nothing was read back");
    for text in cards.borrow().iter() {
        read.keep(read_back(&mut writing, staged.epoch, &card(text), false, None, later).unwrap());
    }
    commit(&mut writing, &read.quorum().unwrap(), Vec::new(), "Ben", later).unwrap();
    assert_eq!(clean_up(&mut writing, later).unwrap(), 3);
    let ledger = writing.end();
    let report = status(&ledger, Vec::new(), Calendar::default(), later).unwrap();
    assert_eq!(report.seal, Seal::Sealed);
    assert_eq!(report.entries[0].title.as_ref().map(|title| title.as_str()), Some("M365"));
    let due: Vec<_> = report.due_now().map(|due| &due.duty).collect();
    // What is left is on paper and in people's hands: five old cards, and a look through the sign-in log.
    assert_eq!(due.len(), 6, "{due:?}");
    assert_eq!(verify_files(&ledger, VerifyDepth::Hashed).unwrap(), []);
    assert_eq!(files(&room.vault()).iter().filter(|name| name.ends_with(".age")).count(), 1);

    let mut gathering = Gathering::begin(ledger.active().unwrap(), ledger.state());
    assert!(matches!(
        gathering.offer(card(&old[0])),
        Offered::Refused(CardRefusal::OtherEpoch { known: Some(KnownEpoch { number: 1, .. }), .. })
    ));
    let attendance = quorum(&ledger, &cards.borrow()[2..]);
    let mut writing = room.read().begin(later).unwrap();
    let session = Session::open(&mut writing, attendance, "check", None, later).unwrap();
    let shown = session.reveal(&mut writing, &entry, &[password], later).unwrap();
    assert_eq!(shown[0].sealed.unwrap().expose(), "battery staple");
    assert!(shown[0].deposited.is_empty());
}

#[test]
fn a_tail_that_was_cut_off_is_recorded_even_when_the_crash_came_before_its_event() {
    let room = Room::new("tail");
    let cards = RefCell::new(Vec::new());
    let now = moment("2026-01-10T09:00:00Z");
    drop(init(&DISK, &room.vault(), &room.pins(), plan(), now, &mut keep(&cards)).unwrap());
    std::fs::write(room.vault().join("log.torn-1"), b"{\"event\":{\"pre").unwrap();
    let log = room.vault().join("log.jsonl");
    let whole = std::fs::read(&log).unwrap();
    std::fs::write(&log, [&whole[..], b"{\"ev"].concat()).unwrap();
    let ledger = room.read().begin(now).unwrap().end();
    assert_eq!(ledger.state().torn_tails.len(), 2);
    assert_eq!(verify_files(&ledger, VerifyDepth::Hashed).unwrap(), []);
    assert_eq!(std::fs::read(room.vault().join("log.torn-2")).unwrap(), b"{\"ev");
    assert_eq!(room.read().begin(now).unwrap().end().lines().count(), 3);
}

#[test]
fn a_copy_is_not_made_inside_the_vault_that_it_is_of() {
    let room = Room::new("inside");
    let cards = RefCell::new(Vec::new());
    drop(init(&DISK, &room.vault(), &room.pins(), plan(), moment("2026-01-10T09:00:00Z"), &mut keep(&cards)).unwrap());
    let inside = room.vault().join("backup");
    assert!(
        matches!(copy_vault(&room.read(), &DISK, &inside), Err(CeremonyError::CopyInVault(path)) if path == inside)
    );
    assert!(!inside.exists());
    assert!(copy_vault(&room.read(), &DISK, &room.folder.join("backup")).is_ok());
}

#[test]
fn nobody_is_told_to_delete_the_file_of_a_staged_card_before_it_was_read_back() {
    let room = Room::new("staged");
    let cards = RefCell::new(Vec::new());
    let now = moment("2026-01-10T09:00:00Z");
    let mut writing = init(&DISK, &room.vault(), &room.pins(), plan(), now, &mut keep(&cards)).unwrap();
    let attendance = quorum(writing.ledger(), &cards.borrow()[..3]);
    let rotation = Rotation::open(&writing, attendance).unwrap();
    let mut on_files = |new: &NewCards| {
        *cards.borrow_mut() = new.cards().iter().map(|card| card.to_text().expose().to_owned()).collect();
        Ok(new.cards().iter().map(|card| card.head().index).collect())
    };
    let staged = stage(&mut writing, rotation, plan(), Choices::default(), now, &mut on_files).unwrap();
    let told = |writing: &Writing<'_>| {
        let due = writing.ledger().state().due(Calendar::default(), None, now);
        due.iter().filter(|due| matches!(due.duty, Duty::DestroyCardFile { .. })).count()
    };
    assert_eq!(told(&writing), 0);
    read_back(&mut writing, staged.epoch, &card(&cards.borrow()[0]), false, None, now).unwrap();
    assert_eq!(told(&writing), 1);
}
