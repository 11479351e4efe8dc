//! Whatever two copies lived through apart, they become the same vault, whichever takes in the other.

use std::collections::{BTreeMap, BTreeSet};

use breakglass::ceremony::*;
use breakglass::journal::{CardState, Finding, Replaced, State};
use breakglass::quorum::{Digest, EpochHash, EventId};
use breakglass::vault::Moment;
use proptest::prelude::*;

use crate::crash_disk::CrashDisk;
use crate::machine::{Machine, attend, attend_staged, card, index, read_all_back};

#[derive(Clone, Copy, Debug)]
enum Deed {
    Deposit,
    Open,
    Rotate,
    Stage,
    ReadBack { reversed: bool },
    Commit,
    Abort,
    CleanUp,
    Lose(u8),
    Depart(u8),
    Check(usize),
    Meet,
}

fn deeds() -> impl Strategy<Value = Vec<(bool, Deed)>> {
    let deed = prop_oneof![
        2 => Just(Deed::Deposit),
        2 => Just(Deed::Open),
        2 => Just(Deed::Rotate),
        2 => Just(Deed::Stage),
        2 => any::<bool>().prop_map(|reversed| Deed::ReadBack { reversed }),
        2 => Just(Deed::Commit),
        1 => Just(Deed::Abort),
        2 => Just(Deed::CleanUp),
        1 => (1..=3_u8).prop_map(Deed::Lose),
        1 => (1..=3_u8).prop_map(Deed::Depart),
        1 => (0..3_usize).prop_map(Deed::Check),
        1 => Just(Deed::Meet),
    ];
    prop::collection::vec((any::<bool>(), deed), 4..14)
}

/// Cards by the epoch id on them: every card that was ever handed out.
type Hands = BTreeMap<EpochHash, Vec<String>>;

/// Does it if the vault lets people do it now; that it refuses is as good a deed as any.
fn act(deed: Deed, here: Machine<'_>, there: Machine<'_>, hands: &mut Hands, count: usize) {
    let state = here.read().state().clone();
    let Some(active) = state.active_epoch() else {
        if let Deed::Meet = deed {
            here.merge(there).unwrap();
        }
        return;
    };
    let cards = hands[&active.hash].clone();
    let staged = state.staged_epoch().map(|epoch| epoch.hash);
    // Hours apart, so that what comes first is not what comes last.
    let at = crate::machine::now().plus_days(i64::try_from(count).unwrap() % 5);
    match (deed, staged) {
        (Deed::Deposit, _) => {
            let trusted = active.hash;
            here.read().pin(Some(trusted)).unwrap();
            here.deposit("m365-admin", &format!("value {count}")).unwrap();
        }
        (Deed::Open, _) => {
            let mut writing = here.write();
            let attendance = attend(writing.ledger(), &cards).unwrap();
            let session = Session::open(&mut writing, attendance, &format!("reason {count}"), None, at);
            session.unwrap().close(&mut writing, at).unwrap();
        }
        (Deed::Stage, None) => {
            // A deposit may be one that the losing side of nothing yet decided has deleted; then nothing is staged.
            if let Ok((epoch, new)) = here.stage(&cards, &["Aiko", "Ben", "Chie"]) {
                hands.insert(epoch, new);
            }
        }
        (Deed::Rotate, None) => {
            act(Deed::Stage, here, there, hands, count);
            act(Deed::ReadBack { reversed: false }, here, there, hands, count);
            act(Deed::Commit, here, there, hands, count);
        }
        (Deed::ReadBack { reversed }, Some(epoch)) => {
            let mut new = hands[&epoch].clone();
            if reversed {
                new.reverse();
            }
            read_all_back(&mut here.write(), epoch, &new).map(drop).unwrap();
        }
        (Deed::Commit, Some(_)) => {
            let mut writing = here.write();
            let epoch = staged.expect("something is staged");
            let quorum = attend_staged(writing.ledger(), epoch, &hands[&epoch]).unwrap();
            let _ = commit(&mut writing, &quorum, Vec::new(), "Ben", at);
        }
        (Deed::Abort, Some(_)) => here.abort(&cards).unwrap(),
        (Deed::CleanUp, _) => drop(here.clean_up().unwrap()),
        (Deed::Lose(card), _) => {
            lose(&mut here.write(), index(card), &format!("lost {count}"), "Ben", at).unwrap();
        }
        (Deed::Depart(card), _) => {
            depart(&mut here.write(), index(card), &format!("left {count}"), "Ben", at).unwrap();
        }
        (Deed::Check(number), _) => drop(check_card(&mut here.write(), &card(&cards[number]), None, at).unwrap()),
        (Deed::Meet, _) => drop(here.merge(there).unwrap()),
        (Deed::Stage | Deed::Rotate, Some(_)) | (Deed::ReadBack { .. } | Deed::Commit | Deed::Abort, None) => {}
    }
}

/// What must not depend on the order of the lines.
#[derive(Debug, PartialEq)]
struct Vault {
    active: BTreeSet<EpochHash>,
    epochs: BTreeMap<EpochHash, (u32, Option<Moment>, Vec<CardState>)>,
    /// In the order in which they are shown: which of them is the newest must not depend on who took in whom.
    pending: Vec<Digest>,
    folded: BTreeSet<Digest>,
    superseded: BTreeSet<EpochHash>,
    openings: BTreeMap<EventId, (bool, bool, BTreeSet<Replaced>)>,
}

fn vault(state: &State) -> Vault {
    Vault {
        active: state.active.iter().copied().collect(),
        epochs: state
            .epochs
            .values()
            .map(|epoch| (epoch.hash, (epoch.number, epoch.begun, epoch.cards.clone())))
            .collect(),
        pending: state.deposits.iter().map(|pending| pending.deposit).collect(),
        folded: state.folded.keys().copied().collect(),
        superseded: state.superseded().map(|epoch| epoch.hash).collect(),
        openings: state
            .openings
            .iter()
            .map(|opening| (opening.event, (opening.closed, opening.resealed, opening.to_replace.clone())))
            .collect(),
    }
}

fn findings(machine: Machine<'_>) -> Vec<Finding> {
    machine.read().history().findings.clone()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_copies_become_the_same_vault_whichever_takes_in_the_other(deeds in deeds()) {
        let disk = CrashDisk::new();
        let ours = Machine::new(&disk);
        let cards = ours.begin();
        let theirs = ours.copy_to("stick.vault").with_pins("their-pins");
        let mut hands = Hands::from([(ours.read().active().unwrap().hash(), cards)]);
        for (count, (at_ours, deed)) in deeds.into_iter().enumerate() {
            let (here, there) = if at_ours { (ours, theirs) } else { (theirs, ours) };
            act(deed, here, there, &mut hands, count);
            prop_assert_eq!(findings(here), [], "every line was written by the rules");
        }
        ours.merge(theirs).unwrap();
        theirs.merge(ours).unwrap();
        prop_assert_eq!(findings(ours), []);
        prop_assert_eq!(findings(theirs), []);
        let (one, other) = (vault(ours.read().state()), vault(theirs.read().state()));
        prop_assert_eq!(&one, &other);
        let damage: Vec<FileFinding> =
            verify_files(&ours.read(), VerifyDepth::Hashed).unwrap().into_iter().filter(FileFinding::is_damage).collect();
        prop_assert_eq!(damage, []);
        // Undivided, it opens every deposit that waits.
        if let [epoch] = one.active.iter().copied().collect::<Vec<_>>()[..] {
            let writing = ours.write();
            let attendance = attend(writing.ledger(), &hands[&epoch]).unwrap();
            if let Ok(rotation) = Rotation::open(&writing, attendance) {
                prop_assert!(rotation.deposits().iter().all(|open| open.deposit.is_ok()));
            }
        }
    }
}
