//! `status` of a vault with 10,000 events: the figure to reach is 100 ms, whole process, once this machine has verified the log.

#[path = "support/mod.rs"]
mod support;

use std::fs::OpenOptions;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use breakglass::ceremony::Ledger;
use breakglass::journal::{Event, Line, Signer, What};
use breakglass::quorum::{CustodianKey, Digest, EventId};
use breakglass::vault::{FORMAT_VERSION, FieldName, PublicEntry};
use support::{Room, moment};

const EVENTS: usize = 10_000;
const FIGURE: Duration = Duration::from_millis(100);
const RUNS: usize = 31;

fn main() -> ExitCode {
    let room = Room::new("status");
    let (ledger, keys) = room.begin();
    let lines = years(&ledger, &keys);
    let mut log = OpenOptions::new().append(true).open(room.vault().join("log.jsonl")).expect("the log stands there");
    log.write_all(&lines).expect("the log can be written");
    let anew = room.timed(&["status"], Some(3)).1;
    let median = room.median(RUNS, &["status"], Some(3));
    println!(
        "status of {EVENTS} events: all verified {anew:.1?}, then median {median:.1?} of {RUNS}; to reach: {FIGURE:?}"
    );
    if median <= FIGURE { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Years of a busy vault: checks of cards, deposits, and openings that were reviewed.
fn years(ledger: &Ledger<'_>, keys: &[CustodianKey]) -> Vec<u8> {
    let header = ledger.active().expect("one epoch is active");
    let signers: Vec<Signer> =
        header.custodians.iter().map(|custodian| Signer(header.hash(), custodian.index)).collect();
    let mut head = ledger.heads()[0];
    let mut session = head;
    let mut bytes = Vec::new();
    for number in ledger.lines().count()..EVENTS {
        let one = number % signers.len();
        let (what, attending) = match number % 10 {
            0 => {
                let reason = format!("incident {number}: the identity provider is down").parse().expect("a claim");
                (
                    What::Opened {
                        epoch: header.hash(),
                        reason,
                        incident: Some(format!("INC-{number}").parse().expect("a claim")),
                    },
                    0..3,
                )
            }
            1 => {
                let entry = format!("entry-{}", number % 50).parse().expect("an id");
                (
                    What::Revealed {
                        session,
                        entry,
                        fields: vec![FieldName::fixed("password")],
                        attachments: Vec::new(),
                        codes: Vec::new(),
                    },
                    0..3,
                )
            }
            2 => (What::Closed { session }, 0..3),
            3 => (What::Reviewed { openings: vec![session] }, 0..0),
            4 => (deposit(ledger, number), 0..0),
            _ => (What::Checked { epoch: header.hash(), card: header.custodians[one].index }, one..one + 1),
        };
        let opens = matches!(what, What::Opened { .. });
        let line = sign(ledger, head, what, &signers[attending.clone()], &keys[attending]);
        head = line.id;
        if opens {
            session = head;
        }
        bytes.extend(line.bytes());
        bytes.push(b'\n');
    }
    bytes
}

fn sign(ledger: &Ledger<'_>, head: EventId, what: What, signers: &[Signer], keys: &[CustodianKey]) -> Line {
    let event = Event {
        version: FORMAT_VERSION,
        vault: ledger.state().vault,
        previous: vec![head],
        time: moment(),
        by: signers.is_empty().then(|| "Ben Carter".parse().expect("a claim")),
        signers: signers.to_vec(),
        what,
    };
    Line::sign(event, &keys.iter().collect::<Vec<_>>())
}

fn deposit(ledger: &Ledger<'_>, number: usize) -> What {
    let entry = PublicEntry {
        id: format!("entry-{}", number % 50).parse().expect("an id"),
        title: Some("Microsoft 365 emergency account".parse().expect("a claim")),
        kind: Some("cloud administrator".parse().expect("a claim")),
        owner: Some("Ben Carter".parse().expect("a claim")),
        last_rotated: Some("2026-11-22".parse().expect("a claim")),
    };
    What::Deposited {
        epoch: ledger.active().expect("one epoch is active").hash(),
        deposit: Digest::of(&number.to_le_bytes()),
        entry,
        fields: ["title", "password", "last_rotated"].map(FieldName::fixed).to_vec(),
        cleared: Vec::new(),
        attached: Vec::new(),
        detached: Vec::new(),
        recovery_codes: None,
    }
}
