//! The frozen vault of `docs/vectors`: what opens it, and what stands in it.

use std::cell::OnceCell;
use std::fs;
use std::io::Write;
use std::iter;
use std::path::{Path, PathBuf};

use age::secrecy::SecretString;
use breakglass::journal::{Headers, Line, SignedReceipt, What};
use breakglass::quorum::{Card, ContentsKey, EventId, Phrase, Quorum, Reading, Share, read_card};
use breakglass::vault::{Attachment, Contents, DepositIdentity, EpochHeader};

/// What is known of the frozen vault, and of its newest epoch.
pub struct Frozen {
    pub headers: Headers,
    pub newest: EpochHeader,
    pub ids: Vec<EventId>,
    pub receipt: SignedReceipt,
    pub key: ContentsKey,
    pub identity: DepositIdentity,
    pub attachment: Attachment,
    passphrase: age::scrypt::Recipient,
}

/// Calls `look` with the frozen vault, which is opened once in each thread.
pub fn frozen<T>(look: impl FnOnce(&Frozen) -> T) -> T {
    thread_local!(static FROZEN: OnceCell<Frozen> = const { OnceCell::new() });
    FROZEN.with(|frozen| look(frozen.get_or_init(Frozen::open)))
}

impl Frozen {
    fn open() -> Frozen {
        let vault = vectors().join("acme.vault");
        let mut epochs: Vec<PathBuf> =
            fs::read_dir(vault.join("epochs")).expect("epochs").map(|entry| entry.expect("an epoch").path()).collect();
        epochs.sort();
        let header = |epoch: &PathBuf| EpochHeader::read(&fs::read(epoch.join("header.json")).expect("a header"));
        let headers: Vec<EpochHeader> = epochs.iter().map(|epoch| header(epoch).expect("a header")).collect();
        let newest = headers.last().expect("an epoch").clone();
        let log = fs::read_to_string(vault.join("log.jsonl")).expect("a log");
        let lines: Vec<Line> = log.lines().map(|line| Line::read(line.as_bytes()).expect("a line")).collect();
        let receipt = lines.iter().find_map(|line| match &line.event.what {
            What::Receipt { receipt } => Some(receipt.clone()),
            _ => None,
        });
        let shares = shares().into_iter().map(|share| {
            let key = newest.custodian(share.index()).expect("a custodian").key;
            share.verify(&key).expect("a true share")
        });
        let quorum = Quorum::assemble(newest.threshold, shares.collect()).expect("a quorum");
        let key = quorum.root().contents_key();
        let sealed = fs::read(epochs.last().expect("an epoch").join("sealed.age")).expect("sealed contents");
        let contents = Contents::open(&sealed, &key, newest.vault, newest.epoch).expect("its own contents");
        let revision = contents.entries[0].revisions.last().expect("a revision");
        let attachment = revision.attachments.values().next().expect("an attachment").clone();
        let mut passphrase = age::scrypt::Recipient::new(SecretString::from(key.passphrase().expose().to_owned()));
        passphrase.set_work_factor(1);
        Frozen {
            headers: headers.into_iter().map(|header| (header.hash(), header)).collect(),
            ids: lines.iter().map(|line| line.id).collect(),
            receipt: receipt.expect("a receipt"),
            identity: DepositIdentity::of_key(&quorum.root().deposit_key()),
            newest,
            key,
            attachment,
            passphrase,
        }
    }

    /// A file that whoever has the passphrase of the contents could write.
    pub fn sealed_as_contents(&self, plaintext: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        let recipient: &dyn age::Recipient = &self.passphrase;
        let encryptor = age::Encryptor::with_recipients(iter::once(recipient)).expect("a recipient");
        let mut writer = encryptor.wrap_output(&mut file).expect("memory takes every byte");
        writer.write_all(plaintext).expect("memory takes every byte");
        writer.finish().expect("memory takes every byte");
        file
    }
}

/// The shares of the cards in cards.txt, of which the second is locked with the phrase below them.
fn shares() -> Vec<Share> {
    let cards = fs::read_to_string(vectors().join("cards.txt")).expect("cards");
    let lines: Vec<&str> = cards.lines().collect();
    let [open, locked, phrase] = lines[..] else { panic!("two cards and a phrase") };
    let phrase = Phrase::new(phrase).expect("a phrase");
    let share = |text| match read_card(text).expect("a card") {
        Reading::Whole(Card::Open(card)) => card.into_share(),
        Reading::Whole(Card::Locked(card)) => card.unlock(&phrase).expect("memory for a lock"),
        Reading::Corrected(_) => panic!("a card without a mistake"),
    };
    [open, locked].map(share).into()
}

/// The folder of the vectors, seen from the fuzz targets and from the tests of breakglass.
fn vectors() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let places = [here.join("docs/vectors"), here.join("../../docs/vectors")];
    places.into_iter().find(|place| place.is_dir()).expect("docs/vectors")
}
