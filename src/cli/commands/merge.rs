//! `merge`: what another copy of the vault has more.

use std::path::PathBuf;

use crate::guide::merge::Request;

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(value_name = "OTHER")]
    other: PathBuf,
}

impl From<Arguments> for Request {
    fn from(given: Arguments) -> Request {
        Request { other: given.other }
    }
}
