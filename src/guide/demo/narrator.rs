//! Tells the demo: short blocks, at most as wide as a screen, and a pause after each step where somebody sits there.

use crate::desk::wrapped;
use crate::guide::pasteable::{lines, word};
use crate::guide::{Context, GuideError};
use crate::language::{Language, messages::demo as text};

/// Columns of a line.
const COLUMNS: usize = 79;

pub struct Narrator<'c> {
    context: &'c mut Context,
    steps: usize,
    step: usize,
}

impl<'c> Narrator<'c> {
    pub fn new(context: &'c mut Context, steps: usize) -> Narrator<'c> {
        Narrator { context, steps, step: 0 }
    }

    pub fn language(&self) -> Language {
        self.context.language
    }

    pub fn context(&self) -> &Context {
        self.context
    }

    /// What comes before the first step.
    pub fn intro(&mut self, words: &str) -> Result<(), GuideError> {
        self.block("", words)?;
        self.wait()
    }

    /// The heading of the next step, and the command that does it by hand.
    pub fn step(&mut self, title: &str, command: &str) -> Result<(), GuideError> {
        self.step += 1;
        self.line(&text::Heading { step: self.step, steps: self.steps, title }.say(self.language()))?;
        if !command.is_empty() {
            self.line(&format!("$ {command}"))?;
        }
        self.line("")
    }

    /// A paragraph, and an empty line.
    pub fn say(&mut self, words: &str) -> Result<(), GuideError> {
        self.block("", words)?;
        self.line("")
    }

    /// What the program says in this case.
    pub fn quote(&mut self, words: &str) -> Result<(), GuideError> {
        self.block("  > ", words)
    }

    /// What a command shows.
    pub fn screen(&mut self, command: &str, screen: &str) -> Result<(), GuideError> {
        self.line(&format!("$ {command}"))?;
        self.line(screen)?;
        self.line("")
    }

    /// A command of this very program, in pieces that a shell takes as one.
    pub fn command(&mut self, pieces: &[String]) -> Result<(), GuideError> {
        let program = std::env::current_exe().map_or_else(|_| "breakglass".to_owned(), |path| word(&path));
        self.context.print_as_it_is(&format!("  {program} {}", lines(pieces)))
    }

    /// One line as it is.
    pub fn line(&mut self, line: &str) -> Result<(), GuideError> {
        self.context.print(line)
    }

    /// Waits until the reader goes on, where somebody sits there.
    pub fn wait(&mut self) -> Result<(), GuideError> {
        let words = text::next(self.language());
        self.context.desk.pause(&words)?;
        self.line("")
    }

    fn block(&mut self, indent: &str, words: &str) -> Result<(), GuideError> {
        let width = self.context.columns().map_or(COLUMNS, |columns| columns.min(COLUMNS));
        for line in wrapped(words, width - indent.len()) {
            self.line(&format!("{indent}{line}"))?;
        }
        Ok(())
    }
}
