//! Connections to PostgreSQL that read, lent one by one.
//!
//! Not sqlx's pool: that one asks a server that refuses again and again until its time is over, and whoever waits for a
//! connection with it (`docs/decisions/0138`). Here it is asked once, and its answer told.

use std::{fmt, time::Duration};

use deadpool::managed::{self, Metrics, Object, PoolError, QueueMode, RecycleError, RecycleResult};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, postgres::PgConnectOptions};
use tokio::time;

/// How long a connection that was not used is trusted without asking.
pub(in crate::persist) const TRUSTED: Duration = Duration::from_secs(1);

/// How long a connection is used at all: after another server took over, the old one is left in the end.
const LIFETIME: Duration = Duration::from_secs(30 * 60);

/// So many connections, made when they are needed. All clones lend the same.
#[derive(Clone)]
pub(in crate::persist) struct Readers {
    pool: managed::Pool<Maker>,
    /// How long one waits for a connection.
    patience: Duration,
}

/// Makes connections, and says which are good enough to be lent again.
pub(in crate::persist) struct Maker {
    options: PgConnectOptions,
}

/// A connection that is lent. Given back when dropped; one whose answer nobody waited for is closed then, and with it ends what
/// the server does for it.
pub(in crate::persist) struct Lent(Option<Object<Maker>>);

/// What is lent.
pub(in crate::persist) struct Reading {
    connection: PgConnection,
    /// A statement was begun and not answered, or not well: whoever came next would read the rest of that answer.
    is_open: bool,
}

impl Readers {
    /// With one connection, to see that the server can be reached.
    pub(super) async fn open(
        options: PgConnectOptions,
        count: u32,
        patience: Duration,
    ) -> Result<Self, sqlx::Error> {
        let count = usize::try_from(count.max(1)).unwrap_or(1);
        let builder = managed::Pool::builder(Maker { options }).max_size(count).queue_mode(QueueMode::Lifo);
        // It asks for a runtime only where timeouts are its own.
        let pool = builder.build().map_err(|error| sqlx::Error::Configuration(Box::new(error)))?;
        let readers = Self { pool, patience };
        drop(readers.lend().await?);
        Ok(readers)
    }

    /// One that stands, as far as is known.
    pub(super) async fn lend(&self) -> Result<Lent, sqlx::Error> {
        match time::timeout(self.patience, self.pool.get()).await {
            Ok(Ok(lent)) => Ok(Lent(Some(lent))),
            Ok(Err(PoolError::Backend(error))) => Err(error),
            Ok(Err(PoolError::Closed)) => Err(sqlx::Error::PoolClosed),
            Ok(Err(_)) | Err(_) => Err(sqlx::Error::PoolTimedOut),
        }
    }

    /// Closes those that are idle, and waits a while for those that are lent.
    pub(super) async fn close(&self) {
        self.pool.close();
        let all = async {
            while self.pool.status().size > 0 {
                time::sleep(Duration::from_millis(5)).await;
                // One may have been given back to somebody who was told meanwhile that it is closed.
                self.pool.retain(|_, _| false);
            }
        };
        let _ = time::timeout(self.patience, all).await;
    }
}

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Readers(..)")
    }
}

impl managed::Manager for Maker {
    type Type = Reading;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<Reading, sqlx::Error> {
        Ok(Reading { connection: self.options.connect().await?, is_open: false })
    }

    /// One that was idle for a while is asked, so that a restart of the server is noticed before somebody's request is.
    async fn recycle(&self, reading: &mut Reading, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        if reading.is_open || metrics.age() > LIFETIME {
            return Err(RecycleError::message("it is not used again"));
        }
        if metrics.last_used() >= TRUSTED {
            reading.connection.ping().await?;
        }
        Ok(())
    }
}

impl Lent {
    /// To run a statement; [`Lent::settled`] is to follow its answer. Always there, until it is dropped.
    pub(super) fn open(&mut self) -> Option<&mut PgConnection> {
        let reading = self.0.as_deref_mut()?;
        reading.is_open = true;
        Some(&mut reading.connection)
    }

    /// The statement was answered, and well.
    pub(super) fn settled(&mut self) {
        if let Some(reading) = self.0.as_deref_mut() {
            reading.is_open = false;
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(lent) = self.0.take()
            && lent.is_open
        {
            drop(Object::take(lent));
        }
    }
}
