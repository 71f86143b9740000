//! docs/FINDINGS.md is made from the texts that partners are told, so it cannot say anything else.
//!
//! `FIXTURES_ACCEPT=1` (what `cargo xtask fixtures --accept` sets) writes it anew.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too

use std::fmt::Write as _;

use manifest::{
    finding::FindingCode,
    finding_reasons::{without_original, without_path},
    finding_text::{Language, words},
};
use xtask::tree::workspace_root;

const HEAD: &str = "# Findings

What may be noted about a manifest. A finding is data, not an error: it comes with an OK status, beside the receipt, with
its code, its weight, the field's path, what stood there and what to do, in English, Russian or Uzbek. A blocking finding
withholds its subject (a traveller, a consignment, the conveyance); one about the manifest itself rejects it.

`{name}` stands for a part that changes. This page is made from the texts themselves by `cargo xtask fixtures --accept`.
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    for &code in FindingCode::ALL {
        write!(page, "\n## {}\n", code.as_str()).unwrap();
        for (name, language) in
            [("English", Language::English), ("Русский", Language::Russian), ("O‘zbekcha", Language::Uzbek)]
        {
            let (text, remedy) = words(code, language);
            write!(page, "\n**{name}.** {text}\n*{remedy}*\n").unwrap();
        }
        if let Some(why) = without_path(code) {
            write!(page, "\nMay be without a field's path: {why}.\n").unwrap();
        }
        if let Some(why) = without_original(code) {
            write!(page, "\nMay be without an original value: {why}.\n").unwrap();
        }
    }
    page
}

#[test]
fn the_page_of_findings_tells_every_code_story() {
    let path = workspace_root().join("docs/FINDINGS.md");
    if std::env::var_os("FIXTURES_ACCEPT").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page(), "docs/FINDINGS.md is behind; `cargo xtask fixtures --accept` writes it");
}
