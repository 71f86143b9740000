//! The stories in `fixtures/` are the ones that are told here.

use std::{fs, path::Path};

use super::{Story, fixture_now};
use crate::submission_json;

/// `FIXTURES_ACCEPT=1` (set by `cargo xtask fixtures --accept`) writes instead of comparing.
#[test]
fn story_submissions_are_the_fixtures() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let accept = std::env::var_os("FIXTURES_ACCEPT").is_some_and(|value| value == "1");
    for story in Story::ALL {
        let told = submission_json::write(&story.submission(fixture_now())).unwrap();
        assert!(told.contains("SYNTHETIC"), "{}: no synthetic marker", story.name());
        let folder = fixtures.join(story.name());
        let file = folder.join("submission.json");
        if accept {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&file, told).unwrap();
        } else {
            let kept = fs::read_to_string(&file).unwrap_or_default();
            assert!(kept == told, "{} differs: cargo xtask fixtures --accept rewrites it", file.display());
        }
    }
}

#[test]
fn references_are_unique() {
    let mut references: Vec<_> =
        Story::ALL.iter().map(|story| story.manifest(fixture_now()).manifest_reference).collect();
    references.sort();
    references.dedup();
    assert_eq!(references.len(), Story::ALL.len());
}
