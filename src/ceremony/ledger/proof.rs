//! What a card proves where the log does not tell: damage never keeps a quorum out.

use super::Ledger;
use crate::journal::{Beginning, Fate};
use crate::quorum::{EpochHash, EpochId};
use crate::store::{Place, Tail};
use crate::vault::EpochHeader;

impl Ledger<'_> {
    /// The header that cards of this epoch would begin history with, where the log does not tell that the epoch is in force. Nothing when
    /// the log says that it is, or that it was given up, followed or decided against. A card of an epoch that is only staged counts only
    /// where the line of its commit may be missing.
    #[must_use]
    pub fn may_prove(&self, card: EpochId) -> Option<&EpochHeader> {
        let state = self.state();
        let is_of_vault = |header: &&EpochHeader| header.vault == state.vault || self.is_assumed();
        let header = self.headers.values().find(|header| header.id() == card).filter(is_of_vault)?;
        let hash = header.hash();
        let counts = match state.epochs.get(&hash).map(|epoch| epoch.fate) {
            None => true,
            Some(Fate::InForce) => self.is_assumed(),
            Some(Fate::Staged) => self.may_lack_a_commit(),
            Some(Fate::Ended | Fate::GivenUp | Fate::Overtaken | Fate::DecidedAgainst) => false,
        };
        counts.then_some(header)
    }

    /// The header that cards of this epoch open the vault with: of the epoch in force, or of one that they prove.
    #[must_use]
    pub fn opened_by(&self, card: EpochId) -> Option<&EpochHeader> {
        self.active().ok().filter(|active| active.id() == card).or_else(|| self.may_prove(card))
    }

    /// Whether contents of this epoch stand in the folder without a header that can be read.
    #[must_use]
    pub fn has_lost_header(&self, epoch: EpochId) -> bool {
        let is_sealed = |place: &Place| matches!(place, Place::Sealed(_, id) if *id == epoch);
        let stands = self.folder.places().is_ok_and(|places| places.iter().any(is_sealed));
        stands && !self.headers.keys().any(|hash| hash.id() == epoch)
    }

    /// Whether lines may be missing that named deposits: something is wrong, a line was never finished, the folder has an epoch that the log
    /// does not know, or the epoch is in force only because cards prove it.
    #[must_use]
    pub fn may_lack_lines(&self) -> bool {
        let torn = |tail: &Tail| matches!(tail, Tail::Torn { .. });
        !self.is_sound()
            || self.known.in_the_room.is_some()
            || self.unexplained().next().is_some()
            || !self.state().torn_tails.is_empty()
            || self.tails().any(|(_, tail)| torn(tail))
    }

    /// Takes an epoch for in force because its cards are in the room.
    pub(super) fn prove(&mut self, epoch: EpochHash) {
        let before = self.known.in_the_room.replace(epoch);
        self.read_on([]);
        if self.history.state.is_none() {
            self.known.in_the_room = before;
            self.read_on([]);
        }
    }

    fn is_assumed(&self) -> bool {
        matches!(self.beginning(), Beginning::Assumed(_))
    }

    fn may_lack_a_commit(&self) -> bool {
        let in_force = self.state().active_epoch().and_then(|epoch| self.headers.get(&epoch.hash));
        let stands = |header: &EpochHeader| {
            let sealed = self.folder.digest(&Place::Sealed(header.epoch, header.id()));
            sealed.is_ok_and(|digest| digest == header.sealed)
        };
        self.history.has_gaps()
            || self.log_trouble.is_some()
            || !self.missing_heads.is_empty()
            || !in_force.is_some_and(stands)
    }
}
