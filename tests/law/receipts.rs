//! A receipt proves that somebody holds the share of a card: not which paper, and not when the next check falls due for ever.

use breakglass::ceremony::*;
use breakglass::journal::{LeftOut, SignedReceipt, What};
use breakglass::quorum::{Card, LockProfile, Phrase};
use breakglass::vault::Moment;

use crate::crash_disk::CrashDisk;
use crate::hand::*;
use crate::machine::{Machine, card, index, now, read_all_back, share};

/// A receipt of a card, made away from the vault.
fn receipt(machine: Machine<'_>, text: &str, time: Moment) -> SignedReceipt {
    let ledger = machine.read();
    check_against_header(ledger.active().unwrap(), &card(text), None, time).unwrap().1
}

fn take_in(machine: Machine<'_>, receipt: &SignedReceipt, at: Moment) {
    add_receipt(&mut machine.write(), receipt, "Ben", at).unwrap();
}

/// Prints the card anew, with a phrase.
fn relock_card(machine: Machine<'_>, text: &str, at: Moment) {
    let phrase = Phrase::new("zoo winner abandon lemon").unwrap();
    let lock = Some((LockProfile::Small, &phrase));
    let mut write = |_: &_, _: &Card| Ok(false);
    relock(&mut machine.try_read().unwrap().begin(at).unwrap(), &card(text), None, lock, at, &mut write).unwrap();
}

fn custodian(machine: Machine<'_>, number: usize, at: Moment) -> CustodianStatus {
    report(machine, at).custodians[number - 1].clone()
}

fn later() -> Moment {
    now().plus_days(1)
}

#[test]
fn a_receipt_of_the_old_paper_verifies_no_reprinted_card() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    relock_card(machine, &cards[1], now());
    assert!(!custodian(machine, 2, later()).verified);
    // The old paper, held against the header alone, which knows nothing of the new one.
    take_in(machine, &receipt(machine, &cards[1], later()), later());
    assert!(!custodian(machine, 2, later()).verified);
    assert!(due(machine, later()).contains(&"read_back"), "{:?}", due(machine, later()));
}

#[test]
fn a_receipt_that_was_taken_in_before_changes_nothing_whoever_writes_it_down_again() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let made = receipt(machine, &cards[1], now());
    take_in(machine, &made, now());
    relock_card(machine, &cards[1], now());
    let (cards_before, due_before) = (machine.read().state().epochs.clone(), due(machine, later()));
    append_claim(machine, later(), What::Receipt { receipt: made });
    assert_eq!(machine.read().state().epochs, cards_before);
    assert_eq!(due(machine, later()), due_before);
    assert!(due_before.contains(&"read_back"));
}

#[test]
fn a_receipt_from_before_a_card_was_printed_anew_moves_no_check() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let made = receipt(machine, &cards[1], now());
    relock_card(machine, &cards[1], now());
    let before = machine.read().state().active_epoch().unwrap().card(index(2)).cloned();
    append_claim(machine, later(), What::Receipt { receipt: made });
    assert_eq!(machine.read().state().active_epoch().unwrap().card(index(2)).cloned(), before);
}

#[test]
fn a_receipt_of_a_card_that_was_never_read_back_does_not_verify_it() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let (epoch, new) = machine.stage(&cards, &["Aiko", "Ben", "Chie", "Dan"]).unwrap();
    let mut writing = machine.write();
    let quorum = read_all_back(&mut writing, epoch, &new[..3]).unwrap();
    let left_out = vec![LeftOut { card: index(4), reason: "on leave until March".parse().unwrap() }];
    commit(&mut writing, &quorum, left_out, "Ben", now()).unwrap();
    drop(writing);
    take_in(machine, &receipt(machine, &new[3], now()), now());
    assert!(!custodian(machine, 4, now()).verified);
    assert!(due(machine, now()).contains(&"read_back"));
}

#[test]
fn a_receipt_of_a_future_clock_puts_off_no_check() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let key = share(&cards[1]).custodian_key();
    let vault = machine.read().state().vault;
    // Whoever hands it in writes the line's time as well.
    let ahead = SignedReceipt::sign(vault, active(machine), index(2), false, end_of_time(), &key);
    append_claim(machine, end_of_time(), What::Receipt { receipt: ahead });
    let next = custodian(machine, 2, now()).check_due.unwrap();
    assert!(next <= now().plus_days(91), "{next}");
    assert!(due(machine, now().plus_days(92)).iter().filter(|kind| **kind == "check_card").count() >= 3);
}

#[test]
fn a_check_by_a_clock_that_ran_ahead_is_put_right_by_the_next_one() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let ahead = now().plus_days(3650);
    check_card(&mut machine.try_read().unwrap().begin(ahead).unwrap(), &card(&cards[1]), None, ahead).unwrap();
    let next = custodian(machine, 2, now()).check_due.unwrap();
    assert!(next <= now().plus_days(91), "{next}");
    check_card(&mut machine.write(), &card(&cards[1]), None, later()).unwrap();
    let next = custodian(machine, 2, later()).check_due.unwrap();
    assert_eq!(next, later().plus_days(91));
    assert!(due(machine, later().plus_days(91)).iter().filter(|kind| **kind == "check_card").count() >= 3);
}
