//! Copies that lived apart and meet again: nothing is lost, nothing is chosen silently.

use breakglass::ceremony::*;
use breakglass::journal::{Calendar, Duty, Finding, Refusal};
use breakglass::quorum::{Digest, EpochHash, EventId};
use breakglass::store::Place;

use crate::crash_disk::CrashDisk;
use crate::machine::{Machine, attend, card, index, now, read_all_back};

const NAMES: [&str; 3] = ["Aiko", "Ben", "Chie"];

/// Two rotations that follow the same epoch, one in each copy.
struct Rivals<'d> {
    ours: Machine<'d>,
    our_cards: Vec<String>,
    their_cards: Vec<String>,
    our_epoch: EpochHash,
    their_epoch: EpochHash,
    before: EventId,
    our_head: EventId,
    their_head: EventId,
}

impl<'d> Rivals<'d> {
    /// Before they part, one deposit; then each side makes one of its own and folds in what it sees.
    fn new(disk: &'d CrashDisk) -> Rivals<'d> {
        let ours = Machine::new(disk);
        let cards = ours.begin();
        ours.deposit("m365-admin", "of both").unwrap();
        let before = ours.head();
        let theirs = ours.copy_to("stick.vault").with_pins("their-pins");
        theirs.read().pin(Some(theirs.read().active().unwrap().hash())).unwrap();
        ours.deposit("registrar", "ours").unwrap();
        theirs.deposit("registrar", "theirs").unwrap();
        let (our_epoch, our_cards) = ours.stage(&cards, &NAMES).unwrap();
        ours.commit(our_epoch, &our_cards).unwrap();
        let (their_epoch, their_cards) = theirs.stage(&cards, &NAMES).unwrap();
        theirs.commit(their_epoch, &their_cards).unwrap();
        let (our_head, their_head) = (ours.head(), theirs.head());
        let merged = ours.merge(theirs).unwrap();
        assert_eq!(merged.damaged, []);
        Rivals { ours, our_cards, their_cards, our_epoch, their_epoch, before, our_head, their_head }
    }

    fn on_a_new_machine(&self) -> Machine<'d> {
        self.ours.with_pins("a-new-machine")
    }
}

fn is_split<T>(result: Result<T, CeremonyError>) -> bool {
    matches!(result, Err(CeremonyError::Split(epochs)) if epochs.len() == 2)
}

#[test]
fn a_rival_successor_is_named_and_nothing_is_opened_put_in_or_deleted() {
    let disk = CrashDisk::new();
    let rivals = Rivals::new(&disk);
    let ours = rivals.ours;
    let ledger = ours.read();
    assert_eq!(ledger.history().findings, [], "every line is true: both quorums signed");
    let mut epochs = ledger.state().active.clone();
    epochs.sort();
    let mut expected = [rivals.our_epoch, rivals.their_epoch];
    expected.sort();
    assert_eq!(epochs, expected);
    let report = status(&ledger, Vec::new(), Calendar::default(), now()).unwrap();
    assert!(matches!(report.seal, Seal::Split { .. }) && !report.is_calm());

    let lines = ours.lines();
    for cards in [&rivals.our_cards, &rivals.their_cards] {
        assert!(is_split(ours.unseal(cards, "registrar")));
        assert!(is_split(ours.stage(cards, &NAMES)));
        assert!(is_split(ours.abort(cards)) || matches!(ours.abort(cards), Err(CeremonyError::NothingStaged)));
    }
    assert!(is_split(ours.deposit("registrar", "new")));
    assert_eq!(ours.clean_up().unwrap(), 0);
    assert_eq!(ours.lines(), lines);
}

#[test]
fn a_quorum_gathered_before_the_split_was_known_opens_nothing_either() {
    let disk = CrashDisk::new();
    let rivals = Rivals::new(&disk);
    let decided = rivals.on_a_new_machine().with_anchor(rivals.our_head).read();
    for rotate in [false, true] {
        let attendance = attend(&decided, &rivals.our_cards).unwrap();
        let mut writing = rivals.ours.with_pins("another-machine").write();
        let refused = if rotate {
            Rotation::open(&writing, attendance).map(drop)
        } else {
            Session::open(&mut writing, attendance, "lockout", None, now()).map(drop)
        };
        assert!(is_split(refused));
    }
}

#[test]
fn a_head_on_paper_decides_a_split_and_stays_decided_on_that_machine() {
    let disk = CrashDisk::new();
    let rivals = Rivals::new(&disk);
    let machine = rivals.on_a_new_machine();
    for (head, cards, epoch) in [
        (rivals.their_head, &rivals.their_cards, rivals.their_epoch),
        (rivals.our_head, &rivals.our_cards, rivals.our_epoch),
    ] {
        let anchored = machine.with_anchor(head);
        assert_eq!(anchored.read().active().unwrap().hash(), epoch);
        anchored.unseal(cards, "m365-admin").unwrap();
        anchored.read().pin(None).unwrap();
        assert_eq!(machine.read().active().unwrap().hash(), epoch, "without the paper, on the same machine");
        assert!(is_split(machine.with_pins("yet-another").read().active().map(drop)));
    }
}

#[test]
fn a_head_that_says_nothing_about_the_split_decides_nothing() {
    let disk = CrashDisk::new();
    let rivals = Rivals::new(&disk);
    let joined = rivals.ours.head();
    for head in [rivals.before, joined] {
        assert!(is_split(rivals.on_a_new_machine().with_anchor(head).read().active().map(drop)));
    }
    let unknown = rivals.on_a_new_machine().with_anchor(EventId([1; 32])).read();
    assert_eq!(unknown.history().findings, [Finding::AnchorMissing { head: EventId([1; 32]) }]);
    assert!(is_split(unknown.active().map(drop)));
}

#[test]
fn a_head_decides_for_everything_that_was_rotated_from_it_since() {
    let disk = CrashDisk::new();
    let ours = Machine::new(&disk);
    let cards = ours.begin();
    let theirs = ours.copy_to("stick.vault").with_pins("their-pins");
    theirs.read().pin(Some(theirs.read().active().unwrap().hash())).unwrap();
    theirs.deposit("registrar", "theirs").unwrap();
    ours.deposit("registrar", "ours").unwrap();
    let (our_epoch, our_cards) = ours.stage(&cards, &NAMES).unwrap();
    ours.commit(our_epoch, &our_cards).unwrap();
    let their_cards = theirs.rotate(&cards);
    let on_paper = theirs.head();
    // The other side goes on by two rotations before the copies meet; its paper is older than those.
    let cards = theirs.rotate(&their_cards);
    let cards = theirs.rotate(&cards);
    let newest = theirs.read().active().unwrap().hash();
    ours.merge(theirs).unwrap();
    let anchored = ours.with_pins("a-new-machine").with_anchor(on_paper);
    assert_eq!(anchored.read().active().unwrap().hash(), newest);
    assert_eq!(
        anchored.unseal(&cards, "registrar").unwrap(),
        ["theirs", "ours"],
        "sealed, and what the other side had put in"
    );
}

#[test]
fn what_the_losing_side_folded_in_waits_again_and_opens_for_the_winner() {
    let disk = CrashDisk::new();
    let rivals = Rivals::new(&disk);
    for (head, cards, both) in [
        (rivals.our_head, &rivals.our_cards, ["ours", "theirs"]),
        (rivals.their_head, &rivals.their_cards, ["theirs", "ours"]),
    ] {
        let anchored = rivals.on_a_new_machine().with_anchor(head);
        assert_eq!(anchored.unseal(cards, "registrar").unwrap(), both, "sealed, and deposited");
        assert_eq!(anchored.unseal(cards, "m365-admin").unwrap(), ["of both"], "both folded it in");
        assert_eq!(verify_files(&anchored.read(), VerifyDepth::Hashed).unwrap(), []);
    }
}

#[test]
fn a_deposit_made_in_a_copy_under_the_old_epoch_opens_for_the_new_quorum() {
    let disk = CrashDisk::new();
    let ours = Machine::new(&disk);
    let cards = ours.begin();
    let stick = ours.copy_to("stick.vault");
    let new = ours.rotate(&cards);
    // The machine pinned the rotation: the copy that is behind is not what it trusts.
    assert!(matches!(stick.deposit("registrar", "late"), Err(CeremonyError::PinnedElsewhere { .. })));
    let elsewhere = stick.with_pins("another-machine");
    elsewhere.read().pin(Some(elsewhere.read().active().unwrap().hash())).unwrap();
    elsewhere.deposit("registrar", "late").unwrap();
    let merged = ours.merge(stick).unwrap();
    assert_eq!((merged.lines, merged.files), (1, 1));
    assert_eq!(ours.unseal(&new, "registrar").unwrap(), ["late"]);
    let newest = ours.rotate(&new);
    let newest = ours.rotate(&newest);
    assert_eq!(ours.unseal(&newest, "registrar").unwrap(), ["late"]);
    assert_eq!(verify_files(&ours.read(), VerifyDepth::Hashed).unwrap(), []);
}

#[test]
fn an_opening_in_another_copy_is_not_answered_by_a_commit_that_does_not_follow_it() {
    let disk = CrashDisk::new();
    let ours = Machine::new(&disk);
    let cards = ours.begin();
    ours.deposit("m365-admin", "correct horse").unwrap();
    let stick = ours.copy_to("stick.vault");
    stick.unseal(&cards, "m365-admin").unwrap();
    let new = ours.rotate(&cards);
    assert_eq!(ours.read().state().unanswered_openings().count(), 0);
    ours.merge(stick).unwrap();
    let ledger = ours.read();
    let opening = ledger.state().unanswered_openings().next().unwrap().event;
    let due = duties(ours);
    assert!(due.contains(&Duty::Reseal { opening }));
    assert!(due.iter().any(|due| matches!(due, Duty::Replace { .. })));
    ours.rotate(&new);
    assert_eq!(ours.read().state().unanswered_openings().count(), 0);
}

#[test]
fn an_opening_after_the_staging_is_not_answered_by_its_commit() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    machine.deposit("m365-admin", "correct horse").unwrap();
    let (epoch, new) = machine.stage(&cards, &NAMES).unwrap();
    machine.unseal(&cards, "m365-admin").unwrap();
    machine.commit(epoch, &new).unwrap();
    assert_eq!(machine.read().state().unanswered_openings().count(), 1);
}

#[test]
fn an_abort_in_one_copy_and_a_commit_in_the_other_are_a_split_that_a_head_decides() {
    let disk = CrashDisk::new();
    let ours = Machine::new(&disk);
    let cards = ours.begin();
    let before = ours.read().active().unwrap().hash();
    ours.deposit("m365-admin", "correct horse").unwrap();
    let (epoch, new) = ours.stage(&cards, &NAMES).unwrap();
    for merges_into_the_aborted in [true, false] {
        let name = |role: &str| -> &'static str { format!("{role}-{merges_into_the_aborted}.vault").leak() };
        let (aborted, committed) = (ours.copy_to(name("aborted")), ours.copy_to(name("committed")));
        aborted.abort(&cards).unwrap();
        committed.commit(epoch, &new).unwrap();
        let (abort, commit) = (aborted.head(), committed.head());
        let joined = if merges_into_the_aborted {
            aborted.merge(committed).unwrap();
            aborted
        } else {
            committed.merge(aborted).unwrap();
            committed
        };
        assert_eq!(joined.read().history().findings, [], "every line is true: both quorums signed");
        let undecided = joined.with_pins("a-new-machine");
        assert!(is_split(undecided.read().active().map(drop)));
        assert!(is_split(undecided.unseal(&cards, "m365-admin")) && is_split(undecided.unseal(&new, "m365-admin")));
        assert_eq!(undecided.clean_up().unwrap(), 0, "neither side's contents are deleted");
        let destroys = |machine: Machine<'_>, of: EpochHash| {
            duties(machine).iter().any(|due| matches!(due, Duty::DestroyPaper { epoch, .. } if *epoch == of))
        };
        assert!(!destroys(undecided, epoch) && !destroys(undecided, before), "nobody knows yet which cards are good");
        for (head, good, cards, gone) in [(abort, before, &cards, epoch), (commit, epoch, &new, before)] {
            let decided = undecided.with_anchor(head);
            assert_eq!(decided.read().active().unwrap().hash(), good);
            // While the deposit waits here, the contents of the side that was decided against may hold it, too.
            let stranded = good == before;
            assert!(destroys(decided, gone) != stranded && !destroys(decided, good));
            assert_eq!(decided.unseal(cards, "m365-admin").unwrap(), ["correct horse"]);
        }
    }
}

#[test]
fn cards_read_back_in_two_copies_count_in_both() {
    let disk = CrashDisk::new();
    let ours = Machine::new(&disk);
    let cards = ours.begin();
    let (epoch, new) = ours.stage(&cards, &NAMES).unwrap();
    let stick = ours.copy_to("stick.vault");
    let in_another_order: Vec<String> = new.iter().rev().cloned().collect();
    read_all_back(&mut ours.write(), epoch, &in_another_order).unwrap();
    stick.commit(epoch, &new).unwrap();
    ours.merge(stick).unwrap();
    assert_eq!(ours.read().history().findings, []);
    assert_eq!(ours.read().active().unwrap().hash(), epoch);
}

#[test]
fn an_epoch_aborted_in_two_copies_stays_aborted_in_both() {
    let disk = CrashDisk::new();
    let ours = Machine::new(&disk);
    let cards = ours.begin();
    let (epoch, new) = ours.stage(&cards, &NAMES).unwrap();
    read_all_back(&mut ours.write(), epoch, &new).unwrap();
    let stick = ours.copy_to("stick.vault");
    ours.abort(&cards).unwrap();
    let behind_our_abort = ours.head();
    stick.abort(&cards[1..]).unwrap();
    assert_ne!(stick.head(), behind_our_abort);
    ours.merge(stick).unwrap();
    // Whoever holds the new cards finds no place behind either abort to commit from.
    let commit = breakglass::journal::What::Committed { epoch, left_out: Vec::new() };
    ours.append_line(ours.forge_behind(vec![behind_our_abort], commit, epoch, &new[..2]).bytes());
    assert_ne!(ours.read().active().unwrap().hash(), epoch);
    let line = ours.lines().len();
    assert_eq!(ours.read().history().findings, [Finding::Refused { line, why: Refusal::NotStaged(epoch) }]);
}

#[test]
fn papers_of_an_epoch_that_was_given_up_are_to_be_destroyed_wherever_they_were_read_back() {
    let disk = CrashDisk::new();
    let ours = Machine::new(&disk);
    let cards = ours.begin();
    let (epoch, new) = ours.stage(&cards, &NAMES).unwrap();
    let stick = ours.copy_to("stick.vault");
    read_back(&mut stick.write(), epoch, &card(&new[0]), false, None, now()).unwrap();
    ours.abort(&cards).unwrap();
    ours.merge(stick).unwrap();
    // One was read back; the others may have been printed as well.
    let papers = || duties(ours).into_iter().filter(|due| matches!(due, Duty::DestroyPaper { .. })).collect::<Vec<_>>();
    assert_eq!(papers(), [1, 2, 3].map(|card| Duty::DestroyPaper { epoch, card: index(card) }));
    paper_destroyed(&mut ours.write(), epoch, vec![index(1), index(2), index(3)], "Ben", now()).unwrap();
    assert_eq!(papers(), []);
}

#[test]
fn the_same_rotation_committed_in_two_copies_is_no_split() {
    let disk = CrashDisk::new();
    let ours = Machine::new(&disk);
    let cards = ours.begin();
    ours.deposit("m365-admin", "correct horse").unwrap();
    let (epoch, new) = ours.stage(&cards, &NAMES).unwrap();
    let stick = ours.copy_to("stick.vault");
    let in_another_order: Vec<String> = new.iter().rev().cloned().collect();
    ours.commit(epoch, &in_another_order).unwrap();
    stick.commit(epoch, &new).unwrap();
    ours.merge(stick).unwrap();
    let ledger = ours.read();
    assert_eq!(ledger.active().unwrap().hash(), epoch);
    assert_eq!(ledger.history().findings, []);
    let old = ledger.state().epochs[&ledger.state().epochs[&epoch].parent.unwrap()].clone();
    assert_eq!(old.card(index(1)).unwrap().old_papers, 1, "one paper, destroyed once");
    assert_eq!(ours.unseal(&new, "m365-admin").unwrap(), ["correct horse"]);
}

#[test]
fn a_false_file_on_a_stick_does_not_keep_the_true_one_out() {
    let disk = CrashDisk::new();
    let ours = Machine::new(&disk);
    let cards = ours.begin();
    let (good, bad) = (ours.copy_to("good.vault"), "bad.vault");
    let new = good.rotate(&cards);
    good.deposit("m365-admin", "correct horse").unwrap();
    let bad = good.copy_to(bad);
    let epoch = good.read().active().unwrap().id();
    let deposit: Digest = good.read().state().deposits[0].deposit;
    let poisoned = [Place::Sealed(2, epoch), Place::Deposit(2, deposit)];
    for place in poisoned {
        bad.replace(place.path(), b"poison");
    }
    let merged = ours.merge(bad).unwrap();
    assert_eq!(merged.damaged, poisoned.map(FileFinding::Differs));
    let missing: Vec<FileFinding> = verify_files(&ours.read(), VerifyDepth::Hashed).unwrap();
    assert_eq!(missing, poisoned.map(FileFinding::Missing));
    let healed = ours.merge(good).unwrap();
    assert_eq!((healed.lines, healed.files, healed.damaged.len()), (0, 2, 0));
    assert_eq!(verify_files(&ours.read(), VerifyDepth::Hashed).unwrap(), []);
    assert_eq!(ours.unseal(&new, "m365-admin").unwrap(), ["correct horse"]);
}

#[test]
fn a_false_header_on_a_stick_is_not_taken() {
    let disk = CrashDisk::new();
    let ours = Machine::new(&disk);
    let cards = ours.begin();
    let stick = ours.copy_to("stick.vault");
    stick.rotate(&cards);
    let header = Place::Header(2, stick.read().active().unwrap().id());
    stick.replace(header.path(), b"{}");
    ours.merge(stick).unwrap();
    assert!(!ours.folder().holds(&header).unwrap());
    assert!(!ours.read().history().findings.is_empty(), "what it would have proven is told as unproven");
    assert_eq!(ours.read().active().unwrap().epoch, 1);
}

#[test]
fn a_line_that_is_damaged_here_comes_whole_from_the_other_copy() {
    let disk = CrashDisk::new();
    let ours = Machine::new(&disk);
    let cards = ours.begin();
    let stick = ours.copy_to("stick.vault");
    ours.deposit("m365-admin", "correct horse").unwrap();
    stick.merge(ours).unwrap();
    let mut lines = ours.lines();
    let last = lines.len() - 1;
    lines[last].insert(1, b' ');
    ours.replace_lines(&lines);
    assert!(ours.read().state().deposits.is_empty());
    assert_eq!(ours.merge(stick).unwrap().lines, 1);
    assert_eq!(ours.unseal(&cards, "m365-admin").unwrap(), ["correct horse"]);
}

#[test]
fn another_vault_is_not_merged_and_a_damaged_one_not_copied() {
    let disk = CrashDisk::new();
    let ours = Machine::new(&disk);
    ours.begin();
    let stranger = ours.at("other.vault");
    stranger.begin();
    let lines = ours.lines();
    assert!(matches!(ours.merge(stranger), Err(CeremonyError::OtherVault(_))));
    assert_eq!(ours.lines(), lines);
    // A line that anybody can write is no reason to refuse a copy.
    let never_was = ours.deposit("m365-admin", "correct horse").unwrap();
    ours.replace(Place::Deposit(1, never_was).path(), b"poison");
    let copy = ours.copy_to("without-the-deposit.vault");
    assert_eq!(
        verify_files(&copy.read(), VerifyDepth::Hashed).unwrap(),
        [FileFinding::Missing(Place::Deposit(1, never_was))]
    );
    let sealed = Place::Sealed(1, ours.read().active().unwrap().id()).path();
    ours.replace(&sealed, b"a stick that is failing");
    let copied = copy_vault(&ours.read(), &disk, std::path::Path::new("copy.vault"));
    assert!(matches!(copied, Err(CeremonyError::Swapped(named)) if named == sealed));
}

fn duties(machine: Machine<'_>) -> Vec<Duty> {
    let due = machine.read().state().due(Calendar::default(), None, now());
    due.into_iter().map(|due| due.duty).collect()
}
