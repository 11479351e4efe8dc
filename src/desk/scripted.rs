//! Answers from files, and from the person behind them for what the files do not hold.

use std::time::Duration;

use super::card_file::Cards;
use super::{
    Answer, Answers, CARDS, CardRequest, Desk, DeskError, HeldKeys, Input, Live, LiveEnd, NEW_CARDS, NEW_PHRASES,
    PHRASES, Purpose, Revelation, VALUE_FROM, YES, printable,
};
use crate::language::Language;
use crate::secret::SecretText;
use std::collections::VecDeque;

/// A desk that answers from what the options name. What they do not hold is asked of the person at the terminal, if there is one;
/// else the error names the option.
pub struct ScriptedDesk {
    inputs: VecDeque<Input>,
    cards: Option<Cards>,
    phrases: Phrases,
    /// The options that cards and phrases come from now.
    options: [&'static str; 2],
    /// What [`Desk::turn_to_new_cards`] turns to.
    new: Option<(VecDeque<Input>, Phrases)>,
    value: Option<Input>,
    yes: bool,
    person: Option<Box<dyn Desk>>,
    from_paper: bool,
}

impl ScriptedDesk {
    /// A desk over `answers`; `person` is asked for all others.
    ///
    /// # Errors
    /// When two options name the same stream.
    pub fn new(answers: Answers, person: Option<Box<dyn Desk>>) -> Result<ScriptedDesk, DeskError> {
        let mut streams: Vec<&Input> = answers.streams_and_files().filter(|input| input.is_stream()).collect();
        while let Some(stream) = streams.pop() {
            if streams.contains(&stream) {
                return Err(DeskError::SharedStream { source: stream.to_string() });
            }
        }
        Ok(ScriptedDesk {
            inputs: answers.cards.into(),
            cards: None,
            phrases: Phrases::Unread(answers.phrases),
            options: [CARDS, PHRASES],
            new: Some((answers.new_cards.into(), Phrases::Unread(answers.new_phrases))),
            value: answers.value,
            yes: answers.yes,
            person,
            from_paper: answers.from_paper,
        })
    }

    /// The next card of the inputs, each opened when its turn comes.
    fn next_card(&mut self, purpose: Purpose<'_>) -> Result<Option<SecretText>, DeskError> {
        loop {
            match self.cards.as_mut().map(Cards::next).transpose() {
                Ok(Some(Some(card))) => return Ok(Some(card)),
                Ok(_) => {}
                // Of what cannot be read or proves nothing, nothing more is taken; the next input is another thing.
                Err(error) => {
                    self.cards = None;
                    return Err(error);
                }
            }
            if purpose != Purpose::Open && !self.from_paper && !self.inputs.is_empty() {
                return Err(DeskError::PaperNotSaid { option: self.options[0] });
            }
            let Some(input) = self.inputs.pop_front() else { return Ok(None) };
            input.check_not_own(purpose)?;
            match input.text_files_in() {
                Some(files) if files.is_empty() => return Err(DeskError::NoTextFile { source: input.to_string() }),
                Some(files) => files.into_iter().rev().for_each(|file| self.inputs.push_front(file)),
                None => self.cards = Some(Cards::of(&input, self.options[0], purpose)?),
            }
        }
    }

    fn person(&mut self, option: &'static str) -> Result<&mut (dyn Desk + 'static), DeskError> {
        self.person.as_deref_mut().ok_or(DeskError::MissingAnswer { option })
    }
}

impl Desk for ScriptedDesk {
    fn speak(&mut self, language: Language) {
        if let Some(person) = &mut self.person {
            person.speak(language);
        }
    }

    fn is_attended(&self) -> bool {
        self.person.is_some()
    }

    fn can_hide(&self) -> bool {
        self.person.as_ref().is_some_and(|person| person.can_hide())
    }

    fn give_up_after(&mut self, patience: Option<Duration>) {
        if let Some(person) = &mut self.person {
            person.give_up_after(patience);
        }
    }

    fn tell(&mut self, text: &str) {
        match &mut self.person {
            Some(person) => person.tell(text),
            None => eprintln!("{}", printable(text)),
        }
    }

    fn ask_card(&mut self, request: &CardRequest<'_>) -> Result<Answer<SecretText>, DeskError> {
        match self.next_card(request.purpose)? {
            Some(card) => Ok(Answer::Given(card)),
            None => self.person(self.options[0])?.ask_card(request),
        }
    }

    fn ask_phrase(&mut self, prompt: &str, index: u8, name: &str) -> Result<Answer<SecretText>, DeskError> {
        match self.phrases.take(index, name)? {
            Some(phrase) => Ok(Answer::Given(phrase)),
            None => self.person(self.options[1])?.ask_phrase(prompt, index, name),
        }
    }

    fn has_phrase(&mut self, index: u8, name: &str) -> bool {
        self.phrases.place(index, name).is_ok_and(|place| place.is_some())
    }

    fn ask_line(&mut self, prompt: &str, option: &'static str) -> Result<String, DeskError> {
        self.person(option)?.ask_line(prompt, option)
    }

    fn ask_secret(&mut self, prompt: &str, option: &'static str) -> Result<SecretText, DeskError> {
        match self.value.take() {
            Some(input) => whole_value(&input),
            None => self.person(option)?.ask_secret(prompt, option),
        }
    }

    fn confirm(&mut self, question: &str, option: &'static str) -> Result<bool, DeskError> {
        if self.yes && option == YES { Ok(true) } else { self.person(option)?.confirm(question, option) }
    }

    fn choose(&mut self, question: &str, choices: &[String], option: &'static str) -> Result<usize, DeskError> {
        self.person(option)?.choose(question, choices, option)
    }

    fn pause(&mut self, text: &str) -> Result<(), DeskError> {
        match &mut self.person {
            Some(person) if !self.yes => person.pause(text),
            _ => Ok(()),
        }
    }

    fn reveal(&mut self, revelation: &Revelation<'_>) -> Result<(), DeskError> {
        self.person.as_deref_mut().ok_or(DeskError::NoScreen)?.reveal(revelation)
    }

    fn watch(&mut self, live: &Live<'_>) -> Result<LiveEnd, DeskError> {
        self.person.as_deref_mut().ok_or(DeskError::NoScreen)?.watch(live)
    }

    fn progress(&mut self, line: Option<&str>) {
        if let Some(person) = &mut self.person {
            person.progress(line);
        }
    }

    fn turn_to_new_cards(&mut self) {
        if let Some((inputs, phrases)) = self.new.take() {
            (self.inputs, self.cards, self.phrases) = (inputs, None, phrases);
            self.options = [NEW_CARDS, NEW_PHRASES];
        }
    }

    fn hold_keys(&mut self) -> HeldKeys {
        self.person.as_mut().map_or_else(HeldKeys::default, |person| person.hold_keys())
    }

    fn clear_between_people(&mut self) {
        if let Some(person) = &mut self.person {
            person.clear_between_people();
        }
    }
}

/// One value: all there is, without the line end that programs put at the end of what they print.
fn whole_value(input: &Input) -> Result<SecretText, DeskError> {
    let mut contents = input.open(VALUE_FROM)?;
    let text = contents.rest()?;
    let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    Ok(SecretText::from(text.to_owned()))
}

/// Phrases with the names or numbers of their cards, each given out once: one that does not fit is followed by the next for the
/// same card, and never tried for ever.
enum Phrases {
    Unread(Option<Input>),
    Read(Vec<SecretText>),
}

impl Phrases {
    /// The next phrase for a card.
    fn take(&mut self, index: u8, name: &str) -> Result<Option<SecretText>, DeskError> {
        let Some(place) = self.place(index, name)? else { return Ok(None) };
        let Phrases::Read(lines) = self else { return Ok(None) };
        let line = lines.remove(place);
        Ok(phrase_for(line.expose(), &[name, &index.to_string()]).map(|phrase| SecretText::from(phrase.to_owned())))
    }

    /// The line on which the next phrase for a card stands.
    fn place(&mut self, index: u8, name: &str) -> Result<Option<usize>, DeskError> {
        if let Phrases::Unread(input) = self {
            *self = Phrases::Read(input.as_ref().map_or(Ok(Vec::new()), lines_of)?);
        }
        let Phrases::Read(lines) = self else { return Ok(None) };
        let number = index.to_string();
        Ok(lines.iter().position(|line| phrase_for(line.expose(), &[name, &number]).is_some()))
    }
}

fn lines_of(input: &Input) -> Result<Vec<SecretText>, DeskError> {
    let mut contents = input.open(PHRASES)?;
    let lines = contents.rest()?.trim_start_matches('\u{feff}').lines();
    Ok(lines.filter(|line| !line.starts_with('#')).map(|line| SecretText::from(line.to_owned())).collect())
}

/// The phrase of a line that begins with one of `keys` and a colon. The keys are known, so a name may itself have a colon.
fn phrase_for<'a>(line: &'a str, keys: &[&str]) -> Option<&'a str> {
    keys.iter().find_map(|key| Some(line.trim().strip_prefix(key)?.trim_start().strip_prefix([':', '：'])?.trim()))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    /// A desk over files that go away with it.
    struct Script {
        desk: ScriptedDesk,
        files: Vec<PathBuf>,
    }

    impl Script {
        fn of(test: &str, cards: Option<&str>, phrases: Option<&str>, value: Option<&[u8]>, yes: bool) -> Script {
            let mut files = Vec::new();
            let mut file = |kind: &str, bytes: &[u8]| {
                let path = std::env::temp_dir().join(format!("breakglass-{}-{test}-{kind}", std::process::id()));
                fs::write(&path, bytes).unwrap();
                files.push(path.clone());
                Input::File(path)
            };
            let answers = Answers {
                cards: cards.map(|text| file("cards", text.as_bytes())).into_iter().collect(),
                phrases: phrases.map(|text| file("phrases", text.as_bytes())),
                value: value.map(|bytes| file("value", bytes)),
                yes,
                ..Answers::default()
            };
            Script { desk: ScriptedDesk::new(answers, None).unwrap(), files }
        }

        fn card(&mut self) -> Result<Answer<SecretText>, DeskError> {
            self.desk.ask_card(&CardRequest {
                prompt: "card?",
                earlier: None,
                remark: &|_| None,
                purpose: Purpose::Open,
            })
        }

        fn phrase(&mut self, index: u8, name: &str) -> Option<String> {
            match self.desk.ask_phrase("phrase?", index, name) {
                Ok(Answer::Given(phrase)) => Some(phrase.expose().to_owned()),
                _ => None,
            }
        }
    }

    impl Drop for Script {
        fn drop(&mut self) {
            for file in &self.files {
                let _ = fs::remove_file(file);
            }
        }
    }

    #[test]
    fn without_answers_and_without_a_terminal_every_question_names_its_option() {
        let mut script = Script::of("nothing", None, None, None, false);
        let missing = |result: Result<(), DeskError>, option: &str| {
            assert!(
                matches!(&result, Err(DeskError::MissingAnswer { option: named }) if *named == option),
                "{result:?}"
            );
            assert!(result.unwrap_err().to_string().contains(option));
        };
        missing(script.card().map(drop), "--cards");
        missing(script.desk.ask_phrase("?", 1, "Tanaka").map(drop), "--phrases");
        missing(script.desk.ask_secret("?", "--value-from").map(drop), "--value-from");
        missing(script.desk.confirm("?", "--yes").map(drop), "--yes");
        missing(script.desk.ask_line("?", "--reason").map(drop), "--reason");
        missing(script.desk.choose("?", &["a".to_owned()], "--entry").map(drop), "--entry");
        script.desk.pause("printed?").unwrap();
    }

    #[test]
    fn cards_come_in_their_order_and_the_option_is_named_when_they_run_out() {
        let mut script = Script::of("order", Some("bg1qqqq\n\nbg1pppp\n"), None, None, false);
        assert_eq!(script.card().unwrap(), Answer::Given(SecretText::from("bg1qqqq".to_owned())));
        assert_eq!(script.card().unwrap(), Answer::Given(SecretText::from("bg1pppp".to_owned())));
        assert!(matches!(script.card(), Err(DeskError::MissingAnswer { option: "--cards" })));
    }

    #[test]
    fn phrases_are_found_by_name_or_number_and_each_is_used_once() {
        let text = "# forgotten twice\n田中 花子: 古い 合言葉\nSmith: J.: with a colon: inside\n2： by number \n田中 花子: 新しい 合言葉\n";
        let mut script = Script::of("phrases", None, Some(text), None, false);
        assert_eq!(script.phrase(1, "田中 花子").as_deref(), Some("古い 合言葉"));
        assert_eq!(script.phrase(1, "田中 花子").as_deref(), Some("新しい 合言葉"));
        assert_eq!(script.phrase(1, "田中 花子"), None);
        assert_eq!(script.phrase(2, "Sato").as_deref(), Some("by number"));
        assert_eq!(script.phrase(3, "Smith: J.").as_deref(), Some("with a colon: inside"));
    }

    #[test]
    fn a_value_keeps_its_lines_and_loses_only_the_last_line_end() {
        for (bytes, value) in [("a\nb\n", "a\nb"), ("a \r\n", "a "), ("", ""), ("x\n\n", "x\n")] {
            let mut script = Script::of("value", None, None, Some(bytes.as_bytes()), false);
            assert_eq!(script.desk.ask_secret("?", "--value-from").unwrap().expose(), value);
            assert!(script.desk.ask_secret("?", "--value-from").is_err());
        }
    }

    #[test]
    fn what_is_too_long_or_no_text_is_refused() {
        let mut long = Script::of("long", None, None, Some(&vec![b'a'; 64 * 1024 + 1]), false);
        assert!(matches!(long.desk.ask_secret("?", "--value-from"), Err(DeskError::TooLong { .. })));
        let mut binary = Script::of("binary", None, None, Some(&[0xff, 0xfe]), false);
        assert!(matches!(binary.desk.ask_secret("?", "--value-from"), Err(DeskError::NotText { .. })));
        let mut full = Script::of("full", None, None, Some(&vec![b'a'; 64 * 1024]), false);
        assert_eq!(full.desk.ask_secret("?", "--value-from").unwrap().expose().len(), 64 * 1024);
    }

    #[test]
    fn what_is_too_long_or_no_text_is_told_with_the_file_that_it_is() {
        for (test, bytes) in [("no-text", &[0xff, 0xfe][..]), ("long-line", &[b'a'; 64 * 1024 + 1])] {
            let mut script = Script::of(test, None, None, Some(bytes), false);
            let error = script.desk.ask_secret("?", "--value-from").unwrap_err();
            assert!(error.to_string().contains(&format!("-{test}-value")), "{error}");
        }
    }

    #[test]
    fn yes_answers_what_may_be_answered_with_yes_and_nothing_else() {
        let mut script = Script::of("yes", None, None, None, true);
        assert!(script.desk.confirm("?", "--yes").unwrap());
        assert!(script.desk.confirm("?", "--accept-split").is_err());
    }

    #[test]
    fn two_options_cannot_share_a_stream() {
        let answers =
            Answers { cards: vec![Input::StandardInput], value: Some(Input::StandardInput), ..Answers::default() };
        assert!(matches!(ScriptedDesk::new(answers, None), Err(DeskError::SharedStream { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn cards_come_through_a_pipe_one_by_one_while_it_stays_open() {
        use std::io::Write;
        use std::os::fd::AsRawFd;
        let (reader, mut writer) = std::io::pipe().unwrap();
        let answers = Answers { cards: vec![Input::Descriptor(reader.as_raw_fd())], ..Answers::default() };
        let mut desk = ScriptedDesk::new(answers, None).unwrap();
        let request = CardRequest { prompt: "card?", earlier: None, remark: &|_| None, purpose: Purpose::Open };
        for letter in ["q", "p"] {
            let card = format!("bg1{}", letter.repeat(90));
            writeln!(writer, "{card}").unwrap();
            assert_eq!(desk.ask_card(&request).unwrap(), Answer::Given(SecretText::from(card)));
        }
    }
}
