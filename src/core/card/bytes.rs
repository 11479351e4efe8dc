//! A card: 48 bytes, of which the first 16 say what it is and the others are its share, open or locked.
//!
//! | bytes | what |
//! |---|---|
//! | 0 | version (four high bits), locked (8), lock profile (6), drill (1) |
//! | 1 | tier and group, 0 for now |
//! | 2 | index |
//! | 3 | threshold |
//! | 4..16 | epoch id |
//! | 16..48 | share, or share XOR pad |

use super::card_text::CardText;
use super::read::Unreadable;
use crate::ids::EpochId;
use crate::quorum::Share;
use crate::quorum::{CardIndex, LockProfile, NoMemoryForLock, Phrase, Policy, pad};
use crate::secret::Secret;

/// The only version so far.
const VERSION: u8 = 1;

const LOCKED: u8 = 0b1000;
const PROFILE: u8 = 0b0110;
const DRILL: u8 = 0b0001;

/// What a card says about itself; nothing of it is secret, and nothing of it is proven by the card alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardHead {
    /// How the card is locked, if it is.
    pub lock: Option<LockProfile>,
    /// Whether the card is for exercises only.
    pub drill: bool,
    /// Which card of the epoch it is.
    pub index: CardIndex,
    /// How many cards of the epoch it takes, 2 to 32.
    pub threshold: u8,
    /// The epoch.
    pub epoch: EpochId,
}

impl CardHead {
    pub(crate) fn to_bytes(self) -> [u8; 16] {
        let lock = self.lock.map_or(0, |profile| LOCKED | profile.number() << 1);
        let mut bytes = [0; 16];
        bytes[0] = VERSION << 4 | lock | if self.drill { DRILL } else { 0 };
        bytes[2] = self.index.get();
        bytes[3] = self.threshold;
        bytes[4..].copy_from_slice(&self.epoch.0);
        bytes
    }

    pub(crate) fn read(bytes: &[u8; 16]) -> Result<CardHead, Unreadable> {
        let version = bytes[0] >> 4;
        if version != VERSION {
            return Err(Unreadable::UnknownVersion { version });
        }
        let profile = (bytes[0] & PROFILE) >> 1;
        let lock = match bytes[0] & LOCKED != 0 {
            true => Some(LockProfile::of_number(profile).ok_or(Unreadable::Malformed)?),
            false if profile != 0 => return Err(Unreadable::Malformed),
            false => None,
        };
        if bytes[1] != 0 || !(2..=32).contains(&bytes[3]) {
            return Err(Unreadable::Malformed);
        }
        Ok(CardHead {
            lock,
            drill: bytes[0] & DRILL != 0,
            index: CardIndex::try_from(bytes[2]).map_err(|_| Unreadable::Malformed)?,
            threshold: bytes[3],
            epoch: EpochId(std::array::from_fn(|place| bytes[4 + place])),
        })
    }
}

/// A card that was read.
#[derive(Debug)]
pub enum Card {
    /// Its share is there to be verified.
    Open(OpenCard),
    /// Its share is hidden until the phrase is given.
    Locked(LockedCard),
}

impl Card {
    pub(crate) fn of_bytes(bytes: &Secret<48>) -> Result<Card, Unreadable> {
        let (head, rest) = bytes.expose().split_first_chunk().expect("48 bytes are more than 16");
        let head = CardHead::read(head)?;
        let value = Secret::made(|place| place.copy_from_slice(rest));
        Ok(match head.lock {
            None => Card::Open(OpenCard { head, share: Share::new(head.index, value) }),
            Some(profile) => Card::Locked(LockedCard { head, profile, masked: value }),
        })
    }

    /// What the card says about itself.
    #[must_use]
    pub fn head(&self) -> &CardHead {
        match self {
            Card::Open(card) => card.head(),
            Card::Locked(card) => card.head(),
        }
    }

    /// The card's text.
    #[must_use]
    pub fn to_text(&self) -> CardText {
        match self {
            Card::Open(card) => card.to_text(),
            Card::Locked(card) => card.to_text(),
        }
    }
}

/// A card that whoever holds it can use.
#[derive(Debug)]
pub struct OpenCard {
    head: CardHead,
    share: Share,
}

impl OpenCard {
    /// The card of a share that was dealt under `policy`.
    #[must_use]
    pub fn new(share: Share, policy: Policy, epoch: EpochId, drill: bool) -> OpenCard {
        let head = CardHead { lock: None, drill, index: share.index(), threshold: policy.threshold(), epoch };
        OpenCard { head, share }
    }

    /// What the card says about itself.
    #[must_use]
    pub fn head(&self) -> &CardHead {
        &self.head
    }

    /// The share, to be verified.
    #[must_use]
    pub fn share(&self) -> &Share {
        &self.share
    }

    /// The share, to be verified.
    #[must_use]
    pub fn into_share(self) -> Share {
        self.share
    }

    /// The share once more, for who only looks at the card.
    #[must_use]
    pub fn copy_of_share(&self) -> Share {
        Share::new(self.head.index, Secret::made(|place| place.copy_from_slice(self.share.value().expose())))
    }

    /// The card's text.
    #[must_use]
    pub fn to_text(&self) -> CardText {
        text(&self.head, self.share.value())
    }

    /// Locks the card with `phrase`. The open card is used up, because one share must never be locked under two phrases: whoever
    /// saw both texts could try guesses against them, with no vault at hand.
    pub fn lock(self, profile: LockProfile, phrase: &Phrase) -> Result<LockedCard, NoMemoryForLock> {
        let head = CardHead { lock: Some(profile), ..self.head };
        let masked = masked(&head, profile, phrase, self.share.value())?;
        Ok(LockedCard { head, profile, masked })
    }
}

/// A card that is worth nothing without its phrase. It cannot tell whether a phrase fits: the share's custodian key can.
#[derive(Debug)]
pub struct LockedCard {
    head: CardHead,
    profile: LockProfile,
    masked: Secret<32>,
}

impl LockedCard {
    /// What the card says about itself.
    #[must_use]
    pub fn head(&self) -> &CardHead {
        &self.head
    }

    /// The lock's cost.
    #[must_use]
    pub fn profile(&self) -> LockProfile {
        self.profile
    }

    /// The share that `phrase` gives: the true one only for the true phrase.
    pub fn unlock(&self, phrase: &Phrase) -> Result<Share, NoMemoryForLock> {
        Ok(Share::new(self.head.index, masked(&self.head, self.profile, phrase, &self.masked)?))
    }

    /// The card's text.
    #[must_use]
    pub fn to_text(&self) -> CardText {
        text(&self.head, &self.masked)
    }
}

/// `value` XOR the pad that `phrase` gives on this card.
fn masked(
    head: &CardHead,
    profile: LockProfile,
    phrase: &Phrase,
    value: &Secret<32>,
) -> Result<Secret<32>, NoMemoryForLock> {
    let mut masked = pad(profile, &head.to_bytes(), phrase)?;
    masked.expose_mut().iter_mut().zip(value.expose()).for_each(|(pad, byte)| *pad ^= byte);
    Ok(masked)
}

fn text(head: &CardHead, value: &Secret<32>) -> CardText {
    CardText::of(&Secret::made(|place| {
        place[..16].copy_from_slice(&head.to_bytes());
        place[16..].copy_from_slice(value.expose());
    }))
}

#[cfg(test)]
mod tests {
    use bech32::Fe32;
    use bech32::primitives::iter::ByteIterExt;

    use super::*;
    use crate::card::codex32::{CARD, checksum};
    use crate::card::{Reading, read_card};

    /// Card 3, three needed, of the epoch 000102…0b, with the share 202122…3f.
    fn bytes() -> Secret<48> {
        Secret::made(|place| {
            *place = std::array::from_fn(|byte| if byte < 16 { byte.wrapping_sub(4) as u8 } else { byte as u8 + 16 });
            place[..4].copy_from_slice(&[0x10, 0, 3, 3]);
        })
    }

    fn read(bytes: &Secret<48>) -> Result<Card, Unreadable> {
        let by_bytes = Card::of_bytes(bytes);
        let by_text = read_card(CardText::of(bytes).expose()).map(|reading| match reading {
            Reading::Whole(card) => card,
            Reading::Corrected(_) => panic!("nothing was wrong"),
        });
        assert_eq!(by_bytes.as_ref().map(Card::head), by_text.as_ref().map(Card::head));
        by_text
    }

    fn with(place: usize, value: u8) -> Secret<48> {
        let mut changed = bytes();
        changed.expose_mut()[place] = value;
        changed
    }

    #[test]
    fn the_text_of_a_card_is_fixed_for_ever() {
        // Computed with the reference code of BIP-93, in Python.
        let expected = "BG1ZQQQXQCQQYPQXPQ9QCRSSZG2PVSZZG3RYSJJVFEG9Y4ZKTPD9CHNQVFJXV6R2D3H8QUN5WEU85LR790FLGSQVTYNUS";
        assert_eq!(CardText::of(&bytes()).expose(), expected);
        assert_eq!(read(&bytes()).unwrap().to_text().expose(), expected);
        let lengths: Vec<usize> = CardText::of(&bytes()).groups().map(str::len).collect();
        assert_eq!(lengths, [5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 3]);
    }

    #[test]
    fn a_locked_card_is_fixed_for_ever_and_opens_with_its_phrase_only() {
        let share = || {
            Share::new(
                CardIndex::try_from(3).unwrap(),
                Secret::made(|place| place.copy_from_slice(&bytes().expose()[16..])),
            )
        };
        let epoch = EpochId(std::array::from_fn(|place| place as u8));
        let card = OpenCard::new(share(), Policy::new(3, 5, false).unwrap(), epoch, false);
        let phrase = Phrase::new("abandon zoo legal winner thank year").unwrap();
        let locked = card.lock(LockProfile::Small, &phrase).unwrap();
        // Computed with Debian's argon2 and the reference code of BIP-93, in Python.
        let expected = "BG1RQQQXQCQQYPQXPQ9QCRSSZG2PWCXMJZ5TA23GXAP2UL3XZCMJNK7P0WJ075E6D574LWCEQG2SMHMJ9S38SXY552DAW";
        assert_eq!(locked.to_text().expose(), expected);
        let public = share().custodian_key().public();
        assert!(locked.unlock(&phrase).unwrap().verify(&public).is_ok());
        assert!(
            locked
                .unlock(&Phrase::new("abandon zoo legal winner thank yeah").unwrap())
                .unwrap()
                .verify(&public)
                .is_err()
        );
    }

    #[test]
    fn a_head_says_what_it_was_made_of() {
        for lock in [None, Some(LockProfile::Small), Some(LockProfile::Standard), Some(LockProfile::Large)] {
            for drill in [false, true] {
                let index = CardIndex::try_from(32).unwrap();
                let head = CardHead { lock, drill, index, threshold: 31, epoch: EpochId([0xee; 12]) };
                assert_eq!(CardHead::read(&head.to_bytes()), Ok(head));
            }
        }
    }

    #[test]
    fn an_unknown_version_is_refused_by_its_number() {
        for version in [0, 2, 3, 15] {
            assert_eq!(read(&with(0, version << 4)).unwrap_err(), Unreadable::UnknownVersion { version });
        }
    }

    #[test]
    fn bytes_that_make_no_sense_are_no_card() {
        // A profile without a lock, twice; an unknown profile; a tier; card 0 and 33; thresholds of 0, 1 and 33.
        let nonsense = [(0, 0x12), (0, 0x14), (0, 0x1e), (1, 1), (1, 0x80), (2, 0), (2, 33), (3, 0), (3, 1), (3, 33)];
        for (place, value) in nonsense {
            assert_eq!(read(&with(place, value)).unwrap_err(), Unreadable::Malformed, "byte {place} is {value}");
        }
    }

    #[test]
    fn a_padding_bit_that_is_not_zero_is_no_card() {
        // Symbol 77 ends with the bit of padding; the checksum is right.
        let symbols: Vec<Fe32> = bytes().expose().iter().copied().bytes_to_fes().collect();
        let last = Fe32::try_from(symbols[76].to_u8() | 1).unwrap();
        let symbols = || symbols[..76].iter().copied().chain([last]);
        let text: String = symbols().chain(checksum(CARD, symbols())).map(Fe32::to_char).collect();
        assert_eq!(read_card(&format!("bg1{text}")).unwrap_err(), Unreadable::Malformed);
    }

    #[test]
    fn what_is_put_right_to_nonsense_is_damage() {
        let text = CardText::of(&with(0, 0x50));
        let damaged = text.expose().replacen("BG12", "BG1Q", 1);
        assert_ne!(damaged, text.expose());
        assert_eq!(read_card(&damaged).unwrap_err(), Unreadable::Damaged { groups: vec![] });
    }

    #[test]
    fn debug_shows_nothing_of_a_share() {
        let card = read(&bytes()).unwrap();
        let shown = format!("{card:?} {:?}", card.to_text());
        assert!(!shown.contains("32, 33") && !shown.contains("2021") && !shown.contains("BG1"), "{shown}");
    }
}
