//! When a vault may be called calm, and what no claim and no clock puts off.

use breakglass::ceremony::*;
use breakglass::journal::{Signer, What};
use breakglass::store::{Disk, Place};
use breakglass::vault::{Change, Moment};

use crate::crash_disk::CrashDisk;
use crate::hand::*;
use crate::machine::{Machine, index, now, share};

/// A vault over which everybody may be calm: sealed, all cards read back, one deposit with an attachment waiting.
fn calm_vault(disk: &CrashDisk) -> (Machine<'_>, Vec<String>) {
    let machine = Machine::new(disk);
    let cards = machine.begin();
    machine.deposit("m365-admin", "correct horse").unwrap();
    let mut writing = machine.write();
    let trusted = writing.ledger().active().unwrap().hash();
    let name = "keys.csv".parse().unwrap();
    let attachment = attach(&writing, &name, &mut &b"a,b,c"[..], &mut |_| ()).unwrap();
    let change = Change { attach: [(name, attachment)].into(), ..Change::default() };
    put(&mut writing, trusted, &registrar(), change, "Ben", now()).unwrap();
    writing.end().pin(None).unwrap();
    assert!(is_calm(machine, now()), "{:?}", due(machine, now()));
    (machine, cards)
}

#[test]
fn status_is_not_calm_over_a_log_that_was_rolled_back() {
    let disk = CrashDisk::new();
    let (machine, cards) = calm_vault(&disk);
    let before = machine.lines();
    machine.unseal(&cards, "m365-admin").unwrap();
    machine.read().pin(None).unwrap();
    machine.replace_lines(&before);
    assert!(!is_calm(machine, now()));
    assert!(is_calm(machine.with_pins("a-new-machine"), now()), "whoever never saw more cannot know");
}

#[test]
fn the_program_ends_with_3_over_a_log_that_was_rolled_back() {
    let desk = calm_desk();
    let before = desk.log();
    desk.good(&["put", "m365", "--title", "Microsoft"]);
    std::fs::write(desk.practice.vault().join("log.jsonl"), before).unwrap();
    // What no line names is told, and is no reason not to be calm; that the line is gone is.
    for arguments in [&["status"][..], &["status", "--json"], &["status"]] {
        assert_eq!(desk.run(arguments).status.code(), Some(3), "{arguments:?}");
    }
    let document: serde_json::Value = serde_json::from_slice(&desk.run(&["status", "--json"]).stdout).unwrap();
    assert_eq!(document["calm"], false);
    let metrics = String::from_utf8(desk.run(&["status", "--prometheus"]).stdout).unwrap();
    assert!(metrics.lines().any(|line| line.starts_with("breakglass_calm") && line.ends_with(" 0")), "{metrics}");
}

#[test]
fn status_is_not_calm_over_an_opening_whose_clock_ran_a_year_ahead() {
    let disk = CrashDisk::new();
    let (machine, cards) = calm_vault(&disk);
    unseal_at(machine, &cards, "m365-admin", now().plus_days(365));
    assert!(matches!(report(machine, now()).seal, Seal::Opened { .. }));
    assert!(!is_calm(machine, now()));
    let due = due(machine, now());
    for kind in ["reseal", "review_sign_ins", "replace"] {
        assert!(due.contains(&kind), "{kind} is due at once, whatever any clock says: {due:?}");
    }
}

#[test]
fn status_is_not_calm_by_a_clock_that_stands_before_the_newest_signed_event() {
    let disk = CrashDisk::new();
    let (machine, cards) = calm_vault(&disk);
    let years_ago: Moment = "2020-01-01T00:00:00Z".parse().unwrap();
    assert!(!is_calm(machine, years_ago));
    // Nor when it is behind the opening by a minute.
    unseal_at(machine, &cards, "m365-admin", "2026-11-22T03:01:00Z".parse().unwrap());
    assert!(!is_calm(machine, now()));
    assert!(due(machine, now()).contains(&"reseal"));
}

#[test]
fn status_is_not_calm_over_a_line_of_the_future() {
    let disk = CrashDisk::new();
    let (machine, _) = calm_vault(&disk);
    append_claim(machine, "2099-01-01T00:00:00Z".parse().unwrap(), What::Merged {});
    assert!(!is_calm(machine, now()));
}

/// Each file that must stand as it was written, and what somebody makes of it.
fn without(spoil: impl Fn(Machine<'_>, &std::path::Path)) {
    let disk = CrashDisk::new();
    let (machine, _) = calm_vault(&disk);
    let ledger = machine.read();
    let header = ledger.active().unwrap();
    let deposit = ledger.state().deposits[0].deposit;
    let blob = ledger.state().deposits.iter().find_map(|pending| pending.attached.first()).unwrap().blob;
    for place in [Place::Sealed(1, header.id()), Place::Deposit(1, deposit), Place::Attachment(blob)] {
        let path = place.path();
        let bytes = machine.file(&path);
        spoil(machine, &path);
        assert!(!is_calm(machine, now()), "{}", path.display());
        disk.remove_file(&machine.vault.join(&path)).ok();
        disk.create_file(&machine.vault.join(&path), &bytes).unwrap();
        assert!(is_calm(machine, now()));
    }
}

#[test]
fn status_is_not_calm_without_its_sealed_contents_a_deposit_or_an_attachment() {
    without(|machine, path| machine.disk.remove_file(&machine.vault.join(path)).unwrap());
}

#[test]
fn status_is_not_calm_where_a_link_stands_for_a_file() {
    without(|machine, path| {
        machine.disk.remove_file(&machine.vault.join(path)).unwrap();
        machine.disk.plant_link(&machine.vault.join(path));
    });
}

#[test]
fn status_is_not_calm_where_a_file_has_another_size() {
    without(|machine, path| {
        let bytes = machine.file(path);
        machine.replace(path, &bytes[..bytes.len() - 1]);
    });
}

#[test]
fn status_is_not_calm_over_one_changed_bit_of_its_sealed_contents_or_of_a_deposit() {
    let disk = CrashDisk::new();
    let (machine, _) = calm_vault(&disk);
    let ledger = machine.read();
    let places =
        [Place::Sealed(1, ledger.active().unwrap().id()), Place::Deposit(1, ledger.state().deposits[0].deposit)];
    for place in places {
        let bytes = machine.file(place.path());
        let mut changed = bytes.clone();
        changed[bytes.len() / 2] ^= 1;
        machine.replace(place.path(), &changed);
        assert!(!is_calm(machine, now()), "{}", place.path().display());
        machine.replace(place.path(), &bytes);
    }
}

#[test]
fn a_second_lost_claim_puts_off_nothing() {
    for what in [lost, departed] {
        let disk = CrashDisk::new();
        let (machine, _) = calm_vault(&disk);
        let epoch = active(machine);
        append_claim(machine, now(), what(epoch, index(3), "left on a train"));
        let before = due(machine, now());
        append_claim(machine, end_of_time(), what(epoch, index(3), "all is well"));
        assert_eq!(due(machine, now()), before);
        let state = machine.read().state().clone();
        let card = state.active_epoch().unwrap().card(index(3)).unwrap();
        let reason = card.lost.iter().chain(&card.departed).next().and_then(|report| report.reason.clone());
        assert_eq!(reason.as_ref().map(breakglass::vault::Claim::as_str), Some("left on a train"), "the first counts");
    }
}

#[test]
fn a_lost_claim_of_9999_is_due_at_once() {
    for what in [lost, departed] {
        let disk = CrashDisk::new();
        let (machine, _) = calm_vault(&disk);
        append_claim(machine, end_of_time(), what(active(machine), index(3), "left on a train"));
        assert!(due(machine, now()).iter().any(|kind| kind.starts_with("rotate_after")), "{:?}", due(machine, now()));
    }
}

#[test]
fn a_commit_of_9999_puts_off_nothing() {
    let disk = CrashDisk::new();
    let (machine, cards) = calm_vault(&disk);
    let (epoch, new) = machine.stage(&cards, &NAMES).unwrap();
    commit_at(machine, epoch, &new, end_of_time());
    assert_eq!(active(machine), epoch);
    let old_papers = due(machine, now()).iter().filter(|kind| **kind == "destroy_paper").count();
    assert_eq!(old_papers, 3);
    assert!(due(machine, now().plus_days(184)).contains(&"rotate"), "half a year after the cards were read back");
    assert!(report(machine, now()).epoch.unwrap().2 <= now());
}

#[test]
fn a_second_commit_of_9999_beside_the_true_one_puts_off_nothing() {
    let disk = CrashDisk::new();
    let (machine, cards) = calm_vault(&disk);
    let (epoch, new) = machine.stage(&cards, &NAMES).unwrap();
    machine.commit(epoch, &new).unwrap();
    let at = place_of(machine, |what| matches!(what, What::Committed { .. }));
    let before = id(&machine.lines()[at - 1]);
    let lines = machine.lines();
    for signers in [&[][..], &new[..2]] {
        let shares: Vec<_> = signers.iter().map(|text| share(text)).collect();
        let keys: Vec<_> = shares.iter().map(|share| share.custodian_key()).collect();
        let signed = machine.forge_behind(vec![before], committed(epoch), epoch, signers);
        assert!(signed.event.signers.iter().all(|Signer(of, _)| *of == epoch));
        let later = at_time(&signed, end_of_time(), &keys.iter().collect::<Vec<_>>());
        insert_line(machine, at, &later);
        let stranger = machine.with_pins("a-new-machine");
        assert!(report(stranger, now()).epoch.unwrap().2 <= now(), "{} signers", signers.len());
        assert!(due(stranger, now().plus_days(184)).contains(&"rotate"), "{} signers", signers.len());
        machine.replace_lines(&lines);
    }
}

#[test]
fn a_second_commit_in_the_past_that_nobody_signed_changes_nothing() {
    let disk = CrashDisk::new();
    let (machine, cards) = calm_vault(&disk);
    let (epoch, new) = machine.stage(&cards, &NAMES).unwrap();
    machine.commit(epoch, &new).unwrap();
    let before = told(machine.read().state());
    let at = place_of(machine, |what| matches!(what, What::Committed { .. }));
    let parent = id(&machine.lines()[at - 1]);
    append_claim(machine, now(), What::Merged {});
    machine.append_line(claim(machine, vec![parent], now().plus_days(-300), committed(epoch)).bytes());
    assert_eq!(told(machine.with_pins("a-new-machine").read().state()), before);
}
