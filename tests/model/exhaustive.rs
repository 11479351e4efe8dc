//! Every history of a few events out of a small alphabet: agreed on by both readers, in every order, and unharmed by claims.

use breakglass::journal::Known;

use super::agrees::{agree, order_decides_nothing};
use super::attacks::withstands;
use super::world::{Act, World};

/// What may happen next: each in one of two copies.
const ALPHABET: [Act; 12] = [
    (0, 0, 0, 1, 1),     // a deposit here
    (0, 1, 0, 1, 1),     // a deposit there
    (3, 0, 0, 0, 1),     // an opening
    (5, 0, 0, 0, 1),     // a password is shown
    (9, 1, 0, 1, 1),     // somebody reviewed
    (10, 0, 0, 0, 1023), // staged here, with all replaced
    (13, 0, 0, 0, 0),    // a card of the staged epoch is read back
    (13, 0, 0, 0, 1),    // the other
    (17, 0, 0, 0, 1),    // committed here
    (18, 1, 0, 1, 1),    // given up there
    (30, 1, 0, 1, 1),    // a whole rotation there
    (26, 0, 0, 1, 1),    // both meet
];
/// Events of each history; more than this takes minutes without optimisation.
const LENGTH: usize = 3;
/// What an attacker adds to each.
const CLAIMS: [Act; 3] = [(9, 0, 3, 1, 1), (0, 0, 9, 4, 2), (6, 0, 6, 3, 2)];

#[test]
fn every_short_history_reads_alike_in_any_order_and_stands_against_claims() {
    let mut count = 0_usize;
    for number in 0..ALPHABET.len().pow(u32::try_from(LENGTH).unwrap()) {
        let acts: Vec<Act> = (0..LENGTH)
            .map(|place| ALPHABET[number / ALPHABET.len().pow(u32::try_from(place).unwrap()) % ALPHABET.len()])
            .collect();
        // Both copies know of the beginning; the reader is told that true signatures were verified before, which saves their time.
        let mut world = World::new(2, 2, true);
        acts.iter().for_each(|act| world.act(*act));
        let known = Known::default();
        let told = agree(&world, &known)
            .and_then(|()| order_decides_nothing(&world, &known, u64::try_from(number).unwrap() + 1))
            .and_then(|()| withstands(&mut world, &CLAIMS, false));
        told.unwrap_or_else(|error| panic!("{acts:?}: {error}"));
        count += 1;
    }
    assert_eq!(count, 1728);
}
