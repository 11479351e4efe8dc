//! `card`: what happens to one card between rotations.

mod check;
mod destroyed;
mod lost;
mod relock;

use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::desk::Answers;

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Check(check::Arguments),
    Lost(lost::Arguments),
    Lock(relock::LockOneArguments),
    Unlock(relock::UnlockArguments),
    Destroyed(destroyed::Arguments),
}

impl Arguments {
    pub fn answers(&self) -> Answers {
        match &self.command {
            Command::Check(arguments) => arguments.answers(),
            Command::Lost(_) => Answers::default(),
            Command::Lock(arguments) => arguments.answers(),
            Command::Unlock(arguments) => arguments.answers(),
            Command::Destroyed(arguments) => arguments.answers(),
        }
    }
}

pub fn run(context: &mut Context, arguments: &Arguments) -> Result<u8, CliError> {
    match &arguments.command {
        Command::Check(arguments) => check::run(context, arguments),
        Command::Lost(arguments) => lost::run(context, arguments),
        Command::Lock(arguments) => relock::lock(context, arguments),
        Command::Unlock(arguments) => relock::unlock(context, arguments),
        Command::Destroyed(arguments) => destroyed::run(context, arguments),
    }
}
