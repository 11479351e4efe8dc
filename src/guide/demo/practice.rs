//! The practice vault: its people, its credentials, its papers, and where they lie.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use crate::card::{Card, Reading, read_card};
use crate::ceremony::{
    CardFormat, CeremonyError, CustodianPlan, Ledger, NewCards, Plan, Writing, card_file_name, init, put,
    trusted_epoch, write_card_files,
};
use crate::desk::{Purpose, card_in_file};
use crate::guide::{Context, GuideError};
use crate::language::{Language, messages::demo as text};
use crate::press::PageSize;
use crate::quorum::{CardIndex, READABLE_ALPHABET, generate_characters};
use crate::store::Disk;
use crate::vault::{Change, EpochHeader, FieldName, FieldValue};

/// Characters of a generated password.
const PASSWORD: usize = 24;

/// The practice vault's places.
pub struct Practice {
    disk: &'static dyn Disk,
    zone: TimeZone,
    folder: PathBuf,
    vault: PathBuf,
    cards: PathBuf,
}

/// What is put into an entry: names of fields and their values.
type Credential = Vec<(&'static str, String)>;

impl Practice {
    pub fn new(context: &Context, folder: &Path) -> Practice {
        Practice {
            disk: context.disk(),
            zone: context.zone.clone(),
            folder: folder.to_owned(),
            vault: folder.join("practice.vault"),
            cards: folder.join("cards"),
        }
    }

    pub fn vault(&self) -> &Path {
        &self.vault
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn cards(&self) -> &Path {
        &self.cards
    }

    /// Makes the vault; gives the PDF of each card.
    pub fn begin(&self, context: &Context) -> Result<(Writing<'static>, Vec<PathBuf>), GuideError> {
        let plan = plan(context.language)?;
        let mut write_cards = self.card_writer();
        let writing = init(self.disk, &self.vault, context.pins(), plan, context.now(), &mut write_cards)?;
        let papers = self.papers(writing.ledger().active()?);
        Ok((writing, papers))
    }

    /// Writes every card as a PDF, which stands for the paper here and so stays, and as text, for who cannot scan a screen.
    pub fn card_writer(&self) -> impl FnMut(&NewCards) -> Result<Vec<CardIndex>, CeremonyError> {
        let Practice { disk, zone, vault, cards, .. } = self;
        let (disk, zone, vault, cards) = (*disk, zone.clone(), vault.clone(), cards.clone());
        move |new| {
            for format in [CardFormat::Pdf(PageSize::A4), CardFormat::Text] {
                write_card_files(disk, &vault, &cards, new, format, &zone)?;
            }
            Ok(Vec::new())
        }
    }

    /// The PDFs of an epoch's cards, in their order.
    pub fn papers(&self, header: &EpochHeader) -> Vec<PathBuf> {
        let name = |card| card_file_name(card, header.id(), CardFormat::Pdf(PageSize::A4));
        header.custodians.iter().map(|custodian| self.cards.join(name(custodian.index))).collect()
    }

    /// The text that stands on a paper.
    pub fn text_on_paper(&self, paper: &Path) -> Result<String, GuideError> {
        let text = card_in_file(&paper.with_extension("txt"), Purpose::Open)?.0;
        Ok(text.expose().split_whitespace().collect())
    }

    /// The card that stands on a paper.
    pub fn card_on_paper(&self, paper: &Path) -> Result<Card, GuideError> {
        Ok(match read_card(&self.text_on_paper(paper)?)? {
            Reading::Whole(card) => card,
            Reading::Corrected(correction) => correction.accept(),
        })
    }

    /// Deletes papers that no longer count.
    pub fn destroy(&self, papers: &[PathBuf]) -> Result<(), GuideError> {
        for paper in papers {
            self.disk.remove_file(paper)?;
            self.disk.remove_file(&paper.with_extension("txt"))?;
        }
        Ok(())
    }

    /// A card of a vault that has nothing to do with this one.
    pub fn card_of_another_vault(&self, context: &Context) -> Result<Card, GuideError> {
        let mut card = None;
        let mut keep_one = |new: &NewCards| {
            card = new.cards().first().map(|card| card.to_text().expose().to_owned());
            Ok(Vec::new())
        };
        let plan = plan(context.language)?;
        init(self.disk, &self.folder.join("another.vault"), context.pins(), plan, context.now(), &mut keep_one)?;
        match read_card(&card.unwrap_or_default())? {
            Reading::Whole(card) => Ok(card),
            Reading::Corrected(correction) => Ok(correction.accept()),
        }
    }

    pub fn read(&self, context: &Context) -> Result<Ledger<'static>, GuideError> {
        context.read_at(&self.vault)
    }

    pub fn writing(&self, context: &Context) -> Result<Writing<'static>, GuideError> {
        Ok(self.read(context)?.begin(context.now())?)
    }

    /// Deposits a credential, as `put` does.
    pub fn put(&self, context: &Context, entry: &str, credential: &Credential) -> Result<(), GuideError> {
        let set = credential.iter().map(|(name, value)| (FieldName::fixed(name), FieldValue::copy_of(value))).collect();
        let mut writing = self.writing(context)?;
        let trusted = trusted_epoch(writing.ledger(), None)?;
        put(
            &mut writing,
            trusted,
            &entry.parse()?,
            Change { set, ..Change::default() },
            &context.by(None),
            context.now(),
        )?;
        Ok(writing.end().pin(None)?)
    }

    /// Deposits a new password, which nobody saw.
    pub fn put_generated(&self, context: &Context, entry: &str) -> Result<(), GuideError> {
        let today = context.now().date(&context.zone);
        self.put(context, entry, &vec![("password", generated()?), ("last_rotated", today)])
    }
}

/// Five people of a firm with two offices.
pub fn plan(language: Language) -> Result<Plan, GuideError> {
    let people = [
        ("髙橋 美咲", Language::Japanese, "03-5555-0101", "経理部の金庫（2階）"),
        ("Ben Carter", Language::English, "+1 555 0102", "safe, New York office"),
        ("佐藤 健一", Language::Japanese, "03-5555-0103", "自宅の金庫"),
        ("Dana Novak", Language::English, "+1 555 0104", "bank deposit box"),
        ("鈴木 一郎", Language::Japanese, "06-5555-0105", "大阪支社の金庫"),
    ];
    let custodian = |(name, language, contact, place): (&str, Language, &str, &str)| {
        let mut custodian = CustodianPlan::new(name.parse()?, language);
        custodian.person.contact = Some(contact.parse()?);
        custodian.person.place = Some(place.parse()?);
        Ok(custodian)
    };
    Ok(Plan {
        name: text::vault_name(language).parse()?,
        custodians: people.into_iter().map(custodian).collect::<Result<_, GuideError>>()?,
        threshold: 3,
        all_needed: false,
        titles_hidden: false,
    })
}

pub fn first_credential(language: Language) -> Result<Credential, GuideError> {
    Ok(vec![
        ("title", text::first_title(language)),
        ("kind", text::first_kind(language)),
        ("owner", "Ben Carter".to_owned()),
        ("user_name", "emergency@practice.example".to_owned()),
        ("password", generated()?),
    ])
}

pub fn second_credential(language: Language) -> Result<Credential, GuideError> {
    Ok(vec![
        ("title", text::second_title(language)),
        ("kind", text::second_kind(language)),
        ("owner", "佐藤 健一".to_owned()),
        ("user_name", "hostmaster".to_owned()),
        ("password", generated()?),
    ])
}

fn generated() -> Result<String, GuideError> {
    let value = generate_characters(PASSWORD, READABLE_ALPHABET).map_err(CeremonyError::from)?;
    Ok(value.expose().to_owned())
}
