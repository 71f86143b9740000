//! The fuzz targets' functions over the kept corpus, and over invented messages cut and changed: on every `cargo test`, with the
//! stable toolchain.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too

use std::path::Path;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

#[path = "../fuzz/checks/common.rs"]
mod common;
#[path = "../fuzz/checks/document.rs"]
mod document;
#[path = "../fuzz/checks/ens.rs"]
mod ens;
#[path = "../fuzz/checks/ncts.rs"]
mod ncts;

/// Changed copies of each message.
const CHANGES: usize = 300;

#[test]
fn transit_messages() {
    corpus("ncts", ncts::check);
    changed(&["cc015c.xml", "cc015b.xml"], ncts::check);
}

#[test]
fn entry_summaries() {
    corpus("ens", ens::check);
    changed(&["cc315a.xml"], ens::check);
}

fn corpus(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut tried = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        check(&std::fs::read(entry.unwrap().path()).unwrap());
        tried += 1;
    }
    assert!(tried >= 5, "{target}: the corpus is there");
}

/// Bytes of a message lost, doubled and overwritten, by a seeded draw.
fn changed(messages: &[&str], check: fn(&[u8])) {
    let mut draw = StdRng::seed_from_u64(20_261_122);
    for name in messages {
        let whole =
            std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/messages").join(name)).unwrap();
        check(&whole);
        for _ in 0..CHANGES {
            let mut bytes = whole.clone();
            for _ in 0..draw.random_range(1..6) {
                let from = draw.random_range(0..bytes.len());
                let to = (from + draw.random_range(0..40)).min(bytes.len());
                match draw.random_range(0..3) {
                    0 => drop(bytes.drain(from..to)),
                    1 => {
                        let piece = bytes[from..to].to_vec();
                        let at = draw.random_range(0..bytes.len());
                        bytes.splice(at..at, piece);
                    }
                    _ => bytes[from] = draw.random(),
                }
                if bytes.is_empty() {
                    break;
                }
            }
            check(&bytes);
        }
    }
}
