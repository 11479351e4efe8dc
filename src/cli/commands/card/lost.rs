//! `card lost`: a card is gone. No card is needed to say so.

use crate::ceremony::lose;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::people::find_card;
use crate::language::messages::cards as text;
use crate::vault::Claim;

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(value_name = "NAME")]
    name: String,
    #[arg(long, value_name = "TEXT")]
    reason: Option<Claim>,
    #[arg(long, value_name = "NAME")]
    by: Option<Claim>,
}

pub fn run(context: &mut Context, arguments: &Arguments) -> Result<u8, CliError> {
    let ledger = context.read()?;
    let header = ledger.active()?.clone();
    let card = find_card(&header, &arguments.name)?;
    let reason = match &arguments.reason {
        None if context.desk.is_attended() => context.ask_claim(&text::ask_how_lost(context.language), "--reason")?,
        given => given.clone(),
    };
    let reason = reason.map(String::from).unwrap_or_default();
    let by = context.by(arguments.by.as_ref());
    let mut writing = context.begin(ledger)?;
    lose(&mut writing, card, &reason, &by, context.now())?;
    let ledger = writing.end();
    let name = header.name_of(card);
    let language = context.language;
    crate::cli::commands::tell_card_gone(context, &ledger, card, &text::card_is_lost(language, name))
}
