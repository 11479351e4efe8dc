//! `log show`: every event in the reader's language, the newest last: when, what, and whose cards signed it. What no card signed is
//! shown as claimed.

use serde::Serialize;

use crate::ceremony::Ledger;
use crate::cli::commands::{custodian_name, field_labels};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::terminal::printable;
use crate::journal::{Event, Finding, NewEpoch, OneTimeCode, Placed, What};
use crate::language::{Language, Say, messages::report as text};
use crate::quorum::{CardIndex, EpochHash, EventId, HeadCode};

/// Digits of an event's id that tell it from all others of a log, for people.
const SHORT_ID: usize = 12;

/// Groups of its short form that find it again beside a head on paper.
const GROUPS: usize = 2;

/// One event for a machine, on one line.
#[derive(Serialize)]
struct Row<'a> {
    line: usize,
    id: EventId,
    head_code: HeadCode,
    /// Whether the rules let it have its effect.
    accepted: bool,
    /// Names of the custodians whose cards signed it; empty for what is only claimed.
    signed_by: Vec<String>,
    event: &'a Event,
}

pub fn run(context: &mut Context) -> Result<u8, CliError> {
    let ledger = context.read()?;
    for placed in &ledger.history().events {
        if context.json {
            let (line, id, accepted, event) = (placed.line, placed.id, placed.accepted, &placed.event);
            context.print_json(&Row {
                line,
                id,
                head_code: HeadCode::of(id),
                accepted,
                signed_by: signers(&ledger, event),
                event,
            })?;
        } else {
            context.print(&block(context, &ledger, placed))?;
        }
    }
    Ok(0)
}

/// One event: when and what on the first line, by whom on the second.
fn block(context: &Context, ledger: &Ledger<'_>, placed: &Placed) -> String {
    let language = context.language;
    let Placed { event, id, .. } = placed;
    let when = event.time.date_and_minute(&context.zone);
    let what = Teller { language, ledger }.sentence(&event.what);
    let code = HeadCode::of(*id).groups().take(GROUPS).collect::<Vec<_>>().join(" ");
    let id = &id.to_string()[..SHORT_ID];
    let mut lines = vec![format!("{when}  {what}"), format!("    {id} · {code} · {}", by(language, ledger, event))];
    if !placed.accepted {
        let why = ledger.history().findings.iter().find_map(|finding| match finding {
            Finding::Refused { line, why } if *line == placed.line => Some(why.say(language)),
            _ => None,
        });
        lines.push(format!("    {}", text::log_no_effect(language, why.unwrap_or_default())));
    }
    printable(&lines.join("\n"))
}

fn by(language: Language, ledger: &Ledger<'_>, event: &Event) -> String {
    let signers = signers(ledger, event);
    if !signers.is_empty() {
        return text::log_signed(language, signers.join(", "));
    }
    match (&event.what, &event.by) {
        (What::Receipt { receipt }, _) => {
            let receipt = &receipt.receipt;
            text::log_signed(language, custodian_name(ledger, receipt.epoch, receipt.card))
        }
        (What::Committed { .. }, Some(by)) => text::log_follows(language, by),
        (_, Some(by)) => text::log_claimed(language, by),
        (_, None) => text::log_unsigned(language),
    }
}

fn signers(ledger: &Ledger<'_>, event: &Event) -> Vec<String> {
    event.signers.iter().map(|signer| custodian_name(ledger, signer.0, signer.1)).collect()
}

struct Teller<'a> {
    language: Language,
    ledger: &'a Ledger<'a>,
}

impl Teller<'_> {
    fn sentence(&self, what: &What) -> String {
        match what {
            What::Created { .. }
            | What::Staged { .. }
            | What::Committed { .. }
            | What::Aborted { .. }
            | What::Deleted { .. } => self.of_epochs(what),
            What::Opened { .. }
            | What::Revealed { .. }
            | What::Exported { .. }
            | What::Closed { .. }
            | What::Reviewed { .. } => self.of_openings(what),
            What::Deposited { .. } => self.deposit(what),
            What::TailSetAside { number, size, .. } => text::log_tail_set_aside(self.language, number, size),
            What::Merged {} => text::log_merged(self.language),
            _ => self.of_cards(what),
        }
    }

    fn of_epochs(&self, what: &What) -> String {
        let language = self.language;
        match what {
            What::Created { name, epoch } => text::log_created(language, name, self.epoch(epoch)),
            What::Staged { epoch, deposits, replaced, renewed } => {
                let mut words = text::log_staged(language, self.epoch(epoch), deposits.len());
                if !replaced.is_empty() {
                    let entries: Vec<&str> = replaced.iter().map(|entry| entry.as_str()).collect();
                    words.push(' ');
                    words.push_str(&text::log_replaced(language, entries.join(", ")));
                }
                if !renewed.is_empty() {
                    words.push(' ');
                    words.push_str(&text::log_renewed(language, renewed.len()));
                }
                words
            }
            What::Committed { epoch, left_out } => {
                let mut words = text::log_committed(language, self.number(*epoch));
                for left in left_out {
                    words.push(' ');
                    words.push_str(&text::log_left_out(language, self.name(*epoch, left.card), &left.reason));
                }
                words
            }
            What::Aborted { epoch, reason } => text::log_aborted(language, self.number(*epoch), reason),
            What::Deleted { sealed, deposits, attachments } => {
                let mut words = match sealed {
                    Some(epoch) => text::log_deleted(language, self.number(*epoch), deposits.len()),
                    None => text::log_deleted_deposits(language, deposits.len()),
                };
                if !attachments.is_empty() {
                    words.push(' ');
                    words.push_str(&text::log_deleted_attachments(language, attachments.len()));
                }
                words
            }
            _ => String::new(),
        }
    }

    fn of_openings(&self, what: &What) -> String {
        let language = self.language;
        match what {
            What::Opened { reason, incident: Some(incident), .. } => text::log_opened_for(language, reason, incident),
            What::Opened { reason, incident: None, .. } => text::log_opened(language, reason),
            What::Revealed { entry, fields, attachments, codes, .. } => {
                let mut shown = field_labels(language, fields);
                shown.extend(attachments.iter().map(|name| text::log_attachment(language, name)));
                shown.extend(codes.iter().map(|code| match code {
                    OneTimeCode::TimeBased => text::log_time_based_code(language),
                    OneTimeCode::Recovery { number, .. } => text::log_recovery_code(language, number),
                }));
                text::log_revealed(language, entry, shown.join(", "))
            }
            What::Exported { .. } => text::log_exported(language),
            What::Closed { .. } => text::log_closed(language),
            What::Reviewed { openings } => text::log_reviewed(language, openings.len()),
            _ => String::new(),
        }
    }

    fn of_cards(&self, what: &What) -> String {
        let language = self.language;
        match what {
            What::ReadBack { epoch, card, .. } => {
                text::log_read_back(language, self.name(*epoch, *card), self.number(*epoch))
            }
            What::Checked { epoch, card } => text::log_checked(language, self.name(*epoch, *card)),
            What::Receipt { receipt } => {
                let receipt = &receipt.receipt;
                text::log_receipt(language, self.name(receipt.epoch, receipt.card), receipt.time)
            }
            What::Lost { epoch, card, reason } if reason.is_empty() => {
                text::log_lost_no_reason(language, self.name(*epoch, *card))
            }
            What::Departed { epoch, card, reason } if reason.is_empty() => {
                text::log_departed_no_reason(language, self.name(*epoch, *card))
            }
            What::Lost { epoch, card, reason } => text::log_lost(language, self.name(*epoch, *card), reason),
            What::Departed { epoch, card, reason } => text::log_departed(language, self.name(*epoch, *card), reason),
            What::Relocked { epoch, card, lock: Some(_), .. } => text::log_locked(language, self.name(*epoch, *card)),
            What::Relocked { epoch, card, lock: None, .. } => text::log_unlocked(language, self.name(*epoch, *card)),
            What::PaperDestroyed { epoch, cards } => {
                text::log_paper_destroyed(language, self.names(*epoch, cards), self.number(*epoch))
            }
            What::CardFilesDestroyed { epoch, cards } => {
                text::log_card_files_destroyed(language, self.names(*epoch, cards), self.number(*epoch))
            }
            _ => String::new(),
        }
    }

    fn deposit(&self, what: &What) -> String {
        let language = self.language;
        let What::Deposited { entry, fields, cleared, attached, detached, .. } = what else { return String::new() };
        let quoted = |name| text::log_attachment(language, name);
        let mut given = field_labels(language, fields);
        given.extend(attached.iter().map(|attached| quoted(&attached.name)));
        let mut removed = field_labels(language, cleared);
        removed.extend(detached.iter().map(quoted));
        let given = (!given.is_empty()).then(|| text::log_deposited(language, &entry.id, given.join(", ")));
        let removed = (!removed.is_empty()).then(|| match given {
            Some(_) => text::log_cleared(language, removed.join(", ")),
            None => text::log_cleared_of(language, &entry.id, removed.join(", ")),
        });
        given.into_iter().chain(removed).collect::<Vec<_>>().join(" ")
    }

    fn epoch(&self, epoch: &NewEpoch) -> String {
        text::log_epoch(self.language, epoch.number, epoch.hash.id())
    }

    fn number(&self, epoch: EpochHash) -> String {
        let number = self.ledger.state().epochs.get(&epoch).map(|epoch| epoch.number);
        number.map_or_else(|| epoch.id().to_string(), |number| number.to_string())
    }

    fn name(&self, epoch: EpochHash, card: CardIndex) -> String {
        custodian_name(self.ledger, epoch, card)
    }

    fn names(&self, epoch: EpochHash, cards: &[CardIndex]) -> String {
        cards.iter().map(|card| self.name(epoch, *card)).collect::<Vec<_>>().join(", ")
    }
}
