//! Files that may hold a second idea.

use super::Problem;
use crate::tree::Tree;

const LINES: usize = 400;

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.matching("", ".rs")
        .filter_map(|file| {
            let lines = tree.text(file)?.lines().count();
            (lines > LINES)
                .then(|| Problem::of_file(file, format!("{lines} lines; has a second idea moved in?")))
        })
        .collect()
}
