//! Which of our crates may depend on which, and that every foreign one has its reason in one line.

use anyhow::{Context as _, Result};

use super::Problem;
use crate::tree::Tree;

/// A crate, what of ours it may depend on, and what more its tests, benches and examples may.
const EDGES: &[(&str, &[&str], &[&str])] = &[
    ("proto", &[], &[]),
    ("manifest", &[], &[]),
    ("formats", &["manifest"], &["testkit"]),
    ("scoring", &["manifest"], &["testkit"]),
    ("gateway", &["proto", "manifest", "formats", "scoring"], &["testkit", "cli"]),
    ("cli", &["proto"], &["testkit", "gateway"]),
    ("testkit", &["proto", "manifest"], &[]),
    ("demo", &["gateway", "cli", "testkit", "proto"], &[]),
    ("xtask", &["proto"], &["testkit", "manifest"]),
];

/// Foreign crates that a crate of ours must never reach for.
const BANNED: &[(&str, &[&str])] = &[
    ("manifest", &["prost", "tonic", "tokio", "sqlx", "tracing", "rand"]),
    ("formats", &["prost", "tonic", "tokio", "sqlx", "tracing", "rand"]),
    ("scoring", &["prost", "tonic", "tokio", "sqlx"]),
    ("cli", &["sqlx", "tract-onnx"]),
    ("proto", &["tokio", "sqlx", "serde"]),
];

pub(super) fn check(tree: &Tree) -> Result<Vec<Problem>> {
    let mut problems = Vec::new();
    let root = read(tree, "Cargo.toml")?;
    for (name, _) in root["workspace"]["dependencies"].as_table().into_iter().flatten() {
        if OURS.contains(&name.as_str()) {
            continue;
        }
        if !has_reason(tree, "Cargo.toml", name) {
            problems.push(Problem::of_file(
                "Cargo.toml",
                format!("dependency `{name}` has no reason behind a `#` in its line"),
            ));
        }
    }
    for (member, may, tests_may) in EDGES {
        check_member(tree, member, may, tests_may, &mut problems)?;
    }
    for member in
        root["workspace"]["members"].as_array().into_iter().flatten().filter_map(toml::Value::as_str)
    {
        if !EDGES.iter().any(|(known, ..)| *known == member) {
            problems.push(Problem::of_file(
                "Cargo.toml",
                format!("member `{member}` is not in the table of xtask/src/tidy/crates.rs"),
            ));
        }
    }
    for package in read(tree, "Cargo.lock")?["package"].as_array().into_iter().flatten() {
        let source = package.get("source").and_then(toml::Value::as_str).unwrap_or("");
        if !source.is_empty() && source != "registry+https://github.com/rust-lang/crates.io-index" {
            problems.push(Problem::of_file(
                "Cargo.lock",
                format!("{} comes from {source}, not from crates.io", package["name"]),
            ));
        }
    }
    Ok(problems)
}

const OURS: [&str; 9] =
    ["proto", "manifest", "formats", "scoring", "gateway", "cli", "testkit", "demo", "xtask"];

fn check_member(
    tree: &Tree,
    member: &str,
    may: &[&str],
    tests_may: &[&str],
    problems: &mut Vec<Problem>,
) -> Result<()> {
    let path = format!("{member}/Cargo.toml");
    let manifest = read(tree, &path)?;
    if manifest["package"].get("publish").is_none() {
        problems.push(Problem::of_file(&path, "is not marked `publish.workspace = true`"));
    }
    for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
        for (name, value) in manifest.get(section).and_then(toml::Value::as_table).into_iter().flatten() {
            let tests = section == "dev-dependencies";
            let allowed = may.contains(&name.as_str()) || (tests && tests_may.contains(&name.as_str()));
            if OURS.contains(&name.as_str()) && name != member && !allowed {
                problems.push(Problem::of_file(
                    &path,
                    format!("`{member}` may not depend on `{name}` (ARCHITECTURE.md, dependencies)"),
                ));
            }
            let banned =
                BANNED.iter().any(|(crate_, names)| *crate_ == member && names.contains(&name.as_str()));
            if banned && !tests {
                problems.push(Problem::of_file(&path, format!("`{member}` may not depend on `{name}`")));
            }
            let shared = value.get("workspace").and_then(toml::Value::as_bool) == Some(true);
            if !shared && !has_reason(tree, &path, name) {
                problems.push(Problem::of_file(
                    &path,
                    format!("dependency `{name}` is neither the workspace's nor has a reason in its line"),
                ));
            }
        }
    }
    Ok(())
}

fn read(tree: &Tree, path: &str) -> Result<toml::Table> {
    let text = tree.text(path).with_context(|| format!("cannot read {path}"))?;
    toml::from_str(&text).with_context(|| format!("{path} is not TOML"))
}

fn has_reason(tree: &Tree, path: &str, name: &str) -> bool {
    let text = tree.text(path).unwrap_or_default();
    text.lines()
        .filter(|line| line.split(['=', '.', ' ']).next() == Some(name))
        .all(|line| line.rsplit_once('#').is_some_and(|(_, reason)| !reason.trim().is_empty()))
}
