//! What is wrong with a log, and where.

use super::line::UnreadableLine;
use crate::bounds::LINE_BYTES;
use crate::card::HeadCode;
use crate::ids::{EpochHash, EventId};
use crate::language::{Language, Say, messages::journal as text};
use crate::quorum::CardIndex;
use crate::speaks;

/// Something that a reader of the log must know. None of it stops an opening: cards and header prove themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A line that is not a line of this format.
    Unreadable {
        /// The line's number, from 1.
        line: usize,
        /// Why.
        why: UnreadableLine,
    },
    /// Further lines that are not lines of this format: so many are not told one by one.
    MoreUnreadable {
        /// The first of them, from 1.
        line: usize,
        /// How many.
        count: usize,
    },
    /// A line says something else of a deposit that waits than another line does. Only the deposit itself tells which of them is true.
    Retold {
        /// The line's number, from 1.
        line: usize,
    },
    /// A line follows an event that is not there: what stood between was cut, changed or moved.
    Cut {
        /// The line's number, from 1.
        line: usize,
        /// The event that is missing.
        missing: EventId,
    },
    /// A line stands twice.
    Repeated {
        /// The line's number, from 1.
        line: usize,
    },
    /// A line says what its signatures do not allow; it changes nothing.
    Refused {
        /// The line's number, from 1.
        line: usize,
        /// Why.
        why: Refusal,
    },
    /// Lines follow events that are not there, back to no beginning: where they belong is not known, and they change nothing.
    Unplaced {
        /// The first of them, from 1.
        line: usize,
        /// How many.
        count: usize,
    },
    /// Nothing proves where the log begins: no line that begins a vault, and no epoch that a card or this machine vouched for.
    NoBeginning,
    /// The head that somebody holds on paper is not in the log: the log is older than that paper, or another one.
    AnchorMissing {
        /// That head.
        head: EventId,
    },
    /// The head that somebody holds on paper is there, and what it follows is not all there: it decides nothing.
    AnchorBehindCut {
        /// That head.
        head: EventId,
    },
}

/// Why an event has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is of another vault.
    OtherVault,
    /// A second beginning, or a first line that is no beginning.
    NotTheBeginning,
    /// The number of signatures is not the number of signers, or a signer stands twice.
    SignersDoNotMatch,
    /// The header that holds the signer's key is not in the vault.
    HeaderMissing(EpochHash),
    /// This signature is not this card's.
    BadSignature(CardIndex),
    /// It needs more cards than signed it: (signed, needed).
    TooFewCards(usize, usize),
    /// It must be signed by just that card, or by just the attending ones.
    WrongSigners,
    /// The signing epoch was not the active one at that point.
    NotActive(EpochHash),
    /// It names a card that the epoch does not have.
    NoSuchCard(CardIndex),
    /// It names an opening that is not before it, or that was closed.
    NoSuchOpening(EventId),
    /// The staged epoch does not continue the active one, or its number was used.
    DoesNotContinue(EpochHash),
    /// It commits or aborts an epoch that was not staged before it.
    NotStaged(EpochHash),
    /// Too few of the new cards were read back: (read back, needed).
    TooFewReadBack(usize, usize),
    /// The cards that were not read back are not the ones that it leaves out.
    LeftOutDiffers,
    /// The receipt is not signed by that card, or is for another vault.
    BadReceipt(CardIndex),
    /// What it follows is not there, back to no beginning.
    Unplaced,
    /// It has no signature and more bytes than a claim may have: (bytes, at most).
    ClaimTooLong(usize, usize),
    /// It commits an epoch of whose staging pieces are missing.
    StagingIncomplete(EpochHash),
}

impl Refusal {
    /// Whether another header could undo it.
    pub(super) fn hangs_on_a_header(&self) -> bool {
        matches!(self, Refusal::HeaderMissing(_) | Refusal::NoSuchCard(_))
    }
}

impl Finding {
    /// The number of the line that it is about, from 1; what is about the whole log stands last.
    pub(super) fn line(&self) -> usize {
        match self {
            Finding::Unreadable { line, .. }
            | Finding::MoreUnreadable { line, .. }
            | Finding::Cut { line, .. }
            | Finding::Repeated { line }
            | Finding::Retold { line }
            | Finding::Unplaced { line, .. }
            | Finding::Refused { line, .. } => *line,
            Finding::NoBeginning | Finding::AnchorMissing { .. } | Finding::AnchorBehindCut { .. } => usize::MAX,
        }
    }

    /// Whether lines are missing or cannot be read, so that it is not known what they said.
    #[must_use]
    pub fn is_gap(&self) -> bool {
        match self {
            Finding::Unreadable { .. }
            | Finding::MoreUnreadable { .. }
            | Finding::Cut { .. }
            | Finding::Unplaced { .. }
            | Finding::NoBeginning => true,
            Finding::Repeated { .. }
            | Finding::Retold { .. }
            | Finding::Refused { .. }
            | Finding::AnchorMissing { .. }
            | Finding::AnchorBehindCut { .. } => false,
        }
    }
}

impl Say for Refusal {
    fn say(&self, language: Language) -> String {
        match self {
            Refusal::OtherVault => text::other_vault(language),
            Refusal::NotTheBeginning => text::not_the_beginning(language),
            Refusal::SignersDoNotMatch => text::signers_do_not_match(language),
            Refusal::HeaderMissing(epoch) => text::header_missing(language, epoch.id()),
            Refusal::BadSignature(card) => text::bad_signature(language, card),
            Refusal::TooFewCards(signed, needed) => text::TooFewCards { signed, needed }.say(language),
            Refusal::WrongSigners => text::wrong_signers(language),
            Refusal::NotActive(epoch) => text::not_active(language, epoch.id()),
            Refusal::NoSuchCard(card) => text::no_such_card(language, card),
            Refusal::NoSuchOpening(event) => text::no_such_opening(language, event),
            Refusal::DoesNotContinue(epoch) => text::does_not_continue(language, epoch.id()),
            Refusal::NotStaged(epoch) => text::not_staged(language, epoch.id()),
            Refusal::TooFewReadBack(read, needed) => text::TooFewReadBack { read, needed }.say(language),
            Refusal::LeftOutDiffers => text::left_out_differs(language),
            Refusal::BadReceipt(card) => text::bad_receipt(language, card),
            Refusal::Unplaced => text::unplaced(language),
            Refusal::ClaimTooLong(bytes, most) => text::ClaimTooLong { bytes, most }.say(language),
            Refusal::StagingIncomplete(epoch) => text::staging_incomplete(language, epoch.id()),
        }
    }
}

impl Say for Finding {
    fn say(&self, language: Language) -> String {
        match self {
            Finding::Unreadable { line, why: UnreadableLine::UnknownVersion(version) } => {
                text::LineOfUnknownVersion { line, version }.say(language)
            }
            Finding::Unreadable { line, why: UnreadableLine::Malformed(detail) } => {
                text::LineMalformed { line, detail }.say(language)
            }
            Finding::Unreadable { line, why: UnreadableLine::TooLong } => {
                text::LineTooLong { line, kibibytes: LINE_BYTES / 1024 }.say(language)
            }
            Finding::Retold { line } => text::retold(language, line),
            Finding::MoreUnreadable { line, count } => text::MoreLinesUnreadable { line, count }.say(language),
            Finding::Unplaced { line, count } => text::LinesUnplaced { line, count }.say(language),
            Finding::NoBeginning => text::no_beginning(language),
            Finding::AnchorBehindCut { head } => text::anchor_behind_cut(language, HeadCode::of(*head)),
            Finding::Cut { line, missing } => text::LineCut { line, missing }.say(language),
            Finding::Repeated { line } => text::line_repeated(language, line),
            Finding::Refused { line, why } => text::LineRefused { line, why: why.say(language) }.say(language),
            Finding::AnchorMissing { head } => text::anchor_missing(language, HeadCode::of(*head)),
        }
    }
}

speaks!(Refusal);
speaks!(Finding, Finding::Refused { why, .. } => why);

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    #[test]
    fn why_an_event_was_refused_is_the_finding_s_source() {
        let finding = Finding::Refused { line: 3, why: Refusal::OtherVault };
        assert!(finding.source().is_some_and(|cause| cause.is::<Refusal>()));
    }
}
