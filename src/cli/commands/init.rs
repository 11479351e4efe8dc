//! `init`: a new vault.

use std::path::PathBuf;

use crate::cli::card_paper::PaperArguments;
use crate::cli::desk::{CardSource, Consent, PaperClaimArgument, PhraseSource};
use crate::cli::people::{LockArguments, PeopleArguments};
use crate::desk::{Answers, CARDS};
use crate::guide::init::Request;
use crate::vault::VaultName;

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    #[arg(long, value_name = "NAME")]
    name: Option<VaultName>,
    #[command(flatten)]
    people: PeopleArguments,
    #[arg(long)]
    hide_titles: bool,
    #[command(flatten)]
    paper: PaperArguments,
    #[command(flatten)]
    locks: LockArguments,
    #[command(flatten)]
    cards: CardSource,
    #[command(flatten)]
    phrases: PhraseSource,
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
            from_paper: self.claim.from_paper,
            yes: self.consent.yes,
            ..Answers::default()
        }
    }
}

impl From<Arguments> for Request {
    fn from(given: Arguments) -> Request {
        Request {
            dir: given.dir,
            name: given.name,
            people: given.people.into(),
            hide_titles: given.hide_titles,
            paper: given.paper.into(),
            locks: given.locks.into(),
            claim: given.claim.of(CARDS, &given.cards.cards),
        }
    }
}
