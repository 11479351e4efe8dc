//! Whoever holds no card that counts adds lines to a log: unsigned ones, or signed by every card of epochs that are over. At most
//! something becomes due by it, or the history is split, by name.

use std::collections::{BTreeMap, BTreeSet};

use breakglass::journal::{Calendar, Duty, Fate, History, Known, MetBy, State};
use breakglass::quorum::EpochHash;
use breakglass::vault::Moment;
use proptest::prelude::*;

use super::agrees::{acts, cases, known, lived, shuffled};
use super::world::{Act, Made, START, World, at};

/// When the honest people look: some days, and more than a year, after the vault was made.
const MOMENTS: [i64; 2] = [START + 20 * 86_400, START + 500 * 86_400];

/// What a duty is about, whichever event brought it last.
fn about(duty: &Duty) -> String {
    match duty {
        // A later showing of the same secret takes the place of an earlier one.
        Duty::Replace { entry, secret, .. } => format!("replace {entry} {secret:?}"),
        Duty::RenewRecoveryCodes { entry, .. } => format!("renew codes of {entry}"),
        Duty::Reseal { .. }
        | Duty::RotateAfterLoss { .. }
        | Duty::RotateAfterDeparture { .. }
        | Duty::ReviewSignIns { .. }
        | Duty::SettleConflict { .. }
        | Duty::ReadBack { .. }
        | Duty::FinishRotation { .. }
        | Duty::RecoverOtherSide { .. }
        | Duty::DestroyCardFile { .. }
        | Duty::DestroyPaper { .. }
        | Duty::Rotate
        | Duty::CheckCard { .. }
        | Duty::RotateCredential { .. } => format!("{duty:?}"),
    }
}

/// Duties that a card or a quorum must meet, with their dates. Those that somebody's word can meet (`review_sign_ins`, `destroy_paper`,
/// `destroy_card_file`, `settle_conflict`) may be met by an attacker's word as well: no card can prove them.
fn held(state: &State, world: &World, now: Moment) -> BTreeMap<String, (Duty, Option<Moment>)> {
    let header = state.active_epoch().and_then(|epoch| world.headers.get(&epoch.hash));
    let due = state.due(Calendar::default(), header, now).into_iter();
    let held = due.filter(|due| matches!(due.duty.row().met_by, MetBy::Quorum | MetBy::Card));
    held.map(|due| (about(&due.duty), (due.duty, due.on))).collect()
}

/// Whether the card that a duty is about was told lost, or its custodian gone: then it need not come, and a rotation is due at once.
fn gave_way(duty: &Duty, after: &BTreeMap<String, (Duty, Option<Moment>)>) -> bool {
    let (Duty::ReadBack { card, .. } | Duty::CheckCard { card }) = duty else { return false };
    let (lost, departed) = (Duty::RotateAfterLoss { card: *card }, Duty::RotateAfterDeparture { card: *card });
    after.contains_key(&about(&lost)) || after.contains_key(&about(&departed))
}

/// What signed events did: it must stand, whatever is added.
fn effects(state: &State) -> BTreeSet<String> {
    let mut done = BTreeSet::new();
    for opening in &state.openings {
        let (event, epoch) = (opening.event, opening.epoch);
        done.insert(format!(
            "{event} opened {epoch}, {:?} {:?} {:?}",
            opening.reason, opening.attending, opening.reported
        ));
        done.extend(opening.closed.then(|| format!("{event} was closed")));
        done.extend(opening.exported.then(|| format!("{event} exported")));
        done.extend(opening.resealed.then(|| format!("{event} was answered")));
        for (entry, parts) in &opening.revealed {
            done.extend(parts.iter().map(|part| format!("{event} showed {entry} {part:?}")));
        }
        done.extend(opening.to_replace.iter().map(|part| format!("{event} leaves {part:?}")));
    }
    done.extend(state.folded.keys().map(|deposit| format!("{deposit} was folded in")));
    done.extend(state.dismissed.keys().map(|deposit| format!("{deposit} was dismissed")));
    for epoch in state.epochs.values() {
        let hash = epoch.hash;
        done.extend(epoch.has_begun.then(|| format!("{hash} began")));
        // What was staged beside the epoch that began is over; its own quorum may still say so.
        let fate = if epoch.fate == Fate::Overtaken { Fate::GivenUp } else { epoch.fate };
        done.insert(format!("{hash} is {fate:?}"));
        if matches!(epoch.fate, Fate::InForce | Fate::Ended) {
            done.insert(format!("{hash} was staged as {:?}", epoch.staging));
            done.insert(format!("{hash} is incomplete: {}", epoch.incomplete));
        }
        for card in epoch.cards.iter().filter(|_| epoch.fate == Fate::InForce) {
            let index = card.index;
            done.extend(card.verified.map(|_| format!("{hash} {index} was read back")));
            done.insert(format!("{hash} {index} locked: {}, ever: {}", card.locked, card.ever_locked));
            done.insert(format!("{hash} {index} left out: {:?}", card.left_out));
            done.extend(card.card_file.then(|| format!("{hash} {index} was written to a file")));
        }
    }
    done
}

/// What somebody's word can undo.
fn is_a_word(effect: &str) -> bool {
    effect.ends_with("was written to a file")
}

/// Lets an attacker write. `epochs` are those whose cards the attacker holds: none for who only claims.
fn attack(world: &mut World, acts: &[Act], epochs: &[usize]) {
    let (honest, dealt) = (world.lines.len(), world.epochs.len());
    world.copies.truncate(1);
    for (number, act) in acts.iter().enumerate() {
        world.attacked = Some((dealt, epochs.to_vec()));
        let (kind, _, twist, a, b) = *act;
        // Anywhere: after any line, honest or not, or beside a beginning; and at any time.
        if number % 2 == 0 || twist % 3 == 0 {
            let line = usize::from(a) % world.lines.len();
            world.copies[0].heads = world.lines[line].id.into_iter().collect();
        }
        if twist % 2 == 0
            && let Some(&epoch) = epochs.get(usize::from(b) % epochs.len().max(1))
        {
            world.copies[0].active = epoch;
            world.copies[0].staged = epochs.get(usize::from(a >> 3) % epochs.len()).copied();
        }
        world.clock = [0, START, START + i64::from(a) * 600, super::world::FAR][usize::from(twist / 4 % 4)];
        if kind % 7 == 6 {
            world.retell(usize::from(a) % honest, a >> 3, b);
        } else {
            world.act((kind, 0, twist, a, b));
        }
        world.attacked = None;
    }
}

fn read(world: &World, given: &Known) -> History {
    let lines: Vec<Made> = shuffled(&world.lines, 7, world.fast);
    History::read(lines.iter().map(|line| line.bytes.as_slice()), &world.headers, &known(&lines, world.fast, given))
}

/// Epochs whose cards nobody needs any more.
fn over(state: &State, world: &World) -> Vec<usize> {
    let is_over = |hash: &EpochHash| {
        state.epochs.get(hash).is_some_and(|epoch| match epoch.fate {
            Fate::Ended | Fate::GivenUp | Fate::Overtaken => true,
            Fate::Staged | Fate::InForce | Fate::DecidedAgainst => false,
        })
    };
    (0..world.epochs.len()).filter(|epoch| is_over(&world.epochs[*epoch].hash)).collect()
}

/// Nothing that is decided, due or done changes by these lines, but into a split.
pub fn withstands(world: &mut World, added: &[Act], with_cards: bool) -> Result<(), TestCaseError> {
    let before = read(world, &Known::default());
    let Some(honest) = before.state.filter(|state| state.active.len() == 1) else { return Ok(()) };
    let epochs = if with_cards { over(&honest, world) } else { Vec::new() };
    if with_cards && epochs.is_empty() {
        return Ok(());
    }
    attack(world, added, &epochs);
    let after = read(world, &Known::default());
    let Some(state) = after.state else { return Err(TestCaseError::fail("the vault is gone")) };
    if state.active.len() > 1 {
        prop_assert!(with_cards, "a claim split the history");
        prop_assert!(state.active.contains(&honest.active[0]), "the epoch in force is no side of the split");
        return Ok(());
    }
    prop_assert_eq!(&state.active, &honest.active);
    for accepted in before.events.iter().filter(|placed| placed.accepted) {
        let still = after.events.iter().any(|placed| placed.id == accepted.id && placed.accepted);
        prop_assert!(still, "{} is refused now", accepted.id);
    }
    // A clock that is behind the newest signature is itself a finding, and no date that it shows is calm.
    for moment in MOMENTS.into_iter().filter(|moment| honest.newest_signed <= Some(at(*moment))) {
        let (was, is) = (held(&honest, world, at(moment)), held(&state, world, at(moment)));
        for (about, (duty, on)) in &was {
            match is.get(about) {
                Some((_, now)) => prop_assert!(now <= on, "{} is put off from {:?} to {:?}", about, on, now),
                None => prop_assert!(gave_way(duty, &is), "{} is no more due", about),
            }
        }
    }
    let done = effects(&state);
    for effect in effects(&honest).into_iter().filter(|effect| !is_a_word(effect)) {
        prop_assert!(done.contains(&effect), "no more: {}", effect);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn whoever_only_claims_decides_and_calms_nothing(
        copies in 1_usize..4,
        cards in 2_u8..4,
        honest in acts(24),
        added in acts(8),
    ) {
        withstands(&mut lived(copies, cards, &honest), &added, false)?;
    }

    #[test]
    fn a_retired_quorum_decides_and_calms_nothing_but_by_a_named_split(
        copies in 1_usize..4,
        cards in 2_u8..4,
        honest in acts(16),
        rotations in prop::collection::vec((any::<u16>(), any::<u16>(), acts(6)), 1..3),
        added in acts(8),
    ) {
        let mut world = lived(copies, cards, &honest);
        // Else few would have a quorum that is retired.
        for (a, b, between) in rotations {
            world.rotate(0, a, b);
            between.iter().for_each(|act| world.act(*act));
        }
        withstands(&mut world, &added, true)?;
    }
}
