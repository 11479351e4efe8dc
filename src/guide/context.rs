//! What every conversation is handed: the desk, where results go, the machine's disk, clock and pins, the language.

use std::io;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use serde::Serialize;

use super::GuideError;
use super::heads::anchors_in;
use crate::card::{HeadCode, TypedHead};
use crate::ceremony::{ClockFinding, Ledger, PinBook, Writing, clock_findings};
use crate::desk::{Desk, Results, flowing, printable};
use crate::ids::{EpochHash, EventId};
use crate::language::{Language, Say, messages::cli as text, messages::report};
use crate::report::write_line;
use crate::second_factor::ClockCorrection;
use crate::store::{Disk, VaultFolder};
use crate::system;
use crate::vault::{Claim, Moment};

/// What a conversation knows of the machine that it is held at.
pub struct Machine {
    /// Its disk.
    pub disk: &'static dyn Disk,
    /// What it knows of vaults.
    pub pins: PinBook<'static>,
    /// The time zone in which dates are told.
    pub zone: TimeZone,
    /// The moment now, by its clock.
    pub now: fn() -> Moment,
    /// The folder that one stands in.
    pub here: fn() -> io::Result<PathBuf>,
    /// Who is at it, as the system says: only ever a claim.
    pub user: Option<Claim>,
}

/// What every conversation is handed.
pub struct Context {
    /// The language of the people at the desk.
    pub language: Language,
    /// Who answers.
    pub desk: Box<dyn Desk>,
    /// Where results go.
    pub results: Box<dyn Results>,
    /// The vault that was named.
    pub vault: Option<PathBuf>,
    /// Where new lines go when the vault is on a medium that stays as it is.
    pub log_to: Option<PathBuf>,
    /// Heads that somebody holds on paper.
    pub heads_on_paper: Vec<TypedHead>,
    /// The time zone in which dates are told.
    pub zone: TimeZone,
    /// What is known of this machine's clock; it stays for every code of an opening.
    pub clock: ClockCorrection,
    /// Whether people were told that the log goes to memory: once is enough.
    told_of_memory: bool,
    disk: &'static dyn Disk,
    pins: PinBook<'static>,
    now: fn() -> Moment,
    here: fn() -> io::Result<PathBuf>,
    user: Option<Claim>,
}

impl Context {
    /// The context of a conversation at this desk and this machine.
    #[must_use]
    pub fn new(language: Language, desk: Box<dyn Desk>, results: Box<dyn Results>, machine: Machine) -> Context {
        let Machine { disk, pins, zone, now, here, user } = machine;
        Context {
            language,
            desk,
            results,
            vault: None,
            log_to: None,
            heads_on_paper: Vec::new(),
            zone,
            clock: ClockCorrection::default(),
            told_of_memory: false,
            disk,
            pins,
            now,
            here,
            user,
        }
    }

    /// Whether a program reads the results.
    #[must_use]
    pub fn is_for_machine(&self) -> bool {
        self.results.are_for_machine()
    }

    /// Whether a person sees what comes, and nothing is printed for others.
    #[must_use]
    pub fn is_seen(&self) -> bool {
        self.desk.is_attended() && self.results.are_seen() && !self.is_for_machine()
    }

    /// The moment now, by this machine's clock.
    #[must_use]
    pub fn now(&self) -> Moment {
        (self.now)()
    }

    /// The clock itself, for what is drawn anew while it runs.
    #[must_use]
    pub fn ticking(&self) -> fn() -> Moment {
        self.now
    }

    /// The disk of this machine.
    #[must_use]
    pub fn disk(&self) -> &'static dyn Disk {
        self.disk
    }

    /// What this machine knows of vaults.
    #[must_use]
    pub fn pins(&self) -> &PinBook<'static> {
        &self.pins
    }

    /// Where this machine keeps what it knows; the demo brings its own.
    pub fn keep_pins_in(&mut self, folder: &Path) {
        self.pins = PinBook::new(self.disk, folder);
    }

    /// Who does this, as the log will have it: whoever is named, or else the user of this machine. Empty where neither is known.
    #[must_use]
    pub fn by(&self, named: Option<&Claim>) -> String {
        named.or(self.user.as_ref()).cloned().map(String::from).unwrap_or_default()
    }

    /// Who put something in, to be shown.
    #[must_use]
    pub fn shown_by(&self, by: Option<&Claim>) -> String {
        by.map_or_else(|| text::no_name_given(self.language), Claim::to_string)
    }

    /// Asks for a claim until what is typed is one; nothing when Enter alone is pressed.
    ///
    /// # Errors
    /// When nobody can be asked.
    pub fn ask_claim(&mut self, prompt: &str, option: &'static str) -> Result<Option<Claim>, GuideError> {
        loop {
            match Claim::optional(&self.desk.ask_line(prompt, option)?) {
                Ok(claim) => return Ok(claim),
                Err(error) if self.desk.is_attended() => self.say(&error),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Asks for a claim that must be made.
    ///
    /// # Errors
    /// When nobody can be asked.
    pub fn ask_reason(&mut self, prompt: &str) -> Result<Claim, GuideError> {
        loop {
            if let Some(reason) = self.ask_claim(prompt, "--reason")? {
                return Ok(reason);
            }
        }
    }

    /// The folder of the vault: the one named, or the one that one stands in or beside.
    ///
    /// # Errors
    /// When none is named and none, or more than one, stands here.
    pub fn vault_path(&self) -> Result<PathBuf, GuideError> {
        if let Some(named) = &self.vault {
            return Ok(named.clone());
        }
        let here = (self.here)().map_err(GuideError::Output)?;
        for folder in here.ancestors() {
            if VaultFolder::is_vault(self.disk, folder)? {
                return Ok(folder.to_owned());
            }
        }
        let mut beside = Vec::new();
        for name in self.disk.list(&here, crate::store::FOLDER_LIMIT)? {
            let folder = here.join(name);
            if VaultFolder::is_vault(self.disk, &folder).unwrap_or(false) {
                beside.push(folder);
            }
        }
        match <[PathBuf; 1]>::try_from(beside) {
            Ok([only]) => Ok(only),
            Err(none) if none.is_empty() => Err(GuideError::NoVault(here)),
            Err(several) => Err(GuideError::SeveralVaults(several)),
        }
    }

    /// Reads the vault, tells what everybody must know of it, and keeps what was verified.
    ///
    /// # Errors
    /// When there is no vault, or it cannot be read.
    pub fn read(&mut self) -> Result<Ledger<'static>, GuideError> {
        let path = self.vault_path()?;
        let ledger = self.read_at(&path)?;
        self.tell_findings(&ledger);
        self.tell_seal(&ledger);
        Ok(ledger)
    }

    /// Reads the vault in a folder and tells nothing.
    ///
    /// # Errors
    /// When it is no vault, or cannot be read.
    pub fn read_at(&self, path: &Path) -> Result<Ledger<'static>, GuideError> {
        let folder = self.folder(path)?;
        let anchors = self.anchors(&folder)?;
        let ledger = Ledger::read(folder, &self.pins, anchors)?;
        // Only a store of what need not be computed again: without it everything is verified anew the next time.
        let _ = ledger.pin(None);
        Ok(ledger)
    }

    /// Keeps what was done now as known on this machine. It is done whether or not that can be kept: a machine that cannot is told
    /// of, and asks again the next time.
    pub fn remember(&mut self, ledger: &Ledger<'_>, epoch: Option<EpochHash>) {
        if let Err(error) = ledger.pin(epoch) {
            let why = error.say(self.language);
            self.desk.tell(&text::not_remembered(self.language, why));
        }
    }

    /// Reads the vault in a folder, believes nothing that was verified before, and tells nothing.
    ///
    /// # Errors
    /// When it is no vault, or cannot be read.
    pub fn read_anew(&self, path: &Path) -> Result<Ledger<'static>, GuideError> {
        let folder = self.folder(path)?;
        let anchors = self.anchors(&folder)?;
        let ledger = Ledger::read_anew(folder, &self.pins, anchors)?;
        let _ = ledger.pin(None);
        Ok(ledger)
    }

    /// The events that the heads from paper name in this log, those that are not there first.
    ///
    /// # Errors
    /// When one was mistyped, or the log cannot be read.
    pub fn anchors(&self, folder: &VaultFolder<'_>) -> Result<Vec<EventId>, GuideError> {
        anchors_in(&self.heads_on_paper, folder)
    }

    /// The folder of a vault, with the side log that was named.
    ///
    /// # Errors
    /// When it is no vault.
    pub fn folder(&self, path: &Path) -> Result<VaultFolder<'static>, GuideError> {
        let folder = VaultFolder::open(self.disk, path)?;
        Ok(match &self.log_to {
            Some(side) => folder.with_side_log(side),
            None => folder,
        })
    }

    /// On a medium that stays as it is, asks for a folder for the log before anything else is done.
    ///
    /// # Errors
    /// When nobody can be asked.
    pub fn ensure_log_place(&mut self, ledger: Ledger<'static>) -> Result<Ledger<'static>, GuideError> {
        if self.log_to.is_none() {
            if !ledger.folder().is_read_only()? {
                return Ok(ledger);
            }
            self.desk.tell(&text::vault_is_read_only(self.language, ledger.folder().root().display()));
            while self.log_to.is_none() {
                let typed = self.desk.ask_line(&text::ask_log_to(self.language), "--log-to")?;
                self.log_to = (!typed.is_empty()).then(|| PathBuf::from(typed));
            }
        }
        self.tell_of_memory(&self.log_to.clone().unwrap_or_default());
        let path = ledger.folder().root().to_owned();
        self.read_at(&path)
    }

    /// Tells once that a folder for the log is in memory.
    pub fn tell_of_memory(&mut self, folder: &Path) {
        if system::is_memory_filesystem(folder) && !std::mem::replace(&mut self.told_of_memory, true) {
            self.desk.tell(&text::log_in_memory(self.language, folder.display()));
        }
    }

    /// Takes the vault for writing.
    ///
    /// # Errors
    /// When another breakglass is writing, or nothing can be written.
    pub fn begin(&mut self, ledger: Ledger<'static>) -> Result<Writing<'static>, GuideError> {
        let ledger = self.ensure_log_place(ledger)?;
        Ok(ledger.begin(self.now())?)
    }

    fn tell_findings(&mut self, ledger: &Ledger<'_>) {
        let count = ledger.history().findings.len() + ledger.broken_headers().len() + ledger.mended_headers().len();
        if count > 0 {
            self.desk.tell(&text::log_has_findings(self.language, count));
        }
        for head in ledger.given_and_missing() {
            self.desk.tell(&text::given_head_is_not_here(self.language, HeadCode::of(head)));
        }
        if let Some(trouble) = ledger.log_trouble() {
            let why = trouble.say(self.language);
            self.desk.tell(&text::log_has_trouble(self.language, why));
        }
        if let Some(path) = ledger.pins().damaged(ledger.state().vault) {
            self.desk.tell(&report::pins_damaged(self.language, path.display()));
        }
        let unexplained: Vec<String> = ledger
            .unexplained()
            .map(|header| report::LogEpoch { number: header.epoch, id: header.id() }.say(self.language))
            .collect();
        if !unexplained.is_empty() && !ledger.is_sound() {
            self.desk.tell(&report::due_unexplained(self.language, unexplained.join(", ")));
        }
        if let Some(head) = ledger.missing_heads().first() {
            self.desk.tell(&text::log_is_older(self.language, HeadCode::of(*head)));
        }
        for words in self.told_clocks(ledger) {
            self.desk.tell(&words);
        }
        if let Some((version, _)) = ledger.state().unknown.iter().next_back() {
            self.desk.tell(&text::written_by_newer(self.language, version));
        }
    }

    /// What is wrong with a clock, here or where an event was written.
    #[must_use]
    pub fn told_clocks(&self, ledger: &Ledger<'_>) -> Vec<String> {
        let told = |finding: &ClockFinding| match finding {
            ClockFinding::Behind { signed } => {
                let now = self.now().date_and_minute(&self.zone);
                text::ClocksDiffer { when: signed.date_and_minute(&self.zone), now }.say(self.language)
            }
            ClockFinding::Future { event } => {
                text::event_in_the_future(self.language, event.date_and_minute(&self.zone))
            }
        };
        clock_findings(ledger, self.now()).iter().map(told).collect()
    }

    /// After an opening every command says so, until a rotation that follows it is committed.
    pub fn tell_seal(&mut self, ledger: &Ledger<'_>) {
        if let Some(opening) = ledger.state().unanswered_openings().last() {
            let when = opening.time.date_and_minute(&self.zone);
            self.desk.tell(&text::VaultWasOpened { when, reason: &opening.reason }.say(self.language));
        }
    }

    /// Prints sentences of a result, without what would steer a terminal: much of what they tell is only claimed.
    ///
    /// # Errors
    /// When nothing takes results any more.
    pub fn print(&self, line: &str) -> Result<(), GuideError> {
        Ok(writeln!(self.results.open()?, "{}", flowing(line, self.results.columns()).join("\n"))?)
    }

    /// The same with every line as it is, for what is to be copied or read by a program.
    ///
    /// # Errors
    /// When nothing takes results any more.
    pub fn print_as_it_is(&self, text: &str) -> Result<(), GuideError> {
        Ok(writeln!(self.results.open()?, "{}", printable(text))?)
    }

    /// How many columns a line of a result may take, where a screen shows it.
    #[must_use]
    pub fn columns(&self) -> Option<usize> {
        self.results.columns()
    }

    /// Prints a line with a secret, which passes through no buffer that stays.
    ///
    /// # Errors
    /// When nothing takes results any more.
    pub fn print_secret(&self, line: &str) -> Result<(), GuideError> {
        let mut output = self.results.open_for_secret()?;
        output.write_all(line.as_bytes())?;
        Ok(output.write_all(b"\n")?)
    }

    /// Prints a result with a secret for a machine, as [`Context::print_json`] does, through no buffer that stays.
    ///
    /// # Errors
    /// When nothing takes results any more.
    pub fn print_json_secret(&self, value: &impl Serialize) -> Result<(), GuideError> {
        Ok(write_line(&mut self.results.open_for_secret()?, value)?)
    }

    /// Prints a result for a machine: one JSON document on one line.
    ///
    /// # Errors
    /// When nothing takes results any more.
    pub fn print_json(&self, value: &impl Serialize) -> Result<(), GuideError> {
        Ok(write_line(&mut self.results.open()?, value)?)
    }

    /// Lets `work` speak with one person in that person's own language.
    pub fn speaking<T>(&mut self, language: Language, work: impl FnOnce(&mut Context) -> T) -> T {
        let before = std::mem::replace(&mut self.language, language);
        self.desk.speak(language);
        let done = work(self);
        self.language = before;
        self.desk.speak(before);
        done
    }

    /// Says something in the language of the desk.
    pub fn say(&mut self, what: &impl Say) {
        let words = what.say(self.language);
        self.desk.tell(&words);
    }
}
