//! The log and what is handed in to it.

use std::collections::BTreeSet;

use breakglass::journal::{EVENT_VERSION, History, Known, Line, SignedReceipt, What};
use breakglass::quorum::{EpochHash, EventId};
use breakglass::vault::to_canonical;

use super::frozen::{Frozen, frozen};

/// Lines of a log at most that a target reads: the frozen one has fewer.
const MOST_LINES: usize = 64;

/// A line that is read is written as the same bytes, and its id is the hash of its event; a line of a newer version keeps its id.
pub fn log_line(bytes: &[u8]) {
    let Ok(line) = Line::read(bytes) else { return };
    assert_eq!(Line::read_known(bytes).expect("what was read").id, line.id);
    if !matches!(line.event.what, What::Unknown { .. }) {
        assert_eq!(line.event.version, EVENT_VERSION);
        assert_eq!(line.bytes(), bytes);
        assert_eq!(line.id, EventId::of(&to_canonical(&line.event)));
    }
}

/// A log beside the frozen vault's headers: the order of its lines decides nothing, and no signed event has an effect but the vault's own. What
/// a newer breakglass wrote has none here, whoever signed it.
pub fn log(bytes: &[u8]) {
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).take(MOST_LINES);
    let lines: Vec<&[u8]> = lines.collect();
    frozen(|frozen| {
        let newest = frozen.newest.hash();
        for known in [Known::default(), Known { in_the_room: Some(newest), ..Known::default() }] {
            let [forwards, backwards] = [lines.clone(), lines.iter().rev().copied().collect()]
                .map(|lines| History::read(lines, &frozen.headers, &known));
            assert_eq!(forwards.heads, backwards.heads);
            assert_eq!(forwards.state, backwards.state);
            assert_eq!(forwards.beginning, backwards.beginning);
            assert_eq!(accepted(&forwards), accepted(&backwards));
            is_not_forged(frozen, &forwards);
        }
    });
}

fn accepted(history: &History) -> BTreeSet<EventId> {
    history.events.iter().filter(|placed| placed.accepted).map(|placed| placed.id).collect()
}

fn is_not_forged(frozen: &Frozen, history: &History) {
    for placed in history.events.iter().filter(|placed| placed.accepted && !placed.event.signers.is_empty()) {
        let is_newer = matches!(placed.event.what, What::Unknown { .. });
        assert!(is_newer || frozen.ids.contains(&placed.id), "line {} has an effect", placed.line);
    }
    let active = history.state.iter().flat_map(|state| &state.active);
    let known: BTreeSet<EpochHash> = frozen.headers.keys().copied().collect();
    active.for_each(|epoch| assert!(known.contains(epoch)));
}

/// A receipt that is read is written and read again as the same, and no card of the frozen vault signed another than the one it signed.
pub fn receipt(bytes: &[u8]) {
    let Ok(receipt) = serde_json::from_slice::<SignedReceipt>(bytes) else { return };
    assert_eq!(serde_json::from_slice::<SignedReceipt>(&to_canonical(&receipt)).expect("what was read"), receipt);
    frozen(|frozen| {
        let custodians = frozen.headers.values().flat_map(|header| &header.custodians);
        let signed = custodians.filter(|custodian| receipt.is_signed_by(&custodian.key)).count();
        assert!(signed == 0 || receipt == frozen.receipt);
    });
}
