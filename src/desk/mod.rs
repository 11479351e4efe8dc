//! What the ceremony's front needs from people, whoever they are: somebody at a terminal, or a script that answers from files.
//!
//! Conversations are written once, against [`Desk`]. The words of a question are the caller's, in the language of whoever is asked.
//! Who sits there is the caller's choice too: nothing here knows a terminal.

mod answers;
mod card_file;
mod error;
mod input;
mod progress;
mod results;
mod scripted;
mod streams;
mod together;
mod width;

use std::any::Any;
use std::path::Path;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::card::CardHead;
use crate::language::Language;
use crate::secret::SecretText;

pub use answers::{Answers, CARDS, FROM_PAPER, NEW_CARDS, NEW_PHRASES, PHRASES, PaperClaim, VALUE_FROM, YES};
pub use card_file::card_in_file;
pub use error::DeskError;
pub use input::Input;
pub use progress::{Progress, size};
pub use results::Results;
pub use scripted::ScriptedDesk;
pub use streams::{standard_input, standard_output};
pub use width::{columns, end_of, fitted, flowing, longest_fitting, printable, told, wrapped};

/// What came of a question that a person may decline.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer<T> {
    /// The answer.
    Given(T),
    /// The person put the card aside (Esc at a terminal); the gathering goes on without it.
    LaidAside,
}

/// What is asked when a card is asked for.
#[derive(Clone, Copy)]
pub struct CardRequest<'a> {
    /// The question.
    pub prompt: &'a str,
    /// What was typed before and could not be read: it stands there to be corrected.
    pub earlier: Option<&'a SecretText>,
    /// What to say about a card as soon as its first six groups are there, such as that it is of another epoch. Nothing that it
    /// says is proven before the whole text is.
    pub remark: &'a dyn Fn(&CardHead) -> Option<String>,
    /// What the card is asked for.
    pub purpose: Purpose<'a>,
}

/// What a card is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// To open with it: whatever holds its text serves.
    Open,
    /// To prove its paper: only what was read from the paper serves.
    ProvePaper {
        /// Where the files stand that cards are printed from.
        printed_from: Option<&'a Path>,
    },
}

/// Why a file proves nothing of the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPaper {
    /// It is the file that the card is printed from, or a copy.
    OwnFile,
    /// It is a picture that a program drew from that file.
    Rendering,
    /// It is a text file, where somebody sits who can type.
    TextFile,
    /// It is a text with the words or the numbers of the file that the card is printed from.
    Sheet,
    /// It is a picture that may be of paper and may be drawn, and the person does not say that it is of paper.
    Unclear,
}

/// One secret value, to be shown away from everything else on the screen and hidden again.
#[derive(Clone, Copy, Debug)]
pub struct Revelation<'a> {
    /// What the value belongs to, such as the entry's title.
    pub title: &'a str,
    /// Which value it is, such as the field's name.
    pub field: &'a str,
    /// The value. May have several lines.
    pub value: &'a SecretText,
    /// After how many seconds it is hidden, if no key did so before.
    pub seconds: u64,
}

/// Something secret that changes while it is looked at, or that is drawn as it comes.
#[derive(Clone, Copy)]
pub struct Live<'a> {
    /// What it belongs to.
    pub title: &'a str,
    /// Its lines at this moment; they may carry colours, and steer nothing else.
    pub lines: &'a dyn Fn() -> Vec<Zeroizing<String>>,
    /// After how many seconds it is hidden, if no key did so before.
    pub seconds: u64,
    /// Whether the key T says that the clock is wrong.
    pub correctable: bool,
}

/// How looking at something live ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiveEnd {
    /// Its time was over, or a key hid it.
    Hidden,
    /// The clock is to be corrected.
    CorrectClock,
}

/// Keys are not echoed while this lives, where there are any.
#[derive(Default)]
pub struct HeldKeys {
    _until_dropped: Option<Box<dyn Any>>,
}

impl HeldKeys {
    /// Keys that are held by `until_dropped`.
    #[must_use]
    pub fn by(until_dropped: impl Any) -> HeldKeys {
        HeldKeys { _until_dropped: Some(Box::new(until_dropped)) }
    }
}

/// Whoever answers: a person at the terminal or a script.
///
/// A question is erased from the screen once it is answered. Where nobody can be asked, the error names `option`: the option
/// with which the answer is given instead. Every method fails with [`DeskError::Interrupted`] on Ctrl-C.
pub trait Desk {
    /// From now on the desk's own words (key hints, countdown) are in `language`: that of the person in front of it.
    fn speak(&mut self, language: Language);

    /// Whether a person sits there who can look at the screen, correct and try again.
    fn is_attended(&self) -> bool;

    /// Whether what is shown can be hidden again, so that secrets may be shown.
    fn can_hide(&self) -> bool;

    /// From now on a question to which no key comes for this long fails with [`DeskError::Idle`]; with `None` it waits for ever. The time
    /// goes on while a value is looked at, and over the end of that. A desk at which nobody sits never waits.
    fn give_up_after(&mut self, _patience: Option<Duration>) {}

    /// Says something: to standard error, so that standard output stays free for results.
    fn tell(&mut self, text: &str);

    /// Asks for the text of a card. It comes as it was typed or read; whether it is a card is the caller's question.
    ///
    /// # Errors
    /// When nobody can be asked, or the file named instead cannot be read.
    fn ask_card(&mut self, request: &CardRequest<'_>) -> Result<Answer<SecretText>, DeskError>;

    /// Asks for the phrase of the card numbered `index`, of the custodian `name`, hidden. A script names either.
    ///
    /// # Errors
    /// When nobody can be asked, or the file named instead cannot be read.
    fn ask_phrase(&mut self, prompt: &str, index: u8, name: &str) -> Result<Answer<SecretText>, DeskError>;

    /// Whether a script has the phrase of this card, so that nobody is asked to type it twice.
    fn has_phrase(&mut self, _index: u8, _name: &str) -> bool {
        false
    }

    /// Asks for a line that is no secret, without the spaces around it.
    ///
    /// # Errors
    /// When nobody can be asked.
    fn ask_line(&mut self, prompt: &str, option: &'static str) -> Result<String, DeskError>;

    /// Asks for a secret value, hidden.
    ///
    /// # Errors
    /// When nobody can be asked, or the file named instead cannot be read.
    fn ask_secret(&mut self, prompt: &str, option: &'static str) -> Result<SecretText, DeskError>;

    /// Asks a question that is answered with yes or no; Enter alone means no.
    ///
    /// # Errors
    /// When nobody can be asked.
    fn confirm(&mut self, question: &str, option: &'static str) -> Result<bool, DeskError>;

    /// Lets one of `choices` be chosen by its number. Returns its place, counted from 0; `choices` must not be empty.
    ///
    /// # Errors
    /// When nobody can be asked.
    fn choose(&mut self, question: &str, choices: &[String], option: &'static str) -> Result<usize, DeskError>;

    /// Waits until the person presses Enter, such as after something was printed. A script does not wait.
    ///
    /// # Errors
    /// When the terminal fails.
    fn pause(&mut self, text: &str) -> Result<(), DeskError>;

    /// Shows one secret value off the scrollback, and hides it after its time or at a key.
    ///
    /// # Errors
    /// When there is no screen that can be cleared again.
    fn reveal(&mut self, revelation: &Revelation<'_>) -> Result<(), DeskError>;

    /// Shows something that changes, away from everything else on the screen, until it is hidden.
    ///
    /// # Errors
    /// [`DeskError::NoScreen`] without a screen that can be cleared again.
    fn watch(&mut self, _live: &Live<'_>) -> Result<LiveEnd, DeskError> {
        Err(DeskError::NoScreen)
    }

    /// Shows how far a long step is, in the place of what it showed before; `None` takes it away. A script's desk shows nothing.
    fn progress(&mut self, _line: Option<&str>) {}

    /// From now on cards and phrases are those of the epoch to come; a script has them elsewhere than the old ones.
    fn turn_to_new_cards(&mut self) {}

    /// Until what it gives is dropped, keys that are pressed wait for the next question and are not echoed. For work that takes time:
    /// whoever types a phrase again meanwhile must not see it stand there.
    fn hold_keys(&mut self) -> HeldKeys {
        HeldKeys::default()
    }

    /// Clears the screen and what can be scrolled back to, before the next person sits down. A script's desk does nothing.
    fn clear_between_people(&mut self);
}
