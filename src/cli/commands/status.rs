//! `status`: what vaults are in, on one screen or for a machine, and with an exit status for whoever watches them.

use std::path::{Path, PathBuf};

use super::feeds;
use crate::ceremony::{Ledger, StatusReport};
use crate::guide::status::report_of;
use crate::guide::{Context, End, GuideError};
use crate::language::Say;
use crate::report::{Document, short_screen, whole_screen};

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(value_name = "VAULT")]
    vaults: Vec<PathBuf>,
    #[command(flatten)]
    feeds: feeds::Feeds,
}

pub fn run(context: &mut Context, arguments: &Arguments) -> Result<End, GuideError> {
    let [first, second, ..] = arguments.vaults.as_slice() else {
        let path = arguments.vaults.first().cloned().map_or_else(|| context.vault_path(), Ok)?;
        if arguments.feeds.any() {
            return feeds::run(context, &arguments.feeds, &[path]);
        }
        let (ledger, report) = read(context, &path)?;
        let screen = whole_screen(context.language, &context.zone, &ledger, &report);
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
            let lines = short_screen(context.language, &context.zone, &ledger, &report);
            print(context, &ledger, &report, &lines)
        });
        results.push(told.unwrap_or_else(|error| {
            let why = error.say(context.language);
            context.desk.tell(&format!("{}: {why}", path.display()));
            End::Failed
        }));
    }
    Ok(worst(&results))
}

/// The exit status of several vaults.
pub fn worst(results: &[End]) -> End {
    [End::Failed, End::SomethingIsDue].into_iter().find(|status| results.contains(status)).unwrap_or(End::Done)
}

pub fn read(context: &Context, path: &Path) -> Result<(Ledger<'static>, StatusReport), GuideError> {
    let ledger = context.read_at(path)?;
    let report = report_of(context, &ledger)?;
    Ok((ledger, report))
}

fn print(context: &Context, ledger: &Ledger<'_>, report: &StatusReport, words: &str) -> Result<End, GuideError> {
    if context.is_for_machine() {
        context.print_json(&Document::of(ledger, report))?;
    } else {
        context.print(words)?;
    }
    Ok(if report.is_calm() { End::Done } else { End::SomethingIsDue })
}
