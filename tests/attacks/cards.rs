//! False cards, other cards, cards twice: each is refused by name before shares are combined, and the gathering goes on.

use breakglass::ceremony::*;
use breakglass::journal::Fate;
use breakglass::quorum::{Card, EpochId, LockProfile, OpenCard, Phrase, Policy, Secret, Share, Unreadable, read_card};

use crate::crash_disk::CrashDisk;
use crate::machine::{Machine, card, index, now, share};

fn gathering(machine: Machine<'_>) -> Gathering {
    let ledger = machine.read();
    Gathering::begin(ledger.active().unwrap(), ledger.state())
}

fn refusal(offered: Offered) -> CardRefusal {
    match offered {
        Offered::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

/// A card of this epoch with a share of the forger's choice.
fn forged(number: u8, epoch: EpochId, value: [u8; 32]) -> Card {
    let share = Share::new(index(number), Secret::new(value));
    Card::Open(OpenCard::new(share, Policy::new(2, 3, false).unwrap(), epoch, false))
}

#[test]
fn a_last_card_forged_after_seeing_the_others_is_refused_by_name_and_the_gathering_goes_on() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let epoch = machine.read().active().unwrap().id();
    // The line through (0, wanted) and the first card, taken at 2: combined, these two would give the wanted root.
    let first = text::bytes(&cards[0]);
    let wanted = [0x42; 32];
    let steering = std::array::from_fn(|byte| wanted[byte] ^ text::multiply(2, wanted[byte] ^ first[16 + byte]));

    let mut gathering = gathering(machine);
    assert!(matches!(gathering.offer(card(&cards[0])), Offered::Accepted(Accepted { missing: 1, .. })));
    let refused = refusal(gathering.offer(forged(2, epoch, steering)));
    assert_eq!(refused, CardRefusal::NotGenuine { name: "Ben".to_owned() });
    assert_eq!(gathering.missing(), 1);
    assert!(matches!(gathering.offer(card(&cards[2])), Offered::Accepted(Accepted { missing: 0, .. })));
    assert!(gathering.quorum().is_ok());
}

#[test]
fn a_share_under_another_number_is_refused() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let mut moved = text::bytes(&cards[0]);
    moved[2] = 2;
    let refused = refusal(gathering(machine).offer(card(&text::of(&moved))));
    assert_eq!(refused, CardRefusal::NotGenuine { name: "Ben".to_owned() });
}

#[test]
fn a_card_at_zero_which_would_be_the_root_itself_is_no_card_whatever_its_checksum() {
    let disk = CrashDisk::new();
    let cards = Machine::new(&disk).begin();
    let mut bytes = text::bytes(&cards[0]);
    assert_eq!(text::of(&bytes), cards[0], "the same text, written by this test");
    for number in [0, 33, 255] {
        bytes[2] = number;
        assert_eq!(read_card(&text::of(&bytes)).unwrap_err(), Unreadable::Malformed, "number {number}");
    }
}

#[test]
fn the_same_card_twice_is_refused_by_name() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let mut gathering = gathering(machine);
    assert!(matches!(gathering.offer(card(&cards[1])), Offered::Accepted(_)));
    assert_eq!(refusal(gathering.offer(card(&cards[1]))), CardRefusal::Twice { name: "Ben".to_owned() });
    assert_eq!(gathering.missing(), 1);
}

#[test]
fn a_card_of_an_earlier_epoch_is_refused_by_its_number_and_one_of_another_vault_as_unknown() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let old = machine.begin();
    machine.rotate(&old);
    let folder = machine.read().active().unwrap().id();
    let mut gathering = gathering(machine);
    let CardRefusal::OtherEpoch { known, folder: told, card: of_card } = refusal(gathering.offer(card(&old[0]))) else {
        panic!("another refusal");
    };
    let known = known.map(|known| (known.number, known.fate));
    assert_eq!((known, told, of_card), (Some((1, Fate::Ended)), folder, card(&old[0]).head().epoch));

    let stranger = machine.at("other.vault").begin();
    let refused = refusal(gathering.offer(card(&stranger[0])));
    assert!(matches!(refused, CardRefusal::OtherEpoch { known: None, .. }), "{refused:?}");
}

#[test]
fn a_card_with_another_threshold_on_its_face_is_refused() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let mut bytes = text::bytes(&machine.begin()[0]);
    bytes[3] = 3;
    let refused = refusal(gathering(machine).offer(card(&text::of(&bytes))));
    assert_eq!(refused, CardRefusal::NoSuchCard { card: index(1) });
}

#[test]
fn a_phrase_that_comes_after_others_made_the_quorum_is_refused_and_breaks_nothing() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let phrase = Phrase::new("abandon zoo legal winner thank year").unwrap();
    let Card::Open(open) = card(&cards[0]) else { panic!("an open card") };
    let locked = Card::Locked(open.lock(LockProfile::Small, &phrase).unwrap());
    let mut gathering = gathering(machine);
    let Offered::NeedsPhrase(waiting) = gathering.offer(locked) else { panic!("a locked card") };
    let wrong = Phrase::new("abandon zoo legal winner thank yeah").unwrap();
    assert_eq!(gathering.unlock(&waiting, &wrong).unwrap().unwrap_err().name, "Aiko");
    for text in &cards[1..] {
        assert!(matches!(gathering.offer(card(text)), Offered::Accepted(_)));
    }
    let late = gathering.unlock(&waiting, &phrase).unwrap_err();
    assert!(matches!(late, CeremonyError::Card(CardRefusal::Enough)), "{late}");
    assert!(gathering.quorum().is_ok());
}

#[test]
fn a_share_that_was_ever_locked_is_not_locked_under_a_second_phrase() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let mut writing = machine.write();
    let phrase = Phrase::new("abandon zoo legal winner thank year").unwrap();
    let lock = Some((LockProfile::Small, &phrase));
    relock(&mut writing, &card(&cards[0]), None, lock, now(), &mut |_, _| Ok(false)).unwrap();
    // The open paper still exists: with it the share could be locked again, and both papers would tell about both phrases.
    let again = relock(&mut writing, &card(&cards[0]), None, lock, now(), &mut |_, _| panic!("nothing is printed"));
    assert!(matches!(again, Err(CeremonyError::LockedAlready(name)) if name == "Aiko"));
    assert!(relock(&mut writing, &card(&cards[1]), None, lock, now(), &mut |_, _| Ok(false)).is_ok());
}

#[test]
fn a_card_of_another_epoch_proves_nothing_in_a_check_either() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let old = machine.begin();
    machine.rotate(&old);
    let mut writing = machine.write();
    let lines = machine.lines().len();
    assert!(matches!(check_card(&mut writing, &card(&old[0]), None, now()), Err(CeremonyError::Card(_))));
    let header = writing.ledger().active().unwrap().clone();
    assert!(matches!(check_against_header(&header, &card(&old[0]), None, now()), Err(CeremonyError::Card(_))));
    let forged = forged(1, header.id(), [7; 32]);
    let not_genuine = check_against_header(&header, &forged, None, now()).unwrap_err();
    assert!(matches!(not_genuine, CeremonyError::Card(CardRefusal::NotGenuine { name }) if name == "Aiko"));
    assert_eq!(machine.lines().len(), lines);
}

#[test]
fn a_true_share_is_true_only_for_its_own_custodian() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    let header = machine.read().active().unwrap().clone();
    for (number, text) in (1..).zip(&cards) {
        for other in 1..=3 {
            let key = &header.custodian(index(other)).unwrap().key;
            assert_eq!(share(text).verify(key).is_ok(), number == other);
        }
    }
}

/// A card's text and bytes, written a second time from the specification.
mod text {
    const SYMBOLS: &[u8] = b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";

    /// In GF(256) with x^8 = x^4 + x^3 + x^2 + 1.
    pub fn multiply(left: u8, right: u8) -> u8 {
        (0..8).rev().fold(0, |product: u8, bit| {
            let doubled = product << 1 ^ if product & 0x80 != 0 { 0x1d } else { 0 };
            if left >> bit & 1 == 1 { doubled ^ right } else { doubled }
        })
    }

    pub fn bytes(text: &str) -> [u8; 48] {
        let symbols = text[3..80].bytes().map(|wanted| SYMBOLS.iter().position(|&symbol| symbol == wanted).unwrap());
        let bits: Vec<u8> = symbols.flat_map(|symbol| (0..5).rev().map(move |bit| (symbol >> bit & 1) as u8)).collect();
        std::array::from_fn(|byte| bits[8 * byte..8 * byte + 8].iter().fold(0, |value, bit| value << 1 | bit))
    }

    pub fn of(bytes: &[u8; 48]) -> String {
        let mut bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
        bits.push(0);
        let mut symbols: Vec<u8> =
            bits.chunks(5).map(|chunk| chunk.iter().fold(0, |value, bit| value << 1 | bit)).collect();
        // BIP-93, "Checksum", after the prefix "bg" as BIP-173 expands it.
        let expanded = [b'b' >> 5, b'g' >> 5, 0, b'b' & 31, b'g' & 31];
        let residue = polymod(expanded.iter().chain(&symbols).copied().chain([0; 13])) ^ 0x10ce0795c2fd1e62a;
        symbols.extend((0..13).rev().map(|place| (residue >> (5 * place) & 31) as u8));
        format!("BG1{}", symbols.iter().map(|&symbol| char::from(SYMBOLS[usize::from(symbol)])).collect::<String>())
    }

    fn polymod(symbols: impl Iterator<Item = u8>) -> u128 {
        const GENERATOR: [u128; 5] =
            [0x19dc500ce73fde210, 0x1bfae00def77fe529, 0x1fbd920fffe7bee52, 0x1739640bdeee3fdad, 0x07729a039cfc75f5a];
        symbols.fold(1, |residue, symbol| {
            let top = residue >> 60;
            let shifted = (residue & 0x0fffffffffffffff) << 5 ^ u128::from(symbol);
            (0..5).filter(|bit| top >> bit & 1 == 1).fold(shifted, |residue, bit| residue ^ GENERATOR[bit])
        })
    }
}
