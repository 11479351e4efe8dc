//! A header in which one byte was changed. Its folder names the hash that it must have, as every card does, so the byte is found by trying.

use sha2::{Digest as _, Sha256};

use super::EpochHeader;
use crate::ids::EpochId;

/// How many bytes are hashed in the search, at most: a moment's work. Headers are a few thousand bytes long.
const MOST_HASHED: u64 = 1 << 29;

/// The header with this id, of which these bytes differ by one; nothing when there is none.
#[must_use]
pub fn mended(bytes: &[u8], id: EpochId) -> Option<EpochHeader> {
    let mut left = MOST_HASHED;
    // One bit is what media and memory lose most.
    one_changed(bytes, id, &|changed| changed.count_ones() == 1, &mut left)
        .or_else(|| one_changed(bytes, id, &|changed| changed.count_ones() > 1, &mut left))
}

fn one_changed(bytes: &[u8], id: EpochId, tried: &dyn Fn(u8) -> bool, left: &mut u64) -> Option<EpochHeader> {
    let mut before = Sha256::new();
    // Without its last bracket a header was cut off, or that byte is the one.
    let from = if bytes.ends_with(b"}") { 0 } else { bytes.len().checked_sub(1)? };
    before.update(&bytes[..from]);
    for (place, &byte) in bytes.iter().enumerate().skip(from) {
        let behind = &bytes[place + 1..];
        for changed in (1..=u8::MAX).filter(|changed| tried(*changed)) {
            *left = left.checked_sub(behind.len() as u64 + 64)?;
            let hash = before.clone().chain_update([byte ^ changed]).chain_update(behind).finalize();
            if hash[..id.0.len()] == id.0 {
                let whole = [&bytes[..place], &[byte ^ changed], behind].concat();
                return EpochHeader::read(&whole).ok();
            }
        }
        before.update([byte]);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The header of the page on the design.
    fn header() -> Vec<u8> {
        let page = include_str!("../../../docs/DESIGN.md");
        let block = page.split("```json vector=header\n").nth(1).unwrap();
        block.lines().next().unwrap().as_bytes().to_vec()
    }

    #[test]
    fn a_header_with_one_changed_byte_is_found_again() {
        let bytes = header();
        let whole = EpochHeader::read(&bytes).unwrap();
        for place in (0..bytes.len()).step_by(97) {
            for changed in [0x01, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[place] ^= changed;
                let found = mended(&damaged, whole.id()).unwrap();
                assert_eq!(found.bytes(), bytes, "byte {place}");
            }
        }
    }

    #[test]
    fn what_is_not_one_byte_away_is_not_found() {
        let bytes = header();
        let id = EpochHeader::read(&bytes).unwrap().id();
        let mut other = bytes[..300].to_vec();
        other.push(b'}');
        for not_found in [&other[..], &bytes[..bytes.len() - 2]] {
            assert!(mended(not_found, id).is_none());
        }
        assert!(mended(&[], id).is_none());
    }
}
