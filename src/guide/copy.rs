//! `copy`: a verified copy of the whole vault.

use std::path::PathBuf;

use crate::ceremony::{VerifyDepth, copy_vault};
use crate::guide::{Context, End, GuideError, outcome};
use crate::language::messages::report as text;
use crate::report::Verification;

/// Where the copy goes.
pub struct Request {
    pub to: PathBuf,
}

pub fn run(context: &mut Context, request: &Request) -> Result<End, GuideError> {
    let language = context.language;
    let ledger = context.read()?;
    let files = copy_vault(&ledger, context.disk(), &request.to)?;
    let verification = Verification::of(language, &context.read_anew(&request.to)?, VerifyDepth::Present)?;
    if context.is_for_machine() {
        context.print_json(&outcome::Copied { files, verification: &verification })?;
    } else {
        context.print(&text::Copied { files, path: request.to.display() }.say(language))?;
        context.print(&verification.words(language, &context.zone))?;
    }
    Ok(verification.end())
}
