//! This process: its environment, its disk, its clock, its standard streams. They are read here and nowhere else.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::ceremony::PinBook;
use crate::desk::{Results, standard_output};
use crate::guide::Machine;
use crate::language::Language;
use crate::store::RealDisk;
use crate::vault::{Claim, Moment};

static DISK: RealDisk = RealDisk;

/// The machine that this process runs on.
#[must_use]
pub fn machine() -> Machine {
    Machine {
        disk: &DISK,
        pins: PinBook::new(&DISK, &configuration_folder().join("pins")),
        zone: TimeZone::system(),
        now: || Moment::of(Timestamp::now()),
        here: std::env::current_dir,
        user: user(),
    }
}

/// The vault that the environment names.
#[must_use]
pub fn vault() -> Option<PathBuf> {
    std::env::var_os("BREAKGLASS_VAULT").filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Who is at this machine, as the system says.
fn user() -> Option<Claim> {
    let named = ["USER", "LOGNAME", "USERNAME"].into_iter().filter_map(|name| std::env::var(name).ok());
    named.into_iter().find_map(|name| Claim::of_any(&name))
}

/// The user's configuration folder, as each system has it: never one that others can write to, since it says which epoch is trusted.
fn configuration_folder() -> PathBuf {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = std::env::home_dir();
    let base = if cfg!(windows) {
        // Not the folder that follows its user to other machines: what this one saw says nothing of what they did.
        variable("LOCALAPPDATA").or(home)
    } else if cfg!(target_os = "macos") {
        home.map(|home| home.join("Library/Application Support"))
    } else {
        variable("XDG_CONFIG_HOME").or_else(|| home.map(|home| home.join(".config")))
    };
    // Without any home there is only the system's own top, where nobody else can write either.
    base.unwrap_or_else(|| PathBuf::from("/")).join("breakglass")
}

/// The language that the environment's locale asks for; without one, the language that the system is read in.
#[must_use]
pub fn language_of_environment() -> Language {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .or_else(crate::system::user_language);
    locale.map_or(Language::English, |locale| Language::of_locale(&locale))
}

/// How many columns a line may take on this stream; none where it is no terminal, since what is piped keeps its lines whole.
#[must_use]
pub fn columns_of(stream: &impl IsTerminal) -> Option<usize> {
    stream.is_terminal().then(crate::terminal::columns_of_screen)
}

/// Standard output.
pub struct StandardOutput {
    /// Whether a program reads it.
    pub for_machine: bool,
}

impl Results for StandardOutput {
    fn are_for_machine(&self) -> bool {
        self.for_machine
    }

    fn are_seen(&self) -> bool {
        io::stdout().is_terminal()
    }

    fn columns(&self) -> Option<usize> {
        columns_of(&io::stdout())
    }

    fn open(&self) -> io::Result<Box<dyn Write>> {
        Ok(Box::new(io::stdout().lock()))
    }

    fn open_for_secret(&self) -> io::Result<Box<dyn Write>> {
        standard_output()
    }
}
