//! A vault of 10,000 events and one of 100,000, with a file for each deposit, whole process.
//!
//! `status`, once this machine has verified the log and hashed the files: at most 60 ms, and of ten times as many events at most 12 times
//! that. `log verify`, which believes nothing: of twice as many events at most 2.3 times as long. The memory of `status`: at most 4 times
//! the log's size. It is the peak of the resident set as the kernel counts it for the whole process, told by GNU `time`; where that is
//! not installed, it is not measured.

#[path = "support/mod.rs"]
#[allow(dead_code, reason = "other benches do more with it")]
mod support;

use std::process::ExitCode;
use std::time::Duration;

use support::Room;
use support::years::Writer;

const EVENTS: usize = 10_000;
const FIGURE: Duration = Duration::from_millis(60);
const TIMES: f64 = 12.0;
const VERIFY_TIMES: f64 = 2.3;
const MEMORY_TIMES: f64 = 4.0;
/// Files that are younger get no stamp: their file system may not tell a later change.
const COARSE: Duration = Duration::from_millis(4_500);

fn main() -> ExitCode {
    let small = Vault::of(EVENTS);
    let double = Vault::of(2 * EVENTS);
    let large = Vault::of(10 * EVENTS);
    std::thread::sleep(COARSE);
    let (few, many) = (small.status(31), large.status(5));
    let mut reached = few <= FIGURE;
    reached &= told("status of ten times as many events", many, few.min(FIGURE), TIMES);
    reached &= told("log verify of twice as many events", double.verify(), small.verify(), VERIFY_TIMES);
    reached &= large.memory();
    if reached { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether one duration is at most so many times another.
fn told(what: &str, long: Duration, short: Duration, figure: f64) -> bool {
    let times = long.as_secs_f64() / short.as_secs_f64();
    println!("{what}: {long:.1?}, {times:.1} times {short:.1?}; to reach: {figure} times");
    times <= figure
}

struct Vault {
    room: Room,
    events: usize,
    log: u64,
}

impl Vault {
    fn of(events: usize) -> Vault {
        let room = Room::new(&format!("status-{events}"));
        let (ledger, keys) = room.begin();
        let writer = Writer::new(&room, &ledger, &keys);
        let log = writer.append(&writer.years(events));
        Vault { room, events, log }
    }

    fn status(&self, runs: usize) -> Duration {
        let anew = self.room.timed(&["status"], Some(3)).1;
        let median = self.room.median(runs, &["status"], Some(3));
        println!("status of {} events: all verified {anew:.1?}, then median {median:.1?} of {runs}", self.events);
        median
    }

    fn verify(&self) -> Duration {
        let median = self.room.median(3, &["log", "verify"], Some(0));
        println!("log verify of {} events: median {median:.1?} of 3", self.events);
        median
    }

    fn memory(&self) -> bool {
        let Some(peak) = self.room.peak(&["status"]) else {
            println!("memory of status: not measured, GNU time is not here");
            return true;
        };
        let times = peak as f64 / self.log as f64;
        let (peak, log) = (peak >> 20, self.log >> 20);
        println!("memory of status: {peak} MiB, {times:.1} times the log's {log} MiB; to reach: {MEMORY_TIMES} times");
        times <= MEMORY_TIMES
    }
}
