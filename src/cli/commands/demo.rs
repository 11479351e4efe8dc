//! `demo`: the whole job on a practice vault.

use std::path::PathBuf;

use crate::cli::desk::Consent;
use crate::desk::Answers;
use crate::guide::demo::Request;

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    #[command(flatten)]
    consent: Consent,
}

impl Arguments {
    pub fn answers(&self) -> Answers {
        Answers { yes: self.consent.yes, ..Answers::default() }
    }
}

impl From<Arguments> for Request {
    fn from(given: Arguments) -> Request {
        Request { folder: given.folder }
    }
}
