//! Where card files go and what they are, as it stands on the command line.

use std::path::PathBuf;

use crate::ceremony::CardFormat;
use crate::guide::card_paper::PaperRequest;
use crate::press::PageSize;

/// Where card files go and what they are.
#[derive(clap::Args)]
pub struct PaperArguments {
    #[arg(long, value_name = "DIR")]
    pub cards_to: Option<PathBuf>,
    #[arg(long, value_name = "a4|letter", conflicts_with = "text")]
    paper: Option<Paper>,
    #[arg(long)]
    text: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Paper {
    A4,
    Letter,
}

impl From<PaperArguments> for PaperRequest {
    fn from(given: PaperArguments) -> PaperRequest {
        let format = match (given.text, given.paper) {
            (true, _) => CardFormat::Text,
            (false, Some(Paper::Letter)) => CardFormat::Pdf(PageSize::Letter),
            (false, Some(Paper::A4) | None) => CardFormat::Pdf(PageSize::A4),
        };
        PaperRequest { cards_to: given.cards_to, format }
    }
}
