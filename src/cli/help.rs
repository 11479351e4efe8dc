//! Help, laid out for the width of the screen in either language. clap knows what can be typed; it cannot break a Japanese line, and
//! its own words are English.

use clap::{Arg, Command};

use super::localise::{is_own, path_of};
use crate::desk::{columns, flowing};
use crate::language::{Language, messages::help as text};

/// Spaces before an option or a command, and between it and what it means.
const INDENT: usize = 2;
const GAP: usize = 2;
/// Spaces before what something means, where it stands on the line below.
const BELOW: usize = 10;
/// Columns for what something means, without which it stands on the line below.
const ROOM: usize = 36;

/// The help of the last command of `chain`, which begins with the program itself. The program must have been built.
pub fn help_of(chain: &[&Command], language: Language, width: Option<usize>) -> String {
    let [.., command] = chain else { return String::new() };
    let mut lines = flowing(&command.get_about().map(ToString::to_string).unwrap_or_default(), width);
    lines.push(String::new());
    lines.extend(usage(command, language, width));
    for (heading, rows) in sections(chain, language) {
        lines.push(String::new());
        lines.push(text::heading(language, heading));
        lines.extend(table(&rows, width));
    }
    lines.join("\n")
}

/// How the command is written; what does not fit goes on below its first option.
fn usage(command: &Command, language: Language, width: Option<usize>) -> Vec<String> {
    let told = command.clone().render_usage().to_string();
    let words = told.strip_prefix("Usage: ").unwrap_or(&told);
    let words = words.replace("[OPTIONS]", &format!("[{}]", text::options_placeholder(language)));
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let head = text::usage(language, name);
    let rest = words.strip_prefix(name).unwrap_or(&words).trim_start();
    let Some(width) = width else { return vec![format!("{head} {rest}").trim_end().to_owned()] };
    let beside_it = columns(&head) + 1;
    if beside_it + columns(rest) <= width || beside_it <= width / 2 {
        return beside(&head, &flowing(rest, Some(width - beside_it)), beside_it);
    }
    let below = flowing(rest, Some(width - BELOW)).into_iter().map(|line| format!("{}{line}", " ".repeat(BELOW)));
    std::iter::once(head).chain(below).collect()
}

type Row = (String, String);

/// The headings that have something below them, with what is below.
fn sections(chain: &[&Command], language: Language) -> Vec<(String, Vec<Row>)> {
    let [.., command] = chain else { return Vec::new() };
    let path = path_of(chain);
    let words = |words: Option<&clap::builder::StyledStr>| words.map(ToString::to_string).unwrap_or_default();
    let row = |argument: &Arg| (written(argument), words(argument.get_help()));
    let commands = command.get_subcommands().map(|sub| (sub.get_name().to_owned(), words(sub.get_about()))).collect();
    let arguments = command.get_positionals().map(row).collect();
    let mut options: Vec<&Arg> = command.get_arguments().filter(|argument| !argument.is_positional()).collect();
    // A command's own options come first, those of many commands after them.
    options.sort_by_key(|option| (!is_own(&path, option.get_id().as_str()), option.get_long()));
    let options = options.into_iter().map(row).collect();
    let sections = vec![
        (text::commands(language), commands),
        (text::arguments(language), arguments),
        (text::options(language), options),
    ];
    sections.into_iter().filter(|(_, rows): &(String, Vec<Row>)| !rows.is_empty()).collect()
}

/// An argument as it is typed.
fn written(argument: &Arg) -> String {
    match (argument.is_positional(), argument.get_short()) {
        (true, _) => argument.to_string(),
        (false, Some(short)) => format!("-{short}, {argument}"),
        (false, None) => format!("    {argument}"),
    }
}

/// What can be typed, and beside it what it means; on a narrow screen below it.
fn table(rows: &[Row], width: Option<usize>) -> Vec<String> {
    let widest = rows.iter().map(|(typed, _)| columns(typed)).max().unwrap_or_default();
    let beside_it = INDENT + widest + GAP;
    let below = width.is_some_and(|width| width < beside_it + ROOM);
    let indent = if below { BELOW } else { beside_it };
    let mut lines = Vec::new();
    for (typed, meaning) in rows {
        let typed = format!("{}{typed}", " ".repeat(INDENT));
        let meaning = flowing(meaning, width.map(|width| width - indent));
        if below {
            lines.push(typed);
            lines.extend(meaning.iter().map(|line| format!("{}{line}", " ".repeat(indent))));
        } else {
            lines.extend(beside(&typed, &meaning, indent));
        }
    }
    lines
}

/// `lines` behind `head`, all at the same column.
fn beside(head: &str, lines: &[String], indent: usize) -> Vec<String> {
    let heads = std::iter::once(head).chain(std::iter::repeat(""));
    let line = |(line, head): (&String, &str)| {
        let space = indent.saturating_sub(columns(head)).max(usize::from(!head.is_empty()));
        format!("{head}{}{line}", " ".repeat(space)).trim_end().to_owned()
    };
    lines.iter().zip(heads).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::super::localise;
    use super::*;

    /// Names of programs and formats, and short forms, which are the same in every language.
    const NAMES: &str = "ID PDF JSON CSV UTF-8 QR PIN RFC MiB GiB URL USB BREAKGLASS_VAULT breakglass Bitwarden KeePassXC 1Password \
                         Prometheus node_exporter textfile a-z 0-9 h d";
    /// What is typed as it stands: columns of a roster, fields and files.
    const TYPED: &str = "name language contact deputy place lock yes no en ja password user_name totp header.json \
                         unseal --export";

    /// Every command with those above it.
    fn walk<'c>(chain: &[&'c Command], seen: &mut dyn FnMut(&[&'c Command])) {
        seen(chain);
        for below in chain[chain.len() - 1].get_subcommands() {
            walk(&[chain, &[below]].concat(), seen);
        }
    }

    fn program(language: Language) -> Command {
        let mut program = localise::command(language);
        program.build();
        program
    }

    /// Words of Latin letters in `text`, without the marks around them.
    fn latin_words(text: &str) -> Vec<String> {
        let word = |word: &str| word.trim_matches(|mark: char| ",.:".contains(mark)).to_owned();
        let pieces = text.split(|character: char| !character.is_ascii_graphic() || "<>[]|`=".contains(character));
        let words = pieces.map(word).filter(|word| word.contains(|letter: char| letter.is_ascii_alphabetic()));
        words.collect()
    }

    fn is_option_or_example(word: &str) -> bool {
        let is_time =
            |word: &str| word.starts_with(['+', '-']) && word[1..].starts_with(|digit: char| digit.is_ascii_digit());
        word.starts_with("--") || word == "-h" || word == "-V" || word.starts_with("fd:") || is_time(word)
    }

    #[test]
    fn japanese_help_has_no_english_word() {
        let program = program(Language::Japanese);
        let mut known: Vec<String> = format!("{NAMES} {TYPED}").split_whitespace().map(str::to_owned).collect();
        walk(&[&program], &mut |chain| {
            let command = chain[chain.len() - 1];
            known.push(command.get_name().to_owned());
            let values = command.get_arguments().filter(|argument| argument.get_action().takes_values());
            known.extend(values.flat_map(Arg::get_possible_values).map(|value| value.get_name().to_owned()));
        });
        let mut commands = 0;
        walk(&[&program], &mut |chain| {
            commands += 1;
            let help = help_of(chain, Language::Japanese, None);
            for word in latin_words(&help) {
                let is_known =
                    known.contains(&word) || ["txt", "prom", "otpauth"].iter().any(|part| word.contains(part));
                assert!(is_known || is_option_or_example(&word), "{}: {word}\n{help}", path_of(chain));
            }
        });
        assert!(commands > 20, "{commands}");
    }

    #[test]
    fn english_help_has_no_japanese_word() {
        let program = program(Language::English);
        walk(&[&program], &mut |chain| {
            let help = help_of(chain, Language::English, None);
            assert!(help.chars().all(|character| character.is_ascii() || "“”’—…".contains(character)), "{help}");
        });
    }

    #[test]
    fn help_fits_the_screen_and_breaks_nothing_that_is_typed() {
        for language in Language::ALL {
            let program = program(language);
            walk(&[&program], &mut |chain| {
                let whole = help_of(chain, language, None);
                for width in [40, 80, 120] {
                    let help = help_of(chain, language, Some(width));
                    let long: Vec<&str> = help.lines().filter(|line| columns(line) > width).collect();
                    // An option with its value is typed as it stands there, however narrow the screen.
                    assert!(long.iter().all(|line| line.trim_start().split(' ').count() <= 2), "{long:#?}");
                    for word in whole.split_whitespace().filter(|word| word.is_ascii()) {
                        assert!(help.contains(word), "{width}: {word}\n{help}");
                    }
                    let packed = |text: &str| text.split_whitespace().collect::<String>();
                    assert_eq!(packed(&help), packed(&whole), "{width}");
                }
            });
        }
    }

    #[test]
    fn where_no_screen_shows_it_every_option_takes_one_line() {
        let program = program(Language::Japanese);
        let put = program.find_subcommand("put").unwrap();
        let help = help_of(&[&program, put], Language::Japanese, None);
        assert!(
            help.lines().any(|line| line.contains("--import <ファイル|フォルダー|->") && line.ends_with("確認します")),
            "{help}"
        );
    }

    #[test]
    fn defaults_and_values_are_told_in_the_reader_s_language() {
        for (language, default, values) in [
            (Language::English, "[default: 30]", "[possible values: bash, elvish,"),
            (Language::Japanese, "［省略時は 30］", "［指定できる値：bash、elvish、"),
        ] {
            let program = program(language);
            let help = |name: &str| help_of(&[&program, program.find_subcommand(name).unwrap()], language, None);
            assert!(help("unseal").contains(default) && help("completions").contains(values), "{}", help("unseal"));
        }
    }
}
