//! Connections to PostgreSQL that read, lent one by one.
//!
//! Not sqlx's pool: that one asks a server that refuses again and again until its time is over, and whoever waits for a
//! connection with it (`docs/decisions/0138`). Here it is asked once, and its answer told.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use sqlx::{ConnectOptions as _, Connection as _, PgConnection, postgres::PgConnectOptions};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time,
};

/// How long a connection that was not used is trusted without asking.
pub(in crate::persist) const TRUSTED: Duration = Duration::from_secs(1);

/// How long a connection is used at all: after another server took over, the old one is left in the end.
const LIFETIME: Duration = Duration::from_secs(30 * 60);

/// So many connections, made when they are needed. All clones lend the same.
#[derive(Clone)]
pub(in crate::persist) struct Readers(Arc<Inner>);

struct Inner {
    options: PgConnectOptions,
    /// How long one waits for a connection.
    patience: Duration,
    count: u32,
    places: Arc<Semaphore>,
    /// Those that nobody has, the one used last at the end.
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    connection: PgConnection,
    made: Instant,
    used: Instant,
}

/// A connection that is given back when this goes, unless something happened to it.
pub(in crate::persist) struct Lent {
    /// There until this is dropped.
    connection: Option<PgConnection>,
    made: Instant,
    /// A statement was begun and not answered, or not well: whoever came next would read the rest of that answer.
    is_open: bool,
    from: Arc<Inner>,
    _place: OwnedSemaphorePermit,
}

impl Readers {
    /// With one connection, to see that the server can be reached.
    pub(super) async fn open(
        options: PgConnectOptions,
        count: u32,
        patience: Duration,
    ) -> Result<Self, sqlx::Error> {
        let count = count.max(1);
        let places = Arc::new(Semaphore::new(usize::try_from(count).unwrap_or(1)));
        let readers = Self(Arc::new(Inner { options, patience, count, places, idle: Mutex::default() }));
        drop(readers.lend().await?);
        Ok(readers)
    }

    /// One that stands, as far as is known: one that was idle for a while is asked, so that a restart of the server is noticed
    /// before somebody's request is.
    pub(super) async fn lend(&self) -> Result<Lent, sqlx::Error> {
        let lend = async {
            let places = Arc::clone(&self.0.places);
            let place = places.acquire_owned().await.map_err(|_| sqlx::Error::PoolClosed)?;
            while let Some(mut idle) = self.0.take() {
                let is_old = idle.made.elapsed() > LIFETIME;
                if !is_old && (idle.used.elapsed() < TRUSTED || idle.connection.ping().await.is_ok()) {
                    return Ok(self.lent(idle.connection, idle.made, place));
                }
            }
            Ok(self.lent(self.0.options.connect().await?, Instant::now(), place))
        };
        time::timeout(self.0.patience, lend).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    fn lent(&self, connection: PgConnection, made: Instant, place: OwnedSemaphorePermit) -> Lent {
        Lent { connection: Some(connection), made, is_open: false, from: Arc::clone(&self.0), _place: place }
    }

    /// Waits for those that are lent, and closes all.
    pub(super) async fn close(&self) {
        let all = self.0.places.acquire_many(self.0.count).await;
        self.0.places.close();
        drop(all);
        while let Some(Idle { connection, .. }) = self.0.take() {
            // Nothing is lost when that fails.
            let _ = time::timeout(self.0.patience, connection.close()).await;
        }
    }
}

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Readers(..)")
    }
}

impl Inner {
    /// Nobody panics with them in his hands, and if he did: what is idle is idle.
    fn take(&self) -> Option<Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn put(&self, idle: Idle) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(idle);
    }
}

impl Lent {
    /// To run a statement; [`Lent::settled`] is to follow its answer.
    pub(super) fn open(&mut self) -> Option<&mut PgConnection> {
        self.is_open = true;
        self.connection.as_mut()
    }

    /// The statement was answered, and well.
    pub(super) fn settled(&mut self) {
        self.is_open = false;
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take().filter(|_| !self.is_open) {
            self.from.put(Idle { connection, made: self.made, used: Instant::now() });
        }
    }
}
