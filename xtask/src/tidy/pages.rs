//! Every reason of a refusal has its page, every page its reason; every audit event has its row. (The page of findings
//! is made from the texts themselves: xtask/tests/findings.rs.)

use std::collections::BTreeSet;

use super::Problem;
use crate::tree::Tree;

/// Where the words are written: reasons of a status, reasons of a refused handshake, and the mark of what rules alone decided.
const SOURCES: [&str; 3] =
    ["gateway/src/reply/reason.rs", "gateway/src/authenticate/refusal.rs", "scoring/src/policy/mark.rs"];
/// Where their pages lie.
const FOLDER: &str = "docs/reasons/";
/// What each page must tell.
const SECTIONS: [&str; 3] = ["## What happened", "## What to do", "## Whom to call"];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = audit_events(tree);
    let words: BTreeSet<_> =
        SOURCES.iter().flat_map(|source| words(&tree.text(source).unwrap_or_default())).collect();
    let pages: BTreeSet<_> = tree
        .matching(FOLDER, ".md")
        .filter_map(|page| page.strip_prefix(FOLDER)?.strip_suffix(".md"))
        .filter(|name| *name != "README")
        .map(str::to_owned)
        .collect();
    for word in words.difference(&pages) {
        problems.push(Problem::of_file(FOLDER, format!("`{word}` has no page {FOLDER}{word}.md")));
    }
    for page in &pages {
        let path = format!("{FOLDER}{page}.md");
        if !words.contains(page) {
            problems
                .push(Problem::of_file(&path, format!("no reason in {} is called so", SOURCES.join(", "))));
        }
        let text = tree.text(&path).unwrap_or_default();
        for section in SECTIONS.iter().filter(|section| !text.lines().any(|line| line == **section)) {
            problems.push(Problem::of_file(&path, format!("lacks the section `{section}`")));
        }
    }
    problems
}

const AUDIT_SOURCE: &str = "gateway/src/persist/audit.rs";
const AUDIT_PAGE: &str = "docs/AUDIT-EVENTS.md";

fn audit_events(tree: &Tree) -> Vec<Problem> {
    let words = words(&tree.text(AUDIT_SOURCE).unwrap_or_default());
    let page = tree.text(AUDIT_PAGE).unwrap_or_default();
    let rows: BTreeSet<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(' ').next())
        .filter(|word| is_word(word))
        .map(str::to_owned)
        .collect();
    let missing = words.difference(&rows).map(|word| format!("lacks a row for `{word}` of {AUDIT_SOURCE}"));
    let extra =
        rows.difference(&words).map(|row| format!("tells of `{row}`, which {AUDIT_SOURCE} does not have"));
    missing.chain(extra).map(|text| Problem::of_file(AUDIT_PAGE, text)).collect()
}

/// Texts in upper snake case between quotes, outside comments.
fn words(text: &str) -> BTreeSet<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split('"').skip(1).step_by(2))
        .filter(|word| is_word(word))
        .map(str::to_owned)
        .collect()
}

fn is_word(text: &str) -> bool {
    text.len() > 3 && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    #[test]
    fn words_are_the_quoted_upper_snake_texts() {
        let found = super::words("/// \"NOT_ME\"\nA = \"QUOTA_EXCEEDED\", x(\"lower\"), B => \"INTERNAL\"");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["INTERNAL", "QUOTA_EXCEEDED"]);
    }
}
