//! `completions` and `man`: what shells and `man` know of the command line, made from the command line itself.

use std::path::{Path, PathBuf};

use clap::Command;

use crate::cli::localise;
use crate::guide::new_file::standing_folder;
use crate::guide::{Context, End, GuideError};
use crate::language::messages::report as text;
use crate::store::{Readers, replace_file};

/// The section of commands.
const SECTION: &str = "1";

#[derive(clap::Args)]
pub struct Completions {
    #[arg(value_name = "SHELL")]
    shell: clap_complete::Shell,
}

#[derive(clap::Args)]
pub struct Man {
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Prints the completions of one shell.
pub fn completions(context: &mut Context, arguments: &Completions) -> Result<End, GuideError> {
    let mut command = localise::command(context.language);
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "breakglass", &mut script);
    context.print_as_it_is(String::from_utf8_lossy(&script).trim_end())?;
    Ok(End::Done)
}

/// Writes a page for the program and one for each command below it.
pub fn pages(context: &mut Context, arguments: &Man) -> Result<End, GuideError> {
    standing_folder(context, &arguments.folder)?;
    let mut command = localise::command(context.language);
    command.build();
    let count = write_page(&command, "breakglass", &arguments.folder)?;
    context.desk.tell(&text::PagesWritten { count, folder: arguments.folder.display() }.say(context.language));
    Ok(End::Done)
}

/// Writes the page of a command and of those below it. Gives their number.
fn write_page(command: &Command, name: &str, folder: &Path) -> Result<usize, GuideError> {
    // clap keeps names for as long as the program runs; these are few and it ends at once.
    let title: &'static str = String::leak(name.to_owned());
    let page = clap_mangen::Man::new(command.clone().name(title)).title(name.to_uppercase()).section(SECTION);
    let mut bytes = Vec::new();
    page.render(&mut bytes).map_err(GuideError::Output)?;
    replace_file(&folder.join(format!("{name}.{SECTION}")), &bytes, Readers::Everyone)?;
    let mut count = 1;
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        count += write_page(below, &format!("{name}-{}", below.get_name()), folder)?;
    }
    Ok(count)
}
