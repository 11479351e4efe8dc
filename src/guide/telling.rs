//! What is told at the end of many conversations.

use super::outcome::{CardGone, Heads};
use super::{Context, End, GuideError};
use crate::ceremony::Ledger;
use crate::language::messages::cards;
use crate::quorum::CardIndex;
use crate::report::told_heads;

/// Tells that a card does not come any more, what that leaves, and what is due now.
pub fn tell_card_gone(
    context: &mut Context,
    ledger: &Ledger<'_>,
    card: CardIndex,
    what: &str,
) -> Result<End, GuideError> {
    let language = context.language;
    let header = ledger.active()?;
    let margin = ledger.state().active_epoch().map_or(0, |epoch| epoch.margin(header.threshold));
    if context.is_for_machine() {
        context.print_json(&CardGone { card, heads: Heads::of(ledger), spare: margin })?;
        return Ok(End::Done);
    }
    context.desk.tell(what);
    context.desk.tell(&match margin {
        ..=-1 => cards::too_few_left(language),
        0 => cards::none_to_spare(language, header.threshold),
        spare => cards::spare_left(language, spare),
    });
    context.desk.tell(&cards::rotation_is_due(language));
    tell_heads(context, ledger);
    Ok(End::Done)
}

/// Tells the newest events, as people copy them by hand.
pub fn tell_heads(context: &mut Context, ledger: &Ledger<'_>) {
    let told = told_heads(context.language, ledger.heads()).join("\n");
    context.desk.tell(&told);
}
