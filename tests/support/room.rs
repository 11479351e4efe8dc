//! One machine with one vault on it, and the real program run there from the command line, without a terminal.
//!
//! Whoever uses it declares `scratch` at the root of the test.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use breakglass::desk::columns;
use serde_json::Value;

use crate::scratch::{CONFIGURATION_VARIABLE, Scratch};

/// One machine with one vault on it.
pub struct Room {
    pub scratch: Scratch,
}

/// What a run of the program ended with.
pub struct Done {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Done {
    #[track_caller]
    pub fn ended(self, status: i32) -> Done {
        assert_eq!(self.status, status, "stdout: {}\nstderr: {}", self.out, self.err);
        self
    }

    #[track_caller]
    pub fn says(self, words: &str) -> Done {
        assert!(self.err.contains(words) || self.out.contains(words), "{words}\n{}\n{}", self.out, self.err);
        self
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }
}

impl Room {
    pub fn new() -> Room {
        Room { scratch: Scratch::new() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// Runs the program beside the vault, in words separated by single spaces.
    pub fn run(&self, words: &str) -> Done {
        self.run_with(words, "")
    }

    pub fn run_with(&self, words: &str, input: &str) -> Done {
        self.run_on("config", words, input)
    }

    /// The same on another machine, which knows nothing of what this one saw.
    pub fn run_elsewhere(&self, words: &str) -> Done {
        self.run_on("elsewhere", words, "")
    }

    fn run_on(&self, machine: &str, words: &str, input: &str) -> Done {
        let mut child = Command::new(env!("CARGO_BIN_EXE_breakglass"))
            .args(words.split(' '))
            .current_dir(self.scratch.path())
            .env("HOME", self.scratch.path())
            .env(CONFIGURATION_VARIABLE, self.path(machine))
            .env("LC_ALL", "C.UTF-8")
            .env_remove("BREAKGLASS_VAULT")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that ends before it reads everything is no failure of the test.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Done { status: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// A vault of five with a threshold of three whose cards were read back, with the texts of its cards kept in `kept`.
    pub fn with_vault() -> Room {
        let room = Room::new();
        room.run(&format!("init acme.vault --name Acme --threshold 3 {PEOPLE} --text --cards-to cards")).ended(3);
        room.keep("cards", "kept");
        room.run("init acme.vault --cards-to cards --cards kept --from-paper").ended(0);
        room
    }

    /// What people type off the paper that the files of a folder were printed on: the groups of each card and nothing else.
    pub fn keep(&self, from: &str, to: &str) {
        fs::create_dir_all(self.path(to)).unwrap();
        for name in self.files(from) {
            let sheet = fs::read_to_string(self.path(from).join(&name)).unwrap();
            let rows = sheet.lines().filter_map(|line| line.strip_prefix("   ").or(line.strip_prefix("  ")));
            let groups: String = rows.map(|row| format!("{}\n", row.split_once("   ").unwrap().1)).collect();
            assert!(groups.starts_with("BG1"), "{sheet}");
            fs::write(self.path(to).join(&name), groups).unwrap();
        }
    }

    pub fn files(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path(folder)) else { return Vec::new() };
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The name of the file of a card.
    pub fn card(&self, folder: &str, number: usize) -> String {
        format!("{folder}/{}", self.files(folder)[number - 1])
    }

    pub fn status(&self) -> Value {
        self.run("--json status").json()
    }

    /// The duties of this kind that are due now.
    pub fn due(&self, kind: &str) -> Vec<Value> {
        let status = self.status();
        let due = status["due"].as_array().unwrap().iter();
        due.filter(|due| due["what"] == kind && due["now"] == true).cloned().collect()
    }

    /// The status in both languages, each of which must be one screen.
    #[track_caller]
    pub fn screens(&self) -> [String; 2] {
        ["en", "ja"].map(|language| {
            let screen = self.run(&format!("status --language {language}")).out;
            assert!(screen.lines().count() <= 23, "{screen}");
            assert!(screen.lines().all(|line| columns(line) <= 80), "{screen}");
            screen
        })
    }

    /// The log as it stands.
    pub fn log(&self) -> String {
        fs::read_to_string(self.path("acme.vault/log.jsonl")).unwrap()
    }
}

pub const PEOPLE: &str = "--custodian Aiko --custodian Ben --custodian Chie --custodian Dan --custodian Emi";
