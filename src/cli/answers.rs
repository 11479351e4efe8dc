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

mod card_file;
mod input;
mod scripted;

pub use card_file::card_in_file;
pub use input::Input;
pub use scripted::ScriptedDesk;

use super::terminal::{Desk, DeskError, TerminalDesk};
use crate::language::Language;

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

/// Where cards come from, if not from the terminal.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct CardSource {
    /// Read cards from FILE, - (standard input) or fd:N; may be repeated
    #[arg(long, value_name = "FILE")]
    pub cards: Vec<Input>,
}

/// Where phrases come from, if not from the terminal.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct PhraseSource {
    /// Read phrases from FILE, - or fd:N: lines "NAME: phrase"
    #[arg(long, value_name = "FILE")]
    pub phrases: Option<Input>,
}

/// Where the cards and phrases of the epoch to come are read from, if not from the terminal.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct NewCardSource {
    /// Read new cards back from FILE, a folder of text files, - or fd:N; may be repeated
    #[arg(long, value_name = "FILE")]
    pub new_cards: Vec<Input>,
    /// Read phrases of new cards from FILE, - or fd:N
    #[arg(long, value_name = "FILE")]
    pub new_phrases: Option<Input>,
}

/// Whether cards that a script hands over were read from paper. Nothing but its word tells, where they come as text.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct PaperClaim {
    /// Say that the cards to be read back were scanned or typed from their paper
    #[arg(long)]
    pub from_paper: bool,
}

impl PaperClaim {
    /// That it was said where cards are `given` with `option`; asked before anything is done.
    ///
    /// # Errors
    /// When it was not.
    pub fn check(self, option: &'static str, given: &[Input]) -> Result<(), DeskError> {
        if given.is_empty() || self.from_paper { Ok(()) } else { Err(DeskError::PaperNotSaid { option }) }
    }
}

/// Where a secret value comes from, if not from the terminal.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ValueSource {
    /// Read the secret value from FILE, - or fd:N
    #[arg(long, value_name = "FILE")]
    pub value_from: Option<Input>,
}

/// Whether questions of yes or no are asked.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct Consent {
    /// Answer every question with yes
    #[arg(long)]
    pub yes: bool,
}

/// All answers that a command was given; what it has no option for stays empty.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// From [`CardSource`].
    pub cards: Vec<Input>,
    /// From [`PhraseSource`].
    pub phrases: Option<Input>,
    /// Cards of the epoch to come, from [`NewCardSource`].
    pub new_cards: Vec<Input>,
    /// Phrases of the epoch to come, from [`NewCardSource`].
    pub new_phrases: Option<Input>,
    /// From [`PaperClaim`].
    pub from_paper: bool,
    /// From [`ValueSource`].
    pub value: Option<Input>,
    /// From [`Consent`].
    pub yes: bool,
}

impl Answers {
    /// Everything that is read from.
    fn streams_and_files(&self) -> impl Iterator<Item = &Input> {
        self.cards.iter().chain(&self.phrases).chain(&self.new_cards).chain(&self.new_phrases).chain(&self.value)
    }

    /// The desk that gives these answers, and asks the person at the terminal, if there is one, for all others.
    ///
    /// # Errors
    /// When two of them are read from the same stream.
    pub fn desk(self, language: Language) -> Result<Box<dyn Desk>, DeskError> {
        let person = TerminalDesk::open(language);
        let nothing_given = self.streams_and_files().next().is_none() && !self.yes;
        match person {
            Some(person) if nothing_given => Ok(Box::new(person)),
            person => {
                let person = person.map(|person| Box::new(person) as Box<dyn Desk>);
                Ok(Box::new(ScriptedDesk::new(self, person)?))
            }
        }
    }
}
