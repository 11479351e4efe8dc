//! A practice vault, and the real program run on it without a terminal.
//!
//! Whoever uses it declares `practice` and `scratch` at the root of the test.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use breakglass::language::Language;

use crate::practice::{PHRASE, Practice};
use crate::scratch::CONFIGURATION_VARIABLE;

/// A practice vault with one sealed entry, and files beside it.
pub struct Desk {
    pub practice: Practice,
}

impl Desk {
    pub fn new() -> Desk {
        let desk = Desk { practice: Practice::with(Language::English, &[("m365", "Microsoft 365", "hunter2")]) };
        fs::write(desk.path("cards.txt"), desk.practice.cards.join("\n")).unwrap();
        fs::write(desk.path("phrases.txt"), format!("Chie: {PHRASE}\n")).unwrap();
        desk
    }

    /// A file beside the vault.
    pub fn path(&self, name: &str) -> PathBuf {
        self.practice.scratch.path().join(name)
    }

    /// The same, as an argument.
    pub fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// Writes a file beside the vault and gives it as an argument.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        fs::write(self.path(name), bytes).unwrap();
        self.text(name)
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_breakglass"));
        command.args(arguments).arg("--vault").arg(self.practice.vault()).args(["--language", "en"]);
        command.env(CONFIGURATION_VARIABLE, self.path("config")).stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs what must succeed.
    pub fn good(&self, arguments: &[&str]) -> Output {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", words(&output.stderr));
        output
    }

    /// Opens the vault with the cards.
    pub fn unseal(&self, more: &[&str]) -> Output {
        let (cards, phrases) = (self.text("cards.txt"), self.text("phrases.txt"));
        let mut arguments = vec!["unseal", "--reason", "test", "--cards", &cards, "--phrases", &phrases, "--yes"];
        arguments.extend(more);
        self.run(&arguments)
    }

    /// One value that was put in and not sealed yet, or sealed.
    pub fn value(&self, entry: &str, field: &str) -> String {
        let output = self.unseal(&["--entry", entry, "--field", field, "--deposited", "--enrolment"]);
        assert!(output.status.success(), "{entry} {field}: {}", words(&output.stderr));
        words(&output.stdout).trim_end_matches('\n').to_owned()
    }

    /// The log as it stands.
    pub fn log(&self) -> Vec<u8> {
        fs::read(self.practice.vault().join("log.jsonl")).unwrap()
    }

    /// Blobs that stand in the vault, whatever they are called.
    pub fn blobs(&self) -> Vec<PathBuf> {
        let Ok(names) = fs::read_dir(self.practice.vault().join("attachments")) else { return Vec::new() };
        names.map(|name| name.unwrap().path()).collect()
    }
}

pub fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
