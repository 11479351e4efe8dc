//! What the pages about the format left open, as it is settled.

use breakglass::ceremony::*;
use breakglass::journal::LeftOut;

use crate::crash_disk::CrashDisk;
use crate::hand::*;
use crate::machine::{Machine, attend, attend_staged, card, index, keep, now, plan, read_all_back};

#[test]
fn where_every_card_is_needed_all_are_read_back_before_a_commit_and_that_is_enough() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let mut writing = machine.write();
    let attendance = attend(writing.ledger(), &cards).unwrap();
    let rotation = Rotation::open(&writing, attendance).unwrap();
    let new = std::cell::RefCell::new(Vec::new());
    let all = Plan { all_needed: true, ..plan(&["Aiko", "Ben"]) };
    let staged = stage(&mut writing, rotation, all, Choices::default(), now(), &mut keep(&new)).unwrap();
    drop(writing);
    let new = new.into_inner();
    read_back(&mut machine.write(), staged.epoch, &card(&new[0]), false, None, now()).unwrap();
    let mut writing = machine.write();
    let quorum = attend_staged(writing.ledger(), staged.epoch, &new).unwrap();
    assert!(commit(&mut writing, &quorum, Vec::new(), "Ben", now()).is_err(), "one of two was read back");
    drop(writing);
    machine.commit(staged.epoch, &new).unwrap();
    assert_eq!(active(machine), staged.epoch);
}

#[test]
fn every_signature_of_a_card_counts_as_its_check() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    machine.deposit("registrar", "correct horse").unwrap();
    let later = now().plus_days(30);
    unseal_at(machine, &cards, "registrar", later);
    let next: Vec<_> = report(machine, later).custodians.iter().map(|custodian| custodian.check_due.unwrap()).collect();
    assert_eq!(next, [later.plus_days(91), later.plus_days(91), now().plus_days(91)]);
}

#[test]
fn whoever_was_left_out_stays_due_until_the_card_is_read_back_from_paper() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let (epoch, new) = machine.stage(&cards, &["Aiko", "Ben", "Chie", "Dan"]).unwrap();
    let mut writing = machine.write();
    let quorum = read_all_back(&mut writing, epoch, &new[..3]).unwrap();
    let left_out = vec![LeftOut { card: index(4), reason: "on leave until March".parse().unwrap() }];
    commit(&mut writing, &quorum, left_out, "Ben", now()).unwrap();
    drop(writing);
    assert_eq!(due(machine, now()).iter().filter(|kind| **kind == "read_back").count(), 1);
    read_back(&mut machine.write(), epoch, &card(&new[3]), false, None, now()).unwrap();
    assert!(!due(machine, now()).contains(&"read_back"));
}

#[test]
fn a_loss_that_was_told_apart_from_a_rotation_asks_for_the_same_papers_in_both_copies() {
    let disk = CrashDisk::new();
    let ours = Machine::new(&disk);
    let cards = ours.begin();
    let first = active(ours);
    let theirs = ours.copy_to("stick.vault").with_pins("their-pins");
    lose(&mut theirs.write(), index(3), "left on a train", "Ben", now()).unwrap();
    ours.rotate(&cards);
    ours.merge(theirs).unwrap();
    theirs.merge(ours).unwrap();
    let papers = |machine: Machine<'_>| {
        let due = due(machine, now());
        due.iter().filter(|kind| **kind == "destroy_paper").count()
    };
    assert_eq!(papers(ours), papers(theirs));
    assert_same(ours.read().state(), theirs.read().state());
    assert!(is_to_be_destroyed(ours, first));
}

#[test]
fn a_deposit_counts_once_whichever_of_two_lines_that_name_it_stands_first() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    machine.begin();
    let deposit = machine.deposit("registrar", "correct horse").unwrap();
    let at = machine.lines().len() - 1;
    let parent = id(&machine.lines()[at - 1]);
    // Beside the true line another says the same of the same file, at another time.
    let second = claim(machine, vec![parent], now().plus_days(-1), deposited(active(machine), deposit, "registrar"));
    let lines = machine.lines();
    insert_line(machine, at, &second);
    let before = machine.with_pins("a-new-machine").read().state().clone();
    machine.replace_lines(&lines);
    machine.append_line(second.bytes());
    assert_same(machine.with_pins("a-new-machine").read().state(), &before);
    assert_eq!(machine.read().state().deposits.len(), 1);
}
