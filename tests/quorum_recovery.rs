//! From dealing to the root again, through printed cards: every quorum, and nothing but a quorum.

use breakglass::quorum::{
    Card, CardIndex, CardText, CustodianPublicKey, EpochHash, NotThisCustodian, OpenCard, Policy, Quorum, QuorumError,
    Reading, SecretText, VerifiedShare, deal, read_card,
};

/// What is left of a ceremony: the cards on paper, the keys in the header, and what the root opened.
struct Epoch {
    threshold: u8,
    cards: Vec<CardText>,
    keys: Vec<CustodianPublicKey>,
    passphrase: SecretText,
}

fn epoch(threshold: u8, count: u8) -> Epoch {
    let policy = Policy::new(threshold, count, true).unwrap();
    let dealt = deal(policy).unwrap();
    let keys: Vec<_> = dealt.shares.iter().map(|share| share.custodian_key().public()).collect();
    let id = EpochHash::of(b"header").id();
    let cards = dealt.shares.into_iter().map(|share| OpenCard::new(share, policy, id, false).to_text()).collect();
    Epoch { threshold, cards, keys, passphrase: dealt.root.contents_key().passphrase() }
}

impl Epoch {
    fn card(&self, place: usize) -> OpenCard {
        match read_card(self.cards[place].expose()).unwrap() {
            Reading::Whole(Card::Open(card)) => card,
            other => panic!("{other:?}"),
        }
    }

    fn verified(&self, place: usize) -> VerifiedShare {
        let share = self.card(place).into_share();
        let key = &self.keys[usize::from(share.index().get()) - 1];
        share.verify(key).unwrap()
    }

    fn opens_with(&self, places: &[usize]) -> bool {
        let shares = places.iter().map(|place| self.verified(*place)).collect();
        let quorum = Quorum::assemble(self.threshold, shares).unwrap();
        quorum.root().contents_key().passphrase() == self.passphrase
    }
}

#[test]
fn every_quorum_of_up_to_ten_cards_gives_the_root_back() {
    for count in 2..=10 {
        for threshold in 2..=count {
            let epoch = epoch(threshold, count);
            for chosen in (0_u32..1 << count).filter(|chosen| chosen.count_ones() == u32::from(threshold)) {
                let places: Vec<usize> = (0..count.into()).filter(|place| chosen >> place & 1 == 1).collect();
                assert!(epoch.opens_with(&places), "{places:?} of {count}");
            }
        }
    }
}

#[test]
fn quorums_of_up_to_32_cards_give_the_root_back_whichever_cards_they_are_of() {
    for count in 11..=32_u8 {
        for threshold in [2, 3, count / 2, count - 1, count] {
            let epoch = epoch(threshold, count);
            let all = usize::from(count);
            // Neighbours from three beginnings, and cards far apart: together they cover every card. Backwards, too.
            for start in [0, all / 3, 2 * all / 3] {
                let step = if start == 0 { 1 } else { (1..all).rev().find(|step| coprime(*step, all)).unwrap() };
                let places: Vec<usize> = (0..threshold.into()).map(|place| (start + place * step) % all).collect();
                assert!(epoch.opens_with(&places), "{places:?} of {count}");
            }
        }
    }
}

fn coprime(left: usize, right: usize) -> bool {
    if right == 0 { left == 1 } else { coprime(right, left % right) }
}

#[test]
fn a_quorum_is_exactly_as_many_different_cards_as_the_threshold_says() {
    let epoch = epoch(3, 5);
    let assemble = |places: &[usize]| {
        let shares = places.iter().map(|place| epoch.verified(*place)).collect();
        Quorum::assemble(3, shares).map(|_| ())
    };
    assert_eq!(assemble(&[4, 0, 2]), Ok(()));
    assert_eq!(assemble(&[0, 1]), Err(QuorumError::WrongNumber { have: 2, threshold: 3 }));
    assert_eq!(assemble(&[0, 1, 2, 3]), Err(QuorumError::WrongNumber { have: 4, threshold: 3 }));
    let second = CardIndex::try_from(2).unwrap();
    assert_eq!(assemble(&[0, 1, 1]), Err(QuorumError::SameCardTwice { index: second }));
}

#[test]
fn a_card_of_another_deal_is_refused_by_name() {
    let (ours, theirs) = (epoch(3, 5), epoch(3, 5));
    for place in 0..5 {
        let index = theirs.card(place).head().index;
        let error = theirs.card(place).into_share().verify(&ours.keys[place]).unwrap_err();
        assert_eq!(error, NotThisCustodian { index });
        assert!(error.to_string().contains(&format!("card {index}")));
    }
}

#[test]
fn a_true_card_is_not_taken_for_a_neighbour() {
    let epoch = epoch(3, 5);
    assert!(epoch.card(0).into_share().verify(&epoch.keys[1]).is_err());
}

#[test]
fn the_attending_custodians_sign_with_the_keys_of_the_header() {
    let epoch = epoch(3, 5);
    let quorum = Quorum::assemble(3, vec![epoch.verified(4), epoch.verified(1), epoch.verified(2)]).unwrap();
    let indices: Vec<u8> = quorum.keys().map(|(index, _)| index.get()).collect();
    assert_eq!(indices, [5, 2, 3]);
    for (index, key) in quorum.keys() {
        let signature = key.sign("breakglass/1 event", &[7; 32]);
        assert!(epoch.keys[usize::from(index.get()) - 1].verify("breakglass/1 event", &[7; 32], &signature));
    }
}
