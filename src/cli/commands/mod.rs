//! The commands, one file each: what can be typed, and the request that it becomes.

pub mod card;
pub mod copy;
pub mod custodian;
pub mod demo;
mod feeds;
pub mod init;
pub mod list;
pub mod log;
pub mod manual;
pub mod merge;
pub mod put;
pub mod reviewed;
pub mod rotate;
pub mod status;
pub mod unseal;

use super::arguments::Command;
use crate::guide::{self, Context, End, GuideError};

/// Runs a command.
pub fn run(context: &mut Context, command: Command) -> Result<End, GuideError> {
    match command {
        Command::Init(arguments) => guide::init::run(context, &arguments.into()),
        Command::Put(arguments) => guide::put::run(context, &(*arguments).into()),
        Command::List(_) => list::run(context),
        Command::Demo(arguments) => guide::demo::run(context, &arguments.into()),
        Command::Log(arguments) => log::run(context, arguments),
        Command::Merge(arguments) => guide::merge::run(context, &arguments.into()),
        Command::Copy(arguments) => guide::copy::run(context, &arguments.into()),
        Command::Reviewed(arguments) => guide::reviewed::run(context, &arguments.into()),
        Command::Status(arguments) => status::run(context, &arguments),
        Command::Unseal(arguments) => guide::unseal::run(context, &arguments.into()),
        Command::Rotate(arguments) => guide::rotate::run(context, &arguments.into()),
        Command::Card(arguments) => card::run(context, arguments),
        Command::Custodian(arguments) => custodian::run(context, arguments),
        Command::Completions(arguments) => manual::completions(context, &arguments),
        Command::Man(arguments) => manual::pages(context, &arguments),
    }
}
