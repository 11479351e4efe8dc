//! Randomness, from the operating system and nowhere else.

use std::convert::Infallible;

use getrandom::SysRng;
use getrandom::rand_core::{TryCryptoRng, TryRng};

use crate::language::{Language, Say, messages};
use crate::speaks;

/// The operating system gives no randomness. Nothing secret can be made on this machine now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRandomness;

impl Say for NoRandomness {
    fn say(&self, language: Language) -> String {
        messages::quorum::no_randomness(language)
    }
}

speaks!(NoRandomness);

/// Fills `bytes` with randomness.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), NoRandomness> {
    getrandom::fill(bytes).map_err(|_| NoRandomness)
}

/// The operating system as the generator that `sharks` wants: one that cannot fail. When it does fail it yields zeros and
/// remembers; what was dealt from it must be thrown away unless [`SystemGenerator::finish`] says that it never failed.
pub(crate) struct SystemGenerator {
    failed: bool,
}

impl SystemGenerator {
    pub(crate) fn new() -> SystemGenerator {
        SystemGenerator { failed: false }
    }

    pub(crate) fn finish(self) -> Result<(), NoRandomness> {
        if self.failed { Err(NoRandomness) } else { Ok(()) }
    }

    fn noting<T: Default>(&mut self, drawn: Result<T, getrandom::Error>) -> Result<T, Infallible> {
        self.failed |= drawn.is_err();
        Ok(drawn.unwrap_or_default())
    }
}

impl TryRng for SystemGenerator {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.noting(SysRng.try_next_u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.noting(SysRng.try_next_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.noting(SysRng.try_fill_bytes(bytes))
    }
}

impl TryCryptoRng for SystemGenerator {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generator_that_failed_once_is_never_trusted() {
        let mut generator = SystemGenerator::new();
        assert_eq!(generator.noting(Err::<u32, _>(getrandom::Error::UNEXPECTED)), Ok(0));
        assert_eq!(generator.noting(Ok(7_u32)), Ok(7));
        assert_eq!(generator.finish(), Err(NoRandomness));
    }

    #[test]
    fn a_generator_that_never_failed_is_trusted() {
        let mut generator = SystemGenerator::new();
        assert_ne!(generator.try_next_u64(), generator.try_next_u64());
        assert_eq!(generator.finish(), Ok(()));
    }
}
