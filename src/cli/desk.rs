//! Who answers: the options that name files, and the choice between a person and a script.

use crate::desk::{Answers, Desk, DeskError, Input, PaperClaim, ScriptedDesk};
use crate::language::Language;
use crate::terminal::TerminalDesk;

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
pub struct PaperClaimArgument {
    /// Say that the cards to be read back were scanned or typed from their paper
    #[arg(long)]
    pub from_paper: bool,
}

impl PaperClaimArgument {
    /// What is said of cards that are `given` with `option`.
    pub fn of(self, option: &'static str, given: &[Input]) -> PaperClaim {
        PaperClaim { option, given: !given.is_empty(), said: self.from_paper }
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

/// The desk that gives these answers, and asks the person at the terminal, if there is one, for all others.
///
/// # Errors
/// When two of them are read from the same stream.
pub fn desk_for(answers: Answers, language: Language) -> Result<Box<dyn Desk>, DeskError> {
    let person = TerminalDesk::open(language);
    match person {
        Some(person) if answers.is_empty() => Ok(Box::new(person)),
        person => {
            let person = person.map(|person| Box::new(person) as Box<dyn Desk>);
            Ok(Box::new(ScriptedDesk::new(answers, person)?))
        }
    }
}
