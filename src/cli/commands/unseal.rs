//! `unseal`: a quorum opens the vault.

use std::path::PathBuf;

use crate::cli::desk::{CardSource, Consent, PhraseSource};
use crate::cli::number::whole;
use crate::desk::Answers;
use crate::guide::unseal::Request;
use crate::second_factor::ClockCorrection;
use crate::vault::{AttachmentName, Claim, EntryId, FieldName};

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(long, value_name = "TEXT")]
    reason: Option<Claim>,
    #[arg(long, value_name = "NUMBER")]
    incident: Option<Claim>,
    #[arg(long, value_name = "ID", requires = "what")]
    entry: Option<EntryId>,
    #[arg(long, value_name = "NAME", requires = "entry", group = "what")]
    field: Option<FieldName>,
    #[arg(long, value_name = "NAME", requires = "entry", group = "what")]
    attachment: Option<AttachmentName>,
    #[arg(long, value_name = "FILE|-", requires = "attachment")]
    to: Option<PathBuf>,
    #[arg(long, value_name = "NUMBER", requires = "field", value_parser = whole(1..=u16::MAX))]
    code: Option<u16>,
    #[arg(long, value_name = "+90s|-2m", requires = "field", allow_hyphen_values = true)]
    clock: Option<ClockCorrection>,
    #[arg(long, requires = "field")]
    enrolment: bool,
    #[arg(long, value_name = "NUMBER", requires = "entry", num_args = 0..=1, require_equals = true, value_parser = whole(1..=u32::MAX))]
    deposited: Option<Option<u32>>,
    #[arg(long, value_name = "DIR", conflicts_with = "entry")]
    export: Option<PathBuf>,
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = whole(3..=3600_u64))]
    seconds: u64,
    #[arg(long, requires = "log_to")]
    side_log_only: bool,
    #[command(flatten)]
    cards: CardSource,
    #[command(flatten)]
    phrases: PhraseSource,
    #[command(flatten)]
    consent: Consent,
}

impl Arguments {
    pub fn answers(&self) -> Answers {
        Answers {
            cards: self.cards.cards.clone(),
            phrases: self.phrases.phrases.clone(),
            yes: self.consent.yes,
            ..Answers::default()
        }
    }
}

impl From<Arguments> for Request {
    fn from(given: Arguments) -> Request {
        Request {
            reason: given.reason,
            incident: given.incident,
            entry: given.entry,
            field: given.field,
            attachment: given.attachment,
            to: given.to,
            code: given.code,
            clock: given.clock,
            enrolment: given.enrolment,
            deposited: given.deposited,
            export: given.export,
            seconds: given.seconds,
            side_log_only: given.side_log_only,
        }
    }
}
