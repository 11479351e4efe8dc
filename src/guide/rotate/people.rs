//! Who holds the cards of the next epoch: the same people, unless somebody left or others are named.

use super::Request;
use crate::guide::people::Holder;
use crate::guide::{Context, GuideError};
use crate::journal::EpochState;
use crate::language::{Language, Say, messages, messages::cards as text};
use crate::vault::{Custodian, EpochHeader, VaultName};

/// The custodians of the next epoch, in the order of their cards.
pub fn next_people(
    context: &mut Context,
    request: &Request,
    header: &EpochHeader,
    epoch: &EpochState,
) -> Result<Vec<Holder>, GuideError> {
    let given = &request.people;
    let mut people = match &given.roster {
        Some(roster) => given.read_roster(roster, context.language, &request.locks)?,
        None if given.custodian.is_empty() => same_people(context, request, header, epoch)?,
        None => given
            .custodian
            .iter()
            .map(|name| match header.custodians.iter().find(|custodian| custodian.name == *name) {
                Some(known) => person(request, known, epoch),
                None => Holder::named(name.clone(), context.language),
            })
            .collect(),
    };
    request.locks.apply(&mut people);
    Ok(people)
}

/// Somebody who holds a card already; a card that is locked stays a locked one, under a new phrase.
fn person(request: &Request, custodian: &Custodian, epoch: &EpochState) -> Holder {
    let locked = epoch.card(custodian.index).is_some_and(|card| card.locked);
    Holder { person: custodian.person.clone(), lock: locked.then(|| request.locks.with()) }
}

fn same_people(
    context: &mut Context,
    request: &Request,
    header: &EpochHeader,
    epoch: &EpochState,
) -> Result<Vec<Holder>, GuideError> {
    let mut people = Vec::new();
    for custodian in &header.custodians {
        let departed = epoch.card(custodian.index).is_some_and(|card| !card.departed.is_empty());
        if !departed {
            people.push(person(request, custodian, epoch));
        } else if context.desk.is_attended() {
            people.extend(ask_successor(context, &custodian.name)?);
        } else {
            return Err(GuideError::Usage(text::somebody_departed));
        }
    }
    Ok(people)
}

fn ask_successor(context: &mut Context, departed: &VaultName) -> Result<Option<Holder>, GuideError> {
    let language = context.language;
    loop {
        let typed = context.desk.ask_line(&text::ask_successor(language, departed), "--custodian")?;
        if typed.is_empty() {
            return Ok(None);
        }
        match typed.parse::<VaultName>() {
            Ok(name) => {
                let choices = Language::ALL.map(messages::language::name);
                let chosen = context.desk.choose(&text::ask_card_language(language, &name), &choices, "--roster")?;
                return Ok(Some(Holder::named(name, Language::ALL[chosen])));
            }
            Err(error) => {
                let words = error.say(language);
                context.desk.tell(&words);
            }
        }
    }
}
