//! People who hold cards.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::{Claim, VaultName};
use crate::language::Language;
use crate::quorum::{CardIndex, CustodianPublicKey};

/// Somebody who holds a card, or is to hold one: what header, roster and sheet tell of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Their name.
    pub name: VaultName,
    /// The language of their card and prompts.
    pub language: Language,
    /// How to reach them.
    pub contact: Option<Claim>,
    /// Who may bring the card instead.
    pub deputy: Option<Claim>,
    /// Where the card lies.
    pub place: Option<Claim>,
}

impl Person {
    /// Somebody of whom only name and language are known.
    #[must_use]
    pub fn named(name: VaultName, language: Language) -> Person {
        Person { name, language, contact: None, deputy: None, place: None }
    }
}

/// A custodian as the header names them: a person with a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Custodian {
    /// The x of the card.
    pub index: CardIndex,
    /// Who holds it.
    pub person: Person,
    /// The public key of their card: tells a true card from a false one, and checks their signature.
    pub key: CustodianPublicKey,
}

impl Deref for Custodian {
    type Target = Person;

    fn deref(&self) -> &Person {
        &self.person
    }
}

/// A custodian as they stand in the header, where no other field may stand: a person that is flattened would let some pass.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    index: CardIndex,
    name: VaultName,
    language: Language,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    contact: Option<Claim>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deputy: Option<Claim>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<Claim>,
    key: CustodianPublicKey,
}

impl From<Written> for Custodian {
    fn from(written: Written) -> Custodian {
        let Written { index, name, language, contact, deputy, place, key } = written;
        Custodian { index, person: Person { name, language, contact, deputy, place }, key }
    }
}

impl From<Custodian> for Written {
    fn from(custodian: Custodian) -> Written {
        let Custodian { index, person: Person { name, language, contact, deputy, place }, key } = custodian;
        Written { index, name, language, contact, deputy, place, key }
    }
}
