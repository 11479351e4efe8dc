//! Numbers of epochs: each counts on in its own history, and nobody can use them up.

use breakglass::journal::Finding;
use breakglass::vault::Header;

use crate::crash_disk::CrashDisk;
use crate::hand::*;
use crate::machine::Machine;

/// Has a quorum stage an epoch of this number beside the rotation that retired it.
fn stage_beside(machine: Machine<'_>, old: &[String], number: u32) {
    let first = machine.read().state().epochs.values().find(|epoch| epoch.number == 1).unwrap().hash;
    let staging = place_of(machine, |what| matches!(what, breakglass::journal::What::Staged { .. }));
    let branch = id(&machine.lines()[staging - 1]);
    let mut header = Header::clone(machine.read().header(active(machine)).unwrap());
    (header.epoch, header.previous, header.heads) = (number, Some(first), vec![branch]);
    let header = plant_header(machine, &header);
    machine.append_line(machine.forge_behind(vec![branch], staged(&header), first, &old[..2]).bytes());
}

#[test]
fn a_retired_quorum_never_breaks_numbers() {
    for number in [u32::MAX, u32::MAX - 1, 4_000_000] {
        let disk = CrashDisk::new();
        let machine = Machine::new(&disk);
        let old = machine.begin();
        let cards = machine.rotate(&old);
        stage_beside(machine, &old, number);
        let stranger = machine.with_pins("a-new-machine");
        assert!(!is_split(stranger));
        let next = std::panic::catch_unwind(|| stranger.read().state().next_number());
        assert_eq!(next.ok(), Some(Some(3)), "{number}");
        let (epoch, _) = stranger.stage(&cards, &NAMES).unwrap();
        assert_eq!(stranger.read().state().epochs[&epoch].number, 3);
    }
}

#[test]
fn a_number_far_beyond_the_next_is_refused_even_from_the_quorum() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let epoch = active(machine);
    for number in [100_000, u32::MAX] {
        let mut header = Header::clone(machine.read().active().unwrap());
        (header.epoch, header.previous, header.heads) = (number, Some(epoch), machine.read().heads().to_vec());
        let header = plant_header(machine, &header);
        let lines = machine.lines();
        machine.append_line(machine.forge(staged(&header), epoch, &cards[..2]).bytes());
        let findings = machine.read().history().findings.clone();
        assert!(matches!(findings[..], [Finding::Refused { .. }]), "{number}: {findings:?}");
        machine.replace_lines(&lines);
    }
}
