//! Every byte of every file of a vault: one bit changed, the file cut there, the file missing. A quorum opens what is intact, and `status`
//! and `log verify` say what is wrong. A stride is tried each time; all of it with `BREAKGLASS_EVERY_BYTE=1`, which takes many minutes.

#[path = "../support/crash_disk.rs"]
#[allow(dead_code, unused_imports, reason = "each test needs its own part")]
mod crash_disk;
#[path = "../support/machine.rs"]
#[allow(dead_code, reason = "each test needs its own part")]
mod machine;
mod opening;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use breakglass::ceremony::*;
use breakglass::journal::Calendar;
use breakglass::store::Disk;

use crash_disk::CrashDisk;
use machine::*;
use opening::open;

/// The files of a vault, as they lie on a disk.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Not every byte in CI: a number that shares no factor with the lengths of lines and keys.
const STRIDE: usize = 211;

struct Vault {
    files: Files,
    cards: Vec<String>,
}

/// What was done to a file.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Bit(usize),
    Cut(usize),
    Missing,
}

/// Rotated once, with a sealed value and one that was put in since.
fn vault() -> Vault {
    let disk = CrashDisk::new();
    let machine = Machine::new(&disk);
    let old = machine.begin();
    machine.deposit("registrar", "correct horse").unwrap();
    let cards = machine.rotate(&old);
    machine.deposit("m365-admin", "battery staple").unwrap();
    machine.read().pin(None).unwrap();
    Vault { files: disk.files(), cards }
}

fn disk_of(files: &Files) -> CrashDisk {
    let disk = CrashDisk::new();
    for (path, bytes) in files {
        let mut folders: Vec<&Path> =
            path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()).collect();
        folders.reverse();
        for folder in folders {
            if disk.look(folder).unwrap().is_none() {
                disk.create_folder(folder).unwrap();
            }
        }
        disk.create_file(path, bytes).unwrap();
    }
    disk
}

fn damaged(files: &Files, path: &Path, fault: Fault) -> Files {
    let mut files = files.clone();
    let bytes = files.get_mut(path).unwrap();
    match fault {
        Fault::Bit(place) => bytes[place] ^= 1 << (place % 8),
        Fault::Cut(place) => bytes.truncate(place),
        Fault::Missing => drop(files.remove(path)),
    }
    files
}

/// What is wrong with opening and telling after this fault; nothing when all is as it must be.
fn judge(vault: &Vault, path: &Path, fault: Fault) -> Vec<String> {
    let files = damaged(&vault.files, path, fault);
    let mut wrong = Vec::new();
    let name = path.to_str().unwrap();
    let mut expected = vec!["correct horse", "battery staple"];
    if name.ends_with("sealed.age") {
        expected.remove(0);
    } else if name.contains("/deposits/") {
        expected.remove(1);
    }
    // Without a newer head, a log that ends early with a whole line is a log: what was put in after it was never put in.
    let ends_line = |place: usize| vault.files[path].get(place) == Some(&b'\n');
    let ends_whole = matches!(fault, Fault::Cut(place) if path.ends_with("log.jsonl")
        && (place == 0 || ends_line(place) || ends_line(place - 1)));
    for pins in if ends_whole { &["pins"][..] } else { &["pins", "no-pins"] } {
        let disk = disk_of(&files);
        match open(Machine::new(&disk).with_pins(pins), &vault.cards) {
            Ok(shown) => {
                let missing = |value: &&&str| !shown.values.iter().any(|one| one == **value);
                // No card signs what the log claims of a deposit: another claim of it is told, and the deposit stays shut.
                let told =
                    |value: &str| value == "battery staple" && is_in_last_line(vault, path, fault) && shown.broken > 0;
                let lost: Vec<&&str> = expected.iter().filter(missing).filter(|value| !told(value)).collect();
                if !lost.is_empty() {
                    wrong.push(format!("{pins}: {lost:?} did not open"));
                }
            }
            Err(error) => wrong.push(format!("{pins}: {error}")),
        }
    }
    if !is_told(&files, path) {
        wrong.push("status is calm, or names nothing".to_owned());
    }
    wrong
}

/// Whether a changed bit is in the log's last line, which claims a deposit.
fn is_in_last_line(vault: &Vault, path: &Path, fault: Fault) -> bool {
    let log = &vault.files[path];
    let last = log[..log.len() - 1].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    path.ends_with("log.jsonl") && matches!(fault, Fault::Bit(place) if place >= last)
}

/// Whether the machine that knows the vault tells what is wrong: the file, or what is wrong with lines.
fn is_told(files: &Files, path: &Path) -> bool {
    let disk = disk_of(files);
    let machine = Machine::new(&disk);
    let ledger = match machine.try_read() {
        Ok(ledger) => ledger,
        Err(CeremonyError::NoBeginning(_, found)) => {
            return found.iter().any(|finding| machine.vault.join(finding.place().path()) == path);
        }
        Err(_) => return false,
    };
    let found = verify_files(&ledger, VerifyDepth::Hashed).unwrap();
    let report = status(&ledger, found, Calendar::default(), now()).unwrap();
    let names = |concern: &Concern| match concern {
        Concern::Files(files) => files.iter().any(|finding| machine.vault.join(finding.place().path()) == path),
        Concern::Log(_) | Concern::NoLog | Concern::MissingHeads(_) => true,
        Concern::Unproven
        | Concern::Clock(_)
        | Concern::Newer(_)
        | Concern::Split
        | Concern::TooFewCards
        | Concern::Obstacles(_)
        | Concern::Pins(_)
        | Concern::Unexplained(_) => false,
    };
    !report.is_calm() && report.concerns.iter().any(names)
}

fn is_of_vault(path: &Path) -> bool {
    path.starts_with("acme.vault") && !path.ends_with(".lock")
}

#[test]
fn damage_to_any_byte_of_any_file_keeps_no_quorum_from_what_is_intact_and_is_told() {
    let vault = vault();
    let every = std::env::var_os("BREAKGLASS_EVERY_BYTE").is_some_and(|value| !value.is_empty() && value != "0");
    let stride = if every { 1 } else { STRIDE };
    let mut faults = Vec::new();
    for (path, bytes) in vault.files.iter().filter(|(path, _)| is_of_vault(path)) {
        faults.push((path, Fault::Missing));
        for place in (0..bytes.len()).step_by(stride) {
            faults.push((path, Fault::Bit(place)));
            // The last line feed of a log alone: the event before it is whole, and the next writer ends its line.
            if !(path.ends_with("log.jsonl") && place + 1 == bytes.len()) {
                faults.push((path, Fault::Cut(place)));
            }
        }
    }
    let judged = |(path, fault): &(&PathBuf, Fault)| {
        let found = judge(&vault, path, *fault);
        found.into_iter().map(|what| format!("{} {fault:?}: {what}", path.display())).collect::<Vec<_>>()
    };
    let (first, second) = faults.split_at(faults.len() / 2);
    let wrong = std::thread::scope(|scope| {
        let beside = scope.spawn(|| first.iter().flat_map(judged).collect::<Vec<_>>());
        let here: Vec<String> = second.iter().flat_map(judged).collect();
        [beside.join().unwrap(), here].concat()
    });
    println!("{} faults in {} files", faults.len(), vault.files.keys().filter(|path| is_of_vault(path)).count());
    assert!(wrong.is_empty(), "{} of {} faults:\n{}", wrong.len(), faults.len(), wrong.join("\n"));
}

#[test]
fn a_whole_vault_is_calm_and_opens() {
    let vault = vault();
    let disk = disk_of(&vault.files);
    let machine = Machine::new(&disk);
    let ledger = machine.read();
    let found = verify_files(&ledger, VerifyDepth::Hashed).unwrap();
    let report = status(&ledger, found, Calendar::default(), now()).unwrap();
    assert_eq!(report.concerns, []);
    let shown = open(machine, &vault.cards).unwrap();
    assert_eq!(shown.broken, 0);
    assert_eq!(shown.values, ["battery staple", "correct horse"]);
}

#[test]
fn a_false_card_opens_nothing_without_the_header_and_a_true_one_more_does() {
    let vault = vault();
    let lost = vault.files.keys().rfind(|path| path.ends_with("header.json")).unwrap().clone();
    let files = damaged(&vault.files, &lost, Fault::Missing);
    let disk = disk_of(&files);
    let machine = Machine::new(&disk);
    let head = *card(&vault.cards[0]).head();
    let mut gathering = Headerless::begin(&machine.folder(), &head).unwrap().unwrap();
    let mut bytes = breakglass::quorum::Secret::new([9; 32]);
    bytes.expose_mut()[0] = 1;
    gathering.offer(breakglass::quorum::Share::new(index(1), bytes));
    gathering.offer(share(&vault.cards[1]));
    assert_eq!(gathering.missing(), 0);
    assert!(gathering.open().is_none(), "nothing opens with a false card");
    gathering.offer(share(&vault.cards[2]));
    let stand_in = gathering.open().expect("two true cards are a quorum");
    let ledger = stand_in.read(machine.folder(), &machine.pins(), None).unwrap();
    assert!(!ledger.is_sound(), "a vault without its header is told");
    let attendance = stand_in.attendance(&ledger).unwrap();
    assert_eq!(attendance.signers().len(), 2);
}

#[test]
fn what_cards_signed_without_the_header_holds_in_a_copy_that_has_it() {
    let vault = vault();
    let lost = vault.files.keys().rfind(|path| path.ends_with("header.json")).unwrap().clone();
    let disk = disk_of(&damaged(&vault.files, &lost, Fault::Missing));
    let machine = Machine::new(&disk);
    open(machine, &vault.cards).unwrap();
    disk.create_file(&lost, &vault.files[&lost]).unwrap();
    let ledger = machine.read();
    assert_eq!(ledger.history().findings, []);
    assert_eq!(ledger.state().unanswered_openings().count(), 1);
}
