//! What a crash leaves: the power is cut at every write, rename and fsync of a job, and what the next process finds is looked
//! at.

mod attachments;
mod ceremony;
#[path = "../support/crash_disk.rs"]
mod crash_disk;
mod export;
#[path = "../support/machine.rs"]
#[allow(dead_code, reason = "attacks do more with it")]
mod machine;
mod model;
mod session;
mod store;
