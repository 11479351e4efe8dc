//! What can be typed: the program's options and its commands. What each means to people stands in the message files `help`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand};

use super::commands::{
    card, copy, custodian, demo, init, list, log, manual, merge, put, reviewed, rotate, status, unseal,
};
use super::desk::desk_for;
use super::environment::{self, StandardOutput};
use crate::card::TypedHead;
use crate::desk::{Answers, Desk};
use crate::guide::{Context, GuideError};
use crate::language::Language;

#[derive(Parser)]
#[command(name = "breakglass", version)]
pub struct Arguments {
    #[arg(long, global = true, value_name = "DIR")]
    pub vault: Option<PathBuf>,
    #[arg(long, global = true)]
    pub json: bool,
    #[arg(long, global = true, value_name = "en|ja", value_parser = language_by_code())]
    pub language: Option<Language>,
    #[arg(long, global = true, value_name = "DIR")]
    pub log_to: Option<PathBuf>,
    #[arg(long, global = true, value_name = "HEAD")]
    pub anchor: Vec<TypedHead>,
    #[command(subcommand)]
    pub command: Command,
}

/// A language by its code. Other codes are refused with the list of those that there are.
fn language_by_code() -> impl TypedValueParser<Value = Language> {
    let codes = Language::ALL.map(Language::code);
    PossibleValuesParser::new(codes)
        .map(|code| Language::ALL.into_iter().find(|known| known.code() == code).unwrap_or(Language::English))
}

#[derive(Subcommand)]
pub enum Command {
    Init(init::Arguments),
    /// Boxed: it has by far the most options.
    Put(Box<put::Arguments>),
    List(list::Arguments),
    Status(status::Arguments),
    Reviewed(reviewed::Arguments),
    Log(log::Arguments),
    Merge(merge::Arguments),
    Copy(copy::Arguments),
    Demo(demo::Arguments),
    Unseal(unseal::Arguments),
    Rotate(rotate::Arguments),
    Card(card::Arguments),
    Custodian(custodian::Arguments),
    Completions(manual::Completions),
    Man(manual::Man),
}

impl Arguments {
    /// The context that these arguments ask for.
    pub fn context(&self, language: Language) -> Result<Context, GuideError> {
        let desk = desk_for(self.command.answers(), language)?;
        Ok(self.context_at(language, desk))
    }

    /// The same at another desk.
    pub fn context_at(&self, language: Language, desk: Box<dyn Desk>) -> Context {
        let results = StandardOutput { for_machine: self.json };
        let mut context = Context::new(language, desk, Box::new(results), environment::machine());
        context.vault = self.vault.clone().or_else(environment::vault);
        context.log_to.clone_from(&self.log_to);
        context.heads_on_paper.clone_from(&self.anchor);
        context
    }
}

impl Command {
    /// The answers that were given on the command line.
    fn answers(&self) -> Answers {
        match self {
            Command::Put(arguments) => arguments.answers(),
            Command::Init(arguments) => arguments.answers(),
            Command::Unseal(arguments) => arguments.answers(),
            Command::Rotate(arguments) => arguments.answers(),
            Command::Card(arguments) => arguments.answers(),
            Command::Demo(arguments) => arguments.answers(),
            Command::List(_)
            | Command::Status(_)
            | Command::Reviewed(_)
            | Command::Log(_)
            | Command::Merge(_)
            | Command::Copy(_)
            | Command::Custodian(_)
            | Command::Completions(_)
            | Command::Man(_) => Answers::default(),
        }
    }

    /// Whether secrets will stand in memory, so that people are warned of what this machine does with it.
    pub fn handles_secrets(&self) -> bool {
        matches!(self, Command::Init(_) | Command::Put(_) | Command::Unseal(_) | Command::Rotate(_) | Command::Card(_))
    }
}
