//! Room for what comes, looked for before people need it; and a log that goes on in another folder when its own takes no more.

use std::collections::HashSet;
use std::path::Path;

use super::log::LogFile;
use super::place::{LOCK, LOG, LOG_LIMIT, ROOM_OF_AN_OPENING};
use super::publish::{clear_partials, ensure_outer_folder, partial_in};
use super::writer::settle;
use super::{StoreError, Trouble, VaultWriter};

impl VaultWriter<'_> {
    /// That the log can take what an opening writes: below its bound, and on the medium, where so many bytes are written for a moment.
    ///
    /// # Errors
    /// [`Trouble::LogFull`]; what the medium says.
    pub fn test_room(&self) -> Result<(), StoreError> {
        let (disk, home) = (self.folder.disk(), self.home());
        if self.length.unwrap_or(0) + ROOM_OF_AN_OPENING > LOG_LIMIT {
            return Err(StoreError::new(home.join(LOG), Trouble::LogFull));
        }
        // Random, so that no file system makes them small.
        let mut bytes = vec![0; usize::try_from(ROOM_OF_AN_OPENING).unwrap_or(usize::MAX)];
        getrandom::fill(&mut bytes).map_err(|_| StoreError::new(&home, Trouble::NoRandomness))?;
        let probe = partial_in(&home)?;
        let written = disk.create_file(&probe, &bytes).and_then(|()| disk.sync_file(&probe));
        // What cannot be removed now, the next writer clears; whether there is room is known.
        let removed = disk.remove_file(&probe);
        // Whoever reads the sentence knows the log, and not the file of a moment.
        written.and(removed).map_err(|error| StoreError::new(home.join(LOG), error.trouble().clone()))
    }

    /// Goes on in the log of another folder, which gets `lines` first, as far as it lacks them: those that were written since writing
    /// began, byte for byte, so that it can be read without the medium that takes no more.
    ///
    /// # Errors
    /// When the folder's log cannot be read or written, or `is_ours` refuses one of its lines. Then everything is as before.
    pub fn continue_in(
        &mut self,
        side: &Path,
        is_event: &dyn Fn(&[u8]) -> bool,
        is_ours: &dyn Fn(&[u8]) -> bool,
        lines: &[Vec<u8>],
    ) -> Result<(), StoreError> {
        let disk = self.folder.disk();
        ensure_outer_folder(disk, side)?;
        let lock = disk.lock(&side.join(LOCK))?;
        clear_partials(disk, side)?;
        let mut next = VaultWriter { folder: self.folder.clone().with_side_log(side), length: None, locks: vec![lock] };
        let mut stands = HashSet::new();
        let log = LogFile::read(disk, side, is_event)?;
        if let Some(mut log) = log {
            if !log.lines.split(|byte| *byte == b'\n').all(|line| line.is_empty() || is_ours(line)) {
                return Err(StoreError::new(log.path, Trouble::OtherContent));
            }
            settle(disk, side, &mut log)?;
            next.length = Some(log.length);
            stands.extend(log.lines.split(|byte| *byte == b'\n').map(<[u8]>::to_vec));
        }
        next.test_room()?;
        let missing: Vec<&[u8]> = lines.iter().filter(|line| !stands.contains(*line)).map(Vec::as_slice).collect();
        if !missing.is_empty() {
            next.append_all(missing)?;
        }
        next.locks.append(&mut self.locks);
        *self = next;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::place::{CLAIM_LIMIT, KEPT_FOR_SIGNED, LINE_LIMIT};
    use super::*;
    use crate::store::{RealDisk, VaultFolder};

    /// A vault whose log is taken to be so long. What would be written then is refused, or finds that the file is shorter.
    fn with_log_of<T>(test: &str, length: u64, check: impl FnOnce(&mut VaultWriter<'_>) -> T) -> T {
        let root = std::env::temp_dir().join(format!("breakglass-room-{}-{test}", std::process::id()));
        let mut writer = VaultFolder::create(&RealDisk, &root).unwrap();
        writer.append(b"{}").unwrap();
        writer.length = Some(length);
        let checked = check(&mut writer);
        drop(writer);
        std::fs::remove_dir_all(&root).unwrap();
        checked
    }

    fn trouble(outcome: Result<(), StoreError>) -> Trouble {
        outcome.unwrap_err().trouble().clone()
    }

    #[test]
    fn the_last_mebibyte_of_a_log_is_kept_for_what_cards_sign() {
        with_log_of("kept", LOG_LIMIT - KEPT_FOR_SIGNED - 10, |writer| {
            assert_eq!(trouble(writer.append_claim(&[b' '; 10])), Trouble::KeptForSigned);
            assert_eq!(trouble(writer.append_with_claims([&[b' '; 10][..]])), Trouble::KeptForSigned);
            // It is let through, and finds that the file is not that long.
            assert_eq!(trouble(writer.append_claim(&[b' '; 9])), Trouble::Changed);
            assert_eq!(trouble(writer.append(&[b' '; 10])), Trouble::Changed);
            assert!(writer.test_room().is_ok(), "a quorum still opens");
        });
    }

    #[test]
    fn a_log_at_its_bound_has_no_room_for_an_opening() {
        with_log_of("bound", LOG_LIMIT - ROOM_OF_AN_OPENING, |writer| assert!(writer.test_room().is_ok()));
        with_log_of("full", LOG_LIMIT - ROOM_OF_AN_OPENING + 1, |writer| {
            assert_eq!(trouble(writer.test_room()), Trouble::LogFull);
            assert_eq!(trouble(writer.append(&vec![b' '; 64 << 10])), Trouble::LogFull);
        });
    }

    #[test]
    fn a_line_is_no_longer_than_any_reader_takes() {
        with_log_of("line", 3, |writer| {
            let line = vec![b' '; usize::try_from(LINE_LIMIT).unwrap() + 1];
            assert_eq!(trouble(writer.append(&line)), Trouble::LineTooLong { limit: LINE_LIMIT });
            writer.append(&line[1..]).unwrap();
            let claim = vec![b' '; usize::try_from(CLAIM_LIMIT).unwrap() + 1];
            assert_eq!(trouble(writer.append_claim(&claim)), Trouble::LineTooLong { limit: CLAIM_LIMIT });
            writer.append_claim(&claim[1..]).unwrap();
        });
    }

    #[test]
    fn testing_the_room_leaves_nothing_behind() {
        with_log_of("probe", 3, |writer| {
            writer.test_room().unwrap();
            let names = std::fs::read_dir(writer.folder.root()).unwrap().map(|name| name.unwrap().file_name());
            assert!(names.into_iter().all(|name| ["log.jsonl", ".lock"].contains(&name.to_str().unwrap())));
        });
    }
}
