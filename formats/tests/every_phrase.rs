//! Whatever a finding or a refusal puts into its sentence is told in every language: the phrases in the sources all stand in the
//! table, and no Russian or Uzbek text of any input has English words in it.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

use std::fs;
use std::path::{Path, PathBuf};

use manifest::phrase::is_known;

/// Every source of the crates that read, normalize and validate.
fn sources() -> Vec<(PathBuf, String)> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders =
        vec![here.join("src"), here.join("../manifest/src"), here.join("../gateway/src/decode")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("tests.rs") && !path.to_string_lossy().contains("/tests") {
                let text = fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]").next().unwrap().to_owned();
                sources.push((path, text));
            }
        }
    }
    sources
}

/// The literal that follows each of some words in a text.
fn literals<'t>(text: &'t str, before: &str) -> Vec<&'t str> {
    let behind = text.split(before).skip(1);
    behind.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next()).collect()
}

/// Is it said in words, and not a code, a tag or the number of a standard?
fn is_in_words(phrase: &str) -> bool {
    phrase
        .split([' ', ','])
        .filter(|word| word.len() > 2 && word.bytes().all(|b| b.is_ascii_lowercase()))
        .count()
        > 0
}

#[test]
fn every_phrase_of_the_sources_is_in_the_table() {
    let mut missing = Vec::new();
    let mut seen = 0;
    for (path, text) in sources() {
        for before in [
            "parameter(\"form\",",
            "parameter(\"field\",",
            "parameter(\"declared\",",
            "let form =",
            "repaired(",
            "page.not_read(",
            "Cause::Truncated(",
            "truncated(",
            "wanted(",
            "Cause::Malformed(",
            "malformed(",
            "String::from(",
            "too_many(",
            "what:",
        ] {
            for phrase in
                literals(&text, before).into_iter().filter(|it| is_in_words(it) && *it != "passport")
            {
                seen += 1;
                let mut parts = phrase.split(": ");
                if !is_known(phrase) && !parts.all(is_known) {
                    missing.push(format!("{}: {phrase}", path.display()));
                }
            }
        }
    }
    assert!(seen > 90, "{seen} phrases found");
    assert_eq!(missing, Vec::<String>::new());
}
