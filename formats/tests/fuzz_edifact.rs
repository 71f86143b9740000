//! The fuzz targets' functions over the kept corpus, and over invented messages cut and changed: on every `cargo test`, with
//! the stable toolchain.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too

use std::path::Path;

#[path = "../fuzz/checks/common.rs"]
mod common;
#[path = "../fuzz/checks/cuscar.rs"]
mod cuscar;
#[path = "../fuzz/checks/interchange.rs"]
mod interchange;
#[path = "../fuzz/checks/paxlst.rs"]
mod paxlst;
#[path = "../fuzz/checks/tokens.rs"]
mod tokens;

const COACH: &[u8] = include_bytes!("../fixtures/edifact/coach.edi");
const LORRY: &[u8] = include_bytes!("../fixtures/edifact/lorry.edi");

fn corpus(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        check(&std::fs::read(entry.path()).unwrap());
        count += 1;
    }
    assert!(count > 0);
}

/// Every prefix, and every byte changed to one of service.
fn changed(bytes: &[u8], check: fn(&[u8])) {
    for end in (0..bytes.len()).step_by(3) {
        check(&bytes[..end]);
    }
    let mut copy = bytes.to_vec();
    for (at, service) in (0..copy.len()).zip(b"'+:?\n\0UA9\xd2 ".iter().cycle()) {
        let was = std::mem::replace(&mut copy[at], *service);
        check(&copy);
        copy[at] = was;
    }
}

#[test]
fn the_kept_corpus_is_answered() {
    corpus("paxlst", paxlst::check);
    corpus("cuscar", cuscar::check);
    corpus("tokens", tokens::check);
}

#[test]
fn changed_messages_are_answered() {
    changed(COACH, paxlst::check);
    changed(LORRY, cuscar::check);
}
