//! What is left in memory after a secret was used, looked at from outside: as the kernel shows it, so that no optimisation hides a
//! missing wipe.
#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::FileExt;
use std::process::{Command, Stdio};
use std::{env, hint, process};

use breakglass::system::memory::LockedBytes;
use breakglass::system::{WipingAllocator, harden};

#[global_allocator]
static ALLOCATOR: WipingAllocator = WipingAllocator;

/// Never a byte of a list of free blocks, and never in this program's own text.
const MARK: u8 = 0xC7;

/// How often the mark stands in `len` bytes of this process at `address`; none where nothing is mapped any more.
fn marks_at(address: usize, len: usize) -> usize {
    let mut bytes = vec![0; len];
    let read = File::open("/proc/self/mem").unwrap().read_at(&mut bytes, address as u64).unwrap_or(0);
    bytes[..read].iter().filter(|byte| **byte == MARK).count()
}

#[test]
fn freed_blocks_of_every_size_are_wiped() {
    for len in [1, 24, 200, 4000, 100_000, 3_000_000] {
        let block = hint::black_box(vec![MARK; len]);
        let address = block.as_ptr() as usize;
        assert_eq!(marks_at(address, len), len);
        drop(block);
        assert_eq!(marks_at(address, len), 0, "{len} bytes");
    }
}

#[test]
fn a_block_that_grows_or_shrinks_leaves_nothing_where_it_was() {
    for (before, after) in [(200, 5000), (5000, 200), (300_000, 5_000_000), (5_000_000, 300_000)] {
        let mut block = Vec::with_capacity(before);
        block.resize(before.min(after), MARK);
        let (address, len) = (block.as_ptr() as usize, block.len());
        match after > before {
            true => block.reserve_exact(after - block.len()),
            false => block.shrink_to(after),
        }
        assert!(block.iter().all(|byte| *byte == MARK));
        if block.as_ptr() as usize != address {
            assert_eq!(marks_at(address, len), 0, "from {before} to {after} bytes");
        }
    }
}

#[test]
fn a_text_that_a_library_built_piece_by_piece_is_nowhere_after_it_was_dropped() {
    let mut text = String::new();
    let mut places = Vec::new();
    for _ in 0..2000 {
        text.push('\u{f1c7}');
        places.push((text.as_ptr() as usize, text.len()));
    }
    drop(hint::black_box(text));
    let seen = |place: &(usize, usize)| {
        let mut bytes = vec![0; place.1];
        let read = File::open("/proc/self/mem").unwrap().read_at(&mut bytes, place.0 as u64).unwrap_or(0);
        bytes[..read].windows(3).any(|window| window == "\u{f1c7}".as_bytes())
    };
    assert!(!places.iter().any(seen));
}

/// Locked bytes with the pattern, which is built so that it stands nowhere else in this process.
fn secret() -> LockedBytes {
    let mut secret = LockedBytes::zeroed(96);
    secret.iter_mut().enumerate().for_each(|(place, byte)| *byte = pattern(place));
    secret
}

/// Whoever may look at this process sees a secret where it is held, and nothing of it there once it was dropped. Started again by the
/// test below it hardens itself, holds a secret, and drops it when it is told to.
#[test]
fn locked_bytes_are_gone_from_memory_once_they_are_dropped() {
    if env::var_os("BREAKGLASS_TEST_HOLD").is_none() {
        let secret = secret();
        let address = secret.as_ptr() as usize;
        let held = |address: usize| {
            let mut bytes = [0; 96];
            let read = File::open("/proc/self/mem").unwrap().read_at(&mut bytes, address as u64).unwrap_or(0);
            bytes[..read].iter().enumerate().filter(|(place, byte)| **byte == pattern(*place)).count()
        };
        assert_eq!(held(address), 96);
        drop(secret);
        // Here and there a byte of whatever stands there now is what it was by chance.
        assert!(held(address) < 8, "{} bytes are left", held(address));
        return;
    }
    let hardening = harden();
    let secret = secret();
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap_or_default().to_owned();
    let address = secret.as_ptr() as usize;
    println!("\nheld at {address} off {} {core}", hardening.dumps_are_off);
    wait_for_a_line();
    drop(secret);
    println!("\ndropped");
    wait_for_a_line();
    process::exit(0);
}

fn wait_for_a_line() {
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

fn pattern(place: usize) -> u8 {
    (place as u8).wrapping_mul(37) ^ 0x5a
}

#[test]
fn a_hardened_process_writes_no_core_and_a_dropped_secret_is_gone_from_its_memory() {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["locked_bytes_are_gone_from_memory_once_they_are_dropped", "--exact", "--nocapture", "--test-threads=1"])
        .env("BREAKGLASS_TEST_HOLD", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut keys = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let held = lines.find(|line| line.starts_with("held at")).unwrap();
    let address: u64 = held.split(' ').nth(2).unwrap().parse().unwrap();
    assert!(held.contains("off true"), "{held}");
    assert!(held.split_whitespace().rev().take(3).collect::<Vec<_>>() == ["bytes", "0", "0"], "{held}");
    let memory = File::open(format!("/proc/{}/mem", child.id()));
    // A hardened process is out of reach of whoever is no administrator, which is the point; an administrator looks inside.
    if let Err(error) = &memory {
        assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied);
    }
    let look = |kept: &dyn Fn(usize, u8) -> bool| {
        let Ok(memory) = &memory else { return };
        let mut seen = [0; 96];
        memory.read_exact_at(&mut seen, address).unwrap();
        assert!(seen.iter().enumerate().all(|(place, byte)| kept(place, *byte)));
    };
    look(&|place, byte| byte == pattern(place));
    keys.write_all(b"\n").unwrap();
    assert!(lines.any(|line| line == "dropped"));
    look(&|_, byte| byte == 0);
    keys.write_all(b"\n").unwrap();
    assert!(child.wait().unwrap().success());
}
