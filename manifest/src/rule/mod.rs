//! Rules that are data: how early a manifest must be filed, and what it must say. Each row holds for some manifests from
//! one day to another, because law does; the files are `manifest/rules/*.csv`, their pages `docs/RULES.md`.

mod conditions;
mod deadlines;
mod scope;

#[cfg(test)]
mod tests;

pub use conditions::{Condition, Conditions, Element, Required};
pub use deadlines::{Deadline, Deadlines};
pub use scope::{Circumstances, LoadKind, Scope};

/// Why a table of rules cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// A row that cannot be read; the text says what stands there.
    #[error("row {row}: {what}")]
    Row {
        /// The row, from 1, without the heading.
        row: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Two rows that hold for the same manifests on the same day, so that neither counts before the other.
    #[error("rows {first} and {second} hold for the same manifests on the same day")]
    Overlap {
        /// The first of them, from 1.
        first: usize,
        /// The second.
        second: usize,
    },
}

/// The rows of a file, each read by `read`.
fn rows<T>(
    text: &str,
    read: impl Fn(&csv::StringRecord) -> Result<T, &'static str>,
) -> Result<Vec<T>, RuleError> {
    let reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    let numbered = (1_usize..).zip(reader.into_records());
    numbered
        .map(|(row, record)| {
            let record =
                record.map_err(|_| RuleError::Row { row, what: "not as many columns as the heading" })?;
            read(&record).map_err(|what| RuleError::Row { row, what })
        })
        .collect()
}

/// Says which two rows cannot be told apart.
fn check_overlaps<'r>(scopes: impl Iterator<Item = (&'r str, &'r Scope)>) -> Result<(), RuleError> {
    let scopes: Vec<_> = scopes.collect();
    for (second, (of, scope)) in scopes.iter().enumerate() {
        let clash =
            scopes.iter().take(second).position(|(other, earlier)| other == of && earlier.overlaps(scope));
        if let Some(first) = clash {
            return Err(RuleError::Overlap {
                first: first.saturating_add(1),
                second: second.saturating_add(1),
            });
        }
    }
    Ok(())
}
