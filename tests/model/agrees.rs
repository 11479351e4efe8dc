//! The program and the naive reader agree, and the order of lines decides nothing.

use breakglass::journal::{Finding, Headers, History, Known};
use breakglass::quorum::EventId;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::naive::Naive;
use super::told::{self, Told};
use super::world::{Act, Made, World};

/// Cases of each property, unless the environment says more.
pub fn cases(here: u32) -> ProptestConfig {
    let asked = std::env::var("BREAKGLASS_MODEL_CASES").ok().and_then(|text| text.parse().ok());
    // The same cases each time, unless more are asked for: who changes the program must know that the change made it fail.
    let rng_seed = if asked.is_some() { RngSeed::Random } else { RngSeed::Fixed(2026) };
    ProptestConfig { cases: asked.unwrap_or(here), failure_persistence: None, rng_seed, ..ProptestConfig::default() }
}

/// Whether true signatures are left out: when so many cases were asked for that they would be all that is done.
pub fn fast() -> bool {
    std::env::var_os("BREAKGLASS_MODEL_CASES").is_some()
}

pub fn acts(most: usize) -> impl Strategy<Value = Vec<Act>> {
    prop::collection::vec(any::<Act>(), 0..most)
}

/// A world that lived through these acts.
pub fn lived(copies: usize, cards: u8, acts: &[Act]) -> World {
    let mut world = World::new(copies, cards, fast());
    acts.iter().for_each(|act| world.act(*act));
    world
}

/// Lines in another order. What was verified before stays in front.
pub fn shuffled(lines: &[Made], seed: u64, fast: bool) -> Vec<Made> {
    let mut lines = lines.to_vec();
    let mut state = seed | 1;
    for place in (1..lines.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        lines.swap(place, usize::try_from((state >> 33) % (place as u64 + 1)).unwrap());
    }
    lines.sort_by_key(|line| fast && !line.genuine);
    lines
}

/// What is known of lines in this order.
pub fn known(lines: &[Made], fast: bool, known: &Known) -> Known {
    let verified = if fast { lines.iter().take_while(|line| line.genuine).count() } else { 0 };
    Known { verified_lines: verified, ..known.clone() }
}

pub fn read(lines: &[Made], headers: &Headers, fast: bool, given: &Known) -> History {
    let lines = shuffled(lines, 0, fast);
    History::read(lines.iter().map(|line| line.bytes.as_slice()), headers, &known(&lines, fast, given))
}

pub fn naively(lines: &[Made], headers: &Headers, fast: bool, given: &Known) -> Option<Told> {
    let lines = shuffled(lines, 0, fast);
    let known = known(&lines, fast, given);
    let bytes: Vec<&[u8]> = lines.iter().map(|line| line.bytes.as_slice()).collect();
    told::naive(&Naive::read(&bytes, headers, &known))
}

/// Findings as a set, with what their lines say in place of their numbers.
fn findings(history: &History, lines: &[Made]) -> Vec<String> {
    let id =
        |line: &usize| lines[*line - 1].id.map_or_else(|| format!("{:?}", lines[*line - 1].bytes), |id| id.to_string());
    let mut found: Vec<String> = history
        .findings
        .iter()
        .map(|finding| match finding {
            Finding::Unreadable { line, why } => format!("unreadable {} {why:?}", id(line)),
            Finding::Cut { line, missing } => format!("cut {} {missing}", id(line)),
            Finding::Repeated { line } => format!("repeated {}", id(line)),
            Finding::Retold { line } => format!("retold {}", id(line)),
            Finding::MoreUnreadable { count, .. } => format!("unreadable besides {count}"),
            Finding::Refused { line, why } => format!("refused {} {why:?}", id(line)),
            Finding::Unplaced { count, .. } => format!("unplaced {count}"),
            Finding::NoBeginning | Finding::AnchorMissing { .. } | Finding::AnchorBehindCut { .. } => {
                format!("{finding:?}")
            }
        })
        .collect();
    found.sort();
    found
}

/// What else befalls a log: lines missing, changed, doubled with false signatures, headers missing, heads given, epochs proven.
pub type Harm = (u8, u16, u16);

pub fn harm(world: &mut World, harms: &[Harm]) -> Known {
    let mut known = Known::default();
    for (kind, a, b) in harms {
        let count = world.lines.len();
        if count == 0 {
            break;
        }
        let at = usize::from(*a) % count;
        let epoch = world.epochs[usize::from(*b) % world.epochs.len()].hash;
        match kind % 10 {
            0 => drop(world.lines.remove(at)),
            1 => {
                let line = &mut world.lines[at];
                let place = usize::from(*b) % line.bytes.len();
                line.bytes[place] ^= 1;
                // Some changes give another event, with signatures that are not its own.
                line.id = breakglass::journal::Line::read(&line.bytes).ok().map(|line| line.id);
                line.genuine = false;
            }
            2 => {
                let Some(mut line) = again(&world.lines[at]) else { continue };
                line.signatures.reverse();
                line.signatures.extend(line.signatures.first().copied());
                let made = Made { id: Some(line.id), bytes: line.bytes(), genuine: false };
                world.lines.insert(usize::from(*b) % count, made);
            }
            3 => {
                let again = world.lines[at].clone();
                world.lines.push(again);
            }
            4 if !world.fast => drop(world.headers.remove(&epoch)),
            5 | 6 => known.anchors.extend(world.lines[at].id),
            7 => known.proven.push(epoch),
            8 => known.in_the_room = Some(epoch),
            _ => {}
        }
    }
    known.anchors.truncate(2);
    known
}

fn again(line: &Made) -> Option<breakglass::journal::Line> {
    breakglass::journal::Line::read(&line.bytes).ok().filter(|line| line.event.version == 1)
}

pub fn agree(world: &World, given: &Known) -> Result<(), TestCaseError> {
    let history = read(&world.lines, &world.headers, world.fast, given);
    let naive = naively(&world.lines, &world.headers, world.fast, given);
    let program = told::program(&history).map(|mut told| {
        told.unknown = told.unknown.min(1);
        told
    });
    prop_assert_eq!(program.is_some(), naive.is_some(), "whether there is a vault at all");
    let (Some(program), Some(naive)) = (program, naive) else { return Ok(()) };
    prop_assert_eq!(program.accepted, naive.accepted);
    prop_assert_eq!(program.active, naive.active);
    prop_assert_eq!(program.epochs.keys().collect::<Vec<_>>(), naive.epochs.keys().collect::<Vec<_>>());
    for (hash, epoch) in &program.epochs {
        prop_assert_eq!(epoch, &naive.epochs[hash]);
    }
    prop_assert_eq!(program.openings, naive.openings);
    prop_assert_eq!(program.pending, naive.pending);
    prop_assert_eq!(program.folded, naive.folded);
    prop_assert_eq!(program.dismissed, naive.dismissed);
    prop_assert_eq!(program.conflicts, naive.conflicts);
    prop_assert_eq!(program.used_up, naive.used_up);
    prop_assert_eq!(program.unknown, naive.unknown);
    prop_assert_eq!((program.newest_signed, program.latest), (naive.newest_signed, naive.latest));
    Ok(())
}

pub fn order_decides_nothing(world: &World, given: &Known, seed: u64) -> Result<(), TestCaseError> {
    let orders = [0, seed].map(|seed| {
        let lines = if seed == 0 { world.lines.clone() } else { shuffled(&world.lines, seed, false) };
        let mut lines = lines;
        lines.sort_by_key(|line| world.fast && !line.genuine);
        lines
    });
    let [one, other] = orders.each_ref().map(|lines| {
        let known = known(lines, world.fast, given);
        History::read(lines.iter().map(|line| line.bytes.as_slice()), &world.headers, &known)
    });
    prop_assert_eq!(format!("{:?}", one.state), format!("{:?}", other.state));
    let heads = |history: &History| -> Vec<EventId> { history.heads.clone() };
    prop_assert_eq!(heads(&one), heads(&other));
    prop_assert_eq!(one.beginning, other.beginning);
    prop_assert_eq!(findings(&one, &orders[0]), findings(&other, &orders[1]));
    Ok(())
}

/// However many lines were read before the others, and whatever was known then.
pub fn reading_on_is_reading(world: &World, given: &Known, first: usize) -> Result<(), TestCaseError> {
    let bytes: Vec<&[u8]> = world.lines.iter().map(|line| line.bytes.as_slice()).collect();
    let (before, behind) = bytes.split_at(first % (bytes.len() + 1));
    let whole = History::read(bytes.iter().copied(), &world.headers, given);
    let mut few = world.headers.clone();
    few.pop_last();
    for (headers, known) in [(&world.headers, given), (&few, &Known::default())] {
        let on = History::read(before.iter().copied(), headers, known).read_on(
            behind.iter().copied(),
            &world.headers,
            given,
        );
        prop_assert_eq!(format!("{:?}", on.state), format!("{:?}", whole.state));
        prop_assert_eq!(format!("{:?}", on.events), format!("{:?}", whole.events));
        prop_assert_eq!(
            (on.heads, on.beginning, on.findings),
            (whole.heads.clone(), whole.beginning, whole.findings.clone())
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(160))]

    #[test]
    fn the_program_reads_what_the_naive_reader_reads(
        copies in 1_usize..4,
        cards in 2_u8..4,
        acts in acts(24),
        harms in prop::collection::vec(any::<Harm>(), 0..4),
    ) {
        let mut world = lived(copies, cards, &acts);
        agree(&world, &Known::default())?;
        let known = harm(&mut world, &harms);
        agree(&world, &known)?;
    }

    #[test]
    fn the_order_of_lines_decides_nothing(
        copies in 1_usize..4,
        cards in 2_u8..4,
        acts in acts(32),
        harms in prop::collection::vec(any::<Harm>(), 0..4),
        seed in any::<u64>(),
    ) {
        let mut world = lived(copies, cards, &acts);
        let known = harm(&mut world, &harms);
        order_decides_nothing(&world, &known, seed)?;
    }

    #[test]
    fn reading_on_is_the_same_as_reading_all(
        copies in 1_usize..4,
        cards in 2_u8..4,
        acts in acts(24),
        harms in prop::collection::vec(any::<Harm>(), 0..4),
        first in any::<usize>(),
    ) {
        let mut world = lived(copies, cards, &acts);
        let known = harm(&mut world, &harms);
        reading_on_is_reading(&world, &known, first)?;
    }
}
