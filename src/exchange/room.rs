//! How many bytes may still be unpacked from one export. What turns out too large or damaged counts too: an export can name the same
//! bytes a hundred thousand times, and each try costs time.

use std::io::Read;

use zeroize::Zeroizing;

/// Bytes that are left.
pub(super) struct Room(u64);

impl Room {
    /// Room for so many bytes.
    pub fn of(bytes: u64) -> Room {
        Room(bytes)
    }

    /// Takes bytes away; false when there are not so many left, and then none is.
    pub fn take(&mut self, bytes: usize) -> bool {
        let left = self.0.checked_sub(bytes as u64);
        self.0 = left.unwrap_or(0);
        left.is_some()
    }

    /// Everything that a reader gives; nothing when it fails, or gives more than there is room for.
    pub fn unpack(&mut self, source: impl Read) -> Option<Zeroizing<Vec<u8>>> {
        let mut unpacked = Zeroizing::new(Vec::new());
        let read = source.take(self.0.saturating_add(1)).read_to_end(&mut unpacked);
        let fits = self.take(unpacked.len());
        (read.is_ok() && fits).then_some(unpacked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_uses_up_the_room_and_nothing_is_read_afterwards() {
        let mut room = Room::of(10);
        assert_eq!(room.unpack(&b"1234"[..]).unwrap().len(), 4);
        assert!(room.unpack(std::io::repeat(0)).is_none());
        assert!(room.unpack(&b"1"[..]).is_none());
        assert_eq!(room.unpack(&b""[..]).unwrap().len(), 0);
        assert!(!room.take(1));
    }
}
