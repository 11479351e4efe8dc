//! `card lost`: a card is gone. No card is needed to say so.

use crate::ceremony::lose;
use crate::guide::people::find_card;
use crate::guide::telling::tell_card_gone;
use crate::guide::{Context, End, GuideError};
use crate::language::messages::cards as text;
use crate::vault::Claim;

/// Whose card is gone.
pub struct Request {
    pub name: String,
    pub reason: Option<Claim>,
    pub by: Option<Claim>,
}

pub fn run(context: &mut Context, request: &Request) -> Result<End, GuideError> {
    let ledger = context.read()?;
    let header = ledger.active()?.clone();
    let card = find_card(&header, &request.name)?;
    let reason = match &request.reason {
        None if context.desk.is_attended() => context.ask_claim(&text::ask_how_lost(context.language), "--reason")?,
        given => given.clone(),
    };
    let reason = reason.map(String::from).unwrap_or_default();
    let by = context.by(request.by.as_ref());
    let mut writing = context.begin(ledger)?;
    lose(&mut writing, card, &reason, &by, context.now())?;
    let ledger = writing.end();
    let name = header.name_of(card);
    let language = context.language;
    tell_card_gone(context, &ledger, card, &text::card_is_lost(language, name))
}
