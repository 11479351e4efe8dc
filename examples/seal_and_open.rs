//! The library used: make a vault, put a credential in, and open it with two of three cards.
//!
//! ```text
//! cargo run --example seal_and_open -- FOLDER
//! ```
//!
//! FOLDER becomes the vault; it must not exist yet. The cards are only kept in memory here, so the vault is for looking at:
//! nobody can open it again.

use std::error::Error;
use std::path::PathBuf;

use breakglass::ceremony::*;
use breakglass::journal::Calendar;
use breakglass::language::Language;
use breakglass::quorum::{Card, CardText, Reading, read_card};
use breakglass::store::{RealDisk, VaultFolder};
use breakglass::vault::{Change, Claim, EntryId, FieldName, FieldValue, Moment};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("name a folder for the vault")?);
    // What this machine remembers of vaults, so that a swapped folder is noticed. Its true place is the user's configuration.
    let pins = PinBook::new(&RealDisk, &folder.with_extension("pins"));

    let cards = make(&folder, &pins)?;
    let entry: EntryId = "m365-admin".parse()?;
    deposit(&folder, &pins, &entry, "correct horse battery staple")?;
    println!("{}", open(&folder, &pins, &entry, &cards[..2])?);

    let ledger = Ledger::read(VaultFolder::open(&RealDisk, &folder)?, &pins, None)?;
    let files = verify_files(&ledger, VerifyDepth::Hashed)?;
    for due in status(&ledger, files, Calendar::default(), now())?.due_now() {
        println!("due: {:?}", due.duty);
    }
    Ok(())
}

/// The library has no clock: every step is told what time it is.
fn now() -> Moment {
    Moment::of(jiff::Timestamp::now())
}

/// Deals three cards, of which any two will open the vault, and reads them back.
fn make(folder: &std::path::Path, pins: &PinBook<'static>) -> Result<Vec<CardText>, Box<dyn Error>> {
    let custodian = |name: &str| Ok(CustodianPlan::new(name.parse()?, Language::English));
    let plan = Plan {
        name: "Example Trading".parse()?,
        custodians: ["Aiko", "Ben", "Chie"].into_iter().map(custodian).collect::<Result<_, Box<dyn Error>>>()?,
        threshold: 2,
        all_needed: false,
        titles_hidden: false,
    };
    let mut texts = Vec::new();
    // Here `write_card_files` would write one PDF for each custodian, and tell which cards stand in files.
    let mut write_cards = |new: &NewCards| {
        texts = new.cards().iter().map(Card::to_text).collect();
        Ok(Vec::new())
    };
    let mut writing = init(&RealDisk, folder, pins, plan, now(), &mut write_cards)?;
    let epoch = writing.ledger().active()?.hash();
    // A card is only believed in once it was read back, as from paper.
    for text in &texts {
        read_back(&mut writing, epoch, &read(text)?, false, None, now())?;
    }
    Ok(texts)
}

/// Puts fields into the vault. That takes no card, and nobody can read them before a quorum comes.
fn deposit(
    folder: &std::path::Path,
    pins: &PinBook<'static>,
    entry: &EntryId,
    password: &str,
) -> Result<(), Box<dyn Error>> {
    let ledger = Ledger::read(VaultFolder::open(&RealDisk, folder)?, pins, None)?;
    let trusted = trusted_epoch(&ledger, None)?;
    let mut change = Change::default();
    change.set.insert(FieldName::fixed("title"), FieldValue::copy_of("Identity provider, emergency account"));
    change.set.insert(FieldName::fixed("password"), FieldValue::copy_of(password));
    put(&mut ledger.begin(now())?, trusted, entry, change, "Ben", now())?;
    Ok(())
}

/// Gathers cards, opens the vault, shows one password, and closes it again. Each is an event in the log before it happens.
fn open(
    folder: &std::path::Path,
    pins: &PinBook<'static>,
    entry: &EntryId,
    cards: &[CardText],
) -> Result<String, Box<dyn Error>> {
    let mut writing = Ledger::read(VaultFolder::open(&RealDisk, folder)?, pins, None)?.begin(now())?;
    let mut gathering = Gathering::begin(writing.ledger().active()?, writing.ledger().state());
    for text in cards {
        match gathering.offer(read(text)?) {
            Offered::Accepted(accepted) => println!("card {} is good, {} to go", accepted.card, accepted.missing),
            Offered::Refused(refusal) => println!("{refusal}"),
            Offered::NeedsPhrase(_) => return Err("no card of this example is locked".into()),
        }
    }
    let session = Session::open(&mut writing, gathering.quorum()?, "to show how", None, now())?;
    let shown = session.reveal(&mut writing, entry, &[FieldName::fixed("password")], now())?;
    // Nothing was sealed by a rotation yet, so the value is a deposit, which nobody has confirmed.
    let (deposit, value) = shown[0].deposited.last().ok_or("no password was put in")?;
    let by = deposit.pending.by.as_ref().map_or("nobody", Claim::as_str);
    let told = format!("password of {entry}, put in by {by}: {}", value.map_or("", FieldValue::expose));
    session.close(&mut writing, now())?;
    Ok(told)
}

fn read(text: &CardText) -> Result<Card, Box<dyn Error>> {
    match read_card(text.expose())? {
        Reading::Whole(card) => Ok(card),
        // Somebody would have to look at the paper, and agree.
        Reading::Corrected(correction) => Err(format!("{:?}", correction.changes()).into()),
    }
}
