//! The fuzz targets without libFuzzer: everything that they assert holds of every seed, wherever breakglass is tested.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "fuzz/src/lib.rs"]
#[allow(
    dead_code,
    unused_imports,
    missing_docs,
    reason = "targets are called by the table, and named in the crate of the targets alone"
)]
mod targets;

/// Bytes of all seeds together at most: they are kept for ever.
const MOST_BYTES: u64 = 1 << 20;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz")
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

#[test]
fn every_seed_passes_its_target() {
    std::thread::scope(|scope| {
        for (name, target) in targets::TARGETS {
            let seeds = files_in(&folder().join("seeds").join(name));
            assert!(!seeds.is_empty(), "{name} has no seed");
            scope.spawn(move || {
                for seed in seeds {
                    println!("{}", seed.display());
                    target(&fs::read(seed).unwrap());
                }
            });
        }
    });
}

#[test]
fn every_target_has_its_program_its_line_and_its_seeds() {
    let names: BTreeSet<String> = targets::TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let stems = |place: &str| -> BTreeSet<String> {
        let stem = |file: &PathBuf| file.file_stem().unwrap().to_str().unwrap().to_owned();
        files_in(&folder().join(place)).iter().map(stem).collect()
    };
    let manifest = fs::read_to_string(folder().join("Cargo.toml")).unwrap();
    let programs = manifest.lines().filter_map(|line| line.trim().strip_prefix("{ name = \"")?.strip_suffix("\" },"));
    assert_eq!(programs.map(str::to_owned).collect::<BTreeSet<_>>(), names);
    assert_eq!(stems("src/bin"), names);
    assert_eq!(stems("seeds"), names);
}

#[test]
fn the_seeds_are_few_and_small() {
    let seeds = files_in(&folder().join("seeds")).into_iter().flat_map(|target| files_in(&target));
    let bytes: u64 = seeds.map(|seed| fs::metadata(seed).unwrap().len()).sum();
    assert!(bytes < MOST_BYTES, "{bytes} bytes");
}
