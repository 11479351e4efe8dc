//! What the log decides by, what time decides, and when a vault may be called calm: each law a test, and each attack on it.
//!
//! The attacker writes into the folder what they like, or hands over a stick that somebody merges. Beyond that they have what each
//! test says: no card, the cards of a retired quorum, a clock.

mod calm;
mod claims;
#[path = "../support/crash_disk.rs"]
#[allow(dead_code, unused_imports, reason = "each test needs its own part")]
mod crash_disk;
mod damage;
#[path = "../support/desk.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod desk;
mod files;
mod flood;
mod hand;
mod heads;
mod junk;
#[path = "../support/machine.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod machine;
mod night;
mod numbers;
mod order;
#[path = "../support/practice.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod practice;
mod receipts;
mod retold;
mod revived;
mod said;
#[path = "../support/scratch.rs"]
mod scratch;
mod settled;
mod shell;
mod split;
mod trust;
