//! Custodians bring cards until a quorum is in the room. A wrong card is named with its reason, and the gathering goes on.
//!
//! The header is fixed when a gathering begins: whatever changes in the folder afterwards, cards are held against that one.

use std::collections::BTreeMap;

use super::error::CeremonyError;
use crate::card::{Card, CardHead, LockedCard};
use crate::ids::EpochId;
use crate::journal::{Fate, Signer, State};
use crate::language::{Language, Say, messages::ceremony as text};
use crate::quorum::{CardIndex, CustodianKey, Phrase, Quorum, Share, VerifiedShare};
use crate::speaks;
use crate::vault::{Custodian, EpochHeader};

/// Cards that were brought so far.
pub struct Gathering {
    header: EpochHeader,
    /// Epochs that the log knows, by the id on their cards.
    known: BTreeMap<EpochId, KnownEpoch>,
    shares: BTreeMap<CardIndex, VerifiedShare>,
}

/// An epoch as the log knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownEpoch {
    /// Its number.
    pub number: u32,
    /// What became of it.
    pub fate: Fate,
}

/// A locked card that waits for its phrase.
#[derive(Debug)]
pub struct Locked {
    card: LockedCard,
}

/// A card that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Whose card it is.
    pub card: CardIndex,
    /// How many more are needed.
    pub missing: usize,
}

/// What became of a card.
#[derive(Debug)]
pub enum Offered {
    /// It is true, and counts.
    Accepted(Accepted),
    /// It may be true, and waits for its phrase.
    NeedsPhrase(Locked),
    /// It does not count.
    Refused(CardRefusal),
}

/// Why a card does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardRefusal {
    /// Card and folder do not belong together: the card's epoch, what this log knows of it, and the folder's.
    OtherEpoch {
        /// The epoch id on the card.
        card: EpochId,
        /// What the log knows of it.
        known: Option<KnownEpoch>,
        /// The epoch id of the folder.
        folder: EpochId,
    },
    /// It was brought already.
    Twice {
        /// Whose it is.
        name: String,
    },
    /// It says that it is this person's, and its share is not the one that was dealt.
    NotGenuine {
        /// Whose it says it is.
        name: String,
    },
    /// It was printed anew since, with a phrase or without, and this is the paper from before.
    OldPaper {
        /// Whose it is.
        name: String,
    },
    /// It says a number or a threshold that this epoch does not have.
    NoSuchCard {
        /// The number that it says.
        card: CardIndex,
    },
    /// It is a card of a drill.
    Drill,
    /// Enough cards were brought already.
    Enough,
}

/// The phrase does not open the card, or the card is not genuine: it cannot be told which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongPhrase {
    /// Whose card it says it is.
    pub name: String,
}

impl Say for CardRefusal {
    fn say(&self, language: Language) -> String {
        match self {
            CardRefusal::OtherEpoch { card, known: Some(known), folder } => match known.fate {
                Fate::Staged => text::CardOfStagedEpoch { card, number: known.number, folder }.say(language),
                Fate::GivenUp | Fate::Overtaken => {
                    text::CardOfGivenUpEpoch { card, number: known.number, folder }.say(language)
                }
                Fate::Ended => text::CardOfKnownEpoch { card, number: known.number, folder }.say(language),
                Fate::InForce | Fate::DecidedAgainst => {
                    text::CardOfOtherSide { card, number: known.number, folder }.say(language)
                }
            },
            CardRefusal::OtherEpoch { card, known: None, folder } => {
                text::CardOfUnknownEpoch { card, folder }.say(language)
            }
            CardRefusal::Twice { name } => text::card_twice(language, name),
            CardRefusal::NotGenuine { name } => text::card_not_genuine(language, name),
            CardRefusal::OldPaper { name } => text::card_old_paper(language, name),
            CardRefusal::NoSuchCard { card } => text::card_without_custodian(language, card),
            CardRefusal::Drill => text::card_of_drill(language),
            CardRefusal::Enough => text::enough_cards(language),
        }
    }
}

impl Say for WrongPhrase {
    fn say(&self, language: Language) -> String {
        text::wrong_phrase(language, &self.name)
    }
}

speaks!(CardRefusal);
speaks!(WrongPhrase);

impl CardRefusal {
    /// A card of this epoch, where the folder's is another.
    #[must_use]
    pub fn of_other_epoch(state: &State, card: EpochId, folder: EpochId) -> CardRefusal {
        let known = state.epochs.values().find(|epoch| epoch.hash.id() == card);
        let known = known.map(|epoch| KnownEpoch { number: epoch.number, fate: epoch.fate });
        CardRefusal::OtherEpoch { card, known, folder }
    }
}

impl Locked {
    /// What the card says of itself.
    #[must_use]
    pub fn head(&self) -> &CardHead {
        self.card.head()
    }
}

impl Gathering {
    /// Begins a gathering for the epoch of this header.
    #[must_use]
    pub fn begin(header: &EpochHeader, state: &State) -> Gathering {
        let known = |epoch: &crate::journal::EpochState| {
            (epoch.hash.id(), KnownEpoch { number: epoch.number, fate: epoch.fate })
        };
        let known = state.epochs.values().map(known).collect();
        Gathering { header: header.clone(), known, shares: BTreeMap::new() }
    }

    /// The header that cards are held against.
    #[must_use]
    pub fn header(&self) -> &EpochHeader {
        &self.header
    }

    /// How many more cards are needed.
    #[must_use]
    pub fn missing(&self) -> usize {
        usize::from(self.header.threshold) - self.shares.len()
    }

    /// Custodians whose cards count so far.
    pub fn present(&self) -> impl Iterator<Item = &Custodian> {
        self.header.custodians.iter().filter(|custodian| self.shares.contains_key(&custodian.index))
    }

    /// Custodians whose cards may still come.
    pub fn absent(&self) -> impl Iterator<Item = &Custodian> {
        self.header.custodians.iter().filter(|custodian| !self.shares.contains_key(&custodian.index))
    }

    /// Takes a card, or says why not.
    #[must_use]
    pub fn offer(&mut self, card: Card) -> Offered {
        if let Some(refusal) = self.refusal(card.head()) {
            return Offered::Refused(refusal);
        }
        match card {
            Card::Locked(card) => Offered::NeedsPhrase(Locked { card }),
            Card::Open(card) => match self.take(card.into_share()) {
                Ok(accepted) => Offered::Accepted(accepted),
                Err(name) => Offered::Refused(CardRefusal::NotGenuine { name }),
            },
        }
    }

    /// Tries a phrase on a card. When it does not fit, the card still waits: another phrase can be tried, or the card laid aside.
    ///
    /// # Errors
    /// When the machine has not the memory that the lock asks for, or the card counts no more: others made the quorum meanwhile.
    pub fn unlock(&mut self, locked: &Locked, phrase: &Phrase) -> Result<Result<Accepted, WrongPhrase>, CeremonyError> {
        if let Some(refusal) = self.refusal(locked.head()) {
            return Err(refusal.into());
        }
        let share = locked.card.unlock(phrase)?;
        Ok(self.take(share).map_err(|name| WrongPhrase { name }))
    }

    /// Keeps a card that was just read back: it counts for the quorum that commits. Once there are enough, more are not needed.
    pub fn keep(&mut self, read: super::init::ReadBack) {
        if self.missing() > 0 && !self.shares.contains_key(&read.card) {
            // It was held against this header's key when it was read back, and is again.
            let _ = self.take(read.share);
        }
    }

    /// Takes a share that the contents proved where the header is lost.
    pub(super) fn take_recovered(&mut self, share: Share) {
        let _ = self.take(share);
    }

    /// The quorum, once nobody is missing.
    ///
    /// # Errors
    /// When cards are missing.
    pub fn quorum(self) -> Result<Attendance, CeremonyError> {
        let quorum = Quorum::assemble(self.header.threshold, self.shares.into_values().collect())?;
        Ok(Attendance { header: self.header, quorum })
    }

    fn refusal(&self, head: &CardHead) -> Option<CardRefusal> {
        let header = &self.header;
        if head.drill {
            return Some(CardRefusal::Drill);
        }
        if head.epoch != header.id() {
            let known = self.known.get(&head.epoch).copied();
            return Some(CardRefusal::OtherEpoch { card: head.epoch, known, folder: header.id() });
        }
        let Some(custodian) = header.custodian(head.index).filter(|_| head.threshold == header.threshold) else {
            return Some(CardRefusal::NoSuchCard { card: head.index });
        };
        if self.shares.contains_key(&head.index) {
            return Some(CardRefusal::Twice { name: custodian.name.to_string() });
        }
        (self.missing() == 0).then_some(CardRefusal::Enough)
    }

    /// The header's key decides, before any shares are combined.
    fn take(&mut self, share: Share) -> Result<Accepted, String> {
        let custodian = self.header.custodian(share.index()).expect("the head was held against the header");
        let card = custodian.index;
        let name = custodian.name.to_string();
        let verified = share.verify(&custodian.key).map_err(|_| name)?;
        self.shares.insert(card, verified);
        Ok(Accepted { card, missing: self.missing() })
    }
}

/// A quorum in the room, with the header that its cards proved.
pub struct Attendance {
    header: EpochHeader,
    quorum: Quorum,
}

impl Attendance {
    /// The header that the cards proved.
    #[must_use]
    pub fn header(&self) -> &EpochHeader {
        &self.header
    }

    /// The quorum itself.
    #[must_use]
    pub fn quorum(&self) -> &Quorum {
        &self.quorum
    }

    /// Attending cards that somebody reported as lost, or whose custodians left.
    #[must_use]
    pub fn reported(&self, state: &State) -> Vec<CardIndex> {
        let epoch = state.epochs.get(&self.header.hash());
        let reported =
            |card: &CardIndex| epoch.and_then(|epoch| epoch.card(*card)).is_some_and(|card| !card.is_usable());
        let mut cards: Vec<CardIndex> = self.quorum.keys().map(|(card, _)| card).filter(reported).collect();
        cards.sort();
        cards
    }

    /// Who signs, and with which keys, in the order of the cards.
    #[must_use]
    pub fn signers(&self) -> Vec<(Signer, &CustodianKey)> {
        let epoch = self.header.hash();
        let mut signers: Vec<(Signer, &CustodianKey)> =
            self.quorum.keys().map(|(index, key)| (Signer(epoch, index), key)).collect();
        signers.sort_by_key(|(signer, _)| *signer);
        signers
    }
}

/// The share of one card, after the header's key vouched for it.
pub(super) fn share_of(header: &EpochHeader, card: &Card, phrase: Option<&Phrase>) -> Result<Share, CeremonyError> {
    let gathering = Gathering { header: header.clone(), known: BTreeMap::new(), shares: BTreeMap::new() };
    if let Some(refusal) = gathering.refusal(card.head()) {
        return Err(CeremonyError::Card(refusal));
    }
    let custodian = header.custodian(card.head().index).ok_or(CeremonyError::NoSuchCard(card.head().index))?;
    let name = custodian.name.to_string();
    let (share, locked) = match card {
        Card::Open(card) => (card.copy_of_share(), false),
        Card::Locked(card) => {
            let phrase = phrase.ok_or_else(|| CeremonyError::PhraseNeeded(name.clone()))?;
            (card.unlock(phrase)?, true)
        }
    };
    if share.custodian_key().public() == custodian.key {
        return Ok(share);
    }
    Err(if locked { WrongPhrase { name }.into() } else { CeremonyError::Card(CardRefusal::NotGenuine { name }) })
}

/// The key of one card, after the header's key vouched for it.
pub(super) fn prove_against(
    header: &EpochHeader,
    card: &Card,
    phrase: Option<&Phrase>,
) -> Result<(CardIndex, CustodianKey), CeremonyError> {
    let share = share_of(header, card, phrase)?;
    Ok((share.index(), share.custodian_key()))
}
