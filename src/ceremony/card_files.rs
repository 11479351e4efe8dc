//! Cards as files to print from. They go where they are told, never into the vault, and are deleted once the paper was read back.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use super::dealing::NewCards;
use super::error::CeremonyError;
use crate::card::Card;
use crate::ids::EpochId;
use crate::press::{CardSheet, PageSize, card_pdf, card_text_file};
use crate::quorum::CardIndex;
use crate::store::{Disk, clear_partials, is_inside, publish};
use crate::vault::{Claim, EpochHeader};

/// What a card's file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardFormat {
    /// A PDF of one page.
    Pdf(PageSize),
    /// A text file.
    Text,
}

/// A card's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardFile {
    /// The card.
    pub card: CardIndex,
    /// Where the file stands.
    pub path: PathBuf,
    /// Characters of names that no font here can draw; they stand there as code points.
    pub missing_glyphs: Vec<char>,
}

/// The name of a card's file: number and epoch, no person's name.
#[must_use]
pub fn card_file_name(card: CardIndex, epoch: EpochId, format: CardFormat) -> String {
    let ending = match format {
        CardFormat::Pdf(_) => "pdf",
        CardFormat::Text => "txt",
    };
    format!("card-{:02}-{epoch}.{ending}", card.get())
}

/// Writes a file for every card of a new epoch.
///
/// # Errors
/// When the folder is inside the vault, or a file cannot be written; those that were written are deleted again.
pub fn write_card_files(
    disk: &dyn Disk,
    vault: &Path,
    folder: &Path,
    new: &NewCards,
    format: CardFormat,
    zone: &TimeZone,
) -> Result<Vec<CardFile>, CeremonyError> {
    let mut written = Vec::new();
    for card in new.cards() {
        match write_card_file(disk, vault, folder, new.header(), card, format, zone) {
            Ok(file) => written.push(file),
            Err(error) => {
                // What was written is worth nothing without an epoch, and must not lie about.
                written.iter().try_for_each(|file: &CardFile| disk.remove_file(&file.path))?;
                return Err(error);
            }
        }
    }
    Ok(written)
}

/// Writes the file of one card.
///
/// # Errors
/// When the folder is inside the vault, or the file cannot be written.
pub fn write_card_file(
    disk: &dyn Disk,
    vault: &Path,
    folder: &Path,
    header: &EpochHeader,
    card: &Card,
    format: CardFormat,
    zone: &TimeZone,
) -> Result<CardFile, CeremonyError> {
    if is_inside(folder, vault) {
        return Err(CeremonyError::CardsInVault(folder.to_owned()));
    }
    let disk = disk.for_plaintext();
    if disk.look(folder)?.is_none() {
        disk.create_folder(folder)?;
    }
    // An attempt that was cut short can have left half a card there.
    clear_partials(disk, folder)?;
    let head = card.head();
    let custodian = header.custodian(head.index).ok_or(CeremonyError::NoSuchCard(head.index))?;
    let (vault_id, epoch_id, text) = (header.vault.to_string(), header.id().to_string(), card.to_text());
    let dealt_on = header.dealt.date(zone);
    let sheet = CardSheet {
        language: custodian.language,
        vault_name: header.name.as_str(),
        vault_id: &vault_id,
        epoch_number: header.epoch.into(),
        epoch_id: &epoch_id,
        dealt_on: &dealt_on,
        custodian: custodian.name.as_str(),
        index: head.index.get(),
        count: u8::try_from(header.custodians.len()).expect("at most 32"),
        threshold: header.threshold,
        deputy: custodian.deputy.as_ref().map(Claim::as_str),
        contact: custodian.contact.as_ref().map(Claim::as_str),
        place: custodian.place.as_ref().map(Claim::as_str),
        text: text.expose(),
        locked: matches!(card, Card::Locked(_)),
        drill: head.drill,
    };
    let name = PathBuf::from(card_file_name(head.index, header.id(), format));
    let missing_glyphs = match format {
        CardFormat::Pdf(size) => {
            let pdf = card_pdf(&sheet, size)?;
            publish(disk, folder, &name, &pdf.bytes)?;
            pdf.missing_glyphs
        }
        CardFormat::Text => {
            publish(disk, folder, &name, card_text_file(&sheet)?.as_bytes())?;
            Vec::new()
        }
    };
    Ok(CardFile { card: head.index, path: folder.join(name), missing_glyphs })
}

/// Deletes the files of a card, whatever their format. Says whether any stood there.
///
/// # Errors
/// When the system refuses.
pub fn destroy_card_file(
    disk: &dyn Disk,
    folder: &Path,
    card: CardIndex,
    epoch: EpochId,
) -> Result<bool, CeremonyError> {
    if disk.look(folder)?.is_none() {
        return Ok(false);
    }
    clear_partials(disk, folder)?;
    let mut stood = false;
    for format in [CardFormat::Pdf(PageSize::A4), CardFormat::Text] {
        let path = folder.join(card_file_name(card, epoch, format));
        if disk.look(&path)?.is_some() {
            disk.remove_file(&path)?;
            stood = true;
        }
    }
    if stood {
        disk.sync_folder(folder)?;
    }
    Ok(stood)
}
