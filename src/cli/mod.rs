//! The command line: words that people type become requests, and how a conversation ended becomes an exit status. Only here stands what
//! reads the environment, and the choice of who answers.

mod arguments;
mod card_paper;
mod commands;
mod desk;
mod environment;
mod exit;
mod help;
mod localise;
mod mistake;
mod number;
mod people;

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::FromArgMatches;

use arguments::Arguments;
use exit::{status, status_of_error};

use crate::desk::{Desk, flowing};
use crate::guide::{Context, GuideError};
use crate::language::{Language, Say, messages::cli as text};
use crate::system::memory::memory_could_not_be_locked;
use crate::system::{Hardening, Swap, hibernates, swap};

/// Runs the program with these arguments, the program's name first, and gives its exit status: 0 done, 1 failed, 2 misused, 3
/// something is due, 4 a vault closed itself since nobody was there, 130 interrupted.
pub fn run(arguments: Vec<OsString>, hardening: &Hardening) -> ExitCode {
    let language = localise::language_of(&arguments);
    let matches = localise::command(language).try_get_matches_from(&arguments);
    let arguments = match matches.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(understood) => understood,
        Err(error) => return localise::report(&error, &arguments, language),
    };
    let mut context = match arguments.context(language) {
        Ok(context) => context,
        Err(error) => return fail(&error, language),
    };
    let handles_secrets = arguments.command.handles_secrets();
    if handles_secrets {
        warn(&mut context, hardening);
    }
    let ended = commands::run(&mut context, arguments.command);
    // It may have been allowed at first, and not for as much as was needed.
    if handles_secrets && hardening.memory_is_locked && memory_could_not_be_locked() {
        context.desk.tell(&text::memory_is_not_locked(context.language));
    }
    match ended {
        Ok(end) => ExitCode::from(status(end)),
        Err(error) => {
            context.desk.tell(&format!("breakglass: {}", error.say(language)));
            ExitCode::from(status_of_error(&error))
        }
    }
}

/// Runs the program with these arguments at a desk that the caller brings, and keeps what this machine knows in `pins`. Gives the exit
/// status.
///
/// # Errors
/// When the command could not be done.
pub fn run_at(desk: Box<dyn Desk>, pins: &Path, arguments: Vec<OsString>) -> Result<u8, GuideError> {
    let language = localise::language_of(&arguments);
    let matches = localise::command(language).try_get_matches_from(&arguments);
    let arguments = match matches.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(understood) => understood,
        Err(error) => {
            localise::report(&error, &arguments, language);
            return Ok(2);
        }
    };
    let mut context = arguments.context_at(language, desk);
    context.keep_pins_in(pins);
    commands::run(&mut context, arguments.command).map(status)
}

fn fail(error: &GuideError, language: Language) -> ExitCode {
    let said = format!("breakglass: {}", error.say(language));
    eprintln!("{}", flowing(&said, environment::columns_of(&io::stderr())).join("\n"));
    ExitCode::from(status_of_error(error))
}

/// What this machine could not do for secrets in memory.
fn warn(context: &mut Context, hardening: &Hardening) {
    let language = context.language;
    if swap() == Swap::On {
        let words = if cfg!(windows) { text::page_file_is_on } else { text::swap_is_on };
        context.desk.tell(&words(language));
    }
    if hibernates() {
        context.desk.tell(&text::hibernation_is_on(language));
    }
    if !hardening.memory_is_locked {
        context.desk.tell(&text::memory_is_not_locked(language));
    }
    if !hardening.dumps_are_off {
        context.desk.tell(&text::dumps_are_on(language));
    }
}
