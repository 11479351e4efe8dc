//! What is wrong with a command line, in the reader's words. clap finds it and would say it in English only.

use std::error::Error;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};

use super::localise::list;
use super::number::NotANumber;
use crate::card::NotAHead;
use crate::ids::NotHex;
use crate::language::{Language, Say, messages::help as text};
use crate::second_factor::FactorError;
use crate::vault::FormatError;

/// The commands that `words` name, one below the other, from the program itself on.
pub fn chain_of<'c>(program: &'c Command, words: &[OsString]) -> Vec<&'c Command> {
    let mut chain = vec![program];
    let mut command = program;
    let mut words = words.iter().skip(1).map(|word| word.to_str().unwrap_or_default());
    while let Some(word) = words.next().filter(|word| *word != "--") {
        if let Some(name) = word.strip_prefix("--") {
            if option_named(&chain, name).is_some_and(|option| option.get_action().takes_values()) {
                words.next();
            }
        } else if let Some(below) = command.find_subcommand(word) {
            chain.push(below);
            command = below;
        }
    }
    chain
}

/// The option of this name, of the last command or of those above it.
fn option_named<'c>(chain: &[&'c Command], name: &str) -> Option<&'c Arg> {
    let options = chain.iter().rev().flat_map(|command| command.get_arguments());
    options.into_iter().find(|option| option.get_long() == Some(name))
}

/// What is wrong, and the one thing to do about it.
pub fn mistake(error: &clap::Error, chain: &[&Command], words: &[OsString], language: Language) -> String {
    let command = chain.iter().map(|command| command.get_name()).collect::<Vec<_>>().join(" ");
    let told = Mistake { error, chain, words, language, command: &command };
    let mut lines = vec![text::mistaken(language)];
    lines.extend(told.sentences());
    // The help itself follows that one.
    if error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        lines.push(text::see_help(language, &command));
    }
    lines.join("\n")
}

struct Mistake<'a> {
    error: &'a clap::Error,
    chain: &'a [&'a Command],
    words: &'a [OsString],
    language: Language,
    /// The command as it is typed.
    command: &'a str,
}

impl Mistake<'_> {
    fn sentences(&self) -> Vec<String> {
        let language = self.language;
        let option = || name_of(&self.one(ContextKind::InvalidArg));
        match self.error.kind() {
            ErrorKind::UnknownArgument => self.unknown(&self.one(ContextKind::InvalidArg)),
            ErrorKind::InvalidSubcommand => self.no_command(&self.one(ContextKind::InvalidSubcommand)),
            ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                vec![text::command_missing(language, self.command)]
            }
            ErrorKind::MissingRequiredArgument => {
                let missing: Vec<String> = self.all(ContextKind::InvalidArg).iter().map(|name| one_of(name)).collect();
                vec![text::still_needed(language, list(language, &missing))]
            }
            ErrorKind::InvalidValue => self.not_possible(),
            ErrorKind::ValueValidation => vec![self.refused(&self.reason())],
            ErrorKind::TooManyValues => {
                vec![text::TakesNoValue { option: option(), value: self.one(ContextKind::InvalidValue) }.say(language)]
            }
            ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => vec![text::needs_value(language, option())],
            ErrorKind::NoEquals => vec![text::needs_equals(language, option())],
            ErrorKind::ArgumentConflict => vec![self.conflict()],
            ErrorKind::InvalidUtf8 => vec![text::not_utf8(language)],
            _ => Vec::new(),
        }
    }

    /// A word that the command does not know: an option, or one word too many.
    fn unknown(&self, word: &str) -> Vec<String> {
        let language = self.language;
        if !word.starts_with('-') {
            return vec![self.one_too_many(word)];
        }
        let mut lines = vec![text::NoSuchOption { option: word, command: self.command }.say(language)];
        let elsewhere = self.commands_with(word.trim_start_matches('-'));
        if !elsewhere.is_empty() {
            lines.push(text::OptionOfOthers { option: word, commands: list(language, &elsewhere) }.say(language));
        } else if let Some(meant) = self.all(ContextKind::SuggestedArg).first() {
            lines.push(text::meant(language, meant));
        } else if self.chain.last().is_some_and(|command| command.get_positionals().next().is_some()) {
            lines.push(text::as_a_value(language, word));
        }
        lines
    }

    fn one_too_many(&self, word: &str) -> String {
        let language = self.language;
        let is_command = self.chain.last().is_some_and(|command| command.find_subcommand(word).is_some());
        if is_command && self.words.iter().any(|given| given == "--") {
            return text::dashes_before(language, word);
        }
        let place = self.words.iter().position(|given| given == word).unwrap_or_default();
        let before = self.words.get(place.wrapping_sub(1)).and_then(|before| before.to_str()).unwrap_or_default();
        match before.strip_prefix("--").and_then(|name| option_named(self.chain, name)) {
            Some(option) if option.is_require_equals_set() => text::needs_equals(language, before),
            Some(option) if !option.get_action().takes_values() => {
                text::TakesNoValue { option: before, value: word }.say(language)
            }
            _ => text::OneTooMany { word, command: self.command }.say(language),
        }
    }

    /// The commands that have this option, each as it is typed.
    fn commands_with(&self, name: &str) -> Vec<String> {
        let mut found = Vec::new();
        if let Some(program) = self.chain.first() {
            collect(program, name, program.get_name(), &mut found);
        }
        found
    }

    fn no_command(&self, word: &str) -> Vec<String> {
        let language = self.language;
        let meant: Vec<String> = self
            .all(ContextKind::SuggestedSubcommand)
            .iter()
            .map(|name| format!("`{} {name}`", self.command))
            .collect();
        let known = self.chain.last().into_iter().flat_map(|command| command.get_subcommands());
        let known: Vec<String> = known.map(|command| command.get_name().to_owned()).collect();
        vec![
            text::no_such_command(language, word),
            match meant.is_empty() {
                false => text::meant(language, list(language, &meant)),
                true => text::commands_are(language, list(language, &known)),
            },
        ]
    }

    fn not_possible(&self) -> Vec<String> {
        let language = self.language;
        let values = self.all(ContextKind::ValidValue);
        let possible = (!values.is_empty()).then(|| text::possible(language, list(language, &values)));
        if self.one(ContextKind::InvalidValue).is_empty() {
            let missing = text::needs_value(language, name_of(&self.one(ContextKind::InvalidArg)));
            return std::iter::once(missing).chain(possible).collect();
        }
        let meant = self.all(ContextKind::SuggestedValue).first().map(|meant| text::meant(language, meant));
        std::iter::once(self.refused(&possible.unwrap_or_default())).chain(meant).collect()
    }

    fn refused(&self, why: &str) -> String {
        let option = name_of(&self.one(ContextKind::InvalidArg));
        text::Refused { option, value: self.one(ContextKind::InvalidValue), why }
            .say(self.language)
            .trim_end()
            .to_owned()
    }

    /// Why a value was refused, as the type that refused it says itself.
    fn reason(&self) -> String {
        let language = self.language;
        let said = self.error.source().and_then(|cause| {
            said::<FormatError>(cause, language)
                .or_else(|| said::<FactorError>(cause, language))
                .or_else(|| said::<NotAHead>(cause, language))
                .or_else(|| said::<NotHex>(cause, language))
                .or_else(|| said::<NotANumber>(cause, language))
        });
        said.unwrap_or_else(|| text::cannot_be_used(language))
    }

    fn conflict(&self) -> String {
        let language = self.language;
        let option = name_of(&self.one(ContextKind::InvalidArg));
        let others: Vec<String> = self.all(ContextKind::PriorArg).iter().map(|name| name_of(name)).collect();
        match others.as_slice() {
            [other] if *other == option => text::only_once(language, option),
            others => text::NotTogether { option, others: list(language, others) }.say(language),
        }
    }

    /// What clap says of one thing.
    fn one(&self, kind: ContextKind) -> String {
        self.all(kind).into_iter().next().unwrap_or_default()
    }

    /// What clap says of several.
    fn all(&self, kind: ContextKind) -> Vec<String> {
        match self.error.get(kind) {
            Some(ContextValue::String(one)) => vec![one.clone()],
            Some(ContextValue::Strings(several)) => several.clone(),
            _ => Vec::new(),
        }
    }
}

fn said<E: Say + Error + 'static>(cause: &(dyn Error + 'static), language: Language) -> Option<String> {
    cause.downcast_ref::<E>().map(|error| error.say(language))
}

fn collect(command: &Command, name: &str, path: &str, found: &mut Vec<String>) {
    if command.get_arguments().any(|option| option.get_long() == Some(name)) {
        found.push(format!("`{path}`"));
    }
    for below in command.get_subcommands() {
        collect(below, name, &format!("{path} {}", below.get_name()), found);
    }
}

/// An option without what stands for its value; a word without an option as it stands in the usage.
fn name_of(shown: &str) -> String {
    match shown.starts_with('-') {
        true => shown.split([' ', '=', '[']).next().unwrap_or(shown).to_owned(),
        false => shown.to_owned(),
    }
}

/// What is missing; of several that serve, each.
fn one_of(shown: &str) -> String {
    match shown.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) {
        Some(several) if several.contains("|--") => several.replace("|--", " / --"),
        _ => shown.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::{arguments::Arguments, localise};
    use super::*;
    use clap::FromArgMatches;

    /// Wrong command lines, each with what must be in the answer besides the command whose help it names.
    const WRONG: &[(&str, &str)] = &[
        ("", "breakglass"),
        ("--language en", "breakglass"),
        ("unsael", "`breakglass unseal`"),
        ("open", "custodian"),
        ("put", ">"),
        ("put a b", "b"),
        ("put a --titel b", "--title"),
        ("put a --title", "--title"),
        ("put a --title b --title c", "--title"),
        ("put a --generate letters", "characters"),
        ("put a --generate --value-from f", "--value-from"),
        ("put a --length 20", "--generate"),
        ("put a --generate --length ten", "65535"),
        ("put a --generate --length 0", "65535"),
        ("put a --as n", "--attach"),
        ("put a --totp --secret x", "--secret"),
        ("put a --serial 1", "--fido2-key"),
        ("put A", "A"),
        ("put a --secret", "--secret"),
        ("put --import f --standing maybe", "revise"),
        ("put a --standing new", "--import"),
        ("put a --json=yes", "--json"),
        ("put a -x", "-x"),
        ("put a --epoch xyz", "xyz"),
        ("init", ">"),
        ("init d --paper a3", "letter"),
        ("init d --paper a4 --text", "--text"),
        ("init d --threshold three", "255"),
        ("init d --threshold 300", "255"),
        ("init d --custodian A --roster f", "--roster"),
        ("init d --lock-with guessed", "chosen"),
        ("init d --lock-profile huge", "large"),
        ("init d --cards", "--cards"),
        ("unseal --seconds 2", "3600"),
        ("unseal --seconds soon", "3600"),
        ("unseal --seconds", "--seconds"),
        ("unseal --entry a", "--field"),
        ("unseal --field totp", "--entry"),
        ("unseal --entry a --field totp --clock soon", "soon"),
        ("unseal --entry a --field totp --code 0", "65535"),
        ("unseal --entry a --field totp --deposited 1", "--deposited=1"),
        ("unseal --entry a --field totp --deposited=0", "4294967295"),
        ("unseal --entry a --field totp --export d", "--export"),
        ("unseal --side-log-only", "--log-to"),
        ("unseal --titel", "--titel"),
        ("list everything", "everything"),
        ("list --cards f", "`breakglass unseal`"),
        ("status --language fr", "ja"),
        ("status --anchor xyz", "xyz"),
        ("status --vault", "--vault"),
        ("log", "`breakglass log`"),
        ("log shwo", "`breakglass log show`"),
        ("log add", ">"),
        ("log verify --file", "--files"),
        ("card", "`breakglass card`"),
        ("card relock", "`breakglass card lock`"),
        ("card lost", ">"),
        ("card check --header h --alone", "--alone"),
        ("card check --receipt r", "--header"),
        ("card destroyed", ">"),
        ("card destroyed A --all", "--all"),
        ("card destroyed A --cards-to d", "--files"),
        ("custodian leave", "depart"),
        ("custodian depart", ">"),
        ("rotate --stage --commit", "--commit"),
        ("rotate --without A", "--reason"),
        ("rotate --generate A", "A"),
        ("completions tcsh", "fish"),
        ("completions", ">"),
        ("man", ">"),
        ("merge", ">"),
        ("merge a b", "b"),
        ("copy", ">"),
        ("-- list", "list"),
    ];

    fn words_of(line: &str) -> Vec<OsString> {
        ["breakglass"].into_iter().chain(line.split_whitespace()).map(OsString::from).collect()
    }

    fn error_of(line: &str, language: Language) -> clap::Error {
        let matches = localise::command(language).try_get_matches_from(words_of(line));
        let Err(error) = matches.and_then(|matches| Arguments::from_arg_matches(&matches)) else {
            panic!("{line} is right");
        };
        error
    }

    fn told(line: &str, language: Language) -> String {
        let mut program = localise::command(language);
        program.build();
        let words = words_of(line);
        mistake(&error_of(line, language), &chain_of(&program, &words), &words, language)
    }

    /// What is neither a command, nor an option, nor what was typed, nor a value that can be.
    fn words_of_the_language(said: &str, line: &str) -> Vec<String> {
        let without_commands: String = said.split('`').step_by(2).collect();
        let mut program = localise::command(Language::English);
        program.build();
        let known: HashSet<String> = names_below(&program).chain(line.split([' ', '=']).map(str::to_owned)).collect();
        let pieces =
            without_commands.split(|character: char| !(character.is_ascii_alphanumeric() || "-_".contains(character)));
        let words = pieces.filter(|word| word.contains(|letter: char| letter.is_ascii_alphabetic()));
        words.filter(|word| !word.starts_with("--") && !known.contains(*word)).map(str::to_owned).collect()
    }

    fn names_below(command: &Command) -> Box<dyn Iterator<Item = String> + '_> {
        let values = command.get_arguments().filter(|argument| argument.get_action().takes_values());
        let values = values.flat_map(Arg::get_possible_values).map(|value| value.get_name().to_owned());
        let below = command.get_subcommands().flat_map(names_below);
        Box::new(std::iter::once(command.get_name().to_owned()).chain(values).chain(below))
    }

    #[test]
    fn a_wrong_command_line_is_answered_in_the_reader_s_language() {
        /// Short forms that Japanese sentences have too.
        const NAMES: [&str; 9] = ["ID", "UTF-8", "a", "f", "a-z", "s", "m", "h", "d"];
        for (line, names) in WRONG {
            let japanese = told(line, Language::Japanese);
            let english: Vec<String> = words_of_the_language(&japanese, line)
                .into_iter()
                .filter(|word| {
                    !NAMES.contains(&word.trim_start_matches(|sign: char| sign == '-' || sign.is_ascii_digit()))
                })
                .collect();
            assert!(english.is_empty(), "{line}: {english:?}\n{japanese}");
            assert!(japanese.contains(names), "{line}: {japanese}");
            let english = told(line, Language::English);
            assert!(english.chars().all(|letter| letter.is_ascii() || "“”’…—".contains(letter)), "{line}: {english}");
            assert!(english.contains(names) && english.lines().count() > 1, "{line}: {english}");
        }
    }

    #[test]
    fn every_answer_names_the_help_of_the_command_that_was_meant() {
        for (line, command) in [
            ("put a --titel b", "`breakglass put --help`"),
            ("--vault put list x", "`breakglass list --help`"),
            ("card check --receipt r", "`breakglass card check --help`"),
            ("unsael", "`breakglass --help`"),
        ] {
            for language in Language::ALL {
                assert!(told(line, language).contains(command), "{line}: {}", told(line, language));
            }
        }
    }

    #[test]
    fn every_kind_of_mistake_that_can_be_made_is_tried() {
        let tried: HashSet<ErrorKind> =
            WRONG.iter().map(|(line, _)| error_of(line, Language::English).kind()).collect();
        for kind in [
            ErrorKind::InvalidValue,
            ErrorKind::UnknownArgument,
            ErrorKind::InvalidSubcommand,
            ErrorKind::ValueValidation,
            ErrorKind::TooManyValues,
            ErrorKind::ArgumentConflict,
            ErrorKind::MissingRequiredArgument,
            ErrorKind::MissingSubcommand,
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand,
        ] {
            assert!(tried.contains(&kind), "{kind:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_text_is_refused_in_both_languages() {
        use std::os::unix::ffi::OsStringExt;
        let words = vec![
            OsString::from("breakglass"),
            "put".into(),
            "a".into(),
            "--title".into(),
            OsString::from_vec(vec![0xff]),
        ];
        for (language, why) in [(Language::English, "not text in UTF-8"), (Language::Japanese, "UTF-8 として読めない")]
        {
            let program = localise::command(language);
            let error = program.clone().try_get_matches_from(&words).unwrap_err();
            let said = mistake(&error, &chain_of(&program, &words), &words, language);
            assert!(said.contains(why) && said.contains("`breakglass put --help`"), "{said}");
        }
    }
}
