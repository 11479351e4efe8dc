//! People at a desk without a terminal: what they do is written down before, and what they were told afterwards.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use breakglass::cli::run_at;
use breakglass::desk::{Answer, CardRequest, Desk, DeskError, Revelation};
use breakglass::guide::GuideError;
use breakglass::language::{Language, Say};
use breakglass::quorum::SecretText;

use crate::practice::Practice;

/// What somebody does at the next question of a kind.
pub enum Deed {
    /// Chooses by number, from 0.
    Choose(usize),
    /// Does this first, and then what comes next: whatever happens in the room meanwhile.
    Meanwhile(Box<dyn Fn()>),
    /// Presses no key for as long as the desk waits.
    Nothing,
    /// Finds a fault in the program.
    Fault,
}

/// What happened at the desk.
#[derive(Default)]
pub struct Happened {
    pub told: Vec<String>,
    pub shown: Vec<String>,
    /// How long the desk was to wait, each time that was said.
    pub patience: Vec<Option<Duration>>,
    pub cleared: usize,
    /// Questions after the vault's own.
    pub paused: usize,
}

/// The desk.
pub struct People {
    pub attended: bool,
    pub cards: VecDeque<String>,
    pub deeds: VecDeque<Deed>,
    pub lines: VecDeque<String>,
    pub happened: Rc<RefCell<Happened>>,
}

impl People {
    /// Three who bring good cards, and what happens at their desk.
    pub fn with(practice: &Practice, deeds: Vec<Deed>, lines: &[&str]) -> (People, Rc<RefCell<Happened>>) {
        let happened = Rc::new(RefCell::new(Happened::default()));
        let people = People {
            attended: true,
            cards: [0, 1, 3].map(|card: usize| practice.cards[card].clone()).into(),
            deeds: deeds.into(),
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
            happened: Rc::clone(&happened),
        };
        (people, happened)
    }

    /// Runs `unseal` at this desk.
    pub fn unseal(self, practice: &Practice, more: &[&str]) -> Result<u8, GuideError> {
        let vault = practice.vault();
        let words = ["breakglass", "unseal", "--reason", "a test", "--incident", "none", "--language", "en", "--vault"];
        let mut arguments: Vec<_> = words.iter().map(Into::into).collect();
        arguments.push(vault.into_os_string());
        arguments.extend(more.iter().map(Into::into));
        run_at(Box::new(self), &practice.scratch.path().join("config/breakglass/pins"), arguments)
    }

    fn deed(&mut self) -> Result<usize, DeskError> {
        loop {
            match self.deeds.pop_front().expect("one more question than anybody thought of") {
                Deed::Choose(number) => return Ok(number),
                Deed::Meanwhile(happens) => happens(),
                Deed::Nothing => return Err(DeskError::Idle),
                Deed::Fault => panic!("a fault of the program"),
            }
        }
    }
}

impl Desk for People {
    fn speak(&mut self, _: Language) {}

    fn is_attended(&self) -> bool {
        self.attended
    }

    fn can_hide(&self) -> bool {
        self.attended
    }

    fn give_up_after(&mut self, patience: Option<Duration>) {
        self.happened.borrow_mut().patience.push(patience);
    }

    fn tell(&mut self, text: &str) {
        self.happened.borrow_mut().told.push(text.to_owned());
    }

    fn ask_card(&mut self, _: &CardRequest<'_>) -> Result<Answer<SecretText>, DeskError> {
        let card = self.cards.pop_front().ok_or(DeskError::MissingAnswer { option: "--cards" })?;
        if self.cards.is_empty()
            && let Some(Deed::Meanwhile(_)) = self.deeds.front()
            && let Some(Deed::Meanwhile(happens)) = self.deeds.pop_front()
        {
            happens();
        }
        Ok(Answer::Given(SecretText::from(card)))
    }

    fn ask_phrase(&mut self, _: &str, _: u8, _: &str) -> Result<Answer<SecretText>, DeskError> {
        Ok(Answer::LaidAside)
    }

    fn ask_line(&mut self, _: &str, option: &'static str) -> Result<String, DeskError> {
        self.lines.pop_front().ok_or(DeskError::MissingAnswer { option })
    }

    fn ask_secret(&mut self, _: &str, option: &'static str) -> Result<SecretText, DeskError> {
        Err(DeskError::MissingAnswer { option })
    }

    fn confirm(&mut self, _: &str, option: &'static str) -> Result<bool, DeskError> {
        Err(DeskError::MissingAnswer { option })
    }

    fn choose(&mut self, _: &str, _: &[String], _: &'static str) -> Result<usize, DeskError> {
        self.deed()
    }

    fn pause(&mut self, _: &str) -> Result<(), DeskError> {
        self.happened.borrow_mut().paused += 1;
        Ok(())
    }

    fn reveal(&mut self, revelation: &Revelation<'_>) -> Result<(), DeskError> {
        self.happened.borrow_mut().shown.push(revelation.value.expose().to_owned());
        Ok(())
    }

    fn clear_between_people(&mut self) {
        self.happened.borrow_mut().cleared += 1;
    }
}

/// What was said at the end, for whoever reads the error.
pub fn said(outcome: &Result<u8, GuideError>) -> String {
    outcome.as_ref().map_or_else(|error| error.say(Language::English), u8::to_string)
}
