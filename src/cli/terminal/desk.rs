//! What the ceremony's front needs from people, whoever they are: somebody at a terminal, or a script that answers from files.
//!
//! Commands are written once, against [`Desk`]. The words of a question are the caller's, in the language of whoever is asked.

use std::io;
use std::path::Path;
use std::time::Duration;

use zeroize::Zeroizing;

use super::screen::RawMode;
use crate::cli::answers::FROM_PAPER;
use crate::language::{Language, Say, messages};
use crate::quorum::{CardHead, SecretText};
use crate::scan::PictureError;

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
    pub(super) _raw: Option<RawMode>,
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

/// Why no answer came.
#[derive(Debug)]
pub enum DeskError {
    /// An answer is missing and there is no terminal to ask at.
    MissingAnswer {
        /// The option that gives the answer.
        option: &'static str,
    },
    /// There is no terminal that can show a secret and hide it again.
    NoScreen,
    /// Somebody pressed Ctrl-C.
    Interrupted,
    /// No key came for as long as the desk waits.
    Idle,
    /// The terminal was closed while it was asked.
    Closed,
    /// The terminal does not work.
    Terminal {
        /// What the system said.
        cause: io::Error,
    },
    /// What an option names cannot be read.
    CannotRead {
        /// The option, such as `--cards`.
        option: &'static str,
        /// The file, `-` or `fd:N`.
        source: String,
        /// What the system said.
        cause: io::Error,
    },
    /// What an option names is longer than answers can be.
    TooLong {
        /// The option, such as `--cards`.
        option: &'static str,
        /// The file, `-` or `fd:N`.
        source: String,
        /// The most that is read, in bytes.
        limit: usize,
    },
    /// What an option names is not text in UTF-8.
    NotText {
        /// The option, such as `--cards`.
        option: &'static str,
        /// The file, `-` or `fd:N`.
        source: String,
    },
    /// A card was to be read from its paper, and the file given is none that was made of paper.
    NotPaper {
        /// The file.
        source: String,
        /// Why not.
        why: NotPaper,
    },
    /// Cards were handed over to be read back, and nobody says that they were read from paper.
    PaperNotSaid {
        /// The option that hands them over, such as `--cards`.
        option: &'static str,
    },
    /// A folder that should hold cards in text files holds no text file.
    NoTextFile {
        /// The folder.
        source: String,
    },
    /// A text file that should hold a card holds none.
    NoCard {
        /// The file.
        source: String,
    },
    /// A picture that should show a card cannot be read.
    Picture {
        /// The file.
        source: String,
        /// Why, and what to do.
        cause: PictureError,
    },
    /// A picture shows codes, and none of them is a card.
    NoCardAmongCodes {
        /// The file.
        source: String,
        /// How many codes there are.
        codes: usize,
    },
    /// A picture shows several cards where one is asked for.
    SeveralCards {
        /// The file.
        source: String,
        /// Their numbers, in the order of the picture.
        numbers: Vec<u8>,
    },
    /// Two options name the same stream, which can be read only once.
    SharedStream {
        /// `-` or `fd:N`.
        source: String,
    },
}

impl Say for DeskError {
    fn say(&self, language: Language) -> String {
        use messages::terminal as message;
        match self {
            DeskError::MissingAnswer { option } => message::missing_answer(language, option),
            DeskError::NoScreen => message::no_screen(language),
            DeskError::Interrupted => message::interrupted(language),
            DeskError::Idle => message::idle(language),
            DeskError::Closed => message::closed(language),
            DeskError::Terminal { cause } => message::terminal_fails(language, cause),
            DeskError::CannotRead { option, source, cause } => message::cannot_read(language, option, source, cause),
            DeskError::TooLong { option, source, limit } => message::too_long(language, option, source, limit / 1024),
            DeskError::NotText { option, source } => message::not_text(language, option, source),
            DeskError::NotPaper { source, why } => match why {
                NotPaper::OwnFile => message::own_card_file(language, source),
                NotPaper::Rendering => message::drawn_by_a_program(language, source),
                NotPaper::TextFile => message::text_is_no_paper(language, source),
                NotPaper::Sheet => message::sheet_is_no_paper(language, source),
                NotPaper::Unclear => message::not_said_to_be_paper(language, source),
            },
            DeskError::PaperNotSaid { option } => message::paper_not_said(language, option, FROM_PAPER),
            DeskError::NoTextFile { source } => message::no_text_in_folder(language, source),
            DeskError::NoCard { source } => message::no_card_in_file(language, source),
            DeskError::Picture { source, cause } => message::picture_fails(language, source, cause.say(language)),
            DeskError::NoCardAmongCodes { source, codes } => message::no_card_among_codes(language, source, codes),
            DeskError::SeveralCards { source, numbers } => {
                let numbers: Vec<String> = numbers.iter().map(u8::to_string).collect();
                message::several_cards(language, source, numbers.join(", "))
            }
            DeskError::SharedStream { source } => message::shared_stream(language, source),
        }
    }
}

crate::speaks!(DeskError);
