//! Heads as people copy them by hand.

use crate::card::HeadCode;
use crate::ids::EventId;
use crate::language::{Language, messages::report as text};

/// The short forms of heads.
#[must_use]
pub fn head_codes(heads: &[EventId]) -> Vec<HeadCode> {
    heads.iter().map(|head| HeadCode::of(*head)).collect()
}

/// So many heads are told to be copied by hand. Whoever can write to the folder can add thousands that say nothing.
const MOST_TOLD: usize = 8;

/// Where there are more, so few are told: what must be done stays on the screen.
const TOLD_OF_MORE: usize = 3;

/// The newest events, each with the word for it. Of several, every one says which of how many it is, so that none is forgotten.
#[must_use]
pub fn told_heads(language: Language, heads: &[EventId]) -> Vec<String> {
    let told = if heads.len() > MOST_TOLD { TOLD_OF_MORE } else { heads.len() };
    let codes = head_codes(&heads[..told]);
    if let [only] = codes.as_slice() {
        return vec![text::told_head(language, only)];
    }
    let of = codes.len();
    let more = heads.len() - of;
    let numbered = (1..).zip(&codes).map(|(number, code)| text::ToldHeadOf { number, of, head: code }.say(language));
    let more = (more > 0).then(|| text::more_heads(language, more));
    let what_to_do = match more {
        Some(_) => Some(text::several_heads_of_more(language)),
        None => (of > 1).then(|| text::several_heads(language)),
    };
    numbered.chain(more).chain(what_to_do).collect()
}

/// The same below a sentence that says what they are.
#[must_use]
pub fn heads_to_copy(language: Language, heads: &[EventId]) -> String {
    match heads {
        [only] => HeadCode::of(*only).to_string(),
        several => told_heads(language, several).join("\n"),
    }
}
