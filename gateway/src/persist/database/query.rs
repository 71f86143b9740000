//! A statement with its arguments, for whichever database it is run on.

use sqlx::{AssertSqlSafe, postgres::PgArguments, sqlite::SqliteArguments};

use super::{Connection, Handle, ManyRows, Pool, Row, Rows, Value, many_rows::SIZES, patience::in_time};
use crate::persist::Error;

/// The text of one statement, for each database.
#[derive(Debug, Clone, Copy)]
pub(in crate::persist) struct Sql {
    /// For SQLite.
    pub(in crate::persist) sqlite: &'static str,
    /// For PostgreSQL.
    pub(in crate::persist) postgres: &'static str,
}

/// The text of a query file: `both`, where one text does for both databases, `each`, where each has its own, `sqlite`
/// (the text alone) or `postgres`, where the other needs none.
macro_rules! sql {
    (both $name:literal) => {{
        const TEXT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/queries/both/", $name, ".sql"));
        $crate::persist::database::Sql { sqlite: TEXT, postgres: TEXT }
    }};
    (sqlite $name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/queries/sqlite/", $name, ".sql"))
    };
    (postgres $name:literal) => {
        $crate::persist::database::Sql {
            sqlite: "",
            postgres: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/queries/postgres/", $name, ".sql")),
        }
    };
    (each $name:literal) => {
        $crate::persist::database::Sql {
            sqlite: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/queries/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/queries/postgres/", $name, ".sql")),
        }
    };
}
pub(in crate::persist) use sql;

/// Where a statement runs: on a connection, or on any of a pool.
pub(in crate::persist) enum On<'c> {
    /// This one, for instance because its transaction is open.
    Connection(&'c mut Connection),
    /// Whichever is free.
    Pool(&'c Pool),
}

impl<'c> From<&'c mut Connection> for On<'c> {
    fn from(connection: &'c mut Connection) -> Self {
        Self::Connection(connection)
    }
}

impl<'c> From<&'c Pool> for On<'c> {
    fn from(pool: &'c Pool) -> Self {
        Self::Pool(pool)
    }
}

/// A statement that gets its arguments one by one.
pub(in crate::persist) struct Query<'q> {
    sql: Sql,
    values: Vec<Value<'q>>,
}

/// A statement: `query(sql!(both "name"))`.
pub(in crate::persist) fn query<'q>(sql: Sql) -> Query<'q> {
    Query { sql, values: Vec::new() }
}

impl<'q> Query<'q> {
    /// The next argument.
    pub(in crate::persist) fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Runs it; says how many rows it touched.
    pub(in crate::persist) async fn execute(self, on: impl Into<On<'_>>) -> Result<u64, Error> {
        match on.into() {
            On::Connection(connection) => self.execute_on(connection).await,
            On::Pool(pool) => self.execute_on(&mut pool.acquire().await?).await,
        }
    }

    /// All rows of its answer.
    pub(in crate::persist) async fn fetch_all(self, on: impl Into<On<'_>>) -> Result<Vec<Row>, Error> {
        match on.into() {
            On::Connection(connection) => self.fetch_on(connection).await,
            On::Pool(pool) => self.fetch_on(&mut pool.acquire().await?).await,
        }
    }

    /// The first row of its answer.
    pub(in crate::persist) async fn fetch_optional(
        self,
        on: impl Into<On<'_>>,
    ) -> Result<Option<Row>, Error> {
        Ok(self.fetch_all(on).await?.into_iter().next())
    }

    /// The first row of its answer, which must be there.
    pub(in crate::persist) async fn fetch_one(self, on: impl Into<On<'_>>) -> Result<Row, Error> {
        self.fetch_optional(on).await?.ok_or_else(|| sqlx::Error::RowNotFound.into())
    }

    async fn execute_on(self, connection: &mut Connection) -> Result<u64, Error> {
        let answer = self.execute_plainly(connection).await;
        connection.heard(&answer);
        answer
    }

    async fn fetch_on(self, connection: &mut Connection) -> Result<Vec<Row>, Error> {
        let answer = self.fetch_plainly(connection).await;
        connection.heard(&answer);
        answer
    }

    async fn execute_plainly(self, connection: &mut Connection) -> Result<u64, Error> {
        let Self { sql, values } = self;
        match connection.handle()? {
            Handle::Sqlite(connection) => {
                let done = sqlx::query_with(sql.sqlite, sqlite(values)?).execute(connection).await?;
                Ok(done.rows_affected())
            }
            Handle::Postgres(connection, patience) => {
                let arguments = postgres(values)?;
                let run = sqlx::query_with(sql.postgres, arguments).execute(connection);
                Ok(in_time(patience, run).await?.rows_affected())
            }
        }
    }

    async fn fetch_plainly(self, connection: &mut Connection) -> Result<Vec<Row>, Error> {
        let Self { sql, values } = self;
        match connection.handle()? {
            Handle::Sqlite(connection) => {
                let rows = sqlx::query_with(sql.sqlite, sqlite(values)?).fetch_all(connection).await?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
            Handle::Postgres(connection, patience) => {
                let arguments = postgres(values)?;
                let run = sqlx::query_with(sql.postgres, arguments).fetch_all(connection);
                Ok(in_time(patience, run).await?.into_iter().map(Row::Postgres).collect())
            }
        }
    }
}

fn sqlite(values: Vec<Value<'_>>) -> Result<SqliteArguments, Error> {
    let mut arguments = SqliteArguments::default();
    values.into_iter().try_for_each(|value| value.bind_sqlite(&mut arguments))?;
    Ok(arguments)
}

fn postgres(values: Vec<Value<'_>>) -> Result<PgArguments, Error> {
    let mut arguments = PgArguments::default();
    values.into_iter().try_for_each(|value| value.bind_postgres(&mut arguments))?;
    Ok(arguments)
}

/// The tables of a statement, all with as many rows.
fn columns(tables: &[Rows<'_>]) -> Result<PgArguments, Error> {
    let mut arguments = PgArguments::default();
    tables.iter().try_for_each(|rows| rows.bind_columns(&mut arguments))?;
    Ok(arguments)
}

impl ManyRows {
    /// Runs it over as many rows as there are.
    pub(in crate::persist) async fn execute(
        &self,
        connection: &mut Connection,
        rows: Rows<'_>,
    ) -> Result<(), Error> {
        self.fetch_all(connection, rows).await.map(|_| ())
    }

    /// Runs it over as many rows as there are; what it returns.
    pub(in crate::persist) async fn fetch_all(
        &self,
        connection: &mut Connection,
        rows: Rows<'_>,
    ) -> Result<Vec<Row>, Error> {
        let mut found = Vec::new();
        if rows.count() == 0 {
            return Ok(found);
        }
        match connection.handle()? {
            Handle::Sqlite(connection) => {
                let mut left = rows.count();
                self.takes(rows.values.len(), left)?;
                let width = rows.values.len() / left;
                let mut values = rows.values.into_iter();
                while let Some(size) = SIZES.iter().copied().find(|size| *size <= left) {
                    let arguments = sqlite(values.by_ref().take(size * width).collect())?;
                    let some = sqlx::query_with(self.exactly(size), arguments).fetch_all(&mut *connection);
                    found.extend(some.await?.into_iter().map(Row::Sqlite));
                    left -= size;
                }
            }
            Handle::Postgres(connection, patience) => {
                let run = sqlx::query_with(self.sql.postgres, columns(&[rows])?).fetch_all(connection);
                found.extend(in_time(patience, run).await?.into_iter().map(Row::Postgres));
            }
        }
        Ok(found)
    }

    /// Runs it once over some tables with as many rows each: for SQLite one of the sizes.
    pub(in crate::persist) async fn execute_tables(
        &self,
        connection: &mut Connection,
        tables: Vec<Rows<'_>>,
    ) -> Result<(), Error> {
        let rows = tables.first().map_or(0, Rows::count);
        match connection.handle()? {
            Handle::Sqlite(connection) => {
                let values: Vec<_> = tables.into_iter().flat_map(|rows| rows.values).collect();
                self.takes(values.len(), rows)?;
                sqlx::query_with(self.exactly(rows), sqlite(values)?).execute(connection).await?;
            }
            Handle::Postgres(connection, patience) => {
                let run = sqlx::query_with(self.sql.postgres, columns(&tables)?).execute(connection);
                in_time(patience, run).await?;
            }
        }
        Ok(())
    }

    /// Runs it once over at least one row; SQLite is given rows of NULLs up to one of the sizes.
    pub(in crate::persist) async fn fetch_padded(
        &self,
        connection: &mut Connection,
        rows: Rows<'_>,
    ) -> Result<Vec<Row>, Error> {
        match connection.handle()? {
            Handle::Sqlite(connection) => {
                self.takes(rows.values.len(), rows.count())?;
                let (text, size): (AssertSqlSafe<_>, usize) = self.at_least(rows.count());
                let all = size * rows.values.len() / rows.count().max(1);
                let mut values = rows.values;
                values.resize(all, Value::Integer(None));
                let found = sqlx::query_with(text, sqlite(values)?).fetch_all(connection).await?;
                Ok(found.into_iter().map(Row::Sqlite).collect())
            }
            Handle::Postgres(connection, patience) => {
                let run = sqlx::query_with(self.sql.postgres, columns(&[rows])?).fetch_all(connection);
                Ok(in_time(patience, run).await?.into_iter().map(Row::Postgres).collect())
            }
        }
    }
}
