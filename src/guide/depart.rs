//! `custodian depart`: somebody who holds a card has left.

use crate::ceremony::depart;
use crate::guide::people::find_card;
use crate::guide::telling::tell_card_gone;
use crate::guide::{Context, End, GuideError};
use crate::language::messages::cards as text;
use crate::vault::Claim;

/// Who has left.
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
        given @ Some(_) => given.clone(),
        None => context.ask_claim(&text::ask_why_departed(context.language), "--reason")?,
    };
    let by = context.by(request.by.as_ref());
    let mut writing = context.begin(ledger)?;
    depart(&mut writing, card, &reason.map(String::from).unwrap_or_default(), &by, context.now())?;
    let ledger = writing.end();
    let name = header.name_of(card);
    let language = context.language;
    tell_card_gone(context, &ledger, card, &text::custodian_has_departed(language, name))
}
