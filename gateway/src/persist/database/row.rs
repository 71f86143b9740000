//! A row that was read, of either database.

use sqlx::{Row as _, TypeInfo as _, ValueRef as _, postgres::PgRow, sqlite::SqliteRow};

/// One row of an answer.
pub(in crate::persist) enum Row {
    /// Of SQLite.
    Sqlite(SqliteRow),
    /// Of PostgreSQL.
    Postgres(PgRow),
}

impl Row {
    /// What stands in a column.
    pub(in crate::persist) fn try_get<'r, T: Column<'r>>(&'r self, column: &str) -> Result<T, sqlx::Error> {
        T::of(self, column)
    }
}

/// A type that columns are read as.
pub(in crate::persist) trait Column<'r>: Sized {
    /// Reads a column.
    fn of(row: &'r Row, column: &str) -> Result<Self, sqlx::Error>;
}

/// What both drivers read by themselves.
macro_rules! columns {
    ($($type:ty),+) => { $(
        impl<'r> Column<'r> for $type {
            fn of(row: &'r Row, column: &str) -> Result<Self, sqlx::Error> {
                match row {
                    Row::Sqlite(row) => row.try_get(column),
                    Row::Postgres(row) => row.try_get(column),
                }
            }
        }

        impl<'r> Column<'r> for Option<$type> {
            fn of(row: &'r Row, column: &str) -> Result<Self, sqlx::Error> {
                match row {
                    Row::Sqlite(row) => row.try_get(column),
                    Row::Postgres(row) => row.try_get(column),
                }
            }
        }
    )+ };
}

columns!(i64, f64, &'r str, String, &'r [u8], Vec<u8>);

/// A list of whole numbers: a JSON array from SQLite, an array from PostgreSQL.
impl<'r> Column<'r> for Vec<i64> {
    fn of(row: &'r Row, column: &str) -> Result<Self, sqlx::Error> {
        match row {
            Row::Sqlite(row) => serde_json::from_str(row.try_get(column)?).map_err(|error| {
                sqlx::Error::ColumnDecode { index: column.to_owned(), source: Box::new(error) }
            }),
            Row::Postgres(row) => row.try_get(column),
        }
    }
}

/// A truth value is 0 or 1, except where PostgreSQL worked one out itself.
impl<'r> Column<'r> for bool {
    fn of(row: &'r Row, column: &str) -> Result<Self, sqlx::Error> {
        match row {
            Row::Sqlite(row) => row.try_get(column),
            Row::Postgres(row) => {
                if row.try_get_raw(column)?.type_info().name() == "BOOL" {
                    row.try_get(column)
                } else {
                    row.try_get::<i64, _>(column).map(|value| value != 0)
                }
            }
        }
    }
}

/// A number that has a smaller type of its own.
macro_rules! smaller {
    ($($type:ty),+) => { $(
        impl<'r> Column<'r> for $type {
            fn of(row: &'r Row, column: &str) -> Result<Self, sqlx::Error> {
                let value = i64::of(row, column)?;
                Self::try_from(value).map_err(|error| sqlx::Error::ColumnDecode {
                    index: column.to_owned(),
                    source: Box::new(error),
                })
            }
        }
    )+ };
}

smaller!(u8, u32);
