//! Cards at the desk: one card with its phrase, or as many as make a quorum.

use super::Context;
use super::GuideError;
use crate::card::{Card, CardHead, Reading, read_card};
use crate::ceremony::{Attendance, CeremonyError, Gathering, Ledger, Locked, Offered};
use crate::desk::{Answer, CardRequest, Purpose, YES};
use crate::ids::EpochHash;
use crate::journal::{CardState, State};
use crate::language::{Language, Say, messages::cli as text};
use crate::quorum::{CardIndex, Phrase};
use crate::secret::SecretText;
use crate::vault::{EpochHeader, Moment};

/// Asks for one card until its text is whole. A correction is shown, and taken only when the person says yes.
///
/// # Errors
/// When nobody can be asked, or a script's card cannot be read.
pub fn ask_card(
    context: &mut Context,
    prompt: &str,
    remark: &dyn Fn(&CardHead) -> Option<String>,
    purpose: Purpose<'_>,
) -> Result<Answer<Card>, GuideError> {
    let mut earlier: Option<SecretText> = None;
    loop {
        let request = CardRequest { prompt, earlier: earlier.as_ref(), remark, purpose };
        let typed = match context.desk.ask_card(&request)? {
            Answer::LaidAside => return Ok(Answer::LaidAside),
            Answer::Given(typed) => typed,
        };
        match read_card(typed.expose()) {
            Ok(Reading::Whole(card)) => return Ok(Answer::Given(card)),
            Ok(Reading::Corrected(correction)) => {
                let changes: Vec<String> = correction
                    .changes()
                    .iter()
                    .map(|change| {
                        let from = change.from.map_or_else(|| "?".to_owned(), |from| from.to_string());
                        text::Correction { group: change.group, place: change.place, from, to: change.to }
                            .say(context.language)
                    })
                    .collect();
                context.desk.tell(&changes.join("\n"));
                if context.desk.confirm(&text::accept_correction(context.language), YES)? {
                    return Ok(Answer::Given(correction.accept()));
                }
                earlier = Some(typed);
            }
            Err(error) if context.desk.is_attended() => {
                context.say(&error);
                earlier = Some(typed);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Asks for the phrase of a locked card.
///
/// # Errors
/// When nobody can be asked, or what a script gives cannot be a phrase.
pub fn ask_phrase(context: &mut Context, header: &EpochHeader, head: &CardHead) -> Result<Answer<Phrase>, GuideError> {
    let custodian = header.custodian(head.index);
    let name = custodian.map_or_else(String::new, |custodian| custodian.name.to_string());
    // Card and prompts use the custodian's own language.
    let language = custodian.map_or(context.language, |custodian| custodian.language);
    ask_phrase_of(context, language, &name, head)
}

/// The same of a card whose custodian is known by name alone.
///
/// # Errors
/// As [`ask_phrase`].
pub fn ask_phrase_of(
    context: &mut Context,
    language: Language,
    name: &str,
    head: &CardHead,
) -> Result<Answer<Phrase>, GuideError> {
    context.desk.speak(language);
    let answer = loop {
        match context.desk.ask_phrase(&text::ask_phrase(language, name), head.index.get(), name)? {
            Answer::LaidAside => break Answer::LaidAside,
            Answer::Given(typed) => match Phrase::new(typed.expose()) {
                Ok(phrase) => break Answer::Given(phrase),
                Err(error) if context.desk.is_attended() => context.desk.tell(&error.say(language)),
                Err(error) => return Err(error.into()),
            },
        }
    };
    context.desk.speak(context.language);
    Ok(answer)
}

/// What proves a card with its phrase, if it has one.
pub type Prove<'p, T> = dyn FnMut(&Card, Option<&Phrase>, Moment) -> Result<T, CeremonyError> + 'p;

/// Proves a card, with its phrase as often as the person likes to try. A card of another epoch is refused without one.
///
/// # Errors
/// When nobody can be asked, the card is not good, or the machine has not the memory that its lock asks for.
pub fn with_phrase<T>(
    context: &mut Context,
    header: &EpochHeader,
    card: &Card,
    prove: &mut Prove<'_, T>,
) -> Result<Answer<T>, GuideError> {
    loop {
        let phrase = match card {
            Card::Locked(_) if card.head().epoch == header.id() => match ask_phrase(context, header, card.head())? {
                Answer::Given(phrase) => Some(phrase),
                Answer::LaidAside => return Ok(Answer::LaidAside),
            },
            _ => None,
        };
        let _held = context.desk.hold_keys();
        if phrase.is_some() {
            context.desk.tell(&text::opening_lock(context.language));
        }
        match prove(card, phrase.as_ref(), context.now()) {
            Err(CeremonyError::Phrase(wrong)) if context.desk.is_attended() => context.say(&wrong),
            outcome => return Ok(Answer::Given(outcome?)),
        }
    }
}

/// Gathers cards until a quorum is in the room: who is here, who may still come; a wrong card is named, and the gathering goes on.
///
/// # Errors
/// When nobody can be asked any more.
pub fn gather(context: &mut Context, header: &EpochHeader, state: &State) -> Result<Attendance, GuideError> {
    gather_more(context, Gathering::begin(header, state), state)
}

/// The same, where some cards were brought before.
///
/// # Errors
/// As [`gather`].
pub fn gather_more(context: &mut Context, gathering: Gathering, state: &State) -> Result<Attendance, GuideError> {
    match gather_among(context, gathering, state, None)? {
        Gathered::Quorum(attendance) => Ok(*attendance),
        Gathered::HeaderLost(card) => Err(CeremonyError::HeaderMissing(card.head().epoch).into()),
    }
}

/// Gathers cards to open a vault. The first card decides of which epoch, where the log is damaged and does not tell that the card's epoch is
/// in force although its header stands in the folder.
///
/// # Errors
/// When the history is split, or nobody can be asked any more.
pub fn gather_to_open(context: &mut Context, ledger: &Ledger<'_>) -> Result<Gathered, GuideError> {
    gather_among(context, Gathering::begin(ledger.active()?, ledger.state()), ledger.state(), Some(ledger))
}

/// What came of a gathering.
pub enum Gathered {
    /// A quorum.
    Quorum(Box<Attendance>),
    /// The first card is of an epoch whose contents stand in the folder, and whose header does not.
    HeaderLost(Card),
}

fn gather_among(
    context: &mut Context,
    mut gathering: Gathering,
    state: &State,
    damaged: Option<&Ledger<'_>>,
) -> Result<Gathered, GuideError> {
    let other = |card: &CardHead| damaged.and_then(|ledger| ledger.opened_by(card.epoch));
    while gathering.missing() > 0 {
        let header = &gathering.header().clone();
        context.desk.clear_between_people();
        context.desk.tell(&progress(context.language, &gathering, state));
        let prompt = text::ask_card(context.language);
        let folder = header.id();
        let language = context.language;
        let remark = move |head: &CardHead| {
            (head.epoch != folder && other(head).is_none())
                .then(|| text::CardSeemsOfOtherEpoch { card: head.epoch, folder }.say(language))
        };
        let card = match ask_card(context, &prompt, &remark, Purpose::Open) {
            Ok(Answer::Given(card)) => card,
            Ok(Answer::LaidAside) => continue,
            Err(GuideError::Desk(crate::desk::DeskError::MissingAnswer { .. })) if gathering.present().count() > 0 => {
                return Err(GuideError::NotEnoughCards(gathering.missing()));
            }
            // A script goes on with its next card, as people would.
            Err(GuideError::Unreadable(error)) => {
                context.say(&error);
                continue;
            }
            Err(error) => return Err(error),
        };
        // The first card decides.
        let decides = gathering.present().next().is_none() && card.head().epoch != folder;
        if let (true, Some(ledger), Some(other)) = (decides, damaged, other(card.head())) {
            context.desk.tell(
                &text::CardProvesEpoch { number: other.epoch, card: other.id(), known: header.epoch }.say(language),
            );
            gathering = Gathering::begin(other, ledger.state());
        } else if let (true, Some(ledger)) = (decides, damaged)
            && ledger.has_lost_header(card.head().epoch)
        {
            return Ok(Gathered::HeaderLost(card));
        }
        offer(context, &mut gathering, state, card)?;
    }
    context.desk.clear_between_people();
    context.desk.tell(&text::quorum_is_here(context.language, names(gathering.present())));
    Ok(Gathered::Quorum(Box::new(gathering.quorum()?)))
}

fn offer(context: &mut Context, gathering: &mut Gathering, state: &State, card: Card) -> Result<(), GuideError> {
    let words = match gathering.offer(card) {
        Offered::Accepted(accepted) => taken(context, gathering.header(), state, accepted.card),
        Offered::Refused(refusal) => refusal.say(context.language),
        Offered::NeedsPhrase(locked) => return unlock(context, gathering, state, &locked),
    };
    context.desk.tell(&words);
    context.desk.pause(&text::card_goes_back(context.language))?;
    Ok(())
}

/// A phrase that does not fit can be tried again, or the card laid aside.
fn unlock(context: &mut Context, gathering: &mut Gathering, state: &State, locked: &Locked) -> Result<(), GuideError> {
    let header = &gathering.header().clone();
    loop {
        let Answer::Given(phrase) = ask_phrase(context, header, locked.head())? else {
            let name = header.name_of(locked.head().index);
            context.desk.tell(&text::card_laid_aside(context.language, name));
            return Ok(());
        };
        let _held = context.desk.hold_keys();
        context.desk.tell(&text::opening_lock(context.language));
        match gathering.unlock(locked, &phrase)? {
            Ok(accepted) => {
                let words = taken(context, header, state, accepted.card);
                context.desk.tell(&words);
                context.desk.pause(&text::card_goes_back(context.language))?;
                return Ok(());
            }
            Err(wrong) => {
                context.say(&wrong);
                if !context.desk.is_attended() {
                    return Ok(());
                }
            }
        }
    }
}

fn taken(context: &Context, header: &EpochHeader, state: &State, card: CardIndex) -> String {
    let name = header.name_of(card);
    let good = text::card_counts(context.language, &name);
    match reported(context, state, header.hash(), card, &name) {
        Some(reported) => format!("{good}\n{reported}"),
        None => good,
    }
}

/// What people must know of a good card that somebody reported as lost, or whose custodian left; nothing of any other. It counts all the
/// same: whoever reported it may have erred, or may want the vault to stay closed.
#[must_use]
pub fn reported(context: &Context, state: &State, epoch: EpochHash, card: CardIndex, name: &str) -> Option<String> {
    let language = context.language;
    let card = card_in(state, epoch, card)?;
    let told = |report: &crate::journal::Report| {
        (report.time.date_and_minute(&context.zone), context.shown_by(report.by.as_ref()))
    };
    match (card.lost.first(), card.departed.first()) {
        (Some(lost), _) => {
            let (when, by) = told(lost);
            Some(text::CardWasReportedLost { when, by }.say(language))
        }
        (None, Some(departed)) => {
            let (when, by) = told(departed);
            Some(text::CardOfDeparted { name, when, by }.say(language))
        }
        (None, None) => None,
    }
}

fn card_in(state: &State, epoch: EpochHash, card: CardIndex) -> Option<&CardState> {
    state.epochs.get(&epoch)?.card(card)
}

fn progress(language: Language, gathering: &Gathering, state: &State) -> String {
    let header = gathering.header();
    let present =
        if gathering.present().next().is_none() { text::nobody(language) } else { names(gathering.present()) };
    let reach = |custodian: &crate::vault::Custodian| {
        let mut words = custodian.name.to_string();
        for detail in [&custodian.contact, &custodian.deputy, &custodian.place].into_iter().flatten() {
            words.push_str(" · ");
            words.push_str(detail.as_str());
        }
        let reported = card_in(state, header.hash(), custodian.index).and_then(|card| match card {
            card if !card.lost.is_empty() => Some(text::may_come_lost(language)),
            card if !card.departed.is_empty() => Some(text::may_come_departed(language)),
            _ => None,
        });
        if let Some(reported) = reported {
            words.push_str(" · ");
            words.push_str(&reported);
        }
        format!("  {words}")
    };
    let usable = |custodian: &&crate::vault::Custodian| {
        card_in(state, header.hash(), custodian.index).is_none_or(CardState::is_usable)
    };
    // Nobody is called in vain before those who can be counted on.
    let (counted_on, others): (Vec<_>, Vec<_>) = gathering.absent().partition(usable);
    let absent: Vec<String> = counted_on.into_iter().chain(others).map(reach).collect();
    text::Gathering {
        name: &header.name,
        epoch: header.id(),
        threshold: header.threshold,
        present,
        missing: gathering.missing(),
        absent: absent.join("\n"),
    }
    .say(language)
}

fn names<'a>(custodians: impl Iterator<Item = &'a crate::vault::Custodian>) -> String {
    custodians.map(|custodian| custodian.name.to_string()).collect::<Vec<_>>().join(", ")
}
