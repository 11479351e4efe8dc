//! An opening as the program does it, step by step, wherever the damage is.

use breakglass::ceremony::*;
use breakglass::quorum::EpochId;
use breakglass::store::VaultFolder;

use crate::machine::*;

/// What came of an opening.
pub struct Shown {
    pub values: Vec<String>,
    /// Deposits that were told to be damaged.
    pub broken: usize,
}

/// Opens a vault with the first two cards and shows every value of every entry.
pub fn open(machine: Machine<'_>, cards: &[String]) -> Result<Shown, CeremonyError> {
    let epoch = card(&cards[0]).head().epoch;
    let (mut writing, attendance) = match machine.try_read() {
        Ok(ledger) if !ledger.has_lost_header(epoch) => usual(ledger, epoch, machine, cards)?,
        Ok(_) | Err(CeremonyError::NoBeginning(..)) => without_header(machine, cards)?,
        Err(error) => return Err(error),
    };
    let session = Session::open(&mut writing, attendance, "lockout", None, now())?;
    let names: Vec<_> = session.entries().iter().map(|view| view.id.clone()).collect();
    let (mut values, mut broken) = (Vec::new(), 0);
    for name in names {
        broken += session.entry(&name)?.deposits.iter().filter(|open| open.deposit.is_err()).count();
        let fields = session.entry(&name)?.names();
        for field in session.reveal(&mut writing, &name, &fields, now())? {
            values.extend(field.held.iter().map(|held| held.value.expose().to_owned()));
        }
    }
    session.close(&mut writing, now())?;
    Ok(Shown { values, broken })
}

fn usual<'d>(
    ledger: Ledger<'d>,
    epoch: EpochId,
    machine: Machine<'d>,
    cards: &[String],
) -> Result<(Writing<'d>, Attendance), CeremonyError> {
    let mut writing = match ledger.begin(now()) {
        Err(CeremonyError::LogMissing(_)) => Ledger::read(beside(machine)?, &machine.pins(), None)?.begin(now())?,
        begun => begun?,
    };
    let header = writing.ledger().opened_by(epoch).ok_or(CeremonyError::HeaderMissing(epoch))?;
    let mut gathering = Gathering::begin(header, writing.ledger().state());
    for text in &cards[..2] {
        if let Offered::Refused(refusal) = gathering.offer(card(text)) {
            return Err(refusal.into());
        }
    }
    let attendance = gathering.quorum()?;
    if writing.ledger().may_prove(epoch).is_some() {
        writing.prove(attendance.header().hash());
    }
    Ok((writing, attendance))
}

fn without_header<'d>(machine: Machine<'d>, cards: &[String]) -> Result<(Writing<'d>, Attendance), CeremonyError> {
    let head = *card(&cards[0]).head();
    let mut gathering = Headerless::begin(&machine.folder(), &head)?.ok_or(CeremonyError::HeaderMissing(head.epoch))?;
    for text in &cards[..2] {
        gathering.offer(share(text));
    }
    let stand_in = gathering.open().ok_or(CeremonyError::HeaderMissing(head.epoch))?;
    let writing = stand_in.read(machine.folder(), &machine.pins(), None)?.begin(now())?;
    let attendance = stand_in.attendance(writing.ledger())?;
    Ok((writing, attendance))
}

fn beside<'d>(machine: Machine<'d>) -> Result<VaultFolder<'d>, CeremonyError> {
    Ok(VaultFolder::open(machine.disk, machine.vault)?.with_side_log(std::path::Path::new("side")))
}
