//! Writing on another core: blocks are hashed and written while the next ones are being made.
//!
//! What the bytes mean, and where they go, is the caller's. They may be secret: blocks are wiped.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroize;

use crate::ids::Digest;

/// Bytes of one block: large enough that handing it over costs nothing beside hashing it.
const BLOCK: usize = 256 * 1024;
/// Blocks that wait to be written at most.
const WAITING: usize = 4;

/// What a stream that ended consisted of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// How many bytes.
    pub size: u64,
}

/// Hashes and writes what it is given, in order, on a thread of its own. Blocks are used again, and wiped when the stream ends.
pub struct Behind {
    block: Vec<u8>,
    full: Option<SyncSender<Vec<u8>>>,
    empty: Receiver<Vec<u8>>,
    thread: Option<JoinHandle<io::Result<Written>>>,
}

impl Behind {
    /// A stream into `target`.
    #[must_use]
    pub fn new(target: Box<dyn Write + Send>) -> Behind {
        let (full, to_write) = sync_channel::<Vec<u8>>(WAITING);
        let (give_back, empty) = channel();
        for _ in 0..=WAITING {
            give_back.send(Vec::with_capacity(BLOCK)).expect("the other end is held here");
        }
        let thread = std::thread::spawn(move || write_all(target, &to_write, &give_back));
        Behind { block: Vec::with_capacity(BLOCK), full: Some(full), empty, thread: Some(thread) }
    }

    /// Waits until everything is written, and tells what it was. Nothing is synced.
    ///
    /// # Errors
    /// The first error of the target.
    pub fn finish(mut self) -> io::Result<Written> {
        if !self.block.is_empty() {
            self.hand_over()?;
        }
        self.end()
    }

    /// Gives the block to the other thread and takes an empty one.
    fn hand_over(&mut self) -> io::Result<()> {
        let block = std::mem::take(&mut self.block);
        let sent = self.full.as_ref().is_some_and(|full| full.send(block).is_ok());
        match self.empty.recv() {
            Ok(block) if sent => {
                self.block = block;
                Ok(())
            }
            // The other thread ended, which it does only for an error.
            _ => Err(self.end().err().unwrap_or_else(|| io::Error::other("the stream has ended"))),
        }
    }

    fn end(&mut self) -> io::Result<Written> {
        self.full = None;
        let ended = self.thread.take().ok_or_else(|| io::Error::other("the stream has ended"))?;
        let written = ended.join().unwrap_or_else(|_| Err(io::Error::other("the writing thread failed")));
        for mut block in self.empty.try_iter() {
            block.zeroize();
        }
        written
    }
}

impl Write for Behind {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.block.len() == BLOCK {
            self.hand_over()?;
        }
        let taken = bytes.len().min(BLOCK - self.block.len());
        self.block.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Behind {
    fn drop(&mut self) {
        let _ = self.end();
        self.block.zeroize();
    }
}

fn write_all(
    mut target: Box<dyn Write + Send>,
    to_write: &Receiver<Vec<u8>>,
    give_back: &std::sync::mpsc::Sender<Vec<u8>>,
) -> io::Result<Written> {
    let mut hash = Sha256::new();
    let mut size = 0;
    for mut block in to_write {
        hash.update(&block);
        size += block.len() as u64;
        if let Err(error) = target.write_all(&block) {
            block.zeroize();
            return Err(error);
        }
        // The next bytes go over these; whatever is left is wiped at the end. Whoever gives up takes none back.
        block.clear();
        let _ = give_back.send(block);
    }
    target.flush()?;
    Ok(Written { digest: Digest(hash.finalize().into()), size })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Target {
        bytes: Arc<Mutex<Vec<u8>>>,
        room: Option<usize>,
    }

    impl Write for Target {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut held = self.bytes.lock().unwrap();
            if self.room.is_some_and(|room| held.len() + bytes.len() > room) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            held.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_is_written_comes_in_order_and_with_its_hash() {
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 20 * BLOCK + 7] {
            let bytes: Vec<u8> = (0..length).map(|place| (place % 251) as u8).collect();
            let target = Target::default();
            let mut behind = Behind::new(Box::new(target.clone()));
            for piece in bytes.chunks(70_001) {
                behind.write_all(piece).unwrap();
            }
            let written = behind.finish().unwrap();
            assert_eq!(written, Written { digest: Digest::of(&bytes), size: length as u64 });
            assert!(*target.bytes.lock().unwrap() == bytes);
        }
    }

    #[test]
    fn a_full_disk_is_told_as_itself_and_ends_the_stream() {
        let mut behind = Behind::new(Box::new(Target { room: Some(3 * BLOCK), ..Target::default() }));
        let block = vec![7; BLOCK];
        let error = (0..50).find_map(|_| behind.write_all(&block).err()).or_else(|| behind.finish().err()).unwrap();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }
}
