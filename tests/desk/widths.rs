//! What stays on the screen, on screens of three widths: whole commands, whole options, and lines that fit.

use std::num::NonZero;
use std::process::Command;

use breakglass::desk::columns;
use breakglass::language::Language;
use portable_pty::CommandBuilder;

use crate::person::Person;
use crate::practice::Practice;

/// A practice vault with a log of some length, and with a title wider than a narrow screen.
fn vault(language: Language) -> Practice {
    let title = match language {
        Language::English => "The account that opens everything else in the tenant",
        Language::Japanese => "テナント全体を管理する、最後の手段のアカウント",
    };
    Practice::with(language, &[("m365", title, "correct horse"), ("registrar", "DNS", "battery staple")])
}

/// What a shell writes when the program has ended: only then is everything on the screen.
const END: &str = "the end";

/// Everything that a command writes to a terminal of so many columns, line by line.
fn lines(practice: &Practice, language: Language, words: &[&str], width: u16) -> Vec<String> {
    let mut shell = CommandBuilder::new("sh");
    shell.args(["-c", &format!("\"$0\" \"$@\"; echo {END}")]);
    shell.args(practice.command(language, words).get_argv());
    shell.env("XDG_CONFIG_HOME", practice.scratch.path().join("config"));
    let person = Person::at_width(shell, NonZero::new(width).unwrap());
    person.wrote(END);
    let written = person.everything_written().replace("\r\n", "\n");
    written.lines().filter(|line| *line != END).map(str::to_owned).collect()
}

/// The same through a pipe.
fn piped(practice: &Practice, language: Language, words: &[&str]) -> String {
    let vault = practice.vault().display().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_breakglass"));
    command.args(words).args(["--vault", &vault, "--language", language.code()]);
    command.env("XDG_CONFIG_HOME", practice.scratch.path().join("config"));
    let output = command.output().unwrap();
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

/// What is told about a vault, with help and a mistake.
const COMMANDS: [&[&str]; 6] = [
    &["log", "show"],
    &["log", "verify"],
    &["status"],
    &["list"],
    &["card", "check", "--help"],
    &["put", "--titel", "x"],
];

#[test]
fn every_screen_fits_a_terminal_of_any_width() {
    for language in Language::ALL {
        let practice = vault(language);
        for words in COMMANDS {
            for width in [40, 80, 120] {
                let lines = lines(&practice, language, words, width);
                assert!(!lines.is_empty());
                for line in &lines {
                    // A piece that is wider than the screen stands alone on its line.
                    let is_one_piece = line.trim().split(' ').count() <= 2 || line.contains('`');
                    assert!(columns(line) <= usize::from(width) || is_one_piece, "{words:?} {width}: {line}");
                    let first = line.trim_start().chars().next();
                    assert!(!first.is_some_and(|first| "、。）」ー".contains(first)), "{words:?} {width}: {line}");
                }
            }
        }
    }
}

#[test]
fn a_log_of_any_width_keeps_its_heads_and_its_indent() {
    for language in Language::ALL {
        let practice = vault(language);
        let whole = piped(&practice, language, &["log", "show"]);
        let ids: Vec<&str> = whole.lines().filter_map(|line| line.strip_prefix("    ")?.split(" · ").nth(1)).collect();
        assert!(ids.len() > 5, "{whole}");
        for width in [40, 80, 120] {
            let lines = lines(&practice, language, &["log", "show"], width);
            for id in &ids {
                assert!(lines.iter().any(|line| line.contains(id)), "{id}: {lines:#?}");
            }
            // A new event begins with its date, and nothing else begins a line.
            assert!(lines.iter().all(|line| line.starts_with("20") || line.starts_with("    ")), "{lines:#?}");
        }
    }
}

#[test]
fn a_pipe_gets_whole_lines() {
    let practice = vault(Language::Japanese);
    for words in COMMANDS {
        let piped = piped(&practice, Language::Japanese, words);
        let wide = lines(&practice, Language::Japanese, words, 1000).join("\n");
        if *words != ["list"] {
            assert_eq!(piped.trim_end(), wide.trim_end());
        }
    }
}
