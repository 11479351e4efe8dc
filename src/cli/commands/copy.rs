//! `copy`: a verified copy of the whole vault.

use std::path::PathBuf;

use super::log::verify::Verification;
use crate::ceremony::{VerifyDepth, copy_vault};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::language::messages::report as text;

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(value_name = "DIR")]
    to: PathBuf,
}

pub fn run(context: &mut Context, arguments: &Arguments) -> Result<u8, CliError> {
    let language = context.language;
    let ledger = context.read()?;
    let files = copy_vault(&ledger, context.disk(), &arguments.to)?;
    let verification = Verification::of(language, &context.read_anew(&arguments.to)?, VerifyDepth::Present)?;
    if context.json {
        context.print_json(&serde_json::json!({ "files": files, "verification": verification }))?;
    } else {
        context.print(&text::copied(language, files, arguments.to.display()))?;
        context.print(&verification.words(language, &context.zone))?;
    }
    Ok(verification.exit_status())
}
