//! What each small number makes people, or an attacker, do.

use breakglass::journal::{Attached, LeftOut, Line, OneTimeCode, Replaced, SecretPart, Staging, What};
use breakglass::quorum::{Digest, EpochHash, EventId, LockProfile, Signature};
use breakglass::vault::{EntryId, FieldName, PublicEntry};

use super::world::{Act, FAR, Made, START, THRESHOLD, Twist, World, card, word};

const FIELDS: [&str; 5] = ["password", "user_name", "recovery_codes", "title", "totp"];

pub fn entry(number: u16) -> EntryId {
    ["mail", "dns"][usize::from(number % 2)].parse().unwrap()
}

pub fn public_entry(number: u16, day: u16) -> PublicEntry {
    let last_rotated = match day % 4 {
        0 => None,
        1 => "2020-02-02".parse().ok(),
        2 => "2025-12-24".parse().ok(),
        _ => "2090-01-01".parse().ok(),
    };
    PublicEntry { id: entry(number), title: None, kind: None, owner: None, last_rotated }
}

fn field(number: u16) -> FieldName {
    FieldName::fixed(FIELDS[usize::from(number) % FIELDS.len()])
}

fn deposit(world: &mut World, epoch: EpochHash, a: u16, b: u16) -> What {
    // Now and then a file that was named before.
    let known = world.deposits.get(usize::from(b >> 8) % world.deposits.len().max(1)).copied();
    let fresh = Digest(word(&format!("deposit {}", world.deposits.len())));
    let digest = known.filter(|_| b.is_multiple_of(4)).unwrap_or(fresh);
    world.deposits.push(digest);
    let (one, codes) = (field(a >> 1), a.is_multiple_of(5));
    let mut fields = vec![one];
    if codes && !fields.contains(&field(2)) {
        fields.push(field(2));
    }
    let cleared: Vec<FieldName> =
        [field(b >> 2)].into_iter().filter(|name| b.is_multiple_of(7) && !fields.contains(name)).collect();
    let attached = Attached { name: "key.txt".parse().unwrap(), blob: Digest(word("blob")), size: 7 };
    What::Deposited {
        epoch,
        deposit: digest,
        entry: public_entry(a, b >> 1),
        fields,
        cleared,
        attached: if b.is_multiple_of(9) { vec![attached] } else { Vec::new() },
        detached: Vec::new(),
        recovery_codes: codes.then_some(4 + 4 * (b % 2)),
    }
}

/// A staging that does what bits say.
fn staging(world: &World, a: u16, b: u16) -> Staging {
    let pick = |bits: u16, shift: usize| {
        let bit = |(place, _): &(usize, &Digest)| bits >> ((place + shift) % 16) & 1 == 1;
        world.deposits.iter().enumerate().filter(bit).map(|(_, digest)| *digest).collect::<Vec<Digest>>()
    };
    let replaced = |number: u16| Replaced { entry: entry(number), secret: SecretPart::Field(field(number >> 1)) };
    let deposits = pick(a, 0);
    let dismissed = if b.is_multiple_of(4) { pick(!a, 0) } else { Vec::new() };
    let replaced = (0..10).filter(|number| b >> number & 1 == 1).map(replaced).collect();
    Staging { deposits, dismissed, replaced, renewed: Vec::new() }
}

fn cards_of(world: &World, epoch: usize, b: u16) -> u8 {
    u8::try_from(b % u16::from(world.epochs[epoch].cards)).unwrap() + 1
}

fn left_out(world: &World, epoch: usize, read_back: u8) -> Vec<LeftOut> {
    let left = |number| LeftOut { card: card(number), reason: "on leave".parse().unwrap() };
    (read_back + 1..=world.epochs[epoch].cards).map(left).collect()
}

impl World {
    /// How an act is twisted: mostly not at all.
    pub fn twist(&self, twist: u8, a: u16, b: u16) -> Twist {
        let mut found = Twist::default();
        if twist < 180 {
            return found;
        }
        let line = |number: u16| self.lines[usize::from(number) % self.lines.len()].id;
        let mut previous = |ids: Vec<Option<EventId>>| {
            let mut ids: Vec<EventId> = ids.into_iter().flatten().collect();
            ids.sort();
            ids.dedup();
            found.previous = Some(ids);
        };
        match twist % 9 {
            _ if twist == u8::MAX => previous(Vec::new()),
            0 => found.unsigned = true,
            1 => found.signers_of = Some(usize::from(b) % self.epochs.len()),
            2 => found.one_signer = true,
            3 | 4 => previous(vec![line(a >> 2)]),
            5 => found.bad_signature = true,
            6 => found.other_epoch = Some(usize::from(a) % self.epochs.len()),
            7 => previous(vec![line(a >> 1), line(b >> 1)]),
            _ => previous(vec![line(a >> 1), Some(EventId(word("nowhere")))]),
        }
        found
    }

    /// Somebody does something in one of the copies.
    pub fn act(&mut self, (kind, copy, twist, a, b): Act) {
        let copy = usize::from(copy) % self.copies.len();
        let twist = self.twist(twist, a, b);
        self.clock += i64::from(b % 64) * 60;
        let active = twist.other_epoch.unwrap_or(self.copies[copy].active);
        let either = twist.other_epoch.or(self.copies[copy].staged.filter(|_| a.is_multiple_of(2))).unwrap_or(active);
        let epoch = self.epochs[active].hash;
        let one = cards_of(self, active, b);
        let only =
            |world: &World, epoch: usize, number: u8| world.signers(epoch, number).split_off(usize::from(number) - 1);
        match kind % 32 {
            0..=2 => {
                let what = deposit(self, epoch, a, b);
                self.follow(copy, Vec::new(), what, &twist);
            }
            3 | 4 => {
                let what =
                    What::Opened { epoch, reason: "a drill".parse().unwrap(), incident: None, reported: Vec::new() };
                self.open(copy, what, &twist);
            }
            5 | 6 => {
                let (session, signers) = self.session(copy, a);
                let set = self.deposits.get(usize::from(b) % self.deposits.len().max(1)).copied();
                let codes = (1..=b % 5).filter_map(|number| set.map(|set| OneTimeCode::Recovery { set, number }));
                let (entry, fields) = (entry(a), vec![field(a >> 1)]);
                let what = What::Revealed { session, entry, fields, attachments: Vec::new(), codes: codes.collect() };
                self.follow(copy, signers, what, &twist);
            }
            7 => {
                let (session, signers) = self.session(copy, a);
                self.follow(copy, signers, What::Exported { session }, &twist);
            }
            8 => {
                let (session, signers) = self.session(copy, a);
                self.follow(copy, signers, What::Closed { session }, &twist);
                self.close(copy);
            }
            9 => {
                let openings = self.openings.iter().copied().take(usize::from(a % 3)).collect();
                self.follow(copy, Vec::new(), What::Reviewed { openings }, &twist);
            }
            10 | 11 => {
                let staging = staging(self, a, b);
                let more = u32::from(a % 8 == 7);
                self.stage(copy, 2 + u8::from(a % 3 > 0), (a, b), staging, more, &twist);
            }
            12 => {
                let staging = staging(self, a, b);
                let what = What::StagedMore { epoch: self.epochs[either].hash, piece: u32::from(1 + b % 2), staging };
                self.follow(copy, self.signers(active, THRESHOLD), what, &twist);
            }
            13..=16 => {
                let number = cards_of(self, either, b);
                let (epoch, file_destroyed) = (self.epochs[either].hash, b.is_multiple_of(3));
                let what = What::ReadBack { epoch, card: card(number), file_destroyed };
                self.follow(copy, only(self, either, number), what, &twist);
            }
            17 => {
                let left =
                    self.copies[copy].staged.map(|staged| left_out(self, staged, 2 + u8::from(a.is_multiple_of(2))));
                self.commit(copy, left.unwrap_or_default(), &twist);
            }
            18 => {
                let Some(staged) = self.copies[copy].staged else { return };
                let what = What::Aborted { epoch: self.epochs[staged].hash, reason: "jammed".parse().unwrap() };
                self.follow(copy, self.signers(active, THRESHOLD), what, &twist);
                // Whoever forgets that goes on to commit it.
                self.copies[copy].staged = self.copies[copy].staged.filter(|_| a.is_multiple_of(4));
            }
            19 => {
                self.follow(copy, only(self, active, one), What::Checked { epoch, card: card(one) }, &twist);
            }
            20 => {
                let lock = (a.is_multiple_of(2)).then_some(LockProfile::Standard);
                let what = What::Relocked { epoch, card: card(one), lock, card_file: a.is_multiple_of(3) };
                self.follow(copy, only(self, active, one), what, &twist);
            }
            21 => {
                let old = self.receipts.get(usize::from(a >> 2) % self.receipts.len().max(1)).cloned();
                let receipt = old
                    .filter(|_| a.is_multiple_of(4))
                    .unwrap_or_else(|| self.receipt(active, one, a.is_multiple_of(2)));
                self.follow(copy, Vec::new(), What::Receipt { receipt }, &twist);
            }
            22 => {
                let what =
                    What::Lost { epoch: self.epochs[either].hash, card: card(one), reason: "a train".parse().ok() };
                self.follow(copy, Vec::new(), what, &twist);
            }
            23 => {
                let what = What::Departed { epoch, card: card(one), reason: "retired".parse().ok() };
                self.follow(copy, Vec::new(), what, &twist);
            }
            24 => {
                let epoch = self.epochs[usize::from(a) % self.epochs.len()].hash;
                let cards = vec![card(1), card(2), card(3)];
                let what = match b % 3 {
                    0 => What::PaperDestroyed { epoch, cards },
                    1 => What::CardFilesDestroyed { epoch, cards },
                    _ => What::Deleted { epoch, files: 3 },
                };
                self.follow(copy, Vec::new(), what, &twist);
            }
            25 => {
                let what = What::TailSetAside { number: 1, size: 3, hash: Digest(word("tail")) };
                self.follow(copy, Vec::new(), what, &twist);
            }
            26 | 27 => {
                let other = usize::from(a) % self.copies.len();
                self.meet(copy, other, &twist);
            }
            28 => self.clock = [0, FAR, START, self.clock + 400 * 86_400, self.clock - 40_000][usize::from(a % 5)],
            29 if a.is_multiple_of(8) => self.dream(copy),
            // The log of the copy is lost: what cards write there next names nothing before it.
            29 if a % 8 > 5 => self.copies[copy].heads.clear(),
            _ => self.rotate(copy, a, b),
        }
    }

    /// A whole rotation: staged, read back, committed.
    pub fn rotate(&mut self, copy: usize, a: u16, b: u16) {
        if !self.may_deal() {
            return;
        }
        let honest = Twist::default();
        let staging = staging(self, a, b);
        self.stage(copy, 2 + u8::from(!a.is_multiple_of(3)), (a, b), staging, 0, &honest);
        let Some(staged) = self.copies[copy].staged else { return };
        let (hash, cards) = (self.epochs[staged].hash, self.epochs[staged].cards);
        for number in 1..=cards {
            let what = What::ReadBack { epoch: hash, card: card(number), file_destroyed: b.is_multiple_of(2) };
            let signers = self.signers(staged, number).split_off(usize::from(number) - 1);
            self.follow(copy, signers, what, &honest);
        }
        self.commit(copy, Vec::new(), &honest);
    }
}

/// What attackers do besides: they tell again what was told, in another way.
impl World {
    pub fn retell(&mut self, line: usize, a: u16, b: u16) {
        let Ok(mut line) = Line::read(&self.lines[line].bytes) else { return };
        if matches!(line.event.what, What::Unknown { .. }) {
            return;
        }
        if b.is_multiple_of(6) {
            // The same event with other signatures: in front of the true line, or behind it.
            line.signatures = vec![Signature([7; 64]); usize::from(a % 4)];
            let made = Made { id: Some(line.id), bytes: line.bytes(), genuine: false };
            self.lines.insert(usize::from(a) % (self.lines.len() + 1), made);
            return;
        }
        let mut event = line.event;
        event.time = super::world::at(self.clock);
        match b % 6 {
            1 => event.signers.clear(),
            2 => event.previous.clone_from(&self.copies[0].heads),
            3 => event.vault.0[0] ^= 1,
            _ => {}
        }
        match &mut event.what {
            What::Deposited { entry, fields, recovery_codes, .. } => {
                *entry = public_entry(a, b >> 3);
                *fields = vec![field(a)];
                *recovery_codes = recovery_codes.map(|_| 40);
            }
            What::Staged { epoch, staging, more } => {
                *more = u32::from(a % 3);
                *staging = Staging::default();
                epoch.locked = vec![card(1 + u8::from(a.is_multiple_of(2)))];
            }
            What::Lost { reason, .. } => *reason = "another".parse().ok(),
            What::Opened { reason, .. } => *reason = "another".parse().unwrap(),
            _ => {}
        }
        self.push(event, false);
    }
}
