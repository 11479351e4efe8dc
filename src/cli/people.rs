//! People, threshold and locks as they stand on the command line.

use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use super::number::whole;
use crate::guide::people::{LockRequest, LockWith, PeopleRequest};
use crate::guide::trust::{EpochOnCard, epoch_on_card};
use crate::ids::EpochId;
use crate::quorum::LockProfile;
use crate::vault::VaultName;

/// Custodians and threshold as they are given on the command line.
#[derive(clap::Args)]
pub struct PeopleArguments {
    #[arg(long, value_name = "NAME", conflicts_with = "roster")]
    pub custodian: Vec<VaultName>,
    #[arg(long, value_name = "FILE")]
    pub roster: Option<PathBuf>,
    #[arg(long, value_name = "NUMBER", value_parser = whole(1..=u8::MAX))]
    pub threshold: Option<u8>,
    #[arg(long)]
    pub all_needed: bool,
}

/// Which cards are locked, and how.
#[derive(clap::Args)]
pub struct LockArguments {
    #[arg(long)]
    lock: bool,
    #[arg(long, value_name = "generated|chosen")]
    lock_with: Option<LockWith>,
    #[command(flatten)]
    profile: ProfileArgument,
}

/// How much memory a lock costs.
#[derive(clap::Args)]
pub struct ProfileArgument {
    #[arg(long, value_name = "small|standard|large")]
    lock_profile: Option<Profile>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Profile {
    Small,
    Standard,
    Large,
}

impl From<PeopleArguments> for PeopleRequest {
    fn from(given: PeopleArguments) -> PeopleRequest {
        let PeopleArguments { custodian, roster, threshold, all_needed } = given;
        PeopleRequest { custodian, roster, threshold, all_needed }
    }
}

impl From<LockArguments> for LockRequest {
    fn from(given: LockArguments) -> LockRequest {
        let LockArguments { lock, lock_with, profile } = given;
        LockRequest { lock, lock_with, profile: profile.profile() }
    }
}

impl ProfileArgument {
    /// The lock's cost.
    pub fn profile(&self) -> LockProfile {
        match self.lock_profile {
            Some(Profile::Small) => LockProfile::Small,
            Some(Profile::Large) => LockProfile::Large,
            Some(Profile::Standard) | None => LockProfile::Standard,
        }
    }
}

impl ValueEnum for LockWith {
    fn value_variants<'a>() -> &'a [LockWith] {
        &[LockWith::Generated, LockWith::Chosen]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            LockWith::Generated => "generated",
            LockWith::Chosen => "chosen",
        }))
    }
}

/// The epoch id that a person read off a card.
#[derive(clap::Args)]
pub struct EpochArgument {
    #[arg(long, value_name = "EPOCH_ID", value_parser = epoch_on_card)]
    pub epoch: Option<EpochId>,
}

impl From<EpochArgument> for EpochOnCard {
    fn from(given: EpochArgument) -> EpochOnCard {
        EpochOnCard { epoch: given.epoch }
    }
}
