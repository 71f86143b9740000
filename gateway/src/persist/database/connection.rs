//! Connections and pools of whichever database is configured.

use sqlx::{
    Connection as _, PgConnection, Sqlite, SqliteConnection, pool::PoolConnection, sqlite::SqlitePool,
};

use super::{
    Sql, Value,
    patience::{Patience, Silence, in_time},
    postgres,
    query::{query, sql},
    readers::{Lent, Readers},
    sqlite,
};
use crate::persist::{Config, Error};

/// One connection.
pub(in crate::persist) enum Connection {
    /// Of SQLite, held by one task.
    Sqlite(Box<SqliteConnection>),
    /// Of PostgreSQL, held by one task; how long it is waited for an answer.
    Postgres(Box<PgConnection>, Patience),
    /// Of a pool.
    PooledSqlite(PoolConnection<Sqlite>),
    /// Of a pool.
    PooledPostgres(Lent, Patience),
}

/// What a statement is run on.
pub(super) enum Handle<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection, &'c Patience),
}

impl Connection {
    /// The connection that writes. Only `migrate` may create what is not there.
    pub(in crate::persist) async fn writer(config: &Config, create: bool) -> Result<Self, Error> {
        if config.is_postgres() {
            postgres::writer(config, create).await
        } else {
            Ok(Self::Sqlite(Box::new(sqlite::writer(config, create).await?)))
        }
    }

    /// The connection that reads history, beside those that read everything else.
    pub(in crate::persist) async fn reader(config: &Config, beside: &Pool) -> Result<Self, Error> {
        if config.is_postgres() {
            postgres::reader(config, beside.silence().cloned()).await
        } else {
            Ok(Self::Sqlite(Box::new(sqlite::reader(config).await?)))
        }
    }

    /// The connection that holds journeys on PostgreSQL; its session ends when nothing is said in it for a while.
    pub(in crate::persist) async fn keeper(config: &Config, beside: &Pool) -> Result<Self, Error> {
        postgres::keeper(config, beside.silence().cloned()).await
    }

    /// To run a statement on; [`Connection::heard`] is to follow.
    pub(super) fn handle(&mut self) -> Result<Handle<'_>, Error> {
        Ok(match self {
            Self::Sqlite(connection) => Handle::Sqlite(connection),
            Self::Postgres(connection, patience) => Handle::Postgres(connection, patience),
            Self::PooledSqlite(connection) => Handle::Sqlite(connection),
            Self::PooledPostgres(lent, patience) => {
                Handle::Postgres(lent.open().ok_or(Error::Closed)?, patience)
            }
        })
    }

    /// One of several that was not answered, or not well, is not lent again: whoever came next would wait in vain, too.
    pub(super) fn heard<T>(&mut self, answer: &Result<T, Error>) {
        if let (Self::PooledPostgres(lent, _), Ok(_)) = (self, answer) {
            lent.settled();
        }
    }

    /// Does it still stand? A server that was started anew since it was used last has forgotten it. SQLite's do.
    pub(in crate::persist) async fn ask(&mut self) -> Result<(), Error> {
        match self.handle()? {
            Handle::Sqlite(_) => Ok(()),
            Handle::Postgres(connection, patience) => in_time(patience, connection.ping()).await,
        }
    }

    /// From here on the transaction waits so long for locks, in milliseconds; not a matter of SQLite, which has one.
    pub(in crate::persist) async fn limit_locks(&mut self, milliseconds: u64) -> Result<(), Error> {
        if !self.is_sqlite() {
            let text = sql!(postgres "limit_locks");
            query(text).bind(milliseconds.to_string().as_str()).fetch_one(self).await?;
        }
        Ok(())
    }

    /// Is it SQLite's?
    pub(in crate::persist) fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_) | Self::PooledSqlite(_))
    }

    /// Begins a transaction that writes. It is the only one until it ends, whichever process asks: SQLite lets one write
    /// at a time, and on PostgreSQL all of ours take the same lock (`docs/decisions/0091`).
    pub(in crate::persist) async fn begin(&mut self) -> Result<(), Error> {
        match self.handle()? {
            Handle::Sqlite(connection) => {
                sqlx::query("begin immediate").execute(connection).await?;
            }
            Handle::Postgres(connection, patience) => postgres::begin(connection, patience).await?,
        }
        Ok(())
    }

    /// Commits: durable once this answers.
    pub(in crate::persist) async fn commit(&mut self) -> Result<(), Error> {
        self.plainly("commit").await
    }

    /// Undoes what the transaction did.
    pub(in crate::persist) async fn rollback(&mut self) -> Result<(), Error> {
        self.plainly("rollback").await
    }

    /// Runs a statement on SQLite alone, which keeps what is deleted in its pages unless it is overwritten first.
    /// PostgreSQL would write the old row a second time.
    pub(in crate::persist) async fn overwrite(
        &mut self,
        text: &'static str,
        value: impl Into<Value<'_>>,
    ) -> Result<(), Error> {
        if self.is_sqlite() {
            query(Sql { sqlite: text, postgres: "" }).bind(value).execute(self).await?;
        }
        Ok(())
    }

    /// Clears what is deleted out of the files, as far as the database can.
    pub(in crate::persist) async fn forget_deleted(&mut self) -> Result<(), Error> {
        match self.handle()? {
            Handle::Sqlite(connection) => sqlite::empty_log(connection).await,
            Handle::Postgres(connection, _) => postgres::vacuum_keys(connection).await,
        }
    }

    /// A text of several statements, without arguments or answer.
    pub(in crate::persist) async fn plainly(&mut self, text: &'static str) -> Result<(), Error> {
        match self.handle()? {
            Handle::Sqlite(connection) => {
                sqlx::raw_sql(text).execute(connection).await?;
            }
            Handle::Postgres(connection, patience) => {
                in_time(patience, sqlx::raw_sql(text).execute(connection)).await?;
            }
        }
        Ok(())
    }

    /// Says goodbye. Nothing is lost when that fails.
    pub(in crate::persist) async fn close(self) {
        let _ = match self {
            Self::Sqlite(connection) => connection.close().await,
            Self::Postgres(connection, patience) => {
                tokio::time::timeout(patience.answer, connection.close()).await.unwrap_or(Ok(()))
            }
            Self::PooledSqlite(_) | Self::PooledPostgres(..) => Ok(()),
        };
    }
}

/// Connections that read.
#[derive(Debug, Clone)]
pub(in crate::persist) enum Pool {
    /// Of SQLite.
    Sqlite(SqlitePool),
    /// Of PostgreSQL, and how long it is waited for an answer.
    Postgres(Readers, Patience),
}

impl Pool {
    /// As many as are configured.
    pub(in crate::persist) async fn readers(config: &Config) -> Result<Self, Error> {
        if config.is_postgres() {
            postgres::readers(config).await
        } else {
            sqlite::readers(config).await.map(Self::Sqlite)
        }
    }

    /// One of them, to itself.
    pub(in crate::persist) async fn acquire(&self) -> Result<Connection, Error> {
        self.check()?;
        Ok(match self {
            Self::Sqlite(pool) => Connection::PooledSqlite(pool.acquire().await?),
            Self::Postgres(readers, patience) => {
                Connection::PooledPostgres(in_time(patience, readers.lend()).await?, patience.clone())
            }
        })
    }

    /// Where it is said that the server does not answer.
    pub(in crate::persist) fn silence(&self) -> Option<&Silence> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(_, patience) => patience.silence.as_ref(),
        }
    }

    /// Refuses while the server is known not to answer.
    pub(in crate::persist) fn check(&self) -> Result<(), Error> {
        self.silence().map_or(Ok(()), Silence::check)
    }

    /// Closes all of them.
    pub(in crate::persist) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(readers, _) => readers.close().await,
        }
    }
}
