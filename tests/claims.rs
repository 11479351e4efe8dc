//! What somebody with the folder only claims, and what nobody meant: the people must be able to go on, and not be misled.

use std::fs;
use std::path::Path;

use breakglass::ceremony::*;
use breakglass::journal::{Event, Line, What};
use breakglass::quorum::{LockProfile, Phrase, VaultId};
use breakglass::store::{Disk, is_inside};
use breakglass::vault::{Change, FORMAT_VERSION, FieldName, FieldValue, PublicEntry};

use crash_disk::CrashDisk;
use machine::{Machine, card, entry, index, now};
use scratch::Scratch;

#[path = "support/crash_disk.rs"]
#[allow(dead_code, unused_imports, reason = "only its files are needed here, not its crashes")]
mod crash_disk;
#[path = "support/machine.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod machine;
#[path = "support/scratch.rs"]
mod scratch;

#[test]
fn a_deposit_that_somebody_names_once_more_for_another_entry_is_folded_in_all_the_same() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let deposit = machine.deposit("registrar", "correct horse").unwrap();
    let epoch = machine.read().active().unwrap().hash();
    let named = PublicEntry { id: entry("another"), title: None, kind: None, owner: None, last_rotated: None };
    let fields = machine.read().state().deposits[0].fields.clone();
    let what = What::Deposited {
        epoch,
        deposit,
        entry: named,
        fields,
        cleared: Vec::new(),
        attached: Vec::new(),
        detached: Vec::new(),
        recovery_codes: None,
    };
    machine.append_line(machine.forge(what, epoch, &[]).bytes());
    assert_eq!(machine.read().state().deposits.len(), 2, "the line is a claim like any other");
    let cards = machine.rotate(&cards);
    assert_eq!(machine.unseal(&cards, "registrar").unwrap(), ["correct horse"]);
}

#[test]
fn a_title_that_is_no_claim_stays_whole_where_it_is_sealed_and_is_shown_on_one_line_and_cut() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let title = FieldName::fixed("title");
    let whole = format!("Main\nserver\u{202e} {}", "a".repeat(300));
    let set = [(title.clone(), FieldValue::copy_of(&whole))].into();
    let trusted = trusted_epoch(&machine.read(), None).unwrap();
    let change = Change { set, ..Change::default() };
    put(&mut machine.write(), trusted, &entry("registrar"), change, "", now()).unwrap();
    let shown = format!("Main server {}…", "a".repeat(187));
    let deposited = machine.read().state().deposits[0].clone();
    assert_eq!((deposited.entry.title.unwrap().as_str(), deposited.by), (&*shown, None));
    let cards = machine.rotate(&cards);
    assert_eq!(machine.read().active().unwrap().entries[0].title.as_ref().unwrap().as_str(), shown);
    let mut writing = machine.write();
    let attendance = machine::attend(writing.ledger(), &cards).unwrap();
    let session = Session::open(&mut writing, attendance, "lockout", None, now()).unwrap();
    let revealed = session.reveal(&mut writing, &entry("registrar"), std::slice::from_ref(&title), now()).unwrap();
    assert_eq!(revealed[0].sealed.unwrap().expose(), whole);
}

#[test]
fn a_name_or_a_reason_that_is_no_line_is_not_written() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    machine.begin();
    let before = machine.lines();
    let mut writing = machine.write();
    assert!(lose(&mut writing, index(1), "left\non a train", "Ben", now()).is_err());
    assert!(lose(&mut writing, index(1), "left on a train", "Ben\u{2028}", now()).is_err());
    drop(writing);
    assert_eq!(machine.lines(), before);
}

#[test]
fn a_line_of_another_vault_at_the_top_does_not_make_a_machine_forget_the_head_that_it_saw() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    machine.begin();
    machine.deposit("registrar", "correct horse").unwrap();
    machine.read().pin(None).unwrap();
    let head = machine.head();
    let mut lines = machine.lines();
    lines.pop();
    machine.replace_lines(&lines);
    assert_eq!(machine.read().missing_heads(), [head]);
    let foreign = Event {
        version: FORMAT_VERSION,
        vault: VaultId([7; 16]),
        previous: Vec::new(),
        time: now(),
        by: None,
        signers: Vec::new(),
        what: What::Merged {},
    };
    lines.insert(0, Line::sign(foreign, &[]).bytes());
    machine.replace_lines(&lines);
    assert_eq!(machine.read().missing_heads(), [head]);
}

#[test]
fn the_paper_from_before_a_lock_does_not_pass_for_the_new_one_but_opens_the_vault() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let phrase = Phrase::new("lucerna velox saxum").unwrap();
    let mut new_paper = None;
    let mut writing = machine.write();
    let lock = Some((LockProfile::Small, &phrase));
    relock(&mut writing, &card(&cards[0]), None, lock, now(), &mut |_, card| {
        new_paper = Some(card.to_text().expose().to_owned());
        Ok(false)
    })
    .unwrap();
    let epoch = writing.ledger().active().unwrap().hash();
    let old = CardRefusal::OldPaper { name: "Aiko".to_owned() };
    let refused = |error: CeremonyError| matches!(error, CeremonyError::Card(refusal) if refusal == old);
    assert!(refused(read_back(&mut writing, epoch, &card(&cards[0]), false, None, now()).err().unwrap()));
    assert!(refused(check_card(&mut writing, &card(&cards[0]), None, now()).unwrap_err()));
    assert_eq!(writing.ledger().state().epochs[&epoch].card(index(1)).unwrap().verified, None);
    read_back(&mut writing, epoch, &card(&new_paper.unwrap()), false, Some(&phrase), now()).unwrap();
    drop(writing);
    assert!(machine::attend(&machine.read(), &cards).is_ok());
}

#[test]
fn a_set_aside_tail_that_cannot_be_read_keeps_nobody_from_opening_the_vault() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    machine.deposit("registrar", "correct horse").unwrap();
    disk.create_folder(Path::new("acme.vault/log.torn-1")).unwrap();
    assert_eq!(machine.unseal(&cards, "registrar").unwrap(), ["correct horse"]);
}

#[test]
fn a_folder_inside_the_vault_is_known_by_whatever_way_it_is_named() {
    let scratch = Scratch::new();
    let vault = scratch.path().join("acme.vault");
    fs::create_dir_all(vault.join("epochs")).unwrap();
    fs::create_dir(scratch.path().join("elsewhere")).unwrap();
    let inside = |path: &str| is_inside(&scratch.path().join(path), &vault);
    assert!(inside("acme.vault") && inside("acme.vault/cards/new") && inside("elsewhere/../acme.vault/cards"));
    assert!(!inside("elsewhere") && !inside("acme.vault.cards") && !inside("acme.vault/../cards"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&vault, scratch.path().join("way")).unwrap();
        assert!(inside("way/cards") && inside("elsewhere/../way"));
    }
}
