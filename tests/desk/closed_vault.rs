//! What a process that opened a vault still holds when the vault is closed, looked at from outside.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use breakglass::language::Language;
use portable_pty::CommandBuilder;

use crate::person::Person;
use crate::practice::Practice;

/// The password as no program and no library holds it by chance.
const PASSWORD: &str = "qX7-vault-scan-81c2-Zr";

/// The symbols of a card's text, each worth its place (BIP-173).
const SYMBOLS: &str = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";

/// The share that an unlocked card carries, read without the program: bytes 16 to 48 of its 77 symbols.
fn share_of(text: &str) -> [u8; 32] {
    let mut bits = text[3..80].bytes().flat_map(|symbol| {
        let value = SYMBOLS.find(char::from(symbol)).unwrap();
        (0..5).rev().map(move |bit| (value >> bit & 1) as u8)
    });
    let bytes: Vec<u8> = std::iter::from_fn(|| {
        let byte: Vec<u8> = bits.by_ref().take(8).collect();
        (byte.len() == 8).then(|| byte.iter().fold(0, |byte, bit| byte << 1 | bit))
    })
    .collect();
    bytes[16..48].try_into().unwrap()
}

/// The product in GF(256) with the polynomial 0x11d.
fn times(mut one: u8, mut other: u8) -> u8 {
    let mut product = 0;
    while other > 0 {
        if other & 1 == 1 {
            product ^= one;
        }
        one = (one << 1) ^ if one & 0x80 == 0 { 0 } else { 0x1d };
        other >>= 1;
    }
    product
}

fn inverse(value: u8) -> u8 {
    (1..=255).find(|&candidate| times(value, candidate) == 1).unwrap()
}

/// The root: the curve through these shares at 0.
fn root_of(shares: &[(u8, [u8; 32])]) -> [u8; 32] {
    let mut root = [0; 32];
    for (x, share) in shares {
        let others = shares.iter().map(|(other, _)| *other).filter(|other| other != x);
        let weight = others.fold(1, |weight, other| times(weight, times(other, inverse(other ^ x))));
        root.iter_mut().zip(share).for_each(|(byte, value)| *byte ^= times(weight, *value));
    }
    root
}

/// How often each of these stands in the memory of a process that can be written to; none where the kernel does not let us look.
fn found_in(process: u32, wanted: &[(&'static str, Vec<u8>)]) -> Option<Vec<(&'static str, usize)>> {
    let memory = File::open(format!("/proc/{process}/mem")).ok()?;
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).ok()?;
    let mut counts: Vec<(&'static str, usize)> = wanted.iter().map(|(name, _)| (*name, 0)).collect();
    for line in maps.lines() {
        let mut words = line.split(' ');
        let (range, rights) = (words.next().unwrap(), words.next().unwrap());
        if !rights.starts_with("rw") {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let (start, end) = (u64::from_str_radix(start, 16).unwrap(), u64::from_str_radix(end, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(end - start).unwrap()];
        // Pages that the kernel keeps for itself cannot be read by anybody.
        let Ok(read) = memory.read_at(&mut bytes, start) else { continue };
        for ((_, wanted), (_, count)) in wanted.iter().zip(&mut counts) {
            *count += bytes[..read].windows(wanted.len()).filter(|window| window == wanted).count();
        }
    }
    Some(counts)
}

#[test]
fn no_password_root_or_share_is_in_memory_once_the_vault_is_closed_and_each_is_while_it_is_open() {
    let practice = Practice::with(Language::English, &[("m365-admin", "M365", PASSWORD)]);
    let shares: Vec<(u8, [u8; 32])> = [1, 2, 4].map(|x: u8| (x, share_of(&practice.cards[usize::from(x) - 1]))).into();
    let wanted = vec![
        ("the password", PASSWORD.as_bytes().to_vec()),
        ("the root", root_of(&shares).to_vec()),
        ("a share", shares[1].1.to_vec()),
    ];
    let typed = ("a card's text", practice.cards[1].as_bytes()[30..70].to_vec());
    let mut person =
        Person::at(practice.command(Language::English, &["unseal", "--reason", "a test", "--incident", "none"]));
    for card in [0, 1, 3] {
        person.reads("The next card");
        person.types(&practice.cards[card]);
        person.types("\r");
        person.reads("Give the card back");
        person.types("\r");
    }
    person.reads("Which entry?");
    let Some(open) = found_in(person.process_id(), &wanted) else {
        assert!(std::env::var_os("BREAKGLASS_REQUIRE_OUTSIDE").is_none(), "the memory of a child cannot be read");
        eprintln!("skipped: the memory of a child cannot be read by this user");
        return;
    };
    for (name, count) in open {
        assert!(count > 0, "{name} is not found while the vault is open, so the scan proves nothing");
    }
    person.types("2\r");
    person.reads("Continue once you have");
    let wanted: Vec<_> = wanted.into_iter().chain([typed]).collect();
    for (name, count) in found_in(person.process_id(), &wanted).unwrap() {
        assert_eq!(count, 0, "{name} is still in memory");
    }
    person.types("\r");
    assert!(person.sees_it_end().success());
}

#[test]
fn a_value_that_was_printed_for_a_pipe_is_not_in_memory_once_the_vault_is_closed() {
    for json in ["", "--json"] {
        let practice = Practice::with(Language::English, &[("m365-admin", "M365", PASSWORD)]);
        let program = practice.command(Language::English, &["unseal", "--reason", "test", "--incident", "none", json]);
        let mut words: Vec<_> = program.get_argv().iter().filter(|word| !word.is_empty()).cloned().collect();
        words.extend(["--entry", "m365-admin", "--field", "password"].map(Into::into));
        let output = practice.scratch.path().join("printed");
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", "exec \"$@\" > \"$0\""]);
        command.arg(&output);
        command.args(&words);
        program.iter_extra_env_as_str().for_each(|(name, value)| command.env(name, value));
        let mut person = Person::at(command);
        for card in [0, 1, 3] {
            person.reads("The next card");
            person.types(&format!("{}\r", practice.cards[card]));
            person.reads("Give the card back");
            person.types("\r");
        }
        person.reads("Continue once you have");
        assert!(fs::read_to_string(&output).unwrap().contains(PASSWORD));
        let wanted = [("the password", PASSWORD.as_bytes().to_vec())];
        let Some(found) = found_in(person.process_id(), &wanted) else { return };
        assert_eq!(found, [("the password", 0)]);
        person.types("\r");
        assert!(person.sees_it_end().success());
    }
}
