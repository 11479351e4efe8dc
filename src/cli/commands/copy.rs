//! `copy`: a verified copy of the whole vault.

use std::path::PathBuf;

use crate::guide::copy::Request;

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(value_name = "DIR")]
    to: PathBuf,
}

impl From<Arguments> for Request {
    fn from(given: Arguments) -> Request {
        Request { to: given.to }
    }
}
