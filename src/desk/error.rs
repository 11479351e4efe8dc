//! Why no answer came.

use std::io;

use super::{FROM_PAPER, NotPaper};
use crate::language::{Language, Say, messages};
use crate::scan::PictureError;

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
            DeskError::CannotRead { option, source, cause } => {
                message::CannotRead { option, source, cause }.say(language)
            }
            DeskError::TooLong { option, source, limit } => {
                message::TooLong { option, source, limit: limit / 1024 }.say(language)
            }
            DeskError::NotText { option, source } => message::NotText { option, source }.say(language),
            DeskError::NotPaper { source, why } => match why {
                NotPaper::OwnFile => message::own_card_file(language, source),
                NotPaper::Rendering => message::drawn_by_a_program(language, source),
                NotPaper::TextFile => message::text_is_no_paper(language, source),
                NotPaper::Sheet => message::sheet_is_no_paper(language, source),
                NotPaper::Unclear => message::not_said_to_be_paper(language, source),
            },
            DeskError::PaperNotSaid { option } => message::PaperNotSaid { option, claim: FROM_PAPER }.say(language),
            DeskError::NoTextFile { source } => message::no_text_in_folder(language, source),
            DeskError::NoCard { source } => message::no_card_in_file(language, source),
            DeskError::Picture { source, cause } => {
                message::PictureFails { source, reason: cause.say(language) }.say(language)
            }
            DeskError::NoCardAmongCodes { source, codes } => message::NoCardAmongCodes { source, codes }.say(language),
            DeskError::SeveralCards { source, numbers } => {
                let numbers: Vec<String> = numbers.iter().map(u8::to_string).collect();
                message::SeveralCards { source, numbers: numbers.join(", ") }.say(language)
            }
            DeskError::SharedStream { source } => message::shared_stream(language, source),
        }
    }
}

crate::speaks!(
    DeskError,
    DeskError::Terminal { cause } => cause,
    DeskError::CannotRead { cause, .. } => cause,
    DeskError::Picture { cause, .. } => cause,
);

impl From<io::Error> for DeskError {
    /// What reading from or writing to the terminal failed with. `EIO` is how a terminal says that it was hung up.
    fn from(cause: io::Error) -> DeskError {
        const HUNG_UP: i32 = 5;
        match cause.kind() {
            io::ErrorKind::Interrupted => DeskError::Interrupted,
            io::ErrorKind::UnexpectedEof => DeskError::Closed,
            _ if cfg!(unix) && cause.raw_os_error() == Some(HUNG_UP) => DeskError::Closed,
            _ => DeskError::Terminal { cause },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    #[test]
    fn what_the_system_said_and_what_is_wrong_with_a_picture_are_sources() {
        let system = || io::Error::from(io::ErrorKind::NotFound);
        let source = || "card.png".to_owned();
        for error in [
            DeskError::Terminal { cause: system() },
            DeskError::CannotRead { option: "--cards", source: source(), cause: system() },
        ] {
            assert!(error.source().is_some_and(|cause| cause.is::<io::Error>()), "{error}");
        }
        let picture = DeskError::Picture { source: source(), cause: PictureError::NoCode };
        assert!(picture.source().is_some_and(|cause| cause.is::<PictureError>()));
    }
}
