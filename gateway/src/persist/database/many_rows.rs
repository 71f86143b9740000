//! Statements with many rows.
//!
//! For PostgreSQL the text takes an array for each column (`unnest`). For SQLite it is generated once from the one-row
//! text in `queries/sqlite/`: sqlx hands every statement to a thread of its own, so a statement per row costs four to
//! eight times as much, and a few fixed sizes keep the number of prepared statements small. Placeholders are `?` there:
//! sqlx looks named ones up by walking a list, which is quadratic in the number of rows.

use std::{
    borrow::Cow,
    sync::{Arc, LazyLock},
};

use sqlx::{Arguments as _, AssertSqlSafe, postgres::PgArguments};

use super::{Sql, Value};
use crate::persist::Error;

/// The row counts for which a statement exists, descending: any count is a sum of few of them.
pub(super) const SIZES: [usize; 8] = [128, 64, 32, 16, 8, 4, 2, 1];

/// Most rows in one statement.
pub(in crate::persist) const LARGEST: usize = SIZES[0];

/// One text for each size.
type Texts = [Arc<str>; SIZES.len()];

/// A statement with many rows: for SQLite in all sizes.
pub(in crate::persist) struct ManyRows {
    pub(super) sql: Sql,
    /// Follows the last statement of SQLite's text.
    end: &'static str,
    sqlite: LazyLock<Texts, fn() -> Texts>,
}

/// Makes a [`ManyRows`] of the pair of query files with this name.
macro_rules! many_rows {
    ($name:literal) => {
        $crate::persist::database::many_rows!($name, "")
    };
    ($name:literal, $end:literal) => {{
    const SQL: $crate::persist::database::Sql = $crate::persist::database::sql!(each $name);
        $crate::persist::database::ManyRows::new(SQL, $end, || {
            $crate::persist::database::expand_all(&[SQL.sqlite, $end].concat())
        })
    }};
}
pub(in crate::persist) use many_rows;

impl ManyRows {
    /// Use `many_rows!`.
    pub(in crate::persist) const fn new(sql: Sql, end: &'static str, expand_all: fn() -> Texts) -> Self {
        Self { sql, end, sqlite: LazyLock::new(expand_all) }
    }

    /// SQLite's text for exactly `rows` rows, which is one of the sizes. The texts are ours, with placeholders only.
    pub(super) fn exactly(&self, rows: usize) -> AssertSqlSafe<Arc<str>> {
        let place = SIZES.iter().position(|size| *size <= rows).unwrap_or(SIZES.len() - 1);
        AssertSqlSafe(Arc::clone(&self.sqlite[place]))
    }

    /// SQLite binds what there is and leaves the rest NULL, without a word: one column too many goes unseen in one row and
    /// shifts all that follow.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if SQLite's text does not take so many values for so many rows.
    pub(super) fn takes(&self, values: usize, rows: usize) -> Result<(), Error> {
        let each = self.sqlite[SIZES.len() - 1].bytes().filter(|byte| *byte == b'?').count();
        if values == each * rows {
            return Ok(());
        }
        Err(Error::Corrupt(format!(
            "a statement takes {each} values a row, {values} are given for {rows} rows"
        )))
    }

    /// SQLite's text for at least `rows` rows, and how many rows it takes: the rest is left NULL.
    pub(super) fn at_least(&self, rows: usize) -> (AssertSqlSafe<Arc<str>>, usize) {
        let size = SIZES.iter().rev().copied().find(|size| *size >= rows).unwrap_or(LARGEST);
        (self.exactly(size), size)
    }
}

impl std::fmt::Debug for ManyRows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ManyRows").field("sql", &self.sql).field("end", &self.end).finish_non_exhaustive()
    }
}

/// A text for every size.
pub(in crate::persist) fn expand_all(text: &str) -> Texts {
    SIZES.map(|size| expand(text, size).into())
}

/// Cuts a list into pieces that have one of the sizes.
pub(in crate::persist) fn pieces<T>(mut list: &[T]) -> impl Iterator<Item = &[T]> {
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

/// Rows of one table, value by value.
#[derive(Debug)]
pub(in crate::persist) struct Rows<'q> {
    width: usize,
    pub(super) values: Vec<Value<'q>>,
}

impl<'q> Rows<'q> {
    /// Of a table with so many columns.
    pub(in crate::persist) fn of(width: usize) -> Self {
        Self { width: width.max(1), values: Vec::new() }
    }

    /// The next value: row after row, in the order of the columns.
    pub(in crate::persist) fn add(&mut self, value: impl Into<Value<'q>>) {
        self.values.push(value.into());
    }

    /// How many rows there are.
    pub(super) fn count(&self) -> usize {
        self.values.len() / self.width
    }

    /// Every column as an array. All values of a column have one type.
    pub(super) fn bind_columns(&self, to: &mut PgArguments) -> Result<(), Error> {
        let mixed = || Error::Corrupt("a column has values of several types".into());
        for column in 0..self.width {
            let values = || self.values.iter().skip(column).step_by(self.width);
            let added = match self.values.get(column) {
                None | Some(Value::Integers(_) | Value::Texts(_)) => return Err(mixed()),
                Some(Value::Integer(_)) => to.add(
                    column_of(values(), |value| match value {
                        Value::Integer(value) => Some(*value),
                        _ => None,
                    })
                    .ok_or_else(mixed)?,
                ),
                Some(Value::Real(_)) => to.add(
                    column_of(values(), |value| match value {
                        Value::Real(value) => Some(*value),
                        _ => None,
                    })
                    .ok_or_else(mixed)?,
                ),
                Some(Value::Text(_)) => to.add(
                    column_of(values(), |value| match value {
                        Value::Text(value) => Some(value.as_deref()),
                        _ => None,
                    })
                    .ok_or_else(mixed)?,
                ),
                Some(Value::Bytes(_)) => to.add(
                    column_of(values(), |value| match value {
                        Value::Bytes(value) => Some(value.as_ref().map(Cow::as_ref)),
                        _ => None,
                    })
                    .ok_or_else(mixed)?,
                ),
            };
            added.map_err(sqlx::Error::Encode)?;
        }
        Ok(())
    }
}

fn column_of<'v, 'q: 'v, T>(
    values: impl Iterator<Item = &'v Value<'q>>,
    read: impl Fn(&'v Value<'q>) -> Option<T>,
) -> Option<Vec<T>> {
    values.map(read).collect()
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

    #[test]
    fn a_column_of_two_types_is_refused() {
        let mut rows = Rows::of(2);
        rows.add(1_i64);
        rows.add("a");
        rows.add(None::<i64>);
        rows.add(None::<&str>);
        assert_eq!(rows.count(), 2);
        rows.bind_columns(&mut PgArguments::default()).unwrap();
        rows.add("b");
        rows.add("c");
        assert!(rows.bind_columns(&mut PgArguments::default()).is_err());
    }
}
