//! The first half of a rotation: the quorum comes, sees what was deposited, says who holds cards next, and signs the staging.

use super::people::next_people;
use super::replaced::{Replacements, ask_replaced};
use super::{Arguments, read_back_and_commit};
use crate::ceremony::{Ledger, NewCards, OpenDeposit, Plan, Rotation, stage, write_card_files};
use crate::cli::answers::YES;
use crate::cli::card_paper::{tell_files, tell_leftovers};
use crate::cli::cards::gather;
use crate::cli::commands::field_labels;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::heads::head_codes;
use crate::cli::people::{plan_cards, tell_policy};
use crate::cli::progress::size;
use crate::language::{Say, messages::attachments, messages::cards as text};
use crate::quorum::Digest;

/// Hexadecimal digits that name a deposit at least.
const DIGITS: usize = 8;

pub fn run(context: &mut Context, arguments: &Arguments, ledger: Ledger<'static>) -> Result<u8, CliError> {
    let header = ledger.active()?.clone();
    // Everything that can be refused is refused before people are asked for cards.
    let epoch = ledger.state().epochs[&header.hash()].clone();
    let people = next_people(context, arguments, &header, &epoch)?;
    let threshold = arguments.people.threshold.unwrap_or(header.threshold);
    let all_needed = arguments.people.all_needed || usize::from(header.threshold) == header.custodians.len();
    tell_policy(context, &people, threshold, all_needed)?;
    let folder = arguments.paper.folder(context)?;
    context.desk.pause(&text::old_cards_first(context.language, header.threshold))?;
    let attendance = gather(context, &header, ledger.state())?;
    let mut writing = context.begin(ledger)?;
    context.remember(writing.ledger(), Some(header.hash()));
    let rotation = Rotation::open(&writing, attendance)?;
    let (rotation, replacements) = ask_replaced(context, arguments, &mut writing, rotation)?;
    let rotation = if arguments.renew_attachments { rotation.renewing_attachments() } else { rotation };
    let fold = choose_deposits(context, arguments, rotation.deposits(), &replacements)?;
    context.desk.turn_to_new_cards();
    let plan = Plan {
        name: header.name.clone(),
        custodians: plan_cards(context, people, arguments.locks.profile())?,
        threshold,
        all_needed,
        titles_hidden: header.titles_hidden,
    };
    let (disk, zone, format) = (context.disk(), context.zone.clone(), arguments.paper.format());
    let vault = writing.ledger().folder().root().to_owned();
    let mut files = Vec::new();
    let mut write = |new: &NewCards| {
        files = write_card_files(disk, &vault, &folder, new, format, &zone)?;
        Ok(files.iter().map(|file| file.card).collect())
    };
    let (count, bytes) = rotation.to_renew(&plan);
    if count > 0 {
        context.desk.tell(&attachments::renewing(context.language, count, size(bytes)));
    }
    let staged = stage(&mut writing, rotation, plan, &fold, replacements.replaced, context.now(), &mut write);
    let staged = staged.inspect_err(|_| tell_leftovers(context, &files, &folder))?;
    context.desk.clear_between_people();
    context.desk.tell(&text::staged(context.language, staged.number, staged.epoch.id()));
    for left in &staged.renewal.left {
        context.desk.tell(&attachments::not_renewed(context.language, &left.entry, &left.name, left.blob));
    }
    tell_files(context, &files, &folder)?;
    if !arguments.stage {
        return read_back_and_commit(context, arguments, writing, &staged, Some(folder));
    }
    let ledger = writing.end();
    if context.json {
        context.print_json(&serde_json::json!({
            "epoch": staged.epoch.id(),
            "number": staged.number,
            "committed": false,
            "attachments_renewed": staged.renewal.renewed.len(),
            "heads": ledger.heads(),
            "head_codes": head_codes(ledger.heads()),
        }))?;
    } else {
        context.desk.tell(&text::staged_only(context.language));
        crate::cli::commands::tell_heads(context, &ledger);
    }
    Ok(0)
}

/// The people in the room see what was put in since, by whom and when as claimed, and say what becomes part of the sealed vault.
fn choose_deposits(
    context: &mut Context,
    arguments: &Arguments,
    deposits: &[OpenDeposit],
    replacements: &Replacements,
) -> Result<Vec<Digest>, CliError> {
    let language = context.language;
    check_names(arguments, deposits)?;
    let mut fold = replacements.confirmed.clone();
    let mut open: Vec<&OpenDeposit> = Vec::new();
    for deposit in deposits {
        let digest = deposit.pending.deposit;
        if let Err(error) = &deposit.deposit {
            let why = error.say(language);
            context.desk.tell(&text::deposit_stays_out(language, &deposit.pending.entry.id, why));
        } else if !is_kept_out(arguments, deposit) && !replacements.unset.contains(&digest) && !fold.contains(&digest) {
            open.push(deposit);
        }
    }
    if open.is_empty() {
        return Ok(fold);
    }
    let lines: Vec<String> = open.iter().map(|deposit| line(context, deposit)).collect();
    context.desk.tell(&text::deposits_wait(language, open.len(), lines.join("\n")));
    if context.desk.confirm(&text::fold_all(language), YES)? {
        fold.extend(open.iter().map(|deposit| deposit.pending.deposit));
        return Ok(fold);
    }
    for (deposit, line) in open.iter().zip(&lines) {
        if context.desk.confirm(&text::fold_this(language, line.trim()), YES)? {
            fold.push(deposit.pending.deposit);
        }
    }
    Ok(fold)
}

fn line(context: &Context, deposit: &OpenDeposit) -> String {
    let language = context.language;
    let pending = &deposit.pending;
    let mut given = field_labels(language, &pending.fields);
    // The log knows the size of the blob; what was opened knows that of the file.
    let opened = deposit.deposit.as_ref().ok().map(|deposit| &deposit.change.attach);
    given.extend(pending.attached.iter().map(|attached| {
        let file = opened.and_then(|attach| attach.get(&attached.name)).map_or(attached.size, |file| file.size);
        attachments::label(language, &attached.name, size(file))
    }));
    let mut removed = field_labels(language, &pending.cleared);
    removed.extend(pending.detached.iter().map(|name| attachments::detached(language, name)));
    let mut fields = given.join(", ");
    if !removed.is_empty() {
        fields = text::fields_and_cleared(language, fields, removed.join(", "));
    }
    let by = pending.by.clone().unwrap_or_else(|| crate::language::messages::cli::somebody(language));
    let digest = pending.deposit.to_string();
    let when = pending.time.date_and_minute(&context.zone);
    format!("  {}", text::deposit_line(language, &pending.entry.id, fields, by, when, &digest[..DIGITS]))
}

fn is_kept_out(arguments: &Arguments, deposit: &OpenDeposit) -> bool {
    arguments.keep_out.iter().any(|named| is_named(named, deposit))
}

/// By the id of its entry, or by the beginning of its digest.
fn is_named(named: &str, deposit: &OpenDeposit) -> bool {
    let digest = deposit.pending.deposit.to_string();
    deposit.pending.entry.id.as_str() == named || (named.len() >= DIGITS && digest.starts_with(named))
}

fn check_names(arguments: &Arguments, deposits: &[OpenDeposit]) -> Result<(), CliError> {
    let unknown = arguments.keep_out.iter().find(|named| !deposits.iter().any(|deposit| is_named(named, deposit)));
    match unknown {
        Some(named) => Err(CliError::NotThere { option: "--keep-out", value: named.clone() }),
        None => Ok(()),
    }
}
