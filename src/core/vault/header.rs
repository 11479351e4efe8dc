//! The header of an epoch: public, canonical, and hashed as it stands.
//!
//! Its hash is the epoch hash, whose first 12 bytes stand on every card. So one honest card proves every custodian's key, the
//! policy, the deposit recipient, the sealed contents and the history before the epoch.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::claim::is_one_line;
use super::{
    Claim, Contents, Custodian, DepositRecipient, EntryId, FORMAT_VERSION, FormatError, Moment, from_canonical,
    to_canonical,
};
use crate::bounds::HEADER_BYTES;
use crate::ids::{Digest, EpochHash, EpochId, EventId, VaultId};
use crate::quorum::{CardIndex, Policy};

/// Characters of a name at most.
const NAME_CHARACTERS: usize = 120;

/// The name of a vault or of a person: one line of 1 to 120 characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VaultName(String);

impl VaultName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl VaultName {
    /// What a custodian is called whose name is lost with the header: by the number on the card.
    #[must_use]
    pub fn of_card(card: CardIndex) -> VaultName {
        VaultName(format!("#{card}"))
    }
}

impl TryFrom<String> for VaultName {
    type Error = FormatError;

    fn try_from(text: String) -> Result<VaultName, FormatError> {
        if is_one_line(&text, NAME_CHARACTERS) { Ok(VaultName(text)) } else { Err(FormatError::BadName(text)) }
    }
}

impl std::str::FromStr for VaultName {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<VaultName, FormatError> {
        VaultName::try_from(text.to_owned())
    }
}

impl From<VaultName> for String {
    fn from(name: VaultName) -> String {
        name.0
    }
}

impl fmt::Display for VaultName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// What a header shows of an entry without cards; with hidden titles only the id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicEntry {
    /// Its id.
    pub id: EntryId,
    /// Its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Claim>,
    /// Its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Claim>,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Claim>,
    /// When it was last rotated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_rotated: Option<Claim>,
}

/// The public description of an epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The version of the format.
    pub version: u32,
    /// The vault.
    pub vault: VaultId,
    /// The vault's name.
    pub name: VaultName,
    /// The number of the epoch, from 1.
    pub epoch: u32,
    /// When the cards were dealt.
    pub dealt: Moment,
    /// The hash of the epoch before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<EpochHash>,
    /// The log's heads before this epoch was staged.
    pub heads: Vec<EventId>,
    /// How many cards open the vault.
    pub threshold: u8,
    /// Every custodian, in the order of their cards.
    pub custodians: Vec<Custodian>,
    /// Whom deposits are sealed to, `age1…`.
    pub deposit_recipient: String,
    /// SHA-256 of `sealed.age`.
    pub sealed: Digest,
    /// Whether titles, kinds, owners and dates are kept out of headers and log.
    pub titles_hidden: bool,
    /// The sealed entries.
    pub entries: Vec<PublicEntry>,
}

#[derive(Deserialize)]
struct Version {
    version: u64,
}

/// A header that was read and found consistent, with its hash.
#[derive(Clone, Debug)]
pub struct EpochHeader {
    header: Header,
    bytes: Vec<u8>,
    hash: EpochHash,
    recipient: DepositRecipient,
}

impl EpochHeader {
    /// Writes a header in its one form.
    ///
    /// # Errors
    /// When it is not consistent.
    pub fn write(header: &Header) -> Result<EpochHeader, FormatError> {
        EpochHeader::read(&to_canonical(header))
    }

    /// What stands in for a header that is lost, while a vault is opened with the cards alone: what cards, contents and log tell of it. It
    /// is never written.
    ///
    /// # Errors
    /// When it is not consistent.
    pub fn stand_in(header: Header, hash: EpochHash) -> Result<EpochHeader, FormatError> {
        let recipient = header.deposit_recipient.parse()?;
        Ok(EpochHeader { header, bytes: Vec::new(), hash, recipient })
    }

    /// Whether it only stands in for one that is lost.
    #[must_use]
    pub fn is_stand_in(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Reads a header.
    ///
    /// # Errors
    /// When it is too large, of an unknown version, not canonical, or not consistent.
    pub fn read(bytes: &[u8]) -> Result<EpochHeader, FormatError> {
        if bytes.len() > HEADER_BYTES {
            return Err(FormatError::TooLarge(HEADER_BYTES as u64));
        }
        let malformed = |detail: String| FormatError::Malformed(detail);
        if let Ok(Version { version }) = serde_json::from_slice(bytes)
            && version != u64::from(FORMAT_VERSION)
        {
            return Err(FormatError::UnknownVersion(version));
        }
        let header: Header = from_canonical(bytes).map_err(|error| malformed(error.0))?;
        if to_canonical(&header) != bytes {
            return Err(malformed("what is empty is left out".to_owned()));
        }
        let recipient = header.deposit_recipient.parse()?;
        let count = u8::try_from(header.custodians.len()).map_err(|_| malformed("too many custodians".to_owned()))?;
        Policy::new(header.threshold, count, true).map_err(|error| malformed(error.to_string()))?;
        let in_order = header.custodians.iter().zip(1..).all(|(custodian, index)| custodian.index.get() == index);
        if !in_order || header.epoch == 0 {
            return Err(malformed("cards or epoch out of order".to_owned()));
        }
        if header.entries.windows(2).any(|pair| pair[0].id >= pair[1].id) {
            return Err(malformed("entries out of order".to_owned()));
        }
        Ok(EpochHeader { hash: EpochHash::of(bytes), bytes: bytes.to_vec(), header, recipient })
    }

    /// The bytes that stand on disk.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of the bytes.
    #[must_use]
    pub fn hash(&self) -> EpochHash {
        self.hash
    }

    /// The first 12 bytes of the hash, as they stand on cards.
    #[must_use]
    pub fn id(&self) -> EpochId {
        self.hash.id()
    }

    /// Whom deposits are sealed to.
    #[must_use]
    pub fn deposit_recipient(&self) -> &DepositRecipient {
        &self.recipient
    }

    /// The custodian of a card.
    #[must_use]
    pub fn custodian(&self, index: CardIndex) -> Option<&Custodian> {
        self.header.custodians.get(usize::from(index.get()) - 1)
    }

    /// The name of the custodian of a card; its number where there is no such custodian.
    #[must_use]
    pub fn name_of(&self, index: CardIndex) -> String {
        self.custodian(index).map_or_else(|| index.to_string(), |custodian| custodian.name.to_string())
    }

    /// What the contents show without cards.
    #[must_use]
    pub fn public_entries(contents: &Contents, titles_hidden: bool) -> Vec<PublicEntry> {
        let shown = |entry: &super::Entry, name: &str| {
            if titles_hidden { None } else { entry.value(name).and_then(|value| Claim::of_any(value.expose())) }
        };
        let public = |entry: &super::Entry| PublicEntry {
            id: entry.id.clone(),
            title: shown(entry, "title"),
            kind: shown(entry, "kind"),
            owner: shown(entry, "owner"),
            last_rotated: shown(entry, "last_rotated"),
        };
        contents.entries.iter().map(public).collect()
    }
}

impl std::ops::Deref for EpochHeader {
    type Target = Header;

    fn deref(&self) -> &Header {
        &self.header
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(entries: &[&str]) -> Header {
        let page = include_str!("../../../docs/DESIGN.md");
        let vector = page.split("```json vector=header\n").nth(1).and_then(|rest| rest.lines().next()).unwrap();
        let mut header = Header::clone(&EpochHeader::read(vector.as_bytes()).unwrap());
        let public = |id: &&str| PublicEntry {
            id: id.parse().unwrap(),
            title: None,
            kind: None,
            owner: None,
            last_rotated: None,
        };
        header.entries = entries.iter().map(public).collect();
        header
    }

    #[test]
    fn a_header_names_its_entries_in_order_and_once() {
        assert!(EpochHeader::write(&header(&["a", "b"])).is_ok());
        for entries in [["b", "a"], ["a", "a"]] {
            let error = EpochHeader::write(&header(&entries)).unwrap_err();
            assert_eq!(error, FormatError::Malformed("entries out of order".to_owned()));
        }
    }

    #[test]
    fn a_deposit_recipient_has_one_spelling() {
        let mut header = header(&[]);
        header.deposit_recipient = header.deposit_recipient.to_uppercase();
        assert!(EpochHeader::write(&header).is_err());
    }
}
