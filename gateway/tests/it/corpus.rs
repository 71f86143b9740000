//! The fuzz targets' functions over the kept corpus, and over the stories cut and changed: no fuzzer needed.

use std::{fs, path::Path};

use prost::Message as _;
use testkit::stories::{Story, fixture_now};

#[path = "../../../fuzz/checks/normalize.rs"]
mod normalize;
#[path = "../../../fuzz/checks/record.rs"]
mod record;
#[path = "../../../fuzz/checks/resume_token.rs"]
mod resume_token;
#[path = "../../../fuzz/checks/submission.rs"]
mod submission;

fn over_corpus(target: &str, check: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!files.is_empty(), "{} holds the kept cases", folder.display());
    for file in files {
        check(&fs::read(file).unwrap());
    }
}

/// Every story whole, cut at some hundred places, and with some hundred bytes changed.
fn over_stories(check: impl Fn(&[u8])) {
    for story in Story::ALL {
        let bytes = story.submission(fixture_now()).encode_to_vec();
        check(&bytes);
        for at in (0..bytes.len()).step_by(bytes.len() / 100 + 1) {
            check(&bytes[..at]);
            let mut changed = bytes.clone();
            changed[at] ^= 0x81;
            check(&changed);
        }
    }
}

#[test]
fn submissions_are_read_or_refused() {
    over_corpus("submission", submission::check);
    over_stories(submission::check);
}

#[test]
fn whatever_was_declared_is_normalized() {
    over_corpus("submission", normalize::check);
    over_corpus("normalize", normalize::check);
    over_stories(normalize::check);
}

#[test]
fn records_are_read_or_refused() {
    over_corpus("record", record::check);
}

#[test]
fn only_our_own_tokens_open_a_watch() {
    over_corpus("resume_token", resume_token::check);
}
