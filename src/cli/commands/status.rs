//! `status`: what vaults are in, on one screen or for a machine, and with an exit status for whoever watches them.

mod agenda;
mod document;
mod duty;
mod feeds;
mod metrics;
mod screen;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use duty::part_label;

use crate::ceremony::{Ledger, StampBook, StatusReport, VerifyDepth, status, verify_files};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::exit::{DONE, FAILED, SOMETHING_IS_DUE};
use crate::journal::Calendar;
use crate::language::Say;

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
    [FAILED, SOMETHING_IS_DUE].into_iter().find(|status| results.contains(status)).unwrap_or(DONE)
}

/// The screen of one vault, as `status` shows it.
pub fn screen(context: &Context, ledger: &Ledger<'_>) -> Result<String, CliError> {
    let report = report_of(context, ledger)?;
    Ok(screen::whole(context.language, &context.zone, ledger, &report))
}

fn read(context: &Context, path: &Path) -> Result<(Ledger<'static>, StatusReport), CliError> {
    let ledger = context.read_at(path)?;
    let report = report_of(context, &ledger)?;
    Ok((ledger, report))
}

/// The one report from which screen, document, metrics, calendar and exit status are made.
fn report_of(context: &Context, ledger: &Ledger<'_>) -> Result<StatusReport, CliError> {
    let stamps = StampBook::new(context.pins());
    let files = verify_files(ledger, VerifyDepth::Stamped(&stamps))?;
    Ok(status(ledger, files, Calendar::default(), context.now())?)
}

fn print(context: &Context, ledger: &Ledger<'_>, report: &StatusReport, words: &str) -> Result<u8, CliError> {
    if context.json {
        context.print_json(&document::Document::of(ledger, report))?;
    } else {
        context.print(words)?;
    }
    Ok(if report.is_calm() { DONE } else { SOMETHING_IS_DUE })
}
