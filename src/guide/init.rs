//! `init`: a new vault. The cards are dealt, printed, and read back from paper one by one; run again on a vault whose cards were not
//! all read back, it goes on with them.

use std::path::{Path, PathBuf};

use crate::ceremony::{NewCards, Plan, Writing, init, write_card_files};
use crate::guide::card_paper::{PaperRequest, tell_files, tell_leftovers};
use crate::guide::outcome::{self, Heads};
use crate::guide::people::{Holder, LockRequest, PeopleRequest, plan_cards, tell_policy};
use crate::guide::read_back::{names_of, read_cards_back, unverified};
use crate::guide::telling::tell_heads;
use crate::guide::{Context, End, GuideError};
use crate::language::{Language, Say, messages, messages::cards as text};
use crate::store::VaultFolder;
use crate::vault::VaultName;

/// A new vault, as far as it is described.
pub struct Request {
    pub dir: PathBuf,
    pub name: Option<VaultName>,
    pub people: PeopleRequest,
    pub hide_titles: bool,
    pub paper: PaperRequest,
    pub locks: LockRequest,
    pub claim: crate::desk::PaperClaim,
}

pub fn run(context: &mut Context, request: &Request) -> Result<End, GuideError> {
    request.claim.check()?;
    context.vault = Some(request.dir.clone());
    if VaultFolder::is_vault(context.disk(), &request.dir)? {
        return resume(context, request);
    }
    let name = match &request.name {
        Some(name) => name.clone(),
        None => ask_until(context, text::ask_vault_name, "--name", str::parse::<VaultName>)?,
    };
    let people = people(context, request)?;
    let threshold = threshold(context, request, people.len())?;
    tell_policy(context, &people, threshold, request.people.all_needed)?;
    let folder = request.paper.folder(context, &request.dir)?;
    let custodians = plan_cards(context, people, request.locks.profile)?;
    let plan =
        Plan { name, custodians, threshold, all_needed: request.people.all_needed, titles_hidden: request.hide_titles };
    let (disk, zone, format) = (context.disk(), context.zone.clone(), request.paper.format);
    let mut files = Vec::new();
    let mut write = |new: &NewCards| {
        files = write_card_files(disk, &request.dir, &folder, new, format, &zone)?;
        Ok(files.iter().map(|file| file.card).collect())
    };
    let made = init(disk, &request.dir, context.pins(), plan, context.now(), &mut write);
    let writing = made.inspect_err(|_| tell_leftovers(context, &files, &folder))?;
    context.desk.tell(&text::vault_made(context.language, request.dir.display()));
    tell_files(context, &files, &folder)?;
    finish(context, writing, &folder)
}

/// Goes on with the cards that were not read back yet.
fn resume(context: &mut Context, request: &Request) -> Result<End, GuideError> {
    let ledger = context.read()?;
    let writing = context.begin(ledger)?;
    let header = writing.ledger().active()?.clone();
    let waiting = unverified(&writing, header.hash());
    if waiting.is_empty() {
        return Err(GuideError::Usage(text::vault_is_complete));
    }
    let names = names_of(&header, &waiting);
    context.desk.tell(&text::InitGoesOn { name: &header.name, count: waiting.len(), names }.say(context.language));
    let folder = request.paper.folder(context, &request.dir)?;
    finish(context, writing, &folder)
}

fn finish(context: &mut Context, mut writing: Writing<'static>, folder: &Path) -> Result<End, GuideError> {
    let header = writing.ledger().active()?.clone();
    let stopped = read_cards_back(context, &mut writing, header.hash(), Some(folder), &[]);
    let waiting = unverified(&writing, header.hash());
    let files_left =
        writing.ledger().state().active_epoch().is_some_and(|epoch| epoch.cards.iter().any(|card| card.card_file));
    let ledger = writing.end();
    // What was read back by the hands in this room is known here from now on.
    context.remember(&ledger, Some(header.hash()));
    let language = context.language;
    if context.is_for_machine() {
        context.print_json(&outcome::Made {
            epoch: header.id(),
            heads: Heads::of(&ledger),
            unverified: &waiting,
            vault: header.vault,
        })?;
    } else {
        context.desk.tell(&text::VaultFacts { name: &header.name, epoch: header.id() }.say(language));
        tell_heads(context, &ledger);
    }
    let path = ledger.folder().root().display();
    if !waiting.is_empty() {
        context.desk.tell(
            &text::NotAllReadBack {
                count: waiting.len(),
                names: names_of(&header, &waiting),
                command: format!("breakglass init {path} --cards-to {}", folder.display()),
            }
            .say(language),
        );
        stopped?;
        return Ok(End::SomethingIsDue);
    }
    stopped?;
    context.desk.tell(&text::all_read_back(language));
    context.desk.tell(&if files_left {
        text::some_files_left(language)
    } else {
        text::what_deletion_cannot_do(language)
    });
    context.desk.tell(&text::after_init(language));
    Ok(End::Done)
}

fn people(context: &mut Context, request: &Request) -> Result<Vec<Holder>, GuideError> {
    let given = &request.people;
    let mut people = match &given.roster {
        Some(roster) => given.read_roster(roster, context.language, &request.locks)?,
        None if given.custodian.is_empty() => ask_people(context)?,
        None => given.custodian.iter().map(|name| Holder::named(name.clone(), context.language)).collect(),
    };
    request.locks.apply(&mut people);
    Ok(people)
}

/// Asks for the custodians one by one.
fn ask_people(context: &mut Context) -> Result<Vec<Holder>, GuideError> {
    let language = context.language;
    let mut people: Vec<Holder> = Vec::new();
    loop {
        let typed = context.desk.ask_line(&text::ask_custodian(language, people.len() + 1), "--custodian")?;
        if typed.is_empty() && people.len() > 1 {
            return Ok(people);
        }
        match typed.parse::<VaultName>() {
            Ok(name) if people.iter().any(|holder| holder.person.name == name) => {
                context.say(&crate::ceremony::CeremonyError::SameName(name));
            }
            Ok(name) => {
                let choices = Language::ALL.map(messages::language::name);
                let chosen = context.desk.choose(&text::ask_card_language(language, &name), &choices, "--roster")?;
                people.push(Holder::named(name, Language::ALL[chosen]));
            }
            Err(error) => context.say(&error),
        }
    }
}

fn threshold(context: &mut Context, request: &Request, count: usize) -> Result<u8, GuideError> {
    match request.people.threshold {
        Some(threshold) => Ok(threshold),
        // More than half: two groups that know nothing of each other can then never both open it.
        None => {
            let proposed = count / 2 + 1;
            ask_until(
                context,
                |language| text::AskThreshold { count, proposed }.say(language),
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
) -> Result<T, GuideError> {
    loop {
        let typed = context.desk.ask_line(&question(context.language), option)?;
        match read(&typed) {
            Ok(answer) => return Ok(answer),
            Err(error) => context.say(&error),
        }
    }
}
