//! The person's side of the program.
//!
//! The terminal's rules, in one place:
//! - What asks goes to the terminal itself, wherever the three streams go, and is erased once it is answered.
//! - What is told goes to standard error. Standard output belongs to results; nothing here writes to it.
//! - A card's text is seen while it is typed, since 93 characters cannot be typed unseen, and is gone afterwards. Phrases and
//!   values are typed unseen. A secret is shown on a screen of its own, which nothing can be scrolled back to.
//! - However a question ends (answered, Ctrl-C, a signal, a panic), keys are echoed again.
//! - What is told, asked or shown may be what somebody only claims, and a deposit is anybody's: nothing of it reaches the terminal as
//!   a control sequence.
//! - While a vault is open no question waits for ever: without a key it is given up, and whatever was shown is gone.
//! - A terminal that cannot move its cursor, or without colours (`NO_COLOR`), asks the same questions.
//!
//! Nothing in here knows what an answer is good for.

mod card_entry;
mod dropped;
mod hidden;
mod keys;
mod line;
mod live;
mod patience;
mod reveal;
mod screen;

use std::cell::RefCell;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use card_entry::CardEntry;
use hidden::Hidden;
use keys::{Key, Keyboard};
use line::Line;
use patience::Patience;
use screen::{Block, RawMode, Screen};

pub use screen::columns_of_screen;

use crate::desk::{
    Answer, CardRequest, Desk, DeskError, FROM_PAPER, HeldKeys, Live, LiveEnd, NotPaper, Purpose, Revelation,
    card_in_file, columns, end_of, flowing, longest_fitting, printable, wrapped,
};
use crate::language::{Language, Say, messages};
use crate::scan::Origin;
use crate::secret::SecretText;

/// A file that a card was taken from, and what it was made of where it is a picture.
type CardFile = (PathBuf, Option<Origin>);

/// A person at a terminal.
pub struct TerminalDesk {
    screen: Screen,
    keyboard: Rc<RefCell<Keyboard>>,
    patience: Rc<RefCell<Patience>>,
    language: Language,
}

impl TerminalDesk {
    /// The terminal that the program was started in, if there is one and at least one of the three streams still goes to it.
    #[must_use]
    pub fn open(language: Language) -> Option<TerminalDesk> {
        let (screen, keyboard) = Screen::open().map(|(screen, keys)| (screen, Keyboard::new(keys)))?;
        let (keyboard, patience) = (Rc::new(RefCell::new(keyboard)), Rc::default());
        Some(TerminalDesk { screen, keyboard, patience, language })
    }

    /// The next key; Ctrl-C, a closed terminal, and nobody there end every question.
    fn key(&mut self) -> Result<Key, DeskError> {
        let mut patience = self.patience.borrow_mut();
        match self.keyboard.borrow_mut().next(patience.left(Instant::now()))? {
            Some(Key::Interrupt) => Err(DeskError::Interrupted),
            Some(key) => {
                patience.key(Instant::now());
                Ok(key)
            }
            None => Err(DeskError::Idle),
        }
    }

    /// Asks in raw mode and erases the question, whatever comes of it.
    fn asked<T>(&mut self, ask: impl FnOnce(&mut TerminalDesk) -> Result<T, DeskError>) -> Result<T, DeskError> {
        let _raw = RawMode::enter()?;
        self.patience.borrow_mut().begin(Instant::now());
        let answer = ask(self);
        self.patience.borrow_mut().end();
        let erased = self.screen.erase();
        let answer = answer?;
        erased?;
        Ok(answer)
    }

    /// Asks for a visible line until `accept` takes it; what it says instead is shown below the line.
    fn ask<T>(&mut self, prompt: &str, accept: impl Fn(&str) -> Result<T, String>) -> Result<T, DeskError> {
        self.asked(|desk| {
            let mut line = Line::new();
            let mut notice = None;
            loop {
                if !desk.keyboard.borrow_mut().has_more() {
                    desk.draw_line(prompt, &line, notice.as_deref())?;
                }
                match desk.key()? {
                    Key::Enter => match accept(line.text().trim()) {
                        Ok(answer) => return Ok(answer),
                        Err(complaint) => {
                            notice = Some(complaint);
                            line.edit(Key::ClearLine);
                        }
                    },
                    Key::EndOfInput if line.text().is_empty() => return Err(DeskError::Closed),
                    key => line.edit(key),
                }
            }
        })
    }

    /// The question with the line below it. Of a line wider than the screen, its end is shown.
    fn draw_line(&mut self, prompt: &str, line: &Line, notice: Option<&str>) -> io::Result<()> {
        let width = self.screen.width();
        let mut block = Block::default();
        block.push_wrapped(prompt, width);
        let (shown, cursor) = end_of(line.text(), line.before_cursor(), width - 3);
        block.push(format!("> {shown}"));
        block.put_cursor(block.height() - 1, 2 + cursor);
        if let Some(notice) = notice {
            block.push_wrapped(notice, width);
        }
        self.screen.draw(block)
    }

    fn draw_card(&mut self, request: &CardRequest<'_>, entry: &CardEntry, notice: Option<&str>) -> io::Result<()> {
        let width = self.screen.width();
        let mut block = Block::default();
        block.push_wrapped(request.prompt, width);
        block.push_wrapped(&messages::terminal::how_to_type_a_card(self.language), width);
        block.push("");
        let top = block.height();
        let (lines, (line, column)) =
            entry.shown(width, |good, answer| if good { self.screen.good(answer) } else { self.screen.bad(answer) });
        lines.into_iter().for_each(|line| block.push_secret(line));
        block.put_cursor(top + line, column);
        if let Some(notice) = notice {
            block.push("");
            block.push_wrapped(notice, width);
        }
        self.screen.draw(block)
    }

    /// Asks for a card until it is typed, or in a file that serves; then also says which file, and what its picture was made of.
    fn ask_card_once(
        &mut self,
        request: &CardRequest<'_>,
        mut complaint: Option<String>,
    ) -> Result<(Answer<SecretText>, Option<CardFile>), DeskError> {
        let mut file = None;
        let answer = self.asked(|desk| {
            let mut entry = CardEntry::new(request.earlier);
            loop {
                if !desk.keyboard.borrow_mut().has_more() {
                    let remark = entry.notice(desk.language, request.remark);
                    let notice = complaint.as_deref().or(remark.as_deref());
                    desk.draw_card(request, &entry, notice)?;
                }
                complaint = None;
                match desk.key()? {
                    Key::Escape => return Ok(Answer::LaidAside),
                    Key::EndOfInput if entry.is_empty() => return Err(DeskError::Closed),
                    Key::Enter if entry.is_empty() => {}
                    Key::Enter => match (entry.path(), entry.whole()) {
                        (Some(path), _) => match card_in_file(&path, request.purpose) {
                            Ok((text, origin)) => {
                                file = Some((path, origin));
                                return Ok(Answer::Given(text));
                            }
                            // The sentence names the file; what is dropped or scanned next must not stand behind it.
                            Err(error) => {
                                complaint = Some(error.say(desk.language));
                                entry = CardEntry::new(None);
                            }
                        },
                        (None, Some(text)) => return Ok(Answer::Given(text)),
                        (None, None) => {
                            complaint = Some(entry.what_is_missing(desk.language));
                            if entry.is_another_code() {
                                entry = CardEntry::new(None);
                            }
                        }
                    },
                    key => entry.edit(key),
                }
            }
        })?;
        Ok((answer, file))
    }

    fn ask_hidden(&mut self, prompt: &str, hint: &str) -> Result<Answer<SecretText>, DeskError> {
        self.asked(|desk| {
            let mut block = Block::default();
            block.push_wrapped(prompt, desk.screen.width());
            block.push_wrapped(hint, desk.screen.width());
            block.push("> ");
            desk.screen.draw(block)?;
            Hidden::read(&desk.keyboard, &desk.patience)
        })
    }
}

impl Desk for TerminalDesk {
    fn speak(&mut self, language: Language) {
        self.language = language;
    }

    fn is_attended(&self) -> bool {
        true
    }

    fn can_hide(&self) -> bool {
        !self.screen.is_plain()
    }

    fn give_up_after(&mut self, patience: Option<Duration>) {
        self.patience.borrow_mut().set(patience);
    }

    fn tell(&mut self, text: &str) {
        // While keys are held the terminal does not go back to the first column by itself.
        let (line_end, width) = match io::stderr().is_terminal() {
            true => ("\r\n", Some(self.screen.width())),
            false => ("\n", None),
        };
        eprint!("{}{line_end}", flowing(text, width).join(line_end));
    }

    fn ask_card(&mut self, request: &CardRequest<'_>) -> Result<Answer<SecretText>, DeskError> {
        let mut complaint = None;
        loop {
            let (answer, file) = self.ask_card_once(request, complaint.take())?;
            let Some((path, origin)) = file else { return Ok(answer) };
            if request.purpose != Purpose::Open && origin != Some(Origin::Paper) {
                let question = messages::terminal::ask_whether_paper(self.language, path.display());
                if !self.confirm(&question, FROM_PAPER)? {
                    let error = DeskError::NotPaper { source: path.display().to_string(), why: NotPaper::Unclear };
                    complaint = Some(error.say(self.language));
                    continue;
                }
            }
            // The file stays where it is, and is as good as the card.
            self.tell(&messages::terminal::file_is_a_copy(self.language, path.display()));
            return Ok(answer);
        }
    }

    fn ask_phrase(&mut self, prompt: &str, _index: u8, _name: &str) -> Result<Answer<SecretText>, DeskError> {
        self.ask_hidden(prompt, &messages::terminal::phrase_unseen(self.language))
    }

    fn ask_line(&mut self, prompt: &str, _option: &'static str) -> Result<String, DeskError> {
        self.ask(prompt, |text| Ok(text.to_owned()))
    }

    fn ask_secret(&mut self, prompt: &str, _option: &'static str) -> Result<SecretText, DeskError> {
        let hint = messages::terminal::typed_unseen(self.language);
        loop {
            if let Answer::Given(text) = self.ask_hidden(prompt, &hint)? {
                return Ok(text);
            }
        }
    }

    fn confirm(&mut self, question: &str, _option: &'static str) -> Result<bool, DeskError> {
        let language = self.language;
        let question = format!("{question} {}", messages::terminal::yes_or_no(language));
        self.ask(&question, |text| yes_or_no(text).ok_or_else(|| messages::terminal::answer_yes_or_no(language)))
    }

    fn choose(&mut self, question: &str, choices: &[String], _option: &'static str) -> Result<usize, DeskError> {
        let language = self.language;
        let mut text = format!("{question}{}", numbered(choices, self.screen.width()));
        text.push_str(&format!("\n{}", messages::terminal::type_a_number(language, choices.len())));
        self.ask(&text, |text| {
            let number = half_width(text).parse::<usize>().ok().filter(|number| (1..=choices.len()).contains(number));
            number.map(|number| number - 1).ok_or_else(|| messages::terminal::no_such_number(language, choices.len()))
        })
    }

    fn pause(&mut self, text: &str) -> Result<(), DeskError> {
        self.asked(|desk| {
            let mut block = Block::default();
            block.push_wrapped(text, desk.screen.width());
            block.push_wrapped(&messages::terminal::press_enter(desk.language), desk.screen.width());
            desk.screen.draw(block)?;
            while desk.key()? != Key::Enter {}
            Ok(())
        })
    }

    fn reveal(&mut self, revelation: &Revelation<'_>) -> Result<(), DeskError> {
        if self.screen.is_plain() {
            return Err(DeskError::NoScreen);
        }
        let (keyboard, patience) = (&mut self.keyboard.borrow_mut(), &mut self.patience.borrow_mut());
        reveal::reveal(&mut self.screen, keyboard, patience, revelation, self.language)
    }

    fn watch(&mut self, live: &Live<'_>) -> Result<LiveEnd, DeskError> {
        if self.screen.is_plain() {
            return Err(DeskError::NoScreen);
        }
        let (keyboard, patience) = (&mut self.keyboard.borrow_mut(), &mut self.patience.borrow_mut());
        live::show(&mut self.screen, keyboard, patience, live, self.language)
    }

    fn progress(&mut self, line: Option<&str>) {
        if self.screen.is_plain() {
            return;
        }
        // That it cannot be drawn is no reason to stop the step.
        let _ = match line {
            None => self.screen.erase(),
            Some(line) => {
                let mut block = Block::default();
                let line = printable(line);
                let width = self.screen.width();
                let fits = if columns(&line) > width { longest_fitting(&line, width) } else { line.len() };
                block.push(&line[..fits]);
                self.screen.draw(block)
            }
        };
    }

    fn hold_keys(&mut self) -> HeldKeys {
        RawMode::enter().map_or_else(|_| HeldKeys::default(), HeldKeys::by)
    }

    fn clear_between_people(&mut self) {
        // A screen that cannot be cleared is no reason to stop: the person sees that it was not.
        let _ = self.screen.clear();
    }
}

/// Choices below one another, each with its number; a long one goes on below its own beginning, and not below the numbers.
fn numbered(choices: &[String], width: usize) -> String {
    const NUMBER: usize = 6;
    let lines = choices.iter().zip(1..).map(|(choice, number)| {
        let choice = printable(choice).replace('\n', " ");
        format!("\n{number:>4}  {}", wrapped(&choice, width - NUMBER).join("\n      "))
    });
    lines.collect()
}

/// What a person typed as yes or no, in any language and width; nothing at all means no.
fn yes_or_no(text: &str) -> Option<bool> {
    let typed = half_width(text).to_lowercase();
    let is_among = |words: fn(Language) -> String| {
        Language::ALL.iter().any(|language| words(*language).split(", ").any(|word| word == typed))
    };
    if is_among(messages::language::yes) {
        return Some(true);
    }
    (typed.is_empty() || is_among(messages::language::no)).then_some(false)
}

/// Full-width letters and digits, as a Japanese input method leaves them, as the usual ones.
fn half_width(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_choice_goes_on_below_its_beginning() {
        let choices = ["Title".to_owned(), "Attachment “recovery keys.csv”, not confirmed".to_owned()];
        let told = numbered(&choices, 40);
        assert_eq!(told, "\n   1  Title\n   2  Attachment “recovery keys.csv”,\n      not confirmed");
        assert!(told.lines().all(|line| columns(line) <= 40));
    }

    #[test]
    fn yes_is_understood_in_both_languages_and_enter_alone_means_no() {
        for yes in ["y", "YES", "はい", "ｙ"] {
            assert_eq!(yes_or_no(yes), Some(true), "{yes}");
        }
        for no in ["", "n", "No", "いいえ", "ｎ"] {
            assert_eq!(yes_or_no(no), Some(false), "{no}");
        }
        assert_eq!(yes_or_no("yse"), None);
    }
}
