//! The library used: hold a card against nothing but a header, as a custodian does at home, and sign a receipt for the vault.
//!
//! ```text
//! cargo run --example check_a_card -- header.json < card.txt > receipt.json
//! ```
//!
//! The card comes on the first line of standard input; under a locked card comes its phrase. The receipt goes to standard
//! output, everything that is said to standard error.

use std::error::Error;
use std::io::{self, BufRead};

use breakglass::ceremony::check_against_header;
use breakglass::quorum::{Card, Phrase, Reading, read_card};
use breakglass::vault::{EpochHeader, Moment};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("name the header.json of the card's epoch")?;
    let header = EpochHeader::read(&std::fs::read(path)?)?;
    let mut lines = io::stdin().lock().lines();
    let mut line = |what: &str| lines.next().unwrap_or_else(|| Err(io::Error::other(format!("{what} is missing"))));

    let card = match read_card(&line("the card")?)? {
        Reading::Whole(card) => card,
        Reading::Corrected(correction) => {
            for change in correction.changes() {
                eprintln!("group {}, character {} should be {}", change.group, change.place, change.to);
            }
            // A correction is a guess until the header's key has agreed, which it does or refuses below.
            correction.accept()
        }
    };
    eprintln!("the card says that it is card {} of epoch {}", card.head().index, card.head().epoch);
    let phrase = match &card {
        Card::Open(_) => None,
        Card::Locked(_) => Some(Phrase::new(&line("the phrase")?)?),
    };

    let (check, receipt) = check_against_header(&header, &card, phrase.as_ref(), Moment::of(jiff::Timestamp::now()))?;
    eprintln!("the card is good: {} of {}, {} cards open it", check.name, header.name, header.threshold);
    println!("{}", serde_json::to_string(&receipt)?);
    Ok(())
}
