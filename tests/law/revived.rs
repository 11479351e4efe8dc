//! An epoch that a quorum gave up is not brought back by anybody who did not sign for it.

use breakglass::journal::{Finding, What};
use breakglass::quorum::{EpochHash, EventId};

use crate::crash_disk::CrashDisk;
use crate::hand::{NAMES, active, committed, is_calm, is_split, tells_of_something_wrong};
use crate::machine::{Machine, card, now, read_all_back};

/// A vault whose second epoch was staged, read back, and given up by the quorum.
struct GivenUp<'d> {
    machine: Machine<'d>,
    cards: Vec<String>,
    new: Vec<String>,
    in_force: EpochHash,
    given_up: EpochHash,
    /// The last head before it was given up.
    before: EventId,
    /// The head of the abort, as it stands on paper.
    abort: EventId,
}

impl<'d> GivenUp<'d> {
    fn new(disk: &'d CrashDisk, read_back: usize) -> GivenUp<'d> {
        let machine = Machine::new(disk);
        let cards = machine.begin();
        let in_force = active(machine);
        machine.deposit("registrar", "correct horse").unwrap();
        let (given_up, new) = machine.stage(&cards, &NAMES).unwrap();
        for text in &new[..read_back] {
            breakglass::ceremony::read_back(&mut machine.write(), given_up, &card(text), false, None, now()).unwrap();
        }
        let before = machine.head();
        machine.abort(&cards).unwrap();
        GivenUp { machine, cards, new, in_force, given_up, before, abort: machine.head() }
    }

    /// The commit that nobody signed, beside the abort.
    fn revive(&self, machine: Machine<'_>) {
        let line = machine.forge_behind(vec![self.before], committed(self.given_up), self.given_up, &[]);
        machine.append_line(line.bytes());
    }

    fn stranger(&self) -> Machine<'d> {
        self.machine.with_pins("a-new-machine")
    }
}

#[test]
fn an_unsigned_commit_never_revives_an_epoch_that_was_given_up() {
    let disk = CrashDisk::new();
    let vault = GivenUp::new(&disk, 3);
    vault.revive(vault.machine);
    for machine in [vault.machine, vault.stranger(), vault.stranger().with_anchor(vault.abort)] {
        assert_eq!(machine.read().state().active, [vault.in_force]);
        let lines = machine.lines().len();
        let findings = machine.read().history().findings.clone();
        assert!(matches!(findings[..], [Finding::Refused { line, .. }] if line == lines), "{findings:?}");
        assert!(!is_calm(machine, now()));
    }
}

#[test]
fn beside_an_unsigned_commit_the_cards_in_force_open_and_those_given_up_do_not() {
    let disk = CrashDisk::new();
    let vault = GivenUp::new(&disk, 3);
    vault.revive(vault.machine);
    assert_eq!(vault.stranger().unseal(&vault.cards, "registrar").unwrap(), ["correct horse"]);
    assert!(vault.stranger().unseal(&vault.new, "registrar").is_err());
}

#[test]
fn an_unsigned_commit_on_a_stick_that_is_merged_revives_nothing() {
    let disk = CrashDisk::new();
    let vault = GivenUp::new(&disk, 3);
    let stick = vault.machine.copy_to("stick.vault").with_pins("attackers-pins");
    vault.revive(stick);
    // Whether the line is taken in or left where it is: it decides nothing.
    let _ = vault.machine.merge(stick);
    assert_eq!(vault.machine.read().state().active, [vault.in_force]);
    assert_eq!(vault.machine.unseal(&vault.cards, "registrar").unwrap(), ["correct horse"]);
}

#[test]
fn read_backs_signed_beside_the_abort_lend_an_unsigned_commit_no_weight() {
    let disk = CrashDisk::new();
    let vault = GivenUp::new(&disk, 1);
    let machine = vault.machine;
    let mut before = vault.before;
    // Whoever kept the given-up cards reads them back beside the abort, where nothing was given up yet.
    for (number, text) in (2..).zip(&vault.new[1..]) {
        let what = What::ReadBack { epoch: vault.given_up, card: crate::machine::index(number), file_destroyed: false };
        let line = machine.forge_behind(vec![before], what, vault.given_up, std::slice::from_ref(text));
        before = line.id;
        machine.append_line(line.bytes());
    }
    let line = machine.forge_behind(vec![before], committed(vault.given_up), vault.given_up, &[]);
    machine.append_line(line.bytes());
    assert_eq!(vault.stranger().read().state().active, [vault.in_force]);
    assert!(tells_of_something_wrong(vault.stranger()));
}

#[test]
fn an_unsigned_commit_splits_no_vault_that_was_rotated_since_the_abort() {
    let disk = CrashDisk::new();
    let vault = GivenUp::new(&disk, 3);
    let cards = vault.machine.rotate(&vault.cards);
    let newest = active(vault.machine);
    vault.revive(vault.machine);
    assert_eq!(vault.stranger().read().state().active, [newest]);
    assert_eq!(vault.stranger().unseal(&cards, "registrar").unwrap(), ["correct horse"]);
}

#[test]
fn a_commit_that_the_given_up_cards_sign_beside_the_abort_is_a_split_that_a_head_decides() {
    let disk = CrashDisk::new();
    let vault = GivenUp::new(&disk, 3);
    let machine = vault.machine;
    let line = machine.forge_behind(vec![vault.before], committed(vault.given_up), vault.given_up, &vault.new[..2]);
    machine.append_line(line.bytes());
    let stranger = vault.stranger();
    assert!(is_split(stranger), "{:?}", stranger.read().state().active);
    assert!(!is_calm(stranger, now()));
    assert!(stranger.unseal(&vault.cards, "registrar").is_err() && stranger.unseal(&vault.new, "registrar").is_err());
    assert_eq!(active(stranger.with_anchor(vault.abort)), vault.in_force);
    assert_eq!(active(stranger.with_anchor(line.id)), vault.given_up);
    assert!(is_split(stranger.with_anchor(vault.before)), "a head from before both says nothing");
}

#[test]
fn a_commit_that_no_quorum_of_the_new_cards_signed_is_refused() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let (epoch, new) = machine.stage(&cards, &NAMES).unwrap();
    read_all_back(&mut machine.write(), epoch, &new).unwrap();
    let before = active(machine);
    for signers in [&[][..], &new[..1], &cards[..2]] {
        let lines = machine.lines();
        machine.append_line(machine.forge(committed(epoch), epoch, signers).bytes());
        assert_eq!(machine.read().state().active, [before], "{} cards", signers.len());
        assert_eq!(machine.read().history().findings.len(), 1);
        machine.replace_lines(&lines);
    }
    machine.append_line(machine.forge(committed(epoch), epoch, &new[..2]).bytes());
    assert_eq!(machine.read().state().active, [epoch], "a quorum of the new cards");
}
