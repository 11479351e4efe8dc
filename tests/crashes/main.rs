//! What a crash leaves: the power is cut at every write, rename and fsync of a job, and what the next process finds is looked
//! at.

#[path = "../support/crash_disk.rs"]
mod crash_disk;
mod model;
mod store;
