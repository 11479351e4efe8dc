//! Codes that are good once: of the moment, or from a list that was handed out. Each is in the log before it is seen.

use super::error::CeremonyError;
use super::held::{Held, Which};
use super::ledger::{Ledger, Writing};
use super::unseal::{EntryView, OpenDeposit, Session};
use crate::ids::Digest;
use crate::journal::{OneTimeCode, What};
use crate::second_factor::{Enrolment, recovery_codes};
use crate::secret::SecretText;
use crate::vault::{EntryId, FieldName, FieldValue, Moment};

/// The field of a second factor of the moment.
pub const TOTP: &str = "totp";
/// The field of recovery codes.
pub const RECOVERY_CODES: &str = "recovery_codes";

/// What makes codes of the moment.
#[derive(Debug)]
pub struct CodeMaker<'s> {
    /// The second factor.
    pub enrolment: Enrolment,
    /// The deposit that it is of, when no rotation folded it in: not confirmed.
    pub deposit: Option<&'s OpenDeposit>,
}

/// One recovery code of a set.
#[derive(Debug)]
pub struct RecoveryCode<'s> {
    /// The code.
    pub code: SecretText,
    /// Its number in the set, from 1.
    pub number: u16,
    /// Whether it was shown before.
    pub spent_before: bool,
    /// Codes of the set that were never shown.
    pub left: u16,
    /// Codes of the set.
    pub count: u16,
    /// The deposit that it is of, when no rotation folded it in: not confirmed.
    pub deposit: Option<&'s OpenDeposit>,
}

impl<'s> EntryView<'s> {
    /// Whether the entry has this field, sealed or deposited.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.names().iter().any(|known| known.as_str() == name)
    }

    /// The deposit that brought the recovery codes as they stand: what the log counts them by.
    fn set_of(&self, held: &Held<'s, FieldValue>) -> Option<Digest> {
        match held.deposit {
            Some(open) => Some(open.pending.deposit),
            None => Some(self.sealed_entry?.brought(&FieldName::fixed(RECOVERY_CODES))?.1),
        }
    }

    fn held_or_missing(&self, name: &'static str, which: Which) -> Result<Held<'s, FieldValue>, CeremonyError> {
        let name = FieldName::fixed(name);
        let held = which.of(&self.held(&name));
        held.ok_or_else(|| match which {
            Which::Deposited(_) if self.names().contains(&name) => CeremonyError::UnreadableDeposit(self.id.clone()),
            _ => CeremonyError::NoSuchField(self.id.clone(), name.clone(), self.names()),
        })
    }
}

impl Session {
    /// Gives what makes an entry's codes of the moment, after the event that says so is on the medium. The codes may be shown; what they
    /// are made of is not.
    ///
    /// # Errors
    /// When the entry has no second factor or none that can be read, or the event cannot be written: no event, no code.
    pub fn reveal_codes(
        &self,
        writing: &mut Writing<'_>,
        entry: &EntryId,
        which: Which,
        now: Moment,
    ) -> Result<CodeMaker<'_>, CeremonyError> {
        let held = self.entry(entry)?.held_or_missing(TOTP, which)?;
        let enrolment = Enrolment::read(held.value.expose())?;
        self.record_code(writing, entry, OneTimeCode::TimeBased, now)?;
        Ok(CodeMaker { enrolment, deposit: held.deposit })
    }

    /// Numbers of an entry's recovery codes that were shown before, of the set that is meant.
    #[must_use]
    pub fn spent_codes(&self, ledger: &Ledger<'_>, entry: &EntryId, which: Which) -> Vec<u16> {
        let spent = || {
            let view = self.entry(entry).ok()?;
            let held = view.held_or_missing(RECOVERY_CODES, which).ok()?;
            let set = view.set_of(&held)?;
            let count = u16::try_from(recovery_codes(held.value.expose()).count()).unwrap_or(u16::MAX);
            Some((1..=count).filter(|&number| ledger.state().codes.is_spent(set, number)).collect())
        };
        spent().unwrap_or_default()
    }

    /// Gives a recovery code, after the event that marks it spent is on the medium: the one of this number, or the first that was never
    /// shown.
    ///
    /// # Errors
    /// When the entry has none, all are spent and no number is given, there is no such number, or the event cannot be written.
    pub fn reveal_recovery_code(
        &self,
        writing: &mut Writing<'_>,
        entry: &EntryId,
        number: Option<u16>,
        which: Which,
        now: Moment,
    ) -> Result<RecoveryCode<'_>, CeremonyError> {
        let view = self.entry(entry)?;
        let held = view.held_or_missing(RECOVERY_CODES, which)?;
        let set = view.set_of(&held).ok_or_else(|| CeremonyError::UnreadableDeposit(entry.clone()))?;
        let codes: Vec<&str> = recovery_codes(held.value.expose()).collect();
        let count = u16::try_from(codes.len()).unwrap_or(u16::MAX);
        let spent = |number: u16| writing.ledger().state().codes.is_spent(set, number);
        let unspent: Vec<u16> = (1..=count).filter(|&number| !spent(number)).collect();
        let number = match number {
            Some(number) if (1..=count).contains(&number) => number,
            Some(number) => return Err(CeremonyError::NoSuchRecoveryCode(entry.clone(), number, count)),
            None => *unspent.first().ok_or_else(|| CeremonyError::AllCodesSpent(entry.clone(), count))?,
        };
        let spent_before = spent(number);
        self.record_code(writing, entry, OneTimeCode::Recovery { set, number }, now)?;
        Ok(RecoveryCode {
            code: SecretText::from(codes[usize::from(number) - 1].to_owned()),
            number,
            spent_before,
            left: u16::try_from(unspent.len()).unwrap_or(u16::MAX) - u16::from(!spent_before),
            count,
            deposit: held.deposit,
        })
    }

    fn record_code(
        &self,
        writing: &mut Writing<'_>,
        entry: &EntryId,
        code: OneTimeCode,
        now: Moment,
    ) -> Result<(), CeremonyError> {
        let what = What::Revealed {
            session: self.event(),
            entry: entry.clone(),
            fields: Vec::new(),
            attachments: Vec::new(),
            codes: vec![code],
        };
        writing.record(now, None, &self.attendance().signers(), what)?;
        Ok(())
    }
}

/// How many recovery codes a change brings, when it brings any.
pub(super) fn codes_in(fields: &crate::vault::Fields) -> Option<u16> {
    let value = fields.get(&FieldName::fixed(RECOVERY_CODES))?;
    Some(u16::try_from(recovery_codes(value.expose()).count()).unwrap_or(u16::MAX))
}
