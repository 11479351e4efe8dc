//! Calm, as far as a log without its folder can be: nothing found, nothing due, no split, nothing unknown, every card read back. Each is
//! broken in turn. What files add to it (hashes, sizes, pins) is for tests with a disk.

use breakglass::journal::{Calendar, Known, What};
use breakglass::vault::Moment;
use proptest::prelude::*;

use super::agrees::{acts, cases, lived, naively, read};
use super::world::{Act, START, Twist, World, at, card};

/// As `status` says it, of what can be told without a folder.
fn is_calm(world: &World, now: Moment) -> bool {
    let history = read(&world.lines, &world.headers, world.fast, &Known::default());
    let Some(state) = &history.state else { return false };
    let header = state.active_epoch().and_then(|epoch| world.headers.get(&epoch.hash));
    let clocks = state.newest_signed.max(state.latest).is_none_or(|latest| latest <= now);
    let due = state.due(Calendar::default(), header, now).iter().any(|due| due.is_due(now));
    let sealed = state.active.len() == 1 && state.unanswered_openings().next().is_none();
    sealed && history.findings.is_empty() && state.unknown.is_empty() && clocks && !due
}

/// A vault in which all is done: every card read back, every file and old paper destroyed.
fn calm_vault() -> World {
    let mut world = World::new(1, 3, false);
    world.rotate(0, 1, 0);
    let honest = Twist::default();
    for epoch in world.epochs.clone() {
        let cards: Vec<_> = (1..=epoch.cards).map(card).collect();
        let what = What::PaperDestroyed { epoch: epoch.hash, cards: cards.clone() };
        world.follow(0, Vec::new(), what, &honest);
        world.follow(0, Vec::new(), What::CardFilesDestroyed { epoch: epoch.hash, cards }, &honest);
    }
    world
}

fn soon() -> Moment {
    at(START + 10 * 86_400)
}

fn broken(act: Act) -> bool {
    let mut world = calm_vault();
    world.act(act);
    !is_calm(&world, soon())
}

#[test]
fn a_vault_in_which_all_is_done_is_calm_and_stays_so_until_its_next_date() {
    let world = calm_vault();
    assert!(is_calm(&world, soon()));
    assert!(!is_calm(&world, at(START + 92 * 86_400)), "cards are to be checked");
    assert!(!is_calm(&world, at(START - 1)), "a clock before the newest signature");
}

#[test]
fn whatever_is_broken_in_it_ends_the_calm() {
    let ended: [(&str, Act); 9] = [
        ("opened", (3, 0, 0, 0, 0)),
        ("lost", (22, 0, 0, 1, 0)),
        ("departed", (23, 0, 0, 1, 0)),
        ("staged", (10, 0, 0, 0, 0)),
        ("relocked", (20, 0, 0, 1, 0)),
        ("written by a newer breakglass", (29, 0, 0, 0, 0)),
        ("refused", (19, 0, 185, 0, 0)),
        ("signed by nobody", (3, 0, 180, 0, 0)),
        ("rotated, and its old papers not destroyed", (30, 0, 0, 1, 0)),
    ];
    for (what, act) in ended {
        assert!(broken(act), "{what}");
    }
}

#[test]
fn a_line_that_is_missing_or_doubled_or_damaged_ends_the_calm() {
    // A line at the end can be missing unseen: only a pin or a head on paper tells.
    let count = calm_vault().lines.len();
    for line in 0..count {
        let mut doubled = calm_vault();
        let again = doubled.lines[line].clone();
        doubled.lines.push(again);
        assert!(!is_calm(&doubled, soon()), "line {line} twice");
        let mut damaged = calm_vault();
        let place = damaged.lines[line].bytes.len() / 2;
        damaged.lines[line].bytes[place] ^= 1;
        assert!(!is_calm(&damaged, soon()), "line {line} damaged");
        let mut missing = calm_vault();
        missing.lines.remove(line);
        assert!(line + 1 == count || !is_calm(&missing, soon()), "line {line} missing");
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn calm_means_that_nothing_waits_by_the_naive_reading(acts in acts(4), add in any::<bool>()) {
        let mut world = if add { calm_vault() } else { lived(2, 3, &[]) };
        acts.iter().for_each(|act| world.act(*act));
        let now = at(START + 20 * 86_400);
        if is_calm(&world, now) {
            let told = naively(&world.lines, &world.headers, world.fast, &Known::default()).unwrap();
            prop_assert_eq!(told.active.len(), 1);
            prop_assert!(told.openings.values().all(|opening| opening.resealed && opening.reviewed));
            prop_assert!(told.openings.values().all(|opening| opening.to_replace.is_empty()));
            prop_assert!(told.conflicts.is_empty() && told.used_up.is_empty() && told.unknown == 0);
            prop_assert!(told.newest_signed <= Some(now) && told.latest <= Some(now));
            prop_assert!(told.accepted.values().all(|accepted| *accepted == (true, true)));
            for (hash, epoch) in &told.epochs {
                let active = told.active.contains(hash);
                prop_assert!(epoch.fate != breakglass::journal::Fate::Staged && epoch.stranded.is_empty());
                prop_assert!(epoch.cards.values().all(|card| card.old_papers == 0 && !card.card_file));
                let whole = epoch.cards.values().all(|card| {
                    card.verified.is_some() && card.lost.is_empty() && card.departed.is_empty()
                });
                prop_assert!(!active || whole);
            }
        }
    }
}
