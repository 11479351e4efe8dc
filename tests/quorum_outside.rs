//! Locked cards against Debian's program `argon2`.

mod support;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use breakglass::quorum::{CardIndex, EpochHash, LockProfile, OpenCard, Phrase, Policy, Secret, Share};

#[test]
fn debian_argon2_gives_the_pad_of_a_locked_card() {
    let Some(program) = support::outside_program("argon2") else { return };
    let phrases = ["abandon zoo legal winner thank year", "ひらけ ごま 2026 ÄÖ", &"x".repeat(127)];
    let profiles = [(LockProfile::Small, 16), (LockProfile::Standard, 18), (LockProfile::Small, 16)];
    for (typed, (profile, log2_of_kibibytes)) in phrases.into_iter().zip(profiles) {
        // The share is all zero, so what stands on the locked card is the pad itself.
        let share = Share::new(CardIndex::try_from(2).unwrap(), Secret::new([0; 32]));
        let open = OpenCard::new(share, Policy::new(3, 5, false).unwrap(), EpochHash::of(b"header").id(), true);
        let phrase = Phrase::new(typed).unwrap();
        let locked = open.lock(profile, &phrase).unwrap();
        let card = bytes_on_paper(locked.to_text().expose());
        assert_eq!(
            card[0],
            0b0001_1001
                | match profile {
                    LockProfile::Small => 0b000,
                    LockProfile::Standard => 0b010,
                    LockProfile::Large => 0b100,
                }
        );
        assert_eq!(hex(&card[16..]), argon2(&program, phrase.expose(), &hex(&card[..16]), log2_of_kibibytes));
    }
}

#[test]
fn the_profiles_are_64_mib_256_mib_and_1_gib() {
    assert_eq!(LockProfile::ALL.map(LockProfile::mebibytes), [64, 256, 1024]);
}

fn argon2(program: &Path, phrase: &str, salt: &str, log2_of_kibibytes: u32) -> String {
    let memory = log2_of_kibibytes.to_string();
    let mut child = Command::new(program)
        .args([salt, "-id", "-v", "13", "-t", "3", "-p", "4", "-m", &memory, "-l", "32", "-r"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(phrase.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The 48 bytes of a card, read from its text without any code of the program.
fn bytes_on_paper(text: &str) -> Vec<u8> {
    let bits: String = text.to_lowercase()[3..80]
        .chars()
        .map(|character| format!("{:05b}", "qpzry9x8gf2tvdw0s3jn54khce6mua7l".find(character).unwrap()))
        .collect();
    (0..48).map(|byte| u8::from_str_radix(&bits[8 * byte..8 * byte + 8], 2).unwrap()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
