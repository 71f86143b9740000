//! How connections to PostgreSQL are made.

use std::{path::Path, str::FromStr as _, time::Duration};

use sqlx::{
    ConnectOptions as _, PgConnection,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions, PgSslMode},
};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

use super::{
    Connection, Pool,
    patience::{Patience, Silence, is_silent, within},
    readers::Readers,
};
use crate::persist::{
    Config, Error, FeedPosition,
    store::{SILENT_MS, feed_end, wake_at},
};

/// Begins a transaction and takes the lock that all our writers take, whichever gateway they are of; it goes with the
/// transaction. A statement of its own: what is read after it sees what the one before committed. The number is ours
/// alone in a database that holds nothing else, which is the only kind that we ask for.
const BEGIN: &str = "begin; select pg_advisory_xact_lock(7164767848126082930)";

/// Where the feed's growth is told (`migrations/postgres/0001_first_light.sql`).
const CHANNEL: &str = "corridor_feed";

/// Until it is tried again to listen, after the server refused.
const SOON: Duration = Duration::from_millis(500);

/// The same, after it did not answer: what hangs on such a line is not soon let go.
const LONG: Duration = Duration::from_secs(10);

/// What every connection has: a commit is on the disk when it answers, whatever the server's default is; nothing is
/// waited for without end, and nobody who went away keeps the lock; no statement is ever logged.
fn options(config: &Config) -> Result<PgConnectOptions, Error> {
    let mut options = address(config)?;
    if !config.password_file.as_os_str().is_empty() {
        options = options.password(secret(&config.password_file)?.trim_end());
    }
    if !config.ca_file.as_os_str().is_empty() {
        // Read here, so that one that is missing is told by its name.
        let pem = secret(&config.ca_file)?;
        options = options.ssl_mode(PgSslMode::VerifyFull).ssl_root_cert_from_pem(pem.into_bytes());
    }
    Ok(options
        .application_name("customs-gateway")
        .options([
            ("synchronous_commit", "on".to_owned()),
            ("default_transaction_isolation", "read committed".to_owned()),
            ("statement_timeout", config.statement_timeout_ms.to_string()),
            ("lock_timeout", config.busy_timeout_ms.to_string()),
            ("idle_in_transaction_session_timeout", config.idle_transaction_timeout_ms.to_string()),
            ("client_connection_check_interval", "1000".to_owned()),
        ])
        .disable_statement_logging())
}

/// The address, from the configuration or from a file of its own. What such a file holds is a secret, so nothing of it is told.
fn address(config: &Config) -> Result<PgConnectOptions, Error> {
    if !config.url.is_empty() {
        let bad = |error: sqlx::Error| Error::Unavailable(format!("persist.url: {error}"));
        return PgConnectOptions::from_str(&config.url).map_err(bad);
    }
    PgConnectOptions::from_str(secret(&config.url_file)?.trim()).map_err(|_| Error::Secret {
        path: config.url_file.display().to_string(),
        problem: "is not the address of a PostgreSQL database".to_owned(),
    })
}

fn secret(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|error| Error::Secret {
        path: path.display().to_string(),
        problem: format!("cannot be read: {error}"),
    })
}

async fn connect(config: &Config, options: PgConnectOptions) -> Result<PgConnection, Error> {
    within(Duration::from_millis(config.acquire_timeout_ms), options.connect()).await
}

/// The connection that writes. What migrates may take its time, and waits its turn however long another takes: it limits
/// what it waits for once its turn has come (`limit_locks`).
pub(super) async fn writer(config: &Config, migrates: bool) -> Result<Connection, Error> {
    let mut options = options(config)?;
    let mut patience = Patience::of(config);
    if migrates {
        options = options.options([("statement_timeout", "0"), ("lock_timeout", "0")]);
        patience = Patience::endless();
    }
    Ok(Connection::Postgres(Box::new(connect(config, options).await?), patience))
}

/// The connection that reads history.
pub(super) async fn reader(config: &Config, silence: Option<Silence>) -> Result<Connection, Error> {
    let options = options(config)?.options([("default_transaction_read_only", "on")]);
    let patience = Patience { silence, ..Patience::of(config) };
    Ok(Connection::Postgres(Box::new(connect(config, options).await?), patience))
}

/// The connection that holds journeys.
pub(super) async fn keeper(config: &Config, silence: Option<Silence>) -> Result<Connection, Error> {
    let options = options(config)?.options([("idle_session_timeout", SILENT_MS.to_string())]);
    let patience = Patience { silence, ..Patience::of(config) };
    Ok(Connection::Postgres(Box::new(connect(config, options).await?), patience))
}

/// The connections that read everything else.
pub(super) async fn readers(config: &Config) -> Result<Pool, Error> {
    let options = options(config)?.options([("default_transaction_read_only", "on")]);
    let patience = Duration::from_millis(config.acquire_timeout_ms);
    let readers = Readers::open(options, config.readers, patience).await?;
    Ok(Pool::Postgres(readers, Patience::of_readers(config)))
}

/// Begins a transaction that writes.
pub(super) async fn begin(connection: &mut PgConnection, patience: &Patience) -> Result<(), Error> {
    within(patience.lock, sqlx::raw_sql(BEGIN).execute(connection)).await.map(|_| ())
}

/// Clears rows that are dead from the tables of keys. Their bytes may stay in free space of the files, in the server's log
/// and in its archives: there the wrapping key is what is destroyed (`docs/decisions/0092`).
pub(super) async fn vacuum_keys(connection: &mut PgConnection) -> Result<(), Error> {
    // As long as it takes: it stands in nobody's way.
    for text in
        ["set statement_timeout = 0", "vacuum manifest_keys, document_keys", "reset statement_timeout"]
    {
        sqlx::raw_sql(text).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Follows the feed's growth, whichever gateway it is by: told by the server, and looked at now and then, because a
/// telling is lost while the connection is. Ends when the last watcher's side and the store are gone.
pub(in crate::persist) async fn follow(
    config: Config,
    pool: Pool,
    wake: std::sync::Weak<watch::Sender<FeedPosition>>,
) {
    let pause = Duration::from_millis(config.feed_poll_ms);
    let (mut listener, mut again) = (None, Instant::now());
    while wake.strong_count() > 0 {
        match &mut listener {
            Some(listening) => {
                let told = timeout(pause, PgListener::try_recv(listening)).await;
                // Nor does it connect again by itself: it would wait for the server without end.
                if matches!(told, Ok(Ok(None) | Err(_))) {
                    listener = None;
                }
            }
            None if Instant::now() < again => sleep(pause.min(again - Instant::now())).await,
            None => match listen(&config).await {
                // What was written before it listened it is not told: that is looked for at once.
                Ok(listening) => listener = Some(listening),
                Err(error) => again = Instant::now() + if is_silent(&error) { LONG } else { SOON.min(pause) },
            },
        }
        let Some(wake) = wake.upgrade() else { return };
        if wake.receiver_count() == 0 {
            continue;
        }
        if let Ok(end) = feed_end(&pool).await {
            wake_at(&wake, end);
        }
    }
}

/// All of it within the time for a connection: of a line that swallows everything it is not heard that it does.
async fn listen(config: &Config) -> Result<PgListener, Error> {
    let limit = Duration::from_millis(config.acquire_timeout_ms);
    // A server that refuses says so here at once; the pool would ask it again and again.
    drop(connect(config, options(config)?).await?);
    let pool =
        PgPoolOptions::new().max_connections(1).acquire_timeout(limit).connect_lazy_with(options(config)?);
    within(limit, async {
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        Ok(listener)
    })
    .await
}
