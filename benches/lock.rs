//! The default lock of a card: the figure to reach is at most 1.1 times the CPU time of Debian's `argon2` with equal parameters, both
//! run in turns. Without that program it says so and measures nothing.

use std::io::Write;
use std::process::{Command, ExitCode, Stdio};

use breakglass::quorum::{EpochId, LockProfile, OpenCard, Phrase, Policy, deal};
use breakglass::system::WipingAllocator;

/// As in the program itself: wiping costs time.
#[global_allocator]
static ALLOCATOR: WipingAllocator = WipingAllocator;

const FIGURE: f64 = 1.1;
const RUNS: usize = 7;
const PHRASE: &str = "correct horse battery staple";
const SALT: &str = "00112233445566778899aabbccddeeff";
/// What tells this program that it is the child that computes one lock.
const CHILD: &str = "--one-lock";

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == CHILD) {
        lock();
        return ExitCode::SUCCESS;
    }
    if Command::new("argon2").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        println!("the lock: not measured, Debian's `argon2` is not installed");
        return ExitCode::SUCCESS;
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        ours.push(ticks_of(ours_once));
        theirs.push(ticks_of(theirs_once));
    }
    ours.sort_unstable();
    theirs.sort_unstable();
    let (ours, theirs) = (ours[RUNS / 2], theirs[RUNS / 2]);
    let ratio = ours as f64 / theirs as f64;
    println!(
        "the lock: median {ours}0 ms of CPU, argon2 {theirs}0 ms, of {RUNS} in turns: {ratio:.2} times; to reach: {FIGURE}"
    );
    if ratio <= FIGURE { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// One card locked with the default profile.
fn lock() {
    let policy = Policy::new(2, 3, false).expect("a policy");
    let share = deal(policy).expect("randomness").shares.remove(0);
    let epoch: EpochId = "00112233445566778899aabb".parse().expect("an id");
    let card = OpenCard::new(share, policy, epoch, false);
    let phrase = Phrase::new(PHRASE).expect("a phrase");
    card.lock(LockProfile::Standard, &phrase).expect("memory");
}

fn ours_once() {
    let program = std::env::current_exe().expect("this program");
    assert!(Command::new(program).arg(CHILD).status().expect("it runs").success());
}

/// 2^18 KiB, 3 passes, 4 lanes, 32 bytes, as the lock has them.
fn theirs_once() {
    let arguments = [SALT, "-id", "-v", "13", "-t", "3", "-m", "18", "-p", "4", "-l", "32", "-r"];
    let child = Command::new("argon2").args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
    let mut child = child.expect("argon2 runs");
    child.stdin.take().expect("a pipe").write_all(PHRASE.as_bytes()).expect("it reads");
    assert!(child.wait().expect("it ends").success());
}

/// CPU time that the children of this process used meanwhile, in ticks of 10 ms: `cutime` and `cstime` of proc(5).
fn ticks_of(run: fn()) -> u64 {
    let used = || -> u64 {
        let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux tells of processes");
        let fields = stat.rsplit_once(')').expect("the program's name in brackets").1.split_whitespace();
        fields.skip(13).take(2).map(|ticks| ticks.parse::<u64>().expect("a number")).sum()
    };
    let before = used();
    run();
    used() - before
}
