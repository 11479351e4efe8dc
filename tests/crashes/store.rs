//! The vault folder under power cuts: a file stands whole or not at all, a line is the commit point, a torn tail is kept.

use std::collections::BTreeSet;
use std::path::Path;

use breakglass::ceremony::{Pin, PinBook};
use breakglass::quorum::{Digest, EpochId, VaultId};
use breakglass::store::{Disk, Place, Publication, RawLog, StoreError, Tail, Trouble, VaultFolder, VaultWriter};

use crate::crash_disk::{CrashDisk, Survival, kill_everywhere};

const FIRST: &[u8] = b"{\"event\":1}";
const SECOND: &[u8] = b"{\"event\":2}";
const THIRD: &[u8] = b"{\"event\":3}";

fn root() -> &'static Path {
    Path::new("acme.vault")
}

fn header() -> Place {
    Place::Header(1, EpochId([7; 12]))
}

fn deposit() -> Place {
    Place::Deposit(1, Digest::of(b"deposit"))
}

/// Stands in for the journal: an event is an object that was closed.
fn is_event(line: &[u8]) -> bool {
    line.starts_with(b"{") && line.ends_with(b"}")
}

fn begin<'d>(disk: &'d CrashDisk) -> Result<(VaultWriter<'d>, RawLog), StoreError> {
    VaultFolder::open(disk, root())?.begin_writing(&is_event)
}

fn lines(log: &RawLog) -> Vec<&[u8]> {
    log.lines().collect()
}

/// A vault with one line, at rest.
fn vault() -> CrashDisk {
    let disk = CrashDisk::new();
    VaultFolder::create(&disk, root()).unwrap().append(FIRST).unwrap();
    disk.after_crash(Survival::None)
}

/// A vault whose log ends in these bytes without a line feed.
fn vault_with_tail(tail: &[u8]) -> CrashDisk {
    let disk = vault();
    disk.append(&root().join("log.jsonl"), FIRST.len() as u64 + 1, tail).unwrap();
    disk.after_crash(Survival::Whole)
}

fn has_partials(disk: &CrashDisk) -> bool {
    disk.files().keys().any(|path| path.to_string_lossy().contains(".partial-"))
}

#[test]
fn a_vault_begins_with_its_first_line_or_not_at_all() {
    let create = |disk: &CrashDisk| {
        let mut writer = VaultFolder::create(disk, root())?;
        writer.publish(&header(), b"header")?;
        writer.append(FIRST)
    };
    let cuts = kill_everywhere(&CrashDisk::new(), create, |after, crash| {
        if VaultFolder::is_vault(after, root()).unwrap() {
            let (writer, log) = begin(after).unwrap();
            assert_eq!(lines(&log), [FIRST]);
            assert_eq!(writer.folder().read(&header()).unwrap(), b"header");
        } else {
            assert!(!crash.reported_done);
            create(after).expect("the same attempt can be repeated");
        }
        assert!(!has_partials(after));
    });
    assert!(cuts >= 15, "{cuts}");
}

#[test]
fn a_file_stands_whole_or_not_at_all_and_before_the_line_that_names_it() {
    let put = |disk: &CrashDisk| {
        let (mut writer, _) = begin(disk)?;
        writer.publish(&deposit(), b"sealed to the vault")?;
        writer.append(SECOND)
    };
    let cuts = kill_everywhere(&vault(), put, |after, crash| {
        let (writer, log) = begin(after).unwrap();
        assert_eq!(lines(&log)[0], FIRST);
        assert!(lines(&log).len() < 3);
        assert!(!has_partials(after), "they are cleared");
        let committed = lines(&log).get(1) == Some(&SECOND);
        assert!(committed || !crash.reported_done);
        match writer.folder().read(&deposit()) {
            Ok(bytes) => assert_eq!(bytes, b"sealed to the vault"),
            Err(error) => assert!(!committed && *error.trouble() == Trouble::Missing, "{error}"),
        }
        drop(writer);
        put(after).expect("the same attempt can be repeated");
    });
    assert!(cuts >= 10, "{cuts}");
}

#[test]
fn what_a_restarted_process_has_read_is_on_the_medium() {
    let disk = vault();
    disk.append(&root().join("log.jsonl"), FIRST.len() as u64 + 1, b"{\"event\":2}\n").unwrap();
    let (_writer, log) = begin(&disk).unwrap();
    assert_eq!(lines(&log), [FIRST, SECOND]);
    let disk = disk.after_crash(Survival::None);
    let (_writer, log) = begin(&disk).unwrap();
    assert_eq!(lines(&log), [FIRST, SECOND], "a later power cut does not take it back");
}

#[test]
fn lines_appended_together_survive_from_the_first_on() {
    let merge = |disk: &CrashDisk| begin(disk)?.0.append_all([SECOND, THIRD]);
    kill_everywhere(&vault(), merge, |after, crash| {
        let log = begin(after).unwrap().1;
        assert!([FIRST, SECOND, THIRD].starts_with(&lines(&log)), "{:?}", lines(&log));
        assert!(!crash.reported_done || lines(&log).len() == 3);
    });
}

#[test]
fn a_torn_tail_is_kept_under_a_number_of_its_own_whenever_settling_is_cut() {
    let torn = b"{\"event\":2,\"sig";
    let settle = |disk: &CrashDisk| begin(disk).map(drop);
    let cuts = kill_everywhere(&vault_with_tail(torn), settle, |after, crash| {
        let (writer, log) = begin(after).unwrap();
        assert_eq!(lines(&log), [FIRST]);
        let kept: Vec<Vec<u8>> =
            writer.folder().places().unwrap().iter().map(|place| writer.folder().read(place).unwrap()).collect();
        assert_eq!(kept[0], torn, "nothing of it is lost");
        // Half a cut is a shorter tail, which is kept again.
        let cut_may_be_half = matches!(crash.survival, Survival::Half | Survival::LastTorn);
        assert!(kept.len() == 1 || cut_may_be_half && kept.len() == 2 && torn.starts_with(&kept[1]), "{kept:?}");
    });
    assert!(cuts >= 6, "{cuts}");
}

#[test]
fn a_whole_event_that_lacks_its_line_feed_counts_and_is_completed() {
    let disk = vault_with_tail(SECOND);
    let read = VaultFolder::open(&disk, root()).unwrap().read_log(&is_event).unwrap();
    assert_eq!(lines(&read), [FIRST, SECOND]);
    assert_eq!(read.tails().map(|(_, tail)| tail.clone()).collect::<Vec<_>>(), [Tail::Whole]);
    let complete = |disk: &CrashDisk| begin(disk)?.0.append(THIRD);
    kill_everywhere(&disk, complete, |after, crash| {
        let (writer, log) = begin(after).unwrap();
        assert!([FIRST, SECOND, THIRD].starts_with(&lines(&log)) && lines(&log).len() >= 2);
        assert!(!crash.reported_done || lines(&log).len() == 3);
        assert!(writer.folder().places().unwrap().iter().all(|place| matches!(place, Place::Torn(_))));
    });
}

#[test]
fn each_torn_tail_gets_the_next_number() {
    let disk = vault_with_tail(b"{\"one");
    drop(begin(&disk).unwrap());
    disk.append(&root().join("log.jsonl"), FIRST.len() as u64 + 1, b"{\"other").unwrap();
    let (_, log) = begin(&disk).unwrap();
    let tails: Vec<Tail> = log.tails().map(|(_, tail)| tail.clone()).collect();
    assert_eq!(tails, [Tail::Torn { bytes: b"{\"other".to_vec(), kept: Some(Place::Torn(2)) }]);
}

#[test]
fn a_terminated_line_is_never_cut_however_bad_it_is() {
    let disk = vault_with_tail(b"not an event\n");
    let (_, log) = begin(&disk).unwrap();
    assert_eq!(lines(&log), [FIRST, b"not an event"]);
}

#[test]
fn removing_what_a_commit_made_superfluous_can_be_cut_and_repeated() {
    let disk = vault();
    let (writer, _) = begin(&disk).unwrap();
    let sealed = Place::Sealed(1, EpochId([7; 12]));
    for place in [header(), sealed, deposit()] {
        writer.publish(&place, b"bytes").unwrap();
    }
    drop(writer);
    let remove = |disk: &CrashDisk| begin(disk)?.0.remove(&[sealed, deposit()]);
    kill_everywhere(&disk, remove, |after, crash| {
        let (writer, _) = begin(after).unwrap();
        assert_eq!(writer.folder().read(&header()).unwrap(), b"bytes");
        if crash.reported_done {
            assert_eq!(writer.folder().places().unwrap(), [header()]);
        }
        drop(writer);
        remove(after).unwrap();
        assert_eq!(begin(after).unwrap().0.folder().places().unwrap(), [header()]);
    });
}

#[test]
fn a_file_is_written_once() {
    let disk = vault();
    let (writer, _) = begin(&disk).unwrap();
    assert_eq!(writer.publish(&deposit(), b"bytes").unwrap(), Publication::Written);
    assert_eq!(writer.publish(&deposit(), b"bytes").unwrap(), Publication::StoodAlready);
    let error = writer.publish(&deposit(), b"other").unwrap_err();
    assert_eq!(error.trouble(), &Trouble::OtherContent);
    assert_eq!(error.path(), root().join(deposit().path()));
    assert_eq!(writer.folder().read(&deposit()).unwrap(), b"bytes");
}

#[test]
fn a_full_disk_leaves_no_partial_file_and_the_next_writer_goes_on() {
    let disk = vault();
    let (mut writer, _) = begin(&disk).unwrap();
    disk.leave_space(5);
    assert_eq!(writer.publish(&deposit(), b"many bytes").unwrap_err().trouble(), &Trouble::Full);
    assert!(!has_partials(&disk));
    disk.leave_space(5);
    assert_eq!(writer.append(SECOND).unwrap_err().trouble(), &Trouble::Full);
    disk.leave_space(1000);
    assert_eq!(writer.append(SECOND).unwrap_err().trouble(), &Trouble::Changed, "never glued to half a line");
    drop(writer);
    let (mut writer, log) = begin(&disk).unwrap();
    assert_eq!(lines(&log), [FIRST]);
    writer.append(SECOND).unwrap();
}

#[test]
fn only_one_writes_at_a_time_and_anyone_may_read() {
    let disk = vault();
    let held = begin(&disk).unwrap();
    assert_eq!(begin(&disk).err().unwrap().trouble(), &Trouble::Busy);
    assert_eq!(lines(&VaultFolder::open(&disk, root()).unwrap().read_log(&is_event).unwrap()), [FIRST]);
    drop(held);
    assert!(begin(&disk).is_ok());
}

#[test]
fn files_that_nothing_names_are_told_and_kept() {
    let disk = vault();
    let (writer, _) = begin(&disk).unwrap();
    writer.publish(&header(), b"named").unwrap();
    writer.publish(&deposit(), b"left by an attempt that was cut short").unwrap();
    disk.create_file(&root().join("notes.txt"), b"no place of a vault").unwrap();
    drop(writer);
    let (writer, _) = begin(&disk).unwrap();
    assert_eq!(writer.folder().strays(&BTreeSet::from([header()])).unwrap(), [deposit()]);
}

#[test]
fn a_link_inside_a_vault_is_refused_by_name() {
    let disk = vault();
    disk.plant_link(&root().join("deposits"));
    let (writer, _) = begin(&disk).unwrap();
    for error in [writer.publish(&deposit(), b"").unwrap_err(), writer.folder().read(&deposit()).unwrap_err()] {
        assert_eq!((error.path(), error.trouble()), (root().join("deposits").as_path(), &Trouble::Link));
    }
    drop(writer);
    disk.remove_file(&root().join("log.jsonl")).unwrap();
    disk.plant_link(&root().join("log.jsonl"));
    assert_eq!(begin(&disk).err().unwrap().trouble(), &Trouble::Link);
}

#[test]
fn a_folder_with_other_files_becomes_no_vault() {
    let disk = CrashDisk::new();
    disk.create_folder(root()).unwrap();
    assert_eq!(VaultFolder::open(&disk, root()).err().unwrap().trouble(), &Trouble::NotAVault);
    disk.create_file(&root().join("holiday.jpg"), b"").unwrap();
    assert_eq!(VaultFolder::create(&disk, root()).err().unwrap().trouble(), &Trouble::NotEmpty);
    assert_eq!(VaultFolder::create(&vault(), root()).err().unwrap().trouble(), &Trouble::AlreadyAVault);
    assert_eq!(VaultFolder::open(&disk, Path::new("elsewhere")).err().unwrap().trouble(), &Trouble::Missing);
}

#[test]
fn a_vault_on_a_protected_medium_is_continued_by_a_side_log() {
    let disk = vault_with_tail(b"{\"torn");
    disk.write_protect(root());
    let vault = VaultFolder::open(&disk, root()).unwrap();
    assert!(vault.is_read_only().unwrap());
    assert_eq!(vault.begin_writing(&is_event).err().unwrap().trouble(), &Trouble::ReadOnly);

    let beside = |disk: &CrashDisk| -> Result<(), StoreError> {
        let vault = VaultFolder::open(disk, root())?.with_side_log(Path::new("side"));
        let (mut writer, _) = vault.begin_writing(&is_event)?;
        writer.append(SECOND)?;
        assert_eq!(writer.publish(&deposit(), b"").unwrap_err().trouble(), &Trouble::ReadOnly);
        writer.append(THIRD)
    };
    kill_everywhere(&disk, beside, |after, crash| {
        let vault = VaultFolder::open(after, root()).unwrap().with_side_log(Path::new("side"));
        let log = vault.read_log(&is_event).unwrap();
        assert!([FIRST, SECOND, THIRD].starts_with(&lines(&log)));
        assert!(!crash.reported_done || lines(&log).len() == 3);
        let (path, tail) = log.tails().next().unwrap();
        assert_eq!(path, root().join("log.jsonl"));
        assert_eq!(*tail, Tail::Torn { bytes: b"{\"torn".to_vec(), kept: None }, "left as it is");
        drop(vault.begin_writing(&is_event).unwrap());
        assert!(!has_partials(after));
    });
}

#[test]
fn a_copy_holds_the_same_files_and_becomes_a_vault_with_its_last_write() {
    let disk = vault();
    let (writer, _) = begin(&disk).unwrap();
    writer.publish(&header(), b"header").unwrap();
    writer.publish(&deposit(), b"deposit").unwrap();
    drop(writer);
    let stick = Path::new("stick");
    let copy = |disk: &CrashDisk| -> Result<(), StoreError> {
        let original = VaultFolder::open(disk, root())?;
        let mut writer = VaultFolder::create(disk, stick)?;
        for place in original.places()? {
            writer.publish_from(&original, &place, original.digest(&place)?)?;
        }
        writer.append_all(original.read_log(&is_event)?.lines())
    };
    kill_everywhere(&disk, copy, |after, crash| {
        if VaultFolder::is_vault(after, stick).unwrap() {
            let (original, copy) =
                (VaultFolder::open(after, root()).unwrap(), VaultFolder::open(after, stick).unwrap());
            assert_eq!(original.places().unwrap(), copy.places().unwrap());
            assert_eq!(original.read_log(&is_event).unwrap().lines().count(), 1);
            assert_eq!(copy.read(&header()).unwrap(), b"header");
        } else {
            assert!(!crash.reported_done);
            copy(after).unwrap();
        }
    });
}

#[test]
fn ten_thousand_lines_are_read_at_once() {
    let disk = vault();
    let (mut writer, _) = begin(&disk).unwrap();
    writer.append_all(std::iter::repeat_n(SECOND, 9_999)).unwrap();
    let log = writer.folder().read_log(&is_event).unwrap();
    assert_eq!(log.lines().len(), 10_000);
    assert_eq!(log.lines().last(), Some(SECOND));
}

#[test]
fn a_file_of_pins_that_is_begun_anew_never_forgets_what_this_machine_knew() {
    let folder = Path::new("pins");
    let pin = |lines| Pin {
        vault: VaultId([7; 16]),
        epoch: None,
        heads: Vec::new(),
        lines,
        prefix: Digest::of(b""),
        anchors: Vec::new(),
    };
    let disk = CrashDisk::new();
    PinBook::new(&disk, folder).keep(&pin(1)).unwrap();
    let file = folder.join(format!("{}.pins", VaultId([7; 16])));
    let line = disk.files()[&file].clone();
    disk.append(&file, line.len() as u64, &line.repeat((600 << 10) / line.len())).unwrap();
    let keep = |disk: &CrashDisk| PinBook::new(disk, folder).keep(&pin(2));
    let cuts = kill_everywhere(&disk.after_crash(Survival::Whole), keep, |after, crash| {
        let known = PinBook::new(after, folder).find(VaultId([7; 16])).expect("one of the two");
        assert!(known == pin(2) || known == pin(1) && !crash.reported_done, "{known:?}");
    });
    assert!(cuts >= 4, "{cuts}");
    keep(&disk).unwrap();
    assert_eq!(disk.files()[&file].len(), line.len(), "the old lines are gone");
}
