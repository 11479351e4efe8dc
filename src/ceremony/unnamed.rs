//! Deposits that stand in the folder while the lines that named them are damaged. Nothing names them, so what they say of themselves counts;
//! like every deposit, nobody confirmed them.

use std::collections::BTreeSet;

use super::error::CeremonyError;
use super::ledger::Ledger;
use super::one_time::codes_in;
use super::unseal::OpenDeposit;
use super::verify::named;
use crate::ids::{Digest, EpochHash};
use crate::journal::{Attached, PendingDeposit};
use crate::store::Place;
use crate::vault::{
    Claim, Contents, Deposit, DepositIdentity, EpochHeader, FieldName, FieldValue, Origin, PublicEntry,
};

/// Opens what a quorum of this epoch can open of them. Others are told by whoever verifies the files.
pub(super) fn unnamed_deposits(
    ledger: &Ledger<'_>,
    header: &EpochHeader,
    contents: &Contents,
    own: &DepositIdentity,
) -> Result<Vec<OpenDeposit>, CeremonyError> {
    let names: BTreeSet<Place> =
        named(ledger.history(), ledger.headers()).into_iter().map(|(place, _)| place).collect();
    let mut opened = Vec::new();
    for place in ledger.folder().strays(&names)? {
        let Place::Deposit(number, digest) = place else { continue };
        let Ok(file) = ledger.folder().read(&place) else { continue };
        if Digest::of(&file) != digest {
            continue;
        }
        let found = if number == header.epoch {
            Deposit::open_unnamed(&file, own, header.vault, header.hash()).ok()
        } else {
            earlier(ledger, header, contents, number, &file)
        };
        // One that was folded in is among the revisions already.
        let is_sealed = |deposit: &Deposit| {
            let revisions = contents.entry(&deposit.entry).into_iter().flat_map(|entry| &entry.revisions);
            revisions.into_iter().any(|revision| revision.origin == Origin::Deposit(digest))
        };
        if let Some(deposit) = found.filter(|deposit| !is_sealed(deposit)) {
            opened.push(OpenDeposit { pending: pending(ledger, digest, &deposit), deposit: Ok(deposit) });
        }
    }
    opened.sort_by_key(|open| (open.pending.time, open.pending.deposit));
    Ok(opened)
}

fn earlier(
    ledger: &Ledger<'_>,
    header: &EpochHeader,
    contents: &Contents,
    number: u32,
    file: &[u8],
) -> Option<Deposit> {
    let of_number = |epoch: &&EpochHash| ledger.headers().get(*epoch).is_none_or(|header| header.epoch == number);
    let epochs = contents.deposit_identities.iter().map(|earlier| &earlier.epoch).filter(of_number);
    epochs.into_iter().find_map(|epoch| {
        let identity = contents.earlier_identity(epoch).ok()??;
        Deposit::open_unnamed(file, &identity, header.vault, *epoch).ok()
    })
}

fn values(deposit: &Deposit) -> impl Iterator<Item = (&FieldName, &str)> {
    deposit.change.set.iter().map(|(name, value)| (name, value.expose()))
}

/// Whether two deposits do the same to the same entry.
pub(super) fn gives_the_same(one: &OpenDeposit, other: &OpenDeposit) -> bool {
    let (Ok(one), Ok(other)) = (&one.deposit, &other.deposit) else { return false };
    let blobs = |deposit: &Deposit| {
        deposit.change.attach.iter().map(|(name, attachment)| (name.clone(), attachment.sha256)).collect::<Vec<_>>()
    };
    one.entry == other.entry
        && values(one).eq(values(other))
        && one.change.clear == other.change.clear
        && blobs(one) == blobs(other)
        && one.change.detach == other.change.detach
}

/// What its line would have said.
fn pending(ledger: &Ledger<'_>, digest: Digest, deposit: &Deposit) -> PendingDeposit {
    let change = &deposit.change;
    let shown =
        |name: &'static str| change.set.get(&FieldName::fixed(name)).map(FieldValue::expose).and_then(Claim::of_any);
    PendingDeposit {
        deposit: digest,
        epoch: deposit.epoch,
        entry: PublicEntry {
            id: deposit.entry.clone(),
            title: shown("title"),
            kind: shown("kind"),
            owner: shown("owner"),
            last_rotated: shown("last_rotated"),
        },
        fields: change.set.keys().cloned().collect(),
        cleared: change.clear.iter().cloned().collect(),
        attached: change
            .attach
            .iter()
            .map(|(name, attachment)| {
                let blob = ledger.folder().open_stream(&Place::Attachment(attachment.blob));
                let size = blob.map_or(0, |(_, size)| size);
                Attached { name: name.clone(), blob: attachment.blob, size }
            })
            .collect(),
        detached: change.detach.iter().cloned().collect(),
        recovery_codes: codes_in(&change.set),
        time: deposit.made,
        claimed: deposit.made,
        by: deposit.by.clone(),
        retold: Vec::new(),
    }
}
