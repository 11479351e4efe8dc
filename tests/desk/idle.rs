//! An opening that nobody closes closes itself.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use breakglass::ceremony::CLOSES_AFTER;
use breakglass::cli::run_at;
use breakglass::desk::{Answer, CardRequest, Desk, DeskError, HeldKeys, Live, LiveEnd, Revelation};
use breakglass::language::{Language, messages};
use breakglass::quorum::SecretText;
use breakglass::terminal::TerminalDesk;
use portable_pty::CommandBuilder;

use crate::people::{Deed, People, said};
use crate::person::Person;
use crate::practice::Practice;

const PASSWORD: &str = "Kx9-emergency-4411";

fn practice() -> Practice {
    Practice::with(Language::English, &[("m365-admin", "M365", PASSWORD)])
}

fn last_opening_is_closed(practice: &Practice) -> bool {
    practice.ledger().state().openings.last().unwrap().closed
}

#[test]
fn an_opening_closes_itself_when_nobody_has_pressed_a_key_for_ten_minutes() {
    let practice = practice();
    let (people, happened) = People::with(&practice, vec![Deed::Choose(0), Deed::Nothing], &[]);
    let outcome = people.unseal(&practice, &[]);
    assert_eq!(outcome.as_ref().ok(), Some(&4), "{}", said(&outcome));
    assert!(last_opening_is_closed(&practice));
    let happened = happened.borrow();
    assert_eq!(CLOSES_AFTER, Duration::from_secs(600));
    assert_eq!(happened.patience, [Some(CLOSES_AFTER), None], "only while the vault is open");
    let told = messages::cli::closed_itself(Language::English, 10);
    assert!(happened.told.contains(&told), "{:?}", happened.told);
    let goes_back = happened.paused;
    assert_eq!(goes_back, 3, "each card goes back; nobody is asked to copy a head who is not there");
}

#[test]
fn a_fault_of_the_program_while_the_vault_is_open_closes_it() {
    let practice = practice();
    let (people, happened) = People::with(&practice, vec![Deed::Choose(0), Deed::Fault], &[]);
    let fault = catch_unwind(AssertUnwindSafe(|| people.unseal(&practice, &[])));
    assert!(fault.is_err(), "a fault is not hidden");
    assert!(last_opening_is_closed(&practice));
    let happened = happened.borrow();
    let told = happened.told.iter().position(|told| *told == messages::cli::closed_after_fault(Language::English));
    assert!(told.is_some(), "{:?}", happened.told);
}

/// The terminal's own desk, whose patience ends at a question of one kind.
struct Impatient {
    desk: TerminalDesk,
    at: String,
}

impl Impatient {
    fn wait_at(&mut self, kind: &str) {
        if self.at == kind {
            // Whatever the machine has to do besides, the value is drawn before anything is waited for.
            self.desk.give_up_after(Some(Duration::from_millis(300)));
        }
    }
}

impl Desk for Impatient {
    fn speak(&mut self, language: Language) {
        self.desk.speak(language);
    }

    fn is_attended(&self) -> bool {
        self.desk.is_attended()
    }

    fn can_hide(&self) -> bool {
        self.desk.can_hide()
    }

    fn give_up_after(&mut self, patience: Option<Duration>) {
        self.desk.give_up_after(patience);
    }

    fn tell(&mut self, text: &str) {
        self.desk.tell(text);
    }

    fn ask_card(&mut self, request: &CardRequest<'_>) -> Result<Answer<SecretText>, DeskError> {
        self.desk.ask_card(request)
    }

    fn ask_phrase(&mut self, prompt: &str, index: u8, name: &str) -> Result<Answer<SecretText>, DeskError> {
        self.desk.ask_phrase(prompt, index, name)
    }

    fn ask_line(&mut self, prompt: &str, option: &'static str) -> Result<String, DeskError> {
        self.desk.ask_line(prompt, option)
    }

    fn ask_secret(&mut self, prompt: &str, option: &'static str) -> Result<SecretText, DeskError> {
        self.desk.ask_secret(prompt, option)
    }

    fn confirm(&mut self, question: &str, option: &'static str) -> Result<bool, DeskError> {
        self.desk.confirm(question, option)
    }

    fn choose(&mut self, question: &str, choices: &[String], option: &'static str) -> Result<usize, DeskError> {
        self.wait_at("menu");
        self.desk.choose(question, choices, option)
    }

    fn pause(&mut self, text: &str) -> Result<(), DeskError> {
        self.desk.pause(text)
    }

    fn reveal(&mut self, revelation: &Revelation<'_>) -> Result<(), DeskError> {
        self.wait_at("value");
        self.desk.reveal(revelation)
    }

    fn watch(&mut self, live: &Live<'_>) -> Result<LiveEnd, DeskError> {
        self.desk.watch(live)
    }

    fn hold_keys(&mut self) -> HeldKeys {
        self.desk.hold_keys()
    }

    fn clear_between_people(&mut self) {
        self.desk.clear_between_people();
    }
}

#[test]
#[ignore = "the test below runs it at a terminal of its own"]
fn the_program_at_an_impatient_desk() {
    let [vault, pins, at] = ["TEST_VAULT", "TEST_PINS", "TEST_AT"].map(|name| std::env::var(name).unwrap());
    let desk = Impatient { desk: TerminalDesk::open(Language::English).unwrap(), at };
    let words = ["breakglass", "unseal", "--reason", "a test", "--incident", "none", "--language", "en"];
    let more = ["--seconds", "3600", "--vault", &vault];
    let arguments = words.iter().chain(&more).map(Into::into).collect();
    assert_eq!(run_at(Box::new(desk), pins.as_ref(), arguments).unwrap(), 4);
}

#[test]
fn neither_a_menu_nor_a_value_stays_on_the_screen_when_nobody_is_there() {
    for at in ["menu", "value"] {
        let practice = practice();
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(["--exact", "idle::the_program_at_an_impatient_desk", "--ignored", "--nocapture"]);
        command.env("TEST_VAULT", practice.vault());
        command.env("TEST_PINS", practice.scratch.path().join("config/breakglass/pins"));
        command.env("TEST_AT", at);
        command.env("TERM", "xterm-256color");
        let mut person = Person::at(command);
        for (card, missing) in [(0, 3), (1, 2), (3, 1)] {
            person.reads(&format!("Still needed: {missing}"));
            person.types(&format!("{}\r", practice.cards[card]));
            person.reads("Give the card back");
            person.types("\r");
        }
        if at == "value" {
            person.reads("Which entry?");
            person.types("1\r");
            person.reads("which value?");
            person.types("2\r");
            person.wrote(PASSWORD);
        }
        person.reads("the vault closed itself");
        assert!(person.sees_it_end().success(), "{}", person.screen());
        assert!(!person.is_on_alternate_screen() && !person.screen_and_scrollback().contains(PASSWORD));
        assert!(last_opening_is_closed(&practice));
    }
}
