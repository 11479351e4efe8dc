//! Attachments, cut at every write, rename and fsync: named whole or not at all, and never lost to a rotation that encrypts them anew.

use std::collections::BTreeSet;

use breakglass::ceremony::*;
use breakglass::quorum::Digest;
use breakglass::store::{Place, Trouble};
use breakglass::vault::{Attachment, Change};

use crate::ceremony::{at_rest, cut_everywhere, is_sound, that_open};
use crate::crash_disk::{CrashDisk, Survival};
use crate::machine::{Machine, attend, entry, now};

/// More than one block of a stream.
fn file() -> Vec<u8> {
    (0..600_000_u32).map(|place| (place.wrapping_mul(2_654_435_761) >> 11) as u8).collect()
}

/// What `put --attach` does.
fn attach_to(machine: Machine<'_>, name: &str, file: &[u8]) -> Result<(), CeremonyError> {
    let ledger = machine.try_read()?;
    let trusted = trusted_epoch(&ledger, None)?;
    let mut writing = ledger.begin(now())?;
    let name = name.parse().unwrap();
    let attachment = attach(&writing, &name, &mut &*file, &mut |_| ())?;
    let change = Change { attach: [(name, attachment)].into(), ..Change::default() };
    put(&mut writing, trusted, &entry("m365-admin"), change, "Ben", now()).map(drop)
}

/// Opens the vault, writes the attachment out and closes. Gives it, and how the vault knows it.
fn open(machine: Machine<'_>, cards: &[String], name: &str) -> Result<(Vec<u8>, Attachment), CeremonyError> {
    let mut writing = machine.try_write()?;
    let attendance = attend(writing.ledger(), cards)?;
    let session = Session::open(&mut writing, attendance, "lockout", None, now())?;
    let id = entry("m365-admin");
    let view = session.entry(&id)?;
    let offered = view.attachment(&name.parse().unwrap(), Which::Sealed).unwrap();
    let mut out = Vec::new();
    session.write_attachment(&mut writing, &id, &offered, now(), &mut out, &mut |_| ())?;
    let attachment = offered.held.value.clone();
    session.close(&mut writing, now())?;
    Ok((out, attachment))
}

fn blobs(machine: Machine<'_>) -> BTreeSet<Digest> {
    let blob = |place| if let Place::Attachment(digest) = place { Some(digest) } else { None };
    machine.folder().places().unwrap().into_iter().filter_map(blob).collect()
}

/// A vault with one sealed attachment, and its cards.
fn vault() -> (CrashDisk, Vec<String>) {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let cards = machine.begin();
    attach_to(machine, "keys.csv", &file()).unwrap();
    let cards = machine.rotate(&cards);
    (at_rest(&disk), cards)
}

#[test]
fn an_attachment_is_in_the_vault_whole_or_not_at_all_and_putting_it_again_succeeds() {
    let disk = CrashDisk::new();
    let cards = Machine::new(&disk).begin();
    let cuts = cut_everywhere(
        &at_rest(&disk),
        |disk| attach_to(Machine::new(disk), "keys.csv", &file()),
        |after, crash| {
            let machine = Machine::new(after);
            is_sound(machine);
            let named = machine.read().state().blobs.needed().count();
            assert!(named == 1 || !crash.reported_done);
            if named == 0 {
                attach_to(machine, "keys.csv", &file()).unwrap();
            }
            assert!(open(machine, &cards, "keys.csv").unwrap().0 == file());
            let partial = after.files().into_keys().any(|path| path.to_string_lossy().contains(".partial-"));
            assert!(!partial, "what was left unfinished is cleared by who writes next");
        },
    );
    assert!(cuts > 8, "{cuts}");
}

#[test]
fn a_rotation_leaves_attachments_alone_and_renews_them_after_an_opening() {
    let (disk, cards) = vault();
    let machine = Machine::new(&disk);
    let first = blobs(machine);
    let cards = machine.rotate(&cards);
    assert_eq!(blobs(machine), first, "nobody left, and nothing was opened");
    let (_, old) = open(machine, &cards, "keys.csv").unwrap();
    let old_blob = machine.file(Place::Attachment(old.blob).path());
    let cards = machine.rotate(&cards);
    assert!(blobs(machine).is_disjoint(&first), "the old blob is deleted");
    let (out, new) = open(machine, &cards, "keys.csv").unwrap();
    assert!(out == file() && new.sha256 == old.sha256);
    assert!(new.blob != old.blob && new.identity.expose() != old.identity.expose());
    let new_blob = machine.file(Place::Attachment(new.blob).path());
    let known = |blob: &[u8]| breakglass::vault::open_blob(&old, &mut &*blob, &mut Vec::new(), &mut |_| ()).is_ok();
    assert!(known(&old_blob) && !known(&new_blob), "who saw the old key has nothing of the new blob");
    is_sound(machine);
    let strays = verify_files(&machine.read(), VerifyDepth::Hashed).unwrap();
    assert_eq!(strays, []);
}

#[test]
fn a_rotation_that_renews_leaves_every_attachment_readable_wherever_it_was_cut() {
    let (disk, old) = vault();
    open(Machine::new(&disk), &old, "keys.csv").unwrap();
    let printed = std::cell::RefCell::new(Vec::new());
    let rotate = |disk: &CrashDisk| -> Result<(), CeremonyError> {
        let machine = Machine::new(disk);
        printed.replace(Vec::new());
        let mut writing = machine.try_write()?;
        let rotation = Rotation::open(&writing, attend(writing.ledger(), &old)?)?;
        let plan = crate::machine::plan(&["Aiko", "Ben", "Chie"]);
        assert_eq!(rotation.to_renew(&plan), (1, file().len() as u64));
        let mut keep = crate::machine::keep(&printed);
        let staged = stage(&mut writing, rotation, plan, Choices::default(), now(), &mut keep)?;
        let new = crate::machine::read_all_back(&mut writing, staged.epoch, &printed.borrow())?;
        commit(&mut writing, &new, Vec::new(), "Ben", now())?;
        clean_up(&mut writing, now()).map(drop)
    };
    let cuts = cut_everywhere(&at_rest(&disk), rotate, |after, _| {
        let machine = Machine::new(after);
        is_sound(machine);
        let printed = printed.borrow();
        let cards = that_open(machine, &[&old, &printed]);
        let resumed = after.after_crash(Survival::Whole);
        assert!(open(machine, cards, "keys.csv").unwrap().0 == file());
        let machine = Machine::new(&resumed);
        machine.clean_up().unwrap();
        is_sound(machine);
        let needed: BTreeSet<Digest> = machine.read().state().blobs.needed().map(|(blob, _)| *blob).collect();
        assert!(needed.is_subset(&blobs(machine)));
    });
    assert!(cuts > 30, "{cuts}");
}

#[test]
fn an_abort_deletes_the_new_blobs_and_keeps_the_old_ones() {
    let (disk, cards) = vault();
    let machine = Machine::new(&disk);
    open(machine, &cards, "keys.csv").unwrap();
    let before = blobs(machine);
    machine.stage(&cards, &["Aiko", "Ben", "Chie"]).unwrap();
    assert_eq!(blobs(machine).len(), 2);
    machine.abort(&cards).unwrap();
    machine.clean_up().unwrap();
    assert_eq!(blobs(machine), before);
    assert!(open(machine, &cards, "keys.csv").unwrap().0 == file());
}

#[test]
fn copies_and_merges_take_attachments_along_and_a_lost_blob_comes_back_by_a_merge() {
    let (disk, cards) = vault();
    let machine = Machine::new(&disk);
    let copy = machine.copy_to("copy.vault");
    assert_eq!(blobs(copy), blobs(machine));
    attach_to(copy, "more.csv", b"more").unwrap();
    machine.merge(copy).unwrap();
    assert_eq!(blobs(machine), blobs(copy));
    assert_eq!(open(machine, &cards, "more.csv").unwrap().0, b"more");
    let lost = *blobs(machine).iter().next().unwrap();
    let place = Place::Attachment(lost);
    disk_remove(&disk, machine, &place);
    let found = verify_files(&machine.read(), VerifyDepth::Present).unwrap();
    assert_eq!(found, [FileFinding::Missing(place)]);
    machine.merge(copy).unwrap();
    is_sound(machine);
}

fn disk_remove(disk: &CrashDisk, machine: Machine<'_>, place: &Place) {
    breakglass::store::Disk::remove_file(disk, &machine.vault.join(place.path())).unwrap();
}

#[test]
fn a_lost_blob_is_named_and_keeps_nobody_from_opening_or_rotating_the_rest() {
    let (disk, cards) = vault();
    let machine = Machine::new(&disk);
    let blob = *blobs(machine).iter().next().unwrap();
    open(machine, &cards, "keys.csv").unwrap();
    disk_remove(&disk, machine, &Place::Attachment(blob));
    let lost = open(machine, &cards, "keys.csv").unwrap_err();
    assert!(matches!(&lost, CeremonyError::AttachmentMissing(entry, name, _)
        if entry.as_str() == "m365-admin" && name.as_str() == "keys.csv"));
    let mut writing = machine.write();
    let rotation = Rotation::open(&writing, attend(writing.ledger(), &cards).unwrap()).unwrap();
    let printed = std::cell::RefCell::new(Vec::new());
    let mut keep = crate::machine::keep(&printed);
    let plan = crate::machine::plan(&["Aiko", "Ben", "Chie"]);
    let staged = stage(&mut writing, rotation, plan, Choices::default(), now(), &mut keep).unwrap();
    assert_eq!(staged.renewal.left.iter().map(|left| left.blob).collect::<Vec<_>>(), [blob]);
}

#[test]
fn a_disk_that_fills_up_while_an_attachment_is_written_is_told_and_leaves_nothing() {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    machine.begin();
    let before = disk.files();
    disk.leave_space(300_000);
    let full = attach_to(machine, "keys.csv", &file()).unwrap_err();
    assert!(matches!(&full, CeremonyError::Store(error) if *error.trouble() == Trouble::Full), "{full}");
    assert_eq!(disk.files(), before);
}

#[test]
fn a_blob_that_cannot_be_named_for_want_of_space_is_removed_again() {
    let (disk, cards) = vault();
    let machine = Machine::new(&disk);
    open(machine, &cards, "keys.csv").unwrap();
    let before = at_rest(&disk);
    let blob = before.files().iter().find(|(path, _)| path.starts_with("acme.vault/attachments")).unwrap().1.len();
    let put: &dyn Fn(Machine<'_>) -> bool = &|machine| attach_to(machine, "more.csv", &file()).is_ok();
    let rotate: &dyn Fn(Machine<'_>) -> bool = &|machine| machine.stage(&cards, &["Aiko", "Ben", "Chie"]).is_ok();
    for job in [put, rotate] {
        let mut removed = 0;
        for space in (blob + 1..).step_by(211) {
            let disk = before.after_crash(Survival::Whole);
            let machine = Machine::new(&disk);
            let (blobs_before, files) = (blobs(machine), machine.folder().places().unwrap().len());
            disk.leave_space(space);
            if job(machine) {
                break;
            }
            disk.leave_space(1 << 20);
            is_sound(machine);
            // What only the line was missing for may be named by it: nobody can know what reached the medium.
            let line_alone_failed = machine.folder().places().unwrap().len() > files + 1;
            assert!(blobs(machine) == blobs_before || line_alone_failed, "{space}");
            removed += usize::from(blobs(machine) == blobs_before);
        }
        assert!(removed > 1, "{removed}");
    }
}

#[test]
fn attachments_are_renewed_when_somebody_holds_no_card_of_the_next_epoch_whatever_the_log_says() {
    for (names, renewed) in [(["Chie", "Aiko", "Ben"], 0), (["Aiko", "Ben", "Dan"], 1)] {
        let (disk, cards) = vault();
        let machine = Machine::new(&disk);
        let before = blobs(machine);
        let (epoch, new) = machine.stage(&cards, &names).unwrap();
        machine.commit(epoch, &new).unwrap();
        machine.clean_up().unwrap();
        assert_eq!(blobs(machine).difference(&before).count(), renewed);
        assert!(open(machine, &new, "keys.csv").unwrap().0 == file());
    }
}
