//! `status --ics` and `status --prometheus`: the same status for calendars and for monitoring, in place of the screen.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::status::{read, worst};
use crate::guide::new_file::folder_of;
use crate::guide::{Context, End, GuideError};
use crate::language::{Say, messages::calendar as text};
use crate::report::icalendar::{Heading, Reminder, calendar};
use crate::report::{Measured, exposition, reminders as reminders_of};
use crate::store::{Readers, is_inside, replace_file};

/// Standard output.
const DASH: &str = "-";

#[derive(clap::Args)]
pub struct Feeds {
    #[arg(long, value_name = "FILE")]
    ics: Option<PathBuf>,
    #[arg(long, value_name = "FILE.prom", num_args = 0..=1, default_missing_value = DASH)]
    prometheus: Option<PathBuf>,
}

impl Feeds {
    /// Whether any was asked for.
    pub fn any(&self) -> bool {
        self.ics.is_some() || self.prometheus.is_some()
    }

    /// Refuses, before anything is read, what could not be written as it is meant.
    fn check(&self, context: &Context, vaults: &[PathBuf]) -> Result<(), GuideError> {
        let to_output = [&self.ics, &self.prometheus].into_iter().flatten().filter(|path| is_dash(path)).count();
        if to_output + usize::from(context.is_for_machine()) > 1 || (context.is_for_machine() && to_output == 0) {
            return Err(GuideError::Usage(text::one_output));
        }
        if let Some(path) = self.prometheus.as_ref().filter(|path| !is_dash(path)) {
            // node_exporter passes over every other name without a word.
            if path.extension().is_none_or(|extension| extension != "prom") {
                return Err(GuideError::File(path.clone(), text::not_prom(context.language)));
            }
        }
        for path in [&self.ics, &self.prometheus].into_iter().flatten().filter(|path| !is_dash(path)) {
            if vaults.iter().any(|vault| is_inside(path, vault)) {
                return Err(GuideError::File(path.clone(), text::inside_vault(context.language)));
            }
            folder_of(context, path)?;
        }
        Ok(())
    }
}

/// Writes what was asked for, of all vaults that can be read; the others are told.
pub fn run(context: &mut Context, feeds: &Feeds, vaults: &[PathBuf]) -> Result<End, GuideError> {
    feeds.check(context, vaults)?;
    let mut reminders = Vec::new();
    let mut measured: Vec<Measured> = Vec::new();
    let mut results = Vec::new();
    for path in vaults {
        let folder = path.display().to_string();
        let found = match read(context, path) {
            Ok((ledger, report)) => {
                reminders.extend(reminders_of(context.language, &context.zone, &ledger, &report));
                results.push(if report.is_calm() { End::Done } else { End::SomethingIsDue });
                Some((report, ledger.history().events.len()))
            }
            Err(error) => {
                let why = error.say(context.language);
                context.desk.tell(&format!("{folder}: {why}"));
                results.push(End::Failed);
                None
            }
        };
        // A sample stands once; the same folder can be named twice.
        if measured.iter().all(|known| known.folder != folder) {
            measured.push(Measured { folder, read: found });
        }
    }
    if let Some(path) = &feeds.prometheus {
        write(path, &exposition(&measured), Readers::Everyone)?;
    }
    // A calendar that lacks a vault would look as if nothing were due there.
    if let Some(path) = feeds.ics.as_ref().filter(|_| !results.contains(&End::Failed)) {
        reminders.sort_by(|one, other| (one.day, &one.uid).cmp(&(other.day, &other.uid)));
        reminders.dedup_by(|one, other| one.uid == other.uid);
        write_calendar(context, path, &measured, &reminders)?;
    }
    Ok(worst(&results))
}

fn write_calendar(
    context: &mut Context,
    path: &Path,
    vaults: &[Measured],
    reminders: &[Reminder],
) -> Result<(), GuideError> {
    let language = context.language;
    let names: Vec<&str> = vaults.iter().filter_map(|vault| Some(vault.read.as_ref()?.0.name.as_str())).collect();
    let heading = Heading { name: text::name(language, names.join(", ")), language, stamp: context.now() };
    write(path, &calendar(&heading, reminders), Readers::Owner)?;
    if !is_dash(path) {
        context.print(&text::Written { count: reminders.len(), path: path.display() }.say(language))?;
    }
    Ok(())
}

fn write(path: &Path, content: &str, readers: Readers) -> Result<(), GuideError> {
    if is_dash(path) {
        let mut output = std::io::stdout().lock();
        output.write_all(content.as_bytes())?;
        return Ok(output.flush()?);
    }
    Ok(replace_file(path, content.as_bytes(), readers)?)
}

fn is_dash(path: &Path) -> bool {
    path.as_os_str() == DASH
}
