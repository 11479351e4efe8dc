//! A vault that people used for a while, and what it makes of lines that somebody adds to it.

use breakglass::ceremony::*;
use breakglass::journal::{Finding, Line, Refusal, State};
use breakglass::quorum::{EpochHash, EventId};

use crate::crash_disk::CrashDisk;
use crate::machine::{Machine, attend, card, now};

/// A vault with some history: two epochs, a deposit, an opening with a revelation, a check, and a third epoch that is staged.
pub struct Lived {
    pub disk: CrashDisk,
    pub old: Vec<String>,
    pub cards: Vec<String>,
    pub staged: Vec<String>,
    pub first: EpochHash,
    pub active: EpochHash,
    pub next: EpochHash,
}

impl Lived {
    pub fn new() -> Lived {
        let disk = CrashDisk::new();
        let machine = Machine::new(&disk);
        let old = machine.begin();
        let first = machine.read().active().unwrap().hash();
        machine.deposit("m365-admin", "correct horse").unwrap();
        let cards = machine.rotate(&old);
        let active = machine.read().active().unwrap().hash();
        machine.unseal(&cards, "m365-admin").unwrap();
        check_card(&mut machine.write(), &card(&cards[2]), None, now()).unwrap();
        let (next, staged) = machine.stage(&cards, &["Aiko", "Ben", "Chie", "Dan"]).unwrap();
        read_back(&mut machine.write(), next, &card(&staged[3]), false, None, now()).unwrap();
        let lived = Lived { disk, old, cards, staged, first, active, next };
        assert_eq!(lived.machine().read().history().findings, []);
        lived
    }

    pub fn machine(&self) -> Machine<'_> {
        // A machine that never saw the vault, so that every signature is checked.
        Machine::new(&self.disk).with_pins("a-new-machine")
    }

    pub fn state(&self) -> State {
        self.machine().read().state().clone()
    }

    pub fn findings(&self) -> Vec<Finding> {
        self.machine().read().history().findings.clone()
    }

    pub fn open_session(&self) -> EventId {
        let machine = self.machine();
        let mut writing = machine.write();
        let attendance = attend(writing.ledger(), &self.cards).unwrap();
        Session::open(&mut writing, attendance, "lockout", None, now()).unwrap().event()
    }

    /// Appends the line, and holds that it changes nothing and is refused for this reason.
    pub fn refuses(&self, line: Line, why: Refusal) {
        let (machine, before, lines) = (self.machine(), self.state(), self.machine().lines());
        machine.append_line(line.bytes());
        assert_eq!(self.state(), before, "{:?}", line.event.what);
        let findings = self.findings();
        assert_eq!(findings, [Finding::Refused { line: lines.len() + 1, why }], "{:?}", line.event.what);
        machine.replace_lines(&lines);
    }
}
