//! The attacks that the design answers, each a test named for the answer.
//!
//! The attacker has the folder and writes in it what they like; beyond that they have what each test says: some cards, an old
//! quorum, a copy.

mod cards;
mod convergence;
mod copies;
#[path = "../support/crash_disk.rs"]
#[allow(dead_code, unused_imports, reason = "only its files are needed here, not its crashes")]
mod crash_disk;
mod files;
mod hostile_bytes;
mod lived;
mod log;
#[path = "../support/machine.rs"]
mod machine;
mod put;
mod signatures;
