//! What must never be tracked: keys, certificates, traces of one machine, leftovers.

use super::Problem;
use crate::tree::Tree;

const KEY_ENDINGS: [&str; 8] = [".pem", ".key", ".p12", ".pfx", ".jks", ".crt", ".der", ".crl"];

/// Words that tell of an unfinished part or of one developer's machine, built so that this file does not hold them.
fn leftovers() -> [(String, &'static str); 5] {
    [
        (["//! Place", "holder"].concat(), "an empty module"),
        (["FIX", "ME"].concat(), "an unfinished part"),
        (["TO", "DO:"].concat(), "an unfinished part"),
        (["/ho", "me/"].concat(), "a path of one machine"),
        (["/ro", "ot/"].concat(), "a path of one machine"),
    ]
}

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    let leftovers = leftovers();
    for file in &tree.files {
        if KEY_ENDINGS.iter().any(|ending| file.ends_with(ending)) {
            problems.push(Problem::of_file(
                file,
                "keys and certificates are made where they are used, never tracked",
            ));
        }
        let Some(text) = tree.text(file) else { continue };
        let mut previous = "";
        for (index, line) in text.lines().enumerate() {
            if opens_pem(previous) && is_base64(line) {
                problems.push(Problem::at(file, index, "holds a key or certificate in PEM form"));
            }
            previous = line;
            if file == "Cargo.lock" {
                continue;
            }
            for (word, meaning) in leftovers.iter().filter(|(word, _)| line.contains(word.as_str())) {
                problems.push(Problem::at(file, index + 1, format!("holds `{word}`: {meaning}")));
            }
        }
    }
    problems
}

fn opens_pem(line: &str) -> bool {
    line.contains("-----BEGIN ") && line.trim_end().ends_with("-----")
}

fn is_base64(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 40 && line.chars().all(|c| c.is_ascii_alphanumeric() || "+/=".contains(c))
}
