//! The disk whose power is cut, checked itself: a model that forgives would prove nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use breakglass::store::{Disk, Found, Trouble};

use crate::crash_disk::{CrashDisk, Survival, kill_everywhere};

fn path(name: &str) -> &Path {
    Path::new(name)
}

/// What a file holds after a crash, if it is there.
fn after(disk: &CrashDisk, survival: Survival, name: &str) -> Option<Vec<u8>> {
    disk.after_crash(survival).files().remove(path(name))
}

/// A disk with the durable file `log`, holding `first `.
fn with_durable_log() -> CrashDisk {
    let disk = CrashDisk::new();
    disk.create_file(path("log"), b"first ").unwrap();
    disk.sync_file(path("log")).unwrap();
    disk.sync_folder(path("")).unwrap();
    disk
}

#[test]
fn bytes_that_were_not_synced_survive_as_far_as_is_said() {
    let disk = with_durable_log();
    disk.append(path("log"), 6, b"second").unwrap();
    let expected: [(Survival, &[u8]); 5] = [
        (Survival::None, b"first "),
        (Survival::Half, b"first sec"),
        (Survival::Whole, b"first second"),
        (Survival::Names, b"first "),
        (Survival::Bytes, b"first second"),
    ];
    for (survival, bytes) in expected {
        assert_eq!(after(&disk, survival, "log").unwrap(), bytes, "{survival:?}");
    }
    disk.sync_file(path("log")).unwrap();
    for survival in Survival::ALL {
        assert_eq!(after(&disk, survival, "log").unwrap(), b"first second", "{survival:?}");
    }
}

#[test]
fn a_cut_that_was_not_synced_may_come_undone() {
    let disk = with_durable_log();
    disk.truncate(path("log"), 2).unwrap();
    assert_eq!(after(&disk, Survival::None, "log").unwrap(), b"first ");
    assert_eq!(after(&disk, Survival::Half, "log").unwrap(), b"firs");
    assert_eq!(after(&disk, Survival::Whole, "log").unwrap(), b"fi");
}

#[test]
fn a_synced_file_has_no_name_before_its_folder_is_synced() {
    let disk = CrashDisk::new();
    disk.create_file(path("new"), b"bytes").unwrap();
    disk.sync_file(path("new")).unwrap();
    assert_eq!(after(&disk, Survival::None, "new"), None);
    assert_eq!(after(&disk, Survival::Bytes, "new"), None);
    assert_eq!(after(&disk, Survival::Names, "new").unwrap(), b"bytes");
    disk.sync_folder(path("")).unwrap();
    assert_eq!(after(&disk, Survival::None, "new").unwrap(), b"bytes");
}

#[test]
fn a_rename_without_a_sync_can_leave_an_empty_file() {
    let disk = CrashDisk::new();
    disk.create_file(path("partial"), b"bytes").unwrap();
    disk.rename(path("partial"), path("final")).unwrap();
    disk.sync_folder(path("")).unwrap();
    assert_eq!(after(&disk, Survival::None, "final").unwrap(), b"");
    assert_eq!(after(&disk, Survival::Half, "final").unwrap(), b"by");
}

#[test]
fn half_of_the_names_are_the_first_ones() {
    let disk = CrashDisk::new();
    for name in ["a", "b", "c", "d"] {
        disk.create_file(path(name), b"").unwrap();
    }
    assert_eq!(disk.after_crash(Survival::Half).list(path(""), 9).unwrap(), ["a", "b"]);
}

#[test]
fn a_removal_that_was_not_synced_may_come_undone() {
    let disk = with_durable_log();
    disk.remove_file(path("log")).unwrap();
    assert_eq!(disk.look(path("log")).unwrap(), None);
    assert_eq!(after(&disk, Survival::None, "log").unwrap(), b"first ");
    assert_eq!(after(&disk, Survival::Whole, "log"), None);
}

#[test]
fn what_stands_in_a_lost_folder_is_lost_with_it() {
    let disk = CrashDisk::new();
    disk.create_folder(path("folder")).unwrap();
    disk.create_file(path("folder/file"), b"bytes").unwrap();
    disk.sync_file(path("folder/file")).unwrap();
    disk.sync_folder(path("folder")).unwrap();
    assert_eq!(after(&disk, Survival::None, "folder/file"), None);
    disk.sync_folder(path("")).unwrap();
    assert_eq!(after(&disk, Survival::None, "folder/file").unwrap(), b"bytes");
}

#[test]
fn once_the_power_is_off_nothing_works_and_nothing_more_is_written() {
    let disk = with_durable_log();
    disk.cut_at(disk.operations());
    assert!(disk.append(path("log"), 6, b"second").is_err());
    assert_eq!(disk.what_was_cut().unwrap(), "append log");
    assert!(disk.sync_file(path("log")).is_err());
    assert!(disk.read(path("log"), 99).is_err());
    assert!(disk.create_file(path("other"), b"").is_err());
    assert_eq!(after(&disk, Survival::None, "log").unwrap(), b"first ");
    assert_eq!(after(&disk, Survival::LastTorn, "log").unwrap(), b"first sec");
    assert_eq!(after(&disk, Survival::Whole, "other"), None);
}

#[test]
fn a_sync_that_is_cut_has_promised_nothing() {
    let disk = with_durable_log();
    disk.append(path("log"), 6, b"second").unwrap();
    disk.cut_at(disk.operations());
    assert!(disk.sync_file(path("log")).is_err());
    assert_eq!(after(&disk, Survival::None, "log").unwrap(), b"first ");
}

#[test]
fn a_lock_is_held_once_and_does_not_outlive_its_process() {
    let disk = CrashDisk::new();
    let held = disk.lock(path(".lock")).unwrap();
    assert_eq!(disk.lock(path(".lock")).err().unwrap().trouble(), &Trouble::Busy);
    assert!(disk.after_crash(Survival::Whole).lock(path(".lock")).is_ok());
    drop(held);
    assert!(disk.lock(path(".lock")).is_ok());
}

#[test]
fn a_full_disk_takes_what_fits_and_says_so() {
    let disk = with_durable_log();
    disk.leave_space(3);
    assert_eq!(disk.append(path("log"), 6, b"second").unwrap_err().trouble(), &Trouble::Full);
    assert_eq!(disk.read(path("log"), 99).unwrap(), b"first sec");
}

#[test]
fn a_protected_folder_can_be_read_and_not_written() {
    let disk = with_durable_log();
    disk.write_protect(path(""));
    assert!(disk.is_read_only(path("")).unwrap());
    assert_eq!(disk.look(path("log")).unwrap(), Some(Found::File { length: 6 }));
    assert_eq!(disk.append(path("log"), 6, b"second").unwrap_err().trouble(), &Trouble::ReadOnly);
}

/// Replaces a file by way of a partial one, leaving out the sync with this number.
fn replace(disk: &CrashDisk, left_out: Option<usize>) -> Result<(), breakglass::store::StoreError> {
    disk.create_file(path("partial"), b"bytes")?;
    if left_out != Some(0) {
        disk.sync_file(path("partial"))?;
    }
    disk.rename(path("partial"), path("final"))?;
    if left_out != Some(1) {
        disk.sync_folder(path(""))?;
    }
    // The line that says that the file is there.
    disk.append(path("log"), 6, b"done")?;
    disk.sync_file(path("log"))
}

fn the_line_never_comes_before_the_file(left_out: Option<usize>) -> usize {
    kill_everywhere(
        &with_durable_log(),
        |disk| replace(disk, left_out),
        |after, crash| {
            let files = after.files();
            if crash.reported_done || files[path("log")].ends_with(b"done") {
                assert_eq!(files.get(path("final")).map(Vec::as_slice), Some(b"bytes".as_slice()));
            }
        },
    )
}

#[test]
fn a_job_with_all_its_syncs_stands_every_crash_and_a_job_that_lacks_one_is_caught() {
    assert_eq!(the_line_never_comes_before_the_file(None), 6);
    for left_out in [0, 1] {
        let caught = catch_unwind(AssertUnwindSafe(|| the_line_never_comes_before_the_file(Some(left_out))));
        assert!(caught.is_err(), "leaving out sync {left_out} goes unnoticed");
    }
}
