//! Who is to hold the cards of an epoch to come, how many open it, and the phrases of locked cards.

use std::path::{Path, PathBuf};

use super::Context;
use super::GuideError;
use super::roster::read_roster;
use crate::ceremony::{CeremonyError, CustodianPlan, LockPlan};
use crate::desk::{Answer, PHRASES, Revelation, YES};
use crate::language::{Language, Say, messages::cards as text};
use crate::quorum::{CardIndex, LockProfile, Phrase, Policy};
use crate::secret::SecretText;
use crate::vault::{EpochHeader, Person, VaultName};

/// For how long a generated phrase stays on the screen, in seconds: six words are written by hand in half of it.
const SHOWN_SECONDS: u64 = 180;

/// Custodians and threshold, as far as they are given.
pub struct PeopleRequest {
    pub custodian: Vec<VaultName>,
    pub roster: Option<PathBuf>,
    pub threshold: Option<u8>,
    pub all_needed: bool,
}

impl PeopleRequest {
    /// Whether other people or another threshold are asked for.
    pub fn is_given(&self) -> bool {
        !self.custodian.is_empty() || self.roster.is_some() || self.threshold.is_some() || self.all_needed
    }
}

/// Which cards are locked, and how.
pub struct LockRequest {
    /// Every card.
    pub lock: bool,
    pub lock_with: Option<LockWith>,
    /// How much memory a lock costs.
    pub profile: LockProfile,
}

/// Where the phrase of a card comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockWith {
    /// Six random words, shown to the custodian alone.
    Generated,
    /// The custodian thinks of one.
    Chosen,
}

/// Somebody who is to hold a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Who they are.
    pub person: Person,
    /// Where the phrase comes from, when the card is to be locked.
    pub lock: Option<LockWith>,
}

impl Holder {
    /// Somebody of whom only name and language are known, with an open card.
    pub fn named(name: VaultName, language: Language) -> Holder {
        Holder { person: Person::named(name, language), lock: None }
    }
}

impl PeopleRequest {
    /// The people whom a roster names.
    ///
    /// # Errors
    /// Naming file, line and character.
    pub fn read_roster(&self, path: &Path, language: Language, locks: &LockRequest) -> Result<Vec<Holder>, GuideError> {
        let file = |why: String| GuideError::File(path.to_owned(), why);
        let bytes = std::fs::read(path).map_err(|error| file(error.to_string()))?;
        let roster = String::from_utf8(bytes).map_err(|_| file(text::roster_not_utf8(language)))?;
        read_roster(&roster, language, locks.with()).map_err(|error| file(error.say(language)))
    }
}

impl LockRequest {
    /// Where the phrase comes from of a card that is to be locked.
    pub fn with(&self) -> LockWith {
        self.lock_with.unwrap_or(LockWith::Generated)
    }

    /// Locks every card when that was asked for: in so many words, or by saying how while no other card is to be locked.
    pub fn apply(&self, people: &mut [Holder]) {
        let nobody = people.iter().all(|holder| holder.lock.is_none());
        if self.lock || (self.lock_with.is_some() && nobody) {
            people.iter_mut().for_each(|holder| holder.lock = holder.lock.or(Some(self.with())));
        }
    }
}

/// Holds numbers of people and threshold to the rules before anybody is asked for more, and tells what a loss would mean and what the
/// printer sees.
///
/// # Errors
/// When they make no policy.
pub fn tell_policy(
    context: &mut Context,
    people: &[Holder],
    threshold: u8,
    all_needed: bool,
) -> Result<(), GuideError> {
    let language = context.language;
    let count = u8::try_from(people.len()).map_err(|_| CeremonyError::TooManyCustodians)?;
    Policy::new(threshold, count, all_needed).map_err(CeremonyError::from)?;
    match count - threshold {
        0 => context.desk.tell(&text::margin_none(language, count)),
        1 => context.desk.tell(&text::MarginOne { threshold, count }.say(language)),
        spare => context.desk.tell(&text::Margin { threshold, count, spare }.say(language)),
    }
    let open = people.iter().filter(|holder| holder.lock.is_none()).count();
    if open >= usize::from(threshold) {
        let locked_needed = count - threshold + 1;
        context.desk.tell(&text::PrinterSeesQuorum { open, threshold, locked: locked_needed }.say(language));
    }
    Ok(())
}

/// The plan of these people's cards; each phrase is made with its custodian alone before the screen.
///
/// # Errors
/// When a phrase cannot be shown or is not given.
pub fn plan_cards(
    context: &mut Context,
    people: Vec<Holder>,
    profile: LockProfile,
) -> Result<Vec<CustodianPlan>, GuideError> {
    // Before the first of them is asked for anything.
    let generated = people.iter().any(|holder| holder.lock == Some(LockWith::Generated));
    if generated && !context.desk.is_attended() {
        return Err(GuideError::Usage(text::phrase_needs_screen));
    }
    if people.iter().any(|holder| holder.lock.is_some()) {
        // The screen is cleared for the first of them: what was told before is read now.
        context.desk.pause(&text::phrases_come_now(context.language))?;
    }
    let mut plans = Vec::with_capacity(people.len());
    for (holder, index) in people.into_iter().zip(CardIndex::first(u8::MAX)) {
        let Holder { person, lock } = holder;
        let lock = match lock {
            None => None,
            Some(with) => {
                let phrase = make_phrase(context, person.name.as_str(), index, person.language, with)?;
                Some(LockPlan { profile, phrase })
            }
        };
        plans.push(CustodianPlan { person, lock });
    }
    Ok(plans)
}

/// A phrase for one custodian's card, in that person's language and with nobody else before the screen.
///
/// # Errors
/// When a generated one cannot be shown, or a chosen one is not given.
pub fn make_phrase(
    context: &mut Context,
    name: &str,
    card: CardIndex,
    language: Language,
    with: LockWith,
) -> Result<Phrase, GuideError> {
    if with == LockWith::Generated && !context.desk.is_attended() {
        return Err(GuideError::Usage(text::phrase_needs_screen));
    }
    context.speaking(language, |context| {
        context.desk.clear_between_people();
        let phrase = match with {
            LockWith::Generated => generated(context, name, card)?,
            LockWith::Chosen => chosen(context, name, card)?,
        };
        context.desk.clear_between_people();
        Ok(phrase)
    })
}

/// Shown once to be written by hand, and typed from the paper, so that a slip of the pen shows now and not in an emergency.
fn generated(context: &mut Context, name: &str, card: CardIndex) -> Result<Phrase, GuideError> {
    let language = context.language;
    let phrase = Phrase::generate().map_err(CeremonyError::from)?;
    let words = SecretText::from(phrase.words().collect::<Vec<_>>().join("\n"));
    context.desk.pause(&text::phrase_is_coming(language, name))?;
    loop {
        let (title, field) = (text::phrase_of(language, name), text::write_phrase_down(language));
        context.desk.reveal(&Revelation { title: &title, field: &field, value: &words, seconds: SHOWN_SECONDS })?;
        if let Answer::Given(typed) =
            context.desk.ask_phrase(&text::type_phrase_from_paper(language, name), card.get(), name)?
            && Phrase::new(typed.expose()).is_ok_and(|typed| typed == phrase)
        {
            return Ok(phrase);
        }
        context.desk.pause(&text::phrase_differs_from_shown(language))?;
    }
}

fn chosen(context: &mut Context, name: &str, card: CardIndex) -> Result<Phrase, GuideError> {
    let language = context.language;
    loop {
        let typed_here = context.desk.is_attended() && !context.desk.has_phrase(card.get(), name);
        let Answer::Given(typed) = context.desk.ask_phrase(&text::choose_phrase(language, name), card.get(), name)?
        else {
            continue;
        };
        let phrase = match Phrase::new(typed.expose()) {
            Ok(phrase) => phrase,
            Err(error) if typed_here => {
                context.desk.clear_between_people();
                context.say(&error);
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        if let Some(weakness) = phrase.weakness() {
            context.say(&weakness);
            if typed_here && !context.desk.confirm(&text::use_weak_phrase(language), YES)? {
                context.desk.clear_between_people();
                continue;
            }
        }
        if !typed_here {
            return Ok(phrase);
        }
        let again = context.desk.ask_secret(&text::phrase_again(language), PHRASES)?;
        if Phrase::new(again.expose()).is_ok_and(|again| again == phrase) {
            return Ok(phrase);
        }
        context.desk.clear_between_people();
        context.desk.tell(&text::phrases_differ(language));
    }
}

/// The card of a custodian: the name exactly as it stands in the vault, or the card's number.
///
/// # Errors
/// Naming everybody there is.
pub fn find_card(header: &EpochHeader, named: &str) -> Result<CardIndex, GuideError> {
    let by_name = header.custodians.iter().find(|custodian| custodian.name.as_str() == named);
    let number = named.parse::<u8>().ok();
    let found = by_name.or_else(|| header.custodians.iter().find(|custodian| Some(custodian.index.get()) == number));
    found.map(|custodian| custodian.index).ok_or_else(|| {
        let names = header.custodians.iter().map(|custodian| custodian.name.to_string()).collect();
        CeremonyError::NoSuchCustodian(named.to_owned(), names).into()
    })
}
