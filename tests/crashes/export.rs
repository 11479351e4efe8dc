//! Writing everything out, cut at every write, rename and fsync: never a byte in the clear before the event that says so, never a folder
//! that passes for whole, and nothing left of an export that failed.

use std::path::{Path, PathBuf};

use breakglass::ceremony::*;
use breakglass::exchange::read;
use breakglass::vault::{AttachmentName, Change};

use crate::ceremony::{at_rest, cut_everywhere, is_sound};
use crate::crash_disk::CrashDisk;
use crate::machine::{Machine, attend, entry, now};

/// Lets so many blocks of attachments be written, then ends it.
struct StopsAfter(usize);

impl ExportWatch for StopsAfter {
    fn progress(&mut self, _name: &AttachmentName, _size: u64, _done: u64) {
        self.0 = self.0.saturating_sub(1);
    }

    fn is_stopped(&self) -> bool {
        self.0 == 0
    }
}

/// What `unseal --export` does.
fn export(machine: Machine<'_>, cards: &[String]) -> Result<Exported, CeremonyError> {
    export_until(machine, cards, usize::MAX)
}

fn export_until(machine: Machine<'_>, cards: &[String], blocks: usize) -> Result<Exported, CeremonyError> {
    let mut writing = machine.try_write()?;
    let attendance = attend(writing.ledger(), cards)?;
    let session = Session::open(&mut writing, attendance, "moving", None, now())?;
    let exported = session.export(&mut writing, machine.disk, Path::new("out"), now(), &mut StopsAfter(blocks));
    session.close(&mut writing, now())?;
    exported
}

/// A vault with a sealed password and a deposited attachment, and its cards.
fn vault() -> (CrashDisk, Vec<String>) {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    machine.deposit("m365-admin", "hunter2").unwrap();
    let cards = machine.rotate(&cards);
    let ledger = machine.read();
    let trusted = trusted_epoch(&ledger, None).unwrap();
    let mut writing = ledger.begin(now()).unwrap();
    let name: AttachmentName = "keys.csv".parse().unwrap();
    let attachment = attach(&writing, &name, &mut &[7; 300_000][..], &mut |_| ()).unwrap();
    let change = Change { attach: [(name, attachment)].into(), ..Change::default() };
    put(&mut writing, trusted, &entry("m365-admin"), change, "Ben", now()).unwrap();
    drop(writing);
    (at_rest(&disk), cards)
}

fn in_the_clear(disk: &CrashDisk) -> Vec<PathBuf> {
    disk.files().into_keys().filter(|path| path.starts_with("out")).collect()
}

#[test]
fn nothing_is_in_the_clear_without_its_event_and_a_document_means_that_all_of_it_is_there_wherever_the_power_is_cut() {
    let (disk, cards) = vault();
    let cuts = cut_everywhere(
        &disk,
        |disk| export(Machine::new(disk), &cards).map(drop),
        |after, crash| {
            let machine = Machine::new(after);
            is_sound(machine);
            let files = in_the_clear(after);
            let logged = machine.read().state().openings.iter().any(|opening| opening.exported);
            assert!(logged || files.is_empty(), "{files:?}");
            let document = after.files().remove(Path::new("out/breakglass-export.json"));
            assert!(document.is_some() || !crash.reported_done);
            if let Some(document) = document {
                assert_eq!(read(&document).unwrap().entries.len(), 1);
                assert_eq!(after.files()[Path::new("out/files/m365-admin/keys.csv")], [7; 300_000]);
            }
        },
    );
    assert!(cuts > 10, "{cuts}");
}

#[test]
fn a_disk_that_fills_up_leaves_nothing_in_the_clear_and_the_same_export_succeeds_with_room() {
    let (disk, cards) = vault();
    let mut failed = 0;
    for space in (1_000..310_000).step_by(20_000) {
        let disk = at_rest(&disk);
        disk.leave_space(space);
        if export(Machine::new(&disk), &cards).is_ok() {
            continue;
        }
        failed += 1;
        assert_eq!(in_the_clear(&disk), [] as [PathBuf; 0], "{space} bytes were left");
        disk.leave_space(10_000_000);
        assert_eq!(export(Machine::new(&disk), &cards).unwrap().files, 1, "{space} bytes were left");
    }
    assert!(failed > 10, "{failed}");
}

#[test]
fn an_export_that_is_stopped_leaves_nothing_in_the_clear_and_the_log_says_that_it_began() {
    let (disk, cards) = vault();
    for blocks in 0..3 {
        let disk = at_rest(&disk);
        let machine = Machine::new(&disk);
        assert!(export_until(machine, &cards, blocks).is_err(), "{blocks}");
        assert_eq!(in_the_clear(&disk), [] as [PathBuf; 0], "{blocks}");
        let state = machine.read();
        let opening = state.state().openings.last().unwrap();
        assert!(opening.exported && opening.closed, "{blocks}");
    }
}
