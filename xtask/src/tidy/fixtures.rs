//! Stories are invented and say so.

use super::Problem;
use crate::tree::Tree;

const MARKER: &str = "SYNTHETIC";

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let submissions = tree.matching("fixtures/", "/submission.json");
    let tables = tree.matching("fixtures/", ".csv");
    submissions
        .chain(tables)
        .filter(|file| !tree.text(file).is_some_and(|text| text.to_uppercase().contains(MARKER)))
        .map(|file| {
            Problem::of_file(
                file,
                format!("lacks the marker {MARKER}: all people and companies are invented, and say so"),
            )
        })
        .collect()
}
