//! `status`: what vaults are in, on one screen or for a machine, and with an exit status for whoever watches them.

mod agenda;
mod document;
mod feeds;
mod metrics;
mod screen;

use std::path::{Path, PathBuf};

use crate::ceremony::{Ledger, StatusReport, status};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::journal::Calendar;
use crate::language::Say;

/// Nothing is due.
const CALM: u8 = 0;
/// At least one vault could not be read.
const FAILED: u8 = 1;
/// Something is due.
const DUE: u8 = 3;

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(value_name = "VAULT")]
    vaults: Vec<PathBuf>,
    #[command(flatten)]
    feeds: feeds::Feeds,
}

pub fn run(context: &mut Context, arguments: &Arguments) -> Result<u8, CliError> {
    let [first, second, ..] = arguments.vaults.as_slice() else {
        let path = arguments.vaults.first().cloned().map_or_else(|| context.vault_path(), Ok)?;
        if arguments.feeds.any() {
            return feeds::run(context, &arguments.feeds, &[path]);
        }
        let (ledger, report) = read(context, &path)?;
        let screen = screen::whole(context.language, &context.zone, &ledger, &report);
        let status = print(context, &ledger, &report, &screen);
        // The program ends here. Everything in a ledger is public, and taking ten thousand events apart and wiping each would take a
        // tenth of the whole time.
        std::mem::forget(ledger);
        return status;
    };
    if arguments.feeds.any() {
        return feeds::run(context, &arguments.feeds, &arguments.vaults);
    }
    let mut results = Vec::new();
    for path in [first, second].into_iter().chain(&arguments.vaults[2..]) {
        let told = read(context, path).and_then(|(ledger, report)| {
            let lines = screen::short(context.language, &context.zone, &ledger, &report);
            print(context, &ledger, &report, &lines)
        });
        results.push(told.unwrap_or_else(|error| {
            let why = error.say(context.language);
            context.desk.tell(&format!("{}: {why}", path.display()));
            FAILED
        }));
    }
    Ok(worst(&results))
}

/// The exit status of several vaults.
fn worst(results: &[u8]) -> u8 {
    [FAILED, DUE].into_iter().find(|status| results.contains(status)).unwrap_or(CALM)
}

/// The screen of one vault, as `status` shows it.
pub fn screen(context: &Context, ledger: &Ledger<'_>) -> Result<String, CliError> {
    let report = status(ledger, Calendar::default(), context.now())?;
    Ok(screen::whole(context.language, &context.zone, ledger, &report))
}

fn read(context: &Context, path: &Path) -> Result<(Ledger<'static>, StatusReport), CliError> {
    let ledger = context.read_at(path)?;
    let report = status(&ledger, Calendar::default(), context.now())?;
    Ok((ledger, report))
}

fn print(context: &Context, ledger: &Ledger<'_>, report: &StatusReport, words: &str) -> Result<u8, CliError> {
    if context.json {
        context.print_json(&document::Document::of(ledger, report))?;
    } else {
        context.print(words)?;
    }
    Ok(if report.is_calm() { CALM } else { DUE })
}
