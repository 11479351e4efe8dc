//! `rotate`: the next epoch.

use crate::cli::card_paper::PaperArguments;
use crate::cli::desk::{CardSource, Consent, NewCardSource, PaperClaimArgument, PhraseSource};
use crate::cli::people::{EpochArgument, LockArguments, PeopleArguments};
use crate::desk::{Answers, NEW_CARDS};
use crate::guide::rotate::{ReplacedArgument, Request};
use crate::vault::{Claim, EntryId};

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(long, conflicts_with_all = ["commit", "abort"])]
    stage: bool,
    #[arg(long, conflicts_with_all = ["abort", "cards", "phrases"])]
    commit: bool,
    #[arg(long)]
    abort: bool,
    #[arg(long, value_name = "NAME", requires = "reason")]
    without: Vec<String>,
    #[arg(long, value_name = "TEXT")]
    reason: Option<Claim>,
    #[arg(long, value_name = "ENTRY|DIGEST")]
    keep_out: Vec<String>,
    #[arg(long, value_name = "DIGEST")]
    dismiss: Vec<String>,
    #[arg(long, conflicts_with_all = ["commit", "abort"])]
    renew_attachments: bool,
    #[arg(long, value_name = "ENTRY:FIELD")]
    replaced: Vec<ReplacedArgument>,
    #[arg(long, value_name = "ENTRY")]
    generate: Vec<EntryId>,
    #[arg(long, value_name = "NAME")]
    by: Option<Claim>,
    #[command(flatten)]
    on_card: EpochArgument,
    #[command(flatten)]
    people: PeopleArguments,
    #[command(flatten)]
    paper: PaperArguments,
    #[command(flatten)]
    locks: LockArguments,
    #[command(flatten)]
    cards: CardSource,
    #[command(flatten)]
    phrases: PhraseSource,
    #[command(flatten)]
    new: NewCardSource,
    #[command(flatten)]
    claim: PaperClaimArgument,
    #[command(flatten)]
    consent: Consent,
}

impl Arguments {
    pub fn answers(&self) -> Answers {
        Answers {
            cards: self.cards.cards.clone(),
            phrases: self.phrases.phrases.clone(),
            new_cards: self.new.new_cards.clone(),
            new_phrases: self.new.new_phrases.clone(),
            from_paper: self.claim.from_paper,
            yes: self.consent.yes,
            ..Answers::default()
        }
    }
}

impl From<Arguments> for Request {
    fn from(given: Arguments) -> Request {
        Request {
            stage: given.stage,
            commit: given.commit,
            abort: given.abort,
            without: given.without,
            reason: given.reason,
            keep_out: given.keep_out,
            dismiss: given.dismiss,
            renew_attachments: given.renew_attachments,
            replaced: given.replaced,
            generate: given.generate,
            by: given.by,
            on_card: given.on_card.into(),
            people: given.people.into(),
            paper: given.paper.into(),
            locks: given.locks.into(),
            claim: given.claim.of(NEW_CARDS, &given.new.new_cards),
        }
    }
}
