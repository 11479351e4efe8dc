//! `reviewed`: the sign-in logs were looked through after an opening, for uses of what it showed.

use crate::ceremony::review;
use crate::guide::outcome::{self, Heads};
use crate::guide::{Context, End, GuideError};
use crate::ids::EventId;
use crate::journal::State;
use crate::language::messages::report as text;
use crate::report::told_heads;
use crate::vault::Claim;

/// Digits of an opening's id that must be given.
const FEWEST_DIGITS: usize = 6;

/// The openings that were looked through; without any, all.
pub struct Request {
    pub openings: Vec<String>,
    pub by: Option<Claim>,
}

pub fn run(context: &mut Context, request: &Request) -> Result<End, GuideError> {
    let language = context.language;
    let ledger = context.read()?;
    let openings = chosen(ledger.state(), &request.openings)?;
    if openings.is_empty() {
        context.print(&text::reviewed_nothing(language))?;
        return Ok(End::Done);
    }
    let by = context.by(request.by.as_ref());
    let now = context.now();
    let mut writing = context.begin(ledger)?;
    review(&mut writing, openings.clone(), &by, now)?;
    let ledger = writing.end();
    context.remember(&ledger, None);
    if context.is_for_machine() {
        context.print_json(&outcome::Reviewed { heads: Heads::of(&ledger), openings: &openings })?;
    } else {
        context.print(&text::reviewed(language, openings.len()))?;
        context.print(&told_heads(language, ledger.heads()).join("\n"))?;
    }
    Ok(End::Done)
}

/// The openings whose ids begin as those that were typed; without any, all that nobody reviewed yet.
fn chosen(state: &State, typed: &[String]) -> Result<Vec<EventId>, GuideError> {
    if typed.is_empty() {
        return Ok(state.openings.iter().filter(|opening| !opening.reviewed).map(|opening| opening.event).collect());
    }
    let one = |typed: &String| {
        let begins = |event: &EventId| event.to_string().starts_with(&typed.to_ascii_lowercase());
        let found: Vec<EventId> = state.openings.iter().map(|opening| opening.event).filter(begins).collect();
        match found.as_slice() {
            [only] if typed.len() >= FEWEST_DIGITS => Ok(*only),
            _ => Err(GuideError::Usage(text::no_such_opening)),
        }
    };
    typed.iter().map(one).collect()
}
