//! What must hold of the sources and documents and the compiler cannot see.

mod crates;
mod documents;
mod fixtures;
mod imports;
mod pages;
mod secrets;
mod sizes;

use std::fmt;

use anyhow::Result;

use crate::tree::Tree;

/// Something that must change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// File, from the root.
    pub path: String,
    /// Line from 1, where there is one.
    pub line: Option<usize>,
    /// What is the matter and what to do.
    pub text: String,
}

impl Problem {
    fn of_file(path: &str, text: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: None, text: text.into() }
    }

    fn at(path: &str, line: usize, text: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: Some(line), text: text.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.text),
            None => write!(f, "{}: {}", self.path, self.text),
        }
    }
}

/// What a look at the tree gave.
#[derive(Debug, Default)]
pub struct Report {
    /// What must change.
    pub problems: Vec<Problem>,
    /// What is worth a look.
    pub warnings: Vec<Problem>,
}

/// Looks at everything.
///
/// # Errors
/// When the tree cannot be read; problems found are no error but the result.
pub fn check(tree: &Tree) -> Result<Report> {
    let mut problems = Vec::new();
    problems.extend(imports::check(tree));
    problems.extend(crates::check(tree)?);
    problems.extend(documents::check(tree));
    problems.extend(pages::check(tree));
    problems.extend(secrets::check(tree));
    problems.extend(fixtures::check(tree));
    problems.sort();
    problems.dedup();
    Ok(Report { problems, warnings: sizes::check(tree) })
}
