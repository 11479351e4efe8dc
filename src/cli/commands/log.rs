//! `log`: what happened, whether that is the whole truth, and receipts that come in from outside.

mod add;
mod show;
pub mod verify;

use crate::cli::context::Context;
use crate::cli::error::CliError;

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Show,
    Verify(verify::Arguments),
    Add(add::Arguments),
}

pub fn run(context: &mut Context, arguments: &Arguments) -> Result<u8, CliError> {
    match &arguments.command {
        Command::Show => show::run(context),
        Command::Verify(arguments) => verify::run(context, arguments),
        Command::Add(arguments) => add::run(context, arguments),
    }
}
