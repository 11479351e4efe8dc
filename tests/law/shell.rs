//! The real program over a vault that a test made in memory.

use std::fs;
use std::process::{Command, Output, Stdio};

use crate::machine::Machine;
use crate::scratch::{CONFIGURATION_VARIABLE, Scratch};

/// A folder with a copy of one machine's vault, its pins, and a file of cards.
pub struct Shell {
    scratch: Scratch,
}

/// What the program said.
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub told: String,
}

impl Shell {
    /// Writes everything on the machine's disk out: the vault in front of it becomes `acme.vault`, its own pins the user's.
    pub fn of(machine: Machine<'_>, pins: &str, cards: &[String]) -> Shell {
        let shell = Shell { scratch: Scratch::new() };
        let folder = shell.scratch.path();
        for (path, bytes) in machine.disk.files() {
            let to = if let Ok(inside) = path.strip_prefix(machine.vault) {
                folder.join("acme.vault").join(inside)
            } else if let Ok(inside) = path.strip_prefix(pins) {
                folder.join("config/breakglass/pins").join(inside)
            } else {
                folder.join("others").join(path)
            };
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::write(to, bytes).unwrap();
        }
        fs::write(folder.join("cards.txt"), cards.join("\n")).unwrap();
        fs::write(folder.join("secret.txt"), "TOP-SECRET").unwrap();
        shell
    }

    /// A file in the folder, as an argument.
    pub fn text(&self, name: &str) -> String {
        self.scratch.path().join(name).to_str().unwrap().to_owned()
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_breakglass"));
        command.args(arguments).args(["--vault", &self.text("acme.vault"), "--language", "en"]);
        command.env(CONFIGURATION_VARIABLE, self.text("config")).env("HOME", self.text("home"));
        Ran::of(&command.stdin(Stdio::null()).output().unwrap())
    }

    /// Opens and prints a password.
    pub fn unseal(&self, entry: &str, more: &[&str]) -> Ran {
        let cards = self.text("cards.txt");
        let mut arguments =
            vec!["unseal", "--reason", "test", "--cards", &cards, "--entry", entry, "--field", "password"];
        arguments.extend(["--deposited", "--yes"]);
        arguments.extend(more);
        self.run(&arguments)
    }

    /// Puts a password in.
    pub fn put(&self, entry: &str, more: &[&str]) -> Ran {
        let value = self.text("secret.txt");
        let mut arguments = vec!["put", entry, "--secret", "password", "--value-from", &value, "--yes"];
        arguments.extend(more);
        self.run(&arguments)
    }
}

impl Ran {
    pub fn of(output: &Output) -> Ran {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran { status: output.status.code().unwrap_or(-1), out: text(&output.stdout), told: text(&output.stderr) }
    }

    /// All that it said.
    pub fn words(&self) -> String {
        format!("{}\n{}", self.out, self.told)
    }
}
