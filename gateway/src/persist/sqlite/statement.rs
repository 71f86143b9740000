//! Statements with many rows, generated once from the one-row text in `queries/sqlite/`.
//!
//! sqlx hands every statement to a thread of its own, so a statement per row costs four to eight times as much. A few
//! fixed sizes keep the number of prepared statements small. Placeholders are `?` there: sqlx looks named ones up by
//! walking a list, which is quadratic in the number of rows.

use std::sync::{Arc, LazyLock};

use sqlx::AssertSqlSafe;

/// The row counts for which a statement exists, descending: any count is a sum of few of them.
const SIZES: [usize; 8] = [128, 64, 32, 16, 8, 4, 2, 1];

/// Most rows in one statement.
pub(super) const LARGEST: usize = SIZES[0];

/// One text for each size.
type Texts = [Arc<str>; SIZES.len()];

/// A statement with many rows, in all sizes.
pub(super) struct ManyRows(LazyLock<Texts, fn() -> Texts>);

impl ManyRows {
    /// `expand_all` is `|| expand_all(include_str!(..))`.
    pub(super) const fn new(expand_all: fn() -> Texts) -> Self {
        Self(LazyLock::new(expand_all))
    }

    /// The text for exactly `rows` rows, which is one of the sizes. The texts are ours, with placeholders only.
    pub(super) fn exactly(&self, rows: usize) -> AssertSqlSafe<Arc<str>> {
        let place = SIZES.iter().position(|size| *size <= rows).unwrap_or(SIZES.len() - 1);
        AssertSqlSafe(Arc::clone(&self.0[place]))
    }

    /// The text for at least `rows` rows, and how many rows it takes: the rest is left NULL.
    pub(super) fn at_least(&self, rows: usize) -> (AssertSqlSafe<Arc<str>>, usize) {
        let size = SIZES.iter().rev().copied().find(|size| *size >= rows).unwrap_or(LARGEST);
        (self.exactly(size), size)
    }
}

/// A text for every size.
pub(super) fn expand_all(text: &str) -> Texts {
    SIZES.map(|size| expand(text, size).into())
}

/// Cuts a list into pieces that have one of the sizes.
pub(super) fn pieces<T>(mut list: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = SIZES.iter().copied().find(|size| *size <= list.len())?;
        let (piece, rest) = list.split_at(size);
        list = rest;
        Some(piece)
    })
}

/// Repeats each tuple after `values` so many times.
fn expand(text: &str, rows: usize) -> String {
    let mut out = String::with_capacity(text.len() * rows);
    let mut rest = text;
    while let Some(start) = rest.find("values (").map(|at| at + "values ".len()) {
        let end = rest[start..].find(')').map_or(rest.len(), |at| start + at + 1);
        let tuple = &rest[start..end];
        out.push_str(&rest[..start]);
        out.push_str(&vec![tuple; rows].join(", "));
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tuples_are_repeated_in_every_statement_of_a_text() {
        assert_eq!(
            expand("insert into a (b, c) values (?, ?); insert into d (e) values (?) returning e;", 2),
            "insert into a (b, c) values (?, ?), (?, ?); insert into d (e) values (?), (?) returning e;"
        );
        assert_eq!(
            expand("with k (a) as (values (?)) select 1", 3),
            "with k (a) as (values (?), (?), (?)) select 1"
        );
    }

    #[test]
    fn any_list_is_cut_into_known_sizes() {
        for length in 0..300 {
            let list = vec![0; length];
            assert_eq!(pieces(&list).map(<[i32]>::len).sum::<usize>(), length);
            assert!(pieces(&list).all(|piece| SIZES.contains(&piece.len())));
        }
        assert_eq!(pieces(&[0; 13]).map(<[i32]>::len).collect::<Vec<_>>(), [8, 4, 1]);
    }
}
