//! Opening the vault: the event first, then the contents, then each revelation's event before its value.

use std::collections::BTreeMap;
use std::time::Duration;

use super::error::CeremonyError;
use super::gathering::Attendance;
use super::held::{Held, Name};
use super::ledger::{Ledger, Writing};
use super::one_time::codes_in;
use super::unnamed::{gives_the_same, unnamed_deposits};
use crate::ids::{Digest, EpochHash, EventId};
use crate::journal::{PendingDeposit, What};
use crate::store::Place;
use crate::vault::{
    Change, Claim, Contents, Deposit, DepositIdentity, Entry, EntryId, FieldName, FieldValue, Fields, FormatError,
    Moment, PublicEntry,
};

/// A deposit that was opened, and what the log claims of it.
#[derive(Debug)]
pub struct OpenDeposit {
    /// What the log says.
    pub pending: PendingDeposit,
    /// What stands in it, or why it could not be read. One bad deposit must not keep the others from being read.
    pub deposit: Result<Deposit, CeremonyError>,
}

/// Contents and deposits, in memory.
pub(super) struct Opened {
    /// What is sealed; nothing when it is damaged.
    pub(super) contents: Contents,
    /// What is wrong with the sealed contents.
    pub(super) damage: Option<CeremonyError>,
    pub(super) deposits: Vec<OpenDeposit>,
}

impl Opened {
    /// Opens contents and deposits with a quorum. Whoever calls has an event on the medium, or shows nothing.
    pub(super) fn open(ledger: &Ledger<'_>, attendance: &Attendance) -> Result<Opened, CeremonyError> {
        let header = attendance.header();
        let root = attendance.quorum().root();
        let sealed = Place::Sealed(header.epoch, header.id());
        let opened = sealed_file(ledger, attendance).and_then(|file| {
            Contents::open(&file, &root.contents_key(), header.vault, header.epoch)
                .map_err(|error| CeremonyError::Format(sealed.path(), error))
        });
        // What was deposited since is sealed to the epoch, and opens without them.
        let (contents, damage) = match opened {
            Ok(contents) => (contents, None),
            Err(error) => (Contents { epoch: header.epoch, ..Contents::empty(header.vault) }, Some(error)),
        };
        let own = DepositIdentity::of_key(&root.deposit_key());
        // All that lines say of each file, in the order in which the files were first named.
        let mut told: Vec<Vec<&PendingDeposit>> = Vec::new();
        let mut places: BTreeMap<(Digest, EpochHash), usize> = BTreeMap::new();
        for pending in &ledger.state().deposits {
            let place = *places.entry((pending.deposit, pending.epoch)).or_insert(told.len());
            if place == told.len() {
                told.push(Vec::new());
            }
            told[place].extend(std::iter::once(pending).chain(&pending.retold));
        }
        let open = |told: Vec<&PendingDeposit>| open_deposit(ledger, attendance, &contents, &own, &told);
        let deposits = told.into_iter().map(open).collect();
        Ok(Opened { contents, damage, deposits })
    }
}

impl Opened {
    /// The same to be shown alone, never to be folded in: with deposits whose lines may be missing, or name other files.
    fn open_to_show(ledger: &Ledger<'_>, attendance: &Attendance) -> Result<Opened, CeremonyError> {
        let mut opened = Opened::open(ledger, attendance)?;
        if ledger.may_lack_lines() || opened.deposits.iter().any(|open| open.deposit.is_err()) {
            let own = DepositIdentity::of_key(&attendance.quorum().root().deposit_key());
            let mut unnamed = unnamed_deposits(ledger, attendance.header(), &opened.contents, &own)?;
            // Whoever was cut off while putting something in did it again.
            unnamed.retain(|open| !opened.deposits.iter().any(|named| gives_the_same(open, named)));
            opened.deposits.extend(unnamed);
        }
        Ok(opened)
    }
}

/// `sealed.age` of the epoch whose cards attend, held against the hash in the header that they proved.
pub(super) fn sealed_file(ledger: &Ledger<'_>, attendance: &Attendance) -> Result<Vec<u8>, CeremonyError> {
    let header = attendance.header();
    let place = Place::Sealed(header.epoch, header.id());
    let file = ledger.folder().read(&place)?;
    if Digest::of(&file) != header.sealed {
        return Err(CeremonyError::Swapped(place.path()));
    }
    Ok(file)
}

/// That there is anything to open: the contents, or without them what was put in since.
fn something_opens(ledger: &Ledger<'_>, attendance: &Attendance) -> Result<(), CeremonyError> {
    let Err(damage) = sealed_file(ledger, attendance) else { return Ok(()) };
    let is_deposit = |place: &Place| matches!(place, Place::Deposit(..));
    if ledger.folder().places()?.iter().any(is_deposit) { Ok(()) } else { Err(damage) }
}

/// Opens the file that lines name, with the words that are true of it. Anybody can write others about the same file; they take nothing away.
fn open_deposit(
    ledger: &Ledger<'_>,
    attendance: &Attendance,
    contents: &Contents,
    own: &DepositIdentity,
    told: &[&PendingDeposit],
) -> OpenDeposit {
    let first = told[0];
    let as_claimed = |deposit: Deposit| {
        let is_it = |told: &&&PendingDeposit| deposit.entry == told.entry.id && is_as_claimed(&deposit, told);
        match told.iter().find(is_it).copied().cloned() {
            Some(pending) => Ok(OpenDeposit { pending, deposit: Ok(deposit) }),
            None => {
                let number = ledger.state().epochs.get(&first.epoch).map_or(0, |epoch| epoch.number);
                let path = Place::Deposit(number, first.deposit).path();
                let other = "it changes something else than the log says".to_owned();
                Err(CeremonyError::Format(path, FormatError::Malformed(other)))
            }
        }
    };
    open_file(ledger, attendance, contents, own, told)
        .and_then(as_claimed)
        .unwrap_or_else(|error| OpenDeposit { pending: first.clone(), deposit: Err(error) })
}

fn open_file(
    ledger: &Ledger<'_>,
    attendance: &Attendance,
    contents: &Contents,
    own: &DepositIdentity,
    told: &[&PendingDeposit],
) -> Result<Deposit, CeremonyError> {
    let pending = told[0];
    let number = ledger.state().epochs.get(&pending.epoch).map_or(0, |epoch| epoch.number);
    let place = Place::Deposit(number, pending.deposit);
    let file = ledger.folder().read(&place)?;
    if Digest::of(&file) != pending.deposit {
        return Err(CeremonyError::Swapped(place.path()));
    }
    let format = |error| CeremonyError::Format(place.path(), error);
    let header = attendance.header();
    let is_one_entry = told.iter().all(|told| told.entry.id == pending.entry.id);
    let open = |identity: &DepositIdentity| {
        let opened = if is_one_entry {
            Deposit::open(&file, identity, header.vault, pending.epoch, &pending.entry.id)
        } else {
            Deposit::open_unnamed(&file, identity, header.vault, pending.epoch)
        };
        opened.map_err(format)
    };
    if pending.epoch == header.hash() {
        return open(own);
    }
    let identity = contents.earlier_identity(&pending.epoch).map_err(format)?;
    open(&identity.ok_or(FormatError::DoesNotOpen).map_err(format)?)
}

/// People decide by what the log lists: a field or an attachment that it does not name would be folded in unseen, and so would another
/// name, time or title than those that they confirm.
fn is_as_claimed(deposit: &Deposit, pending: &PendingDeposit) -> bool {
    let change = &deposit.change;
    let PublicEntry { id: _, title, kind, owner, last_rotated } = &pending.entry;
    let shown = [("title", title), ("kind", kind), ("owner", owner), ("last_rotated", last_rotated)];
    let is_shown_so = |(name, claimed): (&'static str, &Option<Claim>)| {
        let value = change.set.get(&FieldName::fixed(name)).map(FieldValue::expose);
        claimed.is_none() || *claimed == value.and_then(Claim::of_any)
    };
    let attached = pending.attached.iter().map(|attached| (&attached.name, &attached.blob));
    change.set.keys().eq(&pending.fields)
        && change.clear.iter().eq(&pending.cleared)
        && change.attach.iter().map(|(name, attachment)| (name, &attachment.blob)).eq(attached)
        && change.detach.iter().eq(&pending.detached)
        && codes_in(&change.set) == pending.recovery_codes
        && deposit.by == pending.by
        && deposit.made == pending.claimed
        && shown.into_iter().all(is_shown_so)
}

/// An entry as people see it: the sealed revision, and what was deposited since, which nobody confirmed.
pub struct EntryView<'s> {
    /// Its id.
    pub id: &'s EntryId,
    /// The fields of the newest sealed revision; none when it was never sealed.
    pub sealed: Option<&'s Fields>,
    /// The entry as it was sealed.
    pub(super) sealed_entry: Option<&'s Entry>,
    /// Deposits since, oldest first.
    pub deposits: Vec<&'s OpenDeposit>,
}

/// One value, with where it comes from.
pub struct ConfirmedField<'s> {
    /// The field.
    pub name: FieldName,
    /// The value that was sealed.
    pub sealed: Option<&'s FieldValue>,
    /// Values that were deposited since, oldest first, with the deposit: not confirmed. `None` removes the field.
    pub deposited: Vec<(&'s OpenDeposit, Option<&'s FieldValue>)>,
    /// All values, the sealed one first.
    pub held: Vec<Held<'s, FieldValue>>,
}

/// An opening closes by itself when nobody has pressed a key for so long.
pub const CLOSES_AFTER: Duration = Duration::from_secs(10 * 60);

/// That the event of an opening is on the medium.
pub struct OpeningRecorded(EventId);

/// An opening: from its event to its closing.
pub struct Session {
    event: EventId,
    attendance: Attendance,
    opened: Opened,
}

impl Session {
    /// Opens the vault. The event is on the medium before anything is decrypted.
    ///
    /// # Errors
    /// When the event cannot be written, or the contents are not the ones that the header names.
    pub fn open(
        writing: &mut Writing<'_>,
        attendance: Attendance,
        reason: &str,
        incident: Option<&str>,
        now: Moment,
    ) -> Result<Session, CeremonyError> {
        let recorded = Session::record(writing, &attendance, reason, incident, now)?;
        Session::begin(recorded, writing, attendance)
    }

    /// Writes the event of an opening. Where it cannot be written, the cards need not come again: the log can go on in another folder.
    ///
    /// # Errors
    /// When the event cannot be written, no reason is given, the cards are not of the active epoch, or the contents are not the ones that
    /// the header names and nothing was put in since.
    pub fn record(
        writing: &mut Writing<'_>,
        attendance: &Attendance,
        reason: &str,
        incident: Option<&str>,
        now: Moment,
    ) -> Result<OpeningRecorded, CeremonyError> {
        if reason.trim().is_empty() {
            return Err(CeremonyError::ReasonMissing);
        }
        writing.ledger().attended_by_active(attendance)?;
        something_opens(writing.ledger(), attendance)?;
        let what = What::Opened {
            epoch: attendance.header().hash(),
            reason: reason.parse()?,
            incident: incident.map(str::parse).transpose()?,
            reported: attendance.reported(writing.ledger().state()),
        };
        Ok(OpeningRecorded(writing.record(now, None, &attendance.signers(), what)?))
    }

    /// Opens the vault, after its event.
    ///
    /// # Errors
    /// When the contents do not open.
    pub fn begin(
        recorded: OpeningRecorded,
        writing: &Writing<'_>,
        attendance: Attendance,
    ) -> Result<Session, CeremonyError> {
        let opened = Opened::open_to_show(writing.ledger(), &attendance)?;
        Ok(Session { event: recorded.0, attendance, opened })
    }

    /// The id of the opening.
    #[must_use]
    pub fn event(&self) -> EventId {
        self.event
    }

    /// What is wrong with the sealed contents, so that only deposits opened.
    #[must_use]
    pub fn damage(&self) -> Option<&CeremonyError> {
        self.opened.damage.as_ref()
    }

    /// Who attends.
    #[must_use]
    pub fn attendance(&self) -> &Attendance {
        &self.attendance
    }

    /// Every entry, sealed or only deposited, in the order of their ids. Nothing of it is a revelation until it is shown.
    #[must_use]
    pub fn entries(&self) -> Vec<EntryView<'_>> {
        let mut ids: Vec<&EntryId> = self.opened.contents.entries.iter().map(|entry| &entry.id).collect();
        ids.extend(self.opened.deposits.iter().map(|deposit| &deposit.pending.entry.id));
        ids.sort();
        ids.dedup();
        ids.into_iter().map(|id| self.view(id)).collect()
    }

    /// One entry.
    ///
    /// # Errors
    /// When there is none with this id.
    pub fn entry(&self, id: &EntryId) -> Result<EntryView<'_>, CeremonyError> {
        self.entries().into_iter().find(|view| view.id == id).ok_or_else(|| CeremonyError::NoSuchEntry(id.clone()))
    }

    fn view<'s>(&'s self, id: &'s EntryId) -> EntryView<'s> {
        EntryView {
            id,
            sealed: self.opened.contents.entry(id).map(Entry::fields),
            sealed_entry: self.opened.contents.entry(id),
            deposits: self.opened.deposits.iter().filter(|deposit| deposit.pending.entry.id == *id).collect(),
        }
    }

    /// Gives values of an entry, after the event that says so is on the medium.
    ///
    /// # Errors
    /// When there is no such entry or field, or the event cannot be written: no event, no value.
    pub fn reveal(
        &self,
        writing: &mut Writing<'_>,
        id: &EntryId,
        fields: &[FieldName],
        now: Moment,
    ) -> Result<Vec<ConfirmedField<'_>>, CeremonyError> {
        let view = self.entry(id)?;
        for name in fields {
            let names = view.names();
            if !names.contains(name) {
                return Err(CeremonyError::NoSuchField(id.clone(), name.clone(), names));
            }
        }
        let what = What::Revealed {
            session: self.event,
            entry: id.clone(),
            fields: fields.to_vec(),
            attachments: Vec::new(),
            codes: Vec::new(),
        };
        writing.record(now, None, &self.attendance.signers(), what)?;
        let view = self.entry(id)?;
        Ok(fields.iter().map(|name| view.field(name)).collect())
    }

    /// Writes that the opening has ended, for whoever may have to write it in another folder. Nothing may be shown after it.
    ///
    /// # Errors
    /// When the event cannot be written.
    pub fn record_closing(&self, writing: &mut Writing<'_>, now: Moment) -> Result<(), CeremonyError> {
        writing.record(now, None, &self.attendance.signers(), What::Closed { session: self.event })?;
        Ok(())
    }

    /// Ends the opening; everything in memory is wiped, whether the event could be written or not.
    ///
    /// # Errors
    /// When the event cannot be written.
    pub fn close(self, writing: &mut Writing<'_>, now: Moment) -> Result<(), CeremonyError> {
        self.record_closing(writing, now)
    }
}

impl<'s> EntryView<'s> {
    /// The names of all its fields, sealed or deposited, fixed names first.
    #[must_use]
    pub fn names(&self) -> Vec<FieldName> {
        let mut names: Vec<FieldName> = self.sealed.into_iter().flat_map(|fields| fields.keys().cloned()).collect();
        names.extend(self.deposits.iter().flat_map(|deposit| deposit.pending.fields.iter().cloned()));
        names.sort_by(FieldName::shown_order);
        names.dedup();
        names
    }

    fn field(&self, name: &FieldName) -> ConfirmedField<'s> {
        let deposited = self.deposits.iter().filter_map(|&open| {
            let change = &open.deposit.as_ref().ok()?.change;
            match change.set.get(name) {
                Some(value) => Some((open, Some(value))),
                None => change.clear.contains(name).then_some((open, None)),
            }
        });
        ConfirmedField {
            name: name.clone(),
            sealed: self.sealed.and_then(|fields| fields.get(name)),
            deposited: deposited.collect(),
            held: self.held(name),
        }
    }

    /// Every value of a field: the sealed one first, then what was deposited since, oldest first.
    #[must_use]
    pub fn held(&self, name: &FieldName) -> Vec<Held<'s, FieldValue>> {
        let under = &Name {
            brought: &|pending| pending.fields.contains(name),
            removed: &|pending| pending.cleared.contains(name),
            value: &|change: &'s Change| change.set.get(name),
        };
        self.held_under(self.sealed.and_then(|fields| fields.get(name)), under)
    }
}
