//! `custodian depart`: somebody who holds a card has left.

use crate::guide::depart::Request;
use crate::guide::{Context, End, GuideError, depart};
use crate::vault::Claim;

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Depart(DepartArguments),
}

#[derive(clap::Args)]
struct DepartArguments {
    #[arg(value_name = "NAME")]
    name: String,
    #[arg(long, value_name = "TEXT")]
    reason: Option<Claim>,
    #[arg(long, value_name = "NAME")]
    by: Option<Claim>,
}

pub fn run(context: &mut Context, arguments: Arguments) -> Result<End, GuideError> {
    let Command::Depart(arguments) = arguments.command;
    depart::run(context, &arguments.into())
}

impl From<DepartArguments> for Request {
    fn from(given: DepartArguments) -> Request {
        Request { name: given.name, reason: given.reason, by: given.by }
    }
}
