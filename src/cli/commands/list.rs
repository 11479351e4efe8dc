//! `list`: what is in the vault, never a secret.

use crate::guide::{Context, End, GuideError};
use crate::report::Entries;

#[derive(clap::Args)]
pub struct Arguments {}

pub fn run(context: &mut Context) -> Result<End, GuideError> {
    let ledger = context.read()?;
    let entries = Entries::of(&ledger)?;
    if context.is_for_machine() {
        context.print_json(&entries)?;
    } else {
        context.print(&entries.words(context.language, context.columns()))?;
    }
    Ok(End::Done)
}
