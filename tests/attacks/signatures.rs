//! Lines that would change the state and that the right cards did not sign: they have no effect.

use std::cell::RefCell;

use breakglass::ceremony::*;
use breakglass::journal::{Finding, Line, NewEpoch, Receipt, Refusal, SignedReceipt, Signer, Staging, What};
use breakglass::quorum::{EventId, LockProfile};
use breakglass::store::{Disk, Place};
use breakglass::vault::{EpochHeader, FieldName, Header};

use crate::crash_disk::CrashDisk;
use crate::lived::Lived;
use crate::machine::{Machine, attend, card, entry, index, keep, now, plan, share};

/// Everything that needs cards to sign it, as somebody without cards would write it. Nothing but signatures is wrong with any.
fn changes_of_state(lived: &Lived, session: EventId) -> Vec<What> {
    let (epoch, next) = (lived.active, lived.next);
    let machine = lived.machine();
    let ledger = machine.read();
    // Another rotation beside the one that waits, whose header continues the active epoch and stands in the folder.
    let mut other = Header::clone(ledger.header(next).unwrap());
    (other.epoch, other.heads) = (ledger.state().next_number().unwrap(), ledger.heads().to_vec());
    let other = EpochHeader::write(&other).unwrap();
    let path = machine.vault.join(Place::Header(other.epoch, other.id()).path());
    machine.disk.create_folder(path.parent().unwrap()).unwrap();
    machine.disk.create_file(&path, other.bytes()).unwrap();
    let new = || NewEpoch { number: other.epoch, hash: other.hash(), card_files: Vec::new(), locked: Vec::new() };
    vec![
        What::Opened { epoch, reason: "none".parse().unwrap(), incident: None, reported: Vec::new() },
        What::Revealed {
            session,
            entry: entry("m365-admin"),
            fields: vec![FieldName::fixed("password")],
            attachments: Vec::new(),
            codes: Vec::new(),
        },
        What::Exported { session },
        What::Closed { session },
        What::Aborted { epoch: next, reason: "sabotage".parse().unwrap() },
        What::ReadBack { epoch: next, card: index(1), file_destroyed: true },
        What::Checked { epoch, card: index(1) },
        What::Relocked { epoch, card: index(1), lock: Some(LockProfile::Small), card_file: false },
        What::Staged { epoch: new(), staging: Staging::default(), more: 0 },
    ]
}

#[test]
fn an_unsigned_line_that_would_change_the_state_has_no_effect() {
    let lived = Lived::new();
    let session = lived.open_session();
    for what in changes_of_state(&lived, session) {
        let why = match &what {
            What::Opened { .. } | What::Aborted { .. } | What::Staged { .. } => Refusal::TooFewCards(0, 2),
            _ => Refusal::WrongSigners,
        };
        lived.refuses(lived.machine().forge(what, lived.active, &[]), why);
    }
}

#[test]
fn a_line_signed_by_fewer_cards_than_it_needs_or_by_others_has_no_effect() {
    let lived = Lived::new();
    let session = lived.open_session();
    let machine = lived.machine();
    for what in changes_of_state(&lived, session) {
        let why = match &what {
            What::Opened { .. } | What::Aborted { .. } | What::Staged { .. } => Refusal::TooFewCards(1, 2),
            _ => Refusal::WrongSigners,
        };
        // One card of the quorum, and none that the event speaks of.
        lived.refuses(machine.forge(what, lived.active, &lived.cards[1..2]), why);
    }
    // A quorum that did not open this session shows nothing in it.
    let shown = What::Revealed {
        session,
        entry: entry("m365-admin"),
        fields: vec![FieldName::fixed("password")],
        attachments: Vec::new(),
        codes: Vec::new(),
    };
    lived.refuses(machine.forge(shown, lived.active, &lived.cards[1..]), Refusal::WrongSigners);
    // A card of the staged epoch, or of both mixed, is no quorum of the active one.
    let opened =
        || What::Opened { epoch: lived.active, reason: "none".parse().unwrap(), incident: None, reported: Vec::new() };
    lived.refuses(machine.forge(opened(), lived.next, &lived.staged[..2]), Refusal::WrongSigners);
}

#[test]
fn a_staging_that_the_quorum_did_not_sign_is_refused() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    machine.stage(&cards, &["Aiko", "Ben", "Chie"]).unwrap();
    let mut lines = machine.lines();
    let staging = Line::read(&lines.pop().unwrap()).unwrap();
    machine.replace_lines(&lines);
    let before = machine.read().state().clone();
    let key = share(&cards[0]).custodian_key();
    for keys in [vec![], vec![&key]] {
        let mut event = staging.event.clone();
        event.signers.truncate(keys.len());
        machine.replace_lines(&lines);
        machine.append_line(Line::sign(event, &keys).bytes());
        let ledger = machine.read();
        assert_eq!(*ledger.state(), before);
        let why = Refusal::TooFewCards(keys.len(), 2);
        assert_eq!(ledger.history().findings, [Finding::Refused { line: lines.len() + 1, why }]);
    }
}

#[test]
fn a_commit_without_staging_or_without_enough_read_backs_is_refused() {
    let lived = Lived::new();
    let machine = lived.machine();
    let commit = |epoch| What::Committed { epoch, left_out: Vec::new() };
    lived.refuses(machine.forge(commit(lived.next), lived.next, &[]), Refusal::TooFewReadBack(1, 3));
    lived.refuses(machine.forge(commit(lived.first), lived.next, &[]), Refusal::NotStaged(lived.first));
    lived.refuses(machine.forge(commit(lived.active), lived.next, &[]), Refusal::NotStaged(lived.active));
    for text in &lived.staged[..2] {
        read_back(&mut machine.write(), lived.next, &card(text), false, None, now()).unwrap();
    }
    // Three of four are back: enough, but Chie must be named with a reason.
    lived.refuses(machine.forge(commit(lived.next), lived.next, &[]), Refusal::LeftOutDiffers);
    machine.abort(&lived.cards).unwrap();
    lived.refuses(machine.forge(commit(lived.next), lived.next, &[]), Refusal::NotStaged(lived.next));
}

#[test]
fn cards_of_an_old_epoch_sign_nothing_behind_the_commit_of_its_successor() {
    let lived = Lived::new();
    let machine = lived.machine();
    let opened =
        What::Opened { epoch: lived.first, reason: "none".parse().unwrap(), incident: None, reported: Vec::new() };
    lived.refuses(machine.forge(opened, lived.first, &lived.old[..2]), Refusal::NotActive(lived.first));
    let abort = What::Aborted { epoch: lived.next, reason: "sabotage".parse().unwrap() };
    lived.refuses(machine.forge(abort, lived.first, &lived.old[..2]), Refusal::WrongSigners);
    let check = What::Checked { epoch: lived.first, card: index(1) };
    lived.refuses(machine.forge(check, lived.first, &lived.old[..1]), Refusal::NotActive(lived.first));
    // Nor do they lend weight to what needs no signature.
    let reviewed = What::Reviewed { openings: Vec::new() };
    lived.refuses(machine.forge(reviewed, lived.first, &lived.old[..1]), Refusal::NotActive(lived.first));
}

#[test]
fn signatures_that_were_stripped_swapped_or_made_for_another_line_are_refused() {
    let lived = Lived::new();
    let machine = lived.machine();
    let lines = machine.lines();
    let signed: Vec<(usize, Line)> = (1..)
        .zip(&lines)
        .map(|(number, bytes)| (number, Line::read(bytes).unwrap()))
        .filter(|(_, line)| !line.signatures.is_empty())
        .collect();
    assert!(signed.len() > 10);
    for (number, line) in signed {
        let mut stripped = line.clone();
        stripped.signatures.clear();
        let mut doubled = line.clone();
        doubled.signatures.push(line.signatures[0]);
        let mut false_one = line.clone();
        false_one.signatures[0].0[7] ^= 1;
        let card = line.event.signers[0].1;
        for (edited, why) in [
            (stripped, Refusal::SignersDoNotMatch),
            (doubled, Refusal::SignersDoNotMatch),
            (false_one, Refusal::BadSignature(card)),
        ] {
            let mut tampered = lines.clone();
            tampered[number - 1] = edited.bytes();
            machine.replace_lines(&tampered);
            let first = match machine.try_read() {
                // Without its first line there is no vault.
                Err(CeremonyError::NoBeginning(..)) => {
                    assert_eq!(number, 1);
                    continue;
                }
                Err(other) => panic!("{other}"),
                Ok(ledger) => ledger.history().findings[0].clone(),
            };
            assert_eq!(first, Finding::Refused { line: number, why });
        }
    }
}

#[test]
fn a_signature_of_one_card_under_the_name_of_another_is_refused() {
    let lived = Lived::new();
    let mut line =
        lived.machine().forge(What::Checked { epoch: lived.active, card: index(2) }, lived.active, &lived.cards[1..2]);
    let key = share(&lived.cards[0]).custodian_key();
    line = Line::sign(line.event, &[&key]);
    lived.refuses(line, Refusal::BadSignature(index(2)));
    let mut twice = lived.machine().forge(
        What::Opened { epoch: lived.active, reason: "none".parse().unwrap(), incident: None, reported: Vec::new() },
        lived.active,
        &[lived.cards[0].clone(), lived.cards[0].clone()],
    );
    assert_eq!(twice.event.signers[0], Signer(lived.active, index(1)));
    lived.refuses(twice.clone(), Refusal::SignersDoNotMatch);
    twice.event.signers.truncate(1);
    lived.refuses(Line::sign(twice.event, &[&key]), Refusal::TooFewCards(1, 2));
}

#[test]
fn a_receipt_that_is_forged_or_for_another_vault_or_of_an_old_card_is_refused() {
    let lived = Lived::new();
    let machine = lived.machine();
    let vault = lived.state().vault;
    let key = |text: &String| share(text).custodian_key();
    let take_in = |receipt: SignedReceipt| machine.forge(What::Receipt { receipt }, lived.active, &[]);
    let sign = |epoch, card, key: &_| SignedReceipt::sign(vault, epoch, index(card), false, now(), key);

    let by_another = sign(lived.active, 1, &key(&lived.cards[1]));
    lived.refuses(take_in(by_another), Refusal::BadReceipt(index(1)));
    let elsewhere = SignedReceipt::sign(
        breakglass::quorum::VaultId([1; 16]),
        lived.active,
        index(1),
        false,
        now(),
        &key(&lived.cards[0]),
    );
    lived.refuses(take_in(elsewhere), Refusal::BadReceipt(index(1)));
    let mut later = sign(lived.active, 1, &key(&lived.cards[0]));
    later.receipt = Receipt { time: now().plus_days(90), ..later.receipt };
    lived.refuses(take_in(later), Refusal::BadReceipt(index(1)));
    lived.refuses(take_in(sign(lived.first, 1, &key(&lived.old[0]))), Refusal::NotActive(lived.first));

    // A true one counts, but not from a clock that runs ahead.
    let ahead = SignedReceipt::sign(vault, lived.active, index(1), false, now().plus_days(900), &key(&lived.cards[0]));
    machine.append_line(take_in(ahead).bytes());
    assert_eq!(lived.findings(), []);
    assert_eq!(lived.state().active_epoch().unwrap().card(index(1)).unwrap().seen, Some(now()));
}

#[test]
fn an_epoch_number_is_not_used_twice_even_after_an_abort() {
    let lived = Lived::new();
    let machine = lived.machine();
    machine.abort(&lived.cards).unwrap();
    let cards = RefCell::new(Vec::new());
    let mut writing = machine.write();
    let attendance = attend(writing.ledger(), &lived.cards).unwrap();
    let rotation = Rotation::open(&writing, attendance).unwrap();
    let names = ["Aiko", "Ben", "Chie"];
    let staged = stage(&mut writing, rotation, plan(&names), Choices::default(), now(), &mut keep(&cards)).unwrap();
    assert_eq!(staged.number, 4, "3 was given up");
    drop(writing);
    machine.abort(&lived.cards).unwrap();

    // A quorum with other tools that takes 3 again.
    let ledger = machine.read();
    let mut again = Header::clone(ledger.header(staged.epoch).unwrap());
    (again.epoch, again.heads) = (3, ledger.heads().to_vec());
    let again = EpochHeader::write(&again).unwrap();
    let path = machine.vault.join(Place::Header(3, again.id()).path());
    machine.disk.create_folder(path.parent().unwrap()).unwrap();
    machine.disk.create_file(&path, again.bytes()).unwrap();
    let epoch = NewEpoch { number: 3, hash: again.hash(), card_files: Vec::new(), locked: Vec::new() };
    let staging = What::Staged { epoch, staging: Staging::default(), more: 0 };
    lived.refuses(machine.forge(staging, lived.active, &lived.cards[..2]), Refusal::DoesNotContinue(again.hash()));
}
