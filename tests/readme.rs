//! The pages for people: what they tell to type can be typed, and what they point at is there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PAGES: [&str; 8] = [
    "README.md",
    "README.ja.md",
    "docs/ATTACHMENTS.md",
    "docs/DESIGN.md",
    "docs/IMPORT-AND-EXPORT.md",
    "docs/OPENING-WITHOUT-BREAKGLASS.md",
    "docs/READING.md",
    "docs/ROSTER.md",
];

fn top() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn page(name: &str) -> String {
    fs::read_to_string(top().join(name)).unwrap()
}

/// What `breakglass … --help` says of a command.
fn help(words: &[&str]) -> Option<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_breakglass"));
    let output = command.args(words).args(["--help", "--language", "en"]).output().unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

/// The commands in the shell blocks of a page, each on one line.
fn commands(page: &str) -> Vec<String> {
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap().replace("\\\n", " "));
    let lines: Vec<String> = blocks.flat_map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    lines.into_iter().filter(|line| line.starts_with("breakglass ")).collect()
}

#[test]
fn every_link_of_the_pages_leads_to_something() {
    for name in PAGES {
        let text = page(name);
        let links = text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap());
        let pictures = text.split("src=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        for target in links.chain(pictures) {
            if target.starts_with("https://") {
                continue;
            }
            let file = target.split('#').next().unwrap();
            let beside = top().join(name).parent().unwrap_or(Path::new("")).join(file);
            assert!(file.is_empty() || beside.exists(), "{name} points at {target}");
        }
    }
}

#[test]
fn every_command_and_option_that_the_pages_tell_is_in_the_help() {
    for name in ["README.md", "README.ja.md", "docs/ATTACHMENTS.md", "docs/IMPORT-AND-EXPORT.md"] {
        let commands = commands(&page(name));
        assert!(commands.len() > 2, "{name}");
        for line in commands {
            let typed: Vec<&str> = line.split('#').next().unwrap().split_whitespace().collect();
            let words: Vec<&str> =
                typed.iter().copied().skip(1).take_while(|word| !word.starts_with('-')).take(2).collect();
            let help = help(&words).unwrap_or_else(|| panic!("{name}: {line}"));
            for option in typed.iter().filter(|word| word.starts_with("--")) {
                assert!(help.contains(option), "{name}: {line}: {option}");
            }
        }
        if name.starts_with("docs/") {
            continue;
        }
        for words in ["card check", "card lost", "custodian depart", "log verify", "merge", "copy", "demo"] {
            assert!(page(name).contains(words), "{name}: {words}");
            assert!(help(&words.split(' ').collect::<Vec<_>>()).is_some(), "{words}");
        }
    }
}
