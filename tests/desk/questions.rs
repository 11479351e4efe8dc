//! Questions asked at a real pseudo-terminal. Each test starts this very program again as the one who asks, so that no command for
//! testing goes into the product.

use std::path::PathBuf;
#[cfg(unix)]
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs, process};

use crate::person::Person;
use breakglass::desk::{Answer, CardRequest, Desk, DeskError, Purpose, Revelation};
use breakglass::language::{Language, Say};
use breakglass::quorum::{CardHead, SecretText};
use breakglass::terminal::TerminalDesk;
use portable_pty::CommandBuilder;

const CARD: &str = "BG1ZQQQXQCQQYPQXPQ9QCRSSZG2PVSZZG3RYSJJVFEG9Y4ZKTPD9CHNQVFJXV6R2D3H8QUN5WEU85LR790FLGSQVTYNUS";
const PHRASE: &str = "lucerna velox 青い 馬";
const PASSWORD: &str = "hunter2-hunter2-hunter2";

/// The one who asks: what the environment names. Does nothing when the tests are run.
#[test]
fn the_one_who_asks() {
    let Ok(question) = env::var("BREAKGLASS_TEST_QUESTION") else { return };
    let language = if env::var("BREAKGLASS_TEST_LANGUAGE").is_ok() { Language::Japanese } else { Language::English };
    let mut desk = TerminalDesk::open(language).expect("a terminal");
    desk.tell("[begin]");
    let outcome = match answered(&mut desk, &question) {
        Ok(answer) => answer,
        Err(error) => format!("error: {}", error.say(Language::English)),
    };
    fs::write(env::var("BREAKGLASS_TEST_OUTCOME").unwrap(), outcome).unwrap();
    desk.tell("[end]");
    // Ends before the harness says anything more on the screen.
    process::exit(0);
}

fn answered(desk: &mut TerminalDesk, question: &str) -> Result<String, DeskError> {
    let card = CardRequest { prompt: "Your card, please.", earlier: None, remark: &|_| None, purpose: Purpose::Open };
    let shown = |answer: Answer<SecretText>| match answer {
        Answer::Given(text) => text.expose().to_owned(),
        Answer::LaidAside => "laid aside".to_owned(),
    };
    match question {
        "card" => desk.ask_card(&card).map(shown),
        "card again" => {
            let earlier = SecretText::from(format!("{}8{}", &CARD[..40], &CARD[40..]));
            desk.ask_card(&CardRequest { earlier: Some(&earlier), ..card }).map(shown)
        }
        "card, then panic" => desk.ask_card(&CardRequest { remark: &|_| panic!("a fault"), ..card }).map(shown),
        "card, with a remark" => {
            let remark = |head: &CardHead| Some(format!("It says that it is card {}.", head.index));
            desk.ask_card(&CardRequest { remark: &remark, ..card }).map(shown)
        }
        "card, then pause" => {
            drop(desk.ask_card(&card)?);
            desk.pause("The card was put away.").map(|()| "went on".to_owned())
        }
        "phrase, then pause" => {
            drop(desk.ask_phrase("The phrase of card 2?", 2, "Tanaka")?);
            desk.pause("The phrase was forgotten.").map(|()| "went on".to_owned())
        }
        "phrase" => desk.ask_phrase("The phrase of card 2?", 2, "Tanaka").map(shown),
        "line" => desk.ask_line("Why is the vault opened?", "--reason"),
        "confirm" => desk.confirm("Open it?", "--yes").map(|yes| yes.to_string()),
        "choose" => {
            let entries = ["Registrar".to_owned(), "基幹スイッチ".to_owned(), "Hypervisor".to_owned()];
            desk.choose("Which entry?", &entries, "--entry").map(|place| place.to_string())
        }
        "pause" => desk.pause("The card was printed.").map(|()| "went on".to_owned()),
        "reveal" | "reveal long" => {
            let long = (1..=40).map(|number| format!("recovery code {number:02}\n")).collect::<String>();
            let value = if question == "reveal" { PASSWORD.to_owned() } else { long.trim_end().to_owned() };
            let seconds = if question == "reveal" { 2 } else { 60 };
            let value = SecretText::from(value);
            desk.reveal(&Revelation { title: "Registrar", field: "Password", value: &value, seconds })?;
            Ok("hidden".to_owned())
        }
        "clear" => {
            (0..100).for_each(|number| desk.tell(&format!("line {number}")));
            desk.clear_between_people();
            Ok("cleared".to_owned())
        }
        other => panic!("no question {other}"),
    }
}

/// A person who is asked `question`, and the file with what came of it.
struct Asked {
    person: Person,
    outcome: PathBuf,
}

impl Asked {
    fn with(question: &str, variables: &[(&str, &str)]) -> Asked {
        static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let outcome = env::temp_dir().join(format!("breakglass-asked-{}-{number}", process::id()));
        let mut command = CommandBuilder::new(env::current_exe().unwrap());
        command.args(["questions::the_one_who_asks", "--exact", "--nocapture", "--test-threads=1"]);
        command.env("TERM", "xterm-256color");
        command.env_remove("NO_COLOR");
        command.env("BREAKGLASS_TEST_QUESTION", question);
        command.env("BREAKGLASS_TEST_OUTCOME", &outcome);
        variables.iter().for_each(|(name, value)| command.env(name, value));
        let person = Person::at(command);
        person.wrote("[begin]");
        Asked { person, outcome }
    }

    fn of(question: &str) -> Asked {
        Asked::with(question, &[])
    }

    /// What came of the question, once the program has said so.
    fn outcome(&mut self) -> String {
        self.person.sees_it_end();
        self.person.wrote("[end]");
        fs::read_to_string(&self.outcome).unwrap()
    }

    /// Waits until something stands on the screen after what the program says first.
    fn sees_a_question(&self) {
        self.person.sees("a question", |screen| !screen.trim_end().ends_with("[begin]"));
    }

    /// Whether the terminal echoes again what is typed. A console of Windows echoes only what a program reads, and none is left to.
    fn keys_are_echoed(&mut self) {
        if cfg!(windows) {
            return;
        }
        self.person.types("echoed?");
        self.person.reads("echoed?");
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.outcome);
    }
}

#[test]
fn each_group_of_a_card_is_answered_at_once_and_all_of_it_is_gone_afterwards() {
    let mut asked = Asked::of("card");
    asked.person.reads("Your card, please.");
    asked.person.types("bg1z");
    asked.person.reads("BG1Z");
    assert!(!asked.person.screen().contains("ok"));
    asked.person.types("q");
    asked.person.reads("BG1ZQ ok");
    asked.person.types("qqxbc");
    asked.person.reads("QQXBC ??");
    asked.person.reads("Group 2, character 4");
    asked.person.types("\x7f\x7f");
    asked.person.reads_no_more("??");
    asked.person.types("qc");
    asked.person.reads("QQXQC ok");
    asked.person.types("\r");
    asked.person.reads("continues at group 3");
    for group in CARD.as_bytes()[10..].chunks(5) {
        let group = std::str::from_utf8(group).unwrap();
        asked.person.types(&group.to_lowercase());
        asked.person.reads(&format!("{group} ok"));
    }
    asked.person.reads("All 19 groups are there");
    asked.person.types("\r");
    assert_eq!(asked.outcome().to_uppercase(), CARD);
    let left = asked.person.screen_and_scrollback();
    assert!(CARD.as_bytes().chunks(5).all(|group| !left.contains(std::str::from_utf8(group).unwrap())), "{left}");
    assert!(!left.contains("Your card"));
    asked.keys_are_echoed();
}

#[test]
fn a_scanner_or_a_paste_gives_the_whole_card_in_one_line() {
    let mut asked = Asked::of("card");
    asked.person.reads("Your card, please.");
    asked.person.types(&format!("{CARD}\r"));
    assert_eq!(asked.outcome(), CARD);
}

/// How often `needle` stands in all that the process can write to; `None` where the system does not let it be read.
#[cfg(target_os = "linux")]
fn found_in_memory(process: u32, needle: &[u8]) -> Option<usize> {
    use std::os::unix::fs::FileExt;
    let memory = fs::File::open(format!("/proc/{process}/mem")).ok()?;
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).ok()?;
    let mut found = 0;
    for map in maps.lines().filter(|map| map.contains(" rw")) {
        let (start, end) = map.split(' ').next()?.split_once('-')?;
        let [start, end] = [start, end].map(|address| u64::from_str_radix(address, 16).unwrap());
        let mut bytes = vec![0; (end - start) as usize];
        if memory.read_exact_at(&mut bytes, start).is_ok() {
            found += bytes.windows(needle.len()).filter(|window| *window == needle).count();
        }
    }
    Some(found)
}

#[cfg(target_os = "linux")]
#[test]
fn what_was_typed_is_in_memory_while_it_is_asked_and_nowhere_afterwards() {
    // Typed in lower case, since the text in upper case stands in this very program.
    let card = CARD.to_lowercase();
    for (question, typed, afterwards) in [
        ("card, then pause", card.as_str(), "The card was put away."),
        ("phrase, then pause", "correct horse battery staple", "The phrase was forgotten."),
    ] {
        let mut asked = Asked::of(question);
        asked.sees_a_question();
        asked.person.types(typed);
        let id = asked.person.process_id();
        let needle = &typed.as_bytes()[5..20];
        let start = Instant::now();
        while found_in_memory(id, needle).is_some_and(|found| found == 0) {
            assert!(start.elapsed() < Duration::from_secs(20), "{question}: the search finds nothing at all");
        }
        asked.person.types("\r");
        asked.person.reads(afterwards);
        for needle in typed.as_bytes().windows(8).step_by(20) {
            let needle = String::from_utf8_lossy(needle);
            assert_eq!(found_in_memory(id, needle.as_bytes()).unwrap_or(0), 0, "{question}: {needle}");
            // As on the screen, and as one key after the other.
            let keys: Vec<u8> = needle.bytes().flat_map(|byte| [byte, 0, 0, 0]).collect();
            assert_eq!(found_in_memory(id, &keys).unwrap_or(0), 0, "{question}: the keys of {needle}");
        }
        asked.person.types("\r");
        assert_eq!(asked.outcome(), "went on");
    }
}

#[test]
fn what_the_card_says_about_itself_is_told_after_six_groups() {
    let mut asked = Asked::of("card, with a remark");
    asked.person.types(&CARD[..29]);
    asked.person.reads("G2PV");
    assert!(!asked.person.screen().contains("It says"));
    asked.person.types(&CARD[29..30]);
    asked.person.reads("It says that it is card ");
    asked.person.types("\x1b");
    assert_eq!(asked.outcome(), "laid aside");
}

#[test]
fn a_character_too_much_is_told_and_taken_out_where_it_stands() {
    let mut asked = Asked::of("card again");
    asked.person.reads("this is more");
    asked.person.types(&format!("{}\x7f\r", "\x1b[D".repeat(CARD.len() - 40)));
    assert_eq!(asked.outcome(), CARD);
}

#[test]
fn a_file_that_is_dropped_after_another_failed_replaces_it_and_so_does_a_scan() {
    let file = env::temp_dir().join(format!("breakglass card {}.txt", process::id()));
    fs::write(&file, CARD).unwrap();
    let mut asked = Asked::with("card", &[]);
    asked.person.reads("Your card, please.");
    asked.person.types("'/no such/card.png' \r");
    asked.person.reads("/no such/card.png cannot be read");
    asked.person.types("https://example.com/menu\r");
    asked.person.reads("BG1");
    asked.person.types(&format!("'{}' \r", file.display()));
    assert_eq!(asked.outcome(), CARD);
    fs::remove_file(file).unwrap();
}

#[test]
fn the_path_of_a_text_file_stands_for_the_card_in_it() {
    let file = env::temp_dir().join(format!("breakglass-card-{}.txt", process::id()));
    fs::write(&file, format!("Card of Tanaka\n\n 1   {}\n", &CARD)).unwrap();
    let mut asked = Asked::of("card");
    asked.person.reads("Your card, please.");
    asked.person.types("/no/such/card.txt\r");
    asked.person.reads("cannot be read");
    asked.person.types(&format!("\x15{}\r", file.display()));
    assert_eq!(asked.outcome(), CARD);
    fs::remove_file(file).unwrap();
}

#[test]
fn escape_lays_the_card_aside() {
    for question in ["card", "phrase"] {
        let mut asked = Asked::of(question);
        asked.person.reads("Esc");
        asked.person.types("bg1qp");
        asked.person.types("\x1b");
        assert_eq!(asked.outcome(), "laid aside");
        asked.keys_are_echoed();
    }
}

#[test]
fn a_phrase_is_never_written_to_the_terminal() {
    let mut asked = Asked::of("phrase");
    asked.person.reads("The phrase of card 2?");
    asked.person.types(&format!("{PHRASE}x\x7f\r"));
    assert_eq!(asked.outcome(), PHRASE);
    let written = asked.person.everything_written();
    assert!(PHRASE.split(' ').all(|word| !written.contains(word)), "{written}");
    assert!(!asked.person.screen().contains("The phrase of card 2?"));
    asked.keys_are_echoed();
}

#[test]
#[cfg_attr(windows, ignore = "wine's console takes the byte of Ctrl-C for the end of its input")]
fn control_c_ends_every_question_and_gives_the_terminal_back() {
    for question in ["card", "phrase", "line", "confirm", "choose", "pause", "reveal"] {
        let mut asked = Asked::of(question);
        asked.sees_a_question();
        asked.person.types("\x03");
        assert!(asked.outcome().starts_with("error: Stopped."), "{question}");
        assert!(!asked.person.is_on_alternate_screen());
        asked.keys_are_echoed();
    }
}

#[test]
fn a_panic_gives_the_terminal_back() {
    let mut asked = Asked::of("card, then panic");
    asked.person.reads("Your card, please.");
    asked.person.types(&CARD[..30]);
    asked.person.reads("a fault");
    asked.person.sees_it_end();
    asked.keys_are_echoed();
}

#[cfg(unix)]
#[test]
fn a_signal_to_end_hides_the_secret_and_gives_the_terminal_back() {
    let mut asked = Asked::of("reveal long");
    asked.person.reads("recovery code 01");
    let id = asked.person.process_id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(asked.outcome().starts_with("error: Stopped."));
    assert!(!asked.person.is_on_alternate_screen());
    assert!(!asked.person.screen_and_scrollback().contains("recovery code"));
    asked.keys_are_echoed();
}

#[test]
fn a_secret_is_shown_on_a_screen_of_its_own_and_hidden_after_its_time() {
    let mut asked = Asked::of("reveal");
    asked.person.reads(PASSWORD);
    let start = Instant::now();
    assert!(asked.person.is_on_alternate_screen());
    for text in ["Registrar", "Password", "Hidden in 2 seconds"] {
        asked.person.reads(text);
    }
    asked.person.reads("Hidden in 1 second,");
    assert_eq!(asked.outcome(), "hidden");
    let elapsed = start.elapsed();
    assert!(elapsed > Duration::from_secs(1) && elapsed < Duration::from_secs(10), "{elapsed:?}");
    assert!(!asked.person.is_on_alternate_screen());
    assert!(!asked.person.screen_and_scrollback().contains(PASSWORD));
    asked.keys_are_echoed();
}

#[test]
fn a_long_secret_has_pages_and_a_key_hides_it_at_once() {
    let mut asked = Asked::of("reveal long");
    asked.person.reads("Page 1 of 3");
    asked.person.reads("recovery code 17");
    asked.person.types(" ");
    asked.person.reads("Page 2 of 3");
    asked.person.types("\x1b[B");
    asked.person.reads("recovery code 40");
    asked.person.types("\r");
    assert_eq!(asked.outcome(), "hidden");
    assert!(!asked.person.screen_and_scrollback().contains("recovery code"));
}

#[test]
fn a_line_a_yes_a_number_and_enter_are_taken_as_they_are_meant() {
    for (question, typed, outcome) in [
        ("line", "停電  \r", "停電"),
        ("confirm", "\r", "false"),
        ("confirm", "maybe\rはい\r", "true"),
        ("choose", "４\r２\r", "1"),
        ("pause", "x\r", "went on"),
    ] {
        let mut asked = Asked::of(question);
        asked.sees_a_question();
        asked.person.types(typed);
        assert_eq!(asked.outcome(), outcome, "{question}");
        let left = asked.person.screen();
        assert!(left.contains("[begin]\n[end]") || left.contains("[begin] \n[end]"), "{left}");
    }
}

#[test]
fn the_screen_and_its_scrollback_are_cleared_between_people() {
    let mut asked = Asked::of("clear");
    assert_eq!(asked.outcome(), "cleared");
    assert!(!asked.person.screen().contains("line"));
    assert!(asked.person.everything_written().contains("\x1b[3J"));
}

#[test]
fn no_colour_is_written_where_none_is_wanted() {
    for (variables, coloured) in [(&[("NO_COLOR", "1")][..], false), (&[], true)] {
        let mut asked = Asked::with("card", variables);
        asked.person.reads("Your card, please.");
        asked.person.types("bg1qp");
        asked.person.reads("BG1QP ok");
        asked.person.types("\x1b");
        asked.outcome();
        assert_eq!(asked.person.everything_written().contains("\x1b[32m"), coloured);
    }
}

#[test]
fn a_terminal_that_can_only_write_on_asks_the_same_and_shows_no_secret() {
    let mut asked = Asked::with("card", &[("TERM", "dumb")]);
    asked.person.reads("Your card, please.");
    asked.person.types("bg1zx\x7fq");
    asked.person.reads("BG1ZQ ok");
    asked.person.types(&CARD[5..]);
    asked.person.types("\r");
    assert_eq!(asked.outcome().to_uppercase(), CARD);
    assert!(!asked.person.everything_written().contains('\x1b'));

    let mut asked = Asked::with("reveal", &[("TERM", "dumb")]);
    assert!(asked.outcome().contains("--entry"));
    assert!(!asked.person.everything_written().contains(PASSWORD));
}

#[test]
fn japanese_stays_within_the_screen_and_is_erased_as_wholly() {
    let mut asked = Asked::with("card", &[("BREAKGLASS_TEST_LANGUAGE", "ja")]);
    asked.person.reads("1 組ずつ入力");
    asked.person.types("bg1qpb");
    asked.person.types("zzzz");
    asked.person.reads("第 2 組の 1 文字目");
    asked.person.types("\x1b");
    assert_eq!(asked.outcome(), "laid aside");
    assert!(!asked.person.screen_and_scrollback().contains('組'));
}
