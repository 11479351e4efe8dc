//! The command line's own words, in both languages. clap lays help out; every sentence in it comes from the message files `help`.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, Command, CommandFactory};

use super::arguments::Arguments;
use super::environment::{columns_of, language_of_environment};
use super::exit::MISUSED;
use super::help::help_of;
use super::mistake::{chain_of, mistake};
use crate::desk::flowing;
use crate::language::{Language, messages::help};

/// The language of this call: `--language` wherever it stands, else the locale's.
pub fn language_of(arguments: &[OsString]) -> Language {
    let texts: Vec<&str> = arguments.iter().map(|argument| argument.to_str().unwrap_or_default()).collect();
    let named = texts.iter().enumerate().find_map(|(place, text)| match text.strip_prefix("--language")? {
        "" => texts.get(place + 1)?.parse().ok(),
        rest => rest.strip_prefix('=')?.parse().ok(),
    });
    named.unwrap_or_else(language_of_environment)
}

/// The command line with its help in this language.
pub fn command(language: Language) -> Command {
    let flag = |name: &'static str, short: char, action: ArgAction| {
        Arg::new(name)
            .short(short)
            .long(name)
            .action(action)
            .display_order(3)
            .help(help::find(language, name).unwrap_or_default())
    };
    let command = Arguments::command()
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .arg(flag("help", 'h', ArgAction::Help).global(true))
        .arg(flag("version", 'V', ArgAction::Version));
    worded(command, language, "")
}

/// Gives a command, its options and its subcommands their words: `init`, `init__name`, and for options of many commands `any__json`.
fn worded(command: Command, language: Language, path: &str) -> Command {
    let about = help::find(language, if path.is_empty() { "about" } else { path });
    let mut command = command
        .about(about.unwrap_or_default())
        .subcommand_help_heading(help::commands(language))
        .subcommand_value_name(help::command(language))
        .mut_args(|argument| worded_argument(argument, language, path));
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        let path = if path.is_empty() { key(&name) } else { format!("{path}_{}", key(&name)) };
        command = command.mut_subcommand(&name, |sub| worded(sub, language, &path));
    }
    command
}

fn worded_argument(argument: Arg, language: Language, path: &str) -> Arg {
    let id = argument.get_id().as_str().to_owned();
    let heading = if argument.is_positional() { help::arguments(language) } else { help::options(language) };
    let argument = argument.help_heading(heading).display_order(if is_own(path, &id) { 1 } else { 2 });
    let argument = match argument.get_value_names().and_then(|names| names.first()).map(ToString::to_string) {
        Some(name) => argument.value_name(value_name(language, path, &id, &name)),
        None => argument,
    };
    let Some(words) = words_of(language, path, &id) else { return argument };
    let help = [words].into_iter().chain(notes(&argument, language)).collect::<Vec<_>>();
    let help = help.join(if language == Language::Japanese { "" } else { " " });
    let takes_values = argument.get_action().takes_values();
    argument.help(help).hide_default_value(takes_values).hide_possible_values(takes_values)
}

/// What clap would say of an argument in English only: what it is when it is not given, which values it can have, its other names.
fn notes(argument: &Arg, language: Language) -> Vec<String> {
    let mut notes = Vec::new();
    if !argument.get_action().takes_values() {
        return notes;
    }
    let defaults: Vec<String> =
        argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    if !defaults.is_empty() {
        notes.push(help::note_default(language, list(language, &defaults)));
    }
    let possible: Vec<String> =
        argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    // Few values stand behind the option already: `--paper <a4|letter>`.
    let placeholder = argument.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
    let told = |value: &String| placeholder.as_ref().is_some_and(|names| names.split('|').any(|name| name == value));
    if !possible.iter().all(told) {
        notes.push(help::note_possible(language, list(language, &possible)));
    }
    let aliases: Vec<String> =
        argument.get_visible_aliases().unwrap_or_default().iter().map(|name| format!("--{name}")).collect();
    if !aliases.is_empty() {
        notes.push(help::note_aliases(language, list(language, &aliases)));
    }
    notes
}

/// Words one after the other, as the language lists them.
pub fn list(language: Language, words: &[String]) -> String {
    let joined = words.iter().cloned().reduce(|before, last| help::ListOf { before, last }.say(language));
    joined.unwrap_or_default()
}

/// Whether an argument is one of this command alone.
pub fn is_own(path: &str, id: &str) -> bool {
    help::find(Language::English, &format!("{path}__{}", key(id))).is_some()
}

/// The path of a command as the message files have it: `card_check`; that of the program itself is empty.
pub fn path_of(chain: &[&Command]) -> String {
    chain.iter().skip(1).map(|command| key(command.get_name())).collect::<Vec<_>>().join("_")
}

fn key(name: &str) -> String {
    name.replace('-', "_")
}

/// What is said of an argument.
fn words_of(language: Language, path: &str, id: &str) -> Option<String> {
    let id = key(id);
    let words = help::find(language, &format!("{path}__{id}")).or_else(|| help::find(language, &format!("any__{id}")));
    words.map(|words| in_words(language, &words))
}

/// What stands for an argument's value: its own word, or the one for all values of its kind.
fn value_name(language: Language, path: &str, id: &str, name: &str) -> String {
    let id = key(id);
    let own = [path, "any"].into_iter().find_map(|path| help::find(language, &format!("{path}__{id}__value")));
    own.unwrap_or_else(|| in_words(language, name))
}

/// `text` with the names of values (`FILE`, `DIR`) in the reader's language, wherever they stand in it.
fn in_words(language: Language, text: &str) -> String {
    let is_name = |character: char| character.is_ascii_uppercase() || character == '_';
    let mut said = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let name = &rest[..rest.find(|character| !is_name(character)).unwrap_or(rest.len())];
        let known = is_name_of_value(name).then(|| help::find(language, &format!("value_{}", name.to_lowercase())));
        rest = &rest[name.len()..];
        match known.flatten() {
            // Latin words stand apart from Japanese ones; Japanese ones do not from each other.
            Some(word) if !word.is_ascii() => {
                said.truncate(said.trim_end_matches(' ').len());
                said.push_str(&word);
                let apart =
                    rest.strip_prefix(' ').filter(|further| further.starts_with(|first: char| !first.is_ascii()));
                rest = apart.unwrap_or(rest);
            }
            known => said.push_str(known.as_deref().unwrap_or(name)),
        }
        let other = rest.find(is_name).unwrap_or(rest.len());
        said.push_str(&rest[..other]);
        rest = &rest[other..];
    }
    said
}

/// Whether a sentence means a value by this word. ID, URL and the like are words of the language.
fn is_name_of_value(name: &str) -> bool {
    name.len() > 2 && name != "URL"
}

/// Prints what clap has to say, in the reader's words: help and version to standard output, a mistake to standard error with status 2.
pub fn report(error: &clap::Error, arguments: &[OsString], language: Language) -> ExitCode {
    if error.kind() == ErrorKind::DisplayVersion {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let mut program = command(language);
    program.build();
    let chain = chain_of(&program, arguments);
    if error.kind() == ErrorKind::DisplayHelp {
        let help = help_of(&chain, language, columns_of(&io::stdout()));
        // A reader that went away has seen enough.
        let _ = writeln!(io::stdout(), "{help}");
        return ExitCode::SUCCESS;
    }
    let width = columns_of(&io::stderr());
    eprintln!("{}", flowing(&mistake(error, &chain, arguments, language), width).join("\n"));
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        eprintln!("\n{}", help_of(&chain, language, width));
    }
    ExitCode::from(MISUSED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::TypedHead;
    use crate::ids::EpochId;
    use crate::language::Say;
    use crate::second_factor::FactorError;
    use crate::vault::FormatError;

    #[test]
    fn every_command_and_every_option_has_its_words_in_both_languages() {
        fn check(command: &Command, language: Language, path: &str) {
            assert!(command.get_about().is_some(), "{path} has no words in {language}");
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{path} {} has no words in {language}", argument.get_id());
                if !["help", "version"].contains(&argument.get_id().as_str()) {
                    let words = words_of(language, path, argument.get_id().as_str());
                    assert!(words.is_some(), "{path}__{} is not in help.{language}.txt", argument.get_id());
                }
            }
            for sub in command.get_subcommands() {
                let name = sub.get_name().replace('-', "_");
                check(sub, language, &if path.is_empty() { name } else { format!("{path}_{name}") });
            }
        }
        for language in Language::ALL {
            check(&command(language), language, "");
        }
    }

    #[test]
    fn a_value_that_our_own_types_refuse_is_told_in_the_reader_s_language() {
        for (words, why) in [
            ("unseal --entry a --field totp --clock soon", FactorError::BadCorrection.say(Language::Japanese)),
            ("unseal --entry A --field totp", FormatError::BadEntryId("A".to_owned()).say(Language::Japanese)),
            ("put a --title b --epoch xyz", "xyz".parse::<EpochId>().unwrap_err().say(Language::Japanese)),
            ("status --anchor xyz", "xyz".parse::<TypedHead>().unwrap_err().say(Language::Japanese)),
        ] {
            let words = ["breakglass"].into_iter().chain(words.split(' '));
            let words: Vec<OsString> = words.map(OsString::from).collect();
            let error = command(Language::Japanese).try_get_matches_from(&words).unwrap_err();
            let refused = mistake(&error, &[&command(Language::Japanese)], &words, Language::Japanese);
            assert!(refused.contains(&why) && refused.contains("指定できません"), "{refused}");
        }
    }

    #[test]
    fn the_language_is_the_option_s_wherever_it_stands() {
        let of = |words: &[&str]| language_of(&words.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(of(&["breakglass", "status", "--language", "ja"]), Language::Japanese);
        assert_eq!(of(&["breakglass", "--language=ja", "status"]), Language::Japanese);
        assert_eq!(of(&["breakglass", "--language=en"]), Language::English);
    }
}
