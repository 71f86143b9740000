//! The fuzz targets' functions of tables and voyages over the kept corpus, and over whole documents cut and changed.

use std::fs;
use std::path::Path;

#[path = "../fuzz/checks/common.rs"]
mod common;
#[path = "../fuzz/checks/tables.rs"]
mod tables;

/// Each file of a corpus: whole, cut at some fifty places, and with some fifty bytes changed.
fn over(corpus: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(corpus);
    let mut files = 0;
    for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let bytes = fs::read(entry.map(|entry| entry.path()).unwrap_or_default()).unwrap_or_default();
        files += 1;
        check(&bytes);
        for at in (0..bytes.len()).step_by(bytes.len() / 50 + 1) {
            check(bytes.get(..at).unwrap_or_default());
            let mut changed = bytes.clone();
            if let Some(byte) = changed.get_mut(at) {
                *byte ^= 0x81;
            }
            check(&changed);
        }
    }
    assert!(files > 5, "{} holds the kept cases", folder.display());
}

#[test]
fn lists_are_read_or_refused() {
    over("csv", tables::csv);
}

#[test]
fn workbooks_are_read_or_refused() {
    over("xlsx", tables::xlsx);
}

#[test]
fn voyages_are_read_or_refused() {
    over("voyage", tables::voyage);
}
