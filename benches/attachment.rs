//! An attachment put in and written out by the released program, beside a plain loop over the `age` crate that hashes and syncs the
//! same: the figure to reach is 0.95 of its speed, both ways. On the disk of the temporary folder, in turns.
//!
//! `BREAKGLASS_BENCH_MIB` sets the size of the file, 1024 without it.

#[path = "support/mod.rs"]
#[allow(dead_code, reason = "other benches do more with it")]
mod support;

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use breakglass::system::WipingAllocator;
use sha2::{Digest, Sha256};
use support::Room;

/// As in the program itself: wiping costs time.
#[global_allocator]
static ALLOCATOR: WipingAllocator = WipingAllocator;

const FIGURE: f64 = 0.95;
const RUNS: usize = 5;
/// The buffer of the plain loop: a chunk of age.
const BUFFER: usize = 64 * 1024;

fn main() -> ExitCode {
    let mebibytes: usize =
        std::env::var("BREAKGLASS_BENCH_MIB").ok().and_then(|size| size.parse().ok()).unwrap_or(1024);
    let room = Room::below(&std::env::temp_dir(), "attachment");
    let source = room.file("source");
    fill(&source, mebibytes);
    let (ledger, _) = room.begin();
    ledger.pin(Some(ledger.active().expect("one epoch").hash())).expect("the configuration can be written");
    let identity = age::x25519::Identity::generate();
    let mut times = [const { Vec::new() }; 4];
    for run in 0..RUNS {
        let (blob, back) = (room.file("plain.age"), room.file("plain"));
        times[0].push(timed(|| plain_in(&identity, &source, &blob)));
        times[1].push(put_in(&room, &source, run));
        times[2].push(timed(|| plain_out(&identity, &blob, &back)));
        times[3].push(write_out(&room, run));
        for file in [blob, back, room.file("out")] {
            std::fs::remove_file(file).expect("a file that was written");
        }
        let blobs = std::fs::read_dir(room.vault().join("attachments")).expect("attachments");
        for blob in blobs {
            std::fs::remove_file(blob.expect("a blob").path()).expect("a blob that was written");
        }
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times[RUNS / 2]
    };
    let [plain_in, put_in, plain_out, write_out] = times.each_mut().map(median);
    let mut reached = true;
    for (what, ours, plain) in [("put in", put_in, plain_in), ("written out", write_out, plain_out)] {
        let speed = plain.as_secs_f64() / ours.as_secs_f64();
        let rate = mebibytes as f64 / ours.as_secs_f64();
        println!(
            "{mebibytes} MiB {what}: {rate:.0} MiB/s, {speed:.2} of a plain loop (median of {RUNS}); to reach: {FIGURE}"
        );
        reached &= speed >= FIGURE;
    }
    if reached { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Bytes that nothing could compress.
fn fill(path: &Path, mebibytes: usize) {
    let mut file = File::create(path).expect("a place for the file");
    let mut block = vec![0_u8; 1 << 20];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..mebibytes {
        for word in block.chunks_exact_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word.copy_from_slice(&state.to_le_bytes());
        }
        file.write_all(&block).expect("space for the file");
    }
    file.sync_all().expect("the file on the disk");
}

fn timed(step: impl FnOnce()) -> Duration {
    let start = Instant::now();
    step();
    start.elapsed()
}

/// Hashes what passes.
struct Hashed<W> {
    inner: W,
    hash: Sha256,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn plain_in(identity: &age::x25519::Identity, from: &Path, to: &Path) {
    let recipient = identity.to_public();
    let mut source = File::open(from).expect("the file");
    let blob = Hashed { inner: File::create(to).expect("a place for the blob"), hash: Sha256::new() };
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient)).expect("one");
    let mut writer = encryptor.wrap_output(blob).expect("space");
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; BUFFER]);
    loop {
        let length = source.read(&mut buffer).expect("the file");
        if length == 0 {
            break;
        }
        hash.update(&buffer[..length]);
        writer.write_all(&buffer[..length]).expect("space");
    }
    let blob = writer.finish().expect("space");
    blob.inner.sync_all().expect("the blob on the disk");
    std::hint::black_box((hash.finalize(), blob.hash.finalize()));
}

fn plain_out(identity: &age::x25519::Identity, from: &Path, to: &Path) {
    let blob = io::BufReader::new(File::open(from).expect("the blob"));
    let decryptor = age::Decryptor::new_buffered(blob).expect("an age file");
    let mut reader = decryptor.decrypt(std::iter::once(identity as &dyn age::Identity)).expect("its identity");
    let mut target = Hashed { inner: File::create(to).expect("a place for the file"), hash: Sha256::new() };
    let mut buffer = vec![0; BUFFER];
    loop {
        let length = reader.read(&mut buffer).expect("the blob");
        if length == 0 {
            break;
        }
        target.write_all(&buffer[..length]).expect("space");
    }
    target.inner.sync_all().expect("the file on the disk");
    std::hint::black_box(target.hash.finalize());
}

fn put_in(room: &Room, source: &Path, run: usize) -> Duration {
    let (file, entry) = (source.display().to_string(), format!("entry-{run}"));
    room.timed(&["put", &entry, "--attach", &file, "--as", "file"], Some(0)).1
}

fn write_out(room: &Room, run: usize) -> Duration {
    let (entry, to, cards) =
        (format!("entry-{run}"), room.file("out").display().to_string(), room.cards_file().display().to_string());
    let arguments =
        ["unseal", "--reason", "bench", "--cards", &cards, "--entry", &entry, "--attachment", "file", "--to", &to];
    room.timed(&arguments, Some(0)).1
}
