//! The fold is a function of the set of lines: two copies that hold the same lines show the same state, in whatever order they met,
//! whatever their clocks said.

use std::collections::BTreeMap;

use breakglass::ceremony::*;
use breakglass::journal::{Headers, History, Known, Line, State};
use breakglass::quorum::{Card, CardIndex, EpochHash, LockProfile, Phrase};
use breakglass::vault::{Change, Claim, FieldName, FieldValue, Moment};
use proptest::prelude::*;

use crate::crash_disk::CrashDisk;
use crate::hand::{NAMES, assert_same, difference, registrar, told, trust};
use crate::machine::{Machine, attend, card, entry, index, keep, now, password, plan, read_all_back, reveal};

#[derive(Clone, Copy, Debug)]
enum Deed {
    Deposit,
    DepositCodes(u8),
    Clear,
    Open,
    Review,
    Stage,
    ReadBack,
    Commit,
    Abort,
    CleanUp,
    Lose(u8),
    Depart(u8),
    Relock(u8),
    DestroyPaper(u8),
    Receipt(u8),
    Check(u8),
    Meet,
}

fn deeds() -> impl Strategy<Value = Vec<(bool, i64, Deed)>> {
    let card = 1..=3_u8;
    let deed = prop_oneof![
        3 => Just(Deed::Deposit),
        2 => (1..4_u8).prop_map(Deed::DepositCodes),
        1 => Just(Deed::Clear),
        2 => Just(Deed::Open),
        1 => Just(Deed::Review),
        2 => Just(Deed::Stage),
        2 => Just(Deed::ReadBack),
        2 => Just(Deed::Commit),
        1 => Just(Deed::Abort),
        1 => Just(Deed::CleanUp),
        2 => card.clone().prop_map(Deed::Lose),
        2 => card.clone().prop_map(Deed::Depart),
        2 => card.clone().prop_map(Deed::Relock),
        2 => card.clone().prop_map(Deed::DestroyPaper),
        2 => card.clone().prop_map(Deed::Receipt),
        1 => card.prop_map(Deed::Check),
        1 => Just(Deed::Meet),
    ];
    // Each deed by a clock of its own: hours before and behind, and often the very same second.
    let clock = prop_oneof![3 => Just(0_i64), 2 => -3..3_i64, 1 => 300..400_i64];
    prop::collection::vec((any::<bool>(), clock, deed), 4..16)
}

/// Cards by the hash of their epoch: every paper that is good.
type Hands = BTreeMap<EpochHash, Vec<Card>>;

const PHRASE: &str = "zoo winner abandon lemon";

fn phrase() -> Phrase {
    Phrase::new(PHRASE).unwrap()
}

/// The same card once more, as its paper is typed again.
fn again(known: &Card) -> Card {
    let text = match known {
        Card::Open(card) => card.to_text(),
        Card::Locked(card) => card.to_text(),
    };
    card(text.expose())
}

fn quorum(ledger: &Ledger<'_>, cards: &[Card]) -> Attendance {
    let mut gathering = Gathering::begin(ledger.active().unwrap(), ledger.state());
    for known in &cards[..2] {
        if let Offered::NeedsPhrase(locked) = gathering.offer(again(known)) {
            assert!(gathering.unlock(&locked, &phrase()).unwrap().is_ok());
        }
    }
    gathering.quorum().unwrap()
}

fn codes(count: u8, salt: usize) -> Change {
    let text: Vec<String> = (0..count).map(|number| format!("{salt:04}-{number:04}")).collect();
    let set = [(FieldName::fixed("recovery_codes"), FieldValue::copy_of(&text.join("\n")))];
    Change { set: set.into(), ..Change::default() }
}

/// Does it if the vault lets people do it now; that it refuses is as good a deed as any.
fn act(deed: Deed, here: Machine<'_>, there: Machine<'_>, at: Moment, hands: &mut Hands, count: usize) {
    if let Deed::Meet = deed {
        drop(here.merge(there));
        return;
    }
    let Ok(mut writing) = here.try_read().and_then(|ledger| ledger.begin(at)) else { return };
    let state = writing.ledger().state().clone();
    let Some(epoch) = state.active_epoch().map(|active| active.hash) else { return };
    let staged = state.staged_epoch().map(|epoch| epoch.hash);
    let put_in = |writing: &mut Writing<'_>, change| drop(put(writing, epoch, &registrar(), change, "Ben", at));
    match deed {
        Deed::Deposit => put_in(&mut writing, password(&format!("value {count}"))),
        Deed::DepositCodes(codes_in_it) => put_in(&mut writing, codes(codes_in_it, count)),
        Deed::Clear => {
            let clear = [FieldName::fixed("recovery_codes")].into();
            put_in(&mut writing, Change { clear, ..Change::default() });
        }
        Deed::Open => {
            let attendance = quorum(writing.ledger(), &hands[&epoch]);
            let session = Session::open(&mut writing, attendance, &format!("reason {count}"), None, at);
            if let Ok(session) = session {
                let _ = reveal(&session, &mut writing, "registrar");
                let _ = session.close(&mut writing, at);
            }
        }
        Deed::Review => {
            let openings = state.openings.iter().take(1).map(|opening| opening.event).collect::<Vec<_>>();
            drop(review(&mut writing, openings, "Ben", at));
        }
        Deed::Stage if staged.is_none() => {
            let new = std::cell::RefCell::new(Vec::new());
            let attendance = quorum(writing.ledger(), &hands[&epoch]);
            let Ok(rotation) = Rotation::open(&writing, attendance) else { return };
            let readable = rotation.deposits().iter().filter(|open| open.deposit.is_ok());
            let fold: Vec<_> = readable.map(|open| open.pending.deposit).collect();
            let shown = state.openings.iter().flat_map(|opening| opening.to_replace.iter().cloned());
            let replaced = if count.is_multiple_of(2) { shown.collect() } else { Vec::new() };
            let choices = Choices { replaced, ..Choices::folding(fold) };
            let staged = stage(&mut writing, rotation, plan(&NAMES), choices, at, &mut keep(&new));
            if let Ok(staged) = staged {
                hands.insert(staged.epoch, new.into_inner().iter().map(|text| card(text)).collect());
            }
        }
        Deed::ReadBack => {
            let Some(epoch) = staged else { return };
            for known in &hands[&epoch] {
                drop(read_back(&mut writing, epoch, &again(known), false, None, at));
            }
        }
        Deed::Commit => {
            let Some(epoch) = staged else { return };
            let header = writing.ledger().header(epoch).unwrap();
            let mut new = Gathering::begin(header, writing.ledger().state());
            for known in hands[&epoch].iter().take(2) {
                drop(new.offer(again(known)));
            }
            drop(commit(&mut writing, &new.quorum().unwrap(), Vec::new(), "Ben", at));
        }
        Deed::Abort if staged.is_some() => {
            let attendance = quorum(writing.ledger(), &hands[&epoch]);
            drop(abort(&mut writing, &attendance, "the printer broke", at));
        }
        Deed::CleanUp => drop(clean_up(&mut writing, at)),
        Deed::Lose(number) => drop(lose(&mut writing, index(number), &format!("lost {count}"), "Ben", at)),
        Deed::Depart(number) => drop(depart(&mut writing, index(number), &format!("left {count}"), "Ben", at)),
        Deed::Relock(number) => {
            relock_one(&mut writing, &mut hands.get_mut(&epoch).unwrap()[usize::from(number) - 1], at)
        }
        Deed::DestroyPaper(number) => {
            let of = state.epochs.values().min_by_key(|epoch| epoch.number).unwrap().hash;
            drop(paper_destroyed(&mut writing, of, vec![index(number)], "Ben", at));
        }
        Deed::Receipt(number) => {
            let header = writing.ledger().active().unwrap().clone();
            let known = again(&hands[&epoch][usize::from(number) - 1]);
            let made = check_against_header(&header, &known, Some(&phrase()), at).unwrap().1;
            drop(add_receipt(&mut writing, &made, "Ben", at));
        }
        Deed::Check(number) => {
            drop(check_card(&mut writing, &again(&hands[&epoch][usize::from(number) - 1]), Some(&phrase()), at));
        }
        Deed::Meet | Deed::Stage | Deed::Abort => {}
    }
}

/// Prints a card anew, with a phrase or without, and puts the new paper into its holder's hand.
fn relock_one(writing: &mut Writing<'_>, hand: &mut Card, at: Moment) {
    let phrase = phrase();
    let lock = matches!(hand, Card::Open(_)).then_some((LockProfile::Small, &phrase));
    let mut new = None;
    let mut write = |_: &_, card: &Card| {
        new = Some(again(card));
        Ok(false)
    };
    if relock(writing, &again(hand), Some(&phrase), lock, at, &mut write).is_ok() {
        *hand = new.unwrap();
    }
}

/// What two copies lived through, in one folder: the lines, and the headers that they are read with.
fn lived(deeds: &[(bool, i64, Deed)]) -> (Vec<Vec<u8>>, Headers) {
    let disk = CrashDisk::new();
    let ours = Machine::new(&disk);
    let cards = ours.begin();
    let theirs = ours.copy_to("stick.vault").with_pins("their-pins");
    trust(ours);
    trust(theirs);
    let first = ours.read().active().unwrap().hash();
    let mut hands = Hands::from([(first, cards.iter().map(|text| card(text)).collect())]);
    for (count, (at_ours, days, deed)) in deeds.iter().enumerate() {
        let (here, there) = if *at_ours { (ours, theirs) } else { (theirs, ours) };
        act(*deed, here, there, now().plus_days(*days), &mut hands, count);
    }
    ours.merge(theirs).unwrap();
    (ours.lines(), ours.read().headers().clone())
}

fn read(lines: &[Vec<u8>], headers: &Headers) -> History {
    History::read(lines.iter().map(Vec::as_slice), headers, &Known::default())
}

fn state(lines: &[Vec<u8>], headers: &Headers) -> State {
    read(lines, headers).state.unwrap()
}

/// The same lines, each still behind those that it follows; which of those that lived apart comes first is picked by `choices`.
fn parents_first(lines: &[Vec<u8>], choices: &[prop::sample::Index]) -> Vec<Vec<u8>> {
    let events: Vec<Line> = lines.iter().map(|line| Line::read(line).unwrap()).collect();
    let mut waiting: Vec<usize> = (0..lines.len()).collect();
    let (mut stands, mut order) = (std::collections::BTreeSet::new(), Vec::new());
    for choice in choices.iter().cycle() {
        if waiting.is_empty() {
            break;
        }
        let follows = |at: usize| events[at].event.previous.iter().all(|previous| stands.contains(previous));
        let ready: Vec<usize> = waiting.iter().copied().filter(|&at| follows(at)).collect();
        let picked = ready[choice.index(ready.len())];
        stands.insert(events[picked].id);
        waiting.retain(|&at| at != picked);
        order.push(lines[picked].clone());
    }
    order
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_lines_that_lived_apart_changes_nothing(
        deeds in deeds(),
        orders in prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 8), 4),
    ) {
        let (lines, headers) = lived(&deeds);
        let expected = told(&state(&lines, &headers));
        for choices in &orders {
            let reordered = parents_first(&lines, choices);
            prop_assert_eq!(difference(&expected, &told(&state(&reordered, &headers))), Vec::<String>::new());
        }
    }

    #[test]
    fn no_order_of_lines_at_all_changes_anything(
        deeds in deeds(),
        keys in prop::collection::vec(any::<u32>(), 64),
    ) {
        let (lines, headers) = lived(&deeds);
        let expected = told(&state(&lines, &headers));
        let mut shuffled: Vec<(u32, Vec<u8>)> =
            lines.iter().enumerate().map(|(at, line)| (keys[at % keys.len()].rotate_left(at as u32), line.clone())).collect();
        shuffled.sort();
        let shuffled: Vec<Vec<u8>> = shuffled.into_iter().map(|(_, line)| line).collect();
        let found = read(&shuffled, &headers);
        let found = found.state.as_ref().map(told).unwrap_or_default();
        prop_assert_eq!(difference(&expected, &found), Vec::<String>::new());
    }

    #[test]
    fn two_copies_that_met_both_ways_show_the_same_vault(deeds in deeds()) {
        let disk = CrashDisk::new();
        let ours = Machine::new(&disk);
        let cards = ours.begin();
        let theirs = ours.copy_to("stick.vault").with_pins("their-pins");
        trust(ours);
        trust(theirs);
        let first = ours.read().active().unwrap().hash();
        let mut hands = Hands::from([(first, cards.iter().map(|text| card(text)).collect())]);
        for (count, (at_ours, days, deed)) in deeds.iter().enumerate() {
            let (here, there) = if *at_ours { (ours, theirs) } else { (theirs, ours) };
            act(*deed, here, there, now().plus_days(*days), &mut hands, count);
        }
        ours.merge(theirs).unwrap();
        theirs.merge(ours).unwrap();
        let (one, other) = (told(ours.read().state()), told(theirs.read().state()));
        prop_assert_eq!(difference(&one, &other), Vec::<String>::new());
    }
}

/// Two people report the same card, each in a copy of their own.
#[test]
fn the_first_of_two_reports_of_one_loss_counts_in_both_copies() {
    let disk = CrashDisk::new();
    let ours = Machine::new(&disk);
    ours.begin();
    let theirs = ours.copy_to("stick.vault").with_pins("their-pins");
    lose(&mut ours.write(), index(2), "left on a train", "Ben", now()).unwrap();
    let later = now().plus_days(1);
    lose(&mut theirs.try_read().unwrap().begin(later).unwrap(), index(2), "found empty", "Chie", later).unwrap();
    ours.merge(theirs).unwrap();
    theirs.merge(ours).unwrap();
    for machine in [ours, theirs] {
        let ledger = machine.read();
        let card = ledger.state().active_epoch().unwrap().card(index(2)).unwrap().clone();
        let told: Vec<(Moment, &str)> =
            card.lost.iter().map(|report| (report.time, report.reason.as_ref().map_or("", Claim::as_str))).collect();
        assert_eq!(told, [(now(), "left on a train"), (later, "found empty")], "the first counts, and none is lost");
    }
}

/// A card is printed anew, in another copy its old paper is destroyed, and the vault is rotated.
#[test]
fn a_paper_that_was_printed_since_is_asked_for_in_whichever_order_the_copies_met() {
    let disk = CrashDisk::new();
    let ours = Machine::new(&disk);
    let cards = ours.begin();
    let first = ours.read().active().unwrap().hash();
    let mut paper = card(&cards[2]);
    relock_one(&mut ours.write(), &mut paper, now());
    let theirs = ours.copy_to("stick.vault").with_pins("their-pins");
    paper_destroyed(&mut theirs.write(), first, vec![index(3)], "Ben", now()).unwrap();
    ours.rotate(&cards);
    ours.merge(theirs).unwrap();
    theirs.merge(ours).unwrap();
    assert_same(ours.read().state(), theirs.read().state());
    assert!(crate::hand::is_to_be_destroyed(ours, first) && crate::hand::is_to_be_destroyed(theirs, first));
}

/// Two machines put the same field, their clocks right; whichever takes in the other, the later one is the newest.
#[test]
fn the_later_of_two_deposits_that_lived_apart_stands_first_in_both_copies() {
    let disk = CrashDisk::new();
    let ours = Machine::new(&disk);
    let cards = ours.begin();
    let theirs = ours.copy_to("stick.vault").with_pins("their-pins");
    trust(theirs);
    let put_at = |machine: Machine<'_>, value: &str, at: Moment| {
        let mut writing = machine.try_read().unwrap().begin(at).unwrap();
        let epoch = writing.ledger().active().unwrap().hash();
        put(&mut writing, epoch, &entry("registrar"), password(value), "Ben", at).unwrap();
    };
    put_at(theirs, "of nine o'clock", now().plus_days(2));
    put_at(ours, "of eight o'clock", now().plus_days(1));
    ours.merge(theirs).unwrap();
    theirs.merge(ours).unwrap();
    let newest = |machine: Machine<'_>| {
        let mut writing = machine.try_read().unwrap().begin(now().plus_days(3)).unwrap();
        let attendance = attend(writing.ledger(), &cards).unwrap();
        let session = Session::open(&mut writing, attendance, "lockout", None, now().plus_days(3)).unwrap();
        let name = FieldName::fixed("password");
        let shown = session.reveal(&mut writing, &entry("registrar"), &[name], now().plus_days(3)).unwrap();
        let value = Which::Newest.of(&shown[0].held).unwrap().value.expose().to_owned();
        session.close(&mut writing, now().plus_days(3)).unwrap();
        value
    };
    assert_eq!(newest(theirs), "of nine o'clock");
    assert_eq!(newest(ours), "of nine o'clock");
}

/// Whatever happened apart: cards read back in different orders count alike.
#[test]
fn a_staged_epoch_that_was_read_back_apart_is_one_epoch() {
    let disk = CrashDisk::new();
    let ours = Machine::new(&disk);
    let cards = ours.begin();
    let (epoch, new) = ours.stage(&cards, &NAMES).unwrap();
    let theirs = ours.copy_to("stick.vault").with_pins("their-pins");
    read_all_back(&mut ours.write(), epoch, &new).unwrap();
    let reversed: Vec<String> = new.iter().rev().cloned().collect();
    read_all_back(&mut theirs.write(), epoch, &reversed).unwrap();
    ours.merge(theirs).unwrap();
    theirs.merge(ours).unwrap();
    assert_same(ours.read().state(), theirs.read().state());
    let known: Vec<CardIndex> = ours.read().state().epochs[&epoch].cards.iter().map(|card| card.index).collect();
    assert_eq!(known, [1, 2, 3].map(index));
}
