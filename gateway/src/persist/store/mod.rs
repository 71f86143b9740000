//! The store: operations by what they are about, each over whichever backend there is.

mod life;
mod manifests;
mod outcomes;
mod reconcile;
mod registry;
mod selection;

use jiff::Timestamp;
use uuid::Uuid;

use super::{Config, Error, Secrets, sqlite};

/// Where manifests are kept. Cheap to clone; all clones share one writer. A closed set of backends: the compiler lists
/// what a new one lacks.
#[derive(Debug, Clone)]
pub enum Store {
    /// Embedded, one file.
    Sqlite(sqlite::Store),
}

impl Store {
    /// Creates the database when absent and brings its schema up to what this program knows. Forward only. Returns the
    /// number of the newest migration.
    ///
    /// # Errors
    /// [`Error::SchemaUnknown`] when the store is newer than this program, [`Error::Unavailable`] when it cannot be
    /// written.
    pub async fn migrate(config: &Config) -> Result<i64, Error> {
        sqlite::Store::migrate(config).await
    }

    /// Is there a store under this configuration, and does it hold manifests? Then its secrets must not be made anew.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it cannot be opened.
    pub async fn holds_manifests(config: &Config) -> Result<bool, Error> {
        sqlite::Store::holds_manifests(config).await
    }

    /// Opens the store and starts its writer. Needs a tokio runtime.
    ///
    /// # Errors
    /// [`Error::SchemaUnknown`] when its schema is older or newer than this program's, [`Error::Unavailable`] when it
    /// cannot be opened.
    pub async fn open(config: &Config, secrets: &Secrets) -> Result<Self, Error> {
        sqlite::Store::open(config, secrets).await.map(Self::Sqlite)
    }

    /// Destroys the keys of every manifest received before an instant: what lay under them can never be read again.
    /// Key, content digest, receipt, depersonalised record and decisions stay. Returns how many keys were destroyed. They
    /// are overwritten in the store's own files; copies of those files (backups, snapshots of the disk) are the
    /// operator's to destroy, or the wrapping key is.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn purge_before(&self, instant: Timestamp, now: Timestamp) -> Result<u64, Error> {
        match self {
            Self::Sqlite(store) => store.purge_before(instant, now).await,
        }
    }

    /// Destroys the key of one manifest; `false` when there was none.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn purge(&self, id: Uuid, now: Timestamp) -> Result<bool, Error> {
        match self {
            Self::Sqlite(store) => store.purge(id, now).await,
        }
    }

    /// Wraps again, with the newest wrapping key, every manifest's key that is wrapped with an older one; afterwards
    /// the older ones can leave the file. Returns how many.
    ///
    /// # Errors
    /// [`Error::Unavailable`], or [`Error::Corrupt`] when one of the older keys is not there.
    pub async fn rewrap(&self) -> Result<u64, Error> {
        match self {
            Self::Sqlite(store) => store.rewrap().await,
        }
    }

    /// Can the store be written, right now? Writes to find out.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Closed`] when it cannot.
    pub async fn ready(&self) -> Result<(), Error> {
        match self {
            Self::Sqlite(store) => store.ready().await,
        }
    }

    /// Writes what is queued, then closes. What comes later is told [`Error::Closed`].
    pub async fn close(&self) {
        match self {
            Self::Sqlite(store) => store.close().await,
        }
    }
}
