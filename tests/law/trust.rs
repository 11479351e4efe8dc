//! What this machine trusts moves only along the lineage of what it trusted before.

use std::cell::RefCell;

use breakglass::ceremony::*;
use breakglass::journal::{Line, NewEpoch, What};
use breakglass::quorum::{Card, OpenCard, Policy};
use breakglass::vault::Header;

use crate::crash_disk::CrashDisk;
use crate::hand::*;
use crate::machine::{Machine, card, keep, now, plan, share};

/// A folder of the attacker's own, keys and cards and all, under the id of the true vault.
fn impostor(machine: Machine<'_>) -> Vec<Card> {
    let truth = machine.read().state().vault;
    let own = machine.at("impostor.vault").with_pins("attackers-pins");
    let cards = own.begin();
    let mut header = Header::clone(own.read().active().unwrap());
    header.vault = truth;
    let header = plant_header(own, &header);
    let epoch = NewEpoch { number: 1, hash: header.hash(), card_files: Vec::new(), locked: Vec::new() };
    let mut event = own.forge(What::Created { name: header.name.clone(), epoch }, header.hash(), &cards).event;
    event.vault = truth;
    event.previous.clear();
    let keys: Vec<_> = cards.iter().map(|text| share(text).custodian_key()).collect();
    own.replace_lines(&[Line::sign(event, &keys.iter().collect::<Vec<_>>()).bytes()]);
    let policy = Policy::new(2, 3, false).unwrap();
    cards.iter().map(|text| Card::Open(OpenCard::new(share(text), policy, header.id(), false))).collect()
}

#[test]
fn a_self_made_card_moves_no_pin() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    machine.begin();
    let truth = active(machine);
    trust(machine);
    let mut forged = impostor(machine);
    let swapped = machine.at("impostor.vault");
    assert_eq!(swapped.read().state().vault, machine.read().state().vault);
    // The card is good, says the folder that it was made with; then the machine is to remember what it vouched for.
    if let Ok(mut writing) = swapped.try_write()
        && check_card(&mut writing, &forged.remove(0), None, now()).is_ok()
    {
        let ledger = writing.end();
        let vouched = ledger.active().unwrap().hash();
        let _ = ledger.pin(Some(vouched));
    }
    assert_eq!(pinned(machine), Some(truth));
    assert!(matches!(swapped.deposit("registrar", "TOP-SECRET"), Err(CeremonyError::PinnedElsewhere { .. })));
    assert!(!holds_deposits(swapped, 1));
    machine.deposit("registrar", "correct horse").unwrap();
}

#[test]
fn a_self_made_quorum_that_opens_its_own_folder_moves_no_pin_either() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    machine.begin();
    let truth = active(machine);
    trust(machine);
    impostor(machine);
    let swapped = machine.at("impostor.vault");
    let vouched = swapped.read().active().unwrap().hash();
    assert_ne!(vouched, truth);
    let _ = swapped.read().pin(Some(vouched));
    assert_eq!(pinned(machine), Some(truth));
}

#[test]
fn a_pin_follows_the_lineage_and_never_back() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let old = machine.begin();
    trust(machine);
    let behind = machine.copy_to("behind.vault");
    let first = active(behind);
    machine.rotate(&old);
    trust(machine);
    let second = active(machine);
    assert_eq!(pinned(machine), Some(second));
    // Old cards over an old copy are good, and this machine knows better.
    let _ = behind.read().pin(Some(first));
    assert_eq!(pinned(machine), Some(second));
}

#[test]
fn no_epoch_is_pinned_where_a_line_is_wrong_or_a_head_is_missing() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let old = machine.begin();
    let first = active(machine);
    let victim = machine.with_pins("victims-pins");
    trust(victim);
    machine.rotate(&old);
    let second = active(machine);
    let whole = machine.lines();

    machine.append_line(b"rubbish".to_vec());
    let _ = victim.read().pin(Some(second));
    assert_eq!(pinned(victim), Some(first), "a line is wrong");

    machine.replace_lines(&whole);
    trust(victim);
    assert_eq!(pinned(victim), Some(second), "nothing is wrong");

    let other = machine.with_pins("others-pins");
    machine.deposit("registrar", "correct horse").unwrap();
    let _ = other.read().pin(None);
    machine.replace_lines(&whole);
    let _ = other.read().pin(Some(second));
    assert_eq!(pinned(other), None, "a head is missing");
}

#[test]
fn a_rival_that_the_retired_quorum_dealt_moves_no_pin() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let old = machine.begin();
    let fork = machine.copy_to("fork.vault");
    machine.rotate(&old);
    trust(machine);
    let truth = active(machine);
    fork.with_pins("attackers-pins").rotate(&old);
    let rival = active(fork.with_pins("attackers-pins"));
    let _ = fork.read().pin(Some(rival));
    assert_eq!(pinned(machine), Some(truth));
}

#[test]
fn a_crash_while_the_book_of_pins_is_begun_anew_forgets_nothing() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    machine.begin();
    trust(machine);
    let vault = machine.read().state().vault;
    let mut pin = machine.pins().find(vault).unwrap();
    let path = std::path::PathBuf::from(format!("pins/{vault}.pins"));
    // Beyond half a mebibyte the file is begun anew.
    while disk.files()[&path].len() < (1 << 19) + 1000 {
        let filler = disk.files()[&path].clone();
        breakglass::store::Disk::append(&disk, &path, filler.len() as u64, &filler).unwrap();
        breakglass::store::Disk::sync_file(&disk, &path).unwrap();
    }
    let before = pin.clone();
    pin.lines += 1;
    let operations = crate::crash_disk::kill_everywhere(
        &disk,
        |disk| Machine::new(disk).pins().keep(&pin),
        |disk, crash| {
            let known = Machine::new(disk).pins().find(vault);
            assert!(known.as_ref() == Some(&before) || known.as_ref() == Some(&pin), "{crash}: {known:?}");
        },
    );
    assert!(operations > 3);
}

#[test]
fn a_machine_that_knows_nothing_still_learns_from_a_quorum() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = RefCell::new(Vec::new());
    init(&disk, machine.vault, &machine.pins(), plan(&NAMES), now(), &mut keep(&cards)).unwrap();
    let stranger = machine.with_pins("a-new-machine");
    assert_eq!(pinned(stranger), None);
    check_card(&mut stranger.write(), &card(&cards.borrow()[0]), None, now()).unwrap();
    trust(stranger);
    assert_eq!(pinned(stranger), Some(active(machine)));
}
