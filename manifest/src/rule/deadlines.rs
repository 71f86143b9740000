//! How long before arrival a manifest must be filed: a table with days from which and until which its rows hold.

use std::sync::{Arc, LazyLock};

use super::{Circumstances, RuleError, Scope, check_overlaps, rows};

/// The table that comes with the crate.
const BUILT_IN: &str = include_str!("../../rules/deadlines.csv");

/// One row: a duty to file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// Name of the row, which a finding tells.
    pub id: String,
    /// For which manifests it holds; the load does not matter here.
    pub scope: Scope,
    /// How long before the expected arrival at the post, in minutes.
    pub minutes: u32,
    /// Act, agreement or report that says so.
    pub source: String,
}

/// All rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadlines(Vec<Deadline>);

impl Deadlines {
    /// A table from its rows.
    ///
    /// # Errors
    /// When two rows hold for the same manifests on the same day.
    pub fn new(rows: Vec<Deadline>) -> Result<Self, RuleError> {
        check_overlaps(rows.iter().map(|row| ("", &row.scope)))?;
        Ok(Self(rows))
    }

    /// The table that comes with the crate.
    #[must_use]
    pub fn built_in() -> Arc<Self> {
        static TABLE: LazyLock<Arc<Deadlines>> = LazyLock::new(|| {
            // A test reads the file; were it unreadable nobody would be late, which is noted and never decides.
            Arc::new(Deadlines::parse(BUILT_IN).unwrap_or(Deadlines(Vec::new())))
        });
        Arc::clone(&TABLE)
    }

    /// A table from a file.
    ///
    /// # Errors
    /// The first row that cannot be read, or two that hold for the same manifests on the same day.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        Self::new(rows(text, |row| {
            let word = |place| row.get(place).unwrap_or_default().trim();
            Ok(Deadline {
                id: word(0).to_owned(),
                scope: Scope::parse("*", word(1), word(2), word(3), word(4), word(5))?,
                minutes: word(6).parse().map_err(|_| "minutes is no whole number")?,
                source: word(7).to_owned(),
            })
        })?)
    }

    /// Every row.
    #[must_use]
    pub fn rows(&self) -> &[Deadline] {
        &self.0
    }

    /// The row that counts, if a duty to file exists at all.
    #[must_use]
    pub fn find(&self, now: &Circumstances<'_>) -> Option<&Deadline> {
        self.0.iter().filter(|row| row.scope.fits(now)).max_by_key(|row| row.scope.weight())
    }

    /// The text of the file that comes with the crate, for the documents.
    #[must_use]
    pub const fn built_in_text() -> &'static str {
        BUILT_IN
    }
}
