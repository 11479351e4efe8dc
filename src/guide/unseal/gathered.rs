//! From what is wanted to a quorum in a vault that can be written: in a whole folder, in a damaged one, and where the header is lost.

use super::{Request, attachment, export, log_place, named, reason};
use crate::card::{Card, CardHead};
use crate::ceremony::{Attendance, CeremonyError, Headerless, StandIn, Writing};
use crate::desk::{Answer, Purpose, YES};
use crate::guide::cards::{Gathered, ask_card, ask_phrase_of, gather_to_open};
use crate::guide::{Context, GuideError, trust};
use crate::language::messages::cli as text;
use crate::vault::{Claim, VaultName};

/// A quorum, and what it opens.
pub struct Opening {
    pub writing: Writing<'static>,
    pub attendance: Attendance,
    pub reason: Claim,
    pub incident: Option<Claim>,
}

/// Gathers the quorum of an opening. Before anybody brings a card, everything is looked at that could stop it.
pub fn opening(context: &mut Context, request: &Request) -> Result<Opening, GuideError> {
    let ledger = match context.read() {
        // No header can be read, and so no line be held against one; cards may still open the contents.
        Err(GuideError::Ceremony(CeremonyError::NoBeginning(..))) => return without_header(context, request, None),
        read => read?,
    };
    if let Ok(active) = ledger.active() {
        trust::tell(context, &ledger, active.hash());
    }
    let head_is_missing = ledger.given_and_missing().next().is_some();
    if head_is_missing && !context.desk.confirm(&text::ask_open_without_head(context.language), YES)? {
        return Err(GuideError::Declined);
    }
    named::check(request, &ledger)?;
    let vault = ledger.folder().root().to_owned();
    check_targets(context, request, &vault)?;
    // That somebody else is writing, or that nothing can be written, must not be learned after the cards came.
    let mut writing = log_place::begin(context, ledger, request.side_log_only, &|context| context.read_at(&vault))?;
    let header = writing.ledger().active()?.clone();
    if context.desk.is_attended() {
        let count = header.custodians.len();
        context
            .desk
            .tell(&text::UnsealIntro { name: &header.name, threshold: header.threshold, count }.say(context.language));
    }
    let (reason, incident) = reason(context, request)?;
    match gather_to_open(context, writing.ledger())? {
        Gathered::Quorum(attendance) => {
            let header = attendance.header();
            if writing.ledger().may_prove(header.id()).is_some() {
                writing.prove(header.hash());
            }
            Ok(Opening { writing, attendance: *attendance, reason, incident })
        }
        Gathered::HeaderLost(first) => {
            drop(writing);
            without_header(context, request, Some((first, (reason, incident))))
        }
    }
}

fn check_targets(context: &mut Context, request: &Request, vault: &std::path::Path) -> Result<(), GuideError> {
    if request.attachment.is_some() {
        attachment::check_target(context, request.to.as_deref(), vault)?;
    }
    match &request.export {
        Some(folder) => export::ask(context, folder, vault),
        None => Ok(()),
    }
}

/// A first card that shows that its header is lost, and what was asked before it.
type Before = (Card, (Claim, Option<Claim>));

/// Gathers cards of an epoch whose header is lost. Nothing tells a true card from a false one before the contents open.
fn without_header(context: &mut Context, request: &Request, before: Option<Before>) -> Result<Opening, GuideError> {
    let vault = context.vault_path()?;
    let (first, asked) = match before {
        Some((card, asked)) => (Some(card), asked),
        None => {
            check_targets(context, request, &vault)?;
            (None, reason(context, request)?)
        }
    };
    let (reason, incident) = asked;
    let stand_in = gather(context, first)?;
    let read = |context: &Context| {
        let folder = context.folder(&vault)?;
        let anchors = context.anchors(&folder)?;
        Ok(stand_in.read(folder, context.pins(), anchors)?)
    };
    let ledger = read(context)?;
    let writing = log_place::begin(context, ledger, request.side_log_only, &read)?;
    let attendance = stand_in.attendance(writing.ledger())?;
    Ok(Opening { writing, attendance, reason, incident })
}

fn gather(context: &mut Context, first: Option<Card>) -> Result<StandIn, GuideError> {
    let language = context.language;
    let vault = context.vault_path()?;
    let mut brought = first;
    let mut headerless: Option<Headerless> = None;
    loop {
        let card = match brought.take() {
            Some(card) => card,
            None => match ask_card(context, &text::ask_card(language), &|_: &CardHead| None, Purpose::Open)? {
                Answer::Given(card) => card,
                Answer::LaidAside => continue,
            },
        };
        let gathering = match &mut headerless {
            Some(gathering) => gathering,
            None => {
                let folder = context.folder(&vault)?;
                let begun = Headerless::begin(&folder, card.head())?;
                let begun = begun.ok_or(CeremonyError::HeaderMissing(card.head().epoch))?;
                let (number, epoch) = begun.epoch();
                context
                    .desk
                    .tell(&text::HeaderIsLost { number, epoch, threshold: card.head().threshold }.say(language));
                headerless.insert(begun)
            }
        };
        if !gathering.fits(card.head()) {
            let (_, epoch) = gathering.epoch();
            context.desk.tell(&text::CardSeemsOfOtherEpoch { card: card.head().epoch, folder: epoch }.say(language));
            continue;
        }
        let name = VaultName::of_card(card.head().index);
        let share = match card {
            Card::Open(card) => card.into_share(),
            Card::Locked(card) => {
                let Answer::Given(phrase) = ask_phrase_of(context, language, &name.to_string(), card.head())? else {
                    continue;
                };
                context.desk.tell(&text::opening_lock(language));
                card.unlock(&phrase).map_err(CeremonyError::Memory)?
            }
        };
        gathering.offer(share);
        if gathering.missing() > 0 {
            context.desk.tell(&text::CardNoted { name: &name, missing: gathering.missing() }.say(language));
        } else if let Some(stand_in) = gathering.open() {
            context.desk.tell(&text::opened_without_header(language));
            return Ok(stand_in);
        } else {
            context.desk.tell(&text::cards_do_not_open(language));
        }
        context.desk.pause(&text::card_goes_back(language))?;
    }
}
