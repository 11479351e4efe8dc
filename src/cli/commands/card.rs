//! `card`: what happens to one card between rotations.

use std::path::PathBuf;

use crate::cli::card_paper::PaperArguments;
use crate::cli::desk::{CardSource, Consent, NewCardSource, PaperClaimArgument, PhraseSource};
use crate::cli::people::{EpochArgument, ProfileArgument};
use crate::desk::{Answers, CARDS, NEW_CARDS};
use crate::guide::card::{check, destroyed, lost, relock};
use crate::guide::people::LockWith;
use crate::guide::{Context, End, GuideError};
use crate::quorum::LockProfile;
use crate::vault::Claim;

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Check(CheckArguments),
    Lost(LostArguments),
    Lock(LockOneArguments),
    Unlock(UnlockArguments),
    Destroyed(DestroyedArguments),
}

impl Arguments {
    pub fn answers(&self) -> Answers {
        match &self.command {
            Command::Check(arguments) => arguments.answers(),
            Command::Lost(_) => Answers::default(),
            Command::Lock(arguments) => arguments.reprint.answers(),
            Command::Unlock(arguments) => arguments.reprint.answers(),
            Command::Destroyed(arguments) => arguments.answers(),
        }
    }
}

pub fn run(context: &mut Context, arguments: Arguments) -> Result<End, GuideError> {
    match arguments.command {
        Command::Check(arguments) => check::run(context, &arguments.into()),
        Command::Lost(arguments) => lost::run(context, &arguments.into()),
        Command::Lock(arguments) => relock::run(context, &arguments.into()),
        Command::Unlock(arguments) => relock::run(context, &arguments.into()),
        Command::Destroyed(arguments) => destroyed::run(context, &arguments.into()),
    }
}

#[derive(clap::Args)]
struct CheckArguments {
    #[arg(long, value_name = "FILE", conflicts_with = "alone")]
    header: Option<PathBuf>,
    #[arg(long, value_name = "FILE", requires = "header")]
    receipt: Option<PathBuf>,
    #[arg(long)]
    alone: bool,
    #[arg(long, conflicts_with = "receipt")]
    text_only: bool,
    #[command(flatten)]
    on_card: EpochArgument,
    #[command(flatten)]
    cards: CardSource,
    #[command(flatten)]
    phrases: PhraseSource,
    #[command(flatten)]
    claim: PaperClaimArgument,
    #[command(flatten)]
    consent: Consent,
}

#[derive(clap::Args)]
struct LostArguments {
    #[arg(value_name = "NAME")]
    name: String,
    #[arg(long, value_name = "TEXT")]
    reason: Option<Claim>,
    #[arg(long, value_name = "NAME")]
    by: Option<Claim>,
}

#[derive(clap::Args)]
struct LockOneArguments {
    #[arg(value_name = "NAME")]
    name: Option<String>,
    #[arg(long, value_name = "generated|chosen")]
    lock_with: Option<LockWith>,
    #[command(flatten)]
    profile: ProfileArgument,
    #[command(flatten)]
    reprint: Reprint,
}

#[derive(clap::Args)]
struct UnlockArguments {
    #[arg(value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    reprint: Reprint,
}

/// What both take.
#[derive(clap::Args)]
struct Reprint {
    #[command(flatten)]
    paper: PaperArguments,
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

#[derive(clap::Args)]
struct DestroyedArguments {
    #[arg(value_name = "NAME", required_unless_present = "all", conflicts_with = "all")]
    name: Vec<String>,
    #[arg(long)]
    all: bool,
    #[arg(long, value_name = "NUMBER|EPOCH_ID")]
    epoch: Option<String>,
    #[arg(long)]
    files: bool,
    #[arg(long, value_name = "DIR", requires = "files")]
    cards_to: Option<PathBuf>,
    #[arg(long, value_name = "NAME")]
    by: Option<Claim>,
    #[command(flatten)]
    consent: Consent,
}

impl CheckArguments {
    fn answers(&self) -> Answers {
        Answers {
            cards: self.cards.cards.clone(),
            phrases: self.phrases.phrases.clone(),
            from_paper: self.claim.from_paper,
            yes: self.consent.yes,
            ..Answers::default()
        }
    }
}

impl Reprint {
    fn answers(&self) -> Answers {
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

    fn request(self, name: Option<String>, lock: Option<(LockWith, LockProfile)>) -> relock::Request {
        let claim = self.claim.of(NEW_CARDS, &self.new.new_cards);
        relock::Request { paper: self.paper.into(), claim, name, lock }
    }
}

impl DestroyedArguments {
    fn answers(&self) -> Answers {
        Answers { yes: self.consent.yes, ..Answers::default() }
    }
}

impl From<CheckArguments> for check::Request {
    fn from(given: CheckArguments) -> check::Request {
        check::Request {
            header: given.header,
            receipt: given.receipt,
            alone: given.alone,
            text_only: given.text_only,
            on_card: given.on_card.into(),
            claim: given.claim.of(CARDS, &given.cards.cards),
        }
    }
}

impl From<LostArguments> for lost::Request {
    fn from(given: LostArguments) -> lost::Request {
        lost::Request { name: given.name, reason: given.reason, by: given.by }
    }
}

impl From<DestroyedArguments> for destroyed::Request {
    fn from(given: DestroyedArguments) -> destroyed::Request {
        destroyed::Request {
            name: given.name,
            all: given.all,
            epoch: given.epoch,
            files: given.files,
            cards_to: given.cards_to,
            by: given.by,
        }
    }
}

impl From<LockOneArguments> for relock::Request {
    fn from(given: LockOneArguments) -> relock::Request {
        let with = given.lock_with.unwrap_or(LockWith::Generated);
        let lock = Some((with, given.profile.profile()));
        given.reprint.request(given.name, lock)
    }
}

impl From<UnlockArguments> for relock::Request {
    fn from(given: UnlockArguments) -> relock::Request {
        given.reprint.request(given.name, None)
    }
}
