//! What was named beforehand, looked at before anybody brings a card: an opening that shows nothing would still ask for a rotation.

use super::{Request, held};
use crate::ceremony::{CeremonyError, Ledger, RECOVERY_CODES, TOTP, Which};
use crate::guide::GuideError;
use crate::language::messages::cli as text;
use crate::vault::EntryId;

/// That the entry stands, has what is asked for as far as the log knows, and that every option goes with it.
pub fn check(request: &Request, ledger: &Ledger<'_>) -> Result<(), GuideError> {
    let is = |name: &str| request.field.as_ref().is_some_and(|field| field.as_str() == name);
    if (request.clock.is_some() && !is(TOTP)) || (request.code.is_some() && !is(RECOVERY_CODES)) {
        return Err(GuideError::Usage(text::option_of_another_field));
    }
    let Some(entry) = &request.entry else { return Ok(()) };
    // A damaged log names not everything that stands in the contents: what is there is known once they are open.
    if ledger.may_lack_lines() {
        return Ok(());
    }
    stands(ledger, entry)?;
    if let Some(field) = &request.field {
        ledger.ever_had_field(entry, field)?;
    }
    if let Some(attachment) = &request.attachment {
        ledger.ever_had_attachment(entry, attachment)?;
    }
    let which = held::named(request, ledger.state())?;
    match request.code {
        Some(number) => has_code(ledger, entry, which, number),
        None => Ok(()),
    }
}

/// That there can be a recovery code of this number. Which set is the sealed one stands in the contents alone, so that without a deposit
/// to count in only what no set ever had is refused.
fn has_code(ledger: &Ledger<'_>, entry: &EntryId, which: Which, number: u16) -> Result<(), GuideError> {
    let state = ledger.state();
    let count = match which {
        Which::Deposited(deposit) => {
            state.deposits.iter().find(|pending| pending.deposit == deposit).and_then(|pending| pending.recovery_codes)
        }
        Which::Sealed | Which::Newest => state.codes.most(entry),
    };
    match count {
        Some(count) if number > count => Err(CeremonyError::NoSuchRecoveryCode(entry.clone(), number, count).into()),
        _ => Ok(()),
    }
}

fn stands(ledger: &Ledger<'_>, id: &EntryId) -> Result<(), GuideError> {
    let sealed = ledger.active()?.entries.iter().any(|entry| entry.id == *id);
    let deposited = ledger.state().deposits.iter().any(|pending| pending.entry.id == *id);
    if sealed || deposited { Ok(()) } else { Err(CeremonyError::NoSuchEntry(id.clone()).into()) }
}
