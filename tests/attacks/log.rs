//! Lines that were cut, edited, moved, repeated, brought from elsewhere: told, and told where.

use breakglass::ceremony::CeremonyError;
use breakglass::journal::{Finding, Line, Refusal, UnreadableLine, What};
use breakglass::quorum::EventId;

use crate::lived::Lived;
use crate::machine::index;

#[test]
fn what_this_machine_verified_before_is_believed_only_byte_for_byte() {
    let lived = Lived::new();
    let machine = lived.machine();
    machine.read().pin(None).unwrap();
    let lines = machine.lines();
    assert_eq!(machine.pins().find(lived.state().vault).unwrap().lines, lines.len());
    for (at, bytes) in lines.iter().enumerate().skip(1) {
        let mut line = Line::read(bytes).unwrap();
        let Some(signature) = line.signatures.first_mut() else { continue };
        signature.0[40] ^= 4;
        let why = Refusal::BadSignature(line.event.signers[0].1);
        let mut tampered = lines.clone();
        tampered[at] = line.bytes();
        machine.replace_lines(&tampered);
        assert_eq!(lived.findings()[0], Finding::Refused { line: at + 1, why });
    }
    machine.replace_lines(&lines);
    let opened =
        What::Opened { epoch: lived.active, reason: "none".parse().unwrap(), incident: None, reported: Vec::new() };
    let mut forged = machine.forge(opened, lived.active, &lived.cards[..2]);
    forged.signatures.reverse();
    lived.refuses(forged, Refusal::BadSignature(index(1)));
}

#[test]
fn a_line_that_was_cut_out_of_the_middle_is_found_where_it_stood() {
    let lived = Lived::new();
    let machine = lived.machine();
    let lines = machine.lines();
    for cut in 1..lines.len() - 1 {
        let missing = Line::read(&lines[cut]).unwrap().id;
        let mut tampered = lines.clone();
        tampered.remove(cut);
        machine.replace_lines(&tampered);
        assert_eq!(lived.findings()[0], Finding::Cut { line: cut + 1, missing });
    }
}

#[test]
fn an_end_that_was_cut_off_is_found_by_whoever_holds_a_newer_head_on_paper() {
    let lived = Lived::new();
    let lines = lived.machine().lines();
    let head = lived.machine().head();
    let anchored = lived.machine().with_anchor(head);
    assert_eq!(anchored.read().history().findings, []);
    for length in 1..lines.len() {
        anchored.replace_lines(&lines[..length]);
        assert_eq!(lived.findings(), [], "without the paper nothing shows");
        assert_eq!(anchored.read().history().findings, [Finding::AnchorMissing { head }]);
    }
}

#[test]
fn a_head_that_was_mistyped_is_not_missed_for_ever() {
    let lived = Lived::new();
    let mistyped = lived.machine().with_anchor(EventId([7; 32])).read();
    assert_eq!(mistyped.history().findings.len(), 1);
    mistyped.pin(None).unwrap();
    assert_eq!(lived.findings(), []);
}

#[test]
fn lines_that_were_edited_repeated_or_spelled_otherwise_are_found_and_placed() {
    let lived = Lived::new();
    let machine = lived.machine();
    let lines = machine.lines();
    let id = |at: usize| Line::read(&lines[at]).unwrap().id;
    let tamper = |edit: &dyn Fn(&mut Vec<Vec<u8>>)| {
        let mut tampered = lines.clone();
        edit(&mut tampered);
        machine.replace_lines(&tampered);
        lived.findings()
    };
    // Line 5 is the deposit, which nobody signed: its event becomes another, and the next line misses the true one.
    let deposit = Line::read(&lines[4]).unwrap();
    assert!(matches!(deposit.event.what, What::Deposited { .. }));
    let edited = tamper(&|lines| {
        let mut line = deposit.clone();
        line.event.by = Some("Mallory".parse().unwrap());
        lines[4] = line.bytes();
    });
    assert_eq!(edited[0], Finding::Cut { line: 6, missing: id(4) });
    machine.replace_lines(&lines);
    let before = lived.state();
    assert_eq!(tamper(&|lines| lines.swap(6, 7)), [], "the order of lines means nothing");
    assert_eq!(lived.state(), before);
    let repeated = tamper(&|lines| lines.push(lines[4].clone()));
    assert_eq!(repeated, [Finding::Repeated { line: lines.len() + 1 }]);
    let spelled = tamper(&|lines| lines[4].insert(1, b' '));
    assert!(matches!(spelled[0], Finding::Unreadable { line: 5, why: UnreadableLine::Malformed(_) }), "{spelled:?}");
    assert_eq!(spelled[1], Finding::Cut { line: 6, missing: id(4) });
    let upper = tamper(&|lines| {
        let text = String::from_utf8(lines[4].clone()).unwrap();
        let hash = lived.first.to_string();
        lines[4] = text.replace(&hash, &hash.to_uppercase()).into_bytes();
    });
    assert!(matches!(upper[0], Finding::Unreadable { line: 5, .. }), "{upper:?}");
    let rubbish = tamper(&|lines| lines.insert(4, b"rubbish".to_vec()));
    assert!(matches!(rubbish[..], [Finding::Unreadable { line: 5, .. }]), "{rubbish:?}");
}

#[test]
fn what_a_newer_breakglass_wrote_is_kept_in_its_place_and_told_by_its_version() {
    let lived = Lived::new();
    let machine = lived.machine();
    let mut line = machine.forge(What::Merged {}, lived.active, &[]);
    line.event.version = 2;
    let line = Line::sign(line.event, &[]);
    machine.append_line(line.bytes());
    assert_eq!(lived.findings(), [], "no damage");
    let (ledger, id) = (machine.read(), line.id);
    assert_eq!(ledger.heads(), [id], "others follow it");
    assert_eq!(ledger.state().unknown.iter().cloned().collect::<Vec<_>>(), [(2, "merged".to_owned())]);
    assert!(matches!(ledger.may_be_changed(), Err(CeremonyError::NewerBreakglass(2))));
    // Of what has another shape altogether, the version alone is told.
    machine.append_line(br#"{"event":{"unheard_of":{"a":[]},"version":7},"signatures":[]}"#.to_vec());
    let why = UnreadableLine::UnknownVersion(7);
    assert_eq!(lived.findings(), [Finding::Unreadable { line: machine.lines().len(), why }]);
}

#[test]
fn lines_of_another_vault_have_no_effect() {
    let lived = Lived::new();
    let machine = lived.machine();
    let stranger = machine.at("other.vault");
    stranger.begin();
    let before = lived.state();
    for (line, why) in stranger.lines().into_iter().zip([Refusal::OtherVault, Refusal::OtherVault]) {
        let lines = machine.lines();
        machine.append_line(line);
        assert_eq!(lived.state(), before);
        assert!(lived.findings().contains(&Finding::Refused { line: lines.len() + 1, why }), "{:?}", lived.findings());
        machine.replace_lines(&lines);
    }
}
