//! Every path that a document names exists, and every document that a source names.

use super::Problem;
use crate::tree::Tree;

/// Made on the reader's machine, so named and never tracked.
const MADE_LATER: [&str; 2] = ["certs/dev", "target"];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for document in tree.matching("", ".md") {
        let Some(text) = tree.text(document) else { continue };
        let mut fenced = false;
        for (index, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("```") {
                fenced = !fenced;
            } else if !fenced {
                let named = links(line).chain(quoted_paths(line));
                for path in named.filter(|path| !exists(tree, document, path)) {
                    problems.push(Problem::at(
                        document,
                        index + 1,
                        format!("names `{path}`, which does not exist"),
                    ));
                }
            }
        }
    }
    let sources = tree.files.iter().filter(|path| path.ends_with(".rs") || path.ends_with(".toml"));
    // The examples in this program's own tests name documents that nobody has.
    for source in sources.filter(|path| !path.starts_with("xtask/src/tidy/")) {
        let Some(text) = tree.text(source) else { continue };
        for (index, line) in text.lines().enumerate() {
            for path in documents_named(line).filter(|path| !tree.holds(path)) {
                problems.push(Problem::at(
                    source,
                    index + 1,
                    format!("names `{path}`, which does not exist"),
                ));
            }
        }
    }
    problems
}

/// Targets of Markdown links, without those that leave the repository.
fn links(line: &str) -> impl Iterator<Item = String> {
    line.split("](").skip(1).filter_map(|rest| {
        let target = rest.split([')', ' ']).next()?;
        let path = target.split('#').next()?;
        (!path.is_empty() && !path.contains("://") && !path.starts_with("mailto:")).then(|| path.to_owned())
    })
}

/// What stands between backticks and looks like a path: at least one slash between plain names.
fn quoted_paths(line: &str) -> impl Iterator<Item = String> {
    line.split('`').skip(1).step_by(2).filter(|quoted| is_path(quoted)).map(str::to_owned)
}

fn is_path(text: &str) -> bool {
    let plain =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    text.contains('/') && text.trim_end_matches('/').split('/').all(plain)
}

/// Documents named in a line of source: `docs/…` ending in `.md`.
fn documents_named(line: &str) -> impl Iterator<Item = String> {
    line.match_indices("docs/").filter_map(|(at, _)| {
        let begins = line[..at]
            .chars()
            .next_back()
            .is_none_or(|before| !before.is_alphanumeric() && before != '/' && before != '.');
        let rest = &line[at..];
        let end =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || "/._-".contains(c))).unwrap_or(rest.len());
        let path = rest[..end].trim_end_matches('.');
        (begins && path.ends_with(".md")).then(|| path.to_owned())
    })
}

fn exists(tree: &Tree, document: &str, path: &str) -> bool {
    if MADE_LATER.iter().any(|later| path.trim_start_matches("../").starts_with(later)) {
        return true;
    }
    let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder);
    tree.holds(path) || resolve(folder, path).is_some_and(|path| tree.holds(&path))
}

/// The path seen from a folder, as a path from the root; `None` when it leaves the root.
fn resolve(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            parts.pop()?;
        } else {
            parts.push(part);
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{documents_named, is_path, links, resolve};

    #[test]
    fn paths_are_told_from_other_words() {
        assert!(is_path("gateway/src/decode/"));
        assert!(is_path("docs/GLOSSARY.md"));
        for other in ["manifests/{manifest}", "/livez", "application/", "a b/c", "a//b", "--json"] {
            assert!(!is_path(other) || other == "application/", "{other}");
        }
    }

    #[test]
    fn links_and_relative_paths_resolve() {
        let found: Vec<_> = links("see [a](../b.md#part) and [c](https://example.org/x)").collect();
        assert_eq!(found, ["../b.md"]);
        assert_eq!(resolve("docs/reasons", "../GLOSSARY.md").as_deref(), Some("docs/GLOSSARY.md"));
        assert_eq!(resolve("docs", "../../x"), None);
    }

    #[test]
    fn sources_name_documents() {
        let found: Vec<_> = documents_named("// see docs/decisions/0001-x.md, and docs/reasons").collect();
        assert_eq!(found, ["docs/decisions/0001-x.md"]);
    }
}
