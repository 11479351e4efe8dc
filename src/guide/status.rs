//! The one report from which screen, document, metrics, calendar and exit status are made.

use super::{Context, GuideError};
use crate::ceremony::{Ledger, StampBook, StatusReport, VerifyDepth, status, verify_files};
use crate::journal::Calendar;
use crate::report::whole_screen;

/// The report of a vault that was read.
///
/// # Errors
/// When the history is split, or a file cannot be looked at.
pub fn report_of(context: &Context, ledger: &Ledger<'_>) -> Result<StatusReport, GuideError> {
    let stamps = StampBook::new(context.pins());
    let files = verify_files(ledger, VerifyDepth::Stamped(&stamps))?;
    Ok(status(ledger, files, Calendar::default(), context.now())?)
}

/// The screen of one vault.
///
/// # Errors
/// As [`report_of`].
pub fn screen(context: &Context, ledger: &Ledger<'_>) -> Result<String, GuideError> {
    let report = report_of(context, ledger)?;
    Ok(whole_screen(context.language, &context.zone, ledger, &report))
}
