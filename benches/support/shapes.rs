//! Shapes of a log that cost the most, each filled up to 2 MB.

use breakglass::journal::{Attached, SignedReceipt, What};
use breakglass::quorum::{CardIndex, Digest, EpochHash, EventId};
use breakglass::vault::{FieldName, PublicEntry};

use super::support::years::Writer;

/// Makes the lines of a shape behind this event.
pub type Shape = fn(&Writer<'_>, EventId) -> Vec<Vec<u8>>;

const BYTES: usize = 2_000_000;
/// As many events as a claim of 4 KiB can follow.
const WIDE: usize = 55;

/// Every shape, by its name.
pub const SHAPES: &[(&str, Shape)] = &[
    ("two strands that follow each other", |writer, head| {
        // Both of one pair follow both of the pair before.
        let (mut before, mut pair) = (vec![head], Vec::new());
        fill(|number| {
            let line = writer.line(sorted(&before), lone_deposit(writer, number), 0..0);
            pair.push(line.id);
            if pair.len() == 2 {
                before = std::mem::take(&mut pair);
            }
            line.bytes()
        })
    }),
    ("each behind as many as it can name", |writer, head| {
        let mut newest = vec![head];
        fill(|_| {
            let line = writer.line(sorted(&newest), What::Merged {}, 0..0);
            newest.push(line.id);
            if newest.len() > WIDE {
                newest.remove(0);
            }
            line.bytes()
        })
    }),
    ("layers that each follow the whole layer before", |writer, head| {
        let (mut before, mut layer) = (vec![head], Vec::new());
        fill(|number| {
            let line = writer.line(
                sorted(&before),
                What::TailSetAside { number: 0, size: number as u64, hash: hash(number) },
                0..0,
            );
            layer.push(line.id);
            if layer.len() == WIDE {
                before = std::mem::take(&mut layer);
            }
            line.bytes()
        })
    }),
    ("all on one field of one entry", |writer, head| {
        fill(|number| writer.line(vec![head], deposited(writer, number, "entry", &["password"]), 0..0).bytes())
    }),
    ("each on its own entry, twice", |writer, head| {
        fill(|number| {
            let entry = format!("entry-{}", number % 2_000);
            writer.line(vec![head], deposited(writer, number, &entry, &["password"]), 0..0).bytes()
        })
    }),
    ("hundreds of fields in each, all of one entry", |writer, head| {
        let names: Vec<String> = (0..450).map(|number| format!("f{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        fill(|number| writer.line(vec![head], deposited(writer, number, "entry", &names), 0..0).bytes())
    }),
    ("hundreds of fields in each, every one given twice", |writer, head| {
        fill(|number| {
            let names: Vec<String> = (0..450).map(|field| format!("f{field}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let entry = format!("entry-{}", number / 2);
            writer.line(vec![head], deposited(writer, number, &entry, &names), 0..0).bytes()
        })
    }),
    ("fields given twice, beside lines that follow many", |writer, head| {
        let mut newest = vec![head];
        fill(|number| {
            let names: Vec<String> = (0..450).map(|field| format!("f{field}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let what = match number % 2 {
                0 => deposited(writer, number, &format!("entry-{}", number / 4), &names),
                _ => What::Merged {},
            };
            let previous = if number % 2 == 0 { vec![newest[newest.len() - 1]] } else { sorted(&newest) };
            let line = writer.line(previous, what, 0..0);
            newest.push(line.id);
            if newest.len() > WIDE {
                newest.remove(0);
            }
            line.bytes()
        })
    }),
    ("sets of recovery codes of one second", |writer, head| {
        fill(|number| {
            let mut what = deposited(writer, number, "entry", &["recovery_codes"]);
            if let What::Deposited { recovery_codes, .. } = &mut what {
                *recovery_codes = Some(10);
            }
            writer.line(vec![head], what, 0..0).bytes()
        })
    }),
    ("attachments, as many as a claim holds", |writer, head| {
        fill(|number| {
            let mut what = deposited(writer, number, "entry", &[]);
            if let What::Deposited { attached, .. } = &mut what {
                *attached = (0..28)
                    .map(|blob| Attached {
                        name: format!("a{blob}").parse().expect("a name"),
                        blob: hash(number * 100 + blob),
                        size: 1,
                    })
                    .collect();
            }
            writer.line(vec![head], what, 0..0).bytes()
        })
    }),
    ("deposits that do not change a thing", |writer, head| {
        fill(|number| writer.line(vec![head], deposited(writer, number, &format!("e{number}"), &[]), 0..0).bytes())
    }),
    ("a card reported as lost", |writer, head| {
        fill(|number| {
            let reason = Some(super::support::years::claim(&format!("report {number}")));
            writer.line(vec![head], What::Lost { epoch: epoch(writer), card: card(1), reason }, 0..0).bytes()
        })
    }),
    ("a custodian who left, in a chain", |writer, head| {
        let mut last = head;
        fill(|_| {
            let line =
                writer.line(vec![last], What::Departed { epoch: epoch(writer), card: card(2), reason: None }, 0..0);
            last = line.id;
            line.bytes()
        })
    }),
    ("papers destroyed, each card named a thousand times", |writer, head| {
        let cards: Vec<CardIndex> = (0..1_600_u16).map(|number| card(1 + (number % 5) as u8)).collect();
        let mut last = head;
        fill(|_| {
            let what = What::PaperDestroyed { epoch: epoch(writer), cards: cards.clone() };
            let line = writer.line(vec![last], what, 0..0);
            last = line.id;
            line.bytes()
        })
    }),
    ("one true receipt, handed in again and again", |writer, head| {
        let mut last = head;
        let receipt = receipt(writer, true);
        fill(|_| {
            let line = writer.line(vec![last], What::Receipt { receipt: receipt.clone() }, 0..0);
            last = line.id;
            line.bytes()
        })
    }),
    ("false receipts", |writer, head| {
        let receipt = receipt(writer, false);
        let mut last = head;
        fill(|_| {
            let line = writer.line(vec![last], What::Receipt { receipt: receipt.clone() }, 0..0);
            last = line.id;
            line.bytes()
        })
    }),
    ("openings reviewed, sixty in each", |writer, head| {
        fill(|number| {
            let openings = (0..WIDE).map(|other| EventId(hash(number * WIDE + other).0)).collect();
            writer.line(vec![head], What::Reviewed { openings }, 0..0).bytes()
        })
    }),
    ("a chain, its last line first", |writer, head| {
        let mut last = head;
        let mut lines = fill(|number| {
            let line = writer.line(vec![last], lone_deposit(writer, number), 0..0);
            last = line.id;
            line.bytes()
        });
        lines.reverse();
        lines
    }),
    ("wide layers, the last line first", |writer, head| {
        let mut newest = vec![head];
        let mut lines = fill(|_| {
            let line = writer.line(sorted(&newest), What::Merged {}, 0..0);
            newest.push(line.id);
            if newest.len() > WIDE {
                newest.remove(0);
            }
            line.bytes()
        });
        lines.reverse();
        lines
    }),
    ("lines behind events that are not there", |writer, _| {
        fill(|number| {
            let missing = (0..WIDE).map(|other| EventId(hash(number * WIDE + other).0)).collect::<Vec<_>>();
            writer.line(sorted(&missing), What::Merged {}, 0..0).bytes()
        })
    }),
    ("lines behind the newest and behind events that are not there", |writer, head| {
        fill(|number| {
            let missing = (0..WIDE).map(|other| EventId(hash(number * WIDE + other).0));
            let previous: Vec<EventId> = missing.chain([head]).collect();
            writer.line(sorted(&previous), What::Merged {}, 0..0).bytes()
        })
    }),
    ("lines without anything", |_, _| vec![Vec::new(); BYTES]),
    ("lines of one letter", |_, _| vec![b"x".to_vec(); BYTES / 2]),
    ("lines of two braces", |_, _| vec![b"{}".to_vec(); BYTES / 3]),
    ("signatures that are false", |writer, head| {
        fill(|number| {
            let mut line = writer.line(vec![head], checked(writer), 0..1);
            line.event.time = later(number);
            line.bytes()
        })
    }),
    ("one true event, with false signatures each time", |writer, head| {
        let opened = What::Opened {
            epoch: epoch(writer),
            reason: super::support::years::claim("an opening"),
            incident: None,
            reported: Vec::new(),
        };
        let line = writer.line(vec![head], opened, 0..5);
        fill(|_| {
            let mut again = line.clone();
            let first = again.signatures[0];
            *again.signatures.last_mut().expect("five") = first;
            again.bytes()
        })
    }),
    ("kinds that a newer breakglass brought", |writer, head| {
        fill(|number| {
            let line = writer.line(vec![head], What::Merged {}, 0..0);
            let text = String::from_utf8(line.bytes()).expect("JSON");
            let kind = format!("\"kind_{}\":{{}}", letters(number));
            text.replace("\"version\":1", &format!("\"version\":{}", 2 + number))
                .replace("\"merged\":{}", &kind)
                .into_bytes()
        })
    }),
];

/// Lines until there are as many bytes as a shape may have.
fn fill(mut line: impl FnMut(usize) -> Vec<u8>) -> Vec<Vec<u8>> {
    let mut lines = Vec::new();
    let mut left = BYTES;
    for number in 0.. {
        let line = line(number);
        assert!(number > 0 || line.len() < 8_192);
        let Some(rest) = left.checked_sub(line.len() + 1) else { break };
        left = rest;
        lines.push(line);
    }
    lines
}

fn sorted(ids: &[EventId]) -> Vec<EventId> {
    let mut ids = ids.to_vec();
    ids.sort();
    ids
}

fn hash(number: usize) -> Digest {
    Digest::of(&number.to_le_bytes())
}

fn letters(number: usize) -> String {
    number.to_string().chars().map(|digit| char::from(b'a' + digit as u8 - b'0')).collect()
}

fn later(number: usize) -> breakglass::vault::Moment {
    super::moment().plus_days(i64::try_from(number % 3_000).expect("small") - 3_000)
}

fn epoch(writer: &Writer<'_>) -> EpochHash {
    writer.header().hash()
}

fn card(number: u8) -> CardIndex {
    CardIndex::try_from(number).expect("a card")
}

fn checked(writer: &Writer<'_>) -> What {
    What::Checked { epoch: epoch(writer), card: card(1) }
}

fn lone_deposit(writer: &Writer<'_>, number: usize) -> What {
    deposited(writer, number, "entry", &["password"])
}

fn receipt(writer: &Writer<'_>, good: bool) -> SignedReceipt {
    let key = &writer.keys()[usize::from(!good)];
    SignedReceipt::sign(writer.header().vault, epoch(writer), card(1), false, super::moment(), key)
}

fn deposited(writer: &Writer<'_>, number: usize, entry: &str, fields: &[&str]) -> What {
    What::Deposited {
        epoch: epoch(writer),
        deposit: hash(number),
        entry: PublicEntry {
            id: entry.parse().expect("an id"),
            title: None,
            kind: None,
            owner: None,
            last_rotated: None,
        },
        fields: fields.iter().map(|name| name.parse::<FieldName>().expect("a name")).collect(),
        cleared: Vec::new(),
        attached: Vec::new(),
        detached: Vec::new(),
        recovery_codes: None,
    }
}
