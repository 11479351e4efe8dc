//! What other programs export, and what breakglass itself writes out.

use std::collections::BTreeSet;
use std::io::Write;

use breakglass::exchange::{ExportedVault, Imported, Program, Source, read};
use breakglass::vault::Change;

use super::is_said;

/// Archives of 1Password and Bitwarden, and KeePass' databases, which are told by name.
pub fn import_archive(bytes: &[u8]) {
    imported(bytes);
}

/// JSON of Bitwarden.
pub fn import_bitwarden(bytes: &[u8]) {
    imported(bytes);
}

/// CSV of Bitwarden, KeePassXC and 1Password, and of no program that is known.
pub fn import_csv(bytes: &[u8]) {
    imported(bytes);
}

/// XML of KeePassXC and KeePass.
pub fn import_keepassxc(bytes: &[u8]) {
    imported(bytes);
}

/// The document inside an archive of 1Password.
pub fn import_1pux(bytes: &[u8]) {
    let mut file = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut file);
    let (mut entry, config) = archive.new_file("export.data").start().expect("a name");
    let mut writer = config.wrap(&mut entry);
    writer.write_all(bytes).expect("memory takes every byte");
    let (_, descriptor) = writer.finish().expect("memory takes every byte");
    entry.finish(descriptor).expect("memory takes every byte");
    archive.finish().expect("memory takes every byte");
    imported(&file);
}

/// The document that breakglass writes out: written anew, it gives the same.
pub fn import_own(bytes: &[u8]) {
    imported(bytes);
    let Ok(vault) = serde_json::from_slice::<ExportedVault>(bytes) else { return };
    let again = serde_json::to_vec(&vault).expect("plain data");
    let [first, again] = [bytes, &again].map(|bytes| read(bytes).map(|imported| format!("{imported:?}")));
    if let (Ok(first), Ok(again)) = (first, again) {
        assert_eq!(first, again);
    }
}

/// That what is taken can be put into a vault: each entry under an id of its own, each step within the bounds of a deposit, each file of
/// its size; and that everything that is told of it can be told.
fn imported(bytes: &[u8]) {
    let Imported { program, entries, skipped, .. } = match read(bytes) {
        Ok(imported) => imported,
        Err(refusal) => return is_said(&refusal),
    };
    let ids: BTreeSet<_> = entries.iter().map(|entry| &entry.id).collect();
    assert!(ids.len() == entries.len(), "an id stands twice");
    skipped.iter().for_each(is_said);
    for entry in &entries {
        entry.notes.iter().for_each(is_said);
        assert!(!entry.steps.is_empty());
        for step in &entry.steps {
            let change = Change { set: step.set.clone(), clear: step.clear.clone(), ..Change::default() };
            change.check().expect("fields that can be put in");
            assert!(step.attach.len() + step.detach.len() <= 256);
            for file in step.attach.values() {
                match &file.source {
                    Source::Held(held) => assert_eq!(held.len() as u64, file.size),
                    Source::Beside(path, _) => {
                        assert!(program == Program::Breakglass && path.is_relative());
                        assert!(!path.components().any(|part| !matches!(part, std::path::Component::Normal(_))));
                    }
                }
            }
        }
    }
}
