//! `init`: a new vault. The cards are dealt, printed, and read back from paper one by one; run again on a vault whose cards were not
//! all read back, it goes on with them.

use std::path::{Path, PathBuf};

use crate::ceremony::{NewCards, Plan, Writing, init, write_card_files};
use crate::cli::card_paper::{PaperArguments, tell_files, tell_leftovers};
use crate::cli::context::Context;
use crate::cli::desk::{CardSource, Consent, PaperClaim, PhraseSource};
use crate::cli::error::CliError;
use crate::cli::exit::SOMETHING_IS_DUE;
use crate::cli::heads::head_codes;
use crate::cli::people::{LockArguments, PeopleArguments, Person, plan_cards, tell_policy};
use crate::cli::read_back::{names_of, read_cards_back, unverified};
use crate::desk::{Answers, CARDS};
use crate::language::{Language, Say, messages::cards as text};
use crate::store::VaultFolder;
use crate::vault::VaultName;

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    #[arg(long, value_name = "NAME")]
    name: Option<VaultName>,
    #[command(flatten)]
    people: PeopleArguments,
    #[arg(long)]
    hide_titles: bool,
    #[command(flatten)]
    paper: PaperArguments,
    #[command(flatten)]
    locks: LockArguments,
    #[command(flatten)]
    cards: CardSource,
    #[command(flatten)]
    phrases: PhraseSource,
    #[command(flatten)]
    claim: PaperClaim,
    #[command(flatten)]
    consent: Consent,
}

impl Arguments {
    pub fn answers(&self) -> Answers {
        Answers {
            cards: self.cards.cards.clone(),
            phrases: self.phrases.phrases.clone(),
            from_paper: self.claim.from_paper,
            yes: self.consent.yes,
            ..Answers::default()
        }
    }
}

pub fn run(context: &mut Context, arguments: &Arguments) -> Result<u8, CliError> {
    arguments.claim.check(CARDS, &arguments.cards.cards)?;
    context.vault = Some(arguments.dir.clone());
    if VaultFolder::is_vault(context.disk(), &arguments.dir)? {
        return resume(context, arguments);
    }
    let name = match &arguments.name {
        Some(name) => name.clone(),
        None => ask_until(context, text::ask_vault_name, "--name", str::parse::<VaultName>)?,
    };
    let people = people(context, arguments)?;
    let threshold = threshold(context, arguments, people.len())?;
    tell_policy(context, &people, threshold, arguments.people.all_needed)?;
    let folder = arguments.paper.folder(context, &arguments.dir)?;
    let custodians = plan_cards(context, people, arguments.locks.profile())?;
    let plan = Plan {
        name,
        custodians,
        threshold,
        all_needed: arguments.people.all_needed,
        titles_hidden: arguments.hide_titles,
    };
    let (disk, zone, format) = (context.disk(), context.zone.clone(), arguments.paper.format());
    let mut files = Vec::new();
    let mut write = |new: &NewCards| {
        files = write_card_files(disk, &arguments.dir, &folder, new, format, &zone)?;
        Ok(files.iter().map(|file| file.card).collect())
    };
    let made = init(disk, &arguments.dir, context.pins(), plan, context.now(), &mut write);
    let writing = made.inspect_err(|_| tell_leftovers(context, &files, &folder))?;
    context.desk.tell(&text::vault_made(context.language, arguments.dir.display()));
    tell_files(context, &files, &folder)?;
    finish(context, writing, &folder)
}

/// Goes on with the cards that were not read back yet.
fn resume(context: &mut Context, arguments: &Arguments) -> Result<u8, CliError> {
    let ledger = context.read()?;
    let writing = context.begin(ledger)?;
    let header = writing.ledger().active()?.clone();
    let waiting = unverified(&writing, header.hash());
    if waiting.is_empty() {
        return Err(CliError::Usage(text::vault_is_complete));
    }
    let names = names_of(&header, &waiting);
    context.desk.tell(&text::init_goes_on(context.language, &header.name, waiting.len(), names));
    let folder = arguments.paper.folder(context, &arguments.dir)?;
    finish(context, writing, &folder)
}

fn finish(context: &mut Context, mut writing: Writing<'static>, folder: &Path) -> Result<u8, CliError> {
    let header = writing.ledger().active()?.clone();
    let stopped = read_cards_back(context, &mut writing, header.hash(), Some(folder), &[]);
    let waiting = unverified(&writing, header.hash());
    let files_left =
        writing.ledger().state().active_epoch().is_some_and(|epoch| epoch.cards.iter().any(|card| card.card_file));
    let ledger = writing.end();
    // What was read back by the hands in this room is known here from now on.
    context.remember(&ledger, Some(header.hash()));
    let language = context.language;
    if context.json {
        context.print_json(&serde_json::json!({
            "vault": header.vault,
            "epoch": header.id(),
            "heads": ledger.heads(),
            "head_codes": head_codes(ledger.heads()),
            "unverified": waiting,
        }))?;
    } else {
        context.desk.tell(&text::vault_facts(language, &header.name, header.id()));
        super::tell_heads(context, &ledger);
    }
    let path = ledger.folder().root().display();
    if !waiting.is_empty() {
        context.desk.tell(&text::not_all_read_back(
            language,
            waiting.len(),
            names_of(&header, &waiting),
            format!("breakglass init {path} --cards-to {}", folder.display()),
        ));
        stopped?;
        return Ok(SOMETHING_IS_DUE);
    }
    stopped?;
    context.desk.tell(&text::all_read_back(language));
    context.desk.tell(&if files_left {
        text::some_files_left(language)
    } else {
        text::what_deletion_cannot_do(language)
    });
    context.desk.tell(&text::after_init(language));
    Ok(0)
}

fn people(context: &mut Context, arguments: &Arguments) -> Result<Vec<Person>, CliError> {
    let given = &arguments.people;
    let mut people = match &given.roster {
        Some(roster) => given.read_roster(roster, context.language, &arguments.locks)?,
        None if given.custodian.is_empty() => ask_people(context)?,
        None => given.custodian.iter().map(|name| Person::named(name.clone(), context.language)).collect(),
    };
    arguments.locks.apply(&mut people);
    Ok(people)
}

/// Asks for the custodians one by one.
fn ask_people(context: &mut Context) -> Result<Vec<Person>, CliError> {
    let language = context.language;
    let mut people: Vec<Person> = Vec::new();
    loop {
        let typed = context.desk.ask_line(&text::ask_custodian(language, people.len() + 1), "--custodian")?;
        if typed.is_empty() && people.len() > 1 {
            return Ok(people);
        }
        match typed.parse::<VaultName>() {
            Ok(name) if people.iter().any(|person| person.name == name) => {
                context.say(&crate::ceremony::CeremonyError::SameName(name));
            }
            Ok(name) => {
                let choices = [text::in_english(language), text::in_japanese(language)];
                let chosen = context.desk.choose(&text::ask_card_language(language, &name), &choices, "--roster")?;
                people.push(Person::named(name, Language::ALL[chosen]));
            }
            Err(error) => context.say(&error),
        }
    }
}

fn threshold(context: &mut Context, arguments: &Arguments, count: usize) -> Result<u8, CliError> {
    match arguments.people.threshold {
        Some(threshold) => Ok(threshold),
        // More than half: two groups that know nothing of each other can then never both open it.
        None => {
            let proposed = count / 2 + 1;
            ask_until(
                context,
                |language| text::ask_threshold(language, count, proposed),
                "--threshold",
                |typed| if typed.is_empty() { Ok(proposed as u8) } else { typed.parse().map_err(|_| NotANumber) },
            )
        }
    }
}

struct NotANumber;

impl Say for NotANumber {
    fn say(&self, language: Language) -> String {
        text::not_a_number(language)
    }
}

/// Asks until the answer can be read.
fn ask_until<T, E: Say>(
    context: &mut Context,
    question: impl Fn(Language) -> String,
    option: &'static str,
    read: impl Fn(&str) -> Result<T, E>,
) -> Result<T, CliError> {
    loop {
        let typed = context.desk.ask_line(&question(context.language), option)?;
        match read(&typed) {
            Ok(answer) => return Ok(answer),
            Err(error) => context.say(&error),
        }
    }
}
