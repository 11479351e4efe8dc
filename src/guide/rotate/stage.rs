//! The first half of a rotation: the quorum comes, sees what was deposited, says who holds cards next, and signs the staging.

use std::collections::BTreeSet;

use super::people::next_people;
use super::replaced::{Replacements, ask_replaced, check_replaced};
use super::{Request, read_back_and_commit};
use crate::ceremony::{Choices, Ledger, NewCards, OpenDeposit, Plan, Rotation, stage, write_card_files};
use crate::desk::{YES, size};
use crate::guide::card_paper::{tell_files, tell_leftovers};
use crate::guide::cards::gather;
use crate::guide::outcome::{self, Heads};
use crate::guide::people::{plan_cards, tell_policy};
use crate::guide::telling::tell_heads;
use crate::guide::{Context, End, GuideError, nobody_yet};
use crate::ids::Digest;
use crate::journal::{PendingDeposit, State};
use crate::language::{Say, messages::attachments, messages::cards as text};
use crate::report::field_labels;

/// Hexadecimal digits that name a deposit at least.
const DIGITS: usize = 8;

pub fn run(context: &mut Context, request: &Request, ledger: Ledger<'static>) -> Result<End, GuideError> {
    let header = ledger.active()?.clone();
    // Cards that come now prove what nothing has proved yet; people must know why they are asked.
    nobody_yet::tell(context, &ledger)?;
    // Everything that can be refused is refused before people are asked for cards.
    let epoch = ledger.state().epochs[&header.hash()].clone();
    let people = next_people(context, request, &header, &epoch)?;
    let threshold = request.people.threshold.unwrap_or(header.threshold);
    let all_needed = request.people.all_needed || usize::from(header.threshold) == header.custodians.len();
    tell_policy(context, &people, threshold, all_needed)?;
    let folder = request.paper.folder(context, ledger.folder().root())?;
    check_names(request, &ledger.state().deposits)?;
    check_replaced(context, request, &ledger)?;
    context.desk.pause(&text::old_cards_first(context.language, header.threshold))?;
    let attendance = gather(context, &header, ledger.state())?;
    let mut writing = context.begin(ledger)?;
    context.remember(writing.ledger(), Some(header.hash()));
    let rotation = Rotation::open(&writing, attendance)?;
    let (rotation, replacements) = ask_replaced(context, request, &mut writing, rotation)?;
    let rotation = if request.renew_attachments { rotation.renewing_attachments() } else { rotation };
    let (fold, dismiss) = choose_deposits(context, request, &rotation, writing.ledger().state(), &replacements)?;
    context.desk.turn_to_new_cards();
    let plan = Plan {
        name: header.name.clone(),
        custodians: plan_cards(context, people, request.locks.profile)?,
        threshold,
        all_needed,
        titles_hidden: header.titles_hidden,
    };
    let (disk, zone, format) = (context.disk(), context.zone.clone(), request.paper.format);
    let vault = writing.ledger().folder().root().to_owned();
    let mut files = Vec::new();
    let mut write = |new: &NewCards| {
        files = write_card_files(disk, &vault, &folder, new, format, &zone)?;
        Ok(files.iter().map(|file| file.card).collect())
    };
    let (count, bytes) = rotation.to_renew(&plan);
    if count > 0 {
        context.desk.tell(&attachments::Renewing { count, size: size(bytes) }.say(context.language));
    }
    let choices = Choices { fold, dismiss, replaced: replacements.replaced };
    let staged = stage(&mut writing, rotation, plan, choices, context.now(), &mut write);
    let staged = staged.inspect_err(|_| tell_leftovers(context, &files, &folder))?;
    context.desk.clear_between_people();
    context.desk.tell(&text::Staged { number: staged.number, epoch: staged.epoch.id() }.say(context.language));
    for left in &staged.renewal.left {
        context.desk.tell(
            &attachments::NotRenewed { entry: &left.entry, name: &left.name, blob: left.blob }.say(context.language),
        );
    }
    tell_files(context, &files, &folder)?;
    if !request.stage {
        return read_back_and_commit(context, request, writing, staged.epoch, Some(folder));
    }
    let ledger = writing.end();
    if context.is_for_machine() {
        context.print_json(&outcome::Staged {
            attachments_renewed: staged.renewal.renewed.len(),
            committed: false,
            epoch: staged.epoch.id(),
            heads: Heads::of(&ledger),
            number: staged.number,
        })?;
    } else {
        context.desk.tell(&text::staged_only(context.language));
        tell_heads(context, &ledger);
    }
    Ok(End::Done)
}

/// The people in the room see what was put in since, by whom and when as claimed, and say what becomes part of the sealed vault and what
/// is dismissed for good. What was put in apart is never folded in by one yes for all.
fn choose_deposits(
    context: &mut Context,
    request: &Request,
    rotation: &Rotation,
    state: &State,
    replacements: &Replacements,
) -> Result<(Vec<Digest>, Vec<Digest>), GuideError> {
    let language = context.language;
    let deposits = rotation.deposits();
    let mut fold = replacements.confirmed.clone();
    let mut dismiss: Vec<Digest> = Vec::new();
    let apart: BTreeSet<Digest> = state.conflicts.iter().flat_map(|conflict| conflict.deposits.clone()).collect();
    let (mut open, mut asked): (Vec<&OpenDeposit>, Vec<&OpenDeposit>) = (Vec::new(), Vec::new());
    let mut unreadable: Vec<&OpenDeposit> = Vec::new();
    for deposit in deposits {
        let digest = deposit.pending.deposit;
        if is_among(&request.dismiss, deposit) {
            dismiss.push(digest);
        } else if deposit.deposit.is_err() {
            unreadable.push(deposit);
        } else if !is_among(&request.keep_out, deposit)
            && !replacements.unset.contains(&digest)
            && !fold.contains(&digest)
        {
            if apart.contains(&digest) { &mut asked } else { &mut open }.push(deposit);
        }
    }
    dismiss.extend(dismissed_unread(context, &unreadable)?);
    if !open.is_empty() {
        let lines: Vec<String> = open.iter().map(|deposit| line(context, deposit)).collect();
        context.desk.tell(&text::DepositsWait { count: open.len(), lines: lines.join("\n") }.say(language));
        if context.desk.confirm(&text::fold_all(language), YES)? {
            fold.extend(open.iter().map(|deposit| deposit.pending.deposit));
        } else {
            asked.extend(open);
        }
    }
    if asked.iter().any(|deposit| apart.contains(&deposit.pending.deposit)) {
        context.desk.tell(&text::put_in_apart(language));
        if !context.desk.is_attended() {
            return Err(GuideError::Usage(text::decide_what_was_put_in_apart));
        }
    }
    for deposit in asked {
        let line = line(context, deposit);
        let choices = [text::fold_it(language), text::keep_it_out(language), text::dismiss_it(language)];
        match context.desk.choose(&text::what_of_this(language, line.trim()), &choices, "--keep-out")? {
            0 => fold.push(deposit.pending.deposit),
            1 => {}
            _ => dismiss.push(deposit.pending.deposit),
        }
    }
    Ok((fold, dismiss))
}

/// So many deposits that cannot be read are asked about one by one without a question for all: anybody can add hundreds.
const MOST_ASKED: usize = 3;

/// Of deposits that cannot be read, those that people dismiss for good; the others stay out.
fn dismissed_unread(context: &mut Context, unreadable: &[&OpenDeposit]) -> Result<Vec<Digest>, GuideError> {
    let language = context.language;
    let is_many = unreadable.len() > MOST_ASKED;
    let told = if is_many { &unreadable[..MOST_ASKED] } else { unreadable };
    let mut each = !is_many;
    if is_many {
        told.iter().for_each(|deposit| tell_unreadable(context, deposit));
        context
            .desk
            .tell(&text::MoreStayOut { count: unreadable.len() - MOST_ASKED, all: unreadable.len() }.say(language));
        if !context.desk.is_attended() {
            return Ok(Vec::new());
        }
        let choices = [text::keep_all_out(language), text::dismiss_all(language), text::ask_each(language)];
        let question = text::what_of_unreadable(language, unreadable.len());
        match context.desk.choose(&question, &choices, "--dismiss")? {
            1 => return Ok(unreadable.iter().map(|deposit| deposit.pending.deposit).collect()),
            2 => each = true,
            _ => {}
        }
    }
    let mut dismissed = Vec::new();
    for deposit in unreadable.iter().filter(|_| each) {
        if !is_many {
            tell_unreadable(context, deposit);
        }
        let question = text::dismiss_unreadable(language, line(context, deposit).trim());
        if context.desk.is_attended() && context.desk.confirm(&question, "--dismiss")? {
            dismissed.push(deposit.pending.deposit);
        }
    }
    Ok(dismissed)
}

fn tell_unreadable(context: &mut Context, deposit: &OpenDeposit) {
    if let Err(error) = &deposit.deposit {
        let why = error.say(context.language);
        context.desk.tell(&text::DepositStaysOut { entry: &deposit.pending.entry.id, why }.say(context.language));
    }
}

fn line(context: &Context, deposit: &OpenDeposit) -> String {
    let language = context.language;
    let pending = &deposit.pending;
    let mut given = field_labels(language, &pending.fields);
    // The log knows the size of the blob; what was opened knows that of the file.
    let opened = deposit.deposit.as_ref().ok().map(|deposit| &deposit.change.attach);
    given.extend(pending.attached.iter().map(|attached| {
        let file = opened.and_then(|attach| attach.get(&attached.name)).map_or(attached.size, |file| file.size);
        attachments::Label { name: &attached.name, size: size(file) }.say(language)
    }));
    let mut removed = field_labels(language, &pending.cleared);
    removed.extend(pending.detached.iter().map(|name| attachments::detached(language, name)));
    let mut fields = given.join(", ");
    if !removed.is_empty() {
        fields = text::FieldsAndCleared { fields, cleared: removed.join(", ") }.say(language);
    }
    let by = context.shown_by(pending.by.as_ref());
    let digest = pending.deposit.to_string();
    let when = pending.time.date_and_minute(&context.zone);
    format!(
        "  {}",
        text::DepositLine { entry: &pending.entry.id, fields, by, when, digest: &digest[..DIGITS] }.say(language)
    )
}

fn is_among(named: &[String], deposit: &OpenDeposit) -> bool {
    named.iter().any(|named| is_named(named, &deposit.pending))
}

/// By the id of its entry, or by the beginning of its digest.
fn is_named(named: &str, pending: &PendingDeposit) -> bool {
    let digest = pending.deposit.to_string();
    pending.entry.id.as_str() == named || (named.len() >= DIGITS && digest.starts_with(named))
}

fn check_names(request: &Request, deposits: &[PendingDeposit]) -> Result<(), GuideError> {
    for (option, named) in [("--keep-out", &request.keep_out), ("--dismiss", &request.dismiss)] {
        if let Some(unknown) = named.iter().find(|named| !deposits.iter().any(|deposit| is_named(named, deposit))) {
            return Err(GuideError::NotThere { option, value: unknown.clone() });
        }
    }
    Ok(())
}
