//! Files that were swapped or edited: header, contents, deposits.

use std::path::PathBuf;

use breakglass::ceremony::*;
use breakglass::journal::{Beginning, Event, Line, What};
use breakglass::quorum::{Digest, EpochHash};
use breakglass::store::{Disk, Place};
use breakglass::vault::{
    Attachment, Deposit, EpochHeader, FORMAT_VERSION, FieldName, FormatError, Header, PublicEntry,
};

use crate::crash_disk::CrashDisk;
use crate::machine::{Machine, attend, card, entry, now, password};

fn header_path(machine: Machine<'_>) -> PathBuf {
    let ledger = machine.read();
    let header = ledger.active().unwrap();
    Place::Header(header.epoch, header.id()).path()
}

fn sealed_path(machine: Machine<'_>) -> PathBuf {
    let ledger = machine.read();
    let header = ledger.active().unwrap();
    Place::Sealed(header.epoch, header.id()).path()
}

/// Opening must fail with this file's name, and leave no line: nothing was shown.
fn opening_names(machine: Machine<'_>, cards: &[String], path: &std::path::Path) {
    let lines = machine.lines();
    match machine.unseal(cards, "m365-admin") {
        Err(CeremonyError::Swapped(named)) => assert_eq!(named, path),
        other => panic!("{other:?}"),
    }
    assert_eq!(machine.lines(), lines);
}

#[test]
fn a_header_with_an_edited_threshold_is_no_header_of_this_vault() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let path = header_path(machine);
    let dealt = machine.read().active().unwrap().clone();
    let mut edited = Header::clone(&dealt);
    edited.threshold = 3;

    // One byte is found again by the hash that the folder's name says.
    machine.replace(&path, EpochHeader::write(&edited).unwrap().bytes());
    let ledger = machine.with_pins("a-new-machine").read();
    assert_eq!((ledger.active().unwrap().bytes(), ledger.mended_headers().len()), (dealt.bytes(), 1));
    assert!(!ledger.is_sound());

    edited.name = "Acne".parse().unwrap();
    let edited = EpochHeader::write(&edited).unwrap();
    machine.replace(&path, edited.bytes());
    let ledger = machine.with_pins("a-new-machine").try_read();
    assert!(
        matches!(ledger, Err(CeremonyError::NoBeginning(..))),
        "its hash is another's, and there is no other header"
    );

    // In a folder that fits its hash it belongs to no event, and to no card.
    let moved = machine.vault.join(Place::Header(1, edited.id()).path());
    disk.create_folder(moved.parent().unwrap()).unwrap();
    disk.create_file(&moved, edited.bytes()).unwrap();
    let ledger = machine.with_pins("a-new-machine").read();
    assert_eq!(ledger.beginning(), Beginning::Assumed(edited.hash()), "shown, and proven by nothing");
    assert!(!ledger.is_sound() && matches!(ledger.may_be_changed(), Err(CeremonyError::LinesMissing(_))));
    let refused = check_against_header(&edited, &card(&cards[0]), None, now()).unwrap_err();
    assert!(matches!(refused, CeremonyError::Card(CardRefusal::OtherEpoch { .. })), "{refused}");
}

#[test]
fn a_vault_that_was_swapped_whole_is_refused_by_every_card_of_the_true_one() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let swapped = machine.at("swapped.vault");
    swapped.begin();
    for text in &cards {
        let ledger = swapped.read();
        let mut gathering = Gathering::begin(ledger.active().unwrap(), ledger.state());
        let Offered::Refused(refusal) = gathering.offer(card(text)) else { panic!("taken") };
        assert!(matches!(refusal, CardRefusal::OtherEpoch { known: None, .. }), "{refusal:?}");
    }
}

#[test]
fn contents_that_were_swapped_or_edited_are_refused_by_name_before_anything_is_shown() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    machine.deposit("m365-admin", "correct horse").unwrap();
    let earlier = machine.file(sealed_path(machine));
    let cards = machine.rotate(&cards);
    let stranger = machine.at("other.vault");
    stranger.begin();
    let path = sealed_path(machine);
    let good = machine.file(&path);
    let mut edited = good.clone();
    *edited.last_mut().unwrap() ^= 1;
    let cut = good[..good.len() - 1].to_vec();
    for bytes in [earlier, stranger.file(sealed_path(stranger)), edited, cut, Vec::new()] {
        machine.replace(&path, &bytes);
        opening_names(machine, &cards, &path);
        let found = verify_files(&machine.read(), VerifyDepth::Hashed).unwrap();
        assert!(matches!(found[..], [FileFinding::Differs(Place::Sealed(2, _))]), "{found:?}");
    }
    machine.replace(&path, &good);
    assert_eq!(machine.unseal(&cards, "m365-admin").unwrap(), ["correct horse"]);
}

#[test]
fn nothing_is_deleted_while_the_contents_that_replace_it_do_not_stand() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let (epoch, new) = machine.stage(&cards, &["Aiko", "Ben", "Chie"]).unwrap();
    let staged = Place::Sealed(2, epoch.id()).path();
    let good = machine.file(&staged);
    let mut writing = machine.write();
    let quorum = crate::machine::read_all_back(&mut writing, epoch, &new).unwrap();
    machine.replace(&staged, b"a stick that is failing");
    assert!(matches!(commit(&mut writing, &quorum, Vec::new(), "Ben", now()), Err(CeremonyError::Swapped(_))));
    machine.replace(&staged, &good);
    commit(&mut writing, &quorum, Vec::new(), "Ben", now()).unwrap();
    machine.replace(&staged, b"a stick that is failing");
    assert!(matches!(clean_up(&mut writing, now()), Err(CeremonyError::Swapped(_))));
    let first = writing.ledger().header(writing.ledger().state().epochs[&epoch].parent.unwrap()).unwrap();
    assert_eq!(Digest::of(&machine.file(Place::Sealed(1, first.id()).path())), first.sealed);
}

#[test]
fn what_the_log_only_claims_to_be_deleted_is_deleted_all_the_same() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let deposit = machine.deposit("m365-admin", "correct horse").unwrap();
    let first = machine.read().active().unwrap().hash();
    let claim = What::Deleted { epoch: first, files: 2 };
    machine.append_line(machine.forge(claim, first, &[]).bytes());
    assert_eq!(machine.unseal(&cards, "m365-admin").unwrap(), ["correct horse"], "a claim takes nothing away");
    machine.rotate(&cards);
    assert!(!machine.folder().holds(&Place::Sealed(1, first.id())).unwrap());
    assert!(!machine.folder().holds(&Place::Deposit(1, deposit)).unwrap());
}

/// A deposit that is sealed to the active epoch and says what the attacker likes.
fn forged_deposit(machine: Machine<'_>, edit: impl FnOnce(&mut Deposit)) -> Vec<u8> {
    let ledger = machine.read();
    let header = ledger.active().unwrap();
    let mut deposit = Deposit {
        version: FORMAT_VERSION,
        vault: header.vault,
        epoch: header.hash(),
        entry: entry("m365-admin"),
        made: now(),
        by: Some("Ben".parse().unwrap()),
        change: password("the attacker's"),
    };
    edit(&mut deposit);
    deposit.seal(header.deposit_recipient()).unwrap().file
}

/// Puts the file there with a line that says it is the password of `m365-admin`.
fn bring(machine: Machine<'_>, file: &[u8], epoch: EpochHash) -> Digest {
    let deposit = Digest::of(file);
    let number = machine.read().state().epochs[&epoch].number;
    let path = machine.vault.join(Place::Deposit(number, deposit).path());
    for folder in [path.parent().unwrap().parent().unwrap(), path.parent().unwrap()] {
        if disk_lacks(machine.disk, folder) {
            machine.disk.create_folder(folder).unwrap();
        }
    }
    machine.disk.create_file(&path, file).unwrap();
    let shown = PublicEntry { id: entry("m365-admin"), title: None, kind: None, owner: None, last_rotated: None };
    let fields = vec![FieldName::fixed("password")];
    let what = What::Deposited {
        epoch,
        deposit,
        entry: shown,
        fields,
        cleared: Vec::new(),
        attached: Vec::new(),
        detached: Vec::new(),
        recovery_codes: None,
    };
    let event = Event { by: "Ben".parse().ok(), ..machine.forge(what, epoch, &[]).event };
    machine.append_line(Line::sign(event, &[]).bytes());
    deposit
}

fn disk_lacks(disk: &CrashDisk, folder: &std::path::Path) -> bool {
    disk.look(folder).unwrap().is_none()
}

/// Why each waiting deposit cannot be read, or its password.
fn deposits(machine: Machine<'_>, cards: &[String]) -> Vec<Result<String, String>> {
    let writing = machine.write();
    let attendance = attend(writing.ledger(), cards).unwrap();
    let rotation = Rotation::open(&writing, attendance).unwrap();
    let read = |open: &OpenDeposit| match &open.deposit {
        Ok(deposit) => Ok(deposit.change.set[&FieldName::fixed("password")].expose().to_owned()),
        Err(CeremonyError::Swapped(_)) => Err("swapped".to_owned()),
        Err(CeremonyError::Format(_, FormatError::DoesNotOpen)) => Err("does not open".to_owned()),
        Err(CeremonyError::Format(_, FormatError::Malformed(why))) => Err(why.clone()),
        Err(other) => panic!("{other}"),
    };
    rotation.deposits().iter().map(read).collect()
}

#[test]
fn a_deposit_that_was_swapped_is_named_and_the_others_are_read() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let one = machine.deposit("m365-admin", "correct horse").unwrap();
    let other = machine.deposit("registrar", "battery staple").unwrap();
    machine.replace(Place::Deposit(1, one).path(), &machine.file(Place::Deposit(1, other).path()));
    assert_eq!(deposits(machine, &cards), [Err("swapped".to_owned()), Ok("battery staple".to_owned())]);
    assert!(matches!(machine.stage(&cards, &["Aiko", "Ben", "Chie"]), Err(CeremonyError::Swapped(_))));
    assert_eq!(machine.unseal(&cards, "registrar").unwrap(), ["battery staple"]);
}

#[test]
fn a_deposit_for_another_entry_vault_or_epoch_than_the_log_says_is_refused() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let old = machine.begin();
    let first = machine.read().active().unwrap().hash();
    let for_the_old_quorum = forged_deposit(machine, |_| {});
    let cards = machine.rotate(&old);
    let active = machine.read().active().unwrap().hash();
    let stranger = machine.at("other.vault");
    stranger.begin();
    let other_vault = stranger.read().state().vault;
    let elsewhere = "it names another vault, epoch or entry than the log does";
    let forgeries = [
        (forged_deposit(machine, |deposit| deposit.entry = entry("registrar")), elsewhere),
        (forged_deposit(machine, |deposit| deposit.vault = other_vault), elsewhere),
        (forged_deposit(machine, |deposit| deposit.epoch = first), elsewhere),
        (forged_deposit(stranger, |_| {}), "does not open"),
        (for_the_old_quorum, "does not open"),
    ];
    for (file, _) in &forgeries {
        bring(machine, file, active);
    }
    let expected: Vec<Result<String, String>> = forgeries.iter().map(|(_, why)| Err((*why).to_owned())).collect();
    assert_eq!(deposits(machine, &cards), expected);
}

#[test]
fn a_deposit_that_changes_more_than_the_log_lists_is_refused_before_it_could_be_folded_in_unseen() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let active = machine.read().active().unwrap().hash();
    let more = forged_deposit(machine, |deposit| {
        deposit.change.set.insert(FieldName::fixed("url"), breakglass::vault::FieldValue::copy_of("https://phish"));
    });
    let clears = forged_deposit(machine, |deposit| {
        deposit.change.clear.insert(FieldName::fixed("notes"));
    });
    let attaches = forged_deposit(machine, |deposit| {
        let attachment = Attachment {
            blob: Digest([7; 32]),
            identity: breakglass::vault::FieldValue::copy_of("of nobody"),
            size: 1,
            sha256: Digest([8; 32]),
        };
        deposit.change.attach.insert("keys.csv".parse().unwrap(), attachment);
    });
    let detaches = forged_deposit(machine, |deposit| {
        deposit.change.detach.insert("keys.csv".parse().unwrap());
    });
    let forgeries = [more, clears, attaches, detaches];
    for forged in &forgeries {
        bring(machine, forged, active);
    }
    let why = || Err("it changes something else than the log says".to_owned());
    assert_eq!(deposits(machine, &cards), forgeries.map(|_| why()));
}

#[test]
fn a_deposit_that_names_another_person_time_or_title_than_the_log_is_not_what_people_confirm() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let active = machine.read().active().unwrap().hash();
    let by = forged_deposit(machine, |deposit| deposit.by = "Chie".parse().ok());
    let made = forged_deposit(machine, |deposit| deposit.made = now().plus_days(1));
    for forged in [&by, &made] {
        bring(machine, forged, active);
    }
    let why = || Err("it changes something else than the log says".to_owned());
    assert_eq!(deposits(machine, &cards), [why(), why()]);
    for name in FieldName::PUBLIC {
        titled(machine, FieldName::fixed(name), "what the log says", "what is sealed");
        titled(machine, FieldName::fixed(name), "the same", "the same");
    }
    let last: Vec<bool> = deposits(machine, &cards)[2..].iter().map(Result::is_ok).collect();
    assert_eq!(last, [false, true].repeat(FieldName::PUBLIC.len()));
}

/// A deposit of a password and of this field, of which the log says that it has another value.
fn titled(machine: Machine<'_>, field: FieldName, claimed: &str, sealed: &str) {
    let header = machine.read().active().unwrap().clone();
    let file = forged_deposit(machine, |deposit| {
        deposit.change.set.insert(field.clone(), breakglass::vault::FieldValue::copy_of(sealed));
    });
    let deposit = Digest::of(&file);
    machine.disk.create_file(&machine.vault.join(Place::Deposit(header.epoch, deposit).path()), &file).unwrap();
    let claim = |name: &str| (field.as_str() == name).then(|| claimed.parse().unwrap());
    let mut fields = vec![FieldName::fixed("password"), field.clone()];
    fields.sort();
    let what = What::Deposited {
        epoch: header.hash(),
        deposit,
        entry: PublicEntry {
            id: entry("m365-admin"),
            title: claim("title"),
            kind: claim("kind"),
            owner: claim("owner"),
            last_rotated: claim("last_rotated"),
        },
        fields,
        cleared: Vec::new(),
        attached: Vec::new(),
        detached: Vec::new(),
        recovery_codes: None,
    };
    let event = Event { by: "Ben".parse().ok(), ..machine.forge(what, header.hash(), &[]).event };
    machine.append_line(Line::sign(event, &[]).bytes());
}

#[test]
fn kept_tails_that_somebody_made_large_or_many_keep_nobody_from_writing() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    machine.begin();
    let lines = machine.lines().len();
    let large = vec![0; 17 << 20];
    disk.create_file(&machine.vault.join("log.torn-1"), &large).unwrap();
    for number in 2..40 {
        disk.create_file(&machine.vault.join(Place::Torn(number).path()), number.to_string().as_bytes()).unwrap();
    }
    machine.deposit("m365-admin", "correct horse").unwrap();
    let recorded = machine.lines().split_off(lines);
    assert_eq!(recorded.len(), 8 + 1, "a few are recorded, and the deposit");
    let ledger = machine.read();
    let is_large = |what: &What| matches!(what, What::TailSetAside { number: 1, .. });
    assert!(!ledger.history().events.iter().any(|placed| is_large(&placed.event.what)), "the large one is not read");
}

#[test]
fn a_deposit_that_was_folded_in_cannot_be_brought_back_later() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let first = machine.read().active().unwrap().hash();
    let deposit = machine.deposit("m365-admin", "the old password").unwrap();
    let file = machine.file(Place::Deposit(1, deposit).path());
    let cards = machine.rotate(&cards);
    machine.deposit("m365-admin", "the new password").unwrap();
    bring(machine, &file, first);
    assert_eq!(deposits(machine, &cards), [Ok("the new password".to_owned())]);
    assert_eq!(machine.read().state().deposits.len(), 1, "a deposit counts once, however many events name it");
}

#[test]
fn one_bad_sector_in_an_old_header_does_not_hide_the_others() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    machine.begin();
    let stray = machine.vault.join("epochs/0009-000102030405060708090a0b");
    disk.create_folder(&stray).unwrap();
    disk.plant_link(&stray.join("header.json"));
    let ledger = machine.read();
    assert_eq!(ledger.broken_headers().len(), 1);
    assert!(ledger.active().is_ok());
}
