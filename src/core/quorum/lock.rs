//! The pad of a locked card: Argon2id over a phrase, dear enough that guessing phrases is slow.

use std::fmt;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use super::phrase::Phrase;
use crate::language::{Language, Say, messages};
use crate::secret::Secret;
use crate::speaks;

/// Passes over the memory.
const PASSES: u32 = 3;

/// Lanes; part of the result, whether or not they are computed side by side.
const LANES: u32 = 4;

/// How much memory a lock costs. Constants of the program: a card names one of them and can ask for nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LockProfile {
    /// 64 MiB, for machines with little memory.
    Small = 0,
    /// 256 MiB.
    #[default]
    Standard = 1,
    /// 1 GiB.
    Large = 2,
}

impl LockProfile {
    /// All profiles, the cheapest first.
    pub const ALL: [LockProfile; 3] = [LockProfile::Small, LockProfile::Standard, LockProfile::Large];

    /// The memory that locking and unlocking take, in MiB.
    #[must_use]
    pub fn mebibytes(self) -> u32 {
        match self {
            LockProfile::Small => 64,
            LockProfile::Standard => 256,
            LockProfile::Large => 1024,
        }
    }

    /// The number that stands on the card.
    pub(crate) fn number(self) -> u8 {
        self as u8
    }

    pub(crate) fn of_number(number: u8) -> Option<LockProfile> {
        LockProfile::ALL.into_iter().find(|profile| profile.number() == number)
    }
}

impl fmt::Display for LockProfile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            LockProfile::Small => "small",
            LockProfile::Standard => "standard",
            LockProfile::Large => "large",
        })
    }
}

/// The machine has not enough memory for this lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoMemoryForLock {
    /// The memory that it takes, in MiB.
    pub mebibytes: u32,
}

impl Say for NoMemoryForLock {
    fn say(&self, language: Language) -> String {
        messages::quorum::no_memory_for_lock(language, self.mebibytes)
    }
}

speaks!(NoMemoryForLock);

/// The 32 bytes that hide the share of the card with this head: raw Argon2id, version 1.3, salted with the head as 32 lower-case
/// hexadecimal digits, because Debian's program `argon2` takes its salt as text.
pub(crate) fn pad(profile: LockProfile, head: &[u8; 16], phrase: &Phrase) -> Result<Secret<32>, NoMemoryForLock> {
    let salt: String = head.iter().map(|byte| format!("{byte:02x}")).collect();
    let params = Params::new(profile.mebibytes() * 1024, PASSES, LANES, Some(32)).expect("the profiles are valid");
    let mut blocks = Blocks::of(params.block_count()).ok_or(NoMemoryForLock { mebibytes: profile.mebibytes() })?;
    Ok(Secret::made(|place| {
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(phrase.expose().as_bytes(), salt.as_bytes(), place, &mut blocks.0)
            .expect("phrase, salt and output are within Argon2's bounds");
    }))
}

/// Argon2's memory, wiped when dropped: its last blocks give the pad.
struct Blocks(Vec<Block>);

impl Blocks {
    fn of(count: usize) -> Option<Blocks> {
        let mut blocks = Vec::new();
        blocks.try_reserve_exact(count).ok()?;
        blocks.resize(count, Block::new());
        Some(Blocks(blocks))
    }
}

impl Drop for Blocks {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(Zeroize::zeroize);
    }
}

#[cfg(test)]
mod tests {
    use argon2::{AssociatedData, ParamsBuilder};

    use super::*;
    use crate::ids::read_hex;

    #[test]
    fn argon2id_gives_the_vector_of_rfc_9106() {
        // Section 5.3.
        let params = ParamsBuilder::new()
            .m_cost(32)
            .t_cost(3)
            .p_cost(4)
            .data(AssociatedData::new(&[4; 12]).unwrap())
            .output_len(32)
            .build()
            .unwrap();
        let mut blocks = Blocks::of(params.block_count()).unwrap();
        let mut tag = [0; 32];
        Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params)
            .unwrap()
            .hash_password_into_with_memory(&[1; 32], &[2; 16], &mut tag, &mut blocks.0)
            .unwrap();
        let expected = "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659";
        assert_eq!(tag, read_hex::<32>(expected).unwrap());
    }

    #[test]
    fn a_profile_is_found_again_by_its_number() {
        for profile in LockProfile::ALL {
            assert_eq!(LockProfile::of_number(profile.number()), Some(profile));
        }
        assert_eq!(LockProfile::of_number(3), None);
    }
}
