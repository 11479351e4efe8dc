//! The command line's own words, in both languages. clap lays help out; every sentence in it comes from the message files `help`.

use std::error::Error;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ContextKind;
use clap::{Arg, ArgAction, Command, CommandFactory};

use super::arguments::Arguments;
use super::environment::language_of_environment;
use super::exit::MISUSED;
use crate::card::NotAHead;
use crate::desk::printable;
use crate::ids::NotHex;
use crate::language::{Language, Say, messages::help};
use crate::second_factor::FactorError;
use crate::vault::FormatError;

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
    let find = |key: &str| help::find(language, key);
    let about = find(if path.is_empty() { "about" } else { path });
    let template = format!("{{about}}\n\n{} {{usage}}\n\n{{all-args}}{{after-help}}", help::usage(language));
    let mut command = command
        .about(about.unwrap_or_default())
        .help_template(template)
        .subcommand_help_heading(help::commands(language))
        .subcommand_value_name(help::command(language))
        .mut_args(|argument| {
            let heading = if argument.is_positional() { help::arguments(language) } else { help::options(language) };
            let words = words_of(language, path, argument.get_id().as_str());
            let own =
                help::find(language, &format!("{path}__{}", argument.get_id().as_str().replace('-', "_"))).is_some();
            // A command's own options come first, those of many commands after them.
            let argument = argument.help_heading(heading).display_order(if own { 1 } else { 2 });
            match words {
                Some(words) => argument.help(words),
                None => argument,
            }
        });
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        let path = if path.is_empty() { name.replace('-', "_") } else { format!("{path}_{}", name.replace('-', "_")) };
        command = command.mut_subcommand(&name, |sub| worded(sub, language, &path));
    }
    command
}

fn words_of(language: Language, path: &str, id: &str) -> Option<String> {
    let id = id.replace('-', "_");
    help::find(language, &format!("{path}__{id}")).or_else(|| help::find(language, &format!("any__{id}")))
}

/// Prints what clap has to say: help and version to standard output, a mistake to standard error with status 2.
pub fn report(error: &clap::Error, language: Language) -> ExitCode {
    if let Some(refused) = refused_value(error, language) {
        eprintln!("{}\n{}", help::mistaken(language), printable(&refused));
        return ExitCode::from(MISUSED);
    }
    if error.use_stderr() && language == Language::Japanese {
        eprintln!("{}", help::mistaken(language));
    }
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(MISUSED))
}

/// Which value our own types refused, and why, as they say it themselves: clap would have it in English only.
fn refused_value(error: &clap::Error, language: Language) -> Option<String> {
    let cause = error.source()?;
    let why = said::<FormatError>(cause, language)
        .or_else(|| said::<FactorError>(cause, language))
        .or_else(|| said::<NotAHead>(cause, language))
        .or_else(|| said::<NotHex>(cause, language))?;
    let named = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    Some(help::refused(language, named(ContextKind::InvalidArg), named(ContextKind::InvalidValue), why))
}

fn said<E: Say + Error + 'static>(cause: &(dyn Error + 'static), language: Language) -> Option<String> {
    cause.downcast_ref::<E>().map(|error| error.say(language))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::TypedHead;
    use crate::ids::EpochId;

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
            let error = command(Language::Japanese).try_get_matches_from(words).unwrap_err();
            let refused = refused_value(&error, Language::Japanese).expect("the type says why");
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
