//! `cargo xtask tidy` as an ordinary test, so that `cargo test` holds it too.

use xtask::{tidy, tree::Tree};

#[test]
fn the_tree_is_tidy() {
    let report = tidy::check(&Tree::of_workspace().unwrap()).unwrap();
    let listed: Vec<_> = report.problems.iter().map(ToString::to_string).collect();
    assert!(listed.is_empty(), "\n{}", listed.join("\n"));
}
