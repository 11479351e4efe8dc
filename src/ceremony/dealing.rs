//! Deals an epoch: root and shares, contents, header and cards, all in memory. Nothing is written here.

use super::error::CeremonyError;
use crate::card::{Card, OpenCard};
use crate::ids::{EpochHash, EventId, VaultId};
use crate::language::Language;
use crate::quorum::{CustodianKey, Dealt, LockProfile, Phrase, Policy, deal};
use crate::vault::{
    Contents, Custodian, DepositIdentity, EpochHeader, FORMAT_VERSION, Header, Moment, Person, SealedContents,
    VaultName,
};

/// The lock that a card is to have.
pub struct LockPlan {
    /// How much memory it takes to open.
    pub profile: LockProfile,
    /// The phrase.
    pub phrase: Phrase,
}

/// A custodian of the epoch to come.
pub struct CustodianPlan {
    /// Who they are.
    pub person: Person,
    /// The lock, when the card is to have one.
    pub lock: Option<LockPlan>,
}

impl CustodianPlan {
    /// A custodian of whom nothing is known but name and language, and whose card has no lock.
    #[must_use]
    pub fn new(name: VaultName, language: Language) -> CustodianPlan {
        CustodianPlan { person: Person::named(name, language), lock: None }
    }
}

/// An epoch to come.
pub struct Plan {
    /// The vault's name.
    pub name: VaultName,
    /// Its custodians, in the order of their cards.
    pub custodians: Vec<CustodianPlan>,
    /// How many cards open it.
    pub threshold: u8,
    /// Whether the people insisted that every card be needed.
    pub all_needed: bool,
    /// Whether titles, kinds, owners and dates stay out of header and log.
    pub titles_hidden: bool,
}

/// Where an epoch belongs.
pub(super) struct Origin {
    pub(super) vault: VaultId,
    pub(super) number: u32,
    pub(super) previous: Option<EpochHash>,
    pub(super) heads: Vec<EventId>,
    pub(super) dealt: Moment,
}

/// An epoch that was dealt and stands nowhere but in memory.
pub struct NewCards {
    pub(super) header: EpochHeader,
    pub(super) sealed: SealedContents,
    /// One card a custodian, in their order.
    pub(super) cards: Vec<Card>,
    /// The keys of the same cards, which sign the beginning of a vault.
    pub(super) keys: Vec<CustodianKey>,
}

impl NewCards {
    /// The header of the epoch.
    #[must_use]
    pub fn header(&self) -> &EpochHeader {
        &self.header
    }

    /// One card a custodian, in their order.
    #[must_use]
    pub fn cards(&self) -> &[Card] {
        &self.cards
    }

    /// Deals an epoch around these contents.
    pub(super) fn deal(plan: Plan, origin: Origin, contents: &Contents) -> Result<NewCards, CeremonyError> {
        let count = u8::try_from(plan.custodians.len()).map_err(|_| CeremonyError::TooManyCustodians)?;
        let mut names: Vec<&VaultName> = plan.custodians.iter().map(|custodian| &custodian.person.name).collect();
        names.sort();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(CeremonyError::SameName(pair[0].clone()));
        }
        let policy = Policy::new(plan.threshold, count, plan.all_needed)?;
        let Dealt { root, shares } = deal(policy)?;
        let sealed = contents.seal(&root.contents_key())?;
        let keys: Vec<CustodianKey> = shares.iter().map(crate::quorum::Share::custodian_key).collect();
        let custodian = |(custodian, (index, key)): (&CustodianPlan, (_, &CustodianKey))| Custodian {
            index,
            person: custodian.person.clone(),
            key: key.public(),
        };
        let header = Header {
            version: FORMAT_VERSION,
            vault: origin.vault,
            name: plan.name,
            epoch: origin.number,
            dealt: origin.dealt,
            previous: origin.previous,
            heads: origin.heads,
            threshold: plan.threshold,
            custodians: plan.custodians.iter().zip(policy.indices().zip(&keys)).map(custodian).collect(),
            deposit_recipient: DepositIdentity::of_key(&root.deposit_key()).recipient().to_string(),
            sealed: sealed.digest(),
            titles_hidden: plan.titles_hidden,
            entries: EpochHeader::public_entries(contents, plan.titles_hidden),
        };
        let header = EpochHeader::write(&header)?;
        let mut cards = Vec::with_capacity(shares.len());
        for (share, custodian) in shares.into_iter().zip(plan.custodians) {
            let card = OpenCard::new(share, policy, header.id(), false);
            cards.push(match custodian.lock {
                None => Card::Open(card),
                Some(lock) => Card::Locked(card.lock(lock.profile, &lock.phrase)?),
            });
        }
        Ok(NewCards { header, sealed, cards, keys })
    }
}
