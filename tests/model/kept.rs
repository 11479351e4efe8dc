//! Histories that the model found, as short as they are understood: each is a sentence that was once false.

use breakglass::journal::{Attached, Calendar, Duty, Fate, Known, Line, OneTimeCode, Staging, State, What};
use breakglass::quorum::{Digest, EventId, Signature};
use breakglass::vault::FieldName;

use super::acts::entry;
use super::agrees::read;
use super::world::{FAR, Made, START, THRESHOLD, Twist, World, at, card, word};

fn state(world: &World) -> State {
    read(&world.lines, &world.headers, false, &Known::default()).state.unwrap()
}

fn duties(world: &World) -> Vec<Duty> {
    let state = state(world);
    let header = state.active_epoch().and_then(|epoch| world.headers.get(&epoch.hash));
    state.due(Calendar::default(), header, at(START + 86_400)).into_iter().map(|due| due.duty).collect()
}

/// A line beside the last one, by nobody or by the cards of an epoch.
fn beside(world: &mut World, previous: EventId, signed_by: Option<usize>, time: i64, what: What) {
    let signers = signed_by.map(|epoch| world.signers(epoch, THRESHOLD)).unwrap_or_default();
    world.write(vec![previous], signers, what, &Twist { time: Some(time), ..Twist::default() });
}

fn deposited(world: &World, deposit: &str, field: &'static str, codes: Option<u16>) -> What {
    let mut entry = super::acts::public_entry(0, 0);
    entry.last_rotated = "2020-02-02".parse().ok();
    What::Deposited {
        epoch: world.epochs[0].hash,
        deposit: Digest(word(deposit)),
        entry,
        fields: vec![FieldName::fixed(field)],
        cleared: Vec::new(),
        attached: Vec::<Attached>::new(),
        detached: Vec::new(),
        recovery_codes: codes,
    }
}

fn opened(world: &mut World) -> EventId {
    let (epoch, reason) = (world.epochs[0].hash, "a drill".parse().unwrap());
    world.open(0, What::Opened { epoch, reason, incident: None, reported: Vec::new() }, &Twist::default());
    world.copies[0].heads[0]
}

fn head(world: &World) -> EventId {
    world.copies[0].heads[0]
}

#[test]
fn a_line_doubled_with_false_signatures_takes_nothing_from_the_true_one() {
    let mut world = World::new(1, 3, false);
    let session = opened(&mut world);
    let mut line = Line::read(&world.lines[1].bytes).unwrap();
    line.signatures = vec![Signature([7; 64]); 2];
    world.lines.insert(0, Made { id: Some(line.id), bytes: line.bytes(), genuine: false });
    assert!(duties(&world).contains(&Duty::Reseal { opening: session }));
}

#[test]
fn claims_of_another_vault_however_many_do_not_take_the_vault_away() {
    let mut world = World::new(1, 3, false);
    for number in 0..9 {
        let twist = Twist { other_vault: true, time: Some(START + number), ..Twist::default() };
        world.write(vec![head(&world)], Vec::new(), What::Merged {}, &twist);
    }
    assert_eq!(state(&world).active, [world.epochs[0].hash]);
}

#[test]
fn a_retired_quorum_that_stages_the_epoch_in_force_once_more_changes_nothing_of_it() {
    let mut world = World::new(1, 3, false);
    let created = head(&world);
    world.rotate(0, 1, 0);
    let before = state(&world);
    let mut epoch = world.new_epoch(1, 0, 0b111);
    epoch.card_files = epoch.locked.clone();
    let what = What::Staged { epoch, staging: Staging::default(), more: 3 };
    // In front of the true lines: no order may let it decide.
    beside(&mut world, created, Some(0), 0, what);
    let last = world.lines.pop().unwrap();
    world.lines.insert(1, last);
    let after = state(&world);
    assert_eq!(after.active, before.active);
    assert_eq!(after.active_epoch().unwrap().cards, before.active_epoch().unwrap().cards);
    assert!(!after.active_epoch().unwrap().incomplete);
}

#[test]
fn in_a_split_no_paper_of_the_epoch_before_it_is_to_be_destroyed() {
    let mut world = World::new(2, 3, false);
    world.rotate(0, 1, 0);
    world.rotate(1, 1, 0);
    let state = state(&world);
    assert_eq!(state.active.len(), 2);
    assert!(state.epochs[&world.epochs[0].hash].cards.iter().all(|card| card.old_papers == 0));
}

#[test]
fn what_began_and_was_given_up_beside_it_keeps_its_cards_while_values_may_stand_there_alone() {
    let mut world = World::new(2, 3, false);
    let what = deposited(&world, "one", "password", None);
    world.follow(0, Vec::new(), what, &Twist::default());
    world.copies[1] = world.copies[0].clone();
    let staging = Staging { deposits: vec![Digest(word("one"))], ..Staging::default() };
    world.stage(0, 3, (0, 0), staging, 0, &Twist::default());
    let staged = world.copies[0].staged.unwrap();
    let epoch = world.epochs[staged].hash;
    let aborted = What::Aborted { epoch, reason: "jammed".parse().unwrap() };
    let aborted = world.write(world.copies[0].heads.clone(), world.signers(0, 2), aborted, &Twist::default());
    for number in 1..=3 {
        let what = What::ReadBack { epoch, card: card(number), file_destroyed: false };
        let signers = world.signers(staged, number).split_off(usize::from(number) - 1);
        world.follow(0, signers, what, &Twist::default());
    }
    world.commit(0, Vec::new(), &Twist::default());
    let known = Known { anchors: vec![aborted], ..Known::default() };
    let state = read(&world.lines, &world.headers, false, &known).state.unwrap();
    let other = &state.epochs[&epoch];
    assert_eq!((other.fate, other.stranded.len()), (Fate::DecidedAgainst, 1));
    assert!(other.cards.iter().all(|card| card.old_papers == 0));
}

#[test]
fn a_review_that_does_not_follow_an_opening_is_none_of_it() {
    let mut world = World::new(1, 3, false);
    let created = head(&world);
    let session = opened(&mut world);
    for time in [0, FAR] {
        beside(&mut world, created, None, time, What::Reviewed { openings: vec![session] });
    }
    assert!(duties(&world).contains(&Duty::ReviewSignIns { opening: session }));
}

#[test]
fn nobodys_word_puts_off_the_day_of_a_credential() {
    let mut world = World::new(1, 3, false);
    let created = head(&world);
    let honest = deposited(&world, "one", "password", None);
    world.follow(0, Vec::new(), honest, &Twist::default());
    let day = |world: &World| {
        let due = state(world).due(Calendar::default(), None, at(START + 86_400)).into_iter();
        due.filter(|due| matches!(due.duty, Duty::RotateCredential { .. })).map(|due| due.on).collect::<Vec<_>>()
    };
    let before = day(&world);
    // Of another file, and of the same file by a clock that stands before.
    for (deposit, time) in [("two", START + 600), ("one", 0)] {
        let mut what = deposited(&world, deposit, "password", None);
        if let What::Deposited { entry, .. } = &mut what {
            entry.last_rotated = "2090-01-01".parse().ok();
        }
        beside(&mut world, created, None, time, what);
    }
    assert_eq!((before.len(), day(&world)), (1, before));
}

#[test]
fn nobodys_word_calms_that_recovery_codes_are_used_up() {
    let mut world = World::new(1, 3, false);
    let created = head(&world);
    let what = deposited(&world, "one", "recovery_codes", Some(4));
    world.follow(0, Vec::new(), what, &Twist::default());
    let session = opened(&mut world);
    let codes = (1..=3).map(|number| OneTimeCode::Recovery { set: Digest(word("one")), number }).collect();
    let (fields, attachments) = (Vec::new(), Vec::new());
    let what = What::Revealed { session, entry: entry(0), fields, attachments, codes };
    world.follow(0, world.signers(0, THRESHOLD), what, &Twist::default());
    let due = Duty::RenewRecoveryCodes { entry: entry(0), left: 1, count: 4 };
    assert!(duties(&world).contains(&due));
    // A fresh set, and more codes in the same one.
    for (deposit, time) in [("two", START + 600), ("one", 0)] {
        let what = deposited(&world, deposit, "recovery_codes", Some(40));
        beside(&mut world, created, None, time, what);
    }
    assert!(duties(&world).contains(&due));
}

#[test]
fn whoever_names_a_file_again_hides_nothing_of_what_an_export_wrote_out() {
    let mut world = World::new(1, 3, false);
    let created = head(&world);
    let what = deposited(&world, "one", "password", None);
    world.follow(0, Vec::new(), what, &Twist::default());
    let session = opened(&mut world);
    world.follow(0, world.signers(0, THRESHOLD), What::Exported { session }, &Twist::default());
    let what = deposited(&world, "one", "url", None);
    beside(&mut world, created, None, 0, what);
    assert_eq!(state(&world).openings[0].to_replace.len(), 1);
}

#[test]
fn an_epoch_that_a_card_proves_is_no_split_where_the_lines_between_are_missing() {
    let mut world = World::new(1, 3, false);
    for _ in 0..3 {
        world.rotate(0, 1, 0);
    }
    world.lines.truncate(1);
    let newest = world.epochs[3].hash;
    let known = Known { in_the_room: Some(newest), ..Known::default() };
    let state = read(&world.lines, &world.headers, false, &known).state.unwrap();
    assert_eq!(state.active, [newest]);
}

#[test]
fn a_staging_that_nobody_signed_is_none_though_a_card_proves_its_epoch() {
    let mut world = World::new(1, 3, false);
    world.stage(0, 3, (0, 0b1), Staging::default(), 0, &Twist { unsigned: true, ..Twist::default() });
    let epoch = world.epochs[1].hash;
    let known = Known { in_the_room: Some(epoch), ..Known::default() };
    let history = read(&world.lines, &world.headers, false, &known);
    assert!(!history.event(head(&world)).unwrap().accepted);
    assert_eq!(history.state.unwrap().epochs[&epoch].staged, None);
}

#[test]
fn a_receipt_that_is_handed_in_again_makes_its_card_no_newer() {
    let mut world = World::new(1, 3, false);
    let created = head(&world);
    world.clock = START + 86_400;
    let what = What::Receipt { receipt: world.receipt(0, 1, false) };
    world.follow(0, Vec::new(), what.clone(), &Twist::default());
    // A signed event that follows stands before the receipt: that clock had run ahead.
    world.clock = START + 60;
    opened(&mut world);
    let seen = |world: &World| state(world).active_epoch().unwrap().cards[0].seen;
    let before = seen(&world);
    beside(&mut world, created, None, FAR, what);
    assert_eq!(seen(&world), before);
}

#[test]
fn a_file_that_is_named_for_two_epochs_stands_once_in_a_conflict() {
    let acts = [
        (96, 0, 0, 0, 0),
        (93, 3, 0, 1, 0),
        (32, 84, 0, 43_001, 0),
        (224, 9, 0, 57_101, 249),
        (224, 0, 0, 0, 0),
        (221, 7, 0, 145, 0),
        (160, 0, 0, 0, 0),
        (224, 1, 0, 3_031, 31_604),
    ];
    let world = super::agrees::lived(3, 2, &acts);
    let state = state(&world);
    assert!(!state.conflicts.is_empty());
    for conflict in state.conflicts {
        let once: std::collections::BTreeSet<&Digest> = conflict.deposits.iter().collect();
        assert_eq!(once.len(), conflict.deposits.len());
    }
}
