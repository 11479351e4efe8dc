//! `put` needs no card, so nothing in the room proves the folder: it trusts what this machine knew before, or a card's face.

use breakglass::ceremony::*;
use breakglass::journal::{Line, NewEpoch, What};
use breakglass::quorum::EpochId;
use breakglass::store::{Disk, Place};
use breakglass::vault::{EpochHeader, Header};

use crate::crash_disk::CrashDisk;
use crate::machine::{Machine, card, entry, now, password};

fn lines_after<'d>(
    machine: Machine<'d>,
    refused: Result<breakglass::quorum::EpochHash, CeremonyError>,
) -> CeremonyError {
    assert_eq!(machine.read().state().deposits.len(), 0);
    refused.unwrap_err()
}

#[test]
fn a_machine_that_never_saw_the_vault_asks_for_the_epoch_id_of_a_card() {
    let disk = CrashDisk::new();
    let cards = Machine::new(&disk).begin();
    let machine = Machine::new(&disk).with_pins("a-new-machine");
    let ledger = machine.read();
    let of_card = card(&cards[2]).head().epoch;
    assert!(matches!(trusted_epoch(&ledger, None), Err(CeremonyError::NotPinned(_))));
    let wrong = EpochId([7; 12]);
    assert!(matches!(
        trusted_epoch(&ledger, Some(wrong)),
        Err(CeremonyError::TypedEpochDiffers { typed, folder }) if typed == wrong && folder == of_card
    ));
    let mut one_bit_off = of_card;
    one_bit_off.0[3] ^= 1;
    assert!(matches!(
        trusted_epoch(&ledger, Some(one_bit_off)),
        Err(CeremonyError::EpochMistyped { number: 1, meant, groups, .. }) if meant == of_card && groups == [2]
    ));
    let trusted = trusted_epoch(&ledger, Some(of_card)).unwrap();
    assert_eq!(trusted.id(), of_card);
    ledger.pin(Some(trusted)).unwrap();
    assert_eq!(trusted_epoch(&machine.read(), None).unwrap(), trusted, "the second time it knows");
}

#[test]
fn a_machine_that_only_looked_at_a_vault_does_not_trust_it() {
    let disk = CrashDisk::new();
    Machine::new(&disk).begin();
    let machine = Machine::new(&disk).with_pins("a-new-machine");
    machine.read().pin(None).unwrap();
    assert!(matches!(trusted_epoch(&machine.read(), None), Err(CeremonyError::NotPinned(_))));
}

/// A vault of the attacker's own, cards and all, under the id of the true one.
fn impostor(machine: Machine<'_>) {
    let truth = machine.read().state().vault;
    let own = machine.at("impostor.vault").with_pins("attackers-pins");
    let cards = own.begin();
    let mut header = Header::clone(own.read().active().unwrap());
    header.vault = truth;
    let header = EpochHeader::write(&header).unwrap();
    let path = own.vault.join(Place::Header(1, header.id()).path());
    own.disk.create_folder(path.parent().unwrap()).unwrap();
    own.disk.create_file(&path, header.bytes()).unwrap();
    let epoch = NewEpoch { number: 1, hash: header.hash(), card_files: Vec::new(), locked: Vec::new() };
    let mut event = own.forge(What::Created { name: header.name.clone(), epoch }, header.hash(), &cards).event;
    event.vault = truth;
    event.previous.clear();
    let keys: Vec<_> = cards.iter().map(|text| crate::machine::share(text).custodian_key()).collect();
    own.replace_lines(&[Line::sign(event, &keys.iter().collect::<Vec<_>>()).bytes()]);
}

#[test]
fn a_put_into_a_swapped_folder_is_refused() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    impostor(machine);
    let swapped = machine.at("impostor.vault");
    assert_eq!(swapped.read().state().vault, machine.read().state().vault, "nothing looks wrong");
    assert_eq!(swapped.read().history().findings, []);
    let pinned = lines_after(swapped, trusted_epoch(&swapped.read(), None));
    assert!(matches!(pinned, CeremonyError::PinnedElsewhere { .. }), "{pinned}");
    // Another machine, and the id that stands on a true card.
    let elsewhere = swapped.with_pins("a-new-machine");
    let typed = lines_after(elsewhere, trusted_epoch(&elsewhere.read(), Some(card(&cards[0]).head().epoch)));
    assert!(matches!(typed, CeremonyError::TypedEpochDiffers { .. }), "{typed}");

    // Another vault id: then this machine knows nothing and asks for a card.
    let stranger = machine.at("other.vault");
    stranger.with_pins("attackers-pins").begin();
    let unknown = lines_after(stranger, trusted_epoch(&stranger.read(), None));
    assert!(matches!(unknown, CeremonyError::NotPinned(_)), "{unknown}");
}

#[test]
fn a_folder_that_is_swapped_while_people_type_gets_nothing() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    machine.begin();
    let trusted = trusted_epoch(&machine.read(), None).unwrap();
    impostor(machine);
    let swapped = machine.at("impostor.vault");
    let mut writing = swapped.write();
    let refused = put(&mut writing, trusted, &entry("m365-admin"), password("secret"), "Ben", now());
    assert!(matches!(refused, Err(CeremonyError::TypedEpochDiffers { .. })));
    assert_eq!(swapped.lines().len(), 1);
}

#[test]
fn rotations_that_the_trusted_quorum_signed_are_followed_elsewhere() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let elsewhere = machine.with_pins("another-machine");
    elsewhere.read().pin(Some(elsewhere.read().active().unwrap().hash())).unwrap();
    let cards = machine.rotate(&cards);
    machine.rotate(&cards);
    let active = elsewhere.read().active().unwrap().hash();
    assert_eq!(trusted_epoch(&elsewhere.read(), None).unwrap(), active);
}

#[test]
fn a_machine_that_saw_a_rotation_does_not_follow_the_old_quorum_to_another_one() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let old = machine.begin();
    let fork = machine.copy_to("fork.vault");
    machine.rotate(&old);
    // The old quorum, in a copy of its own, makes a rival successor and brings that folder.
    fork.with_pins("attackers-pins").rotate(&old);
    let refused = lines_after(fork, trusted_epoch(&fork.read(), None));
    assert!(matches!(refused, CeremonyError::PinnedElsewhere { .. }), "{refused}");
}

#[test]
fn a_pin_survives_a_line_that_a_crash_left_half_written() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    machine.begin();
    let vault = machine.read().state().vault;
    let path = std::path::PathBuf::from(format!("pins/{vault}.pins"));
    let kept = machine.pins().find(vault).unwrap();
    let length = disk.files()[&path].len() as u64;
    disk.append(&path, length, br#"{"epoch":"00"#).unwrap();
    assert_eq!(machine.pins().find(vault), Some(kept.clone()));
    let newer = Pin { lines: kept.lines + 1, ..kept };
    machine.pins().keep(&newer).unwrap();
    assert_eq!(machine.pins().find(vault), Some(newer));
}
