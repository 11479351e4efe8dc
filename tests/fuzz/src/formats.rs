//! The formats of a vault.

use std::io::Write;

use breakglass::ceremony::Pin;
use breakglass::language::plain;
use breakglass::quorum::{Digest, EpochHash, NotHex};
use breakglass::vault::{
    AttachmentName, BlobError, Claim, Contents, Deposit, EntryId, EpochHeader, FieldName, FormatError, Moment,
    VaultName, from_canonical, open_blob, to_canonical,
};
use serde_json::Value;

use super::frozen::{Frozen, frozen};
use super::{is_said, text};

/// Plaintext of a deposit at most, as far as a target makes one.
const BOUND: usize = 1 << 20;

/// A header that is read is written as the same bytes, and its hash is theirs.
pub fn header(bytes: &[u8]) {
    match EpochHeader::read(bytes) {
        Ok(header) => {
            assert_eq!(header.bytes(), bytes);
            assert_eq!(header.hash(), EpochHash::of(bytes));
            assert_eq!(EpochHeader::write(&header).expect("what was read").bytes(), bytes);
            assert!(header.custodians.iter().all(|custodian| header.custodian(custodian.index) == Some(custodian)));
        }
        Err(refusal) => is_said(&refusal),
    }
}

/// A canonical document is written as the same bytes; so are the pins of a vault.
pub fn canonical(bytes: &[u8]) {
    if let Ok(value) = from_canonical::<Value>(bytes) {
        assert_eq!(to_canonical(&value), bytes);
    }
    if let Ok(pin) = from_canonical::<Pin>(bytes) {
        assert_eq!(from_canonical::<Pin>(&to_canonical(&pin)), Ok(pin));
    }
}

/// The document inside sealed contents: what is opened can be sealed, and opens as the same.
pub fn contents(bytes: &[u8]) {
    frozen(|frozen| opened_contents(frozen, &frozen.sealed_as_contents(&packed(bytes))));
}

/// What is packed inside sealed contents, as another program could pack it.
pub fn packed_contents(bytes: &[u8]) {
    frozen(|frozen| opened_contents(frozen, &frozen.sealed_as_contents(bytes)));
}

/// The file of sealed contents.
pub fn sealed_contents(bytes: &[u8]) {
    frozen(|frozen| opened_contents(frozen, bytes));
}

fn opened_contents(frozen: &Frozen, file: &[u8]) {
    let open = |file: &[u8]| Contents::open(file, &frozen.key, frozen.newest.vault, frozen.newest.epoch);
    let contents = match open(file) {
        Ok(contents) => contents,
        Err(refusal) => return is_said(&refusal),
    };
    let again = open(&contents.seal(&frozen.key).expect("what was opened").file).expect("what was sealed");
    let [first, again] = [&contents, &again].map(|contents| serde_json::to_value(contents).expect("plain data"));
    assert_eq!(first, again);
    let public = EpochHeader::public_entries(&contents, false);
    assert!(public.iter().map(|entry| &entry.id).eq(contents.entries.iter().map(|entry| &entry.id)));
}

fn packed(document: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(document).and_then(|()| gzip.finish()).expect("memory takes every byte")
}

/// The document inside a deposit: what is opened can be sealed, and opens as the same.
pub fn deposit(bytes: &[u8]) {
    frozen(|frozen| {
        let recipient = frozen.identity.recipient();
        let open =
            |file: &[u8]| Deposit::open_unnamed(file, &frozen.identity, frozen.newest.vault, frozen.newest.hash());
        let deposit = match open(&recipient.seal(bytes)) {
            Ok(deposit) => deposit,
            Err(refusal) => return is_said(&refusal),
        };
        let again = open(&deposit.seal(&recipient).expect("what was opened").file).expect("what was sealed");
        let [first, again] = [&deposit, &again].map(|deposit| serde_json::to_value(deposit).expect("plain data"));
        assert_eq!(first, again);
    });
}

/// The file of a deposit, and the blob of an attachment: what opens is as long as was agreed, and of a blob it is the file itself.
pub fn age(bytes: &[u8]) {
    frozen(|frozen| {
        match frozen.identity.open(bytes, BOUND) {
            Ok(plaintext) => assert!(plaintext.expose().len() <= BOUND.min(bytes.len())),
            Err(refusal) => is_said(&refusal),
        }
        let (mut file, mut told) = (Vec::new(), 0);
        let tell = &mut |bytes| told = bytes;
        match open_blob(&frozen.attachment, &mut &*bytes, &mut file, tell) {
            Ok(()) => assert_eq!((file.len() as u64, Digest::of(&file)), (told, frozen.attachment.sha256)),
            Err(BlobError::Format(refusal)) => is_said(&refusal),
            Err(other) => panic!("{other:?}"),
        }
        assert!(file.len() as u64 <= frozen.attachment.size);
    });
}

/// Names, claims, moments and ids: what is taken is shown as it was written, on one line, and any text gives a claim that is one.
pub fn names(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let taken = [
        taken(text.parse::<Claim>()),
        taken(text.parse::<VaultName>()),
        taken(text.parse::<FieldName>()),
        taken(text.parse::<AttachmentName>()),
        taken(text.parse::<EntryId>()),
    ];
    for shown in taken.into_iter().flatten() {
        assert!(shown == text && plain::is_plain(&shown), "{shown:?}");
    }
    if let Some(claim) = Claim::of_any(text) {
        assert_eq!(claim.as_str().parse::<Claim>().as_ref(), Ok(&claim));
    }
    if let Ok(moment) = text.parse::<Moment>() {
        assert_eq!(moment.to_string(), text);
    }
    let _ = Moment::of_date(text).map(|moment| assert_eq!(moment.to_string().parse(), Ok(moment)));
    if let Ok(digest) = text.parse::<Digest>() {
        assert_eq!(digest.to_string(), text);
    } else {
        assert!(matches!(text.parse::<EpochHash>(), Err(NotHex { digits: 64 })));
    }
}

fn taken<T: ToString>(name: Result<T, FormatError>) -> Option<String> {
    name.inspect_err(is_said).ok().map(|name| name.to_string())
}
