//! An epoch whose header is lost: with enough cards everything opens all the same. The cards say how many it takes; whether they are the
//! true ones, only the sealed contents tell, so a false one cannot be named. Once they opened, the keys of all cards are known again, and
//! a stand-in for the header holds the log's own signatures against them.

use std::collections::BTreeMap;

use super::error::CeremonyError;
use super::gathering::{Attendance, Gathering};
use super::ledger::Ledger;
use super::pins::PinBook;
use crate::card::CardHead;
use crate::ids::{Digest, EpochHash, EpochId, EventId, VaultId};
use crate::journal::{Line, Signer, What};
use crate::language::Language;
use crate::quorum::{CardIndex, Recovered, Share, Unproven};
use crate::store::{Place, VaultFolder};
use crate::vault::{
    Contents, Custodian, DepositIdentity, EpochHeader, FORMAT_VERSION, Header, Moment, Person, VaultName,
};

/// So many cards are tried in every combination; more were brought only where somebody plays.
const MOST_CARDS: usize = 12;

/// What the log says of the epoch.
struct Told {
    hash: EpochHash,
    number: u32,
    vault: VaultId,
    name: Option<VaultName>,
    previous: Option<EpochHash>,
    heads: Vec<EventId>,
    dealt: Moment,
}

/// Cards of an epoch whose header is lost.
pub struct Headerless {
    number: u32,
    epoch: EpochId,
    threshold: u8,
    sealed: Vec<u8>,
    lines: Vec<Line>,
    told: Vec<Told>,
    shares: BTreeMap<CardIndex, Share>,
    newest: Option<CardIndex>,
}

impl Headerless {
    /// Begins with what the first card says of itself. Nothing when the folder holds the header, or no contents of that epoch.
    ///
    /// # Errors
    /// When the contents cannot be read, or no line of the log tells of the epoch, so that no event could be signed for it.
    pub fn begin(folder: &VaultFolder<'_>, head: &CardHead) -> Result<Option<Headerless>, CeremonyError> {
        let of_epoch = |place: Place| match place {
            Place::Sealed(number, id) if id == head.epoch => Some(number),
            _ => None,
        };
        let Some(number) = folder.places()?.into_iter().find_map(of_epoch) else { return Ok(None) };
        let sealed = folder.read(&Place::Sealed(number, head.epoch))?;
        let log = folder.read_log(&|bytes| Line::read(bytes).is_ok()).map_err(CeremonyError::Store)?;
        let lines: Vec<Line> = log.lines().filter_map(|line| Line::read(line).ok()).collect();
        let told: Vec<Told> = lines
            .iter()
            .filter_map(told)
            .filter(|told| told.hash.id() == head.epoch && told.number == number)
            .collect();
        if told.is_empty() {
            return Err(CeremonyError::HeaderLost(head.epoch));
        }
        Ok(Some(Headerless {
            number,
            epoch: head.epoch,
            threshold: head.threshold,
            sealed,
            lines,
            told,
            shares: BTreeMap::new(),
            newest: None,
        }))
    }

    /// The epoch: its number and id.
    #[must_use]
    pub fn epoch(&self) -> (u32, EpochId) {
        (self.number, self.epoch)
    }

    /// How many more cards are needed, at least.
    #[must_use]
    pub fn missing(&self) -> usize {
        usize::from(self.threshold).saturating_sub(self.shares.len())
    }

    /// Whether a card is of this epoch, and says the same threshold.
    #[must_use]
    pub fn fits(&self, head: &CardHead) -> bool {
        head.epoch == self.epoch && head.threshold == self.threshold && !head.drill
    }

    /// Takes a share; one of a card that was brought before takes its place.
    pub fn offer(&mut self, share: Share) {
        if self.shares.len() < MOST_CARDS || self.shares.contains_key(&share.index()) {
            self.newest = Some(share.index());
            self.shares.insert(share.index(), share);
        }
    }

    /// Tries every quorum of what was brought that the newest card is in. The header that stands in for the lost one, with the cards that
    /// opened; nothing when none opens.
    pub fn open(&mut self) -> Option<StandIn> {
        let newest = self.newest?;
        let cards: Vec<CardIndex> = self.shares.keys().copied().filter(|card| *card != newest).collect();
        let others = usize::from(self.threshold) - 1;
        let quorums = (0u32..1 << cards.len()).filter(|chosen| chosen.count_ones() as usize == others);
        for chosen in quorums {
            let attending: Vec<CardIndex> = (0..cards.len())
                .filter(|place| chosen & (1 << place) != 0)
                .map(|place| cards[place])
                .chain([newest])
                .collect();
            if let Some(header) = self.try_cards(&attending) {
                let shares = attending.iter().filter_map(|card| self.shares.remove(card)).collect();
                return Some(StandIn { header, shares });
            }
        }
        None
    }

    fn try_cards(&self, attending: &[CardIndex]) -> Option<EpochHeader> {
        let unproven = Unproven::of(self.threshold, attending.iter().map(|card| &self.shares[card])).ok()?;
        let vaults = self.told.iter().map(|told| told.vault);
        let (recovered, contents) = unproven.opening(|key| {
            vaults.into_iter().find_map(|vault| Contents::open(&self.sealed, key, vault, self.number).ok())
        })?;
        let told =
            self.told.iter().find(|told| told.vault == contents.vault && self.is_signed(told.hash, &recovered))?;
        let cards = self.cards_of(told.hash);
        let custodian = |index: CardIndex| Custodian {
            index,
            person: Person::named(VaultName::of_card(index), Language::English),
            key: recovered.public_key(index),
        };
        let header = Header {
            version: FORMAT_VERSION,
            vault: told.vault,
            name: told.name.clone().or_else(|| self.told_name())?,
            epoch: self.number,
            dealt: told.dealt,
            previous: told.previous,
            heads: told.heads.clone(),
            threshold: self.threshold,
            custodians: (1..=cards).filter_map(|index| CardIndex::try_from(index).ok()).map(custodian).collect(),
            deposit_recipient: DepositIdentity::of_key(&recovered.deposit_key()).recipient().to_string(),
            sealed: Digest::of(&self.sealed),
            titles_hidden: false,
            entries: EpochHeader::public_entries(&contents, false),
        };
        EpochHeader::stand_in(header, told.hash).ok()
    }

    fn told_name(&self) -> Option<VaultName> {
        self.lines.iter().find_map(|line| told(line)?.name)
    }

    /// Whether a card of this epoch truly signed a line: anybody can write a hash that begins like the one on the cards.
    fn is_signed(&self, hash: EpochHash, recovered: &Recovered<'_>) -> bool {
        let signed = |line: &Line| {
            line.event.signers.iter().zip(&line.signatures).any(|(Signer(epoch, card), signature)| {
                *epoch == hash
                    && recovered.public_key(*card).verify(crate::journal::EVENT_DOMAIN, &line.id.0, signature)
            })
        };
        self.lines.iter().any(signed)
    }

    /// How many cards the epoch has, as far as lines and cards in the room tell.
    fn cards_of(&self, hash: EpochHash) -> u8 {
        let signers = self.lines.iter().flat_map(|line| &line.event.signers);
        let signed = signers.filter(|signer| signer.0 == hash).map(|signer| signer.1.get());
        signed.chain(self.shares.keys().map(|card| card.get())).chain([self.threshold]).max().unwrap_or(self.threshold)
    }
}

/// A header that stands in for a lost one, and the cards whose contents proved it.
pub struct StandIn {
    header: EpochHeader,
    shares: Vec<Share>,
}

impl StandIn {
    /// The vault as the cards prove it.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn read<'d>(
        &self,
        folder: VaultFolder<'d>,
        pins: &PinBook<'d>,
        anchors: impl IntoIterator<Item = EventId>,
    ) -> Result<Ledger<'d>, CeremonyError> {
        Ledger::read_standing_in(folder, pins, anchors, self.header.clone())
    }

    /// The quorum.
    ///
    /// # Errors
    /// Never, as long as the cards are the ones that opened.
    pub fn attendance(self, ledger: &Ledger<'_>) -> Result<Attendance, CeremonyError> {
        let mut gathering = Gathering::begin(&self.header, ledger.state());
        for share in self.shares {
            gathering.take_recovered(share);
        }
        gathering.quorum()
    }
}

/// What a line tells of an epoch that begins or is staged.
fn told(line: &Line) -> Option<Told> {
    let event = &line.event;
    let (new, name, previous) = match &event.what {
        What::Created { name, epoch } => (epoch, Some(name.clone()), None),
        What::Staged { epoch, .. } => (epoch, None, event.signers.first().map(|signer| signer.0)),
        What::ReadBack { .. }
        | What::Checked { .. }
        | What::Receipt { .. }
        | What::Lost { .. }
        | What::Departed { .. }
        | What::Relocked { .. }
        | What::PaperDestroyed { .. }
        | What::CardFilesDestroyed { .. }
        | What::Deposited { .. }
        | What::Opened { .. }
        | What::Revealed { .. }
        | What::Exported { .. }
        | What::Closed { .. }
        | What::Reviewed { .. }
        | What::StagedMore { .. }
        | What::Committed { .. }
        | What::Aborted { .. }
        | What::Deleted { .. }
        | What::TailSetAside { .. }
        | What::Merged {}
        | What::Unknown { .. } => return None,
    };
    let (hash, number, vault, heads) = (new.hash, new.number, event.vault, event.previous.clone());
    Some(Told { hash, number, vault, name, previous, heads, dealt: event.time })
}
