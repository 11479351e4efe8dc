//! `custodian depart`: somebody who holds a card has left.

use crate::ceremony::depart;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::people::find_card;
use crate::language::messages::cards as text;
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

pub fn run(context: &mut Context, arguments: &Arguments) -> Result<u8, CliError> {
    let Command::Depart(arguments) = &arguments.command;
    let ledger = context.read()?;
    let header = ledger.active()?.clone();
    let card = find_card(&header, &arguments.name)?;
    let reason = match &arguments.reason {
        given @ Some(_) => given.clone(),
        None => context.ask_claim(&text::ask_why_departed(context.language), "--reason")?,
    };
    let by = context.by(arguments.by.as_ref());
    let mut writing = context.begin(ledger)?;
    depart(&mut writing, card, &reason.map(String::from).unwrap_or_default(), &by, context.now())?;
    let ledger = writing.end();
    let name = header.name_of(card);
    let language = context.language;
    super::tell_card_gone(context, &ledger, card, &text::custodian_has_departed(language, name))
}
