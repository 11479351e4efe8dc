//! `log`: what happened, whether that is the whole truth, and receipts that come in from outside.

use crate::ceremony::VerifyDepth;
use crate::desk::Input;
use crate::guide::receipt::Request;
use crate::guide::{Context, End, GuideError, receipt};
use crate::report::{LoggedEvent, Verification, logged_words};
use crate::vault::Claim;

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Show,
    Verify(VerifyArguments),
    Add(AddArguments),
}

#[derive(clap::Args)]
struct VerifyArguments {
    #[arg(long)]
    files: bool,
}

#[derive(clap::Args)]
struct AddArguments {
    #[arg(value_name = "FILE")]
    receipt: Input,
    #[arg(long, value_name = "NAME")]
    by: Option<Claim>,
}

pub fn run(context: &mut Context, arguments: Arguments) -> Result<End, GuideError> {
    match arguments.command {
        Command::Show => show(context),
        Command::Verify(arguments) => verify(context, &arguments),
        Command::Add(arguments) => receipt::run(context, &arguments.into()),
    }
}

/// Every event, the newest last.
fn show(context: &mut Context) -> Result<End, GuideError> {
    let ledger = context.read()?;
    for placed in &ledger.history().events {
        if context.is_for_machine() {
            context.print_json(&LoggedEvent::of(&ledger, placed))?;
        } else {
            context.print(&logged_words(context.language, &context.zone, &ledger, placed))?;
        }
    }
    Ok(End::Done)
}

/// The chain, every signature and every file that the log names, whatever this machine verified before.
fn verify(context: &mut Context, arguments: &VerifyArguments) -> Result<End, GuideError> {
    let path = context.vault_path()?;
    let ledger = context.read_anew(&path)?;
    context.tell_seal(&ledger);
    let depth = if arguments.files { VerifyDepth::Hashed } else { VerifyDepth::Present };
    let mut verification = Verification::of(context.language, &ledger, depth)?;
    verification.clocks = context.told_clocks(&ledger);
    verification.hold_against(context.language, &ledger, &context.anchors(ledger.folder())?);
    if context.is_for_machine() {
        context.print_json(&verification)?;
    } else {
        context.print(&verification.words(context.language, &context.zone))?;
    }
    Ok(verification.end())
}

impl From<AddArguments> for Request {
    fn from(given: AddArguments) -> Request {
        Request { receipt: given.receipt, by: given.by }
    }
}
