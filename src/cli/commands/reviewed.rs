//! `reviewed`: the sign-in logs were looked through after an opening.

use crate::guide::reviewed::Request;
use crate::vault::Claim;

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(value_name = "OPENING")]
    openings: Vec<String>,
    #[arg(long, value_name = "NAME")]
    by: Option<Claim>,
}

impl From<Arguments> for Request {
    fn from(given: Arguments) -> Request {
        Request { openings: given.openings, by: given.by }
    }
}
