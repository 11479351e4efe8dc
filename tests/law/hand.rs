//! The hand of somebody who holds the folder, and what each machine makes of it: whatever names the program's own types or calls
//! stands here once.

use std::path::Path;

use breakglass::ceremony::*;
use breakglass::journal::{Calendar, Duty, EVENT_VERSION, Event, LeftOut, Line, NewEpoch, Staging, State, What};
use breakglass::quorum::{CardIndex, Digest, EpochHash, EventId};
use breakglass::store::{Disk, Place};
use breakglass::vault::{EntryId, EpochHeader, Header, Moment, PublicEntry};

use crate::desk::{Desk, words};
use crate::machine::{Machine, attend, entry, keep, now, plan, read_all_back, reveal};

/// Three people of a plan.
pub const NAMES: [&str; 3] = ["Aiko", "Ben", "Chie"];

/// The last moment that a line can name.
pub fn end_of_time() -> Moment {
    "9999-12-30T00:00:00Z".parse().unwrap()
}

/// A commit that leaves nobody out.
pub fn committed(epoch: EpochHash) -> What {
    What::Committed { epoch, left_out: Vec::<LeftOut>::new() }
}

/// A staging that folds nothing in.
pub fn staged(header: &EpochHeader) -> What {
    let epoch = NewEpoch { number: header.epoch, hash: header.hash(), card_files: Vec::new(), locked: Vec::new() };
    What::Staged { epoch, staging: Staging::default(), more: 0 }
}

/// The claim that a card is lost.
pub fn lost(epoch: EpochHash, card: CardIndex, reason: &str) -> What {
    What::Lost { epoch, card, reason: reason.parse().ok() }
}

/// The claim that a custodian has left.
pub fn departed(epoch: EpochHash, card: CardIndex, reason: &str) -> What {
    What::Departed { epoch, card, reason: reason.parse().ok() }
}

/// The claim that somebody put a password in; no file stands behind it.
pub fn deposited(epoch: EpochHash, deposit: Digest, name: &str) -> What {
    What::Deposited {
        epoch,
        deposit,
        entry: PublicEntry { id: entry(name), title: None, kind: None, owner: None, last_rotated: None },
        fields: vec!["password".parse().unwrap()],
        cleared: Vec::new(),
        attached: Vec::new(),
        detached: Vec::new(),
        recovery_codes: None,
    }
}

/// The same event said again at another time, by whoever signs it.
pub fn at_time(line: &Line, time: Moment, keys: &[&breakglass::quorum::CustodianKey]) -> Line {
    Line::sign(Event { time, ..line.event.clone() }, keys)
}

/// A line that nobody signed, behind these events.
pub fn claim(machine: Machine<'_>, previous: Vec<EventId>, time: Moment, what: What) -> Line {
    let vault = machine.read().state().vault;
    Line::sign(Event { version: EVENT_VERSION, vault, previous, time, by: None, signers: Vec::new(), what }, &[])
}

/// A claim behind the heads, appended.
pub fn append_claim(machine: Machine<'_>, time: Moment, what: What) {
    let heads = machine.read().heads().to_vec();
    machine.append_line(claim(machine, heads, time, what).bytes());
}

/// The same line with another text where `PLACEHOLDER` stands, as somebody with an editor writes it.
pub fn retyped(line: &Line, text: &str) -> Vec<u8> {
    let bytes = String::from_utf8(line.bytes()).unwrap();
    assert!(bytes.contains("PLACEHOLDER"));
    let escaped = serde_json::to_string(text).unwrap();
    bytes.replace("PLACEHOLDER", &escaped[1..escaped.len() - 1]).into_bytes()
}

/// Where the event of a line stands.
pub fn id(line: &[u8]) -> EventId {
    Line::read(line).unwrap().id
}

/// Puts a line where it is not the last.
pub fn insert_line(machine: Machine<'_>, at: usize, line: &Line) {
    let mut lines = machine.lines();
    lines.insert(at, line.bytes());
    machine.replace_lines(&lines);
}

/// The first line that says such a thing, from 0.
pub fn place_of(machine: Machine<'_>, says: impl Fn(&What) -> bool) -> usize {
    machine.lines().iter().position(|line| says(&Line::read(line).unwrap().event.what)).unwrap()
}

/// Puts the header of an epoch into the folder.
pub fn plant_header(machine: Machine<'_>, header: &Header) -> EpochHeader {
    let header = EpochHeader::write(header).unwrap();
    let path = machine.vault.join(Place::Header(header.epoch, header.id()).path());
    machine.disk.create_folder(path.parent().unwrap()).unwrap();
    machine.disk.create_file(&path, header.bytes()).unwrap();
    header
}

/// Reads back every card and commits with the new cards, all by a clock of this time.
pub fn commit_at(machine: Machine<'_>, epoch: EpochHash, new: &[String], time: Moment) {
    let mut writing = machine.write();
    let quorum = read_all_back(&mut writing, epoch, new).unwrap();
    commit(&mut writing, &quorum, Vec::new(), "Mallory", time).unwrap();
}

/// Opens, shows the password of an entry and closes, by a clock of this time.
pub fn unseal_at(machine: Machine<'_>, cards: &[String], name: &str, time: Moment) {
    let mut writing = machine.try_read().unwrap().begin(time).unwrap();
    let attendance = attend(writing.ledger(), cards).unwrap();
    let session = Session::open(&mut writing, attendance, "lockout", None, time).unwrap();
    reveal(&session, &mut writing, name).unwrap();
    session.close(&mut writing, time).unwrap();
}

/// Stages the next epoch, folds these deposits in, and dismisses those for good.
pub fn stage_choosing(
    machine: Machine<'_>,
    cards: &[String],
    fold: &[Digest],
    dismissed: &[Digest],
) -> Result<(EpochHash, Vec<String>), CeremonyError> {
    let mut writing = machine.try_write()?;
    let attendance = attend(writing.ledger(), cards)?;
    let rotation = Rotation::open(&writing, attendance)?;
    let new = std::cell::RefCell::new(Vec::new());
    let choices = Choices { fold: fold.to_vec(), dismiss: dismissed.to_vec(), replaced: Vec::new() };
    let staged = stage(&mut writing, rotation, plan(&NAMES), choices, now(), &mut keep(&new))?;
    Ok((staged.epoch, new.into_inner()))
}

/// What `status` says on this machine at this moment.
pub fn report(machine: Machine<'_>, at: Moment) -> StatusReport {
    let ledger = machine.read();
    let files = verify_files(&ledger, VerifyDepth::Present).unwrap();
    status(&ledger, files, Calendar::default(), at).unwrap()
}

/// Whether `status` is calm on this machine at this moment.
pub fn is_calm(machine: Machine<'_>, at: Moment) -> bool {
    report(machine, at).is_calm()
}

/// What is due on this machine at this moment, each kind as often as it is due.
pub fn due(machine: Machine<'_>, at: Moment) -> Vec<&'static str> {
    report(machine, at).due_now().map(|due| due.duty.kind()).collect()
}

/// Whether the paper of a card of this epoch is to be destroyed.
pub fn is_to_be_destroyed(machine: Machine<'_>, of: EpochHash) -> bool {
    let destroys = |what: &Duty| matches!(what, Duty::DestroyPaper { epoch, .. } if *epoch == of);
    report(machine, now()).due.iter().any(|due| destroys(&due.duty))
}

/// Whether this machine says that heads which it saw before are not in this log.
pub fn misses_heads(machine: Machine<'_>) -> bool {
    !machine.read().missing_heads().is_empty()
}

/// Whether this machine says that anything is wrong with this log.
pub fn tells_of_something_wrong(machine: Machine<'_>) -> bool {
    misses_heads(machine) || machine.read().is_rewritten() || report(machine, now()).findings() > 0
}

/// The epoch that this machine trusts.
pub fn pinned(machine: Machine<'_>) -> Option<EpochHash> {
    let vault = machine.read().state().vault;
    machine.pins().find(vault).and_then(|pin| pin.epoch)
}

/// Trusts the active epoch of what this machine sees now, as after a card vouched for it.
pub fn trust(machine: Machine<'_>) {
    let ledger = machine.read();
    let epoch = ledger.active().unwrap().hash();
    ledger.pin(Some(epoch)).unwrap();
}

/// Whether two epochs claim to be the active one.
pub fn is_split(machine: Machine<'_>) -> bool {
    matches!(machine.read().active(), Err(CeremonyError::Split(_)))
}

pub fn active(machine: Machine<'_>) -> EpochHash {
    machine.read().active().unwrap().hash()
}

/// The state in full: two copies that hold the same lines are the same vault.
pub fn told(state: &State) -> String {
    format!("{state:#?}")
}

/// Where two tellings of a state differ, a few lines of each: they are too long to be read whole.
pub fn difference(one: &str, other: &str) -> Vec<String> {
    let pairs = one.lines().zip(other.lines()).filter(|(one, other)| one != other);
    let mut lines: Vec<String> =
        pairs.take(6).map(|(one, other)| format!("{} | {}", one.trim(), other.trim())).collect();
    let (ours, theirs) = (one.lines().count(), other.lines().count());
    if ours != theirs {
        lines.push(format!("{ours} lines | {theirs} lines"));
    }
    lines
}

/// Holds that two machines, or one before and after, show the same vault.
pub fn assert_same(one: &State, other: &State) {
    assert_eq!(difference(&told(one), &told(other)), Vec::<String>::new());
}

/// Whether anything was sealed to an epoch of this number.
pub fn holds_deposits(machine: Machine<'_>, number: u32) -> bool {
    let folder = machine.vault.join(format!("deposits/{number:04}"));
    machine.disk.files().keys().any(|path| path.starts_with(&folder))
}

/// A file or folder in the vault.
pub fn inside(machine: Machine<'_>, name: &str) -> std::path::PathBuf {
    machine.vault.join(Path::new(name))
}

/// A practice vault on a real disk, by the real clock, over which the real program is calm.
pub fn calm_desk() -> Desk {
    let desk = Desk::new();
    let now = Moment::of(jiff::Timestamp::now());
    let mut writing = desk.practice.ledger().begin(now).unwrap();
    let state = writing.ledger().state();
    let old = state.epochs.values().find(|epoch| epoch.number == 1).unwrap();
    let (epoch, cards) = (old.hash, old.cards.iter().map(|card| card.index).collect());
    paper_destroyed(&mut writing, epoch, cards, "Ben", now).unwrap();
    drop(writing);
    let status = desk.run(&["status"]);
    assert_eq!(status.status.code(), Some(0), "{}", words(&status.stdout));
    desk
}

/// An entry's id.
pub fn registrar() -> EntryId {
    entry("registrar")
}
