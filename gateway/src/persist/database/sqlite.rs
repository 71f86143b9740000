//! How connections to SQLite are made.

use std::{
    fs,
    io::ErrorKind,
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::Path,
    time::Duration,
};

use sqlx::{
    ConnectOptions as _, Row as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous},
};

use super::query::sql;
use crate::persist::{Config, Error};

/// What every connection has: a commit is on the disk when it answers (`synchronous=FULL`), readers never wait for the
/// writer (WAL), what is deleted is overwritten, and no statement is ever logged.
fn options(config: &Config) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(&config.path)
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_millis(config.busy_timeout_ms))
        .pragma("cache_size", format!("-{}", config.cache_kib))
        .pragma("secure_delete", "on")
        .row_buffer_size(1024) // a row waits in a channel: a full one costs two wake-ups
        .disable_statement_logging()
}

/// Page size of a database that is made anew: a manifest's row is some 18 KB, and a page more is two writes more. Larger
/// pages would make small commits dear, which touch a page of every index.
pub(super) const PAGE_BYTES: u32 = 8_192;

/// The connection that writes. Only `migrate` may create the file.
pub(super) async fn writer(config: &Config, create: bool) -> Result<SqliteConnection, Error> {
    if create {
        private(&config.path)?;
    }
    let options = options(config)
        .create_if_missing(create)
        .journal_mode(SqliteJournalMode::Wal)
        .page_size(PAGE_BYTES)
        .pragma("wal_autocheckpoint", config.wal_limit_pages.to_string());
    Ok(options.connect().await?)
}

/// Makes the database file, if there is none, for its owner alone whatever the umask: SQLite takes over an empty file, and
/// gives its `-wal` and `-shm` files the same permissions. What is there keeps the permissions that its operator gave it.
fn private(path: &Path) -> Result<(), Error> {
    match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(Error::Unavailable(format!("the database file cannot be made: {error}"))),
    }
}

/// The connection that copies the log into the database. It sees no statement but that.
pub(super) async fn checkpointer(config: &Config) -> Result<SqliteConnection, Error> {
    Ok(options(config).pragma("wal_autocheckpoint", "0").connect().await?)
}

/// Which file lies under the path: SQLite goes on with a file that was removed or replaced, and what it then commits
/// is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::persist) struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    pub(in crate::persist) fn of(path: &Path) -> Result<Self, Error> {
        let metadata = fs::metadata(path).map_err(|error| {
            Error::Unavailable(format!("the database file cannot be seen any more: {error}"))
        })?;
        Ok(Self { device: metadata.dev(), inode: metadata.ino() })
    }

    /// Does the path still lead to this file?
    pub(in crate::persist) fn still_at(self, path: &Path) -> Result<(), Error> {
        if Self::of(path)? == self {
            Ok(())
        } else {
            Err(Error::Unavailable(
                "the database file was replaced while open: start the gateway anew".into(),
            ))
        }
    }
}

/// The connection that reads history.
pub(super) async fn reader(config: &Config) -> Result<SqliteConnection, Error> {
    Ok(options(config).pragma("query_only", "on").connect().await?)
}

/// The connections that read everything else.
pub(super) async fn readers(config: &Config) -> Result<SqlitePool, Error> {
    let readers = config.readers.max(1);
    let pool = SqlitePoolOptions::new()
        .max_connections(readers)
        .min_connections(readers)
        .acquire_timeout(Duration::from_millis(config.acquire_timeout_ms))
        // A check before each use would cost a thread's wake-up; a file does not hang up.
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options(config).pragma("query_only", "on"))
        .await?;
    Ok(pool)
}

/// How often it is looked again whether another connection has copied the log, and how long between: two seconds in all.
const COPY_PATIENCE: u32 = 100;
const COPY_PAUSE: Duration = Duration::from_millis(20);

/// The write-ahead log still holds the pages as they were: they are copied into the database, which overwrites them there,
/// and the log is emptied.
pub(super) async fn empty_log(connection: &mut SqliteConnection) -> Result<(), Error> {
    for _ in 0..COPY_PATIENCE {
        let row = sqlx::query(sql!(sqlite "purge_checkpoint")).fetch_one(&mut *connection).await?;
        if row.try_get::<i64, _>(0)? == 0 {
            return Ok(());
        }
        // Pages of the log are counted unless another connection is copying it (decision 0022).
        if row.try_get::<i64, _>(1)? >= 0 {
            break;
        }
        tokio::time::sleep(COPY_PAUSE).await;
    }
    let held = "what is deleted is deleted, but a reader kept the log from being emptied: do it again";
    Err(Error::Unavailable(held.into()))
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use sqlx::Row as _;

    use crate::persist::{Config, Secrets, Store};

    /// Durability and erasure hang on these, and no other test would see them change: a killed process leaves its
    /// writes to the system, only a power cut does not.
    #[tokio::test]
    async fn the_writer_syncs_every_commit_and_overwrites_what_it_deletes() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { path: folder.path().join("store.db"), ..Config::default() };
        Store::migrate(&config).await.unwrap();
        let mut connection = super::writer(&config, false).await.unwrap();
        let mut settings = Vec::new();
        for pragma in ["pragma synchronous", "pragma secure_delete", "pragma foreign_keys"] {
            settings.push(sqlx::query(pragma).fetch_one(&mut connection).await.unwrap().get::<i64, _>(0));
        }
        let journal = sqlx::query("pragma journal_mode").fetch_one(&mut connection).await.unwrap();
        let settings = (settings, journal.get::<String, _>(0));
        assert_eq!(settings, (vec![2, 1, 1], "wal".to_owned()), "synchronous is FULL; the rest is on");
        let readers = super::readers(&config).await.unwrap();
        let reader = sqlx::query("pragma query_only").fetch_one(&readers).await.unwrap();
        assert_eq!(reader.get::<i64, _>(0), 1);
    }

    #[tokio::test]
    async fn a_new_database_is_for_its_owner_alone_and_an_old_one_keeps_its_permissions() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { path: folder.path().join("store.db"), ..Config::default() };
        Store::migrate(&config).await.unwrap();
        let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode("store.db"), 0o600);
        let store = Store::open(&config, &Secrets::random().unwrap()).await.unwrap();
        store.ready().await.unwrap();
        assert_eq!((mode("store.db-wal"), mode("store.db-shm")), (0o600, 0o600));
        store.close().await;
        fs::set_permissions(&config.path, fs::Permissions::from_mode(0o640)).unwrap();
        Store::migrate(&config).await.unwrap();
        assert_eq!(mode("store.db"), 0o640);
    }
}
