//! Answers that do not come from a terminal: from files, file descriptors and standard input. No secret is ever taken from an
//! argument or from the environment, where other programs can read it.
//!
//! | option | what it holds |
//! |---|---|
//! | `--cards` | cards in the order in which they are asked for: one a line, or in several lines with an empty line between cards; or one text file as printed; or a folder of such files (`*.txt`); or a picture with one or several cards (PNG, JPEG, PDF) |
//! | `--phrases` | lines `NAME: phrase` or `NUMBER: phrase`, each used once |
//! | `--new-cards`, `--new-phrases` | the same for the cards of the epoch to come, where a rotation asks for old and new ones |
//! | `--from-paper` | no file: says that cards which are to be read back were scanned or typed from their paper |
//! | `--value-from` | one secret value: everything, without the line end at its end |
//! | `--yes` | every question that is answered with yes or no |
//!
//! Lines that begin with `#` are comments. Cards are read one by one, so that a script can write the next once it knows it.

use super::{DeskError, Input};

/// The option that cards are read from.
pub const CARDS: &str = "--cards";
/// The option that phrases are read from.
pub const PHRASES: &str = "--phrases";
/// The option that cards of the epoch to come are read from.
pub const NEW_CARDS: &str = "--new-cards";
/// The option that phrases of the epoch to come are read from.
pub const NEW_PHRASES: &str = "--new-phrases";
/// The option that a secret value is read from.
pub const VALUE_FROM: &str = "--value-from";
/// The option that says of cards that they were read from paper.
pub const FROM_PAPER: &str = "--from-paper";
/// The option that answers every question with yes.
pub const YES: &str = "--yes";

/// All answers that a command was given; what it has no option for stays empty.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// Cards, from [`CARDS`].
    pub cards: Vec<Input>,
    /// Phrases, from [`PHRASES`].
    pub phrases: Option<Input>,
    /// Cards of the epoch to come, from [`NEW_CARDS`].
    pub new_cards: Vec<Input>,
    /// Phrases of the epoch to come, from [`NEW_PHRASES`].
    pub new_phrases: Option<Input>,
    /// Whether cards that are read back come from their paper, from [`FROM_PAPER`].
    pub from_paper: bool,
    /// A secret value, from [`VALUE_FROM`].
    pub value: Option<Input>,
    /// Whether questions of yes or no are answered with yes, from [`YES`].
    pub yes: bool,
}

impl Answers {
    /// Everything that is read from.
    pub(super) fn streams_and_files(&self) -> impl Iterator<Item = &Input> {
        self.cards.iter().chain(&self.phrases).chain(&self.new_cards).chain(&self.new_phrases).chain(&self.value)
    }

    /// Whether a script answers nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.streams_and_files().next().is_none() && !self.yes
    }
}

/// Whether cards that a script hands over were read from paper. Nothing but its word tells, where they come as text.
#[derive(Clone, Copy, Debug)]
pub struct PaperClaim {
    /// The option that hands the cards over.
    pub option: &'static str,
    /// Whether any are.
    pub given: bool,
    /// Whether it is said of them.
    pub said: bool,
}

impl PaperClaim {
    /// That it was said where cards are given; asked before anything is done.
    ///
    /// # Errors
    /// When it was not.
    pub fn check(self) -> Result<(), DeskError> {
        if !self.given || self.said { Ok(()) } else { Err(DeskError::PaperNotSaid { option: self.option }) }
    }
}
