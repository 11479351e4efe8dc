//! A receipt: a card check made away from the vault, with nothing but the header, signed by the card.

use serde::{Deserialize, Serialize};

use crate::ids::{Digest, EpochHash, VaultId};
use crate::quorum::{CardIndex, CustodianKey, CustodianPublicKey, Signature};
use crate::vault::{FORMAT_VERSION, Moment, to_canonical};

/// What signatures under receipts are bound to: this text, NUL, the SHA-256 of the receipt.
pub const RECEIPT_DOMAIN: &str = "breakglass/1 receipt";

/// What a custodian's card says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The version of the format.
    pub version: u32,
    /// The vault that the header names.
    pub vault: VaultId,
    /// The header that the card was held against.
    pub epoch: EpochHash,
    /// The card.
    pub card: CardIndex,
    /// When, by the clock of that machine.
    pub time: Moment,
    /// Whether the card's paper asks for a phrase: a paper from before it was printed anew proves nothing about the new one.
    pub locked: bool,
}

/// A receipt with the card's signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedReceipt {
    /// The receipt.
    pub receipt: Receipt,
    /// Over [`RECEIPT_DOMAIN`], NUL, SHA-256 of the receipt's canonical bytes.
    pub signature: Signature,
}

impl SignedReceipt {
    /// Signs a receipt with the card's key.
    #[must_use]
    pub fn sign(
        vault: VaultId,
        epoch: EpochHash,
        card: CardIndex,
        locked: bool,
        time: Moment,
        key: &CustodianKey,
    ) -> SignedReceipt {
        let receipt = Receipt { version: FORMAT_VERSION, vault, epoch, card, time, locked };
        let signature = key.sign(RECEIPT_DOMAIN, &Digest::of(&to_canonical(&receipt)).0);
        SignedReceipt { receipt, signature }
    }

    /// Whether the card of this key signed it.
    #[must_use]
    pub fn is_signed_by(&self, key: &CustodianPublicKey) -> bool {
        key.verify(RECEIPT_DOMAIN, &Digest::of(&to_canonical(&self.receipt)).0, &self.signature)
    }
}
