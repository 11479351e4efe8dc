//! ZIP archives, as 1PUX and Bitwarden's export with attachments are. An archive can promise little and unpack to much, so what comes out
//! is counted, and nothing is unpacked that is not asked for.

use std::collections::BTreeMap;

use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive, ZipArchiveEntryWayfinder, ZipSliceArchive};
use zeroize::Zeroizing;

use super::room::Room;

/// Files of an archive at most.
const MOST_FILES: usize = 20_000;

/// Whether a file begins as an archive does.
pub(super) fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Where a file of an archive stands, and whether it is deflated.
struct Packed {
    place: ZipArchiveEntryWayfinder,
    deflated: bool,
}

/// The files of an archive by their names. What is encrypted, or packed by another method than deflate, is left out.
pub(super) struct Archive<'b> {
    archive: ZipSliceArchive<&'b [u8]>,
    files: BTreeMap<String, Packed>,
}

impl<'b> Archive<'b> {
    /// Reads the list of files; nothing when it is none.
    pub fn open(bytes: &'b [u8]) -> Option<Archive<'b>> {
        let archive = ZipArchive::from_slice(bytes).ok()?;
        let mut files = BTreeMap::new();
        let mut entries = archive.entries();
        while let Some(entry) = entries.next_entry().ok()? {
            let deflated = match entry.compression_method() {
                CompressionMethod::STORE => false,
                CompressionMethod::DEFLATE => true,
                _ => continue,
            };
            let Ok(name) = std::str::from_utf8(entry.file_path().as_ref()).map(str::to_owned) else { continue };
            if !entry.flags().is_encrypted() {
                files.insert(name, Packed { place: entry.wayfinder(), deflated });
            }
            if files.len() > MOST_FILES {
                return None;
            }
        }
        Some(Archive { archive, files })
    }

    /// Whether there is a file of this name.
    pub fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// The first name that begins so.
    pub fn first_name(&self, beginning: &str) -> Option<&str> {
        let (name, _) = self.files.range(beginning.to_owned()..).next()?;
        name.starts_with(beginning).then_some(name)
    }

    /// A file of this name, unpacked and held against its checksum; nothing when it is not there, damaged, or larger than there is room.
    pub fn read(&self, name: &str, room: &mut Room) -> Option<Zeroizing<Vec<u8>>> {
        let packed = self.files.get(name)?;
        let entry = self.archive.get_entry(packed.place).ok()?;
        match packed.deflated {
            true => room.unpack(entry.verifying_reader(DeflateDecoder::new(entry.data()))),
            false => room.unpack(entry.verifying_reader(entry.data())),
        }
    }
}
