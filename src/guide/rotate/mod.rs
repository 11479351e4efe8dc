//! `rotate`: the next epoch is staged, its cards printed and read back, and then it begins. It can be stopped after the staging and
//! gone on with on another day, without the old cards; or given up, with a quorum of them.

mod people;
mod replaced;
mod stage;

use std::path::PathBuf;

pub use replaced::ReplacedArgument;

use crate::ceremony::{
    CeremonyError, Ledger, Writing, abort, card_files_destroyed, clean_up, commit, destroy_card_file,
};
use crate::desk::YES;
use crate::guide::card_paper::PaperRequest;
use crate::guide::cards::{gather, gather_more};
use crate::guide::outcome::{self, Heads};
use crate::guide::people::{LockRequest, PeopleRequest, find_card};
use crate::guide::read_back::{names_of, read_cards_back, unverified};
use crate::guide::telling::tell_heads;
use crate::guide::trust::{self, EpochOnCard};
use crate::guide::{Context, End, GuideError};
use crate::ids::EpochHash;
use crate::journal::LeftOut;
use crate::language::messages::cards as text;
use crate::quorum::CardIndex;
use crate::vault::{Claim, EntryId, EpochHeader};

/// What becomes of the next epoch, as far as it is said.
pub struct Request {
    pub stage: bool,
    pub commit: bool,
    pub abort: bool,
    pub without: Vec<String>,
    pub reason: Option<Claim>,
    pub keep_out: Vec<String>,
    pub dismiss: Vec<String>,
    pub renew_attachments: bool,
    pub replaced: Vec<ReplacedArgument>,
    pub generate: Vec<EntryId>,
    pub by: Option<Claim>,
    pub on_card: EpochOnCard,
    pub people: PeopleRequest,
    pub paper: PaperRequest,
    pub locks: LockRequest,
    pub claim: crate::desk::PaperClaim,
}

impl Request {
    /// Whether something is asked for that a rotation which is staged already cannot have any more.
    fn changes_plan(&self) -> bool {
        self.people.is_given()
            || self.renew_attachments
            || !(self.replaced.is_empty() && self.generate.is_empty())
            || !(self.keep_out.is_empty() && self.dismiss.is_empty())
    }

    /// Who does this, as it will stand in the log.
    fn by(&self, context: &Context) -> String {
        context.by(self.by.as_ref())
    }
}

pub fn run(context: &mut Context, request: &Request) -> Result<End, GuideError> {
    request.claim.check()?;
    let ledger = context.read()?;
    ledger.may_be_changed()?;
    trust::check(context, &ledger, &request.on_card)?;
    let ledger = context.ensure_log_place(ledger)?;
    let staged = ledger.state().staged_epoch().map(|epoch| epoch.hash);
    match staged {
        None if request.abort || request.commit => Err(CeremonyError::NothingStaged.into()),
        None => stage::run(context, request, ledger),
        Some(_) if request.abort => give_up(context, request, ledger),
        Some(staged) if request.stage || request.changes_plan() => {
            Err(CeremonyError::StagedAlready(staged.id()).into())
        }
        Some(staged) => {
            let header = ledger.header(staged)?;
            let language = context.language;
            context.desk.tell(
                &text::RotationGoesOn { name: &header.name, number: header.epoch, epoch: header.id() }.say(language),
            );
            let has_files = ledger.state().epochs[&staged].cards.iter().any(|card| card.card_file);
            let folder = if has_files { Some(request.paper.folder(context, ledger.folder().root())?) } else { None };
            let writing = context.begin(ledger)?;
            read_back_and_commit(context, request, writing, staged, folder)
        }
    }
}

/// New cards come back from paper; when enough have, the new epoch begins.
fn read_back_and_commit(
    context: &mut Context,
    request: &Request,
    mut writing: Writing<'static>,
    epoch: EpochHash,
    folder: Option<PathBuf>,
) -> Result<End, GuideError> {
    context.desk.turn_to_new_cards();
    let header = writing.ledger().header(epoch)?.clone();
    let mut left_out = named_as_left_out(request, &header)?;
    let without: Vec<CardIndex> = left_out.iter().map(|left| left.card).collect();
    let read = read_cards_back(context, &mut writing, epoch, folder.as_deref(), &without);
    let mut waiting = unverified(&writing, epoch);
    waiting.retain(|card| !without.contains(card));
    if read.is_ok() && !waiting.is_empty() {
        ask_to_leave_out(context, &writing, &header, &mut waiting, &mut left_out)?;
    }
    let gathering = match read {
        Ok(gathering) if waiting.is_empty() => gathering,
        stopped => {
            let ledger = writing.end();
            let told = tell_waiting(context, &ledger, &header, &waiting);
            stopped?;
            return told;
        }
    };
    // The new quorum's first act: cards that were read back in another sitting are brought once more.
    if gathering.missing() > 0 {
        context.desk.tell(&text::new_cards_commit(context.language, header.threshold));
    }
    let attendance = gather_more(context, gathering, writing.ledger().state())?;
    let by = request.by(context);
    commit(&mut writing, &attendance, left_out, &by, context.now())?;
    clean_up(&mut writing, context.now())?;
    let ledger = writing.end();
    // The new cards proved the new epoch on this machine.
    context.remember(&ledger, Some(epoch));
    tell_begun(context, &ledger, &header)
}

fn named_as_left_out(request: &Request, header: &EpochHeader) -> Result<Vec<LeftOut>, GuideError> {
    // Whoever leaves somebody out had to give a reason.
    let Some(reason) = &request.reason else { return Ok(Vec::new()) };
    let left = |name: &String| Ok(LeftOut { card: find_card(header, name)?, reason: reason.clone() });
    request.without.iter().map(left).collect()
}

/// With one card more than the threshold read back, the people may begin without the others, each for a reason.
fn ask_to_leave_out(
    context: &mut Context,
    writing: &Writing<'_>,
    header: &EpochHeader,
    waiting: &mut Vec<CardIndex>,
    left_out: &mut Vec<LeftOut>,
) -> Result<(), GuideError> {
    let language = context.language;
    let cards = &writing.ledger().state().epochs[&header.hash()].cards;
    let read_back = cards.iter().filter(|card| card.verified.is_some()).count();
    let enough = read_back > usize::from(header.threshold);
    if !enough || !context.desk.is_attended() {
        return Ok(());
    }
    if !context.desk.confirm(&text::begin_without(language, names_of(header, waiting)), "--without")? {
        return Ok(());
    }
    for card in waiting.drain(..) {
        let name = names_of(header, &[card]);
        let reason = context.ask_reason(&text::why_without(language, &name))?;
        left_out.push(LeftOut { card, reason });
    }
    Ok(())
}

fn tell_waiting(
    context: &mut Context,
    ledger: &Ledger<'_>,
    header: &EpochHeader,
    waiting: &[CardIndex],
) -> Result<End, GuideError> {
    let language = context.language;
    if context.is_for_machine() {
        context.print_json(&outcome::Waiting {
            committed: false,
            epoch: header.id(),
            heads: Heads::of(ledger),
            number: header.epoch,
            unverified: waiting,
        })?;
    } else {
        let names = names_of(header, waiting);
        context.desk.tell(&text::RotationWaits { number: header.epoch, epoch: header.id(), names }.say(language));
        tell_heads(context, ledger);
    }
    Ok(End::SomethingIsDue)
}

fn tell_begun(context: &mut Context, ledger: &Ledger<'_>, header: &EpochHeader) -> Result<End, GuideError> {
    let language = context.language;
    let old = header.previous.and_then(|previous| ledger.state().epochs.get(&previous));
    let old_papers: Vec<CardIndex> = old
        .map(|old| old.cards.iter().filter(|card| card.old_papers > 0).map(|card| card.index).collect())
        .unwrap_or_default();
    if context.is_for_machine() {
        context.print_json(&outcome::Begun {
            committed: true,
            epoch: header.id(),
            heads: Heads::of(ledger),
            number: header.epoch,
            papers_to_destroy: &old_papers,
        })?;
        return Ok(End::Done);
    }
    context
        .desk
        .tell(&text::RotationDone { name: &header.name, number: header.epoch, epoch: header.id() }.say(language));
    if let (Some(old), false) = (old, old_papers.is_empty()) {
        let old_header = ledger.header(old.hash)?;
        let names = names_of(old_header, &old_papers);
        context.desk.tell(&text::DestroyOldCards { number: old.number, epoch: old.hash.id(), names }.say(language));
        context.desk.tell(&text::KeepCards { number: header.epoch, epoch: header.id() }.say(language));
    }
    let files_left = ledger.state().epochs[&header.hash()].cards.iter().any(|card| card.card_file);
    context.desk.tell(&if files_left {
        text::some_files_left(language)
    } else {
        text::what_deletion_cannot_do(language)
    });
    context.desk.tell(&text::copy_head_by_hand(language));
    tell_heads(context, ledger);
    Ok(End::Done)
}

/// The staged epoch is given up by a quorum of the active one, and its cards are worth nothing.
fn give_up(context: &mut Context, request: &Request, ledger: Ledger<'static>) -> Result<End, GuideError> {
    let language = context.language;
    let staged = ledger.state().staged_epoch().ok_or(CeremonyError::NothingStaged)?;
    let (hash, number) = (staged.hash, staged.number);
    let header = ledger.active()?.clone();
    if !context.desk.confirm(
        &text::AskAbort { number, epoch: hash.id(), active_number: header.epoch, active: header.id() }.say(language),
        YES,
    )? {
        return Err(GuideError::Declined);
    }
    let reason = match &request.reason {
        Some(reason) => reason.clone(),
        None => context.ask_reason(&text::ask_why_abort(language))?,
    };
    let attendance = gather(context, &header, ledger.state())?;
    let mut writing = context.begin(ledger)?;
    let aborted = abort(&mut writing, &attendance, reason.as_str(), context.now())?;
    clean_up(&mut writing, context.now())?;
    delete_files_of(context, request, &mut writing, hash)?;
    let ledger = writing.end();
    context.remember(&ledger, Some(header.hash()));
    if context.is_for_machine() {
        context.print_json(&outcome::GivenUp {
            aborted: aborted.epoch.id(),
            heads: Heads::of(&ledger),
            number: aborted.number,
        })?;
    } else {
        context.desk.tell(
            &text::RotationAborted { number, epoch: hash.id(), active_number: header.epoch, active: header.id() }
                .say(language),
        );
        tell_heads(context, &ledger);
        if ledger.state().epochs[&hash].cards.iter().any(|card| card.card_file) {
            context.desk.tell(&text::some_files_left(language));
        }
    }
    Ok(End::Done)
}

fn delete_files_of(
    context: &Context,
    request: &Request,
    writing: &mut Writing<'_>,
    epoch: EpochHash,
) -> Result<(), GuideError> {
    let Some(folder) = &request.paper.cards_to else { return Ok(()) };
    let cards = writing.ledger().state().epochs[&epoch].cards.iter();
    let mut deleted = Vec::new();
    for card in cards.filter(|card| card.card_file).map(|card| card.index).collect::<Vec<_>>() {
        if destroy_card_file(context.disk(), folder, card, epoch.id())? {
            deleted.push(card);
        }
    }
    if !deleted.is_empty() {
        card_files_destroyed(writing, epoch, deleted, &request.by(context), context.now())?;
    }
    Ok(())
}
